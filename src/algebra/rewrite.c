#include "algebra/rewrite.h"

#include <string.h>

static const struct cg_shape scalar = {0, 0};

void exprs_add(struct cg_arena *arena, struct exprs *list, const struct cg_expr *expr)
{
    list->items = cg_grow(arena, list->items, list->count, &list->capacity, sizeof *list->items);
    list->items[list->count++] = expr;
}

bool contains_node(const struct cg_expr *whole, const struct cg_expr *part)
{
    if (whole == part)
        return true;
    for (size_t i = 0; i < whole->n_args; i++)
        if (contains_node(whole->args[i], part))
            return true;
    return false;
}

size_t tree_size(const struct cg_expr *expr, size_t most)
{
    size_t size = 1;
    for (size_t i = 0; i < expr->n_args && size < most; i++)
        size += tree_size(expr->args[i], most - size);
    return size;
}

size_t count_names(const struct cg_expr *expr)
{
    size_t count = expr->op == CG_NAME || expr->op == CG_GRAD;
    for (size_t i = 0; i < expr->n_args; i++)
        count += count_names(expr->args[i]);
    return count;
}

const struct cg_expr *rewrite_record(struct work *work, const struct cg_expr *from,
                                     const struct cg_expr *to)
{
    if (!to->origin && !contains_node(from, to))
        to = cg_from(work->arena, to, from);
    exprs_add(work->arena, &work->touched, from);
    exprs_add(work->arena, &work->made, to);
    return to;
}

const struct cg_expr *rewrite_all(struct work *work, const struct cg_expr *expr, rewrite_rule rule)
{
    const struct cg_expr *other = rule(work, expr);
    if (other)
        return rewrite_record(work, expr, other);
    if (!expr->n_args || expr->op == CG_ENTRY)
        return expr;
    const struct cg_expr **args = cg_alloc_array(work->arena, expr->n_args, sizeof *args);
    for (size_t i = 0; i < expr->n_args; i++)
        args[i] = rewrite_all(work, expr->args[i], rule);
    return cg_with_args(work->arena, expr, args);
}

/* Is the dim the rows of a batch: named so, and never the columns of an input? */
static bool is_batch(const struct cg_model *model, int dim)
{
    const char *const names[] = {"n", "N", "m", "batch", "rows"};
    const char *name = cg_dim_name(model, dim);
    bool named = false;
    for (size_t i = 0; name && i < sizeof names / sizeof *names; i++)
        named = named || !strcmp(name, names[i]);
    if (!named)
        return false;
    bool rows = false;
    for (size_t i = 0; i < model->n_values; i++) {
        const struct cg_value *value = model->values[i];
        if (value->kind != CG_VALUE_INPUT)
            continue;
        if (cg_same_dim(model, value->shape.cols, dim))
            return false;
        rows = rows || cg_same_dim(model, value->shape.rows, dim);
    }
    return rows;
}

struct cg_index index_fresh(struct work *work, int dim, enum index_role role)
{
    if (cg_dim_root(work->model, dim) == 0)
        return no_index;
    const char *const rest = "ijmpqrstuvwabcdghoxyzklnABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const char *const wishes[] = {is_batch(work->model, dim) ? "nm" : "",
                                  role == INDEX_FREE ? "kl" : "", rest};
    for (size_t w = 0; w < sizeof wishes / sizeof *wishes; w++)
        for (const char *letter = wishes[w]; *letter; letter++)
            if (!work->used[(unsigned char)*letter]) {
                work->used[(unsigned char)*letter] = true;
                return (struct cg_index){*letter, dim};
            }
    work->failure = "a line would need more than fifty different indices: give parts of it a "
                    "name";
    return (struct cg_index){'Z', dim};
}

void index_take_one(struct work *work, struct cg_index index)
{
    if (index.letter)
        work->used[(unsigned char)index.letter] = true;
}

