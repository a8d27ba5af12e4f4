#include "engine/cost.h"

#include "engine/env.h"

#include <math.h>
#include <string.h>

/* Weights in multiplications: what a step costs however small it is, a number of a tensor with the
 * walk to it, an elementary function, a step's tangent against the step. */
enum { STEP = 100, TENSOR = 6, FUNCTION = 15, TANGENT = 2 };

static double count_of(const struct cg_matrix *m)
{
    return (double)m->rows * (double)m->cols;
}

double cost_operator(const struct cg_expr *expr, const struct cg_matrix *out,
                     const struct cg_matrix *args)
{
    double count = count_of(out), work = count;
    if (expr->op == CG_MATMUL)
        work = count * (double)args[0].cols;
    else if (expr->op == CG_APPLY || expr->op == CG_SOFTMAX ||
             (expr->op == CG_POW && expr->args[1]->op != CG_NUMBER))
        work = count * FUNCTION;
    else
        for (size_t i = 0; i < expr->n_args; i++)
            work += fmax(count, count_of(&args[i]));
    return STEP + work;
}

double cost_step(const struct graph_step *step)
{
    return step->n_args ? cost_operator(step->expr, &step->out, step->args) : 0;
}

double cost_forward(const struct cg_env *env, const struct cg_value *wrt)
{
    const double *costs = env->graph->costs;
    return STEP + TANGENT * (costs[env->model->n_values - 1] - costs[wrt->id]);
}

double cost_sweep(const struct cg_env *env)
{
    enum { PASSES = 5 }; /* two sweeps, two passes to confirm them, and the tables */
    return PASSES * TANGENT * env->graph->costs[env->model->n_values - 1];
}

/* ---- a side of a line ---- */

/* The indices that run where a sub-term is evaluated. */
struct axes {
    bool has[128];
};

struct estimate {
    struct evaluator *evaluator;
    struct cg_arena *arena;
    double size[128]; /* of each letter */
    bool fixed[128];
    struct map seen;     /* node -> struct axes */
    struct map matrices; /* those that are counted */
    double once, each;
    double numbers; /* in the matrices */
};

static void add_axis(struct estimate *e, struct axes *axes, struct cg_index index)
{
    unsigned char letter = (unsigned char)index.letter;
    if (!letter || letter >= 128 || e->fixed[letter])
        return;
    axes->has[letter] = true;
    e->size[letter] = (double)env_size(e->evaluator->env, index.dim);
}

static void join(struct axes *into, const struct axes *axes)
{
    for (size_t i = 0; i < 128; i++)
        into->has[i] = into->has[i] || axes->has[i];
}

static double volume(const struct estimate *e, const struct axes *axes)
{
    double count = 1;
    for (size_t i = 0; i < 128; i++)
        if (axes->has[i])
            count *= e->size[i];
    return count;
}

static bool has_indices(enum cg_op op)
{
    return op == CG_ENTRY || op == CG_SUM_OVER || op == CG_KRON || op == CG_PARTIAL;
}

static struct cg_matrix size_of(const struct estimate *e, const struct cg_expr *expr)
{
    const struct cg_env *env = e->evaluator->env;
    return (struct cg_matrix){env_size(env, expr->shape.rows), env_size(env, expr->shape.cols),
                              NULL};
}

static const struct axes *visit(struct estimate *e, const struct cg_expr *expr);

/* One entry of a gradient that stands unevaluated. */
static double cost_gradient(struct estimate *e, const struct cg_expr *gradient)
{
    return forward_cost(&e->evaluator->forward, gradient->u.grad.of, gradient->u.grad.wrt);
}

/* A matrix and what it is made of, where the evaluator doesn't have it; returns its own size. */
static struct cg_matrix visit_matrix(struct estimate *e, const struct cg_expr *expr)
{
    struct cg_matrix out = size_of(e, expr);
    if (map_get(&e->evaluator->graph.slots, expr) || map_get(&e->matrices, expr))
        return out;
    map_put(&e->matrices, expr, e);
    e->numbers += expr->op == CG_NAME ? 0 : count_of(&out);
    if (expr->op == CG_NAME && expr->u.value->kind == CG_VALUE_RESULT && expr->u.value->body) {
        visit_matrix(e, expr->u.value->body);
    } else if (expr->op == CG_GRAD) {
        e->once += count_of(&out) * cost_gradient(e, expr);
    } else if (has_indices(expr->op)) {
        visit(e, expr);
    } else if (expr->op != CG_NAME) {
        struct cg_matrix *args = cg_alloc_array(e->arena, expr->n_args + 1, sizeof *args);
        for (size_t i = 0; i < expr->n_args; i++)
            args[i] = visit_matrix(e, expr->args[i]);
        e->once += cost_operator(expr, &out, args);
    }
    return out;
}

