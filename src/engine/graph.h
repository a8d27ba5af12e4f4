/* A graph: matrix expressions as one list of operations, in an order in which each finds its
 * arguments done, with every result in memory of its own. Equal sub-expressions are one step.
 *
 * Invariants: a step's arguments stand before it; its numbers stay where they are for the graph's
 * life; running allocates nothing. Values of the model are leaves that point at the environment's
 * numbers. What has no operation (a gradient by forward mode, index notation) is a leaf that is
 * evaluated when it is added.
 */
#ifndef ENGINE_GRAPH_H
#define ENGINE_GRAPH_H

#include "engine/map.h"
#include "engine/matrix.h"

struct graph_step {
    const struct cg_expr *expr;
    struct cg_matrix out;
    size_t n_args; /* 0: a leaf */
    size_t *slots; /* the steps of the arguments */
    size_t logits; /* log(softmax(x)): the step of x, + 1; 0: it is something else */
    struct cg_matrix *args;
    size_t next; /* in its bucket: slot + 1 */
};

struct graph {
    const struct cg_env *env;       /* borrowed */
    struct cg_arena *arena;         /* borrowed: holds steps and numbers */
    const struct cg_book *book;     /* or NULL: gradients are taken by their derived form, not by
                                       forward mode */
    struct forward_memo *gradients; /* or NULL: where gradients by forward mode are kept */
    struct graph_step *steps;
    size_t n_steps, capacity;
    size_t *buckets, n_buckets; /* by hash: slot + 1 of the last step in it */
    struct map slots;           /* node -> slot + 1 */
    bool broken;                /* shapes did not fit somewhere: that step is NaN */
};

void graph_init(struct graph *graph, const struct cg_env *env, struct cg_arena *arena,
                const struct cg_book *book);

/* The step that makes expr, added with what it needs. New steps have no numbers until run. */
size_t graph_add(struct graph *graph, const struct cg_expr *expr);

/* x where the expression is log(softmax(x)), also where the softmax has a name; else NULL. Where a
 * share is so small that the machine takes it for 0, its logarithm is found from x. */
const struct cg_expr *graph_logits(const struct cg_expr *expr);

void graph_run(struct graph *graph, size_t from, size_t to);

/* Slopes of the elementwise functions of a graph at its numbers, step by step, found once for many
 * tangents. Zeroed to begin with; of no use any more once the graph is run with other numbers. */
struct graph_slopes {
    struct cg_arena *arena; /* borrowed */
    double **of;
    size_t n;
};

/* Those of one step; NULL where it is no elementwise function. Tables grow, and what was found
 * stays. */
const double *graph_step_slopes(struct graph_slopes *slopes, const struct graph *graph,
                                size_t slot);

/* Forward mode: dots[slot], for from <= slot < to, becomes the tangent of that step (its shape, in
 * `arena`) or NULL where it is zero. leaves[id]: the tangent of each value, or NULL. `through`:
 * named results pass tangents on; otherwise they are held fixed. The graph must have been run.
 * `spread`: squared spreads of tangents, see below, in place of tangents. slopes: may be NULL. */
void graph_tangents(const struct graph *graph, size_t from, size_t to, struct cg_arena *arena,
                    double *const *leaves, bool through, bool spread, struct graph_slopes *slopes,
                    double **dots);

/* Tangents of single steps, each found when it is first asked for under a stamp, with what it
 * needs: a graph may be large and a line look at little of it. */
struct graph_dots {
    double **of;
    size_t *stamp; /* under which of[slot] was found; from 1 */
    size_t capacity;
};

/* The tangent of one step, as by graph_tangents. dots are kept in `arena`, their table in that of
 * the graph. */
double *graph_tangent(const struct graph *graph, size_t slot, struct cg_arena *arena,
                      double *const *leaves, bool through, bool spread, struct graph_slopes *slopes,
                      struct graph_dots *dots, size_t stamp);

/* For each step from <= i < to the squares of its spread, of[i], in `arena`: the root of the sum of
 * the squares of what was added up in it. Where numbers cancel, roundings are as large as that
 * times the machine's precision, however small the result is. (Squares, not absolute values: those
 * would grow from layer to layer of a deep network, and excuse everything.) */
void graph_spreads(const struct graph *graph, size_t from, size_t to, struct cg_arena *arena,
                   double **of);

#endif
