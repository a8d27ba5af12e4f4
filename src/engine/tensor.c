#include "engine/tensor.h"

#include "engine/matrix.h"

#include <math.h>
#include <string.h>

void tensor_add_axis(struct tensor *t, char letter, size_t size)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->letter[i] == letter)
            return;
    if (t->n == TENSOR_AXES) {
        t->count = SIZE_MAX; /* refused by tensor_allocate */
        return;
    }
    t->letter[t->n] = letter;
    t->size[t->n++] = size;
}

bool tensor_allocate(struct tensor_space *space, struct tensor *t, bool with_dot)
{
    bool fits = t->count != SIZE_MAX;
    t->count = 1;
    for (size_t i = 0; i < t->n && fits; i++) {
        t->count *= t->size[i];
        fits = t->count <= TENSOR_LARGEST;
    }
    if (!fits) {
        space->failed = true;
        t->n = 0;
        t->count = 1;
    }
    t->value = cg_alloc_array(space->arena, t->count, sizeof(double));
    t->dot = with_dot ? cg_alloc_array(space->arena, t->count, sizeof(double)) : NULL;
    if (!fits)
        t->value[0] = NAN;
    return fits;
}

struct tensor *tensor_scalar(struct tensor_space *space, double value)
{
    struct tensor *t = cg_alloc(space->arena, sizeof *t);
    tensor_allocate(space, t, false);
    t->value[0] = value;
    return t;
}

/* How far one step along each axis of `over` moves in t; 0 along axes that t lacks. */
static void strides_in(const struct tensor *t, size_t n, const char *letters, size_t *stride)
{
    for (size_t i = 0; i < n; i++) {
        size_t step = 1;
        stride[i] = 0;
        for (size_t j = t->n; j-- > 0; step *= t->size[j])
            if (t->letter[j] == letters[i])
                stride[i] = step;
    }
}

void odometer_init(struct odometer *o, size_t n, const char *letters, const size_t *size,
                   const struct tensor *a, const struct tensor *b)
{
    strides_in(a, n, letters, o->stride_a);
    strides_in(b, n, letters, o->stride_b);
    o->n = n ? n - 1 : 0;
    o->size = size;
    o->run = n ? size[n - 1] : 1;
    o->step_a = n ? o->stride_a[n - 1] : 0;
    o->step_b = n ? o->stride_b[n - 1] : 0;
    o->a = o->b = 0;
    for (size_t i = 0; i < n; i++)
        o->at[i] = 0;
}

void odometer_next(struct odometer *o)
{
    for (size_t i = o->n; i-- > 0;) {
        o->a += o->stride_a[i];
        o->b += o->stride_b[i];
        if (++o->at[i] < o->size[i])
            return;
        o->a -= o->stride_a[i] * o->size[i];
        o->b -= o->stride_b[i] * o->size[i];
        o->at[i] = 0;
    }
}

double *tensor_over(struct cg_arena *arena, const struct tensor *t, const double *numbers,
                    size_t n_axes, const char *letters, const size_t *sizes)
{
    size_t count = 1;
    for (size_t i = 0; i < n_axes; i++)
        count *= sizes[i];
    double *out = cg_alloc_array(arena, count, sizeof *out);
    struct odometer o;
    odometer_init(&o, n_axes, letters, sizes, t, t);
    for (size_t i = 0; numbers && i < count; i += o.run, odometer_next(&o))
        for (size_t k = 0; k < o.run; k++)
            out[i + k] = numbers[o.a + k * o.step_a];
    return out;
}

static double combine(enum cg_op op, double a, double b)
{
    return op == CG_ADD ? a + b : op == CG_MUL ? a * b : op == CG_DIV ? a / b : power(a, b);
}

/* The derivatives of a combination by either side. */
static void slopes(enum cg_op op, double a, double b, bool b_moves, double *by_a, double *by_b)
{
    *by_a = *by_b = 1;
    if (op == CG_MUL) {
        *by_a = b;
        *by_b = a;
    } else if (op == CG_DIV) {
        *by_a = 1 / b;
        *by_b = -a / b / b;
    } else if (op == CG_POW) {
        *by_a = b == 0 ? 0 : b * power(a, b - 1);
        *by_b = b_moves ? power(a, b) * log(a) : 0;
    }
}

static double combine_dot(const struct tensor_space *space, enum cg_op op, double a, double b,
                          double da, double db, bool b_moves)
{
    double by_a, by_b;
    slopes(op, a, b, b_moves, &by_a, &by_b);
    if (space->spread)
        return (da == 0 ? 0 : by_a * by_a * da) + by_b * by_b * db;
    return (da == 0 ? 0 : by_a * da) + by_b * db;
}

static void combine_run(enum cg_op op, double *out, const double *a, const double *b,
                        const struct odometer *o)
{
    a += o->a;
    b += o->b;
    if (op == CG_MUL) /* most are */
        for (size_t k = 0; k < o->run; k++)
            out[k] = a[k * o->step_a] * b[k * o->step_b];
    else
        for (size_t k = 0; k < o->run; k++)
            out[k] = combine(op, a[k * o->step_a], b[k * o->step_b]);
}

static void combine_run_dots(const struct tensor_space *space, enum cg_op op, double *out,
                             const struct tensor *a, const struct tensor *b,
                             const struct odometer *o)
{
    for (size_t k = 0; k < o->run; k++) {
        size_t at_a = o->a + k * o->step_a, at_b = o->b + k * o->step_b;
        out[k] = combine_dot(space, op, a->value[at_a], b->value[at_b], a->dot ? a->dot[at_a] : 0,
                             b->dot ? b->dot[at_b] : 0, b->dot != NULL);
    }
}

struct tensor *tensor_zip(struct tensor_space *space, enum cg_op op, const struct tensor *a,
                          const struct tensor *b)
{
    struct tensor *t = cg_alloc(space->arena, sizeof *t);
    for (size_t i = 0; i < a->n; i++)
        tensor_add_axis(t, a->letter[i], a->size[i]);
    for (size_t i = 0; i < b->n; i++)
        tensor_add_axis(t, b->letter[i], b->size[i]);
    if (!tensor_allocate(space, t, a->dot || b->dot))
        return t;
    struct odometer o;
    odometer_init(&o, t->n, t->letter, t->size, a, b);
    for (size_t i = 0; i < t->count; i += o.run, odometer_next(&o)) {
        combine_run(op, &t->value[i], a->value, b->value, &o);
        if (t->dot)
            combine_run_dots(space, op, &t->dot[i], a, b, &o);
    }
    return t;
}

struct tensor *tensor_sum(struct tensor_space *space, const struct tensor *t, char letter)
{
    struct tensor *out = cg_alloc(space->arena, sizeof *out);
    for (size_t i = 0; i < t->n; i++)
        if (t->letter[i] != letter)
            tensor_add_axis(out, t->letter[i], t->size[i]);
    tensor_allocate(space, out, t->dot != NULL);
    struct odometer o;
    odometer_init(&o, t->n, t->letter, t->size, t, out);
    for (size_t i = 0; i < t->count; i += o.run, odometer_next(&o))
        for (size_t k = 0; k < o.run; k++) {
            out->value[o.b + k * o.step_b] += t->value[i + k];
            if (t->dot)
                out->dot[o.b + k * o.step_b] += t->dot[i + k];
        }
    return out;
}

bool tensor_has(const struct tensor *t, char letter)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->letter[i] == letter)
            return true;
    return false;
}
