/* What layout sees of the fonts beyond font.h: the HarfBuzz font of each face, scaled to its units
 * per em. */
#ifndef TYPESET_FONT_PRIVATE_H
#define TYPESET_FONT_PRIVATE_H

#include "typeset/font.h"

#include <hb.h>

struct font_face {
    hb_font_t *font;  /* immutable */
    float em;         /* one font unit, in em */
    uint16_t missing; /* the glyph of U+FFFD, or 0 (.notdef) */
};

const struct font_face *font_face(const struct cg_fonts *fonts, enum cg_face face);

#endif
