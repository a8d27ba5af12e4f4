#include "algebra/hinges.h"

#include "algebra/line_width.h"
#include "algebra/names.h"

#include <stdlib.h>
#include <string.h>

/* Where a definition's own lines stay within it, it is left as it is: with functions of compounds
 * in it, and without. Polynomials and roots are read as one, and simplify better so. */
enum { WIDEST_LINE = 80, WIDEST_ALGEBRAIC_LINE = 280 };

/* What a hinge's own lines, and those of what is left, should stay within. */
enum { WIDEST_PART = 100 };

/* Names given to the parts of one node, before it is left as wide as it is. */
enum { MOST_CUTS = 16 };

/* Definitions before this one that are looked through for the same part. */
enum { MOST_KNOWN = 256 };

/* A compound of the definition, and how often it stands there. */
struct part {
    uint64_t hash;
    const struct cg_expr *expr;
    size_t times;
};

struct hinging {
    struct cg_model *model;
    struct part *parts; /* by hash, each once */
    size_t count, capacity;
    size_t first; /* id of the first hinge of this definition */
    size_t left;  /* values that may still be added */
};

static bool is_name(const struct cg_expr *expr)
{
    while (expr->op == CG_NEG || expr->op == CG_TRANSPOSE)
        expr = expr->args[0];
    return expr->n_args == 0;
}

static bool has_op(const struct cg_expr *expr, enum cg_op op)
{
    if (expr->op == op)
        return true;
    for (size_t i = 0; i < expr->n_args; i++)
        if (has_op(expr->args[i], op))
            return true;
    return false;
}

static bool has_name(const struct cg_expr *expr)
{
    return has_op(expr, CG_NAME);
}

/* A function that is no power: what it holds stands in each line again, as f(a) and f'(a). */
static bool is_function(const struct cg_expr *expr)
{
    if (expr->op != CG_APPLY)
        return expr->op == CG_SOFTMAX;
    enum cg_kernel kernel = expr->u.apply.function->kernel;
    return kernel != CG_SQRT && kernel != CG_SQUARE && kernel != CG_ABS && kernel != CG_IDENTITY;
}

static bool has_function(const struct cg_expr *expr)
{
    if (is_function(expr))
        return true;
    for (size_t i = 0; i < expr->n_args; i++)
        if (has_function(expr->args[i]))
            return true;
    return false;
}

static bool has_function_of_compound(const struct cg_expr *expr)
{
    if (is_function(expr) && !is_name(expr->args[0]))
        return true;
    for (size_t i = 0; i < expr->n_args; i++)
        if (has_function_of_compound(expr->args[i]))
            return true;
    return false;
}

static bool is_long(const struct cg_model *model, const struct cg_expr *body)
{
    double width = line_width(model, body);
    return width > WIDEST_ALGEBRAIC_LINE || (width > WIDEST_LINE && has_function_of_compound(body));
}

/* Z for what a function is taken of, H for the value of an activation, S for a softmax, U for the
 * rest. */
static char letter_of(const struct cg_expr *expr)
{
    if (expr->op == CG_SOFTMAX)
        return 'S';
    if (expr->op != CG_APPLY)
        return 'U';
    switch (expr->u.apply.function->kernel) {
    case CG_TANH:
    case CG_SIGMOID:
    case CG_RELU:
    case CG_SOFTPLUS:
    case CG_SIN:
    case CG_COS:
        return 'H';
    case CG_EXP:
    case CG_LOG:
    case CG_SQRT:
    case CG_ABS:
    case CG_SQUARE:
    case CG_IDENTITY:
    case CG_KERNEL_COUNT:
        break;
    }
    return 'U';
}

/* What is defined as this very expression, or NULL. */
static const struct cg_value *find_defined(const struct cg_model *model, const struct cg_expr *expr)
{
    size_t from = model->n_values > MOST_KNOWN ? model->n_values - MOST_KNOWN : 0;
    for (size_t i = from; i < model->n_values; i++)
        if (model->values[i]->body && cg_expr_equal(model->values[i]->body, expr))
            return model->values[i];
    return NULL;
}

