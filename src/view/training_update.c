#include "view/keys.h"
#include "view/training_parts.h"
#include "view/widgets.h"

#include <math.h>

/* The pinned weight in this update. */
struct update {
    const struct cg_value *param;
    double old, slope, next;
    bool has_next;
    double rate; /* of this update, by the schedule */
    bool plain;  /* next = old - rate * slope: gradient descent over all rows */
};

static struct update pinned_update(const struct cg_frame *frame)
{
    const struct cg_training *training = frame->training;
    const struct cg_position *at = frame->position;
    struct update update = {.param = training->options->params[at->pin_param]};
    const struct cg_matrix *param = cg_env_get(frame->env, update.param);
    size_t cell = at->pin_row * param->cols + at->pin_col;
    update.old = param->data[cell];
    update.rate = cg_train_rate(training->options, at->update, training->updates_per_epoch);
    update.slope = cg_trainer_gradient(training->trainer, at->pin_param)->data[cell];
    update.has_next = training->next != NULL;
    update.plain = training->options->optimizer == CG_SGD && training->updates_per_epoch == 1;
    if (update.has_next)
        update.next = training->next[at->pin_param].data[cell];
    else if (update.plain && !training->problem) {
        update.next = update.old - update.rate * update.slope;
        update.has_next = true;
    }
    return update;
}

/* Decimals at which the step shows with three digits, the same for all numbers of the sum. */
static int decimals_of(double step)
{
    if (step == 0 || !isfinite(step))
        return 4;
    int decimals = 2 - (int)floor(log10(fabs(step)));
    return decimals < 3 ? 3 : decimals > 8 ? 8 : decimals;
}

static const char *number_text(const struct cg_frame *frame, double number, int decimals)
{
    char text[32];
    cg_number_text(text, (struct cg_number_format){decimals, 0}, number);
    return cg_strdup(&frame->scene->arena, text);
}

/* One line of the sum: what it is on the left, the number at the right end of the column. */
static void draw_line(const struct cg_frame *frame, struct cg_box box, float y, const char *tex,
                      const char *words, const char *number, enum cg_face face, struct cg_color ink)
{
    float size = 0.9f * frame->em, x = box.x;
    if (*words)
        x += cg_scene_text(frame->scene, frame->fonts, CG_FACE_TEXT, x, y, size, frame->theme->text,
                           words) +
             0.3f * size;
    if (tex)
        training_tex(frame, x, y, size, tex);
    float width = cg_text_width(frame->fonts, &frame->scene->arena, face, size, number);
    cg_scene_text(frame->scene, frame->fonts, face, box.x + box.w - width, y, size, ink, number);
}

static const char *optimizer_name(enum cg_optimizer optimizer)
{
    switch (optimizer) {
    case CG_SGD:
        return "gradient descent";
    case CG_MOMENTUM:
        return "momentum";
    case CG_ADAM:
        return "Adam";
    }
    return "";
}

/* How the step is made, in words where it is not rate times slope; in one where there is no room
 * for them beside the number. */
static const char *step_words(const struct cg_frame *frame, float width, const char *number)
{
    const struct cg_train_options *options = frame->training->options;
    struct cg_arena *arena = &frame->scene->arena;
    float size = 0.9f * frame->em;
    const char *words = cg_format(arena, "step of %s%s", optimizer_name(options->optimizer),
                                  frame->training->updates_per_epoch > 1 ? ", this batch" : "");
    float needed = cg_text_width(frame->fonts, arena, CG_FACE_TEXT, size, words) + size +
                   cg_text_width(frame->fonts, arena, CG_FACE_TEXT, size, number);
    return needed <= width ? words : "step";
}

