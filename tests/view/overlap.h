/* A check over a whole scene: no text lies on other text, and none leaves the canvas. */
#ifndef TESTS_VIEW_OVERLAP_H
#define TESTS_VIEW_OVERLAP_H

#include "view/scene.h"

#include <math.h>
#include <stdio.h>

/* The text or formula that an item belongs to, and about where its ink is. */
struct text_box {
    struct cg_box box;
    const char *what;
};

static struct cg_box text_union(struct cg_box a, struct cg_box b)
{
    float right = fmaxf(a.x + a.w, b.x + b.w), bottom = fmaxf(a.y + a.h, b.y + b.h);
    float x = fminf(a.x, b.x), y = fminf(a.y, b.y);
    return (struct cg_box){x, y, right - x, bottom - y};
}

/* Glyphs without text belong to the formula whose first item has the label. Their box is that of
 * small letters: ink that only ascends or descends may touch. */
static size_t text_boxes(struct cg_scene *scene, const struct cg_fonts *fonts,
                         struct text_box *boxes)
{
    size_t count = 0;
    for (size_t i = 0; i < scene->n_items; i++) {
        const struct cg_item *item = &scene->items[i];
        if (item->kind != CG_ITEM_GLYPHS || item->u.glyphs.count == 0 ||
            item->u.glyphs.color.a == 0)
            continue;
        float size = item->u.glyphs.size, width;
        const struct cg_glyph *last = &item->u.glyphs.glyphs[item->u.glyphs.count - 1];
        if (item->u.glyphs.text)
            width =
                cg_text_width(fonts, &scene->arena, item->u.glyphs.face, size, item->u.glyphs.text);
        else
            width = (last->x + 0.25f) * size;
        struct cg_box box = {item->u.glyphs.x, item->u.glyphs.y - 0.5f * size, width, 0.52f * size};
        if (item->u.glyphs.text || item->label || count == 0)
            boxes[count++] = (struct text_box){box, item->u.glyphs.text ? item->u.glyphs.text
                                                    : item->label       ? item->label
                                                                        : "?"};
        else
            boxes[count - 1].box = text_union(boxes[count - 1].box, box);
    }
    return count;
}

static bool boxes_overlap(struct cg_box a, struct cg_box b)
{
    const float touch = 0.75f;
    return a.x + a.w > b.x + touch && b.x + b.w > a.x + touch && a.y + a.h > b.y + touch &&
           b.y + b.h > a.y + touch;
}

/* How many texts are where they must not be; says which on standard error. */
static size_t count_misplaced(struct cg_scene *scene, const struct cg_fonts *fonts,
                              const char *where)
{
    struct text_box *boxes = cg_alloc_array(&scene->arena, scene->n_items + 1, sizeof *boxes);
    size_t count = text_boxes(scene, fonts, boxes), wrong = 0;
    for (size_t i = 0; i < count; i++) {
        struct cg_box a = boxes[i].box;
        if (a.x < -0.5f || a.y < -0.5f || a.x + a.w > scene->width + 0.5f ||
            a.y + a.h > scene->height + 0.5f) {
            fprintf(stderr, "# %s: outside: %s at %.0f %.0f, %.0f wide\n", where, boxes[i].what,
                    (double)a.x, (double)a.y, (double)a.w);
            wrong++;
        }
        for (size_t j = i + 1; j < count; j++)
            if (boxes_overlap(a, boxes[j].box)) {
                fprintf(stderr, "# %s: overlap at %.0f %.0f: %s | %s\n", where, (double)a.x,
                        (double)a.y, boxes[i].what, boxes[j].what);
                wrong++;
            }
    }
    return wrong;
}

#endif