static const struct cg_value *add_hinge(struct hinging *h, const struct cg_expr *body, char letter)
{
    struct cg_model *model = h->model;
    struct cg_value *value = cg_alloc(model->arena, sizeof *value);
    value->name = value->tex = cg_strndup(model->arena, &letter, 1);
    value->kind = CG_VALUE_DEFINED;
    value->shape = body->shape;
    value->body = body;
    value->place = body->place;
    value->hinge = letter;
    value->id = model->n_values;
    model->values = cg_grow(model->arena, model->values, model->n_values, &model->values_capacity,
                            sizeof *model->values);
    model->values[model->n_values++] = value;
    h->left--;
    return value;
}

/* The expression under a name; a transpose or a sign stays outside. */
static const struct cg_expr *named(struct hinging *h, const struct cg_expr *expr, char letter)
{
    struct cg_arena *arena = h->model->arena;
    if (is_name(expr) || !has_name(expr))
        return expr;
    if (expr->op == CG_NEG || expr->op == CG_TRANSPOSE) {
        const struct cg_expr *inner = named(h, expr->args[0], letter);
        return cg_with_args(arena, expr, &inner);
    }
    const struct cg_value *value = find_defined(h->model, expr);
    if (!value && !h->left)
        return expr;
    if (!value)
        value = add_hinge(h, expr, letter);
    return cg_placed(arena, cg_name(arena, value), expr->place);
}

static const struct cg_expr *bare(const struct cg_expr *expr)
{
    while (expr->op == CG_NEG || expr->op == CG_TRANSPOSE)
        expr = expr->args[0];
    return expr;
}

/* Is there a value in it that a hinge has in it too? Each way to it is a term of the chain rule. */
static bool shares_value(const struct hinging *h, const struct cg_expr *expr)
{
    if (expr->op == CG_NAME)
        for (size_t i = h->first; i < h->model->n_values; i++)
            if (cg_mentions(h->model->values[i]->body, expr->u.value))
                return true;
    for (size_t i = 0; i < expr->n_args; i++)
        if (shares_value(h, expr->args[i]))
            return true;
    return false;
}

/* The letter of the name that an argument gets because of where it stands, or 0. */
static char wanted(const struct hinging *h, const struct cg_expr *parent, size_t which,
                   const struct cg_expr *arg)
{
    const struct cg_expr *inner = bare(arg);
    if (inner->op == CG_SOFTMAX)
        return 'S';
    if (is_function(parent) && has_op(arg, CG_MATMUL))
        return 'Z';
    if (parent->op == CG_POW || parent->op == CG_NORM2) /* (X + HV − T)² */
        return which == 0 && arg->op == CG_ADD && shares_value(h, arg) ? 'U' : 0;
    if (parent->op != CG_MATMUL)
        return 0;
    /* (XQ)(XK)ᵀ is a product of two, but ABC is one of three */
    bool product = inner->op == CG_MATMUL && (which == 1 || bare(parent->args[1])->op == CG_MATMUL);
    return product || has_function(inner) ? letter_of(inner) : 0;
}

/* The widest part of a node that is worth a name: not a sum, but what it adds up. */
static const struct cg_expr *widest(const struct hinging *h, const struct cg_expr *expr)
{
    const struct cg_expr *best = NULL;
    double most = 0;
    for (size_t i = 0; i < expr->n_args; i++) {
        const struct cg_expr *arg = expr->args[i];
        double width = is_name(arg) ? 0 : line_width(h->model, arg);
        if (width > most) {
            most = width;
            best = arg;
        }
    }
    if (best && (best->op == CG_ADD || best->op == CG_NEG || best->op == CG_TRANSPOSE)) {
        const struct cg_expr *inner = widest(h, best);
        return inner ? inner : best;
    }
    return best;
}

static const struct cg_expr *replaced(struct cg_arena *arena, const struct cg_expr *expr,
                                      const struct cg_expr *from, const struct cg_expr *to)
{
    if (expr == from)
        return to;
    if (!expr->n_args)
        return expr;
    const struct cg_expr **args = cg_alloc_array(arena, expr->n_args, sizeof *args);
    for (size_t i = 0; i < expr->n_args; i++)
        args[i] = replaced(arena, expr->args[i], from, to);
    return cg_with_args(arena, expr, args);
}

