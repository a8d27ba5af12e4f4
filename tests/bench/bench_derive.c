/* Deriving and verifying the gradients of XOR's four parameters. */
#include "bench.h"
#include "network.h"

#include <chalkgrad/verify.h>

#include <stdlib.h>

static void *begin(void)
{
    struct network *net = calloc(1, sizeof *net);
    network_init(net, network_xor);
    network_derive(net);
    return net;
}

static void end(void *state)
{
    network_finish(state);
    free(state);
}

static void work_read(void *state, size_t times)
{
    (void)state;
    while (times--) {
        struct network net;
        network_init(&net, network_xor);
        network_finish(&net);
    }
}

static void work_derive(void *state, size_t times)
{
    (void)state;
    while (times--) {
        struct network net;
        network_init(&net, network_xor);
        network_derive(&net);
        network_finish(&net);
    }
}

static void work_verify(void *state, size_t times)
{
    struct network *net = state;
    struct cg_error error;
    struct cg_env env;
    struct cg_check *checks = calloc(net->book.n_steps, sizeof *checks);
    if (!cg_env_init(&env, &net->model, 1, &error))
        network_stop(&error);
    while (times--)
        for (int i = 0; i < 4; i++)
            cg_verify(&net->book, cg_book_find(&net->book, net->options.loss, net->params[i]), &env,
                      2, checks);
    cg_env_finish(&env);
    free(checks);
}

const struct bench_row bench_derive_xor = {
    .what = bench_derivation,
    .ours = "XOR: four gradients",
    .against = "its model parsed",
    .begin = begin,
    .work = work_derive,
    .reference = work_read,
    .end = end,
};

const struct bench_row bench_verify_xor = {
    .what = bench_derivation,
    .ours = "XOR: their lines checked",
    .against = "their derivation",
    .begin = begin,
    .work = work_verify,
    .reference = work_derive,
    .end = end,
};
