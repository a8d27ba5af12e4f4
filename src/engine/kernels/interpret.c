/* The instructions of maps: one loop each, over registers that stand in memory. */
#include "engine/kernels/unit.h"

/* What an instruction works on: `runs` times `n` vectors. Run r of a register begins at register
 * + offsets[r] LANES; one run, and no offsets, is the common case. */
struct operands {
    char *out;
    const char *a, *b, *c;
    const uint32_t *out_runs, *a_runs, *b_runs, *c_runs;
    size_t runs, n;
    bool scattered; /* there are offsets */
};

/* out = what is made of x (and y), vector by vector */
#define EACH(result)                                                                               \
    for (size_t r = 0; r < o.runs; r++) {                                                          \
        real *out = at_run(o.out, o.out_runs, r, o.scattered);                                     \
        const real *a = at_run(o.a, o.a_runs, r, o.scattered);                                     \
        for (size_t v = 0; v < o.n; v++) {                                                         \
            vec x = load(a + v * W);                                                               \
            store(out + v * W, (result));                                                          \
        }                                                                                          \
    }                                                                                              \
    break
#define EACH_PAIR(result)                                                                          \
    for (size_t r = 0; r < o.runs; r++) {                                                          \
        real *out = at_run(o.out, o.out_runs, r, o.scattered);                                     \
        const real *a = at_run(o.a, o.a_runs, r, o.scattered),                                     \
                   *b = at_run(o.b, o.b_runs, r, o.scattered);                                     \
        for (size_t v = 0; v < o.n; v++) {                                                         \
            vec x = load(a + v * W), y = load(b + v * W);                                          \
            store(out + v * W, (result));                                                          \
        }                                                                                          \
    }                                                                                              \
    break
#define EACH_THREE(result)                                                                         \
    for (size_t r = 0; r < o.runs; r++) {                                                          \
        real *out = at_run(o.out, o.out_runs, r, o.scattered);                                     \
        const real *a = at_run(o.a, o.a_runs, r, o.scattered),                                     \
                   *b = at_run(o.b, o.b_runs, r, o.scattered),                                     \
                   *c = at_run(o.c, o.c_runs, r, o.scattered);                                     \
        for (size_t v = 0; v < o.n; v++) {                                                         \
            vec x = load(a + v * W), y = load(b + v * W), z = load(c + v * W);                     \
            store(out + v * W, (result));                                                          \
        }                                                                                          \
    }                                                                                              \
    break
INLINE real *at_run(const char *at, const uint32_t *runs, size_t r, bool scattered)
{
    if (scattered) {
        at += (size_t)runs[r] * KERNEL_LANES_BYTES;
        __asm__("" : "+r"(at)); /* one pointer, not a sum for each of its vectors */
    }
    return (real *)at;
}

INLINE void joined_instruction(enum kernel_code code, const struct operands o)
{
    switch (code) {
    case KERNEL_PLUS_PRODUCT:
        EACH_THREE(z + x * y);
    case KERNEL_MINUS_PRODUCT:
        EACH_THREE(z - x * y);
    case KERNEL_SLOPE:
        EACH(x * (1 - x));
    case KERNEL_SIGMOID_OF_SUM:
        EACH_PAIR(v_sigmoid(x + y));
    case KERNEL_TANH_OF_SUM:
        EACH_PAIR(v_tanh(x + y));
    }
}

INLINE void plan_instruction(enum plan_code code, const struct operands o)
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
        EACH_PAIR(v_pow(x, y));
    case PLAN_NEGATE:
        EACH(-x);
    case PLAN_SQUARE:
        EACH(x * x);
    case PLAN_EXP:
        EACH(v_exp(x));
    case PLAN_LOG:
        EACH(v_log(x));
    case PLAN_SQRT:
        EACH(v_sqrt(x));
    case PLAN_SIN:
        EACH(v_sin(x));
    case PLAN_COS:
        EACH(v_cos(x));
    case PLAN_TANH:
        EACH(v_tanh(x));
    case PLAN_SIGMOID:
        EACH(v_sigmoid(x));
    case PLAN_SOFTPLUS:
        EACH(v_softplus(x));
    case PLAN_RELU:
        EACH(v_relu(x));
    case PLAN_ABS:
        EACH(v_abs(x));
    case PLAN_STEP:
        EACH(v_step(x));
    case PLAN_SIGN:
        EACH(v_sign(x));
    case PLAN_NUMBER:
    case PLAN_SCALAR: /* stand in their registers before */
        break;
    }
}

/* Operands that the code does not take are a. */
INLINE void instruction(int code, const struct operands o)
{
    if (code > PLAN_SIGN)
        joined_instruction((enum kernel_code)code, o);
    else
        plan_instruction((enum plan_code)code, o);
}

void KERNEL(interpret)(const struct kernel_instr *code, size_t n, void *const *registers,
                       size_t n_vectors)
{
    for (size_t i = 0; i < n; i++)
        instruction(code[i].code, (struct operands){.out = registers[code[i].out],
                                                    .a = registers[code[i].a],
                                                    .b = registers[code[i].b],
                                                    .c = registers[code[i].c],
                                                    .runs = 1,
                                                    .n = n_vectors});
}

void KERNEL(vector_interpret)(const struct kernel_instr *code, size_t n, vec *registers)
{
    for (size_t i = 0; i < n; i++)
        instruction(code[i].code, (struct operands){.out = (char *)&registers[code[i].out],
                                                    .a = (const char *)&registers[code[i].a],
                                                    .b = (const char *)&registers[code[i].b],
                                                    .c = (const char *)&registers[code[i].c],
                                                    .runs = 1,
                                                    .n = 1});
}

void KERNEL(lanes_interpret)(const struct kernel_instr *code, size_t n, void *const *registers,
                             const uint32_t *const *runs, size_t n_runs)
{
    for (size_t i = 0; i < n; i++)
        instruction(code[i].code, (struct operands){.out = registers[code[i].out],
                                                    .a = registers[code[i].a],
                                                    .b = registers[code[i].b],
                                                    .c = registers[code[i].c],
                                                    .out_runs = runs[code[i].out],
                                                    .a_runs = runs[code[i].a],
                                                    .b_runs = runs[code[i].b],
                                                    .c_runs = runs[code[i].c],
                                                    .runs = n_runs,
                                                    .scattered = true,
                                                    .n = KERNEL_LANES_BYTES / VECTOR_BYTES});
}