/* Gives names to parts of the node until its lines are short enough. */
static const struct cg_expr *cut(struct hinging *h, const struct cg_expr *expr)
{
    for (int i = 0; i < MOST_CUTS && line_width(h->model, expr) > WIDEST_PART; i++) {
        const struct cg_expr *part = widest(h, expr);
        const struct cg_expr *name = part ? named(h, part, letter_of(part)) : NULL;
        if (!part || name == part)
            break;
        expr = replaced(h->model->arena, expr, part, name);
    }
    return expr;
}

static int compare_parts(const void *a, const void *b)
{
    const struct part *left = a, *right = b;
    return left->hash < right->hash ? -1 : left->hash > right->hash;
}

static void collect(struct hinging *h, const struct cg_expr *expr)
{
    if (!expr->n_args)
        return;
    if (has_function(expr) || has_op(expr, CG_MATMUL) || has_op(expr, CG_MEAN) ||
        has_op(expr, CG_SUM)) {
        h->parts = cg_grow(h->model->arena, h->parts, h->count, &h->capacity, sizeof *h->parts);
        h->parts[h->count++] = (struct part){cg_expr_hash(expr), expr, 1};
    }
    for (size_t i = 0; i < expr->n_args; i++)
        collect(h, expr->args[i]);
}

/* Sorts the parts and keeps one of those that are alike. */
static void count_parts(struct hinging *h)
{
    if (h->count)
        qsort(h->parts, h->count, sizeof *h->parts, compare_parts);
    size_t kept = 0;
    for (size_t i = 0; i < h->count; i++)
        if (kept && h->parts[kept - 1].hash == h->parts[i].hash)
            h->parts[kept - 1].times++;
        else
            h->parts[kept++] = h->parts[i];
    h->count = kept;
}

static size_t times(const struct hinging *h, const struct cg_expr *expr)
{
    struct part key = {.hash = cg_expr_hash(expr)};
    const struct part *part =
        h->count ? bsearch(&key, h->parts, h->count, sizeof key, compare_parts) : NULL;
    return part ? part->times : 1;
}

/* The expression with its hinges named. around: how often what it stands in stands there: what is
 * there more often itself gets a name. */
static const struct cg_expr *hinged(struct hinging *h, const struct cg_expr *expr, size_t around)
{
    if (is_name(expr) || !has_name(expr))
        return expr;
    struct cg_arena *arena = h->model->arena;
    const struct cg_value *known = find_defined(h->model, expr);
    if (known)
        return cg_placed(arena, cg_name(arena, known), expr->place);
    size_t here = times(h, expr);
    const struct cg_expr **args = cg_alloc_array(arena, expr->n_args, sizeof *args);
    for (size_t i = 0; i < expr->n_args; i++)
        args[i] = hinged(h, expr->args[i], here > around ? here : around);
    for (size_t i = 0; i < expr->n_args; i++) {
        char letter = wanted(h, expr, i, args[i]);
        if (letter)
            args[i] = named(h, args[i], letter);
    }
    const struct cg_expr *made = cut(h, cg_with_args(arena, expr, args));
    return here > around ? named(h, made, letter_of(made)) : made;
}

const struct cg_expr *hinges_make(struct cg_model *model, const struct cg_expr *body, size_t most)
{
    struct hinging h = {.model = model, .first = model->n_values, .left = most};
    if (is_name(body) || !is_long(model, body))
        return body;
    collect(&h, body);
    count_parts(&h);
    return hinged(&h, body, 1);
}

void hinges_name(struct cg_model *model)
{
    size_t next['Z' + 1] = {0};
    for (size_t i = 0; i < model->n_values; i++) {
        struct cg_value *value = model->values[i];
        if (!value->hinge)
            continue;
        size_t *number = &next[(unsigned char)value->hinge];
        bool named = value->name[1] && !cg_names_find(model, value->name, strlen(value->name));
        while (!named) {
            value->name = cg_format(model->arena, "%c%zu", (int)value->hinge, ++*number);
            named = !cg_names_find(model, value->name, strlen(value->name));
        }
        value->tex = cg_default_tex(model->arena, value->name);
        cg_names_add(model, (struct cg_name_entry){.name = value->name, .value = value});
    }
}
