/* A derivation by itself as a track of beats: what D shows of a frozen update. */
#ifndef VIEW_TRACE_H
#define VIEW_TRACE_H

#include "view/walk.h"

/* Every line that leads to the gradient: first the gradients nearer to the loss that it is made
 * from and that the book holds from before, in their order, then its own lines with those of its
 * sub-derivations. A chapter each. Lines that the lesson narrates have its words. In `arena`. */
struct cg_track cg_trace(struct cg_arena *arena, const struct cg_lesson *lesson,
                         const struct cg_derivation *derivation);

#endif
