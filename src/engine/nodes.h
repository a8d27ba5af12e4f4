/* What a plan is made from: a graph of the operations that plans know, over views.
 *
 * Invariants: equal nodes are one node; a node's arguments stand before it. A view along an axis of
 * size 1 or a broadcast axis has stride 0. Transposes, diagonals and broadcasts are views and never
 * nodes; a column is computed as a row (ELEM and SUM have no domain of one column, save 1 x 1), and
 * what is computed from transposed matrices alone is computed upright and viewed transposed.
 */
#ifndef ENGINE_NODES_H
#define ENGINE_NODES_H

#include "engine/plan.h"

enum node_kind {
    NODE_LEAF,   /* a buffer that is there: parameter, memory, rows, input, identity */
    NODE_NUMBER, /* `code` PLAN_NUMBER or PLAN_SCALAR; 1 x 1 */
    NODE_ELEM,   /* `code` of args, entry by entry */
    NODE_SUM,    /* scale * sum of args[0], by `reduce` */
    NODE_PRODUCT,
    NODE_SOFTMAX
};

/* Entry (r, c) is the node's entry number offset + r row + c col, its entries row by row. */
struct ref {
    size_t node, offset, row, col;
    size_t rows, cols;
};

struct node {
    enum node_kind kind;
    size_t rows, cols;
    enum plan_code code;
    double number;
    enum plan_reduce reduce;
    double scale;
    struct ref args[2]; /* ELEM: broadcast to rows x cols */
    size_t n_args;
    size_t line;                  /* that it was first needed for */
    size_t next;                  /* in its bucket: node + 1 */
    enum plan_role role;          /* LEAF */
    const struct cg_value *value; /* LEAF: the input; else the definition that it is, or NULL */
    const struct cg_value *of;    /* a parameter's memory; `value` is NULL */
    const char *name;             /* or NULL */
    bool stands;                  /* the value of that name is a column, its entries a row here */
};

enum { NODE_BUCKETS = 4096 };

struct nodes {
    struct cg_arena *arena; /* borrowed */
    struct node *nodes;
    size_t count, capacity;
    const char **lines; /* "Z1 = X @ W1 + B1" */
    size_t n_lines, lines_capacity;
    size_t line; /* the one that new nodes are for */
    size_t buckets[NODE_BUCKETS];
    bool broken; /* shapes did not fit somewhere */
};

void nodes_init(struct nodes *g, struct cg_arena *arena);

struct ref node_leaf(struct nodes *g, enum plan_role role, size_t rows, size_t cols,
                     const struct cg_value *value);
/* The number, as a matrix. */
struct ref node_number(struct nodes *g, double number, size_t rows, size_t cols);
struct ref node_scalar(struct nodes *g, enum plan_scalar scalar);

/* Operators that simplify: x + 0, x * 1, numbers, sums and products of what is constant along an
 * axis. Arguments broadcast. */
struct ref node_unary(struct nodes *g, enum plan_code code, struct ref a);
struct ref node_binary(struct nodes *g, enum plan_code code, struct ref a, struct ref b);
struct ref node_sum(struct nodes *g, enum plan_reduce reduce, double scale, struct ref a);
struct ref node_product(struct nodes *g, struct ref a, struct ref b);
struct ref node_softmax(struct nodes *g, struct ref a);
/* The same without simplifying: an argument stays the node that it is. */
struct ref node_plain(struct nodes *g, enum plan_code code, struct ref a, struct ref b);
/* A node of its own that holds the numbers of a view. */
struct ref node_copy(struct nodes *g, struct ref a);
/* All entries of a node, as they lie. */
struct ref node_whole(const struct nodes *g, size_t node);

struct ref ref_transposed(struct ref a);
struct ref ref_diagonal(struct ref a); /* of a square: 1 x n */
struct ref ref_broadcast(struct ref a, size_t rows, size_t cols);

/* Is the view that of all entries as they lie? */
bool ref_is_whole(const struct nodes *g, struct ref a);
bool ref_equal(struct ref a, struct ref b);

#endif
