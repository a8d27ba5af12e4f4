/* Many seeds of one training, against each of them trained alone. */
#include "fixture.h"

#include <chalkgrad/seeds.h>

#include <stdio.h>

static const char xor_model[] =
    "dims n = 4, x = 2, h = 3, y = 1\n"
    "X : n x x = [[0, 0], [0, 1], [1, 0], [1, 1]]; T : n x y = [[0], [1], [1], [0]]\n"
    "W1 : x x h = uniform(-1, 1); B1 : 1 x h = uniform(-1, 1)\n"
    "W2 : h x y = uniform(-1, 1); B2 : 1 x y = uniform(-1, 1)\n"
    "Y = sigmoid(tanh(X @ W1 + B1) @ W2 + B2); J = 1/2 * sum((Y - T)^2)";

struct school {
    struct fixture f;
    struct cg_book book;
    const struct cg_value *params[4], *rows[2];
    struct cg_train_options options;
};

static void school_init(struct school *s, const char *model)
{
    static const char *const names[] = {"W1", "B1", "W2", "B2"};
    *s = (struct school){0};
    fixture_init(&s->f, model, 1);
    cg_book_init(&s->book, &s->f.model, &s->f.arena);
    for (size_t i = 0; i < 4; i++)
        s->params[i] = value(&s->f, names[i]);
    s->rows[0] = value(&s->f, "X");
    s->rows[1] = value(&s->f, "T");
    s->options = (struct cg_train_options){.params = s->params,
                                           .n_params = 4,
                                           .rows = s->rows,
                                           .n_rows = 2,
                                           .loss = value(&s->f, "J"),
                                           .rate = 1,
                                           .epochs = 600,
                                           .seed = 11};
}

static bool go_on(void *user, double done)
{
    double *before = user;
    assert_true(done >= *before && done <= 1);
    *before = done;
    return true;
}

/* The same network alone: its loss after that many epochs. */
static double alone(struct school *s, uint64_t seed, size_t epochs, double *first)
{
    struct cg_train_options options = s->options;
    struct cg_error error;
    options.seed = seed;
    struct cg_trainer *trainer = cg_trainer_create(&s->book, &options, &error);
    assert_non_null(trainer);
    size_t rows = cg_rows(&s->f.model, s->rows[0]->shape);
    size_t batch = options.batch ? options.batch : rows;
    *first = cg_trainer_loss(trainer);
    assert_true(cg_trainer_seek(trainer, epochs * ((rows + batch - 1) / batch), &error));
    double last = cg_trainer_loss(trainer);
    cg_trainer_destroy(trainer);
    return last;
}

static void compare(struct school *s, size_t count, const char *what)
{
    struct cg_seed seeds[64];
    struct cg_error error;
    double done = 0, first;
    assert_true(cg_train_seeds(&s->book, &s->options, seeds, count, go_on, &done, &error));
    for (size_t i = 0; i < count; i++) {
        const struct cg_seed *seed = &seeds[i];
        assert_int_equal(seed->seed, 11 + i);
        double last = alone(s, seed->seed, seed->epochs, &first);
        if (fabs(first - seed->loss_first) > 1e-12 || fabs(last - seed->loss_last) > 1e-9 * last)
            fail_msg("%s, seed %zu, %zu epochs: %.17g, alone %.17g", what, i, seed->epochs,
                     seed->loss_last, last);
        assert_true((seed->end == CG_SEED_FAILED) == (seed->epochs == s->options.epochs) ||
                    seed->end == CG_SEED_CONVERGED);
        if (!s->options.has_stop || seed->end != CG_SEED_CONVERGED || seed->epochs == 0)
            continue;
        assert_true(last < s->options.stop);
        assert_true(alone(s, seed->seed, seed->epochs - 1, &first) >= s->options.stop);
    }
}

static void each_is_as_alone(void **state)
{
    (void)state;
    struct school s;
    school_init(&s, xor_model);
    compare(&s, 20, "full batch, by predictions");
    s.options.has_stop = true;
    s.options.stop = 0.02;
    compare(&s, 37, "full batch, by loss");
    s.options.optimizer = CG_ADAM;
    s.options.rate = 0.05;
    s.options.schedule = (struct cg_schedule){.kind = CG_COSINE};
    compare(&s, 9, "Adam with a cosine");
    s.options.batch = 3;
    compare(&s, 5, "batches of 3 and 1");
    s.options.batch = 1;
    s.options.in_order = true;
    compare(&s, 3, "one by one, in order");
    fixture_finish(&s.f);
}

/* More updates an epoch than go at a stroke, and one for the rows that are left. */
static void many_batches_are_as_alone(void **state)
{
    (void)state;
    struct school s;
    school_init(&s, "X : 2500 x 2; T : 2500 x 1; W1 : 2 x 3; B1 : 1 x 3; W2 : 3 x 1; B2 : 1 x 1\n"
                    "Y = sigmoid(tanh(X @ W1 + B1) @ W2 + B2); J = 1/2 * mean((Y - T)^2)");
    s.options.has_stop = true;
    s.options.rate = 0.1;
    s.options.epochs = 2;
    s.options.batch = 2;
    compare(&s, 1, "1,250 batches");
    s.options.batch = 1;
    compare(&s, 1, "row by row");
    fixture_finish(&s.f);
}

