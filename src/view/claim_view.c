/* Beats without a line of a derivation: a claim that the lesson makes, and prose with the values
 * that it is about. */
#include "view/stage.h"

#include <math.h>
#include <string.h>

/* The largest scale up to 1 at which a strip fits into a box. */
static float fit_strip(struct stage *stage, const struct stage_strip *strip, float width,
                       float height)
{
    float scale = 1.3f, w, h;
    for (int i = 0; i < 60; i++, scale *= 0.95f) {
        stage_strip_measure(stage, strip, scale, width, &w, &h);
        if (w <= width && h <= height)
            break;
    }
    return scale;
}

static float fit_line(struct stage *stage, const struct stage_line *line, float width, float height,
                      float *w, float *h)
{
    float scale = 1;
    for (int i = 0; i < 60; i++, scale *= 0.95f) {
        stage_line_measure(stage, line, scale, width, scale < 0.75f ? LINE_WRAP : LINE_WHOLE, w, h);
        if (*w <= width && *h <= height)
            break;
    }
    return scale;
}

/* The numbers of one side: a matrix, or over the free indices of the left side, the last two of
 * them as rows and columns. False where there are too many. */
static bool side_grid(struct stage *stage, const struct cg_expr *side, struct stage_grid *grid)
{
    const struct cg_expr *left = stage->frame->beat->claim->left;
    if (!cg_is_index_notation(left)) {
        struct cg_matrix matrix = cg_eval(stage->frame->env, stage->arena, side);
        struct cg_index row = {'k', side->shape.rows}, col = {'l', side->shape.cols};
        *grid = stage_grid_matrix(stage, side, matrix, row, col);
        grid->letters = false;
        return true;
    }
    struct cg_index free[STAGE_MAX_AXES];
    size_t n = cg_free_indices(left, free, STAGE_MAX_AXES);
    stage->axes.row = n > 1 ? free[n - 2] : (struct cg_index){0};
    stage->axes.col = n > 0 ? free[n - 1] : (struct cg_index){0};
    return stage_grid_over(stage, side, free, n > 2 ? n - 2 : 0, grid);
}

static void claim_side(struct stage *stage, struct stage_strip *strip, const struct cg_expr *side,
                       const char *sign, bool alarm)
{
    struct stage_grid grid;
    if (!side_grid(stage, side, &grid))
        return;
    struct strip_item *item = stage_strip_add(stage, strip);
    item->grid = grid;
    item->label = stage_label_of(stage, side);
    item->sign = sign;
    item->alarm = alarm;
}

static const char *claim_verdict(struct stage *stage, const struct cg_claim *claim)
{
    const struct cg_check *check = &claim->check;
    if (claim->misfit)
        return cg_format(stage->arena, "false: %s", claim->misfit);
    if (!check->checked)
        return "not checked";
    if (check->no_numbers)
        return cg_format(stage->arena, "not checked: %s", cg_check_trouble(check));
    if (check->holds && check->own_cells == 0)
        return "true: checked with random numbers in small sizes, not with these";
    if (check->holds && check->random_trials == 0)
        return "true with these numbers; no random ones suit its functions";
    if (check->holds)
        return "true: checked with these numbers and with random ones in other sizes";
    struct cg_strbuf cell;
    cg_strbuf_init(&cell);
    cg_claim_cell(&cell, claim);
    const char *text = cg_format(stage->arena, "false: %s", cell.text);
    cg_strbuf_finish(&cell);
    return text;
}

static struct stage_strip all_values(struct stage *stage);

/* The equation itself; *w, *h: how much room it took. */
static void claim_equation(struct stage *stage, const struct cg_claim *claim, struct cg_box area,
                           float y, float *w, float *h)
{
    if (claim->misfit) {
        const struct cg_formula *formula = stage_typeset(stage, claim->tex);
        float size = fminf(1.6f * stage->em, area.w / fmaxf(formula->width, 0.1f));
        *w = formula->width * size;
        *h = (formula->ascent + formula->descent) * size;
        stage_formula(stage, formula, area.x, y + formula->ascent * size, size, 1, ROLE_LINE);
        return;
    }
    struct stage_line line = stage_line_split(stage, claim->left, claim->right, false);
    float scale = fit_line(stage, &line, area.w, area.h * 0.4f, w, h);
    stage_line_draw(stage, &line, scale, area.w, scale < 0.75f ? LINE_WRAP : LINE_WHOLE, area.x, y);
}

