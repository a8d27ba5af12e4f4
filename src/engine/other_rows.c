#include "engine/env.h"

#include <string.h>

/* The input that has the rows' axis, but no other rows were given for; NULL: none. */
static const struct cg_value *left_out(const struct cg_model *model, int root,
                                       const struct cg_matrix *const *shared,
                                       const struct cg_matrix *own)
{
    for (size_t id = 0; id < model->n_values; id++) {
        const struct cg_value *value = model->values[id];
        if (value->kind == CG_VALUE_INPUT && shared[id] == &own[id] &&
            (cg_dim_root(model, value->shape.rows) == root ||
             cg_dim_root(model, value->shape.cols) == root))
            return value;
    }
    return NULL;
}

bool cg_env_init_rows(struct cg_env *env, const struct cg_env *from,
                      const struct cg_value *const *values, const struct cg_matrix *numbers,
                      size_t count, struct cg_error *error)
{
    const struct cg_model *model = from->model;
    struct cg_arena arena;
    cg_arena_init(&arena);
    const struct cg_matrix **shared = cg_alloc_array(&arena, model->n_values, sizeof *shared);
    size_t *sizes = cg_alloc_array(&arena, model->n_dims, sizeof *sizes);
    for (size_t d = 0; d < model->n_dims; d++)
        sizes[d] = env_size(from, (int)d);
    for (size_t id = 0; id < model->n_values; id++)
        shared[id] = &from->values[id];
    for (size_t i = 0; i < count; i++)
        shared[values[i]->id] = &numbers[i];
    int root = count ? cg_dim_root(model, values[0]->shape.rows) : -1;
    bool changes = count && numbers[0].rows != sizes[root];
    const struct cg_value *missing = changes ? left_out(model, root, shared, from->values) : NULL;
    if (changes)
        sizes[root] = numbers[0].rows;
    if (!missing) {
        env_begin(env, model, sizes);
        env_inputs(env, shared);
        env_graph(env, NULL);
        cg_env_refresh(env);
    }
    cg_arena_finish(&arena);
    return !missing || cg_fail(error, model->file, missing->place,
                               "%s has the rows of %s, so other rows must be given for both",
                               missing->name, values[0]->name);
}
