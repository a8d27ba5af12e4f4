#include <chalkgrad/verify.h>

#include "engine/cost.h"
#include "engine/env.h"

#include <chalkgrad/domain.h>
#include <chalkgrad/print.h>

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CELLS = 4096, LEAST_CELLS = 8, DRAWS = 8 };

/* What cancels is judged against what was added up: a cell may be off by the tolerance of this part
 * of its spread (graph.h), which is some hundreds of roundings. */
static const double spread_share = 1e-4;

/* Where doubles underflow they have fewer digits, and so has what they were factors of. */
static const double smallest = 1e-280;

/* The most work (cost.h) on one line in full; that on a sample of its cells; and what a line gets
 * in any case at random numbers, when what all of them share is spent. */
static const double most_work = 2e8, sample_work = 2e7, line_work = 5e5;

double cg_relative_error(double a, double b, double scale)
{
    if (a == b)
        return 0;
    double of_a = fabs(a), of_b = fabs(b), largest = of_a > of_b ? of_a : of_b;
    double error = fabs(a - b) / (largest > scale ? largest : scale);
    return isnan(error) ? INFINITY : error;
}

/* The cells of a line: all positions of its free indices, or a sample of them. */
struct cells {
    struct cg_index index[TENSOR_AXES];
    size_t size[TENSOR_AXES];
    char letter[TENSOR_AXES];
    size_t n; /* axes */
    size_t total, count;
    size_t *sample; /* positions, or NULL: all of them */
};

/* One environment in which lines are evaluated. */
struct trial {
    struct evaluator evaluator;
    struct cg_arena keep; /* the graph and the gradients */
    struct cg_arena line; /* the numbers of one left-hand side's lines */
    struct map lefts;     /* left-hand side -> its numbers */
    const struct cg_expr *last, *last_left;
    double *last_numbers;
    bool own;     /* at the model's own numbers, not at random ones */
    double *work; /* what is left to spend */
};

static void trial_init(struct trial *trial, const struct cg_env *env, bool own, double *work)
{
    *trial = (struct trial){.own = own, .work = work};
    cg_arena_init(&trial->keep);
    cg_arena_init(&trial->line);
    evaluator_init(&trial->evaluator, env, &trial->keep);
    trial->evaluator.forward.budget = work;
    map_init(&trial->lefts, &trial->keep);
}

static void trial_finish(struct trial *trial)
{
    evaluator_finish(&trial->evaluator);
    cg_arena_finish(&trial->keep);
    cg_arena_finish(&trial->line);
}

static void add_index(struct cells *cells, const struct cg_env *env, struct cg_index index)
{
    for (size_t i = 0; i < cells->n; i++)
        if (cells->letter[i] == index.letter)
            return;
    if (!index.letter || cells->n == TENSOR_AXES)
        return;
    cells->index[cells->n] = index;
    cells->letter[cells->n] = index.letter;
    cells->size[cells->n++] = env_size(env, index.dim);
}

/* The cells in row-major order of the left-hand side's own indices; a matrix has those of its
 * derivation, if any. */
static void cells_of(struct cells *cells, const struct cg_env *env, const struct cg_expr *lhs,
                     const struct cg_derivation *d)
{
    *cells = (struct cells){.total = 1};
    struct cg_index free[TENSOR_AXES];
    bool indexed = cg_is_index_notation(lhs);
    size_t n = indexed ? cg_free_indices(lhs, free, TENSOR_AXES) : 0;
    for (size_t i = 0; i < n && i < TENSOR_AXES; i++)
        add_index(cells, env, free[i]);
    if (n == 0 && d && lhs->op != CG_NAME) {
        add_index(cells, env, d->row);
        add_index(cells, env, d->col);
    } else if (!indexed) {
        cells->n = 2;
        cells->size[0] = env_size(env, lhs->shape.rows);
        cells->size[1] = env_size(env, lhs->shape.cols);
    }
    for (size_t i = 0; i < cells->n; i++)
        cells->total *= cells->size[i];
    cells->count = cells->total;
}

/* Keeps `count` of them, spread by a fixed seed. */
static void thin_out(struct cells *cells, struct cg_arena *arena, size_t count)
{
    if (cells->total <= count)
        return;
    struct cg_prng prng;
    cg_prng_seed(&prng, cells->total);
    cells->count = count;
    cells->sample = cg_alloc_array(arena, count, sizeof *cells->sample);
    for (size_t i = 0; i < count; i++)
        cells->sample[i] = (size_t)cg_prng_below(&prng, cells->total);
}

