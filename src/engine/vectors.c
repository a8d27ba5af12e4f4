#include "engine/vectors.h"

#include "engine/emit.h"

#include <assert.h>
#include <string.h>

enum { MOST_OPERATIONS = 2500, ALL_LANES = 0xffff };

/* A vector in the C that is written: variable v<id>. `zeros`: lanes known to hold 0; `finite`: no
 * lane that stands for nothing holds infinity or NaN; `ready`: the cycle in which it is there. */
struct reg {
    int id;
    uint32_t zeros;
    bool finite;
    double ready;
};

/* ... and which entry of its buffer each lane holds; NOTHING: none. */
struct held {
    struct reg reg;
    int32_t entry[VECTORS_LANES];
};

enum { NOTHING = -1 };

struct held_list {
    struct held *items;
    size_t count, capacity;
};

struct writer {
    const struct plan *plan;
    const struct vectors_layout *layout;
    bool batches;
    struct cg_arena arena;
    struct cg_strbuf *head, *body; /* before the loop and in it; NULL: nothing is written */
    struct held_list *held;        /* by buffer */
    struct reg scalars[PLAN_SCALAR_COUNT];
    int n_ids;
    double operations;
};

/* ---- lanes ---- */

/* An axis of an operation or a matrix: its size and where it lies. */
struct axis {
    size_t size;
    enum vectors_axis on;
};

static size_t axis_lanes(const struct vectors_layout *layout, enum vectors_axis on)
{
    return on == VECTORS_NONE  ? 1
           : on == VECTORS_LOW ? layout->period
                               : layout->lanes / layout->period;
}

/* How many vectors it takes along the axis. */
static size_t axis_chunks(const struct writer *w, struct axis axis)
{
    size_t lanes = axis_lanes(w->layout, axis.on);
    return (axis.size + lanes - 1) / lanes;
}

/* The place on the axis at which a lane of the chunk-th vector stands; NOTHING behind its end. */
static int32_t axis_at(const struct writer *w, struct axis axis, size_t chunk, size_t lane)
{
    size_t lanes = axis_lanes(w->layout, axis.on);
    size_t at = axis.on == VECTORS_NONE  ? 0
                : axis.on == VECTORS_LOW ? lane % w->layout->period
                                         : lane / w->layout->period;
    at += chunk * lanes;
    return at < axis.size ? (int32_t)at : NOTHING;
}

static struct axis buffer_axis(const struct writer *w, size_t buffer, size_t which)
{
    const struct plan_buffer *b = &w->plan->buffers[buffer];
    return (struct axis){which ? b->cols : b->rows, w->layout->axes[2 * buffer + which]};
}

/* Which axis of its buffer (0 rows, 1 columns) a step of `stride` walks along; 2: none of them. */
static size_t view_axis(const struct plan *plan, const struct plan_view *view, size_t stride)
{
    const struct plan_buffer *b = &plan->buffers[view->buffer];
    if (b->rows > 1 && stride == b->cols)
        return 0;
    return b->cols > 1 && stride == 1 ? 1 : 2;
}

/* ---- one operation on vectors ---- */

static struct reg result(struct writer *w, double ready, double operations)
{
    w->operations += operations;
    return (struct reg){.id = w->n_ids++, .finite = true, .ready = ready};
}

static double later(double a, double b)
{
    return a > b ? a : b;
}

/* Cycles until a result is there; the sigmoid's and tanh's as measured, others near enough. */
struct price {
    double cycles, operations;
};

static struct price code_price(enum plan_code code, size_t lanes)
{
    switch (code) {
    case PLAN_NUMBER:
    case PLAN_SCALAR:
        return (struct price){0, 0};
    case PLAN_PLUS:
    case PLAN_MINUS:
    case PLAN_NEGATE:
    case PLAN_ABS:
        return (struct price){2, 1};
    case PLAN_TIMES:
    case PLAN_SQUARE:
        return (struct price){3, 1};
    case PLAN_OVER:
    case PLAN_SQRT:
        return (struct price){14, 5};
    case PLAN_RELU:
    case PLAN_STEP:
    case PLAN_SIGN:
        return (struct price){6, 3};
    case PLAN_EXP:
        return (struct price){30, 20};
    case PLAN_SIGMOID:
        return (struct price){42, 25};
    case PLAN_TANH:
        return (struct price){48, 30};
    case PLAN_POWER:
    case PLAN_LOG:
    case PLAN_SIN:
    case PLAN_COS:
    case PLAN_SOFTPLUS:
        break;
    }
    return (struct price){20 * (double)lanes, 60 * (double)lanes};
}

