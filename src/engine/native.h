/* Plans compiled by the system's C compiler for their own sizes and this processor, and loaded. */
#ifndef ENGINE_NATIVE_H
#define ENGINE_NATIVE_H

#include "engine/run.h"

/* The compiler is what CC in the environment names (with its arguments, separated by blanks), else
 * cc; it gets NATIVE_SECONDS, or as many as CHALKGRAD_COMPILER_SECONDS says. `batches`: the runner
 * will be given rows by `data` and `order`; else they stand in `work`. Allocates nothing in run.
 * NULL with an error: no compiler, or it failed or hung; nothing is left behind then, nor
 * otherwise. */
enum { NATIVE_SECONDS = 60 };

struct plan_runner *native_create(const struct plan *plan, enum cg_precision precision,
                                  bool batches, struct cg_error *error);

#endif
