/* Private to the stage: what the parts of the stage share while one line is painted.
 *
 * A line is painted straight into the scene. Every item gets a key that says what it shows:
 * motion.c paints two lines, matches their items by key and draws what lies between. Painting is
 * pure: the same frame and focus, the same items.
 */
#ifndef VIEW_STAGE_H
#define VIEW_STAGE_H

#include "view/frame.h"

#include <chalkgrad/print.h>

enum { STAGE_MAX_AXES = 6 };

/* What an item is a picture of. Items of two lines match where role and `at` are the same and the
 * node is the same or came from it. */
enum stage_role {
    ROLE_NONE,     /* matches nothing: fades */
    ROLE_LINE,     /* a piece of the line; at = what within the node, ordinal */
    ROLE_PREVIOUS, /* of the dimmed line above */
    ROLE_LABEL,    /* of a formula that says what a grid is */
    ROLE_CELL,     /* a cell of a factor's grid; at = slice, row, col, part */
    ROLE_RESULT,   /* a cell of the result; likewise */
    ROLE_SHEET,    /* a cell of one summand's sheet; likewise */
    ROLE_FIXED     /* furniture; at = content and ordinal */
};

struct stage_key {
    const struct cg_expr *node;
    enum stage_role role;
    uint32_t at[4];
};

/* What is pointed at. */
enum focus_kind { FOCUS_NONE, FOCUS_TERM, FOCUS_INDEX, FOCUS_CELL };

struct stage_focus {
    enum focus_kind kind;
    const struct cg_expr *node; /* TERM, CELL: whose grid */
    char letter;                /* INDEX */
    size_t n;                   /* CELL: its index values */
    struct cg_index index[STAGE_MAX_AXES];
    size_t at[STAGE_MAX_AXES];
};

struct stage_target {
    struct cg_box box;
    struct stage_focus focus;
};

/* The axes of the result: indices along the rows and columns of its grid (letter 0: size 1). A
 * local derivation (dY_i/dW_kl) has loose ones besides: those of Y, which no pin fixes. The first
 * n_slices of them tell slices of the result apart, one that is left is along its rows or columns.
 */
struct stage_axes {
    struct cg_index row, col;
    struct cg_index pin_row, pin_col; /* those of wrt, which the pinned cell fixes; or none */
    struct cg_index loose[2];
    size_t n_loose, n_slices;
};

/* A sign between grids, typeset once. */
struct stage_sign {
    const char *tex;
    const struct cg_formula *formula;
};

/* The width of a text at one pixel per em; text NULL: a free place of the table. */
struct stage_width {
    const char *text;
    enum cg_face face;
    float em;
};

enum { STAGE_WIDTHS = 512 };

struct stage {
    const struct cg_frame *frame;
    struct cg_scene *scene;
    struct cg_arena *arena;
    const struct cg_model *model;
    const struct cg_theme *theme;
    float em, width;
    bool tiny;                  /* the canvas is so small that words shrink as much as cells */
    bool keeps;                 /* what is made outlives the numbers of the environment */
    bool brief;                 /* so much is to be shown that long axes are cut shorter still */
    const struct cg_step *step; /* the line that is painted, or NULL */
    struct stage_axes axes;
    size_t pin_row, pin_col; /* clamped to the result */
    struct cg_objects objects;
    struct stage_focus focus;
    struct stage_sign signs[8]; /* typeset so far */
    size_t n_signs;
    struct stage_width *widths; /* a hash table, or NULL */
    size_t first_item;
    struct stage_key *keys; /* of scene->items[first_item ...] */
    size_t n_keys, keys_capacity;
    struct stage_target *targets; /* later ones lie over earlier ones */
    size_t n_targets, targets_capacity;
};

/* ---- stage_ink.c: the items of a stage ---- */

/* Gives the items that have no key yet this one; at[3] counts them. */
void stage_tag(struct stage *stage, struct stage_key key);
/* Furniture: matches furniture of the same content. */
void stage_tag_fixed(struct stage *stage, const char *content, uint32_t ordinal);

struct cg_color stage_faded(struct cg_color color, float alpha);
bool stage_same_letter(struct cg_index a, struct cg_index b);
/* True where `node` is `inner` or has it below. */
bool stage_contains(const struct cg_expr *node, const struct cg_expr *inner);
bool stage_has_op(const struct cg_expr *node, enum cg_op op);

