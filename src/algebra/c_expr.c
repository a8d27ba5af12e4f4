/* Matrices entry by entry. The entry of an expression is a C expression over the variables of the
 * loops around it; a sum inside it is a loop that is written before the statement at hand. What
 * would be computed again and again gets an array of its own first. */
#include "algebra/c_print.h"
#include "algebra/level.h"

#include <string.h>

/* Where an entry stands: C expressions for its row and column. */
struct place {
    const char *row, *col;
};

static const char *entry(struct c_writer *w, const struct cg_expr *expr, struct place at,
                         enum level least);

static void indent(const struct c_writer *w)
{
    cg_putf(w->out, "%*s", 4 * (w->depth + 1), "");
}

static size_t size_of(const struct c_writer *w, int dim)
{
    return cg_dim_size(w->model, dim);
}

/* ---- what is an array ---- */

static const char *find_array(const struct c_writer *w, const struct cg_expr *expr)
{
    for (size_t i = 0; i < w->n_arrays; i++)
        if (w->arrays[i].expr == expr || cg_expr_equal(w->arrays[i].expr, expr))
            return w->arrays[i].name;
    return NULL;
}

/* May its entries be asked for again and again? */
static bool is_cheap(const struct c_writer *w, const struct cg_expr *expr)
{
    switch (expr->op) {
    case CG_NUMBER:
    case CG_SIZE:
    case CG_NAME:
    case CG_EYE:
    case CG_ONES:
    case CG_ZEROS:
        return true;
    case CG_TRANSPOSE:
    case CG_DIAG:
    case CG_NEG:
        return is_cheap(w, expr->args[0]);
    case CG_GRAD:
    case CG_ADD:
    case CG_MUL:
    case CG_DIV:
    case CG_POW:
    case CG_APPLY:
    case CG_MATMUL:
    case CG_SUM:
    case CG_MEAN:
    case CG_TRACE:
    case CG_DOT:
    case CG_OUTER:
    case CG_NORM2:
    case CG_SOFTMAX:
    case CG_ENTRY:
    case CG_SUM_OVER:
    case CG_KRON:
    case CG_PARTIAL:
        break;
    }
    return find_array(w, expr) != NULL;
}

static void make_array(struct c_writer *w, const struct cg_expr *expr)
{
    const char *name = c_own_name(w, "t", ++w->n_temps);
    c_assign(w, name, true, expr);
    w->arrays = cg_grow(w->arena, w->arrays, w->n_arrays, &w->arrays_capacity, sizeof *w->arrays);
    w->arrays[w->n_arrays++] = (struct c_array){expr, name};
}

/* The gradient that a derivation of the book found, in the place of its name. */
static const struct cg_expr *gradient_form(const struct c_writer *w, const struct cg_expr *expr)
{
    return cg_book_find(w->book, expr->u.grad.of, expr->u.grad.wrt)->matrix_form;
}

static void prepare(struct c_writer *w, const struct cg_expr *expr, bool once);

static void prepare_args(struct c_writer *w, const struct cg_expr *expr, bool once)
{
    for (size_t i = 0; i < expr->n_args; i++) {
        const struct cg_expr *arg = expr->args[i];
        bool alike = expr->n_args == 1 || cg_same_shape(w->model, arg->shape, expr->shape);
        prepare(w, arg, once && alike);
    }
}

/* Writes the arrays that the entries of `expr` need. `once`: each entry is asked for once. */
static void prepare(struct c_writer *w, const struct cg_expr *expr, bool once)
{
    if (is_cheap(w, expr))
        return;
    if (expr->op == CG_GRAD)
        prepare(w, gradient_form(w, expr), once);
    else if (expr->op == CG_NEG || expr->op == CG_TRANSPOSE || expr->op == CG_DIAG)
        prepare(w, expr->args[0], once);
    else if (!once || expr->op == CG_SOFTMAX)
        make_array(w, expr);
    else
        prepare_args(w, expr, expr->op != CG_MATMUL && expr->op != CG_OUTER);
}

