/* The definitions of a model, found by what they say. Private to the algebra. */
#ifndef ALGEBRA_BODIES_H
#define ALGEBRA_BODIES_H

#include <chalkgrad/model.h>

struct bodies {
    const struct cg_value **slots; /* open addressing by the hash of the body */
    size_t capacity, n_values;     /* values of the model when it was made */
};

/* For the definitions that do more than turn or negate a name; in the arena. */
const struct bodies *bodies_make(const struct cg_model *model, struct cg_arena *arena);

/* The value that is defined by this very expression, or NULL. bodies may be NULL. */
const struct cg_value *bodies_find(const struct bodies *bodies, const struct cg_expr *expr);

#endif
