/* The hidden units and a 0 in the four lanes of a vector. */
#include "limit.h"

#include <math.h>

typedef double R;
#define REAL_IS_FLOAT 0
#define LANES         4
#include "engine/vector_math.h"

static V wide(const double *row)
{
    return (V){row[0], row[1], row[2], 0};
}

static inline V sum(V v)
{
    v += __builtin_shufflevector(v, v, 1, 0, 3, 2);
    return v + __builtin_shufflevector(v, v, 2, 3, 0, 1);
}

void limit_samples(struct limit_network *net, const double (*x)[2], const double *targets,
                   size_t count, double rate, double *losses)
{
    V w0 = wide(net->w1[0]), w1 = wide(net->w1[1]), b1 = wide(net->b1), w2 = wide(net->w2);
    V b2 = all(net->b2);
    const I units = {-1, -1, -1, 0};
    for (size_t u = 0; u < count; u++) {
        V x0 = all(x[u % 4][0]), x1 = all(x[u % 4][1]);
        V h = v_sigmoid(x0 * w0 + (x1 * w1 + b1));
        V y = v_sigmoid(sum(h * w2) + b2), error = y - targets[u % 4];
        V d2 = error * (y * (1 - y)), d1 = d2 * (w2 * (h * (1 - h)));
        losses[u % 1024] = 0.5 * error[0] * error[0];
        w2 -= (V)((I)(rate * h) & units) * d2;
        b2 -= rate * d2;
        w0 -= (rate * x0) * d1;
        w1 -= (rate * x1) * d1;
        b1 -= rate * d1;
    }
    for (int j = 0; j < 3; j++) {
        net->w1[0][j] = w0[j], net->w1[1][j] = w1[j];
        net->b1[j] = b1[j], net->w2[j] = w2[j];
    }
    net->b2 = b2[0];
}
