/* Expressions in index notation, evaluated as tensors over their free indices.
 *
 * A term is evaluated for all values of its indices at once, and each shared sub-term once. Sums of
 * products eliminate one index at a time, so that the cost is that of the sizes. Derivatives that
 * stand unevaluated are taken by forward mode, never by the rules.
 */
#ifndef ENGINE_INDEXED_H
#define ENGINE_INDEXED_H

#include "engine/forward.h"
#include "engine/tensor.h"

/* One environment's evaluation of many lines: matrix expressions stand in a graph once and are
 * kept, so are gradients by forward mode. */
struct evaluator {
    const struct cg_env *env; /* borrowed; its numbers must not change */
    struct cg_arena *arena;   /* borrowed: holds the graph and the gradients */
    struct graph graph;
    size_t n_run;               /* steps of the graph that have numbers */
    struct graph_slopes slopes; /* of the graph */
    struct graph_dots dots;
    size_t n_stamps;  /* for dots */
    double **spreads; /* of the first steps of the graph, in `arena` */
    size_t n_spreads, spreads_capacity;
    double **leaves; /* all zero, for what moves alone */
    struct forward_memo forward;
    struct map logs; /* log of an entry of a softmax -> the same of the matrix */
    bool failed;     /* something was too large or did not fit: its numbers are NaN */
};

void evaluator_init(struct evaluator *evaluator, const struct cg_env *env, struct cg_arena *arena);
void evaluator_finish(struct evaluator *evaluator);

/* The tensor of an expression in index notation, in `arena`. The fixed indices (those with a
 * letter) have the values `at` and are no axes. `spread`: in place of each number its squared
 * spread (graph.h). */
struct tensor *evaluate_indexed(struct evaluator *evaluator, struct cg_arena *arena,
                                const struct cg_expr *expr, const struct cg_index *fixed,
                                const size_t *at, size_t n_fixed, bool spread);

/* A matrix expression: its numbers in the evaluator's graph, or their squared spreads. */
struct cg_matrix evaluate_matrix(struct evaluator *evaluator, const struct cg_expr *expr,
                                 bool spread);

#endif
