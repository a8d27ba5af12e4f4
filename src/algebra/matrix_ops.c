#include "algebra/matrix_ops.h"

#include "algebra/monomial.h"
#include "algebra/rules.h"

static bool one(const struct work *work, int dim)
{
    return cg_dim_root(work->model, dim) == 0;
}

static struct cg_shape flipped(struct cg_shape shape)
{
    return (struct cg_shape){shape.cols, shape.rows};
}

size_t matrix_cost(const struct cg_expr *matrix)
{
    size_t own = matrix->op == CG_TRANSPOSE || matrix->op == CG_SUM ? 2
                 : matrix->op == CG_ONES                            ? 3
                                                                    : 1;
    for (size_t i = 0; i < matrix->n_args; i++)
        own += matrix_cost(matrix->args[i]);
    return own;
}

static size_t count_transposes(const struct cg_expr *matrix)
{
    size_t count = matrix->op == CG_TRANSPOSE;
    for (size_t i = 0; i < matrix->n_args; i++)
        count += count_transposes(matrix->args[i]);
    return count;
}

/* (f(A) + B)^T = f(A^T) + B^T, where that takes no more transposes; else NULL. */
static const struct cg_expr *transposed_entrywise(struct work *work, const struct cg_expr *matrix)
{
    const struct cg_expr **args = cg_alloc_array(work->arena, matrix->n_args, sizeof *args);
    size_t before = 1, after = 0;
    for (size_t i = 0; i < matrix->n_args; i++) {
        args[i] = matrix_transposed(work, matrix->args[i]);
        before += count_transposes(matrix->args[i]);
        after += count_transposes(args[i]);
    }
    if (after >= before)
        return NULL;
    if (matrix->op == CG_APPLY)
        return cg_apply(work->arena, matrix->u.apply.function, matrix->u.apply.order, args[0]);
    return matrix->op == CG_ADD ? matrix_sum(work, matrix->n_args, args)
                                : matrix_elementwise(work, matrix->op, matrix->n_args, args);
}

/* (c A)^T = c A^T: what is 1 x 1 stays in front. */
static const struct cg_expr *transposed_product(struct work *work, const struct cg_expr *matrix)
{
    const struct cg_expr *rest, *number = matrix_apart(work, matrix, &rest);
    return is_number(number, 1)
               ? transposed_entrywise(work, matrix)
               : matrix_hadamard(work, 2,
                                 (const struct cg_expr *[]){number, matrix_transposed(work, rest)});
}

/* sum(A, axis=0)^T = sum(A^T, axis=1), where A is a transpose */
static const struct cg_expr *transposed_sum(struct work *work, const struct cg_expr *matrix)
{
    if (matrix->args[0]->op != CG_TRANSPOSE)
        return NULL;
    enum cg_axis axis = matrix->u.axis == CG_AXIS_ROWS ? CG_AXIS_COLS : CG_AXIS_ROWS;
    return cg_reduce(work->arena, matrix->op, axis, matrix->args[0]->args[0]);
}

/* (A^T)^T = A, (A B)^T = B^T A^T, (c A)^T = c A^T, (a b^T)^T = b a^T */
const struct cg_expr *matrix_transposed(struct work *work, const struct cg_expr *matrix)
{
    enum cg_op op = matrix->op;
    const struct cg_expr *out = NULL;
    if (cg_is_scalar(work->model, matrix->shape) || op == CG_EYE)
        out = matrix;
    else if (op == CG_TRANSPOSE)
        out = matrix->args[0];
    else if (op == CG_MATMUL)
        out = matrix_product(work, matrix_transposed(work, matrix->args[1]),
                             matrix_transposed(work, matrix->args[0]));
    else if (op == CG_OUTER)
        out = cg_binary(work->arena, CG_OUTER, matrix->args[1], matrix->args[0],
                        flipped(matrix->shape));
    else if (op == CG_ONES || op == CG_ZEROS)
        out = cg_constant(work->arena, op, flipped(matrix->shape));
    else if (op == CG_NEG)
        out = cg_unary(work->arena, CG_NEG, matrix_transposed(work, matrix->args[0]),
                       flipped(matrix->shape));
    else if (op == CG_MUL || op == CG_DIV)
        out = transposed_product(work, matrix);
    else if (op == CG_ADD || op == CG_POW || op == CG_APPLY)
        out = transposed_entrywise(work, matrix);
    else if (op == CG_SUM || op == CG_MEAN)
        out = transposed_sum(work, matrix);
    return out ? out : cg_unary(work->arena, CG_TRANSPOSE, matrix, flipped(matrix->shape));
}

