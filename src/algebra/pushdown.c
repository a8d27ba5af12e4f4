/* From matrices into indices: entries led inwards, products of matrices written out. */
#include "algebra/rules.h"

static const struct cg_shape scalar = {0, 0};

/* Broadcasting: an axis of size 1 carries no index. */
static struct cg_index along(const struct work *work, struct cg_index index, int dim)
{
    return cg_dim_root(work->model, dim) == 0 ? no_index : index;
}

static const struct cg_expr *entry(struct work *work, const struct cg_expr *matrix,
                                   struct cg_index row, struct cg_index col)
{
    return cg_entry(work->arena, matrix, along(work, row, matrix->shape.rows),
                    along(work, col, matrix->shape.cols));
}

static const struct cg_expr *sum_over(struct work *work, struct cg_index index,
                                      const struct cg_expr *body)
{
    return index.letter ? cg_sum_over(work->arena, index, body) : body;
}

/* The entry of a vector, row or column, at one index. */
static const struct cg_expr *vector_entry(struct work *work, const struct cg_expr *vector,
                                          struct cg_index at)
{
    return entry_push(work, vector, at, at);
}

/* S_r S_c of entry [r, c] (of its power, or of its product with that of `other`). */
static const struct cg_expr *sum_of_all(struct work *work, const struct cg_expr *matrix,
                                        const struct cg_expr *other, bool squared)
{
    struct cg_index row = index_fresh(work, matrix->shape.rows, INDEX_SUMMED);
    struct cg_index col = index_fresh(work, matrix->shape.cols, INDEX_SUMMED);
    const struct cg_expr *body = entry_push(work, matrix, row, col);
    if (other)
        body = scalar_times(work, body, entry_push(work, other, row, col));
    if (squared)
        body = cg_binary(work->arena, CG_POW, body, cg_fraction(work->arena, 2, 1), scalar);
    return sum_over(work, row, sum_over(work, col, body));
}

/* [sum(E, axis)]_rc: the axis that is summed gets an index of its own. */
static const struct cg_expr *sum_along(struct work *work, const struct cg_expr *node,
                                       struct cg_index row, struct cg_index col)
{
    const struct cg_expr *arg = node->args[0];
    if (node->u.axis == CG_AXIS_ALL)
        return sum_of_all(work, arg, NULL, false);
    bool rows = node->u.axis == CG_AXIS_ROWS;
    struct cg_index over =
        index_fresh(work, rows ? arg->shape.rows : arg->shape.cols, INDEX_SUMMED);
    return sum_over(work, over, entry_push(work, arg, rows ? over : row, rows ? col : over));
}

static const struct cg_expr *mean_along(struct work *work, const struct cg_expr *node,
                                        struct cg_index row, struct cg_index col)
{
    const struct cg_expr *sum = sum_along(work, node, row, col);
    struct cg_shape shape = node->args[0]->shape;
    struct exprs sizes = {0};
    int along_rows = node->u.axis == CG_AXIS_COLS ? 0 : cg_dim_root(work->model, shape.rows);
    int along_cols = node->u.axis == CG_AXIS_ROWS ? 0 : cg_dim_root(work->model, shape.cols);
    if (along_rows)
        exprs_add(work->arena, &sizes, cg_size(work->arena, along_rows));
    if (along_cols)
        exprs_add(work->arena, &sizes, cg_size(work->arena, along_cols));
    const struct cg_expr *size = scalar_product(work, sizes.count, sizes.items);
    return sizes.count ? scalar_quotient(work, sum, size) : sum;
}

