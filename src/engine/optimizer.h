/* One step of an optimiser on one parameter, in place. */
#ifndef ENGINE_OPTIMIZER_H
#define ENGINE_OPTIMIZER_H

#include <chalkgrad/train.h>

/* How many numbers of memory an entry needs: momentum 1 (velocity), Adam 2 (first and second
 * moment). They start as zeros. */
size_t optimizer_memory(enum cg_optimizer optimizer);

/* The options' constants, the usual ones where they are 0. */
struct cg_optimizer_constants optimizer_constants(const struct cg_train_options *options);

/* Moves `count` entries against the gradient; `memory` holds optimizer_memory numbers for each
 * (all first moments, then all second), `update` counts from 1.
 *   sgd       w -= rate g
 *   momentum  v = beta v + g;  w -= rate v
 *   adam      m = beta1 m + (1 - beta1) g;  s = beta2 s + (1 - beta2) g^2;
 *             w -= rate (m / (1 - beta1^t)) / (sqrt(s / (1 - beta2^t)) + epsilon)
 *             Kingma & Ba 2015
 */
void optimizer_step(const struct cg_train_options *options, double rate, size_t update,
                    size_t count, double *w, const double *g, double *memory);

#endif