static void put_lanes(struct cg_strbuf *out, const struct writer *w, uint32_t lanes, const char *in,
                      const char *not_in)
{
    for (size_t l = 0; l < w->layout->lanes; l++)
        cg_putf(out, "%s%s", l ? ", " : "", lanes >> l & 1 ? in : not_in);
}

static uint32_t all_lanes(const struct writer *w)
{
    return ALL_LANES >> (VECTORS_LANES - w->layout->lanes);
}

/* a with 0 in `lanes` */
static struct reg without(struct writer *w, struct reg a, uint32_t lanes)
{
    if ((a.zeros & lanes) == lanes)
        return a;
    struct reg r = result(w, a.ready + 2, 1);
    r.zeros = a.zeros | lanes;
    if (w->body) {
        cg_putf(w->body, "        V v%d = (V)((I)v%d & (I){", r.id, a.id);
        put_lanes(w->body, w, lanes, "0", "-1");
        cg_put(w->body, "});\n");
    }
    return r;
}

static struct reg plus(struct writer *w, struct reg a, struct reg b)
{
    struct reg r = result(w, later(a.ready, b.ready) + 2, 1);
    r.zeros = a.zeros & b.zeros;
    r.finite = a.finite && b.finite;
    if (w->body)
        cg_putf(w->body, "        V v%d = v%d + v%d;\n", r.id, a.id, b.id);
    return r;
}

static uint32_t product_zeros(struct reg a, struct reg b)
{
    return (b.finite ? a.zeros : 0) | (a.finite ? b.zeros : 0);
}

static struct reg times(struct writer *w, struct reg a, struct reg b)
{
    struct reg r = result(w, later(a.ready, b.ready) + 3, 1);
    r.zeros = product_zeros(a, b);
    r.finite = a.finite && b.finite;
    if (w->body)
        cg_putf(w->body, "        V v%d = v%d * v%d;\n", r.id, a.id, b.id);
    return r;
}

/* sum + a b, or sum - a b */
static struct reg fused(struct writer *w, struct reg sum, char sign, struct reg a, struct reg b)
{
    struct reg r = result(w, later(sum.ready, later(a.ready, b.ready)) + 4, 1);
    r.zeros = sum.zeros & product_zeros(a, b);
    r.finite = a.finite && b.finite && sum.finite;
    if (w->body)
        cg_putf(w->body, "        V v%d = v%d %c v%d * v%d;\n", r.id, sum.id, sign, a.id, b.id);
    return r;
}

static struct reg number(struct writer *w, double value)
{
    struct reg r = result(w, 0, 0);
    r.zeros = value == 0 ? all_lanes(w) : 0;
    if (w->body) {
        cg_putf(w->body, "        const V v%d = all(", r.id);
        cg_put_number(w->body, value);
        cg_put(w->body, ");\n");
    }
    return r;
}

static struct reg called(struct writer *w, const char *function, struct price price, struct reg a)
{
    struct reg r = result(w, a.ready + price.cycles, price.operations);
    if (w->body)
        cg_putf(w->body, "        V v%d = %s(v%d);\n", r.id, function, a.id);
    return r;
}

static struct reg called_with(struct writer *w, const char *function, struct price price,
                              struct reg a, struct reg b)
{
    struct reg r = result(w, later(a.ready, b.ready) + price.cycles, price.operations);
    r.finite = false;
    if (w->body)
        cg_putf(w->body, "        V v%d = %s(v%d, v%d);\n", r.id, function, a.id, b.id);
    return r;
}

