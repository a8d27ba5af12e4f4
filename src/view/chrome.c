#include "view/chrome.h"

#include "view/training.h"
#include "view/widgets.h"

#include <math.h>
#include <string.h>

#define BAR_SIZE 0.8f /* of the text in the bar, in em */

float cg_top_bar_height(float em)
{
    return 2.4f * em;
}

/* One part of a switch: a word, or an icon and a word. */
struct segment {
    const char *text;
    enum cg_action action;
    long detail;
    bool selected, has_icon;
    enum cg_icon icon;
};

static float bar_text(const struct cg_frame *frame, const char *text)
{
    return cg_text_width(frame->fonts, &frame->scene->arena, CG_FACE_TEXT, BAR_SIZE * frame->em,
                         text);
}

static float segment_width(const struct cg_frame *frame, const struct segment *segment)
{
    float icon = segment->has_icon ? 0.7f : 0,
          gap = segment->has_icon && *segment->text ? 0.35f : 0;
    return bar_text(frame, segment->text) + (1.3f + icon + gap) * frame->em;
}

static float switch_width(const struct cg_frame *frame, const struct segment *segments,
                          size_t count)
{
    float width = 0;
    for (size_t i = 0; i < count; i++)
        width += segment_width(frame, &segments[i]);
    return width;
}

static void draw_segment(const struct cg_frame *frame, const struct segment *segment,
                         struct cg_box box)
{
    const struct cg_theme *theme = frame->theme;
    float em = frame->em, x = box.x + 0.65f * em, y = box.y + box.h / 2;
    bool pointed = cg_pointed(frame, box);
    if (segment->selected || pointed)
        cg_scene_rect(frame->scene, box, 0.36f * em,
                      cg_mix(theme->panel, theme->dim, segment->selected ? 0.24 : 0.12));
    struct cg_color ink = segment->selected || pointed ? theme->text : theme->dim;
    if (segment->has_icon) {
        cg_icon_draw(frame, segment->icon, x + 0.35f * em, y, 0.6f * em, ink);
        x += (*segment->text ? 1.05f : 0.7f) * em;
    }
    if (*segment->text)
        cg_scene_text(frame->scene, frame->fonts, CG_FACE_TEXT, x,
                      cg_centre_baseline(frame, CG_FACE_TEXT, BAR_SIZE * em, y), BAR_SIZE * em, ink,
                      segment->text);
    cg_button_hit(frame, box, segment->action, segment->detail);
}

static void draw_switch(const struct cg_frame *frame, const struct segment *segments, size_t count,
                        float x, float y)
{
    const struct cg_theme *theme = frame->theme;
    float em = frame->em, height = 1.5f * em;
    struct cg_box box = {x, y - height / 2, switch_width(frame, segments, count), height};
    cg_panel(frame, box, 0.4f * em, theme->panel, theme->line, cg_hairline(frame));
    for (size_t i = 0; i < count; i++) {
        float width = segment_width(frame, &segments[i]);
        draw_segment(frame, &segments[i], (struct cg_box){x, box.y, width, height});
        x += width;
    }
}

/* What stands at the right end, long, short and shortest: the bar takes the longest that fits. */
static const char *place_text(const struct cg_frame *frame, const struct cg_track *track,
                              int brevity)
{
    struct cg_arena *arena = &frame->scene->arena;
    const struct cg_position *at = frame->position;
    size_t beat = at->beat + 1, siblings = cg_walk_siblings(track, at);
    if (brevity > 0)
        return cg_format(arena, "%zu/%zu", beat, track->n_beats);
    if (siblings > 0)
        return cg_format(arena, "step %zu of %zu, part %zu of %zu", beat, track->n_beats,
                         at->fold[at->fold_depth - 1] + 1, siblings);
    return cg_format(arena, "step %zu of %zu", beat, track->n_beats);
}

static const char *training_text(const struct cg_frame *frame, int brevity)
{
    struct cg_arena *arena = &frame->scene->arena;
    const struct cg_training *training = frame->training;
    const char *epoch = cg_thousands(arena, frame->position->update / training->updates_per_epoch);
    if (brevity > 0)
        return cg_format(arena, "epoch %s", epoch);
    return cg_format(arena, "epoch %s    J = %s", epoch, cg_loss_text(arena, training->loss));
}

static size_t rung_segments(const struct cg_frame *frame, int brevity, struct segment *segments)
{
    static const char *const names[2][3] = {{"numbers", "index", "matrix"}, {"1.2", "i j", "M"}};
    const struct cg_position *at = frame->position;
    for (int i = 0; i < 3; i++)
        segments[i] = (struct segment){.text = names[brevity > 1][i],
                                       .action = CG_ACTION_RUNG,
                                       .detail = 1 + i,
                                       .selected = (int)at->rung == i};
    return 3;
}

static size_t depth_segments(const struct cg_frame *frame, struct segment *segments)
{
    for (int i = 0; i < CG_DEPTH_COUNT; i++)
        segments[i] = (struct segment){.text = cg_depth_name((enum cg_depth)i),
                                       .action = CG_ACTION_DEPTH,
                                       .detail = 1 + i,
                                       .selected = (int)frame->position->depth == i};
    return CG_DEPTH_COUNT;
}

static size_t training_segments(const struct cg_frame *frame, int brevity, struct segment *segments)
{
    bool running = frame->position->running;
    segments[0] = (struct segment){.text = brevity > 1 ? ""
                                           : running   ? "freeze"
                                                       : "run",
                                   .action = CG_ACTION_PLAY,
                                   .selected = running,
                                   .has_icon = true,
                                   .icon = running ? CG_ICON_PAUSE : CG_ICON_RUN};
    segments[1] =
        (struct segment){.text = brevity > 1 ? "+1" : "1 update", .action = CG_ACTION_UPDATE};
    segments[2] =
        (struct segment){.text = brevity > 1 ? "+E" : "1 epoch", .action = CG_ACTION_EPOCH};
    segments[3] =
        (struct segment){.text = brevity > 1 ? "0" : "restart", .action = CG_ACTION_RESTART};
    return 4;
}

