/* Lines as they would stand on a blackboard, in Unicode on one line: Σ_i [Y − Y*]_i f′(Z_i) δ_ik.
 */
#include "algebra/shape.h"
#include "algebra/tex_name.h"

#include <chalkgrad/print.h>

#include <stdlib.h>
#include <string.h>

/* How tightly a piece binds. PREFIX is Σ_i … and ∂/∂W_kl …, which take all that follows in a
 * product and so stand unbracketed only at its end. */
enum level {
    LEVEL_SUM,
    LEVEL_NEG,
    LEVEL_DIV,
    LEVEL_HADAMARD,
    LEVEL_PRODUCT,
    LEVEL_PREFIX,
    LEVEL_FACTOR,
    LEVEL_ATOM
};

struct printer {
    struct cg_strbuf *out;
    const struct cg_model *model;
};

static void put(const struct printer *p, const struct cg_expr *expr);

/* Fractions that have a character of their own. */
static const char *vulgar(int64_t num, int64_t den)
{
    static const struct {
        int num, den;
        const char *text;
    } table[] = {{1, 2, "½"}, {1, 3, "⅓"}, {2, 3, "⅔"}, {1, 4, "¼"}, {3, 4, "¾"},
                 {1, 5, "⅕"}, {2, 5, "⅖"}, {3, 5, "⅗"}, {4, 5, "⅘"}, {1, 6, "⅙"},
                 {5, 6, "⅚"}, {1, 8, "⅛"}, {3, 8, "⅜"}, {5, 8, "⅝"}, {7, 8, "⅞"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].num == num && table[i].den == den)
            return table[i].text;
    return NULL;
}

/* The same for a quotient of two whole numbers as it was written. */
static const char *vulgar_quotient(const struct cg_expr *expr)
{
    const struct cg_expr *a = expr->args[0], *b = expr->args[1];
    if (a->op != CG_NUMBER || b->op != CG_NUMBER || a->u.number.den != 1 || b->u.number.den != 1)
        return NULL;
    return vulgar(a->u.number.num, b->u.number.num);
}

static enum level number_level(const struct cg_expr *expr)
{
    int64_t num = expr->u.number.num, den = expr->u.number.den;
    if (expr->u.number.value < 0)
        return LEVEL_NEG;
    return den > 1 && !vulgar(num, den) ? LEVEL_DIV : LEVEL_ATOM;
}

static bool is_product_of_matrices(const struct cg_model *model, const struct cg_expr *expr)
{
    size_t matrices = 0;
    for (size_t i = 0; i < expr->n_args; i++)
        matrices += !cg_is_scalar(model, expr->args[i]->shape);
    return matrices > 1;
}

static bool is_bare_entry(const struct cg_expr *expr)
{
    return expr->op == CG_ENTRY && !expr->u.at.row.letter && !expr->u.at.col.letter;
}

/* ∂Y_i/∂W_kl rather than ∂/∂W_kl of something. */
static bool is_quotient_of_differentials(const struct cg_expr *partial)
{
    const struct cg_expr *of = partial->args[0];
    return of->op == CG_NAME || (of->op == CG_ENTRY && of->args[0]->op == CG_NAME);
}

static enum level level_of(const struct cg_model *model, const struct cg_expr *expr)
{
    switch (expr->op) {
    case CG_NUMBER:
        return number_level(expr);
    case CG_ADD:
        return LEVEL_SUM;
    case CG_NEG:
        return LEVEL_NEG;
    case CG_DIV:
        return vulgar_quotient(expr) ? LEVEL_ATOM : LEVEL_DIV;
    case CG_MUL:
        return is_product_of_matrices(model, expr) ? LEVEL_HADAMARD : LEVEL_PRODUCT;
    case CG_MATMUL:
        return LEVEL_PRODUCT;
    case CG_SUM_OVER:
        return LEVEL_PREFIX;
    case CG_PARTIAL:
        return is_quotient_of_differentials(expr) ? LEVEL_FACTOR : LEVEL_PREFIX;
    case CG_POW:
    case CG_GRAD:
    case CG_NORM2:
        return LEVEL_FACTOR;
    case CG_ENTRY:
        return is_bare_entry(expr) ? level_of(model, expr->args[0]) : LEVEL_ATOM;
    case CG_SIZE:
    case CG_NAME:
    case CG_EYE:
    case CG_ONES:
    case CG_ZEROS:
    case CG_APPLY:
    case CG_TRANSPOSE:
    case CG_SUM:
    case CG_MEAN:
    case CG_TRACE:
    case CG_DOT:
    case CG_OUTER:
    case CG_SOFTMAX:
    case CG_DIAG:
    case CG_KRON:
        return LEVEL_ATOM;
    }
    return LEVEL_ATOM;
}

static void put_at(const struct printer *p, const struct cg_expr *expr, enum level least)
{
    bool brackets = level_of(p->model, expr) < least;
    if (brackets)
        cg_putc(p->out, '(');
    put(p, expr);
    if (brackets)
        cg_putc(p->out, ')');
}

