#include <chalkgrad/seeds.h>

#include "engine/crowd.h"

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

/* All that is under way. */
struct race {
    struct crowd crowd;
    struct criterion criterion;
    struct cg_seed *seeds;
    size_t going;
};

static void end(struct race *race, struct cg_seed *seed, enum cg_seed_end how, size_t epochs,
                double loss)
{
    seed->end = how;
    seed->epochs = epochs;
    seed->loss_last = loss;
    race->going--;
}

/* A network's loss after some epochs. */
static void note(struct race *race, struct cg_seed *seed, size_t epochs, double loss)
{
    const struct cg_train_options *options = race->criterion.options;
    if (seed->end != CG_SEED_GOING)
        return;
    if (!isfinite(loss))
        end(race, seed, CG_SEED_DIVERGED, epochs, loss);
    else if (options->has_stop && loss < options->stop)
        end(race, seed, CG_SEED_CONVERGED, epochs, loss);
}

/* The losses of all as they are now. */
static void note_now(struct race *race)
{
    crowd_losses(&race->crowd);
    for (size_t i = 0; i < race->crowd.count; i++)
        note(race, &race->seeds[i], race->crowd.epochs, race->crowd.losses[i]);
}

/* Which networks answer every row right? */
static void look(struct race *race)
{
    const struct criterion *c = &race->criterion;
    for (size_t i = 0; i < race->crowd.count; i++) {
        if (race->seeds[i].end != CG_SEED_GOING)
            continue;
        const struct cg_env *env = crowd_env(&race->crowd, i);
        const struct cg_matrix *targets = &env->values[c->target->id];
        size_t right;
        if (cg_train_count_right(&env->values[c->prediction->id], targets, &right) &&
            right == targets->rows)
            end(race, &race->seeds[i], CG_SEED_CONVERGED, race->crowd.epochs,
                env->values[c->options->loss->id].data[0]);
    }
}

/* As many epochs as go at a stroke. */
static void advance(struct race *race)
{
    struct crowd *crowd = &race->crowd;
    const struct criterion *c = &race->criterion;
    size_t from = crowd->epochs, count = c->options->epochs - from;
    if (c->prediction && count > c->every - from % c->every)
        count = c->every - from % c->every;
    if (count > crowd->most)
        count = crowd->most;
    crowd_run(crowd, count);
    if (crowd->trainer->updates_per_epoch > 1)
        note_now(race);
    else
        for (size_t i = 0; i < crowd->count; i++)
            for (size_t u = 0; u < count; u++)
                note(race, &race->seeds[i], from + u, crowd->losses[i * count + u]);
    if (c->prediction && (crowd->epochs % c->every == 0 || crowd->epochs == c->options->epochs))
        look(race);
}

static void run_race(struct race *race, cg_seeds_ask *ask, void *user)
{
    const struct cg_train_options *options = race->criterion.options;
    struct crowd *crowd = &race->crowd;
    bool goes_on = true;
    crowd_losses(crowd);
    for (size_t i = 0; i < crowd->count; i++) {
        race->seeds[i] =
            (struct cg_seed){.seed = options->seed + i, .loss_first = crowd->losses[i]};
        note(race, &race->seeds[i], 0, crowd->losses[i]);
    }
    if (race->criterion.prediction)
        look(race);
    while (race->going && crowd->epochs < options->epochs && goes_on) {
        goes_on = ask(user, (double)crowd->epochs / (double)options->epochs);
        if (goes_on)
            advance(race);
    }
    note_now(race);
    for (size_t i = 0; i < crowd->count; i++)
        if (race->seeds[i].end == CG_SEED_GOING)
            end(race, &race->seeds[i],
                crowd->epochs < options->epochs ? CG_SEED_GOING : CG_SEED_FAILED, crowd->epochs,
                crowd->losses[i]);
}

bool cg_train_seeds(struct cg_book *book, const struct cg_train_options *options,
                    struct cg_seed *seeds, size_t count, cg_seeds_ask *ask, void *user,
                    struct cg_error *error)
{
    struct race race = {.seeds = seeds, .going = count};
    if (!choose(&race.criterion, book, options, error) ||
        !crowd_init(&race.crowd, book, options, count, error))
        return false;
    run_race(&race, ask, user);
    crowd_finish(&race.crowd);
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
