/* One training from many seeds: how many of the networks converge, and how fast.
 *
 * Network i has the parameters and the order of rows that seed options->seed + i gives; data that
 * are drawn are those of options->seed for all.
 */
#ifndef CHALKGRAD_SEEDS_H
#define CHALKGRAD_SEEDS_H

#include <chalkgrad/train.h>

enum cg_seed_end {
    CG_SEED_GOING,     /* interrupted before its end */
    CG_SEED_CONVERGED, /* by options->stop; without it, when every prediction is right */
    CG_SEED_FAILED,    /* not after all epochs */
    CG_SEED_DIVERGED   /* its loss is not finite any more */
};

struct cg_seed {
    uint64_t seed;
    enum cg_seed_end end;
    size_t epochs;                /* until it converged; else those that were done */
    double loss_first, loss_last; /* over all rows; last: after `epochs` */
};

/* What is asked between two runs of updates: `done` is the share of the work (0 .. 1). False ends
 * the training there. */
typedef bool cg_seeds_ask(void *user, double done);

/* Trains seeds[0 .. count - 1]. Without options->has_stop a network has converged when
 * cg_train_count_right counts every row of the last of options->rows; that is looked at in
 * every epoch, of more than a thousand epochs in every thousandth part. False with an error where
 * no trainer can be made, or the targets are no classes and there is no stop. */
bool cg_train_seeds(struct cg_book *book, const struct cg_train_options *options,
                    struct cg_seed *seeds, size_t count, cg_seeds_ask *ask, void *user,
                    struct cg_error *error);

/* Of the epochs of those that converged; all 0 where none did. Quartiles are interpolated between
 * neighbours, as numpy.percentile does. */
struct cg_seeds_summary {
    size_t converged, diverged, failed;
    double least, lower, median, upper, most;
};

struct cg_seeds_summary cg_seeds_sum_up(const struct cg_seed *seeds, size_t count);

#endif