/* ---- entries ---- */

/* In brackets where the operator around it binds tighter. */
static const char *bracketed(struct c_writer *w, const char *text, bool brackets)
{
    return brackets ? cg_format(w->arena, "(%s)", text) : text;
}

/* Numbers are doubles: 2.0, so that a quotient is not a whole number's. */
static const char *number(struct c_writer *w, double value)
{
    struct cg_strbuf text;
    cg_strbuf_init(&text);
    cg_put_number(&text, value);
    if (!strpbrk(text.text, ".en"))
        cg_put(&text, ".0");
    const char *copy = cg_strdup(w->arena, text.text);
    cg_strbuf_finish(&text);
    return copy;
}

static const char *fraction(struct c_writer *w, const struct cg_expr *expr, enum level least)
{
    if (expr->u.number.den > 1) {
        const char *over = number(w, (double)expr->u.number.den);
        const char *text =
            cg_format(w->arena, "%s / %s", number(w, (double)expr->u.number.num), over);
        return bracketed(w, text, least > LEVEL_PRODUCT || expr->u.number.num < 0);
    }
    return bracketed(w, number(w, expr->u.number.value),
                     expr->u.number.value < 0 && least > LEVEL_SUM);
}

/* name[row cols + col], without what is 0. */
static const char *array_entry(struct c_writer *w, const char *name, struct cg_shape shape,
                               struct place at)
{
    size_t rows = size_of(w, shape.rows), cols = size_of(w, shape.cols);
    bool row = rows > 1 && strcmp(at.row, "0") != 0, col = cols > 1 && strcmp(at.col, "0") != 0;
    if (!row)
        return cg_format(w->arena, "%s[%s]", name, col ? at.col : "0");
    if (cols == 1)
        return cg_format(w->arena, "%s[%s]", name, at.row);
    return cg_format(w->arena, "%s[%s * %zu%s%s]", name, at.row, cols, col ? " + " : "",
                     col ? at.col : "");
}

static struct place swapped(struct place at)
{
    return (struct place){at.col, at.row};
}

/* Opens a loop over an axis and returns its variable; an axis of size 1 needs none. */
static const char *open_loop(struct c_writer *w, size_t size, const char *name)
{
    if (size == 1)
        return "0";
    if (!name)
        name = c_loop_name(w, w->depth);
    indent(w);
    cg_putf(w->out, "for (int %s = 0; %s < %zu; %s++) {\n", name, name, size, name);
    w->depth++;
    return name;
}

static void close_loops(struct c_writer *w, int depth)
{
    while (w->depth > depth) {
        w->depth--;
        indent(w);
        cg_put(w->out, "}\n");
    }
}

/* Begins a sum: its variable, set to 0. */
static const char *open_sum(struct c_writer *w)
{
    const char *sum = c_own_name(w, "sum", ++w->n_sums);
    indent(w);
    cg_putf(w->out, "double %s = 0;\n", sum);
    return sum;
}

static void add(struct c_writer *w, const char *sum, const char *term)
{
    indent(w);
    cg_putf(w->out, "%s += %s;\n", sum, term);
}

/* sum_k a_rk b_kc */
static const char *matmul_entry(struct c_writer *w, const struct cg_expr *expr, struct place at,
                                enum level least)
{
    const struct cg_expr *a = expr->args[0], *b = expr->args[1];
    if (size_of(w, a->shape.cols) == 1) {
        const char *one = entry(w, a, (struct place){at.row, "0"}, LEVEL_PRODUCT);
        const char *other = entry(w, b, (struct place){"0", at.col}, LEVEL_UNARY);
        return bracketed(w, cg_format(w->arena, "%s * %s", one, other), least > LEVEL_PRODUCT);
    }
    const char *sum = open_sum(w);
    int depth = w->depth;
    const char *k = open_loop(w, size_of(w, a->shape.cols), NULL);
    const char *left = entry(w, a, (struct place){at.row, k}, LEVEL_PRODUCT);
    add(w, sum,
        cg_format(w->arena, "%s * %s", left, entry(w, b, (struct place){k, at.col}, LEVEL_UNARY)));
    close_loops(w, depth);
    return sum;
}

