/* Boxes: what layout builds. A box has a reference point on its baseline; its items lie relative to
 * it, x to the right, y downwards. Sizes are final (em of text size): nothing is scaled later. */
#ifndef TYPESET_MATH_BOX_H
#define TYPESET_MATH_BOX_H

#include "typeset/formula.h"
#include "typeset/math_font.h"
#include "typeset/tex_node.h"

#include <chalkgrad/error.h>

enum { MATH_MAX_GLYPHS = 20000 };

struct box;

enum item_kind { ITEM_GLYPH, ITEM_RULE, ITEM_BOX };

struct item {
    struct item *next;
    enum item_kind kind;
    float x,
        y; /* the glyph's origin, the rule's top left corner, the inner box's reference point */
    int object; /* index + 1; 0: none */
    union {
        struct {
            uint16_t id;
            enum cg_face face;
            float size;
            int group;
            struct cg_box ink; /* relative to the origin */
        } glyph;
        struct {
            float w, h;
        } rule;
        const struct box *box;
    } u;
};

struct box {
    float w, h, d; /* width, height above and depth below the baseline; any may be negative */
    struct item *first, *last;
};

/* One of TeX's eight styles. */
struct style {
    enum style_level level;
    bool cramped;
};

struct layout {
    struct cg_arena *arena;
    const struct cg_fonts *fonts;
    const struct math_font *math;
    size_t n_glyphs, n_rules; /* more than MATH_MAX_GLYPHS: the formula fails */
    int n_groups;
};

struct box *box_new(struct layout *l);
/* `inner` into `outer` at (x, y); heights grow, the width does not. */
void box_put(struct layout *l, struct box *outer, const struct box *inner, float x, float y);
/* Behind what is there: the width grows. */
void box_append(struct layout *l, struct box *outer, const struct box *inner);
/* Returns the metrics, em at text size. */
struct glyph_metrics box_glyph(struct layout *l, struct box *box, uint16_t glyph, float size,
                               float x, float y, int object, int group);
void box_rule(struct layout *l, struct box *box, float x, float y, float w, float h, int object);
/* A box that holds one glyph of the mathematics face: width its advance, heights its ink. */
struct box *box_of_glyph(struct layout *l, uint16_t glyph, float size, int object);
struct box *box_of_text(struct layout *l, enum cg_face face, const char *text, size_t length,
                        float size, int object);

/* A delimiter at least `height` high (em, height plus depth), centred on the axis. */
struct box *box_delimiter(struct layout *l, uint32_t code, float height, struct style style,
                          int object);
/* The same as one of a pair of brackets: a tall one keeps its distance. */
struct box *box_fence(struct layout *l, uint32_t code, float height, struct style style,
                      int object);
/* A glyph stretched to about the width, its ink from x = 0; may be shorter or longer. */
struct box *box_stretched(struct layout *l, uint16_t glyph, float width, float size, int object);

float style_size(const struct layout *l, struct style style);
struct style style_sup(struct style style);
struct style style_sub(struct style style);
struct style style_cramped(struct style style);
struct style style_numerator(struct style style);
struct style style_denominator(struct style style);
static inline bool style_is_display(struct style style)
{
    return style.level == STYLE_DISPLAY;
}
static inline bool style_is_script(struct style style)
{
    return style.level >= STYLE_SCRIPT;
}

/* A list on one baseline, with the spaces between its atoms (math_list.c). */
struct box *layout_list(struct layout *l, const struct node_list *list, struct style style);

/* An atom without its scripts. */
struct nucleus {
    struct box *box;
    float italic;   /* what a superscript needs to clear the slant of the last glyph */
    uint16_t glyph; /* where it is a single character: for kerning; else 0 */
};
struct nucleus layout_nucleus(struct layout *l, const struct node *node, struct style style);

/* With its scripts or limits (math_script.c). */
struct box *layout_atom(struct layout *l, const struct node *node, struct style style);

struct nucleus layout_fraction(struct layout *l, const struct node *node, struct style style);
struct nucleus layout_radical(struct layout *l, const struct node *node, struct style style);
struct nucleus layout_accent(struct layout *l, const struct node *node, struct style style);
struct nucleus layout_line(struct layout *l, const struct node *node, struct style style);
struct nucleus layout_brace(struct layout *l, const struct node *node, struct style style);
struct nucleus layout_stack(struct layout *l, const struct node *node, struct style style);
struct nucleus layout_fenced(struct layout *l, const struct node *node, struct style style);
struct nucleus layout_array(struct layout *l, const struct node *node, struct style style);

/* Limits set above and below a base, centred; either may be NULL. */
struct box *box_limits(struct layout *l, const struct box *base, const struct box *above,
                       const struct box *below, float italic, float size);
/* The height of \left and \right around something of that height and depth (TeXbook, rule 19). */
float fence_height(const struct layout *l, float height, float depth, struct style style);

#endif
