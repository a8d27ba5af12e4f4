/* Threads that share work: each part once, by several at a time, and training with the same bits
 * whatever their number. */
#include "fixture.h"

#include "engine/run.h"
#include "engine/run_prepare.h"
#include "engine/team.h"

#include <chalkgrad/prng.h>

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

struct turn {
    atomic_size_t done[TEAM_MOST], begun;
    size_t parts;
    pthread_t by[TEAM_MOST];
};

static void count_part(void *arg, size_t part)
{
    struct turn *turn = arg;
    assert_true(part < turn->parts);
    atomic_fetch_add(&turn->done[part], 1);
}

static void each_part_once(void **state)
{
    (void)state;
    for (size_t threads = 2; threads <= TEAM_MOST; threads += 6) {
        struct team *team = team_create(threads);
        struct turn turn = {.parts = 0};
        size_t turns = 0;
        for (; turns < 300; turns++) {
            turn.parts = 1 + turns * 7 % TEAM_MOST;
            team_work(team, count_part, &turn, turn.parts);
            for (size_t part = 0; part < TEAM_MOST; part++)
                assert_int_equal(atomic_exchange(&turn.done[part], 0), part < turn.parts);
        }
        team_destroy(team);
    }
}

/* Ends only where all parts are begun at the same time. */
static void wait_for_all(void *arg, size_t part)
{
    struct turn *turn = arg;
    turn->by[part] = pthread_self();
    atomic_fetch_add(&turn->begun, 1);
    while (atomic_load(&turn->begun) < turn->parts)
        sched_yield();
}

static void all_at_the_same_time(void **state)
{
    (void)state;
    for (size_t threads = 2; threads <= 7; threads++) {
        struct team *team = team_create(threads);
        struct turn turn = {.parts = threads};
        assert_int_equal(team_size(team), threads);
        team_work(team, wait_for_all, &turn, threads);
        for (size_t i = 0; i < threads; i++)
            for (size_t j = 0; j < i; j++)
                assert_false(pthread_equal(turn.by[i], turn.by[j]));
        team_destroy(team);
    }
}

static void none_for_one(void **state)
{
    (void)state;
    assert_null(team_create(1));
    assert_int_equal(team_size(NULL), 1);
    team_destroy(NULL);
}

enum { ROWS = 300, BATCH = 128, UPDATES = 4, INPUTS = 40, OUTPUTS = 3 };

/* Large enough that products and maps are shared out: run_prepare.c says from where on. */
static const char model[] =
    "dims n = 128, x = 40, h = 200, y = 3; X : n x x; T : n x y; f = tanh\n"
    "W1 : x x h; B1 : 1 x h; W2 : h x y; B2 : 1 x y\n"
    "H = f(X @ W1 + B1); P = softmax(H @ W2 + B2); J = -mean(T * log(P)) + mean(H^2)";

struct school {
    struct fixture f;
    struct cg_book book;
    const struct cg_value *params[4], *rows[2];
    const struct plan *plan;
    size_t real_size;
    void *data[2];
    size_t order[UPDATES * BATCH];
    double scalars[UPDATES][PLAN_SCALAR_COUNT], losses[UPDATES];
    char *state, *work;
};

static void put(const struct school *s, void *to, size_t i, double x)
{
    if (s->real_size == sizeof(float))
        ((float *)to)[i] = (float)x;
    else
        ((double *)to)[i] = x;
}

