/* A plan's operations in order, by kernels. */
#include "engine/run.h"

#include "engine/run_prepare.h"
#include "engine/team.h"

#include <stdlib.h>
#include <string.h>

struct executor {
    struct plan_runner runner; /* first: the runner is the executor */
    const struct plan *plan;
    const struct kernels *kernels;
    struct cg_arena arena; /* the prepared operations */
    struct run_op *ops;
    struct team *team;              /* or NULL */
    struct kernel_memory *memories; /* of each thread */
    void *block;                    /* scalars, then each thread's scratch */
    const struct run_op *op;        /* the one that the team works on */
};

static void run_part(const struct kernels *kernels, const struct run_op *op,
                     const struct kernel_memory *memory)
{
    switch (op->kind) {
    case PLAN_PRODUCT:
        kernels->product(&op->u.product, memory);
        break;
    case PLAN_MAP:
        kernels->map(&op->u.map, memory);
        break;
    case PLAN_SOFTMAX:
        kernels->softmax(&op->u.softmax, memory);
        break;
    }
}

static void team_part(void *arg, size_t part)
{
    struct executor *executor = arg;
    run_part(executor->kernels, executor->op, &executor->memories[part]);
}

/* An operation by the team: each part has its own scratch, whoever does it. */
static void run_shared(struct executor *executor, const struct run_op *op)
{
    struct kernel_memory *memories = executor->memories;
    for (size_t part = 0; part < op->parts; part++) {
        void *scratch = memories[part].scratch;
        memories[part] = memories[0];
        memories[part].scratch = scratch;
        memories[part].part = part;
        memories[part].parts = op->parts;
    }
    executor->op = op;
    team_work(executor->team, team_part, executor, op->parts);
    memories[0].parts = 1;
}

static void run_ops(struct executor *executor)
{
    for (size_t i = 0; i < executor->plan->n_ops; i++) {
        const struct run_op *op = &executor->ops[i];
        if (op->parts > 1)
            run_shared(executor, op);
        else
            run_part(executor->kernels, op, &executor->memories[0]);
    }
}

/* The rows of one update, from the data sets into the buffers. */
static void fill_rows(const struct executor *executor, const struct plan_updates *updates, size_t u)
{
    const struct plan *plan = executor->plan;
    for (size_t i = 0; i < plan->n_rows; i++) {
        const struct plan_buffer *buffer = &plan->buffers[plan->rows[i]];
        size_t bytes = buffer->cols * executor->kernels->real_size;
        char *to = (char *)updates->work + buffer->offset * executor->kernels->real_size;
        const size_t *order = updates->order + u * plan->batch;
        for (size_t row = 0; row < plan->batch; row++)
            memcpy(to + row * bytes, (const char *)updates->data[i] + order[row] * bytes, bytes);
    }
}

/* Most updates have the numbers of the one before. */
static void fill_scalars(struct executor *executor, const double *scalars, const double *before)
{
    for (size_t i = 0; i < PLAN_SCALAR_COUNT; i++)
        if (before == NULL || before[i] != scalars[i])
            kernel_repeat((char *)executor->memories[0].scalars + i * KERNEL_CHUNK_BYTES,
                          KERNEL_CHUNK_BYTES, executor->kernels->real_size, scalars[i]);
    executor->memories[0].rate = scalars[PLAN_RATE];
}

static double loss_now(const struct executor *executor, const void *work)
{
    size_t offset = executor->plan->buffers[executor->plan->loss].offset;
    return executor->kernels->real_size == sizeof(float) ? (double)((const float *)work)[offset]
                                                         : ((const double *)work)[offset];
}

static void run(struct plan_runner *runner, const struct plan_updates *updates)
{
    struct executor *executor = (struct executor *)runner;
    executor->memories[0].space[PLAN_STATE] = updates->state;
    executor->memories[0].space[PLAN_WORK] = updates->work;
    for (size_t u = 0; u < updates->count; u++) {
        if (updates->data)
            fill_rows(executor, updates, u);
        if (updates->scalars)
            fill_scalars(executor, updates->scalars[u], u ? updates->scalars[u - 1] : NULL);
        run_ops(executor);
        if (updates->losses)
            updates->losses[u] = loss_now(executor, updates->work);
    }
}

static void destroy(struct plan_runner *runner)
{
    struct executor *executor = (struct executor *)runner;
    team_destroy(executor->team);
    cg_arena_finish(&executor->arena);
    free(executor->memories);
    free(executor->block);
    free(executor);
}

/* Scalars and scratch, in one block, each at a multiple of 64 bytes. */
static void make_memory(struct executor *executor, size_t threads)
{
    size_t scratch = 0;
    for (size_t i = 0; i < executor->plan->n_ops; i++) {
        size_t need = run_scratch(&executor->ops[i], executor->kernels);
        scratch = need > scratch ? need : scratch;
    }
    scratch = (scratch + 4095) / 4096 * 4096; /* threads keep off each other's pages */
    size_t scalars = PLAN_SCALAR_COUNT * KERNEL_CHUNK_BYTES;
    scalars = (scalars + 4095) / 4096 * 4096;
    executor->block = aligned_alloc(4096, scalars + threads * scratch);
    executor->memories = cg_xmalloc(threads * sizeof *executor->memories);
    if (executor->block == NULL)
        cg_out_of_memory();
    memset(executor->block, 0, scalars + threads * scratch);
    for (size_t i = 0; i < threads; i++)
        executor->memories[i] =
            (struct kernel_memory){.scratch = (char *)executor->block + scalars + i * scratch,
                                   .scalars = executor->block,
                                   .parts = 1};
}

struct plan_runner *plan_run_create(const struct plan *plan, enum cg_precision precision,
                                    size_t threads)
{
    struct executor *executor = cg_xmalloc(sizeof *executor);
    *executor = (struct executor){.runner = {.run = run, .destroy = destroy},
                                  .plan = plan,
                                  .kernels = kernels_choose(precision)};
    cg_arena_init(&executor->arena);
    executor->ops = cg_alloc_array(&executor->arena, plan->n_ops, sizeof *executor->ops);
    executor->team = team_create(threads);
    for (size_t i = 0; i < plan->n_ops; i++)
        run_prepare(&executor->arena, &executor->ops[i], plan, i, executor->kernels,
                    team_size(executor->team));
    make_memory(executor, team_size(executor->team));
    return &executor->runner;
}
