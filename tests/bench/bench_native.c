/* Native code for XOR 2-3-1 against updates written by hand (limit.h), and for a large network
 * against the kernels. */
#include "bench.h"
#include "limit.h"

#include "engine/native.h"

#include <chalkgrad/train.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1024 };

static const double inputs[4][2] = {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, targets[4] = {0, 1, 1, 0};

struct state {
    struct cg_arena arena;
    struct cg_model model;
    struct cg_book book;
    const struct cg_value *params[4], *rows[2];
    const struct plan *plan;
    struct plan_runner *native, *kernels;
    void *memory[2]; /* state and work */
    const void *data[2];
    size_t order[CHUNK * 64];
    double scalars[CHUNK][PLAN_SCALAR_COUNT], losses[CHUNK];
    struct limit_network net;
};

static void stop(const struct cg_error *error)
{
    cg_error_print(stderr, error);
    exit(1);
}

/* Small numbers everywhere, of which training makes no infinities; the zeros are XOR's. */
static void *begin(const char *model, size_t rows, size_t batch, enum cg_precision precision)
{
    static const char *const params[] = {"W1", "B1", "W2", "B2"}, *const data[] = {"X", "T"};
    struct state *s = calloc(1, sizeof *s);
    struct cg_error error;
    cg_arena_init(&s->arena);
    cg_model_init(&s->model, &s->arena, "bench");
    if (!cg_model_add(&s->model, model, strlen(model), 1, &error))
        stop(&error);
    cg_book_init(&s->book, &s->model, &s->arena);
    for (int i = 0; i < 4; i++)
        s->params[i] = cg_model_find(&s->model, params[i]);
    for (int i = 0; i < 2; i++)
        s->rows[i] = cg_model_find(&s->model, data[i]);
    struct cg_train_options options = {.params = s->params,
                                       .n_params = 4,
                                       .rows = s->rows,
                                       .n_rows = 2,
                                       .loss = cg_model_find(&s->model, "J"),
                                       .rate = 0.1,
                                       .batch = batch,
                                       .epochs = 1000,
                                       .precision = precision};
    for (int i = 0; i < 4; i++)
        if (!cg_derive(&s->book, options.loss, s->params[i], NULL, NULL, (struct cg_place){0},
                       &error))
            stop(&error);
    s->plan = plan_compile(&s->arena, &s->book, &options, batch ? batch : rows, true, &error);
    s->native = s->plan ? native_create(s->plan, precision, batch != 0, &error) : NULL;
    if (!s->native)
        stop(&error);
    s->kernels = plan_run_create(s->plan, precision, 1);
    for (int i = 0; i < 2; i++) {
        size_t count = i ? s->plan->work_size : s->plan->state_size;
        s->memory[i] = aligned_alloc(128, (count * 8 + 127) / 128 * 128);
        for (size_t k = 0; k < count; k++) {
            double number = (double)(k * 2654435761u % 1000) / 5000 - 0.1;
            if (precision == CG_F32)
                ((float *)s->memory[i])[k] = (float)number;
            else
                ((double *)s->memory[i])[k] = number;
        }
    }
    for (size_t i = 0; i < CHUNK; i++)
        s->scalars[i][PLAN_RATE] = 0.1;
    for (size_t i = 0; i < CHUNK * (batch ? batch : 1); i++)
        s->order[i] = i % rows;
    memcpy(&s->net, s->memory[0], sizeof s->net);
    return s;
}

static void *begin_xor(size_t batch)
{
    struct state *s = begin(bench_xor_model, 4, batch, CG_F64);
    double *work = s->memory[1];
    memcpy(work + s->plan->buffers[s->plan->rows[0]].offset, inputs,
           batch ? sizeof *inputs : sizeof inputs);
    memcpy(work + s->plan->buffers[s->plan->rows[1]].offset, targets,
           batch ? sizeof *targets : sizeof targets);
    s->data[0] = inputs, s->data[1] = targets;
    return s;
}

static void *begin_batch(void)
{
    return begin_xor(0);
}

static void *begin_samples(void)
{
    return begin_xor(1);
}

/* A batch of the large network: rows from a data set of as many, which stands in the caches. */
static void *begin_large(void)
{
    static const char model[] =
        "X : 64 x 784; T : 64 x 10; W1 : 784 x 128; B1 : 1 x 128; W2 : 128 x 10; B2 : 1 x 10\n"
        "H = sigmoid(X @ W1 + B1); Y = sigmoid(H @ W2 + B2); J = 1/2 * sum((Y - T)^2)";
    return begin(model, 64, 0, CG_F32);
}

static void run(struct state *s, struct plan_runner *runner, size_t updates, bool batches)
{
    struct plan_updates u = {.state = s->memory[0],
                             .work = s->memory[1],
                             .data = batches ? s->data : NULL,
                             .order = s->order,
                             .scalars = (const double(*)[PLAN_SCALAR_COUNT])s->scalars,
                             .losses = s->losses};
    for (; updates; updates -= u.count) {
        u.count = updates < CHUNK ? updates : CHUNK;
        runner->run(runner, &u);
    }
}

static void native_batch(void *state, size_t times)
{
    struct state *s = state;
    run(s, s->native, times, false);
}

static void kernels_batch(void *state, size_t times)
{
    struct state *s = state;
    run(s, s->kernels, times, false);
}

static void native_samples(void *state, size_t times)
{
    struct state *s = state;
    run(s, s->native, 4 * times, true);
}

static void hand_batch(void *state, size_t times)
{
    struct state *s = state;
    limit_batch(&s->net, inputs, targets, times, 0.1, s->losses);
}

static void hand_samples(void *state, size_t times)
{
    struct state *s = state;
    limit_samples(&s->net, inputs, targets, 4 * times, 0.1, s->losses);
}

static void end(void *state)
{
    struct state *s = state;
    s->native->destroy(s->native);
    s->kernels->destroy(s->kernels);
    free(s->memory[0]), free(s->memory[1]);
    cg_arena_finish(&s->arena);
    free(s);
}

const struct bench_row bench_native_batch = {
    .name = "XOR 2-3-1, f64, all 4 rows: native, an epoch",
    .against = "the same written by hand, in vectors",
    .begin = begin_batch,
    .work = native_batch,
    .reference = hand_batch,
    .end = end,
};

const struct bench_row bench_native_samples = {
    .name = "XOR 2-3-1, f64, row by row: native, an epoch",
    .against = "the same written by hand, in vectors",
    .begin = begin_samples,
    .work = native_samples,
    .reference = hand_samples,
    .end = end,
};

const struct bench_row bench_native_large = {
    .name = "784-128-10, f32, 64 rows: native, an update",
    .against = "the kernels, one thread",
    .begin = begin_large,
    .work = native_batch,
    .reference = kernels_batch,
    .end = end,
};
