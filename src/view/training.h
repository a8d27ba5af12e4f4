/* Training as a picture: parameters and gradients, what the network answers, the loss, and one
 * update in numbers.
 */
#ifndef VIEW_TRAINING_H
#define VIEW_TRAINING_H

#include "view/frame.h"

struct cg_surface; /* surface.h */

/* What the picture shows of a trainer that stands at the position's update. Borrowed. */
struct cg_training {
    const struct cg_train_options *options;
    struct cg_trainer *trainer;
    size_t updates_per_epoch;
    double loss;
    const double *losses;             /* [i] after i * losses_every epochs */
    size_t n_losses, losses_every;    /* as far as the position was trained */
    const struct cg_surface *surface; /* NULL: not two inputs and one answer */
    const struct cg_matrix *next;     /* the parameters after the next update, or NULL (diverged) */
    const char *problem;              /* why training can't go on, or NULL */
    enum cg_train_end end;            /* ended early at this update: CG_END_STOP, CG_END_PATIENCE */
};

void cg_training_draw(const struct cg_frame *frame, struct cg_box area);

/* A loss with three digits: "0.00099", "2.1·10⁻⁷". */
const char *cg_loss_text(struct cg_arena *arena, double loss);

#endif
