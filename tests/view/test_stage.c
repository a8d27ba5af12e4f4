#include "../test.h"

#include "overlap.h"

#include "view/frame.h"

#include <chalkgrad/file.h>

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

static const char misfit_claim[] =
    "# False\n\nText.\n\n```model\ndims h = 3, y = 2\nH : 1 x h\nW : h x y\nJ = sum(H @ W)\n```\n\n"
    "```claim false\ndJ/dW = H @ H\ndJ/dW = ones(h, 1) @ H @ (H + 1) / (sum(H) + sum(W)) - H @ W\n"
    "```\n";

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
    check_places(*state, open_shipped("11-layer-norm.md"), false);
    check_places(*state, open_shipped("12-self-attention.md"), false);
    check_places(*state, open_shipped("08-two-moons.md"), false);
    check_places(*state, parse(false_claim), false);
    check_places(*state, parse(misfit_claim), false);
}

/* The size of the smallest number in a cell; 0 where a cell has none. */
static float smallest_number(const struct cg_scene *scene)
{
    float smallest = INFINITY;
    size_t numbers = 0, cells = 0;
    for (size_t i = 0; i < scene->n_items; i++) {
        const struct cg_item *item = &scene->items[i];
        if (item->kind != CG_ITEM_GLYPHS || item->u.glyphs.face != CG_FACE_SEMIBOLD)
            continue;
        smallest = fminf(smallest, item->u.glyphs.size);
        numbers++;
    }
    for (size_t i = 0; i < scene->n_hits; i++)
        cells += scene->hits[i].kind == CG_HIT_CELL;
    return cells > numbers ? 0 : smallest;
}

static size_t count_small(struct world *world, const char *name, float least)
{
    struct cg_lesson *lesson = open_shipped(name);
    struct cg_error error;
    struct cg_board *board = cg_board_create(lesson, world->fonts, &error);
    assert_non_null(board);
    size_t small = 0;
    for (size_t beat = 0; beat < lesson->n_beats; beat++) {
        struct cg_position position = at_beat(board, beat);
        if (lesson->beats[beat].kind != CG_BEAT_STEP)
            continue;
        draw(board, &position, &world->scene, 1280, 720);
        float smallest = smallest_number(&world->scene);
        if (smallest >= least)
            continue;
        fprintf(stderr, "# %s beat %zu: %.1f pixels\n", name, beat + 1, (double)smallest);
        small++;
    }
    cg_board_destroy(board);
    cg_lesson_close(lesson);
    return small;
}

/* Every line of the long derivations shows its numbers, and large enough to be read. */
static void test_numbers_can_be_read(void **state)
{
    size_t small = 0;
    small += count_small(*state, "03-output-bias.md", 12);
    small += count_small(*state, "04-output-weights.md", 12);
    small += count_small(*state, "11-layer-norm.md", 11.5f);
    small += count_small(*state, "12-self-attention.md", 12);
    assert_int_equal(small, 0);
}

/* ---- one line alone ---- */

/* The step of dJ/dW by its rule, in the seed lesson. */
static const struct cg_step *find_step(const struct cg_lesson *lesson, enum cg_rule rule)
{
    const struct cg_model *model = &lesson->model;
    const struct cg_derivation *derivation =
        cg_book_find(&lesson->book, cg_model_find(model, "J"), cg_model_find(model, "W"));
    assert_non_null(derivation);
    for (size_t i = 0; i < derivation->n_steps; i++)
        if (derivation->steps[i]->rule == rule)
            return derivation->steps[i];
    fail_msg("no step by rule %s", cg_rule_info(rule)->key);
    return NULL;
}

struct shot {
    struct cg_position position;
    struct cg_beat beat;
    struct cg_frame frame;
};

