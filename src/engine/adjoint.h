/* How one number moves with every value of a model: all its gradients at once, in one sweep from
 * the last operation to the first.
 *
 * Forward mode takes a pass for each entry; a network of many layers would take as many passes as
 * it has entries. The sweep shares what they have in common. It is no witness by itself: a forward
 * pass in which every value moves at the same time, each in a direction of its own, has to find the
 * same number (adjoints_confirmed).
 */
#ifndef ENGINE_ADJOINT_H
#define ENGINE_ADJOINT_H

#include "engine/graph.h"

/* d of / d value by id, shaped like it, total: a value counts as independent of its own definition.
 * NULL: zero. In `arena`. `of` is 1 x 1. `spread`: squared spreads (graph.h), each derivative on
 * the way squared. slopes: of the environment's graph, or NULL. */
double **adjoints(const struct cg_env *env, struct cg_arena *arena, const struct cg_value *of,
                  bool spread, struct graph_slopes *slopes);

/* Does forward mode agree, `of` moving with all values at once in random directions? Each is as
 * long as one over its gradient, so that all of them count alike. What is not finite does not move.
 * spreads: of the same `of`. `spread`: it is these that are confirmed. */
bool adjoints_confirmed(const struct cg_env *env, const struct cg_value *of,
                        double *const *gradients, double *const *spreads, bool spread,
                        struct graph_slopes *slopes);

#endif
