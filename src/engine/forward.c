#include "engine/forward.h"

#include "engine/adjoint.h"
#include "engine/cost.h"
#include "engine/env.h"

#include <math.h>
#include <string.h>

/* One operator's arguments, their tangents (data NULL: zero), its value, and where its tangent
 * goes. */
struct moving {
    const struct cg_expr *expr;
    const struct cg_matrix *args;
    struct cg_matrix *dots;
    struct cg_matrix value, out;
    struct cg_arena *arena;
    const double *slopes; /* of an elementwise function, or NULL */
};

static struct cg_matrix like(const struct moving *m, const struct cg_matrix *shape)
{
    return matrix_new(m->arena, shape->rows, shape->cols);
}

/* d(a + b) = da + db */
static void move_add(const struct moving *m)
{
    for (size_t i = 0; i < m->expr->n_args; i++)
        if (m->dots[i].data)
            matrix_add(&m->out, &m->out, &m->dots[i]);
}

/* d(a b c) = (da b + a db) c + a b dc, factor after factor */
static void move_mul(const struct moving *m)
{
    struct cg_matrix term = like(m, &m->out), product = like(m, &m->out);
    for (size_t c = 0; c < matrix_count(&product); c++)
        product.data[c] = 1;
    for (size_t i = 0; i < m->expr->n_args; i++) {
        if (i)
            matrix_mul(&m->out, &m->out, &m->args[i]);
        if (m->dots[i].data) {
            matrix_mul(&term, &product, &m->dots[i]);
            matrix_add(&m->out, &m->out, &term);
        }
        matrix_mul(&product, &product, &m->args[i]);
    }
}

/* Entry (r, c) of a matrix that is broadcast; 0 where there is none. */
static double at(const struct cg_matrix *a, size_t r, size_t c)
{
    if (!a->data)
        return 0;
    return a->data[(a->rows > 1 ? r * a->cols : 0) + (a->cols > 1 ? c : 0)];
}

/* d(a^b) = b a^(b-1) da + a^b log(a) db, each only where its part moves. */
static double move_power(double a, double b, double da, bool moves, double db)
{
    double slope = b == 0 || da == 0 ? 0 : b * power(a, b - 1) * da;
    return moves ? slope + power(a, b) * log(a) * db : slope;
}

/* d(a / b) = (da - (a / b) db) / b */
static void move_div_or_pow(const struct moving *m)
{
    const struct cg_matrix *a = &m->args[0], *b = &m->args[1];
    for (size_t r = 0; r < m->out.rows; r++)
        for (size_t c = 0; c < m->out.cols; c++) {
            double da = at(&m->dots[0], r, c), db = at(&m->dots[1], r, c), y = at(b, r, c);
            m->out.data[r * m->out.cols + c] =
                m->expr->op == CG_POW ? move_power(at(a, r, c), y, da, m->dots[1].data, db)
                                      : (da - at(&m->value, r, c) * db) / y;
        }
}

/* f'(a), entry by entry */
static double *slopes_of(struct cg_arena *arena, const struct cg_expr *apply,
                         const struct cg_matrix *a)
{
    enum cg_kernel kernel = apply->u.apply.function->kernel;
    double *slopes = cg_alloc_array(arena, matrix_count(a), sizeof *slopes);
    for (size_t i = 0; i < matrix_count(a); i++)
        slopes[i] = cg_kernel(kernel, apply->u.apply.order + 1, a->data[i]);
    return slopes;
}

/* d f(a) = f'(a) da */
static void move_apply(const struct moving *m)
{
    const double *slopes = m->slopes ? m->slopes : slopes_of(m->arena, m->expr, &m->args[0]);
    for (size_t i = 0; i < matrix_count(&m->out); i++)
        m->out.data[i] = slopes[i] * m->dots[0].data[i];
}

/* d(a @ b) = da @ b + a @ db, and so for dot and outer. */
static void move_bilinear(const struct moving *m)
{
    bool both = m->dots[0].data && m->dots[1].data;
    for (size_t i = 0; i < 2; i++) {
        if (!m->dots[i].data)
            continue;
        if (!both) {
            struct cg_matrix args[2] = {m->args[0], m->args[1]}, out = m->out;
            args[i] = m->dots[i];
            matrix_operate(m->expr, &out, args);
            return;
        }
        struct cg_matrix args[2] = {m->args[0], m->args[1]}, part = like(m, &m->out);
        args[i] = m->dots[i];
        matrix_operate(m->expr, &part, args);
        matrix_add(&m->out, &m->out, &part);
    }
}

