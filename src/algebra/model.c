#include "algebra/names.h"
#include "algebra/shape.h"
#include "algebra/tex_name.h"

#include <stdlib.h>
#include <string.h>

static const char *kernel_tex(enum cg_kernel kernel)
{
    switch (kernel) {
    case CG_EXP:
        return "\\exp";
    case CG_LOG:
        return "\\log";
    case CG_SQRT:
        return "\\text{sqrt}";
    case CG_SIN:
        return "\\sin";
    case CG_COS:
        return "\\cos";
    case CG_TANH:
        return "\\tanh";
    case CG_SIGMOID:
        return "\\sigma";
    case CG_RELU:
        return "\\text{relu}";
    case CG_SOFTPLUS:
        return "\\text{softplus}";
    case CG_ABS:
        return "\\text{abs}";
    case CG_SQUARE:
        return "\\text{square}";
    case CG_IDENTITY:
        return "\\text{id}";
    case CG_KERNEL_COUNT:
        break;
    }
    return "";
}

static void add_kernels(struct cg_model *model)
{
    static const char *const names[] = {
#define X(id, name) name,
        CG_KERNELS(X)
#undef X
    };
    for (int i = 0; i < CG_KERNEL_COUNT; i++) {
        struct cg_function *function = cg_alloc(model->arena, sizeof *function);
        function->name = names[i];
        function->tex = kernel_tex((enum cg_kernel)i);
        function->kernel = (enum cg_kernel)i;
        model->functions = cg_grow(model->arena, model->functions, model->n_functions,
                                   &model->functions_capacity, sizeof *model->functions);
        model->functions[model->n_functions++] = function;
    }
}

void cg_model_init(struct cg_model *model, struct cg_arena *arena, const char *file)
{
    *model = (struct cg_model){.arena = arena, .file = file};
    cg_dim_add(model, NULL, 1);
    add_kernels(model);
    cg_names_rebuild(model);
}

struct cg_value *cg_model_find(const struct cg_model *model, const char *name)
{
    const struct cg_name_entry *entry = cg_names_find(model, name, strlen(name));
    return entry ? entry->value : NULL;
}

const struct cg_function *cg_model_function(const struct cg_model *model, const char *name)
{
    const struct cg_name_entry *entry = cg_names_find(model, name, strlen(name));
    return entry ? entry->function : NULL;
}

/* The values that are still to be looked into, each once; none that is older than the one sought,
 * as it can't use that. */
struct reach {
    const struct cg_value *sought;
    const struct cg_value **values;
    size_t count, capacity;
    bool *seen; /* by id, inputs and definitions */
    size_t n_seen;
};

static bool reach_seen(struct reach *reach, const struct cg_value *value)
{
    if (value->kind == CG_VALUE_RESULT) {
        for (size_t i = 0; i < reach->count; i++)
            if (reach->values[i] == value)
                return true;
        return false;
    }
    if (value->id >= reach->n_seen) {
        size_t more = 2 * value->id + 16;
        reach->seen = cg_xrealloc(reach->seen, more * sizeof *reach->seen);
        memset(reach->seen + reach->n_seen, 0, (more - reach->n_seen) * sizeof *reach->seen);
        reach->n_seen = more;
    }
    bool before = reach->seen[value->id];
    reach->seen[value->id] = true;
    return before;
}

static void reach_add(struct reach *reach, const struct cg_value *value)
{
    if (value->kind != CG_VALUE_RESULT && reach->sought->kind != CG_VALUE_RESULT &&
        value->id < reach->sought->id)
        return;
    if (reach_seen(reach, value))
        return;
    if (reach->count == reach->capacity) {
        reach->capacity = reach->capacity ? 2 * reach->capacity : 16;
        reach->values = cg_xrealloc(reach->values, reach->capacity * sizeof *reach->values);
    }
    reach->values[reach->count++] = value;
}

static void reach_names(struct reach *reach, const struct cg_expr *expr)
{
    if (expr->op == CG_NAME)
        reach_add(reach, expr->u.value);
    if (expr->op == CG_GRAD)
        reach_add(reach, expr->u.grad.of);
    for (size_t i = 0; i < expr->n_args; i++)
        reach_names(reach, expr->args[i]);
}

bool cg_depends(const struct cg_value *user, const struct cg_value *value)
{
    struct reach reach = {.sought = value};
    bool found = false;
    reach_add(&reach, user);
    for (size_t i = 0; i < reach.count && !found; i++) {
        found = reach.values[i] == value;
        if (reach.values[i]->body && !found)
            reach_names(&reach, reach.values[i]->body);
    }
    free(reach.values);
    free(reach.seen);
    return found;
}
