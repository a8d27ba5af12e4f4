#include "../test.h"

#include "view/walk.h"
#include "world.h"

#include <string.h>

enum { MOST = 400 };

/* Forward to the end and back to the start: at each position the same scene both ways. */
static void assert_walk(const char *lesson, bool opening)
{
    struct world world;
    world_open(&world, lesson);
    static char *seen[MOST];
    size_t count = 0, opened = 0;
    seen[count++] = world_dump(&world);
    for (;;) {
        if (opening && opened == 0 && cg_board_act(world.board, &world.at, CG_ACTION_OPEN)) {
            opened = count; /* once: what OPEN enters, PREVIOUS leaves for the line before */
            free(seen[count - 1]);
            seen[count - 1] = world_dump(&world);
        }
        if (!cg_board_act(world.board, &world.at, CG_ACTION_NEXT))
            break;
        world_rest(&world);
        assert_true(count < MOST);
        seen[count++] = world_dump(&world);
    }
    assert_int_equal(world.at.beat + 1, cg_board_beats(world.board, CG_DEPTH_RULES));
    for (size_t i = count; i-- > (opened ? opened - 1 : 0);) {
        char *text = world_dump(&world);
        assert_string_equal(text, seen[i]);
        free(text);
        if (i > 0)
            assert_true(cg_board_act(world.board, &world.at, CG_ACTION_PREVIOUS));
    }
    for (size_t i = 0; i < count; i++)
        free(seen[i]);
    world_close(&world);
}

static void back_shows_what_was_there(void **state)
{
    (void)state;
    assert_walk("03-output-bias.md", false);
}

static void back_shows_what_was_there_within_sub_steps(void **state)
{
    (void)state;
    assert_walk("04-output-weights.md", true);
}

static void time_ends_an_animation_and_then_stands_still(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, "03-output-bias.md");
    assert_false(cg_board_advance(world.board, &world.at, 1));
    cg_board_act(world.board, &world.at, CG_ACTION_NEXT);
    assert_true(cg_board_advance(world.board, &world.at, 0.3));
    assert_true(world.at.phase > 0.4f && world.at.phase < 0.6f);
    assert_true(cg_board_advance(world.board, &world.at, 0.4)); /* the last picture is drawn too */
    assert_false(cg_board_advance(world.board, &world.at, 0.4));
    assert_float_equal(world.at.phase, 1, 0);
    assert_int_equal(world.at.from_beat, world.at.beat);
    world_close(&world);
}

static void playing_walks_to_the_end(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, "03-output-bias.md");
    assert_true(cg_board_act(world.board, &world.at, CG_ACTION_PLAY));
    double seconds = 0;
    while (cg_board_advance(world.board, &world.at, 0.25) && seconds < 4000)
        seconds += 0.25;
    assert_false(world.at.playing);
    assert_int_equal(world.at.beat + 1, cg_board_beats(world.board, CG_DEPTH_RULES));
    assert_true(seconds > 2 * (double)cg_board_beats(world.board, CG_DEPTH_RULES));
    world_close(&world);
}

/* The middle of the first region of a kind, with that `a`; false where there is none. */
static bool find_hit(const struct cg_scene *scene, enum cg_hit_kind kind, long a, float *x,
                     float *y)
{
    for (size_t i = scene->n_hits; i-- > 0;) {
        const struct cg_hit *hit = &scene->hits[i];
        if (hit->kind != kind || (a >= 0 && hit->a != a))
            continue;
        *x = hit->box.x + hit->box.w / 2;
        *y = hit->box.y + hit->box.h / 2;
        if (cg_scene_at(scene, *x, *y).kind == kind)
            return true;
    }
    return false;
}