/* Lane l of the result is lane from[l] of a, or of b where from[l] >= lanes; NOTHING: any. */
static struct reg shuffle(struct writer *w, struct reg a, struct reg b, const int32_t *from)
{
    size_t lanes = w->layout->lanes;
    struct reg r = result(w, later(a.ready, b.ready) + 4, 1);
    r.finite = a.finite && b.finite;
    for (size_t l = 0; l < lanes; l++) {
        size_t at = from[l] == NOTHING ? l : (size_t)from[l];
        r.zeros |= ((at < lanes ? a.zeros >> at : b.zeros >> (at - lanes)) & 1) << l;
    }
    if (w->body) {
        cg_putf(w->body, "        V v%d = __builtin_shufflevector(v%d, v%d", r.id, a.id, b.id);
        for (size_t l = 0; l < lanes; l++)
            cg_putf(w->body, ", %d", from[l] == NOTHING ? (int)l : (int)from[l]);
        cg_put(w->body, ");\n");
    }
    return r;
}

/* The sum (or largest) over the lanes of an axis, in each of them: halves are swapped and added,
 * then quarters ... Lanes that stand for nothing must not disturb. */
static struct reg fold(struct writer *w, struct reg a, enum vectors_axis on, bool largest)
{
    size_t first = on == VECTORS_LOW ? 1 : w->layout->period;
    size_t end = on == VECTORS_LOW ? w->layout->period : w->layout->lanes;
    for (size_t step = first; step < end; step *= 2) {
        int32_t from[VECTORS_LANES];
        for (size_t l = 0; l < w->layout->lanes; l++)
            from[l] = (int32_t)(l ^ step);
        struct reg other = shuffle(w, a, a, from);
        a = largest ? called_with(w, "v_max", (struct price){2, 1}, a, other) : plus(w, a, other);
    }
    return a;
}

/* ---- what buffers hold ---- */

static void hold(struct writer *w, struct held_list *list, const struct held *held)
{
    list->items =
        cg_grow(&w->arena, list->items, list->count, &list->capacity, sizeof *list->items);
    list->items[list->count++] = *held;
}

/* Does it hold what is wanted, lane by lane? */
static bool holds(const struct writer *w, const struct held *held, const int32_t *want)
{
    for (size_t l = 0; l < w->layout->lanes; l++)
        if (want[l] != NOTHING && held->entry[l] != want[l])
            return false;
    return true;
}

/* Numbers that stand in memory: any arrangement of them is loaded as such. Those of the whole
 * training before the loop, those of a batch in it. */
static bool in_memory(const struct plan_buffer *b)
{
    return b->space == PLAN_WORK && b->role != PLAN_TEMP;
}

static void put_loaded(struct cg_strbuf *out, const struct writer *w, const struct held *held,
                       size_t buffer)
{
    const struct plan_buffer *b = &w->plan->buffers[buffer];
    bool rows = b->role == PLAN_ROWS && w->batches;
    bool alike = true;
    for (size_t l = 1; l < w->layout->lanes; l++)
        alike &= held->entry[l] == held->entry[0];
    cg_putf(out, "%s%sV v%d = %s", rows ? "        " : "    ",
            b->space == PLAN_STATE ? "" : "const ", held->reg.id, alike ? "all(" : "{");
    for (size_t l = 0; l < (alike ? 1 : w->layout->lanes); l++) {
        cg_put(out, l ? ", " : "");
        if (held->entry[l] == NOTHING)
            cg_put(out, "0");
        else if (rows)
            cg_putf(out, "%s_%d[%d]", b->name, held->entry[l] / (int)b->cols,
                    held->entry[l] % (int)b->cols);
        else
            cg_putf(out, "%s[%zu]", b->space == PLAN_STATE ? "S" : "M",
                    b->offset + (size_t)held->entry[l]);
    }
    cg_put(out, alike ? ");\n" : "};\n");
}

