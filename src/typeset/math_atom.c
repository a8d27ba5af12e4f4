/* Atoms without their scripts: symbols, names, fractions, radicals, accents, bars, braces, brackets
 * (TeXbook, Appendix G, rules 8 to 17 and 19). */
#include "typeset/math_box.h"

#include <math.h>

static struct nucleus boxed(struct box *box)
{
    return (struct nucleus){.box = box};
}

/* Rule 13: larger in display style, centred on the axis. The font's advance of an integral holds
 * its slant: a subscript stands that much nearer. */
static struct nucleus large_operator(struct layout *l, const struct node *node, struct style style)
{
    const float display_least = 1.25f, display_margin = .09f; /* em; the margin is cmex10's */
    float size = style_size(l, style), length;
    uint16_t glyph = math_glyph(l->math, node->u.symbol.code);
    if (style_is_display(style))
        glyph = math_variant(l->math, glyph, true, display_least, &length);
    struct glyph_metrics metrics = math_glyph_metrics(l->math, glyph);
    struct box *box = box_new(l);
    float axis = l->math->constants.axis;
    box_glyph(l, box, glyph, size, 0, ((metrics.top + metrics.bottom) / 2 - axis) * size,
              node->object, 0);
    float italic = math_italic(l->math, glyph) * size;
    box->w = metrics.advance * size - italic;
    if (node->takes_limits && style_is_display(style)) {
        box->h += display_margin * size;
        box->d += display_margin * size;
    }
    return (struct nucleus){.box = box, .italic = italic};
}

/* \big( and its like: the nearest size, centred on the axis. */
static struct nucleus big_delimiter(struct layout *l, const struct node *node)
{
    if (!node->u.symbol.code)
        return boxed(box_new(l));
    /* The font's sizes step finely: the nearest is within a tenth of the height. */
    float height = node->u.symbol.height - .12f;
    struct style style = {STYLE_TEXT, false};
    return boxed(box_fence(l, node->u.symbol.code, height, style, node->object));
}

static struct nucleus symbol(struct layout *l, const struct node *node, struct style style)
{
    if (node->u.symbol.large)
        return large_operator(l, node, style);
    if (node->u.symbol.height > 0)
        return big_delimiter(l, node);
    float size = style_size(l, style);
    uint16_t glyph = math_glyph(l->math, node->u.symbol.code);
    bool prime = node->u.symbol.code >= 0x2032 && node->u.symbol.code <= 0x2034;
    if (prime && style_is_script(style))
        glyph = math_script_glyph(l->math, glyph, style.level == STYLE_SCRIPT_SCRIPT);
    return (struct nucleus){.box = box_of_glyph(l, glyph, size, node->object),
                            .italic = math_italic(l->math, glyph) * size,
                            .glyph = glyph};
}

struct nucleus layout_nucleus(struct layout *l, const struct node *node, struct style style)
{
    float size = style_size(l, style);
    switch (node->kind) {
    case NODE_SYMBOL:
        return symbol(l, node, style);
    case NODE_NAME:
    case NODE_TEXT:
        return boxed(box_of_text(l, node->u.text.face, node->u.text.text, node->u.text.length, size,
                                 node->object));
    case NODE_GROUP:
        return boxed(layout_list(l, &node->u.group, style));
    case NODE_FRACTION:
        return layout_fraction(l, node, style);
    case NODE_RADICAL:
        return layout_radical(l, node, style);
    case NODE_ACCENT:
        return layout_accent(l, node, style);
    case NODE_LINE:
        return layout_line(l, node, style);
    case NODE_BRACE:
        return layout_brace(l, node, style);
    case NODE_STACK:
        return layout_stack(l, node, style);
    case NODE_FENCED:
        return layout_fenced(l, node, style);
    case NODE_ARRAY:
        return layout_array(l, node, style);
    case NODE_SPACE:
    case NODE_STYLE:
        break;
    }
    return boxed(box_new(l));
}