/* d sum a^2 = 2 sum a da */
static void move_norm2(const struct moving *m)
{
    for (size_t i = 0; i < matrix_count(m->args); i++)
        m->out.data[0] += 2 * m->args[0].data[i] * m->dots[0].data[i];
}

/* ds_j = s_j (da_j - sum_i s_i da_i) in each row */
static void move_softmax(const struct moving *m)
{
    for (size_t r = 0; r < m->out.rows; r++) {
        const double *s = m->value.data + r * m->out.cols, *da = m->dots[0].data + r * m->out.cols;
        double mean = 0;
        for (size_t c = 0; c < m->out.cols; c++)
            mean += s[c] * da[c];
        for (size_t c = 0; c < m->out.cols; c++)
            m->out.data[r * m->out.cols + c] = s[c] * (da[c] - mean);
    }
}

static void move(const struct moving *m)
{
    switch (m->expr->op) {
    case CG_ADD:
        return move_add(m);
    case CG_MUL:
        return move_mul(m);
    case CG_DIV:
    case CG_POW:
        return move_div_or_pow(m);
    case CG_APPLY:
        return move_apply(m);
    case CG_MATMUL:
    case CG_DOT:
    case CG_OUTER:
        return move_bilinear(m);
    case CG_NORM2:
        return move_norm2(m);
    case CG_SOFTMAX:
        return move_softmax(m);
    case CG_NEG:
    case CG_TRANSPOSE:
    case CG_SUM:
    case CG_MEAN:
    case CG_TRACE:
    case CG_DIAG:
        return matrix_operate(m->expr, &m->out, m->dots); /* linear */
    case CG_NAME:
        memcpy(m->out.data, m->dots[0].data, matrix_count(&m->out) * sizeof(double));
        return;
    case CG_NUMBER:
    case CG_SIZE:
    case CG_GRAD:
    case CG_EYE:
    case CG_ONES:
    case CG_ZEROS:
    case CG_ENTRY:
    case CG_SUM_OVER:
    case CG_KRON:
    case CG_PARTIAL:
        return; /* leaves */
    }
}

/* The tangent of a power or quotient, squared spreads throughout. */
static double spread_of(enum cg_op op, double a, double b, double da, double db)
{
    double by_a = op == CG_POW ? move_power(a, b, 1, false, 0) : 1 / b;
    double by_b = op != CG_POW ? a / (b * b) : db == 0 ? 0 : power(a, b) * log(a);
    return (da == 0 ? 0 : by_a * by_a * da) + by_b * by_b * db;
}

static void spread_div_or_pow(const struct moving *m)
{
    for (size_t r = 0; r < m->out.rows; r++)
        for (size_t c = 0; c < m->out.cols; c++)
            m->out.data[r * m->out.cols + c] =
                spread_of(m->expr->op, at(&m->args[0], r, c), at(&m->args[1], r, c),
                          at(&m->dots[0], r, c), at(&m->dots[1], r, c));
}

static void spread_apply(const struct moving *m)
{
    const double *slopes = m->slopes ? m->slopes : slopes_of(m->arena, m->expr, &m->args[0]);
    for (size_t i = 0; i < matrix_count(&m->out); i++)
        m->out.data[i] = slopes[i] * slopes[i] * m->dots[0].data[i];
}

/* The square of s_j (da_j + sum_i s_i da_i), each square by itself. */
static void spread_softmax(const struct moving *m)
{
    for (size_t r = 0; r < m->out.rows; r++) {
        const double *s = m->value.data + r * m->out.cols, *da = m->dots[0].data + r * m->out.cols;
        double all = 0;
        for (size_t c = 0; c < m->out.cols; c++)
            all += s[c] * s[c] * da[c];
        for (size_t c = 0; c < m->out.cols; c++)
            m->out.data[r * m->out.cols + c] = s[c] * s[c] * (da[c] + all);
    }
}

/* As move, each derivative squared: what is added up never cancels. */
static void move_spread(struct moving *m)
{
    enum cg_op op = m->expr->op;
    if (op == CG_DIV || op == CG_POW)
        return spread_div_or_pow(m);
    if (op == CG_APPLY)
        return spread_apply(m);
    if (op == CG_SOFTMAX)
        return spread_softmax(m);
    if (op == CG_NEG) {
        memcpy(m->out.data, m->dots[0].data, matrix_count(&m->out) * sizeof(double));
        return;
    }
    struct cg_matrix *squares = cg_alloc_array(m->arena, m->expr->n_args + 1, sizeof *squares);
    for (size_t i = 0; i < m->expr->n_args; i++)
        squares[i] = matrix_squared(m->arena, &m->args[i]);
    m->args = squares;
    move(m);
    if (op == CG_NORM2)
        m->out.data[0] *= 2; /* (2a)^2 = 2 (2 a^2) */
}