static void aim(struct shot *shot, struct world *world, struct cg_lesson *lesson,
                const struct cg_step *step, enum cg_rung rung)
{
    shot->position = (struct cg_position){.rung = rung, .pin_row = 1, .choice = -1, .phase = 1};
    shot->beat = (struct cg_beat){.kind = CG_BEAT_STEP, .step = step};
    shot->frame = (struct cg_frame){.scene = &world->scene,
                                    .fonts = world->fonts,
                                    .theme = cg_theme(CG_THEME_DARK),
                                    .lesson = lesson,
                                    .env = &lesson->env,
                                    .checks = lesson->checks,
                                    .position = &shot->position,
                                    .beat = &shot->beat,
                                    .step = step,
                                    .phase = 1,
                                    .em = 20};
}

/* The scene of the stage as text, in world->text. */
static const char *stage_text_of(struct world *world, struct shot *shot)
{
    cg_scene_begin(&world->scene, 1280, 480, shot->frame.theme->background);
    cg_stage_draw(&shot->frame, (struct cg_box){0, 0, 1280, 480});
    cg_strbuf_clear(&world->text);
    cg_scene_dump(&world->text, &world->scene);
    return world->text.text;
}

/* Compares with tests/view/golden/NAME; CHALKGRAD_WRITE_GOLDEN=1 writes it anew. */
static void compare_golden(const char *name, const char *text)
{
    char path[4096];
    const char *source = getenv("CHALKGRAD_SOURCE");
    snprintf(path, sizeof path, "%s/tests/view/golden/%s", source ? source : ".", name);
    if (getenv("CHALKGRAD_WRITE_GOLDEN")) {
        FILE *out = fopen(path, "wb");
        assert_non_null(out);
        fputs(text, out);
        fclose(out);
    }
    struct cg_arena arena;
    struct cg_error error;
    size_t length;
    cg_arena_init(&arena);
    char *golden = cg_read_file(&arena, path, 1 << 20, &length, &error);
    assert_non_null(golden);
    assert_string_equal(text, golden);
    cg_arena_finish(&arena);
}

static void test_golden(void **state)
{
    struct world *world = *state;
    struct cg_lesson *lesson = parse(seed);
    struct shot shot;
    aim(&shot, world, lesson, find_step(lesson, CG_RULE_SUBSTITUTE), CG_RUNG_INDEX);
    compare_golden("stage_sheets.txt", stage_text_of(world, &shot));
    aim(&shot, world, lesson, find_step(lesson, CG_RULE_COLLAPSE), CG_RUNG_NUMBERS);
    compare_golden("stage_numbers.txt", stage_text_of(world, &shot));
    aim(&shot, world, lesson, find_step(lesson, CG_RULE_NAME), CG_RUNG_MATRIX);
    compare_golden("stage_product.txt", stage_text_of(world, &shot));
    cg_lesson_close(lesson);
}

static char *copy_text(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = test_malloc(size);
    memcpy(copy, text, size);
    return copy;
}

/* At phase 0 the picture is that of the line before, at phase 1 that of this one, and on the way
 * everything stays on the canvas. Backwards the film is the same. */
static void test_motion_begins_and_ends_at_rest(void **state)
{
    struct world *world = *state;
    struct cg_lesson *lesson = parse(seed);
    for (size_t i = 1; i < lesson->n_beats; i++) {
        const struct cg_step *step = lesson->beats[i].step, *from = lesson->beats[i - 1].step;
        if (!step || !from)
            continue;
        struct shot shot;
        aim(&shot, world, lesson, from, CG_RUNG_INDEX);
        char *first = copy_text(stage_text_of(world, &shot));
        aim(&shot, world, lesson, step, CG_RUNG_INDEX);
        char *last = copy_text(stage_text_of(world, &shot));
        shot.frame.from = from;
        assert_string_equal(stage_text_of(world, &shot), last);
        shot.frame.phase = 0;
        assert_string_equal(stage_text_of(world, &shot), first);
        shot.frame.phase = 0.375f;
        char *there = copy_text(stage_text_of(world, &shot));
        assert_string_not_equal(there, first);
        aim(&shot, world, lesson, from, CG_RUNG_INDEX);
        shot.frame.from = step;
        shot.frame.phase = 0.625f;
        assert_string_equal(stage_text_of(world, &shot), there);
        test_free(first);
        test_free(last);
        test_free(there);
    }
    cg_lesson_close(lesson);
}

