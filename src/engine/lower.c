#include "engine/lower.h"

#include "engine/graph.h"
#include "engine/optimizer.h"

#include <chalkgrad/print.h>

#include <string.h>

struct lowering {
    struct lowered *out;
    struct nodes *g;
    const struct cg_book *book;
    const struct cg_train_options *options;
    size_t batch;
    int batch_root;                 /* the dim that the batch cuts; -1: none */
    struct map refs;                /* expression or value -> its struct ref */
    const struct cg_expr *no;       /* what can't be lowered */
    const struct cg_value *missing; /* whose gradient has no matrix form */
};

static struct ref lower(struct lowering *l, const struct cg_expr *expr);

static size_t size_of(const struct lowering *l, int dim)
{
    int root = cg_dim_root(l->book->model, dim);
    return root == l->batch_root ? l->batch : cg_dim_size(l->book->model, root);
}

size_t lower_line(struct nodes *g, const char *text)
{
    size_t before = g->line;
    g->lines = cg_grow(g->arena, g->lines, g->n_lines, &g->lines_capacity, sizeof *g->lines);
    g->lines[g->n_lines] = text;
    g->line = g->n_lines++;
    return before;
}

/* Begins a line "left = right". Returns the line before. */
static size_t begin_line(struct lowering *l, const char *left, const struct cg_expr *right)
{
    struct cg_strbuf text;
    cg_strbuf_init(&text);
    cg_putf(&text, "%s = ", left);
    cg_print_text(&text, l->book->model, right);
    const char *line = cg_strdup(l->g->arena, text.text);
    cg_strbuf_finish(&text);
    return lower_line(l->g, line);
}

static struct ref remember(struct lowering *l, const void *key, struct ref ref)
{
    map_put(&l->refs, key, cg_copy(l->g->arena, &ref, sizeof ref));
    return ref;
}

/* The node that holds a value's numbers bears its name. */
static void give_name(struct lowering *l, struct ref ref, const struct cg_value *value,
                      const char *name)
{
    struct node *node = &l->g->nodes[ref.node];
    bool all = ref_is_whole(l->g, ref) ||
               (ref_is_whole(l->g, ref_transposed(ref)) && (ref.rows == 1 || ref.cols == 1));
    if (!all || node->name || node->kind == NODE_LEAF || node->kind == NODE_NUMBER)
        return;
    node->name = name;
    node->value = value;
    node->stands = node->rows == 1 && ref.rows > 1;
}

/* dJ_dZ1, for a result or a gradient. */
static const char *gradient_name(struct lowering *l, const struct cg_value *of,
                                 const struct cg_value *wrt)
{
    return cg_format(l->g->arena, "d%s_d%s", of->name, wrt->name);
}

static struct ref lower_result(struct lowering *l, const struct cg_value *value)
{
    const char *name = gradient_name(l, value->of, value->wrt);
    const char *left = strcmp(name, value->name) == 0
                           ? name
                           : cg_format(l->g->arena, "%s = d%s/d%s", value->name, value->of->name,
                                       value->wrt->name);
    size_t before = begin_line(l, left, value->body);
    struct ref ref = lower(l, value->body);
    give_name(l, ref, NULL, name);
    l->g->line = before;
    return ref;
}

static struct ref lower_definition(struct lowering *l, const struct cg_value *value)
{
    size_t before = begin_line(l, value->name, value->body);
    struct ref ref = lower(l, value->body);
    give_name(l, ref, value, value->name);
    l->g->line = before;
    return ref;
}

static struct ref lower_value(struct lowering *l, const struct cg_value *value)
{
    const struct ref *known = map_get(&l->refs, value);
    if (known)
        return *known;
    switch (value->kind) {
    case CG_VALUE_INPUT:
        return remember(l, value,
                        node_leaf(l->g, PLAN_INPUT, size_of(l, value->shape.rows),
                                  size_of(l, value->shape.cols), value));
    case CG_VALUE_DEFINED:
        return remember(l, value, lower_definition(l, value));
    case CG_VALUE_RESULT:
        break;
    }
    return remember(l, value, lower_result(l, value));
}

