/* One step of an optimiser on one parameter, in place. */
#ifndef ENGINE_OPTIMIZER_H
#define ENGINE_OPTIMIZER_H

#include <chalkgrad/train.h>

/* How many numbers of memory an entry needs: momentum 1 (velocity), Adam 2 (first and second
 * moment). They start as zeros. */
size_t optimizer_memory(enum cg_optimizer optimizer);

/* Moves `count` entries against the gradient; `memory` holds optimizer_memory numbers for each
 * (all first moments, then all second), `update` counts from 1.
 *   sgd       w -= rate g
 *   momentum  v = 0.9 v + g;  w -= rate v
 *   adam      m = 0.9 m + 0.1 g;  s = 0.999 s + 0.001 g^2;
 *             w -= rate (m / (1 - 0.9^t)) / (sqrt(s / (1 - 0.999^t)) + 1e-8)     Kingma & Ba 2015
 */
void optimizer_step(enum cg_optimizer optimizer, double rate, size_t update, size_t count,
                    double *w, const double *g, double *memory);

#endif
