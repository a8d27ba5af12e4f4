#include "export/faces.h"

bool faces_init(struct faces *faces, const struct cg_fonts *fonts, struct cg_error *error)
{
    *faces = (struct faces){0};
    if (FT_Init_FreeType(&faces->library) != 0)
        return cg_fail_machine(error, NULL, "FreeType does not start");
    for (int i = 0; i < CG_FACE_COUNT; i++) {
        size_t size;
        const unsigned char *data = cg_fonts_data(fonts, (enum cg_face)i, &size);
        if (FT_New_Memory_Face(faces->library, data, (FT_Long)size, 0, &faces->faces[i]) != 0) {
            faces_finish(faces);
            return cg_fail_machine(error, NULL, "FreeType cannot read font %d of the program", i);
        }
    }
    return true;
}

void faces_finish(struct faces *faces)
{
    if (!faces)
        return;
    for (int i = 0; i < CG_FACE_COUNT; i++)
        if (faces->faces[i])
            FT_Done_Face(faces->faces[i]);
    if (faces->library)
        FT_Done_FreeType(faces->library);
    *faces = (struct faces){0};
}

FT_Outline *faces_outline(struct faces *faces, enum cg_face face, uint16_t glyph, long size)
{
    FT_Face ft = faces->faces[face];
    if (FT_Set_Char_Size(ft, size, size, 72, 72) != 0 ||
        FT_Load_Glyph(ft, glyph, FT_LOAD_NO_HINTING | FT_LOAD_NO_BITMAP) != 0 ||
        ft->glyph->format != FT_GLYPH_FORMAT_OUTLINE)
        return NULL;
    return &ft->glyph->outline;
}
