/* Which layout is the cheapest: classes of axes, and where each of them lies. */
#include "engine/vectors.h"

#include <math.h>
#include <string.h>

enum { LARGEST_BUFFER = 512, MOST_BUFFERS = 64 };

struct search {
    const struct plan *plan;
    bool batches;
    size_t *class; /* [2 buffer + axis]: a union-find forest */
    size_t *roots; /* the classes of more than one place */
    size_t n_roots;
    enum vectors_axis *place; /* by root */
    struct vectors_layout layout, best;
    double best_cost;
};

static size_t root_of(const struct search *s, size_t axis)
{
    while (s->class[axis] != axis)
        axis = s->class[axis];
    return axis;
}

static size_t axis_size(const struct plan *plan, size_t axis)
{
    return axis % 2 ? plan->buffers[axis / 2].cols : plan->buffers[axis / 2].rows;
}

/* The axes of buffers that one axis of an operation, `size` places long, walks along are one. */
static void join(struct search *s, const struct plan_view *view, size_t stride, size_t size,
                 size_t *with)
{
    const struct plan_buffer *b = &s->plan->buffers[view->buffer];
    size_t axis = 2 * view->buffer + (b->rows > 1 && stride == b->cols ? 0 : 1);
    if (size == 1 || !stride || (stride != b->cols && stride != 1) ||
        axis_size(s->plan, axis) != size)
        return;
    axis = root_of(s, axis);
    if (*with == SIZE_MAX)
        *with = axis;
    s->class[axis] = root_of(s, *with);
}

static void join_all(struct search *s, const struct plan_op *op)
{
    size_t rows = SIZE_MAX, inner = SIZE_MAX, cols = SIZE_MAX;
    switch (op->kind) {
    case PLAN_PRODUCT: {
        const struct plan_product *p = &op->u.product;
        join(s, &p->out, p->out.row, p->rows, &rows);
        join(s, &p->a, p->a.row, p->rows, &rows);
        join(s, &p->out, p->out.col, p->cols, &cols);
        join(s, &p->b, p->b.col, p->cols, &cols);
        join(s, &p->a, p->a.col, p->inner, &inner);
        join(s, &p->b, p->b.row, p->inner, &inner);
        break;
    }
    case PLAN_MAP: {
        const struct plan_map *m = &op->u.map;
        for (size_t i = 0; i < m->n_inputs; i++) {
            join(s, &m->inputs[i], m->inputs[i].row, m->rows, &rows);
            join(s, &m->inputs[i], m->inputs[i].col, m->cols, &cols);
        }
        for (size_t i = 0; i < m->n_stores; i++) {
            enum plan_reduce reduce = m->stores[i].reduce;
            if (reduce == PLAN_KEEP || reduce == PLAN_SUM_COLS)
                join(s, &m->stores[i].out, m->stores[i].out.row, m->rows, &rows);
            if (reduce == PLAN_KEEP || reduce == PLAN_SUM_ROWS)
                join(s, &m->stores[i].out, m->stores[i].out.col, m->cols, &cols);
        }
        break;
    }
    case PLAN_SOFTMAX: {
        const struct plan_softmax *m = &op->u.softmax;
        join(s, &m->a, m->a.row, m->rows, &rows);
        join(s, &m->out, m->out.row, m->rows, &rows);
        join(s, &m->a, m->a.col, m->cols, &cols);
        join(s, &m->out, m->out.col, m->cols, &cols);
        break;
    }
    }
}

static void find_classes(struct search *s, struct cg_arena *arena)
{
    size_t n = 2 * s->plan->n_buffers;
    s->class = cg_alloc_array(arena, n, sizeof *s->class);
    s->roots = cg_alloc_array(arena, n, sizeof *s->roots);
    s->place = cg_alloc_array(arena, n, sizeof *s->place);
    s->layout.axes = cg_alloc_array(arena, n, sizeof *s->layout.axes);
    s->best.axes = cg_alloc_array(arena, n, sizeof *s->best.axes);
    for (size_t i = 0; i < n; i++)
        s->class[i] = i;
    for (size_t i = 0; i < s->plan->n_ops; i++)
        join_all(s, &s->plan->ops[i]);
    for (size_t i = 0; i < n; i++)
        if (s->class[i] == i && axis_size(s->plan, i) > 1)
            s->roots[s->n_roots++] = i;
}

