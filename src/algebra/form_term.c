#include "algebra/form_term.h"

#include "algebra/contract.h"
#include "algebra/matrix_ops.h"

bool form_is_delta(const struct cg_expr *expr, char a, char b)
{
    char r = expr->u.at.row.letter, c = expr->u.at.col.letter;
    return expr->op == CG_KRON && ((r == a && c == b) || (r == b && c == a));
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

void form_lie(const struct cg_expr *expr, const struct cg_index *free, size_t count,
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
    const struct cg_expr *matrix = form_of(work, factor, *row, *col, why);
    char r = reading->row.letter, c = reading->col.letter;
    bool against = (c && row->letter == c) || (r && col->letter == r);
    if (!matrix || !against || factor->op == CG_ENTRY)
        return matrix;
    const struct cg_expr *other = form_of(work, factor, *col, *row, why);
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
        form_lie(factor, free, count, &row, &col);
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
        if (!done || !(terms[i] = form_of(work, term, row, col, why)))
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

const struct cg_expr *form_term(struct work *work, const struct cg_expr *expr, struct cg_index row,
                                struct cg_index col, const char **why)
{
    bool diagonal = false;
    for (size_t i = 0; expr->op == CG_MUL && row.letter && col.letter && i < expr->n_args; i++)
        diagonal = diagonal || form_is_delta(expr->args[i], row.letter, col.letter);
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
