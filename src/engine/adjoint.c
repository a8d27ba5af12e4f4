#include "engine/adjoint.h"

#include "engine/env.h"
#include "engine/forward.h"

#include <chalkgrad/verify.h>

#include <math.h>
#include <string.h>

struct sweep {
    const struct graph *graph;
    struct cg_arena *arena;
    struct graph_slopes *slopes;
    bool spread;
    bool *moves; /* by slot: has it a value of the model in it? */
    double **to; /* by slot: what has flowed into it so far; NULL: nothing */
};

/* One operator: what flows into its result, and its arguments, squared where spreads are swept. */
struct flow {
    const struct graph_step *step;
    struct cg_matrix from;
    const struct cg_matrix *args;
};

/* Where to add what flows into an argument; data NULL: nowhere. */
static struct cg_matrix target(struct sweep *s, const struct flow *f, size_t i)
{
    const struct cg_matrix *arg = &f->step->args[i];
    size_t slot = f->step->slots[i];
    if (s->moves[slot] && !s->to[slot])
        s->to[slot] = matrix_new(s->arena, arg->rows, arg->cols).data;
    return (struct cg_matrix){arg->rows, arg->cols, s->to[slot]};
}

static double *entry(const struct cg_matrix *m, size_t r, size_t c)
{
    return &m->data[(m->rows > 1 ? r * m->cols : 0) + (m->cols > 1 ? c : 0)];
}

/* What was broadcast is added up. */
static void add_up(const struct cg_matrix *to, const struct cg_matrix *part, double factor)
{
    for (size_t r = 0; to->data && r < part->rows; r++)
        for (size_t c = 0; c < part->cols; c++)
            *entry(to, r, c) += factor * part->data[r * part->cols + c];
}

/* d(a + b) = da + db */
static void flow_add(struct sweep *s, const struct flow *f, double sign)
{
    for (size_t i = 0; i < f->step->n_args; i++) {
        struct cg_matrix to = target(s, f, i);
        add_up(&to, &f->from, sign);
    }
}

/* d(a b c) = da b c + a db c + a b dc: each argument gets the product of those before it and those
 * behind it. */
static void flow_mul(struct sweep *s, const struct flow *f)
{
    size_t n = f->step->n_args;
    struct cg_matrix *before = cg_alloc_array(s->arena, n, sizeof *before);
    before[0] = f->from;
    for (size_t i = 1; i < n; i++) {
        before[i] = matrix_new(s->arena, f->from.rows, f->from.cols);
        matrix_mul(&before[i], &before[i - 1], &f->args[i - 1]);
    }
    struct cg_matrix behind = matrix_new(s->arena, f->from.rows, f->from.cols);
    for (size_t i = 0; i < matrix_count(&behind); i++)
        behind.data[i] = 1;
    for (size_t i = n; i-- > 0;) {
        struct cg_matrix to = target(s, f, i), part = before[i];
        if (i + 1 < n) {
            part = matrix_new(s->arena, f->from.rows, f->from.cols);
            matrix_mul(&part, &before[i], &behind);
        }
        add_up(&to, &part, 1);
        matrix_mul(&behind, &behind, &f->args[i]);
    }
}

/* d(a / b) = da / b - a / b^2 db; d(a^b) = b a^(b-1) da + a^b log(a) db */
static void flow_div_or_pow(struct sweep *s, const struct flow *f)
{
    const struct cg_matrix *a = &f->step->args[0], *b = &f->step->args[1];
    struct cg_matrix to_a = target(s, f, 0), to_b = target(s, f, 1);
    bool raise = f->step->expr->op == CG_POW;
    for (size_t r = 0; r < f->from.rows; r++)
        for (size_t c = 0; c < f->from.cols; c++) {
            double x = *entry(a, r, c), y = *entry(b, r, c), from = *entry(&f->from, r, c);
            double by_a = !raise ? 1 / y : y == 0 ? 0 : y * power(x, y - 1);
            double by_b = !to_b.data ? 0 : raise ? power(x, y) * log(x) : -x / (y * y);
            if (to_a.data)
                *entry(&to_a, r, c) += from * (s->spread ? by_a * by_a : by_a);
            if (to_b.data)
                *entry(&to_b, r, c) += from * (s->spread ? by_b * by_b : by_b);
        }
}

/* d f(a) = f'(a) da */
static void flow_apply(struct sweep *s, const struct flow *f, size_t slot)
{
    struct cg_matrix to = target(s, f, 0);
    const double *slopes = graph_step_slopes(s->slopes, s->graph, slot);
    for (size_t i = 0; i < matrix_count(&to); i++)
        to.data[i] += f->from.data[i] * (s->spread ? slopes[i] * slopes[i] : slopes[i]);
}

