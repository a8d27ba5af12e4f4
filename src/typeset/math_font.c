#include "typeset/math_font.h"

#include <math.h>

static float constant(const struct math_font *math, hb_ot_math_constant_t which)
{
    return (float)hb_ot_math_get_constant(math->font, which) * math->em;
}

static void find_script_lookups(struct math_font *math)
{
    const hb_tag_t features[] = {HB_TAG('s', 's', 't', 'y'), HB_TAG_NONE};
    hb_set_t *lookups = hb_set_create();
    hb_ot_layout_collect_lookups(hb_font_get_face(math->font), HB_OT_TAG_GSUB, NULL, NULL, features,
                                 lookups);
    hb_codepoint_t lookup = HB_SET_VALUE_INVALID;
    while (math->n_script_lookups < MATH_LOOKUPS && hb_set_next(lookups, &lookup))
        math->script_lookups[math->n_script_lookups++] = lookup;
    hb_set_destroy(lookups);
}

/* The font's MATH table where it says all that layout needs. It has a single subscript drop where
 * TeX has two, and a single rise of superscripts where TeX has three, and its text fractions stand
 * far apart: there the parameters of TeX's own fonts (TeXbook, Appendix G; cmsy10, cmex10) hold,
 * which KaTeX uses too. */
void math_font_init(struct math_font *math, hb_font_t *font, float em)
{
    *math = (struct math_font){.font = font, .em = em};
    struct math_constants *c = &math->constants;
    hb_position_t x_height = 0;
    hb_ot_metrics_get_position_with_fallback(font, HB_OT_METRICS_TAG_X_HEIGHT, &x_height);
    c->x_height = (float)x_height * em;
    c->axis = constant(math, HB_OT_MATH_CONSTANT_AXIS_HEIGHT);
    c->rule = constant(math, HB_OT_MATH_CONSTANT_FRACTION_RULE_THICKNESS);
    c->script_size =
        (float)hb_ot_math_get_constant(font, HB_OT_MATH_CONSTANT_SCRIPT_PERCENT_SCALE_DOWN) / 100;
    c->script_script_size =
        (float)hb_ot_math_get_constant(font, HB_OT_MATH_CONSTANT_SCRIPT_SCRIPT_PERCENT_SCALE_DOWN) /
        100;
    c->sup_display = .413f;
    c->sup_text = .363f;
    c->sup_cramped = .289f;
    c->sub = .15f;
    c->sub_with_sup = .247f;
    c->sup_drop = .386f;
    c->sub_drop = .05f;
    c->sup_bottom_min = constant(math, HB_OT_MATH_CONSTANT_SUPERSCRIPT_BOTTOM_MIN);
    c->sub_top_max = constant(math, HB_OT_MATH_CONSTANT_SUBSCRIPT_TOP_MAX);
    c->script_gap = constant(math, HB_OT_MATH_CONSTANT_SUB_SUPERSCRIPT_GAP_MIN);
    c->sup_bottom_max = constant(math, HB_OT_MATH_CONSTANT_SUPERSCRIPT_BOTTOM_MAX_WITH_SUBSCRIPT);
    c->after_script = .05f;
    c->upper_gap = .111f;
    c->upper_rise = .2f;
    c->lower_gap = .167f;
    c->lower_drop = .6f;
    c->limit_margin = .1f;
    c->num_display = .677f;
    c->num_text = .394f;
    c->num_stack = .444f;
    c->denom_display = .686f;
    c->denom_text = .345f;
    c->fraction_gap_display =
        constant(math, HB_OT_MATH_CONSTANT_FRACTION_NUM_DISPLAY_STYLE_GAP_MIN);
    c->fraction_gap_text = constant(math, HB_OT_MATH_CONSTANT_FRACTION_NUMERATOR_GAP_MIN);
    c->stack_gap_display = constant(math, HB_OT_MATH_CONSTANT_STACK_DISPLAY_STYLE_GAP_MIN);
    c->stack_gap_text = constant(math, HB_OT_MATH_CONSTANT_STACK_GAP_MIN);
    c->radical_gap_display = constant(math, HB_OT_MATH_CONSTANT_RADICAL_DISPLAY_STYLE_VERTICAL_GAP);
    c->radical_gap = constant(math, HB_OT_MATH_CONSTANT_RADICAL_VERTICAL_GAP);
    c->radical_extra = constant(math, HB_OT_MATH_CONSTANT_RADICAL_EXTRA_ASCENDER);
    c->degree_before = constant(math, HB_OT_MATH_CONSTANT_RADICAL_KERN_BEFORE_DEGREE);
    c->degree_after = constant(math, HB_OT_MATH_CONSTANT_RADICAL_KERN_AFTER_DEGREE);
    c->degree_raise = (float)hb_ot_math_get_constant(
                          font, HB_OT_MATH_CONSTANT_RADICAL_DEGREE_BOTTOM_RAISE_PERCENT) /
                      100;
    c->line_gap = .12f;
    c->line_extra = .04f;
    c->accent_base = constant(math, HB_OT_MATH_CONSTANT_ACCENT_BASE_HEIGHT);
    c->null_delimiter = .12f;
    c->overlap = (float)hb_ot_math_get_min_connector_overlap(font, HB_DIRECTION_BTT) * em;
    find_script_lookups(math);
}

