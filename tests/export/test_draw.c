#include "sample.h"

#include "export/draw.h"

#include <math.h>

static void drawn_twice_it_is_the_same(void **state)
{
    struct world *world = *state;
    uint32_t hashes[2];
    for (int i = 0; i < 2; i++) {
        draw_sample(world);
        SDL_Surface *surface = picture(world, 1.5f);
        hashes[i] = picture_hash(surface);
        SDL_FreeSurface(surface);
    }
    assert_int_equal(hashes[0], hashes[1]);
}

static void rectangles_are_sharp(void **state)
{
    struct world *world = *state;
    draw_sample(world);
    for (int scale = 1; scale <= 3; scale++) {
        SDL_Surface *s = picture(world, (float)scale);
        int k = scale;
        assert_int_equal(pixel(s, 30 * k, 20 * k), 0x00C800);     /* inside */
        assert_int_equal(pixel(s, 30 * k, 10 * k), 0x00C800);     /* its first row */
        assert_int_equal(pixel(s, 30 * k, 10 * k - 1), 0);        /* the row above */
        assert_int_equal(pixel(s, 30 * k, 30 * k - 1), 0x00C800); /* its last */
        assert_int_equal(pixel(s, 30 * k, 30 * k), 0);            /* below */
        assert_int_equal(pixel(s, 10 * k, 10 * k), 0);            /* cut off by the corner */
        assert_int_equal(pixel(s, 80 * k, 10 * k), 0xFFFFFF);     /* a border, inside the box */
        assert_int_equal(pixel(s, 80 * k, 12 * k - 1), 0xFFFFFF);
        assert_int_equal(pixel(s, 80 * k, 12 * k), 0);
        assert_int_equal(pixel(s, 60 * k, 10 * k), 0xFFFFFF); /* a square corner */
        SDL_FreeSurface(s);
    }
}

static void corners_are_round_and_smooth(void **state)
{
    struct world *world = *state;
    draw_sample(world);
    SDL_Surface *s = picture(world, 2);
    int partial = 0;
    for (int y = 0; y < 12; y++)
        for (int x = 0; x < 12; x++) {
            uint32_t c = pixel(s, 20 + x, 20 + y);
            double away = hypot(x + 0.5 - 12, y + 0.5 - 12);
            if (away < 11)
                assert_int_equal(c, 0x00C800);
            if (away > 13)
                assert_int_equal(c, 0);
            partial += c != 0 && c != 0x00C800;
            /* the four corners mirror each other */
            assert_int_equal(c, pixel(s, 99 - x, 20 + y));
            assert_int_equal(c, pixel(s, 20 + x, 59 - y));
        }
    assert_in_range(partial, 8, 40);
    SDL_FreeSurface(s);
}

static void dashes_leave_gaps(void **state)
{
    struct world *world = *state;
    draw_sample(world);
    SDL_Surface *s = picture(world, 1);
    int on = 0, changes = 0;
    for (int x = 114; x < 146; x++) {
        on += pixel(s, x, 10) == 0xFFFFFF;
        changes += pixel(s, x, 10) != pixel(s, x + 1, 10);
    }
    assert_in_range(on, 10, 22);
    assert_true(changes >= 8);
    SDL_FreeSurface(s);
}

static void clipping_ends(void **state)
{
    struct world *world = *state;
    draw_sample(world);
    cg_scene_rect(&world->scene, (struct cg_box){150, 0, 5, 5}, 0, green);
    SDL_Surface *s = picture(world, 1);
    assert_int_equal(pixel(s, 20, 85), 0x0000FA);
    assert_int_equal(pixel(s, 20, 79), 0);
    assert_int_equal(pixel(s, 30, 85), 0);
    assert_int_equal(pixel(s, 152, 2), 0x00C800);
    SDL_FreeSurface(s);
}

static void texels_are_cells_in_order(void **state)
{
    struct world *world = *state;
    draw_sample(world);
    SDL_Surface *s = picture(world, 1);
    assert_int_equal(pixel(s, 160, 70), 0xFF0000);
    assert_int_equal(pixel(s, 169, 79), 0xFF0000);
    assert_int_equal(pixel(s, 170, 70), 0x00FF00);
    assert_int_equal(pixel(s, 160, 80), 0x0000FF);
    assert_int_equal(pixel(s, 179, 89), 0x090909);
    SDL_FreeSurface(s);
}