void index_take(struct work *work, const struct cg_expr *expr)
{
    struct cg_index own[2];
    for (size_t i = 0, count = cg_node_indices(expr, own); i < count; i++)
        index_take_one(work, own[i]);
    if (expr->op == CG_ENTRY)
        return; /* below an entry there are matrices only */
    for (size_t i = 0; i < expr->n_args; i++)
        index_take(work, expr->args[i]);
}

const struct cg_expr *index_rename_bound(struct work *work, const struct cg_expr *expr)
{
    if (!expr->n_args || expr->op == CG_ENTRY)
        return expr;
    if (expr->op == CG_SUM_OVER) {
        struct cg_index over = expr->u.over;
        const struct cg_expr *body = expr->args[0];
        if (work->used[(unsigned char)over.letter]) {
            struct cg_index other = index_fresh(work, over.dim, INDEX_SUMMED);
            body = index_substitute(work, body, over, other);
            over = other;
        }
        index_take_one(work, over);
        body = index_rename_bound(work, body);
        return body == expr->args[0] && over.letter == expr->u.over.letter
                   ? expr
                   : cg_from(work->arena, cg_sum_over(work->arena, over, body), expr);
    }
    const struct cg_expr **args = cg_alloc_array(work->arena, expr->n_args, sizeof *args);
    for (size_t i = 0; i < expr->n_args; i++)
        args[i] = index_rename_bound(work, expr->args[i]);
    return cg_with_args(work->arena, expr, args);
}

bool index_binds(const struct cg_expr *expr, char letter)
{
    if (expr->op == CG_SUM_OVER && expr->u.over.letter == letter)
        return true;
    for (size_t i = 0; i < expr->n_args; i++)
        if (index_binds(expr->args[i], letter))
            return true;
    return false;
}

const struct cg_expr *index_substitute(struct work *work, const struct cg_expr *expr,
                                       struct cg_index from, struct cg_index to)
{
    if (from.letter == to.letter)
        return expr;
    if (index_binds(expr, to.letter)) {
        index_take(work, expr);
        index_take_one(work, to);
        expr = index_rename_bound(work, expr);
    }
    return cg_substitute_index(work->arena, expr, from, to);
}

static const struct cg_expr *flat(struct work *work, enum cg_op op, size_t count,
                                  const struct cg_expr *const *args)
{
    struct exprs list = {0};
    for (size_t i = 0; i < count; i++) {
        if (args[i]->op != op) {
            exprs_add(work->arena, &list, args[i]);
            continue;
        }
        for (size_t j = 0; j < args[i]->n_args; j++)
            exprs_add(work->arena, &list, args[i]->args[j]);
    }
    return cg_nary(work->arena, op, list.count, list.items, scalar);
}

const struct cg_expr *scalar_product(struct work *work, size_t count,
                                     const struct cg_expr *const *factors)
{
    return count ? flat(work, CG_MUL, count, factors) : scalar_one(work);
}

const struct cg_expr *scalar_sum(struct work *work, size_t count,
                                 const struct cg_expr *const *terms)
{
    return count ? flat(work, CG_ADD, count, terms) : scalar_zero(work);
}

const struct cg_expr *scalar_times(struct work *work, const struct cg_expr *a,
                                   const struct cg_expr *b)
{
    return scalar_product(work, 2, (const struct cg_expr *[]){a, b});
}

const struct cg_expr *scalar_negated(struct work *work, const struct cg_expr *a)
{
    return a->op == CG_NEG ? a->args[0] : cg_unary(work->arena, CG_NEG, a, scalar);
}

const struct cg_expr *scalar_quotient(struct work *work, const struct cg_expr *a,
                                      const struct cg_expr *b)
{
    return cg_binary(work->arena, CG_DIV, a, b, scalar);
}

const struct cg_expr *scalar_zero(struct work *work)
{
    return cg_fraction(work->arena, 0, 1);
}

const struct cg_expr *scalar_one(struct work *work)
{
    return cg_fraction(work->arena, 1, 1);
}

bool is_number(const struct cg_expr *expr, double value)
{
    return expr->op == CG_NUMBER && expr->u.number.value == value;
}
