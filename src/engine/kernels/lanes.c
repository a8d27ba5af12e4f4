/* The operations for RUN networks at once: entry e of the plan's memory is a run of RUN
 * numbers, one for each network. Nothing is ever in part here: a run is a whole number of vectors.
 */
#include "engine/kernels/unit.h"

enum {
    RUN = KERNEL_LANES_BYTES / sizeof(real),
    GROUP = VECTOR_BYTES == 64 ? 8 : 4 /* vectors that are worked on together */
};

static real *run_of(const struct kernel_memory *memory, const struct kernel_view *view, size_t row,
                    size_t col)
{
    return (real *)memory->space[view->space] +
           (view->offset + row * view->row + col * view->col) * RUN;
}

INLINE void put_group(real *out, const vec *x, enum plan_mode mode, real rate)
{
#pragma GCC unroll 8
    for (size_t v = 0; v < GROUP; v++)
        store(out + v * W, mode == PLAN_SET ? x[v] : load(out + v * W) - splat(rate) * x[v]);
}

/* out_ij = sum_k a_ik b_kj, for a group of vectors */
INLINE void product_entry(const struct kernel_product *op, real *out, const real *a, const real *b,
                          real rate)
{
    vec sum[GROUP] = {{0}};
    for (size_t k = 0; k < op->inner; k++, a += op->a.col * RUN, b += op->b.row * RUN)
#pragma GCC unroll 8
        for (size_t v = 0; v < GROUP; v++)
            sum[v] += load(a + v * W) * load(b + v * W);
    put_group(out, sum, op->mode, rate);
}

