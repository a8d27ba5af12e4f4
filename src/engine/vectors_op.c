#include "engine/vectors_writer.h"

#include "engine/emit.h"

/* The entries of a view at which the lanes of two of an operation's axes stand. */
static void view_entries(const struct writer *w, const struct plan_view *view, struct axis rows,
                         size_t row, struct axis cols, size_t col, int32_t *entry)
{
    for (size_t l = 0; l < w->layout->lanes; l++) {
        int32_t r = view->row ? vec_axis_at(w, rows, row, l) : 0;
        int32_t c = view->col ? vec_axis_at(w, cols, col, l) : 0;
        entry[l] = r == NOTHING || c == NOTHING
                       ? NOTHING
                       : (int32_t)(view->offset + view->row * (size_t)r + view->col * (size_t)c);
    }
}

static struct reg fetch_view(struct writer *w, const struct plan_view *view, struct axis rows,
                             size_t row, struct axis cols, size_t col)
{
    int32_t want[VECTORS_LANES];
    view_entries(w, view, rows, row, cols, col, want);
    return vec_fetch(w, view->buffer, want);
}

/* The lanes of the chunk-th vector that stand behind the end of an axis. */
static uint32_t behind(const struct writer *w, struct axis axis, size_t chunk)
{
    uint32_t lanes = 0;
    for (size_t l = 0; l < w->layout->lanes; l++)
        lanes |= (uint32_t)(vec_axis_at(w, axis, chunk, l) == NOTHING) << l;
    return lanes;
}

/* Where an axis of an operation lies: as the matrices that it walks along do. */
static void see_axis(const struct writer *w, const struct plan_view *view, size_t stride,
                     struct axis *axis)
{
    size_t which = axis->size > 1 ? vec_view_axis(w->plan, view, stride) : 2;
    if (axis->on == VECTORS_NONE && which < 2)
        axis->on = w->layout->axes[2 * view->buffer + which];
}

/* out = x or out -= rate x, for one vector of results */
static struct held finish(struct writer *w, const struct plan_view *view, enum plan_mode mode,
                          struct reg x, struct axis rows, size_t row, struct axis cols, size_t col)
{
    struct held held = {.reg = x};
    view_entries(w, view, rows, row, cols, col, held.entry);
    if (mode == PLAN_DESCEND)
        held.reg =
            vec_fused(w, vec_fetch(w, view->buffer, held.entry), '-', w->scalars[PLAN_RATE], x);
    return held;
}

/* A product's axes. Where the inner one claims the lanes of another it gives way. */
struct product_axes {
    struct axis rows, inner, cols;
};

static struct product_axes product_axes(const struct writer *w, const struct plan_product *p)
{
    struct product_axes x = {
        {p->rows, VECTORS_NONE}, {p->inner, VECTORS_NONE}, {p->cols, VECTORS_NONE}};
    see_axis(w, &p->out, p->out.row, &x.rows);
    see_axis(w, &p->out, p->out.col, &x.cols);
    see_axis(w, &p->a, p->a.row, &x.rows);
    see_axis(w, &p->b, p->b.col, &x.cols);
    see_axis(w, &p->a, p->a.col, &x.inner);
    see_axis(w, &p->b, p->b.row, &x.inner);
    if (x.rows.on == x.cols.on)
        x.rows.on = VECTORS_NONE;
    if (x.inner.on == x.cols.on || x.inner.on == x.rows.on)
        x.inner.on = VECTORS_NONE;
    return x;
}

/* sum_k a_ik b_kj for one vector of (i, j), starting from `sum` where there is one. Several sums
 * are kept where there is much to add, so that no chain is long. */
static struct reg product_vector(struct writer *w, const struct plan_product *p,
                                 const struct product_axes *x, size_t row, size_t col)
{
    enum { SUMS = 4 };
    size_t chunks = vec_axis_chunks(w, x->inner), sums = chunks < 4 ? 1 : chunks < 12 ? 2 : SUMS;
    struct reg sum[SUMS] = {0};
    for (size_t k = 0; k < chunks; k++) {
        struct reg a = fetch_view(w, &p->a, x->rows, row, x->inner, k);
        struct reg b = fetch_view(w, &p->b, x->inner, k, x->cols, col);
        uint32_t nothing = behind(w, x->inner, k);
        if ((vec_product_zeros(a, b) & nothing) != nothing) {
            if (a.ready < b.ready)
                a = vec_without(w, a, nothing);
            else
                b = vec_without(w, b, nothing);
            if ((vec_product_zeros(a, b) & nothing) != nothing)
                a = vec_without(w, a, nothing), b = vec_without(w, b, nothing);
        }
        size_t to = k % sums;
        sum[to] = k < sums ? vec_times(w, a, b) : vec_fused(w, sum[to], '+', a, b);
    }
    for (size_t step = 1; step < sums; step *= 2)
        for (size_t i = 0; i + step < sums; i += 2 * step)
            sum[i] = vec_plus(w, sum[i], sum[i + step]);
    return x->inner.on == VECTORS_NONE ? sum[0] : vec_fold(w, sum[0], x->inner.on, false);
}