static struct held *load(struct writer *w, size_t buffer, const int32_t *want)
{
    const struct plan_buffer *b = &w->plan->buffers[buffer];
    bool rows = b->role == PLAN_ROWS && w->batches, alike = true;
    struct held held = {.reg = {.finite = true}};
    for (size_t l = 0; l < w->layout->lanes; l++) {
        held.entry[l] = want[l];
        held.reg.zeros |= (uint32_t)(want[l] == NOTHING) << l;
        alike &= want[l] == want[0];
    }
    double loads = alike ? 1 : (double)w->layout->lanes;
    held.reg.id = result(w, 0, rows ? loads : 0).id;
    struct cg_strbuf *out = rows ? w->body : w->head;
    if (out)
        put_loaded(out, w, &held, buffer);
    hold(w, &w->held[buffer], &held);
    return &w->held[buffer].items[w->held[buffer].count - 1];
}

/* Gathers what is wanted from the vectors of a list, two at a time. */
static struct held gather(struct writer *w, const struct held_list *list, const int32_t *want)
{
    size_t lanes = w->layout->lanes;
    struct held out = {0};
    uint32_t missing = 0;
    bool begun = false;
    for (size_t l = 0; l < lanes; l++) {
        out.entry[l] = want[l];
        missing |= (uint32_t)(want[l] != NOTHING) << l;
    }
    for (size_t i = 0; i < list->count && missing; i++) {
        const struct held *held = &list->items[i];
        int32_t from[VECTORS_LANES];
        uint32_t found = 0;
        for (size_t l = 0; l < lanes; l++) {
            from[l] = begun ? (int32_t)l : NOTHING;
            for (size_t s = 0; s < lanes && missing >> l & 1 && !(found >> l & 1); s++) {
                size_t at = (l + s) % lanes; /* from its own lane if it can */
                if (held->entry[at] == want[l]) {
                    from[l] = (int32_t)(begun ? lanes + at : at);
                    found |= 1u << l;
                }
            }
        }
        if (!found)
            continue;
        out.reg = shuffle(w, begun ? out.reg : held->reg, held->reg, from);
        missing &= ~found;
        begun = true;
    }
    assert(!missing);
    return out;
}

/* A vector with the wanted entries of a buffer. */
static struct reg fetch(struct writer *w, size_t buffer, const int32_t *want)
{
    struct held_list *list = &w->held[buffer];
    for (size_t i = 0; i < list->count; i++)
        if (holds(w, &list->items[i], want)) {
            struct reg reg = list->items[i].reg;
            for (size_t l = 0; l < w->layout->lanes; l++) /* 0 only where nothing is wanted */
                if (want[l] == NOTHING && list->items[i].entry[l] != NOTHING)
                    reg.zeros &= ~(1u << l);
            return reg;
        }
    if (in_memory(&w->plan->buffers[buffer]))
        return load(w, buffer, want)->reg;
    bool empty = true;
    for (size_t l = 0; l < w->layout->lanes; l++)
        empty &= want[l] == NOTHING;
    if (empty)
        return number(w, 0);
    struct held held = gather(w, list, want);
    hold(w, list, &held);
    return held.reg;
}

/* What the vectors of a buffer's own layout hold: the (row, col)-th of them. */
static void own_entries(const struct writer *w, size_t buffer, size_t row, size_t col,
                        int32_t *entry)
{
    struct axis rows = buffer_axis(w, buffer, 0), cols = buffer_axis(w, buffer, 1);
    for (size_t l = 0; l < w->layout->lanes; l++) {
        int32_t r = axis_at(w, rows, row, l), c = axis_at(w, cols, col, l);
        entry[l] = r == NOTHING || c == NOTHING ? NOTHING : r * (int32_t)cols.size + c;
    }
}

/* Makes what an operation has computed the contents of a buffer; entries that it did not compute
 * stay as they are. */
static void store(struct writer *w, size_t buffer, struct held_list *made)
{
    struct held_list own = {0}, *list = &w->held[buffer];
    size_t rows = axis_chunks(w, buffer_axis(w, buffer, 0));
    size_t cols = axis_chunks(w, buffer_axis(w, buffer, 1));
    for (size_t i = 0; i < list->count; i++)
        hold(w, made, &list->items[i]);
    for (size_t i = 0; i < rows * cols; i++) {
        struct held held;
        own_entries(w, buffer, i / cols, i % cols, held.entry);
        size_t at = 0;
        while (at < made->count && !holds(w, &made->items[at], held.entry))
            at++;
        if (at < made->count)
            held.reg = made->items[at].reg;
        else
            held = gather(w, made, held.entry);
        for (size_t l = 0; l < w->layout->lanes; l++)
            if (held.entry[l] != NOTHING)
                held.reg.zeros &= ~(1u << l);
        hold(w, &own, &held);
    }
    *list = own;
}

