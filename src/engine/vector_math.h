/* Elementwise functions on vectors, in C with the vector extensions of GCC and Clang: the kernels
 * include this text, and the engine writes it into the C that it emits. Before it stand
 *     R      the real number: float or double         REAL_IS_FLOAT  1 or 0
 *     LANES  reals in a vector                        V_INLINE       how functions begin, or
 * nothing
 *
 * Errors, measured by tests/engine/test_elementary.c and test_vector_math.c with and without fused
 * multiply-add, over millions of arguments: exp and log below 2 ulp, softplus below 3, tanh and
 * the sigmoid below 4; a sigmoid too small for a normal number is 0. NaN gives NaN, infinities
 * their limits; exp and log know denormal numbers.
 */
#include <math.h>

#ifndef V_INLINE
#define V_INLINE static inline
#endif
#if REAL_IS_FLOAT
typedef int Z;
typedef unsigned N;
#define MATH(name) name##f
#else
typedef long long Z;
typedef unsigned long long N;
#define MATH(name) name
#endif
typedef R V __attribute__((vector_size(LANES * sizeof(R))));
typedef Z I __attribute__((vector_size(LANES * sizeof(R))));
typedef N U __attribute__((vector_size(LANES * sizeof(R)))); /* for sums of bits */

V_INLINE V all(R x)
{
    return x - (V){0};
}

V_INLINE V where(I choice, V yes, V no)
{
    return (V)((choice & (I)yes) | (~choice & (I)no));
}

V_INLINE V v_abs(V x)
{
    return (V)((I)x & ~(I)all((R)-0.0)); /* without the sign */
}

/* x = k ln 2 + r with a whole number k and |r| <= ln 2 / 2. The constants' sum SHIFT + x / ln 2
 * rounds to a whole number, and its lowest bits are those of k + BIAS, the exponent of 2^k. */
#if REAL_IS_FLOAT
#define BIAS      127
#define MANTISSA  23
#define SHIFT     (0x1.8p23f + BIAS)
#define PER_LN2   1.44269504f
#define LARGEST   87.336544f /* e^-x is a normal number up to here */
#define OVERFLOWS 88.7228f   /* above: infinity */
#define VANISHES  -104.0f    /* below: 0 */
#define SATURATES 10.0f      /* tanh is 1 from here on */
#define LN2_HIGH  0.693359375f
#define LN2_LOW   -2.12194440e-4f
#define LEAST     0x1p-126f /* the least normal number */
#define RAISE     0x1p23f   /* makes the others normal */
#else
#define BIAS      1023
#define MANTISSA  52
#define SHIFT     (0x1.8p52 + BIAS)
#define PER_LN2   1.4426950408889634
#define LARGEST   708.396418532264
#define OVERFLOWS 709.782712893384
#define VANISHES  -745.2
#define SATURATES 20.0
#define LN2_HIGH  6.93147180369123816490e-01
#define LN2_LOW   1.90821492927058770002e-10
#define LEAST     0x1p-1022
#define RAISE     0x1p52
#endif

/* With a fused multiply-add x - k ln 2 is exact for a rounded ln 2, and what was rounded off,
 * LN2_LEFT, is made good in the power of two. Without, k times the upper bits of ln 2 is exact. */
#if defined __FMA__ || defined __ARM_FEATURE_FMA
#if REAL_IS_FLOAT
#define LN2_LEFT        -1.90465429995776804525e-9f
#define REMAINDER(x, k) ((x) - (k)*0.693147182464599609375f)
#else
#define LN2_LEFT        2.3190468138462996e-17
#define REMAINDER(x, k) ((x) - (k)*0.6931471805599453)
#endif
#else
#define LN2_LEFT        0
#define REMAINDER(x, k) (((x) - (k)*LN2_HIGH) - (k)*LN2_LOW)
#endif

/* e^r = 1 + r + r^2 q(r) for |r| <= ln 2 / 2: interpolation in the nodes of Chebyshev, relative
 * error below 2^-57 (float: 2^-28). q is evaluated in pairs (Estrin), for short chains. */
#if REAL_IS_FLOAT
#define Q0(r)             ((R)0.5 + (R)0.16666576989698775 * (r))
#define Q1(r)             ((R)0.041666554617204574 + (R)0.008363179052722578 * (r))
#define Q2(r)             (R)0.0013926183587713494
#define Q_LOW(r, r2)      (Q0(r) + (r2)*Q1(r))
#define Q_HIGH(r, r2, r4) (all(Q2(r)))
#else
#define Q_LOW(r, r2)                                                                               \
    ((0.5 + 0.16666666666666669 * (r)) + (r2) * (0.04166666666662413 + 0.008333333333330062 * (r)))
#define Q_HIGH(r, r2, r4)                                                                          \
    (((0.0013888888917213717 + 0.00019841269863053618 * (r)) +                                     \
      (r2) * (2.4801521295954376e-05 + 2.7557268459997064e-06 * (r))) +                            \
     (r4) * (2.7620088445409746e-07 + 2.510038549551032e-08 * (r)))
#endif

