/* Networks of 1, 10, 50 and 200 layers: the gradient of the first weight, derived, and derived with
 * every line checked. The same work on as many networks of one layer is the reference, so that the
 * ratio is that of the time per layer: 1 where it grows linearly. And the longest derivations of
 * the models that people write. */
#include "bench.h"
#include "network.h"

#include <chalkgrad/strbuf.h>
#include <chalkgrad/verify.h>

#include <stdlib.h>

/* Four rows through `layers` layers of three tanh. */
static void put_network(struct cg_strbuf *text, int layers)
{
    cg_put(text, "dims n = 4, h = 3\nH0 : n x h\nT : n x h\nf = tanh\n");
    for (int i = 1; i <= layers; i++)
        cg_putf(text, "W%d : h x h; B%d : 1 x h; Z%d = H%d @ W%d + B%d; H%d = f(Z%d)\n", i, i, i,
                i - 1, i, i, i, i);
    cg_putf(text, "J = 1/2 * norm2(H%d - T)\n", layers);
}

static const char self_attention[] =
    "dims n = 4, d = 3, e = 2\n"
    "X : n x d; T : n x e; WQ : d x e; WK : d x e; WV : d x e\n"
    "Q = X @ WQ; K = X @ WK; V = X @ WV\n"
    "S = Q @ K.T / sqrt(2); A = softmax(S); O = A @ V; J = 1/2 * norm2(O - T)\n";

static const char layer_norm[] =
    "dims n = 4, d = 3\n"
    "X : n x d; T : n x d; gamma : 1 x d; beta : 1 x d\n"
    "mu = mean(X, axis=1); C = X - mu; v = mean(C^2, axis=1); s = sqrt(v + 0.00001)\n"
    "N = C / s; Y = gamma * N + beta; J = 1/2 * norm2(Y - T)\n";

struct networks {
    struct cg_strbuf one, many;
    const char *wrt; /* in `many` */
    int layers;      /* of it: so many of `one` are the reference */
};

/* model: NULL, or another than a network of layers. */
static void *begin(int layers, const char *model, const char *wrt)
{
    struct networks *networks = calloc(1, sizeof *networks);
    if (!networks)
        exit(1);
    cg_strbuf_init(&networks->one);
    cg_strbuf_init(&networks->many);
    put_network(&networks->one, 1);
    if (model)
        cg_put(&networks->many, model);
    else
        put_network(&networks->many, layers);
    networks->layers = layers;
    networks->wrt = wrt;
    return networks;
}

static void end(void *state)
{
    struct networks *networks = state;
    cg_strbuf_finish(&networks->one);
    cg_strbuf_finish(&networks->many);
    free(networks);
}

static void derive(const struct cg_strbuf *text, const char *wrt, bool check)
{
    struct cg_arena arena;
    struct cg_model model;
    struct cg_book book;
    struct cg_error error;
    cg_arena_init(&arena);
    cg_model_init(&model, &arena, "network");
    if (!cg_model_add(&model, text->text, text->length, 1, &error))
        network_stop(&error);
    cg_book_init(&book, &model, &arena);
    const struct cg_derivation *d =
        cg_derive(&book, cg_model_find(&model, "J"), cg_model_find(&model, wrt), NULL, NULL,
                  (struct cg_place){0}, &error);
    if (!d)
        network_stop(&error);
    if (check) {
        struct cg_env env;
        if (!cg_env_init(&env, &model, 1, &error))
            network_stop(&error);
        cg_verify(&book, d, &env, 2, cg_alloc_array(&arena, book.n_steps, sizeof(struct cg_check)));
        cg_env_finish(&env);
    }
    cg_arena_finish(&arena);
}

static void work_derive(void *state, size_t times)
{
    const struct networks *networks = state;
    while (times--)
        derive(&networks->many, networks->wrt, false);
}

static void work_check(void *state, size_t times)
{
    const struct networks *networks = state;
    while (times--)
        derive(&networks->many, networks->wrt, true);
}

static void layer_by_layer(void *state, size_t times)
{
    const struct networks *networks = state;
    while (times--)
        for (int i = 0; i < networks->layers; i++)
            derive(&networks->one, "W1", false);
}

static void layer_by_layer_check(void *state, size_t times)
{
    const struct networks *networks = state;
    while (times--)
        for (int i = 0; i < networks->layers; i++)
            derive(&networks->one, "W1", true);
}

#define ROWS(n)                                                                                    \
    static void *begin_##n(void)                                                                   \
    {                                                                                              \
        return begin(n, NULL, "W1");                                                               \
    }                                                                                              \
    const struct bench_row bench_derive_##n = {.what = bench_derivation,                           \
                                               .ours = #n " layers: first weight",                 \
                                               .against = #n " networks of one layer",             \
                                               .begin = begin_##n,                                 \
                                               .work = work_derive,                                \
                                               .reference = layer_by_layer,                        \
                                               .end = end};                                        \
    const struct bench_row bench_check_##n = {.what = bench_derivation,                            \
                                              .ours = #n " layers: with the check",                \
                                              .against = #n " networks of one layer",              \
                                              .begin = begin_##n,                                  \
                                              .work = work_check,                                  \
                                              .reference = layer_by_layer_check,                   \
                                              .end = end}

ROWS(1);
ROWS(10);
ROWS(50);
ROWS(200);

static void *begin_attention(void)
{
    return begin(1, self_attention, "X");
}

const struct bench_row bench_check_attention = {
    .what = bench_derivation,
    .ours = "self-attention: with check",
    .against = "a network of one layer",
    .begin = begin_attention,
    .work = work_check,
    .reference = layer_by_layer_check,
    .end = end,
};

static void *begin_norm(void)
{
    return begin(1, layer_norm, "X");
}

const struct bench_row bench_check_norm = {
    .what = bench_derivation,
    .ours = "layer norm: with the check",
    .against = "a network of one layer",
    .begin = begin_norm,
    .work = work_check,
    .reference = layer_by_layer_check,
    .end = end,
};
