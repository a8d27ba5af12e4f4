/* Printers: the one tree as text, TeX and NumPy. All append to a string buffer.
 *
 * Text, in matrix notation, parses back to an equal expression. Index notation in text reads like
 * the seed derivation: [∂J/∂W]_kl = Σ_i ∂J/∂Y_i ∂Y_i/∂W_kl.
 */
#ifndef CHALKGRAD_PRINT_H
#define CHALKGRAD_PRINT_H

#include <chalkgrad/derive.h>
#include <chalkgrad/strbuf.h>

/* Plain model language for matrices (H.T @ ((Y - Ystar) * f'(Z))); Unicode for index notation. */
void cg_print_text(struct cg_strbuf *out, const struct cg_model *model, const struct cg_expr *expr);

/* As on a blackboard, in Unicode, both notations: HW + B, Hᵀ δ, [∂J/∂W]_kl, ½ Σ_j (Y_j − Y*_j)².
 * Names are their TeX made plain. */
void cg_print_board(struct cg_strbuf *out, const struct cg_model *model,
                    const struct cg_expr *expr);

/* "lhs = rhs", as on a blackboard. */
void cg_print_line(struct cg_strbuf *out, const struct cg_model *model, const struct cg_expr *lhs,
                   const struct cg_expr *rhs);

/* What one object of a typeset formula stands for. */
enum cg_object_kind {
    CG_OBJECT_TERM,  /* a sub-term: `node` */
    CG_OBJECT_VALUE, /* the symbol of a named value inside `node`: `value` */
    CG_OBJECT_INDEX, /* one index letter inside `node`: `index` */
    CG_OBJECT_DELTA, /* the symbol of the Kronecker delta */
    CG_OBJECT_FUNCTION
};

struct cg_object {
    enum cg_object_kind kind;
    const struct cg_expr *node;
    const struct cg_value *value;
    struct cg_index index;
};

/* The objects of one formula: object id n (from 1) is objects[n - 1]. In an arena. */
struct cg_objects {
    struct cg_arena *arena;
    struct cg_object *objects;
    size_t count, capacity;
};

struct cg_tex_options {
    struct cg_objects
        *objects; /* not NULL: wrap terms and symbols in \obj{id}{...} and record them */
    bool iverson; /* show a Kronecker delta as [i = k] */
    /* NULL, or: text to print in place of a node (numbers for the pinned cell); NULL result = as
     * usual */
    const char *(*replace)(void *context, const struct cg_expr *node);
    void *context;
};

/* TeX of an expression in matrix or index notation; options may be NULL. */
void cg_print_tex(struct cg_strbuf *out, const struct cg_model *model, const struct cg_expr *expr,
                  const struct cg_tex_options *options);

/* A whole derivation, as text: one line a step, "lhs = rhs" then "    = rhs  (rule)", down to
 * `depth`; sub-derivations indented; atoms before the line that bundles them. */
void cg_print_derivation(struct cg_strbuf *out, const struct cg_derivation *derivation,
                         enum cg_depth depth);

/* The same as a LaTeX aligned block that compiles with amsmath. */
void cg_print_derivation_latex(struct cg_strbuf *out, const struct cg_derivation *derivation,
                               enum cg_depth depth);

/* A complete C function `void grad(const double *NAME, ..., double *out)` over the inputs it needs,
 * their shapes in its comment, matrices row by row: standard C11 and its mathematical library. */
void cg_print_c(struct cg_strbuf *out, const struct cg_book *book,
                const struct cg_derivation *derivation);

/* A complete Python function `def grad(NAME, ...)` over the inputs it needs; needs only NumPy. */
void cg_print_numpy(struct cg_strbuf *out, const struct cg_book *book,
                    const struct cg_derivation *derivation);

/* A Python script that checks the derivation against PyTorch: the model with autograd beside the
 * derived form, on the numbers that put_numbers writes for each input ([[1.0, 2.0]]: rows of
 * decimals with a point). It prints both and ends with status 1 where they differ. */
typedef void (*cg_put_numbers)(void *context, struct cg_strbuf *out, const struct cg_value *input);
void cg_print_torch(struct cg_strbuf *out, const struct cg_book *book,
                    const struct cg_derivation *derivation, cg_put_numbers put_numbers,
                    void *context);

#endif
