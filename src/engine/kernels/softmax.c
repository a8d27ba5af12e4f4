/* out_j = exp(a_j - max a) / sum_i exp(a_i - max a), for each row: in the scratch, which holds a
 * row padded with -infinity, whose exp is 0. */
#include "engine/kernels/unit.h"

static real lane_max(vec v)
{
    real most = v[0];
    for (size_t i = 1; i < W; i++)
        most = v[i] > most || v[i] != v[i] ? v[i] : most;
    return most;
}

/* n reals of a whole number of vectors, in place */
static void softmax_row(real *row, size_t n)
{
    vec most = load(row), total = splat(0);
    for (size_t i = W; i < n; i += W)
        most = v_max(most, load(row + i));
    real top = lane_max(most);
    for (size_t i = 0; i < n; i += W) {
        vec e = v_exp(load(row + i) - splat(top));
        store(row + i, e);
        total += e;
    }
    vec sum = splat(lane_sum(total));
    for (size_t i = 0; i < n; i += W)
        store(row + i, load(row + i) / sum);
}

void KERNEL(softmax)(const struct kernel_softmax *op, const struct kernel_memory *memory)
{
    real *row = memory->scratch;
    size_t padded = (op->cols + W - 1) / W * W;
    size_t from = op->rows * memory->part / memory->parts;
    size_t to = op->rows * (memory->part + 1) / memory->parts;
    for (size_t r = from; r < to; r++) {
        const real *a = place_of(memory, &op->a) + r * op->a.row;
        real *out = place_of(memory, &op->out) + r * op->out.row;
        for (size_t c = 0; c < op->cols; c++)
            row[c] = a[c * op->a.col];
        for (size_t c = op->cols; c < padded; c++)
            row[c] = (real)-__builtin_inf();
        softmax_row(row, padded);
        for (size_t c = 0; c < op->cols; c++)
            out[c * op->out.col] = row[c];
    }
}