static void the_timeline_and_buttons_can_be_clicked(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, "04-output-weights.md");
    world_draw(&world, 1280, 720);
    float x, y;
    assert_true(find_hit(&world.scene, CG_HIT_BEAT, 7, &x, &y));
    assert_true(cg_board_click(world.board, &world.at, &world.scene, x, y));
    assert_int_equal(world.at.beat, 7);
    world_draw(&world, 1280, 720);
    for (size_t i = 0; i < world.scene.n_hits; i++) {
        const struct cg_hit *hit = &world.scene.hits[i];
        if (hit->kind == CG_HIT_BUTTON && hit->a == CG_ACTION_RUNG && hit->b == 3) {
            cg_board_click(world.board, &world.at, &world.scene, hit->box.x + 1, hit->box.y + 1);
            break;
        }
    }
    assert_int_equal(world.at.rung, CG_RUNG_MATRIX);
    assert_true(find_hit(&world.scene, CG_HIT_BUTTON, CG_ACTION_LEAVE, &x, &y));
    assert_false(cg_board_click(world.board, &world.at, &world.scene, x, y));
    assert_false(cg_board_click(world.board, &world.at, &world.scene, 5, 5000));
    world_close(&world);
}

static void a_question_is_answered_once_and_marked(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, "04-output-weights.md");
    size_t beat = 0;
    while (beat < world.lesson->n_beats && !world.lesson->beats[beat].question)
        beat++;
    assert_true(beat < world.lesson->n_beats);
    while (world.at.beat < beat)
        cg_board_act(world.board, &world.at, CG_ACTION_NEXT);
    world_rest(&world);
    const struct cg_question *question = world.lesson->beats[beat].question;
    char *before = world_dump(&world);
    assert_null(strstr(before, "Right."));
    float x, y;
    assert_true(find_hit(&world.scene, CG_HIT_CHOICE, (long)question->right, &x, &y));
    assert_true(cg_board_click(world.board, &world.at, &world.scene, x, y));
    char *after = world_dump(&world);
    assert_non_null(strstr(after, "Right."));
    enum cg_action wrong = question->right == 0 ? CG_ACTION_CHOOSE_2 : CG_ACTION_CHOOSE_1;
    assert_true(cg_board_act(world.board, &world.at, wrong));
    char *then = world_dump(&world);
    assert_null(strstr(then, "Right."));
    assert_non_null(strstr(then, "Not this one."));
    assert_false(cg_board_act(world.board, &world.at, CG_ACTION_CHOOSE_6));
    cg_board_act(world.board, &world.at, CG_ACTION_NEXT);
    assert_int_equal(world.at.choice, -1);
    free(before);
    free(after);
    free(then);
    world_close(&world);
}

/* Up from a line is the line of the summary that it belongs to; Down from there is the line. */
static void the_summary_is_one_key_away(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, "06-xor.md");
    size_t lines = cg_board_beats(world.board, CG_DEPTH_RULES);
    assert_true(cg_board_beats(world.board, CG_DEPTH_SUMMARY) < lines);
    assert_true(cg_board_beats(world.board, CG_DEPTH_ATOMS) > lines);
    size_t found = 0;
    for (size_t i = 0; i < lines; i++) {
        world.at = cg_position_start(world.board);
        world.at.beat = i;
        char *before = world_dump(&world);
        assert_true(cg_board_act(world.board, &world.at, CG_ACTION_FOLD));
        assert_int_equal(world.at.depth, CG_DEPTH_SUMMARY);
        if (world.at.folded.fold_depth > 0 &&
            cg_board_act(world.board, &world.at, CG_ACTION_OPEN) && world.at.fold_depth == 1) {
            char *inside = world_dump(&world);
            assert_non_null(strstr(inside, "part "));
            free(inside);
            found++;
        }
        cg_board_act(world.board, &world.at, CG_ACTION_DEPTH);
        while (world.at.depth != CG_DEPTH_RULES)
            cg_board_act(world.board, &world.at, CG_ACTION_DEPTH);
        char *after = world_dump(&world);
        if (world.lesson->beats[i].kind == CG_BEAT_STEP)
            assert_string_equal(before, after);
        free(before);
        free(after);
    }
    assert_true(found > 20);
    world_close(&world);
}

static void escape_leads_out_step_by_step(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, "04-output-weights.md");
    while (!cg_board_act(world.board, &world.at, CG_ACTION_OPEN))
        assert_true(cg_board_act(world.board, &world.at, CG_ACTION_NEXT));
    cg_board_act(world.board, &world.at, CG_ACTION_HELP);
    assert_true(world.at.help);
    assert_true(cg_board_act(world.board, &world.at, CG_ACTION_BACK));
    assert_false(world.at.help);
    assert_int_equal(world.at.fold_depth, 1);
    assert_true(cg_board_act(world.board, &world.at, CG_ACTION_BACK));
    assert_int_equal(world.at.fold_depth, 0);
    assert_false(cg_board_act(world.board, &world.at, CG_ACTION_BACK));
    world_close(&world);
}

