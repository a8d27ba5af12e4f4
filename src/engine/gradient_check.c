#include <chalkgrad/gradient_check.h>

#include <float.h>
#include <math.h>

enum { SMALLEST = 4096 }; /* the smallest step is h / this */

/* Numbers of the derived form: the matrix form, else the index form entry by entry. */
static const double *derived_numbers(struct cg_gradient_check *check)
{
    const struct cg_derivation *d = check->derivation;
    if (d->matrix_form)
        return cg_eval(check->env, &check->arena, d->matrix_form).data;
    struct cg_index axes[2];
    size_t n = 0, count;
    if (d->row.letter)
        axes[n++] = d->row;
    if (d->col.letter)
        axes[n++] = d->col;
    return cg_eval_tensor(check->env, &check->arena, d->index_form, axes, n, &count);
}

/* A cell is taken with the chance (still needed) / (still left): each sample is equally likely, in
 * order (Knuth, TAOCP 2, 3.4.2 S). */
void cg_gradient_check_init(struct cg_gradient_check *check, const struct cg_derivation *derivation,
                            struct cg_env *env, size_t most, uint64_t seed)
{
    *check = (struct cg_gradient_check){.derivation = derivation, .env = env};
    cg_arena_init(&check->arena);
    const struct cg_matrix *m = &env->values[derivation->wrt->id];
    const double *derived = derived_numbers(check);
    size_t total = m->rows * m->cols, wanted = total < most ? total : most;
    check->n_total = total;
    check->cells = cg_alloc_array(&check->arena, wanted, sizeof *check->cells);
    struct cg_prng prng;
    cg_prng_seed(&prng, seed);
    for (size_t i = 0; i < total && check->n_cells < wanted; i++)
        if (wanted == total || cg_prng_below(&prng, total - i) < wanted - check->n_cells)
            check->cells[check->n_cells++] = (struct cg_gradient_cell){
                .row = i / m->cols, .col = i % m->cols, .derived = derived[i]};
}

void cg_gradient_check_finish(struct cg_gradient_check *check)
{
    cg_arena_finish(&check->arena);
}

/* J at three places of one entry. */
struct slopes {
    double below, at, above; /* J(w - h), J(w), J(w + h) */
    double down, up;         /* the steps as rounded: w - (w - h), (w + h) - w */
};

static double loss_at(struct cg_gradient_check *check, double *entry, double x)
{
    *entry = x;
    cg_env_refresh(check->env);
    return check->env->values[check->derivation->of->id].data[0];
}

static struct slopes look_around(struct cg_gradient_check *check, double *entry, double h)
{
    double w = *entry;
    volatile double low = w - h, high = w + h;
    struct slopes s = {.down = w - low, .up = high - w};
    s.below = loss_at(check, entry, low);
    s.above = loss_at(check, entry, high);
    s.at = loss_at(check, entry, w);
    return s;
}

static double relative(double a, double b, double loss)
{
    double scale = fmax(fmax(fabs(a), fabs(b)), 0.001 * fabs(loss));
    return a == b ? 0 : fabs(a - b) / scale;
}

/* Slope above minus slope below. */
static double gap(const struct slopes *s)
{
    return (s->above - s->at) / s->up - (s->at - s->below) / s->down;
}

/* What two slopes of a smooth J may differ by: far above the rounding of a slope to one side. */
static double slack(const struct slopes *s)
{
    double below = fabs((s->at - s->below) / s->down), above = fabs((s->above - s->at) / s->up);
    double loss = fmax(fabs(s->below), fabs(s->above));
    return 0.001 * fmax(fmax(below, above), 0.001 * loss);
}

/* The slopes to both sides of a kink stay apart as h shrinks; of a smooth J they come together as h
 * does. */
static bool is_kink(struct cg_gradient_cell *cell, const struct slopes *wide,
                    const struct slopes *close)
{
    double room = slack(close);
    cell->below = (close->at - close->below) / close->down;
    cell->above = (close->above - close->at) / close->up;
    return fabs(gap(close)) > fmax(room, 0.5 * fabs(gap(wide))) &&
           cell->derived >= fmin(cell->below, cell->above) - room &&
           cell->derived <= fmax(cell->below, cell->above) + room;
}

static bool finite_around(const struct slopes *s)
{
    return isfinite(s->below) && isfinite(s->at) && isfinite(s->above);
}

/* Compares at one step. True where J is finite there; the numbers of a cell are those of the first
 * such step, or of the one at which it is right. */
static bool compare(struct cg_gradient_cell *cell, const struct slopes *s, double h)
{
    if (!finite_around(s))
        return false;
    double difference = (s->above - s->below) / (s->up + s->down);
    double error = relative(cell->derived, difference, fmax(fabs(s->below), fabs(s->above)));
    bool right = error <= CG_GRADIENT_TOLERANCE;
    if (right || cell->verdict == CG_CELL_OUTSIDE) {
        cell->difference = difference;
        cell->error = error;
        cell->step = h;
    }
    cell->verdict = right ? CG_CELL_RIGHT : CG_CELL_WRONG;
    return true;
}

const struct cg_gradient_cell *cg_gradient_check_cell(struct cg_gradient_check *check, size_t i)
{
    struct cg_gradient_cell *cell = &check->cells[i];
    const struct cg_matrix *m = &check->env->values[check->derivation->wrt->id];
    double *entry = &m->data[cell->row * m->cols + cell->col];
    double h = cbrt(DBL_EPSILON) * fmax(1, fabs(*entry));
    struct slopes first = {0}, s;
    cell->verdict = CG_CELL_OUTSIDE;
    cell->difference = cell->error = NAN;
    for (int shrink = 1; shrink <= SMALLEST && cell->verdict != CG_CELL_RIGHT; shrink *= 8) {
        s = look_around(check, entry, h / shrink);
        bool unknown = cell->verdict == CG_CELL_OUTSIDE;
        if (compare(cell, &s, h / shrink) && unknown)
            first = s;
    }
    if (!isfinite(cell->derived))
        cell->verdict = CG_CELL_WRONG;
    else if (cell->verdict != CG_CELL_OUTSIDE && fabs(gap(&first)) > slack(&first)) {
        s = look_around(check, entry, h / SMALLEST);
        if (is_kink(cell, &first, &s))
            cell->verdict = CG_CELL_KINK;
    }
    return cell;
}
