#include <chalkgrad/eval.h>

#include "engine/env.h"
#include "engine/indexed.h"

#include <math.h>
#include <string.h>

enum { MOST_INDICES = TENSOR_AXES };

struct cg_matrix cg_eval(const struct cg_env *env, struct cg_arena *arena,
                         const struct cg_expr *expr)
{
    struct graph graph;
    graph_init(&graph, env, arena, NULL);
    size_t slot = graph_add(&graph, expr);
    graph_run(&graph, 0, graph.n_steps);
    const struct cg_matrix *m = &graph.steps[slot].out;
    /* A value's numbers stay the environment's own. */
    return (struct cg_matrix){m->rows, m->cols,
                              cg_copy(arena, m->data, matrix_count(m) * sizeof(double))};
}

double cg_eval_at(const struct cg_env *env, const struct cg_expr *expr,
                  const struct cg_bindings *bindings)
{
    struct cg_index fixed[MOST_INDICES];
    size_t at[MOST_INDICES], n = cg_free_indices(expr, fixed, MOST_INDICES);
    if (n > MOST_INDICES)
        return NAN;
    for (size_t i = 0; i < n; i++)
        at[i] = bindings->at[(unsigned char)fixed[i].letter];
    struct cg_arena arena;
    struct evaluator evaluator;
    cg_arena_init(&arena);
    evaluator_init(&evaluator, env, &arena);
    evaluator.forward.only_passes = true; /* one entry takes but one */
    double value = evaluate_indexed(&evaluator, &arena, expr, fixed, at, n, false)->value[0];
    evaluator_finish(&evaluator);
    cg_arena_finish(&arena);
    return value;
}

double *cg_eval_tensor(const struct cg_env *env, struct cg_arena *arena, const struct cg_expr *expr,
                       const struct cg_index *indices, size_t n_indices, size_t *count)
{
    char letters[MOST_INDICES];
    size_t sizes[MOST_INDICES], n = 0;
    *count = 1;
    for (size_t i = 0; i < n_indices && n < MOST_INDICES; i++) {
        if (!indices[i].letter)
            continue;
        letters[n] = indices[i].letter;
        sizes[n] = env_size(env, indices[i].dim);
        *count *= sizes[n++];
    }
    struct evaluator evaluator;
    evaluator_init(&evaluator, env, arena);
    const struct tensor *t = evaluate_indexed(&evaluator, arena, expr, NULL, NULL, 0, false);
    evaluator_finish(&evaluator);
    return tensor_over(arena, t, t->value, n, letters, sizes);
}