void KERNEL(lanes_product)(const struct kernel_product *op, const struct kernel_memory *memory)
{
    real *out = run_of(memory, &op->out, 0, 0), rate = (real)memory->rate;
    const real *a = run_of(memory, &op->a, 0, 0), *b = run_of(memory, &op->b, 0, 0);
    for (size_t i = 0; i < op->rows; i++, a += op->a.row * RUN, out += op->out.row * RUN)
        for (size_t j = 0; j < op->cols; j++)
            for (size_t v = 0; v < RUN; v += GROUP * W)
                product_entry(op, out + j * op->out.col * RUN + v, a + v,
                              b + j * op->b.col * RUN + v, rate);
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

/* What a sum adds up in a chunk: entries first, first + step ..., of one register, or of the
 * products of two. */
struct terms {
    const real *a, *b; /* b: NULL for one */
    const uint32_t *a_runs, *b_runs;
    size_t step, count;
};

INLINE void add_terms(vec *sum, const struct terms *terms, size_t v)
{
    for (size_t k = 0; k < terms->count; k++) {
        const real *a = terms->a + (size_t)terms->a_runs[k * terms->step] * RUN + v;
        const real *b =
            terms->b ? terms->b + (size_t)terms->b_runs[k * terms->step] * RUN + v : NULL;
#pragma GCC unroll 8
        for (size_t i = 0; i < GROUP; i++)
            sum[i] = b ? sum[i] + load(a + i * W) * load(b + i * W) : sum[i] + load(a + i * W);
    }
}

/* From one sum of a store to the next. */
static size_t sums_step(const struct kernel_store *to)
{
    return RUN * (to->reduce == PLAN_SUM_ROWS   ? to->view.col
                  : to->reduce == PLAN_SUM_COLS ? to->view.row
                                                : 0);
}

/* Those of one sum, to its place at once, or to its slot until all chunks are done. */
static void add_up(const struct walk *walk, const struct kernel_store *to, size_t target,
                   const struct terms *terms)
{
    real *slots = slot(walk, to->slot) + target * RUN;
    real *out = run_of(walk->memory, &to->view, 0, 0) + target * sums_step(to);
    for (size_t v = 0; v < RUN; v += GROUP * W) {
        vec sum[GROUP] = {{0}};
        if (!to->at_once)
#pragma GCC unroll 8
            for (size_t i = 0; i < GROUP; i++)
                sum[i] = load(slots + v + i * W);
        add_terms(sum, terms, v);
        if (to->at_once)
            for (size_t i = 0; i < GROUP; i++)
                sum[i] *= splat((real)to->scale);
        put_group(to->at_once ? out + v : slots + v, sum, to->at_once ? to->mode : PLAN_SET,
                  (real)walk->memory->rate);
    }
}

/* Adds entries [from, end) of the domain to the sums that they belong to. */
static void add_entries(const struct walk *walk, const struct kernel_store *to, size_t from,
                        size_t end)
{
    size_t cols = walk->op->cols, first = from;
    struct terms terms = {.a = walk->at[to->reg], .step = 1};
    if (to->by != KERNEL_NOTHING)
        terms.b = walk->at[to->by];
    while (first < end) {
        size_t target = 0, last = end;
        if (to->reduce == PLAN_SUM_ROWS) {
            if (first == from + cols)
                break;
            target = first % cols;
            terms.step = cols;
        } else if (to->reduce == PLAN_SUM_COLS) {
            target = first / cols;
            last = (target + 1) * cols < end ? (target + 1) * cols : end;
        }
        terms.count = (last - first + terms.step - 1) / terms.step;
        terms.a_runs = walk->runs[to->reg] + (first - from);
        terms.b_runs = terms.b ? walk->runs[to->by] + (first - from) : NULL;
        add_up(walk, to, target, &terms);
        first = terms.step > 1 ? first + 1 : last;
    }
}

static void copy_run(real *out, const real *x)
{
    for (size_t i = 0; i < RUN; i += W)
        store(out + i, load(x + i));
}

/* Entries [from, end) of a register, one by one, to where they are kept. */
static void keep(const struct walk *walk, const struct kernel_store *to, size_t from, size_t end)
{
    const uint32_t *runs = walk->runs[to->reg];
    const real *x = walk->at[to->reg];
    real *out = run_of(walk->memory, &to->view, 0, 0);
    for (size_t e = from; e < end; e++)
        copy_run(out + to->runs[e] * RUN, x + (size_t)runs[e - from] * RUN);
}

static void put_sums(const struct walk *walk, const struct kernel_store *to)
{
    const real *sums = slot(walk, to->slot);
    real *out = run_of(walk->memory, &to->view, 0, 0);
    for (size_t i = 0; i < to->sums_bytes / KERNEL_LANES_BYTES; i++, sums += RUN) {
        for (size_t v = 0; v < RUN; v += GROUP * W) {
            vec sum[GROUP];
            for (size_t k = 0; k < GROUP; k++)
                sum[k] = load(sums + v + k * W) * splat((real)to->scale);
            put_group(out + v, sum, to->mode, (real)walk->memory->rate);
        }
        out += sums_step(to);
    }
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
        if (op->stores[i].reduce != PLAN_KEEP && !op->stores[i].at_once)
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
            if (op->stores[i].reduce != PLAN_KEEP)
                add_entries(&walk, &op->stores[i], from, from + n);
        for (size_t i = 0; i < op->n_stores; i++)
            if (op->stores[i].reduce == PLAN_KEEP && op->registers[op->stores[i].reg].kept != i + 1)
                keep(&walk, &op->stores[i], from, from + n);
        for (size_t i = 0; i < op->n_registers; i++)
            if (i < op->n_inputs || op->registers[i].kept)
                walk.runs[i] += KERNEL_LANES_RUNS;
    }
    for (size_t i = 0; i < op->n_stores; i++)
        if (op->stores[i].reduce != PLAN_KEEP && !op->stores[i].at_once)
            put_sums(&walk, &op->stores[i]);
}

/* One row, one vector of networks */
static void softmax_row(const struct kernel_softmax *op, real *out, const real *a)
{
    vec most = load(a), total = splat(0);
    for (size_t c = 1; c < op->cols; c++)
        most = v_max(most, load(a + c * op->a.col * RUN));
    for (size_t c = 0; c < op->cols; c++) {
        vec e = v_exp(load(a + c * op->a.col * RUN) - most);
        store(out + c * op->out.col * RUN, e);
        total += e;
    }
    for (size_t c = 0; c < op->cols; c++)
        store(out + c * op->out.col * RUN, load(out + c * op->out.col * RUN) / total);
}

void KERNEL(lanes_softmax)(const struct kernel_softmax *op, const struct kernel_memory *memory)
{
    for (size_t r = 0; r < op->rows; r++)
        for (size_t v = 0; v < RUN; v += W)
            softmax_row(op, run_of(memory, &op->out, r, 0) + v, run_of(memory, &op->a, r, 0) + v);
}
