/* How the line on the stage was checked, where that is less than all of it at the numbers shown,
 * and what the numbers shown are, where they are not the whole model's. */
#ifndef VIEW_CHECK_NOTE_H
#define VIEW_CHECK_NOTE_H

#include "view/frame.h"

/* "checked at 35 of 1600 cells · relu′(0) is taken as 0", in the scene's arena; NULL: nothing is to
 * be said. */
const char *cg_check_note(const struct cg_frame *frame);

#endif
