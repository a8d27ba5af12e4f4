/* The keys that do something here and now, as a row of key caps: also buttons. */
#ifndef VIEW_HINTS_H
#define VIEW_HINTS_H

#include "view/frame.h"
#include "view/walk.h"

float cg_hints_height(const struct cg_frame *frame);
/* The width of all that apply. */
float cg_hints_width(const struct cg_frame *frame, const struct cg_track *track);
/* Left end at x, centred at y; what does not fit into `width` is left out, the help's key last. */
void cg_hints_draw(const struct cg_frame *frame, const struct cg_track *track, float x, float y,
                   float width);

#endif