/* The derived form of dJ/dW; a result that names it is that form. */
static struct ref lower_gradient(struct lowering *l, const struct cg_value *of,
                                 const struct cg_value *wrt)
{
    const struct cg_derivation *found = cg_book_find(l->book, of, wrt);
    if (!found || !found->matrix_form)
        l->missing = wrt;
    if (l->missing)
        return node_number(l->g, 0, size_of(l, wrt->shape.rows), size_of(l, wrt->shape.cols));
    if (found->name)
        return lower_value(l, found->name);
    const struct ref *known = map_get(&l->refs, found);
    if (known)
        return *known;
    const char *left = cg_format(l->g->arena, "d%s/d%s", of->name, wrt->name);
    size_t before = begin_line(l, left, found->matrix_form);
    struct ref ref = lower(l, found->matrix_form);
    give_name(l, ref, NULL, gradient_name(l, of, wrt));
    l->g->line = before;
    return remember(l, found, ref);
}

/* Shorthands for formulas. */
static struct ref num(struct lowering *l, double number)
{
    return node_number(l->g, number, 1, 1);
}

static struct ref times(struct lowering *l, struct ref a, struct ref b)
{
    return node_binary(l->g, PLAN_TIMES, a, b);
}

static struct ref minus(struct lowering *l, struct ref a, struct ref b)
{
    return node_binary(l->g, PLAN_MINUS, a, b);
}

static struct ref over(struct lowering *l, struct ref a, struct ref b)
{
    return node_binary(l->g, PLAN_OVER, a, b);
}

static struct ref unary(struct lowering *l, enum plan_code code, struct ref a)
{
    return node_unary(l->g, code, a);
}

/* s' = s (1 - s); s'' = s' (1 - 2s); s''' = s' (1 - 6 s') */
static struct ref logistic(struct lowering *l, int order, struct ref x)
{
    struct ref s = unary(l, PLAN_SIGMOID, x), one = num(l, 1);
    if (order == 0)
        return s;
    struct ref slope = times(l, s, minus(l, one, s));
    if (order == 1)
        return slope;
    return times(l, slope,
                 minus(l, one, order == 2 ? times(l, num(l, 2), s) : times(l, num(l, 6), slope)));
}

/* t' = 1 - t^2; t'' = -2 t t'; t''' = (6 t^2 - 2) t' */
static struct ref hyperbolic(struct lowering *l, int order, struct ref x)
{
    struct ref t = unary(l, PLAN_TANH, x);
    if (order == 0)
        return t;
    struct ref square = unary(l, PLAN_SQUARE, t), slope = minus(l, num(l, 1), square);
    if (order == 1)
        return slope;
    return times(l, slope,
                 order == 2 ? times(l, num(l, -2), t)
                            : minus(l, times(l, num(l, 6), square), num(l, 2)));
}

/* sin, cos, -sin, -cos */
static struct ref cycle(struct lowering *l, int turns, struct ref x)
{
    struct ref f = unary(l, turns % 2 ? PLAN_COS : PLAN_SIN, x);
    return turns / 2 % 2 ? unary(l, PLAN_NEGATE, f) : f;
}

/* 1/x; -1/x^2; 2/x^3 */
static struct ref logarithm(struct lowering *l, int order, struct ref x)
{
    static const double factor[] = {0, 1, -1, 2};
    if (order == 0)
        return unary(l, PLAN_LOG, x);
    return over(l, num(l, factor[order]), node_binary(l->g, PLAN_POWER, x, num(l, order)));
}

/* r = sqrt(x): 1 / 2r; -1 / 4xr; 3 / 8xxr */
static struct ref root(struct lowering *l, int order, struct ref x)
{
    static const double factor[] = {0, 0.5, -0.25, 0.375};
    struct ref r = unary(l, PLAN_SQRT, x);
    if (order == 0)
        return r;
    struct ref power = node_binary(l->g, PLAN_POWER, x, num(l, order - 1));
    return over(l, num(l, factor[order]), times(l, power, r));
}

