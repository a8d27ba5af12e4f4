/* Blocks of networks, each trained to the end of the updates before the next one begins, so that
 * its memory stays near. Threads share out the blocks. */
#include "engine/lanes.h"

#include "engine/run_prepare.h"
#include "engine/team.h"

#include <stdlib.h>
#include <string.h>

/* What each thread has: the work memory of a block, scratch and scalars. */
struct worker {
    struct kernel_memory memory;
    double scalars[PLAN_SCALAR_COUNT]; /* what stands in the memory's scalars */
    bool has_scalars;
};

struct plan_lanes {
    const struct plan *from;
    struct plan packed; /* the same plan, its buffers one behind another without gaps: begins at
                           multiples of 4096 bytes would share the same places of the cache */
    const struct kernels *kernels;
    struct cg_arena arena;
    struct run_op *ops;
    struct team *team; /* or NULL */
    struct worker *workers;
    size_t lanes, networks, blocks, n_workers;
    char *states; /* [block][entry][lane] */
    char *memory; /* of the workers */
    const struct plan_lane_updates *updates;
};

static size_t real_size(const struct plan_lanes *lanes)
{
    return lanes->kernels->real_size;
}

/* One real for every lane of a run. */
static void repeat(const struct plan_lanes *lanes, char *run, const char *from)
{
    for (size_t lane = 0; lane < lanes->lanes; lane++)
        memcpy(run + lane * real_size(lanes), from, real_size(lanes));
}

static void fill_inputs(struct plan_lanes *lanes, char *work)
{
    const struct plan *plan = &lanes->packed;
    const char *from = lanes->updates->work;
    for (size_t b = 0; b < plan->n_buffers; b++) {
        const struct plan_buffer *buffer = &plan->buffers[b];
        bool rows = buffer->role == PLAN_ROWS && lanes->updates->data == NULL;
        if (!rows && buffer->role != PLAN_INPUT && buffer->role != PLAN_EYE)
            continue;
        for (size_t i = 0; i < buffer->rows * buffer->cols; i++)
            repeat(lanes, work + (buffer->offset + i) * KERNEL_LANES_BYTES,
                   from + (lanes->from->buffers[b].offset + i) * real_size(lanes));
    }
}

/* Each network of the block takes rows in its own order; lanes beyond the last one, as the last. */
static void fill_rows(struct plan_lanes *lanes, char *work, size_t block, size_t u)
{
    const struct plan *plan = &lanes->packed;
    size_t size = real_size(lanes);
    for (size_t i = 0; i < plan->n_rows; i++) {
        const struct plan_buffer *buffer = &plan->buffers[plan->rows[i]];
        const char *data = lanes->updates->data[i];
        for (size_t lane = 0; lane < lanes->lanes; lane++) {
            size_t network = block * lanes->lanes + lane;
            if (network >= lanes->networks)
                network = lanes->networks - 1;
            const size_t *order = lanes->updates->orders[network] + u * plan->batch;
            for (size_t e = 0; e < plan->batch * buffer->cols; e++)
                memcpy(work + (buffer->offset + e) * KERNEL_LANES_BYTES + lane * size,
                       data + (order[e / buffer->cols] * buffer->cols + e % buffer->cols) * size,
                       size);
        }
    }
}

static void fill_scalars(struct plan_lanes *lanes, struct worker *worker, const double *scalars)
{
    for (size_t s = 0; s < PLAN_SCALAR_COUNT; s++)
        if (!worker->has_scalars || worker->scalars[s] != scalars[s])
            kernel_repeat((char *)worker->memory.scalars + s * KERNEL_LANES_BYTES,
                          KERNEL_LANES_BYTES, real_size(lanes), scalars[s]);
    memcpy(worker->scalars, scalars, sizeof worker->scalars);
    worker->has_scalars = true;
    worker->memory.rate = scalars[PLAN_RATE];
}

static void run_ops(const struct plan_lanes *lanes, const struct kernel_memory *memory)
{
    for (size_t i = 0; i < lanes->packed.n_ops; i++) {
        const struct run_op *op = &lanes->ops[i];
        switch (op->kind) {
        case PLAN_PRODUCT:
            lanes->kernels->lanes_product(&op->u.product, memory);
            break;
        case PLAN_MAP:
            lanes->kernels->lanes_map(&op->u.map, memory);
            break;
        case PLAN_SOFTMAX:
            lanes->kernels->lanes_softmax(&op->u.softmax, memory);
            break;
        }
    }
}

static void keep_losses(const struct plan_lanes *lanes, const char *work, size_t block, size_t u)
{
    const char *run = work + lanes->packed.buffers[lanes->packed.loss].offset * KERNEL_LANES_BYTES;
    for (size_t lane = 0; lane < lanes->lanes; lane++) {
        size_t network = block * lanes->lanes + lane;
        if (network < lanes->networks)
            lanes->updates->losses[network * lanes->updates->count + u] =
                real_size(lanes) == sizeof(float) ? (double)((const float *)run)[lane]
                                                  : ((const double *)run)[lane];
    }
}

static void run_block(struct plan_lanes *lanes, struct worker *worker, size_t block)
{
    const struct plan_lane_updates *updates = lanes->updates;
    char *work = worker->memory.space[PLAN_WORK];
    worker->memory.space[PLAN_STATE] =
        lanes->states + block * lanes->packed.state_size * KERNEL_LANES_BYTES;
    for (size_t u = 0; u < updates->count; u++) {
        if (updates->data)
            fill_rows(lanes, work, block, u);
        if (updates->scalars)
            fill_scalars(lanes, worker, updates->scalars[u]);
        run_ops(lanes, &worker->memory);
        if (updates->losses)
            keep_losses(lanes, work, block, u);
    }
}

