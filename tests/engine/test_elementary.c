/* The error of the vectorised functions, in units in the last place of the exact value: f32 against
 * the C library's doubles (every 9973rd number of all there are), f64 against its long doubles
 * (half a million numbers for each function, from tiny to overflowing). And what has no unit:
 * infinities, NaN. */
#include "../test.h"

#include "engine/kernels/kernels.h"

#include <chalkgrad/prng.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BLOCK = 64, F64_BLOCKS = 8000 };

typedef long double exact(long double x);

static long double sigmoid(long double x)
{
    return x >= 0 ? 1 / (1 + expl(-x)) : expl(x) / (1 + expl(x));
}

static long double softplus(long double x)
{
    return fmaxl(x, 0) + log1pl(expl(-fabsl(x)));
}

/* name, its function, its bound in ulp, and the argument beyond which f64 has nothing to show */
static const struct function {
    enum plan_code code;
    const char *name;
    exact *exact;
    double bound, reach;
} functions[] = {
    {PLAN_EXP, "exp", expl, 2, 760},
    {PLAN_LOG, "log", logl, 2, 1e308},
    {PLAN_TANH, "tanh", tanhl, 4, 25},
    {PLAN_SIGMOID, "sigmoid", sigmoid, 4, 760},
    {PLAN_SOFTPLUS, "softplus", softplus, 3, 760},
    {PLAN_SQRT, "sqrt", sqrtl, 1, 1e308},
    {PLAN_SIN, "sin", sinl, 2, 1e6},
    {PLAN_COS, "cos", cosl, 2, 1e6},
};

static void apply(const struct kernels *kernels, enum plan_code code, void *to, void *from)
{
    struct kernel_instr instr = {.code = code, .out = 1};
    void *registers[] = {from, to};
    kernels->interpret(&instr, 1, registers, BLOCK / kernels->width);
}

/* Between numbers of this precision at x. */
static long double unit(long double x, bool single)
{
    int digits = single ? FLT_MANT_DIG : DBL_MANT_DIG, least = single ? FLT_MIN_EXP : DBL_MIN_EXP;
    int exponent;
    frexpl(x, &exponent);
    return ldexpl(1, (exponent < least ? least : exponent) - digits);
}

/* How wrong `got` is, in units; infinite where it is wrong altogether. */
static double error_of(double got, long double should, bool single)
{
    if (isnan(should) || isnan(got))
        return isnan(should) && isnan(got) ? 0 : INFINITY;
    double rounded = single ? (double)(float)should : (double)should;
    if (isinf(rounded) || isinf(got)) {
        long double most = single ? FLT_MAX : DBL_MAX;
        bool edge = fabsl(should) > most / 2 && fabsl((long double)got) > most / 2;
        return got == rounded || (edge && signbit(got) == signbit(rounded)) ? 0 : INFINITY;
    }
    return (double)(fabsl((long double)got - should) / unit(should, single));
}

static void check(const struct kernels *kernels, const struct function *function, double x,
                  double got, double *worst)
{
    long double should = function->exact((long double)x);
    bool single = kernels->real_size == sizeof(float);
    double error = error_of(got, should, single);
    if (function->code == PLAN_SIGMOID && should < (single ? FLT_MIN : DBL_MIN))
        error = got >= 0 && got <= (single ? FLT_MIN : DBL_MIN) ? 0 : INFINITY; /* too small */
    if (!(error < function->bound)) {
        printf("# %s %s(%a) = %a, should be %La: %g ulp\n", kernels->name, function->name, x, got,
               should, error);
        fail();
    }
    if (error > *worst)
        *worst = error;
}

static void singles_of(const struct kernels *kernels, const struct function *function)
{
    double worst = 0;
    float from[BLOCK], to[BLOCK];
    uint32_t bits = 0;
    for (bool over = false; !over;) {
        for (size_t i = 0; i < BLOCK; i++) {
            memcpy(&from[i], &bits, sizeof bits);
            over = over || bits > UINT32_MAX - 9973;
            bits += 9973;
        }
        apply(kernels, function->code, to, from);
        for (size_t i = 0; i < BLOCK; i++)
            check(kernels, function, (double)from[i], (double)to[i], &worst);
    }
    printf("# %s %s: %.2f ulp\n", kernels->name, function->name, worst);
}

