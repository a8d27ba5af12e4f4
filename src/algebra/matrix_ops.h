/* Matrix expressions made of others, in the form in which they are read and compared. Private to
 * the algebra. */
#ifndef ALGEBRA_MATRIX_OPS_H
#define ALGEBRA_MATRIX_OPS_H

#include "algebra/rewrite.h"

/* The transpose, pushed through products and taken off twice. */
const struct cg_expr *matrix_transposed(struct work *work, const struct cg_expr *matrix);
/* The matrix product; chains associate from the left, or from the right where they end in a column.
 */
const struct cg_expr *matrix_product(struct work *work, const struct cg_expr *a,
                                     const struct cg_expr *b);
/* The factors of a product of matrices, in order. */
void matrix_chain(struct work *work, const struct cg_expr *matrix, struct exprs *out);
/* The entry-by-entry operators, with NumPy's broadcasting; sums and products are flat. */
const struct cg_expr *matrix_elementwise(struct work *work, enum cg_op add_mul_div_or_pow,
                                         size_t count, const struct cg_expr *const *args);
/* hadamard.c: the entry-by-entry product with equal factors gathered and cancelled, as one
 * fraction: numbers in front, then scalars, then matrices, slopes of functions last; sum(A) / n is
 * mean(A). */
const struct cg_expr *matrix_hadamard(struct work *work, size_t count,
                                      const struct cg_expr *const *args);
/* The matrix as number times rest, what is 1 x 1 in the number; products of matrices too. */
const struct cg_expr *matrix_apart(struct work *work, const struct cg_expr *matrix,
                                   const struct cg_expr **rest);
/* monomial_build for matrices. */
struct monomial;
const struct cg_expr *matrix_of_monomial(struct work *work, const struct monomial *monomial);
/* What a reader has to take in: of two equal forms the one with less is better. */
size_t matrix_cost(const struct cg_expr *matrix);
/* matrix_sum.c: a sum with equal terms gathered, and common numbers and factors taken out where all
 * have them: A + A = 2 A, A B + C B = (A + C) B. */
const struct cg_expr *matrix_sum(struct work *work, size_t count,
                                 const struct cg_expr *const *args);

#endif