/* Rule 15. */
struct nucleus layout_fraction(struct layout *l, const struct node *node, struct style style)
{
    const struct math_constants *c = &l->math->constants;
    if (node->u.fraction.style != STYLE_KEEP)
        style.level = node->u.fraction.style;
    struct box *above = layout_list(l, &node->u.fraction.above, style_numerator(style));
    struct box *below = layout_list(l, &node->u.fraction.below, style_denominator(style));
    float size = style_size(l, style), axis = c->axis * size;
    bool display = style_is_display(style), bar = node->u.fraction.bar;
    float half = bar ? c->rule * size / 2 : 0;
    float up = size * (display ? c->num_display : bar ? c->num_text : c->num_stack);
    float down = size * (display ? c->denom_display : c->denom_text);
    if (bar) {
        float gap = size * (display ? c->fraction_gap_display : c->fraction_gap_text);
        up = fmaxf(up, above->d + axis + half + gap);
        down = fmaxf(down, below->h - axis + half + gap);
    } else {
        float gap = size * (display ? c->stack_gap_display : c->stack_gap_text);
        float lacking = gap - ((up - above->d) - (below->h - down));
        up += fmaxf(0, lacking) / 2;
        down += fmaxf(0, lacking) / 2;
    }
    float width = fmaxf(above->w, below->w);
    struct box *body = box_new(l);
    box_put(l, body, above, (width - above->w) / 2, -up);
    if (bar)
        box_rule(l, body, 0, -axis - half, width, 2 * half, node->object);
    box_put(l, body, below, (width - below->w) / 2, down);
    body->w = width;
    float height = display ? 2.39f * size : 1.01f * size; /* of \binom: cmsy10, σ20 and σ21 */
    struct box *box = box_new(l);
    box_append(l, box, box_fence(l, node->u.fraction.left, height, style, node->object));
    box_append(l, box, body);
    box_append(l, box, box_fence(l, node->u.fraction.right, height, style, node->object));
    return boxed(box);
}

/* Rule 11. */
struct nucleus layout_radical(struct layout *l, const struct node *node, struct style style)
{
    const struct math_constants *c = &l->math->constants;
    struct box *body = layout_list(l, &node->u.radical.body, style_cramped(style));
    float size = style_size(l, style), rule = c->rule * size;
    float wanted = size * (style_is_display(style) ? c->radical_gap_display : c->radical_gap);
    float body_h = fmaxf(body->h, c->x_height * size), body_d = fmaxf(body->d, 0);
    float least = body_h + body_d + c->radical_gap * size + rule;
    struct box *sign = box_delimiter(l, 0x221A, least, style, node->object);
    /* The sizes lie far apart: the nearest may stand closer than wanted, or else shares its excess
     * between top and bottom. */
    float gap = sign->h + sign->d - rule - body_h - body_d;
    if (gap > wanted)
        gap = (gap + wanted) / 2;
    float top = body_h + gap + rule;
    struct box *box = box_new(l);
    float x = 0;
    if (node->u.radical.degree) {
        struct style small = {STYLE_SCRIPT_SCRIPT, style.cramped};
        struct box *degree = layout_list(l, node->u.radical.degree, small);
        float bottom = top - (sign->h + sign->d);
        /* The hook of the smallest sign reaches above the part that the font names. */
        float raise =
            bottom + fmaxf(c->degree_raise * (sign->h + sign->d), .75f * size) + degree->d;
        float after = fmaxf(c->degree_before * size + degree->w + c->degree_after * size, 0);
        box_put(l, box, degree, after - c->degree_after * size - degree->w, -raise);
        x = after;
    }
    box_put(l, box, sign, x, sign->h - top);
    x += sign->w;
    box_rule(l, box, x, -top, body->w, rule, node->object);
    box_put(l, box, body, x, 0);
    box->w = x + body->w;
    box->h += c->radical_extra * size - rule;
    return boxed(box);
}

/* The letter without its dot where there is one. */
static uint32_t dotless(uint32_t code)
{
    return code == 0x1D456 ? 0x1D6A4 : code == 0x1D457 ? 0x1D6A5 : code;
}

/* Rule 12: centred over the letter's accent point, raised from the height that the accent is drawn
 * for. The letter stays a character, so that scripts stand as without the accent. */
