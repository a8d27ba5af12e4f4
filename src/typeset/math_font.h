/* The mathematics face: its constants, glyphs, larger variants and assemblies, in em. */
#ifndef TYPESET_MATH_FONT_H
#define TYPESET_MATH_FONT_H

#include "typeset/font.h"

#include <hb-ot.h>
#include <stdbool.h>

/* Distances at text size, in em; multiply by the size of the style. */
struct math_constants {
    float axis, x_height, rule; /* rule: thickness of bars */
    float script_size, script_script_size;
    float sup_display, sup_text, sup_cramped; /* least rise of a superscript */
    float sub, sub_with_sup;                  /* least drop of a subscript */
    float sup_drop, sub_drop;                 /* from the top and bottom of a box */
    float sup_bottom_min, sub_top_max, script_gap, sup_bottom_max;
    float after_script;
    float upper_gap, upper_rise, lower_gap, lower_drop, limit_margin;
    float num_display, num_text, num_stack, denom_display, denom_text;
    float fraction_gap_display, fraction_gap_text, stack_gap_display, stack_gap_text;
    float radical_gap_display, radical_gap, radical_extra;
    float degree_before, degree_after, degree_raise; /* raise: part of the radical's height */
    float line_gap, line_extra;
    float accent_base, null_delimiter, overlap;
};

enum { MATH_LOOKUPS = 4 };

struct math_font {
    hb_font_t *font; /* borrowed */
    float em;
    struct math_constants constants;
    unsigned script_lookups[MATH_LOOKUPS], n_script_lookups; /* of feature ssty */
};

void math_font_init(struct math_font *math, hb_font_t *font, float em);
const struct math_font *font_math(const struct cg_fonts *fonts); /* defined in font.c */

struct glyph_metrics { /* em at text size; ink, y upwards */
    float advance, left, right, top, bottom;
};

uint16_t math_glyph(const struct math_font *math, uint32_t code); /* 0: the font lacks it */
struct glyph_metrics math_glyph_metrics(const struct math_font *math, uint16_t glyph);
float math_italic(const struct math_font *math, uint16_t glyph);
/* Where an accent is centred, from the origin. */
float math_accent_point(const struct math_font *math, uint16_t glyph);
/* How much nearer a script at `height` may come to the glyph's corner; <= 0. */
float math_kern(const struct math_font *math, uint16_t glyph, hb_ot_math_kern_t corner,
                float height);
/* The form of the glyph that is drawn for scripts, where it has one: small primes. */
uint16_t math_script_glyph(const struct math_font *math, uint16_t glyph, bool script_script);

/* The glyph itself or a larger variant: the smallest of at least `least` in that direction, else
 * the largest, whose length goes to *length. */
uint16_t math_variant(const struct math_font *math, uint16_t glyph, bool vertical, float least,
                      float *length);
/* The variant nearest to `size`. */
uint16_t math_nearest(const struct math_font *math, uint16_t glyph, bool vertical, float size);

struct math_piece {
    uint16_t glyph;
    float at, length; /* from the start: the bottom, or the left end */
};

/* Pieces that make up at least `least`; NULL where the font has none for this glyph. At most `most`
 * pieces, so that the result may be shorter. */
struct math_piece *math_assembly(const struct math_font *math, struct cg_arena *arena,
                                 uint16_t glyph, bool vertical, float least, size_t most,
                                 size_t *count);

#endif
