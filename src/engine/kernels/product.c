/* Products: out = a b or out -= rate a b, where a, b and out are views: a transpose is
 * only other strides.
 *
 * TILE keeps a tile of out in registers, `rows` x 2 vectors, and runs down the inner dimension:
 *     tile_ij += a_ik b_k(j .. j + W)
 * Any strides of a will do, a number of it is read at a time; rows of b must lie side by side, or
 * are copied so (a panel at a time). DOT sums along the inner dimension in vectors: for few
 * outputs.
 *
 * A number of out is the same sum in the same order in whichever tile it falls, so the bits do not
 * depend on how the work is cut.
 */
#include "engine/kernels/unit.h"

#ifdef __AVX512F__
enum { TILE_ROWS = 14 };
#else
enum { TILE_ROWS = 6 };
#endif

enum { PANEL = 2 * W, WIDE = 8, DEPTH = KERNEL_DEPTH, TILE_SUMS = 2 * TILE_ROWS };

/* Checks of undefined behaviour in the unrolled code would take the compiler minutes. */
#define UNCHECKED __attribute__((no_sanitize("undefined")))

/* A whole vector is read as a part of W lanes where that costs nothing: half as much code. */
#ifdef __AVX512F__
#define PARTIAL_FREE 1
#else
#define PARTIAL_FREE 0
#endif

struct tile {
    const real *a, *b;
    real *out;
    ptrdiff_t a_row, a_col, b_row, out_row, out_col;
    size_t inner;
    size_t last; /* columns in the last vector, 1 .. W */
    bool padded; /* all of the last vector of b may be read */
    enum plan_mode mode;
    real rate;
};

typedef void tile_function(const struct tile *tile);

/* The first n sums to where columns do not lie side by side: rare, and too long to be inlined. */
__attribute__((noinline)) static void scatter(const struct tile *t, real *out, const vec *sums,
                                              size_t n)
{
    const real *sum = (const real *)sums;
    for (size_t j = 0; j < n; j++, out += t->out_col)
        *out = t->mode == PLAN_SET ? sum[j] : *out - t->rate * sum[j];
}

INLINE void store_sum(const struct tile *t, real *out, vec sum, size_t n)
{
    if (t->out_col != 1) {
        vec in_memory = sum;
        scatter(t, out, &in_memory, n);
        return;
    }
    if (t->mode != PLAN_SET)
        sum = load_part(out, n) - splat(t->rate) * sum;
    store_part(out, sum, n);
}

/* `rows` and `vecs` are constants where this is inlined; `partial`: the last vector is not full. */
UNCHECKED INLINE void tile(const struct tile *t, const size_t rows, const size_t vecs,
                           const bool partial)
{
    vec sum[TILE_SUMS]; /* in registers: each index is a constant once the loops are unrolled */
#pragma GCC unroll 28
    for (size_t i = 0; i < rows * vecs; i++)
        sum[i] = splat(0);
    /* a pointer to every third row: what lies between is within the processor's addressing */
    const char *a[TILE_ROWS / 3 + 1];
    const ptrdiff_t a_row = t->a_row * (ptrdiff_t)sizeof(real);
    const ptrdiff_t a_col = t->a_col * (ptrdiff_t)sizeof(real);
#pragma GCC unroll 28
    for (size_t i = 0; i < rows; i += 3)
        a[i / 3] = (const char *)t->a + (ptrdiff_t)i * a_row;
    const real *b = t->b;
    for (size_t k = t->inner; k > 0; k--) {
        vec row[WIDE];
#pragma GCC unroll 28
        for (size_t j = 0; j < vecs; j++)
            row[j] = partial && j + 1 == vecs ? load_part(b + j * W, t->last) : load(b + j * W);
#pragma GCC unroll 28
        for (size_t i = 0; i < rows; i++) {
            vec by = splat(*(const real *)(a[i / 3] + (ptrdiff_t)(i % 3) * a_row));
#pragma GCC unroll 28
            for (size_t j = 0; j < vecs; j++)
                sum[i * vecs + j] += by * row[j];
        }
#pragma GCC unroll 28
        for (size_t i = 0; i < rows; i += 3) {
            a[i / 3] += a_col;
            __asm__("" : "+r"(a[i / 3])); /* or the compiler makes a pointer of each row again */
        }
        b += t->b_row;
    }
#pragma GCC unroll 28
    for (size_t i = 0; i < rows; i++) {
        real *out = t->out + (ptrdiff_t)i * t->out_row;
#pragma GCC unroll 28
        for (size_t j = 0; j < vecs; j++)
            store_sum(t, out + (ptrdiff_t)(j * W) * t->out_col, sum[i * vecs + j],
                      j + 1 < vecs ? W : t->last);
    }
}

