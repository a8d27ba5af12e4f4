#include "view/surface.h"
#include "view/training_parts.h"
#include "view/widgets.h"

#include <math.h>

bool training_has_surface(const struct cg_frame *frame)
{
    return frame->training->surface != NULL;
}

/* Blue for the least target, orange for the greatest, the background between. */
static struct cg_color answer_ink(const struct cg_theme *theme, const struct cg_surface *surface,
                                  double answer)
{
    double middle = (surface->least + surface->most) / 2;
    double t = (answer - middle) / (surface->most - middle);
    if (!isfinite(t))
        return theme->ghost;
    return cg_mix(theme->background, t < 0 ? theme->negative : theme->positive,
                  0.9 * pow(fmin(fabs(t), 1), 0.8));
}

static void draw_texels(const struct cg_frame *frame, struct cg_box plot)
{
    const struct cg_surface *surface = frame->training->surface;
    size_t count = surface->side * surface->side;
    struct cg_color *texels = cg_alloc_array(&frame->scene->arena, count, sizeof *texels);
    for (size_t i = 0; i < count; i++)
        texels[i] = answer_ink(frame->theme, surface, surface->values[i]);
    struct cg_item *item = cg_scene_add(frame->scene, CG_ITEM_TEXELS);
    item->label = "decision surface";
    item->u.texels.box = plot;
    item->u.texels.rows = item->u.texels.cols = surface->side;
    item->u.texels.texels = texels;
    item->u.texels.smooth = true;
}

/* Beyond so many rows the rings are small and stand without their answers; and at most so many. */
enum { CROWD = 16, MOST_SAMPLES = 1000 };

/* The answer beside a ring, on a plate that keeps it readable. */
static void draw_answer(const struct cg_frame *frame, struct cg_box plot, float x, float y, float r,
                        double answer)
{
    float em = frame->em, size = 0.72f * em, pad = 0.3f * em;
    char text[32];
    cg_number_text(text, (struct cg_number_format){2, 0}, answer);
    float width = cg_text_width(frame->fonts, &frame->scene->arena, CG_FACE_SEMIBOLD, size, text);
    float left = x + r + 0.3f * em;
    if (left + width + 2 * pad > plot.x + plot.w)
        left = x - r - 0.3f * em - width - 2 * pad;
    struct cg_box plate = {left, y - 0.6f * em, width + 2 * pad, 1.2f * em};
    cg_scene_rect(frame->scene, plate, 0.25f * em, frame->theme->background);
    cg_scene_text(frame->scene, frame->fonts, CG_FACE_SEMIBOLD, left + pad,
                  cg_centre_baseline(frame, CG_FACE_SEMIBOLD, size, y), size, frame->theme->text,
                  text);
}

/* A row of the data: a ring in the colour of its target. */
static void draw_sample(const struct cg_frame *frame, struct cg_box plot, size_t row, bool crowd)
{
    const struct cg_surface *surface = frame->training->surface;
    const struct cg_theme *theme = frame->theme;
    const double *point = frame->env->values[surface->inputs->id].data + 2 * row;
    double answer = frame->env->values[surface->answer->id].data[row];
    double target = frame->env->values[surface->targets->id].data[row];
    float em = frame->em, r = (crowd ? 0.28f : 0.46f) * em;
    float tx = (float)((point[0] - surface->low[0]) / (surface->high[0] - surface->low[0]));
    float ty = (float)((point[1] - surface->low[1]) / (surface->high[1] - surface->low[1]));
    float x = plot.x + tx * plot.w, y = plot.y + (1 - ty) * plot.h;
    cg_panel(frame, (struct cg_box){x - r, y - r, 2 * r, 2 * r}, r,
             answer_ink(theme, surface, target), theme->text,
             fmaxf(crowd ? 1 : 1.5f, (crowd ? 0.05f : 0.1f) * em));
    if (!crowd)
        draw_answer(frame, plot, x, y, r, answer);
}

void training_surface_draw(const struct cg_frame *frame, struct cg_box box)
{
    const struct cg_surface *surface = frame->training->surface;
    const char *text = cg_format(&frame->scene->arena,
                                 "what the network answers for every $x_1$ (→) and $x_2$ (↑)");
    float caption = training_caption(frame, box.x, box.y, box.w, text) + 0.35f * frame->em;
    float side = fminf(box.w, box.h - caption);
    if (side < 3 * frame->em)
        return;
    struct cg_box plot = {box.x, box.y + caption, fminf(box.w, 1.45f * side), side};
    draw_texels(frame, plot);
    cg_panel(frame, plot, 0, (struct cg_color){0}, frame->theme->line, cg_hairline(frame));
    const struct cg_matrix *inputs = &frame->env->values[surface->inputs->id];
    for (size_t row = 0; row < inputs->rows && row < MOST_SAMPLES; row++)
        draw_sample(frame, plot, row, inputs->rows > CROWD);
}
