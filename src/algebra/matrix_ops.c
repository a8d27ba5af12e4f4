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

/* A * I is as it is turned over: only the diagonal is left. */
static bool is_diagonal(const struct cg_expr *matrix)
{
    for (size_t i = 0; matrix->op == CG_MUL && i < matrix->n_args; i++)
        if (matrix->args[i]->op == CG_EYE)
            return true;
    return false;
}

/* (c A)^T = c A^T: what is 1 x 1 stays in front. */
static const struct cg_expr *transposed_product(struct work *work, const struct cg_expr *matrix)
{
    if (is_diagonal(matrix))
        return matrix;
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

void matrix_chain(struct work *work, const struct cg_expr *matrix, struct exprs *out)
{
    if (matrix->op != CG_MATMUL) {
        exprs_add(work->arena, out, matrix);
        return;
    }
    matrix_chain(work, matrix->args[0], out);
    matrix_chain(work, matrix->args[1], out);
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
    matrix_chain(work, a, &chain);
    matrix_chain(work, b, &chain);
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
