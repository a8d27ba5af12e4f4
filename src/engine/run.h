/* Execution of plans: by kernels in f32 or f64 (plan_run_create), or by compiled C (native.h). Both
 * are one function over the plan's memory, so a trainer does not know which it drives.
 */
#ifndef ENGINE_RUN_H
#define ENGINE_RUN_H

#include "engine/plan.h"

/* `count` updates. `state` and `work` are the plan's memory, in its reals.
 *   data     for each of plan->rows the whole data set, row by row, in the plan's reals; update u
 *            takes the rows order[u * batch] .. order[u * batch + batch - 1]. NULL: the rows stand
 *            in `work` already (full batch) and stay.
 *   scalars  [u][s]: enum plan_scalar, for update u
 *   losses   [u]: J of the batch, before update u. May be NULL.
 */
struct plan_updates {
    void *state, *work;
    const void *const *data;
    const size_t *order;
    const double (*scalars)[PLAN_SCALAR_COUNT];
    double *losses;
    size_t count;
};

struct plan_runner {
    void (*run)(struct plan_runner *runner, const struct plan_updates *updates);
    void (*destroy)(struct plan_runner *runner);
};

/* By kernels, the best for this processor, on `threads` threads (1: the caller's alone): the same
 * bits whatever their number. Allocates all it needs here, and nothing in run. Borrows the plan. */
struct plan_runner *plan_run_create(const struct plan *plan, enum cg_precision precision,
                                    size_t threads);

#endif
