/* Themes: every colour on the screen, as tables; text colours have a contrast of at least 4.5:1. */
#ifndef VIEW_THEME_H
#define VIEW_THEME_H

#include "view/scene.h"

enum cg_theme_id { CG_THEME_DARK, CG_THEME_LIGHT, CG_THEME_COUNT };

enum { CG_VARIABLE_COLORS = 10, CG_INDEX_COLORS = 6 };

struct cg_theme {
    const char *name;                        /* "dark", "light" */
    struct cg_color background, panel, line; /* line: hairlines and borders */
    struct cg_color text, dim, faint; /* faint is still readable: 4.5:1 on background and panel */
    struct cg_color accent, good, bad;
    struct cg_color ghost, kronecker, gradient;
    struct cg_color positive, negative;            /* diverging cells */
    struct cg_color variables[CG_VARIABLE_COLORS]; /* text and symbols */
    struct cg_color indices[CG_INDEX_COLORS];
};

const struct cg_theme *cg_theme(enum cg_theme_id id);
/* By name; CG_THEME_COUNT if there is none. */
enum cg_theme_id cg_theme_find(const char *name);

/* WCAG 2.1 contrast ratio of two opaque colours, 1 .. 21. */
double cg_contrast(struct cg_color a, struct cg_color b);
/* (1 - t) a + t b, channel by channel; t is clamped to 0 .. 1. */
struct cg_color cg_mix(struct cg_color a, struct cg_color b, double t);

/* The fill of a grid's cell and the colour of the number in it: `base` is the ink of what the grid
 * shows (or theme->positive, theme->negative), intensity 0 (barely tinted) .. 1 (as strong as the
 * text stays readable on). The text is theme->text, with a contrast of at least 4.5:1. */
void cg_cell_colors(const struct cg_theme *theme, struct cg_color base, double intensity,
                    struct cg_color *fill, struct cg_color *text);
/* The same in two steps, for many cells of one colour: how far the tint may grow with the text
 * still readable on it, so that all cells of a grid have text of one colour (at no tint at all it
 * has the contrast of theme->text); and a cell's fill. */
double cg_deepest_tint(const struct cg_theme *theme, struct cg_color base);
struct cg_color cg_cell_fill(const struct cg_theme *theme, struct cg_color base, double deepest,
                             double intensity);

#endif
