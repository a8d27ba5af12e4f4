/* Walking: how a position moves along a track of beats and through the sub-steps of a line.
 *
 * Invariants. PREVIOUS exactly undoes NEXT. At rest `from_*` is the position itself, and entries of
 * `fold` beyond `fold_depth` are 0, so that equal places are equal bytes. Within sub-steps nothing
 * is remembered in `left_*`; outside, `left_beat` is before `beat`.
 */
#ifndef VIEW_WALK_H
#define VIEW_WALK_H

#include "view/board.h"

/* The stops that the timeline shows: a lesson's, or those of one derivation. */
struct cg_track {
    const struct cg_beat *beats;
    size_t n_beats; /* at least one */
    const struct cg_chapter *chapters;
    size_t n_chapters;
};

/* The line at a fold path below a beat's own step; NULL where the beat has none. */
const struct cg_step *cg_walk_step(const struct cg_track *track, size_t beat, const size_t *fold,
                                   size_t depth);

/* How many sub-steps the line at the position opens into; 0: none. */
size_t cg_walk_children(const struct cg_track *track, const struct cg_position *position);
/* The sub-steps among which the position is; 0 where it is not in sub-steps. */
size_t cg_walk_siblings(const struct cg_track *track, const struct cg_position *position);

/* Each returns false, and changes nothing, where it leads nowhere. */
bool cg_walk_next(const struct cg_track *track, struct cg_position *position);
bool cg_walk_previous(const struct cg_track *track, struct cg_position *position);
bool cg_walk_open(const struct cg_track *track, struct cg_position *position);
bool cg_walk_fold(const struct cg_track *track, struct cg_position *position);
bool cg_walk_jump(const struct cg_track *track, struct cg_position *position, size_t beat);

/* Ends the animation: from_* becomes the position, phase 1. */
void cg_walk_rest(struct cg_position *position);

#endif
