#include <chalkgrad/seeds.h>

#include <math.h>
#include <stdlib.h>

/* What decides that a network has converged. */
struct criterion {
    const struct cg_train_options *options;
    const struct cg_value *prediction, *target; /* NULL: by the loss alone */
    size_t every;                               /* epochs from look to look */
};

static bool choose(struct criterion *c, const struct cg_book *book,
                   const struct cg_train_options *options, struct cg_error *error)
{
    *c = (struct criterion){.options = options, .every = 1};
    if (options->has_stop)
        return true;
    c->target = options->n_rows ? options->rows[options->n_rows - 1] : NULL;
    c->prediction = c->target ? cg_train_prediction(book->model, c->target) : NULL;
    c->every = (options->epochs + 999) / 1000;
    struct cg_env env = {0};
    size_t right;
    bool classes =
        c->prediction && cg_env_init(&env, book->model, options->seed, error) &&
        cg_train_count_right(&env.values[c->prediction->id], &env.values[c->target->id], &right);
    cg_env_finish(&env);
    return classes || cg_fail(error, book->model->file, (struct cg_place){0},
                              "the targets are no classes, so say below which loss a network has "
                              "converged: stop = 0.01");
}

static bool has_converged(const struct criterion *c, struct cg_trainer *trainer)
{
    if (!c->prediction)
        return cg_trainer_loss(trainer) < c->options->stop;
    const struct cg_env *env = cg_trainer_env(trainer);
    size_t right;
    return cg_train_count_right(&env->values[c->prediction->id], &env->values[c->target->id],
                                &right) &&
           right == env->values[c->target->id].rows;
}

struct crowd {
    struct cg_book *book;
    struct criterion criterion;
    struct cg_seed *seeds;
    size_t count;
    cg_seeds_ask *ask;
    void *user;
};

/* One network to its end. */
static bool train_one(struct crowd *crowd, size_t which, struct cg_error *error)
{
    struct cg_train_options options = *crowd->criterion.options;
    struct cg_seed *s = &crowd->seeds[which];
    options.seed += which;
    struct cg_trainer *trainer = cg_trainer_create(crowd->book, &options, error);
    if (!trainer)
        return false;
    size_t rows = options.n_rows ? cg_rows(crowd->book->model, options.rows[0]->shape) : 1;
    size_t batch = options.batch && options.batch < rows ? options.batch : rows;
    size_t per_epoch = (rows + batch - 1) / batch;
    *s = (struct cg_seed){.seed = options.seed, .loss_first = cg_trainer_loss(trainer)};
    while (s->end == CG_SEED_GOING) {
        double done = (double)s->epochs / (double)options.epochs;
        if (has_converged(&crowd->criterion, trainer))
            s->end = CG_SEED_CONVERGED;
        else if (s->epochs >= options.epochs)
            s->end = CG_SEED_FAILED;
        else if (!crowd->ask(crowd->user, ((double)which + done) / (double)crowd->count))
            break;
        else {
            s->epochs += crowd->criterion.every;
            s->epochs = s->epochs < options.epochs ? s->epochs : options.epochs;
            if (!cg_trainer_seek(trainer, s->epochs * per_epoch, error))
                s->end = CG_SEED_DIVERGED;
        }
    }
    s->loss_last = cg_trainer_loss(trainer);
    cg_trainer_destroy(trainer);
    return true;
}

bool cg_train_seeds(struct cg_book *book, const struct cg_train_options *options,
                    struct cg_seed *seeds, size_t count, cg_seeds_ask *ask, void *user,
                    struct cg_error *error)
{
    struct crowd crowd = {.book = book, .seeds = seeds, .count = count, .ask = ask, .user = user};
    if (!choose(&crowd.criterion, book, options, error))
        return false;
    for (size_t i = 0; i < count; i++)
        seeds[i] = (struct cg_seed){.seed = options->seed + i};
    for (size_t i = 0; i < count; i++) {
        if (!train_one(&crowd, i, error))
            return false;
        if (seeds[i].end == CG_SEED_GOING)
            break;
    }
    return true;
}

/* ---- summary ------------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Linear between the neighbours of position share (count - 1). */
static double percentile(const double *sorted, size_t count, double share)
{
    double at = share * (double)(count - 1);
    size_t below = (size_t)at, above = below + 1 < count ? below + 1 : below;
    return sorted[below] + (at - (double)below) * (sorted[above] - sorted[below]);
}

struct cg_seeds_summary cg_seeds_sum_up(const struct cg_seed *seeds, size_t count)
{
    struct cg_seeds_summary sum = {0};
    double *epochs = cg_xmalloc((count + 1) * sizeof *epochs);
    for (size_t i = 0; i < count; i++) {
        sum.diverged += seeds[i].end == CG_SEED_DIVERGED;
        sum.failed += seeds[i].end == CG_SEED_FAILED;
        if (seeds[i].end == CG_SEED_CONVERGED)
            epochs[sum.converged++] = (double)seeds[i].epochs;
    }
    if (sum.converged) {
        qsort(epochs, sum.converged, sizeof *epochs, by_size);
        sum.least = epochs[0];
        sum.lower = percentile(epochs, sum.converged, 0.25);
        sum.median = percentile(epochs, sum.converged, 0.5);
        sum.upper = percentile(epochs, sum.converged, 0.75);
        sum.most = epochs[sum.converged - 1];
    }
    free(epochs);
    return sum;
}
