#include "view/flow.h"
#include "view/training_parts.h"
#include "view/widgets.h"

#include <math.h>
#include <string.h>

double training_largest(const double *numbers, size_t count)
{
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        if (isfinite(numbers[i]))
            largest = fmax(largest, fabs(numbers[i]));
    return largest;
}

bool training_is_small(const struct cg_frame *frame, float cell)
{
    return cell < 0.62f * frame->em;
}

float training_grid_width(const struct training_grid *grid)
{
    return (float)grid->matrix->cols * (grid->cell_width + grid->gap) - grid->gap;
}

float training_grid_height(const struct training_grid *grid)
{
    return (float)grid->matrix->rows * (grid->cell_height + grid->gap) - grid->gap;
}

static void cell_ink(const struct cg_frame *frame, const struct training_grid *grid, double number,
                     struct cg_color *fill, struct cg_color *text)
{
    const struct cg_theme *theme = frame->theme;
    double intensity = grid->largest > 0 && isfinite(number) ? fabs(number) / grid->largest : 0;
    cg_cell_colors(theme, number < 0 ? theme->negative : theme->positive, intensity, fill, text);
    if (number == 0)
        *fill = theme->panel;
}

enum { SHADES = 256 };

/* Cells too small for numbers become texels; a hundred thousand of them have few colours. */
static void draw_texels(const struct cg_frame *frame, const struct training_grid *grid, float x,
                        float y)
{
    const struct cg_theme *theme = frame->theme;
    struct cg_color base[2] = {theme->positive, theme->negative}, shades[2][SHADES];
    for (int sign = 0; sign < 2; sign++) {
        double deepest = cg_deepest_tint(theme, base[sign]);
        for (int i = 0; i < SHADES; i++)
            shades[sign][i] = cg_cell_fill(theme, base[sign], deepest, i / (SHADES - 1.0));
    }
    size_t count = grid->matrix->rows * grid->matrix->cols;
    struct cg_color *texels = cg_alloc_array(&frame->scene->arena, count, sizeof *texels);
    double scale = grid->largest > 0 ? (SHADES - 1) / grid->largest : 0;
    for (size_t i = 0; i < count; i++) {
        double number = grid->matrix->data[i], shade = fabs(number) * scale + 0.5;
        int at = shade >= 0 && shade < SHADES ? (int)shade : isnan(number) ? 0 : SHADES - 1;
        texels[i] = number == 0 ? theme->panel : shades[number < 0][at];
    }
    struct cg_item *item = cg_scene_add(frame->scene, CG_ITEM_TEXELS);
    item->label = grid->label;
    item->u.texels.box =
        (struct cg_box){x, y, training_grid_width(grid), training_grid_height(grid)};
    item->u.texels.rows = grid->matrix->rows;
    item->u.texels.cols = grid->matrix->cols;
    item->u.texels.texels = texels;
    if (grid->value)
        cg_scene_hit(frame->scene, (struct cg_hit){.kind = CG_HIT_CELL,
                                                   .box = item->u.texels.box,
                                                   .rows = grid->matrix->rows,
                                                   .cols = grid->matrix->cols,
                                                   .value = grid->value});
}

static struct cg_box cell_box(const struct training_grid *grid, float x, float y, size_t row,
                              size_t col)
{
    return (struct cg_box){x + (float)col * (grid->cell_width + grid->gap),
                           y + (float)row * (grid->cell_height + grid->gap), grid->cell_width,
                           grid->cell_height};
}

static void draw_cell(const struct cg_frame *frame, const struct training_grid *grid,
                      struct cg_box box, double number)
{
    struct cg_color fill, ink;
    cell_ink(frame, grid, number, &fill, &ink);
    cg_scene_rect(frame->scene, box, 0.1f * box.h, fill);
    char text[32];
    cg_number_text(text, grid->format, number);
    float size = 0.48f * box.h;
    float width = cg_text_width(frame->fonts, &frame->scene->arena, CG_FACE_SEMIBOLD, size, text);
    if (width > 0.92f * box.w) {
        size *= 0.92f * box.w / width;
        width = 0.92f * box.w;
    }
    cg_scene_text(frame->scene, frame->fonts, CG_FACE_SEMIBOLD, box.x + (box.w - width) / 2,
                  cg_centre_baseline(frame, CG_FACE_SEMIBOLD, size, box.y + box.h / 2), size, ink,
                  text);
}

