/* Masks: small pictures of coverage (0 .. 255) that colours are painted through: glyphs, assembled
 * glyphs, the corners of rounded rectangles, polylines. All sizes are device pixels.
 *
 * init-less values: a mask function fills *mask; free it with mask_finish. An empty mask has w = 0.
 */
#ifndef EXPORT_MASK_H
#define EXPORT_MASK_H

#include "export/faces.h"

struct mask {
    int left, top; /* of its top left pixel, relative to the origin that it was made for */
    int w, h;
    uint8_t *pixels; /* w * h */
};

void mask_finish(struct mask *mask);

/* A glyph whose origin lies at (x, y) after the decimal point: 0 <= x, y < 1. */
void mask_glyph(struct mask *mask, struct faces *faces, enum cg_face face, uint16_t glyph,
                float size, float x, float y);

/* The pieces of one assembled glyph, positions in em as in a scene's item; composited by maximum,
 * so that overlapping pieces show no seam. */
void mask_merged(struct mask *mask, struct faces *faces, enum cg_face face,
                 const struct cg_glyph *glyphs, size_t count, float size, float x, float y);

/* A disc of a whole radius in a square of 2 * radius; or, with width > 0, its rim inside. */
void mask_disc(struct mask *mask, int radius, float width);

/* A polyline with round joins and caps; with dash > 0 in dashes of that length and gaps of three
 * quarters of it, with butt caps. points: x, y pairs. */
void mask_line(struct mask *mask, struct faces *faces, const float *points, size_t count,
               float width, float dash);

/* Light text on a dark ground looks thin when it is blended in sRGB: lift the middle coverages. */
void mask_lighten(struct mask *mask);

#endif
