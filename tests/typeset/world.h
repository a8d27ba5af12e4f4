/* Fonts and an arena, for the tests of typesetting. */
#ifndef TESTS_TYPESET_WORLD_H
#define TESTS_TYPESET_WORLD_H

#include "../test.h"

#include "typeset/font.h"

struct world {
    struct cg_fonts *fonts;
    struct cg_arena arena;
};

static inline int set_up(void **state)
{
    struct world *world = test_malloc(sizeof *world);
    struct cg_error error;
    cg_arena_init(&world->arena);
    world->fonts = cg_fonts_create(&error);
    *state = world;
    return world->fonts ? 0 : -1;
}

static inline int tear_down(void **state)
{
    struct world *world = *state;
    cg_fonts_destroy(world->fonts);
    cg_arena_finish(&world->arena);
    test_free(world);
    return 0;
}

#endif
