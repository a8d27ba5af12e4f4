/* Dense matrices of doubles: the loops behind evaluation, forward mode and training.
 *
 * Every function writes all of `out`, whose shape the caller has set; `out` may be one of the
 * arguments only where that is said. Order of summation is fixed: the same numbers give the same
 * bits.
 */
#ifndef ENGINE_MATRIX_H
#define ENGINE_MATRIX_H

#include <chalkgrad/eval.h>

struct cg_matrix matrix_new(struct cg_arena *arena, size_t rows, size_t cols);
size_t matrix_count(const struct cg_matrix *m);

/* True where the numbers are all finite. */
bool matrix_finite(const struct cg_matrix *m);

/* A copy with each number squared. */
struct cg_matrix matrix_squared(struct cg_arena *arena, const struct cg_matrix *m);

/* a^b; squares and first powers exactly as written out. */
double power(double a, double b);

/* What the rows and columns of the result of an operator would be, and whether the arguments fit
 * it (and the given out shape). Only for operators on matrices. */
bool matrix_fits(const struct cg_expr *expr, const struct cg_matrix *out,
                 const struct cg_matrix *args);

/* The operator of `expr` on args (n_args of them, values in the order of the expression). Leaves
 * and CG_NAME do nothing: their numbers are there already. */
void matrix_operate(const struct cg_expr *expr, const struct cg_matrix *out,
                    const struct cg_matrix *args);

/* Puts log(s) = x - max - log sum e^(x - max) in `out` where the share s of softmax(x) is too small
 * to have a logarithm. */
void matrix_log_shares(const struct cg_matrix *out, const struct cg_matrix *shares,
                       const struct cg_matrix *x);

/* Entry by entry with broadcasting to out's shape; out may be an argument of out's shape. */
void matrix_add(const struct cg_matrix *out, const struct cg_matrix *a, const struct cg_matrix *b);
void matrix_mul(const struct cg_matrix *out, const struct cg_matrix *a, const struct cg_matrix *b);

#endif
