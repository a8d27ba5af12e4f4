/* A plan of any size as C: loops over its memory with constant bounds, in vectors. Products are cut
 * into tiles whose sums stay in registers; matrices that lie across are copied first. */
#ifndef ENGINE_LOOPS_H
#define ENGINE_LOOPS_H

#include "engine/plan.h"

/* As vectors_emit, for vectors of `lanes` reals, over the text of vector_loops.h too. Returns how
 * many reals `scratch`, a parameter of the function, must have. */
size_t loops_emit(struct cg_strbuf *out, const struct plan *plan, size_t lanes, bool batches);

#endif
