/* An environment to look at: large models are cut to sizes whose numbers are there at once. */
#include "engine/cost.h"
#include "engine/env.h"

/* What is filled without a pause, and what a cut axis keeps. */
static const double most_work = 3e8, most_numbers = 1e7;
enum { KEPT = 64 };

/* Is the dim an axis of rows only, as that of samples is? */
static bool is_rows_only(const struct cg_model *model, int root)
{
    bool rows = false;
    for (size_t id = 0; id < model->n_values; id++) {
        const struct cg_value *value = model->values[id];
        if (value->kind != CG_VALUE_INPUT)
            continue;
        if (cg_dim_root(model, value->shape.cols) == root)
            return false;
        rows = rows || cg_dim_root(model, value->shape.rows) == root;
    }
    return rows;
}

static void cut(struct cg_env *env, bool rows_only)
{
    for (size_t d = 0; d < env->n_sizes; d++)
        if (cg_dim_root(env->model, (int)d) == (int)d && env->sizes[d] > KEPT &&
            (!rows_only || is_rows_only(env->model, (int)d)))
            env->sizes[d] = KEPT;
}

static bool fits(const struct cg_env *env)
{
    double numbers, work = cost_environment(env, &numbers);
    return work <= most_work && numbers <= most_numbers;
}

bool env_cut_rows(struct cg_env *env)
{
    size_t kept, of;
    if (!fits(env))
        cut(env, true);
    return cg_env_cut(env, &kept, &of) != 0;
}

bool cg_env_init_live(struct cg_env *env, const struct cg_model *model, uint64_t seed,
                      struct cg_error *error)
{
    env_begin(env, model, NULL);
    env_cut_rows(env);
    if (!fits(env))
        cut(env, false);
    if (fits(env))
        return env_fill(env, seed, error);
    double numbers, work = cost_environment(env, &numbers);
    cg_env_finish(env);
    return cg_fail(error, model->file, model->values[model->n_values - 1]->place,
                   "the model is too large to be computed while you wait: even with no size above "
                   "%d its values are %.1g numbers and take %.1g multiplications",
                   KEPT, numbers, work);
}

int cg_env_cut(const struct cg_env *env, size_t *kept, size_t *of)
{
    for (size_t d = 0; d < env->n_sizes; d++)
        if (env->sizes[d] < cg_dim_size(env->model, (int)d)) {
            *kept = env->sizes[d];
            *of = cg_dim_size(env->model, (int)d);
            return (int)d;
        }
    return 0;
}
