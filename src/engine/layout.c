#include "engine/layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* θ has no letter of C, but its TeX has: \theta. */
static const char *in_letters(struct cg_arena *arena, const struct plan_buffer *buffer)
{
    const char *text = buffer->name;
    for (const char *c = text; *c; c++)
        if (*c & 0x80 && buffer->value)
            text = buffer->value->tex;
    char *name = cg_alloc(arena, strlen(text) + 2);
    size_t n = 0;
    for (const char *c = text; *c; c++)
        if (is_letter(*c) || (is_digit(*c) && n))
            name[n++] = *c;
    return n ? name : "x";
}

static bool is_taken(const struct plan *plan, size_t before, const char *name)
{
    static const char *const words[] = {
        "auto",     "break",   "case",   "char",     "const",  "continue", "default",
        "do",       "double",  "else",   "enum",     "extern", "float",    "for",
        "goto",     "if",      "inline", "int",      "long",   "main",     "register",
        "restrict", "return",  "short",  "signed",   "sizeof", "static",   "struct",
        "switch",   "typedef", "union",  "unsigned", "void",   "volatile", "while"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], name) == 0)
            return true;
    for (size_t i = 0; i < before; i++)
        if (strcmp(plan->buffers[i].name, name) == 0)
            return true;
    return false;
}

void plan_name_buffers(struct cg_arena *arena, struct plan *plan)
{
    size_t temps = 0;
    for (size_t i = 0; i < plan->n_buffers; i++) {
        struct plan_buffer *buffer = &plan->buffers[i];
        bool named = buffer->name || buffer->role == PLAN_EYE;
        const char *base = buffer->role == PLAN_EYE ? "eye"
                           : named                  ? in_letters(arena, buffer)
                                                    : "t";
        const char *name = named ? base : cg_format(arena, "t%zu", ++temps);
        for (size_t n = 2; is_taken(plan, i, name); n++)
            name = named ? cg_format(arena, "%s_%zu", base, n) : cg_format(arena, "t%zu", ++temps);
        buffer->name = name;
    }
}

void plan_views(struct plan_op *op, void (*visit)(void *context, struct plan_view *view, bool out),
                void *context)
{
    struct plan_map *map = &op->u.map;
    switch (op->kind) {
    case PLAN_PRODUCT:
        visit(context, &op->u.product.a, false);
        visit(context, &op->u.product.b, false);
        visit(context, &op->u.product.out, true);
        return;
    case PLAN_SOFTMAX:
        visit(context, &op->u.softmax.a, false);
        visit(context, &op->u.softmax.out, true);
        return;
    case PLAN_MAP:
        for (size_t i = 0; i < map->n_inputs; i++)
            visit(context, &map->inputs[i], false);
        for (size_t i = 0; i < map->n_stores; i++)
            visit(context, &map->stores[i].out, true);
        return;
    }
}

/* From the operation that makes a temporary to the last that reads it. */
struct life {
    size_t buffer, first, last;
};

struct lives {
    struct life *of; /* by buffer */
    size_t op;
};

static void live(void *context, struct plan_view *view, bool out)
{
    struct lives *lives = context;
    struct life *life = &lives->of[view->buffer];
    if (out && life->first > lives->op)
        life->first = lives->op;
    life->last = lives->op;
}

static size_t aligned(size_t count)
{
    return (count + PLAN_ALIGN - 1) / PLAN_ALIGN * PLAN_ALIGN;
}

static size_t room(const struct plan_buffer *buffer)
{
    return aligned(buffer->rows * buffer->cols);
}

static int by_first(const void *a, const void *b)
{
    const struct life *x = a, *y = b;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return x->buffer < y->buffer ? -1 : x->buffer > y->buffer;
}

/* The lowest place that no living temporary takes; `living` is in order of offset. */
static size_t find_room(const struct plan *plan, const struct life *living, size_t count,
                        size_t base, size_t need, size_t *at)
{
    size_t offset = base;
    for (*at = 0; *at < count; ++*at) {
        const struct plan_buffer *other = &plan->buffers[living[*at].buffer];
        if (other->offset >= offset + need)
            break;
        offset = other->offset + room(other);
    }
    return offset;
}

/* In order of birth, each into the lowest gap. */
static void place_temps(struct cg_arena *arena, struct plan *plan, struct life *lives, size_t count,
                        size_t base)
{
    struct life *living = cg_alloc_array(arena, count + 1, sizeof *living);
    size_t n = 0, at;
    qsort(lives, count, sizeof *lives, by_first);
    for (size_t i = 0; i < count; i++) {
        size_t kept = 0;
        for (size_t k = 0; k < n; k++)
            if (living[k].last >= lives[i].first)
                living[kept++] = living[k];
        n = kept;
        struct plan_buffer *buffer = &plan->buffers[lives[i].buffer];
        buffer->offset = find_room(plan, living, n, base, room(buffer), &at);
        memmove(living + at + 1, living + at, (n - at) * sizeof *living);
        living[at] = lives[i];
        n++;
        if (buffer->offset + room(buffer) > plan->work_size)
            plan->work_size = buffer->offset + room(buffer);
    }
}

bool plan_lay_out(struct cg_arena *arena, struct plan *plan)
{
    struct lives lives = {cg_alloc_array(arena, plan->n_buffers, sizeof *lives.of), 0};
    struct life *temps = cg_alloc_array(arena, plan->n_buffers, sizeof *temps);
    size_t count = 0;
    for (size_t i = 0; i < plan->n_buffers; i++)
        lives.of[i] = (struct life){i, plan->n_ops, 0};
    for (lives.op = 0; lives.op < plan->n_ops; lives.op++)
        plan_views(&plan->ops[lives.op], live, &lives);
    lives.of[plan->loss].last = plan->n_ops;
    for (size_t i = 0; i < plan->n_buffers; i++) {
        struct plan_buffer *buffer = &plan->buffers[i];
        if (buffer->role == PLAN_TEMP) {
            temps[count++] = lives.of[i];
            continue;
        }
        size_t *size = buffer->space == PLAN_STATE ? &plan->state_size : &plan->work_size;
        buffer->offset = *size;
        *size += room(buffer);
    }
    place_temps(arena, plan, temps, count, plan->work_size);
    return (plan->state_size + plan->work_size) / (1u << 27) < MOST_GIGABYTES;
}
