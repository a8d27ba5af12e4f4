#include "view/frame.h"

#include <string.h>

const char *cg_plain_tex(struct cg_arena *arena, const char *tex)
{
    size_t length = strlen(tex), n = 0, depth = 0;
    char *plain = cg_alloc(arena, length + 1);
    bool *dropped = cg_alloc_array(arena, length + 1, sizeof *dropped);
    for (size_t i = 0; i < length; i++) {
        if (strncmp(tex + i, "\\obj{", 5) == 0) {
            const char *open = strstr(tex + i, "}{");
            if (!open)
                break;
            i = (size_t)(open - tex) + 1;
            dropped[depth++] = true;
        } else if (tex[i] == '\\' && tex[i + 1]) {
            plain[n++] = tex[i++];
            plain[n++] = tex[i];
        } else if (tex[i] == '{') {
            plain[n++] = '{';
            dropped[depth++] = false;
        } else if (tex[i] == '}' && depth > 0) {
            if (!dropped[--depth])
                plain[n++] = '}';
        } else {
            plain[n++] = tex[i];
        }
    }
    plain[n] = '\0';
    return plain;
}

static struct cg_color faded(struct cg_color color, float alpha)
{
    float a = (float)color.a * (alpha < 0 ? 0 : alpha > 1 ? 1 : alpha);
    color.a = (uint8_t)(a + 0.5f);
    return color;
}

static struct cg_color ink_of(const struct cg_frame *frame, const struct cg_objects *objects,
                              int object, float alpha)
{
    struct cg_color ink = frame->theme->text;
    if (objects && object > 0 && (size_t)object <= objects->count)
        ink = cg_object_ink(frame->theme, &objects->objects[object - 1]);
    return faded(ink, alpha);
}

static bool same_color(struct cg_color a, struct cg_color b)
{
    return a.r == b.r && a.g == b.g && a.b == b.b && a.a == b.a;
}

/* One item: the glyphs from `first` on that share face, size, colour and group. Returns the index
 * behind them. */
static size_t draw_run(const struct cg_frame *frame, const struct cg_formula *formula,
                       const struct cg_objects *objects, float x, float y, float size, float alpha,
                       size_t first)
{
    const struct cg_formula_glyph *head = &formula->glyphs[first];
    struct cg_color color = ink_of(frame, objects, head->object, alpha);
    size_t end = first + 1;
    for (; end < formula->n_glyphs; end++) {
        const struct cg_formula_glyph *next = &formula->glyphs[end];
        if (next->face != head->face || next->size != head->size || next->group != head->group ||
            !same_color(color, ink_of(frame, objects, next->object, alpha)))
            break;
    }
    cg_scene_glyphs(frame->scene, &frame->scene->arena, formula, first, end, x, y, size, color);
    return end;
}

static void add_hits(const struct cg_frame *frame, const struct cg_formula *formula,
                     const struct cg_objects *objects, float x, float y, float size)
{
    for (size_t i = 0; i < formula->n_objects; i++) {
        const struct cg_formula_object *place = &formula->objects[i];
        if (place->id <= 0 || (size_t)place->id > objects->count)
            continue;
        const struct cg_object *object = &objects->objects[place->id - 1];
        struct cg_hit hit = {.kind = CG_HIT_TERM,
                             .box = {x + place->box.x * size, y + place->box.y * size,
                                     place->box.w * size, place->box.h * size},
                             .value = object->value,
                             .node = object->node};
        if (object->kind == CG_OBJECT_INDEX) {
            hit.kind = CG_HIT_INDEX;
            hit.a = object->index.letter;
        }
        cg_scene_hit(frame->scene, hit);
    }
}

float cg_draw_formula(const struct cg_frame *frame, const struct cg_formula *formula,
                      const struct cg_objects *objects, float x, float y, float size, float alpha,
                      bool hits)
{
    size_t first_item = frame->scene->n_items;
    for (size_t i = 0; i < formula->n_glyphs;)
        i = draw_run(frame, formula, objects, x, y, size, alpha, i);
    for (size_t i = 0; i < formula->n_rules; i++) {
        const struct cg_formula_rule *rule = &formula->rules[i];
        cg_scene_rect(frame->scene,
                      (struct cg_box){x + rule->box.x * size, y + rule->box.y * size,
                                      rule->box.w * size, rule->box.h * size},
                      0, ink_of(frame, objects, rule->object, alpha));
    }
    if (formula->tex && frame->scene->n_items > first_item)
        frame->scene->items[first_item].label = cg_plain_tex(&frame->scene->arena, formula->tex);
    if (hits && objects)
        add_hits(frame, formula, objects, x, y, size);
    return formula->width * size;
}