static void gather_chain(struct work *work, const struct cg_expr *matrix, struct exprs *out)
{
    if (matrix->op != CG_MATMUL) {
        exprs_add(work->arena, out, matrix);
        return;
    }
    gather_chain(work, matrix->args[0], out);
    gather_chain(work, matrix->args[1], out);
}

static const struct cg_expr *matmul(struct work *work, const struct cg_expr *a,
                                    const struct cg_expr *b)
{
    return cg_binary(work->arena, CG_MATMUL, a, b, (struct cg_shape){a->shape.rows, b->shape.cols});
}

/* (A B) C = A (B C): one way of writing a chain, so that equal chains are seen to be equal. From
 * the right where it ends in a column, which is cheaper; else from the left. */
const struct cg_expr *matrix_product(struct work *work, const struct cg_expr *a,
                                     const struct cg_expr *b)
{
    struct exprs chain = {0};
    gather_chain(work, a, &chain);
    gather_chain(work, b, &chain);
    size_t last = chain.count - 1;
    bool column = one(work, b->shape.cols) && !one(work, a->shape.rows);
    const struct cg_expr *out = chain.items[column ? last : 0];
    for (size_t i = 1; i <= last; i++)
        out = column ? matmul(work, chain.items[last - i], out) : matmul(work, out, chain.items[i]);
    return out;
}

const struct cg_expr *matrix_elementwise(struct work *work, enum cg_op op, size_t count,
                                         const struct cg_expr *const *args)
{
    struct exprs list = {0};
    struct cg_shape shape = {0, 0};
    for (size_t i = 0; i < count; i++) {
        if (!one(work, args[i]->shape.rows))
            shape.rows = args[i]->shape.rows;
        if (!one(work, args[i]->shape.cols))
            shape.cols = args[i]->shape.cols;
        if ((op == CG_ADD || op == CG_MUL) && args[i]->op == op)
            for (size_t j = 0; j < args[i]->n_args; j++)
                exprs_add(work->arena, &list, args[i]->args[j]);
        else
            exprs_add(work->arena, &list, args[i]);
    }
    if (op == CG_DIV || op == CG_POW)
        return cg_binary(work->arena, op, list.items[0], list.items[1], shape);
    return cg_nary(work->arena, op, list.count, list.items, shape);
}

/* sum(A, axis=0) / m = mean(A, axis=0), sum(A) / (m n) = mean(A) */
static void gather_mean(struct work *work, struct monomial *monomial, size_t at)
{
    const struct cg_expr *sum = monomial->powers[at].base;
    if (sum->op != CG_SUM || !is_number(monomial->powers[at].exponent, 1))
        return;
    struct cg_shape shape = sum->args[0]->shape;
    const int dims[] = {sum->u.axis == CG_AXIS_COLS ? 0 : cg_dim_root(work->model, shape.rows),
                        sum->u.axis == CG_AXIS_ROWS ? 0 : cg_dim_root(work->model, shape.cols)};
    struct monomial other = {.coefficient = scalar_one(work)};
    for (size_t i = 0; i < monomial->count; i++)
        monomial_times(work, &other,
                       i == at ? cg_reduce(work->arena, CG_MEAN, sum->u.axis, sum->args[0])
                               : monomial->powers[i].base,
                       monomial->powers[i].exponent);
    for (size_t d = 0; d < 2; d++) {
        bool divided = dims[d] == 0;
        for (size_t i = 0; i < other.count && !divided; i++)
            divided = other.powers[i].base->op == CG_SIZE &&
                      cg_same_dim(work->model, other.powers[i].base->u.over.dim, dims[d]) &&
                      other.powers[i].exponent->u.number.value <= -1;
        if (!divided)
            return;
        if (dims[d])
            monomial_times(work, &other, cg_size(work->arena, dims[d]), scalar_one(work));
    }
    for (size_t i = 0; i < other.count; i++)
        if (other.powers[i].base->op == CG_SIZE &&
            !cg_same_dim(work->model, other.powers[i].base->u.over.dim, dims[0]) &&
            !cg_same_dim(work->model, other.powers[i].base->u.over.dim, dims[1]))
            return; /* 2/(m n) sum(A, axis=0) */
    other.coefficient = monomial->coefficient;
    *monomial = other;
}