static void draw_pin(const struct cg_frame *frame, const struct training_grid *grid, float x,
                     float y)
{
    size_t row = frame->position->pin_row, col = frame->position->pin_col;
    if (row >= grid->matrix->rows || col >= grid->matrix->cols)
        return;
    struct cg_box box = cell_box(grid, x, y, row, col);
    float width = fmaxf(1.5f, 0.1f * frame->em), out = width / 2 + grid->gap / 2;
    box = (struct cg_box){box.x - out, box.y - out, box.w + 2 * out, box.h + 2 * out};
    cg_panel(frame, box, 0.14f * grid->cell_height + out, (struct cg_color){0}, frame->theme->text,
             width)
        ->label = "pinned";
}

static void draw_cells(const struct cg_frame *frame, const struct training_grid *grid, float x,
                       float y)
{
    for (size_t row = 0; row < grid->matrix->rows; row++)
        for (size_t col = 0; col < grid->matrix->cols; col++) {
            struct cg_box box = cell_box(grid, x, y, row, col);
            draw_cell(frame, grid, box, grid->matrix->data[row * grid->matrix->cols + col]);
            if (row == 0 && col == 0)
                frame->scene->items[frame->scene->n_items - 2].label = grid->label;
            if (grid->value)
                cg_scene_hit(frame->scene, (struct cg_hit){.kind = CG_HIT_CELL,
                                                           .box = box,
                                                           .a = (long)row,
                                                           .b = (long)col,
                                                           .value = grid->value});
        }
}

void training_grid_draw(const struct cg_frame *frame, const struct training_grid *grid, float x,
                        float y)
{
    if (training_is_small(frame, grid->cell_height))
        draw_texels(frame, grid, x, y);
    else
        draw_cells(frame, grid, x, y);
    if (grid->pinned)
        draw_pin(frame, grid, x, y);
}

/* Maths with the model's names inked, and \obj ids from 1 on already in `objects`. */
static struct cg_formula *lay_out_tex(const struct cg_frame *frame, const char *tex,
                                      struct cg_objects *objects)
{
    *objects = (struct cg_objects){.arena = &frame->scene->arena};
    const char *inked = cg_ink_tex(&frame->scene->arena, &frame->lesson->model,
                                   &frame->lesson->book, frame->letters, tex, objects);
    return cg_formula_layout(frame->fonts, &frame->scene->arena, inked, strlen(inked), false, NULL);
}

float training_tex(const struct cg_frame *frame, float x, float baseline, float size,
                   const char *tex)
{
    struct cg_objects objects;
    struct cg_formula *formula = lay_out_tex(frame, tex, &objects);
    if (!formula)
        return cg_scene_text(frame->scene, frame->fonts, CG_FACE_TEXT, x, baseline, size,
                             frame->theme->text, tex);
    return cg_draw_formula(frame, formula, &objects, x, baseline, size, 1, false);
}

float training_tex_width(const struct cg_frame *frame, float size, const char *tex)
{
    struct cg_objects objects;
    struct cg_formula *formula = lay_out_tex(frame, tex, &objects);
    return formula ? formula->width * size
                   : cg_text_width(frame->fonts, &frame->scene->arena, CG_FACE_TEXT, size, tex);
}

const char *training_gradient_tex(const struct cg_frame *frame, const struct cg_value *param,
                                  int exponent)
{
    struct cg_arena *arena = &frame->scene->arena;
    const char *power = exponent ? cg_format(arena, "\\;\\cdot 10^{%d}", exponent) : "";
    if (!frame->training)
        return cg_format(arena, "%s%s", param->tex, power);
    return cg_format(arena, "\\partial %s/\\partial %s%s", frame->training->options->loss->tex,
                     param->tex, power);
}

float training_caption(const struct cg_frame *frame, float x, float y, float width,
                       const char *text)
{
    struct cg_flow *flow = cg_flow_create(frame, frame->letters, 0.72f * frame->em, width);
    for (bool maths = false; *text; maths = !maths) {
        size_t n = strcspn(text, "$");
        const char *part = cg_strndup(&frame->scene->arena, text, n);
        if (maths)
            cg_flow_math(flow, part, false);
        else
            cg_flow_text(flow, CG_FACE_TEXT, frame->theme->dim, part);
        text += n + (text[n] == '$');
    }
    cg_flow_draw(flow, x, y, INFINITY);
    return cg_flow_height(flow);
}
