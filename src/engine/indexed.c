#include "engine/indexed.h"

#include "engine/env.h"

#include <math.h>
#include <string.h>

/* One walk: what is fixed, what moves, and the tensors so far. */
struct walk {
    struct evaluator *evaluator;
    struct tensor_space *space;
    size_t at[128]; /* of the fixed letters */
    bool fixed[128];
    bool spread;           /* squared spreads (graph.h) in place of values */
    double *const *leaves; /* tangents of values, or NULL: none are wanted */
    bool through;          /* total, not direct */
    size_t stamp;          /* of the tangents of the graph's steps */
    struct map memo;       /* node -> struct tensor */
};

static struct tensor *walk_expr(struct walk *w, const struct cg_expr *expr);

void evaluator_init(struct evaluator *evaluator, const struct cg_env *env, struct cg_arena *arena)
{
    *evaluator = (struct evaluator){.env = env, .arena = arena};
    graph_init(&evaluator->graph, env, arena, NULL);
    evaluator->slopes.arena = arena;
    map_init(&evaluator->logs, arena);
    evaluator->leaves = cg_alloc_array(arena, env->model->n_values, sizeof *evaluator->leaves);
    forward_init(&evaluator->forward, env, arena);
    evaluator->graph.gradients = &evaluator->forward;
}

void evaluator_finish(struct evaluator *evaluator)
{
    forward_finish(&evaluator->forward);
}

static size_t in_graph(struct evaluator *evaluator, const struct cg_expr *expr)
{
    struct graph *graph = &evaluator->graph;
    size_t slot = graph_add(graph, expr);
    graph_run(graph, evaluator->n_run, graph->n_steps);
    evaluator->n_run = graph->n_steps;
    evaluator->failed = evaluator->failed || graph->broken;
    return slot;
}

/* The squared spreads of a step, with those of the steps before it. */
static double *step_spreads(struct evaluator *e, size_t slot)
{
    while (e->spreads_capacity <= slot)
        e->spreads = cg_grow(e->arena, e->spreads, e->spreads_capacity, &e->spreads_capacity,
                             sizeof *e->spreads);
    if (e->n_spreads <= slot) {
        graph_spreads(&e->graph, e->n_spreads, slot + 1, e->arena, e->spreads);
        e->n_spreads = slot + 1;
    }
    return e->spreads[slot];
}

struct cg_matrix evaluate_matrix(struct evaluator *evaluator, const struct cg_expr *expr,
                                 bool spread)
{
    size_t slot = in_graph(evaluator, expr);
    struct cg_matrix out = evaluator->graph.steps[slot].out;
    if (spread)
        out.data = step_spreads(evaluator, slot);
    return out;
}

/* Sums over several indices of a product: for one index after another, the factors that carry it
 * are multiplied and summed. The index whose product is smallest goes first. */
struct contraction {
    struct cg_index over[TENSOR_AXES];
    size_t n_over;
    const struct tensor **factors;
    size_t n_factors, capacity;
};

static void add_factor(struct walk *w, struct contraction *c, const struct tensor *t)
{
    c->factors =
        cg_grow(w->space->arena, c->factors, c->n_factors, &c->capacity, sizeof *c->factors);
    c->factors[c->n_factors++] = t;
}

static void add_factors(struct walk *w, struct contraction *c, const struct cg_expr *body)
{
    if (body->op != CG_MUL) {
        add_factor(w, c, walk_expr(w, body));
        return;
    }
    for (size_t i = 0; i < body->n_args; i++)
        add_factors(w, c, body->args[i]);
}

static double cost_of(const struct contraction *c, char letter)
{
    struct tensor joined = {0};
    for (size_t i = 0; i < c->n_factors; i++)
        if (tensor_has(c->factors[i], letter))
            for (size_t j = 0; j < c->factors[i]->n; j++)
                tensor_add_axis(&joined, c->factors[i]->letter[j], c->factors[i]->size[j]);
    double cost = 1;
    for (size_t i = 0; i < joined.n; i++)
        cost *= (double)joined.size[i];
    return cost;
}

static void eliminate(struct walk *w, struct contraction *c, struct cg_index index)
{
    const struct tensor *product = NULL;
    size_t kept = 0;
    for (size_t i = 0; i < c->n_factors; i++) {
        const struct tensor *factor = c->factors[i];
        if (!tensor_has(factor, index.letter))
            c->factors[kept++] = factor;
        else
            product = product ? tensor_zip(w->space, CG_MUL, product, factor) : factor;
    }
    c->n_factors = kept;
    if (product && tensor_has(product, index.letter))
        add_factor(w, c, tensor_sum(w->space, product, index.letter));
    else if (product)
        add_factor(w, c, product); /* it grew too large and is NaN */
    else
        add_factor(w, c, tensor_scalar(w->space, (double)env_size(w->evaluator->env, index.dim)));
}

