/* What a trainer is made of, and what can be seen of it; train_run.c moves it. */
#include "engine/trainer.h"

#include "engine/env.h"
#include "engine/native.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

/* What a plan's work memory holds from the beginning: inputs; all rows, where it takes them all. */
static void fill_lane(const struct cg_trainer *t, const struct lane *lane)
{
    enum cg_precision precision = t->options.precision;
    for (size_t i = 0; i < lane->plan->n_buffers; i++) {
        const struct plan_buffer *b = &lane->plan->buffers[i];
        void *at = reals_at(lane->work, b->offset, precision);
        bool whole = b->role == PLAN_ROWS && lane->plan->batch == t->n_rows;
        const double one = 1;
        if (b->role == PLAN_INPUT || whole)
            reals_from(at, t->all.env.values[b->value->id].data, b->rows * b->cols, precision);
        for (size_t k = 0; b->role == PLAN_EYE && k < b->rows; k++)
            reals_from(reals_at(at, k * (b->cols + 1), precision), &one, 1, precision);
    }
}

/* Compiled code for the updates of a whole batch, where that is asked for; where it can't
 * be had, the reason is kept. */
static struct plan_runner *make_runner(struct cg_trainer *t, const struct plan *plan)
{
    struct plan_runner *runner = NULL;
    struct cg_error error;
    if (t->options.native && plan->first_update < plan->n_ops && plan->batch == t->batch_rows) {
        runner = native_create(plan, t->options.precision, t->batch_rows < t->n_rows, &error);
        if (!runner)
            t->native_trouble = cg_strdup(&t->arena, error.text);
    }
    return runner ? runner : plan_run_create(plan, t->options.precision, t->options.threads);
}

static bool begin_lane(struct cg_trainer *t, struct lane *lane, size_t rows, bool updates,
                       struct cg_error *error)
{
    lane->plan = plan_compile(&t->arena, t->book, &t->options, rows, updates, error);
    if (!lane->plan)
        return false;
    lane->work = reals_alloc(lane->plan->work_size, t->options.precision);
    lane->runner = make_runner(t, lane->plan);
    fill_lane(t, lane);
    return true;
}

static void finish_lane(struct lane *lane)
{
    if (lane->runner)
        lane->runner->destroy(lane->runner);
    free(lane->work);
}

static void fill_state(struct cg_trainer *t)
{
    const struct plan *plan = t->loss.plan;
    t->state_size = plan->state_size;
    t->state = reals_alloc(t->state_size, t->options.precision);
    t->spare = reals_alloc(t->state_size, t->options.precision);
    for (size_t i = 0; i < plan->n_params; i++) {
        const struct plan_buffer *b = &plan->buffers[plan->params[i]];
        reals_from(reals_at(t->state, b->offset, t->options.precision),
                   t->all.env.values[b->value->id].data, b->rows * b->cols, t->options.precision);
    }
}

/* Room for a chunk, the checkpoints and the losses: updates allocate nothing. */
static void make_room(struct cg_trainer *t)
{
    const struct cg_train_options *o = &t->options;
    t->data = cg_alloc_array(&t->arena, o->n_rows, sizeof *t->data);
    for (size_t i = 0; i < o->n_rows; i++) /* the plan of the loss has all rows */
        t->data[i] = reals_at(t->loss.work, t->loss.plan->buffers[t->loss.plan->rows[i]].offset,
                              o->precision);
    t->order_epochs = t->n_rows < CHUNK ? CHUNK / t->n_rows : 1;
    t->order = cg_alloc_array(&t->arena, t->order_epochs * t->n_rows, sizeof *t->order);
    t->order_from = (size_t)-1;
    t->scalars = cg_alloc_array(&t->arena, CHUNK, sizeof *t->scalars);
    t->chunk_losses = cg_alloc_array(&t->arena, CHUNK, sizeof *t->chunk_losses);
    t->losses = cg_alloc_array(&t->arena, MOST_LOSSES, sizeof *t->losses);
    t->losses_every = 1;
    t->loss_of = (size_t)-1;
    checkpoints_init(&t->checkpoints, t->state_size * real_size(o->precision));
    checkpoints_keep(&t->checkpoints, 0, t->state);
}

/* Where all rows are too many to be computed while one waits, the first of them are shown, as the
 * lesson shows them. */
static void begin_shown(struct cg_trainer *t)
{
    const struct cg_model *model = t->book->model;
    t->shown = &t->all;
    env_begin(&t->first.env, model, NULL);
    if (t->batch_rows == t->n_rows || !env_cut_rows(&t->first.env))
        return;
    for (size_t id = 0; id < model->n_values; id++) {
        const struct cg_value *value = model->values[id];
        if (value->kind == CG_VALUE_INPUT && !is_row(t, value) &&
            env_size(&t->first.env, value->shape.rows) != t->all.env.values[id].rows)
            return;
    }
    const struct cg_matrix **shared = cg_alloc_array(&t->arena, model->n_values, sizeof *shared);
    struct cg_matrix *first = cg_alloc_array(&t->arena, t->options.n_rows, sizeof *first);
    for (size_t id = 0; id < model->n_values; id++)
        shared[id] = &t->all.env.values[id];
    for (size_t i = 0; i < t->options.n_rows; i++) {
        const struct cg_value *value = t->options.rows[i];
        first[i] = t->all.env.values[value->id];
        first[i].rows = env_size(&t->first.env, value->shape.rows);
        shared[value->id] = &first[i];
    }
    env_inputs(&t->first.env, shared);
    t->shown = &t->first;
}

