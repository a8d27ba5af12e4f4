/* What one picture is made from: handed down from the board to the views that draw parts of it. */
#ifndef VIEW_FRAME_H
#define VIEW_FRAME_H

#include "view/board.h"

#include <chalkgrad/print.h>

struct cg_training; /* training.h */
struct cg_letters;  /* inked.h */

/* Lines that were laid out: what they show and where, kept from frame to frame (stage.c). Frames
 * that have it are drawn from the same numbers where the lesson, the checks and `numbers` are the
 * same. destroy accepts NULL. */
struct cg_stage_cache;
struct cg_stage_cache *cg_stage_cache_create(void);
void cg_stage_cache_destroy(struct cg_stage_cache *cache);

struct cg_frame {
    struct cg_scene *scene;
    const struct cg_fonts *fonts;
    const struct cg_theme *theme;
    struct cg_lesson *lesson;
    struct cg_env *env; /* the numbers shown: the lesson's, or those of a frozen update */
    const struct cg_check *checks; /* of the lines, by step id */
    const struct cg_position *position;
    const struct cg_beat *beat;
    const struct cg_step *step; /* the line shown (fold resolved); NULL where the beat has none */
    bool summary;               /* the lines between those of the summary are not shown */
    const struct cg_step *from; /* the line that the animation comes from; NULL at rest */
    const struct cg_training *training; /* at a training beat; else NULL */
    const struct cg_letters *letters;   /* the lesson's index letters, for maths in prose */
    float phase;                        /* 0 .. 1, eased; 1 at rest */
    float em;                           /* pixels of body text: grows with the canvas */
    struct cg_stage_cache *cache;       /* NULL: everything is laid out anew */
    size_t numbers;                     /* another value for other numbers in env */
};

/* Colours by meaning: the same for a value, an index, a term everywhere (ink.c). */
struct cg_color cg_value_ink(const struct cg_theme *theme, const struct cg_value *value);
struct cg_color cg_index_ink(const struct cg_theme *theme, char letter);
/* The colour of a term and of its grid: its value's, gradient for dJ/d., kronecker for a delta, the
 * function's colour for f'(..), the first value's of a compound term. */
struct cg_color cg_term_ink(const struct cg_theme *theme, const struct cg_expr *term);
/* The colour of one object of a typeset formula. */
struct cg_color cg_object_ink(const struct cg_theme *theme, const struct cg_object *object);

/* The stage (stage.c): the line of the derivation, the line before it, the grids of its terms, the
 * arithmetic of the pinned cell, the legend; within `area`. */
void cg_stage_draw(const struct cg_frame *frame, struct cg_box area);

/* A formula as items of the scene (formula_view.c): its left end at x, its baseline at y, `size`
 * pixels per em, each object in its ink; `alpha` fades it. Adds hit regions where `hits`. The label
 * of its first item is its TeX. `objects` may be NULL. Returns its width. */
float cg_draw_formula(const struct cg_frame *frame, const struct cg_formula *formula,
                      const struct cg_objects *objects, float x, float y, float size, float alpha,
                      bool hits);

/* TeX without its \obj{N}{...} wrappers: what a person reads in the dump. */
const char *cg_plain_tex(struct cg_arena *arena, const char *tex);

/* Numbers in cells: one format for a whole grid, tabular, with a common power of ten where all are
 * tiny or huge (exponent 0: none), "−" as the minus sign (number.c). */
struct cg_number_format {
    int decimals, exponent;
};
struct cg_number_format cg_number_format(const double *numbers, size_t count, int digits);
void cg_number_text(char text[32], struct cg_number_format format, double number);

#endif