static struct tensor *walk_sum(struct walk *w, const struct cg_expr *expr)
{
    struct contraction c = {0};
    while (expr->op == CG_SUM_OVER && c.n_over < TENSOR_AXES) {
        c.over[c.n_over++] = expr->u.over;
        expr = expr->args[0];
    }
    add_factors(w, &c, expr);
    while (c.n_over) {
        size_t best = 0;
        for (size_t i = 1; i < c.n_over; i++)
            if (cost_of(&c, c.over[i].letter) < cost_of(&c, c.over[best].letter))
                best = i;
        eliminate(w, &c, c.over[best]);
        c.over[best] = c.over[--c.n_over];
    }
    const struct tensor *product = c.factors[0];
    for (size_t i = 1; i < c.n_factors; i++)
        product = tensor_zip(w->space, CG_MUL, product, c.factors[i]);
    struct tensor *out = cg_alloc(w->space->arena, sizeof *out);
    *out = *product;
    return out;
}

static double *step_dot(struct walk *w, size_t slot)
{
    struct evaluator *evaluator = w->evaluator;
    if (!w->leaves)
        return NULL;
    return graph_tangent(&evaluator->graph, slot, w->space->arena, w->leaves, w->through,
                         w->space->spread, &evaluator->slopes, &evaluator->dots, w->stamp);
}

static bool is_axis(const struct walk *w, struct cg_index index)
{
    return index.letter && !w->fixed[(unsigned char)index.letter];
}

/* [M]_{row col}: the axes that are free, gathered from the matrix; where both are, its own numbers
 * as they lie there. */
static struct tensor *gather(struct walk *w, const struct cg_matrix *m, double *dot,
                             struct cg_index row, struct cg_index col)
{
    struct tensor *t = cg_alloc(w->space->arena, sizeof *t);
    bool row_free = is_axis(w, row), col_free = is_axis(w, col);
    if (row_free)
        tensor_add_axis(t, row.letter, m->rows);
    if (col_free)
        tensor_add_axis(t, col.letter, m->cols);
    if (t->n == 2 || (t->n == 1 && matrix_count(m) == t->size[0] && (row_free || !row.letter) &&
                      (col_free || !col.letter))) {
        t->count = matrix_count(m);
        t->value = m->data;
        t->dot = dot;
        return t;
    }
    tensor_allocate(w->space, t, dot != NULL);
    struct tensor rows = {.n = 1, .letter = {row.letter}, .size = {m->rows}};
    struct tensor cols = {.n = 1, .letter = {col.letter}, .size = {m->cols}};
    struct odometer o;
    odometer_init(&o, t->n, t->letter, t->size, &rows, &cols);
    for (size_t i = 0; i < t->count; i++, o.a += o.step_a, o.b += o.step_b) {
        size_t r = row_free ? o.a : row.letter ? w->at[(unsigned char)row.letter] : 0;
        size_t c = col_free ? o.b : col.letter ? w->at[(unsigned char)col.letter] : 0;
        bool inside = r < m->rows && c < m->cols;
        t->value[i] = inside ? m->data[r * m->cols + c] : NAN;
        if (dot)
            t->dot[i] = inside ? dot[r * m->cols + c] : NAN;
        w->space->failed = w->space->failed || !inside;
    }
    return t;
}

/* An entry of a gradient that stands unevaluated: forward mode, only where it is looked at. */
static struct tensor *gather_gradient(struct walk *w, const struct cg_value *of,
                                      const struct cg_value *wrt, struct cg_index row,
                                      struct cg_index col)
{
    const struct cg_env *env = w->evaluator->env;
    const struct cg_matrix *shape = &env->values[wrt->id];
    struct cg_matrix positions = matrix_new(w->space->arena, shape->rows, shape->cols);
    for (size_t i = 0; i < matrix_count(&positions); i++)
        positions.data[i] = (double)i;
    struct tensor *t = gather(w, &positions, NULL, row, col);
    for (size_t i = 0; i < t->count; i++)
        if (!isnan(t->value[i]))
            t->value[i] =
                forward_entry(&w->evaluator->forward, of, wrt, (size_t)t->value[i], w->spread);
    if (w->leaves && w->through) {
        t->dot = cg_alloc_array(w->space->arena, t->count, sizeof *t->dot);
        for (size_t i = 0; i < t->count; i++)
            t->dot[i] = NAN; /* a second derivative */
    }
    return t;
}