struct cg_trainer *cg_trainer_create(struct cg_book *book, const struct cg_train_options *options,
                                     struct cg_error *error)
{
    struct cg_trainer *t = cg_xmalloc(sizeof *t);
    *t = (struct cg_trainer){.book = book, .options = *options};
    cg_arena_init(&t->arena);
    bool good = check_rows(t, error) && derive_all(t, error);
    if (good) {
        env_begin(&t->all.env, book->model, NULL);
        good = env_numbers(&t->all.env, options->seed, error);
    }
    bool batches = t->batch_rows < t->n_rows;
    size_t rest = batches ? t->n_rows % t->batch_rows : 0;
    good = good && begin_lane(t, &t->loss, t->n_rows, false, error) &&
           begin_lane(t, &t->batch, t->batch_rows, true, error) &&
           (!rest || begin_lane(t, &t->rest, rest, true, error));
    if (!good) {
        cg_trainer_destroy(t);
        return NULL;
    }
    t->updates_per_epoch = (t->n_rows + t->batch_rows - 1) / t->batch_rows;
    fill_state(t);
    make_room(t);
    begin_shown(t);
    return t;
}

void cg_trainer_destroy(struct cg_trainer *trainer)
{
    if (!trainer)
        return;
    finish_lane(&trainer->loss);
    finish_lane(&trainer->batch);
    finish_lane(&trainer->rest);
    cg_env_finish(&trainer->all.env);
    cg_env_finish(&trainer->first.env);
    cg_arena_finish(&trainer->arena);
    checkpoints_finish(&trainer->checkpoints);
    free(trainer->state);
    free(trainer->spare);
    free(trainer);
}

/* The parameters as now, in the environment; its graph is made when first somebody looks. */
static void refresh_params(struct cg_trainer *t)
{
    const struct plan *plan = t->loss.plan;
    for (size_t i = 0; i < plan->n_params; i++) {
        const struct plan_buffer *b = &plan->buffers[plan->params[i]];
        reals_to(reals_at(t->state, b->offset, t->options.precision),
                 t->all.env.values[b->value->id].data, b->rows * b->cols, t->options.precision);
    }
}

static void refresh(struct cg_trainer *t, struct look *look)
{
    if (look->fresh && look->of == t->updates)
        return;
    refresh_params(t);
    if (!look->env.graph)
        env_graph(&look->env, NULL);
    cg_env_refresh(&look->env);
    look->fresh = true;
    look->gradient_fresh = false;
    look->of = t->updates;
}

const struct cg_env *cg_trainer_inputs(struct cg_trainer *trainer)
{
    trainer->all.fresh = trainer->all.fresh && trainer->all.of == trainer->updates;
    trainer->first.fresh = trainer->first.fresh && trainer->first.of == trainer->updates;
    refresh_params(trainer);
    return &trainer->all.env;
}

struct cg_env *cg_trainer_env(struct cg_trainer *trainer)
{
    refresh(trainer, &trainer->all);
    return &trainer->all.env;
}

struct cg_env *cg_trainer_shown(struct cg_trainer *trainer)
{
    refresh(trainer, trainer->shown);
    return &trainer->shown->env;
}

static void graph_gradients(struct cg_trainer *t, struct look *look)
{
    size_t n = t->options.n_params;
    struct graph *graph = &look->env.graph->graph;
    graph->book = t->book;
    look->n_definitions = graph->n_steps;
    look->gradients = cg_alloc_array(&t->arena, n, sizeof *look->gradients);
    for (size_t i = 0; i < n; i++) {
        const struct cg_derivation *d =
            cg_book_find(t->book, t->options.loss, t->options.params[i]);
        size_t slot = graph_add(graph, d->matrix_form); /* which may move the steps */
        look->gradients[i] = graph->steps[slot].out;
    }
}

const struct cg_matrix *cg_trainer_gradient(struct cg_trainer *trainer, size_t param)
{
    struct look *look = trainer->shown;
    refresh(trainer, look);
    struct graph *graph = &look->env.graph->graph;
    if (!look->gradients)
        graph_gradients(trainer, look);
    if (!look->gradient_fresh)
        graph_run(graph, look->n_definitions, graph->n_steps);
    look->gradient_fresh = true;
    return &look->gradients[param];
}

const char *cg_trainer_native_trouble(const struct cg_trainer *trainer)
{
    return trainer->native_trouble;
}

size_t cg_trainer_updates(const struct cg_trainer *trainer)
{
    return trainer->updates;
}

size_t cg_trainer_epoch(const struct cg_trainer *trainer)
{
    return trainer->updates / trainer->updates_per_epoch;
}
