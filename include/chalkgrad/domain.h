/* Where a model's own numbers leave the domain of an operation, or lie where it has no slope. */
#ifndef CHALKGRAD_DOMAIN_H
#define CHALKGRAD_DOMAIN_H

#include <chalkgrad/eval.h>

enum cg_trouble_kind {
    CG_TROUBLE_VALUE, /* no finite number: log of -0.3, division by 0, exp of 1000 */
    CG_TROUBLE_SLOPE, /* a number, but no finite slope: the root of 0 */
    CG_TROUBLE_KINK   /* a corner, where a slope is agreed upon: relu'(0) = 0 */
};

struct cg_trouble {
    const struct cg_expr *expr; /* the operation; its place is in the model's source */
    size_t row, col;            /* the first such cell of its result, 0-based */
    char text[200];             /* "log of -0.3, in row 1, column 2 of Z" */
};

/* The first operation of that kind in the definitions, in their order, whose operands are finite.
 * False where there is none. The definitions must be fresh. */
bool cg_find_trouble(const struct cg_env *env, enum cg_trouble_kind kind,
                     struct cg_trouble *trouble);

/* Fails with the first trouble of kind VALUE, at its place, and with what may help; true where
 * there is none. */
bool cg_check_domain(const struct cg_env *env, struct cg_error *error);

/* Has the function a corner, and is its slope there by agreement? (relu, abs: 0 at 0.) */
bool cg_has_kink(enum cg_kernel kernel);

/* The next function with a corner among the operations of the definitions, each time it is used;
 * *from starts at 0. NULL: no more. */
const struct cg_function *cg_next_kink(const struct cg_env *env, size_t *from);

#endif
