/* The chain rule's lines. Private to the algebra. */
#ifndef ALGEBRA_CHAIN_H
#define ALGEBRA_CHAIN_H

#include "algebra/gradient.h"

/* Fresh letters for an entry of a value, and that entry. */
struct entry_letters entry_fresh(struct trace *trace, const struct cg_value *value,
                                 enum index_role role);
const struct cg_expr *entry_of(struct trace *trace, const struct cg_value *value,
                               struct entry_letters at);

/* The chain line over all values between wrt and `of`, with what it needs derived as its children,
 * and the line with both derivatives written out. *used: there is such a value (else no line).
 * False on failure. */
bool lines_chain(struct request *request, struct trace *trace, bool *used);

#endif
