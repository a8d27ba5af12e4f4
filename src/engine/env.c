#include "engine/env.h"
#include "engine/cost.h"

#include <chalkgrad/load.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t env_size(const struct cg_env *env, int dim)
{
    int root = cg_dim_root(env->model, dim);
    /* A claim may bring a new literal size after the environment was made. */
    return (size_t)root < env->n_sizes ? env->sizes[root] : cg_dim_size(env->model, dim);
}

size_t cg_env_size(const struct cg_env *env, int dim)
{
    return env_size(env, dim);
}

void env_begin(struct cg_env *env, const struct cg_model *model, const size_t *sizes)
{
    *env = (struct cg_env){.model = model, .n_sizes = model->n_dims};
    cg_arena_init(&env->arena);
    cg_arena_init(&env->scratch);
    env->sizes = cg_alloc_array(&env->arena, model->n_dims, sizeof *env->sizes);
    for (size_t d = 0; d < model->n_dims; d++)
        env->sizes[d] = sizes ? sizes[d] : cg_dim_size(model, (int)d);
    env->values = cg_alloc_array(&env->arena, model->n_values, sizeof *env->values);
}

void env_inputs(struct cg_env *env, const struct cg_matrix *const *shared)
{
    for (size_t id = 0; id < env->model->n_values; id++) {
        const struct cg_value *value = env->model->values[id];
        if (value->kind != CG_VALUE_INPUT)
            continue;
        if (shared && shared[id])
            env->values[id] = *shared[id];
        else
            env->values[id] = matrix_new(&env->arena, env_size(env, value->shape.rows),
                                         env_size(env, value->shape.cols));
    }
}

void env_graph(struct cg_env *env, const struct cg_value *cut)
{
    size_t n = env->model->n_values;
    struct cg_graph_of_env *p = cg_alloc(&env->arena, sizeof *p);
    p->roots = cg_alloc_array(&env->arena, n, sizeof *p->roots);
    p->ends = cg_alloc_array(&env->arena, n, sizeof *p->ends);
    p->costs = cg_alloc_array(&env->arena, n, sizeof *p->costs);
    graph_init(&p->graph, env, &env->arena, NULL);
    env->graph = p;
    for (size_t id = 0; id < n; id++) {
        const struct cg_value *value = env->model->values[id];
        if (value->kind == CG_VALUE_DEFINED && value != cut) {
            p->roots[id] = graph_add(&p->graph, value->body);
            env->values[id] = p->graph.steps[p->roots[id]].out;
        }
        p->ends[id] = p->graph.n_steps;
        p->costs[id] = id ? p->costs[id - 1] : 0;
        for (size_t i = id ? p->ends[id - 1] : 0; i < p->ends[id]; i++)
            p->costs[id] += cost_step(&p->graph.steps[i]);
    }
}

void cg_env_finish(struct cg_env *env)
{
    if (!env)
        return;
    cg_arena_finish(&env->arena);
    cg_arena_finish(&env->scratch);
    *env = (struct cg_env){0};
}

void cg_env_refresh(struct cg_env *env)
{
    size_t n = env->model->n_values;
    if (n)
        graph_run(&env->graph->graph, 0, env->graph->ends[n - 1]);
}

/* Each value has a generator of its own, so that adding a later value changes no earlier one. */
static void seed_for(struct cg_prng *prng, uint64_t seed, size_t id)
{
    cg_prng_seed(prng, seed ^ ((uint64_t)id + 1) * 0x9E3779B97F4A7C15u);
}

/* low .. high */
static void draw_uniform(const struct cg_matrix *m, double low, double high, struct cg_prng *prng)
{
    for (size_t i = 0; i < matrix_count(m); i++)
        m->data[i] = low + (high - low) * cg_prng_uniform(prng);
}

static void draw_normal(const struct cg_matrix *m, double mean, double deviation,
                        struct cg_prng *prng)
{
    for (size_t i = 0; i < matrix_count(m); i++)
        m->data[i] = mean + deviation * cg_prng_normal(prng);
}

