/* TeX of an expression, in matrix or index notation, as a hand would typeset it.
 *
 * Brackets stand where precedence needs them; \obj{id}{...} wraps each printed node where objects
 * are asked for, and scripts stand inside the innermost wrapper of their base, so that a wrapper
 * never moves a glyph.
 */
#include <chalkgrad/print.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    SCREEN_DEPTH = 24,     /* deeper terms are shown as dots: the typesetter's depth is capped */
    SCREEN_NODES = 250,    /* and so are the terms behind these, */
    SCREEN_LENGTH = 11000, /* and what is longer for its names alone */
    PAPER_DEPTH = 2000,
    PAPER_NODES = 100000,
    PAPER_LENGTH = 1 << 22
};

/* How tightly the outermost operator of a printed node binds. */
enum level {
    LEVEL_SUM = 1,
    LEVEL_MINUS,
    LEVEL_PRODUCT,
    LEVEL_PREFIX, /* reaches to the right: sums and derivatives of what follows */
    LEVEL_FACTOR,
    LEVEL_SYMBOL
};

struct printer {
    struct cg_strbuf *out;
    const struct cg_model *model;
    struct cg_objects *objects;
    const struct cg_tex_options *options;
    size_t start, most; /* bytes */
    int depth, deepest, nodes, most_nodes;
};

static void put_node(struct printer *p, const struct cg_expr *node, enum level least, bool last);

/* ---- objects ---------------------------------------------------------------------------- */

static void open_object(struct printer *p, struct cg_object object)
{
    struct cg_objects *all = p->objects;
    if (!all)
        return;
    all->objects =
        cg_grow(all->arena, all->objects, all->count, &all->capacity, sizeof *all->objects);
    all->objects[all->count++] = object;
    cg_putf(p->out, "\\obj{%zu}{", all->count);
}

static void close_object(struct printer *p)
{
    if (p->objects)
        cg_putc(p->out, '}');
}

static void put_index(struct printer *p, const struct cg_expr *node, struct cg_index index)
{
    open_object(p, (struct cg_object){CG_OBJECT_INDEX, .node = node, .index = index});
    cg_putc(p->out, index.letter);
    close_object(p);
}

static bool is_full(const struct printer *p)
{
    return p->nodes >= p->most_nodes || p->out->length - p->start > p->most;
}

/* ---- what a node looks like -------------------------------------------------------------- */

static const char *replacement(const struct printer *p, const struct cg_expr *node)
{
    return p->options && p->options->replace ? p->options->replace(p->options->context, node)
                                             : NULL;
}

static bool has_index(const struct cg_expr *entry)
{
    return entry->u.at.row.letter || entry->u.at.col.letter;
}

/* Is there a character of `set` outside braces? */
static bool has_script(const char *tex, const char *set)
{
    int depth = 0;
    for (; *tex; tex++) {
        if (*tex == '\\' && tex[1]) {
            tex++;
            continue;
        }
        depth += (*tex == '{') - (*tex == '}');
        if (depth == 0 && strchr(set, *tex))
            return true;
    }
    return false;
}

/* May an index stand right below this symbol? Not where a subscript stands already, and not below a
 * delta that is a value: with indices it would look like the Kronecker delta. */
static bool takes_index(const struct cg_value *value)
{
    return !has_script(value->tex, "_' +-") && strncmp(value->tex, "\\delta", 6) != 0;
}

static bool takes_power(const char *tex)
{
    return !has_script(tex, "^' +-");
}

/* A derivative whose numerator holds all of it: dY_i/dW_kl. */
static bool is_quotient_of_names(const struct cg_expr *partial)
{
    const struct cg_expr *of = partial->args[0];
    return of->op == CG_NAME || (of->op == CG_ENTRY && of->args[0]->op == CG_NAME);
}

static bool is_own_kernel(const struct cg_expr *apply, enum cg_kernel kernel)
{
    const struct cg_function *function = apply->u.apply.function;
    static const char *const names[] = {
#define X(id, name) name,
        CG_KERNELS(X)
#undef X
    };
    return function->kernel == kernel && strcmp(function->name, names[kernel]) == 0;
}

