/* What tests of the board share: a lesson from the source tree, opened for showing. */
#ifndef TESTS_VIEW_WORLD_H
#define TESTS_VIEW_WORLD_H

#include "view/board.h"

#include <stdio.h>
#include <stdlib.h>

struct world {
    struct cg_fonts *fonts;
    struct cg_lesson *lesson;
    struct cg_board *board;
    struct cg_position at;
    struct cg_scene scene;
    struct cg_strbuf text;
};

static inline void world_open(struct world *world, const char *lesson)
{
    char path[4096];
    struct cg_error error;
    snprintf(path, sizeof path, "%s/lessons/%s", getenv("CHALKGRAD_SOURCE"), lesson);
    world->fonts = cg_fonts_create(&error);
    assert_non_null(world->fonts);
    world->lesson = cg_lesson_open(path, &error);
    if (!world->lesson)
        cg_error_print(stderr, &error);
    assert_non_null(world->lesson);
    world->board = cg_board_create(world->lesson, world->fonts, &error);
    assert_non_null(world->board);
    world->at = cg_position_start(world->board);
    cg_scene_init(&world->scene);
    cg_strbuf_init(&world->text);
}

static inline void world_close(struct world *world)
{
    cg_board_destroy(world->board);
    cg_lesson_close(world->lesson);
    cg_fonts_destroy(world->fonts);
    cg_scene_finish(&world->scene);
    cg_strbuf_finish(&world->text);
}

static inline void world_draw(struct world *world, float width, float height)
{
    cg_scene_begin(&world->scene, width, height, cg_theme(world->at.theme)->background);
    cg_board_draw(world->board, &world->at, &world->scene);
}

/* The scene as text, in memory of its own. */
static inline char *world_dump(struct world *world)
{
    world_draw(world, 1280, 720);
    cg_strbuf_clear(&world->text);
    cg_scene_dump(&world->text, &world->scene);
    char *copy = malloc(world->text.length + 1);
    assert_non_null(copy);
    for (size_t i = 0; i <= world->text.length; i++)
        copy[i] = world->text.text[i];
    return copy;
}

/* Lets time pass until nothing moves. */
static inline void world_rest(struct world *world)
{
    for (int i = 0; i < 100 && cg_board_advance(world->board, &world->at, 0.25); i++)
        ;
}

#endif
