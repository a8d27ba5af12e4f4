/* Which lines of a derivation are its summary. */
#include <chalkgrad/derive.h>

#include <string.h>

/* Is it the derivative of one named value by another that stands in its definition? */
static bool is_local_factor(const struct cg_step *step)
{
    return step->parent && step->lhs->op == CG_PARTIAL && !step->lhs->u.partial.total;
}

static bool ends_derivation(const struct cg_step *step)
{
    const struct cg_derivation *own = step->derivation;
    return own->n_steps && own->steps[own->n_steps - 1] == step;
}

enum cg_depth cg_step_depth(const struct cg_step *step)
{
    if (step->parent && step->parent->children_kind == CG_CHILDREN_ATOMS)
        return CG_DEPTH_ATOMS;
    if (is_local_factor(step))
        return CG_DEPTH_RULES;
    bool summary = cg_rule_info(step->rule)->use == CG_USE_SUMMARY;
    return summary || ends_derivation(step) ? CG_DEPTH_SUMMARY : CG_DEPTH_RULES;
}

enum cg_rule cg_step_rule(const struct cg_step *step, enum cg_depth depth)
{
    bool skips = depth == CG_DEPTH_SUMMARY && step->previous &&
                 cg_step_depth(step->previous) > CG_DEPTH_SUMMARY;
    return skips && step->rule == CG_RULE_ALL_ENTRIES ? CG_RULE_MATRIX_FORM : step->rule;
}

static const char *const names[CG_DEPTH_COUNT] = {
    [CG_DEPTH_SUMMARY] = "summary", [CG_DEPTH_RULES] = "rules", [CG_DEPTH_ATOMS] = "atoms"};

const char *cg_depth_name(enum cg_depth depth)
{
    return names[depth];
}

enum cg_depth cg_depth_find(const char *name)
{
    size_t i = 0;
    while (i < CG_DEPTH_COUNT && strcmp(names[i], name))
        i++;
    return (enum cg_depth)i;
}