/* Functions that are no name before a bracket: a root, bars, a square. */
static bool draws_itself(const struct cg_expr *apply)
{
    return apply->u.apply.order == 0 &&
           (is_own_kernel(apply, CG_SQRT) || is_own_kernel(apply, CG_ABS) ||
            is_own_kernel(apply, CG_SQUARE));
}

/* sqrt(norm2(x)), the length of x. */
static bool is_length(const struct printer *p, const struct cg_expr *apply)
{
    return apply->op == CG_APPLY && apply->u.apply.order == 0 && is_own_kernel(apply, CG_SQRT) &&
           apply->args[0]->op == CG_NORM2 && !replacement(p, apply->args[0]);
}

static enum level number_level(const struct cg_expr *number)
{
    if (number->u.number.value < 0)
        return LEVEL_MINUS;
    bool whole = number->u.number.den == 1 && number->u.number.value < 1e15;
    return whole ? LEVEL_SYMBOL : LEVEL_FACTOR;
}

static enum level level_of(const struct printer *p, const struct cg_expr *node)
{
    const char *text = replacement(p, node);
    if (text)
        return text[0] == '-' ? LEVEL_MINUS : LEVEL_FACTOR;
    switch (node->op) {
    case CG_NUMBER:
        return number_level(node);
    case CG_SIZE:
        return LEVEL_SYMBOL;
    case CG_NAME:
        return has_script(node->u.value->tex, "+- ") ? LEVEL_SUM : LEVEL_SYMBOL;
    case CG_EYE:
    case CG_ONES:
    case CG_ZEROS:
        return LEVEL_FACTOR;
    case CG_ADD:
        return LEVEL_SUM;
    case CG_NEG:
        return LEVEL_MINUS;
    case CG_MUL:
        return level_of(p, node->args[0]) == LEVEL_MINUS ? LEVEL_MINUS : LEVEL_PRODUCT;
    case CG_MATMUL:
    case CG_DOT:
    case CG_OUTER:
        return LEVEL_PRODUCT;
    case CG_SUM:
        return node->u.axis == CG_AXIS_ALL ? LEVEL_PREFIX : LEVEL_PRODUCT;
    case CG_SUM_OVER:
        return LEVEL_PREFIX;
    case CG_PARTIAL:
        return is_quotient_of_names(node) ? LEVEL_FACTOR : LEVEL_PREFIX;
    case CG_ENTRY:
        return has_index(node) ? LEVEL_FACTOR : level_of(p, node->args[0]);
    case CG_GRAD:
    case CG_DIV:
    case CG_POW:
    case CG_APPLY:
    case CG_TRANSPOSE:
    case CG_MEAN:
    case CG_TRACE:
    case CG_NORM2:
    case CG_SOFTMAX:
    case CG_DIAG:
    case CG_KRON:
        return LEVEL_FACTOR;
    }
    return LEVEL_SUM;
}

/* Does it stand higher than a line of symbols, so that its brackets must grow? Looks a few levels
 * down; what hides deeper is taken as tall. */
static bool is_tall(const struct cg_expr *node, int levels)
{
    switch (node->op) {
    case CG_DIV:
    case CG_GRAD:
    case CG_PARTIAL:
    case CG_SUM_OVER:
        return true;
    case CG_SUM:
        if (node->u.axis == CG_AXIS_ALL)
            return true;
        break;
    case CG_NUMBER:
        return node->u.number.den > 1;
    case CG_NAME:
        return strstr(node->u.value->tex, "\\frac") != NULL;
    case CG_SIZE:
    case CG_EYE:
    case CG_ONES:
    case CG_ZEROS:
    case CG_ADD:
    case CG_NEG:
    case CG_MUL:
    case CG_POW:
    case CG_APPLY:
    case CG_MATMUL:
    case CG_TRANSPOSE:
    case CG_MEAN:
    case CG_TRACE:
    case CG_DOT:
    case CG_OUTER:
    case CG_NORM2:
    case CG_SOFTMAX:
    case CG_DIAG:
    case CG_ENTRY:
    case CG_KRON:
        break;
    }
    if (levels == 0)
        return true;
    for (size_t i = 0; i < node->n_args; i++)
        if (is_tall(node->args[i], levels - 1))
            return true;
    return false;
}