static bool fill_input(struct cg_env *env, const struct cg_value *value, const struct cg_matrix *m,
                       uint64_t seed, struct cg_error *error)
{
    const struct cg_init *init = &value->init;
    double fan_in = (double)cg_rows(env->model, value->shape); /* also where m is a part */
    double bound = sqrt(6.0 / (fan_in + (double)cg_cols(env->model, value->shape)));
    struct cg_matrix out = *m;
    struct cg_prng prng;
    seed_for(&prng, seed, value->id);
    switch (init->kind) {
    case CG_INIT_RANDOM:
        draw_normal(m, 0, 1, &prng);
        return true;
    case CG_INIT_UNIFORM:
        draw_uniform(m, init->a, init->b, &prng);
        return true;
    case CG_INIT_NORMAL:
        draw_normal(m, init->a, init->b, &prng);
        return true;
    case CG_INIT_XAVIER:
        draw_uniform(m, -bound, bound, &prng);
        return true;
    case CG_INIT_HE:
        draw_normal(m, 0, sqrt(2.0 / fan_in), &prng);
        return true;
    case CG_INIT_LITERAL:
    case CG_INIT_DATA:
        memcpy(m->data, init->data, matrix_count(m) * sizeof(double));
        return true;
    case CG_INIT_ZEROS:
        return true; /* as allocated */
    case CG_INIT_ONES:
        for (size_t i = 0; i < matrix_count(m); i++)
            m->data[i] = 1;
        return true;
    case CG_INIT_EYE:
        for (size_t i = 0; i < m->rows && i < m->cols; i++)
            m->data[i * m->cols + i] = 1;
        return true;
    case CG_INIT_LOAD:
        return cg_load(&env->scratch, env->model, value, init, &out, error);
    }
    return true;
}

/* An input of which the environment has only the upper left part. What is drawn is drawn in that
 * size; what is given is cut out of the whole. */
bool env_fill_input(struct cg_env *env, const struct cg_value *value, uint64_t seed,
                    struct cg_error *error)
{
    const struct cg_model *model = env->model;
    const struct cg_matrix *m = &env->values[value->id];
    size_t rows = cg_rows(model, value->shape), cols = cg_cols(model, value->shape);
    bool given = value->init.kind == CG_INIT_LITERAL || value->init.kind == CG_INIT_DATA ||
                 value->init.kind == CG_INIT_LOAD;
    if (!given || (m->rows == rows && m->cols == cols))
        return fill_input(env, value, m, seed, error);
    struct cg_arena arena;
    cg_arena_init(&arena);
    const double *whole = value->init.data;
    if (value->init.kind == CG_INIT_LOAD) {
        struct cg_matrix loaded = {.rows = rows};
        if (!cg_load(&arena, model, value, &value->init, &loaded, error)) {
            cg_arena_finish(&arena);
            return false;
        }
        whole = loaded.data;
    }
    for (size_t r = 0; r < m->rows; r++)
        memcpy(m->data + r * m->cols, whole + r * cols, m->cols * sizeof *m->data);
    cg_arena_finish(&arena);
    return true;
}

bool env_numbers(struct cg_env *env, uint64_t seed, struct cg_error *error)
{
    env_inputs(env, NULL);
    for (size_t id = 0; id < env->model->n_values; id++)
        if (env->model->values[id]->kind == CG_VALUE_INPUT &&
            !env_fill_input(env, env->model->values[id], seed, error)) {
            cg_env_finish(env);
            return false;
        }
    return true;
}

bool env_fill(struct cg_env *env, uint64_t seed, struct cg_error *error)
{
    if (!env_numbers(env, seed, error))
        return false;
    env_graph(env, NULL);
    cg_env_refresh(env);
    return true;
}

bool cg_env_init(struct cg_env *env, const struct cg_model *model, uint64_t seed,
                 struct cg_error *error)
{
    env_begin(env, model, NULL);
    return env_fill(env, seed, error);
}

/* Distinct sizes from 2 up, in random order, for the roots that are not 1; from more than are
 * needed, since a model with a single dim must not always get a 2. A model with many roots would
 * get huge matrices: there the sizes repeat after some dozen roots, in order of declaration, after
 * another number each time, so that no two roots are always alike and near ones never. */