/* TeX to a formula, never NULL: what cannot be laid out is shown as its source. */
const struct cg_formula *stage_typeset(struct stage *stage, const char *tex);
/* The same for one of the few signs between grids, which layouts ask for again and again. */
const struct cg_formula *stage_sign(struct stage *stage, const char *tex);
/* An expression as TeX with objects; and as a formula. */
const char *stage_tex(struct stage *stage, const struct cg_expr *expr);
const struct cg_formula *stage_formula_of(struct stage *stage, const struct cg_expr *expr);
/* The same for a label: no higher than a line of text where it can be helped (dJ/dW). */
const struct cg_formula *stage_label_of(struct stage *stage, const struct cg_expr *expr);

/* Draws a formula with a key for each object, tints what is pointed at, and adds hit regions and
 * targets where role is ROLE_LINE or ROLE_LABEL. */
void stage_formula(struct stage *stage, const struct cg_formula *formula, float x, float y,
                   float size, float alpha, enum stage_role role);
/* The box of a node within a formula drawn at x, y; false where it has none. */
bool stage_node_box(const struct stage *stage, const struct cg_formula *formula,
                    const struct cg_expr *node, float x, float y, float size, struct cg_box *box);
/* Tinted boxes behind the given nodes; those that the formula does not show are passed over. */
void stage_mark(struct stage *stage, const struct cg_formula *formula,
                const struct cg_expr *const *nodes, size_t count, float x, float y, float size,
                struct cg_color color, uint32_t id);

/* Words and formulae shrink less than the cells of grids do: they must stay readable. */
float stage_text_scale(const struct stage *stage, float scale);
/* The width of borders and rules: a pixel on a small canvas. */
float stage_hairline(const struct stage *stage);
/* One line of text as furniture; returns its width. */
float stage_text(struct stage *stage, enum cg_face face, float x, float y, float size,
                 struct cg_color color, const char *text);
float stage_text_width(struct stage *stage, enum cg_face face, float size, const char *text);
/* An index letter as mathematics, in its colour; returns its width. */
float stage_letter(struct stage *stage, char letter, float x, float y, float size);
float stage_letter_width(struct stage *stage, char letter, float size);

/* Text with index letters and names: "$k$ = 2, $l$ = 1" (a letter between dollars in its colour).
 */
float stage_rich(struct stage *stage, float x, float y, float size, struct cg_color color,
                 const char *text, bool draw);

/* ---- grid.c: numbers in cells ---- */

/* A tensor as one grid, or as slices side by side. */
struct stage_grid {
    const struct cg_expr *node; /* whose numbers */
    enum stage_role role;
    size_t n_axes;
    struct cg_index index[STAGE_MAX_AXES];
    size_t size[STAGE_MAX_AXES];
    size_t stride[STAGE_MAX_AXES];
    const double *data;
    size_t rows, cols, n_slices;
    int row_axis, col_axis; /* -1: none */
    uint32_t first_slice;   /* number of its first slice, for keys */
    struct cg_color ink;
    struct cg_number_format format;
    double largest;
    float widest;      /* of its numbers, in em */
    bool ghosts;       /* zeros are those of a Kronecker delta */
    bool letters;      /* index letters at the axes */
    bool aside;        /* what else stands below the cells stands at their right */
    const char *shape; /* "h × y", or NULL */
};

/* An axis of at most so many entries is shown whole; of a longer one the first few, the last and
 * the pinned one, with dots between. */
enum { GRID_WHOLE = 12, GRID_HEAD = 4, GRID_BRIEF = 5, GRID_BRIEF_HEAD = 3 };

struct grid_axis {
    size_t count;            /* shown */
    size_t at[GRID_WHOLE];   /* which entries they are, in order */
    size_t dots[GRID_WHOLE]; /* how many gaps with dots there are up to each */
};

/* A grid at a scale: all lengths in pixels. */
struct grid_size {
    struct grid_axis row, col, slice;  /* what is shown */
    float dots;                        /* the width and height of dots for what is left out */
    float cell_w, cell_h, gap, digits; /* digits 0: cells without numbers */
    float slice_w, slice_h, slice_gap;
    size_t slices_across;    /* slices in a row */
    float slice_pitch;       /* from a row of slices to the next */
    float inner_w, inner_h;  /* of all slices */
    float left, bottom, top; /* room for letters and labels */
    float aside;             /* from the cells' left end to what stands at their right */
    float label;             /* pixels per em of letters and labels */
    const char *below;       /* rich text under the cells, or at their right */
    float w, h;              /* of everything */
};

