/* Forward mode: how every value moves when one entry of one value does. */
#ifndef ENGINE_FORWARD_H
#define ENGINE_FORWARD_H

#include "engine/graph.h"

/* The tangents of all values, by id (NULL: zero), for d wrt[entry] = 1, through all definitions;
 * wrt itself counts as independent: its own definition is cut. In `arena`. `spread`: their squared
 * spreads (graph_spreads). slopes: of the environment's graph, or NULL. */
double **forward_total(const struct cg_env *env, struct cg_arena *arena, const struct cg_value *wrt,
                       size_t entry, bool spread, struct graph_slopes *slopes);

/* The tangents of a direct derivative: only wrt[entry] moves, every other value is held fixed. */
double **forward_direct(const struct cg_env *env, struct cg_arena *arena,
                        const struct cg_value *wrt, size_t entry);

/* Gradients that were asked for, entry by entry, so that many lines share them. The environment's
 * numbers stand still as long as it is used. */
struct forward_memo {
    const struct cg_env *env;   /* borrowed */
    struct cg_arena *arena;     /* borrowed */
    struct cg_arena scratch;    /* of one forward pass */
    struct graph_slopes slopes; /* of the environment's graph */
    struct forward_gradient *gradients;
    size_t count, capacity;
};

void forward_init(struct forward_memo *memo, const struct cg_env *env, struct cg_arena *arena);
/* Frees what is not the arena's. */
void forward_finish(struct forward_memo *memo);

/* d of / d wrt[entry], total, or its squared spread; `of` 1 x 1. */
double forward_entry(struct forward_memo *memo, const struct cg_value *of,
                     const struct cg_value *wrt, size_t entry, bool spread);

#endif
