#include "export/mask.h"

#include FT_STROKER_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST = 8192 }; /* pixels of a side: beyond any screen, and no overflow */

void mask_finish(struct mask *mask)
{
    if (!mask)
        return;
    free(mask->pixels);
    *mask = (struct mask){0};
}

/* Draws an outline (26.6, y upwards) around the origin. */
static void mask_outline(struct mask *mask, FT_Library library, FT_Outline *outline)
{
    *mask = (struct mask){0};
    FT_BBox box;
    FT_Outline_Get_CBox(outline, &box);
    long x0 = box.xMin >> 6, y0 = box.yMin >> 6;
    long x1 = (box.xMax + 63) >> 6, y1 = (box.yMax + 63) >> 6;
    if (outline->n_points == 0 || x1 <= x0 || y1 <= y0 || x1 - x0 > LARGEST || y1 - y0 > LARGEST)
        return;
    mask->left = (int)x0;
    mask->top = (int)-y1;
    mask->w = (int)(x1 - x0);
    mask->h = (int)(y1 - y0);
    size_t size = (size_t)mask->w * (size_t)mask->h;
    mask->pixels = cg_xmalloc(size);
    memset(mask->pixels, 0, size);
    FT_Outline_Translate(outline, -x0 * 64, -y0 * 64);
    FT_Bitmap bitmap = {
        .rows = (unsigned)mask->h,
        .width = (unsigned)mask->w,
        .pitch = mask->w,
        .buffer = mask->pixels,
        .num_grays = 256,
        .pixel_mode = FT_PIXEL_MODE_GRAY,
    };
    FT_Outline_Get_Bitmap(library, outline, &bitmap);
}

static long fixed(float pixels)
{
    return lroundf(pixels * 64);
}

void mask_glyph(struct mask *mask, struct faces *faces, enum cg_face face, uint16_t glyph,
                float size, float x, float y)
{
    *mask = (struct mask){0};
    FT_Outline *outline = faces_outline(faces, face, glyph, fixed(size));
    if (!outline)
        return;
    FT_Outline_Translate(outline, fixed(x), -fixed(y));
    mask_outline(mask, faces->library, outline);
}

/* *mask becomes the maximum of both; *piece is finished. */
static void unite(struct mask *mask, struct mask *piece)
{
    if (!mask->w || !piece->w) {
        if (!mask->w) {
            *mask = *piece;
            *piece = (struct mask){0};
        }
        mask_finish(piece);
        return;
    }
    const struct mask *both[2] = {mask, piece};
    int x0 = mask->left < piece->left ? mask->left : piece->left;
    int y0 = mask->top < piece->top ? mask->top : piece->top;
    int x1 = x0, y1 = y0;
    for (int i = 0; i < 2; i++) {
        x1 = both[i]->left + both[i]->w > x1 ? both[i]->left + both[i]->w : x1;
        y1 = both[i]->top + both[i]->h > y1 ? both[i]->top + both[i]->h : y1;
    }
    struct mask whole = {.left = x0, .top = y0, .w = x1 - x0, .h = y1 - y0};
    size_t size = (size_t)whole.w * (size_t)whole.h;
    whole.pixels = cg_xmalloc(size);
    memset(whole.pixels, 0, size);
    for (int i = 0; i < 2; i++)
        for (int y = 0; y < both[i]->h; y++) {
            const uint8_t *from = both[i]->pixels + (size_t)y * (size_t)both[i]->w;
            size_t row = (size_t)(both[i]->top - y0 + y) * (size_t)whole.w;
            uint8_t *to = whole.pixels + row + (both[i]->left - x0);
            for (int x = 0; x < both[i]->w; x++)
                to[x] = from[x] > to[x] ? from[x] : to[x];
        }
    mask_finish(mask);
    mask_finish(piece);
    *mask = whole;
}

void mask_merged(struct mask *mask, struct faces *faces, enum cg_face face,
                 const struct cg_glyph *glyphs, size_t count, float size, float x, float y)
{
    *mask = (struct mask){0};
    for (size_t i = 0; i < count; i++) {
        struct mask piece;
        mask_glyph(&piece, faces, face, glyphs[i].id, size, x + glyphs[i].x * size,
                   y + glyphs[i].y * size);
        unite(mask, &piece);
    }
}