static void run_share(void *arg, size_t part)
{
    struct plan_lanes *lanes = arg;
    struct worker *worker = &lanes->workers[part];
    fill_inputs(lanes, worker->memory.space[PLAN_WORK]);
    for (size_t block = part; block < lanes->blocks; block += lanes->n_workers)
        run_block(lanes, worker, block);
}

void plan_lanes_run(struct plan_lanes *lanes, const struct plan_lane_updates *updates)
{
    lanes->updates = updates;
    if (lanes->team)
        team_work(lanes->team, run_share, lanes, lanes->n_workers);
    else
        run_share(lanes, 0);
}

static char *lane_of(const struct plan_lanes *lanes, size_t network, size_t entry)
{
    size_t block = network / lanes->lanes, lane = network % lanes->lanes;
    return lanes->states + (block * lanes->packed.state_size + entry) * KERNEL_LANES_BYTES +
           lane * real_size(lanes);
}

/* Buffer by buffer, to the lane or from it. */
static void move_state(const struct plan_lanes *lanes, size_t network, char *state, bool load)
{
    size_t size = real_size(lanes);
    for (size_t b = 0; b < lanes->packed.n_buffers; b++) {
        const struct plan_buffer *buffer = &lanes->packed.buffers[b];
        char *plain = state + lanes->from->buffers[b].offset * size;
        if (buffer->space != PLAN_STATE)
            continue;
        for (size_t i = 0; i < buffer->rows * buffer->cols; i++) {
            char *lane = lane_of(lanes, network, buffer->offset + i);
            memcpy(load ? lane : plain + i * size, load ? plain + i * size : lane, size);
        }
    }
}

void plan_lanes_load(struct plan_lanes *lanes, size_t network, const void *state)
{
    move_state(lanes, network, (char *)state, true);
}

void plan_lanes_save(const struct plan_lanes *lanes, size_t network, void *state)
{
    move_state(lanes, network, state, false);
}

static void pack_plan(struct plan_lanes *lanes, const struct plan *plan)
{
    lanes->from = plan;
    lanes->packed = *plan;
    lanes->packed.state_size = lanes->packed.work_size = 0;
    lanes->packed.buffers = cg_alloc_array(&lanes->arena, plan->n_buffers, sizeof *plan->buffers);
    for (size_t b = 0; b < plan->n_buffers; b++) {
        struct plan_buffer *buffer = &lanes->packed.buffers[b];
        *buffer = plan->buffers[b];
        size_t *size =
            buffer->space == PLAN_STATE ? &lanes->packed.state_size : &lanes->packed.work_size;
        buffer->offset = *size;
        *size += buffer->rows * buffer->cols;
    }
}

static size_t in_pages(size_t bytes)
{
    return (bytes + 4095) / 4096 * 4096;
}

static char *zeroed(size_t bytes)
{
    char *memory = aligned_alloc(4096, bytes);
    if (memory == NULL)
        cg_out_of_memory();
    return memset(memory, 0, bytes);
}

/* For each worker: scalars, scratch, the work memory of a block. */
static void make_workers(struct plan_lanes *lanes)
{
    size_t scratch = 0;
    for (size_t i = 0; i < lanes->packed.n_ops; i++) {
        size_t need = run_lanes_scratch(&lanes->ops[i]);
        scratch = need > scratch ? need : scratch;
    }
    scratch = in_pages(scratch);
    size_t scalars = in_pages(PLAN_SCALAR_COUNT * KERNEL_LANES_BYTES);
    size_t work = in_pages(lanes->packed.work_size * KERNEL_LANES_BYTES);
    size_t each = scalars + scratch + work;
    lanes->memory = zeroed(lanes->n_workers * each);
    lanes->workers = cg_xmalloc(lanes->n_workers * sizeof *lanes->workers);
    for (size_t i = 0; i < lanes->n_workers; i++) {
        char *memory = lanes->memory + i * each;
        lanes->workers[i] = (struct worker){.memory = {.scalars = memory,
                                                       .scratch = memory + scalars,
                                                       .space = {NULL, memory + scalars + scratch},
                                                       .parts = 1}};
    }
}

struct plan_lanes *plan_lanes_create(const struct plan *plan, enum cg_precision precision,
                                     size_t networks, size_t threads)
{
    struct plan_lanes *lanes = cg_xmalloc(sizeof *lanes);
    *lanes = (struct plan_lanes){.kernels = kernels_choose(precision), .networks = networks};
    lanes->lanes = KERNEL_LANES_BYTES / lanes->kernels->real_size;
    lanes->blocks = (networks + lanes->lanes - 1) / lanes->lanes;
    cg_arena_init(&lanes->arena);
    pack_plan(lanes, plan);
    lanes->ops = cg_alloc_array(&lanes->arena, plan->n_ops, sizeof *lanes->ops);
    for (size_t i = 0; i < plan->n_ops; i++)
        run_prepare_lanes(&lanes->arena, &lanes->ops[i], &lanes->packed, i, lanes->kernels);
    lanes->team = team_create(threads < lanes->blocks ? threads : lanes->blocks);
    lanes->n_workers = team_size(lanes->team);
    lanes->states =
        zeroed(in_pages(lanes->blocks * lanes->packed.state_size * KERNEL_LANES_BYTES + 1));
    make_workers(lanes);
    return lanes;
}

void plan_lanes_destroy(struct plan_lanes *lanes)
{
    if (lanes == NULL)
        return;
    team_destroy(lanes->team);
    cg_arena_finish(&lanes->arena);
    free(lanes->workers);
    free(lanes->memory);
    free(lanes->states);
    free(lanes);
}
