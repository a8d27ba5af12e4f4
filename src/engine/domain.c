#include <chalkgrad/domain.h>

#include "engine/env.h"

#include <chalkgrad/print.h>

#include <math.h>
#include <string.h>

bool cg_has_kink(enum cg_kernel kernel)
{
    return kernel == CG_RELU || kernel == CG_ABS;
}

const struct cg_function *cg_next_kink(const struct cg_env *env, size_t *from)
{
    const struct graph *graph = &env->graph->graph;
    while (*from < graph->n_steps) {
        const struct cg_expr *e = graph->steps[(*from)++].expr;
        if (e->op == CG_APPLY && cg_has_kink(e->u.apply.function->kernel))
            return e->u.apply.function;
    }
    return NULL;
}

/* One cell of an operation: the numbers that go in, as far as single cells do, and what comes out.
 */
struct cell {
    const struct graph_step *step;
    size_t row, col;
    double a, b, out;
};

/* Entry (r, c) of an argument that is broadcast. */
static double at(const struct cg_matrix *m, size_t r, size_t c)
{
    return m->data[(m->rows > 1 ? r * m->cols : 0) + (m->cols > 1 ? c : 0)];
}

static bool is_entry_by_entry(enum cg_op op)
{
    return op == CG_ADD || op == CG_NEG || op == CG_MUL || op == CG_DIV || op == CG_POW ||
           op == CG_APPLY;
}

static struct cell cell_of(const struct graph_step *step, size_t row, size_t col)
{
    struct cell cell = {.step = step, .row = row, .col = col};
    cell.out = step->out.data[row * step->out.cols + col];
    if (is_entry_by_entry(step->expr->op)) {
        cell.a = at(&step->args[0], row, col);
        cell.b = step->n_args > 1 ? at(&step->args[1], row, col) : 0;
    }
    return cell;
}

/* Did the numbers come in finite? Then what is not finite arose here. */
static bool arose_here(const struct cell *cell)
{
    const struct graph_step *step = cell->step;
    for (size_t i = 0; i < step->n_args; i++) {
        if (!is_entry_by_entry(step->expr->op)) {
            if (!matrix_finite(&step->args[i]))
                return false;
        } else if (!isfinite(at(&step->args[i], cell->row, cell->col))) {
            return false;
        }
    }
    return true;
}

/* Has the operation no finite slope where it has a finite value? Exponents that are no numbers of
 * the source may be derived by as well. */
static bool lacks_slope(const struct cell *cell)
{
    const struct cg_expr *e = cell->step->expr;
    if (e->op == CG_APPLY && e->u.apply.order < 3)
        return !isfinite(cg_kernel(e->u.apply.function->kernel, e->u.apply.order + 1, cell->a));
    if (e->op != CG_POW)
        return false;
    bool by_base = cell->a == 0 && cell->b > 0 && cell->b < 1;
    return by_base || (e->args[1]->op != CG_NUMBER && cell->a <= 0);
}

static bool is_trouble(const struct cell *cell, enum cg_trouble_kind kind)
{
    const struct cg_expr *e = cell->step->expr;
    switch (kind) {
    case CG_TROUBLE_VALUE:
        return !isfinite(cell->out) && arose_here(cell);
    case CG_TROUBLE_SLOPE:
        return isfinite(cell->out) && lacks_slope(cell);
    case CG_TROUBLE_KINK:
        return e->op == CG_APPLY && cell->a == 0 && cg_has_kink(e->u.apply.function->kernel);
    }
    return false;
}

static void put_operation(struct cg_strbuf *out, const struct cell *cell)
{
    const struct cg_expr *e = cell->step->expr;
    bool named = e->op == CG_APPLY && isfinite(cell->a);
    if (named)
        cg_putf(out, "%s%s of %.6g", e->u.apply.function->name, e->u.apply.order ? "'" : "",
                cell->a);
    else if (e->op == CG_DIV && cell->b == 0)
        cg_putf(out, "%.6g divided by 0", cell->a);
    else if (e->op == CG_POW)
        cg_putf(out, "%.6g to the power %.6g", cell->a, cell->b);
    else
        cg_put(out, "the number");
}

/* What the cell is a cell of: the argument of a function or power, the divisor, else the result. */
static const struct cg_expr *subject(const struct cell *cell)
{
    const struct cg_expr *e = cell->step->expr;
    if (e->op == CG_APPLY || e->op == CG_POW)
        return e->args[0];
    return e->op == CG_DIV && cell->b == 0 ? e->args[1] : e;
}

static void describe(const struct cg_env *env, const struct cell *cell, struct cg_trouble *trouble)
{
    const struct cg_expr *e = subject(cell);
    struct cg_strbuf out;
    cg_strbuf_init(&out);
    put_operation(&out, cell);
    size_t rows = env_size(env, e->shape.rows), cols = env_size(env, e->shape.cols);
    cg_put(&out, " in ");
    if (rows > 1)
        cg_putf(&out, "row %zu%s", cell->row + 1, cols > 1 ? ", " : " of ");
    if (cols > 1)
        cg_putf(&out, "column %zu of ", cell->col + 1);
    cg_print_text(&out, env->model, e);
    trouble->expr = cell->step->expr;
    trouble->row = cell->row;
    trouble->col = cell->col;
    size_t length = out.length;
    if (length >= sizeof trouble->text) {
        length = sizeof trouble->text - 4;
        while (length && (out.text[length] & 0xC0) == 0x80)
            length--;
    }
    snprintf(trouble->text, sizeof trouble->text, "%.*s%s", (int)length, out.text,
             length < out.length ? "…" : "");
    cg_strbuf_finish(&out);
}

static bool find_in_step(const struct cg_env *env, const struct graph_step *step,
                         enum cg_trouble_kind kind, struct cg_trouble *trouble)
{
    if (!step->n_args)
        return false;
    for (size_t r = 0; r < step->out.rows; r++)
        for (size_t c = 0; c < step->out.cols; c++) {
            struct cell cell = cell_of(step, r, c);
            if (is_trouble(&cell, kind)) {
                describe(env, &cell, trouble);
                return true;
            }
        }
    return false;
}

bool cg_find_trouble(const struct cg_env *env, enum cg_trouble_kind kind,
                     struct cg_trouble *trouble)
{
    const struct graph *graph = &env->graph->graph;
    for (size_t i = 0; i < graph->n_steps; i++)
        if (find_in_step(env, &graph->steps[i], kind, trouble))
            return true;
    return false;
}

/* Is it a number too large for the machine, rather than none at all? */
static bool overflows(const struct cg_trouble *trouble)
{
    const struct cg_expr *e = trouble->expr;
    bool pole = e->op == CG_DIV || e->op == CG_POW ||
                (e->op == CG_APPLY &&
                 (e->u.apply.function->kernel == CG_LOG || e->u.apply.function->kernel == CG_SQRT));
    return !pole;
}

bool cg_check_domain(const struct cg_env *env, struct cg_error *error)
{
    struct cg_trouble trouble;
    if (!cg_find_trouble(env, CG_TROUBLE_VALUE, &trouble))
        return true;
    return cg_fail(error, env->model->file, trouble.expr->place,
                   overflows(&trouble)
                       ? "%s is too large for the machine; choose smaller values"
                       : "%s has no value; choose other numbers, such as uniform(0.5, 1.5)",
                   trouble.text);
}
