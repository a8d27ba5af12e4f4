#include "../test.h"

#include "overlap.h"

#include "view/board.h"

#include <stdlib.h>
#include <string.h>

struct world {
    struct cg_fonts *fonts;
    struct cg_scene scene, other;
    struct cg_strbuf text;
};

static int set_up(void **state)
{
    struct world *world = test_malloc(sizeof *world);
    struct cg_error error;
    world->fonts = cg_fonts_create(&error);
    cg_scene_init(&world->scene);
    cg_scene_init(&world->other);
    cg_strbuf_init(&world->text);
    *state = world;
    return world->fonts ? 0 : -1;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    cg_fonts_destroy(world->fonts);
    cg_scene_finish(&world->scene);
    cg_scene_finish(&world->other);
    cg_strbuf_finish(&world->text);
    test_free(world);
    return 0;
}

/* ---- lessons ---- */

static const char seed[] = "# Seed\n\nText.\n\n```model\ndims h = 3, y = 2\n"
                           "H : 1 x h = [[0.62, 0.35, 0.81]]\n"
                           "W : h x y = [[0.1, -0.4], [0.7, 0.2], [-0.3, 0.5]]\n"
                           "B : 1 x y = [0.1, -0.2]\nYstar : 1 x y as Y^* = [1, 0]\n"
                           "f = sigmoid\nY = f(H @ W + B)\nJ = 1/2 * sum((Y - Ystar)^2)\n```\n\n"
                           "```derive\ndJ/dB as δ\ndJ/dW\n```\n";

static const char large[] =
    "# Large\n\nText.\n\n```model\ndims h = 8, y = 6\nH : 1 x h\nW : h x y\nB : 1 x y\n"
    "Ystar : 1 x y as Y^*\nf = sigmoid\nY = f(H @ W + B)\nJ = 1/2 * sum((Y - Ystar)^2)\n```\n\n"
    "```derive\ndJ/dB as δ\ndJ/dW\n```\n";

static const char false_claim[] =
    "# False\n\nText.\n\n```model\ndims h = 3, y = 2\nH : 1 x h\nW : h x y\nJ = sum(H @ W)\n```\n\n"
    "```derive\ndJ/dW\n```\n\n```claim\ndJ/dW = 2 * H.T @ ones(1, y)\n```\n";

static struct cg_lesson *parse(const char *text)
{
    struct cg_error error;
    struct cg_lesson *lesson = cg_lesson_parse("test.md", text, strlen(text), &error);
    if (!lesson)
        cg_error_print(stderr, &error);
    assert_non_null(lesson);
    return lesson;
}

static struct cg_lesson *open_shipped(const char *name)
{
    char path[4096];
    const char *source = getenv("CHALKGRAD_SOURCE");
    snprintf(path, sizeof path, "%s/lessons/%s", source ? source : ".", name);
    struct cg_error error;
    struct cg_lesson *lesson = cg_lesson_open(path, &error);
    if (!lesson)
        cg_error_print(stderr, &error);
    assert_non_null(lesson);
    return lesson;
}

static void draw(struct cg_board *board, const struct cg_position *position, struct cg_scene *scene,
                 float width, float height)
{
    cg_scene_begin(scene, width, height, cg_theme(position->theme)->background);
    cg_board_draw(board, position, scene);
}

static struct cg_position at_beat(struct cg_board *board, size_t beat)
{
    struct cg_position position = cg_position_start(board);
    position.beat = position.from_beat = beat;
    return position;
}

/* ---- nothing overlaps, nothing is cut ---- */

static const float sizes[][2] = {{1024, 640}, {1280, 720}, {1920, 1080}, {3840, 2160}, {720, 900}};

static size_t misplaced(struct world *world, const struct cg_lesson *lesson, struct cg_board *board,
                        struct cg_position position, size_t size)
{
    char where[200];
    if (lesson->beats[position.beat].kind == CG_BEAT_TRAIN)
        return 0;
    draw(board, &position, &world->scene, sizes[size][0], sizes[size][1]);
    snprintf(where, sizeof where, "%s beat %zu rung %d%s at %.0fx%.0f", lesson->title,
             position.beat + 1, (int)position.rung, position.gradient_check ? " check" : "",
             (double)sizes[size][0], (double)sizes[size][1]);
    return count_misplaced(&world->scene, world->fonts, where);
}

static void check_places(struct world *world, struct cg_lesson *lesson, bool all)
{
    struct cg_error error;
    struct cg_board *board = cg_board_create(lesson, world->fonts, &error);
    assert_non_null(board);
    size_t wrong = 0;
    for (size_t beat = 0; beat < lesson->n_beats; beat++)
        for (size_t size = 0; size < sizeof sizes / sizeof *sizes; size++)
            for (int rung = 0; rung < 3; rung++) {
                if (!all && (beat + size + (size_t)rung) % 3 != 0)
                    continue; /* each beat, each size, each rung; not each combination */
                struct cg_position position = at_beat(board, beat);
                position.rung = (enum cg_rung)rung;
                position.gradient_check = (beat + size) % 2 == 1;
                position.iverson = size == 1;
                position.theme = (enum cg_theme_id)(beat % CG_THEME_COUNT);
                wrong += misplaced(world, lesson, board, position, size);
            }
    cg_board_destroy(board);
    cg_lesson_close(lesson);
    assert_int_equal(wrong, 0);
}

static void test_places_of_seed(void **state)
{
    check_places(*state, parse(seed), true);
}

static void test_places_of_large(void **state)
{
    check_places(*state, parse(large), true);
}

static void test_places_of_lessons(void **state)
{
    check_places(*state, open_shipped("03-output-bias.md"), false);
    check_places(*state, open_shipped("04-output-weights.md"), false);
    check_places(*state, open_shipped("06-xor.md"), false);
    check_places(*state, parse(false_claim), false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_places_of_seed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_places_of_large, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_places_of_lessons, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
