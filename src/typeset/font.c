#include "typeset/font.h"

#include "typeset/font_private.h"
#include "typeset/math_font.h"

#include <hb-ot.h>
#include <limits.h>
#include <stdlib.h>

/* Defined in font_data.S. */
extern const unsigned char font_data_text[], font_data_text_end[];
extern const unsigned char font_data_italic[], font_data_italic_end[];
extern const unsigned char font_data_semibold[], font_data_semibold_end[];
extern const unsigned char font_data_math[], font_data_math_end[];

static const struct {
    const char *file;
    const unsigned char *first, *end;
} files[CG_FACE_COUNT] = {
    [CG_FACE_TEXT] = {"SourceSans3-Regular.ttf", font_data_text, font_data_text_end},
    [CG_FACE_ITALIC] = {"SourceSans3-It.ttf", font_data_italic, font_data_italic_end},
    [CG_FACE_SEMIBOLD] = {"SourceSans3-Semibold.ttf", font_data_semibold, font_data_semibold_end},
    [CG_FACE_MATH] = {"STIXTwoMath-Regular.otf", font_data_math, font_data_math_end},
};

struct cg_fonts {
    struct font_face faces[CG_FACE_COUNT];
    struct math_font math;
};

/* y up, scaled to units per em: HarfBuzz's own default, so that metrics are exact integers. */
static bool open_face(struct font_face *face, enum cg_face which, struct cg_error *error)
{
    size_t size;
    const char *data = (const char *)cg_fonts_data(NULL, which, &size);
    hb_blob_t *blob = hb_blob_create(data, (unsigned)size, HB_MEMORY_MODE_READONLY, NULL, NULL);
    hb_face_t *file = hb_face_create(blob, 0);
    hb_blob_destroy(blob);
    unsigned units = hb_face_get_upem(file);
    face->font = hb_font_create(file);
    face->em = 1 / (float)units;
    bool usable =
        hb_face_get_glyph_count(file) > 0 && (which != CG_FACE_MATH || hb_ot_math_has_data(file));
    hb_face_destroy(file);
    if (!usable)
        return cg_fail_machine(error, files[which].file, "this font is damaged");
    hb_font_set_scale(face->font, (int)units, (int)units);
    hb_ot_font_set_funcs(face->font);
    hb_codepoint_t glyph = 0;
    hb_font_get_nominal_glyph(face->font, 0xFFFD, &glyph);
    face->missing = (uint16_t)glyph;
    hb_font_make_immutable(face->font);
    return true;
}

struct cg_fonts *cg_fonts_create(struct cg_error *error)
{
    struct cg_fonts *fonts = cg_xmalloc(sizeof *fonts);
    *fonts = (struct cg_fonts){0};
    for (int face = 0; face < CG_FACE_COUNT; face++) {
        if (!open_face(&fonts->faces[face], (enum cg_face)face, error)) {
            cg_fonts_destroy(fonts);
            return NULL;
        }
    }
    math_font_init(&fonts->math, fonts->faces[CG_FACE_MATH].font, fonts->faces[CG_FACE_MATH].em);
    return fonts;
}

void cg_fonts_destroy(struct cg_fonts *fonts)
{
    if (!fonts)
        return;
    for (int face = 0; face < CG_FACE_COUNT; face++)
        hb_font_destroy(fonts->faces[face].font);
    free(fonts);
}

const unsigned char *cg_fonts_data(const struct cg_fonts *fonts, enum cg_face face, size_t *size)
{
    (void)fonts; /* the files are constants of the program */
    *size = (size_t)(files[face].end - files[face].first);
    return files[face].first;
}

const struct font_face *font_face(const struct cg_fonts *fonts, enum cg_face face)
{
    return &fonts->faces[face];
}

const struct math_font *font_math(const struct cg_fonts *fonts)
{
    return &fonts->math;
}

static struct cg_run run_of_buffer(struct cg_arena *arena, hb_buffer_t *buffer, float em)
{
    unsigned count = 0;
    const hb_glyph_info_t *infos = hb_buffer_get_glyph_infos(buffer, &count);
    const hb_glyph_position_t *places = hb_buffer_get_glyph_positions(buffer, NULL);
    struct cg_run run = {.glyphs = cg_alloc(arena, (count + 1) * sizeof *run.glyphs),
                         .count = count};
    long x = 0;
    for (unsigned i = 0; i < count; i++) {
        run.glyphs[i] = (struct cg_glyph){.id = (uint16_t)infos[i].codepoint,
                                          .x = (float)(x + places[i].x_offset) * em,
                                          .y = (float)-places[i].y_offset * em};
        x += places[i].x_advance;
    }
    run.width = (float)x * em;
    return run;
}

struct cg_run cg_shape_text(const struct cg_fonts *fonts, struct cg_arena *arena, enum cg_face face,
                            const char *text, size_t length)
{
    const struct font_face *own = &fonts->faces[face];
    hb_feature_t tabular = {HB_TAG('t', 'n', 'u', 'm'), 1, HB_FEATURE_GLOBAL_START,
                            HB_FEATURE_GLOBAL_END};
    hb_buffer_t *buffer = hb_buffer_create();
    int size = length > INT_MAX ? INT_MAX : (int)length;
    hb_buffer_add_utf8(buffer, text, size, 0, size);
    hb_buffer_set_direction(buffer, HB_DIRECTION_LTR);
    hb_buffer_set_script(buffer, HB_SCRIPT_LATIN);
    hb_buffer_set_language(buffer, hb_language_from_string("en", -1)); /* not the user's locale */
    hb_buffer_set_not_found_glyph(buffer, own->missing);
    hb_shape(own->font, buffer, &tabular, 1);
    if (!hb_buffer_allocation_successful(buffer))
        cg_out_of_memory();
    struct cg_run run = run_of_buffer(arena, buffer, own->em);
    hb_buffer_destroy(buffer);
    return run;
}

static float metric(const struct cg_fonts *fonts, enum cg_face face, hb_ot_metrics_tag_t tag)
{
    hb_position_t value = 0;
    hb_ot_metrics_get_position_with_fallback(fonts->faces[face].font, tag, &value);
    return (float)value * fonts->faces[face].em;
}

float cg_face_ascent(const struct cg_fonts *fonts, enum cg_face face)
{
    return metric(fonts, face, HB_OT_METRICS_TAG_HORIZONTAL_ASCENDER);
}

float cg_face_descent(const struct cg_fonts *fonts, enum cg_face face)
{
    return -metric(fonts, face, HB_OT_METRICS_TAG_HORIZONTAL_DESCENDER);
}

float cg_face_cap_height(const struct cg_fonts *fonts, enum cg_face face)
{
    return metric(fonts, face, HB_OT_METRICS_TAG_CAP_HEIGHT);
}
