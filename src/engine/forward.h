/* Forward mode: how every value moves when one entry of one value does. */
#ifndef ENGINE_FORWARD_H
#define ENGINE_FORWARD_H

#include "engine/graph.h"

/* The tangents of all values, by id (NULL: zero), for d wrt[entry] = 1, through all definitions;
 * wrt itself counts as independent: its own definition is cut. In `arena`. `spread`: their squared
 * spreads (graph_spreads). slopes: of the environment's graph, or NULL. */
double **forward_total(const struct cg_env *env, struct cg_arena *arena, const struct cg_value *wrt,
                       size_t entry, bool spread, struct graph_slopes *slopes);

/* The tangent of a value of which only one entry moves, by 1. */
double *forward_seed(const struct cg_env *env, struct cg_arena *arena, const struct cg_value *wrt,
                     size_t entry);

/* The tangents of a direct derivative: only wrt[entry] moves, every other value is held fixed. */
double **forward_direct(const struct cg_env *env, struct cg_arena *arena,
                        const struct cg_value *wrt, size_t entry);

/* The tangents of all values where they all move at once, each along its ways[id] (NULL: not of
 * itself) besides how its definition moves it. In `arena`. */
double **forward_together(const struct cg_env *env, struct cg_arena *arena, double *const *ways,
                          bool spread, struct graph_slopes *slopes);

/* The work that goes into passes from end to end for one gradient. */
#define FORWARD_WORK 2e7

/* Gradients that were asked for, so that many lines share them. Those of one number are swept
 * together (adjoint.h) and confirmed by forward mode together; where forward mode does not confirm
 * them, or what was swept is not finite, each entry takes a forward pass of its own. The
 * environment's numbers stand still as long as it is used. */
struct forward_memo {
    const struct cg_env *env;     /* borrowed */
    struct cg_arena *arena;       /* borrowed */
    struct cg_arena scratch;      /* of one forward pass */
    struct graph_slopes slopes;   /* of the environment's graph */
    const struct cg_value *whole; /* the gradient by it takes a pass from end to end for each entry,
                                     as far as `work` goes; NULL: all do */
    double work;
    double *budget;   /* what is left to spend, of which a sweep takes its cost; NULL: enough */
    bool only_passes; /* nothing is swept */
    bool unconfirmed; /* something swept was not confirmed */
    struct forward_of *all;
};

void forward_init(struct forward_memo *memo, const struct cg_env *env, struct cg_arena *arena);
/* Frees what is not the arena's. */
void forward_finish(struct forward_memo *memo);

/* d of / d wrt[entry], total, or its squared spread; `of` 1 x 1. */
double forward_entry(struct forward_memo *memo, const struct cg_value *of,
                     const struct cg_value *wrt, size_t entry, bool spread);

/* What an entry costs (cost.h), once the gradients of `of` are swept. */
double forward_cost(struct forward_memo *memo, const struct cg_value *of,
                    const struct cg_value *wrt);

#endif
