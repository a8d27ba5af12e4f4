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
#define VECTOR_BYTES 64
#elif defined __AVX2__
#define VECTOR_BYTES 32
#else
#define VECTOR_BYTES 16
#endif

#ifdef KERNEL_F32
typedef float real;
#define REAL_IS_FLOAT 1
#else
typedef double real;
#define REAL_IS_FLOAT 0
#endif

#define INLINE static inline __attribute__((always_inline))

#define R        real
#define LANES    (int)(VECTOR_BYTES / sizeof(real))
#define V_INLINE INLINE
#include "engine/vector_math.h"
#undef LANES
#undef R

typedef V vec;
typedef I ivec;
typedef Z whole; /* of the size of a real */
typedef vec vec_anywhere __attribute__((aligned(sizeof(real)), may_alias));
typedef ivec ivec_anywhere __attribute__((aligned(sizeof(real)), may_alias));

enum { W = VECTOR_BYTES / sizeof(real) };

/* _mm512_NAME_ps and its like: the intrinsic of this width and precision. */
#if defined KERNEL_F32
#define X86_(width, name) _mm##width##_##name##_ps
#else
#define X86_(width, name) _mm##width##_##name##_pd
#endif
#define X86(width, name) X86_(width, name)

INLINE vec splat(real x)
{
    return all(x);
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