/* Ink in a box, in whole pixels. */
static double ink(const SDL_Surface *s, int x, int y, int w, int h)
{
    double sum = 0;
    for (int j = y; j < y + h; j++)
        for (int i = x; i < x + w; i++)
            sum += (pixel(s, i, j) & 0xFF) / 255.0;
    return sum;
}

static void text_stands_on_its_baseline(void **state)
{
    struct world *world = *state;
    for (int scale = 1; scale <= 2; scale++) {
        cg_scene_begin(&world->scene, 100, 50, black);
        cg_scene_text(&world->scene, world->fonts, CG_FACE_TEXT, 10, 30, 20, white, "HEX");
        SDL_Surface *s = picture(world, (float)scale);
        float cap = cg_face_cap_height(world->fonts, CG_FACE_TEXT) * 20;
        int top = (int)ceilf((30 - cap) * (float)scale);
        assert_true(ink(s, 0, top, 100 * scale, 30 * scale - top) > 60.0 * scale * scale);
        assert_true(ink(s, 0, 30 * scale, 100 * scale, 20 * scale) < 1);
        assert_true(ink(s, 0, 0, 100 * scale, top - 1) < 1);
        SDL_FreeSurface(s);
    }
}

static void equal_letters_look_equal_at_whole_pixels(void **state)
{
    struct world *world = *state;
    cg_scene_begin(&world->scene, 100, 50, black);
    for (int i = 0; i < 3; i++)
        cg_scene_text(&world->scene, world->fonts, CG_FACE_MATH, 10 + 30.f * (float)i, 30, 20,
                      white, "W");
    SDL_Surface *s = picture(world, 1);
    for (int y = 0; y < 50; y++)
        for (int x = 5; x < 35; x++)
            assert_int_equal(pixel(s, x, y), pixel(s, x + 30, y));
    assert_true(ink(s, 5, 0, 30, 50) > 20);
    SDL_FreeSurface(s);
}

/* Two copies of a glyph half over each other at half alpha: nothing is darker than one copy. */
static void merged_pieces_show_no_seam(void **state)
{
    struct world *world = *state;
    struct cg_scene *scene = &world->scene;
    struct cg_color half = {255, 255, 255, 128};
    for (int merge = 0; merge < 2; merge++) {
        cg_scene_begin(scene, 60, 60, black);
        cg_scene_text(scene, world->fonts, CG_FACE_TEXT, 10, 40, 40, half, "HH");
        struct cg_item *item = &scene->items[0];
        struct cg_glyph *pieces = cg_copy(&scene->arena, item->u.glyphs.glyphs, 2 * sizeof *pieces);
        pieces[1].x = 0;
        pieces[1].y = 0.3f;
        item->u.glyphs.glyphs = pieces;
        item->u.glyphs.merge = merge;
        SDL_Surface *s = picture(world, 1);
        uint32_t brightest = 0;
        for (int y = 0; y < 60; y++)
            for (int x = 0; x < 60; x++)
                brightest = (pixel(s, x, y) & 0xFF) > brightest ? pixel(s, x, y) & 0xFF : brightest;
        if (merge)
            assert_in_range(brightest, 120, 132);
        else
            assert_true(brightest > 180); /* the test can tell */
        SDL_FreeSurface(s);
    }
}

static void lines_have_their_width(void **state)
{
    struct world *world = *state;
    cg_scene_begin(&world->scene, 100, 100, black);
    add_line(&world->scene, (float[]){10, 20, 90, 20}, 2, 1, white);
    add_line(&world->scene, (float[]){10.3f, 40, 89.7f, 40.01f, 50, 80}, 3, 3, white);
    SDL_Surface *s = picture(world, 1);
    assert_true(fabs(ink(s, 50, 15, 1, 10) - 1) < 0.01); /* snapped: one full pixel */
    assert_true(fabs(ink(s, 50, 35, 1, 10) - 3) < 0.15); /* antialiased, three pixels of ink */
    SDL_FreeSurface(s);
}

