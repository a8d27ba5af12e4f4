/* An update of 784-128-10 (sigmoid, squared errors, 64 rows, f32) written by hand: W1 as [inputs]
 * [hidden], register tiles of 13 or 14 rows by 32 columns, bias and sigmoid fused into the tile,
 * the update of W1 accumulated straight into it. Compiled for the machine. The limit for the plan.
 */
#ifndef BENCH_LIMIT_LARGE_H
#define BENCH_LIMIT_LARGE_H

enum { LARGE_IN = 784, LARGE_HIDDEN = 128, LARGE_OUT = 10, LARGE_ROWS = 64, LARGE_OUT_ROOM = 16 };

/* Rows of 10 have room for 16, the rest zeros. Aligned to 64 bytes. */
struct limit_large {
    float w1[LARGE_IN][LARGE_HIDDEN], b1[LARGE_HIDDEN];
    float w2[LARGE_HIDDEN][LARGE_OUT_ROOM], b2[LARGE_OUT_ROOM];
    float x[LARGE_ROWS][LARGE_IN], t[LARGE_ROWS][LARGE_OUT_ROOM];
    float h[LARGE_ROWS][LARGE_HIDDEN], delta1[LARGE_ROWS][LARGE_HIDDEN];
    float delta2[LARGE_ROWS][LARGE_OUT_ROOM];
    float loss;
};

void limit_large(struct limit_large *net, float rate);

/* The same with the products by CBLAS, where the build has it. */
void limit_large_blas(struct limit_large *net, float rate);

#endif
