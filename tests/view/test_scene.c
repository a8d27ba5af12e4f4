#include "../test.h"

#include "view/frame.h"

#include <stdlib.h>
#include <string.h>

struct world {
    struct cg_fonts *fonts;
    struct cg_scene scene;
    struct cg_strbuf text;
};

static const struct cg_color white = {255, 255, 255, 255}, red = {200, 10, 20, 255};

static int set_up(void **state)
{
    struct world *world = test_malloc(sizeof *world);
    struct cg_error error;
    world->fonts = cg_fonts_create(&error);
    cg_scene_init(&world->scene);
    cg_strbuf_init(&world->text);
    *state = world;
    return world->fonts ? 0 : -1;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    cg_fonts_destroy(world->fonts);
    cg_scene_finish(&world->scene);
    cg_strbuf_finish(&world->text);
    test_free(world);
    return 0;
}

static void draw_sample(struct world *world)
{
    struct cg_scene *scene = &world->scene;
    cg_scene_begin(scene, 320, 200, (struct cg_color){17, 21, 26, 255});
    cg_scene_rect(scene, (struct cg_box){10, 20.04f, 30, -0.01f}, 3, red);
    struct cg_item *ghost = cg_scene_add(scene, CG_ITEM_RECT);
    ghost->u.rect.box = (struct cg_box){1, 2, 3, 4};
    ghost->u.rect.stroke = (struct cg_color){1, 2, 3, 128};
    ghost->u.rect.stroke_width = 1.5f;
    ghost->u.rect.dashed = true;
    ghost->label = "ghost of \"δ\"";
    cg_scene_text(scene, world->fonts, CG_FACE_SEMIBOLD, 5, 50, 16, white, "H is\n1 × 3");
    static const float points[] = {0, 0, 10, 5.25f};
    struct cg_item *line = cg_scene_add(scene, CG_ITEM_LINE);
    line->u.line.points = points;
    line->u.line.count = 2;
    line->u.line.width = 2;
    line->u.line.color = red;
    static const struct cg_color texels[2] = {{1, 2, 3, 255}, {4, 5, 6, 255}};
    struct cg_item *map = cg_scene_add(scene, CG_ITEM_TEXELS);
    map->u.texels.box = (struct cg_box){0, 0, 8, 8};
    map->u.texels.rows = 1;
    map->u.texels.cols = 2;
    map->u.texels.texels = texels;
    cg_scene_add(scene, CG_ITEM_CLIP)->u.clip = (struct cg_box){0, 0, 9, 9};
    cg_scene_add(scene, CG_ITEM_CLIP);
    static const struct cg_value value = {.name = "H"};
    cg_scene_hit(
        scene, (struct cg_hit){
                   .kind = CG_HIT_CELL, .box = {10, 20, 30, 30}, .a = 1, .b = 2, .value = &value});
    cg_scene_hit(scene, (struct cg_hit){.kind = CG_HIT_INDEX, .box = {20, 30, 5, 5}, .a = 'k'});
}

static void the_dump_reads_well(void **state)
{
    struct world *world = *state;
    draw_sample(world);
    cg_scene_dump(&world->text, &world->scene);
    assert_string_equal(world->text.text,
                        "scene 320.0 200.0 #11151a\n"
                        "rect 10.0 20.0 30.0 0.0 radius 3.0 fill #c80a14\n"
                        "rect 1.0 2.0 3.0 4.0 dashed 1.5 #01020380 ; \"ghost of \\\"δ\\\"\"\n"
                        "semibold 5.0 50.0 size 16.0 #ffffff \"H is\\n1 × 3\"\n"
                        "line 2.0 #c80a14 0.0 0.0 10.0 5.3\n"
                        "texels 0.0 0.0 8.0 8.0 1 x 2: b6be9eb4\n"
                        "clip 0.0 0.0 9.0 9.0\n"
                        "clip end\n"
                        "hit cell 10.0 20.0 30.0 30.0 1 2 H\n"
                        "hit index 20.0 30.0 5.0 5.0 k\n");
}

static void a_second_frame_is_the_same(void **state)
{
    struct world *world = *state;
    draw_sample(world);
    cg_scene_dump(&world->text, &world->scene);
    char *first = strdup(world->text.text);
    draw_sample(world);
    cg_strbuf_clear(&world->text);
    cg_scene_dump(&world->text, &world->scene);
    assert_string_equal(first, world->text.text);
    free(first);
}

