#include <chalkgrad/train.h>

/* A value that the model defines, of the target's shape, in the expression, other than it; NULL
 * where there is none. The last one wins: in (Y - T) * W it makes no difference, both stand close.
 */
static const struct cg_value *find_like(const struct cg_model *model, const struct cg_expr *expr,
                                        const struct cg_value *target)
{
    if (expr->op == CG_NAME && expr->u.value != target && expr->u.value->kind == CG_VALUE_DEFINED &&
        !expr->u.value->hinge && cg_same_shape(model, expr->u.value->shape, target->shape))
        return expr->u.value;
    for (size_t i = expr->n_args; i-- > 0;) {
        const struct cg_value *found = find_like(model, expr->args[i], target);
        if (found)
            return found;
    }
    return NULL;
}

/* The one in the smallest sub-expression that holds the target too. */
static const struct cg_value *find_beside(const struct cg_model *model, const struct cg_expr *expr,
                                          const struct cg_value *target)
{
    for (size_t i = 0; i < expr->n_args; i++) {
        if (!cg_mentions(expr->args[i], target))
            continue;
        const struct cg_value *inner = find_beside(model, expr->args[i], target);
        if (inner)
            return inner;
    }
    return find_like(model, expr, target);
}

const struct cg_value *cg_train_prediction(const struct cg_model *model,
                                           const struct cg_value *target)
{
    for (size_t id = model->n_values; id-- > 0;) {
        const struct cg_value *value = model->values[id];
        if (value->kind != CG_VALUE_DEFINED || !cg_mentions(value->body, target))
            continue;
        const struct cg_value *found = find_beside(model, value->body, target);
        if (found)
            return found;
    }
    return NULL;
}
