#include "view/chrome.h"
#include "view/widgets.h"

#include <math.h>
#include <string.h>

#define LABEL_SIZE 0.68f /* of chapter names, in em */

float cg_timeline_height(float em)
{
    return 2.6f * em;
}

size_t cg_track_chapter(const struct cg_track *track, size_t beat)
{
    size_t chapter = 0;
    for (size_t i = 0; i < track->n_chapters; i++)
        if (track->chapters[i].first_beat <= beat)
            chapter = i;
    return chapter;
}

struct axis {
    float left, width, y;
    size_t beats;
};

static struct axis axis_of(const struct cg_track *track, struct cg_box area, float em)
{
    return (struct axis){area.x + 1.3f * em, area.w - 2.6f * em, area.y + 1.55f * em,
                         track->n_beats};
}

static float beat_x(const struct axis *axis, size_t beat)
{
    if (axis->beats < 2)
        return axis->left;
    return axis->left + axis->width * (float)beat / (float)(axis->beats - 1);
}

static float spacing(const struct axis *axis)
{
    return axis->beats < 2 ? axis->width : axis->width / (float)(axis->beats - 1);
}

size_t cg_timeline_beat(const struct cg_track *track, struct cg_box area, float em, float x)
{
    struct axis axis = axis_of(track, area, em);
    float beat = roundf((x - axis.left) / spacing(&axis));
    if (!(beat > 0))
        return 0;
    return beat < (float)track->n_beats ? (size_t)beat : track->n_beats - 1;
}

struct label {
    float x, width;
    const char *text; /* NULL: not shown */
};

/* The label's place by itself: centred on nothing, it begins at its dot and stays on the canvas. */
static struct label label_of(const struct cg_frame *frame, const struct axis *axis,
                             const struct cg_chapter *chapter)
{
    float size = LABEL_SIZE * frame->em;
    float x = beat_x(axis, chapter->first_beat) - 0.3f * frame->em;
    const char *text = cg_fit_text(frame, CG_FACE_TEXT, size, chapter->title, axis->width);
    float width = cg_text_width(frame->fonts, &frame->scene->arena, CG_FACE_TEXT, size, text);
    float right = axis->left + axis->width + 0.3f * frame->em;
    if (x + width > right)
        x = right - width;
    return (struct label){fmaxf(x, axis->left - 0.3f * frame->em), width, text};
}

/* Cuts a label to `room`; drops it where too little of it would be left to be understood. */
static void cut_label(const struct cg_frame *frame, struct label *label, float room)
{
    if (label->width <= room)
        return;
    float size = LABEL_SIZE * frame->em;
    if (room < 0.6f * label->width) {
        label->text = NULL;
        return;
    }
    label->text = cg_fit_text(frame, CG_FACE_TEXT, size, label->text, room);
    label->width =
        cg_text_width(frame->fonts, &frame->scene->arena, CG_FACE_TEXT, size, label->text);
}

/* Where a label must end at the latest: before the next one that leaves it enough room (those that
 * stand too near give way to it), and in any case before the current chapter's. */
static float label_end(const struct cg_frame *frame, const struct label *labels, size_t count,
                       size_t current, size_t i)
{
    float enough = fminf(labels[i].width, 6 * frame->em), end = INFINITY;
    for (size_t next = i + 1; next < count && end == INFINITY; next++)
        if (next == current || labels[next].x - 0.9f * frame->em - labels[i].x >= enough)
            end = labels[next].x;
    return i < current ? fminf(end, labels[current].x) : end;
}

static void place_labels(const struct cg_frame *frame, const struct axis *axis,
                         const struct cg_track *track, size_t current, struct label *labels)
{
    float gap = 0.9f * frame->em, taken = -INFINITY;
    for (size_t i = 0; i < track->n_chapters; i++)
        labels[i] = label_of(frame, axis, &track->chapters[i]);
    for (size_t i = 0; i < track->n_chapters; i++) {
        if (i != current) {
            float end = label_end(frame, labels, track->n_chapters, current, i);
            if (labels[i].x < taken + gap)
                labels[i].text = NULL;
            else
                cut_label(frame, &labels[i], end - gap - labels[i].x);
        }
        if (labels[i].text)
            taken = labels[i].x + labels[i].width;
    }
}

static void draw_labels(const struct cg_frame *frame, const struct axis *axis,
                        const struct cg_track *track, size_t current, float top)
{
    struct label *labels =
        cg_alloc_array(&frame->scene->arena, track->n_chapters + 1, sizeof *labels);
    place_labels(frame, axis, track, current, labels);
    float size = LABEL_SIZE * frame->em;
    for (size_t i = 0; i < track->n_chapters; i++) {
        if (!labels[i].text)
            continue;
        cg_scene_text(frame->scene, frame->fonts, CG_FACE_TEXT, labels[i].x, top + 0.78f * size,
                      size, i == current ? frame->theme->text : frame->theme->dim, labels[i].text);
        frame->scene->items[frame->scene->n_items - 1].label = "chapter";
        cg_scene_hit(frame->scene, (struct cg_hit){.kind = CG_HIT_BEAT,
                                                   .box = {labels[i].x, top - 0.2f * size,
                                                           labels[i].width, 1.4f * size},
                                                   .a = (long)track->chapters[i].first_beat});
    }
}

