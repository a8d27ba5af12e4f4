#include "engine/reference.h"

#include "engine/matrix.h"

#include <chalkgrad/eval.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct reference {
    struct plan_runner base;
    const struct plan *plan;
    enum cg_precision precision;
    double *registers, *sums;           /* of one map */
    const struct plan_updates *updates; /* under way */
    const double *scalars;
};

static void *place(const struct reference *r, struct plan_view view, size_t row, size_t col)
{
    const struct plan_buffer *buffer = &r->plan->buffers[view.buffer];
    char *space = buffer->space == PLAN_STATE ? r->updates->state : r->updates->work;
    size_t at = buffer->offset + view.offset + row * view.row + col * view.col;
    return space + at * (r->precision == CG_F32 ? sizeof(float) : sizeof(double));
}

static double load(const struct reference *r, struct plan_view view, size_t row, size_t col)
{
    const void *at = place(r, view, row, col);
    return r->precision == CG_F32 ? *(const float *)at : *(const double *)at;
}

static void put(const struct reference *r, struct plan_view view, size_t row, size_t col, double x)
{
    void *at = place(r, view, row, col);
    if (r->precision == CG_F32)
        *(float *)at = (float)x;
    else
        *(double *)at = x;
}

/* out = x or out -= rate x */
static void set(const struct reference *r, enum plan_mode mode, struct plan_view view, size_t row,
                size_t col, double x)
{
    if (mode == PLAN_DESCEND)
        x = load(r, view, row, col) - r->scalars[PLAN_RATE] * x;
    put(r, view, row, col, x);
}

/* What an instruction makes of a and b, or of its number. */
static double instr_value(const struct plan_instr *instr, double a, double b, const double *scalars)
{
    switch (instr->code) {
    case PLAN_NUMBER:
        return instr->number;
    case PLAN_SCALAR:
        return scalars[(size_t)instr->number];
    case PLAN_PLUS:
        return a + b;
    case PLAN_MINUS:
        return a - b;
    case PLAN_TIMES:
        return a * b;
    case PLAN_OVER:
        return a / b;
    case PLAN_POWER:
        return power(a, b);
    case PLAN_NEGATE:
        return -a;
    case PLAN_SQUARE:
        return a * a;
    case PLAN_EXP:
        return exp(a);
    case PLAN_LOG:
        return log(a);
    case PLAN_SQRT:
        return sqrt(a);
    case PLAN_SIN:
        return sin(a);
    case PLAN_COS:
        return cos(a);
    case PLAN_TANH:
        return tanh(a);
    case PLAN_SIGMOID:
        return cg_kernel(CG_SIGMOID, 0, a);
    case PLAN_SOFTPLUS:
        return cg_kernel(CG_SOFTPLUS, 0, a);
    case PLAN_RELU:
        return a < 0 ? 0 : a;
    case PLAN_ABS:
        return fabs(a);
    case PLAN_STEP:
        return a > 0;
    case PLAN_SIGN:
        return (a > 0) - (a < 0);
    }
    return NAN;
}

static void run_product(const struct reference *r, const struct plan_product *p)
{
    for (size_t i = 0; i < p->rows; i++)
        for (size_t j = 0; j < p->cols; j++) {
            double sum = 0;
            for (size_t k = 0; k < p->inner; k++)
                sum += load(r, p->a, i, k) * load(r, p->b, k, j);
            set(r, p->mode, p->out, i, j, sum);
        }
}

/* All registers of one entry. */
static void run_entry(const struct reference *r, const struct plan_map *m, size_t row, size_t col)
{
    double *registers = r->registers;
    for (size_t i = 0; i < m->n_inputs; i++)
        registers[i] = load(r, m->inputs[i], row, col);
    for (size_t i = 0; i < m->n_code; i++) {
        const struct plan_instr *instr = &m->code[i];
        registers[m->n_inputs + i] =
            instr_value(instr, registers[instr->a], registers[instr->b], r->scalars);
    }
}

/* The sums first, one after another: their stores come after all entries, but what they descend may
 * be an input, and what is stored in place is one. */
