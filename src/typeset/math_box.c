#include "typeset/math_box.h"

#include "typeset/font_private.h"

#include <math.h>

struct box *box_new(struct layout *l)
{
    return cg_alloc(l->arena, sizeof(struct box));
}

static struct item *add_item(struct layout *l, struct box *box, enum item_kind kind, float x,
                             float y)
{
    struct item *item = cg_alloc(l->arena, sizeof *item);
    item->kind = kind;
    item->x = x;
    item->y = y;
    if (box->last)
        box->last->next = item;
    else
        box->first = item;
    box->last = item;
    return item;
}

static void grow(struct box *box, bool first, float h, float d)
{
    box->h = first ? h : fmaxf(box->h, h);
    box->d = first ? d : fmaxf(box->d, d);
}

void box_put(struct layout *l, struct box *outer, const struct box *inner, float x, float y)
{
    grow(outer, !outer->first, inner->h - y, inner->d + y);
    add_item(l, outer, ITEM_BOX, x, y)->u.box = inner;
}

void box_append(struct layout *l, struct box *outer, const struct box *inner)
{
    box_put(l, outer, inner, outer->w, 0);
    outer->w += inner->w;
}

struct glyph_metrics box_glyph(struct layout *l, struct box *box, uint16_t glyph, float size,
                               float x, float y, int object, int group)
{
    struct glyph_metrics metrics = math_glyph_metrics(l->math, glyph);
    if (++l->n_glyphs > MATH_MAX_GLYPHS)
        return metrics;
    grow(box, !box->first, metrics.top * size - y, -metrics.bottom * size + y);
    struct item *item = add_item(l, box, ITEM_GLYPH, x, y);
    item->object = object;
    item->u.glyph.id = glyph;
    item->u.glyph.face = CG_FACE_MATH;
    item->u.glyph.size = size;
    item->u.glyph.group = group;
    item->u.glyph.ink = (struct cg_box){metrics.left * size, -metrics.top * size,
                                        (metrics.right - metrics.left) * size,
                                        (metrics.top - metrics.bottom) * size};
    return metrics;
}

void box_rule(struct layout *l, struct box *box, float x, float y, float w, float h, int object)
{
    l->n_rules++;
    grow(box, !box->first, -y, y + h);
    struct item *item = add_item(l, box, ITEM_RULE, x, y);
    item->object = object;
    item->u.rule.w = w;
    item->u.rule.h = h;
}

struct box *box_of_glyph(struct layout *l, uint16_t glyph, float size, int object)
{
    struct box *box = box_new(l);
    box->w = box_glyph(l, box, glyph, size, 0, 0, object, 0).advance * size;
    box->h = fmaxf(box->h, 0); /* as in TeX's font metrics: a minus sign reaches the baseline */
    box->d = fmaxf(box->d, 0);
    return box;
}

struct box *box_of_text(struct layout *l, enum cg_face face, const char *text, size_t length,
                        float size, int object)
{
    const struct font_face *own = font_face(l->fonts, face);
    struct box *box = box_new(l);
    struct cg_run run = cg_shape_text(l->fonts, l->arena, face, text, length);
    for (size_t i = 0; i < run.count && ++l->n_glyphs <= MATH_MAX_GLYPHS; i++) {
        hb_glyph_extents_t ink = {0};
        hb_font_get_glyph_extents(own->font, run.glyphs[i].id, &ink);
        float y = run.glyphs[i].y * size, scale = own->em * size;
        float top = (float)ink.y_bearing * scale, height = -(float)ink.height * scale;
        grow(box, !box->first, top - y, height - top + y);
        struct item *item = add_item(l, box, ITEM_GLYPH, run.glyphs[i].x * size, y);
        item->object = object;
        item->u.glyph.id = run.glyphs[i].id;
        item->u.glyph.face = face;
        item->u.glyph.size = size;
        item->u.glyph.ink =
            (struct cg_box){(float)ink.x_bearing * scale, -top, (float)ink.width * scale, height};
    }
    box->w = run.width * size;
    return box;
}

