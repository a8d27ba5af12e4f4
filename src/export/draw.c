/* A scene becomes batches of quads. Everything but texels is painted through masks of one atlas, so
 * that the software renderer and a GPU give the same picture; straight edges are snapped to device
 * pixels, which keeps them sharp at every scale. */
#include "export/draw.h"

#include "export/atlas.h"

#include <math.h>
#include <stdlib.h>

struct texels {
    SDL_Texture *texture;
    size_t rows, cols;
};

struct cg_drawer {
    SDL_Renderer *renderer;
    struct faces faces;
    struct atlas atlas;
    float scale;
    SDL_Texture *texture; /* of the batch; NULL: plain colour */
    SDL_Vertex *vertices;
    int *indices;
    size_t n_quads, capacity;
    struct texels *texels; /* the n-th texels item of a frame uses the n-th texture */
    size_t n_texels, texels_used;
};

struct cg_drawer *cg_drawer_create(SDL_Renderer *renderer, const struct cg_fonts *fonts,
                                   struct cg_error *error)
{
    struct cg_drawer *drawer = cg_xmalloc(sizeof *drawer);
    *drawer = (struct cg_drawer){.renderer = renderer};
    if (!faces_init(&drawer->faces, fonts, error) || !atlas_init(&drawer->atlas, renderer, error)) {
        cg_drawer_destroy(drawer);
        return NULL;
    }
    return drawer;
}

void cg_drawer_destroy(struct cg_drawer *drawer)
{
    if (!drawer)
        return;
    for (size_t i = 0; i < drawer->n_texels; i++)
        SDL_DestroyTexture(drawer->texels[i].texture);
    free(drawer->texels);
    atlas_finish(&drawer->atlas);
    faces_finish(&drawer->faces);
    free(drawer->vertices);
    free(drawer->indices);
    free(drawer);
}

static void flush(struct cg_drawer *drawer)
{
    if (drawer->n_quads)
        SDL_RenderGeometry(drawer->renderer, drawer->texture, drawer->vertices,
                           (int)(4 * drawer->n_quads), drawer->indices, (int)(6 * drawer->n_quads));
    drawer->n_quads = 0;
}

static void reserve_quad(struct cg_drawer *drawer)
{
    if (drawer->n_quads < drawer->capacity)
        return;
    drawer->capacity = drawer->capacity ? 2 * drawer->capacity : 256;
    drawer->vertices =
        cg_xrealloc(drawer->vertices, 4 * drawer->capacity * sizeof *drawer->vertices);
    drawer->indices = cg_xrealloc(drawer->indices, 6 * drawer->capacity * sizeof *drawer->indices);
}

/* `from` in pixels of the texture; ignored where texture is NULL. */
static void quad(struct cg_drawer *drawer, SDL_Texture *texture, SDL_Rect from, SDL_Rect to,
                 struct cg_color color)
{
    static const int corner[4][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}};
    static const int order[6] = {0, 1, 2, 0, 2, 3};
    if (to.w <= 0 || to.h <= 0 || color.a == 0)
        return;
    if (texture != drawer->texture) {
        flush(drawer);
        drawer->texture = texture;
    }
    reserve_quad(drawer);
    float width = 1, height = 1;
    if (texture) {
        int w, h;
        SDL_QueryTexture(texture, NULL, NULL, &w, &h);
        width = (float)w;
        height = (float)h;
    }
    size_t base = 4 * drawer->n_quads;
    for (size_t i = 0; i < 4; i++) {
        SDL_Vertex *vertex = &drawer->vertices[base + i];
        vertex->position =
            (SDL_FPoint){(float)(to.x + corner[i][0] * to.w), (float)(to.y + corner[i][1] * to.h)};
        vertex->color = (SDL_Color){color.r, color.g, color.b, color.a};
        vertex->tex_coord = (SDL_FPoint){(float)(from.x + corner[i][0] * from.w) / width,
                                         (float)(from.y + corner[i][1] * from.h) / height};
    }
    for (size_t i = 0; i < 6; i++)
        drawer->indices[6 * drawer->n_quads + i] = (int)base + order[i];
    drawer->n_quads++;
}

