/* A matrix expression opened by one operation: a product as the scheme in which each row of the
 * left factor meets each column of the upper one, anything else as grids in a row. */
#include "view/stage.h"

#include <math.h>

static struct stage_grid matrix_grid(struct stage *stage, const struct cg_expr *node)
{
    struct stage_grid grid =
        stage_grid_matrix(stage, node, cg_eval(stage->frame->env, stage->arena, node),
                          stage->axes.row, stage->axes.col);
    grid.letters = false;
    return grid;
}

static struct strip_item labelled(struct stage *stage, const struct cg_expr *node)
{
    struct strip_item item = {.label = stage_label_of(stage, node),
                              .grid = matrix_grid(stage, node)};
    return item;
}

/* The grid of an operand that is broadcast, or whose axes are not the result's, is not outlined. */
static void forget_axes(struct strip_item *item)
{
    item->grid.index[0].letter = item->grid.index[1].letter = 0;
}

static const char *sign_of(const struct cg_expr *matrix)
{
    switch (matrix->op) {
    case CG_ADD:
        return "+";
    case CG_MUL:
        return "\\ast";
    case CG_DIV:
        return "/";
    case CG_MATMUL:
    case CG_DOT:
        return "\\cdot";
    case CG_OUTER:
        return "\\otimes";
    case CG_NUMBER:
    case CG_SIZE:
    case CG_NAME:
    case CG_GRAD:
    case CG_EYE:
    case CG_ONES:
    case CG_ZEROS:
    case CG_NEG:
    case CG_POW:
    case CG_APPLY:
    case CG_TRANSPOSE:
    case CG_SUM:
    case CG_MEAN:
    case CG_TRACE:
    case CG_NORM2:
    case CG_SOFTMAX:
    case CG_DIAG:
    case CG_ENTRY:
    case CG_SUM_OVER:
    case CG_KRON:
    case CG_PARTIAL:
        break;
    }
    return NULL;
}

/* A gradient's, or that of a name that is introduced. */
static struct cg_color result_ink(const struct stage *stage, const struct cg_expr *result)
{
    return result->op == CG_NAME ? cg_term_ink(stage->theme, result) : stage->theme->gradient;
}

/* args with signs, then "=" and the whole. */
static void fill_strip(struct stage *stage, struct stage_strip *strip, const struct cg_expr *matrix,
                       const struct cg_expr *result)
{
    const char *sign = sign_of(matrix);
    for (size_t i = 0; i < matrix->n_args; i++) {
        const struct cg_expr *arg = matrix->args[i];
        const char *before = i > 0 ? sign : NULL;
        if (matrix->op == CG_ADD && arg->op == CG_NEG) {
            before = "-";
            arg = arg->args[0];
        }
        if (!sign && (arg->op == CG_NUMBER || matrix->op == CG_TRANSPOSE))
            continue;
        struct strip_item *item = stage_strip_add(stage, strip);
        *item = labelled(stage, arg);
        item->sign = before;
        bool same = cg_same_shape(stage->model, arg->shape, matrix->shape);
        if (!same || !sign)
            forget_axes(item);
    }
    struct strip_item *whole = stage_strip_add(stage, strip);
    *whole = labelled(stage, matrix);
    whole->grid.role = result ? ROLE_RESULT : ROLE_CELL;
    if (result) {
        whole->label = stage_label_of(stage, result);
        whole->grid.ink = result_ink(stage, result);
        whole->grid.letters = true;
    }
    if (strip->count > 1)
        whole->sign = sign ? "=" : "\\to";
}

const char *stage_product_words(struct stage *stage, const struct cg_expr *node)
{
    const char *kind = cg_product_kind(stage->model, node);
    if (!kind || node->n_args < 2)
        return NULL;
    const char *sign = node->op == CG_MUL ? " * " : " · ", *shapes = "";
    for (size_t i = 0; i < node->n_args; i++)
        shapes = cg_format(stage->arena, "%s%s%s", shapes, i ? sign : "",
                           stage_shape_text(stage, node->args[i]->shape));
    return cg_format(stage->arena, "%s    %s  →  %s", kind, shapes,
                     stage_shape_text(stage, node->shape));
}

static bool is_simple(const struct cg_expr *node)
{
    return node->n_args == 0 || (node->op == CG_TRANSPOSE && node->args[0]->n_args == 0);
}

/* What a name stands for, where it names a result. */
static const struct cg_expr *opened(const struct cg_expr *node)
{
    if (node->op == CG_NAME && node->u.value->kind == CG_VALUE_RESULT && node->u.value->body)
        return node->u.value->body;
    return node;
}

