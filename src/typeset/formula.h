/* Mathematical layout: a TeX subset becomes glyphs and rules with positions in em.
 *
 * y grows downwards from the baseline. Sizes do not matter to layout: multiply by pixels per em.
 * \obj{N}{...} makes whatever it wraps object N and changes no spacing.
 */
#ifndef TYPESET_FORMULA_H
#define TYPESET_FORMULA_H

#include "typeset/font.h"

struct cg_box { /* x grows to the right, y downwards */
    float x, y, w, h;
};

struct cg_formula_glyph {
    uint16_t id;
    enum cg_face face; /* \text and digits in text come from text faces, the rest from MATH */
    float x, y;        /* origin on its own baseline, em */
    float size;        /* 1 = text size; scripts are smaller */
    int object;        /* the innermost \obj around it; 0 = none */
    int group;         /* > 0: pieces of one assembled glyph, that must merge without seams */
};

struct cg_formula_rule { /* fraction bars, root bars, overlines */
    struct cg_box box;
    int object;
};

struct cg_formula_object {
    int id;     /* from the source */
    int parent; /* index of the enclosing object in `objects`, -1 = none */
    struct cg_box box;
};

struct cg_formula {
    float width, ascent, descent; /* em; ascent and descent positive */
    struct cg_formula_glyph *glyphs;
    size_t n_glyphs;
    struct cg_formula_rule *rules;
    size_t n_rules;
    struct cg_formula_object *objects; /* outer before inner */
    size_t n_objects;
    const char *tex; /* the source, as given */
};

/* Lays out TeX in display or text style. NULL with the column (and length) of the mistake. Depth is
 * capped at 64, the source at 16 kB, the glyphs at 20,000. Everything is in `arena`. */
struct cg_formula *cg_formula_layout(const struct cg_fonts *fonts, struct cg_arena *arena,
                                     const char *tex, size_t length, bool display,
                                     struct cg_error *error);

/* The object with that id, first occurrence, or NULL. */
const struct cg_formula_object *cg_formula_object(const struct cg_formula *formula, int id);

/* The formula as text, one line a glyph or rule: golden tests read it. */
struct cg_strbuf;
void cg_formula_dump(struct cg_strbuf *out, const struct cg_fonts *fonts,
                     const struct cg_formula *formula);

#endif
