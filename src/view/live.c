#include "view/live.h"

#include <math.h>
#include <string.h>

enum { SURFACE_SIDE = 36 };

static size_t per_epoch(const struct cg_lesson *lesson)
{
    const struct cg_train_options *options = &lesson->training;
    size_t rows = options->n_rows > 0 ? cg_rows(&lesson->model, options->rows[0]->shape) : 1;
    if (options->batch == 0 || options->batch >= rows)
        return 1;
    return (rows + options->batch - 1) / options->batch;
}

/* Looks at the losses that are new; they may end the training. */
static void watch(struct cg_live *live)
{
    size_t count, every;
    const double *losses = cg_trainer_losses(live->trainer, &count, &every);
    for (size_t i = (live->seen + every - 1) / every; i < count && live->end == CG_END_NOT; i++) {
        enum cg_train_end end = cg_train_watch(live->options, &live->watch, i * every, losses[i]);
        live->seen = i * every + 1;
        if (end == CG_END_STOP || end == CG_END_PATIENCE) {
            live->end = end;
            live->most = i * every * live->updates_per_epoch;
        }
    }
}

bool cg_live_init(struct cg_live *live, struct cg_lesson *lesson, struct cg_error *error)
{
    *live = (struct cg_live){0};
    cg_arena_init(&live->arena);
    if (!lesson->trains)
        return true;
    live->options = &lesson->training;
    live->updates_per_epoch = per_epoch(lesson);
    live->most = live->options->epochs * live->updates_per_epoch;
    live->trainer = cg_trainer_create(&lesson->book, live->options, error);
    if (!live->trainer)
        return false;
    cg_surface_init(&live->surface, live->options, cg_trainer_shown(live->trainer), SURFACE_SIDE);
    live->surface_of = (size_t)-1;
    return true;
}

void cg_live_finish(struct cg_live *live)
{
    cg_surface_finish(&live->surface);
    cg_trainer_destroy(live->trainer);
    cg_arena_finish(&live->arena);
    *live = (struct cg_live){0};
}

size_t cg_live_seek(struct cg_live *live, size_t update)
{
    if (!live->trainer)
        return 0;
    if (update > live->most)
        update = live->most;
    if (!cg_trainer_seek(live->trainer, update, &live->error)) {
        live->stuck = true;
        live->most = cg_trainer_updates(live->trainer);
    }
    watch(live);
    if (update > live->most) /* it ended on the way */
        cg_trainer_seek(live->trainer, live->most, &live->error);
    return cg_trainer_updates(live->trainer);
}

/* Updates in one frame at most: large models must not freeze the window. */
static size_t most_at_once(const struct cg_live *live)
{
    const struct cg_env *env = cg_trainer_inputs(live->trainer);
    double work = 1;
    for (size_t i = 0; i < live->options->n_params; i++) {
        const struct cg_matrix *param = &env->values[live->options->params[i]->id];
        work += (double)(param->rows * param->cols);
    }
    if (live->options->n_rows > 0)
        work *= (double)env->values[live->options->rows[0]->id].rows;
    return (size_t)fmin(fmax(2e5 / work, 1), 200);
}

size_t cg_live_pace(const struct cg_live *live, size_t update, double seconds, float *rest)
{
    double pace = fmin(fmax(0.7 * (double)update, 24), 6000); /* updates a second */
    double time = seconds + *rest;
    double updates = floor(time * pace), most = (double)most_at_once(live);
    if (updates > most) {
        *rest = 0;
        return (size_t)most;
    }
    *rest = (float)(time - updates / pace);
    return (size_t)updates;
}

/* Where the next update leads: done, copied, and taken back. */
static const struct cg_matrix *find_next(struct cg_live *live, size_t update)
{
    if (live->next && live->next_of == update)
        return live->next;
    cg_arena_reset(&live->arena);
    live->next = NULL;
    struct cg_error error;
    if (!cg_trainer_update(live->trainer, &error)) {
        cg_trainer_seek(live->trainer, update, &error);
        return NULL;
    }
    const struct cg_env *env = cg_trainer_inputs(live->trainer);
    size_t count = live->options->n_params;
    live->next = cg_alloc_array(&live->arena, count, sizeof *live->next);
    for (size_t i = 0; i < count; i++) {
        const struct cg_matrix *param = &env->values[live->options->params[i]->id];
        live->next[i] = *param;
        live->next[i].data =
            cg_copy(&live->arena, param->data, param->rows * param->cols * sizeof *param->data);
    }
    live->next_of = update;
    if (!cg_trainer_seek(live->trainer, update, &error))
        live->next = NULL;
    return live->next;
}

struct cg_training cg_live_training(struct cg_live *live, const struct cg_position *position)
{
    cg_live_seek(live, position->trained);
    size_t update = cg_live_seek(live, position->update);
    struct cg_training training = {.options = live->options,
                                   .trainer = live->trainer,
                                   .updates_per_epoch = live->updates_per_epoch};
    training.next = position->running ? NULL : find_next(live, update);
    if (live->surface.answer) {
        if (live->surface_of != update)
            cg_surface_update(&live->surface, live->options, cg_trainer_shown(live->trainer));
        live->surface_of = update;
        training.surface = &live->surface;
    }
    training.loss = cg_trainer_loss(live->trainer);
    training.losses = cg_trainer_losses(live->trainer, &training.n_losses, &training.losses_every);
    size_t trained = position->trained < live->most ? position->trained : live->most;
    size_t reached = trained / live->updates_per_epoch / training.losses_every + 1;
    if (reached < training.n_losses)
        training.n_losses = reached;
    if (live->stuck && update >= live->most)
        training.problem = live->error.text;
    if (update >= live->most)
        training.end = live->end;
    return training;
}
