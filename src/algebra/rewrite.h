/* Rewriting of expressions in index notation: what every rule of src/algebra works with.
 * Private to the algebra.
 *
 * A rule is a function of one node that gives another of equal value, or NULL where it does not
 * apply; rewrite_all applies it wherever it does and keeps account of what it took and what it put
 * there. Nodes that nothing changed keep their pointer; new ones have what they came from as
 * origin. A line's letters are unique: a letter stands for one index.
 */
#ifndef ALGEBRA_REWRITE_H
#define ALGEBRA_REWRITE_H

#include "algebra/bodies.h"

#include <chalkgrad/derive.h>

struct exprs {
    const struct cg_expr **items;
    size_t count, capacity;
};

void exprs_add(struct cg_arena *arena, struct exprs *list, const struct cg_expr *expr);

/* The state of one derivation's rewriting. */
struct work {
    const struct cg_model *model;
    struct cg_arena *arena;
    bool used[128];               /* the letters that are taken */
    struct exprs touched;         /* since work_begin: what rules took ... */
    struct exprs made;            /* ... and put in its place */
    size_t effort;                /* spent on the matrix form at hand */
    const struct bodies *bodies;  /* NULL: matrices get no names */
    const struct cg_value *whole; /* what is derived: its own name stands for nothing in it */
    const struct cg_expr *own;    /* the entry that is derived, where it is an f(...) with a name */
    const struct cg_expr *apply;  /* that f(...) */
    const char *failure;          /* why the derivation can't go on, or NULL */
};

typedef const struct cg_expr *(*rewrite_rule)(struct work *work, const struct cg_expr *node);

/* `expr` with the rule applied at every outermost node where it applies; `expr` itself where it
 * applies nowhere. */
const struct cg_expr *rewrite_all(struct work *work, const struct cg_expr *expr, rewrite_rule rule);

/* Says that `from` was replaced by `to`; gives `to`, with `from` as its origin if it is new. */
const struct cg_expr *rewrite_record(struct work *work, const struct cg_expr *from,
                                     const struct cg_expr *to);

/* Letters. */
enum index_role { INDEX_FREE, INDEX_SUMMED };

static const struct cg_index no_index = {0, 0};

/* No index for an axis of size 1; else a letter that is not taken, which is then taken: n for the
 * rows of a batch, k and l for free ones, i, j, m, p, ... for summed ones. */
struct cg_index index_fresh(struct work *work, int dim, enum index_role role);

/* Takes the letters in an expression, the bound ones too. */
void index_take(struct work *work, const struct cg_expr *expr);
void index_take_one(struct work *work, struct cg_index index);

/* `expr` with every sum over a taken letter renamed to a fresh one; takes the letters that stay. */
const struct cg_expr *index_rename_bound(struct work *work, const struct cg_expr *expr);

/* Is there a sum over the letter in it? */
bool index_binds(const struct cg_expr *expr, char letter);

/* cg_substitute_index, after sums inside that bind `to`'s letter were renamed. */
const struct cg_expr *index_substitute(struct work *work, const struct cg_expr *expr,
                                       struct cg_index from, struct cg_index to);

/* Scalars in index notation. Products and sums are flat: nested ones are taken apart. */
const struct cg_expr *scalar_product(struct work *work, size_t count,
                                     const struct cg_expr *const *factors);
const struct cg_expr *scalar_sum(struct work *work, size_t count,
                                 const struct cg_expr *const *terms);
const struct cg_expr *scalar_times(struct work *work, const struct cg_expr *a,
                                   const struct cg_expr *b);
const struct cg_expr *scalar_negated(struct work *work, const struct cg_expr *a);
const struct cg_expr *scalar_quotient(struct work *work, const struct cg_expr *a,
                                      const struct cg_expr *b);
const struct cg_expr *scalar_zero(struct work *work);
const struct cg_expr *scalar_one(struct work *work);
bool is_number(const struct cg_expr *expr, double value);

/* Is `part` (the same node) in `whole`? */
bool contains_node(const struct cg_expr *whole, const struct cg_expr *part);

/* The nodes of the expression unfolded into a tree, counted up to `most`. */
size_t tree_size(const struct cg_expr *expr, size_t most);

/* Names in the expression as written, counted with repetition. */
size_t count_names(const struct cg_expr *expr);

#endif
