/* Expressions as NumPy. Every array has two axes, as every value of a model does. */
#include "algebra/level.h"
#include "algebra/names.h"
#include "algebra/numpy.h"
#include "algebra/shape.h"

#include <string.h>

static bool is_keyword(const char *name)
{
    static const char *const words[] = {
        "and",    "as",   "assert", "async",  "await",  "break",   "class",    "continue",
        "def",    "del",  "elif",   "else",   "except", "finally", "for",      "from",
        "global", "if",   "import", "in",     "is",     "lambda",  "nonlocal", "not",
        "or",     "pass", "raise",  "return", "try",    "while",   "with",     "yield",
        "None",   "True", "False",  "np",     "range",  "sum",     "G",        "torch",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(name, words[i]))
            return true;
    return false;
}

/* Python knows no lowered digits in names: Z₁ becomes Z1. */
static void put_plain_digits(struct cg_strbuf *out, const char *name)
{
    for (const char *at = name, *end = name + strlen(name); at < end;) {
        uint32_t c = cg_utf8_next(&at, end);
        cg_put_utf8(out, c >= 0x2080 && c <= 0x2089 ? '0' + (c - 0x2080) : c);
    }
}

void cg_numpy_name(const struct cg_numpy *numpy, const struct cg_value *value)
{
    struct cg_strbuf name;
    cg_strbuf_init(&name);
    put_plain_digits(&name, value->name);
    if (is_keyword(name.text))
        cg_putc(&name, '_');
    while (strcmp(name.text, value->name) && cg_model_find(numpy->model, name.text))
        cg_putc(&name, '_');
    cg_put(numpy->out, name.text);
    cg_strbuf_finish(&name);
}

static const char *in_numpy(enum cg_kernel kernel)
{
    switch (kernel) {
    case CG_EXP:
        return "np.exp";
    case CG_LOG:
        return "np.log";
    case CG_SQRT:
        return "np.sqrt";
    case CG_SIN:
        return "np.sin";
    case CG_COS:
        return "np.cos";
    case CG_TANH:
        return "np.tanh";
    case CG_ABS:
        return "np.abs";
    case CG_SQUARE:
        return "np.square";
    case CG_SIGMOID:
    case CG_RELU:
    case CG_SOFTPLUS:
    case CG_IDENTITY:
    case CG_KERNEL_COUNT:
        break;
    }
    return NULL;
}

bool cg_numpy_must_define(const struct cg_function *function, int order)
{
    return order || function->place.line || !in_numpy(function->kernel);
}

void cg_numpy_function_name(const struct cg_numpy *numpy, const struct cg_function *function,
                            int order)
{
    if (!cg_numpy_must_define(function, order)) {
        cg_put(numpy->out, in_numpy(function->kernel));
        return;
    }
    struct cg_strbuf name;
    cg_strbuf_init(&name);
    put_plain_digits(&name, function->name);
    if (order)
        cg_put(&name, order == 1 ? "_prime" : "_second");
    if (is_keyword(name.text))
        cg_putc(&name, '_');
    while (cg_model_find(numpy->model, name.text) ||
           (strcmp(name.text, function->name) && cg_model_function(numpy->model, name.text)))
        cg_putc(&name, '_');
    cg_put(numpy->out, name.text);
    cg_strbuf_finish(&name);
}

