/* The epochs of bench_train.c against FANN, in its doubles: the same network, the same loss, rows
 * in order. FANN_TRAIN_BATCH is the full batch, FANN_TRAIN_INCREMENTAL is per sample. */
#include "bench.h"

#ifdef HAVE_FANN
#include <doublefann.h>

#include <stdio.h>
#include <stdlib.h>

struct state {
    const struct bench_row *row; /* ours */
    void *ours;
    struct fann *net;
    struct fann_train_data *data;
};

static void *begin(const struct bench_row *row, enum fann_train_enum algorithm)
{
    struct state *s = calloc(1, sizeof *s);
    s->row = row;
    s->ours = row->begin();
    s->net = fann_create_standard(3, 2, 3, 1);
    s->data = fann_create_train(4, 2, 1);
    if (!s->net || !s->data) {
        fputs("bench: FANN makes no network\n", stderr);
        exit(1);
    }
    for (unsigned i = 0; i < 4; i++) {
        s->data->input[i][0] = i / 2;
        s->data->input[i][1] = i % 2;
        s->data->output[i][0] = i / 2 != i % 2;
    }
    fann_set_activation_function_hidden(s->net, FANN_SIGMOID);
    fann_set_activation_function_output(s->net, FANN_SIGMOID);
    fann_set_train_error_function(s->net, FANN_ERRORFUNC_LINEAR);
    fann_set_training_algorithm(s->net, algorithm);
    fann_set_learning_rate(s->net, 1);
    return s;
}

static void *begin_full(void)
{
    return begin(&bench_train_xor, FANN_TRAIN_BATCH);
}

static void *begin_full_native(void)
{
    return begin(&bench_train_xor_native, FANN_TRAIN_BATCH);
}

static void *begin_samples(void)
{
    return begin(&bench_train_samples, FANN_TRAIN_INCREMENTAL);
}

static void *begin_samples_native(void)
{
    return begin(&bench_train_samples_native, FANN_TRAIN_INCREMENTAL);
}

static void derived(void *state, size_t times)
{
    struct state *s = state;
    s->row->work(s->ours, times);
}

static void by_fann(void *state, size_t times)
{
    struct state *s = state;
    for (size_t i = 0; i < times; i++)
        fann_train_epoch(s->net, s->data);
}

static void end(void *state)
{
    struct state *s = state;
    fann_destroy_train(s->data);
    fann_destroy(s->net);
    s->row->end(s->ours);
    free(s);
}

/* Which begin; without FANN there is none. */
#define BY_FANN(which) .begin = which, .work = derived, .reference = by_fann, .end = end
#else
#define BY_FANN(which) .begin = NULL
#endif

const struct bench_row bench_fann_xor = {
    .what = bench_xor_batch,
    .ours = "trainer, plan",
    .against = "FANN, doubles, batch",
    .absent = "libfann-dev",
    .most_ratio = 1,
    BY_FANN(begin_full),
};

const struct bench_row bench_fann_xor_native = {
    .what = bench_xor_batch,
    .ours = "trainer, native",
    .against = "FANN, doubles, batch",
    .absent = "libfann-dev",
    .most_ratio = 1,
    BY_FANN(begin_full_native),
};

const struct bench_row bench_fann_samples = {
    .what = bench_xor_samples,
    .ours = "trainer, plan",
    .against = "FANN, doubles, incremental",
    .absent = "libfann-dev",
    BY_FANN(begin_samples),
};

const struct bench_row bench_fann_samples_native = {
    .what = bench_xor_samples,
    .ours = "trainer, native",
    .against = "FANN, doubles, incremental",
    .absent = "libfann-dev",
    .most_ratio = 1,
    BY_FANN(begin_samples_native),
};
