/* What a trainer is made of. Private to train.c, train_run.c and crowd.c.
 *
 * Invariants: `state` is that after `updates` updates, in the plan's reals: it is the truth, and
 * the environment a copy that is made when somebody looks. The same update always runs by the same
 * runner, and runners depend on nothing but state, rows and scalars: so going back is exact.
 */
#ifndef ENGINE_TRAINER_H
#define ENGINE_TRAINER_H

#include "engine/checkpoints.h"
#include "engine/reals.h"
#include "engine/run.h"

enum { CHUNK = 1024, MOST_LOSSES = 4096 };

/* A plan with its work memory: for a batch, for the shorter one at the end of an epoch, for the
 * loss over all rows. */
struct lane {
    const struct plan *plan;
    struct plan_runner *runner;
    void *work;
};

/* Numbers for people: an environment with the parameters as now, made when somebody looks. */
struct look {
    struct cg_env env;
    size_t of; /* the updates that its definitions are after, where fresh */
    bool fresh, gradient_fresh;
    size_t n_definitions;        /* steps of its graph that make the definitions */
    struct cg_matrix *gradients; /* by parameter; NULL: not in the graph yet */
};

struct cg_trainer {
    struct cg_book *book; /* borrowed, as are the arrays of options */
    struct cg_train_options options;
    struct cg_arena arena; /* what lives as long as the trainer */
    struct lane loss, batch, rest;
    const char *native_trouble; /* why there is no native code, or NULL */
    size_t n_rows, batch_rows, updates_per_epoch;
    size_t updates;
    void *state, *spare; /* spare: the state before an update that may fail */
    size_t state_size;
    struct checkpoints checkpoints;

    const void **data;               /* all rows, for mini-batches */
    size_t *order;                   /* of the rows, for epochs order_from and on */
    size_t order_from, order_epochs; /* order_from: -1 before the first */
    double (*scalars)[PLAN_SCALAR_COUNT];
    bool scalars_filled; /* once for all: they are the same for every update */
    double *chunk_losses;

    double *losses; /* over all rows, [i] after i * losses_every epochs */
    size_t n_losses, losses_every;
    double loss_now;   /* after loss_of updates */
    double batch_loss; /* of the batches of the last run */
    size_t loss_of;

    struct look all, first; /* of all rows; of the first ones, which share its inputs */
    struct look *shown;     /* the one to look at while you wait */
};

/* The order of the rows in an epoch. It depends on seed and epoch alone, so that any epoch can be
 * entered. order: n_rows of them. */
void trainer_order(const struct cg_train_options *options, size_t n_rows, size_t epoch,
                   size_t *order);

/* What is given to `count` updates from update `from` on. */
void trainer_scalars(const struct cg_train_options *options, size_t per_epoch, size_t from,
                     size_t count, double (*scalars)[PLAN_SCALAR_COUNT]);

#endif
