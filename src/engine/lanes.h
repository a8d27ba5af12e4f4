/* Many networks of one plan, trained side by side: the same sizes and data, other parameters (and,
 * with mini-batches, other orders of the rows). Where the plan has a number, lanes have a vector of
 * numbers, one for each network of a block; a block's memory stays in the first-level cache while
 * it trains. For small networks this is many times the speed of one network after another.
 *
 * A network's numbers are those that plan_run_create gives, to the last few ulps: the order of
 * additions may differ. They do not depend on the other networks, on how many there are, or on the
 * number of threads.
 */
#ifndef ENGINE_LANES_H
#define ENGINE_LANES_H

#include "engine/plan.h"

struct plan_lanes;

/* `count` updates of every network. The reals of `work` and `data` are those of the precision. */
struct plan_lane_updates {
    const void *work;        /* the plan's work memory, from which inputs are taken, and the rows
                                where `data` is NULL; nothing else is read, nothing is written */
    const void *const *data; /* as in struct plan_updates; or NULL: full batch, rows in `work` */
    const size_t *const *orders; /* orders[network][u * batch + i]: row of the data; with `data` */
    const double (*scalars)[PLAN_SCALAR_COUNT]; /* [u]: for all networks */
    double *losses; /* losses[network * count + u]: J of its batch before update u; or NULL */
    size_t count;
};

/* `networks` with states of zeros, on `threads` threads (1: the caller's alone). Allocates all it
 * needs here, nothing later. Borrows the plan. Plans of trainings and of losses alike. */
struct plan_lanes *plan_lanes_create(const struct plan *plan, enum cg_precision precision,
                                     size_t networks, size_t threads);
void plan_lanes_destroy(struct plan_lanes *lanes); /* NULL is none */

/* One network's state: plan->state_size reals of the precision, as in struct plan_updates. */
void plan_lanes_load(struct plan_lanes *lanes, size_t network, const void *state);
void plan_lanes_save(const struct plan_lanes *lanes, size_t network, void *state);

void plan_lanes_run(struct plan_lanes *lanes, const struct plan_lane_updates *updates);

#endif
