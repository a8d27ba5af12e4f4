#include "view/scene.h"

#include <math.h>
#include <string.h>

void cg_scene_init(struct cg_scene *scene)
{
    *scene = (struct cg_scene){0};
    cg_arena_init(&scene->arena);
}

void cg_scene_finish(struct cg_scene *scene)
{
    if (!scene)
        return;
    cg_arena_finish(&scene->arena);
    *scene = (struct cg_scene){0};
}

void cg_scene_begin(struct cg_scene *scene, float width, float height, struct cg_color background)
{
    cg_arena_reset(&scene->arena);
    struct cg_arena arena = scene->arena;
    *scene = (struct cg_scene){
        .arena = arena, .width = width, .height = height, .background = background};
}

struct cg_item *cg_scene_add(struct cg_scene *scene, enum cg_item_kind kind)
{
    scene->items = cg_grow(&scene->arena, scene->items, scene->n_items, &scene->items_capacity,
                           sizeof *scene->items);
    struct cg_item *item = &scene->items[scene->n_items++];
    *item = (struct cg_item){.kind = kind};
    return item;
}

void cg_scene_rect(struct cg_scene *scene, struct cg_box box, float radius, struct cg_color fill)
{
    struct cg_item *item = cg_scene_add(scene, CG_ITEM_RECT);
    item->u.rect.box = box;
    item->u.rect.radius = radius;
    item->u.rect.fill = fill;
}

void cg_scene_glyphs(struct cg_scene *scene, struct cg_arena *arena,
                     const struct cg_formula *formula, size_t first, size_t end, float x, float y,
                     float size, struct cg_color color)
{
    const struct cg_formula_glyph *head = &formula->glyphs[first];
    struct cg_glyph *glyphs = cg_alloc_array(arena, end - first, sizeof *glyphs);
    for (size_t i = first; i < end; i++) {
        const struct cg_formula_glyph *glyph = &formula->glyphs[i];
        glyphs[i - first] = (struct cg_glyph){glyph->id, (glyph->x - head->x) / head->size,
                                              (glyph->y - head->y) / head->size};
    }
    struct cg_item *item = cg_scene_add(scene, CG_ITEM_GLYPHS);
    item->u.glyphs.face = head->face;
    item->u.glyphs.x = x + head->x * size;
    item->u.glyphs.y = y + head->y * size;
    item->u.glyphs.size = head->size * size;
    item->u.glyphs.color = color;
    item->u.glyphs.glyphs = glyphs;
    item->u.glyphs.count = end - first;
    item->u.glyphs.merge = head->group > 0;
}

float cg_scene_text(struct cg_scene *scene, const struct cg_fonts *fonts, enum cg_face face,
                    float x, float y, float size, struct cg_color color, const char *text)
{
    struct cg_run run = cg_shape_text(fonts, &scene->arena, face, text, strlen(text));
    struct cg_item *item = cg_scene_add(scene, CG_ITEM_GLYPHS);
    item->u.glyphs.text = cg_strdup(&scene->arena, text);
    item->u.glyphs.face = face;
    item->u.glyphs.x = x;
    item->u.glyphs.y = y;
    item->u.glyphs.size = size;
    item->u.glyphs.color = color;
    item->u.glyphs.glyphs = run.glyphs;
    item->u.glyphs.count = run.count;
    return run.width * size;
}

float cg_text_width(const struct cg_fonts *fonts, struct cg_arena *arena, enum cg_face face,
                    float size, const char *text)
{
    return cg_shape_text(fonts, arena, face, text, strlen(text)).width * size;
}

void cg_scene_hit(struct cg_scene *scene, struct cg_hit hit)
{
    scene->hits = cg_grow(&scene->arena, scene->hits, scene->n_hits, &scene->hits_capacity,
                          sizeof *scene->hits);
    scene->hits[scene->n_hits++] = hit;
}

static long part_of(float at, float length, size_t parts)
{
    long part = (long)(at / length * (float)parts);
    return part < (long)parts ? part : (long)parts - 1;
}

struct cg_hit cg_scene_at(const struct cg_scene *scene, float x, float y)
{
    for (size_t i = scene->n_hits; i-- > 0;) {
        struct cg_hit hit = scene->hits[i];
        struct cg_box box = hit.box;
        if (!(x >= box.x && x < box.x + box.w && y >= box.y && y < box.y + box.h))
            continue;
        if (hit.rows > 0 && hit.cols > 0) {
            hit.a = part_of(y - box.y, box.h, hit.rows);
            hit.b = part_of(x - box.x, box.w, hit.cols);
        }
        return hit;
    }
    return (struct cg_hit){.kind = CG_HIT_NONE};
}
