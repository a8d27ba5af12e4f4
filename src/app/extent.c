#include "app/extent.h"

#include <math.h>

void extent_add(struct extent *extent, const struct cg_check *check)
{
    if (!check->checked)
        return;
    extent->lines++;
    extent->worst = fmax(extent->worst, fmax(check->previous_error, check->forward_error));
    if (check->own_cells == 0 && check->too_long)
        extent->too_long++;
    else if (check->own_cells == 0)
        extent->not_finite++;
    else
        extent->sampled += check->own_cells < check->all_cells;
}

void extent_add_steps(struct extent *extent, const struct cg_check *checks,
                      const struct cg_step *const *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        extent_add(extent, &checks[steps[i]->id]);
        extent_add_steps(extent, checks, steps[i]->children, steps[i]->n_children);
    }
}

static void put_cut(struct cg_strbuf *out, const char *before, const struct cg_env *env)
{
    size_t kept, of;
    int dim = cg_env_cut(env, &kept, &of);
    if (!dim)
        return;
    const char *name = cg_dim_name(env->model, dim);
    if (name)
        cg_putf(out, "%sthe model is large: its numbers are those for %s = %zu in place of %zu\n",
                before, name, kept, of);
    else
        cg_putf(out, "%sthe model is large: its numbers are those for %zu in place of %zu\n",
                before, kept, of);
}

void extent_put(struct cg_strbuf *out, const char *before, const struct extent *extent,
                const struct cg_env *env)
{
    put_cut(out, before, env);
    if (extent->too_long)
        cg_putf(out,
                "%s%zu of %zu lines were checked only with random numbers in small sizes: in the "
                "model's own sizes it takes too long\n",
                before, extent->too_long, extent->lines);
    if (extent->not_finite)
        cg_putf(out,
                "%s%zu of %zu lines were checked only with random numbers: the model's own are not "
                "finite there\n",
                before, extent->not_finite, extent->lines);
    if (extent->sampled)
        cg_putf(out, "%s%zu of %zu lines were checked at a sample of their cells\n", before,
                extent->sampled, extent->lines);
}