/* The box of an item that says something. */
static bool text_box(struct world *world, const struct cg_item *item, struct cg_box *box)
{
    if (item->kind != CG_ITEM_GLYPHS || !item->u.glyphs.text)
        return false;
    float size = item->u.glyphs.size;
    float width = cg_text_width(world->fonts, &world->scene.arena, item->u.glyphs.face, size,
                                item->u.glyphs.text);
    *box = (struct cg_box){item->u.glyphs.x, item->u.glyphs.y - 0.7f * size, width, 0.9f * size};
    return true;
}

enum { MOST_TEXTS = 4000 };

struct said {
    struct cg_box box;
    const char *text;
};

static bool apart(struct cg_box a, struct cg_box b)
{
    return a.x + a.w <= b.x + 1 || b.x + b.w <= a.x + 1 || a.y + a.h <= b.y + 1 ||
           b.y + b.h <= a.y + 1;
}

/* Texts are on the canvas and none lies on another, whatever the size of the window. */
static void assert_tidy(struct world *world, float width, float height)
{
    static struct said said[MOST_TEXTS];
    size_t n = 0;
    world_draw(world, width, height);
    for (size_t i = 0; i < world->scene.n_items && n < MOST_TEXTS; i++) {
        said[n].text = world->scene.items[i].u.glyphs.text;
        if (text_box(world, &world->scene.items[i], &said[n].box))
            n++;
    }
    for (size_t i = 0; i < n; i++) {
        struct cg_box a = said[i].box;
        bool inside =
            a.x >= -0.5f && a.y >= -0.5f && a.x + a.w <= width + 0.5f && a.y + a.h <= height + 0.5f;
        if (!inside)
            print_message("%g x %g, beat %zu: \"%s\" is cut\n", width, height, world->at.beat,
                          said[i].text);
        assert_true(inside);
        for (size_t k = i + 1; k < n; k++) {
            if (!apart(a, said[k].box))
                print_message("%g x %g, beat %zu: \"%s\" lies on \"%s\"\n", width, height,
                              world->at.beat, said[i].text, said[k].text);
            assert_true(apart(a, said[k].box));
        }
    }
}

static void assert_tidy_at_all_sizes(struct world *world)
{
    static const float sizes[][2] = {{1024, 640},  {1280, 720}, {1920, 1080},
                                     {3840, 2160}, {700, 900},  {520, 400}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        assert_tidy(world, sizes[i][0], sizes[i][1]);
}

static void nothing_overlaps_at_any_size(void **state)
{
    (void)state;
    static const char *const lessons[] = {"03-output-bias.md", "04-output-weights.md"};
    for (size_t l = 0; l < 2; l++) {
        struct world world;
        world_open(&world, lessons[l]);
        do {
            world_rest(&world);
            assert_tidy_at_all_sizes(&world);
        } while (cg_board_act(world.board, &world.at, CG_ACTION_NEXT));
        world_close(&world);
    }
}

static void training_is_tidy_at_any_size(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, "06-xor.md");
    cg_board_act(world.board, &world.at, CG_ACTION_LAST);
    for (size_t param = 0; param < 4; param++) {
        world.at.pin_param = param;
        world.at.update = world.at.trained = 400 * param;
        assert_tidy_at_all_sizes(&world);
    }
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(back_shows_what_was_there),
        cmocka_unit_test(back_shows_what_was_there_within_sub_steps),
        cmocka_unit_test(time_ends_an_animation_and_then_stands_still),
        cmocka_unit_test(playing_walks_to_the_end),
        cmocka_unit_test(the_timeline_and_buttons_can_be_clicked),
        cmocka_unit_test(a_question_is_answered_once_and_marked),
        cmocka_unit_test(the_summary_is_one_key_away),
        cmocka_unit_test(escape_leads_out_step_by_step),
        cmocka_unit_test(nothing_overlaps_at_any_size),
        cmocka_unit_test(training_is_tidy_at_any_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
