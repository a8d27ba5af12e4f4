#include "view/check_note.h"

#include <chalkgrad/domain.h>
#include <chalkgrad/strbuf.h>

static void put_part(struct cg_strbuf *out)
{
    if (out->length)
        cg_put(out, " · ");
}

static void put_check(struct cg_strbuf *out, const struct cg_check *check)
{
    if (!check->checked || !check->holds)
        return; /* the stage says what is wrong */
    if (check->own_cells == 0 && check->too_long)
        cg_put(out, "checked with random numbers in small sizes: with these it takes too long");
    else if (check->own_cells == 0)
        cg_put(out, "checked with random numbers: with these it is not finite");
    else if (check->random_trials == 0)
        cg_put(out, "checked with these numbers only: no random ones suit its functions");
    else if (check->own_cells < check->all_cells)
        cg_putf(out, "checked at %zu of %zu cells", check->own_cells, check->all_cells);
}

/* A function whose slope at a kink the term takes. */
static const struct cg_function *find_kink(const struct cg_expr *expr)
{
    if (expr->op == CG_APPLY && expr->u.apply.order > 0 &&
        cg_has_kink(expr->u.apply.function->kernel))
        return expr->u.apply.function;
    const struct cg_function *found = NULL;
    for (size_t i = 0; i < expr->n_args && !found; i++)
        found = find_kink(expr->args[i]);
    return found;
}

static void put_cut(struct cg_strbuf *out, const struct cg_env *env)
{
    size_t kept, of;
    int dim = cg_env_cut(env, &kept, &of);
    const char *name = dim ? cg_dim_name(env->model, dim) : NULL;
    if (!dim)
        return;
    put_part(out);
    if (name)
        cg_putf(out, "a part of the numbers: %s = %zu in place of %zu", name, kept, of);
    else
        cg_putf(out, "a part of the numbers: %zu in place of %zu", kept, of);
}

const char *cg_check_note(const struct cg_frame *frame)
{
    struct cg_strbuf out;
    cg_strbuf_init(&out);
    if (frame->step && frame->checks)
        put_check(&out, &frame->checks[frame->step->id]);
    const struct cg_function *kink = frame->step ? find_kink(frame->step->rhs) : NULL;
    if (kink) {
        put_part(&out);
        cg_putf(&out, "at its kink %s′(0) is taken as 0", kink->name);
    }
    if (frame->step && frame->env)
        put_cut(&out, frame->env);
    const char *note = out.length ? cg_strdup(&frame->scene->arena, out.text) : NULL;
    cg_strbuf_finish(&out);
    return note;
}