struct nucleus layout_accent(struct layout *l, const struct node *node, struct style style)
{
    const struct math_constants *c = &l->math->constants;
    float size = style_size(l, style);
    const struct node *only = node->u.accent.body.first;
    struct nucleus base = {0};
    if (only && !only->next && only->kind == NODE_SYMBOL && !only->sup && !only->sub &&
        !only->u.symbol.large) {
        struct node letter = *only;
        letter.u.symbol.code = dotless(letter.u.symbol.code);
        base = layout_nucleus(l, &letter, style_cramped(style));
    } else {
        base = boxed(layout_list(l, &node->u.accent.body, style_cramped(style)));
    }
    float point = base.glyph ? math_accent_point(l->math, base.glyph) * size : base.box->w / 2;
    uint16_t glyph = math_glyph(l->math, node->u.accent.code);
    float rise = fmaxf(0, base.box->h - c->accent_base * size), length;
    if (node->u.accent.wide) {
        float least = base.box->w * .9f / size;
        glyph = math_variant(l->math, glyph, false, least, &length);
        if (!base.glyph || length > .6f)
            point = base.box->w / 2;
    }
    struct glyph_metrics metrics = math_glyph_metrics(l->math, glyph);
    float own = node->u.accent.wide ? (metrics.left + metrics.right) / 2
                                    : math_accent_point(l->math, glyph);
    struct box *box = box_new(l);
    box_append(l, box, base.box);
    box_glyph(l, box, glyph, size, point - own * size, -rise, node->object, 0);
    return (struct nucleus){.box = box, .italic = base.italic, .glyph = base.glyph};
}

/* Rules 9 and 10. */
struct nucleus layout_line(struct layout *l, const struct node *node, struct style style)
{
    const struct math_constants *c = &l->math->constants;
    float size = style_size(l, style), rule = c->rule * size, gap = c->line_gap * size;
    bool over = node->u.line.over;
    struct box *body = layout_list(l, &node->u.line.body, over ? style_cramped(style) : style);
    struct box *box = box_new(l);
    box_append(l, box, body);
    box_rule(l, box, 0, over ? -(body->h + gap + rule) : body->d + gap, body->w, rule,
             node->object);
    *(over ? &box->h : &box->d) += c->line_extra * size;
    return boxed(box);
}

/* The brace's ink stands .1 em from its body, as KaTeX sets it. */
struct nucleus layout_brace(struct layout *l, const struct node *node, struct style style)
{
    const float gap = .1f;
    float size = style_size(l, style);
    bool over = node->u.line.over;
    struct box *body = layout_list(l, &node->u.line.body, style);
    uint16_t glyph = math_glyph(l->math, over ? 0x23DE : 0x23DF);
    struct box *brace = box_stretched(l, glyph, body->w, size, node->object);
    struct box *box = box_new(l);
    float width = fmaxf(body->w, brace->w);
    float y = over ? -(body->h + gap * size + brace->d) : body->d + gap * size + brace->h;
    box_put(l, box, body, (width - body->w) / 2, 0);
    box_put(l, box, brace, (width - brace->w) / 2, y);
    box->w = width;
    return boxed(box);
}

struct nucleus layout_stack(struct layout *l, const struct node *node, struct style style)
{
    struct box *body = layout_list(l, &node->u.stack.body, style), *above = NULL, *below = NULL;
    if (node->u.stack.above)
        above = layout_list(l, node->u.stack.above, style_sup(style));
    if (node->u.stack.below)
        below = layout_list(l, node->u.stack.below, style_sub(style));
    return boxed(box_limits(l, body, above, below, 0, style_size(l, style)));
}

float fence_height(const struct layout *l, float height, float depth, struct style style)
{
    float axis = l->math->constants.axis * style_size(l, style);
    float half = fmaxf(height - axis, depth + axis);
    return fmaxf(half * 2 * .901f, half * 2 - .5f); /* \delimiterfactor, \delimitershortfall */
}

struct nucleus layout_fenced(struct layout *l, const struct node *node, struct style style)
{
    size_t count = 0;
    for (const struct fence *fence = node->u.fences; fence; fence = fence->next)
        count++;
    struct box **bodies = cg_alloc_array(l->arena, count, sizeof *bodies), *box = box_new(l);
    float h = 0, d = 0;
    size_t i = 0;
    for (const struct fence *fence = node->u.fences; fence; fence = fence->next, i++) {
        bodies[i] = layout_list(l, &fence->body, style);
        h = fmaxf(h, bodies[i]->h);
        d = fmaxf(d, bodies[i]->d);
    }
    float height = fence_height(l, h, d, style);
    i = 0;
    for (const struct fence *fence = node->u.fences; fence; fence = fence->next, i++) {
        box_append(l, box, box_fence(l, fence->code, height, style, fence->object));
        box_append(l, box, bodies[i]);
    }
    return boxed(box);
}
