/* The scene as SVG, with every glyph as an outline (no font is needed to show it), defined once and
 * used by reference; what the glyphs say is kept as aria-label and as the description. */
#include "export/export.h"
#include "export/faces.h"
#include "export/png.h"

#include <chalkgrad/file.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EM = 1000, GLYPHS = 65536 }; /* units of an em in glyph paths; ids in a font */

struct svg {
    struct cg_strbuf body, texts;
    struct faces faces;
    bool *used; /* CG_FACE_COUNT * GLYPHS */
    int clips;
    bool clipped;
    struct cg_error *error;
    bool failed;
};

/* Without trailing zeros, and never "-0". */
static void put_decimals(struct cg_strbuf *out, double number, int decimals)
{
    char text[64];
    int length = snprintf(text, sizeof text, "%.*f", decimals, number);
    while (text[length - 1] == '0')
        length--;
    if (text[length - 1] == '.')
        length--;
    text[length] = '\0';
    cg_put(out, strcmp(text, "-0") == 0 ? "0" : text);
}

static void put_coordinate(struct cg_strbuf *out, double number)
{
    put_decimals(out, number, 3);
}

static void put_attribute(struct cg_strbuf *out, const char *name, double number)
{
    cg_putf(out, " %s=\"", name);
    put_coordinate(out, number);
    cg_putc(out, '"');
}

/* Text as XML wants it: markup escaped, malformed bytes and control characters replaced. */
static void put_escaped(struct cg_strbuf *out, const char *text)
{
    size_t length = strlen(text);
    for (const char *at = text, *end = text + length; at < end;) {
        uint32_t c = cg_utf8_next(&at, end);
        if (c == '&')
            cg_put(out, "&amp;");
        else if (c == '<')
            cg_put(out, "&lt;");
        else if (c == '>')
            cg_put(out, "&gt;");
        else if (c == '"')
            cg_put(out, "&quot;");
        else if (c == '\n' || c == '\t')
            cg_putc(out, ' ');
        else
            cg_put_utf8(out, c < 32 || c == 0xFFFE || c == 0xFFFF ? 0xFFFD : c);
    }
}

static void put_paint(struct cg_strbuf *out, const char *what, struct cg_color c)
{
    cg_putf(out, " %s=\"#%02x%02x%02x\"", what, c.r, c.g, c.b);
    if (c.a != 255)
        cg_putf(out, " %s-opacity=\"%.3g\"", what, c.a / 255.0);
}

static void put_box(struct cg_strbuf *out, struct cg_box box)
{
    put_attribute(out, "x", box.x);
    put_attribute(out, "y", box.y);
    put_attribute(out, "width", box.w);
    put_attribute(out, "height", box.h);
}

static void put_rect(struct svg *svg, const struct cg_item *item)
{
    struct cg_box box = item->u.rect.box;
    float width = item->u.rect.stroke_width;
    bool stroked = width > 0 && item->u.rect.stroke.a;
    if (box.w <= 0 || box.h <= 0 || (!stroked && !item->u.rect.fill.a))
        return;
    if (stroked) { /* SVG centres the stroke on the edge; ours lies inside the box */
        box = (struct cg_box){box.x + width / 2, box.y + width / 2, box.w - width, box.h - width};
        if (box.w < 0 || box.h < 0)
            return;
    }
    cg_put(&svg->body, "<rect");
    put_box(&svg->body, box);
    if (item->u.rect.radius > 0)
        put_attribute(&svg->body, "rx", fmax(0, item->u.rect.radius - (stroked ? width / 2 : 0)));
    if (item->u.rect.fill.a)
        put_paint(&svg->body, "fill", item->u.rect.fill);
    else
        cg_put(&svg->body, " fill=\"none\"");
    if (stroked) {
        put_paint(&svg->body, "stroke", item->u.rect.stroke);
        put_attribute(&svg->body, "stroke-width", width);
        if (item->u.rect.dashed)
            cg_put(&svg->body, " stroke-dasharray=\"3 3\"");
    }
    cg_put(&svg->body, "/>\n");
}