static void dot(const struct cg_frame *frame, float x, float y, float r, struct cg_color color)
{
    cg_scene_rect(frame->scene, (struct cg_box){x - r, y - r, 2 * r, 2 * r}, r, color);
}

/* The sub-steps of the open line, hanging below its dot. */
static void draw_fold(const struct cg_frame *frame, const struct axis *axis,
                      const struct cg_track *track)
{
    const struct cg_position *at = frame->position;
    size_t count = cg_walk_siblings(track, at);
    if (count == 0)
        return;
    float step = fminf(0.62f * frame->em, axis->width / (float)count), r = 0.13f * frame->em;
    float span = step * (float)(count - 1);
    float left = beat_x(axis, at->beat) - span / 2;
    left = fminf(fmaxf(left, axis->left), axis->left + axis->width - span);
    float y = axis->y + 0.68f * frame->em;
    for (size_t i = 0; i < count; i++) {
        bool here = i == at->fold[at->fold_depth - 1];
        float x = left + step * (float)i;
        dot(frame, x, y, here ? 1.4f * r : r, here ? frame->theme->accent : frame->theme->faint);
        cg_scene_hit(frame->scene, (struct cg_hit){.kind = CG_HIT_BEAT,
                                                   .box = {x - step / 2, y - 0.35f * frame->em,
                                                           step, 0.9f * frame->em},
                                                   .a = (long)at->beat,
                                                   .b = (long)i + 1});
    }
}

static bool starts_chapter(const struct cg_track *track, size_t beat)
{
    for (size_t i = 0; i < track->n_chapters; i++)
        if (track->chapters[i].first_beat == beat)
            return true;
    return false;
}

static void draw_dots(const struct cg_frame *frame, const struct axis *axis,
                      const struct cg_track *track)
{
    const struct cg_theme *theme = frame->theme;
    size_t current = frame->position->beat;
    float em = frame->em, gap = spacing(axis);
    float r = fminf(0.3f * em, 0.32f * gap);
    bool crowded = r < 0.1f * em; /* then only chapters have dots */
    struct cg_color done = theme->dim, ahead = cg_mix(theme->background, theme->dim, 0.42);
    for (size_t i = 0; i < track->n_beats; i++) {
        if (i == current || (crowded && !starts_chapter(track, i)))
            continue;
        float x = beat_x(axis, i);
        struct cg_box box = {x - fminf(gap, 2 * em) / 2, axis->y - em, fminf(gap, 2 * em), 2 * em};
        bool pointed = cg_pointed(frame, box);
        dot(frame, x, axis->y, fmaxf(r, 0.1f * em) * (pointed ? 1.25f : 1),
            i < current ? done : ahead);
    }
    float x = beat_x(axis, current);
    dot(frame, x, axis->y, 0.48f * em, cg_mix(theme->background, theme->text, 0.25));
    dot(frame, x, axis->y, 0.31f * em, theme->text);
}

void cg_timeline_draw(const struct cg_frame *frame, const struct cg_track *track,
                      struct cg_box area)
{
    const struct cg_theme *theme = frame->theme;
    struct axis axis = axis_of(track, area, frame->em);
    float here = beat_x(&axis, frame->position->beat), width = fmaxf(1, 0.13f * frame->em);
    struct cg_color ahead = cg_mix(theme->background, theme->dim, 0.3);
    cg_rule_line(frame, here, axis.y, axis.left + axis.width, axis.y, width, ahead);
    cg_rule_line(frame, axis.left, axis.y, here, axis.y, width, theme->dim);
    frame->scene->items[frame->scene->n_items - 1].label = "timeline";
    draw_dots(frame, &axis, track);
    /* One region a beat, side by side, so that a click always finds the nearest. */
    float gap = spacing(&axis);
    for (size_t i = 0; i < track->n_beats; i++)
        cg_scene_hit(frame->scene,
                     (struct cg_hit){.kind = CG_HIT_BEAT,
                                     .box = {beat_x(&axis, i) - gap / 2, axis.y - 0.6f * frame->em,
                                             gap, 1.6f * frame->em},
                                     .a = (long)i});
    draw_fold(frame, &axis, track); /* above them: its dots are clicked too */
    if (track->n_chapters > 0)
        draw_labels(frame, &axis, track, cg_track_chapter(track, frame->position->beat),
                    area.y + 0.12f * frame->em);
}
