/* How wide the lines get in which an expression is differentiated, foretold from the expression
 * alone. Private to the algebra. */
#ifndef ALGEBRA_LINE_WIDTH_H
#define ALGEBRA_LINE_WIDTH_H

#include <chalkgrad/model.h>

/* Characters of the widest line on the way from the derivative of an entry of `expr`, by an entry
 * of the name in it that makes it widest, to the derivative with every rule applied: about. */
double line_width(const struct cg_model *model, const struct cg_expr *expr);

#endif