/* Each kernel with its first two derivatives; e is exp(-|x|), which never overflows. */
const char *cg_numpy_kernel(enum cg_kernel kernel, int order)
{
    static const char *const bodies[CG_KERNEL_COUNT][3] = {
        [CG_EXP] = {"np.exp(x)", "np.exp(x)", "np.exp(x)"},
        [CG_LOG] = {"np.log(x)", "1 / x", "-1 / x**2"},
        [CG_SQRT] = {"np.sqrt(x)", "0.5 / np.sqrt(x)", "-0.25 / (x * np.sqrt(x))"},
        [CG_SIN] = {"np.sin(x)", "np.cos(x)", "-np.sin(x)"},
        [CG_COS] = {"np.cos(x)", "-np.sin(x)", "-np.cos(x)"},
        [CG_TANH] = {"np.tanh(x)", "4 * e**2 / (1 + e**2)**2",
                     "-8 * np.tanh(x) * e**2 / (1 + e**2)**2"},
        [CG_SIGMOID] = {"np.where(x >= 0, 1, e) / (1 + e)", "e / (1 + e)**2",
                        "-np.tanh(x / 2) * e / (1 + e)**2"},
        [CG_RELU] = {"np.maximum(x, 0)", "np.where(x > 0, 1.0, 0.0)", "np.zeros_like(x)"},
        [CG_SOFTPLUS] = {"np.maximum(x, 0) + np.log1p(e)", "np.where(x >= 0, 1, e) / (1 + e)",
                         "e / (1 + e)**2"},
        [CG_ABS] = {"np.abs(x)", "np.sign(x)", "np.zeros_like(x)"},
        [CG_SQUARE] = {"x**2", "2 * x", "np.full_like(x, 2)"},
        [CG_IDENTITY] = {"x", "np.ones_like(x)", "np.zeros_like(x)"},
    };
    return bodies[kernel][order];
}

void cg_numpy_size(const struct cg_numpy *numpy, int dim)
{
    const struct cg_model *model = numpy->model;
    int root = cg_dim_root(model, dim);
    for (size_t i = 0; root && i < numpy->n_sources; i++) {
        struct cg_shape shape = numpy->sources[i]->shape;
        bool rows = cg_dim_root(model, shape.rows) == root;
        if (rows || cg_dim_root(model, shape.cols) == root) {
            cg_numpy_name(numpy, numpy->sources[i]);
            cg_put(numpy->out, rows ? ".shape[0]" : ".shape[1]");
            return;
        }
    }
    cg_putf(numpy->out, "%zu", cg_dim_size(model, dim));
}

static void put_bracketed(const struct cg_numpy *numpy, const struct cg_expr *expr, bool brackets)
{
    if (brackets)
        cg_putc(numpy->out, '(');
    cg_numpy_expr(numpy, expr);
    if (brackets)
        cg_putc(numpy->out, ')');
}

static void put_at(const struct cg_numpy *numpy, const struct cg_expr *expr, enum level least)
{
    put_bracketed(numpy, expr, code_level(expr) < least);
}

bool cg_numpy_is_array(const struct cg_expr *expr)
{
    if (expr->n_args == 0)
        return expr->op != CG_NUMBER && expr->op != CG_SIZE;
    for (size_t i = 0; i < expr->n_args; i++)
        if (cg_numpy_is_array(expr->args[i]))
            return true;
    return false;
}

/* An operand of what only arrays have: products of matrices, transposes, sums along an axis. */
static void put_array(const struct cg_numpy *numpy, const struct cg_expr *expr, enum level least)
{
    if (cg_numpy_is_array(expr)) {
        put_at(numpy, expr, least);
        return;
    }
    cg_put(numpy->out, "np.full((1, 1), ");
    cg_numpy_expr(numpy, expr);
    cg_putc(numpy->out, ')');
}

static void put_sum(const struct cg_numpy *numpy, const struct cg_expr *expr)
{
    for (size_t i = 0; i < expr->n_args; i++) {
        const struct cg_expr *arg = expr->args[i];
        bool minus = i > 0 && arg->op == CG_NEG;
        if (i > 0)
            cg_put(numpy->out, minus ? " - " : " + ");
        put_at(numpy, minus ? arg->args[0] : arg, LEVEL_PRODUCT);
    }
}