static struct tensor *walk_matrix(struct walk *w, const struct cg_expr *matrix, struct cg_index row,
                                  struct cg_index col)
{
    if (matrix->op == CG_GRAD)
        return gather_gradient(w, matrix->u.grad.of, matrix->u.grad.wrt, row, col);
    size_t slot = in_graph(w->evaluator, matrix);
    struct cg_matrix m = w->evaluator->graph.steps[slot].out;
    if (w->spread)
        m.data = step_spreads(w->evaluator, slot);
    return gather(w, &m, step_dot(w, slot), row, col);
}

/* log([S]_ij) of a softmax S as an entry of log(S), which is finite where S is too small to be told
 * from 0; NULL where it is something else. */
static const struct cg_expr *log_of_shares(struct walk *w, const struct cg_expr *expr)
{
    const struct cg_expr *entry = expr->args[0];
    if (expr->op != CG_APPLY || entry->op != CG_ENTRY)
        return NULL;
    const struct cg_expr *known = map_get(&w->evaluator->logs, expr), *matrix = entry->args[0];
    if (known)
        return known;
    struct cg_expr alone = *expr;
    alone.args = &matrix;
    if (!graph_logits(&alone))
        return NULL;
    known = cg_apply(w->evaluator->arena, expr->u.apply.function, 0, matrix);
    map_put(&w->evaluator->logs, expr, (void *)known);
    return known;
}

/* delta_{ab}: 1 where the two indices agree. */
static struct tensor *walk_kron(struct walk *w, const struct cg_expr *expr)
{
    struct cg_index row = expr->u.at.row, col = expr->u.at.col;
    size_t n = env_size(w->evaluator->env, row.letter ? row.dim : col.dim);
    size_t m = env_size(w->evaluator->env, col.letter ? col.dim : row.dim);
    bool row_free = is_axis(w, row), col_free = is_axis(w, col);
    size_t r = row.letter ? w->at[(unsigned char)row.letter] : 0;
    size_t c = col.letter ? w->at[(unsigned char)col.letter] : 0;
    struct tensor *t = cg_alloc(w->space->arena, sizeof *t);
    if (row_free)
        tensor_add_axis(t, row.letter, n);
    if (col_free)
        tensor_add_axis(t, col.letter, m);
    if (!tensor_allocate(w->space, t, false))
        return t;
    if (row_free && col_free)
        for (size_t i = 0; i < n && i < m; i++)
            t->value[t->n == 2 ? i * m + i : i] = 1;
    else if (row_free ? c < n : col_free ? r < m : r == c)
        t->value[row_free ? c : col_free ? r : 0] = 1;
    return t;
}

static struct tensor *map_numbers(struct walk *w, const struct cg_expr *expr,
                                  const struct tensor *a)
{
    struct tensor *t = cg_alloc(w->space->arena, sizeof *t);
    *t = *a;
    t->value = cg_alloc_array(w->space->arena, t->count, sizeof *t->value);
    t->dot = a->dot ? cg_alloc_array(w->space->arena, t->count, sizeof *t->dot) : NULL;
    for (size_t i = 0; i < t->count; i++) {
        double x = a->value[i];
        if (expr->op == CG_NEG) {
            t->value[i] = w->spread ? x : -x;
            if (t->dot)
                t->dot[i] = w->space->spread ? a->dot[i] : -a->dot[i];
            continue;
        }
        enum cg_kernel kernel = expr->u.apply.function->kernel;
        int order = expr->u.apply.order;
        t->value[i] = cg_kernel(kernel, order, x);
        if (!t->dot)
            continue;
        double slope = cg_kernel(kernel, order + 1, x);
        t->dot[i] = (w->space->spread ? slope * slope : slope) * a->dot[i];
    }
    return t;
}

/* The spread of what is no sum or product: the value's own. */
static struct tensor *own_square(struct walk *w, const struct cg_expr *expr)
{
    struct walk plain = *w;
    plain.spread = false;
    map_init(&plain.memo, w->space->arena);
    struct tensor *t = walk_expr(&plain, expr);
    struct tensor *out = cg_alloc(w->space->arena, sizeof *out);
    *out = *t;
    out->value = cg_alloc_array(w->space->arena, t->count, sizeof *out->value);
    for (size_t i = 0; i < t->count; i++)
        out->value[i] = t->value[i] * t->value[i];
    return out;
}