/* A name that stands for a gradient is that gradient, in `room`. */
static const struct cg_expr *as_gradient(const struct cg_expr *expr, struct cg_expr *room)
{
    const struct cg_value *name = expr->op == CG_NAME ? expr->u.value : NULL;
    if (!name || name->kind != CG_VALUE_RESULT || !name->of)
        return expr;
    *room = (struct cg_expr){.op = CG_GRAD, .shape = expr->shape};
    room->u.grad.of = name->of;
    room->u.grad.wrt = name->wrt;
    return room;
}

/* How many cells of lines with this left-hand side are looked at. The same for all of them, since
 * they share its numbers: what they cost themselves does not count here. */
static size_t affordable_cells(struct trial *trial, const struct cg_expr *lhs,
                               const struct cells *cells)
{
    struct cg_expr room;
    size_t most = cells->total < MOST_CELLS ? cells->total : MOST_CELLS;
    double each =
        cost_side(&trial->evaluator, as_gradient(lhs, &room), cells->index, cells->n).each;
    return each * (double)most <= most_work / 2 ? most : (size_t)(most_work / 2 / each);
}

/* Takes the cost of a line's sides off what is left; false where that or the line's own share does
 * not suffice. Sides that are NULL have their numbers already. */
static bool afford(struct trial *trial, const struct cells *cells,
                   const struct cg_expr *const *sides, size_t n_sides)
{
    double work = 0, count = (double)cells->count;
    if (cells->count < LEAST_CELLS && cells->count < cells->total)
        return false;
    for (size_t i = 0; i < n_sides; i++) {
        struct cg_expr room;
        const struct cg_expr *side = sides[i] ? as_gradient(sides[i], &room) : NULL;
        if (!side)
            continue;
        bool by_cell = cells->sample || side->op == CG_GRAD;
        struct cost cost = cost_side(&trial->evaluator, side, cells->index, by_cell ? cells->n : 0);
        work += cost.once + cost.each * (by_cell ? count : 1);
    }
    if (work > most_work || work > *trial->work)
        return false;
    *trial->work -= work;
    return true;
}

/* The numbers of a matrix (a gradient by forward mode) at the cells; NULL where its size is
 * another.
 */
static double *matrix_cells(struct trial *trial, const struct cg_expr *expr,
                            const struct cells *cells, bool spread)
{
    struct evaluator *evaluator = &trial->evaluator;
    if (expr->op == CG_NAME && expr->u.value->kind == CG_VALUE_RESULT && !expr->u.value->body)
        return NULL;
    bool gradient = expr->op == CG_GRAD;
    struct cg_matrix m = gradient ? evaluator->env->values[expr->u.grad.wrt->id]
                                  : evaluate_matrix(evaluator, expr, spread);
    if (m.rows * m.cols != cells->total)
        return NULL;
    double *numbers = cg_alloc_array(&trial->line, cells->count, sizeof *numbers);
    for (size_t i = 0; i < cells->count; i++) {
        size_t at = cells->sample ? cells->sample[i] : i;
        numbers[i] = gradient ? forward_entry(&evaluator->forward, expr->u.grad.of,
                                              expr->u.grad.wrt, at, spread)
                              : m.data[at];
    }
    return numbers;
}

static bool has_other_index(const struct cg_expr *expr, const struct cells *cells)
{
    struct cg_index free[TENSOR_AXES];
    size_t n = cg_free_indices(expr, free, TENSOR_AXES);
    bool other = n > TENSOR_AXES;
    for (size_t i = 0; i < n && !other; i++)
        other = !memchr(cells->letter, free[i].letter, cells->n);
    return other;
}