static void put_number(const struct printer *p, const struct cg_expr *expr)
{
    int64_t num = expr->u.number.num, den = expr->u.number.den;
    if (expr->u.number.value < 0)
        cg_put(p->out, "−");
    const char *one = den > 1 ? vulgar(num < 0 ? -num : num, den) : NULL;
    if (one)
        cg_put(p->out, one);
    else if (den > 1)
        cg_putf(p->out, "%lld/%lld", (long long)(num < 0 ? -num : num), (long long)den);
    else
        cg_put_number(p->out,
                      expr->u.number.value < 0 ? -expr->u.number.value : expr->u.number.value);
}

static void put_index(const struct printer *p, struct cg_index row, struct cg_index col)
{
    if (row.letter || col.letter)
        cg_putc(p->out, '_');
    if (row.letter)
        cg_putc(p->out, row.letter);
    if (col.letter)
        cg_putc(p->out, col.letter);
}

static void put_sum(const struct printer *p, const struct cg_expr *expr)
{
    for (size_t i = 0; i < expr->n_args; i++) {
        const struct cg_expr *arg = expr->args[i];
        bool minus = i > 0 && arg->op == CG_NEG;
        if (i > 0)
            cg_put(p->out, minus ? " − " : " + ");
        if (minus)
            put_at(p, arg->args[0], LEVEL_DIV);
        else
            put_at(p, arg, i ? LEVEL_DIV : LEVEL_NEG);
    }
}

/* The factors of nested products, as one list. */
struct factors {
    const struct cg_expr **items;
    size_t count, capacity;
};

static void collect_factors(struct factors *factors, const struct cg_expr *expr)
{
    if (expr->op == CG_MUL) {
        for (size_t i = 0; i < expr->n_args; i++)
            collect_factors(factors, expr->args[i]);
        return;
    }
    if (factors->count == factors->capacity) {
        factors->capacity = factors->capacity ? 2 * factors->capacity : 16;
        factors->items = cg_xrealloc(factors->items, factors->capacity * sizeof *factors->items);
    }
    factors->items[factors->count++] = expr;
}

/* a b c; between two matrices *, the Hadamard product, and between two numbers a dot. */
static void put_product(const struct printer *p, const struct cg_expr *expr)
{
    struct factors factors = {0};
    collect_factors(&factors, expr);
    bool after_star = false;
    for (size_t i = 0; i < factors.count; i++) {
        const struct cg_expr *factor = factors.items[i];
        bool last = i + 1 == factors.count;
        bool matrix = !cg_is_scalar(p->model, factor->shape);
        bool star = !last && matrix && !cg_is_scalar(p->model, factors.items[i + 1]->shape);
        enum level least = last ? LEVEL_PREFIX : LEVEL_FACTOR;
        if (factor->op == CG_MATMUL && !star && !after_star && last)
            least = LEVEL_PRODUCT; /* ½ HW needs no brackets, (δ Wᵀ) * f′(Z) does */
        if (i && !after_star)
            cg_put(p->out, factor->op == CG_NUMBER ? " · " : " ");
        put_at(p, factor, least);
        if (star)
            cg_put(p->out, " * ");
        after_star = star;
    }
    free(factors.items);
}

/* Single letters may stand side by side: HW. */
static bool is_tight(const struct cg_expr *expr)
{
    if (expr->op == CG_MATMUL)
        return is_tight(expr->args[0]) && is_tight(expr->args[1]);
    if (expr->op != CG_NAME)
        return false;
    struct cg_strbuf name;
    cg_strbuf_init(&name);
    cg_put_plain_tex(&name, expr->u.value->tex);
    bool single = cg_utf8_length(name.text, name.length) == 1;
    cg_strbuf_finish(&name);
    return single;
}

static void put_matmul(const struct printer *p, const struct cg_expr *expr)
{
    const struct cg_expr *left = expr->args[0], *right = expr->args[1];
    put_at(p, left, left->op == CG_MATMUL ? LEVEL_PRODUCT : LEVEL_FACTOR);
    if (!is_tight(left) || !is_tight(right))
        cg_putc(p->out, ' ');
    put_at(p, right, LEVEL_FACTOR);
}

static void put_power(const struct printer *p, const struct cg_expr *expr)
{
    static const char *const raised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    const struct cg_expr *exponent = expr->args[1];
    put_at(p, expr->args[0], LEVEL_ATOM);
    int64_t num = exponent->u.number.num;
    if (exponent->op == CG_NUMBER && exponent->u.number.den == 1 && num > -10 && num < 10) {
        cg_put(p->out, num < 0 ? "⁻" : "");
        cg_put(p->out, raised[num < 0 ? -num : num]);
        return;
    }
    cg_putc(p->out, '^');
    put_at(p, exponent, LEVEL_ATOM);
}

static void put_length(const struct printer *p, const struct cg_expr *of)
{
    cg_put(p->out, "‖");
    put(p, of);
    cg_put(p->out, "‖");
}

