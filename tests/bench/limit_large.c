#include "limit_large.h"

#include <stddef.h>
#include <string.h>

#ifdef HAVE_CBLAS
#include <cblas.h>
#endif

typedef float vec __attribute__((vector_size(64)));
typedef int ivec __attribute__((vector_size(64)));

#define INLINE static inline __attribute__((always_inline))

INLINE vec load(const float *p)
{
    return *(const vec *)p;
}

/* 1 / (1 + e^-x) to a few units, for |x| < 80: e^r by a polynomial, 2^n by the exponent's bits */
INLINE vec sigmoid(vec x)
{
    vec magic = x * 0 + 0x1.8p23f, shifted = -x * 1.44269504f + magic, n = shifted - magic;
    vec r = (-x - n * 0x1.63p-1f) + n * 0x1.bd0106p-13f;
    vec q =
        0.49999998f + r * (0.16666543f + r * (0.0416672f + r * (0.00836658f + r * 0.00138825f)));
    vec e = (1 + r + r * r * q) * (vec)(((ivec)shifted - (ivec)magic + 127) << 23);
    return 1 / (1 + e);
}

/* `rows` x 32 of sum_k a_ik b_kj */
INLINE void tile(const int rows, int inner, const float *a, ptrdiff_t a_row, ptrdiff_t a_col,
                 const float *b, vec sum[][2])
{
#pragma GCC unroll 14
    for (int i = 0; i < rows; i++)
        sum[i][0] = sum[i][1] = (vec){0};
    for (int k = 0; k < inner; k++, a += a_col, b += LARGE_HIDDEN) {
        vec left = load(b), right = load(b + 16);
#pragma GCC unroll 14
        for (int i = 0; i < rows; i++) {
            float by = a[i * a_row];
            sum[i][0] += by * left;
            sum[i][1] += by * right;
        }
    }
}

/* h = sigmoid(x w1 + b1), for `rows` rows */
INLINE void forward(const int rows, struct limit_large *net, int row)
{
    for (int j = 0; j < LARGE_HIDDEN; j += 32) {
        vec sum[14][2];
        tile(rows, LARGE_IN, net->x[row], LARGE_IN, 1, &net->w1[0][j], sum);
#pragma GCC unroll 14
        for (int i = 0; i < rows; i++) {
            *(vec *)&net->h[row + i][j] = sigmoid(sum[i][0] + load(&net->b1[j]));
            *(vec *)&net->h[row + i][j + 16] = sigmoid(sum[i][1] + load(&net->b1[j + 16]));
        }
    }
}

/* The output layer, its errors, and those of the hidden layer; W2, b1 and b2 descend. */
static void middle(struct limit_large *net, float rate)
{
    vec loss = {0}, db2 = {0}, db1[LARGE_HIDDEN / 16] = {{0}};
    for (int i = 0; i < LARGE_ROWS; i++) {
        vec z[4] = {load(net->b2)};
        for (int k = 0; k < LARGE_HIDDEN; k += 4)
            for (int u = 0; u < 4; u++)
                z[u] += net->h[i][k + u] * load(net->w2[k + u]);
        vec y = sigmoid((z[0] + z[1]) + (z[2] + z[3])), r = y - load(net->t[i]);
        for (int j = LARGE_OUT; j < 16; j++)
            r[j] = 0;
        vec delta = r * y * (1 - y);
        loss += r * r;
        db2 += delta;
        *(vec *)net->delta2[i] = delta;
    }
    float w2t[LARGE_OUT][LARGE_HIDDEN] __attribute__((aligned(64)));
    for (int k = 0; k < LARGE_HIDDEN; k++)
        for (int j = 0; j < LARGE_OUT; j++)
            w2t[j][k] = net->w2[k][j];
    for (int i = 0; i < LARGE_ROWS; i++)
        for (int k = 0; k < LARGE_HIDDEN; k += 16) {
            vec sum = {0}, h = load(&net->h[i][k]);
            for (int j = 0; j < LARGE_OUT; j++)
                sum += net->delta2[i][j] * load(&w2t[j][k]);
            db1[k / 16] += *(vec *)&net->delta1[i][k] = sum * h * (1 - h);
        }
    for (int k = 0; k < LARGE_HIDDEN; k += 8) {
        vec sum[8] = {{0}};
        for (int i = 0; i < LARGE_ROWS; i++)
#pragma GCC unroll 8
            for (int u = 0; u < 8; u++)
                sum[u] += net->h[i][k + u] * load(net->delta2[i]);
        for (int u = 0; u < 8; u++)
            *(vec *)net->w2[k + u] -= rate * sum[u];
    }
    for (int k = 0; k < LARGE_HIDDEN; k += 16)
        *(vec *)&net->b1[k] -= rate * db1[k / 16];
    *(vec *)net->b2 -= rate * db2;
    net->loss = 0;
    for (int j = 0; j < LARGE_OUT; j++)
        net->loss += loss[j] / 2;
}

void limit_large(struct limit_large *net, float rate)
{
    for (int row = 0; row < 52; row += 13)
        forward(13, net, row);
    forward(12, net, 52);
    middle(net, rate);
    for (int row = 0; row < LARGE_IN; row += 14)
        for (int j = 0; j < LARGE_HIDDEN; j += 32) {
            vec sum[14][2];
            tile(14, LARGE_ROWS, &net->x[0][row], 1, LARGE_IN, &net->delta1[0][j], sum);
#pragma GCC unroll 14
            for (int i = 0; i < 14; i++) {
                *(vec *)&net->w1[row + i][j] -= rate * sum[i][0];
                *(vec *)&net->w1[row + i][j + 16] -= rate * sum[i][1];
            }
        }
}

#ifdef HAVE_CBLAS
void limit_large_blas(struct limit_large *net, float rate)
{
    openblas_set_num_threads(1);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, LARGE_ROWS, LARGE_HIDDEN, LARGE_IN, 1,
                net->x[0], LARGE_IN, net->w1[0], LARGE_HIDDEN, 0, net->h[0], LARGE_HIDDEN);
    for (int i = 0; i < LARGE_ROWS; i++)
        for (int k = 0; k < LARGE_HIDDEN; k += 16)
            *(vec *)&net->h[i][k] = sigmoid(load(&net->h[i][k]) + load(&net->b1[k]));
    middle(net, rate);
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, LARGE_IN, LARGE_HIDDEN, LARGE_ROWS, -rate,
                net->x[0], LARGE_IN, net->delta1[0], LARGE_HIDDEN, 1, net->w1[0], LARGE_HIDDEN);
}
#endif