/* The tangents for one entry of wrt, and the walk that evaluates under them. */
static void begin_inner(const struct walk *w, struct walk *inner, struct tensor_space *space,
                        const struct cg_expr *expr, size_t r, size_t c)
{
    const struct cg_env *env = w->evaluator->env;
    const struct cg_value *wrt = expr->u.partial.wrt;
    size_t entry = r * env->values[wrt->id].cols + c;
    *space = (struct tensor_space){w->space->arena, false, w->spread};
    *inner = *w;
    inner->space = space;
    inner->spread = false; /* only of tangents */
    inner->stamp = ++w->evaluator->n_stamps;
    inner->through = expr->u.partial.total;
    double **leaves = w->evaluator->leaves;
    if (inner->through)
        leaves =
            forward_total(env, space->arena, wrt, entry, w->spread, &w->evaluator->forward.slopes);
    else if (w->leaves)
        leaves = forward_direct(env, space->arena, wrt, entry);
    else
        leaves[wrt->id] = forward_seed(env, space->arena, wrt, entry);
    inner->leaves = leaves;
    map_init(&inner->memo, w->space->arena);
    struct cg_index row = expr->u.partial.row, col = expr->u.partial.col;
    if (row.letter) {
        inner->fixed[(unsigned char)row.letter] = true;
        inner->at[(unsigned char)row.letter] = r;
    }
    if (col.letter) {
        inner->fixed[(unsigned char)col.letter] = true;
        inner->at[(unsigned char)col.letter] = c;
    }
}

/* What a derivative acts on: an entry of a defined name stands for its definition, once, where the
 * derivative is direct. */
static struct tensor *walk_moving(struct walk *inner, const struct cg_expr *partial)
{
    const struct cg_expr *of = partial->args[0];
    const struct cg_expr *matrix = of->op == CG_ENTRY ? of->args[0] : of;
    if (!partial->u.partial.total && matrix->op == CG_NAME && matrix->u.value->body &&
        matrix->u.value != partial->u.partial.wrt) {
        struct cg_index none = {0};
        return walk_matrix(inner, matrix->u.value->body, of->op == CG_ENTRY ? of->u.at.row : none,
                           of->op == CG_ENTRY ? of->u.at.col : none);
    }
    return walk_expr(inner, of);
}

/* One position of the entry that moves. */
struct position {
    size_t row, col;
};

/* Every position that the indices of an entry of `shape` take here: one along an axis that is fixed
 * or has no index; the diagonal where both are one letter. */
static struct position *positions(struct walk *w, const struct cg_expr *partial, size_t *count)
{
    struct cg_index row = partial->u.partial.row, col = partial->u.partial.col;
    const struct cg_matrix *m = &w->evaluator->env->values[partial->u.partial.wrt->id];
    struct position *out = cg_alloc_array(w->space->arena, matrix_count(m), sizeof *out);
    *count = 0;
    for (size_t r = 0; r < m->rows; r++)
        for (size_t c = 0; c < m->cols; c++) {
            bool row_fits =
                is_axis(w, row) || r == (row.letter ? w->at[(unsigned char)row.letter] : 0);
            bool col_fits =
                is_axis(w, col) || c == (col.letter ? w->at[(unsigned char)col.letter] : 0);
            bool diagonal = row.letter && row.letter == col.letter;
            if (row_fits && col_fits && (!diagonal || r == c))
                out[(*count)++] = (struct position){r, c};
        }
    return out;
}

static bool is_named_scalar(const struct cg_model *model, const struct cg_expr *of)
{
    const struct cg_expr *name = of->op == CG_ENTRY ? of->args[0] : of;
    return name->op == CG_NAME && name->u.value->kind != CG_VALUE_RESULT &&
           cg_is_scalar(model, name->shape);
}

/* The axes of the derivative: those of the entry that moves, then those of what it moves. */
static struct tensor *partial_axes(struct walk *w, const struct cg_expr *partial,
                                   const struct tensor *moved)
{
    struct tensor *out = cg_alloc(w->space->arena, sizeof *out);
    const struct cg_matrix *m = &w->evaluator->env->values[partial->u.partial.wrt->id];
    if (is_axis(w, partial->u.partial.row))
        tensor_add_axis(out, partial->u.partial.row.letter, m->rows);
    if (is_axis(w, partial->u.partial.col))
        tensor_add_axis(out, partial->u.partial.col.letter, m->cols);
    for (size_t i = 0; i < moved->n; i++)
        tensor_add_axis(out, moved->letter[i], moved->size[i]);
    tensor_allocate(w->space, out, w->leaves != NULL);
    for (size_t i = 0; out->dot && i < out->count; i++)
        out->dot[i] = NAN; /* a second derivative */
    return out;
}

/* d args[0] / d wrt_[row, col]: one forward pass for each entry of wrt, one block behind another.
 */