void mask_disc(struct mask *mask, int radius, float width)
{
    int side = 2 * radius;
    *mask = (struct mask){.w = side, .h = side};
    mask->pixels = cg_xmalloc((size_t)side * (size_t)side + 1);
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++) {
            float away = hypotf((float)(x - radius) + 0.5f, (float)(y - radius) + 0.5f);
            float cover = fminf(fmaxf((float)radius - away + 0.5f, 0), 1);
            if (width > 0)
                cover -= fminf(fmaxf((float)radius - width - away + 0.5f, 0), 1);
            mask->pixels[y * side + x] = (uint8_t)lroundf(255 * fmaxf(cover, 0));
        }
}

static FT_Vector vector(float x, float y)
{
    return (FT_Vector){fixed(x), -fixed(y)};
}

/* The path as FreeType's stroker wants it; points closer than a quarter pixel are left out. */
static bool whole_path(FT_Stroker stroker, const float *points, size_t count)
{
    FT_Vector at = vector(points[0], points[1]);
    bool moved = false;
    if (FT_Stroker_BeginSubPath(stroker, &at, true) != 0)
        return false;
    for (size_t i = 1; i < count; i++) {
        FT_Vector to = vector(points[2 * i], points[2 * i + 1]);
        bool last = i + 1 == count;
        if (labs(to.x - at.x) + labs(to.y - at.y) < 16 && !(last && !moved))
            continue;
        if (FT_Stroker_LineTo(stroker, &to) != 0)
            return false;
        at = to;
        moved = true;
    }
    return FT_Stroker_EndSubPath(stroker) == 0;
}

/* The same in dashes: walks along the path, lifting the pen for each gap. */
static bool dashed_path(FT_Stroker stroker, const float *points, size_t count, float dash)
{
    bool down = false, failed = false;
    float left = dash; /* of the dash or gap that we are in */
    bool drawing = true;
    for (size_t i = 1; i < count && !failed; i++) {
        float x = points[2 * i - 2], y = points[2 * i - 1];
        float dx = points[2 * i] - x, dy = points[2 * i + 1] - y;
        float length = hypotf(dx, dy);
        for (float at = 0; at < length && !failed;) {
            float step = fminf(left, length - at);
            FT_Vector from = vector(x + dx * at / length, y + dy * at / length);
            at += step;
            left -= step;
            FT_Vector to = vector(x + dx * at / length, y + dy * at / length);
            if (drawing && !down)
                failed = FT_Stroker_BeginSubPath(stroker, &from, true) != 0;
            if (drawing)
                failed = failed || FT_Stroker_LineTo(stroker, &to) != 0;
            down = drawing;
            if (left > 0)
                continue;
            if (down)
                failed = failed || FT_Stroker_EndSubPath(stroker) != 0;
            down = false;
            drawing = !drawing;
            left = drawing ? dash : dash * 0.75f;
        }
    }
    return !failed && (!down || FT_Stroker_EndSubPath(stroker) == 0);
}

void mask_line(struct mask *mask, struct faces *faces, const float *points, size_t count,
               float width, float dash)
{
    *mask = (struct mask){0};
    FT_Stroker stroker;
    if (count < 2 || FT_Stroker_New(faces->library, &stroker) != 0)
        return;
    FT_Stroker_Set(stroker, fixed(width) / 2,
                   dash > 0 ? FT_STROKER_LINECAP_BUTT : FT_STROKER_LINECAP_ROUND,
                   FT_STROKER_LINEJOIN_ROUND, 0);
    bool built = dash > 0 ? dashed_path(stroker, points, count, fmaxf(dash, 1))
                          : whole_path(stroker, points, count);
    FT_UInt n_points, n_contours;
    FT_Outline outline;
    if (built && FT_Stroker_GetCounts(stroker, &n_points, &n_contours) == 0 && n_points < 32000 &&
        FT_Outline_New(faces->library, n_points, (FT_Int)n_contours, &outline) == 0) {
        outline.n_points = 0; /* the export appends */
        outline.n_contours = 0;
        FT_Stroker_Export(stroker, &outline);
        mask_outline(mask, faces->library, &outline);
        FT_Outline_Done(faces->library, &outline);
    }
    FT_Stroker_Done(stroker);
}

void mask_lighten(struct mask *mask)
{
    uint8_t table[256];
    for (int i = 0; i < 256; i++)
        table[i] = (uint8_t)lround(255 * pow(i / 255.0, 0.8));
    size_t size = (size_t)mask->w * (size_t)mask->h;
    for (size_t i = 0; i < size; i++)
        mask->pixels[i] = table[mask->pixels[i]];
}
