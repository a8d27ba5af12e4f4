/* How much work an evaluation is, before it is begun: its multiplications and additions, an
 * elementary function as some dozens of them. Roughly nanoseconds. */
#ifndef ENGINE_COST_H
#define ENGINE_COST_H

#include "engine/indexed.h"

/* What one operator costs that makes `out` of `args`. */
double cost_operator(const struct cg_expr *expr, const struct cg_matrix *out,
                     const struct cg_matrix *args);

/* The same of a step of a graph; nothing for a leaf. */
double cost_step(const struct graph_step *step);

/* Filling an environment of these sizes (env_begin is enough): the work, and the numbers in it. */
double cost_environment(const struct cg_env *env, double *numbers);

/* What a side of a line costs: once, for the matrices in it that the evaluator doesn't have yet;
 * and each time that it is evaluated, for the indices that are free and not among `fixed`. A
 * gradient by forward mode is counted for each entry that is looked at. */
struct cost {
    double once, each;
};
struct cost cost_side(struct evaluator *evaluator, const struct cg_expr *expr,
                      const struct cg_index *fixed, size_t n_fixed);

/* All gradients of one number, swept and confirmed (adjoint.h). */
double cost_sweep(const struct cg_env *env);

/* One entry of a gradient by a forward pass. */
double cost_forward(const struct cg_env *env, const struct cg_value *wrt);

#endif
