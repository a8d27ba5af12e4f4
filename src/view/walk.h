/* Walking: how a position moves along a track of beats and through the sub-steps of a line.
 *
 * Invariants. PREVIOUS exactly undoes NEXT. At rest `from_*` is the position itself, and entries of
 * `fold` beyond `fold_depth` are 0, so that equal places are equal bytes.
 */
#ifndef VIEW_WALK_H
#define VIEW_WALK_H

#include "view/board.h"

/* The stops that the timeline shows: a lesson's, or those of one derivation, at one depth. */
struct cg_track {
    const struct cg_beat *beats;
    size_t n_beats; /* at least one */
    const struct cg_chapter *chapters;
    size_t n_chapters;
    /* Beat i opens into the beats first[i] .. first[i + 1] - 1 of the deeper track, the last of
     * which has the same line. NULL: this is the deepest. */
    const struct cg_track *deeper;
    const size_t *first;
};

/* One timeline at all depths. Must stay where it was initialised. */
struct cg_tracks {
    struct cg_track at[CG_DEPTH_COUNT];
};

/* All depths from the one that has every line (tracks.c). */
void cg_tracks_init(struct cg_tracks *tracks, struct cg_arena *arena, struct cg_track rules);

/* The stop at a spot of the track. */
const struct cg_beat *cg_walk_beat(const struct cg_track *track, struct cg_spot spot);
struct cg_spot cg_walk_spot(const struct cg_position *position);

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
/* To another of the sub-steps among which the position is. */
bool cg_walk_sibling(const struct cg_track *track, struct cg_position *position, size_t sibling);

/* The stops are those of another depth; the spot stays: the line that has it as a sub-step, or
 * the last that it opens into. OPEN leads back to what was folded. */
bool cg_walk_depth(const struct cg_tracks *tracks, struct cg_position *position,
                   enum cg_depth depth);

/* Ends the animation: from_* becomes the position, phase 1. */
void cg_walk_rest(struct cg_position *position);

#endif