#define TILE(rows, vecs)                                                                           \
    UNCHECKED static void tile_##rows##_##vecs(const struct tile *t)                               \
    {                                                                                              \
        tile(t, rows, vecs, PARTIAL_FREE);                                                         \
    }
#define PARTIAL(rows, vecs)                                                                        \
    UNCHECKED static void partial_##rows##_##vecs(const struct tile *t)                            \
    {                                                                                              \
        tile(t, rows, vecs, true);                                                                 \
    }

/* clang-format makes something else of these lines each time */
/* clang-format off */
#ifdef __AVX512F__
#define ROWS(X, vecs)                                                                              \
    X(1, vecs) X(2, vecs) X(3, vecs) X(4, vecs) X(5, vecs) X(6, vecs) X(7, vecs)                   \
    X(8, vecs) X(9, vecs) X(10, vecs) X(11, vecs) X(12, vecs) X(13, vecs) X(14, vecs)
#else
#define ROWS(X, vecs) X(1, vecs) X(2, vecs) X(3, vecs) X(4, vecs) X(5, vecs) X(6, vecs)
#endif
/* clang-format on */

#define TILE_NAME(rows, vecs) tile_##rows##_##vecs,

ROWS(TILE, 1)
ROWS(TILE, 2)
TILE(1, 8)
#if PARTIAL_FREE
#define PARTIAL_NAME TILE_NAME
#define partial_1_8  tile_1_8
#else
#define PARTIAL_NAME(rows, vecs) partial_##rows##_##vecs,
ROWS(PARTIAL, 1)
ROWS(PARTIAL, 2)
PARTIAL(1, 8)
#endif

/* [only a part of the last vector of b may be read][vectors - 1][rows - 1] */
static tile_function *const tiles[2][2][TILE_ROWS] = {
    {{ROWS(TILE_NAME, 1)}, {ROWS(TILE_NAME, 2)}},
    {{ROWS(PARTIAL_NAME, 1)}, {ROWS(PARTIAL_NAME, 2)}},
};

/* rows x cols of out, at most a tile */
static void run_tile(struct tile *t, size_t rows, size_t cols)
{
    size_t vecs = (cols + W - 1) / W;
    t->last = cols - (vecs - 1) * W;
    bool partial = t->last < W && !t->padded;
    if (vecs > 2)
        (partial ? partial_1_8 : tile_1_8)(t);
    else
        tiles[partial][vecs - 1][rows - 1](t);
}

/* to_kj = b_kj for `inner` rows of one panel, the last vector filled up with zeros */
static void pack(real *to, const real *b, const struct kernel_view *view, size_t inner, size_t cols)
{
    for (size_t k = 0; k < inner; k++) {
        size_t j = 0;
        for (; j < cols; j++)
            to[k * PANEL + j] = b[k * view->row + j * view->col];
        for (; j < PANEL; j++)
            to[k * PANEL + j] = 0;
    }
}

/* Rows [from, to) of one panel: tiles of equal height, as near as may be. */
static void run_panel(const struct kernel_product *op, struct tile *t, size_t from, size_t to,
                      size_t cols)
{
    const real *a = t->a;
    real *out = t->out;
    size_t n = (to - from + TILE_ROWS - 1) / TILE_ROWS;
    for (size_t i = 0; i < n; i++) {
        size_t row = from + (to - from) * i / n, next = from + (to - from) * (i + 1) / n;
        t->a = a + row * op->a.row;
        t->out = out + row * op->out.row;
        run_tile(t, next - row, cols);
    }
}