static void run_map(const struct reference *r, const struct plan_map *m)
{
    size_t most = m->rows > m->cols ? m->rows : m->cols;
    double *sums = r->sums;
    memset(sums, 0, m->n_stores * most * sizeof *sums);
    for (size_t row = 0; row < m->rows; row++)
        for (size_t col = 0; col < m->cols; col++) {
            run_entry(r, m, row, col);
            for (size_t i = 0; i < m->n_stores; i++) {
                const struct plan_store *s = &m->stores[i];
                double x = r->registers[s->reg];
                if (s->reduce == PLAN_KEEP)
                    put(r, s->out, row, col, x);
                else
                    sums[i * most + (s->reduce == PLAN_SUM_ROWS   ? col
                                     : s->reduce == PLAN_SUM_COLS ? row
                                                                  : 0)] += x;
            }
        }
    for (size_t i = 0; i < m->n_stores; i++) {
        const struct plan_store *s = &m->stores[i];
        bool rows = s->reduce == PLAN_SUM_ROWS, cols = s->reduce == PLAN_SUM_COLS;
        size_t count = rows ? m->cols : cols ? m->rows : s->reduce == PLAN_SUM_ALL;
        for (size_t k = 0; k < count; k++)
            set(r, s->mode, s->out, cols ? k : 0, rows ? k : 0, s->scale * sums[i * most + k]);
    }
}

static void run_softmax(const struct reference *r, const struct plan_softmax *s)
{
    for (size_t i = 0; i < s->rows; i++) {
        double most = -INFINITY, total = 0;
        for (size_t j = 0; j < s->cols; j++)
            most = fmax(most, load(r, s->a, i, j));
        for (size_t j = 0; j < s->cols; j++)
            total += exp(load(r, s->a, i, j) - most);
        for (size_t j = 0; j < s->cols; j++)
            put(r, s->out, i, j, exp(load(r, s->a, i, j) - most) / total);
    }
}

static void take_rows(const struct reference *r, size_t update)
{
    const struct plan *plan = r->plan;
    size_t real = r->precision == CG_F32 ? sizeof(float) : sizeof(double);
    for (size_t i = 0; i < plan->n_rows; i++) {
        size_t width = plan->buffers[plan->rows[i]].cols * real;
        for (size_t row = 0; row < plan->batch; row++) {
            const char *from = r->updates->data[i];
            char *to = place(r, (struct plan_view){plan->rows[i], 0, 0, 0}, 0, 0);
            memcpy(to + row * width, from + r->updates->order[update * plan->batch + row] * width,
                   width);
        }
    }
}

static void run(struct plan_runner *runner, const struct plan_updates *updates)
{
    struct reference *r = (struct reference *)runner;
    const struct plan *plan = r->plan;
    r->updates = updates;
    for (size_t u = 0; u < updates->count; u++) {
        r->scalars = updates->scalars[u];
        if (updates->data)
            take_rows(r, u);
        for (size_t i = 0; i < plan->n_ops; i++) {
            const struct plan_op *op = &plan->ops[i];
            switch (op->kind) {
            case PLAN_PRODUCT:
                run_product(r, &op->u.product);
                break;
            case PLAN_MAP:
                run_map(r, &op->u.map);
                break;
            case PLAN_SOFTMAX:
                run_softmax(r, &op->u.softmax);
                break;
            }
        }
        if (updates->losses)
            updates->losses[u] = load(r, (struct plan_view){plan->loss, 0, 0, 0}, 0, 0);
    }
}

static void destroy(struct plan_runner *runner)
{
    struct reference *r = (struct reference *)runner;
    free(r->registers);
    free(r->sums);
    free(r);
}

struct plan_runner *plan_reference_create(const struct plan *plan, enum cg_precision precision)
{
    struct reference *r = cg_xmalloc(sizeof *r);
    size_t registers = 1, sums = 1;
    for (size_t i = 0; i < plan->n_ops; i++) {
        const struct plan_map *m = &plan->ops[i].u.map;
        if (plan->ops[i].kind != PLAN_MAP)
            continue;
        size_t need = m->n_stores * (m->rows > m->cols ? m->rows : m->cols);
        sums = need > sums ? need : sums;
        if (m->n_inputs + m->n_code > registers)
            registers = m->n_inputs + m->n_code;
    }
    *r = (struct reference){.base = {run, destroy}, .plan = plan, .precision = precision};
    r->registers = cg_xmalloc(registers * sizeof *r->registers);
    r->sums = cg_xmalloc(sums * sizeof *r->sums);
    return &r->base;
}
