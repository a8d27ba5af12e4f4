/* Any bytes as a model, its last value derived by its first inputs and every line checked within
 * little work: no crash, no hang, and no line that numbers refute. */
#include "fuzz.h"

#include <chalkgrad/derive.h>
#include <chalkgrad/domain.h>
#include <chalkgrad/verify.h>

#include <stdlib.h>

enum { MOST_INPUTS = 3, TRIALS = 2 };

static void check(const struct cg_book *book, const struct cg_env *env,
                  const struct cg_derivation *derivation)
{
    struct cg_work work = {1e6, 1e7};
    struct cg_check *checks = calloc(book->n_steps, sizeof *checks);
    if (!checks)
        abort();
    cg_verify_within(book, derivation, env, TRIALS, &work, checks);
    for (size_t i = 0; i < book->n_steps; i++)
        if (checks[i].checked && !checks[i].no_numbers && !checks[i].holds)
            abort();
    free(checks);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cg_arena arena;
    struct cg_model model;
    struct cg_env env;
    struct cg_book book;
    struct cg_error error;
    cg_arena_init(&arena);
    cg_model_init(&model, &arena, "fuzz");
    if (size <= 1024 && cg_model_add(&model, (const char *)data, size, 1, &error) &&
        model.n_values > 0 && cg_env_init_live(&env, &model, 1, &error)) {
        const struct cg_value *of = model.values[model.n_values - 1];
        cg_book_init(&book, &model, &arena);
        size_t derived = cg_check_domain(&env, &error) ? 0 : MOST_INPUTS;
        for (size_t i = 0; i + 1 < model.n_values && derived < MOST_INPUTS; i++) {
            if (model.values[i]->kind != CG_VALUE_INPUT)
                continue;
            const struct cg_derivation *derivation =
                cg_derive(&book, of, model.values[i], NULL, NULL, of->place, &error);
            if (derivation)
                check(&book, &env, derivation);
            derived++;
        }
        cg_env_finish(&env);
    }
    cg_arena_finish(&arena);
    return 0;
}
