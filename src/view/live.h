/* The training behind a board: a trainer that is brought to whatever update a position shows.
 *
 * What it shows depends on the position alone: the trainer goes back and forth exactly.
 */
#ifndef VIEW_LIVE_H
#define VIEW_LIVE_H

#include "view/surface.h"
#include "view/training.h"

struct cg_live {
    const struct cg_train_options *options;
    struct cg_trainer *trainer; /* NULL: the lesson does not train */
    size_t updates_per_epoch;
    size_t most; /* updates in all epochs */
    bool stuck;  /* it diverged: `most` is as far as it goes */
    struct cg_train_watch watch;
    size_t seen;           /* epochs whose losses were looked at */
    enum cg_train_end end; /* early, at `most`; or CG_END_NOT */
    struct cg_error error;
    /* the parameters after the next update, kept for the update they were found for */
    struct cg_arena arena;
    struct cg_matrix *next;
    size_t next_of;
    struct cg_surface surface;
    size_t surface_of; /* the update that it was found for */
};

/* For a lesson without training nothing is made. False with an error where no trainer can be made.
 * finish accepts a zeroed one. */
bool cg_live_init(struct cg_live *live, struct cg_lesson *lesson, struct cg_error *error);
void cg_live_finish(struct cg_live *live);

/* Brings the trainer to an update, or as near as it goes; returns the update it stands at. */
size_t cg_live_seek(struct cg_live *live, size_t update);

/* How many updates `seconds` of running from there are worth: slow at first, so that one sees it
 * learn, then faster and faster. What is left of the time stays in *rest. */
size_t cg_live_pace(const struct cg_live *live, size_t update, double seconds, float *rest);

/* What to draw at a position. */
struct cg_training cg_live_training(struct cg_live *live, const struct cg_position *position);

#endif