static void later_regions_lie_over_earlier_ones(void **state)
{
    struct world *world = *state;
    draw_sample(world);
    assert_int_equal(cg_scene_at(&world->scene, 21, 31).kind, CG_HIT_INDEX);
    assert_int_equal(cg_scene_at(&world->scene, 11, 21).kind, CG_HIT_CELL);
    assert_int_equal(cg_scene_at(&world->scene, 25, 35).kind, CG_HIT_CELL); /* half-open */
    assert_int_equal(cg_scene_at(&world->scene, 40, 21).kind, CG_HIT_NONE);
    assert_int_equal(cg_scene_at(&world->scene, 300, 190).kind, CG_HIT_NONE);
}

static void width_is_the_width_drawn(void **state)
{
    struct world *world = *state;
    cg_scene_begin(&world->scene, 100, 100, white);
    float drawn =
        cg_scene_text(&world->scene, world->fonts, CG_FACE_TEXT, 0, 0, 20, red, "blackboard");
    float measured =
        cg_text_width(world->fonts, &world->scene.arena, CG_FACE_TEXT, 20, "blackboard");
    assert_true(drawn == measured);
    assert_true(drawn > 80 && drawn < 120);
}

/* Two symbols, one an object, and a fraction bar, laid out by hand. */
static void formulas_become_runs_rules_and_regions(void **state)
{
    struct world *world = *state;
    struct cg_formula_glyph glyphs[] = {
        {.id = 11, .face = CG_FACE_MATH, .x = 0, .y = 0, .size = 1, .object = 1},
        {.id = 12, .face = CG_FACE_MATH, .x = 0.5f, .y = 0.25f, .size = 0.5f, .object = 2},
        {.id = 13, .face = CG_FACE_MATH, .x = 0.75f, .y = 0.25f, .size = 0.5f, .object = 2},
    };
    struct cg_formula_rule rule = {.box = {0, -0.5f, 1, 0.1f}};
    struct cg_formula_object places[] = {{1, -1, {0, -0.5f, 0.5f, 0.5f}},
                                         {2, 0, {0.5f, 0, 0.25f, 0.25f}}};
    struct cg_formula formula = {.width = 1,
                                 .glyphs = glyphs,
                                 .n_glyphs = 3,
                                 .rules = &rule,
                                 .n_rules = 1,
                                 .objects = places,
                                 .n_objects = 2,
                                 .tex = "\\obj{1}{\\frac{H}{2}\\}}_\\obj{2}{kk}"};
    struct cg_value value = {.name = "H"};
    struct cg_object objects[] = {
        {.kind = CG_OBJECT_VALUE, .value = &value},
        {.kind = CG_OBJECT_INDEX, .index = {'k', 1}},
    };
    struct cg_objects table = {.objects = objects, .count = 2};
    struct cg_frame frame = {.scene = &world->scene, .theme = cg_theme(CG_THEME_DARK)};
    cg_scene_begin(&world->scene, 100, 100, white);
    float width = cg_draw_formula(&frame, &formula, &table, 10, 50, 20, 0.5f, true);
    assert_true(width == 20);
    cg_scene_dump(&world->text, &world->scene);
    assert_string_equal(world->text.text,
                        "scene 100.0 100.0 #ffffff\n"
                        "math 10.0 50.0 size 20.0 #4fc39c80 glyphs 11 ; \"\\frac{H}{2}\\}_kk\"\n"
                        "math 20.0 55.0 size 10.0 #6acdf980 glyphs 12 13\n"
                        "rect 10.0 40.0 20.0 2.0 fill #f0eeeb80\n"
                        "hit term 10.0 40.0 10.0 10.0 H\n"
                        "hit index 20.0 50.0 5.0 5.0 k\n");
    assert_true(world->scene.items[1].u.glyphs.glyphs[1].x == 0.5f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_dump_reads_well, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_second_frame_is_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(later_regions_lie_over_earlier_ones, set_up, tear_down),
        cmocka_unit_test_setup_teardown(width_is_the_width_drawn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(formulas_become_runs_rules_and_regions, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