/* ---- operations ---- */

/* The entries of a view at which the lanes of two of an operation's axes stand. */
static void view_entries(const struct writer *w, const struct plan_view *view, struct axis rows,
                         size_t row, struct axis cols, size_t col, int32_t *entry)
{
    for (size_t l = 0; l < w->layout->lanes; l++) {
        int32_t r = view->row ? axis_at(w, rows, row, l) : 0;
        int32_t c = view->col ? axis_at(w, cols, col, l) : 0;
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
    return fetch(w, view->buffer, want);
}

/* The lanes of the chunk-th vector that stand behind the end of an axis. */
static uint32_t behind(const struct writer *w, struct axis axis, size_t chunk)
{
    uint32_t lanes = 0;
    for (size_t l = 0; l < w->layout->lanes; l++)
        lanes |= (uint32_t)(axis_at(w, axis, chunk, l) == NOTHING) << l;
    return lanes;
}

/* Where an axis of an operation lies: as the matrices that it walks along do. */
static void see_axis(const struct writer *w, const struct plan_view *view, size_t stride,
                     struct axis *axis)
{
    size_t which = axis->size > 1 ? view_axis(w->plan, view, stride) : 2;
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
        held.reg = fused(w, fetch(w, view->buffer, held.entry), '-', w->scalars[PLAN_RATE], x);
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
    size_t chunks = axis_chunks(w, x->inner), sums = chunks < 4 ? 1 : chunks < 12 ? 2 : SUMS;
    struct reg sum[SUMS];
    for (size_t k = 0; k < chunks; k++) {
        struct reg a = fetch_view(w, &p->a, x->rows, row, x->inner, k);
        struct reg b = fetch_view(w, &p->b, x->inner, k, x->cols, col);
        uint32_t nothing = behind(w, x->inner, k);
        if ((product_zeros(a, b) & nothing) != nothing) {
            if (a.ready < b.ready)
                a = without(w, a, nothing);
            else
                b = without(w, b, nothing);
            if ((product_zeros(a, b) & nothing) != nothing)
                a = without(w, a, nothing), b = without(w, b, nothing);
        }
        size_t to = k % sums;
        sum[to] = k < sums ? times(w, a, b) : fused(w, sum[to], '+', a, b);
    }
    for (size_t step = 1; step < sums; step *= 2)
        for (size_t i = 0; i + step < sums; i += 2 * step)
            sum[i] = plus(w, sum[i], sum[i + step]);
    return x->inner.on == VECTORS_NONE ? sum[0] : fold(w, sum[0], x->inner.on, false);
}

/* out -= (rate a) b where a sum has one term: the rate is there before the gradient is. */
static struct reg descend_outer(struct writer *w, const struct plan_product *p,
                                const struct product_axes *x, size_t row, size_t col)
{
    struct reg a = fetch_view(w, &p->a, x->rows, row, x->inner, 0);
    struct reg b = fetch_view(w, &p->b, x->inner, 0, x->cols, col);
    bool early = a.ready < b.ready;
    struct reg scaled = times(w, w->scalars[PLAN_RATE], early ? a : b);
    int32_t want[VECTORS_LANES];
    view_entries(w, &p->out, x->rows, row, x->cols, col, want);
    return fused(w, fetch(w, p->out.buffer, want), '-', scaled, early ? b : a);
}

static void write_product(struct writer *w, const struct plan_product *p)
{
    struct product_axes x = product_axes(w, p);
    size_t rows = axis_chunks(w, x.rows), cols = axis_chunks(w, x.cols);
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
        hold(w, &made, &held);
    }
    store(w, p->out.buffer, &made);
}

static struct reg negated(struct writer *w, struct reg a)
{
    struct reg r = result(w, a.ready + 2, 1);
    r.zeros = a.zeros;
    r.finite = a.finite;
    if (w->body)
        cg_putf(w->body, "        V v%d = -v%d;\n", r.id, a.id);
    return r;
}

