/* Maps of one vector or less: what is set up for chunks and loops costs more there than the work.
 */
#include "engine/kernels/unit.h"

INLINE vec gathered(const real *from, const struct kernel_offsets *offsets, size_t n)
{
    const whole *of = offsets->of;
    if (offsets->permute)
        return permute(load_part(from, offsets->reach), *(const ivec_anywhere *)of);
    vec v = {0};
    for (size_t i = 0; i < n; i++)
        v[i] = from[of[i]];
    return v;
}

static void read_registers(const struct kernel_map *op, const struct kernel_memory *memory,
                           vec *registers, size_t n)
{
    for (size_t i = 0; i < op->n_registers; i++) {
        const struct kernel_register *reg = &op->registers[i];
        const real *from = place_of(memory, &reg->view);
        switch (reg->place) {
        case KERNEL_MADE:
            break;
        case KERNEL_NUMBER:
            registers[i] = load(reg->chunk);
            break;
        case KERNEL_SCALAR:
            registers[i] = load((const real *)memory->scalars + (size_t)reg->scalar * CHUNK);
            break;
        case KERNEL_DIRECT:
            registers[i] = load_part(from, n);
            break;
        case KERNEL_REPEAT:
        case KERNEL_LINE:
            registers[i] = splat(*from);
            break;
        case KERNEL_GATHER:
            registers[i] = gathered(from, &reg->offsets, n);
            break;
        }
    }
}

static void keep(const struct kernel_store *to, real *out, const vec *from, size_t n)
{
    const whole *of = to->offsets.of;
    if (of == NULL)
        store_part(out, *from, n);
    else
        for (size_t i = 0; i < n; i++)
            out[of[i]] = (*from)[i];
}

/* The sums of each column, added from row to row; of each row; of all. */
static void store_sums(const struct kernel_map *op, const struct kernel_memory *memory,
                       const struct kernel_store *to, real *out, const real *from)
{
    if (to->reduce == PLAN_SUM_ALL)
        store_total(memory, to, out, (double)lane_sum(load_part(from, op->rows * op->cols)));
    else if (to->reduce == PLAN_SUM_COLS)
        for (size_t row = 0; row < op->rows; row++)
            store_total(memory, to, out + row * to->view.row,
                        (double)lane_sum(load_part(from + row * op->cols, op->cols)));
    else
        for (size_t col = 0; col < op->cols; col++) {
            real total = from[col];
            for (size_t row = 1; row < op->rows; row++)
                total += from[row * op->cols + col];
            store_total(memory, to, out + col * to->view.col, (double)total);
        }
}

void KERNEL(vector_map)(const struct kernel_map *op, const struct kernel_memory *memory)
{
    vec registers[KERNEL_VECTOR_REGISTERS];
    size_t n = op->rows * op->cols;
    read_registers(op, memory, registers, n);
    KERNEL(vector_interpret)(op->code, op->n_code, registers);
    for (size_t i = 0; i < op->n_stores; i++) {
        const struct kernel_store *to = &op->stores[i];
        real *out = place_of(memory, &to->view);
        if (to->reduce == PLAN_KEEP)
            keep(to, out, &registers[to->reg], n);
        else
            store_sums(op, memory, to, out, (const real *)&registers[to->reg]);
    }
}
