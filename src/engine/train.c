#include <chalkgrad/train.h>

#include <chalkgrad/domain.h>

#include "engine/env.h"
#include "engine/optimizer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CHECKPOINTS = 512, CHECKPOINT_BYTES = 32 << 20 };

/* One environment with the gradients in its graph behind its definitions: all rows, a batch of
 * them, or the shorter batch at the end of an epoch. Parameters are the same memory in all three.
 */
struct lane {
    struct cg_env env;
    size_t n_definitions;  /* steps of the graph that make the definitions */
    size_t *slots;         /* of each parameter's gradient */
    struct cg_matrix *out; /* its numbers */
};

/* Parameters and optimiser memory, one behind the other. */
struct checkpoint {
    size_t update;
    double *state;
};

struct cg_trainer {
    struct cg_book *book; /* borrowed, as are the arrays of options */
    struct cg_train_options options;
    struct cg_arena arena; /* what lives as long as the trainer */
    struct lane all, batch, rest;
    size_t n_rows, batch_rows, updates_per_epoch;
    size_t updates;
    bool fresh;          /* definitions in `all` are those of the parameters as now */
    bool gradient_fresh; /* and so are its gradients */
    size_t *order;       /* of the rows ... */
    size_t order_epoch;  /* ... in this epoch, counted from 1; 0: none yet */
    double **memory;     /* of the optimiser, by parameter */
    double *losses;
    size_t losses_capacity;
    struct checkpoint *checkpoints; /* [i] is at update i * interval */
    double *states;
    size_t n_checkpoints, most_checkpoints, interval, state_size;
};

static bool fail(const struct cg_trainer *t, const struct cg_value *value, struct cg_error *error,
                 const char *text)
{
    return cg_fail(error, t->book->model->file, value->place, "%s %s", value->name, text);
}

static bool is_row(const struct cg_trainer *t, const struct cg_value *value)
{
    for (size_t i = 0; i < t->options.n_rows; i++)
        if (t->options.rows[i] == value)
            return true;
    return false;
}

static bool derive_all(struct cg_trainer *t, struct cg_error *error)
{
    const struct cg_train_options *o = &t->options;
    for (size_t i = 0; i < o->n_params; i++) {
        const struct cg_value *param = o->params[i];
        if (param->kind != CG_VALUE_INPUT)
            return fail(t, param, error, "is a definition, so it can't be trained");
        const struct cg_derivation *d = cg_book_find(t->book, o->loss, param);
        if (!d)
            d = cg_derive(t->book, o->loss, param, NULL, NULL, param->place, error);
        if (!d)
            return false;
        if (!d->matrix_form)
            return fail(t, param, error, "can't be trained: its gradient has no matrix form");
    }
    return true;
}

/* Every input that has the batch's axis must be cut with it. */
static bool check_rows(struct cg_trainer *t, struct cg_error *error)
{
    const struct cg_model *model = t->book->model;
    const struct cg_train_options *o = &t->options;
    if (o->loss->shape.rows || o->loss->shape.cols)
        return fail(t, o->loss, error, "is not a single number, so it can't be a loss");
    if (!o->n_rows) {
        t->n_rows = t->batch_rows = 1;
        return !o->batch || fail(t, o->loss, error, "has no rows to cut into batches");
    }
    int root = cg_dim_root(model, o->rows[0]->shape.rows);
    t->n_rows = cg_dim_size(model, root);
    t->batch_rows = o->batch && o->batch < t->n_rows ? o->batch : t->n_rows;
    for (size_t i = 0; i < o->n_rows; i++)
        if (o->rows[i]->kind != CG_VALUE_INPUT ||
            cg_dim_root(model, o->rows[i]->shape.rows) != root)
            return fail(t, o->rows[i], error, "doesn't have the rows of the other data");
    if (t->batch_rows == t->n_rows)
        return true;
    for (size_t id = 0; id < model->n_values; id++) {
        const struct cg_value *value = model->values[id];
        bool cut = is_row(t, value);
        if (value->kind == CG_VALUE_INPUT &&
            (cg_dim_root(model, value->shape.cols) == root ||
             (!cut && cg_dim_root(model, value->shape.rows) == root)))
            return fail(t, value, error,
                        "has an axis along the rows of the data, but is not cut into batches");
    }
    return true;
}

