/* Loops over vectors, text for the C that is emitted, behind vector_math.h: the tile of a product,
 * loads and stores. Every size is a constant where they are called, so the compiler unrolls the
 * loops over a tile and keeps its sums in registers. */
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

INLINE V load(const R *p)
{
    V v;
    memcpy(&v, p, sizeof v);
    return v;
}

INLINE V load_some(const R *p, size_t count)
{
    V v = {0};
    memcpy(&v, p, count * sizeof(R));
    return v;
}

INLINE V load_apart(const R *p, size_t stride, size_t count)
{
    V v = {0};
    for (size_t l = 0; l < count; l++)
        v[l] = p[l * stride];
    return v;
}

INLINE void save_some(R *p, V v, size_t count)
{
    memcpy(p, &v, count * sizeof(R));
}

INLINE void save_apart(R *p, size_t stride, V v, size_t count)
{
    for (size_t l = 0; l < count; l++)
        p[l * stride] = v[l];
}

/* The first `count` lanes of v, the others 0. */
INLINE V first(V v, size_t count)
{
    for (size_t l = count; l < LANES; l++)
        v[l] = 0;
    return v;
}

INLINE R across(V v)
{
    R sum = 0;
    for (int l = 0; l < LANES; l++)
        sum += v[l];
    return sum;
}

enum { MOST_ROWS = 16, MOST_VECTORS = 4 };

/* rows x (vectors LANES) entries of out = a b, or out -= rate a b where `descend`. Entry (i, k) of
 * a is a[i a_row + k a_col], row k of b begins at b + k b_row and is read in whole vectors; the
 * last vector of out has `last` entries. */
INLINE void tile(size_t rows, size_t vectors, size_t last, size_t inner, const R *a, size_t a_row,
                 size_t a_col, const R *b, size_t b_row, R *out, size_t out_row, int descend,
                 R rate)
{
    V sum[MOST_ROWS][MOST_VECTORS];
#pragma GCC unroll 16
    for (size_t i = 0; i < rows; i++)
#pragma GCC unroll 4
        for (size_t j = 0; j < vectors; j++)
            sum[i][j] = (V){0};
    for (size_t k = 0; k < inner; k++) {
        V x[MOST_VECTORS];
#pragma GCC unroll 4
        for (size_t j = 0; j < vectors; j++)
            x[j] = load(b + k * b_row + j * LANES);
#pragma GCC unroll 16
        for (size_t i = 0; i < rows; i++) {
            V y = all(a[i * a_row + k * a_col]);
#pragma GCC unroll 4
            for (size_t j = 0; j < vectors; j++)
                sum[i][j] += y * x[j];
        }
    }
#pragma GCC unroll 16
    for (size_t i = 0; i < rows; i++)
#pragma GCC unroll 4
        for (size_t j = 0; j < vectors; j++) {
            size_t count = j + 1 < vectors ? LANES : last;
            R *to = out + i * out_row + j * LANES;
            if (descend)
                sum[i][j] = load_some(to, count) - rate * sum[i][j];
            save_some(to, sum[i][j], count);
        }
}