/* out -= (rate a) b where a sum has one term: the rate is there before the gradient is. */
static struct reg descend_outer(struct writer *w, const struct plan_product *p,
                                const struct product_axes *x, size_t row, size_t col)
{
    struct reg a = fetch_view(w, &p->a, x->rows, row, x->inner, 0);
    struct reg b = fetch_view(w, &p->b, x->inner, 0, x->cols, col);
    bool early = a.ready < b.ready;
    struct reg scaled = vec_times(w, w->scalars[PLAN_RATE], early ? a : b);
    int32_t want[VECTORS_LANES];
    view_entries(w, &p->out, x->rows, row, x->cols, col, want);
    return vec_fused(w, vec_fetch(w, p->out.buffer, want), '-', scaled, early ? b : a);
}

static void write_product(struct writer *w, const struct plan_product *p)
{
    struct product_axes x = product_axes(w, p);
    size_t rows = vec_axis_chunks(w, x.rows), cols = vec_axis_chunks(w, x.cols);
    struct held_list made = {0};
    for (size_t i = 0; i < rows * cols; i++) {
        size_t row = i / cols, col = i % cols;
        struct held held;
        if (p->inner == 1 && p->mode == PLAN_DESCEND) {
            held.reg = descend_outer(w, p, &x, row, col);
            view_entries(w, &p->out, x.rows, row, x.cols, col, held.entry);
        } else {
            held = finish(w, &p->out, p->mode, product_vector(w, p, &x, row, col), x.rows, row,
                          x.cols, col);
        }
        vec_hold(w, &made, &held);
    }
    vec_store(w, p->out.buffer, &made);
}

static struct reg negated(struct writer *w, struct reg a)
{
    struct reg r = vec_result(w, a.ready + 2, 1);
    r.zeros = a.zeros;
    r.finite = a.finite;
    if (w->body)
        cg_putf(w->body, "        V v%d = -v%d;\n", r.id, a.id);
    return r;
}

static struct reg over(struct writer *w, struct reg a, struct reg b)
{
    struct reg r = vec_result(w, vec_later(a.ready, b.ready) + 14, 5);
    r.finite = false;
    if (w->body)
        cg_putf(w->body, "        V v%d = v%d / v%d;\n", r.id, a.id, b.id);
    return r;
}

static struct reg minus(struct writer *w, struct reg a, struct reg b)
{
    struct reg r = vec_result(w, vec_later(a.ready, b.ready) + 2, 1);
    r.zeros = a.zeros & b.zeros;
    r.finite = a.finite && b.finite;
    if (w->body)
        cg_putf(w->body, "        V v%d = v%d - v%d;\n", r.id, a.id, b.id);
    return r;
}

/* What is known of f(a) where a stands for nothing: bounded functions stay finite. */
static struct reg function_of(struct writer *w, enum plan_code code, struct reg a)
{
    struct reg r = vec_called(w, emit_function(code), vec_code_price(code, w->layout->lanes), a);
    switch (code) {
    case PLAN_TANH:
    case PLAN_RELU:
    case PLAN_ABS:
    case PLAN_STEP:
    case PLAN_SIGN:
    case PLAN_SIN:
    case PLAN_SQRT:
        r.zeros = a.zeros;
        r.finite = a.finite && code != PLAN_SQRT;
        return r;
    case PLAN_SIGMOID:
    case PLAN_COS:
        r.finite = a.finite;
        return r;
    case PLAN_EXP:
    case PLAN_LOG:
    case PLAN_SOFTPLUS:
    case PLAN_NUMBER:
    case PLAN_SCALAR:
    case PLAN_PLUS:
    case PLAN_MINUS:
    case PLAN_TIMES:
    case PLAN_OVER:
    case PLAN_POWER:
    case PLAN_NEGATE:
    case PLAN_SQUARE:
        break;
    }
    r.finite = false;
    return r;
}