static void put_glyphs(struct svg *svg, const struct cg_item *item)
{
    struct cg_color color = item->u.glyphs.color;
    const char *text = item->u.glyphs.text ? item->u.glyphs.text : item->label;
    if (text && *text) {
        put_escaped(&svg->texts, text);
        cg_putc(&svg->texts, '\n');
    }
    if (item->u.glyphs.count == 0 || color.a == 0)
        return;
    cg_putf(&svg->body, "<g fill=\"#%02x%02x%02x\"", color.r, color.g, color.b);
    if (color.a != 255) /* of the whole group: overlapping pieces do not add up */
        cg_putf(&svg->body, " opacity=\"%.3g\"", color.a / 255.0);
    if (text) {
        cg_put(&svg->body, " aria-label=\"");
        put_escaped(&svg->body, text);
        cg_putc(&svg->body, '"');
    }
    cg_put(&svg->body, " transform=\"translate(");
    put_coordinate(&svg->body, item->u.glyphs.x);
    cg_putc(&svg->body, ' ');
    put_coordinate(&svg->body, item->u.glyphs.y);
    cg_put(&svg->body, ") scale(");
    put_decimals(&svg->body, item->u.glyphs.size / EM, 7);
    cg_put(&svg->body, ")\">");
    for (size_t i = 0; i < item->u.glyphs.count; i++) {
        const struct cg_glyph *glyph = &item->u.glyphs.glyphs[i];
        svg->used[(size_t)item->u.glyphs.face * GLYPHS + glyph->id] = true;
        cg_putf(&svg->body, "<use href=\"#g%d-%u\"", (int)item->u.glyphs.face, (unsigned)glyph->id);
        put_attribute(&svg->body, "x", (double)glyph->x * EM);
        if (glyph->y != 0)
            put_attribute(&svg->body, "y", (double)glyph->y * EM);
        cg_put(&svg->body, "/>");
    }
    cg_put(&svg->body, "</g>\n");
}

static void put_line(struct svg *svg, const struct cg_item *item)
{
    if (item->u.line.count < 2 || item->u.line.color.a == 0)
        return;
    cg_put(&svg->body, "<polyline fill=\"none\" stroke-linejoin=\"round\"");
    put_paint(&svg->body, "stroke", item->u.line.color);
    put_attribute(&svg->body, "stroke-width", item->u.line.width);
    if (item->u.line.dashed)
        cg_put(&svg->body, " stroke-dasharray=\"4 3\"");
    cg_put(&svg->body, " points=\"");
    for (size_t i = 0; i < 2 * item->u.line.count; i++) {
        if (i)
            cg_putc(&svg->body, ' ');
        put_coordinate(&svg->body, item->u.line.points[i]);
    }
    cg_put(&svg->body, "\"/>\n");
}

static void put_base64(struct cg_strbuf *out, const struct cg_strbuf *bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *b = (const unsigned char *)bytes->text;
    for (size_t i = 0; i < bytes->length; i += 3) {
        size_t left = bytes->length - i;
        uint32_t three = (uint32_t)b[i] << 16 | (left > 1 ? (uint32_t)b[i + 1] << 8 : 0) |
                         (left > 2 ? b[i + 2] : 0u);
        cg_putc(out, digits[three >> 18]);
        cg_putc(out, digits[three >> 12 & 63]);
        cg_putc(out, left > 1 ? digits[three >> 6 & 63] : '=');
        cg_putc(out, left > 2 ? digits[three & 63] : '=');
    }
}

static void put_texels(struct svg *svg, const struct cg_item *item)
{
    size_t rows = item->u.texels.rows, cols = item->u.texels.cols;
    if (rows == 0 || cols == 0 || rows > 16384 || cols > 16384)
        return;
    SDL_Surface *surface = SDL_CreateRGBSurfaceWithFormatFrom(
        (void *)item->u.texels.texels, (int)cols, (int)rows, 32,
        (int)(cols * sizeof(struct cg_color)), SDL_PIXELFORMAT_ABGR8888);
    struct cg_strbuf bytes;
    cg_strbuf_init(&bytes);
    if (!surface || !png_encode(&bytes, surface, svg->error)) {
        svg->failed = true;
    } else {
        cg_put(&svg->body, "<image preserveAspectRatio=\"none\"");
        if (!item->u.texels.smooth)
            cg_put(&svg->body, " style=\"image-rendering:pixelated\"");
        put_box(&svg->body, item->u.texels.box);
        cg_put(&svg->body, " href=\"data:image/png;base64,");
        put_base64(&svg->body, &bytes);
        cg_put(&svg->body, "\"/>\n");
    }
    cg_strbuf_finish(&bytes);
    SDL_FreeSurface(surface);
}

static void put_clip(struct svg *svg, const struct cg_item *item)
{
    if (svg->clipped)
        cg_put(&svg->body, "</g>\n");
    svg->clipped = item->u.clip.w > 0 && item->u.clip.h > 0;
    if (!svg->clipped)
        return;
    int id = ++svg->clips;
    cg_putf(&svg->body, "<clipPath id=\"c%d\"><rect", id);
    put_box(&svg->body, item->u.clip);
    cg_putf(&svg->body, "/></clipPath><g clip-path=\"url(#c%d)\">\n", id);
}

