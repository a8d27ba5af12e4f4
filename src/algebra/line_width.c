/* The width of a line, term by term as the rules of differentiation write it: d(ab) needs the room
 * of a, b and both derivatives, df(a) that of f'(a) and da, and so on. */
#include "algebra/line_width.h"

#include <chalkgrad/strbuf.h>

#include <stdlib.h>
#include <string.h>

/* Names beyond as many share a place, and then look wider than they are. */
enum { MOST_NAMES = 24 };

/* What the signs between take: " + ", "f′()", "Σ_i ", "(a)/(b)" and so on. */
enum { SIGN = 3, CALL = 3, SUM = 4, BRACKETS = 2, DELTA = 5, SOFTMAX = 11 };

struct width {
    double entry;             /* of an entry as it stands */
    double moved[MOST_NAMES]; /* of its derivative by an entry of that name; 0: it has none */
};

struct measure {
    const struct cg_model *model;
    const struct cg_value *names[MOST_NAMES];
    size_t count;
};

static size_t slot_of(struct measure *measure, const struct cg_value *value)
{
    for (size_t i = 0; i < measure->count; i++)
        if (measure->names[i] == value)
            return i;
    if (measure->count == MOST_NAMES)
        return value->id % MOST_NAMES;
    measure->names[measure->count] = value;
    return measure->count++;
}

/* [M]_kl: an index for each axis that has more than one place. */
static double indices(const struct measure *measure, struct cg_shape shape)
{
    int count = (cg_dim_root(measure->model, shape.rows) != 0) +
                (cg_dim_root(measure->model, shape.cols) != 0);
    return count ? count + 1 : 0;
}

static struct width of_name(struct measure *measure, const struct cg_expr *expr)
{
    const char *name = expr->u.value->name;
    struct width width = {.entry = (double)cg_utf8_length(name, strlen(name)) +
                                   indices(measure, expr->shape)};
    double count = indices(measure, expr->shape);
    width.moved[slot_of(measure, expr->u.value)] = count > 0 ? (count - 1) * DELTA : 1;
    return width;
}

/* Of each name in a: what it takes to move the one part while the other stands by. */
static void add_moved(struct width *out, const struct width *part, double beside)
{
    for (size_t i = 0; i < MOST_NAMES; i++)
        if (part->moved[i] > 0)
            out->moved[i] += part->moved[i] + beside + (out->moved[i] > 0 ? SIGN : 0);
}

static struct width of_function(const struct width *arg, double name, double times)
{
    struct width width = {.entry = arg->entry + name + BRACKETS};
    for (size_t i = 0; i < MOST_NAMES; i++)
        if (arg->moved[i] > 0)
            width.moved[i] = times * (width.entry + 1 + arg->moved[i]);
    return width;
}

static struct width of_quotient(const struct width *top, const struct width *below)
{
    struct width width = {.entry = top->entry + below->entry + 1 + BRACKETS};
    add_moved(&width, top, below->entry + SIGN);
    add_moved(&width, below, top->entry + 2 * below->entry + 2 * SIGN);
    return width;
}

static struct width of_power(const struct width *base, const struct width *exponent)
{
    struct width width = {.entry = base->entry + BRACKETS + exponent->entry};
    add_moved(&width, base, width.entry + SIGN);
    add_moved(&width, exponent, 2 * base->entry + exponent->entry + 2 * SIGN);
    return width;
}

/* Parts side by side, each moved while the others stand. */
static struct width of_product(const struct width *parts, size_t count, double around)
{
    struct width width = {.entry = around};
    for (size_t i = 0; i < count; i++)
        width.entry += parts[i].entry + 1;
    for (size_t i = 0; i < count; i++)
        add_moved(&width, &parts[i], width.entry - parts[i].entry);
    return width;
}

static struct width of_sum(const struct width *parts, size_t count)
{
    struct width width = {.entry = BRACKETS - SIGN};
    for (size_t i = 0; i < count; i++) {
        width.entry += parts[i].entry + SIGN;
        add_moved(&width, &parts[i], 0);
    }
    return width;
}

static struct width of_parts(const struct measure *measure, const struct cg_expr *expr,
                             const struct width *parts)
{
    static const struct width two = {.entry = 1};
    switch (expr->op) {
    case CG_ADD:
        return of_sum(parts, expr->n_args);
    case CG_MUL:
        return of_product(parts, expr->n_args, 0);
    case CG_MATMUL:
    case CG_DOT:
        return of_product(parts, 2, SUM);
    case CG_OUTER:
        return of_product(parts, 2, 0);
    case CG_DIV:
        return of_quotient(&parts[0], &parts[1]);
    case CG_POW:
        return of_power(&parts[0], &parts[1]);
    case CG_NORM2:
        return of_power(&parts[0], &two);
    case CG_APPLY:
        return of_function(&parts[0], (double)strlen(expr->u.apply.function->name), 1);
    case CG_SOFTMAX:
        return of_function(&parts[0], SOFTMAX, 2);
    case CG_NEG:
    case CG_TRANSPOSE:
    case CG_DIAG:
        return of_product(parts, 1, 0);
    case CG_SUM:
    case CG_MEAN:
    case CG_TRACE:
        return of_product(parts, 1, SUM);
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
        break;
    }
    return (struct width){.entry = 2 + indices(measure, expr->shape)};
}

static struct width measured(struct measure *measure, const struct cg_expr *expr)
{
    if (expr->op == CG_NAME)
        return of_name(measure, expr);
    struct width few[2], *parts = few;
    if (expr->n_args > 2)
        parts = cg_xmalloc(expr->n_args * sizeof *parts);
    for (size_t i = 0; i < expr->n_args; i++)
        parts[i] = measured(measure, expr->args[i]);
    struct width width = of_parts(measure, expr, parts);
    if (parts != few)
        free(parts);
    return width;
}

double line_width(const struct cg_model *model, const struct cg_expr *expr)
{
    struct measure measure = {.model = model};
    struct width width = measured(&measure, expr);
    double widest = 0;
    for (size_t i = 0; i < MOST_NAMES; i++)
        widest = width.moved[i] > widest ? width.moved[i] : widest;
    return widest;
}
