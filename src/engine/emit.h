/* Plans as C. */
#ifndef ENGINE_EMIT_H
#define ENGINE_EMIT_H

#include "engine/plan.h"

/* A source file with one function, `updates`, whose parameters are the members of struct
 * plan_updates in their order and scratch memory, for vectors of `bytes` (a power of two from 16 to
 * 64) and for rows that come in batches from `data`, or stand in `work`. It needs GCC or Clang.
 * What it leaves in `work` is nobody's. Returns how many reals `scratch` must have. */
size_t emit_updates(struct cg_strbuf *out, const struct plan *plan, enum cg_precision precision,
                    size_t bytes, bool batches);

/* The name in vector_math.h of what a code computes. */
const char *emit_function(enum plan_code code);

/* A comment of one line with any text in it. */
void emit_comment(struct cg_strbuf *out, int indent, const char *text);

#endif
