/* Equations in index notation. */
#ifndef CHALKGRAD_INDEX_H
#define CHALKGRAD_INDEX_H

#include <chalkgrad/model.h>

enum { CG_LONGEST_EQUATION = 8000, CG_MOST_FREE = 4 };

/* Parses an equation between entries, as one writes it in plain text or as the board prints it:
 *   dJ/dW[k,l] = sum_i (Y[i] - T[i]) * f'(Z[i]) * delta(i,l) * H[k]
 *   ∂J/∂W_kl = Σ_i [Y − T]_i [f′(Z)]_i H_k δ_il
 * The indices of the left side are free, those of the right stand there too or are summed over. A
 * row or column has one index, a matrix two, a number none. Derivatives count all paths through the
 * definitions. False on error, quoted as cg_parse_expr does; may equate dims as that does. */
bool cg_parse_indexed(struct cg_model *model, struct cg_value *const *results, size_t n_results,
                      const char *text, size_t length, struct cg_place start,
                      const struct cg_expr **left, const struct cg_expr **right,
                      struct cg_error *error);

#endif
