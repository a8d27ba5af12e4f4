/* A gradient as a C function that stands alone. */
#include "algebra/c_print.h"

#include <string.h>

/* Each elementwise function with its first two derivatives; e is exp(-fabs(x)), which never
 * overflows. */
static const char *function_body(enum cg_kernel kernel, int order)
{
    static const char *const bodies[CG_KERNEL_COUNT][3] = {
        [CG_EXP] = {"exp(x)", "exp(x)", "exp(x)"},
        [CG_LOG] = {"log(x)", "1 / x", "-1 / (x * x)"},
        [CG_SQRT] = {"sqrt(x)", "0.5 / sqrt(x)", "-0.25 / (x * sqrt(x))"},
        [CG_SIN] = {"sin(x)", "cos(x)", "-sin(x)"},
        [CG_COS] = {"cos(x)", "-sin(x)", "-cos(x)"},
        [CG_TANH] = {"tanh(x)", "4 * e * e / ((1 + e * e) * (1 + e * e))",
                     "-8 * tanh(x) * e * e / ((1 + e * e) * (1 + e * e))"},
        [CG_SIGMOID] = {"(x >= 0 ? 1 : e) / (1 + e)", "e / ((1 + e) * (1 + e))",
                        "-tanh(x / 2) * e / ((1 + e) * (1 + e))"},
        [CG_RELU] = {"x < 0 ? 0 : x", "x > 0 ? 1 : 0", "0 * x"},
        [CG_SOFTPLUS] = {"fmax(x, 0) + log1p(e)", "(x >= 0 ? 1 : e) / (1 + e)",
                         "e / ((1 + e) * (1 + e))"},
        [CG_ABS] = {"fabs(x)", "(x > 0) - (x < 0)", "0 * x"},
        [CG_SQUARE] = {"x * x", "2 * x", "2 + 0 * x"},
        [CG_IDENTITY] = {"x", "1 + 0 * x", "0 * x"},
    };
    return bodies[kernel][order];
}

static void put_function(const struct c_writer *w, const struct cg_function *function, int order)
{
    const char *body = function_body(function->kernel, order);
    bool with_e = function->kernel == CG_SIGMOID || function->kernel == CG_SOFTPLUS ||
                  (function->kernel == CG_TANH && order);
    cg_putf(w->out, "\nstatic double %s(double x)\n{\n%s    return %s;\n}\n",
            c_function_name(w, function, order), with_e ? "    double e = exp(-fabs(x));\n" : "",
            body);
}

static void put_functions(const struct c_writer *w)
{
    for (size_t i = 0; i < w->model->n_functions; i++)
        for (int order = 0; order < 3; order++)
            if (w->parts->used[i][order] && c_must_define(w->model->functions[i], order))
                put_function(w, w->model->functions[i], order);
}

static void put_shape(const struct c_writer *w, const char *name, struct cg_shape shape)
{
    cg_putf(w->out, " *   %-8s %zu x %zu", name, cg_rows(w->model, shape),
            cg_cols(w->model, shape));
}

/* What the function computes, and the shapes of what it reads and writes. */
static void put_comment(const struct c_writer *w)
{
    const struct cg_derivation *d = w->parts->derivation;
    cg_putf(w->out, "/* d%s/d%s", d->of->name, d->wrt->name);
    if (d->matrix_form) {
        cg_put(w->out, " = ");
        cg_print_text(w->out, w->model, d->matrix_form);
    }
    cg_put(w->out, ", derived by Chalkgrad.\n"
                   " * Matrices are arrays of doubles, row by row:\n");
    for (size_t i = 0; i < w->parts->n_sources; i++) {
        const struct cg_value *value = w->parts->sources[i];
        put_shape(w, c_value_name(w, value), value->shape);
        if (strcmp(c_value_name(w, value), value->name))
            cg_putf(w->out, "  (%s)", value->name);
        cg_putc(w->out, '\n');
    }
    if (d->local)
        cg_putf(w->out,
                " *   %-8s %zu x %zu x %zu x %zu: entry (i, j) of %s by entry (k, l) of "
                "%s\n",
                "out", cg_rows(w->model, d->of->shape), cg_cols(w->model, d->of->shape),
                cg_rows(w->model, d->wrt->shape), cg_cols(w->model, d->wrt->shape), d->of->name,
                d->wrt->name);
    else {
        put_shape(w, "out", d->wrt->shape);
        cg_putf(w->out, ", receives d%s/d%s\n", d->of->name, d->wrt->name);
    }
    cg_put(w->out, " */\n");
}

static void put_signature(const struct c_writer *w)
{
    cg_put(w->out, "void grad(");
    for (size_t i = 0; i < w->parts->n_sources; i++)
        cg_putf(w->out, "const double *%s, ", c_value_name(w, w->parts->sources[i]));
    cg_put(w->out, "double *out)\n{\n");
}

static void put_result(struct c_writer *w)
{
    const struct cg_derivation *d = w->parts->derivation;
    const struct cg_index axes[4] = {d->of_row, d->of_col, d->row, d->col};
    const int dims[4] = {d->of->shape.rows, d->of->shape.cols, d->wrt->shape.rows,
                         d->wrt->shape.cols};
    size_t first = d->local ? 0 : 2;
    if (d->matrix_form) {
        c_assign(w, "out", false, d->matrix_form);
    } else {
        c_assign_indexed(w, axes + first, dims + first, 4 - first, d->index_form);
    }
}

void cg_print_c(struct cg_strbuf *out, const struct cg_book *book,
                const struct cg_derivation *derivation)
{
    struct cg_arena arena;
    cg_arena_init(&arena);
    const struct parts parts = parts_of(&arena, book, derivation, false);
    struct c_writer w = {
        .out = out, .arena = &arena, .model = book->model, .book = book, .parts = &parts};
    put_comment(&w);
    cg_put(out, "#include <math.h>\n");
    put_functions(&w);
    cg_putc(out, '\n');
    put_signature(&w);
    for (size_t i = 0; i < book->model->n_values; i++)
        if (parts.needed[i] && book->model->values[i]->body)
            c_assign(&w, c_value_name(&w, book->model->values[i]), true,
                     book->model->values[i]->body);
    for (size_t i = 0; i < book->n_results; i++)
        if (parts.results[i])
            c_assign(&w, c_value_name(&w, book->results[i]), true, book->results[i]->body);
    put_result(&w);
    cg_put(out, "}\n");
    cg_arena_finish(&arena);
}
