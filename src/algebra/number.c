/* Arithmetic of numbers in expressions: exact for fractions as long as they fit. */
#include "algebra/rules.h"

static const struct cg_expr *fraction(struct cg_arena *arena, int64_t num, int64_t den)
{
    if (num == INT64_MIN || den == INT64_MIN || den == 0)
        return NULL;
    return cg_fraction(arena, num, den);
}

static bool exact(const struct cg_expr *a, const struct cg_expr *b)
{
    return a->u.number.den > 0 && b->u.number.den > 0;
}

const struct cg_expr *number_product(struct cg_arena *arena, const struct cg_expr *a,
                                     const struct cg_expr *b)
{
    int64_t num, den;
    const struct cg_expr *out = NULL;
    if (exact(a, b) && !__builtin_mul_overflow(a->u.number.num, b->u.number.num, &num) &&
        !__builtin_mul_overflow(a->u.number.den, b->u.number.den, &den))
        out = fraction(arena, num, den);
    return out ? out : cg_number(arena, a->u.number.value * b->u.number.value);
}

const struct cg_expr *number_sum(struct cg_arena *arena, const struct cg_expr *a,
                                 const struct cg_expr *b)
{
    int64_t left, right, num, den;
    const struct cg_expr *out = NULL;
    if (exact(a, b) && !__builtin_mul_overflow(a->u.number.num, b->u.number.den, &left) &&
        !__builtin_mul_overflow(b->u.number.num, a->u.number.den, &right) &&
        !__builtin_add_overflow(left, right, &num) &&
        !__builtin_mul_overflow(a->u.number.den, b->u.number.den, &den))
        out = fraction(arena, num, den);
    return out ? out : cg_number(arena, a->u.number.value + b->u.number.value);
}

const struct cg_expr *number_quotient(struct cg_arena *arena, const struct cg_expr *a,
                                      const struct cg_expr *b)
{
    if (b->u.number.value == 0)
        return NULL;
    int64_t num, den;
    const struct cg_expr *out = NULL;
    if (exact(a, b) && !__builtin_mul_overflow(a->u.number.num, b->u.number.den, &num) &&
        !__builtin_mul_overflow(a->u.number.den, b->u.number.num, &den))
        out = fraction(arena, num, den);
    return out ? out : cg_number(arena, a->u.number.value / b->u.number.value);
}