/* The numbers of one side of a line at the cells; NULL where it does not fit them. */
static double *numbers_of(struct trial *trial, const struct cg_expr *expr,
                          const struct cells *cells, bool spread)
{
    struct evaluator *evaluator = &trial->evaluator;
    if (!cg_is_index_notation(expr))
        return matrix_cells(trial, expr, cells, spread);
    if (has_other_index(expr, cells))
        return NULL;
    if (!cells->sample) {
        const struct tensor *t =
            evaluate_indexed(evaluator, &trial->line, expr, NULL, NULL, 0, spread);
        return tensor_over(&trial->line, t, t->value, cells->n, cells->letter, cells->size);
    }
    double *numbers = cg_alloc_array(&trial->line, cells->count, sizeof *numbers);
    struct cg_arena scratch;
    cg_arena_init(&scratch);
    for (size_t i = 0; i < cells->count; i++) {
        size_t at[TENSOR_AXES], rest = cells->sample[i];
        for (size_t axis = cells->n; axis-- > 0; rest /= cells->size[axis])
            at[axis] = rest % cells->size[axis];
        numbers[i] = evaluate_indexed(evaluator, &scratch, expr, cells->index, at, cells->n, spread)
                         ->value[0];
        cg_arena_reset(&scratch);
    }
    cg_arena_finish(&scratch);
    return numbers;
}

/* The left-hand side by forward mode: a named gradient is the gradient it names. */
static double *left_numbers(struct trial *trial, const struct cg_expr *lhs,
                            const struct cells *cells)
{
    double *known = map_get(&trial->lefts, lhs);
    if (known)
        return known;
    struct cg_expr room;
    double *numbers = numbers_of(trial, as_gradient(lhs, &room), cells, false);
    if (numbers)
        map_put(&trial->lefts, lhs, cg_copy(&trial->keep, numbers, cells->count * sizeof *numbers));
    return numbers;
}

/* ---- equations with a side that is zero ---- */

static bool is_zero(const struct cg_expr *expr)
{
    if (expr->op == CG_NEG || expr->op == CG_ENTRY || expr->op == CG_MUL)
        for (size_t i = 0; i < expr->n_args; i++)
            if (is_zero(expr->args[i]))
                return true;
    return expr->op == CG_ZEROS || (expr->op == CG_NUMBER && expr->u.number.value == 0);
}

enum { MOST_TERMS = 16 };

/* What a side adds up. */
struct terms {
    struct cg_arena *arena;
    const struct cg_expr *items[MOST_TERMS];
    size_t count;
};

/* The argument of a sign, factor, quotient or entry in which a sum stands; n_args: none. */
static size_t find_sum(const struct cg_expr *expr)
{
    bool many = expr->op == CG_MUL;
    bool one = expr->op == CG_NEG || expr->op == CG_DIV || expr->op == CG_ENTRY;
    for (size_t i = 0; i < (many ? expr->n_args : one ? 1 : 0); i++) {
        const struct cg_expr *arg = expr->args[i];
        if (arg->op == CG_ADD || find_sum(arg) < arg->n_args)
            return i;
    }
    return expr->n_args;
}

static void add_terms(struct terms *terms, const struct cg_expr *expr)
{
    size_t at = find_sum(expr);
    if (expr->op == CG_ADD || expr->op == CG_NEG) {
        for (size_t i = 0; i < expr->n_args; i++)
            add_terms(terms, expr->args[i]);
    } else if (at < expr->n_args) { /* 2 (a - b) = 2 a - 2 b */
        struct terms inner = {.arena = terms->arena};
        add_terms(&inner, expr->args[at]);
        const struct cg_expr **args =
            cg_copy(terms->arena, expr->args, expr->n_args * sizeof *args);
        for (size_t i = 0; i < inner.count; i++) {
            args[at] = inner.items[i];
            add_terms(terms, cg_with_args(terms->arena, expr, args));
        }
    } else if (terms->count < MOST_TERMS) {
        terms->items[terms->count++] = expr;
    }
}

/* The largest of them at each cell; NULL where there is but one. a - b = 0 says that a = b, and is
 * judged like that. */
static double *largest_terms(struct trial *trial, const struct cg_expr *side,
                             const struct cells *cells)
{
    struct terms terms = {.arena = &trial->keep};
    add_terms(&terms, side);
    double *largest = cg_alloc_array(&trial->line, cells->count, sizeof *largest);
    for (size_t t = 0; terms.count > 1 && t < terms.count; t++) {
        const struct cg_expr *term = terms.items[t];
        if (!cg_is_index_notation(term)) { /* in the shape of the whole */
            const struct cg_expr *sum[] = {term, cg_constant(terms.arena, CG_ZEROS, side->shape)};
            term = cg_nary(terms.arena, CG_ADD, 2, sum, side->shape);
        }
        const double *numbers = numbers_of(trial, term, cells, false);
        for (size_t i = 0; numbers && i < cells->count; i++)
            largest[i] = fmax(largest[i], isfinite(numbers[i]) ? fabs(numbers[i]) : 0);
    }
    return terms.count > 1 ? largest : NULL;
}