static struct ref constant(struct lowering *l, double number, struct ref like)
{
    return node_number(l->g, number, like.rows, like.cols);
}

/* The order-th derivative of a function, by the function itself where that is shorter: f' is made
 * from f(x), which is there. */
static struct ref lower_function(struct lowering *l, enum cg_kernel kernel, int order, struct ref x)
{
    switch (kernel) {
    case CG_EXP:
        return unary(l, PLAN_EXP, x);
    case CG_LOG:
        return logarithm(l, order, x);
    case CG_SQRT:
        return root(l, order, x);
    case CG_SIN:
        return cycle(l, order, x);
    case CG_COS:
        return cycle(l, order + 1, x);
    case CG_TANH:
        return hyperbolic(l, order, x);
    case CG_SIGMOID:
        return logistic(l, order, x);
    case CG_RELU:
        return order == 0   ? unary(l, PLAN_RELU, x)
               : order == 1 ? unary(l, PLAN_STEP, unary(l, PLAN_RELU, x))
                            : constant(l, 0, x);
    case CG_SOFTPLUS:
        return order ? logistic(l, order - 1, x) : unary(l, PLAN_SOFTPLUS, x);
    case CG_ABS:
        return order == 0   ? unary(l, PLAN_ABS, x)
               : order == 1 ? unary(l, PLAN_SIGN, x)
                            : constant(l, 0, x);
    case CG_SQUARE:
        return order == 0   ? unary(l, PLAN_SQUARE, x)
               : order == 1 ? times(l, num(l, 2), x)
                            : constant(l, order == 2 ? 2 : 0, x);
    case CG_IDENTITY:
        return order == 0 ? x : constant(l, order == 1, x);
    case CG_KERNEL_COUNT:
        break;
    }
    return x;
}

/* a + b + ..., a - b where a term is NEG */
static struct ref lower_many(struct lowering *l, const struct cg_expr *expr)
{
    struct ref sum = lower(l, expr->args[0]);
    for (size_t i = 1; i < expr->n_args; i++)
        sum = node_binary(l->g, expr->op == CG_ADD ? PLAN_PLUS : PLAN_TIMES, sum,
                          lower(l, expr->args[i]));
    return sum;
}

static struct ref lower_reduction(struct lowering *l, const struct cg_expr *expr)
{
    static const enum plan_reduce reduces[] = {
        [CG_AXIS_ALL] = PLAN_SUM_ALL,
        [CG_AXIS_ROWS] = PLAN_SUM_ROWS,
        [CG_AXIS_COLS] = PLAN_SUM_COLS,
    };
    struct ref a = lower(l, expr->args[0]);
    double count = (expr->u.axis == CG_AXIS_COLS ? 1 : (double)a.rows) *
                   (expr->u.axis == CG_AXIS_ROWS ? 1 : (double)a.cols);
    return node_sum(l->g, reduces[expr->u.axis], expr->op == CG_MEAN ? 1 / count : 1, a);
}

/* A vector, lying or standing, as a row. */
static struct ref as_row(struct ref a)
{
    return a.cols == 1 ? ref_transposed(a) : a;
}

static struct ref lower_eye(struct lowering *l, size_t n)
{
    for (size_t i = 0; i < l->g->count; i++) {
        const struct node *node = &l->g->nodes[i];
        if (node->kind == NODE_LEAF && node->role == PLAN_EYE && node->rows == n)
            return (struct ref){i, 0, n > 1 ? n : 0, n > 1, n, n};
    }
    return n == 1 ? num(l, 1) : node_leaf(l->g, PLAN_EYE, n, n, NULL);
}

/* log(s) of s = softmax(x), also where a share is too small for a logarithm. With y = x - sum s x,
 * whose larger entries are near 0, log(s) = y - log sum e^y, and log sum e^y = sum s (y - log s):
 * there what is added to s, that its logarithm is finite, does not count. */
