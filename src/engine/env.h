/* What an environment keeps beside its numbers: the graph that computes the definitions. */
#ifndef ENGINE_ENV_H
#define ENGINE_ENV_H

#include "engine/graph.h"

struct cg_graph_of_env {
    struct graph graph;
    size_t *roots; /* by value id: the step of a definition */
    size_t *ends;  /* by value id: how many steps there were when it was in the graph */
    double *costs; /* by value id: what those steps cost together (cost.h) */
};

/* The size of any dim of the model in this environment. */
size_t env_size(const struct cg_env *env, int dim);

/* In three steps, for environments of other sizes: an empty one; its inputs, of which those in
 * `shared` (by id; NULL: none) borrow the numbers of another environment; its definitions, in a
 * graph and not yet computed. sizes: by dim id, NULL for the model's own. `cut` (or NULL) is a
 * definition that is taken as an input. */
void env_begin(struct cg_env *env, const struct cg_model *model, const size_t *sizes);
void env_inputs(struct cg_env *env, const struct cg_matrix *const *shared);
void env_graph(struct cg_env *env, const struct cg_value *cut);

/* The model's numbers in one input, which has its memory. */
bool env_fill_input(struct cg_env *env, const struct cg_value *value, uint64_t seed,
                    struct cg_error *error);

/* Behind the first step: where the model is too large to be computed while one waits, its axes of
 * rows only, such as that of samples, are made shorter. False where none was. */
bool env_cut_rows(struct cg_env *env);

/* The second step, with the model's numbers in the inputs. On failure the environment is finished.
 */
bool env_numbers(struct cg_env *env, uint64_t seed, struct cg_error *error);

/* All three, with the model's numbers in the inputs (of sizes that were made smaller, the upper
 * left part), and computes the definitions. On failure the environment is finished. */
bool env_fill(struct cg_env *env, uint64_t seed, struct cg_error *error);

/* Distinct random sizes, as cg_env_init_random; each number is one of the same input's numbers in
 * `own`, a little off. */
void env_init_near(struct cg_env *env, const struct cg_env *own, struct cg_prng *prng);

/* A copy in which `cut` is independent of what it is defined by. */
void env_copy_cut(struct cg_env *env, const struct cg_env *from, const struct cg_value *cut);

#endif
