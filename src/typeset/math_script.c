/* Superscripts, subscripts and limits (TeXbook, Appendix G, rules 13a and 18). */
#include "typeset/math_box.h"

#include <math.h>

struct shifts {
    float up, down;
};

/* Rules 18a to 18f: how far the scripts move from the baseline. */
static struct shifts script_shifts(const struct layout *l, const struct nucleus *nucleus,
                                   const struct box *sup, const struct box *sub, struct style style)
{
    const struct math_constants *c = &l->math->constants;
    float size = style_size(l, style), script = style_size(l, style_sup(style));
    struct shifts s = {0};
    if (!nucleus->glyph) {
        s.up = nucleus->box->h - c->sup_drop * script;
        s.down = nucleus->box->d + c->sub_drop * script;
    }
    if (!sup && sub)
        s.down = fmaxf(s.down, fmaxf(c->sub * size, sub->h - c->sub_top_max * size));
    if (!sup)
        return s;
    float least = style.cramped             ? c->sup_cramped
                  : style_is_display(style) ? c->sup_display
                                            : c->sup_text;
    s.up = fmaxf(s.up, fmaxf(least * size, sup->d + c->sup_bottom_min * size));
    if (!sub)
        return s;
    s.down = fmaxf(s.down, c->sub_with_sup * size);
    float lacking = c->script_gap * size - ((s.up - sup->d) - (sub->h - s.down));
    if (lacking > 0) {
        s.down += lacking;
        float raise = c->sup_bottom_max * size - (s.up - sup->d);
        if (raise > 0) {
            s.up += raise;
            s.down -= raise;
        }
    }
    return s;
}

/* OpenType MATH: the corner is free at the heights where script and base overlap; the nearer of the
 * two counts. */
static float corner_kern(const struct layout *l, const struct nucleus *nucleus, float size,
                         hb_ot_math_kern_t corner, float script_edge)
{
    if (!nucleus->glyph)
        return 0;
    struct glyph_metrics base = math_glyph_metrics(l->math, nucleus->glyph);
    float base_edge = corner == HB_OT_MATH_KERN_TOP_RIGHT ? base.top : base.bottom;
    float at_script = math_kern(l->math, nucleus->glyph, corner, script_edge / size);
    float at_base = math_kern(l->math, nucleus->glyph, corner, base_edge);
    /* The font moves n so far under the bowl of P that it touches the stem. */
    float most = math_italic(l->math, nucleus->glyph) + .13f;
    return fmaxf(fmaxf(at_script, at_base), -most) * size;
}

static struct box *with_scripts(struct layout *l, const struct node *node,
                                const struct nucleus *nucleus, struct style style)
{
    struct box *sup = node->sup ? layout_list(l, node->sup, style_sup(style)) : NULL;
    struct box *sub = node->sub ? layout_list(l, node->sub, style_sub(style)) : NULL;
    struct shifts shifts = script_shifts(l, nucleus, sup, sub, style);
    float size = style_size(l, style), width = nucleus->box->w;
    struct box *box = box_new(l);
    box_append(l, box, nucleus->box);
    if (sup) {
        float kern = corner_kern(l, nucleus, size, HB_OT_MATH_KERN_TOP_RIGHT, shifts.up - sup->d);
        float x = width + nucleus->italic + kern;
        box_put(l, box, sup, x, -shifts.up);
        box->w = fmaxf(box->w, x + sup->w + l->math->constants.after_script);
    }
    if (sub) {
        float kern =
            corner_kern(l, nucleus, size, HB_OT_MATH_KERN_BOTTOM_RIGHT, sub->h - shifts.down);
        float x = width + kern;
        box_put(l, box, sub, x, shifts.down);
        box->w = fmaxf(box->w, x + sub->w + l->math->constants.after_script);
    }
    return box;
}

struct box *box_limits(struct layout *l, const struct box *base, const struct box *above,
                       const struct box *below, float italic, float size)
{
    const struct math_constants *c = &l->math->constants;
    struct box *box = box_new(l);
    float width = fmaxf(base->w, fmaxf(above ? above->w : 0, below ? below->w : 0));
    float h = base->h, d = base->d;
    box_put(l, box, base, (width - base->w) / 2, 0);
    if (above) {
        float gap = fmaxf(c->upper_gap * size, c->upper_rise * size - above->d);
        box_put(l, box, above, (width - above->w + italic) / 2, -(h + gap + above->d));
        box->h += c->limit_margin * size;
    }
    if (below) {
        float gap = fmaxf(c->lower_gap * size, c->lower_drop * size - below->h);
        box_put(l, box, below, (width - below->w - italic) / 2, d + gap + below->h);
        box->d += c->limit_margin * size;
    }
    box->w = width;
    return box;
}

static bool has_limits(const struct node *node, struct style style)
{
    switch (node->limits) {
    case LIMITS_ALWAYS:
        return true;
    case LIMITS_NEVER:
        return false;
    case LIMITS_DEFAULT:
        break;
    }
    return node->takes_limits && style_is_display(style);
}

struct box *layout_atom(struct layout *l, const struct node *node, struct style style)
{
    struct nucleus nucleus = layout_nucleus(l, node, style);
    if ((node->sup || node->sub) && has_limits(node, style)) {
        struct box *sup = node->sup ? layout_list(l, node->sup, style_sup(style)) : NULL;
        struct box *sub = node->sub ? layout_list(l, node->sub, style_sub(style)) : NULL;
        return box_limits(l, nucleus.box, sup, sub, nucleus.italic, style_size(l, style));
    }
    if (node->sup || node->sub)
        return with_scripts(l, node, &nucleus, style);
    nucleus.box->w += nucleus.italic;
    return nucleus.box;
}
