#include "algebra/contract.h"

#include "algebra/matrix_ops.h"
#include "algebra/rules.h"

void term_add(struct term *term, struct piece piece)
{
    term->pieces = cg_grow(term->work->arena, term->pieces, term->count, &term->capacity,
                           sizeof *term->pieces);
    term->pieces[term->count++] = piece;
}

void term_sum(struct term *term, struct cg_index index)
{
    term->summed = cg_grow(term->work->arena, term->summed, term->n_summed, &term->summed_capacity,
                           sizeof *term->summed);
    term->summed[term->n_summed++] = index;
}

static void term_remove(struct term *term, size_t at)
{
    for (size_t i = at + 1; i < term->count; i++)
        term->pieces[i - 1] = term->pieces[i];
    term->count--;
}

static bool carries(const struct piece *piece, char letter)
{
    return piece->row.letter == letter || piece->col.letter == letter;
}

static size_t order(const struct piece *piece)
{
    return (size_t)(piece->row.letter != 0) + (size_t)(piece->col.letter != 0);
}

static struct piece turned(struct term *term, struct piece piece)
{
    return (struct piece){matrix_transposed(term->work, piece.matrix), piece.col, piece.row};
}

/* The piece with `row` along its rows (and so its other index along its columns). */
static struct piece with_row(struct term *term, struct piece piece, char row)
{
    return piece.row.letter == row ? piece : turned(term, piece);
}

static bool is_summed(const struct term *term, char letter)
{
    for (size_t i = 0; i < term->n_summed; i++)
        if (term->summed[i].letter == letter)
            return true;
    return false;
}

static size_t count_carriers(const struct term *term, char letter)
{
    size_t count = 0;
    for (size_t i = 0; i < term->count; i++)
        count += carries(&term->pieces[i], letter);
    return count;
}

static void unsum(struct term *term, char letter)
{
    size_t kept = 0;
    for (size_t i = 0; i < term->n_summed; i++)
        if (term->summed[i].letter != letter)
            term->summed[kept++] = term->summed[i];
    term->n_summed = kept;
}

static bool same_indices(const struct piece *a, const struct piece *b)
{
    return order(a) == order(b) && (!a->row.letter || carries(b, a->row.letter)) &&
           (!a->col.letter || carries(b, a->col.letter));
}

/* S_i a_i b_i = a . b, S_i a_i a_i = |a|^2, of two pieces that carry nothing but summed indices
 * that no other piece carries. */
static bool take_dot(struct term *term, size_t first, size_t second)
{
    struct piece a = term->pieces[first], b = term->pieces[second];
    char letters[2] = {a.row.letter, a.col.letter};
    for (size_t i = 0; i < 2; i++)
        if (letters[i] && (!is_summed(term, letters[i]) || count_carriers(term, letters[i]) != 2))
            return false;
    if (a.row.letter != b.row.letter)
        b = turned(term, b);
    struct cg_shape scalar = {0, 0};
    const struct cg_expr *product =
        cg_expr_equal(a.matrix, b.matrix)
            ? cg_unary(term->work->arena, CG_NORM2, a.matrix, scalar)
            : cg_binary(term->work->arena, CG_DOT, a.matrix, b.matrix, scalar);
    unsum(term, letters[0]);
    unsum(term, letters[1]);
    term->pieces[first] = (struct piece){product, no_index, no_index};
    term_remove(term, second);
    return true;
}

/* The product entry by entry of two pieces of the same indices; an axis that cancels is gone. */
static struct piece times(struct term *term, struct piece a, struct piece b)
{
    if (b.row.letter != a.row.letter)
        b = turned(term, b);
    a.matrix = matrix_hadamard(term->work, 2, (const struct cg_expr *[]){a.matrix, b.matrix});
    if (!cg_dim_root(term->work->model, a.matrix->shape.rows))
        a.row = no_index;
    if (!cg_dim_root(term->work->model, a.matrix->shape.cols))
        a.col = no_index;
    return a;
}

