/* Zeros and units dropped, numbers multiplied out, equal terms gathered. */
#include "algebra/monomial.h"
#include "algebra/rules.h"
#include "algebra/shape.h"

static const struct cg_shape scalar = {0, 0};

/* A term taken apart: coefficient times rest. */
struct scaled {
    const struct cg_expr *coefficient, *rest, *whole;
};

static struct scaled split_term(struct work *work, const struct cg_expr *term)
{
    struct scaled out = {scalar_one(work), term, term};
    if (term->op == CG_NEG) {
        out = split_term(work, term->args[0]);
        out.whole = term;
        out.coefficient =
            number_product(work->arena, out.coefficient, cg_fraction(work->arena, -1, 1));
    } else if (term->op == CG_NUMBER) {
        out.coefficient = term;
        out.rest = scalar_one(work);
    } else if (term->op == CG_MUL && term->args[0]->op == CG_NUMBER) {
        out.coefficient = term->args[0];
        out.rest = scalar_product(work, term->n_args - 1, term->args + 1);
    }
    return out;
}

/* coefficient * rest, the sign in front. */
static const struct cg_expr *scale(struct work *work, const struct cg_expr *coefficient,
                                   const struct cg_expr *rest)
{
    bool negative = coefficient->u.number.value < 0;
    if (negative)
        coefficient = number_product(work->arena, coefficient, cg_fraction(work->arena, -1, 1));
    const struct cg_expr *out = is_number(coefficient, 0)   ? scalar_zero(work)
                                : is_number(rest, 1)        ? coefficient
                                : is_number(coefficient, 1) ? rest
                                                            : scalar_times(work, coefficient, rest);
    return negative && !is_number(out, 0) ? cg_unary(work->arena, CG_NEG, out, scalar) : out;
}

/* 0 + a = a, a + a = 2 a */
static const struct cg_expr *simple_sum(struct work *work, const struct cg_expr *node)
{
    const struct cg_expr *all = scalar_sum(work, node->n_args, node->args);
    struct scaled *terms = cg_alloc_array(work->arena, all->n_args + 1, sizeof *terms);
    size_t count = 0;
    bool changed = all->n_args != node->n_args;
    for (size_t i = 0; i < all->n_args; i++) {
        struct scaled term = split_term(work, all->args[i]);
        if (is_number(term.coefficient, 0)) {
            changed = true;
            continue;
        }
        size_t j = 0;
        while (j < count && !same_value(work, terms[j].rest, term.rest))
            j++;
        if (j < count) {
            terms[j].coefficient = number_sum(work->arena, terms[j].coefficient, term.coefficient);
            terms[j].whole = NULL;
            changed = true;
        } else {
            terms[count++] = term;
        }
    }
    if (!changed)
        return node;
    struct exprs out = {0};
    for (size_t i = 0; i < count; i++) {
        const struct cg_expr *term =
            terms[i].whole ? terms[i].whole : scale(work, terms[i].coefficient, terms[i].rest);
        if (!is_number(term, 0))
            exprs_add(work->arena, &out, term);
    }
    return scalar_sum(work, out.count, out.items);
}

/* The factors of a product, with the minus signs and brackets inside it taken off. */
static void gather_factors(struct work *work, const struct cg_expr *factor, struct exprs *out,
                           bool *negative)
{
    if (factor->op == CG_NEG) {
        *negative = !*negative;
        gather_factors(work, factor->args[0], out, negative);
    } else if (factor->op == CG_MUL) {
        for (size_t i = 0; i < factor->n_args; i++)
            gather_factors(work, factor->args[i], out, negative);
    } else {
        exprs_add(work->arena, out, factor);
    }
}

