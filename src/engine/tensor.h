/* Tensors: numbers over named axes, with tangents; entry-by-entry operations and sums. */
#ifndef ENGINE_TENSOR_H
#define ENGINE_TENSOR_H

#include <chalkgrad/arena.h>
#include <chalkgrad/expr.h>

enum { TENSOR_AXES = 32, TENSOR_LARGEST = 1 << 24 };

struct tensor {
    size_t n; /* axes; the last runs fastest */
    char letter[TENSOR_AXES];
    size_t size[TENSOR_AXES];
    size_t count; /* the product of the sizes */
    double *value;
    double *dot; /* the tangent; NULL: zero */
};

/* Where tensors live, and whether one was too large (it is a single NaN then). */
struct tensor_space {
    struct cg_arena *arena; /* borrowed */
    bool failed;
    bool spread; /* tangents are squared spreads (graph.h): what is added up never cancels */
};

/* Builds a tensor: its axes (a letter that is there already adds none), then room for its numbers,
 * zeroed. False where it is too large. */
void tensor_add_axis(struct tensor *t, char letter, size_t size);
bool tensor_allocate(struct tensor_space *space, struct tensor *t, bool with_dot);

struct tensor *tensor_scalar(struct tensor_space *space, double value);

bool tensor_has(const struct tensor *t, char letter);

/* Entry by entry over the union of the axes: CG_ADD, CG_MUL, CG_DIV or CG_POW. */
struct tensor *tensor_zip(struct tensor_space *space, enum cg_op op, const struct tensor *a,
                          const struct tensor *b);

/* The sum along one axis, which t has. */
struct tensor *tensor_sum(struct tensor_space *space, const struct tensor *t, char letter);

/* `numbers` of t (its value or dot; NULL: zeros) over the given axes in this order, broadcast over
 * those it lacks. */
double *tensor_over(struct cg_arena *arena, const struct tensor *t, const double *numbers,
                    size_t n_axes, const char *letters, const size_t *sizes);

/* Walks the positions of a tensor in order, and those of two others along with it: `run` positions
 * along the last axis, in which those of a and b are step_a and step_b apart, then the next run. */
struct odometer {
    size_t run, step_a, step_b;
    size_t a, b; /* where the run begins */
    size_t n;    /* axes but the last */
    const size_t *size;
    size_t at[TENSOR_AXES], stride_a[TENSOR_AXES], stride_b[TENSOR_AXES];
};

/* Starts at the first run. */
void odometer_init(struct odometer *o, size_t n, const char *letters, const size_t *size,
                   const struct tensor *a, const struct tensor *b);
void odometer_next(struct odometer *o);

#endif
