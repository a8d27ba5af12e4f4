/* The scene: what is to be drawn, as data. Views append; the window, PNG, SVG and the text dump
 * read.
 *
 * Units are logical pixels of a canvas w x h; the drawer multiplies by a scale for HiDPI. y grows
 * downwards. Items are drawn in order. Everything lives in the scene's arena: reset it a frame.
 */
#ifndef VIEW_SCENE_H
#define VIEW_SCENE_H

#include "typeset/formula.h"

#include <chalkgrad/strbuf.h>

struct cg_color {
    uint8_t r, g, b, a;
};

enum cg_item_kind { CG_ITEM_RECT, CG_ITEM_GLYPHS, CG_ITEM_LINE, CG_ITEM_TEXELS, CG_ITEM_CLIP };

struct cg_item {
    enum cg_item_kind kind;
    const char *label; /* what it is, for the text dump: "grid H", or NULL */
    union {
        struct { /* snapped to whole device pixels; the border lies inside the box */
            struct cg_box box;
            float radius, stroke_width; /* stroke_width 0: no border */
            struct cg_color fill, stroke;
            bool dashed;
        } rect;
        struct {
            const char *text; /* what the glyphs say: dump, search, accessibility; NULL in a
                                 formula, whose first item has its TeX as label */
            enum cg_face face;
            float x, y, size; /* origin on the baseline, pixels per em */
            struct cg_color color;
            const struct cg_glyph *glyphs; /* positions in em */
            size_t count;
            bool merge; /* pieces of one assembled glyph */
        } glyphs;
        struct {
            const float *points; /* x, y pairs */
            size_t count;        /* of points */
            float width;
            struct cg_color color;
            bool dashed;
        } line;
        struct { /* a grid of coloured cells without numbers, one texel a cell */
            struct cg_box box;
            size_t rows, cols;
            const struct cg_color *texels;
            bool smooth;
        } texels;
        struct cg_box clip; /* everything after it is clipped; an empty box ends the clipping */
    } u;
};

/* What a point of the canvas means: later regions lie over earlier ones. */
enum cg_hit_kind {
    CG_HIT_NONE,
    CG_HIT_CELL,   /* a = row, b = col of grid `value` or `node` (see rows) */
    CG_HIT_TERM,   /* `node` of the formula */
    CG_HIT_INDEX,  /* a = letter */
    CG_HIT_BEAT,   /* a = beat of the timeline; b = 1 + sub-step of it, or 0 */
    CG_HIT_BUTTON, /* a = enum cg_action of view/board.h */
    CG_HIT_CHOICE, /* a = choice of the question */
    CG_HIT_LESSON, /* a = lesson of the browser */
    CG_HIT_LOSS    /* a = update under the point of the loss curve */
};

struct cg_hit {
    enum cg_hit_kind kind;
    struct cg_box box;
    long a, b;
    size_t rows, cols; /* CELL: more than 0: the box is a grid of so many cells without gaps, and a
                          and b follow from the point */
    const struct cg_value *value;
    const struct cg_expr *node;
};

struct cg_scene {
    struct cg_arena arena;
    float width, height;
    struct cg_color background;
    struct cg_item *items;
    size_t n_items, items_capacity;
    struct cg_hit *hits;
    size_t n_hits, hits_capacity;
};

void cg_scene_init(struct cg_scene *scene);
void cg_scene_finish(struct cg_scene *scene);
/* Empties it for a new frame; keeps memory. */
void cg_scene_begin(struct cg_scene *scene, float width, float height, struct cg_color background);

void cg_scene_rect(struct cg_scene *scene, struct cg_box box, float radius, struct cg_color fill);
struct cg_item *cg_scene_add(struct cg_scene *scene,
                             enum cg_item_kind kind); /* zeroed, to be filled */

/* One item of the glyphs [first, end) of a formula, which share face, size and group; the formula's
 * origin is at (x, y), its em is `size`. The glyphs live in `arena`. */
void cg_scene_glyphs(struct cg_scene *scene, struct cg_arena *arena,
                     const struct cg_formula *formula, size_t first, size_t end, float x, float y,
                     float size, struct cg_color color);

/* One line of text with its baseline at y; returns its width in pixels. */
float cg_scene_text(struct cg_scene *scene, const struct cg_fonts *fonts, enum cg_face face,
                    float x, float y, float size, struct cg_color color, const char *text);
float cg_text_width(const struct cg_fonts *fonts, struct cg_arena *arena, enum cg_face face,
                    float size, const char *text);

void cg_scene_hit(struct cg_scene *scene, struct cg_hit hit);
/* The topmost region at a point; kind NONE where there is none. */
struct cg_hit cg_scene_at(const struct cg_scene *scene, float x, float y);

/* The scene as text, one line an item, stable: tests and `show -o x.txt` print it. */
void cg_scene_dump(struct cg_strbuf *out, const struct cg_scene *scene);

#endif
