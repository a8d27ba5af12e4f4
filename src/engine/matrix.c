#include "engine/matrix.h"

#include <math.h>
#include <string.h>

struct cg_matrix matrix_new(struct cg_arena *arena, size_t rows, size_t cols)
{
    return (struct cg_matrix){rows, cols, cg_alloc_array(arena, rows * cols, sizeof(double))};
}

size_t matrix_count(const struct cg_matrix *m)
{
    return m->rows * m->cols;
}

bool matrix_finite(const struct cg_matrix *m)
{
    for (size_t i = 0; i < matrix_count(m); i++)
        if (!isfinite(m->data[i]))
            return false;
    return true;
}

struct cg_matrix matrix_squared(struct cg_arena *arena, const struct cg_matrix *m)
{
    struct cg_matrix out = matrix_new(arena, m->rows, m->cols);
    for (size_t i = 0; i < matrix_count(m); i++)
        out.data[i] = m->data[i] * m->data[i];
    return out;
}

double power(double a, double b)
{
    if (b == 2)
        return a * a;
    return b == 1 ? a : pow(a, b);
}

/* The steps from one row and one column to the next; 0 along an axis that is broadcast. */
struct strides {
    size_t row, col;
};

static struct strides strides_of(const struct cg_matrix *m)
{
    return (struct strides){m->rows > 1 ? m->cols : 0, m->cols > 1 ? 1 : 0};
}

static bool same_size(const struct cg_matrix *a, const struct cg_matrix *b)
{
    return a->rows == b->rows && a->cols == b->cols;
}

void matrix_add(const struct cg_matrix *out, const struct cg_matrix *a, const struct cg_matrix *b)
{
    if (same_size(out, a) && same_size(out, b)) {
        for (size_t i = 0; i < matrix_count(out); i++)
            out->data[i] = a->data[i] + b->data[i];
        return;
    }
    struct strides sa = strides_of(a), sb = strides_of(b);
    for (size_t r = 0; r < out->rows; r++)
        for (size_t c = 0; c < out->cols; c++)
            out->data[r * out->cols + c] =
                a->data[r * sa.row + c * sa.col] + b->data[r * sb.row + c * sb.col];
}

void matrix_mul(const struct cg_matrix *out, const struct cg_matrix *a, const struct cg_matrix *b)
{
    if (same_size(out, a) && same_size(out, b)) {
        for (size_t i = 0; i < matrix_count(out); i++)
            out->data[i] = a->data[i] * b->data[i];
        return;
    }
    struct strides sa = strides_of(a), sb = strides_of(b);
    for (size_t r = 0; r < out->rows; r++)
        for (size_t c = 0; c < out->cols; c++)
            out->data[r * out->cols + c] =
                a->data[r * sa.row + c * sa.col] * b->data[r * sb.row + c * sb.col];
}

static void divide_or_raise(bool raise, const struct cg_matrix *out, const struct cg_matrix *a,
                            const struct cg_matrix *b)
{
    struct strides sa = strides_of(a), sb = strides_of(b);
    for (size_t r = 0; r < out->rows; r++)
        for (size_t c = 0; c < out->cols; c++) {
            double x = a->data[r * sa.row + c * sa.col], y = b->data[r * sb.row + c * sb.col];
            out->data[r * out->cols + c] = raise ? power(x, y) : x / y;
        }
}

/* The first two are combined into out, each further one onto it. */
static void many(void (*combine)(const struct cg_matrix *, const struct cg_matrix *,
                                 const struct cg_matrix *),
                 size_t count, const struct cg_matrix *out, const struct cg_matrix *args)
{
    combine(out, &args[0], &args[1]);
    for (size_t i = 2; i < count; i++)
        combine(out, out, &args[i]);
}

static void negate(const struct cg_matrix *out, const struct cg_matrix *a)
{
    for (size_t i = 0; i < matrix_count(out); i++)
        out->data[i] = -a->data[i];
}

static void apply(enum cg_kernel kernel, int order, const struct cg_matrix *out,
                  const struct cg_matrix *a)
{
    for (size_t i = 0; i < matrix_count(out); i++)
        out->data[i] = cg_kernel(kernel, order, a->data[i]);
}

