/* A gradient as a Python function: which inputs, functions and intermediates it needs, in order. */
#include "algebra/numpy.h"

#include <stdlib.h>
#include <string.h>

/* What the function is made of. */
struct parts {
    const struct cg_book *book;
    const struct cg_derivation *derivation;
    bool *needed;    /* by id, inputs and definitions */
    bool *results;   /* by place in the book */
    bool *sized;     /* by dim root: a size that is written out */
    bool (*used)[3]; /* functions of the model, by place and order of derivative */
    bool softmax;
    const struct cg_value **sources;
    size_t n_sources;
};

static void need(struct parts *parts, const struct cg_expr *expr);

static void need_value(struct parts *parts, const struct cg_value *value)
{
    if (value->kind != CG_VALUE_RESULT) {
        parts->needed[value->id] = true;
        return;
    }
    for (size_t i = 0; i < parts->book->n_results; i++)
        if (parts->book->results[i] == value)
            parts->results[i] = true;
}

static void need_function(struct parts *parts, const struct cg_expr *expr)
{
    const struct cg_model *model = parts->book->model;
    for (size_t i = 0; i < model->n_functions; i++)
        if (model->functions[i] == expr->u.apply.function)
            parts->used[i][expr->u.apply.order] = true;
}

static void need_size(struct parts *parts, int dim)
{
    parts->sized[cg_dim_root(parts->book->model, dim)] = true;
}

/* All that one expression names. */
static void need(struct parts *parts, const struct cg_expr *expr)
{
    if (expr->op == CG_NAME)
        need_value(parts, expr->u.value);
    if (expr->op == CG_APPLY)
        need_function(parts, expr);
    if (expr->op == CG_SOFTMAX)
        parts->softmax = true;
    if (expr->op == CG_SUM_OVER || expr->op == CG_SIZE)
        need_size(parts, expr->u.over.dim);
    if (expr->op == CG_ONES || expr->op == CG_ZEROS || expr->op == CG_EYE) {
        need_size(parts, expr->shape.rows);
        need_size(parts, expr->shape.cols);
    }
    if (expr->op == CG_GRAD) {
        const struct cg_derivation *other =
            cg_book_find(parts->book, expr->u.grad.of, expr->u.grad.wrt);
        if (other && other->matrix_form)
            need(parts, other->matrix_form);
    }
    for (size_t i = 0; i < expr->n_args; i++)
        need(parts, expr->args[i]);
}

static bool carries(const struct cg_model *model, const struct cg_value *value, int root)
{
    return value->kind == CG_VALUE_INPUT && (cg_dim_root(model, value->shape.rows) == root ||
                                             cg_dim_root(model, value->shape.cols) == root);
}

/* A size that no argument so far has comes from one more input: wrt if it can, else the first. */
static void need_carrier(struct parts *parts, int root)
{
    const struct cg_model *model = parts->book->model;
    const struct cg_value *wrt = parts->derivation->wrt;
    const struct cg_value *carrier = carries(model, wrt, root) ? wrt : NULL;
    for (size_t i = 0; i < model->n_values; i++) {
        const struct cg_value *value = model->values[i];
        if (!carries(model, value, root))
            continue;
        if (parts->needed[i])
            return;
        if (!carrier)
            carrier = value;
    }
    if (carrier)
        parts->needed[carrier->id] = true;
}

static void collect(struct parts *parts)
{
    const struct cg_book *book = parts->book;
    const struct cg_model *model = book->model;
    const struct cg_derivation *d = parts->derivation;
    if (d->matrix_form) {
        need(parts, d->matrix_form);
    } else {
        need(parts, d->index_form);
        need_size(parts, d->wrt->shape.rows);
        need_size(parts, d->wrt->shape.cols);
        if (d->local) {
            need_size(parts, d->of->shape.rows);
            need_size(parts, d->of->shape.cols);
        }
    }
    for (size_t i = book->n_results; i-- > 0;)
        if (parts->results[i])
            need(parts, book->results[i]->body);
    for (size_t i = model->n_values; i-- > 0;)
        if (parts->needed[i] && model->values[i]->body)
            need(parts, model->values[i]->body);
    for (size_t i = 1; i < model->n_dims; i++)
        if (parts->sized[i])
            need_carrier(parts, (int)i);
    for (size_t i = 0; i < model->n_values; i++)
        if (parts->needed[i] && model->values[i]->kind == CG_VALUE_INPUT)
            parts->sources[parts->n_sources++] = model->values[i];
}

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

static void put_assignment(const struct cg_numpy *numpy, const struct cg_value *value)
{
    cg_put(numpy->out, "    ");
    cg_numpy_name(numpy, value);
    cg_put(numpy->out, " = ");
    cg_numpy_expr(numpy, value->body);
    cg_putc(numpy->out, '\n');
}

static bool has_array(const struct cg_expr *expr)
{
    if (expr->n_args == 0)
        return expr->op != CG_NUMBER && expr->op != CG_SIZE;
    for (size_t i = 0; i < expr->n_args; i++)
        if (has_array(expr->args[i]))
            return true;
    return false;
}

static void put_return(const struct cg_numpy *numpy, const struct cg_expr *form)
{
    cg_put(numpy->out, has_array(form) ? "    return " : "    return np.full((1, 1), ");
    cg_numpy_expr(numpy, form);
    cg_put(numpy->out, has_array(form) ? "\n" : ")\n");
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
    struct parts parts = {.book = book, .derivation = derivation};
    parts.needed = cg_alloc_array(&arena, model->n_values, sizeof *parts.needed);
    parts.results = cg_alloc_array(&arena, book->n_results, sizeof *parts.results);
    parts.sized = cg_alloc_array(&arena, model->n_dims, sizeof *parts.sized);
    parts.used = cg_alloc_array(&arena, model->n_functions, sizeof *parts.used);
    parts.sources = cg_alloc_array(&arena, model->n_values, sizeof *parts.sources);
    collect(&parts);
    struct cg_numpy numpy = {.out = out,
                             .model = model,
                             .book = book,
                             .sources = parts.sources,
                             .n_sources = parts.n_sources};
    put_definition(&numpy, &parts);
    cg_arena_finish(&arena);
}