struct stage_product stage_product_of(struct stage *stage, const struct cg_expr *matrix,
                                      const struct cg_expr *result)
{
    struct stage_product product = {.caption = stage_product_words(stage, matrix)};
    if (matrix->op != CG_MATMUL) {
        fill_strip(stage, &product.strip, matrix, result);
        product.strip.caption = product.caption;
        return product;
    }
    product.falk = true;
    product.left = labelled(stage, matrix->args[0]);
    product.left.grid.index[1].letter = 0;
    product.top = labelled(stage, matrix->args[1]);
    product.top.grid.index[0].letter = 0;
    product.result = labelled(stage, result ? result : matrix);
    product.result.grid = matrix_grid(stage, matrix);
    product.result.grid.role = ROLE_RESULT;
    if (result)
        product.result.grid.ink = result_ink(stage, result);
    struct strip_item *items[] = {&product.left, &product.top, &product.result};
    for (size_t i = 0; i < 3; i++) {
        items[i]->words = items[i]->grid.shape;
        items[i]->grid.shape = NULL;
    }
    if (result && result->op == CG_GRAD)
        product.result.words = cg_format(stage->arena, "%s, the shape of %s", product.result.words,
                                         result->u.grad.wrt->name);
    const struct cg_expr *inner = opened(matrix->args[1]);
    if (is_simple(inner))
        inner = opened(matrix->args[0]);
    if (!is_simple(inner) && inner->op != CG_MATMUL) {
        fill_strip(stage, &product.strip, inner, NULL);
        product.strip.caption = stage_product_words(stage, inner);
        for (size_t i = 0; i < product.strip.count; i++)
            if (inner == opened(matrix->args[1]))
                product.strip.items[i].grid.index[0].letter = 0;
            else
                product.strip.items[i].grid.index[1].letter = 0;
    }
    return product;
}

/* ---- layout ---- */

struct scheme {
    struct grid_size left, top, result;
    float gap, label, letter;
    float caption, top_label, left_x, right_x, top_y, low_y, w, h;
};

/* Cells that stand under each other are equally wide, cells beside each other equally high. */
static void agree(struct grid_size *a, struct grid_size *b, bool width)
{
    if (a->digits == 0 || b->digits == 0) {
        struct grid_size small = a->digits == 0 ? *a : *b;
        a->digits = b->digits = 0;
        a->cell_w = b->cell_w = small.cell_w;
        a->cell_h = b->cell_h = small.cell_h;
        a->gap = b->gap = small.gap;
    }
    if (width)
        a->cell_w = b->cell_w = fmaxf(a->cell_w, b->cell_w);
    stage_grid_extend(a);
    stage_grid_extend(b);
}

/* The grid's own labels are not used in the scheme, but its power of ten is. */
static void refit(struct grid_size *size)
{
    size->w = size->inner_w = size->slice_w;
    size->inner_h = size->slice_h;
    size->left = 0;
    size->h = size->slice_h + size->bottom;
}

static float item_label_width(struct stage *stage, const struct strip_item *item, float size)
{
    return item->label->width * 1.2f * size + 0.5f * size +
           stage_rich(stage, 0, 0, size, stage->theme->dim, item->words, false);
}

static struct scheme arrange(struct stage *stage, const struct stage_product *product, float scale)
{
    struct scheme s = {.gap = 0.75f * stage->em * scale,
                       .label = 0.92f * stage->em * stage_text_scale(stage, scale)};
    s.left = stage_grid_measure(stage, &product->left.grid, scale);
    s.top = stage_grid_measure(stage, &product->top.grid, scale);
    s.result = stage_grid_measure(stage, &product->result.grid, scale);
    agree(&s.top, &s.result, true);
    agree(&s.left, &s.result, false);
    agree(&s.top, &s.result, true);
    refit(&s.left);
    refit(&s.top);
    refit(&s.result);
    s.letter = stage->axes.row.letter ? 1.1f * s.label : 0;
    s.caption = product->caption ? 1.9f * s.label : 0;
    float top_tall = (product->top.label->ascent + product->top.label->descent) * 1.2f;
    float left_tall = (product->left.label->ascent + product->left.label->descent) * 1.2f;
    s.top_label = (top_tall + 0.45f) * s.label;
    s.left_x = s.letter;
    float left_w = fmaxf(s.left.slice_w, item_label_width(stage, &product->left, s.label));
    s.right_x = s.left_x + left_w + s.gap;
    s.top_y = s.caption + s.top_label;
    float left_label = (left_tall + 0.45f) * s.label;
    s.low_y = s.top_y + fmaxf(s.top.h, left_label - s.top_label) + s.gap;
    float result_tall = (product->result.label->ascent + product->result.label->descent) * 1.2f;
    s.h = s.low_y + fmaxf(s.result.h + (result_tall + 0.5f) * s.label, s.left.h);
    s.w = s.right_x + fmaxf(fmaxf(s.result.slice_w, s.top.slice_w + 1.4f * s.label),
                            fmaxf(item_label_width(stage, &product->top, s.label),
                                  item_label_width(stage, &product->result, s.label)));
    if (product->caption)
        s.w = fmaxf(s.w,
                    stage_rich(stage, 0, 0, s.label, stage->theme->dim, product->caption, false));
    return s;
}

