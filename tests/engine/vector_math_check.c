/* Compiled and run by test_vector_math.c, with R, REAL_IS_FLOAT and LANES from its command line:
 * prints the largest errors of the functions of vector_math.h, in units of the last place. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/vector_math.h"

#define SMALLEST (REAL_IS_FLOAT ? (long double)FLT_MIN : (long double)DBL_MIN)

static long double sigmoid(long double x)
{
    return 1 / (1 + expl(-x));
}

/* Results below the smallest normal number may be 0, as vector_math.h says. */
static double error(R got, long double want)
{
    R near = (R)want;
    if (isnan(want) || isinf(near))
        return (isnan(want) ? isnan(got) : got == near) ? 0 : INFINITY;
    if (fabsl(want) < SMALLEST)
        return fabsl(got - want) <= SMALLEST ? 0 : INFINITY;
    int exponent;
    frexpl(want, &exponent);
    return (double)fabsl((got - want) / ldexpl(1, exponent - (REAL_IS_FLOAT ? 24 : 53)));
}

static long double softplus(long double x)
{
    return fmaxl(x, 0) + log1pl(expl(-fabsl(x)));
}

struct worst {
    double exp, sigmoid, tanh, log, softplus;
};

static void look(struct worst *w, R x)
{
    V v = all(x);
    w->exp = fmax(w->exp, error(v_exp(v)[LANES - 1], expl(x)));
    w->sigmoid = fmax(w->sigmoid, error(v_sigmoid(v)[0], sigmoid(x)));
    w->tanh = fmax(w->tanh, error(v_tanh(v)[LANES / 2], tanhl(x)));
    w->log = fmax(w->log, error(v_log(v)[0], logl(x)));
    w->softplus = fmax(w->softplus, error(v_softplus(v)[0], softplus(x)));
}

int main(void)
{
    const R limits[] = {0,       (R)-0.0,  INFINITY, -INFINITY, NAN,
                        (R)1e30, (R)-1e30, (R)1e-30, (R)-1e-30};
    struct worst w = {0};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        look(&w, limits[i]);
#if REAL_IS_FLOAT /* bit patterns, all over the range */
    for (unsigned long long bits = 0; bits < 1ull << 32; bits += 3001) {
        unsigned pattern = (unsigned)bits;
        float x;
        memcpy(&x, &pattern, sizeof x);
        look(&w, x);
    }
#else
    for (int i = 0; i < 300000; i++) {
        look(&w, -760 + i * 0.0050671);
        look(&w, -40 + i * 0.000266732);
        look(&w, (i % 2 ? 1 : -1) * pow(10, -12 + i * 0.00005));
    }
#endif
    printf("%.3f %.3f %.3f %.3f %.3f\n", w.exp, w.sigmoid, w.tanh, w.log, w.softplus);
    return 0;
}
