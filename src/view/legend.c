/* The legend: the colours of the values and of the indices, in one place for a whole derivation. */
#include "view/stage.h"

#include <math.h>

enum { MOST_VALUES = 24, MOST_INDICES = 8 };

struct found {
    const struct cg_value *values[MOST_VALUES];
    size_t n_values;
    struct cg_index indices[MOST_INDICES];
    size_t n_indices;
    bool delta, function;
};

static void see_index(struct found *found, struct cg_index index)
{
    for (size_t i = 0; i < found->n_indices; i++)
        if (found->indices[i].letter == index.letter)
            return;
    if (found->n_indices < MOST_INDICES)
        found->indices[found->n_indices++] = index;
}

static void see_value(struct found *found, const struct cg_value *value)
{
    for (size_t i = 0; i < found->n_values; i++)
        if (found->values[i] == value)
            return;
    if (found->n_values < MOST_VALUES)
        found->values[found->n_values++] = value;
}

static void see(struct found *found, const struct cg_expr *expr, bool indices)
{
    struct cg_index own[2];
    for (size_t i = 0, count = indices ? cg_node_indices(expr, own) : 0; i < count; i++)
        see_index(found, own[i]);
    if (expr->op == CG_NAME)
        see_value(found, expr->u.value);
    if (expr->op == CG_PARTIAL)
        see_value(found, expr->u.partial.wrt);
    if (expr->op == CG_GRAD) {
        see_value(found, expr->u.grad.of);
        see_value(found, expr->u.grad.wrt);
    }
    found->delta |= expr->op == CG_KRON;
    found->function |= expr->op == CG_APPLY;
    for (size_t i = 0; i < expr->n_args; i++)
        see(found, expr->args[i], indices);
}

/* Values of the whole derivation, so that the legend stays; indices of this line. */
static struct found look(const struct stage *stage)
{
    struct found found = {0};
    if (!stage->step) {
        for (size_t i = 0; i < stage->model->n_values; i++)
            see_value(&found, stage->model->values[i]);
        return found;
    }
    const struct cg_derivation *derivation = stage->step->derivation;
    for (size_t i = 0; derivation && i < derivation->n_steps; i++) {
        see(&found, derivation->steps[i]->lhs, false);
        see(&found, derivation->steps[i]->rhs, false);
    }
    see(&found, stage->step->lhs, true);
    see(&found, stage->step->rhs, true);
    return found;
}

struct pen {
    float x, y, left, right, size;
    bool draw;
};

/* Begins an entry of the given width, on a new line where it does not fit. */
static void begin_entry(struct pen *pen, float width)
{
    if (pen->x > pen->left && pen->x + width > pen->right) {
        pen->x = pen->left;
        pen->y += 1.6f * pen->size;
    }
}

static void swatch(struct stage *stage, struct pen *pen, struct cg_color ink, const char *key)
{
    float side = 0.62f * pen->size;
    if (pen->draw) {
        cg_scene_rect(stage->scene, (struct cg_box){pen->x, pen->y - 0.62f * pen->size, side, side},
                      0.15f * pen->size, ink);
        stage_tag_fixed(stage, key, 7);
    }
    pen->x += side + 0.4f * pen->size;
}

static void value_entry(struct stage *stage, struct pen *pen, const struct cg_value *value)
{
    const struct cg_formula *name = stage_typeset(stage, value->tex);
    const char *shape = stage_shape_text(stage, value->shape);
    struct cg_color ink = cg_value_ink(stage->theme, value);
    float name_w = name->width * pen->size * 1.05f;
    float width = 1.02f * pen->size + name_w + 0.35f * pen->size +
                  stage_text_width(stage, CG_FACE_TEXT, pen->size * 0.92f, shape);
    begin_entry(pen, width);
    float start = pen->x;
    swatch(stage, pen, ink, value->name);
    if (pen->draw) {
        size_t first = stage->scene->n_items;
        cg_draw_formula(stage->frame, name, NULL, pen->x, pen->y, pen->size * 1.05f, 1, false);
        for (size_t i = first; i < stage->scene->n_items; i++)
            if (stage->scene->items[i].kind == CG_ITEM_GLYPHS)
                stage->scene->items[i].u.glyphs.color = ink;
        stage_tag_fixed(stage, value->name, 8);
        stage_text(stage, CG_FACE_TEXT, pen->x + name_w + 0.35f * pen->size, pen->y,
                   pen->size * 0.92f, stage->theme->dim, shape);
    }
    pen->x = start + width + 1.3f * pen->size;
}

static void word_entry(struct stage *stage, struct pen *pen, struct cg_color ink, const char *text,
                       bool with_swatch)
{
    float width = (with_swatch ? 1.02f * pen->size : 0) +
                  stage_rich(stage, 0, 0, pen->size, ink, text, false);
    begin_entry(pen, width);
    float start = pen->x;
    if (with_swatch)
        swatch(stage, pen, ink, text);
    if (pen->draw)
        stage_rich(stage, pen->x, pen->y, pen->size, stage->theme->dim, text, true);
    pen->x = start + width + 1.3f * pen->size;
}

float stage_legend(struct stage *stage, float x, float y, float width, float size, bool draw)
{
    struct found found = look(stage);
    struct pen pen = {x, y + size, x, x + width, size, draw};
    for (size_t i = 0; i < found.n_values; i++)
        value_entry(stage, &pen, found.values[i]);
    if (found.delta)
        word_entry(stage, &pen, stage->theme->kronecker, "Kronecker delta", true);
    for (size_t i = 0; i < found.n_indices; i++) {
        size_t count = stage_size(stage, found.indices[i]);
        word_entry(stage, &pen, cg_index_ink(stage->theme, found.indices[i].letter),
                   cg_format(stage->arena, "$%c$ = 1 … %zu", found.indices[i].letter, count),
                   false);
    }
    return pen.y - y + 0.45f * size;
}
