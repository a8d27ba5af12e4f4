/* Equal terms and common factors. */
#include "algebra/rules.h"

static bool same_in_any_order(struct work *work, const struct cg_expr *a, const struct cg_expr *b)
{
    if (a->n_args > 64)
        return false;
    uint64_t taken = 0;
    for (size_t i = 0; i < a->n_args; i++) {
        bool found = false;
        for (size_t j = 0; j < b->n_args && !found; j++)
            if (!(taken >> j & 1) && same_value(work, a->args[i], b->args[j])) {
                taken |= (uint64_t)1 << j;
                found = true;
            }
        if (!found)
            return false;
    }
    return true;
}

/* Does a sum inside bind the letter? */
static bool binds(const struct cg_expr *expr, char letter)
{
    if (expr->op == CG_SUM_OVER && expr->u.over.letter == letter)
        return true;
    for (size_t i = 0; i < expr->n_args; i++)
        if (binds(expr->args[i], letter))
            return true;
    return false;
}

bool same_value(struct work *work, const struct cg_expr *a, const struct cg_expr *b)
{
    if (a == b || cg_expr_equal(a, b))
        return true;
    if (a->op != b->op || a->n_args != b->n_args)
        return false;
    if (a->op == CG_ADD || a->op == CG_MUL)
        return same_in_any_order(work, a, b);
    if (a->op == CG_SUM_OVER) {
        char letter = a->u.over.letter; /* b's sum is renamed to it, where that captures nothing */
        if (!cg_same_dim(work->model, a->u.over.dim, b->u.over.dim) ||
            (letter != b->u.over.letter &&
             (cg_has_free_index(b->args[0], letter) || binds(b->args[0], letter))))
            return false;
        return same_value(work, a->args[0],
                          index_substitute(work, b->args[0], b->u.over, a->u.over));
    }
    if (a->op != CG_NEG && a->op != CG_DIV && a->op != CG_POW)
        return false;
    for (size_t i = 0; i < a->n_args; i++)
        if (!same_value(work, a->args[i], b->args[i]))
            return false;
    return true;
}

/* The factors of a term, its signs and numbers left out. */
static struct exprs factors_of(struct work *work, const struct cg_expr *term)
{
    struct exprs factors = {0};
    while (term->op == CG_NEG)
        term = term->args[0];
    for (size_t i = 0; i < (term->op == CG_MUL ? term->n_args : 1); i++) {
        const struct cg_expr *factor = term->op == CG_MUL ? term->args[i] : term;
        if (factor->op != CG_NUMBER && factor->op != CG_KRON)
            exprs_add(work->arena, &factors, factor);
    }
    return factors;
}

/* `term` without the first factor that equals `common`; NULL where there is none, or nothing but a
 * number would be left. */
static const struct cg_expr *without(struct work *work, const struct cg_expr *term,
                                     const struct cg_expr *common)
{
    if (term->op == CG_NEG) {
        const struct cg_expr *rest = without(work, term->args[0], common);
        return rest ? scalar_negated(work, rest) : NULL;
    }
    if (term->op != CG_MUL)
        return NULL;
    struct exprs rest = {0};
    bool found = false, more = false;
    for (size_t i = 0; i < term->n_args; i++) {
        if (!found && same_value(work, term->args[i], common)) {
            found = true;
            continue;
        }
        more = more || term->args[i]->op != CG_NUMBER;
        exprs_add(work->arena, &rest, term->args[i]);
    }
    return found && more ? scalar_product(work, rest.count, rest.items) : NULL;
}

/* a b + a c = a (b + c), once; NULL where no factor is common to all terms. */
static const struct cg_expr *gather_once(struct work *work, const struct cg_expr *sum)
{
    struct exprs candidates = factors_of(work, sum->args[0]);
    for (size_t f = 0; f < candidates.count; f++) {
        struct exprs rest = {0};
        for (size_t i = 0; i < sum->n_args; i++) {
            const struct cg_expr *term = without(work, sum->args[i], candidates.items[f]);
            if (!term)
                break;
            exprs_add(work->arena, &rest, term);
        }
        if (rest.count == sum->n_args)
            return scalar_times(work, candidates.items[f],
                                scalar_sum(work, rest.count, rest.items));
    }
    return NULL;
}

/* -a + b = b - a */
static const struct cg_expr *positive_first(struct work *work, const struct cg_expr *sum)
{
    size_t first = 0;
    while (first < sum->n_args && sum->args[first]->op == CG_NEG)
        first++;
    if (first == 0 || first == sum->n_args)
        return sum;
    struct exprs terms = {0};
    exprs_add(work->arena, &terms, sum->args[first]);
    for (size_t i = 0; i < sum->n_args; i++)
        if (i != first)
            exprs_add(work->arena, &terms, sum->args[i]);
    return cg_with_args(work->arena, sum, terms.items);
}

const struct cg_expr *gather_common_factors(struct work *work, const struct cg_expr *expr)
{
    if (!expr->n_args || expr->op == CG_ENTRY || expr->op == CG_PARTIAL)
        return expr;
    const struct cg_expr **args = cg_alloc_array(work->arena, expr->n_args, sizeof *args);
    for (size_t i = 0; i < expr->n_args; i++)
        args[i] = gather_common_factors(work, expr->args[i]);
    const struct cg_expr *node = cg_with_args(work->arena, expr, args);
    if (node->op != CG_ADD)
        return node;
    const struct cg_expr *sum = positive_first(work, node);
    const struct cg_expr *out = gather_once(work, sum);
    if (!out)
        return sum == node ? node : rewrite_record(work, expr, sum);
    for (;;) { /* the bracket is the last factor */
        const struct cg_expr *bracket = out->args[out->n_args - 1];
        const struct cg_expr *again = bracket->op == CG_ADD ? gather_once(work, bracket) : NULL;
        if (!again)
            return rewrite_record(work, expr, out);
        struct exprs factors = {0};
        for (size_t i = 0; i + 1 < out->n_args; i++)
            exprs_add(work->arena, &factors, out->args[i]);
        exprs_add(work->arena, &factors, again);
        out = scalar_product(work, factors.count, factors.items);
    }
}
