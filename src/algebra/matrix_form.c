#include "algebra/matrix_form.h"

#include "algebra/form_term.h"
#include "algebra/matrix_ops.h"
#include "algebra/rules.h"

/* Terms read for one matrix form: brackets that are multiplied out can make many. */
enum { MOST_EFFORT = 20000 };

/* The index that the axis of an entry has, against those of the answer: M, M^T or its diagonal. */
static const struct cg_expr *form_entry(struct work *work, const struct cg_expr *entry,
                                        struct cg_index row, struct cg_index col, const char **why)
{
    char r = entry->u.at.row.letter, c = entry->u.at.col.letter;
    const struct cg_expr *matrix = entry->args[0];
    if (r && r == c) {
        matrix = cg_unary(work->arena, CG_DIAG, matrix, (struct cg_shape){0, matrix->shape.cols});
        r = 0;
    }
    bool known =
        (!r || r == row.letter || r == col.letter) && (!c || c == row.letter || c == col.letter);
    if (!known) {
        *why = "more than two indices are free";
        return NULL;
    }
    bool turn = (r && r == col.letter) || (c && c == row.letter);
    const struct cg_expr *rest, *number = matrix_apart(work, matrix, &rest);
    if (matrix->op == CG_MATMUL && !is_number(number, 1))
        matrix = matrix_hadamard(work, 2, (const struct cg_expr *[]){number, rest});
    return turn ? matrix_transposed(work, matrix) : matrix;
}

/* Sums, products and quotients entry by entry, in the order in which the model has them; NULL
 * where there is more to it. */
static const struct cg_expr *form_as_written(struct work *work, const struct cg_expr *expr,
                                             struct cg_index row, struct cg_index col)
{
    const char *why;
    if (expr->op == CG_NUMBER || expr->op == CG_SIZE)
        return expr;
    if (expr->op == CG_ENTRY)
        return form_entry(work, expr, row, col, &why);
    if (expr->op == CG_SUM_OVER || expr->op == CG_KRON || expr->op == CG_PARTIAL)
        return NULL;
    const struct cg_expr **args = cg_alloc_array(work->arena, expr->n_args + 1, sizeof *args);
    for (size_t i = 0; i < expr->n_args; i++)
        if (!(args[i] = form_as_written(work, expr->args[i], row, col)))
            return NULL;
    if (expr->op == CG_NEG)
        return cg_unary(work->arena, CG_NEG, args[0], args[0]->shape);
    if (expr->op == CG_APPLY)
        return cg_apply(work->arena, expr->u.apply.function, expr->u.apply.order, args[0]);
    return matrix_elementwise(work, expr->op, expr->n_args, args);
}

static const struct cg_expr *form_args(struct work *work, const struct cg_expr *expr,
                                       struct cg_index row, struct cg_index col, const char **why)
{
    const struct cg_expr **args = cg_alloc_array(work->arena, expr->n_args, sizeof *args);
    for (size_t i = 0; i < expr->n_args; i++) {
        args[i] = expr->op == CG_APPLY ? form_as_written(work, expr->args[i], row, col) : NULL;
        if (!args[i] && !(args[i] = form_of(work, expr->args[i], row, col, why)))
            return NULL;
    }
    if (expr->op == CG_NEG)
        return cg_unary(work->arena, CG_NEG, args[0], args[0]->shape);
    if (expr->op == CG_APPLY)
        return cg_apply(work->arena, expr->u.apply.function, expr->u.apply.order, args[0]);
    if (expr->op == CG_ADD)
        return matrix_sum(work, expr->n_args, args);
    return matrix_elementwise(work, expr->op, expr->n_args, args);
}

const struct cg_expr *form_of(struct work *work, const struct cg_expr *expr, struct cg_index row,
                              struct cg_index col, const char **why)
{
    if (++work->effort > MOST_EFFORT) {
        *why = "it is too large to be read as one";
        return NULL;
    }
    switch (expr->op) {
    case CG_NUMBER:
    case CG_SIZE:
        return expr;
    case CG_ENTRY:
        return form_entry(work, expr, row, col, why);
    case CG_KRON:
        if (form_is_delta(expr, row.letter, col.letter))
            return cg_constant(work->arena, CG_EYE, (struct cg_shape){row.dim, col.dim});
        *why = "a Kronecker delta carries an index that nothing sums";
        return NULL;
    case CG_ADD:
    case CG_NEG:
    case CG_POW:
    case CG_APPLY:
        return form_args(work, expr, row, col, why);
    case CG_MUL:
    case CG_DIV:
    case CG_SUM_OVER:
        return form_term(work, expr, row, col, why);
    case CG_PARTIAL:
        *why = "a derivative is left in it";
        return NULL;
    case CG_NAME:
    case CG_GRAD:
    case CG_EYE:
    case CG_ONES:
    case CG_ZEROS:
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
        break;
    }
    *why = "it is not in index notation";
    return NULL;
}

