/* Deriving and verifying the gradients of XOR's four parameters. */
#include "bench.h"

#include <chalkgrad/verify.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void stop(const struct cg_error *error)
{
    cg_error_print(stderr, error);
    exit(1);
}

struct derived {
    struct cg_arena arena;
    struct cg_model model;
    struct cg_book book;
    const struct cg_derivation *gradients[4];
};

static void read_model(struct derived *d)
{
    struct cg_error error;
    cg_arena_init(&d->arena);
    cg_model_init(&d->model, &d->arena, "xor");
    if (!cg_model_add(&d->model, bench_xor_model, strlen(bench_xor_model), 1, &error))
        stop(&error);
}

static void derive(struct derived *d)
{
    static const char *const params[] = {"W1", "B1", "W2", "B2"};
    struct cg_error error;
    read_model(d);
    cg_book_init(&d->book, &d->model, &d->arena);
    for (int i = 0; i < 4; i++) {
        d->gradients[i] =
            cg_derive(&d->book, cg_model_find(&d->model, "J"), cg_model_find(&d->model, params[i]),
                      NULL, NULL, (struct cg_place){0}, &error);
        if (!d->gradients[i])
            stop(&error);
    }
}

static void *begin(void)
{
    struct derived *d = calloc(1, sizeof *d);
    derive(d);
    return d;
}

static void end(void *state)
{
    struct derived *d = state;
    cg_arena_finish(&d->arena);
    free(d);
}

static void work_read(void *state, size_t times)
{
    (void)state;
    for (size_t i = 0; i < times; i++) {
        struct derived d = {0};
        read_model(&d);
        cg_arena_finish(&d.arena);
    }
}

static void work_derive(void *state, size_t times)
{
    (void)state;
    for (size_t i = 0; i < times; i++) {
        struct derived d = {0};
        derive(&d);
        cg_arena_finish(&d.arena);
    }
}

static void work_verify(void *state, size_t times)
{
    struct derived *d = state;
    struct cg_error error;
    struct cg_env env;
    struct cg_check *checks = calloc(d->book.n_steps, sizeof *checks);
    if (!cg_env_init(&env, &d->model, 1, &error))
        stop(&error);
    for (size_t i = 0; i < times; i++)
        for (int p = 0; p < 4; p++)
            cg_verify(&d->book, d->gradients[p], &env, 2, checks);
    cg_env_finish(&env);
    free(checks);
}

const struct bench_row bench_derive_xor = {
    .name = "XOR, four gradients derived",
    .against = "its model parsed",
    .begin = begin,
    .work = work_derive,
    .reference = work_read,
    .end = end,
};

const struct bench_row bench_verify_xor = {
    .name = "XOR, their lines verified, 3 environments",
    .against = "their derivation",
    .begin = begin,
    .work = work_verify,
    .reference = work_derive,
    .end = end,
};
