/* The operations for LANES networks at once: entry e of the plan's memory is a run of LANES
 * numbers, one for each network. Nothing is ever in part here: a run is a whole number of vectors.
 */
#include "engine/kernels/elementary.h"
#include "engine/kernels/unit.h"

enum {
    LANES = KERNEL_LANES_BYTES / sizeof(real),
    GROUP = 4 /* vectors that are worked on together */
};

static real *run_of(const struct kernel_memory *memory, const struct kernel_view *view, size_t row,
                    size_t col)
{
    return (real *)memory->space[view->space] +
           (view->offset + row * view->row + col * view->col) * LANES;
}

/* out = x, or out -= rate x, for one run */
static void put(real *out, const real *x, enum plan_mode mode, double rate)
{
    for (size_t i = 0; i < LANES; i += W)
        store(out + i,
              mode == PLAN_SET ? load(x + i) : load(out + i) - splat((real)rate) * load(x + i));
}

/* out_ij = sum_k a_ik b_kj, for a group of vectors */
static void product_entry(const struct kernel_product *op, real *out, const real *a, const real *b,
                          double rate)
{
    vec sum[GROUP] = {{0}};
    for (size_t k = 0; k < op->inner; k++, a += op->a.col * LANES, b += op->b.row * LANES)
#pragma GCC unroll 4
        for (size_t v = 0; v < GROUP; v++)
            sum[v] += load(a + v * W) * load(b + v * W);
#pragma GCC unroll 4
    for (size_t v = 0; v < GROUP; v++)
        store(out + v * W,
              op->mode == PLAN_SET ? sum[v] : load(out + v * W) - splat((real)rate) * sum[v]);
}

void KERNEL(lanes_product)(const struct kernel_product *op, const struct kernel_memory *memory)
{
    for (size_t i = 0; i < op->rows; i++)
        for (size_t j = 0; j < op->cols; j++)
            for (size_t v = 0; v < LANES; v += GROUP * W)
                product_entry(op, run_of(memory, &op->out, i, j) + v,
                              run_of(memory, &op->a, i, 0) + v, run_of(memory, &op->b, 0, j) + v,
                              memory->rate);
}

struct walk {
    const struct kernel_map *op;
    const struct kernel_memory *memory;
    void **at;             /* each register's begin */
    const uint32_t **runs; /* of this chunk: where its runs are, counted from there */
    real *slots;
};

static real *slot(const struct walk *walk, size_t i)
{
    return (real *)((char *)walk->slots + i * KERNEL_LANES_RUNS * KERNEL_LANES_BYTES);
}

static void add(real *to, const real *x)
{
    for (size_t i = 0; i < LANES; i += W)
        store(to + i, load(to + i) + load(x + i));
}

/* Entries [from, end) of a register, one by one, to where they are kept or summed. */
static void keep(const struct walk *walk, const struct kernel_store *to, size_t from, size_t end)
{
    size_t cols = walk->op->cols, row = from / cols, col = from % cols;
    const uint32_t *runs = walk->runs[to->reg];
    real *out =
        to->reduce == PLAN_KEEP ? run_of(walk->memory, &to->view, 0, 0) : slot(walk, to->slot);
    for (size_t e = from; e < end; e++, runs++) {
        const real *x = (real *)walk->at[to->reg] + *runs * LANES;
        if (to->reduce == PLAN_KEEP)
            put(out + to->runs[e] * LANES, x, PLAN_SET, 0);
        else
            add(out + (to->reduce == PLAN_SUM_ROWS   ? col
                       : to->reduce == PLAN_SUM_COLS ? row
                                                     : 0) *
                          LANES,
                x);
        if (++col == cols)
            col = 0, row++;
    }
}