static struct reg over(struct writer *w, struct reg a, struct reg b)
{
    struct reg r = result(w, later(a.ready, b.ready) + 14, 5);
    r.finite = false;
    if (w->body)
        cg_putf(w->body, "        V v%d = v%d / v%d;\n", r.id, a.id, b.id);
    return r;
}

static struct reg minus(struct writer *w, struct reg a, struct reg b)
{
    struct reg r = result(w, later(a.ready, b.ready) + 2, 1);
    r.zeros = a.zeros & b.zeros;
    r.finite = a.finite && b.finite;
    if (w->body)
        cg_putf(w->body, "        V v%d = v%d - v%d;\n", r.id, a.id, b.id);
    return r;
}

/* What is known of f(a) where a stands for nothing: bounded functions stay finite. */
static struct reg function_of(struct writer *w, enum plan_code code, struct reg a)
{
    struct reg r = called(w, emit_function(code), code_price(code, w->layout->lanes), a);
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
        return number(w, instr->number);
    case PLAN_SCALAR:
        return w->scalars[(size_t)instr->number];
    case PLAN_PLUS:
        return plus(w, a, b);
    case PLAN_MINUS:
        return minus(w, a, b);
    case PLAN_TIMES:
        return times(w, a, b);
    case PLAN_SQUARE:
        return times(w, a, a);
    case PLAN_NEGATE:
        return negated(w, a);
    case PLAN_OVER:
        return over(w, a, b);
    case PLAN_POWER:
        return called_with(w, emit_function(instr->code), code_price(instr->code, w->layout->lanes),
                           a, b);
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
    size_t rows = axis_chunks(w, d->rows), cols = axis_chunks(w, d->cols);
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
    size_t rows = axis_chunks(w, d->rows), cols = axis_chunks(w, d->cols);
    struct reg sum = {0};
    bool begun = false;
    for (size_t r = over_rows ? 0 : row; r < (over_rows ? rows : row + 1); r++)
        for (size_t c = over_cols ? 0 : col; c < (over_cols ? cols : col + 1); c++) {
            struct reg value = values[r * cols + c];
            if (over_rows)
                value = without(w, value, behind(w, d->rows, r));
            if (over_cols)
                value = without(w, value, behind(w, d->cols, c));
            sum = begun ? plus(w, sum, value) : value;
            begun = true;
        }
    if (over_rows && d->rows.on != VECTORS_NONE)
        sum = fold(w, sum, d->rows.on, false);
    if (over_cols && d->cols.on != VECTORS_NONE)
        sum = fold(w, sum, d->cols.on, false);
    return store->scale == 1 ? sum : times(w, sum, number(w, store->scale));
}

static void write_map(struct writer *w, const struct plan_map *m)
{
    struct domain d = map_domain(w, m);
    size_t rows = axis_chunks(w, d.rows), cols = axis_chunks(w, d.cols);
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
            hold(w, &made[s], &held);
        }
    }
    for (size_t s = 0; s < m->n_stores; s++)
        store(w, m->stores[s].out.buffer, &made[s]);
}

/* One row of vectors, over its columns: the largest, the powers of e below it, their sum. */
static void softmax_row(struct writer *w, const struct plan_softmax *s, const struct domain *d,
                        size_t row, struct held_list *made)
{
    size_t cols = axis_chunks(w, d->cols), lanes = w->layout->lanes;
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
            seen = shuffle(w, seen, other, from);
        }
        most = c ? called_with(w, "v_max", (struct price){2, 1}, most, seen) : seen;
    }
    if (d->cols.on != VECTORS_NONE)
        most = fold(w, most, d->cols.on, true);
    for (size_t c = 0; c < cols; c++) {
        x[c] = function_of(w, PLAN_EXP, minus(w, x[c], most));
        x[c] = without(w, x[c], behind(w, d->cols, c));
        sum = c ? plus(w, sum, x[c]) : x[c];
    }
    if (d->cols.on != VECTORS_NONE)
        sum = fold(w, sum, d->cols.on, false);
    for (size_t c = 0; c < cols; c++) {
        struct held held =
            finish(w, &s->out, PLAN_SET, over(w, x[c], sum), d->rows, row, d->cols, c);
        hold(w, made, &held);
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
    for (size_t row = 0; row < axis_chunks(w, d.rows); row++)
        softmax_row(w, s, &d, row, &made);
    store(w, s->out.buffer, &made);
}

