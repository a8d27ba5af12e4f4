#include "engine/optimizer.h"

#include <math.h>

size_t optimizer_memory(enum cg_optimizer optimizer)
{
    return optimizer == CG_SGD ? 0 : optimizer == CG_MOMENTUM ? 1 : 2;
}

static double usual(double number, double instead)
{
    return number == 0 ? instead : number;
}

struct cg_optimizer_constants optimizer_constants(const struct cg_train_options *options)
{
    const struct cg_optimizer_constants *c = &options->constants;
    return (struct cg_optimizer_constants){.beta = usual(c->beta, 0.9),
                                           .beta1 = usual(c->beta1, 0.9),
                                           .beta2 = usual(c->beta2, 0.999),
                                           .epsilon = usual(c->epsilon, 1e-8)};
}

static void sgd(double rate, size_t count, double *w, const double *g)
{
    for (size_t i = 0; i < count; i++)
        w[i] -= rate * g[i];
}

static void momentum(const struct cg_optimizer_constants *c, double rate, size_t count, double *w,
                     const double *g, double *v)
{
    for (size_t i = 0; i < count; i++) {
        v[i] = c->beta * v[i] + g[i];
        w[i] -= rate * v[i];
    }
}

static void adam(const struct cg_optimizer_constants *c, double rate, size_t update, size_t count,
                 double *w, const double *g, double *m, double *s)
{
    double t = (double)update, first = 1 - pow(c->beta1, t), second = 1 - pow(c->beta2, t);
    for (size_t i = 0; i < count; i++) {
        m[i] = c->beta1 * m[i] + (1 - c->beta1) * g[i];
        s[i] = c->beta2 * s[i] + (1 - c->beta2) * (g[i] * g[i]);
        w[i] -= rate * (m[i] / first) / (sqrt(s[i] / second) + c->epsilon);
    }
}

void optimizer_step(const struct cg_train_options *options, double rate, size_t update,
                    size_t count, double *w, const double *g, double *memory)
{
    struct cg_optimizer_constants constants = optimizer_constants(options);
    switch (options->optimizer) {
    case CG_SGD:
        return sgd(rate, count, w, g);
    case CG_MOMENTUM:
        return momentum(&constants, rate, count, w, g, memory);
    case CG_ADAM:
        return adam(&constants, rate, update, count, w, g, memory, memory + count);
    }
}