static void solid(struct cg_drawer *drawer, int x, int y, int w, int h, struct cg_color color)
{
    quad(drawer, NULL, (SDL_Rect){0, 0, 0, 0}, (SDL_Rect){x, y, w, h}, color);
}

/* Puts a new mask into the atlas and frees it. */
static struct atlas_entry *keep(struct cg_drawer *drawer, uint64_t key, struct mask *mask)
{
    if (!atlas_fits(&drawer->atlas, mask->w, mask->h)) {
        flush(drawer);
        atlas_clear(&drawer->atlas);
    }
    struct atlas_entry *entry = atlas_add(&drawer->atlas, key, mask);
    mask_finish(mask);
    return entry;
}

static void paint(struct cg_drawer *drawer, const struct atlas_entry *entry, int x, int y,
                  struct cg_color color)
{
    if (entry->from.w > 0)
        quad(drawer, entry->texture, entry->from,
             (SDL_Rect){x + entry->left, y + entry->top, entry->from.w, entry->from.h}, color);
}

enum mask_kind { MASK_GLYPH = 1, MASK_MERGED, MASK_DISC, MASK_LINE };

static struct atlas_entry *disc(struct cg_drawer *drawer, int radius, int width)
{
    const int parts[] = {MASK_DISC, radius, width};
    uint64_t key = atlas_hash(0, parts, sizeof parts);
    struct atlas_entry *entry = atlas_find(&drawer->atlas, key);
    if (entry)
        return entry;
    struct mask mask;
    mask_disc(&mask, radius, (float)width);
    return keep(drawer, key, &mask);
}

/* The four quarters of a disc or rim at the corners of a box. */
static void corners(struct cg_drawer *drawer, SDL_Rect box, int radius, int width,
                    struct cg_color color)
{
    struct atlas_entry *entry = disc(drawer, radius, width);
    for (int i = 0; i < 4; i++) {
        int right = i & 1, low = i >> 1;
        SDL_Rect from = {entry->from.x + right * radius, entry->from.y + low * radius, radius,
                         radius};
        SDL_Rect to = {box.x + right * (box.w - radius), box.y + low * (box.h - radius), radius,
                       radius};
        quad(drawer, entry->texture, from, to, color);
    }
}

static void fill_box(struct cg_drawer *drawer, SDL_Rect box, int radius, struct cg_color color)
{
    if (radius == 0) {
        solid(drawer, box.x, box.y, box.w, box.h, color);
        return;
    }
    solid(drawer, box.x + radius, box.y, box.w - 2 * radius, radius, color);
    solid(drawer, box.x, box.y + radius, box.w, box.h - 2 * radius, color);
    solid(drawer, box.x + radius, box.y + box.h - radius, box.w - 2 * radius, radius, color);
    corners(drawer, box, radius, 0, color);
}

/* One edge, `length` long from (x, y) to the right or down; dashes are spread evenly over it, half
 * a gap at each end. */
static void edge(struct cg_drawer *drawer, int x, int y, int length, int width, bool down, int dash,
                 struct cg_color color)
{
    int pieces = dash > 0 ? (int)lround((double)length / (2.0 * dash)) : 0;
    if (pieces < 1) {
        solid(drawer, x, y, down ? width : length, down ? length : width, color);
        return;
    }
    for (int i = 0; i < pieces; i++) {
        int from = (int)lround(length * (i + 0.25) / pieces);
        int to = (int)lround(length * (i + 0.75) / pieces);
        if (down)
            solid(drawer, x, y + from, width, to - from, color);
        else
            solid(drawer, x + from, y, to - from, width, color);
    }
}

