#include "view/hints.h"

#include "view/check_note.h"
#include "view/keys.h"
#include "view/training.h"
#include "view/widgets.h"

#include <math.h>

struct hint {
    enum cg_action action;
    const char *text;
};

enum { MOST_HINTS = 12 };

#define SIZE 0.68f
#define GAP  1.0f

static bool mentions_kronecker(const struct cg_expr *expr, int depth)
{
    if (!expr || depth > 100)
        return false;
    bool found = expr->op == CG_KRON;
    for (size_t i = 0; i < expr->n_args && !found; i++)
        found = mentions_kronecker(expr->args[i], depth + 1);
    return found;
}

static size_t training_hints(const struct cg_frame *frame, struct hint *hints)
{
    size_t n = 0;
    hints[n++] = (struct hint){CG_ACTION_PLAY, frame->position->running ? "freeze" : "run"};
    if (!frame->position->running) {
        hints[n++] = (struct hint){CG_ACTION_UPDATE_BACK, "one update back"};
        hints[n++] = (struct hint){CG_ACTION_UPDATE, "forward"};
        hints[n++] = (struct hint){CG_ACTION_RESTART, "same start again"};
    }
    return n;
}

static size_t line_hints(const struct cg_frame *frame, const struct cg_track *track,
                         struct hint *hints)
{
    const struct cg_position *at = frame->position;
    size_t n = 0;
    bool asked = frame->beat->question && at->choice < 0;
    if (at->beat + 1 < track->n_beats)
        hints[n++] = (struct hint){CG_ACTION_NEXT, asked ? "predict, then go on" : "next"};
    if (at->fold_depth > 0)
        hints[n++] = (struct hint){CG_ACTION_FOLD, "fold this line"};
    if (cg_walk_children(track, at) > 0)
        hints[n++] = (struct hint){CG_ACTION_OPEN, "open this line"};
    if (frame->step && mentions_kronecker(frame->step->rhs, 0))
        hints[n++] =
            (struct hint){CG_ACTION_IVERSON, at->iverson ? "show as δ" : "show δ as [i = k]"};
    if (frame->step)
        hints[n++] = (struct hint){CG_ACTION_RUNG, "numbers, indices, matrices"};
    if (frame->step && frame->step->rule == CG_RULE_ALL_ENTRIES)
        hints[n++] = (struct hint){CG_ACTION_GRADIENT_CHECK, "gradient check"};
    if (at->deriving)
        hints[n++] = (struct hint){CG_ACTION_BACK, "back to training"};
    return n;
}

static size_t hints_here(const struct cg_frame *frame, const struct cg_track *track,
                         struct hint *hints)
{
    size_t n = frame->training ? training_hints(frame, hints) : line_hints(frame, track, hints);
    hints[n++] = (struct hint){CG_ACTION_HELP, "all keys"};
    return n;
}

static float hint_width(const struct cg_frame *frame, const struct hint *hint)
{
    float size = SIZE * frame->em;
    struct cg_arena *arena = &frame->scene->arena;
    return cg_key_cap_width(frame, size, cg_key_cap(arena, hint->action)) + 0.4f * size +
           cg_text_width(frame->fonts, arena, CG_FACE_TEXT, size, hint->text);
}

float cg_hints_height(const struct cg_frame *frame)
{
    return 1.5f * SIZE * frame->em;
}

float cg_hints_width(const struct cg_frame *frame, const struct cg_track *track)
{
    struct hint hints[MOST_HINTS];
    size_t count = hints_here(frame, track, hints);
    float width = 0;
    for (size_t i = 0; i < count; i++)
        width += hint_width(frame, &hints[i]) + (i > 0 ? GAP * frame->em : 0);
    return width;
}

static float draw_hint(const struct cg_frame *frame, const struct hint *hint, float x, float y)
{
    float size = SIZE * frame->em, width = hint_width(frame, hint);
    struct cg_box box = {x - 0.2f * size, y - 0.9f * size, width + 0.4f * size, 1.8f * size};
    const char *cap = cg_key_cap(&frame->scene->arena, hint->action);
    float at = x + cg_key_cap_draw(frame, x, y, size, cap) + 0.4f * size;
    cg_scene_text(frame->scene, frame->fonts, CG_FACE_TEXT, at,
                  cg_centre_baseline(frame, CG_FACE_TEXT, size, y), size,
                  cg_pointed(frame, box) ? frame->theme->text : frame->theme->dim, hint->text);
    frame->scene->items[frame->scene->n_items - 1].label = "hint";
    cg_button_hit(frame, box, hint->action, 0);
    return width;
}

/* How the line was checked, at the right end, as large as the row has room for it beside two hints
 * or so; returns the width it takes. */
static float draw_note(const struct cg_frame *frame, float right, float y, float width)
{
    const char *note = cg_check_note(frame);
    if (!note)
        return 0;
    float size = SIZE * frame->em;
    float full = cg_text_width(frame->fonts, &frame->scene->arena, CG_FACE_TEXT, size, note);
    float scale = fminf(1, 0.7f * width / full), least = 0.75f;
    if (scale < least)
        return 0;
    cg_scene_text(frame->scene, frame->fonts, CG_FACE_TEXT, right - scale * full,
                  cg_centre_baseline(frame, CG_FACE_TEXT, scale * size, y), scale * size,
                  frame->theme->dim, note);
    frame->scene->items[frame->scene->n_items - 1].label = "check";
    return scale * full + GAP * frame->em;
}

void cg_hints_draw(const struct cg_frame *frame, const struct cg_track *track, float x, float y,
                   float width)
{
    width -= draw_note(frame, x + width, y, width);
    struct hint hints[MOST_HINTS];
    size_t count = hints_here(frame, track, hints);
    float gap = GAP * frame->em, left = width, last = hint_width(frame, &hints[count - 1]);
    for (size_t i = 0; i < count; i++) {
        float w = hint_width(frame, &hints[i]);
        if (i + 1 < count && w + gap + last > left)
            continue;
        if (w > left)
            return;
        draw_hint(frame, &hints[i], x, y);
        x += w + gap;
        left -= w + gap;
    }
}
