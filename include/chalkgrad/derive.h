/* Derivations: from a model and a pair (of, wrt) to a trace of lines, each by a named rule, that
 * ends in the matrix form of the gradient.
 *
 * Everything lives in the book's arena and never changes once made. The same trace feeds the
 * screen, text, LaTeX, NumPy and JSON.
 */
#ifndef CHALKGRAD_DERIVE_H
#define CHALKGRAD_DERIVE_H

#include <chalkgrad/model.h>
#include <chalkgrad/rules.h>

struct cg_derivation;

/* What the children of a step are. */
enum cg_children {
    CG_CHILDREN_NONE,
    CG_CHILDREN_ATOMS,      /* the single rules that the step bundles, on the same left-hand side */
    CG_CHILDREN_DERIVATIONS /* derivations of terms of this line (dJ/dY_i, dY_i/dW_kl), each with
                               its own left-hand side, one after another; shown before the step that
                               follows */
};

/* One line: lhs = rhs, obtained from the line before by a rule.
 *
 * Sub-terms that the rule left alone are the same nodes in `before` and rhs. New ones lead back
 * through `origin`, over the lines of the atoms, to the node of `before` that they were made from;
 * where no node of `before` is met on the way, the sub-term is new. */
struct cg_step {
    enum cg_rule rule;
    const char *note;          /* shown beside the rule's name, or NULL: "with dJ/dY from above" */
    const struct cg_expr *lhs; /* what is being derived: the first line's left side */
    const struct cg_expr *before;   /* the right side of the line before; the first line: lhs */
    const struct cg_expr *rhs;      /* this line's right side */
    const struct cg_expr **touched; /* sub-terms of `before` that the rule took ... */
    size_t n_touched;
    const struct cg_expr **made; /* ... and sub-terms of rhs that it put in their place */
    size_t n_made;
    enum cg_children children_kind;
    const struct cg_step **children;
    size_t n_children;
    const struct cg_derivation *derivation; /* the one that it belongs to */
    const struct cg_step *previous;         /* the step whose rhs is `before`; NULL for the first */
    const struct cg_step *parent;           /* the step whose child it is, or NULL */
    size_t id;                              /* 0 .. cg_book.n_steps - 1, unique in the book */
};

/* The derivation of `of` by `wrt` (kind GRADIENT), or of one local factor of a chain (kind LOCAL,
 * such as dY_i/dW_kl: no matrix form where it is of order 3 or more). */
struct cg_derivation {
    const struct cg_model *model;
    const struct cg_value *of, *wrt;
    bool local;
    struct cg_index row, col;       /* the free indices of the wrt entry (k, l) */
    struct cg_index of_row, of_col; /* local: the free indices of the of entry (i) */
    const struct cg_step **steps;   /* in order, top level */
    size_t n_steps;
    const struct cg_expr *index_form;  /* the last line in index notation */
    const struct cg_expr *matrix_form; /* matrix expression shaped like wrt, or NULL */
    const char *no_matrix_form;        /* why, where matrix_form is NULL */
    const struct cg_value *name;       /* the result that names it, or NULL */
};

/* How closely a derivation is looked at: each depth has the lines of the one before it, and more.
 */
enum cg_depth {
    CG_DEPTH_SUMMARY, /* as a textbook: the chain rule or the definition, the derivatives put into
                         it, the matrix form and its name */
    CG_DEPTH_RULES,   /* every line, and the derivations of local factors */
    CG_DEPTH_ATOMS,   /* the single rules that a line bundles */
    CG_DEPTH_COUNT
};

/* The first depth at which the step is shown. The last line of a derivation is in its summary. */
enum cg_depth cg_step_depth(const struct cg_step *step);

/* The rule that leads to the step from the line shown before it: in the summary the entries of a
 * matrix form are not shown, and the matrix is its own. */
enum cg_rule cg_step_rule(const struct cg_step *step, enum cg_depth depth);

/* "summary", "rules", "atoms". */
const char *cg_depth_name(enum cg_depth depth);
/* The depth of that name, or CG_DEPTH_COUNT. */
enum cg_depth cg_depth_find(const char *name);

/* All that has been derived for one model: gradients are reused by later derivations. */
struct cg_book {
    struct cg_model *model;             /* borrowed */
    struct cg_arena *arena;             /* borrowed; may be the model's */
    struct cg_derivation **derivations; /* in order of derivation, gradients only */
    size_t n_derivations, derivations_capacity;
    struct cg_value **results; /* the named ones: visible to later lines and claims */
    size_t n_results, results_capacity;
    size_t n_steps;
    const struct bodies *bodies; /* private */
    size_t most_memory;          /* private: of the arena, at which a derivation is given up */
    bool size_letters[128];      /* letters that name a size in a line, and so no index */
};

void cg_book_init(struct cg_book *book, struct cg_model *model, struct cg_arena *arena);

/* Derives d of / d wrt, with those of the intermediates between as sub-derivations where the book
 * has them not yet. `as` names the result (may be NULL), `as_tex` its TeX (NULL: made from `as`).
 * Where `of` is not a scalar the derivation is local, in indices, over all paths to wrt, and can't
 * be named.
 * Where `of` does not depend on wrt the result is the zero matrix, and says so. NULL on error. */
const struct cg_derivation *cg_derive(struct cg_book *book, const struct cg_value *of,
                                      const struct cg_value *wrt, const char *as,
                                      const char *as_tex, struct cg_place place,
                                      struct cg_error *error);

/* The derivation already in the book, or NULL. */
const struct cg_derivation *cg_book_find(const struct cg_book *book, const struct cg_value *of,
                                         const struct cg_value *wrt);

/* Parses "dJ/dW" or "dJ/dB as δ" and derives it. */
const struct cg_derivation *cg_derive_line(struct cg_book *book, const char *text, size_t length,
                                           struct cg_place start, struct cg_error *error);

/* The matrix form M of an expression in index notation, such that [M]_{row col} = expr, or NULL
 * and, in *why, a static sentence. row, col: the free indices, none for an axis of size 1. */
const struct cg_expr *cg_matrix_form(const struct cg_model *model, struct cg_arena *arena,
                                     const struct cg_expr *expr, struct cg_index row,
                                     struct cg_index col, const char **why);

/* Which of the four products a node is, for the label: "matrix product", "dot product",
 * "Hadamard product", "outer product", "number times matrix", or NULL. */
const char *cg_product_kind(const struct cg_model *model, const struct cg_expr *node);

#endif
