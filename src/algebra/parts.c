#include "algebra/parts.h"

static void need(struct parts *parts, const struct cg_expr *expr);

static void need_value(struct parts *parts, const struct cg_value *value)
{
    if (value->kind != CG_VALUE_RESULT) {
        parts->needed[value->id] = true;
        return;
    }
    for (size_t i = 0; i < parts->book->n_results; i++)
        if (parts->book->results[i] == value)
            parts->results[i] = true;
}

static void need_function(struct parts *parts, const struct cg_expr *expr)
{
    const struct cg_model *model = parts->book->model;
    for (size_t i = 0; i < model->n_functions; i++)
        if (model->functions[i] == expr->u.apply.function)
            parts->used[i][expr->u.apply.order] = true;
}

static void need_size(struct parts *parts, int dim)
{
    parts->sized[cg_dim_root(parts->book->model, dim)] = true;
}

/* All that one expression names. */
static void need(struct parts *parts, const struct cg_expr *expr)
{
    if (expr->op == CG_NAME)
        need_value(parts, expr->u.value);
    if (expr->op == CG_APPLY)
        need_function(parts, expr);
    if (expr->op == CG_SOFTMAX)
        parts->softmax = true;
    if (expr->op == CG_SUM_OVER || expr->op == CG_SIZE)
        need_size(parts, expr->u.over.dim);
    if (expr->op == CG_ONES || expr->op == CG_ZEROS || expr->op == CG_EYE) {
        need_size(parts, expr->shape.rows);
        need_size(parts, expr->shape.cols);
    }
    if (expr->op == CG_GRAD) {
        const struct cg_derivation *other =
            cg_book_find(parts->book, expr->u.grad.of, expr->u.grad.wrt);
        if (other && other->matrix_form)
            need(parts, other->matrix_form);
    }
    for (size_t i = 0; i < expr->n_args; i++)
        need(parts, expr->args[i]);
}

static bool carries(const struct cg_model *model, const struct cg_value *value, int root)
{
    return value->kind == CG_VALUE_INPUT && (cg_dim_root(model, value->shape.rows) == root ||
                                             cg_dim_root(model, value->shape.cols) == root);
}

/* A size that no argument so far has comes from one more input: wrt if it can, else the first. */
static void need_carrier(struct parts *parts, int root)
{
    const struct cg_model *model = parts->book->model;
    const struct cg_value *wrt = parts->derivation->wrt;
    const struct cg_value *carrier = carries(model, wrt, root) ? wrt : NULL;
    for (size_t i = 0; i < model->n_values; i++) {
        const struct cg_value *value = model->values[i];
        if (!carries(model, value, root))
            continue;
        if (parts->needed[i])
            return;
        if (!carrier)
            carrier = value;
    }
    if (carrier)
        parts->needed[carrier->id] = true;
}

static void collect(struct parts *parts, bool sizes)
{
    const struct cg_book *book = parts->book;
    const struct cg_model *model = book->model;
    const struct cg_derivation *d = parts->derivation;
    if (d->matrix_form) {
        need(parts, d->matrix_form);
    } else {
        need(parts, d->index_form);
        need_size(parts, d->wrt->shape.rows);
        need_size(parts, d->wrt->shape.cols);
        if (d->local) {
            need_size(parts, d->of->shape.rows);
            need_size(parts, d->of->shape.cols);
        }
    }
    for (size_t i = book->n_results; i-- > 0;)
        if (parts->results[i])
            need(parts, book->results[i]->body);
    for (size_t i = model->n_values; i-- > 0;)
        if (parts->needed[i] && model->values[i]->body)
            need(parts, model->values[i]->body);
    for (size_t i = 1; sizes && i < model->n_dims; i++)
        if (parts->sized[i])
            need_carrier(parts, (int)i);
    for (size_t i = 0; i < model->n_values; i++)
        if (parts->needed[i] && model->values[i]->kind == CG_VALUE_INPUT)
            parts->sources[parts->n_sources++] = model->values[i];
}

struct parts parts_of(struct cg_arena *arena, const struct cg_book *book,
                      const struct cg_derivation *derivation, bool sizes)
{
    const struct cg_model *model = book->model;
    struct parts parts = {.book = book, .derivation = derivation};
    parts.needed = cg_alloc_array(arena, model->n_values, sizeof *parts.needed);
    parts.results = cg_alloc_array(arena, book->n_results, sizeof *parts.results);
    parts.sized = cg_alloc_array(arena, model->n_dims, sizeof *parts.sized);
    parts.used = cg_alloc_array(arena, model->n_functions, sizeof *parts.used);
    parts.sources = cg_alloc_array(arena, model->n_values, sizeof *parts.sources);
    collect(&parts, sizes);
    return parts;
}
