/* The gradient check: the derived gradient beside the one that central differences measure. */
#include "view/stage.h"

#include <math.h>

struct stage_strip stage_check_panel(struct stage *stage, const char **verdict, bool *good)
{
    struct stage_strip strip = {0};
    const struct cg_derivation *d = stage->step ? stage->step->derivation : NULL;
    *verdict = NULL;
    *good = true;
    if (!d)
        return strip;
    if (d->local || !d->matrix_form) {
        strip.caption = "gradient check: only for whole gradients in matrix form";
        return strip;
    }
    const double epsilon = 1e-5;
    struct cg_matrix derived = cg_eval(stage->frame->env, stage->arena, d->matrix_form);
    struct cg_matrix measured =
        cg_central_difference(stage->frame->env, stage->arena, d->of, d->wrt, epsilon);
    const struct cg_expr *grad = cg_grad(stage->arena, d->of, d->wrt);
    struct cg_matrix both[] = {derived, measured};
    static const char *const words[] = {"derived", "measured"};
    for (int i = 0; i < 2; i++) {
        struct strip_item *item = stage_strip_add(stage, &strip);
        item->grid = stage_grid_matrix(stage, grad, both[i], d->row, d->col);
        item->grid.role = ROLE_NONE;
        item->grid.letters = false;
        item->words = words[i];
    }
    double largest = 0, worst = 0;
    size_t count = derived.rows * derived.cols;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(derived.data[i]));
    for (size_t i = 0; i < count; i++)
        worst = fmax(worst, cg_relative_error(derived.data[i], measured.data[i], largest));
    strip.caption = "gradient check: every cell moved by ±10⁻⁵";
    *good = worst < 1e-5;
    *verdict =
        cg_format(stage->arena, "largest relative difference %s", stage_short_number(stage, worst));
    return strip;
}