/* The right end of the bar in one of three lengths. */
struct right_end {
    bool has_play; /* a button by itself; in training it is part of the switch */
    struct segment play;
    const char *text;
    struct segment depths[CG_DEPTH_COUNT]; /* left out of the shorter ones */
    size_t n_depths;
    struct segment segments[4];
    size_t n_segments;
    float width;
};

static struct right_end right_end(const struct cg_frame *frame, const struct cg_track *track,
                                  int brevity, bool depths)
{
    struct right_end end = {0};
    if (frame->training) {
        end.text = training_text(frame, brevity);
        end.n_segments = training_segments(frame, brevity, end.segments);
    } else {
        end.text = place_text(frame, track, brevity);
        end.n_segments = rung_segments(frame, brevity, end.segments);
        end.has_play = brevity < 2;
        if (depths)
            end.n_depths = depth_segments(frame, end.depths);
    }
    bool playing = frame->position->playing;
    end.play = (struct segment){.text = "",
                                .action = CG_ACTION_PLAY,
                                .selected = playing,
                                .has_icon = true,
                                .icon = playing ? CG_ICON_PAUSE : CG_ICON_RUN};
    end.width = (end.has_play ? segment_width(frame, &end.play) + 0.6f * frame->em : 0) +
                switch_width(frame, end.depths, end.n_depths) +
                (end.n_depths ? 0.6f * frame->em : 0) +
                switch_width(frame, end.segments, end.n_segments) + 0.9f * frame->em +
                bar_text(frame, end.text);
    return end;
}

/* The way back, at the left end. Returns where it ends. */
static float draw_back(const struct cg_frame *frame, struct cg_box area, bool brief)
{
    const struct cg_theme *theme = frame->theme;
    bool deriving = frame->position->deriving;
    const char *text = brief ? "‹" : deriving ? "‹ Training" : "‹ Lessons";
    float em = frame->em, size = BAR_SIZE * em, width = bar_text(frame, text);
    struct cg_box box = {area.x, area.y, width + 2 * em, area.h};
    cg_scene_text(frame->scene, frame->fonts, CG_FACE_TEXT, area.x + 1.2f * em,
                  cg_centre_baseline(frame, CG_FACE_TEXT, size, area.y + area.h / 2), size,
                  cg_pointed(frame, box) ? theme->text : theme->dim, text);
    cg_button_hit(frame, box, deriving ? CG_ACTION_BACK : CG_ACTION_LEAVE, 0);
    return area.x + 1.2f * em + width;
}

static const char *title_of(const struct cg_frame *frame, const struct cg_track *track)
{
    const struct cg_position *at = frame->position;
    if (at->deriving)
        return cg_format(&frame->scene->arena, "%s, update %s",
                         track->chapters[track->n_chapters - 1].title,
                         cg_thousands(&frame->scene->arena, at->update));
    return frame->lesson->title ? frame->lesson->title : frame->lesson->file;
}

void cg_top_bar_draw(const struct cg_frame *frame, const struct cg_track *track, struct cg_box area)
{
    const struct cg_theme *theme = frame->theme;
    float em = frame->em, size = BAR_SIZE * em, y = area.y + area.h / 2;
    cg_rule_line(frame, area.x, area.y + area.h, area.x + area.w, area.y + area.h,
                 cg_hairline(frame), theme->line);
    const char *title = title_of(frame, track);
    float title_width =
        cg_text_width(frame->fonts, &frame->scene->arena, CG_FACE_SEMIBOLD, size, title);
    /* Shorten the right end, then the way back, before the title is cut. */
    static const struct {
        int brevity;
        bool depths, brief;
    } shapes[] = {
        {0, true, false}, {1, true, false}, {1, false, false}, {1, false, true}, {2, false, true}};
    struct right_end end;
    bool brief = false;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        brief = shapes[i].brief;
        end = right_end(frame, track, shapes[i].brevity, shapes[i].depths);
        float back = bar_text(frame, brief ? "‹" : "‹ Training");
        if (back + title_width + end.width + 4.5f * em <= area.w)
            break;
    }
    float x = draw_back(frame, area, brief) + 0.9f * em;
    float right = area.x + area.w - 1.2f * em;
    float baseline = cg_centre_baseline(frame, CG_FACE_TEXT, size, y);
    cg_scene_text(frame->scene, frame->fonts, CG_FACE_TEXT, right - bar_text(frame, end.text),
                  baseline, size, theme->dim, end.text);
    frame->scene->items[frame->scene->n_items - 1].label = "place";
    float switch_x = right - end.width;
    float play_width = end.has_play ? segment_width(frame, &end.play) + 0.6f * em : 0;
    if (end.has_play)
        draw_switch(frame, &end.play, 1, switch_x, y);
    if (end.n_depths) {
        draw_switch(frame, end.depths, end.n_depths, switch_x + play_width, y);
        play_width += switch_width(frame, end.depths, end.n_depths) + 0.6f * em;
    }
    draw_switch(frame, end.segments, end.n_segments, switch_x + play_width, y);
    title = cg_fit_text(frame, CG_FACE_SEMIBOLD, size, title, switch_x - x - 0.9f * em);
    if (*title)
        cg_scene_text(frame->scene, frame->fonts, CG_FACE_SEMIBOLD, x, baseline, size, theme->text,
                      title);
}