/* The sum of one thing over the axes of an expression that are not given. */
static const char *summed(struct c_writer *w, const struct cg_expr *expr, struct place at)
{
    const struct cg_expr *arg = expr->args[0];
    bool all = expr->op != CG_SUM && expr->op != CG_MEAN;
    enum cg_axis axis = all ? CG_AXIS_ALL : expr->u.axis;
    const char *sum = open_sum(w);
    int depth = w->depth;
    if (axis != CG_AXIS_COLS)
        at.row = open_loop(w, size_of(w, arg->shape.rows), NULL);
    if (expr->op == CG_TRACE)
        at.col = at.row;
    else if (axis != CG_AXIS_ROWS)
        at.col = open_loop(w, size_of(w, arg->shape.cols), NULL);
    const char *term = entry(w, arg, at, expr->op == CG_NORM2 ? LEVEL_UNARY : LEVEL_SUM);
    if (expr->op == CG_NORM2)
        term = cg_format(w->arena, "%s * %s", term, term);
    else if (expr->op == CG_DOT)
        term = cg_format(w->arena, "%s * %s", bracketed(w, term, code_level(arg) < LEVEL_PRODUCT),
                         entry(w, expr->args[1], at, LEVEL_UNARY));
    add(w, sum, term);
    close_loops(w, depth);
    return sum;
}

static const char *mean_entry(struct c_writer *w, const struct cg_expr *expr, struct place at,
                              enum level least)
{
    struct cg_shape of = expr->args[0]->shape;
    size_t count = (expr->u.axis == CG_AXIS_COLS ? 1 : size_of(w, of.rows)) *
                   (expr->u.axis == CG_AXIS_ROWS ? 1 : size_of(w, of.cols));
    const char *sum = summed(w, expr, at);
    return bracketed(w, cg_format(w->arena, "%s / %zu.0", sum, count), least > LEVEL_PRODUCT);
}

static const char *sum_entry(struct c_writer *w, const struct cg_expr *expr, struct place at,
                             enum level least)
{
    const char *text = "";
    for (size_t i = 0; i < expr->n_args; i++) {
        const struct cg_expr *arg = expr->args[i];
        bool minus = i > 0 && arg->op == CG_NEG;
        const char *term = entry(w, minus ? arg->args[0] : arg, at, LEVEL_PRODUCT);
        text = cg_format(w->arena, "%s%s%s", text, i == 0 ? "" : minus ? " - " : " + ", term);
    }
    return bracketed(w, text, least > LEVEL_SUM);
}

static const char *product_entry(struct c_writer *w, const struct cg_expr *expr, struct place at,
                                 enum level least)
{
    const char *text = "", *symbol = expr->op == CG_DIV ? " / " : " * ";
    for (size_t i = 0; i < expr->n_args; i++) {
        const char *factor = entry(w, expr->args[i], at, i ? LEVEL_UNARY : LEVEL_PRODUCT);
        text = cg_format(w->arena, "%s%s%s", text, i ? symbol : "", factor);
    }
    return bracketed(w, text, least > LEVEL_PRODUCT);
}

/* a_i b_j of two vectors, which may stand or lie. */
static const char *outer_entry(struct c_writer *w, const struct cg_expr *expr, struct place at,
                               enum level least)
{
    const struct cg_expr *a = expr->args[0], *b = expr->args[1];
    struct place left = {at.row, at.row}, right = {at.col, at.col};
    const char *text = cg_format(w->arena, "%s * %s", entry(w, a, left, LEVEL_PRODUCT),
                                 entry(w, b, right, LEVEL_UNARY));
    return bracketed(w, text, least > LEVEL_PRODUCT);
}