/* 1 a = a, 0 a = 0; the numbers are multiplied and stand in front, and so does the sign */
static const struct cg_expr *simple_product(struct work *work, const struct cg_expr *node)
{
    struct exprs factors = {0}, rest = {0};
    bool negative = false;
    gather_factors(work, node, &factors, &negative);
    bool changed = negative || factors.count != node->n_args;
    const struct cg_expr *coefficient = NULL;
    for (size_t i = 0; i < factors.count; i++) {
        const struct cg_expr *factor = factors.items[i];
        changed = changed || factor != node->args[i];
        if (factor->op != CG_NUMBER) {
            exprs_add(work->arena, &rest, factor);
            continue;
        }
        changed = changed || i > 0 || is_number(factor, 1) || factor->u.number.value <= 0;
        coefficient = coefficient ? number_product(work->arena, coefficient, factor) : factor;
    }
    if (!changed)
        return node;
    if (!coefficient)
        coefficient = scalar_one(work);
    if (negative)
        coefficient = number_product(work->arena, coefficient, cg_fraction(work->arena, -1, 1));
    return scale(work, coefficient, scalar_product(work, rest.count, rest.items));
}

static const struct cg_expr *simple_quotient(struct work *work, const struct cg_expr *node)
{
    const struct cg_expr *a = node->args[0], *b = node->args[1];
    if (is_number(b, 1))
        return a;
    if (is_number(a, 0) && b->op != CG_NUMBER)
        return a;
    if (a->op == CG_NEG)
        return cg_unary(work->arena, CG_NEG, scalar_quotient(work, a->args[0], b), scalar);
    if (a->op == CG_NUMBER && b->op == CG_NUMBER) {
        const struct cg_expr *folded = number_quotient(work->arena, a, b);
        if (folded)
            return folded;
    }
    return node;
}

static const struct cg_expr *simple_power(struct work *work, const struct cg_expr *node)
{
    const struct cg_expr *base = node->args[0], *exponent = node->args[1];
    if (is_number(exponent, 1) || is_number(base, 1))
        return base;
    if (is_number(exponent, 0))
        return scalar_one(work);
    if (is_number(exponent, 2) && base->op == CG_NUMBER)
        return number_product(work->arena, base, base);
    return node;
}

/* S_j S_ij = 1 for S = softmax(Z) */
static bool is_share(const struct cg_expr *expr, char letter)
{
    if (expr->op != CG_ENTRY || expr->u.at.col.letter != letter || expr->u.at.row.letter == letter)
        return false;
    const struct cg_expr *matrix = expr->args[0];
    while (matrix->op == CG_NAME && matrix->u.value->body)
        matrix = matrix->u.value->body;
    return matrix->op == CG_SOFTMAX;
}

static const struct cg_expr *simple_sum_over(struct work *work, const struct cg_expr *node,
                                             enum simplify_flags flags);

/* S_i (a_i - 1/n S_j a_j) = 0: what is measured from its mean */
static bool sums_to_zero(struct work *work, const struct cg_expr *sum, enum simplify_flags flags)
{
    const struct cg_expr *bracket = sum->args[0];
    struct exprs terms = {0};
    bool constant = false;
    for (size_t i = 0; i < bracket->n_args; i++) {
        const struct cg_expr *term = cg_sum_over(work->arena, sum->u.over, bracket->args[i]);
        constant = constant || !cg_has_free_index(bracket->args[i], sum->u.over.letter);
        exprs_add(work->arena, &terms, simple_sum_over(work, term, flags));
    }
    return constant && is_number(simple_sum(work, scalar_sum(work, terms.count, terms.items)), 0);
}

/* S 0 = 0; S c a = c S a where c does not carry the index, S 1 = n */
static const struct cg_expr *simple_sum_over(struct work *work, const struct cg_expr *node,
                                             enum simplify_flags flags)
{
    const struct cg_expr *body = node->args[0];
    if (is_number(body, 0))
        return body;
    if (!(flags & SIMPLIFY_FULL))
        return node;
    if (is_share(body, node->u.over.letter))
        return scalar_one(work);
    if (body->op == CG_ADD && sums_to_zero(work, node, flags))
        return scalar_zero(work);
    struct monomial all = monomial_of(work, body), in = {.coefficient = scalar_one(work)};
    struct monomial out = {.coefficient = all.coefficient};
    for (size_t i = 0; i < all.count; i++) {
        bool inside = cg_has_free_index(all.powers[i].base, node->u.over.letter);
        monomial_times(work, inside ? &in : &out, all.powers[i].base, all.powers[i].exponent);
    }
    if (is_number(out.coefficient, 1) && !out.count && in.count)
        return node;
    const struct cg_expr *sum =
        in.count ? cg_sum_over(work->arena, node->u.over, monomial_build(work, &in))
                 : cg_size_of(work->model, work->arena, node->u.over.dim);
    monomial_times(work, &out, cg_from(work->arena, sum, node), scalar_one(work));
    return monomial_build(work, &out);
}