static void graph_gradients(struct cg_trainer *t, struct lane *lane)
{
    size_t n = t->options.n_params;
    struct graph *graph = &lane->env.graph->graph;
    graph->book = t->book;
    lane->n_definitions = graph->n_steps;
    lane->slots = cg_alloc_array(&t->arena, n, sizeof *lane->slots);
    lane->out = cg_alloc_array(&t->arena, n, sizeof *lane->out);
    for (size_t i = 0; i < n; i++) {
        const struct cg_derivation *d =
            cg_book_find(t->book, t->options.loss, t->options.params[i]);
        lane->slots[i] = graph_add(graph, d->matrix_form);
        lane->out[i] = graph->steps[lane->slots[i]].out;
    }
}

/* An environment of `rows` rows that shares every other input with `all`. */
static void begin_batch(struct cg_trainer *t, struct lane *lane, size_t rows)
{
    const struct cg_model *model = t->book->model;
    size_t *sizes = cg_alloc_array(&t->arena, model->n_dims, sizeof *sizes);
    const struct cg_matrix **shared = cg_alloc_array(&t->arena, model->n_values, sizeof *shared);
    memcpy(sizes, t->all.env.sizes, model->n_dims * sizeof *sizes);
    sizes[cg_dim_root(model, t->options.rows[0]->shape.rows)] = rows;
    for (size_t id = 0; id < model->n_values; id++)
        if (!is_row(t, model->values[id]))
            shared[id] = &t->all.env.values[id];
    env_begin(&lane->env, model, sizes);
    env_inputs(&lane->env, shared);
    env_graph(&lane->env, NULL);
    graph_gradients(t, lane);
}

/* Room for the optimiser, the checkpoints and the losses: updates allocate nothing. */
static void make_room(struct cg_trainer *t)
{
    size_t n = t->options.n_params, each = optimizer_memory(t->options.optimizer);
    t->memory = cg_alloc_array(&t->arena, n, sizeof *t->memory);
    t->state_size = 0;
    for (size_t i = 0; i < n; i++) {
        size_t count = matrix_count(&t->all.env.values[t->options.params[i]->id]);
        t->memory[i] = cg_alloc_array(&t->arena, count * each, sizeof(double));
        t->state_size += count * (1 + each);
    }
    size_t fit = CHECKPOINT_BYTES / (sizeof(double) * (t->state_size + 1));
    t->most_checkpoints = fit < 2 ? 2 : fit > MOST_CHECKPOINTS ? MOST_CHECKPOINTS : fit;
    t->checkpoints = cg_alloc_array(&t->arena, t->most_checkpoints, sizeof *t->checkpoints);
    t->states = cg_xmalloc(t->most_checkpoints * t->state_size * sizeof *t->states);
    for (size_t i = 0; i < t->most_checkpoints; i++)
        t->checkpoints[i].state = t->states + i * t->state_size;
    t->interval = 1;
    t->order = cg_alloc_array(&t->arena, t->n_rows, sizeof *t->order);
    t->losses_capacity = t->options.epochs + 1 < 1 << 20 ? t->options.epochs + 1 : 1 << 20;
    t->losses = cg_xmalloc(t->losses_capacity * sizeof *t->losses);
}

static void note_loss(struct cg_trainer *t)
{
    size_t epoch = cg_trainer_epoch(t);
    if (epoch == t->losses_capacity) {
        t->losses_capacity *= 2;
        t->losses = cg_xrealloc(t->losses, t->losses_capacity * sizeof *t->losses);
    }
    t->losses[epoch] = cg_trainer_loss(t);
}

/* Copies parameters and optimiser memory to or from a checkpoint. */
static void move_state(struct cg_trainer *t, double *state, bool store)
{
    size_t each = optimizer_memory(t->options.optimizer);
    for (size_t i = 0; i < t->options.n_params; i++) {
        const struct cg_matrix *m = &t->all.env.values[t->options.params[i]->id];
        size_t count = matrix_count(m), more = count * each;
        memcpy(store ? state : m->data, store ? m->data : state, count * sizeof *state);
        state += count;
        if (more)
            memcpy(store ? state : t->memory[i], store ? t->memory[i] : state,
                   more * sizeof *state);
        state += more;
    }
}

