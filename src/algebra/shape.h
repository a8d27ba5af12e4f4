/* Sizes: union-find over the dims of a model. Private to the algebra.
 *
 * Invariants: a dim's parent has a smaller or equal id, so the root is the oldest of its class;
 * every dim of size 1 has root 0. Between parses all parents are roots (cg_dims_flatten).
 */
#ifndef ALGEBRA_SHAPE_H
#define ALGEBRA_SHAPE_H

#include <chalkgrad/model.h>

enum { CG_LARGEST_SIZE = 1000000 };

/* A new dim; size 1 gives 0. name NULL: a size written as a number. */
int cg_dim_add(struct cg_model *model, const char *name, size_t size);

/* Equates two dims; false where their sizes differ. */
bool cg_dim_equate(struct cg_model *model, int a, int b);
bool cg_shape_equate(struct cg_model *model, struct cg_shape a, struct cg_shape b);

/* NumPy's broadcasting of one axis: equal, or one of them 1. Equates. */
bool cg_dim_broadcast(struct cg_model *model, int a, int b, int *out);

/* What an error gives back: the parents of all dims, in `arena`; and back again. */
struct cg_dims_state {
    size_t count;
    int *parents;
};
struct cg_dims_state cg_dims_save(const struct cg_model *model, struct cg_arena *arena);
void cg_dims_restore(struct cg_model *model, const struct cg_dims_state *state);
void cg_dims_flatten(struct cg_model *model);

/* The number of values that the dim has: 1, or the node that stands for it. */
const struct cg_expr *cg_size_of(const struct cg_model *model, struct cg_arena *arena, int dim);

#endif
