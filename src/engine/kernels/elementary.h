/* exp, log, tanh, sigmoid, softplus of vectors. Errors against exact values, with and without fused
 * multiply-add (measured by tests/engine/test_elementary.c: every 9973rd f32 and half a million
 * f64): below 2 ulp for exp and log, below 3 ulp for the others. Infinities, NaN, overflow and
 * denormal numbers come out as the C library has them.
 *
 * Sources: reduction by Cody and Waite; log by the series in s = f / (2 + f) with the coefficients
 * of fdlibm (Sun, e_log.c); the polynomial of exp by the Remez algorithm in 200 bits (relative
 * error of expm1 on |r| <= ln 2 / 2: 2^-26 with 5 coefficients, 2^-55 with 10).
 */
#ifndef ENGINE_KERNELS_ELEMENTARY_H
#define ENGINE_KERNELS_ELEMENTARY_H

#include "engine/kernels/vector.h"

#ifdef KERNEL_F32
enum { EXPONENT_BIAS = 127, MANTISSA_BITS = 23 };
#define LN2_HIGH   0x1.63p-1f
#define LN2_LOW    -0x1.bd0106p-13f
#define ROUNDER    0x1.8p23f
#define EXP_MOST   89.f
#define EXP_LEAST  -104.f
#define TANH_MOST  20.f
#define LEAST_REAL 0x1p-126f
#define RAISE      0x1p23f
#else
enum { EXPONENT_BIAS = 1023, MANTISSA_BITS = 52 };
#define LN2_HIGH   6.93147180369123816490e-01
#define LN2_LOW    1.90821492927058770002e-10
#define ROUNDER    0x1.8p52
#define EXP_MOST   710.
#define EXP_LEAST  -746.
#define TANH_MOST  40.
#define LEAST_REAL 0x1p-1022
#define RAISE      0x1p52
#endif

/* x = n ln 2 + r with |r| <= ln 2 / 2; n as an integer is what ROUNDER leaves in the low bits */
struct reduced {
    vec r, n;
    ivec whole;
};

INLINE struct reduced reduce_ln2(vec x)
{
    vec rounder = splat(ROUNDER);
    vec shifted = x * splat((real)1.44269504088896340736) + rounder;
    struct reduced to;
    to.n = shifted - rounder;
    to.whole = (ivec)((uvec)shifted - (uvec)rounder);
    to.r = (x - to.n * splat(LN2_HIGH)) - to.n * splat(LN2_LOW);
    return to;
}

/* e^r - 1 = r + r^2 q(r) for |r| <= ln 2 / 2; q in Estrin's order */
INLINE vec expm1_reduced(vec r)
{
    vec r2 = r * r;
#ifdef KERNEL_F32
    vec low = splat(0.4999999814429017f) + r * splat(0.1666654318977097f);
    vec high = splat(0.04166720174768817f) + r * splat(0.008366578766969187f);
    vec q = low + r2 * (high + r2 * splat(0.0013882509188031247f));
#else
    vec q0 = splat(0.5000000000000006) + r * splat(0.16666666666666588);
    vec q2 = splat(0.041666666666576126) + r * splat(0.00833333333338994);
    vec q4 = splat(0.001388888893178873) + r * splat(0.00019841269718378745);
    vec q6 = splat(2.4801504986867435e-05) + r * splat(2.7557407837125165e-06);
    vec q8 = splat(2.7626158095734176e-07) + r * splat(2.505378315629047e-08);
    vec r4 = r2 * r2;
    vec q = (q0 + r2 * q2) + r4 * ((q4 + r2 * q6) + r4 * q8);
#endif
    return r + r2 * q;
}

/* 2^n, for n in the range of normal numbers */
INLINE vec power_of_two(ivec n)
{
    return (vec)(((uvec)n + EXPONENT_BIAS) << MANTISSA_BITS);
}

