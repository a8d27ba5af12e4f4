/* The best kernels that this processor has. */
#include "engine/kernels/kernels.h"

#include <stdlib.h>
#include <string.h>

extern const struct kernels kernel_baseline_f32_table, kernel_baseline_f64_table;
#ifdef KERNELS_X86
extern const struct kernels kernel_avx2_f32_table, kernel_avx2_f64_table;
extern const struct kernels kernel_avx512_f32_table, kernel_avx512_f64_table;
#endif

struct unit {
    const char *isa;
    const struct kernels *kernels[2]; /* enum cg_precision */
};

/* Best first. `units` has room for all; returns how many this processor can run. */
static size_t available(struct unit *units)
{
    size_t n = 0;
#ifdef KERNELS_X86
    __builtin_cpu_init();
    bool fma = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
               __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
    if (fma && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512cd"))
        units[n++] = (struct unit){"avx512", {&kernel_avx512_f64_table, &kernel_avx512_f32_table}};
    if (fma)
        units[n++] = (struct unit){"avx2", {&kernel_avx2_f64_table, &kernel_avx2_f32_table}};
#endif
    units[n++] =
        (struct unit){"baseline", {&kernel_baseline_f64_table, &kernel_baseline_f32_table}};
    return n;
}

void kernel_repeat(void *to, size_t bytes, size_t real_size, double number)
{
    for (size_t i = 0; i < bytes / real_size; i++)
        if (real_size == sizeof(float))
            ((float *)to)[i] = (float)number;
        else
            ((double *)to)[i] = number;
}

const struct kernels *kernels_choose(enum cg_precision precision)
{
    struct unit units[3];
    size_t n = available(units);
    const char *wanted = getenv("CHALKGRAD_KERNELS");
    for (size_t i = 0; wanted && i < n; i++)
        if (strcmp(units[i].isa, wanted) == 0)
            return units[i].kernels[precision];
    return units[0].kernels[precision];
}

const struct kernels *kernels_available(enum cg_precision precision, size_t i)
{
    struct unit units[3];
    return i < available(units) ? units[i].kernels[precision] : NULL;
}
