#include "algebra/matrix_form.h"

#include "algebra/contract.h"
#include "algebra/matrix_ops.h"
#include "algebra/rules.h"

/* Terms read for one matrix form: brackets that are multiplied out can make many. */
enum { MOST_EFFORT = 20000 };

static const struct cg_expr *form(struct work *work, const struct cg_expr *expr,
                                  struct cg_index row, struct cg_index col, const char **why);

static bool is_delta_of(const struct cg_expr *expr, char a, char b)
{
    char r = expr->u.at.row.letter, c = expr->u.at.col.letter;
    return expr->op == CG_KRON && ((r == a && c == b) || (r == b && c == a));
}

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
        if (!args[i] && !(args[i] = form(work, expr->args[i], row, col, why)))
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
    struct cg_index row, col; /* of the answer */
    bool negative;
    const struct cg_expr *bracket;
    const char *why;
};

static bool read_factor(struct work *work, struct reading *reading, const struct cg_expr *factor);
static bool read_divisor(struct work *work, struct reading *reading, const struct cg_expr *divisor);

/* c A / s: what is a number stands in front of the whole term, and so does the sign. */
static void add_piece(struct work *work, struct reading *reading, const struct cg_expr *matrix,
                      struct cg_index row, struct cg_index col)
{
    const struct cg_expr *rest, *number = matrix_apart(work, matrix, &rest);
    if (number->op == CG_NEG) {
        reading->negative = !reading->negative;
        number = number->args[0];
    }
    if (!is_number(number, 1))
        term_add(&reading->term, (struct piece){number, no_index, no_index});
    if (!is_number(rest, 1))
        term_add(&reading->term, (struct piece){rest, row, col});
}

/* The form of a factor. What carries an index of the answer is read both ways round: as it lies
 * itself, and as the answer does. */
static const struct cg_expr *form_piece(struct work *work, const struct reading *reading,
                                        const struct cg_expr *factor, struct cg_index *row,
                                        struct cg_index *col, const char **why)
{
    const struct cg_expr *matrix = form(work, factor, *row, *col, why);
    char r = reading->row.letter, c = reading->col.letter;
    bool against = (c && row->letter == c) || (r && col->letter == r);
    if (!matrix || !against || factor->op == CG_ENTRY)
        return matrix;
    const struct cg_expr *other = form(work, factor, *col, *row, why);
    if (!other || matrix_cost(matrix_transposed(work, matrix)) <= matrix_cost(other))
        return matrix;
    struct cg_index was = *row;
    *row = *col;
    *col = was;
    return other;
}

