#include "view/surface.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct cg_value *cg_answer_value(const struct cg_train_options *options,
                                       const struct cg_model *model)
{
    if (options->n_rows < 2)
        return NULL;
    const struct cg_value *targets = options->rows[1];
    for (size_t user = 0; user < model->n_values; user++) {
        const struct cg_expr *body = model->values[user]->body;
        if (!body || !cg_mentions(body, targets))
            continue;
        for (size_t i = user; i-- > 0;) {
            const struct cg_value *value = model->values[i];
            if (value->kind == CG_VALUE_DEFINED && !value->hinge && cg_mentions(body, value) &&
                cg_same_shape(model, value->shape, targets->shape))
                return value;
        }
    }
    return NULL;
}

static void find_range(const struct cg_matrix *matrix, size_t col, double *low, double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t row = 0; row < matrix->rows; row++) {
        double x = matrix->data[row * matrix->cols + col];
        *low = fmin(*low, x);
        *high = fmax(*high, x);
    }
    if (!(*high > *low)) {
        *low -= 0.5;
        *high += 0.5;
    }
}

void cg_surface_init(struct cg_surface *surface, const struct cg_train_options *options,
                     const struct cg_env *env, size_t side)
{
    *surface = (struct cg_surface){0};
    const struct cg_value *answer = cg_answer_value(options, env->model);
    if (!answer)
        return;
    const struct cg_matrix *inputs = &env->values[options->rows[0]->id];
    const struct cg_matrix *answers = &env->values[answer->id];
    if (inputs->cols != 2 || answers->cols != 1 || inputs->rows != answers->rows)
        return;
    surface->answer = answer;
    surface->inputs = options->rows[0];
    surface->targets = options->rows[1];
    surface->side = side;
    surface->values = cg_xmalloc(side * side * sizeof *surface->values);
    cg_env_copy(&surface->probe, env);
    for (size_t axis = 0; axis < 2; axis++) {
        find_range(inputs, axis, &surface->low[axis], &surface->high[axis]);
        double margin = 0.25 * (surface->high[axis] - surface->low[axis]);
        surface->low[axis] -= margin;
        surface->high[axis] += margin;
    }
    find_range(&env->values[surface->targets->id], 0, &surface->least, &surface->most);
}

void cg_surface_finish(struct cg_surface *surface)
{
    if (surface->answer)
        cg_env_finish(&surface->probe);
    free(surface->values);
    *surface = (struct cg_surface){0};
}

/* The point of a texel's middle. */
static void point_of(const struct cg_surface *surface, size_t at, double point[2])
{
    double side = (double)surface->side;
    double across = ((double)(at % surface->side) + 0.5) / side;
    double up = 1 - ((double)(at / surface->side) + 0.5) / side;
    point[0] = surface->low[0] + across * (surface->high[0] - surface->low[0]);
    point[1] = surface->low[1] + up * (surface->high[1] - surface->low[1]);
}

void cg_surface_update(struct cg_surface *surface, const struct cg_train_options *options,
                       struct cg_env *env)
{
    struct cg_env *probe = &surface->probe;
    for (size_t i = 0; i < options->n_params; i++) {
        const struct cg_matrix *from = cg_env_get(env, options->params[i]);
        memcpy(probe->values[options->params[i]->id].data, from->data,
               from->rows * from->cols * sizeof *from->data);
    }
    /* As many points at a time as the model has rows. */
    struct cg_matrix *inputs = &probe->values[surface->inputs->id];
    const struct cg_matrix *answers = &probe->values[surface->answer->id];
    size_t total = surface->side * surface->side;
    for (size_t first = 0; first < total; first += inputs->rows) {
        for (size_t row = 0; row < inputs->rows; row++)
            point_of(surface, first + row < total ? first + row : total - 1,
                     inputs->data + 2 * row);
        cg_env_refresh(probe);
        for (size_t row = 0; row < inputs->rows && first + row < total; row++)
            surface->values[first + row] = answers->data[row];
    }
}
