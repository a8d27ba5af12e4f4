#include "../test.h"

#include "view/training.h"
#include "world.h"

#include <math.h>
#include <string.h>

static int open_xor(void **state)
{
    struct world *world = test_calloc(1, sizeof *world);
    world_open(world, "06-xor.md");
    cg_board_act(world->board, &world->at, CG_ACTION_LAST);
    assert_int_equal(world->lesson->beats[world->at.beat].kind, CG_BEAT_TRAIN);
    *state = world;
    return 0;
}

static int close_xor(void **state)
{
    struct world *world = *state;
    world_close(world);
    test_free(world);
    return 0;
}

static void running_trains_and_freezing_stops(void **state)
{
    struct world *world = *state;
    assert_true(cg_board_act(world->board, &world->at, CG_ACTION_PLAY));
    assert_true(world->at.running);
    for (int frame = 0; frame < 120; frame++)
        assert_true(cg_board_advance(world->board, &world->at, 1 / 60.0));
    size_t reached = world->at.update;
    assert_true(reached > 10);
    assert_int_equal(world->at.trained, reached);
    assert_true(cg_board_act(world->board, &world->at, CG_ACTION_PLAY));
    assert_false(cg_board_advance(world->board, &world->at, 1));
    assert_int_equal(world->at.update, reached);
}

static void it_ends_with_the_last_epoch(void **state)
{
    struct world *world = *state;
    cg_board_act(world->board, &world->at, CG_ACTION_PLAY);
    int frames = 0;
    while (cg_board_advance(world->board, &world->at, 1 / 30.0) && frames < 4000)
        frames++;
    assert_false(world->at.running);
    assert_int_equal(world->at.update, world->lesson->training.epochs);
    assert_false(cg_board_act(world->board, &world->at, CG_ACTION_PLAY));
    char *text = world_dump(world);
    assert_non_null(strstr(text, "epoch 5,000"));
    free(text);
}

/* The board again, with other options of training. */
static void train_anew(struct world *world)
{
    struct cg_error error;
    cg_board_destroy(world->board);
    world->board = cg_board_create(world->lesson, world->fonts, &error);
    assert_non_null(world->board);
    world->at = cg_position_start(world->board);
    cg_board_act(world->board, &world->at, CG_ACTION_LAST);
}

static void it_ends_early(void **state)
{
    struct world *world = *state;
    world->lesson->training.has_stop = true;
    world->lesson->training.stop = 0.01;
    train_anew(world);
    cg_board_act(world->board, &world->at, CG_ACTION_PLAY);
    int frames = 0;
    while (cg_board_advance(world->board, &world->at, 1 / 30.0) && frames < 4000)
        frames++;
    assert_int_equal(world->at.update, 938); /* as chalkgrad train --stop 0.01 */
    char *text = world_dump(world);
    assert_non_null(strstr(text, "training has ended"));
    free(text);
    cg_board_act(world->board, &world->at, CG_ACTION_UPDATE_BACK);
    text = world_dump(world);
    assert_null(strstr(text, "training has ended"));
    free(text);
}

static void the_rate_is_the_schedules(void **state)
{
    struct world *world = *state;
    world->lesson->training.schedule =
        (struct cg_schedule){.kind = CG_STEP, .every = 100, .factor = 0.5};
    train_anew(world);
    world->at.update = world->at.trained = 250;
    char *text = world_dump(world);
    assert_non_null(strstr(text, "falling in steps"));
    assert_non_null(strstr(text, "− 0.25 · ("));
    free(text);
}

/* The picture of an update is the same however one came there. */
static void rewinding_is_exact(void **state)
{
    struct world *world = *state;
    for (int i = 0; i < 37; i++)
        cg_board_act(world->board, &world->at, CG_ACTION_UPDATE);
    world->at.trained = 60;
    char *before = world_dump(world);
    for (int i = 0; i < 23; i++)
        cg_board_act(world->board, &world->at, CG_ACTION_EPOCH);
    assert_int_equal(world->at.update, 60);
    char *further = world_dump(world);
    assert_string_not_equal(before, further);
    for (int i = 0; i < 23; i++)
        assert_true(cg_board_act(world->board, &world->at, CG_ACTION_UPDATE_BACK));
    char *after = world_dump(world);
    assert_string_equal(before, after);
    assert_true(cg_board_act(world->board, &world->at, CG_ACTION_RESTART));
    assert_int_equal(world->at.update, 0);
    assert_int_equal(world->at.trained, 60);
    free(before);
    free(further);
    free(after);
}

static void the_loss_curve_is_a_handle(void **state)
{
    struct world *world = *state;
    world->at.update = world->at.trained = 200;
    world_draw(world, 1280, 720);
    for (size_t i = 0; i < world->scene.n_hits; i++) {
        const struct cg_hit *hit = &world->scene.hits[i];
        if (hit->kind != CG_HIT_LOSS)
            continue;
        float y = hit->box.y + 5, middle = hit->box.x + hit->box.w / 2;
        assert_true(cg_board_click(world->board, &world->at, &world->scene, middle, y));
        assert_in_range(world->at.update, 98, 102);
        assert_true(cg_board_drag(world->board, &world->at, &world->scene, hit->box.x + 0.5f, y));
        assert_in_range(world->at.update, 0, 1);
        assert_int_equal(world->at.trained, 200);
        return;
    }
    fail_msg("%s", "the loss curve has no region");
}