/* Keeps the state now, if its turn has come. When there is no more room, every other checkpoint
 * goes and the interval doubles. */
static void keep_checkpoint(struct cg_trainer *t)
{
    if (t->updates != t->n_checkpoints * t->interval)
        return;
    if (t->n_checkpoints == t->most_checkpoints) {
        size_t half = (t->n_checkpoints + 1) / 2;
        for (size_t i = 1; i < half; i++) {
            t->checkpoints[i].update = t->checkpoints[2 * i].update;
            memcpy(t->checkpoints[i].state, t->checkpoints[2 * i].state,
                   t->state_size * sizeof *t->states);
        }
        t->n_checkpoints = half;
        t->interval *= 2;
        if (t->updates != t->n_checkpoints * t->interval)
            return;
    }
    struct checkpoint *checkpoint = &t->checkpoints[t->n_checkpoints++];
    checkpoint->update = t->updates;
    move_state(t, checkpoint->state, true);
}

struct cg_trainer *cg_trainer_create(struct cg_book *book, const struct cg_train_options *options,
                                     struct cg_error *error)
{
    struct cg_trainer *t = cg_xmalloc(sizeof *t);
    *t = (struct cg_trainer){.book = book, .options = *options};
    cg_arena_init(&t->arena);
    if (!check_rows(t, error) || !derive_all(t, error) ||
        !cg_env_init(&t->all.env, book->model, options->seed, error)) {
        cg_trainer_destroy(t);
        return NULL;
    }
    graph_gradients(t, &t->all);
    t->updates_per_epoch = (t->n_rows + t->batch_rows - 1) / t->batch_rows;
    if (t->batch_rows < t->n_rows)
        begin_batch(t, &t->batch, t->batch_rows);
    if (t->n_rows % t->batch_rows)
        begin_batch(t, &t->rest, t->n_rows % t->batch_rows);
    make_room(t);
    t->fresh = true;
    note_loss(t);
    keep_checkpoint(t);
    return t;
}

void cg_trainer_destroy(struct cg_trainer *trainer)
{
    if (!trainer)
        return;
    cg_env_finish(&trainer->all.env);
    cg_env_finish(&trainer->batch.env);
    cg_env_finish(&trainer->rest.env);
    cg_arena_finish(&trainer->arena);
    free(trainer->states);
    free(trainer->losses);
    free(trainer);
}

static void refresh(struct cg_trainer *t)
{
    if (!t->fresh)
        cg_env_refresh(&t->all.env);
    t->fresh = true;
}

static void run_gradients(struct cg_trainer *t)
{
    refresh(t);
    struct graph *graph = &t->all.env.graph->graph;
    if (!t->gradient_fresh)
        graph_run(graph, t->all.n_definitions, graph->n_steps);
    t->gradient_fresh = true;
}

/* The order of the rows depends on seed and epoch alone, so that any epoch can be entered. */
static void shuffle(struct cg_trainer *t, size_t epoch)
{
    if (t->order_epoch == epoch + 1)
        return;
    struct cg_prng prng;
    cg_prng_seed(&prng, t->options.seed * 0x9E3779B97F4A7C15u + epoch + 1);
    for (size_t i = 0; i < t->n_rows; i++) {
        size_t j = t->options.in_order ? i : (size_t)cg_prng_below(&prng, i + 1);
        t->order[i] = t->order[j];
        t->order[j] = i;
    }
    t->order_epoch = epoch + 1;
}

/* The lane that holds the rows of the next update, with their gradients. */
static const struct lane *prepare(struct cg_trainer *t)
{
    if (t->batch_rows == t->n_rows) {
        run_gradients(t);
        return &t->all;
    }
    shuffle(t, cg_trainer_epoch(t));
    size_t from = t->updates % t->updates_per_epoch * t->batch_rows;
    size_t left = t->n_rows - from;
    struct lane *lane = left < t->batch_rows ? &t->rest : &t->batch;
    for (size_t i = 0; i < t->options.n_rows; i++) {
        size_t id = t->options.rows[i]->id;
        const struct cg_matrix *source = &t->all.env.values[id], *m = &lane->env.values[id];
        for (size_t r = 0; r < m->rows; r++)
            memcpy(m->data + r * m->cols, source->data + t->order[from + r] * m->cols,
                   m->cols * sizeof *m->data);
    }
    struct graph *graph = &lane->env.graph->graph;
    graph_run(graph, 0, graph->n_steps);
    return lane;
}