static void write_op(struct writer *w, const struct plan_op *op)
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

/* ---- all updates ---- */

/* Parameters and optimiser memory, as they stand before an update. */
static void load_state(struct writer *w)
{
    for (size_t b = 0; b < w->plan->n_buffers; b++) {
        if (w->plan->buffers[b].space != PLAN_STATE)
            continue;
        size_t rows = axis_chunks(w, buffer_axis(w, b, 0));
        size_t cols = axis_chunks(w, buffer_axis(w, b, 1));
        for (size_t i = 0; i < rows * cols; i++) {
            struct held held = {.reg = {.id = w->n_ids++, .finite = true}};
            own_entries(w, b, i / cols, i % cols, held.entry);
            for (size_t l = 0; l < w->layout->lanes; l++)
                held.reg.zeros |= (uint32_t)(held.entry[l] == NOTHING) << l;
            hold(w, &w->held[b], &held);
            if (w->head)
                put_loaded(w->head, w, &held, b);
        }
    }
}

static void put_scalars(struct writer *w)
{
    static const char *const names[] = {"PLAN_RATE", "PLAN_FIRST_BIAS", "PLAN_SECOND_BIAS"};
    for (int s = 0; s < PLAN_SCALAR_COUNT; s++) {
        w->scalars[s] = result(w, 0, 0);
        if (w->body)
            cg_putf(w->body, "        const V v%d = all((R)scalars[u][%s]);\n", w->scalars[s].id,
                    names[s]);
    }
}

/* Where each row of the batch stands in the data. */
static void put_row_pointers(struct writer *w)
{
    const struct plan *plan = w->plan;
    for (size_t i = 0; w->body && w->batches && i < plan->n_rows; i++) {
        const struct plan_buffer *b = &plan->buffers[plan->rows[i]];
        for (size_t r = 0; r < b->rows; r++)
            cg_putf(w->body,
                    "        const R *const %s_%zu = (const R *)data[%zu] + order[u * %zu + %zu] * "
                    "%zu;\n",
                    b->name, r, i, plan->batch, r, b->cols);
    }
}

/* The first vector and lane that hold an entry. */
static struct reg find_entry(const struct held_list *list, int32_t entry, size_t lanes,
                             size_t *lane)
{
    for (size_t i = 0; i < list->count; i++)
        for (*lane = 0; *lane < lanes; (*lane)++)
            if (list->items[i].entry[*lane] == entry)
                return list->items[i].reg;
    assert(!"held");
    return (struct reg){0};
}

static void put_loss(struct writer *w)
{
    size_t lane;
    const struct held_list *list = &w->held[w->plan->loss];
    if (!w->body)
        return;
    struct reg loss = find_entry(list, 0, w->layout->lanes, &lane);
    cg_putf(w->body, "        if (losses)\n            losses[u] = (double)v%d[%zu];\n", loss.id,
            lane);
}

/* What the next update finds: the state's vectors, their unused lanes 0 as they were. `before` is
 * what this update found. */
static void carry_state(struct writer *w, const struct held_list *before)
{
    for (int assigns = 0; assigns < 2; assigns++) /* two passes, as in a parallel assignment */
        for (size_t b = 0; b < w->plan->n_buffers; b++) {
            if (w->plan->buffers[b].space != PLAN_STATE)
                continue;
            for (size_t i = 0; i < before[b].count; i++) {
                struct held *now = &w->held[b].items[i];
                const struct held *was = &before[b].items[i];
                if (!assigns)
                    now->reg = without(w, now->reg, was->reg.zeros);
                else if (now->reg.id != was->reg.id && w->body)
                    cg_putf(w->body, "        v%d = n%d;\n", was->reg.id, was->reg.id);
                if (!assigns && now->reg.id != was->reg.id && w->body)
                    cg_putf(w->body, "        const V n%d = v%d;\n", was->reg.id, now->reg.id);
            }
        }
}

