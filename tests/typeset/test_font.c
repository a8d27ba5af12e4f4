#include "world.h"

#include <math.h>
#include <string.h>

static struct cg_run shape(struct world *world, enum cg_face face, const char *text)
{
    return cg_shape_text(world->fonts, &world->arena, face, text, strlen(text));
}

static void files_are_whole(void **state)
{
    struct world *world = *state;
    static const struct {
        unsigned char magic[4];
        size_t size;
    } expected[CG_FACE_COUNT] = {{{0, 1, 0, 0}, 431196},
                                 {{0, 1, 0, 0}, 315812},
                                 {{0, 1, 0, 0}, 425904},
                                 {{'O', 'T', 'T', 'O'}, 838508}};
    for (int face = 0; face < CG_FACE_COUNT; face++) {
        size_t size;
        const unsigned char *data = cg_fonts_data(world->fonts, (enum cg_face)face, &size);
        assert_int_equal(size, expected[face].size);
        assert_memory_equal(data, expected[face].magic, 4);
    }
}

static void metrics_are_in_em(void **state)
{
    struct world *world = *state;
    for (int i = 0; i < CG_FACE_COUNT; i++) {
        enum cg_face face = (enum cg_face)i;
        float cap = cg_face_cap_height(world->fonts, face);
        assert_true(cap > 0.6f && cap < 0.8f);
        assert_true(cg_face_ascent(world->fonts, face) > cap);
        assert_true(cg_face_descent(world->fonts, face) > 0.2f);
        assert_true(cg_face_descent(world->fonts, face) < 1);
    }
}

static void digits_are_tabular(void **state)
{
    struct world *world = *state;
    for (int face = 0; face < CG_FACE_MATH; face++) {
        float width = shape(world, (enum cg_face)face, "0000").width;
        assert_true(width > 1.5f);
        assert_float_equal(shape(world, (enum cg_face)face, "1171").width, width, 1e-6f);
        assert_float_equal(shape(world, (enum cg_face)face, "4.73").width,
                           shape(world, (enum cg_face)face, "1.11").width, 1e-6f);
    }
}

static void glyphs_follow_one_another(void **state)
{
    struct world *world = *state;
    struct cg_run run = shape(world, CG_FACE_TEXT, "gradient");
    assert_int_equal(run.count, 8);
    assert_float_equal(run.glyphs[0].x, 0, 0);
    for (size_t i = 1; i < run.count; i++)
        assert_true(run.glyphs[i].x > run.glyphs[i - 1].x);
    assert_true(run.width > run.glyphs[7].x);
    assert_float_equal(run.glyphs[7].y, 0, 0);
}

static void pairs_are_kerned(void **state)
{
    struct world *world = *state;
    float apart = shape(world, CG_FACE_TEXT, "A").width + shape(world, CG_FACE_TEXT, "V").width;
    assert_true(shape(world, CG_FACE_TEXT, "AV").width < apart - 0.01f);
}

static void what_a_face_lacks_is_shown_as_replacement(void **state)
{
    struct world *world = *state;
    struct cg_run known = shape(world, CG_FACE_TEXT, "\xEF\xBF\xBD");
    struct cg_run kanji = shape(world, CG_FACE_TEXT, "\xE5\xAD\xA6");
    struct cg_run broken = shape(world, CG_FACE_TEXT, "\xFF");
    assert_int_equal(known.count, 1);
    assert_int_equal(kanji.count, 1);
    assert_int_equal(kanji.glyphs[0].id, known.glyphs[0].id);
    assert_int_equal(broken.glyphs[0].id, known.glyphs[0].id);
}

static void the_empty_text_is_empty(void **state)
{
    struct world *world = *state;
    struct cg_run run = cg_shape_text(world->fonts, &world->arena, CG_FACE_TEXT, "", 0);
    assert_int_equal(run.count, 0);
    assert_float_equal(run.width, 0, 0);
    cg_fonts_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_whole),
        cmocka_unit_test(metrics_are_in_em),
        cmocka_unit_test(digits_are_tabular),
        cmocka_unit_test(glyphs_follow_one_another),
        cmocka_unit_test(pairs_are_kerned),
        cmocka_unit_test(what_a_face_lacks_is_shown_as_replacement),
        cmocka_unit_test(the_empty_text_is_empty),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