static const char *sum_over(struct c_writer *w, const struct cg_expr *expr)
{
    const char *sum = open_sum(w);
    int depth = w->depth;
    open_loop(w, size_of(w, expr->u.over.dim), c_index_name(w, expr->u.over));
    add(w, sum, entry(w, expr->args[0], (struct place){"0", "0"}, LEVEL_SUM));
    close_loops(w, depth);
    return sum;
}

static const char *equal(struct c_writer *w, const char *a, const char *b)
{
    return strcmp(a, b) ? cg_format(w->arena, "(%s == %s ? 1.0 : 0.0)", a, b) : "1.0";
}

/* The entry at a place; of an axis of size 1, the only one, whatever the place says. */
static const char *entry(struct c_writer *w, const struct cg_expr *expr, struct place at,
                         enum level least)
{
    const char *array = find_array(w, expr);
    if (array)
        return array_entry(w, array, expr->shape, at);
    if (size_of(w, expr->shape.rows) == 1)
        at.row = "0";
    if (size_of(w, expr->shape.cols) == 1)
        at.col = "0";
    const struct cg_expr *const *args = expr->args;
    switch (expr->op) {
    case CG_NUMBER:
        return fraction(w, expr, least);
    case CG_SIZE:
        return number(w, (double)size_of(w, expr->u.over.dim));
    case CG_NAME:
        return array_entry(w, c_value_name(w, expr->u.value), expr->shape, at);
    case CG_GRAD:
        return entry(w, gradient_form(w, expr), at, least);
    case CG_EYE:
        return equal(w, at.row, at.col);
    case CG_ONES:
        return "1.0";
    case CG_ZEROS:
        return "0.0";
    case CG_ADD:
        return sum_entry(w, expr, at, least);
    case CG_NEG:
        return bracketed(w, cg_format(w->arena, "-%s", entry(w, args[0], at, LEVEL_POWER)),
                         least > LEVEL_SUM);
    case CG_MUL:
    case CG_DIV:
        return product_entry(w, expr, at, least);
    case CG_POW: {
        const char *base = entry(w, args[0], at, LEVEL_SUM);
        return cg_format(w->arena, "pow(%s, %s)", base, entry(w, args[1], at, LEVEL_SUM));
    }
    case CG_APPLY:
        return cg_format(w->arena, "%s(%s)",
                         c_function_name(w, expr->u.apply.function, expr->u.apply.order),
                         entry(w, args[0], at, LEVEL_SUM));
    case CG_TRANSPOSE:
        return entry(w, args[0], swapped(at), least);
    case CG_DIAG:
        return entry(w, args[0], (struct place){at.col, at.col}, least);
    case CG_MATMUL:
        return matmul_entry(w, expr, at, least);
    case CG_SUM:
    case CG_TRACE:
    case CG_DOT:
    case CG_NORM2:
        return summed(w, expr, at);
    case CG_MEAN:
        return mean_entry(w, expr, at, least);
    case CG_OUTER:
        return outer_entry(w, expr, at, least);
    case CG_ENTRY:
        return entry(
            w, args[0],
            (struct place){c_index_name(w, expr->u.at.row), c_index_name(w, expr->u.at.col)},
            least);
    case CG_SUM_OVER:
        return sum_over(w, expr);
    case CG_KRON:
        return equal(w, c_index_name(w, expr->u.at.row), c_index_name(w, expr->u.at.col));
    case CG_SOFTMAX: /* an array, always */
    case CG_PARTIAL: /* no result holds one */
        break;
    }
    return "0.0";
}

/* ---- statements ---- */

static void declare_array(struct c_writer *w, const char *name, struct cg_shape shape)
{
    enum { LARGE = 1 << 16 }; /* more than a stack may have room for */
    size_t count = size_of(w, shape.rows) * size_of(w, shape.cols);
    indent(w);
    cg_putf(w->out, "%sdouble %s[%zu];\n", count > LARGE ? "static " : "", name, count);
}