/* ---- leaves ------------------------------------------------------------------------------ */

/* A decimal number; an exponent becomes a power of ten. */
static void put_decimal(struct cg_strbuf *out, double value)
{
    if (!isfinite(value)) {
        cg_put(out, isnan(value) ? "\\text{NaN}" : value < 0 ? "-\\infty" : "\\infty");
        return;
    }
    size_t start = out->length;
    cg_put_number(out, value);
    const char *exponent = strpbrk(out->text + start, "eE");
    if (!exponent)
        return;
    long power = strtol(exponent + 1, NULL, 10);
    out->length = (size_t)(exponent - out->text);
    out->text[out->length] = '\0';
    cg_putf(out, " \\cdot 10^{%ld}", power);
}

static void put_number(struct cg_strbuf *out, const struct cg_expr *node)
{
    int64_t num = node->u.number.num, den = node->u.number.den;
    if (den > 1)
        cg_putf(out, "%s\\frac{%lld}{%lld}", num < 0 ? "-" : "", (long long)(num < 0 ? -num : num),
                (long long)den);
    else
        put_decimal(out, node->u.number.value);
}

static void put_letters(struct printer *p, const struct cg_expr *node, struct cg_index row,
                        struct cg_index col)
{
    if (row.letter)
        put_index(p, node, row);
    if (col.letter)
        put_index(p, node, col);
}

/* The symbol of a value with its indices (none: letter 0) and a superscript (NULL: none). `node` is
 * what the objects are recorded for. */
static void put_symbol(struct printer *p, const struct cg_expr *node, const struct cg_value *value,
                       struct cg_index row, struct cg_index col, const char *superscript)
{
    bool indexed = row.letter || col.letter;
    bool bracket = indexed && !takes_index(value);
    if (bracket)
        cg_put(p->out, "\\left[");
    open_object(p, (struct cg_object){CG_OBJECT_VALUE, .node = node, .value = value});
    cg_put(p->out, value->tex);
    if (bracket) {
        close_object(p);
        cg_put(p->out, "\\right]");
    }
    if (indexed) {
        cg_put(p->out, "_{");
        put_letters(p, node, row, col);
        cg_putc(p->out, '}');
    }
    if (superscript)
        cg_putf(p->out, "^{%s}", superscript);
    if (!bracket)
        close_object(p);
}

static void put_name_symbol(struct printer *p, const struct cg_expr *node, const char *superscript)
{
    put_symbol(p, node, node->u.value, (struct cg_index){0}, (struct cg_index){0}, superscript);
}

static void put_size(struct printer *p, int dim)
{
    const char *name = cg_dim_name(p->model, dim);
    if (name)
        cg_put(p->out, name);
    else
        cg_putf(p->out, "%zu", cg_dim_size(p->model, dim));
}

/* The letter n, as a symbol of its own. */
static void put_size_symbol(struct printer *p, int dim)
{
    const char *name = cg_size_name(p->model, dim);
    if (name && !name[1])
        cg_put(p->out, name);
    else if (name)
        cg_putf(p->out, "\\text{%s}", name);
    else
        cg_putf(p->out, "%zu", cg_dim_size(p->model, dim));
}

/* I, 1, 0; a column of ones is 1 and a row of ones its transpose, as in 1^T A. */
static void put_constant(struct printer *p, const struct cg_expr *node)
{
    bool one_row = cg_same_dim(p->model, node->shape.rows, 0);
    bool one_col = cg_same_dim(p->model, node->shape.cols, 0);
    const char *digit = node->op == CG_ONES ? "1" : "0";
    if (node->op == CG_EYE) {
        cg_put(p->out, "I");
    } else if (one_row && one_col) {
        cg_put(p->out, digit);
    } else if (one_row || one_col || node->op == CG_ZEROS) {
        cg_putf(p->out, "\\mathbf{%s}%s", digit, one_row && node->op == CG_ONES ? "^\\top" : "");
    } else {
        cg_putf(p->out, "\\mathbf{%s}_{", digit);
        put_size(p, node->shape.rows);
        cg_put(p->out, " \\times ");
        put_size(p, node->shape.cols);
        cg_putc(p->out, '}');
    }
}