/* Left to right, as Python reads it; different products inside each other get brackets. */
static void put_product(const struct cg_numpy *numpy, const struct cg_expr *expr,
                        const char *symbol)
{
    for (size_t i = 0; i < expr->n_args; i++) {
        const struct cg_expr *arg = expr->args[i];
        bool product = arg->op == CG_MUL || arg->op == CG_DIV || arg->op == CG_MATMUL;
        bool quotient = expr->op == CG_MUL && arg->op == CG_DIV;
        bool mixes = product && arg->op != expr->op && !quotient;
        cg_put(numpy->out, i ? symbol : "");
        if (expr->op == CG_MATMUL && !cg_numpy_is_array(arg)) {
            put_array(numpy, arg, LEVEL_SUM);
            continue;
        }
        put_bracketed(numpy, arg, mixes || code_level(arg) < (i ? LEVEL_UNARY : LEVEL_PRODUCT));
    }
}

static void put_number(const struct cg_numpy *numpy, const struct cg_expr *expr)
{
    if (expr->u.number.den > 1)
        cg_putf(numpy->out, "%lld / %lld", (long long)expr->u.number.num,
                (long long)expr->u.number.den);
    else
        cg_put_number(numpy->out, expr->u.number.value);
}

static void put_between(const struct cg_numpy *numpy, const char *before,
                        const struct cg_expr *expr, const char *after)
{
    cg_put(numpy->out, before);
    cg_numpy_expr(numpy, expr);
    cg_put(numpy->out, after);
}

static void put_array_between(const struct cg_numpy *numpy, const char *before,
                              const struct cg_expr *expr, const char *after)
{
    cg_put(numpy->out, before);
    put_array(numpy, expr, LEVEL_SUM);
    cg_put(numpy->out, after);
}

static void put_constant(const struct cg_numpy *numpy, const char *name, struct cg_shape shape)
{
    cg_putf(numpy->out, "%s((", name);
    cg_numpy_size(numpy, shape.rows);
    cg_put(numpy->out, ", ");
    cg_numpy_size(numpy, shape.cols);
    cg_put(numpy->out, "))");
}

static void put_reduction(const struct cg_numpy *numpy, const struct cg_expr *expr)
{
    cg_put(numpy->out, expr->op == CG_SUM ? "np.sum(" : "np.mean(");
    put_array(numpy, expr->args[0], LEVEL_SUM);
    if (expr->u.axis != CG_AXIS_ALL)
        cg_put(numpy->out, expr->u.axis == CG_AXIS_ROWS ? ", axis=0" : ", axis=1");
    cg_put(numpy->out, ", keepdims=True)");
}

/* The gradient that a derivation of the book found, in the place of its name. */
static void put_gradient(const struct cg_numpy *numpy, const struct cg_expr *expr)
{
    const struct cg_derivation *derivation =
        numpy->book ? cg_book_find(numpy->book, expr->u.grad.of, expr->u.grad.wrt) : NULL;
    if (derivation && derivation->matrix_form)
        put_bracketed(numpy, derivation->matrix_form, true);
    else
        cg_putf(numpy->out, "d%s_d%s", expr->u.grad.of->name, expr->u.grad.wrt->name);
}

void cg_numpy_index(const struct cg_numpy *numpy, struct cg_index index)
{
    char name[64] = {index.letter ? index.letter : '0'};
    for (size_t end = 1; end < sizeof name - 1 && cg_names_find(numpy->model, name, end); end++)
        name[end] = '_';
    cg_put(numpy->out, name);
}

static void put_entry(const struct cg_numpy *numpy, const struct cg_expr *expr)
{
    put_at(numpy, expr->args[0], LEVEL_ATOM);
    cg_putc(numpy->out, '[');
    cg_numpy_index(numpy, expr->u.at.row);
    cg_put(numpy->out, ", ");
    cg_numpy_index(numpy, expr->u.at.col);
    cg_putc(numpy->out, ']');
}

static void put_sum_over(const struct cg_numpy *numpy, const struct cg_expr *expr)
{
    put_between(numpy, "sum(", expr->args[0], "");
    cg_put(numpy->out, " for ");
    cg_numpy_index(numpy, expr->u.over);
    cg_put(numpy->out, " in range(");
    cg_numpy_size(numpy, expr->u.over.dim);
    cg_put(numpy->out, "))");
}

