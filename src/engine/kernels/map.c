/* Maps: a chain of elementwise operations over a chunk of the domain at a time. Registers are
 * chunks in the first-level cache, or the inputs themselves where these lie side by side.
 *
 * A chunk that does not fill its last vector copies its inputs first, so that nothing beyond them
 * is read; what the missing lanes hold is never stored and never summed.
 */
#include "engine/kernels/unit.h"

struct walk {
    const struct kernel_map *op;
    const struct kernel_memory *memory;
    void **at;   /* the registers of this chunk */
    real *slots; /* CHUNK reals each */
    size_t n;    /* entries of this chunk */
};

static real *slot(const struct walk *walk, size_t i)
{
    return walk->slots + i * CHUNK;
}

static void fill(real *to, real x, size_t n)
{
    for (size_t i = 0; i < n; i += W)
        store(to + i, splat(x));
}

static void copy(real *to, const real *from, size_t n)
{
    size_t i = 0;
    for (; i + W <= n; i += W)
        store(to + i, load(from + i));
    if (i < n)
        store(to + i, load_part(from + i, n - i));
}

static void gather(real *to, const real *from, const struct kernel_offsets *offsets, size_t n)
{
    const whole *of = offsets->of;
    if (offsets->permute) {
        vec all = load_part(from, offsets->reach);
        for (size_t i = 0; i < n; i += W)
            store(to + i, permute(all, *(const ivec_anywhere *)(of + i)));
        return;
    }
    for (size_t i = 0; i < n; i++)
        to[i] = from[of[i]];
}

/* Everything that stays from chunk to chunk. */
static struct walk begin(const struct kernel_map *op, const struct kernel_memory *memory)
{
    struct walk walk = {.op = op, .memory = memory, .at = memory->scratch};
    size_t pointers = (op->n_registers * sizeof(void *) + 63) / 64 * 64;
    walk.slots = (real *)((char *)memory->scratch + pointers);
    size_t most = op->walk == KERNEL_TILES ? op->lines * op->cols : op->cols;
    for (size_t i = 0; i < op->n_registers; i++) {
        const struct kernel_register *reg = &op->registers[i];
        if (reg->place == KERNEL_NUMBER)
            walk.at[i] = reg->chunk;
        else if (reg->place == KERNEL_SCALAR)
            walk.at[i] = (real *)memory->scalars + (size_t)reg->scalar * CHUNK;
        else
            walk.at[i] = slot(&walk, reg->slot);
        if (reg->place == KERNEL_REPEAT)
            fill(walk.at[i], *place_of(memory, &reg->view), most < CHUNK ? most : CHUNK);
    }
    return walk;
}

/* The entries side by side at `from`: read there, or copied where a vector is not filled. */
static void bind(struct walk *walk, size_t i, real *from)
{
    walk->at[i] = from;
    if (walk->n % W) {
        walk->at[i] = slot(walk, walk->op->registers[i].slot);
        copy(walk->at[i], from, walk->n);
    }
}

static void bind_line(struct walk *walk, size_t row, size_t col)
{
    for (size_t i = 0; i < walk->op->n_inputs; i++) {
        const struct kernel_register *reg = &walk->op->registers[i];
        real *from = place_of(walk->memory, &reg->view) + row * reg->view.row;
        if (reg->place == KERNEL_DIRECT)
            bind(walk, i, from + col);
        else if (reg->place == KERNEL_LINE)
            fill(walk->at[i], *from, walk->n);
        else if (reg->place == KERNEL_GATHER)
            for (size_t j = 0; j < walk->n; j++)
                ((real *)walk->at[i])[j] = from[(col + j) * reg->view.col];
    }
}

static void bind_tile(struct walk *walk, size_t row)
{
    for (size_t i = 0; i < walk->op->n_inputs; i++) {
        const struct kernel_register *reg = &walk->op->registers[i];
        real *from = place_of(walk->memory, &reg->view) + row * reg->view.row;
        if (reg->place == KERNEL_DIRECT)
            bind(walk, i, from);
        else if (reg->place == KERNEL_GATHER)
            gather(walk->at[i], from, &reg->offsets, walk->n);
    }
}

static void keep(real *to, const real *from, size_t n)
{
    size_t i = 0;
    for (; i + W <= n; i += W)
        store(to + i, load(from + i));
    if (i < n)
        store_part(to + i, load(from + i), n - i);
}

static void add(real *to, const real *from, size_t n)
{
    size_t i = 0;
    for (; i + W <= n; i += W)
        store(to + i, load(to + i) + load(from + i));
    if (i < n)
        store(to + i, load(to + i) + load_part(from + i, n - i));
}

static real sum(const real *from, size_t n)
{
    vec total = splat(0);
    size_t i = 0;
    for (; i + W <= n; i += W)
        total += load(from + i);
    if (i < n)
        total += load_part(from + i, n - i);
    return lane_sum(total);
}

static void clear_sums(struct walk *walk)
{
    for (size_t i = 0; i < walk->op->n_stores; i++) {
        const struct kernel_store *to = &walk->op->stores[i];
        if (to->reduce != PLAN_KEEP)
            memset(slot(walk, to->slot), 0, to->sums_bytes);
    }
}

/* The sums of a chunk, until all are done: of each column (of each entry, where rows stand one
 * behind another), of each row, of all. Totals are doubles in either precision: they may have
 * millions of entries. */