static struct ref lower_log_shares(struct lowering *l, struct ref s, struct ref x)
{
    const double little = 1e-37; /* a number in both precisions */
    struct ref mean = node_sum(l->g, PLAN_SUM_COLS, 1, times(l, s, x));
    struct ref y = node_binary(l->g, PLAN_MINUS, x, mean);
    struct ref log = unary(l, PLAN_LOG, node_binary(l->g, PLAN_PLUS, s, num(l, little)));
    struct ref most = times(l, s, node_binary(l->g, PLAN_MINUS, y, log));
    return node_binary(l->g, PLAN_MINUS, y, node_sum(l->g, PLAN_SUM_COLS, 1, most));
}

static struct ref lower_op(struct lowering *l, const struct cg_expr *expr)
{
    struct ref a = {0}, b = {0};
    size_t rows = size_of(l, expr->shape.rows), cols = size_of(l, expr->shape.cols);
    if (expr->n_args && expr->op != CG_ADD && expr->op != CG_MUL)
        a = lower(l, expr->args[0]);
    if (expr->n_args == 2 && expr->op != CG_ADD && expr->op != CG_MUL)
        b = lower(l, expr->args[1]);
    switch (expr->op) {
    case CG_NUMBER:
        return num(l, expr->u.number.value);
    case CG_NAME:
        return lower_value(l, expr->u.value);
    case CG_GRAD:
        return lower_gradient(l, expr->u.grad.of, expr->u.grad.wrt);
    case CG_SIZE:
        return num(l, (double)size_of(l, expr->u.over.dim));
    case CG_EYE:
        return lower_eye(l, rows);
    case CG_ONES:
    case CG_ZEROS:
        return node_number(l->g, expr->op == CG_ONES, rows, cols);
    case CG_ADD:
    case CG_MUL:
        return lower_many(l, expr);
    case CG_NEG:
        return unary(l, PLAN_NEGATE, a);
    case CG_DIV:
        return over(l, a, b);
    case CG_POW:
        return node_binary(l->g, PLAN_POWER, a, b);
    case CG_APPLY:
        if (graph_logits(expr))
            return lower_log_shares(l, a, lower(l, graph_logits(expr)));
        return lower_function(l, expr->u.apply.function->kernel, expr->u.apply.order, a);
    case CG_MATMUL:
        return node_product(l->g, a, b);
    case CG_TRANSPOSE:
        return ref_transposed(a);
    case CG_SUM:
    case CG_MEAN:
        return lower_reduction(l, expr);
    case CG_TRACE:
        if (expr->args[0]->op == CG_MATMUL) /* trace(A B) = sum(A * B.T): no product */
            return node_sum(l->g, PLAN_SUM_ALL, 1,
                            times(l, lower(l, expr->args[0]->args[0]),
                                  ref_transposed(lower(l, expr->args[0]->args[1]))));
        return node_sum(l->g, PLAN_SUM_ALL, 1, ref_diagonal(a));
    case CG_DOT:
        return node_sum(l->g, PLAN_SUM_ALL, 1, times(l, a, b));
    case CG_OUTER:
        return times(l, ref_transposed(as_row(a)), as_row(b));
    case CG_NORM2:
        return node_sum(l->g, PLAN_SUM_ALL, 1, unary(l, PLAN_SQUARE, a));
    case CG_SOFTMAX:
        return node_softmax(l->g, a);
    case CG_DIAG:
        return ref_diagonal(a);
    case CG_ENTRY:
    case CG_SUM_OVER:
    case CG_KRON:
    case CG_PARTIAL:
        break;
    }
    l->no = expr; /* index notation */
    return node_number(l->g, 0, rows, cols);
}

static struct ref lower(struct lowering *l, const struct cg_expr *expr)
{
    const struct ref *known = map_get(&l->refs, expr);
    return known ? *known : remember(l, expr, lower_op(l, expr));
}

