#include "view/training.h"

#include "view/training_parts.h"
#include "view/widgets.h"

#include <math.h>

/* Where the parts go: in a wide window three columns, in a narrow one rows. Empty boxes are not
 * drawn. */
struct places {
    struct cg_box params, surface, loss, update, rows;
};

static struct places wide(const struct cg_frame *frame, struct cg_box area, bool surface, bool rows)
{
    float gap = 2 * frame->em, w = area.w - 2 * gap, h = area.h;
    struct places at = {0};
    float left = surface ? 0.31f * w : 0.42f * w, right = surface ? 0.31f * w : 0.58f * w - gap;
    float middle = w - left - right;
    float loss = fminf(0.5f * h, h - 9.2f * frame->em);
    at.params = (struct cg_box){area.x, area.y, left, h};
    float x = area.x + area.w - right;
    at.loss = (struct cg_box){x, area.y, right, loss};
    float below = area.y + loss + 0.9f * frame->em;
    at.update = (struct cg_box){x, below, right, area.y + h - below};
    if (surface) {
        float m = area.x + left + gap;
        float split = rows ? fminf(middle + 1.6f * frame->em, 0.62f * h) : h;
        at.surface = (struct cg_box){m, area.y, middle, split};
        float top = area.y + split + 0.8f * frame->em;
        if (rows)
            at.rows = (struct cg_box){m, top, middle, area.y + h - top};
    } else if (rows) {
        at.update.w = 0.45f * right;
        at.rows = (struct cg_box){x + 0.5f * right, below, 0.5f * right, at.update.h};
    }
    return at;
}

static struct places narrow(const struct cg_frame *frame, struct cg_box area, bool surface,
                            bool rows)
{
    float gap = 1.2f * frame->em, w = area.w, h = area.h;
    struct places at = {0};
    float top = 0.3f * h, half = (w - gap) / 2;
    at.loss = (struct cg_box){area.x, area.y, surface ? half : w, top};
    if (surface)
        at.surface = (struct cg_box){area.x + half + gap, area.y, half, top};
    float below = fminf(8.2f * frame->em, 0.32f * h);
    float middle = h - top - below - 2 * gap, y = area.y + top + gap;
    at.params = (struct cg_box){area.x, y, w, middle};
    y += middle + gap;
    at.update = (struct cg_box){area.x, y, rows ? 0.42f * w : w, below};
    if (rows)
        at.rows = (struct cg_box){area.x + 0.42f * w + gap, y, 0.58f * w - gap, below};
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
