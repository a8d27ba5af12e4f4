#include "algebra/matrix_ops.h"

#include "algebra/rules.h"

static bool one(const struct work *work, int dim)
{
    return cg_dim_root(work->model, dim) == 0;
}

static struct cg_shape flipped(struct cg_shape shape)
{
    return (struct cg_shape){shape.cols, shape.rows};
}

/* (c A)^T = c A^T: the numbers in front of one matrix. NULL where there is more than one matrix. */
static const struct cg_expr *transposed_multiple(struct work *work, const struct cg_expr *matrix)
{
    const struct cg_expr **args = cg_alloc_array(work->arena, matrix->n_args, sizeof *args);
    size_t matrices = 0;
    for (size_t i = 0; i < matrix->n_args; i++) {
        matrices += !cg_is_scalar(work->model, matrix->args[i]->shape);
        args[i] = matrix_transposed(work, matrix->args[i]);
    }
    return matrices == 1
               ? cg_nary(work->arena, CG_MUL, matrix->n_args, args, flipped(matrix->shape))
               : NULL;
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
    else if (op == CG_MUL)
        out = transposed_multiple(work, matrix);
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
            terms.items[j] =
                matrix_elementwise(work, CG_MUL, 2, (const struct cg_expr *[]){number, rest});
            continue;
        }
        exprs_add(work->arena, &terms, args[i]);
        exprs_add(work->arena, &numbers, number);
        exprs_add(work->arena, &rests, rest);
    }
    for (size_t i = 1; i < terms.count && terms.items[0]->op == CG_NEG; i++) {
        const struct cg_expr *first = terms.items[0]; /* b - a reads better than -a + b */
        terms.items[0] = terms.items[i];
        terms.items[i] = first;
    }
    return matrix_elementwise(work, CG_ADD, terms.count, terms.items);
}
