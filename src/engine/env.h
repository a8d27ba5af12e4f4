/* What an environment keeps beside its numbers: the plan that computes the definitions. */
#ifndef ENGINE_ENV_H
#define ENGINE_ENV_H

#include "engine/plan.h"

struct cg_plan_of_env {
    struct plan plan;
    size_t *roots; /* by value id: the step of a definition */
    size_t *ends;  /* by value id: how many steps there were when it had been planned */
};

/* The size of any dim of the model in this environment. */
size_t env_size(const struct cg_env *env, int dim);

/* In three steps, for environments of other sizes: an empty one; its inputs, of which those in
 * `shared` (by id; NULL: none) borrow the numbers of another environment; its definitions, planned
 * and not yet computed. sizes: by dim id, NULL for the model's own. `cut` (or NULL) is a definition
 * that is taken as an input. */
void env_begin(struct cg_env *env, const struct cg_model *model, const size_t *sizes);
void env_inputs(struct cg_env *env, const struct cg_matrix *const *shared);
void env_plan(struct cg_env *env, const struct cg_value *cut);

/* A copy in which `cut` is independent of what it is defined by. */
void env_copy_cut(struct cg_env *env, const struct cg_env *from, const struct cg_value *cut);

#endif
