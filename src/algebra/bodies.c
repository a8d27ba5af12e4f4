#include "algebra/bodies.h"

/* -A.T is as short as any name for it. */
static bool is_worth_a_name(const struct cg_expr *body)
{
    while (body->op == CG_TRANSPOSE || body->op == CG_NEG)
        body = body->args[0];
    return body->n_args > 0;
}

static size_t slot_of(const struct bodies *bodies, const struct cg_expr *expr)
{
    size_t at = (size_t)cg_expr_hash(expr) & (bodies->capacity - 1);
    while (bodies->slots[at] && !cg_expr_equal(bodies->slots[at]->body, expr))
        at = (at + 1) & (bodies->capacity - 1);
    return at;
}

const struct bodies *bodies_make(const struct cg_model *model, struct cg_arena *arena)
{
    struct bodies *bodies = cg_alloc(arena, sizeof *bodies);
    bodies->n_values = model->n_values;
    for (bodies->capacity = 16; bodies->capacity < 2 * model->n_values;)
        bodies->capacity *= 2;
    bodies->slots = cg_alloc_array(arena, bodies->capacity, sizeof *bodies->slots);
    for (size_t i = 0; i < model->n_values; i++) {
        const struct cg_value *value = model->values[i];
        if (!value->body || !is_worth_a_name(value->body))
            continue;
        size_t at = slot_of(bodies, value->body);
        if (!bodies->slots[at]) /* the first of two names */
            bodies->slots[at] = value;
    }
    return bodies;
}

const struct cg_value *bodies_find(const struct bodies *bodies, const struct cg_expr *expr)
{
    return bodies && expr->n_args ? bodies->slots[slot_of(bodies, expr)] : NULL;
}
