/* Numbers: an environment gives every value of a model its matrix; any expression can be evaluated
 * in it, with forward-mode derivatives (dual numbers) where asked.
 */
#ifndef CHALKGRAD_EVAL_H
#define CHALKGRAD_EVAL_H

#include <chalkgrad/derive.h>
#include <chalkgrad/prng.h>

/* Row by row: entry (r, c) is data[r * cols + c]. Who owns data is said where one is made. */
struct cg_matrix {
    size_t rows, cols;
    double *data;
};

/* The numbers of one model. Owns its memory. sizes[d] is the size of dim root d: the model's own,
 * or others (verification evaluates in several sizes). */
struct cg_env {
    const struct cg_model *model;
    size_t *sizes;
    struct cg_matrix
        *values; /* by cg_value.id, inputs and definitions; results are evaluated by body */

    /* Private. */
    struct cg_arena arena, scratch;
    size_t n_sizes;
    struct cg_graph_of_env *graph; /* computes the definitions */
    struct cg_matrix result;       /* the last that cg_env_get computed */
};

/* Draws or copies the inputs (each by its init; the generator is seeded with seed and the value's
 * place in the model, so adding a later value changes no earlier one) and computes the definitions.
 * False on: a file that can't be loaded or doesn't fit. finish accepts NULL and a zeroed env. */
bool cg_env_init(struct cg_env *env, const struct cg_model *model, uint64_t seed,
                 struct cg_error *error);
void cg_env_finish(struct cg_env *env);

/* The same to look at, in a moment, whatever the model's sizes. Where they are too large, the axes
 * that are only ever rows of inputs (samples) keep their first 64, and where that isn't enough, so
 * do all others: the numbers are those of the upper left part of each input. False also where even
 * that is too much. */
bool cg_env_init_live(struct cg_env *env, const struct cg_model *model, uint64_t seed,
                      struct cg_error *error);
/* The size of a dim in the environment. */
size_t cg_env_size(const struct cg_env *env, int dim);
/* The first dim that was cut, with what is left of how many; 0: none was. */
int cg_env_cut(const struct cg_env *env, size_t *kept, size_t *of);

/* The same model with distinct random sizes for its dims (1 stays 1; beyond a dozen dims, sizes
 * repeat) and random numbers. `positive` draws from (0.5, 1.5) instead of normal(0, 1). */
void cg_env_init_random(struct cg_env *env, const struct cg_model *model, struct cg_prng *prng,
                        bool positive);

/* The same model with other rows: numbers[i] in place of values[i], inputs of one row count each.
 * All other inputs, the parameters too, are those of `from`; both borrowed. The definitions are
 * computed. False with an error where an input that was left out has the axis of the rows too. */
bool cg_env_init_rows(struct cg_env *env, const struct cg_env *from,
                      const struct cg_value *const *values, const struct cg_matrix *numbers,
                      size_t count, struct cg_error *error);

/* Copy of the inputs and definitions of another env of the same model and sizes (a frozen update).
 */
void cg_env_copy(struct cg_env *env, const struct cg_env *from);

/* The numbers of a value; for a result, computed in the env's scratch, valid until the next call.
 */
const struct cg_matrix *cg_env_get(struct cg_env *env, const struct cg_value *value);
/* After inputs were written through cg_env_get's matrix: recompute all definitions. */
void cg_env_refresh(struct cg_env *env);

/* The values of indices in index notation: letter -> 0-based position. */
struct cg_bindings {
    size_t at[128];
};

/* A matrix expression; the result is in `arena`. CG_GRAD nodes are evaluated by forward mode. */
struct cg_matrix cg_eval(const struct cg_env *env, struct cg_arena *arena,
                         const struct cg_expr *expr);

/* An expression in index notation at one assignment of its free indices. CG_PARTIAL nodes (total or
 * not) are evaluated by dual numbers, never by the rules. */
double cg_eval_at(const struct cg_env *env, const struct cg_expr *expr,
                  const struct cg_bindings *bindings);

/* An expression in index notation as a tensor over the given indices (which must include its free
 * ones; later indices run fastest). The result is in `arena`; *count gets the product of the sizes.
 * Sub-terms are memoised: cost is that of the sizes, not of the tree unfolded. */
double *cg_eval_tensor(const struct cg_env *env, struct cg_arena *arena, const struct cg_expr *expr,
                       const struct cg_index *indices, size_t n_indices, size_t *count);

/* d of / d wrt by forward mode through the definitions: `of` 1 x 1; shaped like wrt. */
struct cg_matrix cg_forward_gradient(const struct cg_env *env, struct cg_arena *arena,
                                     const struct cg_value *of, const struct cg_value *wrt);

/* A kernel (order 0 to 3: the function and its derivatives) at x. relu' and abs' at 0 are 0. */
double cg_kernel(enum cg_kernel kernel, int order, double x);

#endif
