/* What the options of training say beyond the optimiser: schedules, constants, the order of rows;
 * against the formulas by hand. */
#include "fixture.h"

#include <chalkgrad/train.h>

static const double PI = 3.14159265358979323846;

static void rates_by_hand(void **state)
{
    (void)state;
    struct cg_train_options o = {.rate = 0.8, .epochs = 40};
    assert_true(cg_train_rate(&o, 0, 5) == 0.8 && cg_train_rate(&o, 1000, 5) == 0.8);
    o.schedule = (struct cg_schedule){.kind = CG_STEP, .every = 10, .factor = 0.5};
    const double stairs[] = {0.8, 0.4, 0.2, 0.1, 0.05};
    for (size_t update = 0; update < 250; update++)
        assert_true(fabs(cg_train_rate(&o, update, 5) - stairs[update / 50]) < 1e-15);
    o.schedule = (struct cg_schedule){.kind = CG_COSINE, .least = 0.2};
    for (size_t update = 0; update <= 200; update++) {
        double want = 0.2 + 0.3 * (1 + cos(PI * (double)update / 200));
        assert_true(fabs(cg_train_rate(&o, update, 5) - want) < 1e-15);
    }
    assert_true(fabs(cg_train_rate(&o, 100, 5) - 0.5) < 1e-15);
    assert_true(cg_train_rate(&o, 200, 5) == 0.2 && cg_train_rate(&o, 999, 5) == 0.2);
}

/* A trainer of w alone. */
struct lone {
    struct fixture f;
    struct cg_book book;
    const struct cg_value *params[1], *rows[1];
    struct cg_train_options options;
};

static void lone_init(struct lone *l, const char *text, const char *rows)
{
    *l = (struct lone){0};
    fixture_init(&l->f, text, 1);
    cg_book_init(&l->book, &l->f.model, &l->f.arena);
    l->params[0] = value(&l->f, "w");
    l->options = (struct cg_train_options){
        .params = l->params, .n_params = 1, .loss = value(&l->f, "J"), .rate = 0.1, .epochs = 30};
    if (rows) {
        l->rows[0] = value(&l->f, rows);
        l->options.rows = l->rows;
        l->options.n_rows = 1;
    }
}

static struct cg_trainer *begin(struct lone *l)
{
    struct cg_error error;
    struct cg_trainer *trainer = cg_trainer_create(&l->book, &l->options, &error);
    if (!trainer)
        fail_msg("%s", error.text);
    return trainer;
}

static double step(struct lone *l, struct cg_trainer *trainer)
{
    struct cg_error error;
    if (!cg_trainer_update(trainer, &error))
        fail_msg("%s", error.text);
    return cg_env_get(cg_trainer_env(trainer), l->params[0])->data[0];
}

/* J = 1/2 w^2, so the gradient is w: every optimiser with every schedule, constants its own. */
static void trainers_follow_options(void **state)
{
    (void)state;
    for (int kind = 0; kind < 9; kind++) {
        struct lone l;
        lone_init(&l, "w : 1 x 1 = 3; J = 1/2 * sum(w ^ 2)", NULL);
        l.options.optimizer = (enum cg_optimizer)(kind % 3);
        l.options.schedule = (struct cg_schedule){(enum cg_schedule_kind)(kind / 3), 7, 0.25, 0.01};
        l.options.constants = (struct cg_optimizer_constants){0.8, 0.7, 0.95, 0.01};
        struct cg_trainer *trainer = begin(&l);
        double w = 3, v = 0, m = 0, s = 0;
        for (int t = 1; t <= 30; t++) {
            double rate = cg_train_rate(&l.options, (size_t)t - 1, 1), g = w;
            v = 0.8 * v + g;
            m = 0.7 * m + 0.3 * g;
            s = 0.95 * s + 0.05 * g * g;
            double adam = m / (1 - pow(0.7, t)) / (sqrt(s / (1 - pow(0.95, t))) + 0.01);
            w -= rate * (kind % 3 == CG_SGD ? g : kind % 3 == CG_MOMENTUM ? v : adam);
            double got = step(&l, trainer);
            if (fabs(got - w) > 1e-12)
                fail_msg("kind %d, update %d: %.17g, not %.17g", kind, t, got, w);
        }
        cg_trainer_destroy(trainer);
        fixture_finish(&l.f);
    }
}

/* Rows 1, 2, 4, 8, 16 in batches of 2 without a shuffle: 3, 12 and 16, epoch after epoch. */
static void rows_in_order(void **state)
{
    (void)state;
    struct lone l;
    lone_init(&l,
              "dims n = 5; X : n x 1 = [[1], [2], [4], [8], [16]]; w : 1 x 1 = zeros\n"
              "J = sum(X * w)",
              "X");
    l.options.rate = 1;
    l.options.batch = 2;
    l.options.in_order = true;
    struct cg_trainer *trainer = begin(&l);
    const double want[] = {3, 12, 16};
    double at = 0;
    for (int update = 0; update < 30; update++) {
        double now = step(&l, trainer);
        assert_true(at - now == want[update % 3]);
        at = now;
    }
    cg_trainer_destroy(trainer);
    fixture_finish(&l.f);
}

static enum cg_train_end end_of(const struct cg_train_options *options, const double *losses,
                                size_t count, size_t *epoch)
{
    struct cg_train_watch watch = {0};
    enum cg_train_end end = CG_END_NOT;
    for (*epoch = 0; *epoch < count; ++*epoch) {
        end = cg_train_watch(options, &watch, *epoch, losses[*epoch]);
        if (end != CG_END_NOT)
            break;
    }
    return end;
}

static void training_ends_early(void **state)
{
    (void)state;
    const double losses[] = {9, 5, 6, 5, 4, 4.5, 4, 4, 3.9, 1};
    struct cg_train_options o = {.epochs = 9};
    size_t epoch;
    assert_int_equal(end_of(&o, losses, 9, &epoch), CG_END_NOT);
    assert_int_equal(end_of(&o, losses, 10, &epoch), CG_END_EPOCHS);
    assert_int_equal(epoch, 9);
    o.patience = 4; /* the least is 4, at epoch 4; 3.9 comes just in time at epoch 8 */
    assert_int_equal(end_of(&o, losses, 10, &epoch), CG_END_EPOCHS);
    o.patience = 3;
    assert_int_equal(end_of(&o, losses, 10, &epoch), CG_END_PATIENCE);
    assert_int_equal(epoch, 7);
    o.patience = 0;
    o.has_stop = true;
    o.stop = 5; /* equal is not below */
    assert_int_equal(end_of(&o, losses, 10, &epoch), CG_END_STOP);
    assert_int_equal(epoch, 4);
    o.stop = 10;
    assert_int_equal(end_of(&o, losses, 10, &epoch), CG_END_STOP);
    assert_int_equal(epoch, 0);
    const double rising[] = {-1, 3, 3, 3};
    o = (struct cg_train_options){.epochs = 9, .patience = 3};
    assert_int_equal(end_of(&o, rising, 4, &epoch), CG_END_PATIENCE);
    assert_int_equal(epoch, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_by_hand),
        cmocka_unit_test(trainers_follow_options),
        cmocka_unit_test(rows_in_order),
        cmocka_unit_test(training_ends_early),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
