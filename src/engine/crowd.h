/* Many networks of one training as lanes side by side, all after the same number of epochs.
 *
 * Network i begins with the parameters, and takes the rows in the order, of seed options->seed + i;
 * all else it shares with the trainer of options->seed, which lends plans and data and does not
 * train itself.
 */
#ifndef ENGINE_CROWD_H
#define ENGINE_CROWD_H

#include "engine/lanes.h"
#include "engine/trainer.h"

struct crowd {
    struct cg_trainer *trainer;
    size_t count, epochs; /* networks; epochs done */
    size_t most;          /* epochs at a stroke */
    double *losses;       /* see crowd_run */

    /* Private. */
    struct plan_lanes *batch, *rest, *loss; /* as the trainer's lanes; rest may be NULL */
    void *state;                            /* one network's */
    struct cg_env env;                      /* one network's; data are the trainer's */
    size_t *order;                          /* mini-batches: each network's */
    const size_t **orders, **rest_orders;   /* by network */
};

/* False with an error where no trainer can be made. finish accepts a zeroed crowd. */
bool crowd_init(struct crowd *crowd, struct cg_book *book, const struct cg_train_options *options,
                size_t count, struct cg_error *error);
void crowd_finish(struct crowd *crowd);

/* Trains all by `count` epochs (1 .. most; 1 with mini-batches). With the full batch losses[i *
 * count + u] is then network i's loss u epochs after where it stood; with mini-batches nothing is
 * in `losses`. */
void crowd_run(struct crowd *crowd, size_t count);

/* losses[i] = J over all rows, as network i is now. */
void crowd_losses(struct crowd *crowd);

/* All values of one network as it is now; valid until the next call. */
const struct cg_env *crowd_env(struct crowd *crowd, size_t network);

#endif
