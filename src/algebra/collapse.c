/* Sums that a Kronecker delta collapses: S_i a_i d_ik = a_k. */
#include "algebra/rules.h"

#include <string.h>

/* A search for a delta that carries `letter` among the factors of a term. */
struct delta_search {
    char letter;
    bool bound[256]; /* letters of the sums between the search's start and here */
    const struct cg_expr *found;
    struct cg_index other; /* the index that the sum collapses to */
};

/* Is it a delta of the letter whose other index means the same outside the inner sums? */
static bool fits(struct delta_search *search, const struct cg_expr *node)
{
    if (node->op != CG_KRON)
        return false;
    struct cg_index row = node->u.at.row, col = node->u.at.col;
    if (row.letter != search->letter && col.letter != search->letter)
        return false;
    struct cg_index other = row.letter == search->letter ? col : row;
    if (other.letter == search->letter || search->bound[(unsigned char)other.letter])
        return false;
    search->found = node;
    search->other = other;
    return true;
}

/* `expr` without the first delta of the letter that is a factor of it; sets search->found. */
static const struct cg_expr *take_delta(struct work *work, struct delta_search *search,
                                        const struct cg_expr *expr)
{
    if (fits(search, expr))
        return scalar_one(work);
    if (expr->op == CG_MUL) {
        struct exprs factors = {0};
        for (size_t i = 0; i < expr->n_args; i++) {
            const struct cg_expr *factor =
                search->found ? expr->args[i] : take_delta(work, search, expr->args[i]);
            if (expr->args[i] != search->found)
                exprs_add(work->arena, &factors, factor);
        }
        return search->found ? scalar_product(work, factors.count, factors.items) : expr;
    }
    bool sum = expr->op == CG_SUM_OVER;
    if (!sum && expr->op != CG_NEG && expr->op != CG_DIV)
        return expr;
    unsigned char letter = sum ? (unsigned char)expr->u.over.letter : 0;
    if (sum && expr->u.over.letter == search->letter)
        return expr;
    bool outer = search->bound[letter];
    search->bound[letter] = sum;
    const struct cg_expr *args[2] = {take_delta(work, search, expr->args[0]),
                                     expr->n_args == 2 ? expr->args[1] : NULL};
    search->bound[letter] = outer;
    return search->found ? cg_with_args(work->arena, expr, args) : expr;
}

static const struct cg_expr *collapse_inside(struct work *work, const struct cg_expr *expr)
{
    const struct cg_expr *other = rule_collapse(work, expr);
    if (other)
        return other;
    if (!expr->n_args || expr->op == CG_ENTRY)
        return expr;
    const struct cg_expr **args = cg_alloc_array(work->arena, expr->n_args, sizeof *args);
    for (size_t i = 0; i < expr->n_args; i++)
        args[i] = collapse_inside(work, expr->args[i]);
    return cg_with_args(work->arena, expr, args);
}

/* S_i a_i d_ik = a_k; sums left inside collapse with it. */
const struct cg_expr *rule_collapse(struct work *work, const struct cg_expr *node)
{
    if (node->op != CG_SUM_OVER)
        return NULL;
    struct delta_search search = {.letter = node->u.over.letter};
    const struct cg_expr *body = take_delta(work, &search, node->args[0]);
    if (!search.found)
        return NULL;
    body = index_substitute(work, body, node->u.over, search.other);
    return collapse_inside(work, body);
}

/* Does a delta of the letter stand in a bracket among the factors of `expr`, or as a factor? */
static bool hides_delta(struct delta_search *search, const struct cg_expr *expr)
{
    if (fits(search, expr))
        return true;
    bool sum = expr->op == CG_SUM_OVER;
    if (!sum && expr->op != CG_NEG && expr->op != CG_DIV && expr->op != CG_MUL &&
        expr->op != CG_ADD)
        return false;
    unsigned char letter = sum ? (unsigned char)expr->u.over.letter : 0;
    if (sum && expr->u.over.letter == search->letter)
        return false;
    bool outer = search->bound[letter];
    search->bound[letter] = sum;
    bool found = false;
    for (size_t i = 0; i < (expr->op == CG_DIV ? 1 : expr->n_args) && !found; i++)
        found = hides_delta(search, expr->args[i]);
    search->bound[letter] = outer;
    return found;
}

static bool hides(const struct delta_search *search, const struct cg_expr *expr)
{
    struct delta_search copy = *search;
    return hides_delta(&copy, expr);
}

enum { MOST_TERMS = 256 };

static struct exprs expand(struct work *work, struct delta_search *search,
                           const struct cg_expr *expr);

/* a (b + c) = a b + a c, where the bracket hides a delta */
static struct exprs expand_product(struct work *work, struct delta_search *search,
                                   const struct cg_expr *expr)
{
    struct exprs terms = {0};
    exprs_add(work->arena, &terms, scalar_one(work));
    for (size_t i = 0; i < expr->n_args; i++) {
        struct exprs factor = expand(work, search, expr->args[i]), next = {0};
        if (terms.count * factor.count > MOST_TERMS) {
            work->failure = "a product of sums has too many terms to be multiplied out";
            return terms;
        }
        for (size_t t = 0; t < terms.count; t++)
            for (size_t f = 0; f < factor.count; f++)
                exprs_add(work->arena, &next,
                          is_number(terms.items[t], 1)
                              ? factor.items[f]
                              : scalar_times(work, terms.items[t], factor.items[f]));
        terms = next;
    }
    return terms;
}

/* Terms whose sum is `expr`, so that the deltas of the letter are factors of terms. */
static struct exprs expand(struct work *work, struct delta_search *search,
                           const struct cg_expr *expr)
{
    struct exprs terms = {0};
    if (!hides(search, expr) || expr->op == CG_KRON) {
        exprs_add(work->arena, &terms, expr);
        return terms;
    }
    if (expr->op == CG_MUL)
        return expand_product(work, search, expr);
    bool sum = expr->op == CG_SUM_OVER;
    unsigned char letter = sum ? (unsigned char)expr->u.over.letter : 0;
    bool outer = search->bound[letter];
    search->bound[letter] = sum;
    for (size_t i = 0; i < (expr->op == CG_ADD ? expr->n_args : 1); i++) {
        struct exprs inner = expand(work, search, expr->args[i]);
        for (size_t t = 0; t < inner.count; t++) {
            const struct cg_expr *args[2] = {inner.items[t],
                                             expr->n_args == 2 ? expr->args[1] : NULL};
            exprs_add(work->arena, &terms,
                      expr->op == CG_ADD ? inner.items[t] : cg_with_args(work->arena, expr, args));
        }
    }
    search->bound[letter] = outer;
    return terms;
}

/* S_i a_i (b_i d_ik + c_i) = S_i a_i b_i d_ik + S_i a_i c_i */
const struct cg_expr *rule_reorder(struct work *work, const struct cg_expr *node)
{
    if (node->op != CG_SUM_OVER)
        return NULL;
    struct delta_search search = {.letter = node->u.over.letter};
    if (!hides(&search, node->args[0]))
        return NULL;
    struct exprs terms = expand(work, &search, node->args[0]);
    if (terms.count < 2 || work->failure)
        return NULL;
    for (size_t i = 0; i < terms.count; i++)
        terms.items[i] =
            cg_from(work->arena, cg_sum_over(work->arena, node->u.over, terms.items[i]), node);
    return scalar_sum(work, terms.count, terms.items);
}