static void put_kron(struct printer *p, const struct cg_expr *node)
{
    if (p->options && p->options->iverson) {
        cg_put(p->out, "\\left[");
        put_index(p, node, node->u.at.row);
        cg_put(p->out, " = ");
        put_index(p, node, node->u.at.col);
        cg_put(p->out, "\\right]");
        return;
    }
    open_object(p, (struct cg_object){CG_OBJECT_DELTA, .node = node});
    cg_put(p->out, "\\delta_{");
    put_letters(p, node, node->u.at.row, node->u.at.col);
    cg_putc(p->out, '}');
    close_object(p);
}

/* ---- operators --------------------------------------------------------------------------- */

static void put_open(struct printer *p, const struct cg_expr *node)
{
    put_node(p, node, LEVEL_SUM, true);
}

static void put_bracketed(struct printer *p, const char *open, const struct cg_expr *inner,
                          const char *close)
{
    cg_putf(p->out, "\\left%s", open);
    put_open(p, inner);
    cg_putf(p->out, "\\right%s", close);
}

/* f(...): plain brackets keep the f close; tall ones grow. */
static void put_argument(struct printer *p, const struct cg_expr *argument)
{
    if (is_tall(argument, 6)) {
        cg_put(p->out, "\\!");
        put_bracketed(p, "(", argument, ")");
    } else {
        cg_putc(p->out, '(');
        put_open(p, argument);
        cg_putc(p->out, ')');
    }
}

/* An addend behind others: its sign takes the place of the plus. */
static void put_addend(struct printer *p, const struct cg_expr *node, bool first)
{
    bool own_sign = node->op == CG_NEG && !replacement(p, node);
    if (own_sign && !first)
        cg_putc(p->out, ' ');
    if (first || own_sign)
        put_node(p, node, first ? LEVEL_SUM : LEVEL_MINUS, true);
    else {
        cg_put(p->out, " + ");
        put_node(p, node, LEVEL_PRODUCT, true);
    }
}

static void put_sum(struct printer *p, const struct cg_expr *node)
{
    size_t i = 0;
    for (; i < node->n_args && !is_full(p); i++)
        put_addend(p, node->args[i], i == 0);
    if (i < node->n_args)
        cg_put(p->out, " + \\ldots ");
}

static bool ends_as_fraction(const struct printer *p, const struct cg_expr *node)
{
    if (replacement(p, node))
        return false;
    return node->op == CG_GRAD || node->op == CG_DIV ||
           (node->op == CG_PARTIAL && is_quotient_of_names(node));
}

static bool starts_as_number(const struct printer *p, const struct cg_expr *node)
{
    if (replacement(p, node))
        return true;
    if (node->op == CG_MUL)
        return starts_as_number(p, node->args[0]);
    return node->op == CG_NUMBER && node->u.number.value >= 0;
}

static bool is_product_of_matrices(const struct cg_expr *node)
{
    return node->op == CG_MATMUL || node->op == CG_DOT || node->op == CG_OUTER ||
           (node->op == CG_SUM && node->u.axis != CG_AXIS_ALL);
}

static void put_factor(struct printer *p, const struct cg_expr *product, size_t i, bool last,
                       bool other_matrix)
{
    const struct cg_expr *arg = product->args[i];
    bool end = last && i + 1 == product->n_args;
    if (arg->op == CG_MUL && !replacement(p, arg))
        put_node(p, arg, i == 0 ? LEVEL_MINUS : LEVEL_PRODUCT, end);
    else if (is_product_of_matrices(arg) && !other_matrix && arg->op != CG_DOT)
        put_node(p, arg, LEVEL_PRODUCT, end);
    else if (i == 0 && (arg->op == CG_NUMBER || arg->op == CG_NEG)) /* -2 a, -a * b */
        put_node(p, arg, LEVEL_MINUS, end);
    else
        put_node(p, arg, end ? LEVEL_PREFIX : LEVEL_FACTOR, end);
}

