#include "algebra/monomial.h"

#include "algebra/rules.h"

bool is_constant(const struct cg_expr *expr)
{
    for (size_t i = 0; i < expr->n_args; i++)
        if (!is_constant(expr->args[i]))
            return false;
    return expr->n_args ? expr->op == CG_APPLY || expr->op == CG_MUL || expr->op == CG_DIV ||
                              expr->op == CG_POW
                        : expr->op == CG_NUMBER || expr->op == CG_SIZE;
}

/* Is a^2 not to be written for it: a delta, or what is not differentiated yet. */
static bool stands_alone(const struct cg_expr *expr)
{
    return expr->op == CG_KRON || expr->op == CG_PARTIAL;
}

void monomial_times(struct work *work, struct monomial *monomial, const struct cg_expr *base,
                    const struct cg_expr *exponent)
{
    bool beside = stands_alone(base) && exponent->u.number.value > 0;
    for (size_t i = 0; i < monomial->count && !beside; i++) {
        struct power *power = &monomial->powers[i];
        if (!same_value(work, power->base, base))
            continue;
        power->exponent = number_sum(work->arena, power->exponent, exponent);
        if (is_number(power->exponent, 0)) {
            for (size_t j = i + 1; j < monomial->count; j++)
                monomial->powers[j - 1] = monomial->powers[j];
            monomial->count--;
        }
        return;
    }
    monomial->powers = cg_grow(work->arena, monomial->powers, monomial->count, &monomial->capacity,
                               sizeof *monomial->powers);
    monomial->powers[monomial->count++] = (struct power){base, exponent};
}

static bool is_whole(const struct cg_expr *number)
{
    return number->u.number.den == 1;
}

static void times_number(struct work *work, struct monomial *monomial, const struct cg_expr *number,
                         const struct cg_expr *exponent)
{
    const struct cg_expr *product = NULL;
    if (is_number(exponent, 1))
        product = number_product(work->arena, monomial->coefficient, number);
    else if (is_number(exponent, -1))
        product = number_quotient(work->arena, monomial->coefficient, number);
    if (product)
        monomial->coefficient = product;
    else
        monomial_times(work, monomial, number, exponent);
}

/* (a b)^n = a^n b^n and (a^p)^n = a^(p n) for whole n */
static void gather(struct work *work, struct monomial *monomial, const struct cg_expr *expr,
                   const struct cg_expr *exponent)
{
    bool power = expr->op == CG_POW && expr->args[1]->op == CG_NUMBER && is_whole(exponent);
    bool of_product =
        power && is_whole(expr->args[1]) &&
        (expr->args[0]->op == CG_MUL || expr->args[0]->op == CG_DIV || expr->args[0]->op == CG_POW);
    if (expr->op == CG_NUMBER) {
        times_number(work, monomial, expr, exponent);
    } else if (expr->op == CG_NEG && (is_number(exponent, 1) || is_number(exponent, -1))) {
        monomial->coefficient =
            number_product(work->arena, monomial->coefficient, cg_fraction(work->arena, -1, 1));
        gather(work, monomial, expr->args[0], exponent);
    } else if (expr->op == CG_MUL && is_whole(exponent)) {
        for (size_t i = 0; i < expr->n_args; i++)
            gather(work, monomial, expr->args[i], exponent);
    } else if (expr->op == CG_DIV && is_whole(exponent)) {
        gather(work, monomial, expr->args[0], exponent);
        gather(work, monomial, expr->args[1],
               number_product(work->arena, exponent, cg_fraction(work->arena, -1, 1)));
    } else if (of_product) {
        gather(work, monomial, expr->args[0], number_product(work->arena, expr->args[1], exponent));
    } else if (power) {
        monomial_times(work, monomial, expr->args[0],
                       number_product(work->arena, expr->args[1], exponent));
    } else {
        monomial_times(work, monomial, expr, exponent);
    }
}

struct monomial monomial_of(struct work *work, const struct cg_expr *expr)
{
    struct monomial monomial = {.coefficient = scalar_one(work)};
    gather(work, &monomial, expr, scalar_one(work));
    return monomial;
}

/* a^1 = a, sqrt(a)^2 = a */
static const struct cg_expr *raised(struct work *work, const struct cg_expr *base,
                                    const struct cg_expr *exponent)
{
    bool root =
        base->op == CG_APPLY && base->u.apply.function->kernel == CG_SQRT && !base->u.apply.order;
    if (root && is_whole(exponent) && exponent->u.number.num % 2 == 0)
        return raised(work, base->args[0], cg_fraction(work->arena, exponent->u.number.num / 2, 1));
    return is_number(exponent, 1) ? base
                                  : cg_binary(work->arena, CG_POW, base, exponent, base->shape);
}

static const struct cg_expr *fraction(struct work *work, const struct exprs *above,
                                      const struct exprs *below)
{
    const struct cg_expr *top = scalar_product(work, above->count, above->items);
    return below->count
               ? scalar_quotient(work, top, scalar_product(work, below->count, below->items))
               : top;
}