static void put_sums(const struct walk *walk, const struct kernel_store *to)
{
    real *sums = slot(walk, to->slot);
    for (size_t i = 0; i < to->sums_bytes / sizeof(real); i += W)
        store(sums + i, load(sums + i) * splat((real)to->scale));
    for (size_t i = 0; i < to->sums_bytes / KERNEL_LANES_BYTES; i++)
        put(run_of(walk->memory, &to->view, to->reduce == PLAN_SUM_COLS ? i : 0,
                   to->reduce == PLAN_SUM_ROWS ? i : 0),
            sums + i * LANES, to->mode, walk->memory->rate);
}

/* What stays from chunk to chunk. */
static struct walk begin(const struct kernel_map *op, const struct kernel_memory *memory)
{
    struct walk walk = {.op = op, .memory = memory, .at = memory->scratch};
    walk.runs = (const uint32_t **)(walk.at + op->n_registers);
    size_t pointers = (2 * op->n_registers * sizeof(void *) + 63) / 64 * 64;
    walk.slots = (real *)((char *)memory->scratch + pointers);
    for (size_t i = 0; i < op->n_registers; i++) {
        const struct kernel_register *reg = &op->registers[i];
        walk.runs[i] = reg->runs;
        if (i < op->n_inputs)
            walk.at[i] = run_of(memory, &reg->view, 0, 0);
        else if (reg->kept)
            walk.at[i] = run_of(memory, &op->stores[reg->kept - 1].view, 0, 0);
        else if (reg->place == KERNEL_NUMBER)
            walk.at[i] = reg->chunk;
        else if (reg->place == KERNEL_SCALAR)
            walk.at[i] = (char *)memory->scalars + (size_t)reg->scalar * KERNEL_LANES_BYTES;
        else
            walk.at[i] = slot(&walk, reg->slot);
    }
    for (size_t i = 0; i < op->n_stores; i++)
        if (op->stores[i].reduce != PLAN_KEEP)
            memset(slot(&walk, op->stores[i].slot), 0, op->stores[i].sums_bytes);
    return walk;
}

void KERNEL(lanes_map)(const struct kernel_map *op, const struct kernel_memory *memory)
{
    struct walk walk = begin(op, memory);
    size_t all = op->rows * op->cols;
    for (size_t from = 0; from < all; from += KERNEL_LANES_RUNS) {
        size_t n = all - from < KERNEL_LANES_RUNS ? all - from : KERNEL_LANES_RUNS;
        KERNEL(lanes_interpret)(op->code, op->n_code, walk.at, walk.runs, n);
        for (size_t i = 0; i < op->n_stores; i++)
            if (op->registers[op->stores[i].reg].kept != i + 1)
                keep(&walk, &op->stores[i], from, from + n);
        for (size_t i = 0; i < op->n_registers; i++)
            if (i < op->n_inputs || op->registers[i].kept)
                walk.runs[i] += KERNEL_LANES_RUNS;
    }
    for (size_t i = 0; i < op->n_stores; i++)
        if (op->stores[i].reduce != PLAN_KEEP)
            put_sums(&walk, &op->stores[i]);
}

/* One row, one vector of networks */
static void softmax_row(const struct kernel_softmax *op, real *out, const real *a)
{
    vec most = load(a), total = splat(0);
    for (size_t c = 1; c < op->cols; c++)
        most = where_less(most, load(a + c * op->a.col * LANES), load(a + c * op->a.col * LANES),
                          most);
    for (size_t c = 0; c < op->cols; c++) {
        vec e = vector_exp(load(a + c * op->a.col * LANES) - most);
        store(out + c * op->out.col * LANES, e);
        total += e;
    }
    for (size_t c = 0; c < op->cols; c++)
        store(out + c * op->out.col * LANES, load(out + c * op->out.col * LANES) / total);
}

void KERNEL(lanes_softmax)(const struct kernel_softmax *op, const struct kernel_memory *memory)
{
    for (size_t r = 0; r < op->rows; r++)
        for (size_t v = 0; v < LANES; v += W)
            softmax_row(op, run_of(memory, &op->out, r, 0) + v, run_of(memory, &op->a, r, 0) + v);
}