static struct tensor *walk_partial(struct walk *w, const struct cg_expr *expr)
{
    if (expr->u.partial.total && !w->leaves &&
        is_named_scalar(w->evaluator->env->model, expr->args[0])) {
        const struct cg_expr *of = expr->args[0];
        of = of->op == CG_ENTRY ? of->args[0] : of;
        return gather_gradient(w, of->u.value, expr->u.partial.wrt, expr->u.partial.row,
                               expr->u.partial.col);
    }
    size_t n_blocks;
    struct position *at = positions(w, expr, &n_blocks);
    struct tensor *out = NULL;
    for (size_t block = 0; block < n_blocks; block++) {
        struct walk inner;
        struct tensor_space space;
        begin_inner(w, &inner, &space, expr, at[block].row, at[block].col);
        const struct tensor *t = walk_moving(&inner, expr);
        if (inner.leaves == w->evaluator->leaves)
            w->evaluator->leaves[expr->u.partial.wrt->id] = NULL;
        w->space->failed = w->space->failed || space.failed;
        if (!out)
            out = partial_axes(w, expr, t);
        if (out->count != n_blocks * t->count)
            return out; /* too large: NaN */
        for (size_t i = 0; i < t->count; i++)
            out->value[block * t->count + i] = t->dot ? t->dot[i] : 0;
    }
    return out ? out : tensor_scalar(w->space, NAN); /* an index beyond the entry's axes */
}

static struct tensor *walk_many(struct walk *w, const struct cg_expr *expr)
{
    struct tensor *t = walk_expr(w, expr->args[0]);
    for (size_t i = 1; i < expr->n_args; i++)
        t = tensor_zip(w->space, expr->op, t, walk_expr(w, expr->args[i]));
    return t;
}

static struct tensor *walk_new(struct walk *w, const struct cg_expr *expr)
{
    struct cg_index none = {0};
    switch (expr->op) {
    case CG_NUMBER:
        return tensor_scalar(w->space, w->spread ? expr->u.number.value * expr->u.number.value
                                                 : expr->u.number.value);
    case CG_SIZE: {
        double size = (double)env_size(w->evaluator->env, expr->u.over.dim);
        return tensor_scalar(w->space, w->spread ? size * size : size);
    }
    case CG_ADD:
    case CG_MUL:
        return walk_many(w, expr);
    case CG_DIV:
        if (w->spread)
            return tensor_zip(w->space, CG_DIV, walk_expr(w, expr->args[0]),
                              own_square(w, expr->args[1]));
        return walk_many(w, expr);
    case CG_POW:
        return w->spread ? own_square(w, expr) : walk_many(w, expr);
    case CG_APPLY:
        if (w->spread)
            return own_square(w, expr);
        if (log_of_shares(w, expr))
            return walk_matrix(w, log_of_shares(w, expr), expr->args[0]->u.at.row,
                               expr->args[0]->u.at.col);
        return map_numbers(w, expr, walk_expr(w, expr->args[0]));
    case CG_NEG:
        return map_numbers(w, expr, walk_expr(w, expr->args[0]));
    case CG_ENTRY:
        return walk_matrix(w, expr->args[0], expr->u.at.row, expr->u.at.col);
    case CG_SUM_OVER:
        return walk_sum(w, expr);
    case CG_KRON:
        return walk_kron(w, expr);
    case CG_PARTIAL:
        return walk_partial(w, expr);
    case CG_NAME:
    case CG_GRAD:
    case CG_EYE:
    case CG_ONES:
    case CG_ZEROS:
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
        return walk_matrix(w, expr, none, none); /* a 1 x 1 matrix among scalars */
    }
    return tensor_scalar(w->space, NAN);
}

static struct tensor *walk_expr(struct walk *w, const struct cg_expr *expr)
{
    struct tensor *t = map_get(&w->memo, expr);
    if (!t) {
        t = walk_new(w, expr);
        map_put(&w->memo, expr, t);
    }
    return t;
}

struct tensor *evaluate_indexed(struct evaluator *evaluator, struct cg_arena *arena,
                                const struct cg_expr *expr, const struct cg_index *fixed,
                                const size_t *at, size_t n_fixed, bool spread)
{
    struct tensor_space space = {.arena = arena};
    struct walk w = {.evaluator = evaluator, .space = &space, .spread = spread};
    map_init(&w.memo, arena);
    for (size_t i = 0; i < n_fixed; i++) {
        unsigned char letter = (unsigned char)fixed[i].letter;
        w.fixed[letter] = letter != 0;
        w.at[letter] = at[i];
    }
    struct tensor *t = walk_expr(&w, expr);
    evaluator->failed = evaluator->failed || space.failed;
    return t;
}
