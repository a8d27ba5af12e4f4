#include "engine/crowd.h"

#include "engine/env.h"

#include <stdlib.h>
#include <string.h>

/* Arithmetic, roughly, between two looks of those who wait. */
static const double STROKE = 2e7;

/* An environment with parameters of its own. */
static void begin_env(struct crowd *crowd)
{
    const struct cg_trainer *t = crowd->trainer;
    const struct cg_model *model = t->book->model;
    struct cg_arena arena;
    cg_arena_init(&arena);
    const struct cg_matrix **shared = cg_alloc_array(&arena, model->n_values, sizeof *shared);
    for (size_t id = 0; id < model->n_values; id++)
        shared[id] = &t->all.env.values[id];
    for (size_t i = 0; i < t->options.n_params; i++)
        shared[t->options.params[i]->id] = NULL;
    env_begin(&crowd->env, model, NULL);
    env_inputs(&crowd->env, shared);
    env_graph(&crowd->env, NULL);
    cg_arena_finish(&arena);
}

/* Parameters between the environment and `state`. */
static void move_params(struct crowd *crowd, bool to_state)
{
    const struct cg_trainer *t = crowd->trainer;
    const struct plan *plan = t->batch.plan;
    for (size_t i = 0; i < plan->n_params; i++) {
        const struct plan_buffer *b = &plan->buffers[plan->params[i]];
        void *at = reals_at(crowd->state, b->offset, t->options.precision);
        double *numbers = crowd->env.values[b->value->id].data;
        if (to_state)
            reals_from(at, numbers, b->rows * b->cols, t->options.precision);
        else
            reals_to(at, numbers, b->rows * b->cols, t->options.precision);
    }
}

static bool draw(struct crowd *crowd, size_t network, struct cg_error *error)
{
    const struct cg_train_options *o = &crowd->trainer->options;
    for (size_t i = 0; i < o->n_params; i++)
        if (!env_fill_input(&crowd->env, o->params[i], o->seed + network, error))
            return false;
    move_params(crowd, true);
    plan_lanes_load(crowd->batch, network, crowd->state);
    return true;
}

static void make_room(struct crowd *crowd)
{
    const struct cg_trainer *t = crowd->trainer;
    bool batches = t->updates_per_epoch > 1;
    double work = (double)t->state_size * (double)t->n_rows * (double)crowd->count;
    crowd->most = batches || work > STROKE ? 1 : (size_t)(STROKE / work);
    crowd->most = crowd->most < CHUNK ? crowd->most : CHUNK;
    crowd->losses = cg_xmalloc(crowd->count * crowd->most * sizeof *crowd->losses);
    crowd->state = reals_alloc(t->state_size, t->options.precision);
    if (!batches)
        return;
    crowd->order = cg_xmalloc(crowd->count * t->n_rows * sizeof *crowd->order);
    crowd->orders = cg_xmalloc(crowd->count * sizeof *crowd->orders);
    crowd->rest_orders = cg_xmalloc(crowd->count * sizeof *crowd->rest_orders);
    for (size_t i = 0; i < crowd->count; i++) {
        crowd->orders[i] = crowd->order + i * t->n_rows;
        crowd->rest_orders[i] = crowd->orders[i] + t->n_rows / t->batch_rows * t->batch_rows;
    }
}

static struct plan_lanes *make_lanes(const struct crowd *crowd, const struct plan *plan)
{
    const struct cg_train_options *o = &crowd->trainer->options;
    return plan_lanes_create(plan, o->precision, crowd->count, o->threads ? o->threads : 1);
}

bool crowd_init(struct crowd *crowd, struct cg_book *book, const struct cg_train_options *options,
                size_t count, struct cg_error *error)
{
    struct cg_train_options common = *options;
    common.native = false;
    *crowd = (struct crowd){.count = count};
    crowd->trainer = cg_trainer_create(book, &common, error);
    if (!crowd->trainer)
        return false;
    const struct cg_trainer *t = crowd->trainer;
    crowd->batch = make_lanes(crowd, t->batch.plan);
    crowd->loss = make_lanes(crowd, t->loss.plan);
    crowd->rest = t->rest.plan ? make_lanes(crowd, t->rest.plan) : NULL;
    make_room(crowd);
    begin_env(crowd);
    for (size_t i = 0; i < count; i++)
        if (!draw(crowd, i, error)) {
            crowd_finish(crowd);
            return false;
        }
    return true;
}