static struct reg write_instr(struct writer *w, const struct plan_instr *instr,
                              const struct reg *regs)
{
    const struct reg a = regs[instr->a], b = regs[instr->b];
    switch (instr->code) {
    case PLAN_NUMBER:
        return vec_number(w, instr->number);
    case PLAN_SCALAR:
        return w->scalars[(size_t)instr->number];
    case PLAN_PLUS:
        return vec_plus(w, a, b);
    case PLAN_MINUS:
        return minus(w, a, b);
    case PLAN_TIMES:
        return vec_times(w, a, b);
    case PLAN_SQUARE:
        return vec_times(w, a, a);
    case PLAN_NEGATE:
        return negated(w, a);
    case PLAN_OVER:
        return over(w, a, b);
    case PLAN_POWER:
        return vec_called_with(w, emit_function(instr->code),
                               vec_code_price(instr->code, w->layout->lanes), a, b);
    case PLAN_EXP:
    case PLAN_LOG:
    case PLAN_SQRT:
    case PLAN_SIN:
    case PLAN_COS:
    case PLAN_TANH:
    case PLAN_SIGMOID:
    case PLAN_SOFTPLUS:
    case PLAN_RELU:
    case PLAN_ABS:
    case PLAN_STEP:
    case PLAN_SIGN:
        break;
    }
    return function_of(w, instr->code, a);
}

/* The axes of a map or a softmax. */
struct domain {
    struct axis rows, cols;
};

static void see_domain(const struct writer *w, const struct plan_view *view, struct domain *d)
{
    see_axis(w, view, view->row, &d->rows);
    see_axis(w, view, view->col, &d->cols);
}

static struct domain map_domain(const struct writer *w, const struct plan_map *m)
{
    struct domain d = {{m->rows, VECTORS_NONE}, {m->cols, VECTORS_NONE}};
    for (size_t i = 0; i < m->n_stores; i++)
        if (m->stores[i].reduce == PLAN_KEEP)
            see_domain(w, &m->stores[i].out, &d);
    for (size_t i = 0; i < m->n_inputs; i++)
        see_domain(w, &m->inputs[i], &d);
    if (d.rows.on == d.cols.on)
        d.rows.on = VECTORS_NONE;
    return d;
}

static bool sums_rows(enum plan_reduce reduce)
{
    return reduce == PLAN_SUM_ROWS || reduce == PLAN_SUM_ALL;
}

static bool sums_cols(enum plan_reduce reduce)
{
    return reduce == PLAN_SUM_COLS || reduce == PLAN_SUM_ALL;
}

/* A map's results so far: values[store][row chunk][col chunk]. */
static struct reg *map_values(struct writer *w, const struct plan_map *m, const struct domain *d)
{
    size_t rows = vec_axis_chunks(w, d->rows), cols = vec_axis_chunks(w, d->cols);
    struct reg *values = cg_alloc_array(&w->arena, m->n_stores * rows * cols, sizeof *values);
    struct reg *regs = cg_alloc_array(&w->arena, m->n_inputs + m->n_code, sizeof *regs);
    for (size_t i = 0; i < rows * cols; i++) {
        for (size_t k = 0; k < m->n_inputs; k++)
            regs[k] = fetch_view(w, &m->inputs[k], d->rows, i / cols, d->cols, i % cols);
        for (size_t k = 0; k < m->n_code; k++)
            regs[m->n_inputs + k] = write_instr(w, &m->code[k], regs);
        for (size_t s = 0; s < m->n_stores; s++)
            values[s * rows * cols + i] = regs[m->stores[s].reg];
    }
    return values;
}

/* One vector of a sum: over chunks of the rows or columns that are summed, then over lanes. */
static struct reg map_sum(struct writer *w, const struct plan_store *store, const struct domain *d,
                          const struct reg *values, size_t row, size_t col)
{
    bool over_rows = sums_rows(store->reduce), over_cols = sums_cols(store->reduce);
    size_t rows = vec_axis_chunks(w, d->rows), cols = vec_axis_chunks(w, d->cols);
    struct reg sum = {0};
    bool begun = false;
    for (size_t r = over_rows ? 0 : row; r < (over_rows ? rows : row + 1); r++)
        for (size_t c = over_cols ? 0 : col; c < (over_cols ? cols : col + 1); c++) {
            struct reg value = values[r * cols + c];
            if (over_rows)
                value = vec_without(w, value, behind(w, d->rows, r));
            if (over_cols)
                value = vec_without(w, value, behind(w, d->cols, c));
            sum = begun ? vec_plus(w, sum, value) : value;
            begun = true;
        }
    if (over_rows && d->rows.on != VECTORS_NONE)
        sum = vec_fold(w, sum, d->rows.on, false);
    if (over_cols && d->cols.on != VECTORS_NONE)
        sum = vec_fold(w, sum, d->cols.on, false);
    return store->scale == 1 ? sum : vec_times(w, sum, vec_number(w, store->scale));
}