/* Juxtaposition, a dot before a number, an asterisk between two matrices (Hadamard). */
static void put_product(struct printer *p, const struct cg_expr *node, bool last)
{
    size_t matrices = 0, before = 0;
    for (size_t i = 0; i < node->n_args; i++)
        matrices += !cg_is_scalar(p->model, node->args[i]->shape);
    for (size_t i = 0; i < node->n_args; i++) {
        const struct cg_expr *arg = node->args[i];
        bool matrix = !cg_is_scalar(p->model, arg->shape);
        if (is_full(p))
            return cg_put(p->out, " \\ldots ");
        if (i > 0) {
            if (matrix && before)
                cg_put(p->out, " \\ast ");
            else if (starts_as_number(p, arg))
                cg_put(p->out, " \\cdot ");
            else if (ends_as_fraction(p, node->args[i - 1]) && ends_as_fraction(p, arg))
                cg_put(p->out, " \\, ");
            else
                cg_putc(p->out, ' ');
        }
        put_factor(p, node, i, last, matrices > (size_t)matrix);
        before += matrix;
    }
}

/* A B: nested products stay open on the left only, so that the order of computing shows. */
static void put_matmul(struct printer *p, const struct cg_expr *node)
{
    const struct cg_expr *left = node->args[0], *right = node->args[1];
    bool scaled =
        left->op == CG_MUL && left->n_args == 2 && cg_is_scalar(p->model, left->args[0]->shape);
    bool open = left->op == CG_MATMUL || (scaled && level_of(p, left) == LEVEL_PRODUCT);
    put_node(p, left, open ? LEVEL_PRODUCT : LEVEL_FACTOR, false);
    cg_put(p->out, starts_as_number(p, right) ? " \\cdot " : " ");
    put_node(p, right, LEVEL_FACTOR, false);
}

static void put_infix(struct printer *p, const struct cg_expr *node, const char *sign)
{
    put_node(p, node->args[0], LEVEL_FACTOR, false);
    cg_put(p->out, sign);
    put_node(p, node->args[1], LEVEL_FACTOR, false);
}

static void put_entry(struct printer *p, const struct cg_expr *node, const char *superscript)
{
    const struct cg_expr *matrix = node->args[0];
    if (matrix->op == CG_NAME && !replacement(p, matrix)) {
        put_symbol(p, node, matrix->u.value, node->u.at.row, node->u.at.col, superscript);
        return;
    }
    put_bracketed(p, "[", matrix, "]");
    cg_put(p->out, "_{");
    put_letters(p, node, node->u.at.row, node->u.at.col);
    cg_putc(p->out, '}');
    if (superscript)
        cg_putf(p->out, "^{%s}", superscript);
}

/* base^superscript; the script goes inside the wrapper of a symbol. */
static void put_raised(struct printer *p, const struct cg_expr *base, const char *superscript)
{
    bool plain = !replacement(p, base);
    if (plain && base->op == CG_NAME && takes_power(base->u.value->tex)) {
        put_name_symbol(p, base, superscript);
        return;
    }
    const struct cg_expr *inner = base->op == CG_ENTRY ? base->args[0] : NULL;
    if (plain && inner && has_index(base) &&
        (inner->op != CG_NAME || takes_power(inner->u.value->tex))) {
        open_object(p, (struct cg_object){CG_OBJECT_TERM, .node = base});
        put_entry(p, base, superscript);
        close_object(p);
        return;
    }
    bool closed = base->op == CG_NUMBER && level_of(p, base) == LEVEL_SYMBOL;
    closed = closed || (base->op == CG_APPLY && (!draws_itself(base) || is_length(p, base)));
    if (plain && closed)
        put_open(p, base);
    else
        put_bracketed(p, "(", base, ")");
    cg_putf(p->out, "^{%s}", superscript);
}

static void put_power(struct printer *p, const struct cg_expr *node)
{
    struct printer script = *p;
    struct cg_strbuf text;
    cg_strbuf_init(&text);
    script.out = &text;
    script.start = 0;
    put_open(&script, node->args[1]);
    p->nodes = script.nodes;
    put_raised(p, node->args[0], text.text);
    cg_strbuf_finish(&text);
}

