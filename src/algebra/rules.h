/* The functions behind the table of rules in chalkgrad/rules.h. Private to the algebra.
 *
 * Each begins with its equation, where it is written. d(a) is short for a CG_PARTIAL of a, direct
 * (not total), by the entry that the node at hand names.
 */
#ifndef ALGEBRA_RULES_H
#define ALGEBRA_RULES_H

#include "algebra/rewrite.h"

/* rule_linearity, ...: each applies its rule to one node. differentiate.c, pushdown.c, collapse.c.
 */
#define X(id, key, name, law, why, weight, use, apply)                                             \
    const struct cg_expr *apply(struct work *work, const struct cg_expr *node);
CG_RULES(X)
#undef X

/* Entry [row, col] of a matrix expression, led inwards as far as it goes: sums, functions, powers
 * and transposes pass it on, products of matrices keep it. Takes letters for the sums it opens. */
const struct cg_expr *entry_push(struct work *work, const struct cg_expr *matrix,
                                 struct cg_index row, struct cg_index col);

/* simplify.c */
enum simplify_flags {
    SIMPLIFY_PLAIN = 0,
    SIMPLIFY_FULL = 1 /* factors leave the sums that they don't depend on, quotients cancel: for
                       * lines that no delta collapses any more */
};
const struct cg_expr *simplify(struct work *work, const struct cg_expr *expr,
                               enum simplify_flags flags);
/* gather.c: equal up to the order of factors and terms and the letters of bound indices. */
bool same_value(struct work *work, const struct cg_expr *a, const struct cg_expr *b);
/* a b + a c = a (b + c), wherever a factor is common to all terms of a sum. */
const struct cg_expr *gather_common_factors(struct work *work, const struct cg_expr *expr);

/* number.c: a b exactly where both are fractions and it fits, else in floating point. */
const struct cg_expr *number_product(struct cg_arena *arena, const struct cg_expr *a,
                                     const struct cg_expr *b);
const struct cg_expr *number_sum(struct cg_arena *arena, const struct cg_expr *a,
                                 const struct cg_expr *b);
/* NULL where b is 0. */
const struct cg_expr *number_quotient(struct cg_arena *arena, const struct cg_expr *a,
                                      const struct cg_expr *b);

/* rules.c: the function that applies a rule to one node; rule_none, which never does, for those
 * that act on a whole line. */
rewrite_rule rule_function(enum cg_rule rule);

#endif
