/* What a line comes to: its result, and for a sum one sheet for each summand. */
#include "view/stage.h"

#include <string.h>

enum { MOST_SHEETS = 12, MOST_CELLS = 72 };

/* The product of the factors of `product` other than number `i`, times `body`. */
static const struct cg_expr *with_factors(struct stage *stage, const struct cg_expr *product,
                                          size_t i, const struct cg_expr *body)
{
    const struct cg_expr **args = cg_alloc_array(stage->arena, product->n_args, sizeof *args);
    memcpy(args, product->args, product->n_args * sizeof *args);
    args[i] = body;
    return cg_nary(stage->arena, CG_MUL, product->n_args, args, product->shape);
}

struct stage_sum stage_outer_sum(struct stage *stage, const struct cg_expr *rhs)
{
    struct stage_sum sum = {.body = rhs};
    while (sum.n < 2) {
        const struct cg_expr *body = sum.body;
        if (body->op == CG_NEG && body->args[0]->op == CG_SUM_OVER) {
            const struct cg_expr *inner = body->args[0];
            sum.index[sum.n++] = inner->u.over;
            sum.body = cg_unary(stage->arena, CG_NEG, inner->args[0], inner->args[0]->shape);
            continue;
        }
        if (body->op == CG_SUM_OVER) {
            sum.index[sum.n++] = body->u.over;
            sum.body = body->args[0];
            continue;
        }
        size_t found = body->n_args;
        for (size_t i = 0; body->op == CG_MUL && i < body->n_args && found == body->n_args; i++)
            if (body->args[i]->op == CG_SUM_OVER)
                found = i;
        if (body->op != CG_MUL || found == body->n_args)
            break;
        const struct cg_expr *inner = body->args[found];
        sum.index[sum.n++] = inner->u.over;
        sum.body = with_factors(stage, body, found, inner->args[0]);
    }
    return sum;
}

/* "i = 2, j = 1" for slice number `slice` of the leading axes. */
static const char *slice_words(struct stage *stage, const struct stage_grid *grid, size_t n,
                               size_t slice)
{
    const char *text = "";
    for (size_t i = n; i-- > 0;) {
        text = cg_format(stage->arena, "$%c$ = %zu%s%s", grid->index[i].letter,
                         slice % grid->size[i] + 1, *text ? ", " : "", text);
        slice /= grid->size[i];
    }
    return text;
}

/* All of a few; of many, or of large ones, as many as can be taken in; but none less where a
 * question may be about them. */
static size_t sheets_shown(struct stage *stage, const struct stage_grid *grid)
{
    struct grid_size size = stage_grid_measure(stage, grid, 1);
    const struct cg_beat *beat = stage->frame->beat;
    size_t most = MOST_CELLS / (size.row.count * size.col.count);
    most = beat && beat->question ? MOST_SHEETS : most < 3 ? 3 : most;
    if (grid->n_slices <= MOST_SHEETS && grid->n_slices <= most)
        return grid->n_slices;
    return most > MOST_SHEETS - 2 ? MOST_SHEETS - 2 : most - 1;
}

static void add_slices(struct stage *stage, struct stage_strip *strip,
                       const struct stage_grid *grid, size_t n, enum stage_role role, bool plus)
{
    size_t shown = sheets_shown(stage, grid);
    for (size_t s = 0; s < shown; s++) {
        struct strip_item *item = stage_strip_add(stage, strip);
        item->grid = stage_grid_slice(grid, s);
        item->grid.role = role;
        item->grid.ink = stage->theme->gradient;
        item->grid.letters = role == ROLE_RESULT && s == 0;
        item->grid.shape = NULL;
        if (s > 0)
            item->grid.format.exponent = grid->format.exponent;
        item->words = slice_words(stage, grid, n, s);
        item->sign = plus && s > 0 ? "+" : NULL;
    }
    if (shown < grid->n_slices)
        strip->more = cg_format(stage->arena, "and %zu more sheets%s", grid->n_slices - shown,
                                plus ? ", all added" : "");
}

static const char *letters(struct stage *stage, const struct cg_index *index, size_t n,
                           const char *between)
{
    const char *text = "";
    for (size_t i = 0; i < n; i++)
        if (index[i].letter)
            text = cg_format(stage->arena, "%s%s$%c$", text, *text ? between : "", index[i].letter);
    return text;
}

static size_t count_factors(const struct cg_expr *term)
{
    size_t count = 0;
    if (term->op != CG_MUL)
        return term->op != CG_NUMBER && term->op != CG_SIZE;
    for (size_t i = 0; i < term->n_args; i++)
        count += count_factors(term->args[i]);
    return count;
}