static void visit_entry(struct estimate *e, const struct cg_expr *matrix, struct axes *axes,
                        struct cg_index row, struct cg_index col)
{
    add_axis(e, axes, row);
    add_axis(e, axes, col);
    if (matrix->op == CG_GRAD) {
        e->each += volume(e, axes) * cost_gradient(e, matrix);
    } else {
        visit_matrix(e, matrix);
        e->each += STEP + TENSOR * volume(e, axes);
    }
}

/* The factors of nested products, each visited. */
struct factors {
    struct axes *items;
    size_t count, capacity;
};

static void add_factors(struct estimate *e, struct factors *factors, const struct cg_expr *expr)
{
    if (expr->op == CG_MUL) {
        for (size_t i = 0; i < expr->n_args; i++)
            add_factors(e, factors, expr->args[i]);
        return;
    }
    const struct axes *axes = visit(e, expr);
    factors->items = cg_grow(e->arena, factors->items, factors->count, &factors->capacity,
                             sizeof *factors->items);
    factors->items[factors->count++] = *axes;
}

/* The product of the factors that carry the letter. */
static struct axes carriers(const struct factors *factors, unsigned char letter)
{
    struct axes joined = {{false}};
    for (size_t i = 0; i < factors->count; i++)
        if (factors->items[i].has[letter])
            join(&joined, &factors->items[i]);
    return joined;
}

static void eliminate(struct estimate *e, struct factors *factors, unsigned char letter)
{
    struct axes joined = carriers(factors, letter);
    size_t kept = 0;
    for (size_t i = 0; i < factors->count; i++) {
        if (factors->items[i].has[letter])
            e->each += TENSOR * volume(e, &joined);
        else
            factors->items[kept++] = factors->items[i];
    }
    factors->count = kept;
    joined.has[letter] = false;
    factors->items = cg_grow(e->arena, factors->items, factors->count, &factors->capacity,
                             sizeof *factors->items);
    factors->items[factors->count++] = joined;
}

/* As walk_sum does it: one index at a time, the cheapest first. */
static void visit_sum(struct estimate *e, const struct cg_expr *expr, struct axes *axes)
{
    struct factors factors = {0};
    unsigned char over[TENSOR_AXES];
    size_t n = 0;
    for (; expr->op == CG_SUM_OVER && n < TENSOR_AXES; expr = expr->args[0]) {
        struct axes bound = {{false}};
        add_axis(e, &bound, expr->u.over);
        over[n++] = (unsigned char)expr->u.over.letter;
    }
    add_factors(e, &factors, expr);
    while (n) {
        size_t best = 0;
        double least = INFINITY;
        for (size_t i = 0; i < n; i++) {
            struct axes joined = carriers(&factors, over[i]);
            if (volume(e, &joined) < least) {
                least = volume(e, &joined);
                best = i;
            }
        }
        eliminate(e, &factors, over[best]);
        over[best] = over[--n];
    }
    for (size_t i = 0; i < factors.count; i++) {
        join(axes, &factors.items[i]);
        e->each += TENSOR * volume(e, axes);
    }
}

/* The matrices in a term whose tangents it takes. Values of the model are leaves; named results are
 * their bodies where tangents go through them. */
static double cost_reached(struct estimate *e, const struct cg_expr *expr, bool through,
                           struct map *reached)
{
    if (map_get(reached, expr))
        return 0;
    map_put(reached, expr, e);
    if (expr->op == CG_NAME) {
        const struct cg_value *value = expr->u.value;
        bool enters = through && value->kind == CG_VALUE_RESULT && value->body;
        return enters ? cost_reached(e, value->body, through, reached) : 0;
    }
    double work = 0;
    struct cg_matrix *args = cg_alloc_array(e->arena, expr->n_args + 1, sizeof *args);
    for (size_t i = 0; i < expr->n_args; i++) {
        work += cost_reached(e, expr->args[i], through, reached);
        args[i] = size_of(e, expr->args[i]);
    }
    struct cg_matrix out = size_of(e, expr);
    return cg_is_index_notation(expr) || !expr->n_args ? work
                                                       : work + cost_operator(expr, &out, args);
}

