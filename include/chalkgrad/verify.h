/* Verification: every line of a derivation against the line before and against forward mode.
 *
 * The gradient that a derivation ends in is compared with forward passes from end to end, entry by
 * entry as far as that is not too long. The gradients on the way to it, of every layer of a
 * network, are found together in one sweep, which a forward pass through all of them at once has to
 * confirm; so the work grows with the layers, and not with their square. */
#ifndef CHALKGRAD_VERIFY_H
#define CHALKGRAD_VERIFY_H

#include <chalkgrad/eval.h>

/* Relative error above which a line is false. */
#define CG_TOLERANCE 1e-9

/* What may go into checking: multiplications and additions, at most a nanosecond each, at the model's
 * own numbers and at random ones. Counted beforehand, not timed: the same input is checked in the
 * same way everywhere. */
struct cg_work {
    double own, random;
};
#define CG_WORK ((struct cg_work){1e9, 1.5e10})

enum { CG_CHECK_AXES = 4 };

/* What was found for one step, by step id. */
struct cg_check {
    bool checked;
    bool holds;
    /* How many cells were compared at the model's own numbers, of how many. Fewer where there are
     * thousands or they take long (a sample); 0 where that takes too long, or no number is finite
     * there: then only random numbers in small sizes were compared. */
    size_t own_cells, all_cells;
    bool too_long;
    bool no_numbers; /* none, own or random, were compared (cg_check_trouble says why): it may be
                        true */
    size_t random_trials;  /* how many of the random environments had numbers to compare */
    double previous_error; /* largest relative error against the line before, over all cells and
                              trials */
    double forward_error;  /* the same against forward mode applied to the left-hand side */
    /* Where it does not hold: the first cell where it fails, 0-based, and what stands there. Its
     * row and column, or its position along each free index of the left side. `elsewhere`: it holds
     * at the model's own numbers as far as they were compared; the cell is one of random numbers in
     * other sizes. */
    size_t row, col;
    size_t n_at, at[CG_CHECK_AXES];
    double expected, got;
    bool elsewhere;
};

/* Relative error of a and b against their largest magnitude, at least `scale`. */
double cg_relative_error(double a, double b, double scale);

/* Checks each step of the derivation and of its children, at the env's values and at random ones in
 * `trials` random environments of distinct, small sizes. checks: room for book->n_steps, by step
 * id. Returns the largest error over all lines (infinity if a line could not be evaluated). */
double cg_verify(const struct cg_book *book, const struct cg_derivation *derivation,
                 const struct cg_env *env, int trials, struct cg_check *checks);

/* The same, with *work left to spend, of which it takes what it spends: for many derivations. Of a
 * line that takes too much a sample of cells is compared. Where what is left for random numbers is
 * spent, each line still gets as much as short ones need. */
double cg_verify_within(const struct cg_book *book, const struct cg_derivation *derivation,
                        const struct cg_env *env, int trials, struct cg_work *work,
                        struct cg_check *checks);

/* Why nothing was compared, where there were no_numbers: words that go on "can't be checked: ". */
const char *cg_check_trouble(const struct cg_check *check);

/* True where every line of the derivation and of its children holds; else fails at `place` with the
 * first that does not. */
bool cg_verified(const struct cg_derivation *derivation, const struct cg_check *checks,
                 struct cg_place place, struct cg_error *error);

/* One equation (a `claim`): of two matrix expressions of one shape, or in index notation, where the
 * left side has all free indices of the right. */
struct cg_check cg_verify_equation(const struct cg_model *model, const struct cg_env *env,
                                   const struct cg_expr *left, const struct cg_expr *right,
                                   int trials);

/* The same within what is left, as cg_verify_within. */
struct cg_check cg_verify_equation_within(const struct cg_model *model, const struct cg_env *env,
                                          const struct cg_expr *left, const struct cg_expr *right,
                                          int trials, struct cg_work *work);

/* The gradient by central differences, step `epsilon`: the check beside the derived form. */
struct cg_matrix cg_central_difference(const struct cg_env *env, struct cg_arena *arena,
                                       const struct cg_value *of, const struct cg_value *wrt,
                                       double epsilon);

#endif
