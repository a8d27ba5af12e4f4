/* Any bytes as a model, its last value derived by each of its inputs: no crash, no hang, and traces
 * that hang together. Bytes after a form feed are a line such as "dJ/dW as δ". */
#include "fuzz.h"

#include <chalkgrad/derive.h>

#include <stdlib.h>
#include <string.h>

static void must(bool condition)
{
    if (!condition)
        abort();
}

static void check_step(const struct cg_step *step)
{
    must(step->lhs && step->before && step->rhs && step->rule < CG_RULE_COUNT);
    must(step->before == (step->previous ? step->previous->rhs : step->lhs));
    for (size_t i = 0; i < step->n_children; i++) {
        must(step->children[i]->parent == step);
        check_step(step->children[i]);
    }
    if (step->children_kind == CG_CHILDREN_ATOMS) {
        must(step->children[0]->before == step->before);
        must(step->children[step->n_children - 1]->rhs == step->rhs);
    }
}

static void check(const struct cg_model *model, const struct cg_derivation *derivation)
{
    must(derivation->n_steps > 0);
    for (size_t i = 0; i < derivation->n_steps; i++)
        check_step(derivation->steps[i]);
    must(derivation->index_form && (derivation->matrix_form || derivation->no_matrix_form));
    if (derivation->matrix_form)
        must(cg_same_shape(model, derivation->matrix_form->shape, derivation->wrt->shape));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cg_arena arena;
    struct cg_model model;
    struct cg_book book;
    struct cg_error error;
    const char *text = (const char *)data;
    const char *line = size ? memchr(text, '\f', size) : NULL;
    size_t length = line ? (size_t)(line - text) : size;
    cg_arena_init(&arena);
    cg_model_init(&model, &arena, "fuzz");
    bool ok = length <= 4096 && cg_model_add(&model, text, length, 1, &error);
    cg_book_init(&book, &model, &arena);
    const struct cg_value *of = ok && model.n_values ? model.values[model.n_values - 1] : NULL;
    for (size_t i = 0; of && i + 1 < model.n_values && i < 8; i++) {
        const struct cg_derivation *derivation =
            cg_derive(&book, of, model.values[i], NULL, NULL, of->place, &error);
        if (derivation)
            check(&model, derivation);
    }
    if (ok && line) {
        const struct cg_derivation *derivation =
            cg_derive_line(&book, line + 1, size - length - 1, (struct cg_place){1, 1}, &error);
        if (derivation)
            check(&model, derivation);
    }
    cg_arena_finish(&arena);
    return 0;
}