/* A row or column of the answer lies as the answer does; what is a transpose is turned back. */
static struct piece well_turned(struct term *term, struct piece piece, struct cg_index row,
                                struct cg_index col)
{
    bool wrong = order(&piece) == 1 && !term->diagonal &&
                 ((row.letter && piece.col.letter == row.letter) ||
                  (col.letter && piece.row.letter == col.letter));
    bool free =
        order(&piece) == 2 || (!carries(&piece, row.letter) && !carries(&piece, col.letter));
    return wrong || (free && piece.matrix->op == CG_TRANSPOSE) ? turned(term, piece) : piece;
}

/* Parallel edges, and weights on one node, merge entry by entry: A_ij B_ij = [A * B]_ij. */
static void merge_parallel(struct term *term, struct cg_index row, struct cg_index col)
{
    for (size_t i = 0; i < term->count; i++)
        term->pieces[i] = well_turned(term, term->pieces[i], row, col);
    for (size_t i = 0; i < term->count; i++) {
        bool taken = false;
        for (size_t j = i + 1; order(&term->pieces[i]) && j < term->count && !taken;) {
            if (!same_indices(&term->pieces[i], &term->pieces[j])) {
                j++;
            } else if (take_dot(term, i, j)) {
                taken = true;
            } else {
                term->pieces[i] = times(term, term->pieces[i], term->pieces[j]);
                term_remove(term, j);
            }
        }
    }
}

/* A summed index and what carries it. */
struct node {
    char letter;
    int dim;
    size_t weight, n_weights; /* the position of the weight on it */
    size_t edges[3], n_edges;
};

static struct node look_at(const struct term *term, struct cg_index index)
{
    struct node node = {.letter = index.letter, .dim = index.dim};
    for (size_t i = 0; i < term->count; i++) {
        const struct piece *piece = &term->pieces[i];
        if (!carries(piece, index.letter))
            continue;
        if (order(piece) == 1) {
            node.weight = i;
            node.n_weights++;
        } else if (node.n_edges < 3) {
            node.edges[node.n_edges++] = i;
        }
    }
    return node;
}

static const struct cg_expr *sum(struct term *term, enum cg_axis axis, const struct cg_expr *matrix)
{
    return cg_reduce(term->work->arena, CG_SUM, axis, matrix);
}

/* sum(sum(A, axis=0)) = sum(A), sum(diag(A)) = trace(A), sum(A^2) = norm2(A) */
static const struct cg_expr *sum_all(struct term *term, const struct cg_expr *matrix)
{
    while (matrix->op == CG_SUM || matrix->op == CG_TRANSPOSE)
        matrix = matrix->args[0];
    if (matrix->op == CG_DIAG)
        return cg_unary(term->work->arena, CG_TRACE, matrix->args[0], (struct cg_shape){0, 0});
    if (matrix->op == CG_POW && is_number(matrix->args[1], 2))
        return cg_unary(term->work->arena, CG_NORM2, matrix->args[0], (struct cg_shape){0, 0});
    return sum(term, CG_AXIS_ALL, matrix);
}

/* S_s 1 = n and S_s v_s */
static struct piece sum_weight(struct term *term, const struct node *node)
{
    const struct cg_expr *number = node->n_weights
                                       ? sum_all(term, term->pieces[node->weight].matrix)
                                       : cg_size(term->work->arena, node->dim);
    return (struct piece){number, no_index, no_index};
}

/* 1 / v */
static bool is_inverse(const struct cg_expr *matrix)
{
    return matrix->op == CG_DIV && is_number(matrix->args[0], 1);
}

/* E_sx v_s */
static struct piece scaled(struct term *term, struct piece edge, struct piece weight, char letter)
{
    if ((edge.row.letter == letter) != (weight.row.letter == letter))
        weight = turned(term, weight);
    edge.matrix =
        matrix_hadamard(term->work, 2, (const struct cg_expr *[]){edge.matrix, weight.matrix});
    return edge;
}