static void put_function(struct printer *p, const struct cg_expr *node, const char *name)
{
    open_object(p, (struct cg_object){CG_OBJECT_FUNCTION, .node = node});
    cg_put(p->out, name);
    if (node->op == CG_APPLY)
        for (int i = 0; i < node->u.apply.order; i++)
            cg_putc(p->out, '\'');
    close_object(p);
}

static void put_apply(struct printer *p, const struct cg_expr *node)
{
    bool is_sqrt = is_own_kernel(node, CG_SQRT), is_abs = is_own_kernel(node, CG_ABS);
    bool is_square = is_own_kernel(node, CG_SQUARE);
    if (is_length(p, node)) {
        put_bracketed(p, "\\lVert ", node->args[0]->args[0], "\\rVert");
    } else if (node->u.apply.order == 0 && is_sqrt) {
        cg_put(p->out, "\\sqrt{");
        put_open(p, node->args[0]);
        cg_putc(p->out, '}');
    } else if (node->u.apply.order == 0 && is_abs) {
        put_bracketed(p, "|", node->args[0], "|");
    } else if (node->u.apply.order == 0 && is_square) {
        put_raised(p, node->args[0], "2");
    } else {
        put_function(p, node,
                     is_sqrt     ? "\\text{sqrt}"
                     : is_abs    ? "\\text{abs}"
                     : is_square ? "\\text{square}"
                                 : node->u.apply.function->tex);
        put_argument(p, node->args[0]);
    }
}

/* The sum of all entries is a bare sum sign; the sums of columns are 1^T A, those of rows A 1. */
static void put_reduction(struct printer *p, const struct cg_expr *node)
{
    const struct cg_expr *arg = node->args[0];
    switch (node->u.axis) {
    case CG_AXIS_ALL:
        cg_put(p->out, "\\sum ");
        put_node(p, arg, LEVEL_PRODUCT, true);
        break;
    case CG_AXIS_ROWS:
        cg_put(p->out, "\\mathbf{1}^\\top ");
        put_node(p, arg, LEVEL_FACTOR, true);
        break;
    case CG_AXIS_COLS:
        put_node(p, arg, LEVEL_FACTOR, true);
        cg_put(p->out, " \\, \\mathbf{1}");
        break;
    }
}

static void put_mean(struct printer *p, const struct cg_expr *node)
{
    put_function(p, node,
                 node->u.axis == CG_AXIS_ALL    ? "\\text{mean}"
                 : node->u.axis == CG_AXIS_ROWS ? "\\text{mean}_{\\text{rows}}"
                                                : "\\text{mean}_{\\text{columns}}");
    put_argument(p, node->args[0]);
}

static void put_sum_over(struct printer *p, const struct cg_expr *node)
{
    cg_put(p->out, "\\sum_{");
    put_index(p, node, node->u.over);
    cg_put(p->out, "} ");
    put_node(p, node->args[0], LEVEL_PRODUCT, true);
}

static void put_partial(struct printer *p, const struct cg_expr *node)
{
    bool whole = is_quotient_of_names(node);
    cg_put(p->out, whole ? "\\frac{\\partial " : "\\frac{\\partial}{\\partial ");
    if (whole) {
        put_node(p, node->args[0], LEVEL_FACTOR, true);
        cg_put(p->out, "}{\\partial ");
    }
    put_symbol(p, node, node->u.partial.wrt, node->u.partial.row, node->u.partial.col, NULL);
    cg_putc(p->out, '}');
    if (!whole) {
        cg_putc(p->out, ' ');
        put_node(p, node->args[0], LEVEL_PRODUCT, true);
    }
}

static void put_grad(struct printer *p, const struct cg_expr *node)
{
    const struct cg_index none = {0};
    cg_put(p->out, "\\frac{\\partial ");
    put_symbol(p, node, node->u.grad.of, none, none, NULL);
    cg_put(p->out, "}{\\partial ");
    put_symbol(p, node, node->u.grad.wrt, none, none, NULL);
    cg_putc(p->out, '}');
}