/* The cost of the places as they are; the best is kept. */
static double try(struct search *s)
{
    for (size_t b = 0; b < s->plan->n_buffers; b++) {
        enum vectors_axis *axes = &s->layout.axes[2 * b];
        for (size_t i = 0; i < 2; i++)
            axes[i] =
                axis_size(s->plan, 2 * b + i) > 1 ? s->place[root_of(s, 2 * b + i)] : VECTORS_NONE;
        if (axes[0] == axes[1])
            axes[0] = VECTORS_NONE;
    }
    struct vectors_cost cost = vectors_measure(s->plan, &s->layout, s->batches);
    double total = cost.too_long ? INFINITY : cost.chain + cost.operations / 2;
    if (total < s->best_cost) {
        s->best_cost = total;
        s->best.lanes = s->layout.lanes, s->best.period = s->layout.period;
        memcpy(s->best.axes, s->layout.axes, 2 * s->plan->n_buffers * sizeof *s->best.axes);
    }
    return total;
}

/* From each pair of classes on the lanes, and from the best of them one class after another to
 * where it costs least. */
static void try_places(struct search *s)
{
    size_t low = 0, high = 0;
    double least = INFINITY;
    for (size_t i = 0; i <= s->n_roots; i++)
        for (size_t k = 0; k <= s->n_roots; k++) {
            bool on_low = i < s->n_roots && s->layout.period > 1;
            bool on_high = k < s->n_roots && s->layout.period < s->layout.lanes;
            if ((i < s->n_roots && !on_low) || (k < s->n_roots && !on_high) || (i == k && on_low))
                continue;
            memset(s->place, 0, 2 * s->plan->n_buffers * sizeof *s->place);
            if (on_high)
                s->place[s->roots[k]] = VECTORS_HIGH;
            if (on_low)
                s->place[s->roots[i]] = VECTORS_LOW;
            double cost = try(s);
            if (cost < least)
                least = cost, low = i, high = k;
        }
    if (least == INFINITY)
        return;
    memset(s->place, 0, 2 * s->plan->n_buffers * sizeof *s->place);
    if (high < s->n_roots)
        s->place[s->roots[high]] = VECTORS_HIGH;
    if (low < s->n_roots)
        s->place[s->roots[low]] = VECTORS_LOW;
    for (size_t i = 0; i < s->n_roots; i++) {
        enum vectors_axis kept = s->place[s->roots[i]];
        for (enum vectors_axis on = VECTORS_NONE; on <= VECTORS_HIGH; on++) {
            enum vectors_axis was = s->place[s->roots[i]];
            s->place[s->roots[i]] = on;
            double cost = try(s);
            if (cost < least)
                least = cost, kept = on;
            s->place[s->roots[i]] = was;
        }
        s->place[s->roots[i]] = kept;
    }
}

bool vectors_search(struct cg_arena *arena, const struct plan *plan, size_t lanes, bool batches,
                    struct vectors_layout *layout)
{
    struct search s = {.plan = plan, .batches = batches, .best_cost = INFINITY};
    if (plan->n_buffers > MOST_BUFFERS)
        return false;
    for (size_t i = 0; i < plan->n_buffers; i++)
        if (plan->buffers[i].rows * plan->buffers[i].cols > LARGEST_BUFFER)
            return false;
    find_classes(&s, arena);
    for (s.layout.lanes = lanes; s.layout.lanes >= 2 && s.layout.lanes * 4 >= lanes;
         s.layout.lanes /= 2)
        for (s.layout.period = 1; s.layout.period <= s.layout.lanes; s.layout.period *= 2)
            try_places(&s);
    *layout = s.best;
    return s.best_cost < INFINITY;
}
