#include "engine/optimizer.h"

#include <math.h>

size_t optimizer_memory(enum cg_optimizer optimizer)
{
    return optimizer == CG_SGD ? 0 : optimizer == CG_MOMENTUM ? 1 : 2;
}

static void sgd(double rate, size_t count, double *w, const double *g)
{
    for (size_t i = 0; i < count; i++)
        w[i] -= rate * g[i];
}

static void momentum(double rate, size_t count, double *w, const double *g, double *v)
{
    for (size_t i = 0; i < count; i++) {
        v[i] = 0.9 * v[i] + g[i];
        w[i] -= rate * v[i];
    }
}

static void adam(double rate, size_t update, size_t count, double *w, const double *g, double *m,
                 double *s)
{
    double t = (double)update, first = 1 - pow(0.9, t), second = 1 - pow(0.999, t);
    for (size_t i = 0; i < count; i++) {
        m[i] = 0.9 * m[i] + 0.1 * g[i];
        s[i] = 0.999 * s[i] + 0.001 * (g[i] * g[i]);
        w[i] -= rate * (m[i] / first) / (sqrt(s[i] / second) + 1e-8);
    }
}

void optimizer_step(enum cg_optimizer optimizer, double rate, size_t update, size_t count,
                    double *w, const double *g, double *memory)
{
    switch (optimizer) {
    case CG_SGD:
        return sgd(rate, count, w, g);
    case CG_MOMENTUM:
        return momentum(rate, count, w, g, memory);
    case CG_ADAM:
        return adam(rate, update, count, w, g, memory, memory + count);
    }
}