V_INLINE V v_exp(V x)
{
    V t = x * PER_LN2 + SHIFT, k = t - SHIFT, r = REMAINDER(x, k) - k * LN2_LEFT;
    U n = (U)t - (U)all(SHIFT), half = (U)((I)n >> 1); /* 2^k in two steps: it may not be normal */
    V first = (V)((half + BIAS) << MANTISSA), second = (V)((n - half + BIAS) << MANTISSA);
    V r2 = r * r, r4 = r2 * r2;
    V e = 1 + (r + r2 * (Q_LOW(r, r2) + r4 * Q_HIGH(r, r2, r4)));
    e = e * first * second;
    V limit = (V)((I)all(INFINITY) & (x > 0));
    return where((x > OVERFLOWS) | (x < VANISHES), limit, e);
}

/* 1 / (1 + e^-x), its chain of operations as short as it can be: 1 + e^-x is one sum, in which
 * only the last term waits for all of q, and what overflows is put right at the end. */
V_INLINE V v_sigmoid(V x)
{
    V t = x * -PER_LN2 + SHIFT, k = t - SHIFT, r = REMAINDER(-x, k);
    V s = (V)((U)t << MANTISSA); /* 2^k */
    s = s - s * (k * LN2_LEFT);
    V r2 = r * r, r4 = r2 * r2, s2 = s * r2;
    V d = ((s * r + s) + 1 + s2 * Q_LOW(r, r2)) + (s2 * r4) * Q_HIGH(r, r2, r4);
    V y = 1 / d, limit = (V)((I)all(1) & (x > 0));
    return where(v_abs(x) > LARGEST, limit, y);
}

/* m / (m + 2) with m = e^2x - 1 = 2^k (e^r - 1) + (2^k - 1), which keeps small x exact. */
V_INLINE V v_tanh(V x)
{
    V t = x * (2 * PER_LN2) + SHIFT, k = t - SHIFT, r = REMAINDER(2 * x, k);
    V s = (V)((U)t << MANTISSA), r2 = r * r, r4 = r2 * r2;
    V p = (r + r2 * Q_LOW(r, r2)) + (r2 * r4) * Q_HIGH(r, r2, r4);
    V m = s * p + (s - 1), y = where(v_abs(x) > SATURATES, all(1), m / (m + 2));
    return (V)((I)y | ((I)x & (I)all((R)-0.0))); /* the sign of x, of -0 too */
}

/* log(1 + f) + n ln 2 for 1 + f in [sqrt 1/2, sqrt 2]: the series in s = f / (2 + f) with the
 * coefficients of fdlibm (Sun, e_log.c) */
V_INLINE V log_near_one(V f, V n)
{
    V s = f / (2 + f), z = s * s, w = z * z;
#if REAL_IS_FLOAT
    V odd = 0.66666662693f + w * 0.28498786688f;
    V even = 0.40000972152f + w * 0.24279078841f;
#else
    V odd = 6.666666666666735130e-01 +
            w * (2.857142874366239149e-01 +
                 w * (1.818357216161805012e-01 + w * 1.479819860510658591e-01));
    V even =
        3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01);
#endif
    V series = z * odd + w * even, square = f * f * (R)0.5;
    return n * LN2_HIGH - ((square - (s * (square + series) + n * LN2_LOW)) - f);
}

V_INLINE V v_log(V x)
{
    V scaled = where(x < LEAST, x * RAISE, x), raised = (V)((I)all(MANTISSA) & (x < LEAST));
    U half_root = (U)all((R)0.70710678118654752440); /* from which exponents are counted */
    U bits = (U)scaled - half_root, n = (U)((I)bits >> MANTISSA);
    V fraction = (V)((bits & (((N)1 << MANTISSA) - 1)) + half_root);
    V y = log_near_one(fraction - 1, (V)(n + (U)all(SHIFT)) - SHIFT - raised);
    y = where(x < (R)INFINITY, y, x); /* infinity, NaN */
    y = where(x < 0, all((R)NAN), y);
    return where(x == 0, all((R)-INFINITY), y);
}

/* log(1 + e^x) = max(x, 0) + log(1 + e) with e = e^-|x|; 1 + e <= sqrt 2 is left as it is */
V_INLINE V v_softplus(V x)
{
    V e = v_exp((V)((I)x | (I)all((R)-0.0)));
    I near = e < (R)0.41421356237309504880;
    V f = where(near, e, (e - 1) * (R)0.5), n = (V)((I)all(1) & ~near);
    return (V)((I)x & ~(x < 0)) + log_near_one(f, n);
}

/* The functions for which there is only the library's. */
#define LIBRARY(name, ...)                                                                         \
    V_INLINE V v_##name(V x)                                                                       \
    {                                                                                              \
        R v[LANES] __attribute__((aligned(sizeof(V))));                                            \
        __builtin_memcpy(v, &x, sizeof x);                                                         \
        for (int l = 0; l < LANES; l++)                                                            \
            v[l] = __VA_ARGS__;                                                                    \
        __builtin_memcpy(&x, v, sizeof x);                                                         \
        return x;                                                                                  \
    }

LIBRARY(sqrt, MATH(sqrt)(v[l]))
LIBRARY(sin, MATH(sin)(v[l]))
LIBRARY(cos, MATH(cos)(v[l]))
V_INLINE V v_pow(V x, V y)
{
    for (int l = 0; l < LANES; l++)
        x[l] = MATH(pow)(x[l], y[l]);
    return x;
}

V_INLINE V v_relu(V x)
{
    return (V)((I)x & ~(x < 0));
}

V_INLINE V v_step(V x)
{
    return (V)((I)all(1) & (x > 0));
}

V_INLINE V v_sign(V x)
{
    return v_step(x) - v_step(-x);
}

V_INLINE V v_max(V x, V y)
{
    return where(x < y, y, x);
}
