/* Sums of matrices: equal terms, common numbers, common factors. */
#include "algebra/matrix_ops.h"
#include "algebra/monomial.h"
#include "algebra/rules.h"

/* c A as (c, A), with the sign in c. */
static const struct cg_expr *multiple_of(struct work *work, const struct cg_expr *term,
                                         const struct cg_expr **rest)
{
    const struct cg_expr *minus = cg_fraction(work->arena, -1, 1), *number;
    *rest = term;
    if (term->op == CG_NEG) {
        number = multiple_of(work, term->args[0], rest);
        return number_product(work->arena, number, minus);
    }
    if (term->op != CG_MUL || term->args[0]->op != CG_NUMBER)
        return cg_fraction(work->arena, 1, 1);
    *rest = cg_nary(work->arena, CG_MUL, term->n_args - 1, term->args + 1, term->shape);
    return term->args[0];
}

/* A term c A B C of a sum: the number, and the chain. */
struct chain {
    const struct cg_expr *number;
    struct exprs factors;
};

static struct chain chain_of(struct work *work, const struct cg_expr *term)
{
    struct chain chain = {0};
    const struct cg_expr *rest;
    chain.number = multiple_of(work, term, &rest);
    matrix_chain(work, rest, &chain.factors);
    return chain;
}

static const struct cg_expr *chain_product(struct work *work, const struct cg_expr *const *factors,
                                           size_t count)
{
    const struct cg_expr *out = factors[0];
    for (size_t i = 1; i < count; i++)
        out = matrix_product(work, out, factors[i]);
    return out;
}

static const struct cg_expr *times_number(struct work *work, const struct cg_expr *number,
                                          const struct cg_expr *matrix)
{
    if (is_number(number, 1))
        return matrix;
    if (is_number(number, -1))
        return cg_unary(work->arena, CG_NEG, matrix, matrix->shape);
    if (number->u.number.value < 0)
        return cg_unary(
            work->arena, CG_NEG,
            times_number(work, number_product(work->arena, number, cg_fraction(work->arena, -1, 1)),
                         matrix),
            matrix->shape);
    return matrix_elementwise(work, CG_MUL, 2, (const struct cg_expr *[]){number, matrix});
}

/* The number that all the terms have, else 1. */
static const struct cg_expr *common_number(struct work *work, const struct chain *chains,
                                           size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (!cg_expr_equal(chains[i].number, chains[0].number))
            return cg_fraction(work->arena, 1, 1);
    return chains[0].number;
}

/* A B + C B = (A + C) B, or A B + A C = A (B + C) where `left`; NULL where the factor is not common
 * to all terms. */
static const struct cg_expr *common_factor(struct work *work, struct chain *chains, size_t count,
                                           bool left)
{
    struct exprs rest = {0};
    const struct cg_expr *number = common_number(work, chains, count), *common = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct exprs *factors = &chains[i].factors;
        if (factors->count < 2)
            return NULL;
        const struct cg_expr *own = factors->items[left ? 0 : factors->count - 1];
        if (common && !cg_expr_equal(common, own))
            return NULL;
        common = own;
        const struct cg_expr *other =
            chain_product(work, factors->items + left, factors->count - 1);
        exprs_add(
            work->arena, &rest,
            times_number(work, number_quotient(work->arena, chains[i].number, number), other));
    }
    const struct cg_expr *bracket = matrix_sum(work, rest.count, rest.items), *inner;
    const struct cg_expr *outer = multiple_of(work, bracket, &inner); /* A (2 B) = 2 A B */
    const struct cg_expr *out =
        left ? matrix_product(work, common, inner) : matrix_product(work, inner, common);
    return times_number(work, number_product(work->arena, number, outer), out);
}

/* Common factors of all the terms, or of two of which each is a product of two. */
static const struct cg_expr *factored(struct work *work, const struct exprs *terms)
{
    struct chain *chains = cg_alloc_array(work->arena, terms->count, sizeof *chains);
    for (size_t i = 0; i < terms->count; i++)
        chains[i] = chain_of(work, terms->items[i]);
    const struct cg_expr *out = common_factor(work, chains, terms->count, false);
    if (!out)
        out = common_factor(work, chains, terms->count, true);
    for (size_t i = 0; i < terms->count && !out && terms->count > 2; i++)
        for (size_t j = i + 1; j < terms->count && !out; j++) {
            struct chain two[] = {chains[i], chains[j]};
            if (two[0].factors.count != 2 || two[1].factors.count != 2)
                continue;
            const struct cg_expr *both = common_factor(work, two, 2, false);
            if (!both && !(both = common_factor(work, two, 2, true)))
                continue;
            struct exprs other = {0};
            for (size_t t = 0; t < terms->count; t++)
                if (t != j)
                    exprs_add(work->arena, &other, t == i ? both : terms->items[t]);
            out = matrix_sum(work, other.count, other.items);
        }
    return out;
}