void crowd_finish(struct crowd *crowd)
{
    plan_lanes_destroy(crowd->batch);
    plan_lanes_destroy(crowd->rest);
    plan_lanes_destroy(crowd->loss);
    cg_env_finish(&crowd->env);
    cg_trainer_destroy(crowd->trainer);
    free(crowd->losses);
    free(crowd->state);
    free(crowd->order);
    free(crowd->orders);
    free(crowd->rest_orders);
    *crowd = (struct crowd){0};
}

static void move_all(struct crowd *crowd, const struct plan_lanes *from, struct plan_lanes *to)
{
    for (size_t i = 0; i < crowd->count; i++) {
        plan_lanes_save(from, i, crowd->state);
        plan_lanes_load(to, i, crowd->state);
    }
}

/* `count` updates from update `from` on. */
static void run_lanes(struct crowd *crowd, struct plan_lanes *lanes, const struct lane *lane,
                      const size_t *const *orders, size_t from, size_t count, double *losses)
{
    struct cg_trainer *t = crowd->trainer;
    trainer_scalars(&t->options, t->updates_per_epoch, from, count, t->scalars);
    plan_lanes_run(lanes, &(struct plan_lane_updates){
                              .work = lane->work,
                              .data = orders ? t->data : NULL,
                              .orders = orders,
                              .scalars = (const double(*)[PLAN_SCALAR_COUNT])t->scalars,
                              .losses = losses,
                              .count = count});
}

/* One epoch of mini-batches: the whole ones, then what is left. A stroke has at most CHUNK updates,
 * for which there are scalars. */
static void run_batches(struct crowd *crowd)
{
    struct cg_trainer *t = crowd->trainer;
    size_t whole = t->n_rows / t->batch_rows, from = crowd->epochs * t->updates_per_epoch;
    struct cg_train_options own = t->options;
    for (size_t i = 0; i < crowd->count; i++, own.seed++)
        trainer_order(&own, t->n_rows, crowd->epochs, crowd->order + i * t->n_rows);
    for (size_t done = 0, count; done < whole; done += count) {
        count = whole - done < CHUNK ? whole - done : CHUNK;
        for (size_t i = 0; i < crowd->count; i++)
            crowd->orders[i] = crowd->order + i * t->n_rows + done * t->batch_rows;
        run_lanes(crowd, crowd->batch, &t->batch, crowd->orders, from + done, count, NULL);
    }
    if (!crowd->rest)
        return;
    move_all(crowd, crowd->batch, crowd->rest);
    run_lanes(crowd, crowd->rest, &t->rest, crowd->rest_orders, from + whole, 1, NULL);
    move_all(crowd, crowd->rest, crowd->batch);
}

void crowd_run(struct crowd *crowd, size_t count)
{
    struct cg_trainer *t = crowd->trainer;
    if (t->updates_per_epoch > 1)
        run_batches(crowd);
    else
        run_lanes(crowd, crowd->batch, &t->batch, NULL, crowd->epochs, count, crowd->losses);
    crowd->epochs += count;
}

void crowd_losses(struct crowd *crowd)
{
    struct cg_trainer *t = crowd->trainer;
    move_all(crowd, crowd->batch, crowd->loss);
    run_lanes(crowd, crowd->loss, &t->loss, NULL, crowd->epochs * t->updates_per_epoch, 1,
              crowd->losses);
}

const struct cg_env *crowd_env(struct crowd *crowd, size_t network)
{
    plan_lanes_save(crowd->batch, network, crowd->state);
    move_params(crowd, false);
    cg_env_refresh(&crowd->env);
    return &crowd->env;
}
