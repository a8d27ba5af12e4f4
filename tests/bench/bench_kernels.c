/* Plans by kernels: the large network against a step written by hand, against the same on CBLAS,
 * and two threads against one; networks side by side. Each with the rows in place and no shuffle.
 */
#include "bench.h"
#include "limit_large.h"

#include "engine/lanes.h"
#include "engine/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UPDATES = 100, NETWORKS = 1000 };

struct state {
    struct cg_arena arena;
    struct cg_model model;
    struct cg_book book;
    const struct cg_value *params[4], *rows[2];
    const struct plan *plan;
    struct plan_runner *one, *two;
    struct plan_lanes *lanes;
    struct limit_large *limit;
    char *memory[2]; /* state and work */
    double scalars[UPDATES][PLAN_SCALAR_COUNT], losses[UPDATES];
};

static void stop(const struct cg_error *error)
{
    cg_error_print(stderr, error);
    exit(1);
}

static void compile(struct state *s, const char *text, enum cg_precision precision)
{
    static const char *const params[] = {"W1", "B1", "W2", "B2"}, *const rows[] = {"X", "T"};
    struct cg_error error;
    cg_arena_init(&s->arena);
    cg_model_init(&s->model, &s->arena, "bench");
    if (!cg_model_add(&s->model, text, strlen(text), 1, &error))
        stop(&error);
    cg_book_init(&s->book, &s->model, &s->arena);
    for (int i = 0; i < 4; i++)
        s->params[i] = cg_model_find(&s->model, params[i]);
    for (int i = 0; i < 2; i++)
        s->rows[i] = cg_model_find(&s->model, rows[i]);
    struct cg_train_options options = {.params = s->params,
                                       .n_params = 4,
                                       .rows = s->rows,
                                       .n_rows = 2,
                                       .loss = cg_model_find(&s->model, "J"),
                                       .rate = 0.01,
                                       .epochs = 1,
                                       .precision = precision};
    for (int i = 0; i < 4; i++)
        if (!cg_derive(&s->book, options.loss, s->params[i], NULL, NULL, (struct cg_place){0},
                       &error))
            stop(&error);
    size_t batch = (size_t)cg_rows(&s->model, s->rows[0]->shape);
    s->plan = plan_compile(&s->arena, &s->book, &options, batch, true, &error);
    if (!s->plan)
        stop(&error);
    for (size_t i = 0; i < UPDATES; i++)
        s->scalars[i][PLAN_RATE] = 0.001;
}

/* Small numbers everywhere, from a seed. */
static char *numbers(size_t count, enum cg_precision precision)
{
    char *to = aligned_alloc(64, (count * sizeof(double) + 63) / 64 * 64);
    for (size_t i = 0; i < count; i++) {
        double x = (double)(i * 2654435761u % 1000) / 5000 - 0.1;
        if (precision == CG_F32)
            ((float *)to)[i] = (float)x;
        else
            ((double *)to)[i] = x;
    }
    return to;
}

static struct state *begin(const char *text, enum cg_precision precision)
{
    struct state *s = calloc(1, sizeof *s);
    compile(s, text, precision);
    s->memory[PLAN_STATE] = numbers(s->plan->state_size, precision);
    s->memory[PLAN_WORK] = numbers(s->plan->work_size, precision);
    return s;
}

static void *begin_large(void)
{
    struct state *s = begin(
        "X : 64 x 784; T : 64 x 10; W1 : 784 x 128; B1 : 1 x 128; W2 : 128 x 10; B2 : 1 x 10\n"
        "H = sigmoid(X @ W1 + B1); Y = sigmoid(H @ W2 + B2); J = 1/2 * sum((Y - T)^2)",
        CG_F32);
    s->one = plan_run_create(s->plan, CG_F32, 1);
    s->two = plan_run_create(s->plan, CG_F32, 2);
    s->limit = aligned_alloc(64, sizeof *s->limit);
    float *all = (float *)s->limit;
    for (size_t i = 0; i < sizeof *s->limit / sizeof *all; i++)
        all[i] = (float)(i * 2654435761u % 1000) / 5000 - 0.1f;
    return s;
}

static void run(struct state *s, struct plan_runner *runner, size_t times)
{
    for (size_t left = times, n; left; left -= n) {
        n = left < UPDATES ? left : UPDATES;
        struct plan_updates updates = {.state = s->memory[PLAN_STATE],
                                       .work = s->memory[PLAN_WORK],
                                       .scalars = (const double(*)[PLAN_SCALAR_COUNT])s->scalars,
                                       .losses = s->losses,
                                       .count = n};
        runner->run(runner, &updates);
    }
}

static void on_one(void *state, size_t times)
{
    struct state *s = state;
    run(s, s->one, times);
}

static void on_two(void *state, size_t times)
{
    struct state *s = state;
    run(s, s->two, times);
}

static void by_hand(void *state, size_t times)
{
    struct state *s = state;
    while (times--)
        limit_large(s->limit, 0.001f);
}

static void *begin_lanes(void)
{
    struct state *s = begin(bench_xor_model, CG_F64);
    s->one = plan_run_create(s->plan, CG_F64, 1);
    s->lanes = plan_lanes_create(s->plan, CG_F64, NETWORKS, 1);
    for (size_t n = 0; n < NETWORKS; n++) {
        double *state = (double *)s->memory[PLAN_STATE];
        for (size_t i = 0; i < s->plan->state_size; i++)
            state[i] = (double)((n + i) * 2654435761u % 1000) / 500 - 1;
        plan_lanes_load(s->lanes, n, state);
    }
    return s;
}

/* `times` updates of a network each, in rounds of 10 epochs of all */
static void side_by_side(void *state, size_t times)
{
    struct state *s = state;
    struct plan_lane_updates updates = {.work = s->memory[PLAN_WORK],
                                        .scalars = (const double(*)[PLAN_SCALAR_COUNT])s->scalars};
    for (size_t left = (times + NETWORKS - 1) / NETWORKS; left; left -= updates.count) {
        updates.count = left < 10 ? left : 10;
        plan_lanes_run(s->lanes, &updates);
    }
}

static void end(void *state)
{
    struct state *s = state;
    s->one->destroy(s->one);
    if (s->two)
        s->two->destroy(s->two);
    plan_lanes_destroy(s->lanes);
    free(s->limit);
    free(s->memory[0]);
    free(s->memory[1]);
    cg_arena_finish(&s->arena);
    free(s);
}

const struct bench_row bench_large = {
    .name = "784-128-10, f32, 64 rows: plan, an update",
    .against = "register tiles by hand",
    .begin = begin_large,
    .work = on_one,
    .reference = by_hand,
    .end = end,
};

#ifdef HAVE_CBLAS
static void by_blas(void *state, size_t times)
{
    struct state *s = state;
    while (times--)
        limit_large_blas(s->limit, 0.001f);
}

const struct bench_row bench_large_blas = {
    .name = "784-128-10, f32, 64 rows: plan, an update",
    .against = "by hand, products by CBLAS",
    .begin = begin_large,
    .work = on_one,
    .reference = by_blas,
    .end = end,
};
#endif

const struct bench_row bench_large_threads = {
    .name = "784-128-10, f32, 64 rows: two threads",
    .against = "one thread",
    .begin = begin_large,
    .work = on_two,
    .reference = on_one,
    .end = end,
};

const struct bench_row bench_lanes = {
    .name = "XOR, f64, 1,000 networks: one epoch of one",
    .against = "a network alone, plan",
    .begin = begin_lanes,
    .work = side_by_side,
    .reference = on_one,
    .end = end,
};