/* What one comparison of two columns of numbers found. */
struct comparison {
    double error;
    bool failed, compared;
    size_t cell; /* the first that fails */
    double expected, got;
};

/* Squared spreads of a side, and its terms where it has to be zero, are only computed once
 * something looks wrong. */
struct side {
    const struct cg_expr *expr;
    double *numbers, *spreads;
    bool cancels; /* the other side is zero */
    double *largest;
};

/* What a cell's error is measured against, if that is more than the numbers there. */
static double scale_at(struct trial *trial, struct side *side, const struct cells *cells, size_t i)
{
    if (!side->spreads)
        side->spreads = numbers_of(trial, side->expr, cells, true);
    if (side->cancels && !side->largest)
        side->largest = largest_terms(trial, side->expr, cells);
    double spread = side->spreads ? sqrt(side->spreads[i]) * spread_share : 0;
    return side->largest ? fmax(spread, side->largest[i]) : spread;
}

/* `wanted` is taken for right. Cells where it is not finite say nothing. */
static struct comparison compare(struct trial *trial, const struct cells *cells,
                                 struct side *wanted, struct side *got, struct side *also)
{
    struct comparison result = {0};
    for (size_t i = 0; i < cells->count; i++) {
        double a = wanted->numbers[i], b = got->numbers[i];
        if (!isfinite(a))
            continue;
        result.compared = true;
        double error = cg_relative_error(a, b, smallest);
        if (error > CG_TOLERANCE && isfinite(b)) {
            double scale =
                fmax(scale_at(trial, got, cells, i),
                     fmax(scale_at(trial, wanted, cells, i), scale_at(trial, also, cells, i)));
            error = cg_relative_error(a, b, fmax(smallest, scale));
        }
        result.error = fmax(result.error, error);
        if (error > CG_TOLERANCE && !result.failed) {
            result.failed = true;
            result.cell = cells->sample ? cells->sample[i] : i;
            result.expected = a;
            result.got = b;
        }
    }
    return result;
}

/* Takes a comparison into the step's check: where it fails, and with which numbers. */
static void note(struct cg_check *check, const struct comparison *found, const struct cells *cells,
                 bool own, double *worst)
{
    *worst = fmax(*worst, found->error);
    if (!found->failed || !check->holds)
        return;
    check->holds = false;
    check->elsewhere = !own;
    check->n_at = cells->n < CG_CHECK_AXES ? cells->n : CG_CHECK_AXES;
    size_t rest = found->cell;
    for (size_t axis = cells->n; axis-- > 0; rest /= cells->size[axis])
        if (axis < CG_CHECK_AXES)
            check->at[axis] = rest % cells->size[axis];
    size_t last = cells->n ? cells->size[cells->n - 1] : 1;
    check->row = found->cell / last;
    check->col = found->cell % last;
    check->expected = found->expected;
    check->got = found->got;
}

static void refuse(struct cg_check *check)
{
    check->holds = false;
    check->previous_error = check->forward_error = INFINITY;
    check->expected = check->got = NAN;
}

const char *cg_check_trouble(const struct cg_check *check)
{
    return check->too_long ? "it takes too long, even in small sizes; name parts of the model, and "
                             "derive from one to the next"
                           : "no numbers were found at which it is finite";
}

/* What had no numbers to compare is not taken for true. */
static void conclude(struct cg_check *check)
{
    check->no_numbers = !check->checked;
    if (check->no_numbers)
        refuse(check);
    check->checked = true;
}

/* Two matrices of one shape; a side in index notation has the shape of its indices. */
static bool shapes_agree(const struct cg_env *env, const struct cg_expr *a, const struct cg_expr *b)
{
    if (cg_is_index_notation(a) || cg_is_index_notation(b))
        return true;
    return env_size(env, a->shape.rows) == env_size(env, b->shape.rows) &&
           env_size(env, a->shape.cols) == env_size(env, b->shape.cols);
}