static void stroke_box(struct cg_drawer *drawer, SDL_Rect box, int radius, int width, int dash,
                       struct cg_color color)
{
    int inset =
        radius > width ? radius : width; /* corners are the rim's, or those of top, bottom */
    int left = radius > 0 ? radius : 0;
    edge(drawer, box.x + left, box.y, box.w - 2 * left, width, false, dash, color);
    edge(drawer, box.x + left, box.y + box.h - width, box.w - 2 * left, width, false, dash, color);
    int high = radius > 0 ? radius : inset;
    edge(drawer, box.x, box.y + high, box.h - 2 * high, width, true, dash, color);
    edge(drawer, box.x + box.w - width, box.y + high, box.h - 2 * high, width, true, dash, color);
    if (radius > 0)
        corners(drawer, box, radius, width, color);
}

static int at_least_one(float pixels)
{
    int n = (int)lroundf(pixels);
    return n > 0 ? n : 1;
}

/* One side in whole device pixels. Neighbouring boxes share their edges; but a thin one, such as a
 * fraction bar, keeps its thickness wherever it lies. */
static void snap_side(float from, float length, int *at, int *size)
{
    int start = (int)lroundf(from), end = (int)lroundf(from + length);
    *at = start;
    *size = end - start;
    if (length > 0 && length < 6) {
        *size = at_least_one(length);
        *at = (int)lroundf(from + (length - (float)*size) / 2);
    }
}

static SDL_Rect snap(const struct cg_drawer *drawer, struct cg_box box)
{
    SDL_Rect snapped;
    float s = drawer->scale;
    snap_side(box.x * s, box.w * s, &snapped.x, &snapped.w);
    snap_side(box.y * s, box.h * s, &snapped.y, &snapped.h);
    return snapped;
}

static void draw_rect(struct cg_drawer *drawer, const struct cg_item *item)
{
    SDL_Rect box = snap(drawer, item->u.rect.box);
    if (box.w <= 0 || box.h <= 0)
        return;
    int radius = (int)lroundf(item->u.rect.radius * drawer->scale);
    int most = (box.w < box.h ? box.w : box.h) / 2;
    radius = radius > most ? most : radius < 0 ? 0 : radius;
    if (item->u.rect.fill.a)
        fill_box(drawer, box, radius, item->u.rect.fill);
    if (item->u.rect.stroke_width > 0 && item->u.rect.stroke.a) {
        int width = at_least_one(item->u.rect.stroke_width * drawer->scale);
        int dash = item->u.rect.dashed ? at_least_one(3 * drawer->scale) : 0;
        stroke_box(drawer, box, radius, width, dash, item->u.rect.stroke);
    }
}

/* Roughly the luminance: is the text light, on a dark ground? */
static bool is_light(struct cg_color c)
{
    return 3 * c.r + 6 * c.g + c.b > 1150;
}

static void draw_glyph(struct cg_drawer *drawer, enum cg_face face, uint16_t glyph, float size,
                       float x, float y, struct cg_color color)
{
    /* A quarter of a pixel to the side is as fine as the eye sees; the baseline is whole. */
    long quarter = lroundf(x * 4);
    int whole = (int)(quarter >> 2), part = (int)(quarter & 3);
    bool light = is_light(color);
    const long parts[] = {MASK_GLYPH, face, glyph, lroundf(size * 64), part, light};
    uint64_t key = atlas_hash(0, parts, sizeof parts);
    struct atlas_entry *entry = atlas_find(&drawer->atlas, key);
    if (!entry) {
        struct mask mask;
        mask_glyph(&mask, &drawer->faces, face, glyph, size, (float)part / 4, 0);
        if (light)
            mask_lighten(&mask);
        entry = keep(drawer, key, &mask);
    }
    paint(drawer, entry, whole, (int)lroundf(y), color);
}

