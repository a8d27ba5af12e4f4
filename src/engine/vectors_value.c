#include "engine/vectors_writer.h"

enum { ALL_LANES = 0xffff };

static size_t axis_lanes(const struct vectors_layout *layout, enum vectors_axis on)
{
    return on == VECTORS_NONE  ? 1
           : on == VECTORS_LOW ? layout->period
                               : layout->lanes / layout->period;
}

size_t vec_axis_chunks(const struct writer *w, struct axis axis)
{
    size_t lanes = axis_lanes(w->layout, axis.on);
    return (axis.size + lanes - 1) / lanes;
}

int32_t vec_axis_at(const struct writer *w, struct axis axis, size_t chunk, size_t lane)
{
    size_t lanes = axis_lanes(w->layout, axis.on);
    size_t at = axis.on == VECTORS_NONE  ? 0
                : axis.on == VECTORS_LOW ? lane % w->layout->period
                                         : lane / w->layout->period;
    at += chunk * lanes;
    return at < axis.size ? (int32_t)at : NOTHING;
}

struct axis vec_buffer_axis(const struct writer *w, size_t buffer, size_t which)
{
    const struct plan_buffer *b = &w->plan->buffers[buffer];
    return (struct axis){which ? b->cols : b->rows, w->layout->axes[2 * buffer + which]};
}

size_t vec_view_axis(const struct plan *plan, const struct plan_view *view, size_t stride)
{
    const struct plan_buffer *b = &plan->buffers[view->buffer];
    if (b->rows > 1 && stride == b->cols)
        return 0;
    return b->cols > 1 && stride == 1 ? 1 : 2;
}

struct reg vec_result(struct writer *w, double ready, double operations)
{
    w->operations += operations;
    return (struct reg){.id = w->n_ids++, .finite = true, .ready = ready};
}

double vec_later(double a, double b)
{
    return a > b ? a : b;
}

struct price vec_code_price(enum plan_code code, size_t lanes)
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

struct reg vec_without(struct writer *w, struct reg a, uint32_t lanes)
{
    if ((a.zeros & lanes) == lanes)
        return a;
    struct reg r = vec_result(w, a.ready + 2, 1);
    r.zeros = a.zeros | lanes;
    if (w->body) {
        cg_putf(w->body, "        V v%d = (V)((I)v%d & (I){", r.id, a.id);
        put_lanes(w->body, w, lanes, "0", "-1");
        cg_put(w->body, "});\n");
    }
    return r;
}

struct reg vec_plus(struct writer *w, struct reg a, struct reg b)
{
    struct reg r = vec_result(w, vec_later(a.ready, b.ready) + 2, 1);
    r.zeros = a.zeros & b.zeros;
    r.finite = a.finite && b.finite;
    if (w->body)
        cg_putf(w->body, "        V v%d = v%d + v%d;\n", r.id, a.id, b.id);
    return r;
}

uint32_t vec_product_zeros(struct reg a, struct reg b)
{
    return (b.finite ? a.zeros : 0) | (a.finite ? b.zeros : 0);
}

struct reg vec_times(struct writer *w, struct reg a, struct reg b)
{
    struct reg r = vec_result(w, vec_later(a.ready, b.ready) + 3, 1);
    r.zeros = vec_product_zeros(a, b);
    r.finite = a.finite && b.finite;
    if (w->body)
        cg_putf(w->body, "        V v%d = v%d * v%d;\n", r.id, a.id, b.id);
    return r;
}

struct reg vec_fused(struct writer *w, struct reg sum, char sign, struct reg a, struct reg b)
{
    struct reg r = vec_result(w, vec_later(sum.ready, vec_later(a.ready, b.ready)) + 4, 1);
    r.zeros = sum.zeros & vec_product_zeros(a, b);
    r.finite = a.finite && b.finite && sum.finite;
    if (w->body)
        cg_putf(w->body, "        V v%d = v%d %c v%d * v%d;\n", r.id, sum.id, sign, a.id, b.id);
    return r;
}

struct reg vec_number(struct writer *w, double value)
{
    struct reg r = vec_result(w, 0, 0);
    r.zeros = value == 0 ? all_lanes(w) : 0;
    if (w->body) {
        cg_putf(w->body, "        const V v%d = all(", r.id);
        cg_put_number(w->body, value);
        cg_put(w->body, ");\n");
    }
    return r;
}

struct reg vec_called(struct writer *w, const char *function, struct price price, struct reg a)
{
    struct reg r = vec_result(w, a.ready + price.cycles, price.operations);
    if (w->body)
        cg_putf(w->body, "        V v%d = %s(v%d);\n", r.id, function, a.id);
    return r;
}

struct reg vec_called_with(struct writer *w, const char *function, struct price price, struct reg a,
                           struct reg b)
{
    struct reg r = vec_result(w, vec_later(a.ready, b.ready) + price.cycles, price.operations);
    r.finite = false;
    if (w->body)
        cg_putf(w->body, "        V v%d = %s(v%d, v%d);\n", r.id, function, a.id, b.id);
    return r;
}

struct reg vec_shuffle(struct writer *w, struct reg a, struct reg b, const int32_t *from)
{
    size_t lanes = w->layout->lanes;
    struct reg r = vec_result(w, vec_later(a.ready, b.ready) + 4, 1);
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

struct reg vec_fold(struct writer *w, struct reg a, enum vectors_axis on, bool largest)
{
    size_t first = on == VECTORS_LOW ? 1 : w->layout->period;
    size_t end = on == VECTORS_LOW ? w->layout->period : w->layout->lanes;
    for (size_t step = first; step < end; step *= 2) {
        int32_t from[VECTORS_LANES];
        for (size_t l = 0; l < w->layout->lanes; l++)
            from[l] = (int32_t)(l ^ step);
        struct reg other = vec_shuffle(w, a, a, from);
        a = largest ? vec_called_with(w, "v_max", (struct price){2, 1}, a, other)
                    : vec_plus(w, a, other);
    }
    return a;
}