/* out = a b: what flows into a is from b^T, into b a^T from */
static void flow_matmul(struct sweep *s, const struct flow *f)
{
    const struct cg_matrix *a = &f->args[0], *b = &f->args[1], *from = &f->from;
    struct cg_matrix to_a = target(s, f, 0), to_b = target(s, f, 1);
    for (size_t i = 0; i < a->rows; i++)
        for (size_t k = 0; k < a->cols; k++) {
            const double *row = from->data + i * from->cols, *other = b->data + k * b->cols;
            double sum = 0, x = a->data[i * a->cols + k];
            for (size_t j = 0; to_a.data && j < from->cols; j++)
                sum += row[j] * other[j];
            if (to_a.data)
                to_a.data[i * a->cols + k] += sum;
            for (size_t j = 0; to_b.data && j < from->cols; j++)
                to_b.data[k * b->cols + j] += x * row[j];
        }
}

static void flow_transpose(struct sweep *s, const struct flow *f)
{
    struct cg_matrix to = target(s, f, 0);
    for (size_t r = 0; r < to.rows; r++)
        for (size_t c = 0; c < to.cols; c++)
            to.data[r * to.cols + c] += f->from.data[c * to.rows + r];
}

/* A sum or mean: the same to each of its summands. */
static void flow_sum(struct sweep *s, const struct flow *f, double factor)
{
    struct cg_matrix to = target(s, f, 0);
    for (size_t r = 0; r < to.rows; r++)
        for (size_t c = 0; c < to.cols; c++)
            to.data[r * to.cols + c] += factor * *entry(&f->from, r, c);
}

/* trace and diag look at the diagonal only. */
static void flow_diagonal(struct sweep *s, const struct flow *f)
{
    struct cg_matrix to = target(s, f, 0);
    for (size_t i = 0; i < to.rows; i++)
        to.data[i * to.cols + i] += *entry(&f->from, 0, i);
}

/* Two vectors: out_ij = a_i b_j, or their sum of products. */
static void flow_vectors(struct sweep *s, const struct flow *f)
{
    struct cg_matrix to_a = target(s, f, 0), to_b = target(s, f, 1);
    size_t n = matrix_count(&to_a), m = matrix_count(&to_b);
    bool dot = f->step->expr->op == CG_DOT;
    for (size_t i = 0; i < n; i++)
        for (size_t j = dot ? i : 0; j < (dot ? i + 1 : m); j++) {
            double from = f->from.data[dot ? 0 : i * m + j];
            if (to_a.data)
                to_a.data[i] += from * f->args[1].data[j];
            if (to_b.data)
                to_b.data[j] += from * f->args[0].data[i];
        }
}

/* d sum a^2 = 2 sum a da */
static void flow_norm2(struct sweep *s, const struct flow *f)
{
    struct cg_matrix to = target(s, f, 0);
    for (size_t i = 0; i < matrix_count(&to); i++)
        to.data[i] += (s->spread ? 4 : 2) * f->from.data[0] * f->args[0].data[i];
}

/* ds_j = s_j (da_j - sum_i s_i da_i) in each row, which is the same the other way round. */
static void flow_softmax(struct sweep *s, const struct flow *f)
{
    struct cg_matrix to = target(s, f, 0);
    for (size_t r = 0; r < to.rows; r++) {
        const double *share = f->step->out.data + r * to.cols, *from = f->from.data + r * to.cols;
        double mean = 0;
        for (size_t c = 0; c < to.cols; c++)
            mean += (s->spread ? share[c] * share[c] : share[c]) * from[c];
        for (size_t c = 0; c < to.cols; c++)
            to.data[r * to.cols + c] +=
                s->spread ? share[c] * share[c] * (from[c] + mean) : share[c] * (from[c] - mean);
    }
}

