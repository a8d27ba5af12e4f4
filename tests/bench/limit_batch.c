/* Two samples of four lanes in each vector: the hidden units and a 0. Sums over hidden units are
 * folds of four lanes, sums over samples of two vectors and their halves. */
#include "limit.h"

#include <math.h>

typedef double R;
#define REAL_IS_FLOAT 0
#define LANES         8
#include "engine/vector_math.h"

static V twice(const double *row)
{
    return (V){row[0], row[1], row[2], 0, row[0], row[1], row[2], 0};
}

static inline V sum_low(V v)
{
    v += __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6);
    return v + __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5);
}

static inline V sum_high(V v)
{
    return v + __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3);
}

void limit_batch(struct limit_network *net, const double (*x)[2], const double *targets,
                 size_t count, double rate, double *losses)
{
    V w0 = twice(net->w1[0]), w1 = twice(net->w1[1]), b1 = twice(net->b1), w2 = twice(net->w2);
    V b2 = all(net->b2), x0[2], x1[2], t[2];
    for (int v = 0; v < 2; v++)
        for (int l = 0; l < LANES; l++) {
            x0[v][l] = x[2 * v + l / 4][0];
            x1[v][l] = x[2 * v + l / 4][1];
            t[v][l] = targets[2 * v + l / 4];
        }
    const I units = {-1, -1, -1, 0, -1, -1, -1, 0};
    for (size_t u = 0; u < count; u++) {
        V h[2], error[2], d2[2], d1[2];
        for (int v = 0; v < 2; v++)
            h[v] = v_sigmoid(x0[v] * w0 + (x1[v] * w1 + b1));
        for (int v = 0; v < 2; v++) {
            V y = v_sigmoid(sum_low(h[v] * w2) + b2);
            error[v] = y - t[v];
            d2[v] = error[v] * (y * (1 - y));
            d1[v] = d2[v] * (w2 * (h[v] * (1 - h[v])));
        }
        losses[u % 1024] = 0.5 * sum_high(error[0] * error[0] + error[1] * error[1])[0];
        w2 -= rate * (V)((I)sum_high(h[0] * d2[0] + h[1] * d2[1]) & units);
        b2 -= rate * sum_high(d2[0] + d2[1]);
        w0 -= rate * sum_high(x0[0] * d1[0] + x0[1] * d1[1]);
        w1 -= rate * sum_high(x1[0] * d1[0] + x1[1] * d1[1]);
        b1 -= rate * sum_high(d1[0] + d1[1]);
    }
    for (int j = 0; j < 3; j++) {
        net->w1[0][j] = w0[j], net->w1[1][j] = w1[j];
        net->b1[j] = b1[j], net->w2[j] = w2[j];
    }
    net->b2 = b2[0];
}
