/* Products entry by entry, as monomials of matrices. */
#include "algebra/matrix_ops.h"
#include "algebra/monomial.h"
#include "algebra/rules.h"

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

/* Where a factor stands: a number, a matrix, a slope f'(Z), the diagonal I. */
static int factor_class(const struct work *work, const struct cg_expr *factor)
{
    if (cg_is_scalar(work->model, factor->shape))
        return 0;
    if (factor->op == CG_EYE)
        return 3;
    return factor->op == CG_APPLY && factor->u.apply.order ? 2 : 1;
}

static struct exprs in_order(struct work *work, const struct exprs *first, const struct exprs *rest)
{
    struct exprs out = {0};
    for (size_t i = 0; i < first->count; i++)
        exprs_add(work->arena, &out, first->items[i]);
    for (int kind = 0; kind <= 3; kind++)
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

/* A^T * I = A * I */
static void drop_transposes(struct monomial *monomial)
{
    bool diagonal = false;
    for (size_t i = 0; i < monomial->count; i++)
        diagonal = diagonal || monomial->powers[i].base->op == CG_EYE;
    for (size_t i = 0; diagonal && i < monomial->count; i++)
        if (monomial->powers[i].base->op == CG_TRANSPOSE)
            monomial->powers[i].base = monomial->powers[i].base->args[0];
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
    drop_transposes(&monomial);
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
        struct cg_shape shape = {factors[0]->shape.rows, factors[1]->shape.cols};
        *rest = cg_binary(work->arena, CG_MATMUL, factors[0], factors[1], shape);
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