/* The numbers of an expression over its free indices, oriented along the result's axes. False where
 * it is a number, has too many indices or too many entries to be drawn. */
bool stage_grid_of(struct stage *stage, const struct cg_expr *expr, struct stage_grid *grid);
/* A matrix. */
struct stage_grid stage_grid_matrix(struct stage *stage, const struct cg_expr *node,
                                    struct cg_matrix matrix, struct cg_index row,
                                    struct cg_index col);
/* The result: the numbers of `expr` over `slices` and the result's axes. */
bool stage_grid_over(struct stage *stage, const struct cg_expr *expr, const struct cg_index *slices,
                     size_t n_slices, struct stage_grid *grid);
/* One of the slices as a grid of its own. */
struct stage_grid stage_grid_slice(const struct stage_grid *grid, size_t slice);

struct grid_size stage_grid_measure(struct stage *stage, const struct stage_grid *grid,
                                    float scale);
/* slice_w and slice_h from the size of cells and what is shown. */
void stage_grid_extend(struct grid_size *size);
void stage_grid_draw(struct stage *stage, const struct stage_grid *grid, struct grid_size size,
                     float x, float y);
const char *stage_shape_text(struct stage *stage, struct cg_shape shape);
/* How many values an index has in the numbers that are shown. */
size_t stage_size(const struct stage *stage, struct cg_index index);
/* The pinned values of the indices of wrt. */
struct cg_bindings stage_pinned(const struct stage *stage);

/* ---- excerpt.c: what is shown of a long axis ---- */

/* pinned: the entry that must be shown; SIZE_MAX: none. brief: less than usual. */
struct grid_axis stage_axis_of(size_t size, size_t pinned, bool brief);
bool stage_axis_whole(const struct grid_axis *axis);
/* From the beginning to entry i of those shown, and to the end of the last. */
float stage_axis_place(const struct grid_axis *axis, size_t i, float pitch, float dots);
float stage_axis_length(const struct grid_axis *axis, float cell, float gap, float dots);
/* Which of those shown it is; `count` where it is left out. */
size_t stage_axis_find(const struct grid_axis *axis, size_t entry);

/* ---- line_view.c: a line split into columns ---- */

enum piece_kind { PIECE_LHS, PIECE_RELATION, PIECE_PLUS, PIECE_SUM, PIECE_NUMBER, PIECE_FACTOR };

/* A sub-term that is a named result, underlined with its name. */
struct stage_brace {
    const struct cg_expr *node;
    const struct cg_value *value;
    const struct cg_formula *name;
    const char *words; /* "1 × y, Hadamard product" */
};

struct stage_piece {
    enum piece_kind kind;
    const struct cg_expr *node; /* NULL for a sign */
    const struct cg_formula *formula;
    const struct cg_formula **numbers; /* the rung of numbers: what stands in its place, a formula
                                          (or NULL) a row */
    bool has_grid;
    struct stage_grid grid;
    struct stage_brace *braces;
    size_t n_braces;
    size_t term; /* which addend of the line it is part of */
    bool minus;  /* PLUS: it is a minus */
};

struct stage_line {
    struct stage_piece *pieces;
    size_t count, capacity;
    size_t n_rows; /* of numbers; 0 in other notations */
    size_t n_terms;
    const struct cg_expr *lhs, *rhs;
};

/* `grids`: each factor has its grid. */
struct stage_line stage_line_split(struct stage *stage, const struct cg_expr *lhs,
                                   const struct cg_expr *rhs, bool grids);
/* How a line is set. */
enum line_form {
    LINE_WHOLE, /* in one row, each factor over its grid */
    LINE_WRAP,  /* the same, broken where it would be wider than it may be */
    LINE_ROWS   /* a row for each addend, = and + under each other; each factor beside its grid */
};

/* Width and height at a scale; rows are no wider than `width` where it can be helped. */
void stage_line_measure(struct stage *stage, const struct stage_line *line, float scale,
                        float width, enum line_form form, float *w, float *h);
void stage_line_draw(struct stage *stage, const struct stage_line *line, float scale, float width,
                     enum line_form form, float x, float y);

/* ---- numbers_line.c ---- */

/* Puts the numbers of the pinned cell in place of the terms of a line. */
void stage_line_numbers(struct stage *stage, struct stage_line *line);
/* A number as TeX, as its grid shows it: "-0.47", "3.2 \\cdot 10^{-4}". */
const char *stage_number_tex(struct stage *stage, struct cg_number_format format, double number);
/* The number that the text of `number` says. */
double stage_shown_number(struct cg_number_format format, double number);
bool stage_same_number(double a, double b);