/* One forward pass for each entry that moves, and with it the tangents of what it reaches. */
static void visit_partial(struct estimate *e, const struct cg_expr *expr, struct axes *axes)
{
    const struct cg_env *env = e->evaluator->env;
    const struct cg_expr *of = expr->args[0];
    const struct cg_value *wrt = expr->u.partial.wrt;
    add_axis(e, axes, expr->u.partial.row);
    add_axis(e, axes, expr->u.partial.col);
    double blocks = volume(e, axes), before = e->each;
    const struct cg_expr *matrix = of->op == CG_ENTRY ? of->args[0] : of;
    if (expr->u.partial.total && matrix->op == CG_NAME &&
        matrix->u.value->kind != CG_VALUE_RESULT && cg_is_scalar(env->model, matrix->shape)) {
        e->each += blocks * forward_cost(&e->evaluator->forward, matrix->u.value, wrt);
        return;
    }
    bool saved[128];
    memcpy(saved, e->fixed, sizeof saved);
    e->fixed[(unsigned char)expr->u.partial.row.letter & 127] = true;
    e->fixed[(unsigned char)expr->u.partial.col.letter & 127] = true;
    if (matrix->op == CG_NAME && matrix->u.value->body)
        visit_matrix(e, matrix->u.value->body);
    join(axes, visit(e, of));
    memcpy(e->fixed, saved, sizeof saved);
    double inner = e->each - before, start = count_of(&env->values[wrt->id]);
    start += expr->u.partial.total ? cost_forward(env, wrt) : STEP;
    struct map reached;
    map_init(&reached, e->arena);
    start += TANGENT * cost_reached(e, of, expr->u.partial.total, &reached);
    if (matrix->op == CG_NAME && matrix->u.value->body && !expr->u.partial.total)
        start += TANGENT * cost_reached(e, matrix->u.value->body, false, &reached);
    e->each = before + blocks * (TANGENT * inner + start);
}

static const struct axes *visit(struct estimate *e, const struct cg_expr *expr)
{
    struct axes *axes = map_get(&e->seen, expr);
    if (axes)
        return axes;
    axes = cg_alloc(e->arena, sizeof *axes);
    if (expr->op == CG_ENTRY) {
        visit_entry(e, expr->args[0], axes, expr->u.at.row, expr->u.at.col);
    } else if (expr->op == CG_KRON) {
        add_axis(e, axes, expr->u.at.row);
        add_axis(e, axes, expr->u.at.col);
        e->each += STEP + TENSOR * volume(e, axes);
    } else if (expr->op == CG_SUM_OVER) {
        visit_sum(e, expr, axes);
    } else if (expr->op == CG_PARTIAL) {
        visit_partial(e, expr, axes);
    } else if (!cg_is_index_notation(expr)) {
        visit_entry(e, expr, axes, (struct cg_index){0}, (struct cg_index){0});
    } else {
        double weight = expr->op == CG_APPLY || expr->op == CG_POW ? FUNCTION : TENSOR;
        for (size_t i = 0; i < expr->n_args; i++) {
            join(axes, visit(e, expr->args[i]));
            e->each += STEP + weight * volume(e, axes);
        }
    }
    map_put(&e->seen, expr, axes);
    return axes;
}

struct cost cost_side(struct evaluator *evaluator, const struct cg_expr *expr,
                      const struct cg_index *fixed, size_t n_fixed)
{
    struct cg_arena arena;
    cg_arena_init(&arena);
    struct estimate e = {.evaluator = evaluator, .arena = &arena};
    map_init(&e.seen, &arena);
    map_init(&e.matrices, &arena);
    for (size_t i = 0; i < n_fixed; i++)
        e.fixed[(unsigned char)fixed[i].letter & 127] = fixed[i].letter != 0;
    if (!cg_is_index_notation(expr)) {
        /* A gradient is looked at entry by entry, not as a matrix. */
        if (expr->op == CG_GRAD)
            e.each = cost_gradient(&e, expr);
        else
            visit_matrix(&e, expr);
    } else {
        visit(&e, expr);
    }
    cg_arena_finish(&arena);
    return (struct cost){e.once, e.each};
}

double cost_environment(const struct cg_env *env, double *numbers)
{
    struct cg_arena arena;
    struct evaluator evaluator = {.env = env};
    cg_arena_init(&arena);
    struct estimate e = {.evaluator = &evaluator, .arena = &arena};
    map_init(&e.matrices, &arena);
    for (size_t id = 0; id < env->model->n_values; id++) {
        const struct cg_value *value = env->model->values[id];
        double count =
            (double)env_size(env, value->shape.rows) * (double)env_size(env, value->shape.cols);
        if (value->kind == CG_VALUE_INPUT) {
            e.once += count * FUNCTION;
            e.numbers += count;
        } else {
            visit_matrix(&e, value->body);
        }
    }
    cg_arena_finish(&arena);
    *numbers = e.numbers;
    return e.once;
}