static float draw_sum(const struct cg_frame *frame, const struct update *update, struct cg_box box)
{
    const struct cg_theme *theme = frame->theme;
    struct cg_arena *arena = &frame->scene->arena;
    double step = update->has_next ? update->next - update->old : -update->rate * update->slope;
    int decimals = decimals_of(step);
    float line = 1.5f * frame->em, y = box.y + 0.95f * frame->em;
    draw_line(frame, box, y, NULL, "old weight", number_text(frame, update->old, decimals),
              CG_FACE_TEXT, theme->text);
    y += line;
    if (update->plain) {
        const char *tex =
            cg_format(arena, "-\\,\\eta\\;%s", training_gradient_tex(frame, update->param, 0));
        const char *sum = cg_format(arena, "− %.6g · (%s)", update->rate,
                                    number_text(frame, update->slope, decimals));
        draw_line(frame, box, y, tex, "", sum, CG_FACE_TEXT, theme->gradient);
    } else if (update->has_next) {
        const char *number = number_text(frame, step, decimals);
        draw_line(frame, box, y, NULL, step_words(frame, box.w, number), number, CG_FACE_TEXT,
                  theme->gradient);
    }
    if (!update->has_next)
        return y;
    y += 0.45f * frame->em;
    cg_rule_line(frame, box.x, y, box.x + box.w, y, cg_hairline(frame), theme->dim);
    y += 1.1f * frame->em;
    draw_line(frame, box, y, NULL, "new weight", number_text(frame, update->next, decimals),
              CG_FACE_SEMIBOLD, theme->text);
    return y + 0.5f * frame->em;
}

static void draw_derive_button(const struct cg_frame *frame, float x, float y, float width)
{
    const struct cg_theme *theme = frame->theme;
    float em = frame->em, size = 0.74f * em, cap = cg_key_cap_width(frame, 0.68f * em, "D");
    const char *text = cg_fit_text(frame, CG_FACE_TEXT, size, "how did this number come about?",
                                   width - cap - 1.8f * em);
    float words = cg_text_width(frame->fonts, &frame->scene->arena, CG_FACE_TEXT, size, text);
    struct cg_box box = {x, y, cap + words + 1.8f * em, 1.55f * em};
    bool pointed = cg_pointed(frame, box);
    cg_panel(frame, box, box.h / 2, pointed ? cg_mix(theme->panel, theme->dim, 0.14) : theme->panel,
             pointed ? theme->dim : theme->line, cg_hairline(frame))
        ->label = "derive";
    cg_key_cap_draw(frame, x + 0.6f * em, y + box.h / 2, 0.68f * em, "D");
    cg_scene_text(frame->scene, frame->fonts, CG_FACE_TEXT, x + cap + 1.1f * em,
                  cg_centre_baseline(frame, CG_FACE_TEXT, size, y + box.h / 2), size, theme->text,
                  text);
    cg_button_hit(frame, box, CG_ACTION_DERIVE, 0);
}

/* What the numbers below do not say of how the step is made, or that this was the last; "" where
 * there is nothing to say. */
static const char *settings(const struct cg_frame *frame, const struct update *update)
{
    static const char *const schedules[] = {"", ", falling in steps", ", falling along a cosine"};
    const struct cg_train_options *options = frame->training->options;
    if (frame->training->end == CG_END_STOP)
        return cg_format(&frame->scene->arena, "training has ended: $%s$ is below %g",
                         options->loss->tex, options->stop);
    if (frame->training->end == CG_END_PATIENCE)
        return cg_format(&frame->scene->arena,
                         "training has ended: no new least $%s$ in %zu epochs", options->loss->tex,
                         options->patience);
    if (options->schedule.kind == CG_CONSTANT && update->plain)
        return "";
    return cg_format(&frame->scene->arena, "$\\eta = %.4g$%s", update->rate,
                     schedules[options->schedule.kind]);
}

void training_update_draw(const struct cg_frame *frame, struct cg_box box)
{
    struct update update = pinned_update(frame);
    const char *text =
        cg_format(&frame->scene->arena, "%s, cell (%zu, %zu) of $%s$",
                  frame->position->running ? "each update" : "the next update",
                  frame->position->pin_row + 1, frame->position->pin_col + 1, update.param->tex);
    float caption = training_caption(frame, box.x, box.y, box.w, text) + 0.2f * frame->em;
    const char *more = settings(frame, &update);
    if (*more && !frame->training->problem)
        caption += training_caption(frame, box.x, box.y + caption, box.w, more);
    if (frame->training->problem) {
        training_caption(frame, box.x, box.y + caption, box.w, frame->training->problem);
        return;
    }
    struct cg_box sum = {box.x, box.y + caption, fminf(box.w, 19 * frame->em), box.h - caption};
    float y = draw_sum(frame, &update, sum) + 0.4f * frame->em;
    if (y + 1.55f * frame->em <= box.y + box.h && !frame->position->running)
        draw_derive_button(frame, box.x, y, box.w);
}
