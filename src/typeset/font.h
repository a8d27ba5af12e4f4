/* The four shipped fonts: metrics and shaping by HarfBuzz, independent of size.
 *
 * All lengths are in em (HarfBuzz scale = units per em), y grows downwards, the origin of a run is
 * on its baseline. Drawing glyphs is the business of whoever has pixels (src/export), by face and
 * glyph id.
 */
#ifndef TYPESET_FONT_H
#define TYPESET_FONT_H

#include <chalkgrad/arena.h>
#include <chalkgrad/error.h>

#include <stddef.h>
#include <stdint.h>

enum cg_face { CG_FACE_TEXT, CG_FACE_ITALIC, CG_FACE_SEMIBOLD, CG_FACE_MATH, CG_FACE_COUNT };

struct cg_fonts; /* immutable once created: may be shared by boards */

/* From the font files that are part of the program. NULL on error. */
struct cg_fonts *cg_fonts_create(struct cg_error *error);
void cg_fonts_destroy(struct cg_fonts *fonts);

/* The bytes of a font file, for FreeType and cairo. */
const unsigned char *cg_fonts_data(const struct cg_fonts *fonts, enum cg_face face, size_t *size);

struct cg_glyph {
    uint16_t id;
    float x, y; /* of its origin, in em, relative to the run's origin */
};

struct cg_run {
    struct cg_glyph *glyphs;
    size_t count;
    float width; /* advance of the whole, em */
};

/* Shapes UTF-8 text (kerning, tabular digits; a character that the face lacks is taken as U+FFFD).
 * The glyphs are in `arena`. */
struct cg_run cg_shape_text(const struct cg_fonts *fonts, struct cg_arena *arena, enum cg_face face,
                            const char *text, size_t length);

float cg_face_ascent(const struct cg_fonts *fonts, enum cg_face face);  /* em, positive */
float cg_face_descent(const struct cg_fonts *fonts, enum cg_face face); /* em, positive */
float cg_face_cap_height(const struct cg_fonts *fonts, enum cg_face face);

#endif