/* Some of the cells, with the left side's numbers there. */
static void sample_cells(struct trial *trial, struct cells *cells, struct side *left, size_t count)
{
    struct cells some = *cells;
    struct cg_prng prng;
    cg_prng_seed(&prng, cells->count);
    some.count = count;
    some.sample = cg_alloc_array(&trial->line, count, sizeof *some.sample);
    double *numbers = cg_alloc_array(&trial->line, count, sizeof *numbers);
    for (size_t i = 0; i < count; i++) {
        size_t at = (size_t)cg_prng_below(&prng, cells->count);
        some.sample[i] = cells->sample ? cells->sample[at] : at;
        numbers[i] = left->numbers[at];
    }
    *cells = some;
    left->numbers = numbers;
}

/* The same at so few of the cells that it is not too long; false where it is all the same. */
static bool evaluate_some(struct trial *trial, const struct cg_step *step, struct cells *cells,
                          struct side *left, struct side *before, struct side *right)
{
    struct cells own = *cells;
    bool known = map_get(&trial->lefts, step->lhs), again = before->expr == left->expr;
    if (!cg_is_index_notation(right->expr) || !afford(trial, &own, &left->expr, known ? 0 : 1))
        return false;
    left->numbers = left_numbers(trial, left->expr, &own);
    double each = cost_side(&trial->evaluator, right->expr, own.index, own.n).each;
    if (!again)
        each += cost_side(&trial->evaluator, before->expr, own.index, own.n).each;
    size_t count =
        each * (double)own.count < sample_work ? own.count : (size_t)(sample_work / each);
    if (!left->numbers || count < LEAST_CELLS)
        return false;
    sample_cells(trial, &own, left, count);
    const struct cg_expr *sides[] = {again ? NULL : before->expr, right->expr};
    if (!afford(trial, &own, sides, 2))
        return false;
    *cells = own;
    before->numbers = again ? left->numbers : numbers_of(trial, before->expr, cells, false);
    right->numbers = numbers_of(trial, right->expr, cells, false);
    return !trial->evaluator.failed || !trial->own;
}

/* The numbers of a line's sides at the cells, as far as they are not there yet; false where that
 * takes too long, or is too large for the tensors of the model's own sizes. */
static bool evaluate_sides(struct trial *trial, const struct cg_step *step, struct cg_check *check,
                           struct cells *cells, struct side *left, struct side *before,
                           struct side *right)
{
    bool again = before->expr == left->expr, shared = before->expr == trial->last;
    const struct cg_expr *sides[] = {map_get(&trial->lefts, step->lhs) ? NULL : step->lhs,
                                     again || shared ? NULL : before->expr, right->expr};
    double *last = shared ? trial->last_numbers : NULL;
    trial->last = NULL;
    trial->evaluator.failed = false;
    if (!afford(trial, cells, sides, 3)) {
        if (evaluate_some(trial, step, cells, left, before, right))
            return true;
        check->too_long = true;
        return false;
    }
    left->numbers = left_numbers(trial, left->expr, cells);
    before->numbers = again    ? left->numbers
                      : shared ? last
                               : numbers_of(trial, before->expr, cells, false);
    right->numbers = numbers_of(trial, right->expr, cells, false);
    trial->last = right->expr;
    trial->last_numbers = right->numbers;
    return !trial->evaluator.failed || !trial->own;
}

/* One step in one environment. */
static void check_step(struct trial *trial, const struct cg_step *step, struct cg_check *check)
{
    struct cells cells;
    cells_of(&cells, trial->evaluator.env, step->lhs, step->derivation);
    if (step->lhs != trial->last_left) {
        cg_arena_reset(&trial->line);
        trial->last = NULL;
    }
    trial->last_left = step->lhs;
    thin_out(&cells, &trial->line, affordable_cells(trial, step->lhs, &cells));
    if (trial->own)
        check->all_cells = cells.total;
    struct side left = {step->lhs}, before = {step->before}, right = {step->rhs};
    left.cancels = before.cancels = !step->derivation && is_zero(step->rhs);
    right.cancels = !step->derivation && is_zero(step->lhs);
    if (!evaluate_sides(trial, step, check, &cells, &left, &before, &right))
        return;
    if (!left.numbers || !before.numbers || !right.numbers ||
        !shapes_agree(trial->evaluator.env, step->lhs, step->rhs)) {
        check->checked = true;
        return refuse(check);
    }
    struct comparison by_forward = compare(trial, &cells, &left, &right, &before);
    struct comparison by_line = compare(trial, &cells, &before, &right, &before);
    check->checked = check->checked || by_forward.compared;
    if (trial->own && by_forward.compared)
        check->own_cells = cells.count;
    else if (by_forward.compared)
        check->random_trials++;
    note(check, &by_forward, &cells, trial->own, &check->forward_error);
    note(check, &by_line, &cells, trial->own, &check->previous_error);
}