/* Says what is not finite, and where that begins if it can be told. */
static bool diverged(const struct cg_trainer *t, const struct lane *lane, size_t epoch,
                     const char *what, const struct cg_value *param, struct cg_error *error)
{
    struct cg_trouble at;
    if (cg_find_trouble(&lane->env, CG_TROUBLE_VALUE, &at) ||
        cg_find_trouble(&lane->env, CG_TROUBLE_SLOPE, &at))
        return cg_fail(error, t->book->model->file, at.expr->place,
                       "training diverged in epoch %zu: %s%s%s is not a finite number any more, "
                       "because of %s; try a rate below %g",
                       epoch + 1, what, param ? "/d" : "", param ? param->name : "", at.text,
                       t->options.rate);
    return cg_fail(error, t->book->model->file, (struct cg_place){0},
                   "training diverged in epoch %zu: %s%s%s is not a finite number any more; try a "
                   "rate below %g",
                   epoch + 1, what, param ? "/d" : "", param ? param->name : "", t->options.rate);
}

bool cg_trainer_update(struct cg_trainer *t, struct cg_error *error)
{
    const struct cg_train_options *o = &t->options;
    size_t epoch = cg_trainer_epoch(t);
    const struct lane *lane = prepare(t);
    for (size_t i = 0; i < o->n_params; i++)
        if (!matrix_finite(&lane->out[i])) {
            char what[64];
            snprintf(what, sizeof what, "d%s", o->loss->name);
            return diverged(t, lane, epoch, what, o->params[i], error);
        }
    double rate = cg_train_rate(o, t->updates, t->updates_per_epoch);
    t->updates++;
    for (size_t i = 0; i < o->n_params; i++) {
        const struct cg_matrix *m = &t->all.env.values[o->params[i]->id];
        optimizer_step(o, rate, t->updates, matrix_count(m), m->data, lane->out[i].data,
                       t->memory[i]);
    }
    t->fresh = t->gradient_fresh = false;
    keep_checkpoint(t);
    if (t->updates % t->updates_per_epoch)
        return true;
    note_loss(t);
    return isfinite(cg_trainer_loss(t)) || diverged(t, &t->all, epoch, o->loss->name, NULL, error);
}

size_t cg_trainer_updates(const struct cg_trainer *trainer)
{
    return trainer->updates;
}

size_t cg_trainer_epoch(const struct cg_trainer *trainer)
{
    return trainer->updates / trainer->updates_per_epoch;
}

double cg_trainer_loss(struct cg_trainer *trainer)
{
    refresh(trainer);
    return trainer->all.env.values[trainer->options.loss->id].data[0];
}

const double *cg_trainer_losses(const struct cg_trainer *trainer, size_t *count)
{
    *count = cg_trainer_epoch(trainer) + 1;
    return trainer->losses;
}

struct cg_env *cg_trainer_env(struct cg_trainer *trainer)
{
    refresh(trainer);
    return &trainer->all.env;
}

const struct cg_matrix *cg_trainer_gradient(struct cg_trainer *trainer, size_t param)
{
    run_gradients(trainer);
    return &trainer->all.out[param];
}

bool cg_trainer_seek(struct cg_trainer *trainer, size_t update, struct cg_error *error)
{
    size_t nearest = update / trainer->interval;
    if (nearest >= trainer->n_checkpoints)
        nearest = trainer->n_checkpoints - 1;
    const struct checkpoint *from = &trainer->checkpoints[nearest];
    if (update < trainer->updates || from->update > trainer->updates) {
        move_state(trainer, from->state, false);
        trainer->updates = from->update;
        trainer->fresh = trainer->gradient_fresh = false;
    }
    while (trainer->updates < update)
        if (!cg_trainer_update(trainer, error))
            return false;
    return true;
}