/* S_s E_sx (v_s): the sum along an axis, or the product with the weight. It stands upright where x
 * is the row of the answer, lies where x is its column, and else as the weight does. */
static struct piece sum_edge(struct term *term, const struct node *node, struct cg_index row,
                             struct cg_index col)
{
    struct piece edge = with_row(term, term->pieces[node->edges[0]], node->letter);
    struct cg_index x = edge.col;
    bool divides = node->n_weights && is_inverse(term->pieces[node->weight].matrix);
    if (!node->n_weights || divides) {
        struct piece own = divides ? scaled(term, term->pieces[node->edges[0]],
                                            term->pieces[node->weight], node->letter)
                                   : term->pieces[node->edges[0]];
        if (own.matrix->op == CG_TRANSPOSE)
            own = turned(term, own);
        bool along_rows = own.row.letter == node->letter;
        struct piece out = along_rows
                               ? (struct piece){sum(term, CG_AXIS_ROWS, own.matrix), no_index, x}
                               : (struct piece){sum(term, CG_AXIS_COLS, own.matrix), x, no_index};
        return out;
    }
    struct piece weight = term->pieces[node->weight];
    bool upright =
        x.letter == row.letter || (x.letter != col.letter && weight.row.letter == node->letter);
    if (upright) {
        weight = with_row(term, weight, node->letter);
        edge = with_row(term, term->pieces[node->edges[0]], x.letter);
        return (struct piece){matrix_product(term->work, edge.matrix, weight.matrix), x, no_index};
    }
    if (weight.col.letter != node->letter)
        weight = turned(term, weight);
    return (struct piece){matrix_product(term->work, weight.matrix, edge.matrix), no_index, x};
}

static size_t transposes(const struct piece *piece, char row)
{
    return (piece->row.letter == row) == (piece->matrix->op == CG_TRANSPOSE);
}

/* S_s A_xs (v_s) B_sy = [A B]_xy, with the weight in one of the two. */
static struct piece join_edges(struct term *term, const struct node *node, struct cg_index row,
                               struct cg_index col)
{
    struct piece a = term->pieces[node->edges[0]], b = term->pieces[node->edges[1]];
    char x = a.row.letter == node->letter ? a.col.letter : a.row.letter;
    char y = b.row.letter == node->letter ? b.col.letter : b.row.letter;
    bool swap = x == col.letter || y == row.letter;
    if (x != row.letter && y != col.letter && !swap)
        swap = transposes(&a, x) + transposes(&b, node->letter) >
               transposes(&b, y) + transposes(&a, node->letter);
    if (swap) {
        struct piece other = a;
        a = b;
        b = other;
        x = y;
    }
    a = with_row(term, a, x);
    b = with_row(term, b, node->letter);
    if (node->n_weights) { /* an upright weight scales the rows of B, a lying one A's columns */
        struct piece weight = term->pieces[node->weight];
        bool upright = weight.row.letter == node->letter;
        const struct cg_expr *factors[] = {upright ? weight.matrix : a.matrix,
                                           upright ? b.matrix : weight.matrix};
        *(upright ? &b.matrix : &a.matrix) = matrix_hadamard(term->work, 2, factors);
    }
    return (struct piece){matrix_product(term->work, a.matrix, b.matrix), a.row, b.col};
}

/* Puts `piece` in the place of all that carries the letter. */
static void replace_carriers(struct term *term, char letter, struct piece piece)
{
    bool placed = false;
    for (size_t i = 0; i < term->count;) {
        if (!carries(&term->pieces[i], letter)) {
            i++;
        } else if (!placed) {
            term->pieces[i++] = piece;
            placed = true;
        } else {
            term_remove(term, i);
        }
    }
    if (!placed)
        term_add(term, piece);
    unsum(term, letter);
}