static bool read_piece(struct work *work, struct reading *reading, const struct cg_expr *factor)
{
    struct cg_index free[2], row, col;
    size_t count = cg_free_indices(factor, free, 2);
    const char *why = "a factor carries more than two indices";
    if (count <= 2) {
        lie(factor, free, count, &row, &col);
        const struct cg_expr *matrix = form_piece(work, reading, factor, &row, &col, &why);
        if (matrix) {
            add_piece(work, reading, matrix, row, col);
            return true;
        }
    }
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
    if (factor->op == CG_DIV)
        return read_factor(work, reading, factor->args[0]) &&
               read_divisor(work, reading, factor->args[1]);
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

/* 1 / (a b) = 1/a 1/b, each a piece of its own */
static bool read_divisor(struct work *work, struct reading *reading, const struct cg_expr *divisor)
{
    if (divisor->op == CG_MUL) {
        for (size_t i = 0; i < divisor->n_args; i++)
            if (!read_divisor(work, reading, divisor->args[i]))
                return false;
        return true;
    }
    size_t before = reading->term.count;
    if (!read_piece(work, reading, divisor))
        return false;
    for (size_t i = before; i < reading->term.count; i++) {
        const struct cg_expr *matrix = reading->term.pieces[i].matrix;
        reading->term.pieces[i].matrix = matrix_elementwise(
            work, CG_DIV, 2, (const struct cg_expr *[]){scalar_one(work), matrix});
    }
    return true;
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

/* Has it two factors that carry the letter? Then the sum of it is a product of matrices. */
static bool is_product_over(const struct cg_expr *term, char letter)
{
    size_t count = 0;
    while (term->op == CG_NEG)
        term = term->args[0];
    for (size_t i = 0; term->op == CG_MUL && i < term->n_args; i++)
        count += cg_has_free_index(term->args[i], letter);
    return count > 1;
}

/* The bracket of S_j (a_j b_j + c_j), whose sum is better taken term by term; or NULL. */
static const struct cg_expr *summed_bracket(const struct cg_expr *expr)
{
    const struct cg_expr *body = expr;
    while (body->op == CG_SUM_OVER || body->op == CG_NEG)
        body = body->args[0];
    if (body->op == CG_MUL && expr == body) {
        for (size_t i = 0; i < body->n_args; i++) {
            const struct cg_expr *bracket = summed_bracket(body->args[i]);
            if (bracket)
                return bracket;
        }
        return NULL;
    }
    for (const struct cg_expr *sum = expr; body->op == CG_ADD && sum != body; sum = sum->args[0])
        for (size_t i = 0; sum->op == CG_SUM_OVER && i < body->n_args; i++)
            if (is_product_over(body->args[i], sum->u.over.letter))
                return body;
    return NULL;
}

/* M_kk beside d_kl is M_kl. */
static const struct cg_expr *off_diagonal(struct work *work, const struct cg_expr *expr,
                                          struct cg_index row, struct cg_index col)
{
    if (expr->op == CG_ENTRY) {
        char r = expr->u.at.row.letter, c = expr->u.at.col.letter;
        bool diagonal = r && r == c && (r == row.letter || r == col.letter);
        return diagonal ? cg_entry(work->arena, expr->args[0], row, col) : expr;
    }
    if (!expr->n_args)
        return expr;
    const struct cg_expr **args = cg_alloc_array(work->arena, expr->n_args, sizeof *args);
    for (size_t i = 0; i < expr->n_args; i++)
        args[i] = off_diagonal(work, expr->args[i], row, col);
    return cg_with_args(work->arena, expr, args);
}

/* On the diagonal a row and a column of the answer are the same: v lies as it lies. */
static void lie_on_diagonal(struct term *term, struct cg_index row, struct cg_index col)
{
    for (size_t i = 0; i < term->count; i++) {
        struct piece *piece = &term->pieces[i];
        char letter = piece->row.letter ? piece->row.letter : piece->col.letter;
        if ((piece->row.letter && piece->col.letter) ||
            (letter != row.letter && letter != col.letter))
            continue;
        piece->row = piece->row.letter ? row : no_index;
        piece->col = piece->col.letter ? col : no_index;
    }
}

static const struct cg_expr *form_term(struct work *work, const struct cg_expr *expr,
                                       struct cg_index row, struct cg_index col, const char **why)
{
    bool diagonal = false;
    for (size_t i = 0; expr->op == CG_MUL && row.letter && col.letter && i < expr->n_args; i++)
        diagonal = diagonal || is_delta_of(expr->args[i], row.letter, col.letter);
    if (diagonal)
        expr = off_diagonal(work, expr, row, col);
    const struct cg_expr *summed = summed_bracket(expr);
    if (summed)
        return form_multiplied_out(work, expr, summed, row, col, why);
    struct reading reading = {.term = {.work = work}, .row = row, .col = col};
    if (!read_factor(work, &reading, expr)) {
        *why = reading.why;
        return reading.bracket ? form_multiplied_out(work, expr, reading.bracket, row, col, why)
                               : NULL;
    }
    reading.term.diagonal = diagonal;
    if (diagonal)
        lie_on_diagonal(&reading.term, row, col);
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
    case CG_KRON:
        if (is_delta_of(expr, row.letter, col.letter))
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
    if (!count || count > 2)
        return NULL;
    lie(node, free, count, &row, &col);
    const struct cg_expr *matrix = matrix_form(work, node, row, col, NULL);
    return matrix ? cg_entry(work->arena, matrix, row, col) : NULL;
}
