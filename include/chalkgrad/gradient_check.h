/* The gradient check: every cell of a derived gradient beside a central difference.
 *
 *   difference  d = (J(w + h) - J(w - h)) / 2h,  h = cbrt(eps) max(1, |w|) = 6.06e-6 max(1, |w|)
 *               Rounding makes an error of about eps |J| / h, the next term of Taylor's series one
 *               of h^2 J''' / 6; this h makes both about eps^(2/3). (Numerical Recipes, 5.7)
 *   error       |a - d| / max(|a|, |d|, 0.001 |J|): below 0.001 |J| the rounding of J would count
 *               as an error of the derivation
 * A cell that is wrong at h is measured again at h/8, h/64, h/512 and h/4096: close to a kink (of
 * relu, abs) or to the end of J's domain (of log, sqrt) a smaller step may lie on one side.
 */
#ifndef CHALKGRAD_GRADIENT_CHECK_H
#define CHALKGRAD_GRADIENT_CHECK_H

#include <chalkgrad/eval.h>

/* Relative error above which a cell is wrong. */
#define CG_GRADIENT_TOLERANCE 1e-5

enum cg_cell_verdict {
    CG_CELL_RIGHT,
    CG_CELL_WRONG,  /* or not finite */
    CG_CELL_KINK,   /* J has a kink here; the derived slope is one between those of its sides */
    CG_CELL_OUTSIDE /* J is not finite on both sides: nothing to compare */
};

struct cg_gradient_cell {
    size_t row, col; /* 0-based */
    double derived, difference, step, error;
    double below, above; /* KINK: the slopes to both sides */
    enum cg_cell_verdict verdict;
};

/* One gradient under check. Owns its memory; borrows derivation and env. */
struct cg_gradient_check {
    const struct cg_derivation *derivation; /* of a scalar, by an input */
    struct cg_env *env;
    struct cg_gradient_cell *cells; /* row by row; all, or a sample without repetition */
    size_t n_cells, n_total;
    struct cg_arena arena; /* private */
};

/* Evaluates the derived form and picks the cells: all, or `most` drawn by `seed` where there are
 * more. finish accepts a zeroed check. */
void cg_gradient_check_init(struct cg_gradient_check *check, const struct cg_derivation *derivation,
                            struct cg_env *env, size_t most, uint64_t seed);
void cg_gradient_check_finish(struct cg_gradient_check *check);

/* Measures one cell: J is computed at least twice. The env is left as it was. */
const struct cg_gradient_cell *cg_gradient_check_cell(struct cg_gradient_check *check, size_t cell);

#endif
