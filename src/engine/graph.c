#include "engine/graph.h"

#include "engine/env.h"
#include "engine/forward.h"

#include <math.h>
#include <string.h>

void graph_init(struct graph *graph, const struct cg_env *env, struct cg_arena *arena,
                const struct cg_book *book)
{
    *graph = (struct graph){.env = env, .arena = arena, .book = book};
    map_init(&graph->slots, arena);
}

static uint64_t mix(uint64_t hash, uint64_t with)
{
    return (hash ^ with) * 0x100000001B3u;
}

static uint64_t bits(double x)
{
    uint64_t n;
    memcpy(&n, &x, sizeof n);
    return n;
}

/* What tells two steps of one operator and equal arguments apart. */
static uint64_t payload(const struct cg_expr *e)
{
    switch (e->op) {
    case CG_NUMBER:
        return bits(e->u.number.value);
    case CG_SIZE:
        return (uint64_t)e->u.over.dim;
    case CG_NAME:
        return (uintptr_t)e->u.value;
    case CG_GRAD:
        return mix((uintptr_t)e->u.grad.of, (uintptr_t)e->u.grad.wrt);
    case CG_APPLY:
        return (uint64_t)e->u.apply.function->kernel * 8 + (uint64_t)e->u.apply.order;
    case CG_SUM:
    case CG_MEAN:
        return e->u.axis;
    case CG_ENTRY:
    case CG_SUM_OVER:
    case CG_KRON:
    case CG_PARTIAL:
        return (uintptr_t)e; /* never shared */
    case CG_EYE:
    case CG_ONES:
    case CG_ZEROS:
    case CG_ADD:
    case CG_NEG:
    case CG_MUL:
    case CG_DIV:
    case CG_POW:
    case CG_MATMUL:
    case CG_TRANSPOSE:
    case CG_TRACE:
    case CG_DOT:
    case CG_OUTER:
    case CG_NORM2:
    case CG_SOFTMAX:
    case CG_DIAG:
        return 0;
    }
    return 0;
}

static uint64_t step_hash(const struct graph_step *s)
{
    uint64_t hash = mix(mix(payload(s->expr), s->expr->op), s->out.rows * 31 + s->out.cols);
    for (size_t i = 0; i < s->n_args; i++)
        hash = mix(hash, s->slots[i] + 1);
    return hash ^ hash >> 29;
}

static bool same_step(const struct graph_step *a, const struct graph_step *b)
{
    if (a->expr->op != b->expr->op || payload(a->expr) != payload(b->expr) ||
        a->out.rows != b->out.rows || a->out.cols != b->out.cols || a->n_args != b->n_args)
        return false;
    return !a->n_args || !memcmp(a->slots, b->slots, a->n_args * sizeof *a->slots);
}

static void fill(const struct cg_matrix *m, double number)
{
    for (size_t i = 0; i < matrix_count(m); i++)
        m->data[i] = number;
}

static struct cg_matrix gradient(struct graph *graph, const struct cg_value *of,
                                 const struct cg_value *wrt)
{
    const struct cg_matrix *m = &graph->env->values[wrt->id];
    struct cg_matrix out = matrix_new(graph->arena, m->rows, m->cols);
    struct forward_memo own, *memo = graph->gradients ? graph->gradients : &own;
    if (memo == &own)
        forward_init(&own, graph->env, graph->arena);
    for (size_t i = 0; i < matrix_count(&out); i++)
        out.data[i] = forward_entry(memo, of, wrt, i, false);
    if (memo == &own)
        forward_finish(&own);
    return out;
}