static size_t *random_sizes(const struct cg_model *model, struct cg_prng *prng)
{
    enum { DISTINCT = 12, VARIATION = 5, SPARE = 3 };
    size_t *sizes = cg_xmalloc((model->n_dims + 1) * sizeof *sizes), n_roots = 0;
    for (size_t d = 0; d < model->n_dims; d++) {
        sizes[d] = cg_dim_size(model, (int)d);
        n_roots += cg_dim_root(model, (int)d) == (int)d && sizes[d] != 1;
    }
    size_t pool[DISTINCT + VARIATION + SPARE] = {0}, n = n_roots;
    if (n > DISTINCT)
        n = DISTINCT + (size_t)cg_prng_below(prng, VARIATION);
    for (size_t i = 0; i < n + SPARE; i++) { /* an inside-out shuffle of 2, 3, 4, ... */
        size_t j = (size_t)cg_prng_below(prng, i + 1);
        pool[i] = pool[j];
        pool[j] = i + 2;
    }
    for (size_t d = 0, i = 0; d < model->n_dims; d++)
        if (cg_dim_root(model, (int)d) == (int)d && sizes[d] != 1)
            sizes[d] = pool[i++ % n];
    return sizes;
}

static void begin_random(struct cg_env *env, const struct cg_model *model, struct cg_prng *prng)
{
    size_t *sizes = random_sizes(model, prng);
    env_begin(env, model, sizes);
    free(sizes);
    env_inputs(env, NULL);
}

void cg_env_init_random(struct cg_env *env, const struct cg_model *model, struct cg_prng *prng,
                        bool positive)
{
    begin_random(env, model, prng);
    for (size_t id = 0; id < model->n_values; id++) {
        if (model->values[id]->kind != CG_VALUE_INPUT)
            continue;
        const struct cg_matrix *m = &env->values[id];
        for (size_t i = 0; i < matrix_count(m); i++)
            m->data[i] = positive ? 0.5 + cg_prng_uniform(prng) : cg_prng_normal(prng);
    }
    env_graph(env, NULL);
    cg_env_refresh(env);
}

void env_init_near(struct cg_env *env, const struct cg_env *own, struct cg_prng *prng)
{
    const struct cg_model *model = own->model;
    begin_random(env, model, prng);
    for (size_t id = 0; id < model->n_values; id++) {
        if (model->values[id]->kind != CG_VALUE_INPUT)
            continue;
        const struct cg_matrix *m = &env->values[id], *from = &own->values[id];
        for (size_t i = 0; i < matrix_count(m); i++)
            m->data[i] = from->data[cg_prng_below(prng, matrix_count(from))] *
                         (0.9 + 0.2 * cg_prng_uniform(prng));
    }
    env_graph(env, NULL);
    cg_env_refresh(env);
}

void env_copy_cut(struct cg_env *env, const struct cg_env *from, const struct cg_value *cut)
{
    env_begin(env, from->model, from->sizes);
    env_inputs(env, NULL);
    for (size_t id = 0; id < env->model->n_values; id++) {
        const struct cg_value *value = env->model->values[id];
        const struct cg_matrix *m = &from->values[id];
        if (value == cut)
            env->values[id] = matrix_new(&env->arena, m->rows, m->cols);
        if (value == cut || value->kind == CG_VALUE_INPUT)
            memcpy(env->values[id].data, m->data, matrix_count(m) * sizeof(double));
    }
    env_graph(env, cut);
    cg_env_refresh(env);
}

void cg_env_copy(struct cg_env *env, const struct cg_env *from)
{
    env_copy_cut(env, from, NULL);
}

const struct cg_matrix *cg_env_get(struct cg_env *env, const struct cg_value *value)
{
    if (value->kind != CG_VALUE_RESULT)
        return &env->values[value->id];
    cg_arena_reset(&env->scratch);
    env->result = cg_eval(env, &env->scratch, value->body);
    return &env->result;
}
