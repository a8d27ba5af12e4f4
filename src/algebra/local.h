/* Lines that every derivation goes through, after its chain rule or definition. Private to the
 * algebra. False or NULL: trace->work.failure says why. */
#ifndef ALGEBRA_LOCAL_H
#define ALGEBRA_LOCAL_H

#include "algebra/trace.h"

/* d M / d wrt -> d (body of M) / d wrt, for the entry of M that trace->rhs (or lhs) differentiates.
 */
void lines_definition(struct trace *trace, const struct cg_expr *partial);

/* Applies the rules of differentiation until no direct derivative is left. */
bool lines_differentiate(struct trace *trace);

/* Collapses every sum that a delta allows; `sorted`: and puts the factors that carry the row's
 * index in front. */
bool lines_collapse(struct trace *trace, bool sorted);

/* f'([HW]_i + B_i) = [f'(HW + B)]_i, but f'(Z_i) stays */
bool lines_recognize(struct trace *trace);

#endif
