/* A gradient as a Python function: which inputs, functions and intermediates it needs, in order. */
#include "algebra/numpy.h"
#include "algebra/parts.h"

static void put_arguments(const struct cg_numpy *numpy, bool trailing_comma)
{
    for (size_t i = 0; i < numpy->n_sources; i++) {
        cg_put(numpy->out, i ? ", " : "");
        cg_numpy_name(numpy, numpy->sources[i]);
    }
    if (trailing_comma && numpy->n_sources == 1)
        cg_putc(numpy->out, ',');
}

static void put_function(const struct cg_numpy *numpy, const struct cg_function *function,
                         int order)
{
    const char *body = cg_numpy_kernel(function->kernel, order);
    bool with_e = function->kernel == CG_SIGMOID || function->kernel == CG_SOFTPLUS ||
                  (function->kernel == CG_TANH && order);
    cg_put(numpy->out, "\n    def ");
    cg_numpy_function_name(numpy, function, order);
    cg_putf(numpy->out, "(x):\n%s        return %s\n",
            with_e ? "        e = np.exp(-np.abs(x))\n" : "", body);
}

static void put_functions(const struct cg_numpy *numpy, const struct parts *parts)
{
    const struct cg_model *model = numpy->model;
    size_t before = numpy->out->length;
    for (size_t i = 0; i < model->n_functions; i++)
        for (int order = 0; order < 3; order++)
            if (parts->used[i][order] && cg_numpy_must_define(model->functions[i], order))
                put_function(numpy, model->functions[i], order);
    if (parts->softmax)
        cg_put(numpy->out, "\n    def softmax(x):\n"
                           "        e = np.exp(x - np.max(x, axis=1, keepdims=True))\n"
                           "        return e / np.sum(e, axis=1, keepdims=True)\n");
    if (numpy->out->length > before)
        cg_putc(numpy->out, '\n');
}

/* The end of a line; a plain number becomes an array, as whatever takes it expects one. */
static void put_whole(const struct cg_numpy *numpy, const struct cg_expr *form)
{
    bool array = cg_numpy_is_array(form);
    cg_put(numpy->out, array ? "" : "np.full((1, 1), ");
    cg_numpy_expr(numpy, form);
    cg_put(numpy->out, array ? "\n" : ")\n");
}

static void put_assignment(const struct cg_numpy *numpy, const struct cg_value *value)
{
    cg_put(numpy->out, "    ");
    cg_numpy_name(numpy, value);
    cg_put(numpy->out, " = ");
    put_whole(numpy, value->body);
}

static void put_return(const struct cg_numpy *numpy, const struct cg_expr *form)
{
    cg_put(numpy->out, "    return ");
    put_whole(numpy, form);
}

/* What has no matrix form: an array filled entry by entry, in loops over its indices. A local
 * derivative has four axes: those of what is derived, then those of what it is derived by. */
static void put_loops(const struct cg_numpy *numpy, const struct cg_derivation *d)
{
    struct cg_index axes[4] = {d->of_row, d->of_col, d->row, d->col};
    const int dims[4] = {d->of->shape.rows, d->of->shape.cols, d->wrt->shape.rows,
                         d->wrt->shape.cols};
    int first = d->local ? 0 : 2, indent = 4;
    cg_put(numpy->out, "    G = np.zeros((");
    for (int i = first; i < 4; i++) {
        cg_put(numpy->out, i > first ? ", " : "");
        cg_numpy_size(numpy, dims[i]);
    }
    cg_put(numpy->out, "))\n");
    for (int i = first; i < 4; i++) {
        if (!axes[i].letter)
            continue;
        cg_putf(numpy->out, "%*sfor ", indent, "");
        cg_numpy_index(numpy, axes[i]);
        cg_put(numpy->out, " in range(");
        cg_numpy_size(numpy, dims[i]);
        cg_put(numpy->out, "):\n");
        indent += 4;
    }
    cg_putf(numpy->out, "%*sG[", indent, "");
    for (int i = first; i < 4; i++) {
        cg_put(numpy->out, i > first ? ", " : "");
        cg_numpy_index(numpy, axes[i]);
    }
    cg_put(numpy->out, "] = ");
    cg_numpy_expr(numpy, d->index_form);
    cg_put(numpy->out, "\n    return G\n");
}

static void put_definition(const struct cg_numpy *numpy, const struct parts *parts)
{
    const struct cg_model *model = numpy->model;
    const struct cg_derivation *d = parts->derivation;
    cg_put(numpy->out, "import numpy as np\n\n\ndef grad(");
    put_arguments(numpy, false);
    cg_putf(numpy->out, "):\n    \"\"\"d%s/d%s", d->of->name, d->wrt->name);
    if (d->matrix_form) {
        cg_put(numpy->out, " = ");
        cg_print_text(numpy->out, model, d->matrix_form);
    }
    cg_put(numpy->out, "\"\"\"\n");
    if (numpy->n_sources) {
        cg_put(numpy->out, "    ");
        put_arguments(numpy, true);
        cg_put(numpy->out, " = (np.array(a, dtype=float, ndmin=2) for a in (");
        put_arguments(numpy, true);
        cg_put(numpy->out, "))\n");
    }
    put_functions(numpy, parts);
    for (size_t i = 0; i < model->n_values; i++)
        if (parts->needed[i] && model->values[i]->body)
            put_assignment(numpy, model->values[i]);
    for (size_t i = 0; i < parts->book->n_results; i++)
        if (parts->results[i])
            put_assignment(numpy, parts->book->results[i]);
    if (d->matrix_form)
        put_return(numpy, d->matrix_form);
    else
        put_loops(numpy, d);
}

void cg_print_numpy(struct cg_strbuf *out, const struct cg_book *book,
                    const struct cg_derivation *derivation)
{
    const struct cg_model *model = book->model;
    struct cg_arena arena;
    cg_arena_init(&arena);
    struct parts parts = parts_of(&arena, book, derivation, true);
    struct cg_numpy numpy = {.out = out,
                             .model = model,
                             .book = book,
                             .sources = parts.sources,
                             .n_sources = parts.n_sources};
    put_definition(&numpy, &parts);
    cg_arena_finish(&arena);
}
