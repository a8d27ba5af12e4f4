/* A seeded pseudo-random generator: the same seed gives the same numbers on every machine.
 * xoshiro256** of D. Blackman and S. Vigna (2018), seeded through splitmix64. */
#ifndef CHALKGRAD_PRNG_H
#define CHALKGRAD_PRNG_H

#include <stdint.h>

struct cg_prng {
    uint64_t state[4];
};

void cg_prng_seed(struct cg_prng *prng, uint64_t seed);
uint64_t cg_prng_next(struct cg_prng *prng);

/* Uniform in [0, 1), 53 bits. */
double cg_prng_uniform(struct cg_prng *prng);

/* Normal with mean 0 and deviation 1: Marsaglia's polar method. */
double cg_prng_normal(struct cg_prng *prng);

/* Uniform in 0 .. bound - 1, without bias; bound > 0. */
uint64_t cg_prng_below(struct cg_prng *prng, uint64_t bound);

#endif
