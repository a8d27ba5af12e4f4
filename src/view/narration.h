/* What is said below the stage: paragraphs, a question with its choices, and the keys that help
 * here.
 */
#ifndef VIEW_NARRATION_H
#define VIEW_NARRATION_H

#include "view/frame.h"
#include "view/walk.h"

/* The height that the words of frame->beat take at a width; text is set smaller where it would take
 * more than `most`. */
float cg_narration_height(const struct cg_frame *frame, const struct cg_track *track, float width,
                          float most);

/* Draws into the box, from its top; the keys stand at its bottom. */
void cg_narration_draw(const struct cg_frame *frame, const struct cg_track *track,
                       struct cg_box box);

#endif
