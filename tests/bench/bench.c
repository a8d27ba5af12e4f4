#include "bench.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

const char bench_xor_batch[] = "XOR 2-3-1, f64, all 4 rows in each update: an epoch";
const char bench_xor_samples[] = "XOR 2-3-1, f64, row by row: an epoch, which is 4 updates";
const char bench_large[] = "784-128-10, f32, updates of 64 rows: rows a second";
const char bench_crowd[] = "1,000 XOR networks side by side, f64: an epoch of one of them";
const char bench_derivation[] = "Derivations, and the check of their lines";

/* One a line: the list is written by many hands. */
/* clang-format off */
static const struct bench_row *const rows[] = {
    &bench_native_batch,
    &bench_train_xor,
    &bench_train_xor_native,
    &bench_fann_xor,
    &bench_fann_xor_native,
    &bench_torch_xor,
    &bench_native_samples,
    &bench_train_samples,
    &bench_train_samples_native,
    &bench_fann_samples,
    &bench_fann_samples_native,
    &bench_large_plan,
    &bench_large_native,
    &bench_large_blas,
    &bench_torch_large,
    &bench_large_threads,
    &bench_lanes,
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

enum { MOST_ROUNDS = 401, LEAST_ROUNDS = 7, MOST_TRIES = 4 };

/* Rounds are long enough for the clock, and short enough that most of them are undisturbed. */
static const double usual_round = 0.0005, row_seconds = 1.5;

/* Of all rows. */
struct tally {
    size_t rounds, disturbed, goals, held;
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* How often other programs have had our processors so far. */
static long interruptions(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_nivcsw;
}

/* Seconds for one of `times`. */
static double measure(void (*work)(void *, size_t), void *state, size_t times)
{
    double start = now();
    work(state, times);
    return (now() - start) / (double)times;
}

/* How many fill a round. */
static size_t calibrate(void (*work)(void *, size_t), void *state, double seconds)
{
    size_t times = 1;
    work(state, times); /* what comes first takes longer */
    while (measure(work, state, times) * (double)times < seconds)
        times *= 2;
    return times;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *numbers, size_t count)
{
    qsort(numbers, count, sizeof *numbers, by_size);
    return numbers[count / 2];
}

struct medians {
    double ours, theirs, ratio;
};

/* Both pieces in turn, round by round, so that whatever slows the machine slows both; where another
 * program was let in between, once more. */
static struct medians compare(const struct bench_row *row, void *state, struct tally *tally)
{
    double seconds = row->round > 0 ? row->round : usual_round;
    size_t times = calibrate(row->work, state, seconds);
    size_t reference = calibrate(row->reference, state, seconds);
    double ratio[MOST_ROUNDS], ours[MOST_ROUNDS], theirs[MOST_ROUNDS], start = now();
    size_t n = 0;
    for (; n < MOST_ROUNDS && (n < LEAST_ROUNDS || now() - start < row_seconds); n++) {
        bool disturbed = true;
        for (int i = 0; i < MOST_TRIES && disturbed; i++) {
            long before = interruptions();
            ours[n] = measure(row->work, state, times);
            theirs[n] = measure(row->reference, state, reference);
            disturbed = interruptions() > before;
        }
        ratio[n] = ours[n] / theirs[n];
        tally->rounds++;
        tally->disturbed += disturbed;
    }
    return (struct medians){median(ours, n), median(theirs, n), median(ratio, n)};
}

/* The time of one piece of work, or how many samples a second that is. */
static void put_figure(const struct bench_row *row, double seconds)
{
    if (row->samples)
        printf(" %8.0f/s", (double)row->samples / seconds);
    else if (seconds < 1e-6)
        printf(" %7.1f ns", seconds * 1e9);
    else if (seconds < 1e-3)
        printf(" %7.1f us", seconds * 1e6);
    else
        printf(" %7.1f ms", seconds * 1e3);
}

static void put_goal(const struct bench_row *row, const struct medians *m, struct tally *tally)
{
    bool by_time = row->most_seconds > 0;
    if (!by_time && row->most_ratio <= 0)
        return;
    bool holds = by_time ? m->ours <= row->most_seconds : m->ratio <= row->most_ratio;
    tally->goals++;
    tally->held += holds;
    if (by_time)
        printf("  at most %3.0f ns", row->most_seconds * 1e9);
    else
        printf("  at most %4.2f  ", row->most_ratio);
    printf("  %s", holds ? "holds" : "MISSED");
}

static void run(const struct bench_row *row, struct tally *tally)
{
    printf("  %-26s", row->ours);
    fflush(stdout);
    void *state = row->begin ? row->begin() : NULL;
    if (!state) {
        printf("             %-28s is not here: install %s\n", row->against, row->absent);
        return;
    }
    struct medians m = compare(row, state, tally);
    row->end(state);
    put_figure(row, m.ours);
    printf("  %-28s", row->against);
    put_figure(row, m.theirs);
    printf("  %6.*f", m.ratio < 0.1 ? 4 : 2, m.ratio);
    put_goal(row, &m, tally);
    putchar('\n');
    fflush(stdout);
}

/* All rows, or those in whose names the word stands. */
int main(int argc, char **argv)
{
    struct tally tally = {0};
    const char *what = NULL;
    printf(
        "Medians of up to %d rounds, in turn. The ratio is our time by the other's, so below 1 is\n"
        "faster: the median of the rounds' own ratios.\n",
        MOST_ROUNDS);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct bench_row *row = rows[i];
        if (argc > 1 && !strstr(row->what, argv[1]) && !strstr(row->ours, argv[1]) &&
            !strstr(row->against, argv[1]))
            continue;
        if (row->what != what)
            printf("\n%s\n", row->what);
        what = row->what;
        run(row, &tally);
    }
    printf("\n%zu of %zu goals hold. Of %zu rounds, %zu were disturbed by other programs%s.\n",
           tally.held, tally.goals, tally.rounds, tally.disturbed,
           tally.disturbed * 10 > tally.rounds ? ": measure again when the machine is idle" : "");
    puts(
        "kann, genann and tinn are not in Debian, so they are not measured. That updates allocate\n"
        "nothing is shown by a test (test_train).");
    return 0;
}
