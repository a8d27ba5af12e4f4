/* Moving a trainer: chunks of updates, the rows' order, losses, divergence, going back. */
#include "engine/optimizer.h"
#include "engine/trainer.h"

#include <chalkgrad/domain.h>

#include <math.h>
#include <string.h>

/* ---- one chunk ------------------------------------------------------------------------------ */

void trainer_order(const struct cg_train_options *options, size_t n_rows, size_t epoch,
                   size_t *order)
{
    struct cg_prng prng;
    cg_prng_seed(&prng, options->seed * 0x9E3779B97F4A7C15u + epoch + 1);
    for (size_t i = 0; i < n_rows; i++) {
        size_t j = options->in_order ? i : (size_t)cg_prng_below(&prng, i + 1);
        order[i] = order[j];
        order[j] = i;
    }
}

/* The rows of the updates from now on, at least to the end of the epoch. */
static const size_t *order_now(struct cg_trainer *t)
{
    size_t epoch = cg_trainer_epoch(t);
    if (t->order_from == (size_t)-1 || epoch < t->order_from ||
        epoch >= t->order_from + t->order_epochs) {
        for (size_t i = 0; i < t->order_epochs; i++)
            trainer_order(&t->options, t->n_rows, epoch + i, t->order + i * t->n_rows);
        t->order_from = epoch;
    }
    return t->order + (epoch - t->order_from) * t->n_rows +
           t->updates % t->updates_per_epoch * t->batch_rows;
}

void trainer_scalars(const struct cg_train_options *options, size_t per_epoch, size_t from,
                     size_t count, double (*scalars)[PLAN_SCALAR_COUNT])
{
    struct cg_optimizer_constants c = optimizer_constants(options);
    for (size_t i = 0; i < count; i++) {
        double n = (double)(from + i + 1);
        scalars[i][PLAN_RATE] = cg_train_rate(options, from + i, per_epoch);
        if (options->optimizer != CG_ADAM)
            continue;
        scalars[i][PLAN_FIRST_BIAS] = 1 / (1 - pow(c.beta1, n));
        scalars[i][PLAN_SECOND_BIAS] = 1 / (1 - pow(c.beta2, n));
    }
}

static void fill_scalars(struct cg_trainer *t, size_t count)
{
    const struct cg_train_options *o = &t->options;
    if (o->schedule.kind == CG_CONSTANT && o->optimizer != CG_ADAM) {
        if (t->scalars_filled)
            return;
        count = CHUNK;
        t->scalars_filled = true;
    }
    trainer_scalars(o, t->updates_per_epoch, t->updates, count, t->scalars);
}

/* How many updates can run at a stroke: all on one plan, with one run of rows, and none of them but
 * the last before a checkpoint or a loss that is to be noted. */
static size_t chunk_length(const struct cg_trainer *t, size_t wanted)
{
    size_t n = wanted < CHUNK ? wanted : CHUNK, per_epoch = t->updates_per_epoch;
    size_t next = checkpoints_next(&t->checkpoints);
    if (next > t->updates && next - t->updates < n)
        n = next - t->updates;
    if (per_epoch == 1)
        return n;
    size_t at = t->updates % per_epoch, epoch = t->updates / per_epoch, left;
    size_t note = t->n_losses * t->losses_every;
    if (t->rest.plan) { /* whole batches, then the rest alone */
        left = at == per_epoch - 1 ? 1 : per_epoch - 1 - at;
    } else {
        bool ordered = t->order_from != (size_t)-1 && epoch >= t->order_from &&
                       epoch < t->order_from + t->order_epochs;
        size_t end = (ordered ? t->order_from : epoch) + t->order_epochs;
        if (note > epoch && note < end)
            end = note;
        left = end * per_epoch - t->updates;
    }
    return n < left ? n : left;
}

/* Runs that many updates and takes no look at what came out but J. */
static void run_chunk(struct cg_trainer *t, size_t count)
{
    bool batches = t->updates_per_epoch > 1;
    const struct lane *lane = &t->batch;
    if (t->rest.plan && t->updates % t->updates_per_epoch == t->updates_per_epoch - 1)
        lane = &t->rest;
    fill_scalars(t, count);
    struct plan_updates updates = {.state = t->state,
                                   .work = lane->work,
                                   .data = batches ? t->data : NULL,
                                   .order = batches ? order_now(t) : NULL,
                                   .scalars = (const double(*)[PLAN_SCALAR_COUNT])t->scalars,
                                   .losses = t->chunk_losses,
                                   .count = count};
    lane->runner->run(lane->runner, &updates);
}

/* ---- losses ------------------------------------------------------------------------------- */

double cg_trainer_loss(struct cg_trainer *t)
{
    if (t->loss_of == t->updates)
        return t->loss_now;
    static const double no_scalars[1][PLAN_SCALAR_COUNT] = {{0}};
    struct plan_updates updates = {.state = t->state,
                                   .work = t->loss.work,
                                   .scalars = no_scalars,
                                   .losses = &t->loss_now,
                                   .count = 1};
    t->loss.runner->run(t->loss.runner, &updates);
    t->loss_of = t->updates;
    return t->loss_now;
}

/* Is the loss after that epoch the next to be noted? Makes room for it. */
static bool is_next(struct cg_trainer *t, size_t epoch)
{
    if (epoch == t->n_losses * t->losses_every && t->n_losses == MOST_LOSSES) {
        t->n_losses /= 2;
        t->losses_every *= 2;
        for (size_t i = 1; i < t->n_losses; i++)
            t->losses[i] = t->losses[2 * i];
    }
    return epoch == t->n_losses * t->losses_every;
}