/* Far more glyphs than one atlas holds: it starts over in the middle of a frame, unnoticed. */
static void a_full_atlas_starts_over(void **state)
{
    struct world *world = *state;
    SDL_Surface *surface =
        SDL_CreateRGBSurfaceWithFormat(0, 400, 300, 32, SDL_PIXELFORMAT_ARGB8888);
    SDL_Renderer *renderer = SDL_CreateSoftwareRenderer(surface);
    struct cg_drawer *drawer = cg_drawer_create(renderer, world->fonts, &world->error);
    assert_non_null(drawer);
    for (int frame = 0; frame < 4; frame++) {
        cg_scene_begin(&world->scene, 400, 300, black);
        for (int i = 0; i < 24; i++)
            cg_scene_text(&world->scene, world->fonts, CG_FACE_TEXT, 4, 12 * (float)i + 40,
                          30 + (float)(i + 24 * frame) * 0.5f, white, "The quick brown fox jumps");
        cg_draw_scene(drawer, &world->scene, 1);
        SDL_RenderFlush(renderer);
    }
    uint32_t reused = picture_hash(surface);
    SDL_Surface *fresh = picture(world, 1);
    assert_int_equal(reused, picture_hash(fresh));
    SDL_FreeSurface(fresh);
    cg_drawer_destroy(drawer);
    SDL_DestroyRenderer(renderer);
    SDL_FreeSurface(surface);
}

static void large_masks_come_and_go(void **state)
{
    struct world *world = *state;
    SDL_Surface *surface =
        SDL_CreateRGBSurfaceWithFormat(0, 600, 400, 32, SDL_PIXELFORMAT_ARGB8888);
    SDL_Renderer *renderer = SDL_CreateSoftwareRenderer(surface);
    struct cg_drawer *drawer = cg_drawer_create(renderer, world->fonts, &world->error);
    for (int frame = 0; frame < 6; frame++) {
        cg_scene_begin(&world->scene, 600, 400, black);
        add_line(&world->scene, (float[]){10, 10 + 9 * (float)frame, 590, 390}, 2, 2, white);
        if (frame % 3 == 0)
            cg_scene_text(&world->scene, world->fonts, CG_FACE_MATH, 0, 390, 500, green, "Σ");
        cg_draw_scene(drawer, &world->scene, 1);
        SDL_RenderFlush(renderer);
        SDL_Surface *fresh = picture(world, 1);
        assert_int_equal(picture_hash(surface), picture_hash(fresh));
        SDL_FreeSurface(fresh);
    }
    cg_drawer_destroy(drawer);
    SDL_DestroyRenderer(renderer);
    SDL_FreeSurface(surface);
}

static void odd_items_do_no_harm(void **state)
{
    struct world *world = *state;
    struct cg_scene *scene = &world->scene;
    cg_scene_begin(scene, 50, 50, black);
    cg_scene_rect(scene, (struct cg_box){10, 10, -5, 5}, 3, green);
    cg_scene_rect(scene, (struct cg_box){10, 10, 0, 0}, 3, green);
    cg_scene_rect(scene, (struct cg_box){-1000, -1000, 1010, 1010}, 900, green);
    add_border(scene, (struct cg_box){20, 20, 1, 1}, 5, 4, white);
    add_line(scene, (float[]){5, 5, 5, 5}, 2, 3, white);
    add_line(scene, (float[]){5, 5, 5, 5, 5, 5}, 3, 3, white)->u.line.dashed = true;
    add_line(scene, (float[]){5, 5}, 1, 3, white);
    add_texels(scene, (struct cg_box){0, 0, 5, 5}, 0, 0, &white);
    cg_scene_text(scene, world->fonts, CG_FACE_TEXT, 5, 5, 0, white, "size zero");
    cg_scene_text(scene, world->fonts, CG_FACE_TEXT, 5, 5, 12, white, "");
    SDL_FreeSurface(picture(world, 1));
    assert_null(png_picture(scene, world->fonts, 1000, &world->error));
    assert_non_null(strstr(world->error.text, "50000 x 50000"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(drawn_twice_it_is_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rectangles_are_sharp, set_up, tear_down),
        cmocka_unit_test_setup_teardown(corners_are_round_and_smooth, set_up, tear_down),
        cmocka_unit_test_setup_teardown(dashes_leave_gaps, set_up, tear_down),
        cmocka_unit_test_setup_teardown(clipping_ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(texels_are_cells_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(text_stands_on_its_baseline, set_up, tear_down),
        cmocka_unit_test_setup_teardown(equal_letters_look_equal_at_whole_pixels, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(merged_pieces_show_no_seam, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lines_have_their_width, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_atlas_starts_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(large_masks_come_and_go, set_up, tear_down),
        cmocka_unit_test_setup_teardown(odd_items_do_no_harm, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