static const struct cg_expr *push_args(struct work *work, const struct cg_expr *matrix,
                                       struct cg_index row, struct cg_index col)
{
    const struct cg_expr **args = cg_alloc_array(work->arena, matrix->n_args, sizeof *args);
    for (size_t i = 0; i < matrix->n_args; i++)
        args[i] = entry_push(work, matrix->args[i], row, col);
    if (matrix->op == CG_ADD)
        return scalar_sum(work, matrix->n_args, args);
    if (matrix->op == CG_MUL)
        return scalar_product(work, matrix->n_args, args);
    if (matrix->op == CG_NEG)
        return cg_unary(work->arena, CG_NEG, args[0], scalar);
    const struct cg_expr *folded = NULL;
    if (matrix->op == CG_DIV && args[0]->op == CG_NUMBER && args[1]->op == CG_NUMBER)
        folded = number_quotient(work->arena, args[0], args[1]);
    return folded ? folded : cg_binary(work->arena, matrix->op, args[0], args[1], scalar);
}

const struct cg_expr *entry_push(struct work *work, const struct cg_expr *matrix,
                                 struct cg_index row, struct cg_index col)
{
    row = along(work, row, matrix->shape.rows);
    col = along(work, col, matrix->shape.cols);
    switch (matrix->op) {
    case CG_NUMBER:
    case CG_SIZE:
        return matrix;
    case CG_NAME:
    case CG_GRAD:
    case CG_MATMUL:
    case CG_SOFTMAX:
        return entry(work, matrix, row, col);
    case CG_EYE:
        return row.letter && row.letter != col.letter ? cg_kron(work->arena, row, col)
                                                      : scalar_one(work);
    case CG_ONES:
        return scalar_one(work);
    case CG_ZEROS:
        return scalar_zero(work);
    case CG_ADD:
    case CG_MUL:
    case CG_NEG:
    case CG_DIV:
    case CG_POW:
        return push_args(work, matrix, row, col);
    case CG_APPLY:
        return cg_apply(work->arena, matrix->u.apply.function, matrix->u.apply.order,
                        entry_push(work, matrix->args[0], row, col));
    case CG_TRANSPOSE:
        return entry_push(work, matrix->args[0], col, row);
    case CG_SUM:
        return sum_along(work, matrix, row, col);
    case CG_MEAN:
        return mean_along(work, matrix, row, col);
    case CG_TRACE: {
        struct cg_index both = index_fresh(work, matrix->args[0]->shape.rows, INDEX_SUMMED);
        return sum_over(work, both, entry_push(work, matrix->args[0], both, both));
    }
    case CG_DOT:
        return sum_of_all(work, matrix->args[0], matrix->args[1], false);
    case CG_NORM2:
        return sum_of_all(work, matrix->args[0], NULL, true);
    case CG_OUTER:
        return scalar_times(work, vector_entry(work, matrix->args[0], row),
                            vector_entry(work, matrix->args[1], col));
    case CG_DIAG:
        return entry_push(work, matrix->args[0], col, col);
    case CG_ENTRY:
    case CG_SUM_OVER:
    case CG_KRON:
    case CG_PARTIAL:
        return matrix; /* in index notation already */
    }
    return matrix;
}

/* d([AB]_rc) = d(S_j A_rj B_jc): only what must be differentiated is opened. */
const struct cg_expr *rule_write_out(struct work *work, const struct cg_expr *node)
{
    if (node->op != CG_PARTIAL || node->u.partial.total || node->args[0]->op != CG_ENTRY)
        return NULL;
    const struct cg_expr *arg = node->args[0], *matrix = arg->args[0];
    if (matrix->op != CG_MATMUL || !cg_mentions(matrix, node->u.partial.wrt))
        return NULL;
    struct cg_index inner = index_fresh(work, matrix->args[0]->shape.cols, INDEX_SUMMED);
    const struct cg_expr *product =
        scalar_times(work, entry_push(work, matrix->args[0], arg->u.at.row, inner),
                     entry_push(work, matrix->args[1], inner, arg->u.at.col));
    product = sum_over(work, inner, product);
    return cg_partial(work->arena, cg_from(work->arena, product, arg), node->u.partial.wrt,
                      node->u.partial.row, node->u.partial.col, false);
}
