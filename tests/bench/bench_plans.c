/* Plans by kernels and by native code, update by update, against the same written by hand (limit.h,
 * limit_large.h) and against one another: all rows in place, or row after row without a shuffle. */
#include "bench.h"
#include "limit.h"
#include "limit_large.h"
#include "network.h"

#include "engine/lanes.h"
#include "engine/native.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1024, NETWORKS = 1000 };

static const double inputs[4][2] = {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, targets[4] = {0, 1, 1, 0};

struct state {
    struct network net;
    const struct plan *plan;
    struct plan_runner *one, *two, *native; /* kernels on one thread and on two; compiled */
    struct plan_lanes *lanes;
    void *memory[2]; /* state and work */
    const void *data[2];
    size_t order[CHUNK];
    double scalars[CHUNK][PLAN_SCALAR_COUNT], losses[CHUNK];
    struct limit_network hand;
    struct limit_large *hand_large;
};

static struct state *begin(const char *text, size_t batch, enum cg_precision precision, double rate)
{
    struct state *s = calloc(1, sizeof *s);
    struct cg_error error;
    network_init(&s->net, text);
    network_derive(&s->net);
    struct cg_train_options *options = &s->net.options;
    options->batch = batch;
    options->precision = precision;
    size_t rows = (size_t)cg_rows(&s->net.model, s->net.rows[0]->shape);
    s->plan =
        plan_compile(&s->net.arena, &s->net.book, options, batch ? batch : rows, true, &error);
    if (!s->plan)
        network_stop(&error);
    s->one = plan_run_create(s->plan, precision, 1);
    s->memory[PLAN_STATE] = network_numbers(s->plan->state_size, precision);
    s->memory[PLAN_WORK] = network_numbers(s->plan->work_size, precision);
    for (size_t i = 0; i < CHUNK; i++) {
        s->scalars[i][PLAN_RATE] = rate;
        s->order[i] = i % rows;
    }
    return s;
}

static void add_native(struct state *s)
{
    const struct cg_train_options *options = &s->net.options;
    struct cg_error error;
    s->native = native_create(s->plan, options->precision, options->batch != 0, &error);
    if (!s->native)
        network_stop(&error);
}

static struct state *begin_xor(size_t batch)
{
    struct state *s = begin(network_xor, batch, CG_F64, 0.1);
    double *work = s->memory[PLAN_WORK];
    memcpy(work + s->plan->buffers[s->plan->rows[0]].offset, inputs,
           batch ? sizeof *inputs : sizeof inputs);
    memcpy(work + s->plan->buffers[s->plan->rows[1]].offset, targets,
           batch ? sizeof *targets : sizeof targets);
    s->data[0] = inputs, s->data[1] = targets;
    memcpy(&s->hand, s->memory[PLAN_STATE], sizeof s->hand);
    return s;
}

static void *begin_batch(void)
{
    struct state *s = begin_xor(0);
    add_native(s);
    return s;
}

static void *begin_samples(void)
{
    struct state *s = begin_xor(1);
    add_native(s);
    return s;
}

static void *begin_lanes(void)
{
    struct state *s = begin_xor(0);
    s->lanes = plan_lanes_create(s->plan, CG_F64, NETWORKS, 1);
    double *state = network_numbers(s->plan->state_size * NETWORKS, CG_F64);
    for (size_t n = 0; n < NETWORKS; n++)
        plan_lanes_load(s->lanes, n, state + n * s->plan->state_size);
    free(state);
    return s;
}

/* The rows stand in the caches. */
static void *begin_large(void)
{
    struct state *s = begin(network_large, 0, CG_F32, 0.001);
    s->two = plan_run_create(s->plan, CG_F32, 2);
    s->hand_large = network_numbers(sizeof *s->hand_large / sizeof(float), CG_F32);
    return s;
}

static void *begin_large_native(void)
{
    struct state *s = begin_large();
    add_native(s);
    return s;
}

static void run(struct state *s, struct plan_runner *runner, size_t updates)
{
    struct plan_updates u = {.state = s->memory[PLAN_STATE],
                             .work = s->memory[PLAN_WORK],
                             .data = s->net.options.batch ? s->data : NULL,
                             .order = s->order,
                             .scalars = (const double(*)[PLAN_SCALAR_COUNT])s->scalars,
                             .losses = s->losses};
    for (; updates; updates -= u.count) {
        u.count = updates < CHUNK ? updates : CHUNK;
        runner->run(runner, &u);
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

static void native(void *state, size_t times)
{
    struct state *s = state;
    run(s, s->native, times);
}

static void native_samples(void *state, size_t times)
{
    native(state, 4 * times);
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

static void by_hand(void *state, size_t times)
{
    struct state *s = state;
    limit_batch(&s->hand, inputs, targets, times, s->scalars[0][PLAN_RATE], s->losses);
}

static void by_hand_samples(void *state, size_t times)
{
    struct state *s = state;
    limit_samples(&s->hand, inputs, targets, 4 * times, s->scalars[0][PLAN_RATE], s->losses);
}

static void by_hand_large(void *state, size_t times)
{
    struct state *s = state;
    while (times--)
        limit_large(s->hand_large, 0.001f);
}

static void end(void *state)
{
    struct state *s = state;
    struct plan_runner *runners[] = {s->one, s->two, s->native};
    for (size_t i = 0; i < sizeof runners / sizeof *runners; i++)
        if (runners[i])
            runners[i]->destroy(runners[i]);
    plan_lanes_destroy(s->lanes);
    free(s->hand_large);
    free(s->memory[PLAN_STATE]), free(s->memory[PLAN_WORK]);
    network_finish(&s->net);
    free(s);
}

const struct bench_row bench_native_batch = {
    .what = bench_xor_batch,
    .ours = "native code",
    .against = "by hand, in vectors",
    .most_ratio = 1.3,
    .begin = begin_batch,
    .work = native,
    .reference = by_hand,
    .end = end,
};

const struct bench_row bench_native_samples = {
    .what = bench_xor_samples,
    .ours = "native code",
    .against = "by hand, in vectors",
    .most_ratio = 1.3,
    .begin = begin_samples,
    .work = native_samples,
    .reference = by_hand_samples,
    .end = end,
};

/* Goals of speed are those of time, turned over: 0.9 times as fast. */
const struct bench_row bench_large_plan = {
    .what = bench_large,
    .ours = "plan",
    .against = "by hand, in register tiles",
    .most_ratio = 1 / 0.9,
    .samples = LARGE_ROWS,
    .begin = begin_large,
    .work = on_one,
    .reference = by_hand_large,
    .end = end,
};

const struct bench_row bench_large_native = {
    .what = bench_large,
    .ours = "native code",
    .against = "plan",
    .samples = LARGE_ROWS,
    .begin = begin_large_native,
    .work = native,
    .reference = on_one,
    .end = end,
};

#ifdef HAVE_CBLAS
static void by_blas(void *state, size_t times)
{
    struct state *s = state;
    while (times--)
        limit_large_blas(s->hand_large, 0.001f);
}
#endif

const struct bench_row bench_large_blas = {
    .what = bench_large,
    .ours = "plan",
    .against = "by hand, with OpenBLAS sgemm",
    .absent = "libopenblas-dev",
    .most_ratio = 1,
    .samples = LARGE_ROWS,
#ifdef HAVE_CBLAS
    .begin = begin_large,
    .work = on_one,
    .reference = by_blas,
    .end = end,
#endif
};

const struct bench_row bench_large_threads = {
    .what = bench_large,
    .ours = "plan, two threads",
    .against = "plan, one thread",
    .most_ratio = 1,
    .samples = LARGE_ROWS,
    .begin = begin_large,
    .work = on_two,
    .reference = on_one,
    .end = end,
};

const struct bench_row bench_lanes = {
    .what = bench_crowd,
    .ours = "plan, in lanes",
    .against = "plan, one network alone",
    .most_seconds = 20e-9,
    .begin = begin_lanes,
    .work = side_by_side,
    .reference = on_one,
    .end = end,
};