static void draw_merged(struct cg_drawer *drawer, const struct cg_item *item, float size)
{
    float x = item->u.glyphs.x * drawer->scale, y = item->u.glyphs.y * drawer->scale;
    long quarter = lroundf(x * 4);
    bool light = is_light(item->u.glyphs.color);
    long parts[] = {MASK_MERGED, item->u.glyphs.face, lroundf(size * 64), quarter & 3, light};
    uint64_t key = atlas_hash(0, parts, sizeof parts);
    for (size_t i = 0; i < item->u.glyphs.count; i++) {
        const struct cg_glyph *glyph = &item->u.glyphs.glyphs[i];
        long piece[] = {glyph->id, lroundf(glyph->x * size * 64), lroundf(glyph->y * size * 64)};
        key = atlas_hash(key, piece, sizeof piece);
    }
    struct atlas_entry *entry = atlas_find(&drawer->atlas, key);
    if (!entry) {
        struct mask mask;
        mask_merged(&mask, &drawer->faces, item->u.glyphs.face, item->u.glyphs.glyphs,
                    item->u.glyphs.count, size, (float)(quarter & 3) / 4, 0);
        if (light)
            mask_lighten(&mask);
        entry = keep(drawer, key, &mask);
    }
    paint(drawer, entry, (int)(quarter >> 2), (int)lroundf(y), item->u.glyphs.color);
}

static void draw_glyphs(struct cg_drawer *drawer, const struct cg_item *item)
{
    float size = item->u.glyphs.size * drawer->scale;
    if (size < 1 || item->u.glyphs.color.a == 0)
        return;
    if (item->u.glyphs.merge) {
        draw_merged(drawer, item, size);
        return;
    }
    for (size_t i = 0; i < item->u.glyphs.count; i++) {
        const struct cg_glyph *glyph = &item->u.glyphs.glyphs[i];
        draw_glyph(drawer, item->u.glyphs.face, glyph->id, size,
                   item->u.glyphs.x * drawer->scale + glyph->x * size,
                   item->u.glyphs.y * drawer->scale + glyph->y * size, item->u.glyphs.color);
    }
}

/* A horizontal or vertical line is a sharp bar. False for any other. */
static bool draw_bar(struct cg_drawer *drawer, const struct cg_item *item, float width)
{
    const float *p = item->u.line.points;
    float s = drawer->scale;
    if (item->u.line.count != 2 || (p[0] != p[2] && p[1] != p[3]))
        return false;
    bool down = p[0] == p[2];
    int thick = at_least_one(width);
    int from = (int)lroundf(s * fminf(p[down], p[2 + down]));
    int to = (int)lroundf(s * fmaxf(p[down], p[2 + down]));
    int across = (int)lroundf(s * p[!down] - (float)thick / 2);
    edge(drawer, down ? across : from, down ? from : across, to - from, thick, down,
         item->u.line.dashed ? at_least_one(3 * s) : 0, item->u.line.color);
    return true;
}

static void draw_line(struct cg_drawer *drawer, const struct cg_item *item)
{
    size_t count = item->u.line.count;
    float width = item->u.line.width * drawer->scale;
    if (count < 2 || item->u.line.color.a == 0 || draw_bar(drawer, item, width))
        return;
    /* Relative to a whole pixel, so that a line that moves by whole pixels keeps its mask. */
    int x = (int)floorf(item->u.line.points[0] * drawer->scale);
    int y = (int)floorf(item->u.line.points[1] * drawer->scale);
    float *points = cg_xmalloc(2 * count * sizeof *points);
    for (size_t i = 0; i < count; i++) {
        points[2 * i] = item->u.line.points[2 * i] * drawer->scale - (float)x;
        points[2 * i + 1] = item->u.line.points[2 * i + 1] * drawer->scale - (float)y;
    }
    float dash = item->u.line.dashed ? 4 * drawer->scale : 0;
    const float parts[] = {MASK_LINE, width, dash};
    uint64_t key = atlas_hash(0, parts, sizeof parts);
    key = atlas_hash(key, points, 2 * count * sizeof *points);
    struct atlas_entry *entry = atlas_find(&drawer->atlas, key);
    if (!entry) {
        struct mask mask;
        mask_line(&mask, &drawer->faces, points, count, fmaxf(width, 1), dash);
        entry = keep(drawer, key, &mask);
    }
    free(points);
    paint(drawer, entry, x, y, item->u.line.color);
}

