/* Equal terms and common factors. */
#include "algebra/monomial.h"
#include "algebra/rules.h"

#include <math.h>

static bool same_in_any_order(struct work *work, const struct cg_expr *a, const struct cg_expr *b)
{
    if (a->n_args > 64)
        return false;
    uint64_t taken = 0;
    for (size_t i = 0; i < a->n_args; i++) {
        bool found = false;
        for (size_t j = 0; j < b->n_args && !found; j++)
            if (!(taken >> j & 1) && same_value(work, a->args[i], b->args[j])) {
                taken |= (uint64_t)1 << j;
                found = true;
            }
        if (!found)
            return false;
    }
    return true;
}

bool same_value(struct work *work, const struct cg_expr *a, const struct cg_expr *b)
{
    if (a == b || cg_expr_equal(a, b))
        return true;
    if (a->op != b->op || a->n_args != b->n_args)
        return false;
    if (a->op == CG_ADD || a->op == CG_MUL)
        return same_in_any_order(work, a, b);
    if (a->op == CG_SUM_OVER) {
        char letter = a->u.over.letter; /* b's sum is renamed to it, where that captures nothing */
        if (!cg_same_dim(work->model, a->u.over.dim, b->u.over.dim) ||
            (letter != b->u.over.letter &&
             (cg_has_free_index(b->args[0], letter) || index_binds(b->args[0], letter))))
            return false;
        return same_value(work, a->args[0],
                          index_substitute(work, b->args[0], b->u.over, a->u.over));
    }
    if (a->op != CG_NEG && a->op != CG_DIV && a->op != CG_POW)
        return false;
    for (size_t i = 0; i < a->n_args; i++)
        if (!same_value(work, a->args[i], b->args[i]))
            return false;
    return true;
}

/* The exponent of a base, or NULL. */
static const struct cg_expr *exponent_in(struct work *work, const struct monomial *monomial,
                                         const struct cg_expr *base)
{
    for (size_t i = 0; i < monomial->count; i++)
        if (same_value(work, monomial->powers[i].base, base))
            return monomial->powers[i].exponent;
    return NULL;
}

/* What all terms of a sum have in common: the powers, and the number where it is the same. */
static struct monomial common_factor(struct work *work, const struct monomial *terms, size_t count)
{
    struct monomial common = {.coefficient = terms[0].coefficient};
    bool all_negative = true, same = true;
    for (size_t i = 0; i < count; i++) {
        double number = terms[i].coefficient->u.number.value;
        all_negative = all_negative && number < 0;
        same = same && fabs(number) == fabs(terms[0].coefficient->u.number.value);
    }
    if (!same || is_number(common.coefficient, 0))
        common.coefficient = scalar_one(work);
    else if (!all_negative && common.coefficient->u.number.value < 0)
        common.coefficient =
            number_product(work->arena, common.coefficient, cg_fraction(work->arena, -1, 1));
    for (size_t p = 0; p < terms[0].count; p++) {
        struct power least = terms[0].powers[p];
        bool shared = least.base->op != CG_PARTIAL;
        for (size_t i = 1; i < count && shared; i++) {
            const struct cg_expr *other = exponent_in(work, &terms[i], least.base);
            shared = other && other->u.number.value * least.exponent->u.number.value > 0;
            if (shared && fabs(other->u.number.value) < fabs(least.exponent->u.number.value))
                least.exponent = other;
        }
        if (shared)
            monomial_times(work, &common, least.base, least.exponent);
    }
    return common;
}

/* Would a factor be taken out of a term that is nothing else: a b + a? */
static bool leaves_number(struct work *work, const struct monomial *term,
                          const struct monomial *common)
{
    size_t left = 0, taken = 0;
    for (size_t p = 0; p < term->count; p++) {
        const struct cg_expr *shared = exponent_in(work, common, term->powers[p].base);
        bool whole = shared && cg_expr_equal(shared, term->powers[p].exponent);
        bool factor =
            !is_constant(term->powers[p].base) && term->powers[p].exponent->u.number.value > 0;
        left += factor && !whole;
        taken += factor && shared;
    }
    return taken && !left;
}