/* The box of the first cell below `top` that shows `text` and is not fading. */
static struct cg_box cell_with(const struct cg_scene *scene, const char *text, float top)
{
    for (size_t i = 1; i < scene->n_items; i++) {
        const struct cg_item *item = &scene->items[i];
        if (item->kind == CG_ITEM_GLYPHS && item->u.glyphs.text && item->u.glyphs.y > top &&
            item->u.glyphs.color.a == 255 && item->u.glyphs.face == CG_FACE_SEMIBOLD &&
            strcmp(item->u.glyphs.text, text) == 0 && scene->items[i - 1].kind == CG_ITEM_RECT)
            return scene->items[i - 1].u.rect.box;
    }
    fail_msg("no cell shows %s", text);
    return (struct cg_box){0, 0, 0, 0};
}

/* In the collapse the surviving column of the second sheet is on its way to its place. */
static void test_surviving_cells_fly(void **state)
{
    struct world *world = *state;
    struct cg_lesson *lesson = parse(seed);
    const struct cg_step *after = find_step(lesson, CG_RULE_COLLAPSE), *before = after->previous;
    struct shot shot;
    aim(&shot, world, lesson, before, CG_RUNG_INDEX);
    stage_text_of(world, &shot);
    struct cg_box sheet = cell_with(&world->scene, "0.079", 0);
    aim(&shot, world, lesson, after, CG_RUNG_INDEX);
    stage_text_of(world, &shot);
    struct cg_box result = cell_with(&world->scene, "0.079", 0);
    shot.frame.from = before;
    shot.frame.phase = 0.5f;
    stage_text_of(world, &shot);
    struct cg_box flying = cell_with(&world->scene, "0.079", 0);
    assert_float_equal(flying.x, (sheet.x + result.x) / 2, 0.1);
    assert_float_equal(flying.y, (sheet.y + result.y) / 2, 0.1);
    cg_lesson_close(lesson);
}

static void test_same_position_same_scene(void **state)
{
    struct world *world = *state;
    struct cg_lesson *lesson = open_shipped("04-output-weights.md");
    struct cg_error error;
    struct cg_board *board = cg_board_create(lesson, world->fonts, &error);
    assert_non_null(board);
    struct cg_strbuf again;
    cg_strbuf_init(&again);
    for (size_t beat = 0; beat < lesson->n_beats; beat += 3) {
        struct cg_position position = at_beat(board, beat);
        position.has_pointer = true;
        position.pointer_x = 300;
        position.pointer_y = 170;
        draw(board, &position, &world->scene, 1280, 720);
        cg_strbuf_clear(&world->text);
        cg_scene_dump(&world->text, &world->scene);
        struct cg_position other = at_beat(board, lesson->n_beats - 1 - beat);
        draw(board, &other, &world->other, 1024, 640);
        draw(board, &position, &world->other, 1280, 720);
        cg_strbuf_clear(&again);
        cg_scene_dump(&again, &world->other);
        assert_string_equal(world->text.text, again.text);
    }
    cg_strbuf_finish(&again);
    cg_board_destroy(board);
    cg_lesson_close(lesson);
}

/* The scene of a position as text, from a board that has shown nothing else. */
static char *scene_of_new_board(struct world *world, struct cg_lesson *lesson,
                                const struct cg_position *position)
{
    struct cg_error error;
    struct cg_board *board = cg_board_create(lesson, world->fonts, &error);
    assert_non_null(board);
    draw(board, position, &world->other, 1280, 720);
    cg_strbuf_clear(&world->text);
    cg_scene_dump(&world->text, &world->other);
    cg_board_destroy(board);
    return copy_text(world->text.text);
}