/* Of either sign, of all sizes up to the reach; half of them near 1. */
static double some_double(struct cg_prng *prng, double reach)
{
    double u = cg_prng_uniform(prng), size = ldexp(u, -(int)cg_prng_below(prng, 30));
    if (cg_prng_below(prng, 2))
        size = reach * u;
    else if (cg_prng_below(prng, 20) == 0)
        size = ldexp(1 + u, -(int)cg_prng_below(prng, 1080));
    return cg_prng_below(prng, 2) ? size : -size;
}

static void doubles_of(const struct kernels *kernels, const struct function *function)
{
    double worst = 0, from[BLOCK], to[BLOCK];
    struct cg_prng prng;
    cg_prng_seed(&prng, 1);
    for (size_t n = 0; n < F64_BLOCKS; n++) {
        for (size_t i = 0; i < BLOCK; i++)
            from[i] = some_double(&prng, function->reach);
        apply(kernels, function->code, to, from);
        for (size_t i = 0; i < BLOCK; i++)
            check(kernels, function, from[i], to[i], &worst);
    }
    printf("# %s %s: %.2f ulp\n", kernels->name, function->name, worst);
}

static void singles(void **state)
{
    (void)state;
    for (size_t i = 0; kernels_available(CG_F32, i); i++)
        for (size_t f = 0; f < sizeof functions / sizeof *functions; f++)
            singles_of(kernels_available(CG_F32, i), &functions[f]);
}

static void doubles(void **state)
{
    (void)state;
    for (size_t i = 0; kernels_available(CG_F64, i); i++)
        for (size_t f = 0; f < sizeof functions / sizeof *functions; f++)
            doubles_of(kernels_available(CG_F64, i), &functions[f]);
}

/* All that has a name, and the ends of each range. */
static void special_values(void **state)
{
    (void)state;
    double worst = 0;
    static const double values[] = {0.0,       -0.0,  INFINITY, -INFINITY, NAN,       1,
                                    -1,        709.7, 709.8,    -745,      -746,      -708.5,
                                    88.7,      88.8,  -103.9,   -104,      0x1p-1074, -0x1p-1074,
                                    0x1p-1022, 1e308, -1e308,   0x1p-149,  0x1p-126,  1e38,
                                    -1e38,     36.8,  -36.8,    1e-300};
    for (int precision = CG_F64; precision <= CG_F32; precision++)
        for (size_t i = 0; kernels_available((enum cg_precision)precision, i); i++)
            for (size_t f = 0; f < sizeof functions / sizeof *functions; f++) {
                const struct kernels *kernels = kernels_available((enum cg_precision)precision, i);
                double from[BLOCK] = {0}, to[BLOCK];
                float from_single[BLOCK] = {0}, to_single[BLOCK];
                size_t n = sizeof values / sizeof *values;
                for (size_t k = 0; k < n; k++)
                    from_single[k] = (float)(from[k] = values[k]);
                if (precision == CG_F32)
                    apply(kernels, functions[f].code, to_single, from_single);
                else
                    apply(kernels, functions[f].code, to, from);
                for (size_t k = 0; k < n; k++)
                    if (precision == CG_F32)
                        check(kernels, &functions[f], (double)from_single[k], (double)to_single[k],
                              &worst);
                    else
                        check(kernels, &functions[f], from[k], to[k], &worst);
            }
}

/* tanh and sin of -0 are -0. */
static void signs_of_zero(void **state)
{
    (void)state;
    static const enum plan_code odd[] = {PLAN_TANH, PLAN_SIN, PLAN_SQRT};
    for (size_t i = 0; kernels_available(CG_F64, i); i++)
        for (size_t f = 0; f < sizeof odd / sizeof *odd; f++) {
            double from[BLOCK], to[BLOCK];
            for (size_t k = 0; k < BLOCK; k++)
                from[k] = -0.0;
            apply(kernels_available(CG_F64, i), odd[f], to, from);
            for (size_t k = 0; k < BLOCK; k++)
                assert_true(to[k] == 0 && signbit(to[k]));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(singles),
        cmocka_unit_test(doubles),
        cmocka_unit_test(special_values),
        cmocka_unit_test(signs_of_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
