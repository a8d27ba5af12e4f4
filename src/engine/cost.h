/* How much work an evaluation is, before it is begun: its multiplications and additions, an
 * elementary function as some dozens of them. Roughly nanoseconds. */
#ifndef ENGINE_COST_H
#define ENGINE_COST_H

#include "engine/indexed.h"

/* What one operator costs that makes `out` of `args`. */
double cost_operator(const struct cg_expr *expr, const struct cg_matrix *out,
                     const struct cg_matrix *args);

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

/* One entry of a gradient by forward mode. */
double cost_forward(const struct cg_env *env, const struct cg_value *wrt);

#endif