/* What a board keeps of the lines that it has shown never shows in another picture: whatever
 * changes, the scene is that of a board that has kept nothing. */
static void test_kept_lines_are_true(void **state)
{
    struct world *world = *state;
    struct cg_lesson *lesson = open_shipped("04-output-weights.md");
    struct cg_error error;
    struct cg_board *board = cg_board_create(lesson, world->fonts, &error);
    assert_non_null(board);
    struct cg_position at[8];
    for (size_t i = 0; i < 8; i++)
        at[i] = at_beat(board, 25);
    at[1].pin_row = 2;
    at[2].pin_col = 1;
    at[3].rung = CG_RUNG_NUMBERS;
    at[4].iverson = true;
    at[5].gradient_check = true;
    at[6].theme = (enum cg_theme_id)1;
    at[7].has_pointer = true;
    at[7].pointer_x = 300;
    at[7].pointer_y = 170;
    for (size_t i = 0; i < 16; i++) {
        const struct cg_position *position = &at[i * 3 % 8];
        draw(board, &at[0], &world->scene, 1280, 720);
        draw(board, position, &world->scene, i % 3 ? 1280 : 1000, 720);
        draw(board, position, &world->scene, 1280, 720);
        char *fresh = scene_of_new_board(world, lesson, position);
        cg_strbuf_clear(&world->text);
        cg_scene_dump(&world->text, &world->scene);
        assert_string_equal(world->text.text, fresh);
        test_free(fresh);
    }
    cg_board_destroy(board);
    cg_lesson_close(lesson);
}

/* ---- long axes ---- */

static bool says(const struct cg_scene *scene, const char *text, struct cg_color *color)
{
    for (size_t i = 0; i < scene->n_items; i++) {
        const struct cg_item *item = &scene->items[i];
        if (item->kind == CG_ITEM_GLYPHS && item->u.glyphs.text &&
            strstr(item->u.glyphs.text, text)) {
            *color = item->u.glyphs.color;
            return true;
        }
    }
    return false;
}

static const char tall[] =
    "# Tall\n\nText.\n\n```model\ndims n = 40, h = 5, y = 2\nX : n x h\nW : h x y\n"
    "Ystar : n x y as Y^*\nY = X @ W\nJ = 1/2 * sum((Y - Ystar)^2)\n```\n\n"
    "```derive\ndJ/dY as δ\ndJ/dW\n```\n";

/* How many cells of the result can be pinned, and whether that one can. */
static size_t pinnable(const struct cg_scene *scene, long row, long col, bool *found)
{
    size_t count = 0;
    *found = false;
    for (size_t i = 0; i < scene->n_hits; i++) {
        const struct cg_hit *hit = &scene->hits[i];
        count += hit->kind == CG_HIT_CELL;
        *found |= hit->kind == CG_HIT_CELL && hit->a == row && hit->b == col;
    }
    return count;
}

/* Of 40 rows the first, the last and the pinned one are shown, with numbers, and the size is told;
 * nothing overlaps. */
static void test_long_axes_are_cut(void **state)
{
    struct world *world = *state;
    struct cg_lesson *lesson = parse(tall);
    struct cg_error error;
    struct cg_board *board = cg_board_create(lesson, world->fonts, &error);
    assert_non_null(board);
    struct cg_color color;
    size_t wrong = 0;
    for (size_t beat = 1; beat < lesson->n_beats; beat++) {
        struct cg_position position = at_beat(board, beat);
        position.pin_row = 20;
        draw(board, &position, &world->scene, 1280, 720);
        wrong += count_misplaced(&world->scene, world->fonts, "tall");
        const struct cg_derivation *d = lesson->beats[beat].derivation;
        bool shown, error_signal = d && strcmp(d->wrt->name, "Y") == 0;
        size_t cells = pinnable(&world->scene, 20, 0, &shown);
        assert_true(cells < 1000);
        if (error_signal && !d->local) {
            assert_true(shown);
            assert_true(says(&world->scene, "⋮", &color));
            assert_true(says(&world->scene, "40 × 2", &color));
            assert_true(smallest_number(&world->scene) >= 9);
        }
    }
    assert_int_equal(wrong, 0);
    cg_board_destroy(board);
    cg_lesson_close(lesson);
}