/* The pieces from bottom to top, in a box whose bottom is at `bottom` above the baseline. */
static struct box *stack_pieces(struct layout *l, const struct math_piece *pieces, size_t count,
                                float size, float bottom, int object)
{
    struct box *box = box_new(l);
    int group = ++l->n_groups;
    for (size_t i = 0; i < count; i++) {
        struct glyph_metrics metrics = math_glyph_metrics(l->math, pieces[i].glyph);
        float y = -(bottom + (pieces[i].at - metrics.bottom) * size);
        box_glyph(l, box, pieces[i].glyph, size, 0, y, object, group);
        box->w = fmaxf(box->w, metrics.advance * size);
    }
    return box;
}

struct box *box_delimiter(struct layout *l, uint32_t code, float height, struct style style,
                          int object)
{
    struct box *box = box_new(l);
    float size = style_size(l, style), length;
    if (!code) {
        box->w = l->math->constants.null_delimiter;
        return box;
    }
    float axis = l->math->constants.axis * size;
    uint16_t base = math_glyph(l->math, code);
    uint16_t glyph = math_variant(l->math, base, true, height / size, &length);
    size_t count;
    if (length < height / size) {
        struct math_piece *pieces =
            math_assembly(l->math, l->arena, base, true, height / size, MATH_MAX_GLYPHS, &count);
        if (pieces) {
            float top = pieces[count - 1].at + pieces[count - 1].length;
            return stack_pieces(l, pieces, count, size, axis - top * size / 2, object);
        }
    }
    struct glyph_metrics metrics = math_glyph_metrics(l->math, glyph);
    float y = (metrics.top + metrics.bottom) / 2 * size - axis;
    box_glyph(l, box, glyph, size, 0, y, object, 0);
    box->w = metrics.advance * size;
    return box;
}

struct box *box_fence(struct layout *l, uint32_t code, float height, struct style style, int object)
{
    const float tall = 1.1f, margin = .05f; /* em; the font draws tall brackets without margins */
    struct box *inner = box_delimiter(l, code, height, style, object);
    float size = style_size(l, style);
    if (!code || inner->h + inner->d < tall * size)
        return inner;
    struct box *box = box_new(l);
    box_put(l, box, inner, margin * size, 0);
    box->w = inner->w + 2 * margin * size;
    return box;
}

struct box *box_stretched(struct layout *l, uint16_t glyph, float width, float size, int object)
{
    struct box *box = box_new(l);
    float length;
    size_t count;
    uint16_t largest = math_variant(l->math, glyph, false, INFINITY, &length);
    struct math_piece *pieces = NULL;
    if (length < width / size)
        pieces =
            math_assembly(l->math, l->arena, glyph, false, width / size, MATH_MAX_GLYPHS, &count);
    if (pieces) {
        int group = ++l->n_groups;
        for (size_t i = 0; i < count; i++) {
            struct glyph_metrics metrics = math_glyph_metrics(l->math, pieces[i].glyph);
            box_glyph(l, box, pieces[i].glyph, size, (pieces[i].at - metrics.left) * size, 0,
                      object, group);
            box->w = (pieces[i].at + pieces[i].length) * size;
        }
        return box;
    }
    glyph = length < width / size ? largest : math_nearest(l->math, glyph, false, width / size);
    struct glyph_metrics metrics = math_glyph_metrics(l->math, glyph);
    box_glyph(l, box, glyph, size, -metrics.left * size, 0, object, 0);
    box->w = (metrics.right - metrics.left) * size;
    return box;
}

float style_size(const struct layout *l, struct style style)
{
    switch (style.level) {
    case STYLE_SCRIPT:
        return l->math->constants.script_size;
    case STYLE_SCRIPT_SCRIPT:
        return l->math->constants.script_script_size;
    case STYLE_DISPLAY:
    case STYLE_TEXT:
    case STYLE_KEEP:
        break;
    }
    return 1;
}

struct style style_sup(struct style style)
{
    return (struct style){style.level <= STYLE_TEXT ? STYLE_SCRIPT : STYLE_SCRIPT_SCRIPT,
                          style.cramped};
}

struct style style_sub(struct style style)
{
    return style_cramped(style_sup(style));
}

struct style style_cramped(struct style style)
{
    return (struct style){style.level, true};
}

struct style style_numerator(struct style style)
{
    return (struct style){style.level < STYLE_SCRIPT_SCRIPT ? style.level + 1 : style.level,
                          style.cramped};
}

struct style style_denominator(struct style style)
{
    return style_cramped(style_numerator(style));
}