static void put_item(struct svg *svg, const struct cg_item *item)
{
    switch (item->kind) {
    case CG_ITEM_RECT:
        put_rect(svg, item);
        break;
    case CG_ITEM_GLYPHS:
        put_glyphs(svg, item);
        break;
    case CG_ITEM_LINE:
        put_line(svg, item);
        break;
    case CG_ITEM_TEXELS:
        put_texels(svg, item);
        break;
    case CG_ITEM_CLIP:
        put_clip(svg, item);
        break;
    }
}

static void put_point(struct cg_strbuf *out, char command, const FT_Vector *at)
{
    if (command)
        cg_putc(out, command);
    put_decimals(out, (double)at->x / 64, 1);
    cg_putc(out, ' ');
    put_decimals(out, -(double)at->y / 64, 1);
    cg_putc(out, ' ');
}

static int move_to(const FT_Vector *to, void *out)
{
    put_point(out, 'M', to);
    return 0;
}

static int line_to(const FT_Vector *to, void *out)
{
    put_point(out, 'L', to);
    return 0;
}

static int conic_to(const FT_Vector *control, const FT_Vector *to, void *out)
{
    put_point(out, 'Q', control);
    put_point(out, 0, to);
    return 0;
}

static int cubic_to(const FT_Vector *first, const FT_Vector *second, const FT_Vector *to, void *out)
{
    put_point(out, 'C', first);
    put_point(out, 0, second);
    put_point(out, 0, to);
    return 0;
}

static void put_definitions(struct svg *svg, struct cg_strbuf *out)
{
    static const FT_Outline_Funcs pen = {
        .move_to = move_to, .line_to = line_to, .conic_to = conic_to, .cubic_to = cubic_to};
    cg_put(out, "<defs>\n");
    for (size_t i = 0; i < (size_t)CG_FACE_COUNT * GLYPHS; i++) {
        if (!svg->used[i])
            continue;
        enum cg_face face = (enum cg_face)(i / GLYPHS);
        FT_Outline *outline = faces_outline(&svg->faces, face, (uint16_t)(i % GLYPHS), EM * 64);
        cg_putf(out, "<path id=\"g%d-%zu\" d=\"", (int)face, i % GLYPHS);
        if (outline)
            FT_Outline_Decompose(outline, &pen, out);
        cg_put(out, "\"/>\n");
    }
    cg_put(out, "</defs>\n");
}

static void put_document(struct svg *svg, const struct cg_scene *scene, struct cg_strbuf *out)
{
    cg_put(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" "
                "aria-labelledby=\"title description\"");
    put_attribute(out, "width", scene->width);
    put_attribute(out, "height", scene->height);
    cg_put(out, " viewBox=\"0 0 ");
    put_coordinate(out, scene->width);
    cg_putc(out, ' ');
    put_coordinate(out, scene->height);
    cg_put(out, "\">\n<title id=\"title\">A blackboard of Chalkgrad</title>\n"
                "<desc id=\"description\">");
    cg_put(out, svg->texts.text);
    cg_put(out, "</desc>\n");
    put_definitions(svg, out);
    cg_put(out, "<rect width=\"100%\" height=\"100%\"");
    put_paint(out, "fill", scene->background);
    cg_put(out, "/>\n");
    cg_put(out, svg->body.text);
    cg_put(out, "</svg>\n");
}

bool cg_export_svg(const struct cg_scene *scene, const struct cg_fonts *fonts, const char *path,
                   struct cg_error *error)
{
    struct svg svg = {.error = error};
    if (!faces_init(&svg.faces, fonts, error))
        return false;
    struct cg_strbuf out;
    cg_strbuf_init(&out);
    cg_strbuf_init(&svg.body);
    cg_strbuf_init(&svg.texts);
    svg.used = cg_xmalloc((size_t)CG_FACE_COUNT * GLYPHS * sizeof *svg.used);
    memset(svg.used, 0, (size_t)CG_FACE_COUNT * GLYPHS * sizeof *svg.used);
    for (size_t i = 0; i < scene->n_items && !svg.failed; i++)
        put_item(&svg, &scene->items[i]);
    if (svg.clipped)
        cg_put(&svg.body, "</g>\n");
    if (!svg.failed)
        put_document(&svg, scene, &out);
    bool done = !svg.failed && cg_write_file(path, out.text, out.length, error);
    free(svg.used);
    cg_strbuf_finish(&svg.texts);
    cg_strbuf_finish(&svg.body);
    cg_strbuf_finish(&out);
    faces_finish(&svg.faces);
    return done;
}
