/* The scene as text. Positions are rounded to a tenth of a pixel, so that the dump does not depend
 * on the last bits of a float; nothing in it depends on addresses. */
#include "view/scene.h"

#include <chalkgrad/model.h>

#include <math.h>

static void put_length(struct cg_strbuf *out, float length)
{
    double tenths = round((double)length * 10);
    if (tenths == 0)
        tenths = 0; /* no "-0" */
    cg_putf(out, " %.1f", tenths / 10);
}

static void put_box(struct cg_strbuf *out, struct cg_box box)
{
    put_length(out, box.x);
    put_length(out, box.y);
    put_length(out, box.w);
    put_length(out, box.h);
}

static void put_color(struct cg_strbuf *out, struct cg_color c)
{
    cg_putf(out, " #%02x%02x%02x", c.r, c.g, c.b);
    if (c.a != 255)
        cg_putf(out, "%02x", c.a);
}

/* In quotes, with newlines and quotes escaped: one item stays one line. */
static void put_quoted(struct cg_strbuf *out, const char *text)
{
    cg_put(out, " \"");
    for (; *text; text++) {
        if (*text == '\n')
            cg_put(out, "\\n");
        else if (*text == '"')
            cg_put(out, "\\\"");
        else
            cg_putc(out, *text);
    }
    cg_putc(out, '"');
}

static void put_rect(struct cg_strbuf *out, const struct cg_item *item)
{
    cg_put(out, "rect");
    put_box(out, item->u.rect.box);
    if (item->u.rect.radius > 0) {
        cg_put(out, " radius");
        put_length(out, item->u.rect.radius);
    }
    if (item->u.rect.fill.a) {
        cg_put(out, " fill");
        put_color(out, item->u.rect.fill);
    }
    if (item->u.rect.stroke_width > 0) {
        cg_put(out, item->u.rect.dashed ? " dashed" : " stroke");
        put_length(out, item->u.rect.stroke_width);
        put_color(out, item->u.rect.stroke);
    }
}

static void put_glyphs(struct cg_strbuf *out, const struct cg_item *item)
{
    static const char *const faces[CG_FACE_COUNT] = {
        [CG_FACE_TEXT] = "text",
        [CG_FACE_ITALIC] = "italic",
        [CG_FACE_SEMIBOLD] = "semibold",
        [CG_FACE_MATH] = "math",
    };
    cg_putf(out, "%s", faces[item->u.glyphs.face]);
    put_length(out, item->u.glyphs.x);
    put_length(out, item->u.glyphs.y);
    cg_put(out, " size");
    put_length(out, item->u.glyphs.size);
    put_color(out, item->u.glyphs.color);
    if (item->u.glyphs.text) {
        put_quoted(out, item->u.glyphs.text);
        return;
    }
    cg_put(out, item->u.glyphs.merge ? " merged glyphs" : " glyphs");
    for (size_t i = 0; i < item->u.glyphs.count; i++)
        cg_putf(out, " %u", (unsigned)item->u.glyphs.glyphs[i].id);
}

static void put_line(struct cg_strbuf *out, const struct cg_item *item)
{
    cg_put(out, item->u.line.dashed ? "dashed line" : "line");
    put_length(out, item->u.line.width);
    put_color(out, item->u.line.color);
    for (size_t i = 0; i < item->u.line.count; i++) {
        put_length(out, item->u.line.points[2 * i]);
        put_length(out, item->u.line.points[2 * i + 1]);
    }
}

static void put_texels(struct cg_strbuf *out, const struct cg_item *item)
{
    cg_put(out, item->u.texels.smooth ? "smooth texels" : "texels");
    put_box(out, item->u.texels.box);
    cg_putf(out, " %zu x %zu:", item->u.texels.rows, item->u.texels.cols);
    uint32_t hash = 2166136261u; /* FNV-1a: the texels themselves would be too much to read */
    size_t count = item->u.texels.rows * item->u.texels.cols;
    for (size_t i = 0; i < count; i++) {
        struct cg_color c = item->u.texels.texels[i];
        const uint8_t bytes[] = {c.r, c.g, c.b, c.a};
        for (int k = 0; k < 4; k++)
            hash = (hash ^ bytes[k]) * 16777619u;
    }
    cg_putf(out, " %08x", (unsigned)hash);
}

static void put_item(struct cg_strbuf *out, const struct cg_item *item)
{
    switch (item->kind) {
    case CG_ITEM_RECT:
        put_rect(out, item);
        break;
    case CG_ITEM_GLYPHS:
        put_glyphs(out, item);
        break;
    case CG_ITEM_LINE:
        put_line(out, item);
        break;
    case CG_ITEM_TEXELS:
        put_texels(out, item);
        break;
    case CG_ITEM_CLIP:
        if (item->u.clip.w <= 0 || item->u.clip.h <= 0) {
            cg_put(out, "clip end");
        } else {
            cg_put(out, "clip");
            put_box(out, item->u.clip);
        }
        break;
    }
    if (item->label) {
        cg_put(out, " ;");
        put_quoted(out, item->label);
    }
    cg_putc(out, '\n');
}

static void put_hit(struct cg_strbuf *out, const struct cg_hit *hit)
{
    static const char *const kinds[] = {
        [CG_HIT_NONE] = "none",     [CG_HIT_CELL] = "cell",     [CG_HIT_TERM] = "term",
        [CG_HIT_INDEX] = "index",   [CG_HIT_BEAT] = "beat",     [CG_HIT_BUTTON] = "button",
        [CG_HIT_CHOICE] = "choice", [CG_HIT_LESSON] = "lesson", [CG_HIT_LOSS] = "loss",
    };
    static const char *const ops[] = {
#define X(op, arguments, meaning) [op] = #op,
        CG_OPS(X)
#undef X
    };
    cg_putf(out, "hit %s", kinds[hit->kind]);
    put_box(out, hit->box);
    if (hit->kind == CG_HIT_INDEX)
        cg_putf(out, " %c", (char)hit->a);
    else if (hit->kind == CG_HIT_CELL)
        cg_putf(out, " %ld %ld", hit->a, hit->b);
    else if (hit->kind != CG_HIT_TERM)
        cg_putf(out, " %ld", hit->a);
    if (hit->value)
        cg_putf(out, " %s", hit->value->name);
    if (hit->node)
        cg_putf(out, " %s", ops[hit->node->op]);
    cg_putc(out, '\n');
}

void cg_scene_dump(struct cg_strbuf *out, const struct cg_scene *scene)
{
    cg_put(out, "scene");
    put_length(out, scene->width);
    put_length(out, scene->height);
    put_color(out, scene->background);
    cg_putc(out, '\n');
    for (size_t i = 0; i < scene->n_items; i++)
        put_item(out, &scene->items[i]);
    for (size_t i = 0; i < scene->n_hits; i++)
        put_hit(out, &scene->hits[i]);
}