/* A leaf's tangent. A derivative that stands unevaluated would need a second derivative to move:
 * not a number, so that nothing passes for checked that was not. */
static double *leaf_tangent(const struct graph_step *step, struct cg_arena *arena,
                            double *const *leaves, bool through)
{
    enum cg_op op = step->expr->op;
    if (op == CG_NAME)
        return leaves[step->expr->u.value->id];
    if (!through || (op != CG_GRAD && op != CG_PARTIAL && op != CG_ENTRY && op != CG_SUM_OVER))
        return NULL;
    struct cg_matrix dot = matrix_new(arena, step->out.rows, step->out.cols);
    for (size_t i = 0; i < matrix_count(&dot); i++)
        dot.data[i] = NAN;
    return dot.data;
}

const double *graph_step_slopes(struct graph_slopes *slopes, const struct graph *graph, size_t i)
{
    const struct graph_step *step = &graph->steps[i];
    if (!slopes || step->expr->op != CG_APPLY)
        return NULL;
    if (slopes->n < graph->n_steps) {
        double **more = cg_alloc_array(slopes->arena, 2 * graph->n_steps, sizeof *more);
        if (slopes->n)
            memcpy(more, slopes->of, slopes->n * sizeof *more);
        slopes->of = more;
        slopes->n = 2 * graph->n_steps;
    }
    if (!slopes->of[i])
        slopes->of[i] = slopes_of(slopes->arena, step->expr, &step->args[0]);
    return slopes->of[i];
}

/* The one argument of a sum that moves, where it has the shape of the sum; else NULL. */
static double *lone_addend(const struct graph_step *step, double *const *dots)
{
    double *lone = NULL;
    size_t moving = 0;
    for (size_t i = 0; i < step->n_args; i++) {
        if (!dots[step->slots[i]])
            continue;
        moving++;
        if (step->args[i].rows == step->out.rows && step->args[i].cols == step->out.cols)
            lone = dots[step->slots[i]];
    }
    return moving == 1 ? lone : NULL;
}

static double *step_tangent(const struct graph *graph, size_t at, struct cg_arena *arena,
                            bool through, bool spread, struct graph_slopes *slopes,
                            double *const *dots)
{
    const struct graph_step *step = &graph->steps[at];
    if (step->expr->op == CG_NAME && !through)
        return NULL;
    bool moves = false;
    for (size_t i = 0; i < step->n_args; i++)
        moves = moves || dots[step->slots[i]];
    if (!moves)
        return NULL;
    double *lone = step->expr->op == CG_ADD ? lone_addend(step, dots) : NULL;
    if (lone)
        return lone;
    struct moving m = {.expr = step->expr,
                       .args = step->args,
                       .value = step->out,
                       .arena = arena,
                       .slopes = graph_step_slopes(slopes, graph, at)};
    m.dots = cg_alloc_array(arena, step->n_args, sizeof *m.dots);
    for (size_t i = 0; i < step->n_args; i++)
        m.dots[i] =
            (struct cg_matrix){step->args[i].rows, step->args[i].cols, dots[step->slots[i]]};
    m.out = matrix_new(arena, step->out.rows, step->out.cols);
    if (spread)
        move_spread(&m);
    else
        move(&m);
    return m.out.data;
}

void graph_tangents(const struct graph *graph, size_t from, size_t to, struct cg_arena *arena,
                    double *const *leaves, bool through, bool spread, struct graph_slopes *slopes,
                    double **dots)
{
    for (size_t i = from; i < to; i++)
        dots[i] = graph->steps[i].n_args
                      ? step_tangent(graph, i, arena, through, spread, slopes, dots)
                      : leaf_tangent(&graph->steps[i], arena, leaves, through);
}

static double *tangent_at(const struct graph *graph, size_t slot, struct cg_arena *arena,
                          double *const *leaves, bool through, bool spread,
                          struct graph_slopes *slopes, struct graph_dots *dots, size_t stamp)
{
    if (dots->stamp[slot] == stamp)
        return dots->of[slot];
    const struct graph_step *step = &graph->steps[slot];
    bool held = step->expr->op == CG_NAME && !through;
    for (size_t i = 0; i < step->n_args && !held; i++)
        tangent_at(graph, step->slots[i], arena, leaves, through, spread, slopes, dots, stamp);
    dots->of[slot] = step->n_args
                         ? step_tangent(graph, slot, arena, through, spread, slopes, dots->of)
                         : leaf_tangent(step, arena, leaves, through);
    dots->stamp[slot] = stamp;
    return dots->of[slot];
}

