/* Matrix notation in the model language, with no more brackets than it needs to be read back as the
 * same tree, but for the few that keep different products apart to the eye. No node takes more than
 * one level of the parser's depth, so what was parsed can be parsed again. */
#include "algebra/level.h"
#include "algebra/shape.h"
#include "algebra/tex_name.h"

#include <chalkgrad/print.h>

#include <string.h>

struct printer {
    struct cg_strbuf *out;
    const struct cg_model *model;
};

/* dJ/dW would be read as a quotient. */
static enum level level_of(const struct cg_expr *expr)
{
    return expr->op == CG_GRAD ? LEVEL_UNARY : code_level(expr);
}

static void put(const struct printer *p, const struct cg_expr *expr);

static void put_bracketed(const struct printer *p, const struct cg_expr *expr, bool brackets)
{
    if (brackets)
        cg_putc(p->out, '(');
    put(p, expr);
    if (brackets)
        cg_putc(p->out, ')');
}

static void put_at(const struct printer *p, const struct cg_expr *expr, enum level least)
{
    put_bracketed(p, expr, level_of(expr) < least);
}

static void put_number(const struct printer *p, const struct cg_expr *expr)
{
    if (expr->u.number.den > 1)
        cg_putf(p->out, "%lld/%lld", (long long)expr->u.number.num, (long long)expr->u.number.den);
    else
        cg_put_number(p->out, expr->u.number.value);
}

/* a + b - c: what is negative among the later ones is subtracted. */
static void put_sum(const struct printer *p, const struct cg_expr *expr)
{
    for (size_t i = 0; i < expr->n_args; i++) {
        const struct cg_expr *arg = expr->args[i];
        bool minus = i > 0 && arg->op == CG_NEG;
        if (i > 0)
            cg_put(p->out, minus ? " - " : " + ");
        put_at(p, minus ? arg->args[0] : arg, LEVEL_PRODUCT);
    }
}

/* The grammar reads a product from left to right, so the first operand may be a product of another
 * kind; entry-by-entry and matrix products inside each other get brackets all the same. */
static void put_first(const struct printer *p, enum cg_op op, const struct cg_expr *arg)
{
    bool joins = op == CG_MUL && arg->op == CG_MUL; /* would become one n-ary product */
    bool mixes = (op == CG_MATMUL && (arg->op == CG_MUL || arg->op == CG_DIV)) ||
                 (op == CG_MUL && arg->op == CG_MATMUL);
    put_bracketed(p, arg, joins || mixes || level_of(arg) < LEVEL_PRODUCT);
}

static void put_product(const struct printer *p, const struct cg_expr *expr, const char *symbol)
{
    put_first(p, expr->op, expr->args[0]);
    for (size_t i = 1; i < expr->n_args; i++) {
        const struct cg_expr *arg = expr->args[i];
        cg_put(p->out, symbol);
        put_at(p, arg, LEVEL_UNARY);
    }
}

static bool is_plain_number(const struct cg_expr *expr)
{
    return expr->op == CG_NUMBER && level_of(expr) == LEVEL_ATOM;
}

static void put_call(const struct printer *p, const char *name, const struct cg_expr *expr)
{
    cg_putf(p->out, "%s(", name);
    for (size_t i = 0; i < expr->n_args; i++) {
        cg_put(p->out, i ? ", " : "");
        put(p, expr->args[i]);
    }
    bool reduces = expr->op == CG_SUM || expr->op == CG_MEAN;
    if (reduces && expr->u.axis != CG_AXIS_ALL)
        cg_put(p->out, expr->u.axis == CG_AXIS_ROWS ? ", axis=0" : ", axis=1");
    cg_putc(p->out, ')');
}

static void put_constant(const struct printer *p, const char *name, const struct cg_expr *expr)
{
    cg_putf(p->out, "%s(", name);
    cg_put_axis(p->out, p->model, expr->shape.rows);
    if (expr->op != CG_EYE) {
        cg_put(p->out, ", ");
        cg_put_axis(p->out, p->model, expr->shape.cols);
    }
    cg_putc(p->out, ')');
}

static void put_apply(const struct printer *p, const struct cg_expr *expr)
{
    cg_put(p->out, expr->u.apply.function->name);
    for (int i = 0; i < expr->u.apply.order; i++)
        cg_putc(p->out, '\'');
    cg_putc(p->out, '(');
    put(p, expr->args[0]);
    cg_putc(p->out, ')');
}

static void put(const struct printer *p, const struct cg_expr *expr)
{
    switch (expr->op) {
    case CG_NUMBER:
        put_number(p, expr);
        return;
    case CG_SIZE:
        cg_put_size(p->out, p->model, expr->u.over.dim);
        return;
    case CG_NAME:
        cg_put(p->out, expr->u.value->name);
        return;
    case CG_GRAD:
        cg_putf(p->out, "d%s/d%s", expr->u.grad.of->name, expr->u.grad.wrt->name);
        return;
    case CG_EYE:
        put_constant(p, "eye", expr);
        return;
    case CG_ONES:
        put_constant(p, "ones", expr);
        return;
    case CG_ZEROS:
        put_constant(p, "zeros", expr);
        return;
    case CG_ADD:
        put_sum(p, expr);
        return;
    case CG_NEG:
        cg_putc(p->out, '-');
        put_at(p, expr->args[0], LEVEL_UNARY);
        return;
    case CG_MUL:
        put_product(p, expr, " * ");
        return;
    case CG_DIV: {
        bool numbers = is_plain_number(expr->args[0]) && is_plain_number(expr->args[1]);
        put_product(p, expr, numbers ? "/" : " / ");
        return;
    }
    case CG_POW:
        put_at(p, expr->args[0], LEVEL_ATOM);
        cg_putc(p->out, '^');
        put_bracketed(p, expr->args[1],
                      level_of(expr->args[1]) < LEVEL_UNARY || expr->args[1]->op == CG_GRAD);
        return;
    case CG_APPLY:
        put_apply(p, expr);
        return;
    case CG_MATMUL:
        put_product(p, expr, " @ ");
        return;
    case CG_TRANSPOSE:
        put_at(p, expr->args[0], LEVEL_ATOM);
        cg_put(p->out, ".T");
        return;
    case CG_SUM:
        put_call(p, "sum", expr);
        return;
    case CG_MEAN:
        put_call(p, "mean", expr);
        return;
    case CG_TRACE:
        put_call(p, "trace", expr);
        return;
    case CG_DOT:
        put_call(p, "dot", expr);
        return;
    case CG_OUTER:
        put_call(p, "outer", expr);
        return;
    case CG_NORM2:
        put_call(p, "norm2", expr);
        return;
    case CG_SOFTMAX:
        put_call(p, "softmax", expr);
        return;
    case CG_DIAG:
        put_call(p, "diag", expr);
        return;
    case CG_ENTRY:
    case CG_SUM_OVER:
    case CG_KRON:
    case CG_PARTIAL:
        cg_print_board(p->out, p->model, expr);
        return;
    }
}

void cg_print_text(struct cg_strbuf *out, const struct cg_model *model, const struct cg_expr *expr)
{
    struct printer printer = {out, model};
    if (cg_has_indices(expr))
        cg_print_board(out, model, expr);
    else
        put(&printer, expr);
}
