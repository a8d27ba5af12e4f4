/* The overlay that lists every key. */
#ifndef VIEW_HELP_H
#define VIEW_HELP_H

#include "view/frame.h"

/* Over the whole canvas; a click anywhere closes it. */
void cg_help_draw(const struct cg_frame *frame);

#endif
