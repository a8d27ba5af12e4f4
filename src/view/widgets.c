#include "view/widgets.h"

#include <math.h>
#include <string.h>

float cg_canvas_em(float width, float height)
{
    float em = sqrtf(fmaxf(width, 1) * fmaxf(height, 1)) / 48;
    em = fminf(em, fminf(width / 42, height / 33));
    return fmaxf(em, 6);
}

const char *cg_fit_text(const struct cg_frame *frame, enum cg_face face, float size,
                        const char *text, float width)
{
    struct cg_arena *arena = &frame->scene->arena;
    if (cg_text_width(frame->fonts, arena, face, size, text) <= width)
        return text;
    /* Bisection over the end, which is kept between two code points. */
    size_t low = 0, high = strlen(text);
    const char *best = "";
    while (low < high) {
        size_t middle = (low + high + 1) / 2, end = middle;
        while (end > 0 && ((unsigned char)text[end] & 0xC0) == 0x80)
            end--;
        size_t trimmed = end;
        while (trimmed > 0 && text[trimmed - 1] == ' ')
            trimmed--;
        const char *candidate = cg_format(arena, "%.*s…", (int)trimmed, text);
        if (trimmed > 0 && cg_text_width(frame->fonts, arena, face, size, candidate) <= width) {
            best = candidate;
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return best;
}

const char *cg_thousands(struct cg_arena *arena, size_t n)
{
    if (n < 1000)
        return cg_format(arena, "%zu", n);
    return cg_format(arena, "%s,%03zu", cg_thousands(arena, n / 1000), n % 1000);
}

float cg_centre_baseline(const struct cg_frame *frame, enum cg_face face, float size, float y)
{
    return y + cg_face_cap_height(frame->fonts, face) * size / 2;
}

struct cg_item *cg_panel(const struct cg_frame *frame, struct cg_box box, float radius,
                         struct cg_color fill, struct cg_color stroke, float stroke_width)
{
    struct cg_item *item = cg_scene_add(frame->scene, CG_ITEM_RECT);
    item->u.rect.box = box;
    item->u.rect.radius = radius;
    item->u.rect.fill = fill;
    item->u.rect.stroke = stroke;
    item->u.rect.stroke_width = stroke_width;
    return item;
}

void cg_rule_line(const struct cg_frame *frame, float x0, float y0, float x1, float y1, float width,
                  struct cg_color color)
{
    float ends[4] = {x0, y0, x1, y1};
    struct cg_item *item = cg_scene_add(frame->scene, CG_ITEM_LINE);
    item->u.line.points = cg_copy(&frame->scene->arena, ends, sizeof ends);
    item->u.line.count = 2;
    item->u.line.width = width;
    item->u.line.color = color;
}

float cg_hairline(const struct cg_frame *frame)
{
    return fmaxf(1, roundf(frame->em / 20));
}

float cg_key_cap_width(const struct cg_frame *frame, float size, const char *cap)
{
    float text = cg_text_width(frame->fonts, &frame->scene->arena, CG_FACE_TEXT, 0.92f * size, cap);
    return fmaxf(text + 0.7f * size, 1.4f * size);
}

float cg_key_cap_draw(const struct cg_frame *frame, float x, float y, float size, const char *cap)
{
    const struct cg_theme *theme = frame->theme;
    float width = cg_key_cap_width(frame, size, cap), height = 1.42f * size;
    cg_panel(frame, (struct cg_box){x, y - height / 2, width, height}, 0.22f * size, theme->panel,
             theme->line, cg_hairline(frame));
    float text = cg_text_width(frame->fonts, &frame->scene->arena, CG_FACE_TEXT, 0.92f * size, cap);
    cg_scene_text(frame->scene, frame->fonts, CG_FACE_TEXT, x + (width - text) / 2,
                  cg_centre_baseline(frame, CG_FACE_TEXT, 0.92f * size, y), 0.92f * size,
                  theme->dim, cap);
    return width;
}

void cg_button_hit(const struct cg_frame *frame, struct cg_box box, enum cg_action action,
                   long detail)
{
    cg_scene_hit(frame->scene,
                 (struct cg_hit){.kind = CG_HIT_BUTTON, .box = box, .a = action, .b = detail});
}

bool cg_pointed(const struct cg_frame *frame, struct cg_box box)
{
    const struct cg_position *at = frame->position;
    return at && at->has_pointer && at->pointer_x >= box.x && at->pointer_x < box.x + box.w &&
           at->pointer_y >= box.y && at->pointer_y < box.y + box.h;
}

static void polyline(const struct cg_frame *frame, const float *points, size_t count, float width,
                     struct cg_color color)
{
    struct cg_item *item = cg_scene_add(frame->scene, CG_ITEM_LINE);
    item->u.line.points = cg_copy(&frame->scene->arena, points, 2 * count * sizeof *points);
    item->u.line.count = count;
    item->u.line.width = width;
    item->u.line.color = color;
}

void cg_icon_draw(const struct cg_frame *frame, enum cg_icon icon, float x, float y, float size,
                  struct cg_color color)
{
    float r = size / 2;
    switch (icon) {
    case CG_ICON_RUN: { /* a triangle as the area between two lines that turn inwards */
        float w = 0.16f * size;
        for (int i = 0; i < 3; i++) {
            float k = (r - w / 2) * (1 - 0.36f * (float)i), left = x - 0.8f * k;
            float points[] = {left, y - k, x + 0.95f * k, y, left, y + k, left, y - k};
            polyline(frame, points, 4, w * 1.2f, color);
        }
        return;
    }
    case CG_ICON_PAUSE:
        cg_scene_rect(frame->scene,
                      (struct cg_box){x - 0.66f * r, y - 0.85f * r, 0.45f * r, 1.7f * r}, 0, color);
        cg_scene_rect(frame->scene,
                      (struct cg_box){x + 0.21f * r, y - 0.85f * r, 0.45f * r, 1.7f * r}, 0, color);
        return;
    case CG_ICON_CHECK: {
        float points[] = {x - 0.8f * r, y + 0.05f * r, x - 0.25f * r,
                          y + 0.6f * r, x + 0.8f * r,  y - 0.6f * r};
        polyline(frame, points, 3, 0.13f * size, color);
        return;
    }
    case CG_ICON_CROSS: {
        float k = 0.58f * r;
        cg_rule_line(frame, x - k, y - k, x + k, y + k, 0.13f * size, color);
        cg_rule_line(frame, x - k, y + k, x + k, y - k, 0.13f * size, color);
        return;
    }
    }
}