/* One stretch of the inner dimension, for rows [from, to) and columns [col, end). */
static void run_stretch(const struct kernel_product *op, const struct kernel_memory *memory,
                        struct tile *t, size_t inner_from, size_t from, size_t to, size_t col,
                        size_t end)
{
    const real *a = place_of(memory, &op->a) + inner_from * op->a.col;
    const real *b = place_of(memory, &op->b) + inner_from * op->b.row;
    real *out = place_of(memory, &op->out);
    size_t panel = to - from == 1 && !op->pack ? WIDE * W : PANEL;
    for (; col < end; col += panel) {
        size_t cols = end - col;
        if (cols > panel)
            cols = panel;
        else if (cols < panel && cols > PANEL)
            cols = PANEL, panel = PANEL;
        t->a = a;
        t->out = out + col * op->out.col;
        t->b = b + col * op->b.col;
        t->b_row = (ptrdiff_t)op->b.row;
        t->padded = op->pack || (!PARTIAL_LOADS && cols % W && to - from > TILE_ROWS);
        if (t->padded) {
            pack(memory->scratch, t->b, &op->b, t->inner, cols);
            t->b = memory->scratch;
            t->b_row = PANEL;
        }
        run_panel(op, t, from, to, cols);
    }
}

/* This part's columns, in whole panels, or its rows. Columns, where that is fair: in a network the
 * parts of a weight matrix then stay each in one processor's cache, from product to product. */
static void cut(const struct kernel_product *op, const struct kernel_memory *memory, size_t *row,
                size_t *row_end, size_t *col, size_t *col_end)
{
    *row = *col = 0, *row_end = op->rows, *col_end = op->cols;
    size_t part = memory->part, parts = memory->parts, panels = (op->cols + PANEL - 1) / PANEL;
    if (parts == 1)
        return;
    if (panels % parts == 0 || panels > 4 * parts ||
        (panels >= parts && op->rows < parts * TILE_ROWS)) {
        *col = panels * part / parts * PANEL;
        *col_end = panels * (part + 1) / parts * PANEL;
        if (*col_end > op->cols)
            *col_end = op->cols;
    } else {
        *row = op->rows * part / parts;
        *row_end = op->rows * (part + 1) / parts;
    }
}

static void run_tiles(const struct kernel_product *op, const struct kernel_memory *memory)
{
    size_t row, row_end, col, col_end;
    cut(op, memory, &row, &row_end, &col, &col_end);
    if (row == row_end || col == col_end)
        return;
    struct tile t = {.a_row = (ptrdiff_t)op->a.row,
                     .a_col = (ptrdiff_t)op->a.col,
                     .out_row = (ptrdiff_t)op->out.row,
                     .out_col = (ptrdiff_t)op->out.col,
                     .mode = op->mode,
                     .rate = (real)memory->rate};
    for (size_t k = 0; k == 0 || k < op->inner; k += DEPTH) {
        t.inner = op->inner - k < DEPTH ? op->inner - k : DEPTH;
        run_stretch(op, memory, &t, k, row, row_end, col, col_end);
        if (t.mode == PLAN_SET) { /* the next stretches are added */
            t.mode = PLAN_DESCEND;
            t.rate = -1;
        }
    }
}

static real dot(const real *a, const real *b, size_t n)
{
    vec sum[4] = {{0}, {0}, {0}, {0}};
    size_t k = 0;
    for (; k + 4 * W <= n; k += 4 * W)
        for (size_t i = 0; i < 4; i++)
            sum[i] += load(a + k + i * W) * load(b + k + i * W);
    for (; k + W <= n; k += W)
        sum[0] += load(a + k) * load(b + k);
    if (k < n)
        sum[1] += load_part(a + k, n - k) * load_part(b + k, n - k);
    return lane_sum((sum[0] + sum[1]) + (sum[2] + sum[3]));
}

static void run_dots(const struct kernel_product *op, const struct kernel_memory *memory)
{
    size_t row, row_end, col, col_end;
    cut(op, memory, &row, &row_end, &col, &col_end);
    const real *a = place_of(memory, &op->a), *b = place_of(memory, &op->b);
    real *out = place_of(memory, &op->out), rate = (real)memory->rate;
    for (size_t i = row; i < row_end; i++)
        for (size_t j = col; j < col_end; j++) {
            real sum = dot(a + i * op->a.row, b + j * op->b.col, op->inner);
            real *to = out + i * op->out.row + j * op->out.col;
            *to = op->mode == PLAN_SET ? sum : *to - rate * sum;
        }
}

void KERNEL(product)(const struct kernel_product *op, const struct kernel_memory *memory)
{
    if (op->form == KERNEL_DOT)
        run_dots(op, memory);
    else
        run_tiles(op, memory);
}