double *graph_tangent(const struct graph *graph, size_t slot, struct cg_arena *arena,
                      double *const *leaves, bool through, bool spread, struct graph_slopes *slopes,
                      struct graph_dots *dots, size_t stamp)
{
    if (dots->capacity < graph->n_steps) {
        size_t capacity = 2 * graph->n_steps;
        double **of = cg_alloc_array(graph->arena, capacity, sizeof *of);
        size_t *stamps = cg_alloc_array(graph->arena, capacity, sizeof *stamps);
        if (dots->capacity) {
            memcpy(of, dots->of, dots->capacity * sizeof *of);
            memcpy(stamps, dots->stamp, dots->capacity * sizeof *stamps);
        }
        *dots = (struct graph_dots){of, stamps, capacity};
    }
    return tangent_at(graph, slot, arena, leaves, through, spread, slopes, dots, stamp);
}

double *forward_seed(const struct cg_env *env, struct cg_arena *arena, const struct cg_value *wrt,
                     size_t entry)
{
    struct cg_matrix seed = matrix_new(arena, env->values[wrt->id].rows, env->values[wrt->id].cols);
    seed.data[entry] = 1;
    return seed.data;
}

double **forward_direct(const struct cg_env *env, struct cg_arena *arena,
                        const struct cg_value *wrt, size_t entry)
{
    double **leaves = cg_alloc_array(arena, env->model->n_values, sizeof *leaves);
    leaves[wrt->id] = forward_seed(env, arena, wrt, entry);
    return leaves;
}

double **forward_total(const struct cg_env *env, struct cg_arena *arena, const struct cg_value *wrt,
                       size_t entry, bool spread, struct graph_slopes *slopes)
{
    const struct cg_graph_of_env *p = env->graph;
    double **leaves = forward_direct(env, arena, wrt, entry);
    double **dots = cg_alloc_array(arena, p->graph.n_steps, sizeof *dots);
    /* What was in the graph before wrt does not move with it. */
    for (size_t id = wrt->id + 1, from = p->ends[wrt->id]; id < env->model->n_values; id++) {
        graph_tangents(&p->graph, from, p->ends[id], arena, leaves, true, spread, slopes, dots);
        from = p->ends[id];
        if (env->model->values[id]->kind == CG_VALUE_DEFINED)
            leaves[id] = dots[p->roots[id]];
    }
    return leaves;
}

double **forward_together(const struct cg_env *env, struct cg_arena *arena, double *const *ways,
                          bool spread, struct graph_slopes *slopes)
{
    const struct cg_graph_of_env *p = env->graph;
    double **leaves = cg_alloc_array(arena, env->model->n_values, sizeof *leaves);
    double **dots = cg_alloc_array(arena, p->graph.n_steps, sizeof *dots);
    for (size_t id = 0, from = 0; id < env->model->n_values; id++) {
        const struct cg_matrix *m = &env->values[id];
        graph_tangents(&p->graph, from, p->ends[id], arena, leaves, true, spread, slopes, dots);
        from = p->ends[id];
        bool defined = env->model->values[id]->kind == CG_VALUE_DEFINED;
        const double *moved = defined ? dots[p->roots[id]] : NULL, *own = ways[id];
        if (moved || own)
            leaves[id] = cg_alloc_array(arena, matrix_count(m), sizeof *leaves[id]);
        for (size_t i = 0; leaves[id] && i < matrix_count(m); i++)
            leaves[id][i] = (moved ? moved[i] : 0) + (own ? own[i] : 0);
    }
    return leaves;
}

/* ---- gradients that many lines share ---- */

struct forward_gradient {
    double *numbers[2]; /* and squared spreads, of passes from end to end */
    bool *known[2];
    size_t every; /* each so many-th entry is taken from end to end; 0: none */
};

/* All gradients of one number. */
struct forward_of {
    const struct cg_value *of;
    double **swept[2];                   /* by id, and squared spreads; NULL: none are to be had */
    struct forward_gradient **gradients; /* by id; NULL: not asked for yet */
    struct forward_of *next;
};

static void sweep(struct forward_memo *memo, struct forward_of *all)
{
    for (int spread = 0; spread < 2; spread++)
        all->swept[spread] = adjoints(memo->env, memo->arena, all->of, spread, &memo->slopes);
    for (int spread = 0; spread < 2; spread++)
        if (!adjoints_confirmed(memo->env, all->of, all->swept[0], all->swept[1], spread,
                                &memo->slopes))
            memo->unconfirmed = true;
    if (memo->unconfirmed)
        all->swept[0] = all->swept[1] = NULL;
}

