/* What is known of an operation before it runs: how its domain is walked, which inputs are read
 * where they lie, which kernel form fits its sizes. Done once, when a plan is made ready to run. */
#ifndef ENGINE_RUN_PREPARE_H
#define ENGINE_RUN_PREPARE_H

#include "engine/kernels/kernels.h"

struct run_op {
    enum plan_kind kind;
    union {
        struct kernel_product product;
        struct kernel_map map;
        struct kernel_softmax softmax;
    } u;
    size_t parts; /* at most so many threads share it; 1: too little work, or not to be cut */
};

/* Of operation `i` of the plan. In the arena; borrows nothing. `threads` is how many there are. */
void run_prepare(struct cg_arena *arena, struct run_op *op, const struct plan *plan, size_t i,
                 const struct kernels *kernels, size_t threads);

/* Bytes of scratch that each thread needs. */
size_t run_scratch(const struct run_op *op, const struct kernels *kernels);

/* The same for blocks of networks (lanes.h). */
void run_prepare_lanes(struct cg_arena *arena, struct run_op *op, const struct plan *plan, size_t i,
                       const struct kernels *kernels);
size_t run_lanes_scratch(const struct run_op *op);

#endif