void stage_claim(struct stage *stage, struct cg_box area)
{
    const struct cg_claim *claim = stage->frame->beat->claim;
    const struct cg_theme *theme = stage->theme;
    bool wrong = claim->misfit || (claim->check.checked && !claim->check.holds);
    float em = stage->em, y = area.y;
    stage_text(stage, CG_FACE_TEXT, area.x, y + em, 0.92f * em, theme->dim, "a claim");
    y += 2.2f * em;
    float w, h;
    claim_equation(stage, claim, area, y, &w, &h);
    if (wrong) {
        struct cg_item *item = cg_scene_add(stage->scene, CG_ITEM_RECT);
        item->label = "false claim";
        item->u.rect.box = (struct cg_box){area.x - 0.5f * em, y - 0.4f * em,
                                           fminf(w + em, area.w + em), h + 0.8f * em};
        item->u.rect.radius = 0.4f * em;
        item->u.rect.stroke = theme->bad;
        item->u.rect.stroke_width = 2 * stage_hairline(stage);
        stage_tag(stage, (struct stage_key){.role = ROLE_NONE});
    }
    y += h + 1.6f * em;
    struct cg_color color = wrong ? theme->bad : claim->check.checked ? theme->good : theme->dim;
    const char *verdict = claim_verdict(stage, claim);
    const char *text = cg_format(stage->arena, "%s  %s", wrong ? "✗" : "✓", verdict);
    float size = em, text_w = stage_text_width(stage, CG_FACE_SEMIBOLD, size, text);
    if (text_w > area.w)
        size *= area.w / text_w;
    stage_text(stage, CG_FACE_SEMIBOLD, area.x, y + 0.3f * em, size, color, text);
    y += 1.8f * em;
    struct stage_strip strip = claim->misfit ? all_values(stage) : (struct stage_strip){0};
    if (!claim->misfit) {
        bool differs = wrong && !(claim->check.elsewhere && claim->check.own_cells);
        claim_side(stage, &strip, claim->left, NULL, false);
        claim_side(stage, &strip, claim->right, differs ? "\\neq" : "=", differs);
    }
    float room = area.y + area.h - y;
    stage_strip_draw(stage, &strip, fit_strip(stage, &strip, area.w, room), area.w, area.x, y);
}

/* ---- prose ---- */

static const struct cg_formula *definition(struct stage *stage, const struct cg_value *value)
{
    const char *body = stage_tex(stage, value->body);
    struct cg_expr *name = cg_alloc(stage->arena, sizeof *name);
    *name = *cg_name(stage->arena, value);
    return stage_typeset(stage, cg_format(stage->arena, "%s = %s", stage_tex(stage, name), body));
}

/* The definitions, one below the other; returns the box that they take. */
static struct cg_box draw_definitions(struct stage *stage, struct cg_box area, float size,
                                      bool draw)
{
    const struct cg_model *model = stage->model;
    float y = area.y, width = 0;
    for (size_t i = 0; i < model->n_values; i++) {
        const struct cg_value *value = model->values[i];
        if (!value->body)
            continue;
        const struct cg_formula *formula = definition(stage, value);
        float s = fminf(size, area.w / fmaxf(formula->width, 0.1f));
        y += formula->ascent * s;
        if (draw)
            stage_formula(stage, formula, area.x, y, s, 1, ROLE_LINE);
        y += formula->descent * s + 0.55f * size;
        width = fmaxf(width, formula->width * s);
    }
    return (struct cg_box){area.x, area.y, width, y - area.y};
}

static struct stage_strip all_values(struct stage *stage)
{
    struct stage_strip strip = {0};
    for (size_t i = 0; i < stage->model->n_values; i++) {
        const struct cg_value *value = stage->model->values[i];
        struct cg_matrix *matrix = &stage->frame->env->values[value->id];
        if (matrix->rows * matrix->cols > 1 << 18)
            continue;
        struct strip_item *item = stage_strip_add(stage, &strip);
        const struct cg_expr *name = cg_name(stage->arena, value);
        item->grid =
            stage_grid_matrix(stage, name, *matrix, (struct cg_index){0}, (struct cg_index){0});
        item->label = stage_formula_of(stage, name);
    }
    return strip;
}

/* The largest size at which the definitions are no taller than that; *box: what they take. */
static float fit_definitions(struct stage *stage, struct cg_box area, float height,
                             struct cg_box *box)
{
    float size = 1.45f * stage->em;
    *box = draw_definitions(stage, area, size, false);
    for (int i = 0; i < 30 && box->h > height; i++, size *= 0.93f)
        *box = draw_definitions(stage, area, size, false);
    return size;
}

/* The definitions, and the values below them or, where that makes them larger, beside them. */
void stage_overview(struct stage *stage, struct cg_box area)
{
    struct cg_box over, left;
    float em = stage->em, over_size = fit_definitions(stage, area, 0.42f * area.h, &over);
    float left_size = fit_definitions(stage, area, area.h, &left);
    struct stage_strip strip = all_values(stage);
    struct cg_box below = area, beside = area;
    below.y += over.h + 1.2f * em;
    below.h -= over.h + 1.2f * em;
    beside.x += left.w + 3 * em;
    beside.w -= left.w + 3 * em;
    float scale = fit_strip(stage, &strip, below.w, below.h), other = 0;
    if (beside.w > 0.5f * area.w)
        other = fit_strip(stage, &strip, beside.w, beside.h);
    bool left_of = other > 1.1f * scale;
    struct cg_box box = left_of ? beside : below;
    draw_definitions(stage, area, left_of ? left_size : over_size, true);
    stage_strip_draw(stage, &strip, left_of ? other : scale, box.w, box.x, box.y);
}
