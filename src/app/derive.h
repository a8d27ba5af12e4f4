/* What `chalkgrad derive` has found, and its printing as JSON. Private to the app. */
#ifndef APP_DERIVE_H
#define APP_DERIVE_H

#include "app/extent.h"

struct derive_result {
    const struct cg_book *book;
    const struct cg_env *env;
    const struct cg_derivation *derivation;
    /* The derivations that it rests on and does not hold itself ("dJ/dY from above"), each before
     * the first that needs it. */
    const struct cg_derivation **above;
    size_t n_above;
    struct cg_check *checks; /* by step id */
    struct extent extent;    /* over all lines of all of them */
};

/* Finds above; in `arena`. */
void derive_collect_above(struct derive_result *result, struct cg_arena *arena);

/* The derivation of a total derivative that a chain rule names, or NULL. */
const struct cg_derivation *derive_named_by(const struct cg_book *book,
                                            const struct cg_expr *partial);

/* The object that the design fixes, on standard output. */
void derive_print_json(const struct derive_result *result);

#endif
