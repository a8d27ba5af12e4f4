/* Which nodes become which operation: the schedule of a plan.
 *
 * An anchor is a node whose numbers are needed at one place: by a product, through a view, by
 * another operation. It is computed once, in its group. All other nodes of kind ELEM are computed
 * in each map that needs them, where they are cheap.
 *
 * Invariants: a group reads what groups before it make; a map reads an anchor of its own as it goes
 * along, entry by entry. Changes stand where nothing after them reads what they change.
 */
#ifndef ENGINE_FUSE_H
#define ENGINE_FUSE_H

#include "engine/lower.h"

enum { NOWHERE = (size_t)-1 };

struct group {
    enum plan_kind kind;
    size_t rows, cols; /* a map's domain */
    size_t *nodes;     /* anchors that it computes; of a product or softmax, the one node */
    size_t n_nodes, nodes_capacity;
    size_t *changes; /* that it makes */
    size_t n_changes, changes_capacity;
};

struct fused {
    struct lowered *in;
    bool *anchor;  /* by node */
    bool *stored;  /* by node: an anchor that another group reads, or that is read by a view */
    size_t *home;  /* by node: the group of an anchor, or NOWHERE */
    bool *changed; /* by node: a product or sum that is only descended along */
    struct group *groups;
    size_t n_groups, capacity;
};

void plan_fuse(struct fused *out, struct lowered *in);

/* Is the node computed inside a map that computes `group`'s nodes, when reached by this view? */
bool fused_inside(const struct fused *f, size_t group, struct ref a);

/* The domain of a change's map, and the view of its target there. */
struct ref fused_target(const struct nodes *g, const struct change *c, size_t *rows, size_t *cols);

/* The domain of a node that maps compute. */
void node_domain(const struct node *node, size_t *rows, size_t *cols);

#endif
