/* Verification: every line of a derivation against the line before and against forward mode. */
#ifndef CHALKGRAD_VERIFY_H
#define CHALKGRAD_VERIFY_H

#include <chalkgrad/eval.h>

/* Relative error above which a line is false. */
#define CG_TOLERANCE 1e-9

/* What was found for one step, by step id. */
struct cg_check {
    bool checked;
    bool holds;
    double previous_error; /* largest relative error against the line before, over all cells and
                              trials */
    double forward_error;  /* the same against forward mode applied to the left-hand side */
    size_t row, col;       /* the first cell where it fails (0-based), where it does not hold */
    double expected, got;  /* there */
};

/* Relative error of a and b against their largest magnitude, at least `scale`. */
double cg_relative_error(double a, double b, double scale);

/* Checks each step of the derivation and of its children, at the env's values and at random ones in
 * `trials` random environments of distinct sizes. checks: room for book->n_steps, by step id.
 * Returns the largest error over all lines (infinity if a line could not be evaluated). Cells
 * beyond 4096 a line are sampled. */
double cg_verify(const struct cg_book *book, const struct cg_derivation *derivation,
                 const struct cg_env *env, int trials, struct cg_check *checks);

/* One equation of two matrix expressions of one shape (a `claim`). */
struct cg_check cg_verify_equation(const struct cg_model *model, const struct cg_env *env,
                                   const struct cg_expr *left, const struct cg_expr *right,
                                   int trials);

/* The gradient by central differences, step `epsilon`: the check beside the derived form. */
struct cg_matrix cg_central_difference(const struct cg_env *env, struct cg_arena *arena,
                                       const struct cg_value *of, const struct cg_value *wrt,
                                       double epsilon);

#endif