uint16_t math_glyph(const struct math_font *math, uint32_t code)
{
    hb_codepoint_t glyph = 0;
    hb_font_get_nominal_glyph(math->font, code, &glyph);
    return (uint16_t)glyph;
}

struct glyph_metrics math_glyph_metrics(const struct math_font *math, uint16_t glyph)
{
    hb_glyph_extents_t ink = {0};
    hb_font_get_glyph_extents(math->font, glyph, &ink);
    float em = math->em;
    return (struct glyph_metrics){
        .advance = (float)hb_font_get_glyph_h_advance(math->font, glyph) * em,
        .left = (float)ink.x_bearing * em,
        .right = (float)(ink.x_bearing + ink.width) * em,
        .top = (float)ink.y_bearing * em,
        .bottom = (float)(ink.y_bearing + ink.height) * em,
    };
}

float math_italic(const struct math_font *math, uint16_t glyph)
{
    return (float)hb_ot_math_get_glyph_italics_correction(math->font, glyph) * math->em;
}

float math_accent_point(const struct math_font *math, uint16_t glyph)
{
    return (float)hb_ot_math_get_glyph_top_accent_attachment(math->font, glyph) * math->em;
}

float math_kern(const struct math_font *math, uint16_t glyph, hb_ot_math_kern_t corner,
                float height)
{
    hb_position_t kern = hb_ot_math_get_glyph_kerning(math->font, glyph, corner,
                                                      (hb_position_t)lroundf(height / math->em));
    return kern < 0 ? (float)kern * math->em : 0;
}

uint16_t math_script_glyph(const struct math_font *math, uint16_t glyph, bool script_script)
{
    for (unsigned i = 0; i < math->n_script_lookups; i++) {
        hb_codepoint_t forms[2];
        unsigned count = 2;
        hb_ot_layout_lookup_get_glyph_alternates(hb_font_get_face(math->font),
                                                 math->script_lookups[i], glyph, 0, &count, forms);
        if (count)
            return (uint16_t)forms[script_script && count > 1];
    }
    return glyph;
}

enum { MOST_VARIANTS = 32, MOST_PARTS = 8 };

static unsigned variants(const struct math_font *math, uint16_t glyph, bool vertical,
                         hb_ot_math_glyph_variant_t *found)
{
    unsigned count = MOST_VARIANTS;
    hb_ot_math_get_glyph_variants(math->font, glyph, vertical ? HB_DIRECTION_BTT : HB_DIRECTION_LTR,
                                  0, &count, found);
    return count;
}

