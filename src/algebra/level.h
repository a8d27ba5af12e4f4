/* How tightly the operators bind in the model language and in Python, which agree in this. Private
 * to the algebra. */
#ifndef ALGEBRA_LEVEL_H
#define ALGEBRA_LEVEL_H

#include <chalkgrad/expr.h>

/* A piece goes in brackets where more is asked for. */
enum level { LEVEL_SUM, LEVEL_PRODUCT, LEVEL_UNARY, LEVEL_POWER, LEVEL_ATOM };

/* A fraction is printed as a quotient; names and calls are atoms. */
enum level code_level(const struct cg_expr *expr);

#endif