/* The numbers of a leaf; false for an operator. */
static bool fill_leaf(struct graph *graph, struct graph_step *step)
{
    const struct cg_expr *e = step->expr;
    switch (e->op) {
    case CG_NAME:
        if (e->u.value->kind == CG_VALUE_RESULT)
            return false;
        step->out = graph->env->values[e->u.value->id];
        return true;
    case CG_NUMBER:
        step->out = matrix_new(graph->arena, 1, 1);
        fill(&step->out, e->u.number.value);
        return true;
    case CG_SIZE:
        step->out = matrix_new(graph->arena, 1, 1);
        fill(&step->out, (double)env_size(graph->env, e->u.over.dim));
        return true;
    case CG_EYE:
    case CG_ONES:
    case CG_ZEROS:
        step->out = matrix_new(graph->arena, step->out.rows, step->out.cols);
        fill(&step->out, e->op == CG_ONES);
        for (size_t i = 0; e->op == CG_EYE && i < step->out.rows && i < step->out.cols; i++)
            step->out.data[i * step->out.cols + i] = 1;
        return true;
    case CG_GRAD:
        step->out = gradient(graph, e->u.grad.of, e->u.grad.wrt);
        return true;
    case CG_ENTRY:
    case CG_SUM_OVER:
    case CG_KRON:
    case CG_PARTIAL:
        step->out = matrix_new(graph->arena, 1, 1);
        fill(&step->out, cg_eval_at(graph->env, e, &(struct cg_bindings){0}));
        return true;
    case CG_ADD:
    case CG_NEG:
    case CG_MUL:
    case CG_DIV:
    case CG_POW:
    case CG_APPLY:
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
        return false;
    }
    return false;
}

/* Gives an operator its arguments and room for its result. */
static void bind(struct graph *graph, struct graph_step *step)
{
    step->args = cg_alloc_array(graph->arena, step->n_args, sizeof *step->args);
    for (size_t i = 0; i < step->n_args; i++)
        step->args[i] = graph->steps[step->slots[i]].out;
    if (!matrix_fits(step->expr, &step->out, step->args)) {
        graph->broken = true;
        step->n_args = 0;
        step->out = matrix_new(graph->arena, step->out.rows, step->out.cols);
        fill(&step->out, NAN);
    } else if (step->expr->op == CG_NAME) {
        step->out = step->args[0]; /* a named result is its body */
    } else {
        step->out = matrix_new(graph->arena, step->out.rows, step->out.cols);
    }
}

static void enter(struct graph *graph, size_t slot)
{
    size_t *bucket = &graph->buckets[step_hash(&graph->steps[slot]) % graph->n_buckets];
    graph->steps[slot].next = *bucket;
    *bucket = slot + 1;
}

/* As many buckets as steps, at least. */
static void widen(struct graph *graph)
{
    if (graph->n_steps < graph->n_buckets)
        return;
    graph->n_buckets = graph->n_buckets ? 2 * graph->n_buckets : 32;
    graph->buckets = cg_alloc_array(graph->arena, graph->n_buckets, sizeof *graph->buckets);
    for (size_t i = 0; i < graph->n_steps; i++)
        enter(graph, i);
}

/* The slot of a step equal to *step, or of a new one. */
static size_t intern(struct graph *graph, struct graph_step *step)
{
    widen(graph);
    size_t *bucket = &graph->buckets[step_hash(step) % graph->n_buckets];
    for (size_t at = *bucket; at; at = graph->steps[at - 1].next)
        if (same_step(&graph->steps[at - 1], step))
            return at - 1;
    if (step->n_args || !fill_leaf(graph, step))
        bind(graph, step);
    graph->steps =
        cg_grow(graph->arena, graph->steps, graph->n_steps, &graph->capacity, sizeof *graph->steps);
    graph->steps[graph->n_steps] = *step;
    enter(graph, graph->n_steps);
    return graph->n_steps++;
}

static bool is_index_notation(enum cg_op op)
{
    return op == CG_ENTRY || op == CG_SUM_OVER || op == CG_KRON || op == CG_PARTIAL;
}

const struct cg_expr *graph_logits(const struct cg_expr *expr)
{
    if (expr->op != CG_APPLY || expr->u.apply.function->kernel != CG_LOG || expr->u.apply.order)
        return NULL;
    const struct cg_expr *share = expr->args[0];
    if (share->op == CG_NAME && share->u.value->kind == CG_VALUE_DEFINED)
        share = share->u.value->body;
    return share->op == CG_SOFTMAX ? share->args[0] : NULL;
}

