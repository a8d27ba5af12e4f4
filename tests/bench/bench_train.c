/* An epoch of XOR by the derived gradients, full batch and per sample, by kernels and by compiled
 * code, against a loop written by hand. */
#include "bench.h"

#include <chalkgrad/train.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char bench_xor_model[] =
    "dims n = 4, x = 2, h = 3, y = 1\n"
    "X : n x x = [[0, 0], [0, 1], [1, 0], [1, 1]]; T : n x y = [[0], [1], [1], [0]]\n"
    "W1 : x x h = uniform(-1, 1); B1 : 1 x h = uniform(-1, 1)\n"
    "W2 : h x y = uniform(-1, 1); B2 : 1 x y = uniform(-1, 1); f = sigmoid\n"
    "Z1 = X @ W1 + B1; H = f(Z1); Z2 = H @ W2 + B2; Y = f(Z2); J = 1/2 * sum((Y - T)^2)";

struct network {
    double w1[2][3], b1[3], w2[3], b2;
};

struct state {
    struct cg_arena arena;
    struct cg_model model;
    struct cg_book book;
    const struct cg_value *params[4], *rows[2];
    struct cg_trainer *trainer;
    size_t updates; /* an epoch */
    struct network net;
    double loss;
};

static void stop(const struct cg_error *error)
{
    cg_error_print(stderr, error);
    exit(1);
}

static void *begin(size_t batch, bool native)
{
    static const char *const params[] = {"W1", "B1", "W2", "B2"}, *const rows[] = {"X", "T"};
    struct state *s = calloc(1, sizeof *s);
    s->updates = batch ? 4 / batch : 1;
    struct cg_error error;
    cg_arena_init(&s->arena);
    cg_model_init(&s->model, &s->arena, "xor");
    if (!cg_model_add(&s->model, bench_xor_model, strlen(bench_xor_model), 1, &error))
        stop(&error);
    cg_book_init(&s->book, &s->model, &s->arena);
    for (int i = 0; i < 4; i++)
        s->params[i] = cg_model_find(&s->model, params[i]);
    for (int i = 0; i < 2; i++)
        s->rows[i] = cg_model_find(&s->model, rows[i]);
    /* The lesson names the error signals. */
    const struct cg_value *loss = cg_model_find(&s->model, "J");
    const char *const named[][2] = {{"Z2", "δ2"}, {"Z1", "δ1"}};
    for (int i = 0; i < 2; i++)
        if (!cg_derive(&s->book, loss, cg_model_find(&s->model, named[i][0]), named[i][1], NULL,
                       (struct cg_place){0}, &error))
            stop(&error);
    struct cg_train_options options = {.params = s->params,
                                       .n_params = 4,
                                       .rows = s->rows,
                                       .n_rows = 2,
                                       .loss = loss,
                                       .rate = 1,
                                       .batch = batch,
                                       .in_order = true,
                                       .epochs = 1000,
                                       .seed = 3,
                                       .native = native};
    s->trainer = cg_trainer_create(&s->book, &options, &error);
    if (!s->trainer)
        stop(&error);
    double *out = (double *)&s->net;
    for (int i = 0; i < 4; i++) {
        const struct cg_matrix *m = cg_env_get(cg_trainer_env(s->trainer), s->params[i]);
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
        stop(&error);
}

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

/* One sample's loss; its gradient is added to g. */
static double sample(const struct network *net, struct network *g, double a, double b)
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
        struct network g = {{{0}}, {0}, {0}, 0};
        double loss = 0, *w = &s->net.w1[0][0], *dw = &g.w1[0][0];
        for (int n = 0; n < 4; n++)
            loss += sample(&s->net, &g, n / 2, n % 2);
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
        double *w = &s->net.w1[0][0];
        for (int n = 0; n < 4; n++) {
            struct network g = {{{0}}, {0}, {0}, 0};
            double *dw = &g.w1[0][0];
            s->loss = sample(&s->net, &g, n / 2, n % 2);
            for (size_t p = 0; p < sizeof g / sizeof *w; p++)
                w[p] -= dw[p];
        }
    }
}

static void end(void *state)
{
    struct state *s = state;
    cg_trainer_destroy(s->trainer);
    cg_arena_finish(&s->arena);
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
    .name = "XOR, an epoch, full batch, plan",
    .against = "a loop in C",
    .begin = begin_full,
    .work = derived,
    .reference = by_hand,
    .end = end,
};

const struct bench_row bench_train_xor_native = {
    .name = "XOR, an epoch, full batch, native",
    .against = "a loop in C",
    .begin = begin_full_native,
    .work = derived,
    .reference = by_hand,
    .end = end,
};

const struct bench_row bench_train_samples = {
    .name = "XOR, an epoch, per sample, plan",
    .against = "a loop in C",
    .begin = begin_samples,
    .work = derived,
    .reference = by_hand_per_sample,
    .end = end,
};

const struct bench_row bench_train_samples_native = {
    .name = "XOR, an epoch, per sample, native",
    .against = "a loop in C",
    .begin = begin_samples_native,
    .work = derived,
    .reference = by_hand_per_sample,
    .end = end,
};