/* ---- strip.c: grids in a row, with signs between and labels above ---- */

struct strip_item {
    const char *sign;               /* TeX before it, or NULL */
    const struct cg_formula *label; /* above it, or NULL */
    const char *words;              /* rich text above it, in place of a label, or NULL */
    struct stage_grid grid;
    bool alarm; /* outlined as wrong */
};

struct stage_strip {
    struct strip_item *items;
    size_t count, capacity;
    const char *caption; /* rich text above the whole, or NULL */
    const char *more;    /* rich text after the last, or NULL: "and 20 more sheets" */
};

struct strip_item *stage_strip_add(struct stage *stage, struct stage_strip *strip);
void stage_strip_measure(struct stage *stage, const struct stage_strip *strip, float scale,
                         float width, float *w, float *h);
void stage_strip_draw(struct stage *stage, const struct stage_strip *strip, float scale,
                      float width, float x, float y);

/* ---- sheets.c: what a line comes to ---- */

/* The result of a line in index notation, and, where it is a sum with free indices, one sheet for
 * each summand. */
struct stage_strip stage_sheets(struct stage *stage, const struct cg_expr *lhs,
                                const struct cg_expr *rhs);
/* How many values the indices of the outer sums of `rhs` have together; body: what is summed, with
 * its constant factors. n = 0 where it is no sum. */
struct stage_sum {
    struct cg_index index[2];
    size_t n;
    const struct cg_expr *body;
};
struct stage_sum stage_outer_sum(struct stage *stage, const struct cg_expr *rhs);

/* ---- product.c: how the entries of a matrix product meet ---- */

struct stage_product {
    bool falk; /* A at the left, B above, the result where they meet; else the strip alone */
    struct strip_item left, top, result;
    struct stage_strip strip; /* another operation; or how B comes about */
    const char *caption;      /* "outer product: h × 1 times 1 × y gives h × y", or NULL */
};

/* "outer product    h × 1 · 1 × y  →  h × y"; NULL for what is no product. */
const char *stage_product_words(struct stage *stage, const struct cg_expr *node);
/* `result`: what the whole is called (dJ/dW), or NULL. */
struct stage_product stage_product_of(struct stage *stage, const struct cg_expr *matrix,
                                      const struct cg_expr *result);
void stage_product_measure(struct stage *stage, const struct stage_product *product, float scale,
                           float width, float *w, float *h);
void stage_product_draw(struct stage *stage, const struct stage_product *product, float scale,
                        float width, float x, float y);

/* ---- arithmetic.c: the pinned cell in numbers ---- */

struct number_word {
    const char *text;
    struct cg_color color;
    bool math, strong;
};

struct number_line {
    struct number_word *words;
    size_t count, capacity;
    bool rule_above, dim;
};

struct stage_arithmetic {
    struct number_line *lines;
    size_t count, capacity;
};

/* A number with four digits. */
const char *stage_plain_number(struct stage *stage, double number);
/* A number with one digit and a power of ten: "3·10⁻¹¹". */
const char *stage_short_number(struct stage *stage, double number);

struct stage_arithmetic stage_arithmetic_of(struct stage *stage, const struct cg_expr *lhs,
                                            const struct cg_expr *rhs);
void stage_arithmetic_measure(struct stage *stage, const struct stage_arithmetic *arithmetic,
                              float scale, float *w, float *h);
void stage_arithmetic_draw(struct stage *stage, const struct stage_arithmetic *arithmetic,
                           float scale, float x, float y);

/* ---- legend.c, check_panel.c, previous.c, claim_view.c ---- */

float stage_legend(struct stage *stage, float x, float y, float width, float size, bool draw);
struct stage_strip stage_check_panel(struct stage *stage, const char **verdict, bool *good);
float stage_previous(struct stage *stage, struct cg_box area);
void stage_claim(struct stage *stage, struct cg_box area);
void stage_overview(struct stage *stage, struct cg_box area);

/* ---- motion.c ---- */

/* What lies between two painted lines: `from` and `to` are their items and keys; appends to the
 * scene. t = 0: the first, 1: the second. */
struct stage_picture {
    const struct cg_item *items;
    const struct stage_key *keys;
    size_t count;
};
void stage_between(struct stage *stage, const struct stage_picture *from,
                   const struct stage_picture *to, float t);

#endif
