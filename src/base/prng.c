#include <chalkgrad/prng.h>

#include <math.h>

static uint64_t rotate_left(uint64_t x, int k)
{
    return x << k | x >> (64 - k);
}

void cg_prng_seed(struct cg_prng *prng, uint64_t seed)
{
    for (int i = 0; i < 4; i++) {
        uint64_t z = seed += 0x9E3779B97F4A7C15u;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
        z = (z ^ z >> 27) * 0x94D049BB133111EBu;
        prng->state[i] = z ^ z >> 31;
    }
}

uint64_t cg_prng_next(struct cg_prng *prng)
{
    uint64_t *s = prng->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

double cg_prng_uniform(struct cg_prng *prng)
{
    return (double)(cg_prng_next(prng) >> 11) * 0x1p-53;
}

double cg_prng_normal(struct cg_prng *prng)
{
    double u, v, s;
    do {
        u = 2 * cg_prng_uniform(prng) - 1;
        v = 2 * cg_prng_uniform(prng) - 1;
        s = u * u + v * v;
    } while (s >= 1 || s == 0);
    return u * sqrt(-2 * log(s) / s);
}

uint64_t cg_prng_below(struct cg_prng *prng, uint64_t bound)
{
    uint64_t reject = -bound % bound, x; /* 2^64 mod bound: the low values that would be too many */
    do
        x = cg_prng_next(prng);
    while (x < reject);
    return x % bound;
}
