/* The names of a model, found in constant time. Private to the algebra. */
#ifndef ALGEBRA_NAMES_H
#define ALGEBRA_NAMES_H

#include <chalkgrad/model.h>

enum { CG_LONGEST_NAME = 60 }; /* bytes */

/* One name: a value, a function, or else a dim. */
struct cg_name_entry {
    const char *name; /* NULL: a free slot */
    struct cg_value *value;
    const struct cg_function *function;
    int dim;
};

struct cg_names {
    struct cg_name_entry *slots; /* open addressing */
    size_t count, capacity;      /* a power of two */
};

void cg_names_add(struct cg_model *model, struct cg_name_entry entry);

/* NULL where the name is free. */
const struct cg_name_entry *cg_names_find(const struct cg_model *model, const char *name,
                                          size_t length);

/* All names of the model's tables anew, after some were taken back; without those of hinges. */
void cg_names_rebuild(struct cg_model *model);

/* A search for the nearest of some names to a mistyped one. */
struct cg_nearest {
    const char *name; /* what was written */
    const char *best; /* NULL: none is near */
    int distance;
};
void cg_nearest_offer(struct cg_nearest *nearest, const char *candidate);

/* Has the language a use of its own for this word (sum, dims, ...)? */
bool cg_is_reserved(const char *name);

#endif