/* The optimiser's memory of a parameter, as many leaves as it needs. */
static struct ref *lower_memory(struct lowering *l, struct ref w)
{
    static const char *const names[][2] = {{"velocity_%s"}, {"mean_%s", "spread_%s"}};
    size_t count = optimizer_memory(l->options->optimizer);
    struct ref *memory = cg_alloc_array(l->g->arena, count, sizeof *memory);
    for (size_t i = 0; i < count; i++) {
        const struct cg_value *value = l->g->nodes[w.node].value;
        memory[i] = node_leaf(l->g, PLAN_MEMORY, w.rows, w.cols, NULL);
        l->g->nodes[memory[i].node].of = value;
        l->g->nodes[memory[i].node].name = cg_format(l->g->arena, names[count - 1][i], value->name);
    }
    return memory;
}

static void lower_updates(struct lowering *l, struct ref *const *memory)
{
    const struct cg_train_options *o = l->options;
    struct ref *gradients = cg_alloc_array(l->g->arena, o->n_params, sizeof *gradients);
    for (size_t i = 0; i < o->n_params; i++)
        gradients[i] = lower_gradient(l, o->loss, o->params[i]);
    for (size_t i = 0; i < o->n_params; i++) {
        struct ref w = lower_value(l, o->params[i]);
        lower_update(l->out, o, w, ref_broadcast(gradients[i], w.rows, w.cols), memory[i]);
    }
    if (o->optimizer == CG_SGD)
        lower_descents(l->out);
}

/* What is trained and what is cut into batches has buffers whether J needs it or not. */
static void lower_inputs(struct lowering *l)
{
    const struct cg_train_options *o = l->options;
    struct lowered *out = l->out;
    out->params = cg_alloc_array(l->g->arena, o->n_params, sizeof *out->params);
    out->rows = cg_alloc_array(l->g->arena, o->n_rows, sizeof *out->rows);
    for (size_t i = 0; i < o->n_params; i++) {
        out->params[i] = lower_value(l, o->params[i]).node;
        l->g->nodes[out->params[i]].role = PLAN_PARAM;
    }
    for (size_t i = 0; i < o->n_rows; i++) {
        out->rows[i] = lower_value(l, o->rows[i]).node;
        l->g->nodes[out->rows[i]].role = PLAN_ROWS;
    }
}

/* Leaves of parameters and of all their memory, whether there are updates or not: all plans of a
 * trainer have one state. */
static struct ref **lower_state(struct lowering *l)
{
    const struct cg_train_options *o = l->options;
    struct ref **memory = cg_alloc_array(l->g->arena, o->n_params, sizeof *memory);
    for (size_t i = 0; i < o->n_params; i++)
        memory[i] = lower_memory(l, lower_value(l, o->params[i]));
    return memory;
}

bool plan_lower(struct lowered *out, struct cg_arena *arena, const struct cg_book *book,
                const struct cg_train_options *options, size_t batch, bool updates,
                struct cg_error *error)
{
    *out = (struct lowered){0};
    nodes_init(&out->nodes, arena);
    struct lowering l = {.out = out,
                         .g = &out->nodes,
                         .book = book,
                         .options = options,
                         .batch = batch,
                         .batch_root = -1};
    if (options->n_rows)
        l.batch_root = cg_dim_root(book->model, options->rows[0]->shape.rows);
    map_init(&l.refs, arena);
    lower_line(l.g, options->loss->name);
    lower_inputs(&l);
    struct ref **memory = lower_state(&l);
    for (size_t id = 0; id <= options->loss->id; id++) /* in order: no deep recursion */
        if (book->model->values[id]->kind == CG_VALUE_DEFINED)
            lower_value(&l, book->model->values[id]);
    out->loss = lower_value(&l, options->loss);
    if (l.g->nodes[out->loss.node].kind == NODE_LEAF || !ref_is_whole(l.g, out->loss))
        out->loss = node_copy(l.g, out->loss); /* a number of its own */
    if (updates)
        lower_updates(&l, memory);
    if (l.missing)
        return cg_fail(error, book->model->file, l.missing->place,
                       "%s can't be trained: its gradient has no matrix form", l.missing->name);
    if (!l.no && !l.g->broken)
        return true;
    const char *what = l.no ? "an expression in index notation" : "an expression of unclear shape";
    return cg_fail(error, book->model->file, l.no ? l.no->place : options->loss->place,
                   "%s can't be trained: %s is in the way", options->loss->name, what);
}
