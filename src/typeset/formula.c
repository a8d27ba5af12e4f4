#include "typeset/formula.h"

#include "typeset/font_private.h"
#include "typeset/math_box.h"
#include "typeset/tex_parse.h"

#include <chalkgrad/strbuf.h>

#include <math.h>

/* Walks the boxes and fills the formula's arrays, whose sizes layout has counted. */
struct ship {
    struct cg_formula *formula;
    bool *seen; /* by object: its box holds something */
};

/* Grows the boxes of an object and of those around it. */
static void mark(struct ship *ship, int object, float left, float top, float right, float bottom)
{
    for (int i = object - 1; i >= 0; i = ship->formula->objects[i].parent) {
        struct cg_box *box = &ship->formula->objects[i].box;
        if (ship->seen[i]) {
            float old_right = box->x + box->w, old_bottom = box->y + box->h;
            box->x = fminf(box->x, left);
            box->y = fminf(box->y, top);
            box->w = fmaxf(old_right, right) - box->x;
            box->h = fmaxf(old_bottom, bottom) - box->y;
        } else {
            *box = (struct cg_box){left, top, right - left, bottom - top};
            ship->seen[i] = true;
        }
    }
}

static void ship_glyph(struct ship *ship, const struct item *item, float x, float y)
{
    struct cg_formula *formula = ship->formula;
    formula->glyphs[formula->n_glyphs++] = (struct cg_formula_glyph){
        .id = item->u.glyph.id,
        .face = item->u.glyph.face,
        .x = x,
        .y = y,
        .size = item->u.glyph.size,
        .object = item->object ? formula->objects[item->object - 1].id : 0,
        .group = item->u.glyph.group};
    if (!item->object)
        return;
    const struct cg_box *ink = &item->u.glyph.ink;
    mark(ship, item->object, x + ink->x, y + ink->y, x + ink->x + ink->w, y + ink->y + ink->h);
}

static void ship_box(struct ship *ship, const struct box *box, float x, float y)
{
    struct cg_formula *formula = ship->formula;
    for (const struct item *item = box->first; item; item = item->next) {
        float left = x + item->x, top = y + item->y;
        switch (item->kind) {
        case ITEM_GLYPH:
            ship_glyph(ship, item, left, top);
            break;
        case ITEM_RULE:
            formula->rules[formula->n_rules++] = (struct cg_formula_rule){
                .box = {left, top, item->u.rule.w, item->u.rule.h},
                .object = item->object ? formula->objects[item->object - 1].id : 0};
            if (item->object)
                mark(ship, item->object, left, top, left + item->u.rule.w, top + item->u.rule.h);
            break;
        case ITEM_BOX:
            ship_box(ship, item->u.box, left, top);
            break;
        }
    }
}

static struct cg_formula *ship_out(struct layout *layout, const struct tex *tex,
                                   const struct box *box)
{
    struct cg_arena *arena = layout->arena;
    struct cg_formula *formula = cg_alloc(arena, sizeof *formula);
    formula->width = box->w;
    formula->ascent = fmaxf(box->h, 0);
    formula->descent = fmaxf(box->d, 0);
    formula->glyphs = cg_alloc_array(arena, layout->n_glyphs, sizeof *formula->glyphs);
    formula->rules = cg_alloc_array(arena, layout->n_rules, sizeof *formula->rules);
    formula->objects = cg_alloc_array(arena, tex->n_objects, sizeof *formula->objects);
    formula->n_objects = tex->n_objects;
    for (size_t i = 0; i < tex->n_objects; i++)
        formula->objects[i] =
            (struct cg_formula_object){.id = tex->objects[i].id, .parent = tex->objects[i].parent};
    struct ship ship = {formula, cg_alloc_array(arena, tex->n_objects, sizeof(bool))};
    ship_box(&ship, box, 0, 0);
    return formula;
}

struct cg_formula *cg_formula_layout(const struct cg_fonts *fonts, struct cg_arena *arena,
                                     const char *tex, size_t length, bool display,
                                     struct cg_error *error)
{
    struct tex parsed;
    if (!tex_parse(arena, tex, length, &parsed, error))
        return NULL;
    struct layout layout = {.arena = arena, .fonts = fonts, .math = font_math(fonts)};
    struct style style = {display ? STYLE_DISPLAY : STYLE_TEXT, false};
    struct box *box = layout_list(&layout, &parsed.list, style);
    if (layout.n_glyphs > MATH_MAX_GLYPHS) {
        cg_fail(error, NULL, (struct cg_place){1, 1},
                "this formula has more than %d glyphs; divide it", MATH_MAX_GLYPHS);
        return NULL;
    }
    struct cg_formula *formula = ship_out(&layout, &parsed, box);
    formula->tex = cg_strndup(arena, tex, length);
    return formula;
}

const struct cg_formula_object *cg_formula_object(const struct cg_formula *formula, int id)
{
    for (size_t i = 0; i < formula->n_objects; i++)
        if (formula->objects[i].id == id)
            return &formula->objects[i];
    return NULL;
}

/* A length with three decimals, and no minus before zero. */
static void put_length(struct cg_strbuf *out, const char *name, float length)
{
    float rounded = roundf(length * 1000) / 1000;
    cg_putf(out, " %s%.3f", name, rounded == 0 ? 0.0 : (double)rounded);
}

static void put_box(struct cg_strbuf *out, const struct cg_box *box)
{
    put_length(out, "x ", box->x);
    put_length(out, "y ", box->y);
    put_length(out, "w ", box->w);
    put_length(out, "h ", box->h);
}

void cg_formula_dump(struct cg_strbuf *out, const struct cg_fonts *fonts,
                     const struct cg_formula *formula)
{
    static const char *const faces[] = {"text", "italic", "semibold", "math"};
    cg_put(out, "formula");
    put_length(out, "w ", formula->width);
    put_length(out, "ascent ", formula->ascent);
    put_length(out, "descent ", formula->descent);
    cg_putc(out, '\n');
    for (size_t i = 0; i < formula->n_glyphs; i++) {
        const struct cg_formula_glyph *glyph = &formula->glyphs[i];
        char name[64] = "";
        hb_font_get_glyph_name(font_face(fonts, glyph->face)->font, glyph->id, name, sizeof name);
        cg_putf(out, "glyph %s %s", faces[glyph->face], name);
        put_length(out, "x ", glyph->x);
        put_length(out, "y ", glyph->y);
        put_length(out, "size ", glyph->size);
        if (glyph->object)
            cg_putf(out, " object %d", glyph->object);
        if (glyph->group)
            cg_putf(out, " group %d", glyph->group);
        cg_putc(out, '\n');
    }
    for (size_t i = 0; i < formula->n_rules; i++) {
        cg_put(out, "rule");
        put_box(out, &formula->rules[i].box);
        if (formula->rules[i].object)
            cg_putf(out, " object %d", formula->rules[i].object);
        cg_putc(out, '\n');
    }
    for (size_t i = 0; i < formula->n_objects; i++) {
        cg_putf(out, "object %d parent %d", formula->objects[i].id, formula->objects[i].parent);
        put_box(out, &formula->objects[i].box);
        cg_putc(out, '\n');
    }
}
