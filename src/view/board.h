/* The board: the pure step function (lesson, values, position, time) -> scene, and what keys do to
 * a position. No windows, no SDL, no clock of its own.
 */
#ifndef VIEW_BOARD_H
#define VIEW_BOARD_H

#include "view/scene.h"
#include "view/theme.h"

#include <chalkgrad/lesson.h>

enum cg_rung { CG_RUNG_NUMBERS, CG_RUNG_INDEX, CG_RUNG_MATRIX };

enum cg_action {
    CG_ACTION_NONE,
    CG_ACTION_NEXT,
    CG_ACTION_PREVIOUS,
    CG_ACTION_FIRST,
    CG_ACTION_LAST,
    CG_ACTION_PLAY, /* play and pause; in training: run and freeze */
    CG_ACTION_OPEN, /* a line's sub-steps, where one stood among them before */
    CG_ACTION_FOLD, /* into the line that they make up; at last the whole derivation into its
                       summary */
    CG_ACTION_RUNG, /* cell -> index -> matrix */
    CG_ACTION_RUNG_BACK,
    CG_ACTION_DEPTH, /* summary -> rules -> atoms */
    CG_ACTION_DEPTH_BACK,
    CG_ACTION_IVERSON, /* the Kronecker delta as [i = k] */
    CG_ACTION_GRADIENT_CHECK,
    CG_ACTION_DERIVE, /* in training: the derivation of the frozen update */
    CG_ACTION_UPDATE, /* in training: one update */
    CG_ACTION_UPDATE_BACK,
    CG_ACTION_EPOCH,    /* in training: one epoch */
    CG_ACTION_RESTART,  /* in training: same start again */
    CG_ACTION_CHOOSE_1, /* the answers of the question, in order */
    CG_ACTION_CHOOSE_2,
    CG_ACTION_CHOOSE_3,
    CG_ACTION_CHOOSE_4,
    CG_ACTION_CHOOSE_5,
    CG_ACTION_CHOOSE_6,
    CG_ACTION_THEME,
    CG_ACTION_FULLSCREEN, /* the app's: the board returns false */
    CG_ACTION_HELP,
    CG_ACTION_BACK, /* close help, leave sub-steps, leave the frozen derivation, leave the lesson */
    CG_ACTION_LEAVE /* the app's: back to the lessons at once */
};

enum { CG_MAX_FOLD = CG_DEPTH_COUNT - 1 };

/* A stop of the timeline, or one of the lines that it opens into. */
struct cg_spot {
    size_t beat, fold_depth;  /* 0: the beat's own line */
    size_t fold[CG_MAX_FOLD]; /* which child at each depth */
};

/* Where the learner is. Plain data: two equal positions give equal scenes. */
struct cg_position {
    enum cg_depth depth; /* which lines are the stops */
    size_t beat;
    size_t fold_depth;        /* 0: the beat's own line */
    size_t fold[CG_MAX_FOLD]; /* which child at each depth */
    enum cg_rung rung;
    bool iverson, gradient_check, help;
    size_t pin_row, pin_col; /* the pinned cell of the result */
    int choice;              /* the chosen answer of the beat's question, -1 = none yet */
    enum cg_theme_id theme;
    /* pointing */
    bool has_pointer;
    float pointer_x, pointer_y;
    /* the animation: the position came from this beat/fold, `phase` goes 0 -> 1; 1 = at rest, and
     * then from_* is the position itself */
    size_t from_beat, from_fold_depth, from_fold[CG_MAX_FOLD];
    float phase;
    bool playing;
    float wait; /* playing: seconds since the step came to rest */
    /* NEXT walked out of these sub-steps to this depth: PREVIOUS leads back. fold_depth 0 = none */
    struct cg_spot left[CG_MAX_FOLD];
    struct cg_spot folded; /* where FOLD left the sub-steps: OPEN leads back. The same */
    /* training */
    bool running;     /* else frozen */
    size_t update;    /* the update that is shown: so many have been done */
    size_t trained;   /* the furthest update so far: the loss curve goes to here */
    size_t pin_param; /* which parameter has the pinned cell */
    /* the derivation of a frozen update: `beat` then counts through that of parameter pin_param,
     * and BACK returns to training_beat, which counts every line */
    bool deriving;
    size_t training_beat;
};

struct cg_board; /* one lesson opened for showing: caches; no static state */

/* Borrows the lesson and fonts; own caches. */
struct cg_board *cg_board_create(struct cg_lesson *lesson, const struct cg_fonts *fonts,
                                 struct cg_error *error);
void cg_board_destroy(struct cg_board *board);

struct cg_position cg_position_start(const struct cg_board *board);

/* What an action does. Returns false where it does nothing here (for BACK: the app leaves). */
bool cg_board_act(struct cg_board *board, struct cg_position *position, enum cg_action action);
/* A click (or touch) at a point of the last scene: pin a cell, jump on the timeline, choose, ...
 * False where nothing is there, and for the app's own buttons (CG_ACTION_LEAVE, _FULLSCREEN). */
bool cg_board_click(struct cg_board *board, struct cg_position *position,
                    const struct cg_scene *scene, float x, float y);
/* The pointer moved to a point with the button down: the loss curve and the timeline follow it. */
bool cg_board_drag(struct cg_board *board, struct cg_position *position,
                   const struct cg_scene *scene, float x, float y);
/* Lets `seconds` pass: animation, play, training. Returns true where something moved, also for the
 * last time: the picture is to be drawn once more; at false the loop may sleep. */
bool cg_board_advance(struct cg_board *board, struct cg_position *position, double seconds);

/* Appends the whole picture to a scene that was begun. Pure: the same position, the same items. */
void cg_board_draw(struct cg_board *board, const struct cg_position *position,
                   struct cg_scene *scene);

/* How many stops the timeline has: `show --step N` takes 1 .. this. */
size_t cg_board_beats(const struct cg_board *board, enum cg_depth depth);

#endif