static void add_sums(struct walk *walk, const struct kernel_store *to, size_t row, size_t col)
{
    const real *from = walk->at[to->reg];
    real *sums = slot(walk, to->slot);
    if (to->reduce == PLAN_SUM_ROWS)
        add(sums + col, from, walk->n);
    else if (to->reduce == PLAN_SUM_ALL)
        *(double *)sums += (double)sum(from, walk->n);
    else if (walk->op->walk == KERNEL_LINES)
        sums[row] += sum(from, walk->n);
    else
        for (size_t j = 0; j < walk->n; j += walk->op->cols)
            sums[row++] = sum(from + j, walk->op->cols);
}

static void keep_line(struct walk *walk, const struct kernel_store *to, size_t row, size_t col)
{
    const real *from = walk->at[to->reg];
    real *out = place_of(walk->memory, &to->view) + row * to->view.row + col * to->view.col;
    if (to->view.col == 1)
        keep(out, from, walk->n);
    else
        for (size_t j = 0; j < walk->n; j++)
            out[j * to->view.col] = from[j];
}

static void keep_tile(struct walk *walk, const struct kernel_store *to, size_t row)
{
    const real *from = walk->at[to->reg];
    const whole *of = to->offsets.of;
    real *out = place_of(walk->memory, &to->view) + row * to->view.row;
    if (of == NULL)
        keep(out, from, walk->n);
    else
        for (size_t j = 0; j < walk->n; j++)
            out[of[j]] = from[j];
}

static void store_chunk(struct walk *walk, size_t row, size_t col)
{
    for (size_t i = 0; i < walk->op->n_stores; i++) {
        const struct kernel_store *to = &walk->op->stores[i];
        if (to->reduce != PLAN_KEEP)
            add_sums(walk, to, row, col);
        else if (walk->op->walk == KERNEL_LINES)
            keep_line(walk, to, row, col);
        else
            keep_tile(walk, to, row);
    }
}

/* The sums of rows [row, rows) and columns [col, cols), after all entries. */
static void store_sums(struct walk *walk, size_t row, size_t rows, size_t col, size_t cols)
{
    size_t lines = walk->op->walk == KERNEL_LINES ? 1 : walk->op->lines;
    for (size_t i = 0; i < walk->op->n_stores; i++) {
        const struct kernel_store *to = &walk->op->stores[i];
        const real *sums = slot(walk, to->slot);
        real *out = place_of(walk->memory, &to->view);
        if (to->reduce == PLAN_SUM_ALL)
            store_total(walk->memory, to, out, *(const double *)sums);
        else if (to->reduce == PLAN_SUM_COLS)
            for (size_t r = row; r < rows; r++)
                store_total(walk->memory, to, out + r * to->view.row, (double)sums[r]);
        else if (to->reduce == PLAN_SUM_ROWS)
            for (size_t c = col; c < cols; c++) {
                real total = sums[c];
                for (size_t line = 1; line < lines; line++)
                    total += sums[line * walk->op->cols + c];
                store_total(walk->memory, to, out + c * to->view.col, (double)total);
            }
    }
}

/* [from, to): this part's share of `count`, in whole multiples of `step` */
static void share(const struct kernel_memory *memory, size_t count, size_t step, size_t *from,
                  size_t *to)
{
    size_t steps = (count + step - 1) / step;
    *from = steps * memory->part / memory->parts * step;
    *to = steps * (memory->part + 1) / memory->parts * step;
    if (*to > count)
        *to = count;
}

static void compute(struct walk *walk)
{
    KERNEL(interpret)(walk->op->code, walk->op->n_code, walk->at, (walk->n + W - 1) / W);
}

static void walk_lines(struct walk *walk)
{
    const struct kernel_map *op = walk->op;
    size_t row = 0, rows = op->rows, col = 0, cols = op->cols;
    if (op->cut == KERNEL_CUT_COLS)
        share(walk->memory, cols, CHUNK, &col, &cols);
    else if (op->cut == KERNEL_CUT_ROWS)
        share(walk->memory, rows, 1, &row, &rows);
    for (size_t c = col; c < cols; c += CHUNK) {
        walk->n = cols - c < CHUNK ? cols - c : CHUNK;
        for (size_t r = row; r < rows; r++) {
            bind_line(walk, r, c);
            compute(walk);
            store_chunk(walk, r, c);
        }
    }
    store_sums(walk, row, rows, col, cols);
}

static void walk_tiles(struct walk *walk)
{
    const struct kernel_map *op = walk->op;
    size_t row = 0, rows = op->rows;
    if (op->cut == KERNEL_CUT_ROWS)
        share(walk->memory, rows, op->lines, &row, &rows);
    for (size_t r = row; r < rows; r += op->lines) {
        size_t lines = rows - r < op->lines ? rows - r : op->lines;
        walk->n = lines * op->cols;
        bind_tile(walk, r);
        compute(walk);
        store_chunk(walk, r, 0);
    }
    store_sums(walk, row, rows, 0, op->cols);
}

void KERNEL(map)(const struct kernel_map *op, const struct kernel_memory *memory)
{
    if (op->walk == KERNEL_VECTOR) {
        KERNEL(vector_map)(op, memory);
        return;
    }
    struct walk walk = begin(op, memory);
    clear_sums(&walk);
    if (op->walk == KERNEL_TILES)
        walk_tiles(&walk);
    else
        walk_lines(&walk);
}
