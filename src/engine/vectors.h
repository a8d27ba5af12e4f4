/* A small plan as straight-line C: every matrix lies in vectors, and parameters stay in registers
 * over the loop of updates.
 *
 * The lanes of a vector have two axes, LOW (`period` lanes) and HIGH (the rest): lane l stands at
 * l % period and l / period. Axes of matrices that are one and the same size (the rows of the
 * batch, the units of a layer) form a class, and each class lies on LOW, on HIGH or on neither.
 * A matrix whose columns lie on LOW holds `period` of them side by side in each vector; along an
 * axis of the lanes that a matrix does not use, its entries are repeated; an axis on no lanes has
 * a vector for each place. So whatever meets entry by entry, or is broadcast, lies lane beside lane
 * already, and nothing crosses the lanes but the folds of sums over a class that lies on them.
 * Where two axes claim the same lanes (those of H @ H.T), one gives way and entries are shuffled.
 *
 * The places of the classes, the period and the width of the vectors are found by search: the plan
 * is written for each without the writing, its operations counted and its longest chain timed.
 */
#ifndef ENGINE_VECTORS_H
#define ENGINE_VECTORS_H

#include "engine/plan.h"

enum { VECTORS_LANES = 16 }; /* at most: 64 bytes of f32 */

enum vectors_axis { VECTORS_NONE, VECTORS_LOW, VECTORS_HIGH };

struct vectors_layout {
    size_t lanes, period;    /* powers of two */
    enum vectors_axis *axes; /* [2 buffer]: of its rows, [2 buffer + 1]: of its columns */
};

/* Estimates for one update: cycles of the longest chain from parameters to parameters, and
 * operations on vectors. */
struct vectors_cost {
    double chain, operations;
    bool too_long; /* more code than straight lines are good for */
};

/* Finds a layout in vectors of at most `lanes` reals, in `arena`; false where the plan is too large
 * for straight lines. `batches`: see vectors_emit. */
bool vectors_search(struct cg_arena *arena, const struct plan *plan, size_t lanes, bool batches,
                    struct vectors_layout *layout);

struct vectors_cost vectors_measure(const struct plan *plan, const struct vectors_layout *layout,
                                    bool batches);

/* The body of a C function whose parameters are those of struct plan_updates, by their names, over
 * the types and functions of emit_text.h. `batches`: rows come from `data` and `order`; else they
 * stand in `work`. */
void vectors_emit(struct cg_strbuf *out, const struct plan *plan,
                  const struct vectors_layout *layout, bool batches);

#endif
