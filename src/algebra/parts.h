/* What a function that computes a gradient is made of: inputs, definitions, named gradients and
 * elementwise functions. For the printers of code. Private to the algebra. */
#ifndef ALGEBRA_PARTS_H
#define ALGEBRA_PARTS_H

#include <chalkgrad/derive.h>

struct parts {
    const struct cg_book *book;
    const struct cg_derivation *derivation;
    bool *needed;    /* by id, inputs and definitions */
    bool *results;   /* by place in the book */
    bool *sized;     /* by dim root: a size that is written out */
    bool (*used)[3]; /* functions of the model, by place and order of derivative */
    bool softmax;
    const struct cg_value **sources;
    size_t n_sources;
};

/* All that the derivation's form needs, found by looking through it, in `arena`. `sizes`: inputs
 * are also taken for their shapes, where the code must know a size from an argument. */
struct parts parts_of(struct cg_arena *arena, const struct cg_book *book,
                      const struct cg_derivation *derivation, bool sizes);

#endif