/* Where a factor stands: a number, a matrix, a slope f'(Z). */
static int factor_class(const struct work *work, const struct cg_expr *factor)
{
    if (cg_is_scalar(work->model, factor->shape))
        return 0;
    return factor->op == CG_APPLY && factor->u.apply.order ? 2 : 1;
}

static struct exprs in_order(struct work *work, const struct exprs *first, const struct exprs *rest)
{
    struct exprs out = {0};
    for (size_t i = 0; i < first->count; i++)
        exprs_add(work->arena, &out, first->items[i]);
    for (int kind = 0; kind <= 2; kind++)
        for (size_t i = 0; i < rest->count; i++)
            if (factor_class(work, rest->items[i]) == kind)
                exprs_add(work->arena, &out, rest->items[i]);
    return out;
}

static const struct cg_expr *product_of(struct work *work, const struct cg_expr *number,
                                        const struct exprs *factors)
{
    struct exprs all = {0};
    if (!is_number(number, 1) || !factors->count)
        exprs_add(work->arena, &all, number);
    for (size_t i = 0; i < factors->count; i++)
        exprs_add(work->arena, &all, factors->items[i]);
    return matrix_elementwise(work, CG_MUL, all.count, all.items);
}

static const struct cg_expr *quotient_of(struct work *work, const struct cg_expr *a,
                                         const struct cg_expr *b)
{
    return is_number(b, 1) ? a
                           : matrix_elementwise(work, CG_DIV, 2, (const struct cg_expr *[]){a, b});
}

const struct cg_expr *matrix_of_monomial(struct work *work, const struct monomial *monomial)
{
    const struct cg_expr *number = monomial->coefficient, *p, *q;
    bool negative = number->u.number.value < 0;
    if (negative)
        number = number_product(work->arena, number, cg_fraction(work->arena, -1, 1));
    struct exprs sizes = monomial_powers(work, monomial, true, true);
    struct exprs by_sizes = monomial_powers(work, monomial, true, false);
    struct exprs above = monomial_powers(work, monomial, false, true);
    struct exprs below = monomial_powers(work, monomial, false, false);
    bool front = by_sizes.count && above.count && !below.count; /* 2/n A */
    bool over = by_sizes.count || below.count;                  /* (2 A)/(3 n B) */
    struct exprs none = {0};
    number_split(work, number, &p, &q);
    struct exprs top = in_order(work, &sizes, front ? &none : &above);
    below = in_order(work, &by_sizes, &below);
    const struct cg_expr *out = quotient_of(work, product_of(work, over ? p : number, &top),
                                            product_of(work, over ? q : scalar_one(work), &below));
    if (front) {
        above = in_order(work, &none, &above);
        out = matrix_elementwise(
            work, CG_MUL, 2,
            (const struct cg_expr *[]){out, product_of(work, scalar_one(work), &above)});
    }
    return negative ? cg_unary(work->arena, CG_NEG, out, out->shape) : out;
}

/* exp(Z) / sum(exp(Z), axis=1) = softmax(Z) */
static void gather_softmax(struct work *work, struct monomial *monomial, size_t at)
{
    const struct cg_expr *exp = monomial->powers[at].base;
    if (exp->op != CG_APPLY || exp->u.apply.function->kernel != CG_EXP ||
        !is_number(monomial->powers[at].exponent, 1))
        return;
    for (size_t i = 0; i < monomial->count; i++) {
        const struct cg_expr *sum = monomial->powers[i].base;
        if (sum->op != CG_SUM || sum->u.axis != CG_AXIS_COLS ||
            !is_number(monomial->powers[i].exponent, -1) || !cg_expr_equal(sum->args[0], exp))
            continue;
        monomial->powers[at].base = cg_unary(work->arena, CG_SOFTMAX, exp->args[0], exp->shape);
        monomial_times(work, monomial, sum, scalar_one(work));
        return;
    }
}