uint16_t math_variant(const struct math_font *math, uint16_t glyph, bool vertical, float least,
                      float *length)
{
    hb_ot_math_glyph_variant_t found[MOST_VARIANTS];
    unsigned count = variants(math, glyph, vertical, found);
    struct glyph_metrics own = math_glyph_metrics(math, glyph);
    *length = vertical ? own.top - own.bottom : own.right - own.left;
    for (unsigned i = 0; i < count && *length < least; i++) {
        glyph = (uint16_t)found[i].glyph;
        *length = (float)found[i].advance * math->em;
    }
    return glyph;
}

uint16_t math_nearest(const struct math_font *math, uint16_t glyph, bool vertical, float size)
{
    hb_ot_math_glyph_variant_t found[MOST_VARIANTS];
    unsigned count = variants(math, glyph, vertical, found);
    float nearest = INFINITY;
    for (unsigned i = 0; i < count; i++) {
        float distance = fabsf((float)found[i].advance * math->em - size);
        if (distance < nearest) {
            nearest = distance;
            glyph = (uint16_t)found[i].glyph;
        }
    }
    return glyph;
}

/* Lays `repeats` of each extender among the fixed parts, neighbours overlapping by `overlap` or as
 * much as their connectors allow. Returns the length; fills `pieces` where given. */
static float lay_parts(const hb_ot_math_glyph_part_t *parts, unsigned n, float em, unsigned repeats,
                       float overlap, struct math_piece *pieces, size_t *count)
{
    float end = 0;
    const hb_ot_math_glyph_part_t *before = NULL;
    *count = 0;
    for (unsigned i = 0; i < n; i++) {
        bool extender = parts[i].flags & HB_OT_MATH_GLYPH_PART_FLAG_EXTENDER;
        for (unsigned k = 0; k < (extender ? repeats : 1); k++) {
            float most =
                before ? (float)(before->end_connector_length < parts[i].start_connector_length
                                     ? before->end_connector_length
                                     : parts[i].start_connector_length) *
                             em
                       : 0;
            float length = (float)parts[i].full_advance * em;
            float at = end - (overlap < most ? overlap : most);
            if (pieces)
                pieces[*count] = (struct math_piece){(uint16_t)parts[i].glyph, at, length};
            ++*count;
            end = at + length;
            before = &parts[i];
        }
    }
    return end;
}

struct math_piece *math_assembly(const struct math_font *math, struct cg_arena *arena,
                                 uint16_t glyph, bool vertical, float least, size_t most,
                                 size_t *count)
{
    hb_ot_math_glyph_part_t parts[MOST_PARTS];
    unsigned n = MOST_PARTS;
    hb_ot_math_get_glyph_assembly(math->font, glyph, vertical ? HB_DIRECTION_BTT : HB_DIRECTION_LTR,
                                  0, &n, parts, NULL);
    if (!n)
        return NULL;
    /* From one repeat on, each adds the same length. */
    float overlap = math->constants.overlap;
    unsigned repeats = 0;
    float length = lay_parts(parts, n, math->em, 0, overlap, NULL, count);
    float once = lay_parts(parts, n, math->em, 1, overlap, NULL, count);
    float each = lay_parts(parts, n, math->em, 2, overlap, NULL, count) - once;
    if (length < least && each > 0) {
        float more = ceilf(fmaxf(0, least - once) / each);
        repeats = 1 + (unsigned)fminf(more, (float)most);
        length = once + (float)(repeats - 1) * each;
    }
    /* The overlap that makes the length right, by halving: connectors differ in length, so that
     * the length falls with the overlap but not evenly. */
    float low = overlap, high = 2;
    for (int i = 0; i < 24 && length > least; i++) {
        float middle = (low + high) / 2;
        if (lay_parts(parts, n, math->em, repeats, middle, NULL, count) >= least)
            low = middle;
        else
            high = middle;
    }
    lay_parts(parts, n, math->em, repeats, low, NULL, count);
    struct math_piece *pieces = cg_alloc_array(arena, *count + 1, sizeof *pieces);
    lay_parts(parts, n, math->em, repeats, low, pieces, count);
    return pieces;
}