/* a b + a c = a (b + c); NULL where nothing is common to all terms. */
static const struct cg_expr *gather_common(struct work *work, const struct cg_expr *sum)
{
    struct monomial *terms = cg_alloc_array(work->arena, sum->n_args, sizeof *terms);
    for (size_t i = 0; i < sum->n_args; i++)
        terms[i] = monomial_of(work, sum->args[i]);
    struct monomial common = common_factor(work, terms, sum->n_args);
    if (!common.count && is_number(common.coefficient, 1))
        return NULL;
    struct exprs rest = {0};
    for (size_t i = 0; i < sum->n_args; i++) {
        if (leaves_number(work, &terms[i], &common))
            return NULL;
        for (size_t p = 0; p < common.count; p++)
            monomial_times(work, &terms[i], common.powers[p].base,
                           number_product(work->arena, common.powers[p].exponent,
                                          cg_fraction(work->arena, -1, 1)));
        terms[i].coefficient =
            number_quotient(work->arena, terms[i].coefficient, common.coefficient);
        exprs_add(work->arena, &rest, monomial_build(work, &terms[i]));
    }
    monomial_times(work, &common, scalar_sum(work, rest.count, rest.items), scalar_one(work));
    return monomial_build(work, &common);
}

/* -a + b = b - a */
static const struct cg_expr *positive_first(struct work *work, const struct cg_expr *sum)
{
    size_t first = 0;
    while (first < sum->n_args && sum->args[first]->op == CG_NEG)
        first++;
    if (first == 0 || first == sum->n_args)
        return sum;
    struct exprs terms = {0};
    exprs_add(work->arena, &terms, sum->args[first]);
    for (size_t i = 0; i < sum->n_args; i++)
        if (i != first)
            exprs_add(work->arena, &terms, sum->args[i]);
    return cg_with_args(work->arena, sum, terms.items);
}

/* The terms of one addend with its first bracket multiplied out. */
static void add_multiplied_out(struct work *work, const struct cg_expr *addend, struct exprs *out)
{
    struct monomial all = monomial_of(work, addend), rest = {.coefficient = all.coefficient};
    const struct cg_expr *bracket = NULL;
    for (size_t i = 0; i < all.count; i++)
        if (!bracket && all.powers[i].base->op == CG_ADD && is_number(all.powers[i].exponent, 1))
            bracket = all.powers[i].base;
        else
            monomial_times(work, &rest, all.powers[i].base, all.powers[i].exponent);
    if (!bracket) {
        exprs_add(work->arena, out, addend);
        return;
    }
    const struct cg_expr *factor = monomial_build(work, &rest);
    for (size_t i = 0; i < bracket->n_args; i++)
        exprs_add(work->arena, out, scalar_times(work, factor, bracket->args[i]));
}

enum { MOST_MULTIPLIED_OUT = 8 };

/* p (1 - t) - t (1 - p) = p - t: multiplied out, where that is shorter; else the sum itself. */
static const struct cg_expr *shorter_multiplied_out(struct work *work, const struct cg_expr *sum)
{
    struct exprs terms = {0};
    if (sum->n_args > MOST_MULTIPLIED_OUT)
        return sum;
    for (size_t i = 0; i < sum->n_args; i++)
        add_multiplied_out(work, sum->args[i], &terms);
    if (terms.count == sum->n_args || terms.count > 2 * MOST_MULTIPLIED_OUT)
        return sum;
    struct work scratch = *work; /* keeps no account of what may be thrown away */
    scratch.touched = scratch.made = (struct exprs){0};
    const struct cg_expr *out =
        simplify(&scratch, scalar_sum(work, terms.count, terms.items), SIMPLIFY_FULL);
    bool cancelled = out->op != CG_ADD || out->n_args < terms.count;
    return cancelled && tree_size(out, 1000) < tree_size(sum, 1000) ? out : sum;
}

const struct cg_expr *gather_common_factors(struct work *work, const struct cg_expr *expr)
{
    bool as_written = expr->op == CG_ENTRY || expr->op == CG_APPLY; /* f(what the model says) */
    if (!expr->n_args || as_written || expr->op == CG_PARTIAL)
        return expr;
    const struct cg_expr **args = cg_alloc_array(work->arena, expr->n_args, sizeof *args);
    for (size_t i = 0; i < expr->n_args; i++)
        args[i] = gather_common_factors(work, expr->args[i]);
    const struct cg_expr *node = cg_with_args(work->arena, expr, args);
    if (node->op != CG_ADD)
        return node;
    const struct cg_expr *short_form = shorter_multiplied_out(work, node);
    if (short_form->op != CG_ADD)
        return rewrite_record(work, expr, short_form);
    const struct cg_expr *sum = positive_first(work, short_form);
    const struct cg_expr *out = gather_common(work, sum);
    return out           ? rewrite_record(work, expr, out)
           : sum == node ? node
                         : rewrite_record(work, expr, sum);
}