static void begin(struct school *s, enum cg_precision precision)
{
    static const char *const names[] = {"W1", "B1", "W2", "B2"};
    struct cg_error error;
    *s = (struct school){.real_size = precision == CG_F32 ? sizeof(float) : sizeof(double)};
    fixture_init(&s->f, model, 1);
    cg_book_init(&s->book, &s->f.model, &s->f.arena);
    for (size_t i = 0; i < 4; i++)
        s->params[i] = value(&s->f, names[i]);
    s->rows[0] = value(&s->f, "X"), s->rows[1] = value(&s->f, "T");
    struct cg_train_options options = {.params = s->params,
                                       .n_params = 4,
                                       .rows = s->rows,
                                       .n_rows = 2,
                                       .loss = value(&s->f, "J"),
                                       .precision = precision};
    for (size_t i = 0; i < 4; i++)
        if (!cg_derive(&s->book, options.loss, s->params[i], NULL, NULL, s->params[i]->place,
                       &error))
            fail_msg("%s", error.text);
    s->plan = plan_compile(&s->f.arena, &s->book, &options, BATCH, true, &error);
    if (!s->plan)
        fail_msg("%s", error.text);
    for (size_t i = 0; i < 2; i++)
        s->data[i] = calloc(ROWS * (i ? OUTPUTS : INPUTS), s->real_size);
    s->state = malloc(s->plan->state_size * s->real_size);
    s->work = malloc(s->plan->work_size * s->real_size);
}

static void fill(struct school *s)
{
    struct cg_prng prng;
    cg_prng_seed(&prng, 5);
    memset(s->state, 0, s->plan->state_size * s->real_size);
    memset(s->work, 0, s->plan->work_size * s->real_size);
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < (size_t)(ROWS * (i ? OUTPUTS : INPUTS)); k++)
            put(s, s->data[i], k, cg_prng_uniform(&prng));
    for (size_t p = 0; p < s->plan->n_params; p++) {
        const struct plan_buffer *b = &s->plan->buffers[s->plan->params[p]];
        for (size_t k = 0; k < b->rows * b->cols; k++)
            put(s, s->state, b->offset + k, 0.2 * (cg_prng_uniform(&prng) - 0.5));
    }
    for (size_t i = 0; i < UPDATES * BATCH; i++)
        s->order[i] = (size_t)cg_prng_below(&prng, ROWS);
    for (size_t u = 0; u < UPDATES; u++)
        s->scalars[u][PLAN_RATE] = 0.1;
}

static void train(struct school *s, enum cg_precision precision, size_t threads)
{
    fill(s);
    struct plan_runner *runner = plan_run_create(s->plan, precision, threads);
    struct plan_updates updates = {.state = s->state,
                                   .work = s->work,
                                   .data = (const void *const *)s->data,
                                   .order = s->order,
                                   .scalars = (const double(*)[PLAN_SCALAR_COUNT])s->scalars,
                                   .losses = s->losses,
                                   .count = UPDATES};
    runner->run(runner, &updates);
    runner->destroy(runner);
}

/* So many operations of that kind have a part for each thread. */
static size_t count_shared(struct school *s, enum cg_precision precision, enum plan_kind kind,
                           size_t threads)
{
    size_t count = 0;
    for (size_t i = 0; i < s->plan->n_ops; i++) {
        struct run_op op;
        run_prepare(&s->f.arena, &op, s->plan, i, kernels_choose(precision), threads);
        count += op.kind == kind && op.parts == threads;
    }
    return count;
}

static void same_bits(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 2, 3, 4, 7};
    for (int precision = CG_F64; precision <= CG_F32; precision++) {
        struct school s;
        begin(&s, (enum cg_precision)precision);
        assert_true(count_shared(&s, (enum cg_precision)precision, PLAN_PRODUCT, 7) >= 2);
        assert_true(count_shared(&s, (enum cg_precision)precision, PLAN_MAP, 7) >= 1);
        size_t bytes = s.plan->state_size * s.real_size;
        char *one = malloc(bytes);
        double losses[UPDATES];
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            train(&s, (enum cg_precision)precision, sizes[i]);
            if (i == 0) {
                memcpy(one, s.state, bytes);
                memcpy(losses, s.losses, sizeof losses);
            }
            assert_memory_equal(one, s.state, bytes);
            assert_memory_equal(losses, s.losses, sizeof losses);
        }
        free(one), free(s.state), free(s.work), free(s.data[0]), free(s.data[1]);
        fixture_finish(&s.f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_part_once),
        cmocka_unit_test(all_at_the_same_time),
        cmocka_unit_test(none_for_one),
        cmocka_unit_test(same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