/* out_ij = sum_k a_ik b_kj, rows of b added up so that the inner loop runs along memory. */
static void multiply(const struct cg_matrix *out, const struct cg_matrix *a,
                     const struct cg_matrix *b)
{
    size_t n = out->cols;
    for (size_t i = 0; i < out->rows; i++) {
        double *restrict row = out->data + i * n;
        memset(row, 0, n * sizeof *row);
        for (size_t k = 0; k < a->cols; k++) {
            double x = a->data[i * a->cols + k];
            const double *restrict other = b->data + k * n;
            for (size_t j = 0; j < n; j++)
                row[j] += x * other[j];
        }
    }
}

static void transpose(const struct cg_matrix *out, const struct cg_matrix *a)
{
    for (size_t r = 0; r < a->rows; r++)
        for (size_t c = 0; c < a->cols; c++)
            out->data[c * a->rows + r] = a->data[r * a->cols + c];
}

/* CG_AXIS_ROWS adds the rows up (NumPy's axis=0), CG_AXIS_COLS the columns. */
static void sum(enum cg_axis axis, double scale, const struct cg_matrix *out,
                const struct cg_matrix *a)
{
    memset(out->data, 0, matrix_count(out) * sizeof(double));
    for (size_t r = 0; r < a->rows; r++)
        for (size_t c = 0; c < a->cols; c++) {
            size_t at = 0;
            switch (axis) {
            case CG_AXIS_ALL:
                break;
            case CG_AXIS_ROWS:
                at = c;
                break;
            case CG_AXIS_COLS:
                at = r;
                break;
            }
            out->data[at] += a->data[r * a->cols + c];
        }
    if (scale != 1)
        for (size_t i = 0; i < matrix_count(out); i++)
            out->data[i] *= scale;
}

static size_t summands(enum cg_axis axis, const struct cg_matrix *a)
{
    switch (axis) {
    case CG_AXIS_ALL:
        break;
    case CG_AXIS_ROWS:
        return a->rows;
    case CG_AXIS_COLS:
        return a->cols;
    }
    return matrix_count(a);
}

static double dot(const struct cg_matrix *a, const struct cg_matrix *b)
{
    double total = 0;
    for (size_t i = 0; i < matrix_count(a); i++)
        total += a->data[i] * b->data[i];
    return total;
}

static double trace(const struct cg_matrix *a)
{
    double total = 0;
    for (size_t i = 0; i < a->rows; i++)
        total += a->data[i * a->cols + i];
    return total;
}

static void outer(const struct cg_matrix *out, const struct cg_matrix *a, const struct cg_matrix *b)
{
    for (size_t r = 0; r < out->rows; r++)
        for (size_t c = 0; c < out->cols; c++)
            out->data[r * out->cols + c] = a->data[r] * b->data[c];
}

/* s_j = e^(x_j - max) / sum_i e^(x_i - max) in each row: no overflow. */
static void softmax(const struct cg_matrix *out, const struct cg_matrix *a)
{
    for (size_t r = 0; r < a->rows; r++) {
        const double *x = a->data + r * a->cols;
        double *s = out->data + r * a->cols, largest = x[0], total = 0;
        for (size_t c = 1; c < a->cols; c++)
            largest = x[c] > largest ? x[c] : largest;
        for (size_t c = 0; c < a->cols; c++)
            total += s[c] = exp(x[c] - largest);
        for (size_t c = 0; c < a->cols; c++)
            s[c] /= total;
    }
}

void matrix_log_shares(const struct cg_matrix *out, const struct cg_matrix *shares,
                       const struct cg_matrix *x)
{
    const double smallest = 1e-290; /* below, a double has fewer digits or none */
    for (size_t r = 0; r < x->rows; r++) {
        const double *row = x->data + r * x->cols, *share = shares->data + r * x->cols;
        double largest = row[0], total = 0;
        for (size_t c = 1; c < x->cols; c++)
            largest = row[c] > largest ? row[c] : largest;
        for (size_t c = 0; c < x->cols; c++)
            total += exp(row[c] - largest);
        for (size_t c = 0; c < x->cols; c++)
            if (share[c] < smallest)
                out->data[r * x->cols + c] = row[c] - largest - log(total);
    }
}

static void diagonal(const struct cg_matrix *out, const struct cg_matrix *a)
{
    for (size_t i = 0; i < out->cols; i++)
        out->data[i] = a->data[i * a->cols + i];
}

