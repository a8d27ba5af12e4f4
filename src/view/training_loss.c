#include "view/training_parts.h"
#include "view/widgets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void put_superscript(char *out, size_t room, int exponent)
{
    static const char *const digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    char plain[16];
    snprintf(plain, sizeof plain, "%d", exponent);
    out[0] = '\0';
    for (const char *at = plain; *at; at++)
        strncat(out, *at == '-' ? "⁻" : digits[*at - '0'], room - strlen(out) - 1);
}

const char *cg_loss_text(struct cg_arena *arena, double loss)
{
    if (!isfinite(loss))
        return isnan(loss) ? "not a number" : "∞";
    if (loss == 0)
        return "0";
    char rounded[32];
    snprintf(rounded, sizeof rounded, "%.2e", loss);
    int exponent = atoi(strchr(rounded, 'e') + 1); /* of the rounded number: 9.999 is 10.0 */
    if (exponent >= -4 && exponent < 5)
        return cg_format(arena, "%.*f", exponent < 2 ? 2 - exponent : 0, loss);
    char power[64];
    put_superscript(power, sizeof power, exponent);
    return cg_format(arena, "%.2f·10%s", loss / pow(10, exponent), power);
}

/* The loss axis: logarithmic wherever all losses are positive. */
struct scale {
    struct cg_box plot;
    bool logarithmic;
    double low, high; /* of the loss, or of its logarithm */
};

static double level(const struct scale *scale, double loss)
{
    return scale->logarithmic ? log10(loss) : loss;
}

static float loss_y(const struct scale *scale, double loss)
{
    double t = (level(scale, loss) - scale->low) / (scale->high - scale->low);
    if (!(t > 0))
        t = 0;
    return scale->plot.y + scale->plot.h * (float)(1 - fmin(t, 1));
}

static struct scale make_scale(const struct cg_training *training, struct cg_box plot)
{
    struct scale scale = {plot, true, INFINITY, -INFINITY};
    for (size_t i = 0; i < training->n_losses; i++)
        if (training->losses[i] <= 0)
            scale.logarithmic = false;
    for (size_t i = 0; i < training->n_losses; i++) {
        double l = level(&scale, training->losses[i]);
        if (!isfinite(l))
            continue;
        scale.low = fmin(scale.low, l);
        scale.high = fmax(scale.high, l);
    }
    if (!(scale.low <= scale.high))
        scale.low = scale.high = 0;
    if (scale.logarithmic) { /* whole powers of ten */
        scale.low = floor(scale.low);
        scale.high = fmax(ceil(scale.high), scale.low + 1);
    } else if (scale.high <= scale.low) {
        scale.high = scale.low + 1;
    }
    return scale;
}

static void draw_tick(const struct cg_frame *frame, const struct scale *scale, float y,
                      const char *text)
{
    float size = 0.66f * frame->em;
    float width = cg_text_width(frame->fonts, &frame->scene->arena, CG_FACE_TEXT, size, text);
    cg_rule_line(frame, scale->plot.x, y, scale->plot.x + scale->plot.w, y, cg_hairline(frame),
                 frame->theme->line);
    cg_scene_text(frame->scene, frame->fonts, CG_FACE_TEXT,
                  scale->plot.x - width - 0.45f * frame->em,
                  cg_centre_baseline(frame, CG_FACE_TEXT, size, y), size, frame->theme->dim, text);
}

static const char *decade(struct cg_arena *arena, int exponent)
{
    if (exponent >= -2 && exponent <= 3)
        return cg_format(arena, "%.*f", exponent < 0 ? -exponent : 0, pow(10, exponent));
    char power[64];
    put_superscript(power, sizeof power, exponent);
    return cg_format(arena, "10%s", power);
}

static void draw_ticks(const struct cg_frame *frame, const struct scale *scale)
{
    struct cg_arena *arena = &frame->scene->arena;
    if (!scale->logarithmic) {
        for (int i = 0; i <= 4; i++) {
            double loss = scale->low + (scale->high - scale->low) * i / 4;
            draw_tick(frame, scale, loss_y(scale, loss), cg_format(arena, "%.3g", loss));
        }
        return;
    }
    int decades = (int)(scale->high - scale->low);
    int most = (int)fmaxf(1, scale->plot.h / (1.6f * frame->em));
    int every = (decades + most - 1) / most;
    for (int e = (int)scale->low; e <= (int)scale->high; e += every > 0 ? every : 1)
        draw_tick(frame, scale, loss_y(scale, pow(10, e)), decade(arena, e));
}

