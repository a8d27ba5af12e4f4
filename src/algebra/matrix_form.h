/* From indices back to matrices, inside a derivation. Private to the algebra. */
#ifndef ALGEBRA_MATRIX_FORM_H
#define ALGEBRA_MATRIX_FORM_H

#include "algebra/rewrite.h"

/* cg_matrix_form with the derivation's own letters. */
const struct cg_expr *matrix_form(struct work *work, const struct cg_expr *expr,
                                  struct cg_index row, struct cg_index col, const char **why);

/* A rewrite rule: f'([HW]_i + B_i) = [f'(HW + B)]_i. Leaves products, deltas and entries alone. */
const struct cg_expr *rule_recognize(struct work *work, const struct cg_expr *node);

#endif
