/* The fonts as FreeType faces: outlines by glyph id, without hinting. One for each drawer or
 * picture; FreeType faces carry a current size, so they are not shared. */
#ifndef EXPORT_FACES_H
#define EXPORT_FACES_H

#include "typeset/font.h"

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H

struct faces {
    FT_Library library;
    FT_Face faces[CG_FACE_COUNT];
};

/* Borrows the bytes of `fonts`, which must outlive it. finish accepts NULL and zeroed faces. */
bool faces_init(struct faces *faces, const struct cg_fonts *fonts, struct cg_error *error);
void faces_finish(struct faces *faces);

/* The outline of a glyph at `size` (26.6 pixels per em), y upwards, 26.6. Valid until the next call
 * for that face; may be changed in place. NULL where the face has no such glyph. */
FT_Outline *faces_outline(struct faces *faces, enum cg_face face, uint16_t glyph, long size);

#endif