/* The texture for the next texels item of this frame; NULL where the renderer cannot. */
static SDL_Texture *texels_texture(struct cg_drawer *drawer, size_t rows, size_t cols)
{
    size_t n = drawer->texels_used++;
    if (n == drawer->n_texels) {
        drawer->texels = cg_xrealloc(drawer->texels, (n + 1) * sizeof *drawer->texels);
        drawer->texels[drawer->n_texels++] = (struct texels){0};
    }
    struct texels *texels = &drawer->texels[n];
    if (texels->texture && (texels->rows != rows || texels->cols != cols)) {
        SDL_DestroyTexture(texels->texture);
        texels->texture = NULL;
    }
    if (!texels->texture)
        texels->texture = SDL_CreateTexture(drawer->renderer, SDL_PIXELFORMAT_ABGR8888,
                                            SDL_TEXTUREACCESS_STREAMING, (int)cols, (int)rows);
    texels->rows = rows;
    texels->cols = cols;
    return texels->texture;
}

static void draw_texels(struct cg_drawer *drawer, const struct cg_item *item)
{
    size_t rows = item->u.texels.rows, cols = item->u.texels.cols;
    if (rows == 0 || cols == 0 || rows > 16384 || cols > 16384)
        return;
    SDL_Texture *texture = texels_texture(drawer, rows, cols);
    if (!texture)
        return;
    /* ABGR8888 is r, g, b, a in memory on a little-endian machine, as in struct cg_color. */
    SDL_UpdateTexture(texture, NULL, item->u.texels.texels, (int)(cols * sizeof(struct cg_color)));
    SDL_SetTextureBlendMode(texture, SDL_BLENDMODE_BLEND);
    SDL_SetTextureScaleMode(texture,
                            item->u.texels.smooth ? SDL_ScaleModeLinear : SDL_ScaleModeNearest);
    flush(drawer);
    SDL_Rect to = snap(drawer, item->u.texels.box);
    SDL_RenderCopy(drawer->renderer, texture, NULL, &to);
}

static void draw_clip(struct cg_drawer *drawer, const struct cg_item *item)
{
    flush(drawer);
    SDL_Rect box = snap(drawer, item->u.clip);
    bool none = item->u.clip.w <= 0 || item->u.clip.h <= 0;
    SDL_RenderSetClipRect(drawer->renderer, none ? NULL : &box);
}

void cg_draw_scene(struct cg_drawer *drawer, const struct cg_scene *scene, float scale)
{
    struct cg_color ground = scene->background;
    drawer->scale = scale;
    drawer->texels_used = 0;
    atlas_frame(&drawer->atlas);
    SDL_RenderSetClipRect(drawer->renderer, NULL);
    SDL_SetRenderDrawBlendMode(drawer->renderer, SDL_BLENDMODE_BLEND);
    SDL_SetRenderDrawColor(drawer->renderer, ground.r, ground.g, ground.b, 255);
    SDL_RenderClear(drawer->renderer);
    for (size_t i = 0; i < scene->n_items; i++) {
        const struct cg_item *item = &scene->items[i];
        switch (item->kind) {
        case CG_ITEM_RECT:
            draw_rect(drawer, item);
            break;
        case CG_ITEM_GLYPHS:
            draw_glyphs(drawer, item);
            break;
        case CG_ITEM_LINE:
            draw_line(drawer, item);
            break;
        case CG_ITEM_TEXELS:
            draw_texels(drawer, item);
            break;
        case CG_ITEM_CLIP:
            draw_clip(drawer, item);
            break;
        }
    }
    flush(drawer);
    SDL_RenderSetClipRect(drawer->renderer, NULL);
}