/* The steps of a derivation, of its steps' children, and of theirs. */
struct steps {
    const struct cg_step **items;
    size_t count, capacity;
    struct cg_arena arena;
    struct map seen;
};

static void add_step(struct steps *steps, const struct cg_step *step)
{
    if (map_get(&steps->seen, step))
        return;
    map_put(&steps->seen, step, steps);
    steps->items =
        cg_grow(&steps->arena, steps->items, steps->count, &steps->capacity, sizeof *steps->items);
    steps->items[steps->count++] = step;
}

/* Children by a queue, not by recursion: they nest as deep as the network. */
static void collect(struct steps *steps, const struct cg_derivation *derivation)
{
    cg_arena_init(&steps->arena);
    map_init(&steps->seen, &steps->arena);
    for (size_t i = 0; i < derivation->n_steps; i++)
        add_step(steps, derivation->steps[i]);
    for (size_t i = 0; i < steps->count; i++)
        for (size_t c = 0; c < steps->items[i]->n_children; c++)
            add_step(steps, steps->items[i]->children[c]);
}

static bool env_finite(const struct cg_env *env)
{
    for (size_t id = 0; id < env->model->n_values; id++)
        if (!matrix_finite(&env->values[id]))
            return false;
    return true;
}

/* Random numbers under which every definition is finite and has slopes: any at first, then positive
 * ones, for the sake of logarithms and roots, then some that are near the model's own. */
static void draw_env(struct cg_env *env, const struct cg_env *own, struct cg_prng *prng)
{
    for (int i = 0; i < DRAWS; i++) {
        if (i < DRAWS / 2)
            cg_env_init_random(env, own->model, prng, i > 0);
        else
            env_init_near(env, own, prng);
        struct cg_trouble none;
        bool smooth = env_finite(env) && !cg_find_trouble(env, CG_TROUBLE_SLOPE, &none);
        if (smooth || i == DRAWS - 1)
            return;
        cg_env_finish(env);
    }
}

/* whole: the value by which the gradient is taken from end to end, each entry by a forward pass, as
 * far as that is not too long; NULL: all gradients are. */
static void check_all(const struct steps *steps, const struct cg_env *env,
                      const struct cg_value *whole, bool own, double *work, struct cg_check *checks)
{
    struct trial trial;
    trial_init(&trial, env, own, work);
    trial.evaluator.forward.whole = whole;
    for (size_t i = 0; i < steps->count; i++)
        check_step(&trial, steps->items[i], &checks[steps->items[i]->id]);
    trial_finish(&trial);
}

static void check_random(const struct steps *steps, const struct cg_env *env,
                         const struct cg_value *whole, struct cg_work *work,
                         struct cg_check *checks)
{
    double sure = line_work * (double)steps->count, left = work->random + sure;
    check_all(steps, env, whole, false, &left, checks);
    work->random = fmin(work->random, left);
}

double cg_verify(const struct cg_book *book, const struct cg_derivation *derivation,
                 const struct cg_env *env, int trials, struct cg_check *checks)
{
    struct cg_work work = CG_WORK;
    return cg_verify_within(book, derivation, env, trials, &work, checks);
}

double cg_verify_within(const struct cg_book *book, const struct cg_derivation *derivation,
                        const struct cg_env *env, int trials, struct cg_work *work,
                        struct cg_check *checks)
{
    assert(env->model == book->model);
    struct steps steps = {0};
    collect(&steps, derivation);
    for (size_t i = 0; i < steps.count; i++)
        checks[steps.items[i]->id] = (struct cg_check){.holds = true};
    check_all(&steps, env, derivation->wrt, true, &work->own, checks);
    struct cg_prng prng;
    cg_prng_seed(&prng, 0xC41C);
    for (int i = 0; i < trials; i++) {
        struct cg_env random;
        draw_env(&random, env, &prng);
        check_random(&steps, &random, derivation->wrt, work, checks);
        cg_env_finish(&random);
    }
    double worst = 0;
    for (size_t i = 0; i < steps.count; i++) {
        struct cg_check *check = &checks[steps.items[i]->id];
        conclude(check);
        worst = fmax(worst, fmax(check->previous_error, check->forward_error));
    }
    cg_arena_finish(&steps.arena);
    return worst;
}