/* Ones where nothing carries an axis. */
static const struct cg_expr *broadcast(struct work *work, const struct cg_expr *matrix,
                                       struct cg_shape shape)
{
    const struct cg_model *model = work->model;
    bool rows = cg_dim_root(model, shape.rows) && !cg_dim_root(model, matrix->shape.rows);
    bool cols = cg_dim_root(model, shape.cols) && !cg_dim_root(model, matrix->shape.cols);
    if (!rows && !cols)
        return matrix;
    bool scalar = cg_is_scalar(model, matrix->shape);
    if (scalar && is_number(matrix, 0))
        return cg_constant(work->arena, CG_ZEROS, shape);
    struct cg_shape missing = {rows ? shape.rows : 0, cols ? shape.cols : 0};
    const struct cg_expr *ones = cg_constant(work->arena, CG_ONES, missing);
    if (scalar && is_number(matrix, 1))
        return ones;
    if (scalar)
        return matrix_elementwise(work, CG_MUL, 2, (const struct cg_expr *[]){matrix, ones});
    const struct cg_expr *rest, *number = matrix_apart(work, matrix, &rest);
    const struct cg_expr *product =
        rows ? matrix_product(work, ones, rest) : matrix_product(work, rest, ones);
    return is_number(number, 1)
               ? product
               : matrix_elementwise(work, CG_MUL, 2, (const struct cg_expr *[]){number, product});
}

/* Are row and col all that is free? */
static bool only_free(const struct cg_expr *expr, struct cg_index row, struct cg_index col)
{
    struct cg_index free[3];
    size_t count = cg_free_indices(expr, free, 3);
    for (size_t i = 0; i < count && i < 3; i++)
        if (free[i].letter != row.letter && free[i].letter != col.letter)
            return false;
    return count <= 2;
}

/* What the model has a name for, by its name. */
static const struct cg_expr *with_names(struct work *work, const struct cg_expr *matrix)
{
    const struct cg_value *value = bodies_find(work->bodies, matrix);
    if (value && value != work->whole)
        return cg_name(work->arena, value);
    if (!matrix->n_args)
        return matrix;
    const struct cg_expr **args = cg_alloc_array(work->arena, matrix->n_args, sizeof *args);
    for (size_t i = 0; i < matrix->n_args; i++)
        args[i] = with_names(work, matrix->args[i]);
    return cg_with_args(work->arena, matrix, args);
}

static const struct cg_expr *negated_number(struct work *work, const struct cg_expr *product)
{
    const struct cg_expr *minus = cg_fraction(work->arena, -1, 1);
    struct exprs factors = {0};
    if (product->args[0]->op != CG_NUMBER)
        return cg_unary(work->arena, CG_NEG, product, product->shape);
    exprs_add(work->arena, &factors, number_product(work->arena, minus, product->args[0]));
    for (size_t i = 1; i < product->n_args; i++)
        exprs_add(work->arena, &factors, product->args[i]);
    return cg_nary(work->arena, CG_MUL, factors.count, factors.items, product->shape);
}

const struct cg_expr *matrix_form(struct work *work, const struct cg_expr *expr,
                                  struct cg_index row, struct cg_index col, const char **why)
{
    const char *reason = "more than two indices are free";
    work->effort = 0;
    const struct cg_expr *matrix =
        only_free(expr, row, col) ? form_of(work, expr, row, col, &reason) : NULL;
    if (matrix && work->failure) {
        matrix = NULL;
        reason = work->failure;
    }
    if (!matrix) {
        if (why)
            *why = reason;
        return NULL;
    }
    matrix = with_names(work, matrix);
    if (matrix->op == CG_NEG && matrix->args[0]->op == CG_MUL) /* -2 A, not -(2 A) */
        matrix = negated_number(work, matrix->args[0]);
    return broadcast(work, matrix, (struct cg_shape){row.dim, col.dim});
}

const struct cg_expr *cg_matrix_form(const struct cg_model *model, struct cg_arena *arena,
                                     const struct cg_expr *expr, struct cg_index row,
                                     struct cg_index col, const char **why)
{
    struct work work = {.model = model, .arena = arena};
    index_take(&work, expr);
    index_take_one(&work, row);
    index_take_one(&work, col);
    return matrix_form(&work, expr, row, col, why);
}

static bool mentions_delta(const struct cg_expr *expr)
{
    if (expr->op == CG_KRON || expr->op == CG_PARTIAL)
        return true;
    for (size_t i = 0; i < expr->n_args; i++)
        if (mentions_delta(expr->args[i]))
            return true;
    return false;
}

const struct cg_expr *rule_recognize(struct work *work, const struct cg_expr *node)
{
    bool one_term = node->op == CG_APPLY || node->op == CG_ADD || node->op == CG_POW ||
                    node->op == CG_DIV || node->op == CG_SUM_OVER;
    bool power_of_name = node->op == CG_POW && node->args[0]->op == CG_ENTRY &&
                         node->args[0]->args[0]->op == CG_NAME; /* s_i^2 reads as well as [s^2]_i */
    if (!one_term || power_of_name || mentions_delta(node))
        return NULL;
    struct cg_index free[3], row, col;
    size_t count = cg_free_indices(node, free, 3);
    if (count > 2)
        return NULL;
    form_lie(node, free, count, &row, &col);
    const struct cg_expr *matrix = matrix_form(work, node, row, col, NULL);
    return matrix ? cg_entry(work->arena, matrix, row, col) : NULL;
}