/* The number or size in front of a term, the sign left out: 2, or 1/n; else 1. */
static const struct cg_expr *leading(struct work *work, const struct cg_expr *term,
                                     const struct cg_expr **rest, bool *negative)
{
    *negative = term->op == CG_NEG;
    *rest = *negative ? term->args[0] : term;
    if ((*rest)->op != CG_MUL || !is_constant((*rest)->args[0]))
        return scalar_one(work);
    const struct cg_expr *number = (*rest)->args[0];
    *rest = cg_nary(work->arena, CG_MUL, (*rest)->n_args - 1, (*rest)->args + 1, term->shape);
    if (number->op != CG_NUMBER || number->u.number.value >= 0)
        return number;
    *negative = !*negative;
    return number_product(work->arena, number, cg_fraction(work->arena, -1, 1));
}

/* 2/n A - 2/n B = 2/n (A - B) */
static const struct cg_expr *with_common_number(struct work *work, const struct exprs *terms)
{
    struct exprs rests = {0}, positive = {0};
    const struct cg_expr *number = NULL;
    bool all_negative = true;
    for (size_t i = 0; i < terms->count; i++) {
        bool negative;
        const struct cg_expr *rest, *own = leading(work, terms->items[i], &rest, &negative);
        if (rest->op == CG_NUMBER || (number && !cg_expr_equal(own, number)))
            return NULL;
        number = own;
        all_negative = all_negative && negative;
        exprs_add(work->arena, &positive, rest);
        exprs_add(work->arena, &rests,
                  negative ? cg_unary(work->arena, CG_NEG, rest, rest->shape) : rest);
    }
    if (is_number(number, 1))
        return NULL;
    const struct cg_expr *sum =
        matrix_sum(work, rests.count, all_negative ? positive.items : rests.items);
    sum = matrix_elementwise(work, CG_MUL, 2, (const struct cg_expr *[]){number, sum});
    return all_negative ? cg_unary(work->arena, CG_NEG, sum, sum->shape) : sum;
}

/* Is it a sum of products of matrices alone? */
static bool is_sum_of_chains(const struct cg_expr *matrix)
{
    for (size_t i = 0; i < matrix->n_args; i++) {
        const struct cg_expr *term = matrix->args[i];
        if ((term->op == CG_NEG ? term->args[0] : term)->op != CG_MATMUL)
            return false;
    }
    return matrix->op == CG_ADD;
}

/* (A B + C D) E is two terms of the sum that it stands in: common factors are then looked for in
 * all of them. */
static void add_multiplied_out(struct work *work, bool in_sum, const struct cg_expr *term,
                               struct exprs *out)
{
    struct chain chain = chain_of(work, term);
    size_t at = 0;
    while (at < chain.factors.count && !is_sum_of_chains(chain.factors.items[at]))
        at++;
    if (!in_sum || at == chain.factors.count) {
        exprs_add(work->arena, out, term);
        return;
    }
    const struct cg_expr *bracket = chain.factors.items[at];
    for (size_t i = 0; i < bracket->n_args; i++) {
        const struct cg_expr *number =
            multiple_of(work, bracket->args[i], &chain.factors.items[at]);
        exprs_add(work->arena, out,
                  times_number(work, number_product(work->arena, chain.number, number),
                               chain_product(work, chain.factors.items, chain.factors.count)));
    }
}

static void swap(struct exprs *terms, size_t i, size_t j)
{
    const struct cg_expr *first = terms->items[i];
    terms->items[i] = terms->items[j];
    terms->items[j] = first;
}

const struct cg_expr *matrix_sum(struct work *work, size_t count, const struct cg_expr *const *args)
{
    struct exprs terms = {0}, numbers = {0}, rests = {0}, all = {0};
    for (size_t i = 0; i < count; i++)
        add_multiplied_out(work, count > 1, args[i], &all);
    for (size_t i = 0; i < all.count; i++) {
        const struct cg_expr *rest;
        const struct cg_expr *number = multiple_of(work, all.items[i], &rest);
        size_t j = 0;
        while (j < rests.count && !cg_expr_equal(rests.items[j], rest))
            j++;
        if (j < rests.count && rest->op != CG_NUMBER) {
            number = number_sum(work->arena, numbers.items[j], number);
            numbers.items[j] = number;
            terms.items[j] = times_number(work, number, rest);
            continue;
        }
        exprs_add(work->arena, &terms, all.items[i]);
        exprs_add(work->arena, &numbers, number);
        exprs_add(work->arena, &rests, rest);
    }
    const struct cg_expr *short_form = terms.count > 1 ? factored(work, &terms) : NULL;
    if (!short_form && terms.count > 1)
        short_form = with_common_number(work, &terms);
    if (short_form)
        return short_form;
    for (size_t i = 0; i < terms.count; i++)
        for (size_t j = i + 1; j < terms.count; j++)
            if (terms.items[i]->op == CG_TRANSPOSE &&
                cg_expr_equal(terms.items[i]->args[0], terms.items[j]))
                swap(&terms, i, j); /* A + A^T */
    for (size_t i = 1; i < terms.count && terms.items[0]->op == CG_NEG; i++)
        swap(&terms, 0, i); /* b - a reads better than -a + b */
    return matrix_elementwise(work, CG_ADD, terms.count, terms.items);
}
