/* A model from text with its environment, for the tests of the engine. */
#ifndef TESTS_ENGINE_FIXTURE_H
#define TESTS_ENGINE_FIXTURE_H

#include "../test.h"

#include <chalkgrad/eval.h>

#include <math.h>
#include <string.h>

struct fixture {
    struct cg_arena arena;
    struct cg_model model;
    struct cg_env env;
};

static inline void fixture_init(struct fixture *f, const char *text, uint64_t seed)
{
    struct cg_error error;
    cg_arena_init(&f->arena);
    cg_model_init(&f->model, &f->arena, "test");
    if (!cg_model_add(&f->model, text, strlen(text), 1, &error) ||
        !cg_env_init(&f->env, &f->model, seed, &error))
        fail_msg("%d:%d: %s\n%s", error.place.line, error.place.column, error.text, text);
}

static inline void fixture_finish(struct fixture *f)
{
    cg_env_finish(&f->env);
    cg_arena_finish(&f->arena);
}

static inline const struct cg_value *value(const struct fixture *f, const char *name)
{
    const struct cg_value *found = cg_model_find(&f->model, name);
    if (!found)
        fail_msg("no value %s", name);
    return found;
}

static inline const struct cg_expr *parse(struct fixture *f, const char *text)
{
    struct cg_error error;
    const struct cg_expr *expr =
        cg_parse_expr(&f->model, NULL, 0, text, strlen(text), (struct cg_place){1, 1}, &error);
    if (!expr)
        fail_msg("%s: %s", text, error.text);
    return expr;
}

static inline struct cg_index index_of(char letter, int dim)
{
    return (struct cg_index){letter, dim};
}

#endif
