#include "app/extent.h"

#include <chalkgrad/domain.h>

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
        extent->own_only += check->random_trials == 0;
    if (check->own_cells)
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

/* relu and abs, each once. */
static void put_kinks(struct cg_strbuf *out, const char *before, const struct cg_env *env)
{
    bool said[CG_KERNEL_COUNT] = {false};
    size_t from = 0;
    for (const struct cg_function *f; (f = cg_next_kink(env, &from));) {
        if (!said[f->kernel])
            cg_putf(out,
                    "%s%s has a kink at 0, where its slope is taken as %s'(0) = 0; random numbers "
                    "keep away from it\n",
                    before, f->name, f->name);
        said[f->kernel] = true;
    }
    struct cg_trouble trouble;
    if (cg_find_trouble(env, CG_TROUBLE_KINK, &trouble))
        cg_putf(out, "%sthe model's own numbers meet a kink: %s (line %d, column %d)\n", before,
                trouble.text, trouble.expr->place.line, trouble.expr->place.column);
}

static void put_no_slope(struct cg_strbuf *out, const char *before, const struct cg_env *env)
{
    struct cg_trouble trouble;
    if (cg_find_trouble(env, CG_TROUBLE_SLOPE, &trouble))
        cg_putf(out, "%sno slope at the model's own numbers: %s (line %d, column %d)\n", before,
                trouble.text, trouble.expr->place.line, trouble.expr->place.column);
}

void extent_put(struct cg_strbuf *out, const char *before, const struct extent *extent,
                const struct cg_env *env)
{
    put_cut(out, before, env);
    put_kinks(out, before, env);
    put_no_slope(out, before, env);
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
    if (extent->own_only)
        cg_putf(out,
                "%s%zu of %zu lines were checked only at the model's own numbers: no random ones "
                "suit its functions\n",
                before, extent->own_only, extent->lines);
    if (extent->sampled)
        cg_putf(out, "%s%zu of %zu lines were checked at a sample of their cells\n", before,
                extent->sampled, extent->lines);
}
