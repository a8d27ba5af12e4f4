/* Figures as ratios, measured in one run. A row compares two pieces of work; add one by writing its
 * functions and naming it in the list of bench.c. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stddef.h>

/* What is timed: the heading over rows. */
extern const char bench_xor_batch[], bench_xor_samples[], bench_large[], bench_crowd[],
    bench_derivation[];

struct bench_row {
    const char *what;    /* one of the above */
    const char *ours;    /* what is measured */
    const char *against; /* what it is compared with */
    const char *absent;  /* what to install where there is no begin, or it gives NULL */
    double most_ratio;   /* the goal: at most so many times its time; 0: there is none */
    double most_seconds; /* the goal: at most so much; 0: there is none */
    size_t samples;      /* rows of data in one piece of work, to be shown a second; 0: don't */
    double round;        /* seconds of a round at least; 0: the usual */
    void *(*begin)(void);
    void (*work)(void *state, size_t times);
    void (*reference)(void *state, size_t times);
    void (*end)(void *state);
};

extern const struct bench_row bench_train_xor;
extern const struct bench_row bench_train_xor_native;
extern const struct bench_row bench_train_samples;
extern const struct bench_row bench_train_samples_native;
extern const struct bench_row bench_fann_xor;
extern const struct bench_row bench_fann_xor_native;
extern const struct bench_row bench_fann_samples;
extern const struct bench_row bench_fann_samples_native;
extern const struct bench_row bench_torch_xor;
extern const struct bench_row bench_torch_large;
extern const struct bench_row bench_native_batch;
extern const struct bench_row bench_native_samples;
extern const struct bench_row bench_large_native;
extern const struct bench_row bench_large_plan;
extern const struct bench_row bench_large_blas;
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
