/* What is behind a board, shared by what keys do to it and what is drawn of it. */
#ifndef VIEW_BOARD_PRIVATE_H
#define VIEW_BOARD_PRIVATE_H

#include "view/board.h"
#include "view/inked.h"
#include "view/live.h"
#include "view/walk.h"

struct cg_stage_cache; /* frame.h */

struct cg_board {
    struct cg_lesson *lesson;
    const struct cg_fonts *fonts;
    struct cg_letters letters;
    struct cg_tracks tracks;
    struct cg_arena arena;
    struct cg_tracks *traces; /* by parameter; n_beats 0: not made yet */
    struct cg_check *checks;  /* the lesson's, or its own where training derived more */
    struct cg_live live;
    struct cg_stage_cache *stage_cache;
    /* The height kept for words on a canvas of this size. */
    float canvas_width, canvas_height, words_height;
};

/* The timeline that a position is on, and its stops at the position's depth. */
const struct cg_tracks *board_tracks(struct cg_board *board, const struct cg_position *position);
const struct cg_track *board_track(struct cg_board *board, const struct cg_position *position);
/* The stop at the position, or the sub-step of it. */
const struct cg_beat *board_beat(struct cg_board *board, const struct cg_position *position);
/* Is this the training view? */
bool board_at_training(struct cg_board *board, const struct cg_position *position);

#endif