/* How the operand comes about stands beside the scheme where there is room. */
static bool strip_fits(struct stage *stage, const struct stage_product *product, float scale,
                       float room, float *w, float *h)
{
    *w = *h = 0;
    if (product->strip.count == 0 || room < 8 * stage->em * scale)
        return false;
    stage_strip_measure(stage, &product->strip, 0.88f * scale, 1e6f, w, h);
    return *w <= room;
}

void stage_product_measure(struct stage *stage, const struct stage_product *product, float scale,
                           float width, float *w, float *h)
{
    if (!product->falk) {
        stage_strip_measure(stage, &product->strip, scale, width, w, h);
        return;
    }
    struct scheme s = arrange(stage, product, scale);
    float strip_w, strip_h, space = 3 * stage->em * scale;
    bool beside = strip_fits(stage, product, scale, width - s.w - space, &strip_w, &strip_h);
    *w = s.w + (beside ? space + strip_w : 0);
    *h = fmaxf(s.h, beside ? strip_h : 0);
}

static void draw_item_label(struct stage *stage, const struct strip_item *item, float x, float y,
                            float size)
{
    stage_formula(stage, item->label, x, y, 1.2f * size, 1, ROLE_LABEL);
    stage_rich(stage, x + (item->label->width * 1.2f + 0.5f) * size, y, size, stage->theme->dim,
               item->words, true);
}

void stage_product_draw(struct stage *stage, const struct stage_product *product, float scale,
                        float width, float x, float y)
{
    if (!product->falk) {
        stage_strip_draw(stage, &product->strip, scale, width, x, y);
        return;
    }
    struct scheme s = arrange(stage, product, scale);
    if (product->caption)
        stage_rich(stage, x, y + s.label, s.label, stage->theme->dim, product->caption, true);
    float above_top = y + s.top_y - (0.3f + product->top.label->descent * 1.2f) * s.label;
    draw_item_label(stage, &product->top, x + s.right_x, above_top, s.label);
    stage_grid_draw(stage, &product->top.grid, s.top, x + s.right_x, y + s.top_y);
    if (stage->axes.col.letter)
        stage_letter(stage, stage->axes.col.letter, x + s.right_x + s.top.slice_w + 0.6f * s.label,
                     y + s.top_y + s.top.slice_h / 2 + 0.25f * s.label, s.label);
    float above_left = y + s.low_y - (0.3f + product->left.label->descent * 1.2f) * s.label;
    draw_item_label(stage, &product->left, x + s.left_x, above_left, s.label);
    float left_w = s.right_x - s.gap - s.left_x;
    stage_grid_draw(stage, &product->left.grid, s.left, x + s.left_x + left_w - s.left.slice_w,
                    y + s.low_y);
    if (stage->axes.row.letter)
        stage_letter(stage, stage->axes.row.letter,
                     x + s.left_x + left_w - s.left.slice_w - 0.9f * s.label,
                     y + s.low_y + s.left.slice_h / 2 + 0.25f * s.label, s.label);
    stage_grid_draw(stage, &product->result.grid, s.result, x + s.right_x, y + s.low_y);
    draw_item_label(stage, &product->result, x + s.right_x,
                    y + s.low_y + s.result.h +
                        (0.4f + product->result.label->ascent * 1.2f) * s.label,
                    s.label);
    float strip_w, strip_h, space = 3 * stage->em * scale;
    if (strip_fits(stage, product, scale, width - s.w - space, &strip_w, &strip_h))
        stage_strip_draw(stage, &product->strip, 0.88f * scale, 1e6f, x + s.w + space, y);
}
