/* The model, its derived gradients and the optimiser's formulas as nodes. */
#ifndef ENGINE_LOWER_H
#define ENGINE_LOWER_H

#include "engine/map.h"
#include "engine/nodes.h"

/* What changes a parameter or a memory. A descent is along a product or a sum that nothing else
 * reads; else `by` is the new value. Changes of one parameter stand together, new values before
 * descents. */
struct change {
    size_t param;  /* the parameter's leaf, of whose update this is a part */
    size_t target; /* the leaf that changes: it, or its memory */
    struct ref by; /* shaped as the target */
    size_t from;   /* what must be there before any parameter changes: the gradient, or what a sum
                      that descends adds up */
    bool descend;
    size_t line;
};

struct lowered {
    struct nodes nodes;
    struct ref loss;
    size_t *params, *rows; /* leaves, in the order of the options */
    struct change *changes;
    size_t n_changes, changes_capacity;
};

/* False with an error: what has no matrix form. `out` is the caller's; what it holds is in the
 * arena. */
bool plan_lower(struct lowered *out, struct cg_arena *arena, const struct cg_book *book,
                const struct cg_train_options *options, size_t batch, bool updates,
                struct cg_error *error);

/* update.c: adds the changes that the optimiser makes to parameter w by its gradient g. memory: its
 * leaves, as many as optimizer_memory says. */
void lower_update(struct lowered *out, const struct cg_train_options *options, struct ref w,
                  struct ref g, const struct ref *memory);

/* update.c: gradient descent by the terms of the gradient, where products and sums can descend. */
void lower_descents(struct lowered *out);

/* Begins a line of text; nodes made from here on are for it. Returns the line before. */
size_t lower_line(struct nodes *g, const char *text);

#endif