size_t graph_add(struct graph *graph, const struct cg_expr *expr)
{
    void *known = map_get(&graph->slots, expr);
    if (known)
        return (size_t)(uintptr_t)known - 1;
    const struct cg_expr *body =
        NULL; /* of a name or gradient that stands for another expression */
    if (expr->op == CG_NAME && expr->u.value->kind == CG_VALUE_RESULT) {
        body = expr->u.value->body;
    } else if (expr->op == CG_GRAD && graph->book) {
        const struct cg_derivation *derived =
            cg_book_find(graph->book, expr->u.grad.of, expr->u.grad.wrt);
        body = derived ? derived->matrix_form : NULL;
    }
    size_t slot;
    if (body && expr->op == CG_GRAD) {
        slot = graph_add(graph, body);
    } else {
        struct graph_step step = {.expr = expr};
        step.n_args = body ? 1 : is_index_notation(expr->op) ? 0 : expr->n_args;
        step.slots = cg_alloc_array(graph->arena, step.n_args, sizeof *step.slots);
        for (size_t i = 0; i < step.n_args; i++)
            step.slots[i] = graph_add(graph, body ? body : expr->args[i]);
        const struct cg_expr *logits = graph_logits(expr);
        if (logits)
            step.logits = graph_add(graph, logits) + 1;
        step.out.rows = env_size(graph->env, expr->shape.rows);
        step.out.cols = env_size(graph->env, expr->shape.cols);
        slot = intern(graph, &step);
    }
    map_put(&graph->slots, expr, (void *)(uintptr_t)(slot + 1));
    return slot;
}

void graph_run(struct graph *graph, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        const struct graph_step *step = &graph->steps[i];
        if (step->n_args)
            matrix_operate(step->expr, &step->out, step->args);
        if (step->n_args && step->logits)
            matrix_log_shares(&step->out, step->args, &graph->steps[step->logits - 1].out);
    }
}

/* The arguments of a step with their squared spreads as numbers. */
static struct cg_matrix *spreads_of_args(const struct graph_step *step, struct cg_arena *arena,
                                         double **of)
{
    struct cg_matrix *args = cg_alloc_array(arena, step->n_args, sizeof *args);
    for (size_t i = 0; i < step->n_args; i++)
        args[i] = (struct cg_matrix){step->args[i].rows, step->args[i].cols, of[step->slots[i]]};
    return args;
}

/* True where the operator only adds and multiplies, so that it works on squares as it stands. */
static bool adds_and_multiplies(enum cg_op op)
{
    return op == CG_ADD || op == CG_MUL || op == CG_MATMUL || op == CG_TRANSPOSE || op == CG_SUM ||
           op == CG_MEAN || op == CG_TRACE || op == CG_DOT || op == CG_OUTER || op == CG_NORM2 ||
           op == CG_DIAG;
}

/* a^2 + b^2 under a sum, a^2 b^2 under a product; elsewhere the number's own square. A divisor that
 * cancelled is no excuse: it counts as it is. */
static void spread(const struct graph_step *step, struct cg_arena *arena, double **of,
                   struct cg_matrix *out)
{
    enum cg_op op = step->expr->op;
    if (step->n_args && adds_and_multiplies(op)) {
        matrix_operate(step->expr, out, spreads_of_args(step, arena, of));
    } else if (step->n_args && op == CG_DIV) {
        struct cg_matrix *args = spreads_of_args(step, arena, of);
        args[1] = matrix_squared(arena, &step->args[1]);
        matrix_operate(step->expr, out, args);
    } else {
        *out = matrix_squared(arena, &step->out);
    }
}

void graph_spreads(const struct graph *graph, size_t from, size_t to, struct cg_arena *arena,
                   double **of)
{
    for (size_t i = from; i < to; i++) {
        const struct graph_step *step = &graph->steps[i];
        enum cg_op op = step->expr->op;
        if (step->n_args && (op == CG_NEG || op == CG_NAME)) {
            of[i] = of[step->slots[0]];
            continue;
        }
        struct cg_matrix out = matrix_new(arena, step->out.rows, step->out.cols);
        spread(step, arena, of, &out);
        of[i] = out.data;
    }
}