/* -(a - b) = b - a */
static const struct cg_expr *simple_negation(struct work *work, const struct cg_expr *node,
                                             enum simplify_flags flags)
{
    const struct cg_expr *arg = node->args[0];
    if (arg->op == CG_NEG)
        return arg->args[0];
    if (is_number(arg, 0))
        return arg;
    bool mixed = false;
    for (size_t i = 0; i < arg->n_args; i++)
        mixed = mixed || arg->args[i]->op == CG_NEG;
    if (arg->op != CG_ADD || !mixed || !(flags & SIMPLIFY_FULL))
        return node;
    struct exprs terms = {0};
    for (size_t i = 0; i < arg->n_args; i++)
        exprs_add(work->arena, &terms, scalar_negated(work, arg->args[i]));
    return scalar_sum(work, terms.count, terms.items);
}

/* [-A]_kl = -[A]_kl */
static const struct cg_expr *simple_entry(struct work *work, const struct cg_expr *node)
{
    if (node->args[0]->op == CG_NEG)
        return scalar_negated(
            work, cg_entry(work->arena, node->args[0]->args[0], node->u.at.row, node->u.at.col));
    enum cg_op op = node->args[0]->op;
    if (op == CG_NUMBER)
        return node->args[0];
    return op == CG_ONES ? scalar_one(work) : op == CG_ZEROS ? scalar_zero(work) : node;
}

/* One node whose arguments are simple. */
static const struct cg_expr *simple(struct work *work, const struct cg_expr *node,
                                    enum simplify_flags flags)
{
    switch (node->op) {
    case CG_ADD:
        return simple_sum(work, node);
    case CG_MUL:
        return flags & SIMPLIFY_FULL ? monomial_simple(work, node) : simple_product(work, node);
    case CG_NEG:
        return simple_negation(work, node, flags);
    case CG_DIV:
        return flags & SIMPLIFY_FULL ? monomial_simple(work, node) : simple_quotient(work, node);
    case CG_POW:
        return simple_power(work, node);
    case CG_SUM_OVER:
        return simple_sum_over(work, node, flags);
    case CG_ENTRY:
        return simple_entry(work, node);
    case CG_KRON:
        return node->u.at.row.letter == node->u.at.col.letter ? scalar_one(work) : node;
    case CG_NUMBER:
    case CG_SIZE:
    case CG_NAME:
    case CG_GRAD:
    case CG_EYE:
    case CG_ONES:
    case CG_ZEROS:
    case CG_APPLY:
    case CG_MATMUL:
    case CG_TRANSPOSE:
    case CG_SUM:
    case CG_MEAN:
    case CG_TRACE:
    case CG_DOT:
    case CG_OUTER:
    case CG_NORM2:
    case CG_SOFTMAX:
    case CG_DIAG:
    case CG_PARTIAL:
        return node;
    }
    return node;
}

const struct cg_expr *simplify(struct work *work, const struct cg_expr *expr,
                               enum simplify_flags flags)
{
    const struct cg_expr *node = expr;
    enum simplify_flags inside = expr->op == CG_APPLY ? SIMPLIFY_PLAIN : flags; /* as written */
    if (expr->n_args && expr->op != CG_ENTRY && expr->op != CG_PARTIAL) {
        const struct cg_expr **args = cg_alloc_array(work->arena, expr->n_args, sizeof *args);
        for (size_t i = 0; i < expr->n_args; i++)
            args[i] = simplify(work, expr->args[i], inside);
        node = cg_with_args(work->arena, expr, args);
    }
    const struct cg_expr *out = simple(work, node, flags);
    return out == node ? node : rewrite_record(work, expr, out);
}
