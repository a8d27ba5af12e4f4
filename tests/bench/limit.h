/* What the native code is measured against: the updates of XOR 2-3-1 written by hand for vectors,
 * as fast as we could make them, with the functions of vector_math.h. They are compiled for the
 * machine, as native code is. */
#ifndef BENCH_LIMIT_H
#define BENCH_LIMIT_H

#include <stddef.h>

struct limit_network {
    double w1[2][3], b1[3], w2[3], b2;
};

/* `count` updates; losses[u % 1024] is J before update u. Full batch of 4; one row after another
 * (4 updates an epoch). */
void limit_batch(struct limit_network *net, const double (*x)[2], const double *targets,
                 size_t count, double rate, double *losses);
void limit_samples(struct limit_network *net, const double (*x)[2], const double *targets,
                   size_t count, double rate, double *losses);

#endif