void number_split(struct work *work, const struct cg_expr *number, const struct cg_expr **p,
                  const struct cg_expr **q)
{
    bool parts = number->u.number.den > 1;
    *p = parts ? cg_fraction(work->arena, number->u.number.num, 1) : number;
    *q = parts ? cg_fraction(work->arena, number->u.number.den, 1) : scalar_one(work);
}

static void add_number(struct work *work, struct exprs *list, const struct cg_expr *number)
{
    if (!is_number(number, 1))
        exprs_add(work->arena, list, number);
}

struct exprs monomial_powers(struct work *work, const struct monomial *monomial, bool constant,
                             bool above)
{
    struct exprs list = {0};
    for (size_t i = 0; i < monomial->count; i++) {
        const struct power *power = &monomial->powers[i];
        if (is_constant(power->base) != constant || (power->exponent->u.number.value > 0) != above)
            continue;
        const struct cg_expr *exponent =
            above ? power->exponent
                  : number_product(work->arena, power->exponent, cg_fraction(work->arena, -1, 1));
        exprs_add(work->arena, &list, raised(work, power->base, exponent));
    }
    return list;
}

static struct exprs joined(struct work *work, const struct cg_expr *number, const struct exprs *a,
                           const struct exprs *b)
{
    struct exprs list = {0};
    add_number(work, &list, number);
    for (size_t i = 0; i < a->count; i++)
        exprs_add(work->arena, &list, a->items[i]);
    for (size_t i = 0; i < b->count; i++)
        exprs_add(work->arena, &list, b->items[i]);
    return list;
}

const struct cg_expr *monomial_build(struct work *work, const struct monomial *monomial)
{
    const struct cg_expr *number = monomial->coefficient, *p, *q;
    if (is_number(number, 0))
        return number;
    bool negative = number->u.number.value < 0;
    if (negative)
        number = number_product(work->arena, number, cg_fraction(work->arena, -1, 1));
    number_split(work, number, &p, &q);
    struct exprs sizes = monomial_powers(work, monomial, true, true);
    struct exprs by_sizes = monomial_powers(work, monomial, true, false);
    struct exprs above = monomial_powers(work, monomial, false, true);
    struct exprs below = monomial_powers(work, monomial, false, false);
    bool front = by_sizes.count && above.count && !below.count; /* 2/n a */
    bool over = by_sizes.count || below.count;                  /* (2 a)/(3 n b) */
    struct exprs none = {0};
    struct exprs top = joined(work, over ? p : number, &sizes, front ? &none : &above);
    below = joined(work, over ? q : scalar_one(work), &by_sizes, &below);
    const struct cg_expr *out = fraction(work, &top, &below);
    if (front) {
        out = scalar_product(
            work, 2,
            (const struct cg_expr *[]){out, scalar_product(work, above.count, above.items)});
    }
    return negative ? scalar_negated(work, out) : out;
}

/* Does some term of the bracket have the base in its denominator? */
static bool cancels_in(struct work *work, const struct cg_expr *bracket, const struct cg_expr *base)
{
    for (size_t i = 0; i < bracket->n_args; i++) {
        const struct cg_expr *term = bracket->args[i];
        while (term->op == CG_NEG)
            term = term->args[0];
        if (term->op != CG_DIV && term->op != CG_MUL)
            continue;
        struct monomial parts = monomial_of(work, term);
        for (size_t p = 0; p < parts.count; p++)
            if (parts.powers[p].exponent->u.number.value < 0 &&
                same_value(work, parts.powers[p].base, base))
                return true;
    }
    return false;
}

/* x (a / x + b) = a + x b, once; false where no bracket does so. */
static bool into_bracket(struct work *work, struct monomial *monomial)
{
    const struct cg_expr *one = scalar_one(work);
    for (size_t b = 0; b < monomial->count; b++) {
        const struct cg_expr *bracket = monomial->powers[b].base;
        if (bracket->op != CG_ADD || !is_number(monomial->powers[b].exponent, 1))
            continue;
        for (size_t f = 0; f < monomial->count; f++) {
            struct power factor = monomial->powers[f];
            if (f == b || !is_number(factor.exponent, 1) || is_constant(factor.base) ||
                !cancels_in(work, bracket, factor.base))
                continue;
            struct exprs terms = {0};
            for (size_t i = 0; i < bracket->n_args; i++) {
                struct monomial term = monomial_of(work, bracket->args[i]);
                monomial_times(work, &term, factor.base, one);
                exprs_add(work->arena, &terms, monomial_build(work, &term));
            }
            monomial->powers[b].base =
                cg_from(work->arena, scalar_sum(work, terms.count, terms.items), bracket);
            for (size_t i = f + 1; i < monomial->count; i++)
                monomial->powers[i - 1] = monomial->powers[i];
            monomial->count--;
            return true;
        }
    }
    return false;
}

const struct cg_expr *monomial_simple(struct work *work, const struct cg_expr *node)
{
    struct monomial monomial = monomial_of(work, node);
    while (into_bracket(work, &monomial))
        ;
    const struct cg_expr *out = monomial_build(work, &monomial);
    return cg_expr_equal(out, node) ? node : out;
}
