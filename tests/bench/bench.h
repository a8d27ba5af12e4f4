/* Figures as ratios, measured in one run. A row compares two pieces of work; add one by writing its
 * functions and naming it in the list of bench.c. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stddef.h>

struct bench_row {
    const char *name;    /* what is measured */
    const char *against; /* what it is compared with */
    void *(*begin)(void);
    void (*work)(void *state, size_t times);
    void (*reference)(void *state, size_t times);
    void (*end)(void *state);
};

extern const struct bench_row bench_train_xor;
extern const struct bench_row bench_train_xor_native;
extern const struct bench_row bench_train_samples;
extern const struct bench_row bench_train_samples_native;
extern const struct bench_row bench_fann_xor; /* with HAVE_FANN, as the three below */
extern const struct bench_row bench_fann_xor_native;
extern const struct bench_row bench_fann_samples;
extern const struct bench_row bench_fann_samples_native;
extern const struct bench_row bench_native_batch;
extern const struct bench_row bench_native_samples;
extern const struct bench_row bench_native_large;
extern const struct bench_row bench_large;
extern const struct bench_row bench_large_blas; /* with HAVE_CBLAS */
extern const struct bench_row bench_large_threads;
extern const struct bench_row bench_lanes;
extern const struct bench_row bench_derive_xor;
extern const struct bench_row bench_verify_xor;
extern const struct bench_row bench_derive_1;
extern const struct bench_row bench_derive_10;
extern const struct bench_row bench_derive_50;
extern const struct bench_row bench_derive_200;
extern const struct bench_row bench_check_1;
extern const struct bench_row bench_check_10;
extern const struct bench_row bench_check_50;
extern const struct bench_row bench_check_200;
extern const struct bench_row bench_check_attention;
extern const struct bench_row bench_check_norm;

#endif
