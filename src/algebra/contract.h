/* A term read as a graph: indices are nodes, factors of two indices edges, factors of one index
 * weights on a node. Private to the algebra.
 */
#ifndef ALGEBRA_CONTRACT_H
#define ALGEBRA_CONTRACT_H

#include "algebra/rewrite.h"

/* A matrix whose rows and columns run along two indices; letter 0: the axis has size 1. */
struct piece {
    const struct cg_expr *matrix;
    struct cg_index row, col;
};

struct term {
    struct work *work;
    struct piece *pieces;
    size_t count, capacity;
    bool diagonal; /* beside the delta of row and col, where a row and a column are the same */
    struct cg_index *summed;
    size_t n_summed, summed_capacity;
};

void term_add(struct term *term, struct piece piece);
void term_sum(struct term *term, struct cg_index index);

/* The matrix with rows along `row` and columns along `col` that the term is, all its other indices
 * summed; an axis that no factor carries has size 1. NULL and a reason where there is none. */
const struct cg_expr *term_contract(struct term *term, struct cg_index row, struct cg_index col,
                                    const char **why);

#endif
