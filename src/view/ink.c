#include "view/frame.h"

#include <ctype.h>
#include <string.h>

/* Families of names that lessons use, so that H is the same green in every lesson. The places are
 * those of cg_theme.variables. */
enum variable_ink {
    INK_WEIGHT,
    INK_HIDDEN,
    INK_OUTPUT,
    INK_BIAS,
    INK_INPUT,
    INK_SUM,
    INK_TARGET,
    INK_LOSS,
    INK_ERROR,
    INK_FUNCTION
};

static enum variable_ink family(const struct cg_value *value)
{
    const char *name = value->name;
    if (value->kind == CG_VALUE_RESULT || strncmp(name, "δ", strlen("δ")) == 0 ||
        strncmp(name, "delta", 5) == 0)
        return INK_ERROR;
    if (strstr(name, "star") || strncmp(name, "target", 6) == 0 || strcmp(name, "T") == 0)
        return INK_TARGET;
    switch (toupper((unsigned char)name[0])) {
    case 'W':
    case 'U':
    case 'V':
        return INK_WEIGHT;
    case 'H':
    case 'A':
        return INK_HIDDEN;
    case 'Y':
    case 'P':
        return INK_OUTPUT;
    case 'B':
        return INK_BIAS;
    case 'X':
        return INK_INPUT;
    case 'Z':
    case 'S':
        return INK_SUM;
    case 'T':
        return INK_TARGET;
    case 'J':
    case 'L':
    case 'E':
    case 'C':
        return INK_LOSS;
    default:
        return (enum variable_ink)(value->id % INK_FUNCTION);
    }
}

/* W1, W2, W3: one family, told apart by lightness. A name without a number is as one with 1. */
static int shade(const char *name)
{
    size_t length = strlen(name);
    if (length < 2 || !isdigit((unsigned char)name[length - 1]))
        return 0;
    return (name[length - 1] - '0' + 2) % 3;
}

struct cg_color cg_value_ink(const struct cg_theme *theme, const struct cg_value *value)
{
    struct cg_color base = theme->variables[family(value)];
    /* Towards the text colour: contrast only grows. */
    return cg_mix(base, theme->text, 0.36 * shade(value->name));
}

struct cg_color cg_index_ink(const struct cg_theme *theme, char letter)
{
    static const char order[] = "iklnjm";
    const char *at = letter ? strchr(order, letter) : NULL;
    if (at)
        return theme->indices[at - order];
    return letter ? theme->indices[(unsigned char)letter % CG_INDEX_COLORS] : theme->text;
}

/* A derivative of the loss is a gradient; one of an intermediate value is coloured by that value.
 */
static struct cg_color partial_ink(const struct cg_theme *theme, const struct cg_expr *term)
{
    const struct cg_expr *of = term->args[0];
    bool scalar =
        of->op == CG_NAME || (of->op == CG_ENTRY && !of->u.at.row.letter && !of->u.at.col.letter);
    return scalar ? theme->gradient : cg_term_ink(theme, of);
}

/* The ink of the first value in a term; false where there is none. */
static bool find_ink(const struct cg_theme *theme, const struct cg_expr *term,
                     struct cg_color *found)
{
    switch (term->op) {
    case CG_NAME:
        *found = cg_value_ink(theme, term->u.value);
        return true;
    case CG_GRAD:
        *found = theme->gradient;
        return true;
    case CG_PARTIAL:
        *found = partial_ink(theme, term);
        return true;
    case CG_KRON:
    case CG_EYE:
        *found = theme->kronecker;
        return true;
    case CG_APPLY:
        *found = theme->variables[INK_FUNCTION];
        return true;
    case CG_NUMBER:
    case CG_SIZE:
    case CG_ONES:
    case CG_ZEROS:
        return false;
    case CG_ADD:
    case CG_NEG:
    case CG_MUL:
    case CG_DIV:
    case CG_POW:
    case CG_MATMUL:
    case CG_TRANSPOSE:
    case CG_SUM:
    case CG_MEAN:
    case CG_TRACE:
    case CG_DOT:
    case CG_OUTER:
    case CG_NORM2:
    case CG_SOFTMAX:
    case CG_DIAG:
    case CG_ENTRY:
    case CG_SUM_OVER:
        break;
    }
    for (size_t i = 0; i < term->n_args; i++)
        if (find_ink(theme, term->args[i], found))
            return true;
    return false;
}

struct cg_color cg_term_ink(const struct cg_theme *theme, const struct cg_expr *term)
{
    struct cg_color ink = theme->text;
    if (term)
        find_ink(theme, term, &ink);
    return ink;
}

/* What a term's own glyphs (not those of the symbols inside it) are coloured with: signs and
 * brackets stay as text, or every line would be a rainbow. */
static struct cg_color own_ink(const struct cg_theme *theme, const struct cg_expr *node)
{
    if (!node)
        return theme->text;
    if (node->op == CG_SUM_OVER)
        return cg_index_ink(theme, node->u.over.letter);
    if (node->op == CG_GRAD || node->op == CG_PARTIAL || node->op == CG_KRON ||
        node->op == CG_EYE || node->op == CG_APPLY || node->op == CG_NAME)
        return cg_term_ink(theme, node);
    return theme->text;
}

struct cg_color cg_object_ink(const struct cg_theme *theme, const struct cg_object *object)
{
    switch (object->kind) {
    case CG_OBJECT_TERM:
        return own_ink(theme, object->node);
    case CG_OBJECT_VALUE:
        return object->value ? cg_value_ink(theme, object->value) : theme->text;
    case CG_OBJECT_INDEX:
        return cg_index_ink(theme, object->index.letter);
    case CG_OBJECT_DELTA:
        return theme->kronecker;
    case CG_OBJECT_FUNCTION:
        return theme->variables[INK_FUNCTION];
    }
    return theme->text;
}
