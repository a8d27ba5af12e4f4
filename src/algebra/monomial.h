/* A product of powers, c a^p b^q ...: what products and quotients of scalars are made simple in.
 * Private to the algebra.
 */
#ifndef ALGEBRA_MONOMIAL_H
#define ALGEBRA_MONOMIAL_H

#include "algebra/rewrite.h"

struct power {
    const struct cg_expr *base, *exponent; /* a number other than 0 */
};

struct monomial {
    const struct cg_expr *coefficient; /* a number, with the sign */
    struct power *powers;              /* in order of first appearance, each base once */
    size_t count, capacity;
};

/* The expression, in indices or of matrices entry by entry, taken apart; sums, functions, entries
 * and products of matrices are bases. */
struct monomial monomial_of(struct work *work, const struct cg_expr *expr);

/* Multiplies by base^exponent, which meets an equal base if there is one. */
void monomial_times(struct work *work, struct monomial *monomial, const struct cg_expr *base,
                    const struct cg_expr *exponent);

/* c / (n d) a / b: numbers and sizes in front, then what has a positive exponent, over the rest. */
const struct cg_expr *monomial_build(struct work *work, const struct monomial *monomial);

/* Its powers of constants or of the rest, above or below the line, without the sign of their
 * exponents. */
struct exprs monomial_powers(struct work *work, const struct monomial *monomial, bool constant,
                             bool above);

/* The whole numbers p and q of a number p / q; q = 1 where it is no fraction. */
void number_split(struct work *work, const struct cg_expr *number, const struct cg_expr **p,
                  const struct cg_expr **q);

/* A product or quotient with equal factors gathered and cancelled; a factor that cancels in a
 * bracket goes into it: x (a / x + b) = a + x b. */
const struct cg_expr *monomial_simple(struct work *work, const struct cg_expr *node);

/* Made of numbers and sizes alone? */
bool is_constant(const struct cg_expr *expr);

#endif
