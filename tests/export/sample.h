/* A small scene with one item of each kind, and pixels of it: shared by the tests of export. */
#ifndef TESTS_EXPORT_SAMPLE_H
#define TESTS_EXPORT_SAMPLE_H

#include "../test.h"

#include "export/export.h"
#include "export/png.h"

#include <stdlib.h>
#include <string.h>

struct world {
    struct cg_fonts *fonts;
    struct cg_scene scene;
    struct cg_error error;
};

static const struct cg_color black = {0, 0, 0, 255}, white = {255, 255, 255, 255};
static const struct cg_color green = {0, 200, 0, 255}, blue = {0, 0, 250, 255};

static inline int set_up(void **state)
{
    struct world *world = test_malloc(sizeof *world);
    world->fonts = cg_fonts_create(&world->error);
    cg_scene_init(&world->scene);
    *state = world;
    return world->fonts ? 0 : -1;
}

static inline int tear_down(void **state)
{
    struct world *world = *state;
    cg_fonts_destroy(world->fonts);
    cg_scene_finish(&world->scene);
    test_free(world);
    return 0;
}

static inline struct cg_item *add_line(struct cg_scene *scene, const float *points, size_t count,
                                       float width, struct cg_color color)
{
    struct cg_item *item = cg_scene_add(scene, CG_ITEM_LINE);
    item->u.line.points = cg_copy(&scene->arena, points, 2 * count * sizeof *points);
    item->u.line.count = count;
    item->u.line.width = width;
    item->u.line.color = color;
    return item;
}

static inline struct cg_item *add_border(struct cg_scene *scene, struct cg_box box, float radius,
                                         float width, struct cg_color color)
{
    struct cg_item *item = cg_scene_add(scene, CG_ITEM_RECT);
    item->u.rect.box = box;
    item->u.rect.radius = radius;
    item->u.rect.stroke_width = width;
    item->u.rect.stroke = color;
    return item;
}

static inline struct cg_item *add_texels(struct cg_scene *scene, struct cg_box box, size_t rows,
                                         size_t cols, const struct cg_color *texels)
{
    struct cg_item *item = cg_scene_add(scene, CG_ITEM_TEXELS);
    item->u.texels.box = box;
    item->u.texels.rows = rows;
    item->u.texels.cols = cols;
    item->u.texels.texels = cg_copy(&scene->arena, texels, rows * cols * sizeof *texels);
    return item;
}

/* 200 x 100, black; one item of each kind. */
static inline void draw_sample(struct world *world)
{
    struct cg_scene *scene = &world->scene;
    cg_scene_begin(scene, 200, 100, black);
    cg_scene_rect(scene, (struct cg_box){10, 10, 40, 20}, 6, green);
    add_border(scene, (struct cg_box){60, 10, 40, 20}, 0, 2, white);
    add_border(scene, (struct cg_box){110, 10, 40, 20}, 4, 1, white)->u.rect.dashed = true;
    cg_scene_text(scene, world->fonts, CG_FACE_TEXT, 10, 60, 20, white, "H < W & \"δ\"");
    add_line(scene, (float[]){100, 40, 140, 60, 180, 40}, 3, 2, blue);
    static const struct cg_color texels[4] = {
        {255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {9, 9, 9, 255}};
    add_texels(scene, (struct cg_box){160, 70, 20, 20}, 2, 2, texels);
    cg_scene_add(scene, CG_ITEM_CLIP)->u.clip = (struct cg_box){0, 80, 30, 20};
    cg_scene_rect(scene, (struct cg_box){10, 70, 100, 20}, 0, blue);
    cg_scene_add(scene, CG_ITEM_CLIP);
}

static inline SDL_Surface *picture(struct world *world, float scale)
{
    SDL_Surface *surface = png_picture(&world->scene, world->fonts, scale, &world->error);
    assert_non_null(surface);
    return surface;
}

/* 0xRRGGBB */
static inline uint32_t pixel(const SDL_Surface *surface, int x, int y)
{
    const uint8_t *row = (const uint8_t *)surface->pixels + y * surface->pitch;
    uint32_t argb;
    memcpy(&argb, row + 4 * x, sizeof argb);
    return argb & 0xFFFFFF;
}

static inline uint32_t picture_hash(const SDL_Surface *surface)
{
    uint32_t hash = 2166136261u;
    for (int y = 0; y < surface->h; y++)
        for (int x = 0; x < surface->w; x++)
            hash = (hash ^ pixel(surface, x, y)) * 16777619u;
    return hash;
}

#endif