/* ---- what is said ---- */

static void test_rounded_is_not_equal(void **state)
{
    struct world *world = *state;
    struct cg_lesson *lesson = parse(seed);
    struct cg_color color;
    struct shot shot;
    aim(&shot, world, lesson, find_step(lesson, CG_RULE_COLLAPSE), CG_RUNG_INDEX);
    stage_text_of(world, &shot);
    /* 0.35 (-0.459) 0.248 is -0.0398...: about equal. */
    assert_true(says(&world->scene, "≈", &color));
    assert_true(says(&world->scene, "forward mode finds −0.0399 too", &color));
    cg_lesson_close(lesson);
}

static void test_false_step_is_marked(void **state)
{
    struct world *world = *state;
    struct cg_lesson *lesson = parse(seed);
    const struct cg_step *step = find_step(lesson, CG_RULE_COLLAPSE);
    struct cg_color color, bad = cg_theme(CG_THEME_DARK)->bad;
    struct shot shot;
    aim(&shot, world, lesson, step, CG_RUNG_INDEX);
    stage_text_of(world, &shot);
    assert_false(says(&world->scene, "false", &color));
    lesson->checks[step->id].holds = false;
    stage_text_of(world, &shot);
    assert_true(says(&world->scene, "false", &color));
    assert_memory_equal(&color, &bad, sizeof bad);
    assert_true(says(&world->scene, "does not hold", &color));
    cg_lesson_close(lesson);
}

static void test_false_claim_is_marked(void **state)
{
    struct world *world = *state;
    struct cg_lesson *lesson = parse(false_claim);
    struct cg_error error;
    struct cg_board *board = cg_board_create(lesson, world->fonts, &error);
    struct cg_color color, bad = cg_theme(CG_THEME_DARK)->bad;
    bool seen = false;
    for (size_t i = 0; i < lesson->n_beats; i++) {
        if (lesson->beats[i].kind != CG_BEAT_CLAIM)
            continue;
        struct cg_position position = at_beat(board, i);
        draw(board, &position, &world->scene, 1280, 720);
        assert_true(says(&world->scene, "false: in row ", &color));
        assert_memory_equal(&color, &bad, sizeof bad);
        seen = true;
    }
    assert_true(seen);
    cg_board_destroy(board);
    cg_lesson_close(lesson);
}

/* Does an item of the scene have the label? */
static bool has_label(const struct cg_scene *scene, const char *label)
{
    for (size_t i = 0; i < scene->n_items; i++)
        if (scene->items[i].label && !strcmp(scene->items[i].label, label))
            return true;
    return false;
}

/* What is false with other numbers only is not said to differ where it does not. */
static void test_claims_differ_where_they_do(void **state)
{
    struct world *world = *state;
    static const char here[] = "```model\nA : 2 x 2 = [[1, 0], [0, 1]]\n```\n"
                               "```claim\nA = 2 * A\nA = A @ A\n```\n";
    struct cg_lesson *lesson = parse(here);
    struct cg_error error;
    struct cg_color color;
    struct cg_board *board = cg_board_create(lesson, world->fonts, &error);
    for (size_t i = 0; i < 2; i++) {
        struct cg_position position = at_beat(board, lesson->n_beats - 2 + i);
        draw(board, &position, &world->scene, 1280, 720);
        assert_true(says(&world->scene,
                         i ? "false: it holds with the lesson's own" : "false: in row", &color));
        assert_int_equal(has_label(&world->scene, "\\neq"), i == 0);
    }
    cg_board_destroy(board);
    cg_lesson_close(lesson);
}