void matrix_operate(const struct cg_expr *expr, const struct cg_matrix *out,
                    const struct cg_matrix *args)
{
    switch (expr->op) {
    case CG_ADD:
        return many(matrix_add, expr->n_args, out, args);
    case CG_MUL:
        return many(matrix_mul, expr->n_args, out, args);
    case CG_NEG:
        return negate(out, args);
    case CG_DIV:
    case CG_POW:
        return divide_or_raise(expr->op == CG_POW, out, &args[0], &args[1]);
    case CG_APPLY:
        return apply(expr->u.apply.function->kernel, expr->u.apply.order, out, args);
    case CG_MATMUL:
        return multiply(out, &args[0], &args[1]);
    case CG_TRANSPOSE:
        return transpose(out, args);
    case CG_SUM:
        return sum(expr->u.axis, 1, out, args);
    case CG_MEAN:
        return sum(expr->u.axis, 1.0 / (double)summands(expr->u.axis, args), out, args);
    case CG_TRACE:
        out->data[0] = trace(args);
        return;
    case CG_DOT:
        out->data[0] = dot(&args[0], &args[1]);
        return;
    case CG_OUTER:
        return outer(out, &args[0], &args[1]);
    case CG_NORM2:
        out->data[0] = dot(args, args);
        return;
    case CG_SOFTMAX:
        return softmax(out, args);
    case CG_DIAG:
        return diagonal(out, args);
    case CG_NUMBER:
    case CG_SIZE:
    case CG_NAME:
    case CG_GRAD:
    case CG_EYE:
    case CG_ONES:
    case CG_ZEROS:
    case CG_ENTRY:
    case CG_SUM_OVER:
    case CG_KRON:
    case CG_PARTIAL:
        return; /* leaves of a graph */
    }
}

static bool broadcasts(const struct cg_matrix *out, size_t count, const struct cg_matrix *args)
{
    for (size_t i = 0; i < count; i++)
        if ((args[i].rows != out->rows && args[i].rows != 1) ||
            (args[i].cols != out->cols && args[i].cols != 1))
            return false;
    return true;
}

static bool is(const struct cg_matrix *m, size_t rows, size_t cols)
{
    return m->rows == rows && m->cols == cols;
}

static bool sum_fits(enum cg_axis axis, const struct cg_matrix *out, const struct cg_matrix *a)
{
    return is(out, axis == CG_AXIS_COLS ? a->rows : 1, axis == CG_AXIS_ROWS ? a->cols : 1);
}

bool matrix_fits(const struct cg_expr *expr, const struct cg_matrix *out,
                 const struct cg_matrix *args)
{
    const struct cg_matrix *a = args, *b = args + 1;
    switch (expr->op) {
    case CG_ADD:
    case CG_MUL:
        return expr->n_args >= 2 && broadcasts(out, expr->n_args, args);
    case CG_DIV:
    case CG_POW:
        return broadcasts(out, 2, args);
    case CG_NEG:
    case CG_APPLY:
    case CG_SOFTMAX:
    case CG_NAME:
        return same_size(out, a);
    case CG_MATMUL:
        return a->cols == b->rows && is(out, a->rows, b->cols);
    case CG_TRANSPOSE:
        return is(out, a->cols, a->rows);
    case CG_SUM:
    case CG_MEAN:
        return sum_fits(expr->u.axis, out, a);
    case CG_TRACE:
        return is(out, 1, 1) && a->rows == a->cols;
    case CG_DOT:
        return is(out, 1, 1) && same_size(a, b);
    case CG_OUTER:
        return (a->rows == 1 || a->cols == 1) && (b->rows == 1 || b->cols == 1) &&
               is(out, matrix_count(a), matrix_count(b));
    case CG_NORM2:
        return is(out, 1, 1);
    case CG_DIAG:
        return a->rows == a->cols && is(out, 1, a->cols);
    case CG_NUMBER:
    case CG_SIZE:
    case CG_GRAD:
    case CG_EYE:
    case CG_ONES:
    case CG_ZEROS:
    case CG_ENTRY:
    case CG_SUM_OVER:
    case CG_KRON:
    case CG_PARTIAL:
        return true;
    }
    return false;
}