const struct cg_expr *matrix_hadamard(struct work *work, size_t count,
                                      const struct cg_expr *const *args)
{
    struct monomial monomial = {.coefficient = scalar_one(work)};
    for (size_t i = 0; i < count; i++) {
        struct monomial factor = monomial_of(work, args[i]);
        monomial.coefficient =
            number_product(work->arena, monomial.coefficient, factor.coefficient);
        for (size_t p = 0; p < factor.count; p++)
            monomial_times(work, &monomial, factor.powers[p].base, factor.powers[p].exponent);
    }
    for (size_t i = 0; i < monomial.count; i++)
        gather_softmax(work, &monomial, i);
    for (size_t i = 0; i < monomial.count; i++)
        gather_mean(work, &monomial, i);
    return matrix_of_monomial(work, &monomial);
}

const struct cg_expr *matrix_apart(struct work *work, const struct cg_expr *matrix,
                                   const struct cg_expr **rest)
{
    const struct cg_expr *number = scalar_one(work);
    *rest = matrix;
    if (matrix->op == CG_MATMUL) { /* (c A) B = c A B */
        const struct cg_expr *factors[2], *numbers[2];
        for (size_t i = 0; i < 2; i++)
            numbers[i] = matrix_apart(work, matrix->args[i], &factors[i]);
        if (is_number(numbers[0], 1) && is_number(numbers[1], 1))
            return numbers[0];
        *rest = matmul(work, factors[0], factors[1]);
        return matrix_hadamard(work, 2, numbers);
    }
    if (matrix->op != CG_NEG && matrix->op != CG_MUL && matrix->op != CG_DIV)
        return number;
    struct monomial all = monomial_of(work, matrix);
    struct monomial numbers = {.coefficient = all.coefficient}, others = {.coefficient = number};
    for (size_t i = 0; i < all.count; i++)
        monomial_times(work,
                       cg_is_scalar(work->model, all.powers[i].base->shape) ? &numbers : &others,
                       all.powers[i].base, all.powers[i].exponent);
    number = matrix_of_monomial(work, &numbers);
    if (!is_number(number, 1))
        *rest = matrix_of_monomial(work, &others);
    return number;
}

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
    gather_chain(work, rest, &chain.factors);
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

/* 2 A - 2 B = 2 (A - B) */
static const struct cg_expr *with_common_number(struct work *work, const struct exprs *terms)
{
    struct exprs rests = {0};
    const struct cg_expr *number = NULL;
    for (size_t i = 0; i < terms->count; i++) {
        const struct cg_expr *rest, *own = multiple_of(work, terms->items[i], &rest);
        bool negative = own->u.number.value < 0;
        if (negative)
            own = number_product(work->arena, own, cg_fraction(work->arena, -1, 1));
        if (rest->op == CG_NUMBER || (number && !cg_expr_equal(own, number)))
            return NULL;
        number = own;
        exprs_add(work->arena, &rests,
                  negative ? cg_unary(work->arena, CG_NEG, rest, rest->shape) : rest);
    }
    if (is_number(number, 1))
        return NULL;
    return times_number(work, number, matrix_sum(work, rests.count, rests.items));
}

const struct cg_expr *matrix_sum(struct work *work, size_t count, const struct cg_expr *const *args)
{
    struct exprs terms = {0}, numbers = {0}, rests = {0};
    for (size_t i = 0; i < count; i++) {
        const struct cg_expr *rest;
        const struct cg_expr *number = multiple_of(work, args[i], &rest);
        size_t j = 0;
        while (j < rests.count && !cg_expr_equal(rests.items[j], rest))
            j++;
        if (j < rests.count && rest->op != CG_NUMBER) {
            number = number_sum(work->arena, numbers.items[j], number);
            numbers.items[j] = number;
            terms.items[j] = times_number(work, number, rest);
            continue;
        }
        exprs_add(work->arena, &terms, args[i]);
        exprs_add(work->arena, &numbers, number);
        exprs_add(work->arena, &rests, rest);
    }
    const struct cg_expr *short_form = terms.count > 1 ? factored(work, &terms) : NULL;
    if (!short_form && terms.count > 1)
        short_form = with_common_number(work, &terms);
    if (short_form)
        return short_form;
    bool pair = terms.count == 2 && terms.items[0]->op == CG_TRANSPOSE &&
                cg_expr_equal(terms.items[0]->args[0], terms.items[1]); /* A + A^T */
    for (size_t i = 1; i < terms.count && (pair || terms.items[0]->op == CG_NEG); i++) {
        const struct cg_expr *first = terms.items[0]; /* b - a reads better than -a + b */
        terms.items[0] = terms.items[i];
        terms.items[i] = first;
    }
    return matrix_elementwise(work, CG_ADD, terms.count, terms.items);
}