static struct forward_of *find_all(struct forward_memo *memo, const struct cg_value *of)
{
    for (struct forward_of *all = memo->all; all; all = all->next)
        if (all->of == of)
            return all;
    struct forward_of *all = cg_alloc(memo->arena, sizeof *all);
    all->of = of;
    all->gradients = cg_alloc_array(memo->arena, memo->env->model->n_values, sizeof(void *));
    all->next = memo->all;
    memo->all = all;
    double cost = cost_sweep(memo->env);
    bool number = matrix_count(&memo->env->values[of->id]) == 1;
    if (memo->only_passes || !number || (memo->budget && cost > *memo->budget))
        return all;
    if (memo->budget)
        *memo->budget -= cost;
    sweep(memo, all);
    return all;
}

/* Can the sweep's number be taken? */
static bool is_swept(const struct forward_memo *memo, const struct forward_of *all,
                     const struct cg_value *wrt)
{
    const struct cg_matrix *m = &memo->env->values[wrt->id];
    for (int spread = 0; spread < 2; spread++) {
        if (!all->swept[spread])
            return false;
        const double *numbers = all->swept[spread][wrt->id];
        if (numbers && !matrix_finite(&(struct cg_matrix){m->rows, m->cols, (double *)numbers}))
            return false;
    }
    return true;
}

static struct forward_gradient *find(struct forward_memo *memo, struct forward_of *all,
                                     const struct cg_value *wrt)
{
    struct forward_gradient **found = &all->gradients[wrt->id];
    if (*found)
        return *found;
    size_t count = matrix_count(&memo->env->values[wrt->id]);
    *found = cg_alloc(memo->arena, sizeof **found);
    bool whole = !memo->whole || memo->whole == wrt;
    double each = cost_forward(memo->env, wrt);
    if (!is_swept(memo, all, wrt))
        (*found)->every = 1;
    else if (whole)
        (*found)->every = 1 + (size_t)((double)count * each / memo->work);
    for (int spread = 0; (*found)->every && spread < 2; spread++) {
        (*found)->numbers[spread] = cg_alloc_array(memo->arena, count, sizeof(double));
        (*found)->known[spread] = cg_alloc_array(memo->arena, count, sizeof(bool));
    }
    return *found;
}

double forward_entry(struct forward_memo *memo, const struct cg_value *of,
                     const struct cg_value *wrt, size_t entry, bool spread)
{
    struct forward_of *all = find_all(memo, of);
    struct forward_gradient *gradient = find(memo, all, wrt);
    if (!gradient->every || entry % gradient->every) {
        const double *swept = all->swept[spread][wrt->id];
        return swept ? swept[entry] : 0;
    }
    if (!gradient->known[spread][entry]) {
        double **leaves =
            forward_total(memo->env, &memo->scratch, wrt, entry, spread, &memo->slopes);
        gradient->numbers[spread][entry] = leaves[of->id] ? leaves[of->id][0] : 0;
        gradient->known[spread][entry] = true;
        cg_arena_reset(&memo->scratch);
    }
    return gradient->numbers[spread][entry];
}

double forward_cost(struct forward_memo *memo, const struct cg_value *of,
                    const struct cg_value *wrt)
{
    enum { LOOK_UP = 20 };
    const struct forward_gradient *gradient = find(memo, find_all(memo, of), wrt);
    return LOOK_UP + (gradient->every ? cost_forward(memo->env, wrt) / (double)gradient->every : 0);
}

void forward_init(struct forward_memo *memo, const struct cg_env *env, struct cg_arena *arena)
{
    *memo = (struct forward_memo){
        .env = env, .arena = arena, .slopes.arena = arena, .work = FORWARD_WORK};
}

void forward_finish(struct forward_memo *memo)
{
    cg_arena_finish(&memo->scratch);
}

struct cg_matrix cg_forward_gradient(const struct cg_env *env, struct cg_arena *arena,
                                     const struct cg_value *of, const struct cg_value *wrt)
{
    struct cg_matrix gradient =
        matrix_new(arena, env->values[wrt->id].rows, env->values[wrt->id].cols);
    struct forward_memo memo;
    forward_init(&memo, env, arena);
    memo.only_passes = true;
    for (size_t i = 0; i < matrix_count(&gradient); i++)
        gradient.data[i] = forward_entry(&memo, of, wrt, i, false);
    forward_finish(&memo);
    return gradient;
}