/* ---- pointing ---- */

static size_t count_ink(const struct cg_scene *scene, struct cg_color stroke)
{
    size_t count = 0;
    for (size_t i = 0; i < scene->n_items; i++)
        count += scene->items[i].kind == CG_ITEM_RECT &&
                 memcmp(&scene->items[i].u.rect.stroke, &stroke, sizeof stroke) == 0;
    return count;
}

/* Pointing at a cell lights the cells with the same indices, and its term. A click there pins. */
static void test_pointing_at_a_cell(void **state)
{
    struct world *world = *state;
    struct cg_lesson *lesson = parse(seed);
    struct cg_color accent = cg_theme(CG_THEME_DARK)->accent;
    struct shot shot;
    aim(&shot, world, lesson, find_step(lesson, CG_RULE_SUBSTITUTE), CG_RUNG_INDEX);
    stage_text_of(world, &shot);
    size_t items = world->scene.n_items;
    assert_int_equal(count_ink(&world->scene, accent), 0);
    struct cg_box cell = cell_with(&world->scene, "0.81", 0); /* H_3 */
    struct cg_hit hit = cg_scene_at(&world->scene, cell.x + 3, cell.y + 3);
    assert_int_equal(hit.kind, CG_HIT_CELL);
    assert_int_equal(hit.a, 2);
    assert_int_equal(hit.b, 0);
    shot.position.has_pointer = true;
    shot.position.pointer_x = cell.x + 3;
    shot.position.pointer_y = cell.y + 3;
    stage_text_of(world, &shot);
    /* H_3, row 3 of two sheets and of the result; and H_k is tinted. */
    assert_int_equal(count_ink(&world->scene, accent), 4);
    assert_int_equal(world->scene.n_items, items + 5);
    cg_lesson_close(lesson);
}

/* What a kink takes, a part of the cells, a part of the numbers: said beside the line, and only
 * there. */
static void how_it_was_checked(void **state)
{
    struct world *world = *state;
    static const struct {
        const char *model, *note;
    } cases[] = {
        {"X : 3 x 2\nJ = sum(relu(X)^2)", "at its kink relu′(0) is taken as 0"},
        {"X : 90 x 80\nJ = sum(X^2)", "checked at 4096 of 7200 cells"},
        {"dims n = 1000000\nX : n x 12\nJ = sum(X^2)",
         "a part of the numbers: n = 64 in place of 1000000"},
        {"X : 3 x 2\nJ = sum(X^2)", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[400];
        snprintf(text, sizeof text, "# A\n\nText.\n\n```model\n%s\n```\n\n```derive\ndJ/dX\n```\n",
                 cases[i].model);
        struct cg_lesson *lesson = parse(text);
        struct cg_board *board = cg_board_create(lesson, world->fonts, NULL);
        size_t found = 0, other = 0;
        for (size_t beat = 0; beat < lesson->n_beats; beat++) {
            struct cg_position position = at_beat(board, beat);
            draw(board, &position, &world->scene, 1280, 720);
            cg_strbuf_clear(&world->text);
            cg_scene_dump(&world->text, &world->scene);
            other += strstr(world->text.text, "; \"check\"") != NULL;
            found += cases[i].note && strstr(world->text.text, cases[i].note);
        }
        if (cases[i].note ? !found : other > 0)
            fail_msg("%s: %zu of %zu", cases[i].model, found, other);
        cg_board_destroy(board);
        cg_lesson_close(lesson);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_places_of_seed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_places_of_large, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_places_of_lessons, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_numbers_can_be_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_golden, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_motion_begins_and_ends_at_rest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_surviving_cells_fly, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_same_position_same_scene, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_kept_lines_are_true, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_long_axes_are_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rounded_is_not_equal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_false_step_is_marked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_false_claim_is_marked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_claims_differ_where_they_do, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_pointing_at_a_cell, set_up, tear_down),
        cmocka_unit_test_setup_teardown(how_it_was_checked, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
