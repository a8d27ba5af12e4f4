/* The plainest execution of plans: what they mean, for tests of everything faster. Computes in
 * doubles and rounds what it stores. */
#ifndef ENGINE_REFERENCE_H
#define ENGINE_REFERENCE_H

#include "engine/run.h"

/* Borrows the plan. */
struct plan_runner *plan_reference_create(const struct plan *plan, enum cg_precision precision);

#endif