static void write_map(struct writer *w, const struct plan_map *m)
{
    struct domain d = map_domain(w, m);
    size_t rows = vec_axis_chunks(w, d.rows), cols = vec_axis_chunks(w, d.cols);
    struct reg *values = map_values(w, m, &d);
    struct held_list *made = cg_alloc_array(&w->arena, m->n_stores, sizeof *made);
    for (size_t s = 0; s < m->n_stores; s++) {
        const struct plan_store *to = &m->stores[s];
        const struct reg *from = values + s * rows * cols;
        size_t out_rows = sums_rows(to->reduce) ? 1 : rows;
        size_t out_cols = sums_cols(to->reduce) ? 1 : cols;
        for (size_t i = 0; i < out_rows * out_cols; i++) {
            size_t row = i / out_cols, col = i % out_cols;
            struct plan_view out = to->out; /* summed axes are not walked along */
            out.row = sums_rows(to->reduce) ? 0 : out.row;
            out.col = sums_cols(to->reduce) ? 0 : out.col;
            struct reg x = to->reduce == PLAN_KEEP ? from[row * cols + col]
                                                   : map_sum(w, to, &d, from, row, col);
            struct held held = finish(w, &out, to->mode, x, d.rows, row, d.cols, col);
            vec_hold(w, &made[s], &held);
        }
    }
    for (size_t s = 0; s < m->n_stores; s++)
        vec_store(w, m->stores[s].out.buffer, &made[s]);
}

/* One row of vectors, over its columns: the largest, the powers of e below it, their sum. */
static void softmax_row(struct writer *w, const struct plan_softmax *s, const struct domain *d,
                        size_t row, struct held_list *made)
{
    size_t cols = vec_axis_chunks(w, d->cols), lanes = w->layout->lanes;
    struct reg *x = cg_alloc_array(&w->arena, cols, sizeof *x), most = {0}, sum = {0};
    for (size_t c = 0; c < cols; c++) {
        x[c] = fetch_view(w, &s->a, d->rows, row, d->cols, c);
        uint32_t nothing = behind(w, d->cols, c);
        struct reg seen = x[c];
        if (nothing) { /* the row's own first entries stand in where there is none */
            struct plan_view first = s->a;
            struct axis none = {1, VECTORS_NONE};
            first.col = 0;
            struct reg other = fetch_view(w, &first, d->rows, row, none, 0);
            int32_t from[VECTORS_LANES];
            for (size_t l = 0; l < lanes; l++)
                from[l] = (int32_t)(nothing >> l & 1 ? lanes + l : l);
            seen = vec_shuffle(w, seen, other, from);
        }
        most = c ? vec_called_with(w, "v_max", (struct price){2, 1}, most, seen) : seen;
    }
    if (d->cols.on != VECTORS_NONE)
        most = vec_fold(w, most, d->cols.on, true);
    for (size_t c = 0; c < cols; c++) {
        x[c] = function_of(w, PLAN_EXP, minus(w, x[c], most));
        x[c] = vec_without(w, x[c], behind(w, d->cols, c));
        sum = c ? vec_plus(w, sum, x[c]) : x[c];
    }
    if (d->cols.on != VECTORS_NONE)
        sum = vec_fold(w, sum, d->cols.on, false);
    for (size_t c = 0; c < cols; c++) {
        struct held held =
            finish(w, &s->out, PLAN_SET, over(w, x[c], sum), d->rows, row, d->cols, c);
        vec_hold(w, made, &held);
    }
}

static void write_softmax(struct writer *w, const struct plan_softmax *s)
{
    struct domain d = {{s->rows, VECTORS_NONE}, {s->cols, VECTORS_NONE}};
    struct held_list made = {0};
    see_domain(w, &s->out, &d);
    see_domain(w, &s->a, &d);
    if (d.rows.on == d.cols.on)
        d.rows.on = VECTORS_NONE;
    for (size_t row = 0; row < vec_axis_chunks(w, d.rows); row++)
        softmax_row(w, s, &d, row, &made);
    vec_store(w, s->out.buffer, &made);
}

void vec_write_op(struct writer *w, const struct plan_op *op)
{
    for (size_t i = 0; w->body && i < op->n_sources; i++)
        emit_comment(w->body, 8, op->sources[i]);
    switch (op->kind) {
    case PLAN_PRODUCT:
        write_product(w, &op->u.product);
        break;
    case PLAN_MAP:
        write_map(w, &op->u.map);
        break;
    case PLAN_SOFTMAX:
        write_softmax(w, &op->u.softmax);
        break;
    }
}
