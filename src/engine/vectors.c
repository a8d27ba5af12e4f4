#include "engine/vectors_writer.h"

#include <assert.h>
enum { MOST_OPERATIONS = 2500 };

/* Parameters and optimiser memory, as they stand before an update. */
static void load_state(struct writer *w)
{
    for (size_t b = 0; b < w->plan->n_buffers; b++) {
        if (w->plan->buffers[b].space != PLAN_STATE)
            continue;
        size_t rows = vec_axis_chunks(w, vec_buffer_axis(w, b, 0));
        size_t cols = vec_axis_chunks(w, vec_buffer_axis(w, b, 1));
        for (size_t i = 0; i < rows * cols; i++) {
            struct held held = {.reg = {.id = w->n_ids++, .finite = true}};
            vec_own_entries(w, b, i / cols, i % cols, held.entry);
            for (size_t l = 0; l < w->layout->lanes; l++)
                held.reg.zeros |= (uint32_t)(held.entry[l] == NOTHING) << l;
            vec_hold(w, &w->held[b], &held);
            if (w->head)
                vec_put_loaded(w->head, w, &held, b);
        }
    }
}

static void put_scalars(struct writer *w)
{
    static const char *const names[] = {"PLAN_RATE", "PLAN_FIRST_BIAS", "PLAN_SECOND_BIAS"};
    for (int s = 0; s < PLAN_SCALAR_COUNT; s++) {
        w->scalars[s] = vec_result(w, 0, 0);
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
                    now->reg = vec_without(w, now->reg, was->reg.zeros);
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
            vec_hold(w, &copy[b], &w->held[b].items[i]);
    return copy;
}

/* One update. False where it grows too long. */
static bool write_update(struct writer *w)
{
    put_scalars(w);
    put_row_pointers(w);
    for (size_t i = 0; i < w->plan->n_ops; i++) {
        vec_write_op(w, &w->plan->ops[i]);
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
            ready = vec_later(ready, w->held[b].items[i].reg.ready);
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
