/* What frames every picture of a lesson: the bar on top and the timeline at the bottom. */
#ifndef VIEW_CHROME_H
#define VIEW_CHROME_H

#include "view/frame.h"
#include "view/walk.h"

float cg_top_bar_height(float em);
float cg_timeline_height(float em);

/* Back, title, rung switch (or, in training, its controls), step n of m. */
void cg_top_bar_draw(const struct cg_frame *frame, const struct cg_track *track,
                     struct cg_box area);

/* A dot a beat, filled up to the current one; chapter names above their first dots. Works for one
 * beat and for thousands. Labels never overlap: the current chapter's comes first, others are cut
 * or left out. */
void cg_timeline_draw(const struct cg_frame *frame, const struct cg_track *track,
                      struct cg_box area);

/* The beat under a point of the timeline's width: dragging along it. */
size_t cg_timeline_beat(const struct cg_track *track, struct cg_box area, float em, float x);

/* The chapter that a beat is in: the last that begins at or before it. */
size_t cg_track_chapter(const struct cg_track *track, size_t beat);

#endif