static void put_named(struct printer *p, const struct cg_expr *node, const char *name)
{
    put_function(p, node, name);
    put_argument(p, node->args[0]);
}

/* What stands inside the brackets and the object of a node. */
static void put_inner(struct printer *p, const struct cg_expr *node, bool last)
{
    switch (node->op) {
    case CG_NUMBER:
        return put_number(p->out, node);
    case CG_SIZE:
        return put_size_symbol(p, node->u.over.dim);
    case CG_NAME:
        return put_name_symbol(p, node, NULL);
    case CG_GRAD:
        return put_grad(p, node);
    case CG_EYE:
    case CG_ONES:
    case CG_ZEROS:
        return put_constant(p, node);
    case CG_ADD:
        return put_sum(p, node);
    case CG_NEG:
        cg_put(p->out, "- ");
        return put_node(p, node->args[0], LEVEL_PRODUCT, last);
    case CG_MUL:
        return put_product(p, node, last);
    case CG_DIV:
        cg_put(p->out, "\\frac{");
        put_open(p, node->args[0]);
        cg_put(p->out, "}{");
        put_open(p, node->args[1]);
        return cg_putc(p->out, '}');
    case CG_POW:
        return put_power(p, node);
    case CG_APPLY:
        return put_apply(p, node);
    case CG_MATMUL:
        return put_matmul(p, node);
    case CG_TRANSPOSE:
        return put_raised(p, node->args[0], "\\top");
    case CG_SUM:
        return put_reduction(p, node);
    case CG_MEAN:
        return put_mean(p, node);
    case CG_TRACE:
        return put_named(p, node, "\\text{tr}");
    case CG_DOT:
        return put_infix(p, node, " \\cdot ");
    case CG_OUTER:
        return put_infix(p, node, " \\otimes ");
    case CG_NORM2:
        put_bracketed(p, "\\lVert ", node->args[0], "\\rVert");
        return cg_put(p->out, "^{2}");
    case CG_SOFTMAX:
        return put_named(p, node, "\\text{softmax}");
    case CG_DIAG:
        return put_named(p, node, "\\text{diag}");
    case CG_ENTRY:
        return has_index(node) ? put_entry(p, node, NULL)
                               : put_node(p, node->args[0], LEVEL_SUM, last);
    case CG_SUM_OVER:
        return put_sum_over(p, node);
    case CG_KRON:
        return put_kron(p, node);
    case CG_PARTIAL:
        return put_partial(p, node);
    }
}

/* Prints a node, in brackets where it binds less tightly than `least`. `last`: nothing follows in
 * the same product, so a prefix operator needs no brackets. */
static void put_node(struct printer *p, const struct cg_expr *node, enum level least, bool last)
{
    if (p->depth >= p->deepest || is_full(p))
        return cg_put(p->out, "\\ldots ");
    p->nodes++;
    enum level level = level_of(p, node);
    bool bracket = level < least || (level == LEVEL_PREFIX && !last);
    const char *text = replacement(p, node);
    p->depth++;
    if (bracket)
        cg_put(p->out, "\\left(");
    bool own_object = node->op == CG_NAME && !text; /* the symbol is the term */
    if (!own_object)
        open_object(p, (struct cg_object){CG_OBJECT_TERM, .node = node});
    if (text)
        cg_put(p->out, text);
    else
        put_inner(p, node, last || bracket);
    if (!own_object)
        close_object(p);
    if (bracket)
        cg_put(p->out, "\\right)");
    p->depth--;
}

void cg_print_tex(struct cg_strbuf *out, const struct cg_model *model, const struct cg_expr *expr,
                  const struct cg_tex_options *options)
{
    struct printer p = {.out = out, .model = model, .options = options, .start = out->length};
    p.objects = options ? options->objects : NULL;
    p.most = options ? SCREEN_LENGTH : PAPER_LENGTH;
    p.most_nodes = options ? SCREEN_NODES : PAPER_NODES;
    p.deepest = options ? SCREEN_DEPTH : PAPER_DEPTH;
    put_open(&p, expr);
}
