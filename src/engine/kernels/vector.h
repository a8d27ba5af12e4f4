/* Vectors of reals, as wide as this unit's instruction set makes them. The folder's sources are
 * compiled once for each instruction set and precision (KERNEL_UNIT names the unit, KERNEL_F32
 * chooses the precision); all of it is GCC's vector arithmetic, save a few operations that
 * x86 has and the language has not.
 */
#ifndef ENGINE_KERNELS_VECTOR_H
#define ENGINE_KERNELS_VECTOR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __x86_64__
#include <immintrin.h>
#endif

#if defined __AVX512F__ && defined __AVX512DQ__
enum { VECTOR_BYTES = 64 };
#elif defined __AVX2__
enum { VECTOR_BYTES = 32 };
#else
enum { VECTOR_BYTES = 16 };
#endif

#ifdef KERNEL_F32
typedef float real;
typedef int32_t whole; /* of the same size */
typedef uint32_t natural;
#else
typedef double real;
typedef int64_t whole;
typedef uint64_t natural;
#endif

typedef real vec __attribute__((vector_size(VECTOR_BYTES)));
typedef whole ivec __attribute__((vector_size(VECTOR_BYTES)));
typedef natural uvec __attribute__((vector_size(VECTOR_BYTES))); /* for sums of bits */
typedef vec vec_anywhere __attribute__((aligned(sizeof(real)), may_alias));
typedef ivec ivec_anywhere __attribute__((aligned(sizeof(real)), may_alias));

enum { W = VECTOR_BYTES / sizeof(real) };

#define INLINE static inline __attribute__((always_inline))

/* _mm512_NAME_ps and its like: the intrinsic of this width and precision. */
#if defined KERNEL_F32
#define X86_(width, name) _mm##width##_##name##_ps
#else
#define X86_(width, name) _mm##width##_##name##_pd
#endif
#define X86(width, name) X86_(width, name)

INLINE vec splat(real x)
{
    return x - (vec){0};
}

INLINE vec load(const real *p)
{
    return *(const vec_anywhere *)p;
}

INLINE void store(real *p, vec v)
{
    *(vec_anywhere *)p = v;
}

/* The processor loads a part of a vector as fast as a whole one. */
#ifdef __AVX2__
enum { PARTIAL_LOADS = 1 };
#else
enum { PARTIAL_LOADS = 0 };
#endif

#if defined __AVX2__ && !defined __AVX512F__
/* n lanes of -1, then 0 */
INLINE __m256i lanes(size_t n)
{
    static const whole mask[2 * W] = {[0 ... W - 1] = -1};
    return _mm256_loadu_si256((const __m256i *)(mask + W - n));
}
#endif

/* The first n <= W reals at p, then zeros; nothing beyond them is read. */
INLINE vec load_part(const real *p, size_t n)
{
#if defined __AVX512F__ && defined KERNEL_F32
    return _mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
#elif defined __AVX512F__
    return _mm512_maskz_loadu_pd((__mmask8)((1u << n) - 1), p);
#elif defined __AVX2__
    return X86(256, maskload)(p, lanes(n));
#else
    if (n == W)
        return load(p);
    vec v = {0};
    for (size_t i = 0; i < n; i++)
        v[i] = p[i];
    return v;
#endif
}

/* The first n <= W lanes; nothing beyond them is written. */
INLINE void store_part(real *p, vec v, size_t n)
{
#if defined __AVX512F__ && defined KERNEL_F32
    _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), v);
#elif defined __AVX512F__
    _mm512_mask_storeu_pd(p, (__mmask8)((1u << n) - 1), v);
#elif defined __AVX2__
    X86(256, maskstore)(p, lanes(n), v);
#else
    if (n == W) {
        store(p, v);
        return;
    }
    for (size_t i = 0; i < n; i++)
        p[i] = v[i];
#endif
}

/* mask ? a : b, lane by lane, for the -1 and 0 that a comparison makes */
INLINE vec choose(ivec mask, vec a, vec b)
{
    return (vec)((mask & (ivec)a) | (~mask & (ivec)b));
}

/* x < y ? a : b */
INLINE vec where_less(vec x, vec y, vec a, vec b)
{
#if defined __AVX512F__ && defined KERNEL_F32
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(x, y, _CMP_LT_OQ), b, a);
#elif defined __AVX512F__
    return _mm512_mask_blend_pd(_mm512_cmp_pd_mask(x, y, _CMP_LT_OQ), b, a);
#else
    return choose(x < y, a, b);
#endif
}

/* x held to at most, or at least, a number; NaN stays NaN. */
INLINE vec at_most(vec x, real limit)
{
#if defined __AVX512F__
    return X86(512, min)(splat(limit), x);
#elif defined __AVX2__
    return X86(256, min)(splat(limit), x);
#elif defined __x86_64__
    return X86(, min)(splat(limit), x);
#else
    return where_less(splat(limit), x, splat(limit), x);
#endif
}

INLINE vec at_least(vec x, real limit)
{
#if defined __AVX512F__
    return X86(512, max)(splat(limit), x);
#elif defined __AVX2__
    return X86(256, max)(splat(limit), x);
#elif defined __x86_64__
    return X86(, max)(splat(limit), x);
#else
    return where_less(x, splat(limit), splat(limit), x);
#endif
}

INLINE vec absolute(vec x)
{
    ivec sign = (ivec)splat((real)-0.0);
    return (vec)((ivec)x & ~sign);
}

/* |x| with the sign of y */
INLINE vec with_sign(vec x, vec y)
{
    ivec sign = (ivec)splat((real)-0.0);
    return (vec)(((ivec)x & ~sign) | ((ivec)y & sign));
}

/* lane i of the result is lane order[i] of v */
#if defined __AVX512F__ || (defined __AVX2__ && defined KERNEL_F32)
enum { PERMUTES = 1 }; /* in one instruction */
INLINE vec permute(vec v, ivec order)
{
#if defined __AVX512F__ && defined KERNEL_F32
    return _mm512_permutexvar_ps((__m512i)order, v);
#elif defined __AVX512F__
    return _mm512_permutexvar_pd((__m512i)order, v);
#else
    return _mm256_permutevar8x32_ps(v, (__m256i)order);
#endif
}
#else
enum { PERMUTES = 0 };
INLINE vec permute(vec v, ivec order)
{
    vec to;
    for (size_t i = 0; i < W; i++)
        to[i] = v[order[i]];
    return to;
}
#endif

/* The lanes in a tree: ((0 + W/2) + (W/4 + 3W/4)) ... */
INLINE real lane_sum(vec v)
{
    for (size_t half = W / 2; half; half /= 2)
        for (size_t i = 0; i < half; i++)
            v[i] += v[i + half];
    return v[0];
}

#endif
