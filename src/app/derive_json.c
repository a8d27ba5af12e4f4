#include "app/derive.h"
#include "app/json.h"

#include <chalkgrad/print.h>

#include <math.h>
#include <stdlib.h>

struct printer {
    const struct derive_result *result;
    bool *printed; /* by place in result->above: in the object already */
    struct cg_strbuf text;
};

static cJSON *string_item(struct printer *p)
{
    cJSON *item = cJSON_CreateString(p->text.text);
    cg_strbuf_clear(&p->text);
    return item;
}

static void add_steps(struct printer *p, cJSON *list, const struct cg_step *const *steps,
                      size_t count);

/* What the chain rule takes from above comes first among its children, once in the whole object. */
static void add_above(struct printer *p, cJSON *children, const struct cg_expr *expr)
{
    const struct derive_result *result = p->result;
    const struct cg_derivation *other =
        expr->op == CG_PARTIAL ? derive_named_by(result->book, expr) : NULL;
    for (size_t i = 0; other && i < result->n_above; i++)
        if (result->above[i] == other && !p->printed[i]) {
            p->printed[i] = true;
            add_steps(p, children, other->steps, other->n_steps);
        }
    for (size_t i = 0; i < expr->n_args; i++)
        add_above(p, children, expr->args[i]);
}

static cJSON *step_item(struct printer *p, const struct cg_step *step)
{
    const struct cg_model *model = p->result->book->model;
    const struct cg_check *check = &p->result->checks[step->id];
    cJSON *item = cJSON_CreateObject(), *children = cJSON_CreateArray();
    cJSON_AddStringToObject(item, "rule", cg_rule_info(step->rule)->key);
    cg_print_line(&p->text, model, step->lhs, step->rhs);
    cJSON_AddItemToObject(item, "text", string_item(p));
    cg_print_tex(&p->text, model, step->lhs, NULL);
    cg_put(&p->text, " = ");
    cg_print_tex(&p->text, model, step->rhs, NULL);
    cJSON_AddItemToObject(item, "latex", string_item(p));
    cJSON_AddItemToObject(item, "residual",
                          json_number(fmax(check->previous_error, check->forward_error)));
    cJSON_AddNumberToObject(item, "cells_checked", (double)check->own_cells);
    cJSON_AddNumberToObject(item, "cells", (double)check->all_cells);
    if (step->rule == CG_RULE_CHAIN)
        add_above(p, children, step->rhs);
    add_steps(p, children, step->children, step->n_children);
    cJSON_AddItemToObject(item, "children", children);
    return item;
}

static void add_steps(struct printer *p, cJSON *list, const struct cg_step *const *steps,
                      size_t count)
{
    for (size_t i = 0; i < count; i++)
        cJSON_AddItemToArray(list, step_item(p, steps[i]));
}

/* The names in the expression that the model does not give itself, results and hinges, each after
 * those that it rests on. */
static void add_names(struct printer *p, cJSON *names, const struct cg_expr *expr)
{
    const struct cg_value *value = expr->op == CG_NAME ? expr->u.value : NULL;
    if (value && (value->kind == CG_VALUE_RESULT || value->hinge) &&
        !cJSON_GetObjectItemCaseSensitive(names, value->name)) {
        add_names(p, names, value->body);
        cg_print_text(&p->text, p->result->book->model, value->body);
        cJSON_AddItemToObject(names, value->name, string_item(p));
    }
    for (size_t i = 0; i < expr->n_args; i++)
        add_names(p, names, expr->args[i]);
}

/* Nested lists of numbers, one level an axis; *at moves on. */
static cJSON *nested(const double **at, const size_t *sizes, size_t n_axes)
{
    if (n_axes == 0)
        return json_number(*(*at)++);
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < sizes[0]; i++)
        cJSON_AddItemToArray(list, nested(at, sizes + 1, n_axes - 1));
    return list;
}

/* The numbers of the derived form: the matrix form, else the index form entry by entry. A local
 * derivative has the axes of what is derived before those of what it is derived by. */
static void add_value(cJSON *object, const struct derive_result *result)
{
    const struct cg_derivation *d = result->derivation;
    const struct cg_model *model = d->model;
    struct cg_arena arena;
    cg_arena_init(&arena);
    size_t kept, of;
    bool cut = cg_env_cut(result->env, &kept, &of); /* the numbers are not the model's own */
    size_t sizes[4] = {cg_rows(model, d->of->shape), cg_cols(model, d->of->shape),
                       cg_rows(model, d->wrt->shape), cg_cols(model, d->wrt->shape)};
    size_t first = d->local ? 0 : 2, n = 0, count;
    const struct cg_index all[4] = {d->of_row, d->of_col, d->row, d->col};
    struct cg_index axes[4];
    const double *numbers;
    for (size_t i = first; i < 4; i++)
        if (all[i].letter)
            axes[n++] = all[i];
    if (cut)
        numbers = NULL;
    else if (d->matrix_form)
        numbers = cg_eval(result->env, &arena, d->matrix_form).data;
    else
        numbers = cg_eval_tensor(result->env, &arena, d->index_form, axes, n, &count);
    cJSON *shape = cJSON_AddArrayToObject(object, "shape");
    for (size_t i = first; i < 4; i++)
        cJSON_AddItemToArray(shape, cJSON_CreateNumber((double)sizes[i]));
    cJSON_AddItemToObject(object, "value",
                          cut ? cJSON_CreateNull() : nested(&numbers, sizes + first, 4 - first));
    cg_arena_finish(&arena);
}

void derive_print_json(const struct derive_result *result)
{
    const struct cg_derivation *d = result->derivation;
    struct printer p = {.result = result};
    p.printed = cg_xmalloc(result->n_above * sizeof *p.printed);
    for (size_t i = 0; i < result->n_above; i++)
        p.printed[i] = false;
    cg_strbuf_init(&p.text);
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "wrt", d->wrt->name);
    cJSON_AddStringToObject(object, "of", d->of->name);
    add_value(object, result);
    if (d->matrix_form)
        cg_print_text(&p.text, d->model, d->matrix_form);
    cJSON_AddItemToObject(object, "matrix_form",
                          d->matrix_form ? string_item(&p) : cJSON_CreateNull());
    cJSON *names = cJSON_AddObjectToObject(object, "names");
    if (d->matrix_form)
        add_names(&p, names, d->matrix_form);
    cg_print_derivation_latex(&p.text, d, CG_DEPTH_RULES);
    cJSON_AddItemToObject(object, "latex", string_item(&p));
    cg_print_numpy(&p.text, result->book, d);
    cJSON_AddItemToObject(object, "numpy", string_item(&p));
    cJSON_AddItemToObject(object, "max_relative_error", json_number(result->extent.worst));
    extent_put(&p.text, "", &result->extent, result->env);
    cJSON_AddItemToObject(object, "note", p.text.length ? string_item(&p) : cJSON_CreateNull());
    add_steps(&p, cJSON_AddArrayToObject(object, "steps"), d->steps, d->n_steps);
    json_print(object);
    cg_strbuf_finish(&p.text);
    free(p.printed);
}