/* With all rows in each update, losses come with the updates; else each is computed at the end of
 * its epoch. */
static void note_chunk(struct cg_trainer *t, size_t count)
{
    size_t end = t->updates + count;
    if (t->updates_per_epoch > 1)
        return;
    for (size_t next; (next = t->n_losses * t->losses_every) >= t->updates && next < end;)
        if (is_next(t, next))
            t->losses[t->n_losses++] = t->chunk_losses[next - t->updates];
}

static void note_now(struct cg_trainer *t)
{
    if (t->options.ends_only && t->updates_per_epoch > 1 && t->n_losses)
        return;
    if (t->updates % t->updates_per_epoch == 0 && is_next(t, cg_trainer_epoch(t)))
        t->losses[t->n_losses++] = cg_trainer_loss(t);
}

double cg_trainer_batch_loss(const struct cg_trainer *t)
{
    return t->batch_loss;
}

static double mean(const double *numbers, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += numbers[i];
    return sum / (double)count;
}

const double *cg_trainer_losses(struct cg_trainer *trainer, size_t *count, size_t *every)
{
    note_now(trainer);
    *count = trainer->n_losses;
    *every = trainer->losses_every;
    return trainer->losses;
}

/* ---- divergence --------------------------------------------------------------------------- */

/* The first parameter that is not finite, or NULL. */
static const struct cg_value *find_infinite(struct cg_trainer *t)
{
    const struct plan *plan = t->loss.plan;
    for (size_t i = 0; i < plan->n_params; i++) {
        const struct plan_buffer *b = &plan->buffers[plan->params[i]];
        if (!reals_finite(reals_at(t->state, b->offset, t->options.precision), b->rows * b->cols,
                          t->options.precision))
            return b->value;
    }
    return NULL;
}

static bool chunk_finite(struct cg_trainer *t, size_t count)
{
    return reals_finite(t->chunk_losses, count, CG_F64) && !find_infinite(t);
}

/* Says what is not finite, where that begins if it can be told, and what to try. */
static bool diverged(struct cg_trainer *t, const struct cg_value *param, struct cg_error *error)
{
    const char *loss = t->options.loss->name, *file = t->book->model->file;
    const struct cg_env *env = cg_trainer_env(t);
    struct cg_place place = {0};
    struct cg_trouble at;
    char because[256] = "", try[64] = "look at the numbers that training begins with";
    if (t->updates)
        snprintf(try, sizeof try, "try a smaller rate, such as a tenth of it, %g",
                 cg_train_rate(&t->options, t->updates, t->updates_per_epoch) / 10);
    if (cg_find_trouble(env, CG_TROUBLE_VALUE, &at) ||
        cg_find_trouble(env, CG_TROUBLE_SLOPE, &at)) {
        place = at.expr->place;
        snprintf(because, sizeof because, ", because of %s", at.text);
    }
    return cg_fail(error, file, place,
                   "training diverged in epoch %zu: %s%s%s%s is not a finite number any more%s; %s",
                   cg_trainer_epoch(t) + 1, param ? "d" : "", loss, param ? "/d" : "",
                   param ? param->name : "", because, try);
}

/* One update, taken back where it leads to what is not finite. */
static bool step(struct cg_trainer *t, struct cg_error *error)
{
    size_t bytes = t->state_size * real_size(t->options.precision);
    memcpy(t->spare, t->state, bytes);
    run_chunk(t, 1);
    const struct cg_value *param = find_infinite(t);
    if (!param && isfinite(t->chunk_losses[0])) {
        note_chunk(t, 1);
        t->updates++;
        return true;
    }
    memcpy(t->state, t->spare, bytes);
    return diverged(t, param, error);
}

static void restore(struct cg_trainer *t, size_t update)
{
    const void *state = checkpoints_before(&t->checkpoints, update, &t->updates);
    memcpy(t->state, state, t->state_size * real_size(t->options.precision));
    t->all.fresh = t->first.fresh = false;
}

/* Some of the updates from now to `end` went wrong, and the state with them. Finds out which. */
static bool find_divergence(struct cg_trainer *t, size_t end, struct cg_error *error)
{
    restore(t, t->updates);
    while (t->updates < end)
        if (!step(t, error))
            return false;
    return true;
}

/* ---- moving --------------------------------------------------------------------------------- */

bool cg_trainer_run(struct cg_trainer *t, size_t updates, struct cg_error *error)
{
    if (t->updates_per_epoch > 1)
        note_now(t);
    size_t done = 0;
    for (size_t n; updates; updates -= n) {
        n = chunk_length(t, updates);
        t->all.fresh = t->first.fresh = false;
        run_chunk(t, n);
        if (!chunk_finite(t, n)) {
            if (!find_divergence(t, t->updates + n, error))
                return false;
        } else {
            note_chunk(t, n);
            t->updates += n;
            done += n;
            double now = mean(t->chunk_losses, n), share = (double)n / (double)done;
            t->batch_loss = done == n ? now : t->batch_loss + (now - t->batch_loss) * share;
        }
        checkpoints_keep(&t->checkpoints, t->updates, t->state);
        if (t->updates_per_epoch > 1)
            note_now(t);
    }
    return true;
}

bool cg_trainer_update(struct cg_trainer *trainer, struct cg_error *error)
{
    return cg_trainer_run(trainer, 1, error);
}

bool cg_trainer_seek(struct cg_trainer *trainer, size_t update, struct cg_error *error)
{
    size_t at;
    checkpoints_before(&trainer->checkpoints, update, &at);
    if (update < trainer->updates || at > trainer->updates)
        restore(trainer, update);
    return cg_trainer_run(trainer, update - trainer->updates, error);
}
