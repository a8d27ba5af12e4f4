/* An epoch of XOR by the derived gradients, full batch and per sample, by kernels and by compiled
 * code, against a loop written by hand. */
#include "bench.h"
#include "limit.h"
#include "network.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct state {
    struct network net;
    struct cg_trainer *trainer;
    size_t updates; /* an epoch */
    struct limit_network hand;
    double loss;
};

static void *begin(size_t batch, bool native)
{
    struct state *s = calloc(1, sizeof *s);
    struct cg_error error;
    s->updates = batch ? 4 / batch : 1;
    network_init(&s->net, network_xor);
    struct cg_train_options *options = &s->net.options;
    options->batch = batch;
    options->in_order = true;
    options->native = native;
    s->trainer = cg_trainer_create(&s->net.book, options, &error);
    if (!s->trainer)
        network_stop(&error);
    double *out = (double *)&s->hand;
    for (int i = 0; i < 4; i++) {
        const struct cg_matrix *m = cg_env_get(cg_trainer_env(s->trainer), s->net.params[i]);
        memcpy(out, m->data, m->rows * m->cols * sizeof *out);
        out += m->rows * m->cols;
    }
    return s;
}

static void derived(void *state, size_t times)
{
    struct state *s = state;
    struct cg_error error;
    if (!cg_trainer_run(s->trainer, times * s->updates, &error))
        network_stop(&error);
}

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

/* One sample's loss; its gradient is added to g. */
static double sample(const struct limit_network *net, struct limit_network *g, double a, double b)
{
    double h[3], z = net->b2, target = a != b;
    for (int j = 0; j < 3; j++) {
        h[j] = sigmoid(a * net->w1[0][j] + b * net->w1[1][j] + net->b1[j]);
        z += h[j] * net->w2[j];
    }
    double y = sigmoid(z), error = y - target, d2 = error * y * (1 - y);
    g->b2 += d2;
    for (int j = 0; j < 3; j++) {
        double d1 = d2 * net->w2[j] * h[j] * (1 - h[j]);
        g->w2[j] += h[j] * d2;
        g->b1[j] += d1;
        g->w1[0][j] += a * d1;
        g->w1[1][j] += b * d1;
    }
    return error * error / 2;
}

static void by_hand(void *state, size_t times)
{
    struct state *s = state;
    for (size_t i = 0; i < times; i++) {
        struct limit_network g = {{{0}}, {0}, {0}, 0};
        double loss = 0, *w = &s->hand.w1[0][0], *dw = &g.w1[0][0];
        for (int n = 0; n < 4; n++)
            loss += sample(&s->hand, &g, n / 2, n % 2);
        for (size_t p = 0; p < sizeof g / sizeof *w; p++)
            w[p] -= dw[p];
        s->loss = loss; /* as the trainer knows it after each epoch */
    }
}

/* The same, with an update after each sample. */
static void by_hand_per_sample(void *state, size_t times)
{
    struct state *s = state;
    for (size_t i = 0; i < times; i++) {
        double *w = &s->hand.w1[0][0];
        for (int n = 0; n < 4; n++) {
            struct limit_network g = {{{0}}, {0}, {0}, 0};
            double *dw = &g.w1[0][0];
            s->loss = sample(&s->hand, &g, n / 2, n % 2);
            for (size_t p = 0; p < sizeof g / sizeof *w; p++)
                w[p] -= dw[p];
        }
    }
}

static void end(void *state)
{
    struct state *s = state;
    cg_trainer_destroy(s->trainer);
    network_finish(&s->net);
    free(s);
}

static void *begin_full(void)
{
    return begin(0, false);
}

static void *begin_full_native(void)
{
    return begin(0, true);
}

static void *begin_samples(void)
{
    return begin(1, false);
}

static void *begin_samples_native(void)
{
    return begin(1, true);
}

const struct bench_row bench_train_xor = {
    .what = bench_xor_batch,
    .ours = "trainer, plan",
    .against = "a loop in C",
    .most_seconds = 250e-9,
    .begin = begin_full,
    .work = derived,
    .reference = by_hand,
    .end = end,
};

const struct bench_row bench_train_xor_native = {
    .what = bench_xor_batch,
    .ours = "trainer, native",
    .against = "a loop in C",
    .begin = begin_full_native,
    .work = derived,
    .reference = by_hand,
    .end = end,
};

const struct bench_row bench_train_samples = {
    .what = bench_xor_samples,
    .ours = "trainer, plan",
    .against = "a loop in C",
    .most_seconds = 700e-9,
    .begin = begin_samples,
    .work = derived,
    .reference = by_hand_per_sample,
    .end = end,
};

const struct bench_row bench_train_samples_native = {
    .what = bench_xor_samples,
    .ours = "trainer, native",
    .against = "a loop in C",
    .begin = begin_samples_native,
    .work = derived,
    .reference = by_hand_per_sample,
    .end = end,
};
