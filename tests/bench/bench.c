#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* One a line: the list is written by many hands. */
/* clang-format off */
static const struct bench_row *const rows[] = {
    &bench_native_batch,
    &bench_native_samples,
    &bench_native_large,
    &bench_large,
#ifdef HAVE_CBLAS
    &bench_large_blas,
#endif
    &bench_large_threads,
    &bench_lanes,
    &bench_train_xor,
    &bench_train_xor_native,
    &bench_train_samples,
    &bench_train_samples_native,
#ifdef HAVE_FANN
    &bench_fann_xor,
    &bench_fann_xor_native,
    &bench_fann_samples,
    &bench_fann_samples_native,
#endif
    &bench_derive_xor,
    &bench_verify_xor,
    &bench_derive_1,
    &bench_derive_10,
    &bench_derive_50,
    &bench_derive_200,
    &bench_check_1,
    &bench_check_10,
    &bench_check_50,
    &bench_check_200,
    &bench_check_attention,
    &bench_check_norm,
};
/* clang-format on */

enum { ROUNDS = 51 };

/* Long enough for the clock, short enough for a round to be undisturbed. */
static const double round_seconds = 0.005;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* Seconds for one of `times`. */
static double measure(void (*work)(void *, size_t), void *state, size_t times)
{
    double start = now();
    work(state, times);
    return (now() - start) / (double)times;
}

/* How many fill a round. */
static size_t calibrate(void (*work)(void *, size_t), void *state)
{
    size_t times = 1;
    while (measure(work, state, times) * (double)times < round_seconds)
        times *= 2;
    return times;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *numbers)
{
    qsort(numbers, ROUNDS, sizeof *numbers, by_size);
    return numbers[ROUNDS / 2];
}

/* Both pieces in turn, round by round, so that whatever slows the machine slows both. */
static void run(const struct bench_row *row)
{
    void *state = row->begin();
    size_t times = calibrate(row->work, state), reference = calibrate(row->reference, state);
    double ratio[ROUNDS], work_time[ROUNDS], reference_time[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        work_time[i] = measure(row->work, state, times);
        reference_time[i] = measure(row->reference, state, reference);
        ratio[i] = work_time[i] / reference_time[i];
    }
    row->end(state);
    printf("%-46s %9.3f us\n  against %-36s %9.3f us   ratio %.2f\n", row->name,
           median(work_time) * 1e6, row->against, median(reference_time) * 1e6, median(ratio));
    fflush(stdout);
}

/* All rows, or those whose names hold the word. */
int main(int argc, char **argv)
{
    printf("Medians of %d rounds; the ratio is the median of the rounds' own ratios.\n\n", ROUNDS);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (argc < 2 || strstr(rows[i]->name, argv[1]))
            run(rows[i]);
    return 0;
}
