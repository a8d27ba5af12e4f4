#include "algebra/matrix_form.h"

#include "algebra/contract.h"
#include "algebra/matrix_ops.h"

/* Terms read for one matrix form: brackets that are multiplied out can make many. */
enum { MOST_EFFORT = 20000 };

static const struct cg_expr *form(struct work *work, const struct cg_expr *expr,
                                  struct cg_index row, struct cg_index col, const char **why);

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
    return turn ? matrix_transposed(work, matrix) : matrix;
}

static const struct cg_expr *form_args(struct work *work, const struct cg_expr *expr,
                                       struct cg_index row, struct cg_index col, const char **why)
{
    const struct cg_expr **args = cg_alloc_array(work->arena, expr->n_args, sizeof *args);
    for (size_t i = 0; i < expr->n_args; i++)
        if (!(args[i] = form(work, expr->args[i], row, col, why)))
            return NULL;
    if (expr->op == CG_NEG)
        return cg_unary(work->arena, CG_NEG, args[0], args[0]->shape);
    if (expr->op == CG_APPLY)
        return cg_apply(work->arena, expr->u.apply.function, expr->u.apply.order, args[0]);
    if (expr->op == CG_ADD)
        return matrix_sum(work, expr->n_args, args);
    return matrix_elementwise(work, expr->op, expr->n_args, args);
}

/* The first entry (or delta) below that carries one letter, or both where `other` is not 0. */
static const struct cg_expr *leaf_with(const struct cg_expr *expr, char letter, char other)
{
    if (expr->op == CG_ENTRY || expr->op == CG_KRON) {
        char r = expr->u.at.row.letter, c = expr->u.at.col.letter;
        bool has = r == letter || c == letter;
        bool has_other = !other || r == other || c == other;
        return has && has_other ? expr : NULL;
    }
    for (size_t i = 0; i < expr->n_args; i++) {
        const struct cg_expr *leaf = leaf_with(expr->args[i], letter, other);
        if (leaf)
            return leaf;
    }
    return NULL;
}

/* Which way a sub-term of at most two indices lies: as its first leaf does. */
static void lie(const struct cg_expr *expr, const struct cg_index *free, size_t count,
                struct cg_index *row, struct cg_index *col)
{
    *row = *col = no_index;
    if (!count)
        return;
    const struct cg_expr *leaf = leaf_with(expr, free[0].letter, 0);
    bool upright = leaf && leaf->u.at.row.letter == free[0].letter;
    if (count == 1) {
        *(upright ? row : col) = free[0];
        return;
    }
    const struct cg_expr *both = leaf_with(expr, free[0].letter, free[1].letter);
    if (both)
        upright = both->u.at.row.letter == free[0].letter;
    else if (!upright && leaf) {
        leaf = leaf_with(expr, free[1].letter, 0);
        upright = !(leaf && leaf->u.at.row.letter == free[1].letter);
    }
    *row = free[upright ? 0 : 1];
    *col = free[upright ? 1 : 0];
}

/* What became of the factors of a product: a term, its sign, and a bracket that must be multiplied
 * out before it is one. */
struct reading {
    struct term term;
    bool negative;
    const struct cg_expr *bracket;
    const char *why;
};

static bool read_factor(struct work *work, struct reading *reading, const struct cg_expr *factor);

/* c A: the numbers and the sign stand in front of the whole term. */
static void add_piece(struct work *work, struct reading *reading, const struct cg_expr *matrix,
                      struct cg_index row, struct cg_index col)
{
    while (matrix->op == CG_NEG) {
        reading->negative = !reading->negative;
        matrix = matrix->args[0];
    }
    struct exprs factors = {0};
    for (size_t i = 0; matrix->op == CG_MUL && i < matrix->n_args; i++) {
        const struct cg_expr *factor = matrix->args[i];
        if (cg_is_scalar(work->model, factor->shape))
            term_add(&reading->term, (struct piece){factor, no_index, no_index});
        else
            exprs_add(work->arena, &factors, factor);
    }
    if (factors.count)
        matrix = matrix_elementwise(work, CG_MUL, factors.count, factors.items);
    if (factors.count || matrix->op != CG_MUL)
        term_add(&reading->term, (struct piece){matrix, row, col});
}

static bool read_piece(struct work *work, struct reading *reading, const struct cg_expr *factor)
{
    struct cg_index free[2], row, col;
    size_t count = cg_free_indices(factor, free, 2);
    const char *why = "a factor carries more than two indices";
    if (count <= 2) {
        lie(factor, free, count, &row, &col);
        const struct cg_expr *matrix = form(work, factor, row, col, &why);
        if (matrix) {
            add_piece(work, reading, matrix, row, col);
            return true;
        }
    }
    if (factor->op == CG_DIV && !is_number(factor->args[0], 1))
        return read_factor(work, reading, factor->args[0]) &&
               read_factor(work, reading, scalar_quotient(work, scalar_one(work), factor->args[1]));
    if (factor->op == CG_ADD)
        reading->bracket = factor;
    reading->why = why;
    return false;
}