/* The first line that does not hold, in the order of the steps; NULL where all do. */
static const struct cg_step *find_false(const struct cg_check *checks,
                                        const struct cg_step *const *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct cg_step *inner = find_false(checks, steps[i]->children, steps[i]->n_children);
        if (inner)
            return inner;
        if (!checks[steps[i]->id].holds)
            return steps[i];
    }
    return NULL;
}

bool cg_verified(const struct cg_derivation *derivation, const struct cg_check *checks,
                 struct cg_place place, struct cg_error *error)
{
    const struct cg_step *step = find_false(checks, derivation->steps, derivation->n_steps);
    if (!step)
        return true;
    const struct cg_check *check = &checks[step->id];
    const char *file = derivation->model->file, *of = derivation->of->name;
    const char *wrt = derivation->wrt->name, *rule = cg_rule_info(step->rule)->key;
    struct cg_strbuf line;
    cg_strbuf_init(&line);
    cg_print_line(&line, derivation->model, step->lhs, step->rhs);
    if (check->no_numbers)
        cg_fail(error, file, place, "the derivation of d%s/d%s can't be checked: the line %s: %s",
                of, wrt, line.text, cg_check_trouble(check));
    else
        cg_fail(error, file, place,
                "the derivation of d%s/d%s does not hold: by the rule '%s' the line %s came out as "
                "%.6g instead of %.6g in row %zu, column %zu",
                of, wrt, rule, line.text, check->got, check->expected, check->row + 1,
                check->col + 1);
    cg_strbuf_finish(&line);
    return false;
}

struct cg_check cg_verify_equation(const struct cg_model *model, const struct cg_env *env,
                                   const struct cg_expr *left, const struct cg_expr *right,
                                   int trials)
{
    struct cg_work work = CG_WORK;
    return cg_verify_equation_within(model, env, left, right, trials, &work);
}

struct cg_check cg_verify_equation_within(const struct cg_model *model, const struct cg_env *env,
                                          const struct cg_expr *left, const struct cg_expr *right,
                                          int trials, struct cg_work *work)
{
    assert(env->model == model);
    struct cg_check check = {.holds = true};
    struct cg_step step = {.lhs = left, .before = left, .rhs = right};
    struct steps steps = {.items = (const struct cg_step *[]){&step}, .count = 1};
    check_all(&steps, env, NULL, true, &work->own, &check);
    struct cg_prng prng;
    cg_prng_seed(&prng, 0xC1A1);
    for (int i = 0; i < trials; i++) {
        struct cg_env random;
        draw_env(&random, env, &prng);
        check_random(&steps, &random, NULL, work, &check);
        cg_env_finish(&random);
    }
    conclude(&check);
    return check;
}

/* `of` at a moved copy of the environment. */
static double moved_to(struct cg_env *moved, const struct cg_value *of, double *cell, double x)
{
    *cell = x;
    cg_env_refresh(moved);
    return moved->values[of->id].data[0];
}

struct cg_matrix cg_central_difference(const struct cg_env *env, struct cg_arena *arena,
                                       const struct cg_value *of, const struct cg_value *wrt,
                                       double epsilon)
{
    struct cg_env moved;
    env_copy_cut(&moved, env, wrt);
    struct cg_matrix *m = &moved.values[wrt->id];
    struct cg_matrix gradient = matrix_new(arena, m->rows, m->cols);
    for (size_t i = 0; i < matrix_count(m); i++) {
        double at = m->data[i];
        double above = moved_to(&moved, of, &m->data[i], at + epsilon);
        double below = moved_to(&moved, of, &m->data[i], at - epsilon);
        gradient.data[i] = (above - below) / (2 * epsilon);
        m->data[i] = at;
    }
    cg_env_finish(&moved);
    return gradient;
}