/* Sums over one index; false where three or more edges meet in it. */
static bool sum_index(struct term *term, struct node node, struct cg_index row, struct cg_index col)
{
    struct piece piece;
    if (node.n_edges == 0)
        piece = sum_weight(term, &node);
    else if (node.n_edges == 1)
        piece = sum_edge(term, &node, row, col);
    else if (node.n_edges == 2)
        piece = join_edges(term, &node, row, col);
    else
        return false;
    replace_carriers(term, node.letter, piece);
    return true;
}

/* Sums over the index with the fewest edges. */
static bool sum_one(struct term *term, struct cg_index row, struct cg_index col)
{
    struct node best = {.n_edges = 3};
    for (size_t i = 0; i < term->n_summed; i++) {
        struct node node = look_at(term, term->summed[i]);
        if (node.n_edges < best.n_edges)
            best = node;
    }
    return sum_index(term, best, row, col);
}

/* What is left carries no index but row and col; two weights alone are an outer product. */
static const struct cg_expr *assemble(struct term *term, struct cg_index row, struct cg_index col)
{
    struct exprs factors = {0};
    struct piece *upright = NULL, *lying = NULL;
    bool edges = false;
    merge_parallel(term, row, col);
    for (size_t i = 0; i < term->count; i++) {
        struct piece *piece = &term->pieces[i];
        bool edge = order(piece) == 2;
        if (edge)
            *piece = with_row(term, *piece, row.letter);
        edges = edges || edge;
        if (!edge && row.letter && carries(piece, row.letter))
            upright = piece;
        else if (!edge && order(piece))
            lying = piece;
    }
    if (!edges && upright && lying)
        *upright =
            (struct piece){matrix_product(term->work, upright->matrix, lying->matrix), row, col};
    for (size_t i = 0; i < term->count; i++)
        if (edges || !upright || &term->pieces[i] != lying)
            exprs_add(term->work->arena, &factors, term->pieces[i].matrix);
    return matrix_hadamard(term->work, factors.count, factors.items);
}

static struct term copy(const struct term *term)
{
    struct term out = {.work = term->work, .diagonal = term->diagonal};
    for (size_t i = 0; i < term->count; i++)
        term_add(&out, term->pieces[i]);
    for (size_t i = 0; i < term->n_summed; i++)
        term_sum(&out, term->summed[i]);
    return out;
}

static const struct cg_expr *contract(struct term *term, struct cg_index row, struct cg_index col);

/* Each index in turn as the first that is summed: the shortest form. */
static const struct cg_expr *shortest(const struct term *term, struct cg_index row,
                                      struct cg_index col)
{
    const struct cg_expr *best = NULL;
    for (size_t edges = 0; edges <= 2; edges++)
        for (size_t i = 0; i < term->n_summed; i++) {
            struct term other = copy(term);
            struct node node = look_at(&other, other.summed[i]);
            if (node.n_edges != edges || !sum_index(&other, node, row, col))
                continue;
            const struct cg_expr *form = contract(&other, row, col);
            if (form && (!best || matrix_cost(form) < matrix_cost(best)))
                best = form;
        }
    return best;
}

/* More orders than this many indices have are not tried. */
enum { MOST_SUMMED = 4 };

static const struct cg_expr *contract(struct term *term, struct cg_index row, struct cg_index col)
{
    merge_parallel(term, row, col);
    while (term->n_summed) {
        if (term->n_summed > 1 && term->n_summed <= MOST_SUMMED)
            return shortest(term, row, col);
        if (!sum_one(term, row, col))
            return NULL;
        merge_parallel(term, row, col);
    }
    return assemble(term, row, col);
}

const struct cg_expr *term_contract(struct term *term, struct cg_index row, struct cg_index col,
                                    const char **why)
{
    const struct cg_expr *matrix = contract(term, row, col);
    if (!matrix)
        *why = "an index is summed over three or more matrices at once, which no product of "
               "matrices does";
    return matrix;
}
