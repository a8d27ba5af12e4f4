/* Products and sums over indices, read as terms of matrices. Private to the algebra. */
#ifndef ALGEBRA_FORM_TERM_H
#define ALGEBRA_FORM_TERM_H

#include "algebra/rewrite.h"

/* matrix_form.c: the matrix whose entry [row, col] is `expr`; an axis that nothing carries has size
 * 1. NULL and a reason where there is none. */
const struct cg_expr *form_of(struct work *work, const struct cg_expr *expr, struct cg_index row,
                              struct cg_index col, const char **why);

/* The same for a product, a quotient or a sum over an index. */
const struct cg_expr *form_term(struct work *work, const struct cg_expr *expr, struct cg_index row,
                                struct cg_index col, const char **why);

/* Which way a sub-term of at most two indices lies: as its first leaf does. */
void form_lie(const struct cg_expr *expr, const struct cg_index *free, size_t count,
              struct cg_index *row, struct cg_index *col);

/* Is it the delta of the two letters? */
bool form_is_delta(const struct cg_expr *expr, char a, char b);

#endif