static void put_stores(struct cg_strbuf *out, const struct writer *w, const struct held_list *state)
{
    for (size_t b = 0; b < w->plan->n_buffers; b++) {
        const struct plan_buffer *buffer = &w->plan->buffers[b];
        size_t count = buffer->rows * buffer->cols, lane;
        for (size_t e = 0; buffer->space == PLAN_STATE && e < count; e++) {
            int id = find_entry(&state[b], (int32_t)e, w->layout->lanes, &lane).id;
            cg_putf(out, "    S[%zu] = v%d[%zu];\n", buffer->offset + e, id, lane);
        }
    }
}

static struct held_list *copy_held(struct writer *w)
{
    struct held_list *copy = cg_alloc_array(&w->arena, w->plan->n_buffers, sizeof *copy);
    for (size_t b = 0; b < w->plan->n_buffers; b++)
        for (size_t i = 0; i < w->held[b].count; i++)
            hold(w, &copy[b], &w->held[b].items[i]);
    return copy;
}

/* One update. False where it grows too long. */
static bool write_update(struct writer *w)
{
    put_scalars(w);
    put_row_pointers(w);
    for (size_t i = 0; i < w->plan->n_ops; i++) {
        write_op(w, &w->plan->ops[i]);
        if (w->operations > MOST_OPERATIONS)
            return false;
    }
    put_loss(w);
    return true;
}

static void writer_begin(struct writer *w, const struct plan *plan,
                         const struct vectors_layout *layout, bool batches)
{
    *w = (struct writer){.plan = plan, .layout = layout, .batches = batches};
    cg_arena_init(&w->arena);
    w->held = cg_alloc_array(&w->arena, plan->n_buffers, sizeof *w->held);
}

void vectors_emit(struct cg_strbuf *out, const struct plan *plan,
                  const struct vectors_layout *layout, bool batches)
{
    struct writer w;
    struct cg_strbuf head, body;
    writer_begin(&w, plan, layout, batches);
    cg_strbuf_init(&head), cg_strbuf_init(&body);
    w.head = &head, w.body = &body;
    load_state(&w);
    struct held_list *before = copy_held(&w);
    bool whole = write_update(&w);
    assert(whole);
    (void)whole;
    carry_state(&w, before);
    cg_put(out, "    R *const S = state;\n    const R *const M = work;\n");
    cg_put(out, head.text);
    cg_putf(out, "    for (size_t u = 0; u < count; u++) {\n%s    }\n", body.text);
    put_stores(out, &w, before);
    cg_put(out, "    (void)S, (void)M;\n");
    cg_strbuf_finish(&head), cg_strbuf_finish(&body);
    cg_arena_finish(&w.arena);
}

/* When the state is there, at the latest. */
static double state_ready(const struct writer *w)
{
    double ready = 0;
    for (size_t b = 0; b < w->plan->n_buffers; b++)
        for (size_t i = 0; w->plan->buffers[b].space == PLAN_STATE && i < w->held[b].count; i++)
            ready = later(ready, w->held[b].items[i].reg.ready);
    return ready;
}

struct vectors_cost vectors_measure(const struct plan *plan, const struct vectors_layout *layout,
                                    bool batches)
{
    struct writer w;
    struct vectors_cost cost = {0};
    writer_begin(&w, plan, layout, batches);
    load_state(&w);
    double ready[2] = {0};
    for (int i = 0; i < 2 && !cost.too_long; i++) { /* the second in the rhythm of all further */
        struct held_list *before = copy_held(&w);
        w.operations = 0;
        cost.too_long = !write_update(&w);
        if (!cost.too_long)
            carry_state(&w, before);
        ready[i] = state_ready(&w);
        for (size_t b = 0; b < plan->n_buffers; b++)
            if (plan->buffers[b].space != PLAN_STATE)
                w.held[b] = before[b];
    }
    cost.chain = ready[1] - ready[0];
    cost.operations = w.operations;
    cg_arena_finish(&w.arena);
    return cost;
}