static void put_apply(const struct printer *p, const struct cg_expr *expr)
{
    const struct cg_function *function = expr->u.apply.function;
    bool root = function->kernel == CG_SQRT && !function->place.line && !expr->u.apply.order;
    if (root && expr->args[0]->op == CG_NORM2) {
        put_length(p, expr->args[0]->args[0]);
        return;
    }
    if (root)
        cg_put(p->out, "√");
    else
        cg_put_plain_tex(p->out, function->tex);
    for (int i = 0; i < expr->u.apply.order; i++)
        cg_put(p->out, "′");
    cg_putc(p->out, '(');
    put(p, expr->args[0]);
    cg_putc(p->out, ')');
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

static void put_entry(const struct printer *p, const struct cg_expr *expr)
{
    const struct cg_expr *matrix = expr->args[0];
    bool brackets = matrix->op != CG_NAME && !is_bare_entry(expr);
    if (brackets)
        cg_putc(p->out, '[');
    put(p, matrix);
    if (brackets)
        cg_putc(p->out, ']');
    put_index(p, expr->u.at.row, expr->u.at.col);
}

static void put_partial(const struct printer *p, const struct cg_expr *expr)
{
    const struct cg_expr *of = expr->args[0];
    bool quotient = is_quotient_of_differentials(expr);
    cg_put(p->out, "∂");
    if (quotient)
        put(p, of);
    cg_put(p->out, "/∂");
    cg_put_plain_tex(p->out, expr->u.partial.wrt->tex);
    put_index(p, expr->u.partial.row, expr->u.partial.col);
    if (quotient)
        return;
    cg_putc(p->out, ' ');
    put_at(p, of, LEVEL_PRODUCT);
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
        cg_put_plain_tex(p->out, expr->u.value->tex);
        return;
    case CG_GRAD:
        cg_put(p->out, "∂");
        cg_put_plain_tex(p->out, expr->u.grad.of->tex);
        cg_put(p->out, "/∂");
        cg_put_plain_tex(p->out, expr->u.grad.wrt->tex);
        return;
    case CG_EYE:
        cg_putc(p->out, 'I');
        return;
    case CG_ONES:
        cg_put(p->out, "ones(");
        cg_put_axis(p->out, p->model, expr->shape.rows);
        cg_put(p->out, ", ");
        cg_put_axis(p->out, p->model, expr->shape.cols);
        cg_putc(p->out, ')');
        return;
    case CG_ZEROS:
        cg_putc(p->out, '0');
        return;
    case CG_ADD:
        put_sum(p, expr);
        return;
    case CG_NEG:
        cg_put(p->out, "−");
        put_at(p, expr->args[0], LEVEL_DIV);
        return;
    case CG_MUL:
        put_product(p, expr);
        return;
    case CG_DIV:
        if (vulgar_quotient(expr)) {
            cg_put(p->out, vulgar_quotient(expr));
            return;
        }
        put_at(p, expr->args[0], LEVEL_FACTOR);
        cg_putc(p->out, '/');
        put_at(p, expr->args[1], LEVEL_FACTOR);
        return;
    case CG_POW:
        put_power(p, expr);
        return;
    case CG_APPLY:
        put_apply(p, expr);
        return;
    case CG_MATMUL:
        put_matmul(p, expr);
        return;
    case CG_TRANSPOSE:
        put_at(p, expr->args[0], LEVEL_ATOM);
        cg_put(p->out, "ᵀ");
        return;
    case CG_NORM2:
        put_length(p, expr->args[0]);
        cg_put(p->out, "²");
        return;
    case CG_SUM:
        put_call(p, "sum", expr);
        return;
    case CG_MEAN:
        put_call(p, "mean", expr);
        return;
    case CG_TRACE:
        put_call(p, "tr", expr);
        return;
    case CG_DOT:
        put_call(p, "dot", expr);
        return;
    case CG_OUTER:
        put_call(p, "outer", expr);
        return;
    case CG_SOFTMAX:
        put_call(p, "softmax", expr);
        return;
    case CG_DIAG:
        put_call(p, "diag", expr);
        return;
    case CG_ENTRY:
        put_entry(p, expr);
        return;
    case CG_SUM_OVER:
        cg_putf(p->out, "Σ_%c ", expr->u.over.letter);
        put_at(p, expr->args[0], LEVEL_PRODUCT);
        return;
    case CG_KRON:
        cg_put(p->out, "δ");
        put_index(p, expr->u.at.row, expr->u.at.col);
        return;
    case CG_PARTIAL:
        put_partial(p, expr);
        return;
    }
}

void cg_print_board(struct cg_strbuf *out, const struct cg_model *model, const struct cg_expr *expr)
{
    struct printer printer = {out, model};
    put(&printer, expr);
}

void cg_print_line(struct cg_strbuf *out, const struct cg_model *model, const struct cg_expr *lhs,
                   const struct cg_expr *rhs)
{
    cg_print_board(out, model, lhs);
    cg_put(out, " = ");
    cg_print_board(out, model, rhs);
}