/* Each row: e^(x - largest) / sum of these */
static void softmax_rows(struct c_writer *w, const char *name, struct cg_shape shape)
{
    size_t rows = size_of(w, shape.rows), cols = size_of(w, shape.cols);
    const char *sum = c_own_name(w, "sum", ++w->n_sums), *most = c_own_name(w, "most", w->n_sums);
    int depth = w->depth;
    struct place at = {open_loop(w, rows, NULL), "0"};
    indent(w);
    cg_putf(w->out, "double %s = 0, %s = %s;\n", sum, most, array_entry(w, name, shape, at));
    for (int pass = 0; pass < 3; pass++) {
        int inner = w->depth;
        at.col = open_loop(w, cols, NULL);
        const char *x = array_entry(w, name, shape, at);
        indent(w);
        if (pass == 0)
            cg_putf(w->out, "%s = fmax(%s, %s);\n", most, most, x);
        else if (pass == 1)
            cg_putf(w->out, "%s += %s = exp(%s - %s);\n", sum, x, x, most);
        else
            cg_putf(w->out, "%s /= %s;\n", x, sum);
        close_loops(w, inner);
    }
    close_loops(w, depth);
}

void c_assign(struct c_writer *w, const char *name, bool declare, const struct cg_expr *expr)
{
    bool softmax = expr->op == CG_SOFTMAX;
    const struct cg_expr *from = softmax ? expr->args[0] : expr;
    if (softmax || from->op == CG_MATMUL || from->op == CG_OUTER || !is_cheap(w, from)) {
        if (softmax)
            prepare(w, from, true);
        else if (from->op == CG_GRAD)
            prepare(w, gradient_form(w, from), true);
        else
            prepare_args(w, from, from->op != CG_MATMUL && from->op != CG_OUTER);
    }
    if (w->n_blocks++)
        cg_putc(w->out, '\n');
    if (declare) {
        struct cg_strbuf line;
        cg_strbuf_init(&line);
        cg_print_text(&line, w->model, expr);
        indent(w);
        cg_putf(w->out, "/* %s = %s */\n", name, line.text);
        cg_strbuf_finish(&line);
        declare_array(w, name, expr->shape);
    }
    int depth = w->depth;
    struct place at;
    at.row = open_loop(w, size_of(w, expr->shape.rows), NULL);
    at.col = open_loop(w, size_of(w, expr->shape.cols), NULL);
    const char *value = entry(w, from, at, LEVEL_SUM);
    indent(w);
    cg_putf(w->out, "%s = %s;\n", array_entry(w, name, expr->shape, at), value);
    close_loops(w, depth);
    if (softmax)
        softmax_rows(w, name, expr->shape);
}

/* The matrices of which a form in index notation has entries. */
static void prepare_indexed(struct c_writer *w, const struct cg_expr *form)
{
    for (size_t i = 0; i < form->n_args; i++)
        if (form->op == CG_ENTRY)
            prepare(w, form->args[i], false);
        else
            prepare_indexed(w, form->args[i]);
}

void c_assign_indexed(struct c_writer *w, const struct cg_index *axes, const int *dims,
                      size_t n_axes, const struct cg_expr *form)
{
    const char *at = "0";
    prepare_indexed(w, form);
    if (w->n_blocks++)
        cg_putc(w->out, '\n');
    for (size_t i = 0; i < n_axes; i++) {
        size_t size = size_of(w, dims[i]);
        const char *index = c_index_name(w, axes[i]);
        if (size == 1)
            continue;
        open_loop(w, size, index);
        at = strcmp(at, "0") ? cg_format(w->arena, "(%s) * %zu + %s", at, size, index) : index;
    }
    const char *value = entry(w, form, (struct place){"0", "0"}, LEVEL_SUM);
    indent(w);
    cg_putf(w->out, "out[%s] = %s;\n", at, value);
    close_loops(w, 0);
}
