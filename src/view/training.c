#include "view/training.h"

#include "view/training_parts.h"
#include <math.h>

/* Where the parts go: in a wide window three columns, in a narrow one rows. Empty boxes are not
 * drawn. */
struct places {
    struct cg_box params, surface, loss, update, rows;
};

static struct places wide(const struct cg_frame *frame, struct cg_box area, bool surface, bool rows)
{
    float em = frame->em, gap = 2 * em, h = area.h, left, tall;
    struct cg_box widest = {area.x, area.y, (surface ? 0.34f : 0.45f) * area.w, h};
    training_params_size(frame, widest, &left, &tall);
    float rest = area.w - left - gap, x = area.x + left + gap;
    float right = surface ? fmaxf(15 * em, 0.43f * (rest - gap)) : rest;
    struct places at = {.params = widest};
    float loss = fminf(0.52f * h, h - 9 * em);
    at.loss = (struct cg_box){area.x + area.w - right, area.y, right, loss};
    float below = area.y + loss + 0.9f * em;
    at.update = (struct cg_box){at.loss.x, below, right, area.y + h - below};
    if (surface) {
        float middle = rest - right - gap;
        float split = rows ? fminf(middle + 1.6f * em, 0.56f * h) : h;
        at.surface = (struct cg_box){x, area.y, middle, split};
        float top = area.y + split + 0.7f * em;
        at.rows = (struct cg_box){x, top, middle, area.y + h - top};
    } else if (rows) {
        at.update.w = fminf(0.42f * right, 17 * em);
        float from = at.update.x + at.update.w + gap;
        at.rows = (struct cg_box){from, below, area.x + area.w - from, at.update.h};
    }
    return at;
}

static struct places narrow(const struct cg_frame *frame, struct cg_box area, bool surface,
                            bool rows)
{
    float em = frame->em, gap = 1.2f * em, w = area.w, half = (w - gap) / 2, used, tall;
    float below = 8.4f * em;
    training_params_size(frame, (struct cg_box){area.x, area.y, w, 0.45f * area.h}, &used, &tall);
    float top = area.h - tall - below - 2 * gap;
    if (top > 0.45f * area.h) { /* what is left goes to the last row */
        below += top - 0.45f * area.h;
        top = 0.45f * area.h;
    }
    struct places at = {0};
    at.loss = (struct cg_box){area.x, area.y, surface ? half : w, top};
    at.surface = (struct cg_box){area.x + half + gap, area.y, half, top};
    float y = area.y + top + gap;
    at.params = (struct cg_box){area.x, y, w, tall + 1};
    y += tall + gap;
    at.update = (struct cg_box){area.x, y, rows ? 0.4f * w : w, below};
    at.rows = (struct cg_box){area.x + 0.4f * w + gap, y, 0.6f * w - gap, below};
    return at;
}

void cg_training_draw(const struct cg_frame *frame, struct cg_box area)
{
    float em = frame->em;
    struct cg_box inner = {area.x + 2 * em, area.y + 0.9f * em, area.w - 4 * em,
                           area.h - 1.2f * em};
    bool surface = training_has_surface(frame), rows = training_has_rows(frame);
    struct places at = inner.w > 1.25f * inner.h ? wide(frame, inner, surface, rows)
                                                 : narrow(frame, inner, surface, rows);
    training_params_draw(frame, at.params);
    if (surface)
        training_surface_draw(frame, at.surface);
    training_loss_draw(frame, at.loss);
    training_update_draw(frame, at.update);
    if (rows)
        training_rows_draw(frame, at.rows);
}
