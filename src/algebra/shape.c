#include "algebra/shape.h"

int cg_dim_root(const struct cg_model *model, int dim)
{
    while (model->dims[dim].parent != dim)
        dim = model->dims[dim].parent;
    return dim;
}

size_t cg_dim_size(const struct cg_model *model, int dim)
{
    return model->dims[dim].size;
}

const char *cg_dim_name(const struct cg_model *model, int dim)
{
    if (model->dims[dim].name)
        return model->dims[dim].name;
    int root = cg_dim_root(model, dim);
    if (root == 0)
        return NULL;
    for (size_t i = (size_t)root; i < model->n_dims; i++)
        if (model->dims[i].name && cg_dim_root(model, (int)i) == root)
            return model->dims[i].name;
    return NULL;
}

const char *cg_size_name(const struct cg_model *model, int dim)
{
    const char *name = cg_dim_name(model, dim);
    return name && !cg_model_find(model, name) && !cg_model_function(model, name) ? name : NULL;
}

const struct cg_expr *cg_size_of(const struct cg_model *model, struct cg_arena *arena, int dim)
{
    int root = cg_dim_root(model, dim);
    return root ? cg_size(arena, root) : cg_fraction(arena, 1, 1);
}

bool cg_same_dim(const struct cg_model *model, int a, int b)
{
    return cg_dim_root(model, a) == cg_dim_root(model, b);
}

bool cg_same_shape(const struct cg_model *model, struct cg_shape a, struct cg_shape b)
{
    return cg_same_dim(model, a.rows, b.rows) && cg_same_dim(model, a.cols, b.cols);
}

size_t cg_rows(const struct cg_model *model, struct cg_shape shape)
{
    return cg_dim_size(model, shape.rows);
}

size_t cg_cols(const struct cg_model *model, struct cg_shape shape)
{
    return cg_dim_size(model, shape.cols);
}

bool cg_is_scalar(const struct cg_model *model, struct cg_shape shape)
{
    return cg_dim_root(model, shape.rows) == 0 && cg_dim_root(model, shape.cols) == 0;
}

int cg_dim_add(struct cg_model *model, const char *name, size_t size)
{
    if (size == 1 && !name && model->n_dims)
        return 0;
    model->dims = cg_grow(model->arena, model->dims, model->n_dims, &model->dims_capacity,
                          sizeof *model->dims);
    int id = (int)model->n_dims++;
    model->dims[id] = (struct cg_dim){.name = name, .size = size, .parent = size == 1 ? 0 : id};
    return id;
}

/* The root, with the path to it halved: a long run of equations stays cheap. */
static int find_root(struct cg_model *model, int dim)
{
    struct cg_dim *dims = model->dims;
    while (dims[dim].parent != dim) {
        dims[dim].parent = dims[dims[dim].parent].parent;
        dim = dims[dim].parent;
    }
    return dim;
}

bool cg_dim_equate(struct cg_model *model, int a, int b)
{
    a = find_root(model, a);
    b = find_root(model, b);
    if (model->dims[a].size != model->dims[b].size)
        return false;
    if (a < b)
        model->dims[b].parent = a;
    else
        model->dims[a].parent = b;
    return true;
}

bool cg_shape_equate(struct cg_model *model, struct cg_shape a, struct cg_shape b)
{
    return cg_dim_equate(model, a.rows, b.rows) && cg_dim_equate(model, a.cols, b.cols);
}

bool cg_dim_broadcast(struct cg_model *model, int a, int b, int *out)
{
    a = find_root(model, a);
    b = find_root(model, b);
    if (a == 0 || b == 0) {
        *out = a == 0 ? b : a;
        return true;
    }
    if (!cg_dim_equate(model, a, b))
        return false;
    *out = a < b ? a : b;
    return true;
}

struct cg_dims_state cg_dims_save(const struct cg_model *model, struct cg_arena *arena)
{
    struct cg_dims_state state = {.count = model->n_dims};
    state.parents = cg_alloc_array(arena, state.count, sizeof *state.parents);
    for (size_t i = 0; i < state.count; i++)
        state.parents[i] = model->dims[i].parent;
    return state;
}

void cg_dims_restore(struct cg_model *model, const struct cg_dims_state *state)
{
    model->n_dims = state->count;
    for (size_t i = 0; i < state->count; i++)
        model->dims[i].parent = state->parents[i];
}

void cg_dims_flatten(struct cg_model *model)
{
    for (size_t i = 0; i < model->n_dims; i++)
        model->dims[i].parent = model->dims[model->dims[i].parent].parent;
}