static void flow(struct sweep *s, const struct flow *f, size_t slot)
{
    const struct graph_step *step = f->step;
    switch (step->expr->op) {
    case CG_ADD:
    case CG_NAME:
        return flow_add(s, f, 1);
    case CG_NEG:
        return flow_add(s, f, s->spread ? 1 : -1);
    case CG_MUL:
        return flow_mul(s, f);
    case CG_DIV:
    case CG_POW:
        return flow_div_or_pow(s, f);
    case CG_APPLY:
        return flow_apply(s, f, slot);
    case CG_MATMUL:
        return flow_matmul(s, f);
    case CG_TRANSPOSE:
        return flow_transpose(s, f);
    case CG_SUM:
        return flow_sum(s, f, 1);
    case CG_MEAN:
        return flow_sum(s, f, (double)matrix_count(&step->out) / (double)matrix_count(step->args));
    case CG_TRACE:
    case CG_DIAG:
        return flow_diagonal(s, f);
    case CG_DOT:
    case CG_OUTER:
        return flow_vectors(s, f);
    case CG_NORM2:
        return flow_norm2(s, f);
    case CG_SOFTMAX:
        return flow_softmax(s, f);
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

static void flow_through(struct sweep *s, size_t slot)
{
    const struct graph_step *step = &s->graph->steps[slot];
    struct flow f = {step, {step->out.rows, step->out.cols, s->to[slot]}, step->args};
    if (s->spread) {
        struct cg_matrix *squares = cg_alloc_array(s->arena, step->n_args, sizeof *squares);
        for (size_t i = 0; i < step->n_args; i++)
            squares[i] = matrix_squared(s->arena, &step->args[i]);
        f.args = squares;
    }
    flow(s, &f, slot);
}

static bool is_value(const struct graph_step *step)
{
    return step->expr->op == CG_NAME && !step->n_args;
}

static void find_what_moves(struct sweep *s)
{
    for (size_t slot = 0; slot < s->graph->n_steps; slot++) {
        const struct graph_step *step = &s->graph->steps[slot];
        s->moves[slot] = is_value(step);
        for (size_t i = 0; i < step->n_args; i++)
            s->moves[slot] = s->moves[slot] || s->moves[step->slots[i]];
    }
}

/* What flowed into a value stays there; a definition passes it on to what defines it. */
static void arrive(struct sweep *s, const struct cg_env *env, struct cg_arena *arena, size_t slot,
                   double **found)
{
    const struct cg_value *value = s->graph->steps[slot].expr->u.value;
    const struct cg_matrix *m = &env->values[value->id];
    struct cg_matrix all = {m->rows, m->cols, s->to[slot]};
    found[value->id] = cg_copy(arena, all.data, matrix_count(m) * sizeof(double));
    if (value->kind != CG_VALUE_DEFINED)
        return;
    size_t root = env->graph->roots[value->id];
    if (!s->to[root])
        s->to[root] = matrix_new(s->arena, m->rows, m->cols).data;
    struct cg_matrix to = {m->rows, m->cols, s->to[root]};
    add_up(&to, &all, 1);
}

double **adjoints(const struct cg_env *env, struct cg_arena *arena, const struct cg_value *of,
                  bool spread, struct graph_slopes *slopes)
{
    const struct graph *graph = &env->graph->graph;
    double **found = cg_alloc_array(arena, env->model->n_values, sizeof *found);
    double one = 1;
    found[of->id] = cg_copy(arena, &one, sizeof one);
    if (of->kind != CG_VALUE_DEFINED)
        return found;
    struct cg_arena scratch;
    cg_arena_init(&scratch);
    struct graph_slopes own = {.arena = &scratch};
    struct sweep s = {graph, &scratch, slopes ? slopes : &own, spread, NULL, NULL};
    s.moves = cg_alloc_array(&scratch, graph->n_steps, sizeof *s.moves);
    s.to = cg_alloc_array(&scratch, graph->n_steps, sizeof *s.to);
    find_what_moves(&s);
    s.to[env->graph->roots[of->id]] = &one;
    for (size_t slot = env->graph->roots[of->id] + 1; slot-- > 0;)
        if (s.to[slot] && is_value(&graph->steps[slot]))
            arrive(&s, env, arena, slot, found);
        else if (s.to[slot] && s.moves[slot])
            flow_through(&s, slot);
    cg_arena_finish(&scratch);
    return found;
}

/* ---- the forward pass that confirms them ---- */

static double largest(const double *numbers, size_t count)
{
    double most = 0;
    for (size_t i = 0; numbers && i < count; i++)
        most = fmax(most, isfinite(numbers[i]) ? fabs(numbers[i]) : INFINITY);
    return most;
}

/* The direction in which a value moves; NULL: it does not. Adds to *expected what `of` has to move
 * by. */
static double *direction(const struct cg_matrix *m, struct cg_arena *arena, struct cg_prng *prng,
                         const double *gradient, const double *squared, bool spread,
                         double *expected)
{
    size_t count = matrix_count(m);
    double length = spread ? largest(gradient, count)
                           : fmax(largest(gradient, count), sqrt(largest(squared, count)));
    if (!isfinite(length) || (length > 0 && length < 1e-250))
        return NULL;
    double *way = cg_alloc_array(arena, count, sizeof *way);
    for (size_t i = 0; i < count; i++) {
        double sign = !spread && cg_prng_below(prng, 2) ? -1 : 1;
        way[i] = sign * (0.5 + cg_prng_uniform(prng)) / (length > 0 ? length : 1);
        *expected += gradient ? gradient[i] * way[i] : 0;
    }
    return way;
}

bool adjoints_confirmed(const struct cg_env *env, const struct cg_value *of,
                        double *const *gradients, double *const *spreads, bool spread,
                        struct graph_slopes *slopes)
{
    struct cg_arena arena;
    struct cg_prng prng;
    cg_arena_init(&arena);
    cg_prng_seed(&prng, 0xAD01);
    double **ways = cg_alloc_array(&arena, env->model->n_values, sizeof *ways);
    double expected = 0, cells = 1;
    for (size_t id = 0; id <= of->id; id++) {
        const struct cg_matrix *m = &env->values[id];
        ways[id] = direction(m, &arena, &prng, spread ? spreads[id] : gradients[id], spreads[id],
                             spread, &expected);
        cells += (double)matrix_count(m);
    }
    double **dots = forward_together(env, &arena, ways, spread, slopes);
    double got = dots[of->id] ? dots[of->id][0] : 0;
    cg_arena_finish(&arena);
    return fabs(got - expected) <= CG_TOLERANCE * (spread ? cells : sqrt(cells));
}
