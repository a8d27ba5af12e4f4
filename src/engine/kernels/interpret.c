/* The instructions of maps: one loop each, over registers that stand in memory. */
#include "engine/kernels/elementary.h"
#include "engine/kernels/unit.h"

#include <math.h>

/* out = what is made of x (and y), vector by vector */
#define EACH(result)                                                                               \
    for (size_t v = 0; v < n_vectors; v++) {                                                       \
        vec x = load(a + v * W);                                                                   \
        store(out + v * W, (result));                                                              \
    }                                                                                              \
    break
#define EACH_PAIR(result)                                                                          \
    for (size_t v = 0; v < n_vectors; v++) {                                                       \
        vec x = load(a + v * W), y = load(b + v * W);                                              \
        store(out + v * W, (result));                                                              \
    }                                                                                              \
    break
/* by the C library: what is rare, or has no vector form */
#define EACH_REAL(result)                                                                          \
    for (size_t i = 0; i < n_vectors * W; i++)                                                     \
        out[i] = (result);                                                                         \
    break

#ifdef KERNEL_F32
#define LIBRARY(name) name##f
#else
#define LIBRARY(name) name
#endif

INLINE vec square_root(vec x)
{
#if defined __AVX512F__
    return X86(512, sqrt)(x);
#elif defined __AVX2__
    return X86(256, sqrt)(x);
#elif defined __x86_64__
    return X86(, sqrt)(x);
#else
    for (size_t i = 0; i < W; i++)
        x[i] = LIBRARY(sqrt)(x[i]);
    return x;
#endif
}

/* 1 where x > 0, else 0; of NaN too */
INLINE vec step(vec x)
{
    return where_less(splat(0), x, splat(1), splat(0));
}

/* one instruction; b is a where it takes only one register */
INLINE void instruction(enum plan_code code, real *out, const real *a, const real *b,
                        size_t n_vectors)
{
    switch (code) {
    case PLAN_PLUS:
        EACH_PAIR(x + y);
    case PLAN_MINUS:
        EACH_PAIR(x - y);
    case PLAN_TIMES:
        EACH_PAIR(x * y);
    case PLAN_OVER:
        EACH_PAIR(x / y);
    case PLAN_POWER:
        EACH_REAL(LIBRARY(pow)(a[i], b[i]));
    case PLAN_NEGATE:
        EACH(-x);
    case PLAN_SQUARE:
        EACH(x * x);
    case PLAN_EXP:
        EACH(vector_exp(x));
    case PLAN_LOG:
        EACH(vector_log(x));
    case PLAN_SQRT:
        EACH(square_root(x));
    case PLAN_SIN:
        EACH_REAL(LIBRARY(sin)(a[i]));
    case PLAN_COS:
        EACH_REAL(LIBRARY(cos)(a[i]));
    case PLAN_TANH:
        EACH(vector_tanh(x));
    case PLAN_SIGMOID:
        EACH(vector_sigmoid(x));
    case PLAN_SOFTPLUS:
        EACH(vector_softplus(x));
    case PLAN_RELU:
        EACH(at_least(x, 0));
    case PLAN_ABS:
        EACH(absolute(x));
    case PLAN_STEP:
        EACH(step(x));
    case PLAN_SIGN:
        EACH(step(x) - step(-x));
    case PLAN_NUMBER:
    case PLAN_SCALAR: /* stand in their registers before */
        break;
    }
}

void KERNEL(interpret)(const struct kernel_instr *code, size_t n, void *const *registers,
                       size_t n_vectors)
{
    for (size_t i = 0; i < n; i++)
        instruction(code[i].code, registers[code[i].out], registers[code[i].a],
                    registers[code[i].b], n_vectors);
}
