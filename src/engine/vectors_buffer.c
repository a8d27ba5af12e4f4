#include "engine/vectors_writer.h"

#include <assert.h>
void vec_hold(struct writer *w, struct held_list *list, const struct held *held)
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

void vec_put_loaded(struct cg_strbuf *out, const struct writer *w, const struct held *held,
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
    held.reg.id = vec_result(w, 0, rows ? loads : 0).id;
    struct cg_strbuf *out = rows ? w->body : w->head;
    if (out)
        vec_put_loaded(out, w, &held, buffer);
    vec_hold(w, &w->held[buffer], &held);
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
        out.reg = vec_shuffle(w, begun ? out.reg : held->reg, held->reg, from);
        missing &= ~found;
        begun = true;
    }
    assert(!missing);
    return out;
}

struct reg vec_fetch(struct writer *w, size_t buffer, const int32_t *want)
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
        return vec_number(w, 0);
    struct held held = gather(w, list, want);
    vec_hold(w, list, &held);
    return held.reg;
}

void vec_own_entries(const struct writer *w, size_t buffer, size_t row, size_t col, int32_t *entry)
{
    struct axis rows = vec_buffer_axis(w, buffer, 0), cols = vec_buffer_axis(w, buffer, 1);
    for (size_t l = 0; l < w->layout->lanes; l++) {
        int32_t r = vec_axis_at(w, rows, row, l), c = vec_axis_at(w, cols, col, l);
        entry[l] = r == NOTHING || c == NOTHING ? NOTHING : r * (int32_t)cols.size + c;
    }
}

void vec_store(struct writer *w, size_t buffer, struct held_list *made)
{
    struct held_list own = {0}, *list = &w->held[buffer];
    size_t rows = vec_axis_chunks(w, vec_buffer_axis(w, buffer, 0));
    size_t cols = vec_axis_chunks(w, vec_buffer_axis(w, buffer, 1));
    for (size_t i = 0; i < list->count; i++)
        vec_hold(w, made, &list->items[i]);
    for (size_t i = 0; i < rows * cols; i++) {
        struct held held;
        vec_own_entries(w, buffer, i / cols, i % cols, held.entry);
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
        vec_hold(w, &own, &held);
    }
    *list = own;
}