/* x 2^n, also where 2^n itself is no normal number: in two steps, then, n/2 and the rest */
INLINE vec scale_by_power(vec x, struct reduced by)
{
#if defined __AVX512F__ && defined KERNEL_F32
    return _mm512_scalef_ps(x, by.n);
#elif defined __AVX512F__
    return _mm512_scalef_pd(x, by.n);
#else
    vec rounder = splat(ROUNDER);
    uvec half = (uvec)(by.n * splat((real)0.5) + rounder) - (uvec)rounder;
    return x * power_of_two((ivec)half) * power_of_two((ivec)((uvec)by.whole - half));
#endif
}

INLINE vec vector_exp(vec x)
{
    struct reduced by = reduce_ln2(at_most(at_least(x, EXP_LEAST), EXP_MOST));
    return scale_by_power(1 + expm1_reduced(by.r), by);
}

/* sigmoid x = 1 / (1 + e) for x >= 0, e / (1 + e) for x < 0, with e = exp(-|x|): never overflows */
INLINE vec vector_sigmoid(vec x)
{
    vec e = vector_exp(-absolute(x)), one = splat(1);
    return where_less(x, splat(0), e, one) / (one + e);
}

/* tanh |x| = m / (m + 2) with m = exp(2|x|) - 1 = 2^n (exp(r) - 1) + (2^n - 1) */
INLINE vec vector_tanh(vec x)
{
    struct reduced to = reduce_ln2(at_most(2 * absolute(x), 2 * TANH_MOST));
    vec scale = power_of_two(to.whole);
    vec m = scale * expm1_reduced(to.r) + (scale - 1);
    return with_sign(m / (m + 2), x);
}

/* log(1 + f) + n ln 2, for 1 + f in [sqrt 1/2, sqrt 2] */
INLINE vec log_reduced(vec f, vec n)
{
    vec s = f / (2 + f), z = s * s, w = z * z;
#ifdef KERNEL_F32
    vec odd = splat(0.66666662693f) + w * splat(0.28498786688f);
    vec even = splat(0.40000972152f) + w * splat(0.24279078841f);
#else
    vec odd = splat(6.666666666666735130e-01) +
              w * (splat(2.857142874366239149e-01) +
                   w * (splat(1.818357216161805012e-01) + w * splat(1.479819860511658591e-01)));
    vec even = splat(3.999999999940941908e-01) +
               w * (splat(2.222219843214978396e-01) + w * splat(1.531383769920937332e-01));
#endif
    vec series = z * odd + w * even, square = f * f * splat((real)0.5);
    return n * splat(LN2_HIGH) - ((square - (s * (square + series) + n * splat(LN2_LOW))) - f);
}

INLINE vec vector_log(vec x)
{
    vec tiny = splat(LEAST_REAL), zero = splat(0), infinity = splat((real)__builtin_inf());
    vec scaled = where_less(x, tiny, x * splat(RAISE), x);
    vec raised = where_less(x, tiny, splat(MANTISSA_BITS), zero);
    /* the exponent, counted from sqrt 1/2 */
    uvec half_root = (uvec)splat((real)0.70710678118654752440);
    uvec bits = (uvec)scaled - half_root;
    ivec n = (ivec)bits >> MANTISSA_BITS;
    uvec fraction = (bits & (((whole)1 << MANTISSA_BITS) - 1)) + half_root;
    vec exponent = (vec)((uvec)n + (uvec)splat(ROUNDER)) - splat(ROUNDER); /* n as a real */
    vec result = log_reduced((vec)fraction - 1, exponent - raised);
    /* 0, negative, infinite, NaN */
    result = where_less(x, infinity, result, x);
    result = where_less(zero, x, result, (x - x) / zero);
    return choose(x == zero, -infinity, result);
}

/* log(1 + e^x) = max(x, 0) + log(1 + e) with e = exp(-|x|); 1 + e <= sqrt 2 is left as it is */
INLINE vec vector_softplus(vec x)
{
    vec e = vector_exp(-absolute(x)), near = splat((real)0.41421356237309504880);
    vec half = splat((real)0.5);
    vec f = where_less(near, e, (e - 1) * half, e);
    vec n = where_less(near, e, splat(1), splat(0));
    return at_least(x, 0) + log_reduced(f, n);
}

#endif
