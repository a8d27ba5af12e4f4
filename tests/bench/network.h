/* The networks that are measured, as models of the language: read, their gradients derived. */
#ifndef BENCH_NETWORK_H
#define BENCH_NETWORK_H

#include <chalkgrad/train.h>

/* XOR 2-3-1 as in the lesson, and 784-128-10 with 64 rows: sigmoids, J = 1/2 sum (Y - T)^2. */
extern const char network_xor[], network_large[];

struct network {
    struct cg_arena arena;
    struct cg_model model;
    struct cg_book book;
    const struct cg_value *params[4], *rows[2]; /* W1, B1, W2, B2; X, T */
    struct cg_train_options options;            /* SGD; what else is wanted, set it */
};

/* Ends the program. */
_Noreturn void network_stop(const struct cg_error *error);

/* The network must stay where it is. */
void network_init(struct network *net, const char *text);
void network_finish(struct network *net);

/* Gradients of all parameters into the book. */
void network_derive(struct network *net);

/* `count` small numbers, the same each time: of such parameters and data training makes no
 * infinities. Aligned to 128 bytes; free them. */
void *network_numbers(size_t count, enum cg_precision precision);

#endif