static float epoch_x(const struct scale *scale, double epoch, double last)
{
    return scale->plot.x + scale->plot.w * (float)(last > 0 ? fmin(epoch / last, 1) : 0);
}

/* At most two points a pixel of width: what a longer curve has more would not be seen. */
static void draw_curve(const struct cg_frame *frame, const struct scale *scale, double last)
{
    const struct cg_training *training = frame->training;
    size_t most = (size_t)fmaxf(scale->plot.w * 0.75f, 16), n = training->n_losses;
    size_t count = n < most ? n : most;
    float *points = cg_alloc_array(&frame->scene->arena, 2 * count + 2, sizeof *points);
    for (size_t i = 0; i < count; i++) {
        size_t at = count > 1 ? i * (n - 1) / (count - 1) : 0;
        points[2 * i] = epoch_x(scale, (double)(at * training->losses_every), last);
        points[2 * i + 1] = loss_y(scale, training->losses[at]);
    }
    if (count < 2)
        return;
    struct cg_item *item = cg_scene_add(frame->scene, CG_ITEM_LINE);
    item->label = "loss curve";
    item->u.line.points = points;
    item->u.line.count = count;
    item->u.line.width = fmaxf(1.5f, 0.11f * frame->em);
    item->u.line.color = frame->theme->accent;
}

static void draw_handle(const struct cg_frame *frame, const struct scale *scale, float x)
{
    const struct cg_theme *theme = frame->theme;
    float em = frame->em, y = loss_y(scale, frame->training->loss), r = 0.32f * em;
    cg_rule_line(frame, x, scale->plot.y - 0.3f * em, x, scale->plot.y + scale->plot.h + 0.3f * em,
                 fmaxf(1.5f, 0.09f * em), theme->text);
    cg_panel(frame, (struct cg_box){x - r, y - r, 2 * r, 2 * r}, r, theme->accent, theme->text,
             fmaxf(1.5f, 0.09f * em))
        ->label = "rewind handle";
}

static void draw_epochs(const struct cg_frame *frame, const struct scale *scale, double last)
{
    float size = 0.66f * frame->em, y = scale->plot.y + scale->plot.h + 1.05f * frame->em;
    const char *text = cg_format(&frame->scene->arena, "epoch %s",
                                 cg_thousands(&frame->scene->arena, (size_t)last));
    float width = cg_text_width(frame->fonts, &frame->scene->arena, CG_FACE_TEXT, size, text);
    cg_scene_text(frame->scene, frame->fonts, CG_FACE_TEXT, scale->plot.x, y, size,
                  frame->theme->dim, "0");
    cg_scene_text(frame->scene, frame->fonts, CG_FACE_TEXT, scale->plot.x + scale->plot.w - width,
                  y, size, frame->theme->dim, text);
}

void training_loss_draw(const struct cg_frame *frame, struct cg_box box)
{
    const struct cg_training *training = frame->training;
    float em = frame->em;
    double per_epoch = (double)training->updates_per_epoch;
    double last = (double)((training->n_losses - 1) * training->losses_every);
    double now = (double)frame->position->update / per_epoch;
    float ticks = 2.4f * em, right = 0.5f * em;
    struct cg_box plot = {box.x + ticks, box.y + 1.75f * em, box.w - ticks - right,
                          box.h - 3.1f * em};
    if (plot.w < 2 * em || plot.h < 1.5f * em)
        return;
    struct scale scale = make_scale(training, plot);
    training_caption(frame, box.x, box.y, box.w,
                     cg_format(&frame->scene->arena, "$%s$%s drag to rewind",
                               training->options->loss->tex,
                               scale.logarithmic ? ", log scale," : ","));
    draw_ticks(frame, &scale);
    draw_curve(frame, &scale, last);
    draw_handle(frame, &scale, epoch_x(&scale, now, last));
    draw_epochs(frame, &scale, last);
    cg_scene_hit(frame->scene,
                 (struct cg_hit){.kind = CG_HIT_LOSS,
                                 .box = {plot.x, plot.y - 0.5f * em, plot.w, plot.h + em},
                                 .a = 0,
                                 .b = (long)frame->position->trained});
}
