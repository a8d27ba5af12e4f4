#include "engine/reals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 128 };

size_t real_size(enum cg_precision precision)
{
    return precision == CG_F32 ? sizeof(float) : sizeof(double);
}

void *reals_alloc(size_t count, enum cg_precision precision)
{
    size_t bytes = (count * real_size(precision) / ALIGNMENT + 1) * ALIGNMENT;
    void *reals = aligned_alloc(ALIGNMENT, bytes);
    if (!reals)
        cg_out_of_memory();
    return memset(reals, 0, bytes);
}

void *reals_at(void *reals, size_t at, enum cg_precision precision)
{
    return (char *)reals + at * real_size(precision);
}

double reals_get(const void *reals, size_t at, enum cg_precision precision)
{
    return precision == CG_F32 ? ((const float *)reals)[at] : ((const double *)reals)[at];
}

void reals_from(void *reals, const double *numbers, size_t count, enum cg_precision precision)
{
    if (precision == CG_F32)
        for (size_t i = 0; i < count; i++)
            ((float *)reals)[i] = (float)numbers[i];
    else
        memcpy(reals, numbers, count * sizeof *numbers);
}

void reals_to(const void *reals, double *numbers, size_t count, enum cg_precision precision)
{
    if (precision == CG_F32)
        for (size_t i = 0; i < count; i++)
            numbers[i] = ((const float *)reals)[i];
    else
        memcpy(numbers, reals, count * sizeof *numbers);
}

/* x - x is 0 for a finite number and NaN for others: their sum tells, without a branch a number. */
bool reals_finite(const void *reals, size_t count, enum cg_precision precision)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        double x = reals_get(reals, i, precision);
        sum += x - x;
    }
    return sum == 0;
}