static void put_apply(const struct cg_numpy *numpy, const struct cg_expr *expr)
{
    cg_numpy_function_name(numpy, expr->u.apply.function, expr->u.apply.order);
    if (numpy->only_arrays)
        put_array_between(numpy, "(", expr->args[0], ")");
    else
        put_between(numpy, "(", expr->args[0], ")");
}

void cg_numpy_expr(const struct cg_numpy *numpy, const struct cg_expr *expr)
{
    struct cg_strbuf *out = numpy->out;
    const struct cg_expr *const *args = expr->args;
    switch (expr->op) {
    case CG_NUMBER:
        put_number(numpy, expr);
        return;
    case CG_SIZE:
        cg_numpy_size(numpy, expr->u.over.dim);
        return;
    case CG_NAME:
        cg_numpy_name(numpy, expr->u.value);
        return;
    case CG_GRAD:
        put_gradient(numpy, expr);
        return;
    case CG_EYE:
        cg_put(out, "np.eye(");
        cg_numpy_size(numpy, expr->shape.rows);
        cg_putc(out, ')');
        return;
    case CG_ONES:
        put_constant(numpy, "np.ones", expr->shape);
        return;
    case CG_ZEROS:
        put_constant(numpy, "np.zeros", expr->shape);
        return;
    case CG_ADD:
        put_sum(numpy, expr);
        return;
    case CG_NEG:
        cg_putc(out, '-');
        put_at(numpy, args[0], LEVEL_UNARY);
        return;
    case CG_MUL:
        put_product(numpy, expr, " * ");
        return;
    case CG_DIV:
        put_product(numpy, expr, " / ");
        return;
    case CG_MATMUL:
        put_product(numpy, expr, " @ ");
        return;
    case CG_POW:
        put_at(numpy, args[0], LEVEL_ATOM);
        cg_put(out, "**");
        put_at(numpy, args[1], LEVEL_ATOM);
        return;
    case CG_APPLY:
        put_apply(numpy, expr);
        return;
    case CG_TRANSPOSE:
        put_array(numpy, args[0], LEVEL_ATOM);
        cg_put(out, ".T");
        return;
    case CG_SUM:
    case CG_MEAN:
        put_reduction(numpy, expr);
        return;
    case CG_TRACE:
        put_array_between(numpy, "np.array([[np.trace(", args[0], ")]])");
        return;
    case CG_DOT:
        cg_put(out, "np.sum(");
        put_at(numpy, args[0], LEVEL_UNARY);
        cg_put(out, " * ");
        put_at(numpy, args[1], LEVEL_UNARY);
        cg_put(out, ", keepdims=True)");
        return;
    case CG_OUTER:
        put_array_between(numpy, "np.outer(", args[0], ", ");
        put_array_between(numpy, "", args[1], ")");
        return;
    case CG_NORM2:
        put_between(numpy, "np.sum(np.square(", args[0], "), keepdims=True)");
        return;
    case CG_SOFTMAX:
        put_array_between(numpy, "softmax(", args[0], ")");
        return;
    case CG_DIAG:
        put_array_between(numpy, "np.diag(", args[0], ").reshape(1, -1)");
        return;
    case CG_ENTRY:
        put_entry(numpy, expr);
        return;
    case CG_SUM_OVER:
        put_sum_over(numpy, expr);
        return;
    case CG_KRON:
        cg_putc(out, '(');
        cg_numpy_index(numpy, expr->u.at.row);
        cg_put(out, " == ");
        cg_numpy_index(numpy, expr->u.at.col);
        cg_putc(out, ')');
        return;
    case CG_PARTIAL: /* no result holds one; as a name, it says what is missing */
        cg_putf(out, "d_d%s", expr->u.partial.wrt->name);
        return;
    }
}