static bool read_factor(struct work *work, struct reading *reading, const struct cg_expr *factor)
{
    if (factor->op == CG_NEG) {
        reading->negative = !reading->negative;
        return read_factor(work, reading, factor->args[0]);
    }
    if (factor->op == CG_MUL) {
        for (size_t i = 0; i < factor->n_args; i++)
            if (!read_factor(work, reading, factor->args[i]))
                return false;
        return true;
    }
    if (factor->op == CG_SUM_OVER) {
        struct cg_index over = factor->u.over;
        const struct cg_expr *body = factor->args[0];
        for (size_t i = 0; i < reading->term.n_summed; i++)
            if (reading->term.summed[i].letter == over.letter) {
                struct cg_index other = index_fresh(work, over.dim, INDEX_SUMMED);
                body = index_substitute(work, body, over, other);
                over = other;
                break;
            }
        term_sum(&reading->term, over);
        return read_factor(work, reading, body);
    }
    return read_piece(work, reading, factor);
}

/* `expr` with the first place of `from` taken by `to`. */
static const struct cg_expr *replaced(struct work *work, const struct cg_expr *expr,
                                      const struct cg_expr *from, const struct cg_expr *to,
                                      bool *done)
{
    if (*done || expr == from) {
        bool here = !*done;
        *done = true;
        return here ? to : expr;
    }
    if (!expr->n_args)
        return expr;
    const struct cg_expr **args = cg_alloc_array(work->arena, expr->n_args, sizeof *args);
    for (size_t i = 0; i < expr->n_args; i++)
        args[i] = replaced(work, expr->args[i], from, to, done);
    return cg_with_args(work->arena, expr, args);
}

/* a (b + c) = a b + a c, then each term's form. */
static const struct cg_expr *form_multiplied_out(struct work *work, const struct cg_expr *expr,
                                                 const struct cg_expr *bracket, struct cg_index row,
                                                 struct cg_index col, const char **why)
{
    const struct cg_expr **terms = cg_alloc_array(work->arena, bracket->n_args, sizeof *terms);
    for (size_t i = 0; i < bracket->n_args; i++) {
        bool done = false;
        const struct cg_expr *term = replaced(work, expr, bracket, bracket->args[i], &done);
        if (!done || !(terms[i] = form(work, term, row, col, why)))
            return NULL;
    }
    return matrix_sum(work, bracket->n_args, terms);
}

static const struct cg_expr *form_term(struct work *work, const struct cg_expr *expr,
                                       struct cg_index row, struct cg_index col, const char **why)
{
    struct reading reading = {.term = {.work = work}};
    if (!read_factor(work, &reading, expr)) {
        *why = reading.why;
        return reading.bracket ? form_multiplied_out(work, expr, reading.bracket, row, col, why)
                               : NULL;
    }
    const struct cg_expr *matrix = term_contract(&reading.term, row, col, why);
    return matrix && reading.negative ? cg_unary(work->arena, CG_NEG, matrix, matrix->shape)
                                      : matrix;
}

/* The matrix whose entry [row, col] is `expr`; an axis that nothing carries has size 1. */
static const struct cg_expr *form(struct work *work, const struct cg_expr *expr,
                                  struct cg_index row, struct cg_index col, const char **why)
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
    case CG_KRON: {
        char r = expr->u.at.row.letter, c = expr->u.at.col.letter;
        if ((r == row.letter && c == col.letter) || (r == col.letter && c == row.letter))
            return cg_constant(work->arena, CG_EYE, (struct cg_shape){row.dim, col.dim});
        *why = "a Kronecker delta carries an index that nothing sums";
        return NULL;
    }
    case CG_ADD:
    case CG_NEG:
    case CG_DIV:
    case CG_POW:
    case CG_APPLY:
        return form_args(work, expr, row, col, why);
    case CG_MUL:
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
    return rows ? matrix_product(work, ones, matrix) : matrix_product(work, matrix, ones);
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

const struct cg_expr *matrix_form(struct work *work, const struct cg_expr *expr,
                                  struct cg_index row, struct cg_index col, const char **why)
{
    const char *reason = "more than two indices are free";
    work->effort = 0;
    const struct cg_expr *matrix =
        only_free(expr, row, col) ? form(work, expr, row, col, &reason) : NULL;
    if (matrix && work->failure) {
        matrix = NULL;
        reason = work->failure;
    }
    if (!matrix) {
        if (why)
            *why = reason;
        return NULL;
    }
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
    if (!one_term || mentions_delta(node))
        return NULL;
    struct cg_index free[3], row, col;
    size_t count = cg_free_indices(node, free, 3);
    if (!count || count > 2)
        return NULL;
    lie(node, free, count, &row, &col);
    const struct cg_expr *matrix = matrix_form(work, node, row, col, NULL);
    return matrix ? cg_entry(work->arena, matrix, row, col) : NULL;
}