/* body: what is summed over the indices, or NULL where nothing is summed. */
static const char *sheets_caption(struct stage *stage, const struct cg_index *index, size_t n,
                                  size_t order, const struct cg_expr *body)
{
    const struct cg_index axes[] = {stage->axes.row, stage->axes.col};
    const char *shape = letters(stage, axes, 2, " × "), *each = letters(stage, index, n, ", ");
    const char *number = order == 2 ? "two" : order == 3 ? "three" : "four";
    bool grid = stage->axes.row.letter && stage->axes.col.letter;
    const char *dot = "";
    if (body && n == 1 && count_factors(body) > 1)
        dot = cg_format(stage->arena, "; each cell is a dot product over %s", each);
    return cg_format(stage->arena, "one %s%s%s for each %s, %s indices%s", grid ? "sheet of " : "",
                     grid ? shape : (stage->axes.row.letter ? "column of " : "row of "),
                     grid ? "" : shape, each, number, dot);
}

/* Which letters an order-1 factor carries: its one index, or 0. */
static char lone_letter(const struct cg_expr *factor)
{
    struct cg_index index[3];
    return cg_free_indices(factor, index, 3) == 1 ? index[0].letter : 0;
}

/* Which products the factors of a term without a sum make, by their indices. */
static const char *products_caption(struct stage *stage, const struct cg_expr *term)
{
    char hadamard = 0, outer[2] = {0, 0};
    for (size_t i = 0; term->op == CG_MUL && i < term->n_args; i++)
        for (size_t j = 0; j < i; j++) {
            char a = lone_letter(term->args[j]), b = lone_letter(term->args[i]);
            if (a && a == b && term->args[i]->op != CG_KRON) {
                hadamard = a;
            } else if (a && b && a != b) {
                outer[0] = a;
                outer[1] = b;
            }
        }
    const char *text = NULL;
    if (hadamard)
        text = cg_format(stage->arena, "$%c$ with $%c$: Hadamard product, entry by entry", hadamard,
                         hadamard);
    if (outer[0])
        text = cg_format(stage->arena, "%s%s$%c$ with $%c$: outer product, each with each",
                         text ? text : "", text ? ";  " : "", outer[0], outer[1]);
    return text;
}

/* The label of the result: the matrix it is, with its shape. */
static void label_result(struct stage *stage, struct strip_item *item, const struct cg_expr *lhs)
{
    const struct cg_derivation *d = stage->step ? stage->step->derivation : NULL;
    const struct cg_expr *shown = lhs;
    bool gradient = d && !d->local && stage->step->rule != CG_RULE_LET;
    if (gradient && d->wrt)
        shown = cg_grad(stage->arena, d->of, d->wrt);
    item->label = stage_label_of(stage, shown);
    if (gradient)
        item->grid.shape = stage_shape_text(stage, d->wrt->shape);
}

struct stage_strip stage_sheets(struct stage *stage, const struct cg_expr *lhs,
                                const struct cg_expr *rhs)
{
    struct stage_strip strip = {0};
    struct stage_grid result;
    const struct stage_axes *axes = &stage->axes;
    if (!stage_grid_over(stage, rhs, axes->loose, axes->n_slices, &result))
        return strip;
    result.ink = cg_term_ink(stage->theme, lhs);
    size_t grid_order = (axes->row.letter != 0) + (axes->col.letter != 0);
    if (axes->n_slices > 0) {
        add_slices(stage, &strip, &result, axes->n_slices, ROLE_RESULT, false);
        strip.caption =
            sheets_caption(stage, axes->loose, axes->n_slices, axes->n_slices + grid_order, NULL);
        for (size_t i = 0; i < strip.count; i++)
            strip.items[i].grid.ink = result.ink;
        return strip;
    }
    struct stage_sum sum = stage_outer_sum(stage, rhs);
    struct stage_grid sheets;
    bool summed =
        sum.n > 0 && grid_order > 0 && stage_grid_over(stage, sum.body, sum.index, sum.n, &sheets);
    if (summed) {
        add_slices(stage, &strip, &sheets, sum.n, ROLE_SHEET, true);
        strip.caption = sheets_caption(stage, sum.index, sum.n, sum.n + grid_order, sum.body);
        for (size_t i = 0; i < strip.count; i++)
            strip.items[i].grid.ink = result.ink;
    }
    if (sum.n == 0)
        strip.caption = products_caption(stage, rhs);
    struct strip_item *item = stage_strip_add(stage, &strip);
    item->grid = result;
    item->sign = summed ? "=" : NULL;
    label_result(stage, item, lhs);
    return strip;
}
