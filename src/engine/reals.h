/* Arrays of reals: float or double, by precision. */
#ifndef ENGINE_REALS_H
#define ENGINE_REALS_H

#include <chalkgrad/train.h>

size_t real_size(enum cg_precision precision);

/* `count` zeros, aligned for any vector; free with free(). */
void *reals_alloc(size_t count, enum cg_precision precision);

/* The place of entry `at`. */
void *reals_at(void *reals, size_t at, enum cg_precision precision);
double reals_get(const void *reals, size_t at, enum cg_precision precision);

void reals_from(void *reals, const double *numbers, size_t count, enum cg_precision precision);
void reals_to(const void *reals, double *numbers, size_t count, enum cg_precision precision);

bool reals_finite(const void *reals, size_t count, enum cg_precision precision);

#endif