static void it_converges_when_every_prediction_is_right(void **state)
{
    (void)state;
    struct school s;
    struct cg_seed seeds[30];
    struct cg_error error;
    double done = 0;
    school_init(&s, xor_model);
    assert_true(cg_train_seeds(&s.book, &s.options, seeds, 30, go_on, &done, &error));
    size_t converged = 0;
    for (size_t i = 0; i < 30; i++) {
        struct cg_train_options options = s.options;
        options.seed = seeds[i].seed;
        struct cg_trainer *trainer = cg_trainer_create(&s.book, &options, &error);
        size_t right = 0, epoch = 0;
        const struct cg_value *y = value(&s.f, "Y"), *t = value(&s.f, "T");
        for (; epoch <= 600; epoch++) {
            struct cg_env *env = cg_trainer_env(trainer);
            cg_train_count_right(cg_env_get(env, y), cg_env_get(env, t), &right);
            if (right == 4 || epoch == 600)
                break;
            assert_true(cg_trainer_update(trainer, &error));
        }
        converged += right == 4;
        assert_int_equal(seeds[i].end, right == 4 ? CG_SEED_CONVERGED : CG_SEED_FAILED);
        assert_int_equal(seeds[i].epochs, epoch);
        cg_trainer_destroy(trainer);
    }
    assert_true(converged > 20);
    fixture_finish(&s.f);
}

static void divergence_is_an_end(void **state)
{
    (void)state;
    struct school s;
    struct cg_seed seeds[3];
    struct cg_error error;
    double done = 0;
    school_init(&s, xor_model);
    s.options.has_stop = true;
    s.options.stop = -1;
    s.options.epochs = 50;
    assert_true(cg_train_seeds(&s.book, &s.options, seeds, 3, go_on, &done, &error));
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(seeds[i].end, CG_SEED_FAILED);
    struct fixture f;
    struct cg_book book;
    fixture_init(&f, "w : 1 x 1 = normal(0, 1); J = sum(w ^ 4)", 1);
    cg_book_init(&book, &f.model, &f.arena);
    const struct cg_value *params[] = {value(&f, "w")};
    struct cg_train_options options = {.params = params,
                                       .n_params = 1,
                                       .loss = value(&f, "J"),
                                       .rate = 30,
                                       .epochs = 100,
                                       .has_stop = true,
                                       .stop = 1e-9};
    done = 0;
    assert_true(cg_train_seeds(&book, &options, seeds, 3, go_on, &done, &error));
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(seeds[i].end, CG_SEED_DIVERGED);
    fixture_finish(&f);
    fixture_finish(&s.f);
}

static bool stop_now(void *user, double done)
{
    (void)done;
    int *left = user;
    return --*left > 0;
}

static void it_can_be_interrupted(void **state)
{
    (void)state;
    struct school s;
    struct cg_seed seeds[8];
    struct cg_error error;
    int left = 1;
    school_init(&s, xor_model);
    assert_true(cg_train_seeds(&s.book, &s.options, seeds, 8, stop_now, &left, &error));
    assert_int_equal(seeds[7].end, CG_SEED_GOING);
    assert_int_equal(seeds[7].seed, 18);
    fixture_finish(&s.f);
}

static void no_classes_need_a_stop(void **state)
{
    (void)state;
    struct school s;
    struct cg_seed seeds[1];
    struct cg_error error;
    double done = 0;
    school_init(&s, xor_model);
    s.options.n_rows = 0;
    s.options.rows = NULL;
    assert_false(cg_train_seeds(&s.book, &s.options, seeds, 1, go_on, &done, &error));
    assert_non_null(strstr(error.text, "stop = 0.01"));
    fixture_finish(&s.f);
}

static void the_summary_is_numpys(void **state)
{
    (void)state;
    const size_t epochs[] = {40, 7, 12, 9, 30};
    struct cg_seed seeds[7];
    for (size_t i = 0; i < 5; i++)
        seeds[i] = (struct cg_seed){.end = CG_SEED_CONVERGED, .epochs = epochs[i]};
    seeds[5] = (struct cg_seed){.end = CG_SEED_FAILED, .epochs = 99};
    seeds[6] = (struct cg_seed){.end = CG_SEED_DIVERGED, .epochs = 3};
    struct cg_seeds_summary sum = cg_seeds_sum_up(seeds, 7);
    assert_true(sum.converged == 5 && sum.failed == 1 && sum.diverged == 1);
    assert_true(sum.least == 7 && sum.lower == 9 && sum.median == 12 && sum.upper == 30 &&
                sum.most == 40);
    sum = cg_seeds_sum_up(seeds, 4); /* numpy.percentile([7, 9, 12, 40], [25, 50, 75]) */
    assert_true(sum.lower == 8.5 && sum.median == 10.5 && sum.upper == 19);
    sum = cg_seeds_sum_up(seeds + 5, 2);
    assert_true(sum.converged == 0 && sum.median == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_as_alone),
        cmocka_unit_test(many_batches_are_as_alone),
        cmocka_unit_test(it_converges_when_every_prediction_is_right),
        cmocka_unit_test(divergence_is_an_end),
        cmocka_unit_test(it_can_be_interrupted),
        cmocka_unit_test(no_classes_need_a_stop),
        cmocka_unit_test(the_summary_is_numpys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