/* Old weight - rate * slope = new weight, with the numbers that training has. */
static void the_update_is_shown_as_it_happens(void **state)
{
    struct world *world = *state;
    world->at.pin_param = 2;
    world->at.pin_row = 1;
    world->at.update = world->at.trained = 500;
    char *text = world_dump(world);
    struct cg_error error;
    struct cg_trainer *trainer =
        cg_trainer_create(&world->lesson->book, &world->lesson->training, &error);
    assert_non_null(trainer);
    for (int i = 0; i < 500; i++)
        assert_true(cg_trainer_update(trainer, &error));
    const struct cg_value *param = world->lesson->training.params[2];
    double old = cg_env_get(cg_trainer_env(trainer), param)->data[1];
    double slope = cg_trainer_gradient(trainer, 2)->data[1];
    assert_true(cg_trainer_update(trainer, &error));
    double next = cg_env_get(cg_trainer_env(trainer), param)->data[1];
    assert_true(fabs(old - world->lesson->training.rate * slope - next) < 1e-12);
    int decimals = 2 - (int)floor(log10(fabs(next - old)));
    double shown[] = {old, next};
    for (size_t i = 0; i < 2; i++) {
        char number[32];
        cg_number_text(number, (struct cg_number_format){decimals, 0}, shown[i]);
        if (!strstr(text, number))
            print_message("%s is not shown\n", number);
        assert_non_null(strstr(text, number));
    }
    cg_trainer_destroy(trainer);
    free(text);
}

/* D shows the lines of the pinned parameter; the numbers are the frozen update's; Esc returns. */
static void the_frozen_update_is_derived(void **state)
{
    struct world *world = *state;
    world->at.pin_param = 2;
    world->at.update = world->at.trained = 321;
    char *training = world_dump(world);
    assert_true(cg_board_act(world->board, &world->at, CG_ACTION_DERIVE));
    assert_true(world->at.deriving);
    char *early = world_dump(world);
    assert_non_null(strstr(early, "Training"));
    size_t lines = 1;
    while (cg_board_act(world->board, &world->at, CG_ACTION_NEXT))
        lines++;
    assert_true(lines > 8);
    world_rest(world);
    char *last = world_dump(world);
    struct cg_position other = world->at;
    world->at.update = 0;
    char *elsewhere = world_dump(world);
    assert_string_not_equal(last, elsewhere);
    world->at = other;
    while (cg_board_act(world->board, &world->at, CG_ACTION_PREVIOUS))
        ;
    char *again = world_dump(world);
    assert_string_equal(early, again);
    assert_true(cg_board_act(world->board, &world->at, CG_ACTION_BACK));
    char *back = world_dump(world);
    assert_string_equal(training, back);
    free(training);
    free(early);
    free(last);
    free(elsewhere);
    free(again);
    free(back);
}

static size_t count_label(const struct cg_scene *scene, const char *label)
{
    size_t n = 0;
    for (size_t i = 0; i < scene->n_items; i++)
        n += scene->items[i].label && strcmp(scene->items[i].label, label) == 0;
    return n;
}

/* The numbers of a grid that was drawn under a label, from the texts of its cells. */
static double first_number(const struct cg_scene *scene, const char *label, size_t which)
{
    for (size_t i = 0; i + 1 < scene->n_items; i++) {
        const struct cg_item *item = &scene->items[i];
        if (!item->label || strcmp(item->label, label) != 0 || which-- > 0)
            continue;
        const char *text = scene->items[i + 1].u.glyphs.text;
        bool minus = strncmp(text, "−", strlen("−")) == 0;
        double number = strtod(minus ? text + strlen("−") : text, NULL);
        return minus ? -number : number;
    }
    return NAN;
}

static void the_rows_add_up_to_the_gradient(void **state)
{
    struct world *world = *state;
    world->at.update = world->at.trained = 250;
    for (size_t param = 0; param < 4; param++) {
        world->at.pin_param = param;
        world_draw(world, 3840, 2160);
        assert_int_equal(count_label(&world->scene, "outer product"), 4);
        assert_int_equal(count_label(&world->scene, "their sum"), 1);
        double sum = 0;
        for (size_t n = 0; n < 4; n++)
            sum += first_number(&world->scene, "outer product", n);
        assert_true(fabs(sum - first_number(&world->scene, "their sum", 0)) < 0.03);
    }
}

static void losses_are_short_and_exact(void **state)
{
    (void)state;
    struct cg_arena arena;
    cg_arena_init(&arena);
    assert_string_equal(cg_loss_text(&arena, 0), "0");
    assert_string_equal(cg_loss_text(&arena, 0.5181), "0.518");
    assert_string_equal(cg_loss_text(&arena, 12.34), "12.3");
    assert_string_equal(cg_loss_text(&arena, 0.000605), "0.000605");
    assert_string_equal(cg_loss_text(&arena, 2.13e-7), "2.13·10⁻⁷");
    assert_string_equal(cg_loss_text(&arena, 9.9999e-7), "1.00·10⁻⁶");
    assert_string_equal(cg_loss_text(&arena, INFINITY), "∞");
    cg_arena_finish(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(running_trains_and_freezing_stops, open_xor, close_xor),
        cmocka_unit_test_setup_teardown(it_ends_with_the_last_epoch, open_xor, close_xor),
        cmocka_unit_test_setup_teardown(it_ends_early, open_xor, close_xor),
        cmocka_unit_test_setup_teardown(the_rate_is_the_schedules, open_xor, close_xor),
        cmocka_unit_test_setup_teardown(rewinding_is_exact, open_xor, close_xor),
        cmocka_unit_test_setup_teardown(the_loss_curve_is_a_handle, open_xor, close_xor),
        cmocka_unit_test_setup_teardown(the_update_is_shown_as_it_happens, open_xor, close_xor),
        cmocka_unit_test_setup_teardown(the_frozen_update_is_derived, open_xor, close_xor),
        cmocka_unit_test_setup_teardown(the_rows_add_up_to_the_gradient, open_xor, close_xor),
        cmocka_unit_test(losses_are_short_and_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
