#include "algebra/trace.h"

#include "algebra/rules.h"

#include <string.h>

/* Nodes of a line, as a tree: beyond it nobody reads it, and rules that copy could go on for ever.
 */
enum { MOST_NODES = 20000 };

void trace_init(struct trace *trace, struct cg_book *book, const struct cg_value *of,
                const struct cg_value *wrt, const struct cg_step *parent)
{
    *trace = (struct trace){.book = book, .parent = parent};
    trace->work.model = book->model;
    trace->work.arena = book->arena;
    trace->work.bodies = book->bodies;
    memcpy(trace->work.used, book->size_letters, sizeof trace->work.used);
    trace->derivation = cg_alloc(book->arena, sizeof *trace->derivation);
    trace->derivation->model = book->model;
    trace->derivation->of = of;
    trace->derivation->wrt = wrt;
}

void trace_begin(struct trace *trace)
{
    struct work *work = &trace->work;
    work->touched = work->made = (struct exprs){0};
    memcpy(work->used, trace->book->size_letters, sizeof work->used);
    index_take(work, trace->lhs);
    if (trace->rhs)
        index_take(work, trace->rhs);
}

static struct cg_step *new_step(struct trace *trace, enum cg_rule rule,
                                const struct cg_expr *before, const struct cg_expr *rhs)
{
    struct cg_step *step = cg_alloc(trace->book->arena, sizeof *step);
    step->rule = rule;
    step->lhs = trace->lhs;
    step->before = before;
    step->rhs = rhs;
    step->derivation = trace->derivation;
    step->id = trace->book->n_steps++;
    return step;
}

void steps_add(struct cg_arena *arena, struct steps *steps, struct cg_step *step)
{
    steps->items =
        cg_grow(arena, steps->items, steps->count, &steps->capacity, sizeof *steps->items);
    steps->items[steps->count++] = step;
}

/* Terms that are told of one step: marks beyond them would only be noise. */
enum { MOST_MARKS = 24 };

/* The nodes of the list that are in the line, without those inside another of them. */
static void keep_terms(struct trace *trace, const struct exprs *list, const struct cg_expr *line,
                       const struct cg_expr ***out, size_t *count)
{
    struct exprs in = {0}, kept = {0};
    for (size_t i = 0; i < list->count && in.count < MOST_MARKS; i++)
        if (contains_node(line, list->items[i]))
            exprs_add(trace->book->arena, &in, list->items[i]);
    for (size_t i = 0; i < in.count; i++) {
        bool keep = true;
        for (size_t j = 0; j < in.count && keep; j++)
            keep = in.items[i] == in.items[j] ? j >= i : !contains_node(in.items[j], in.items[i]);
        if (keep)
            exprs_add(trace->book->arena, &kept, in.items[i]);
    }
    *out = kept.items;
    *count = kept.count;
}

static void account(struct trace *trace, struct cg_step *step, const struct exprs *touched,
                    const struct exprs *made)
{
    keep_terms(trace, touched, step->before, &step->touched, &step->n_touched);
    keep_terms(trace, made, step->rhs, &step->made, &step->n_made);
}

bool trace_atom(struct trace *trace, enum cg_rule rule, const struct cg_expr *rhs)
{
    if (rhs == trace->rhs)
        return false;
    if (tree_size(rhs, MOST_NODES) >= MOST_NODES) {
        trace->work.failure = "a line would get too long to be read: give parts of it a name";
        return false;
    }
    if (trace->book->most_memory && trace->book->arena->total > trace->book->most_memory) {
        trace->work.failure = "there would be too many long lines to be read: use fewer values in "
                              "one expression, or give parts of it a name";
        return false;
    }
    struct cg_step *atom = new_step(trace, rule, trace->rhs, rhs);
    account(trace, atom, &trace->work.touched, &trace->work.made);
    if (trace->group.count)
        atom->previous = trace->group.items[trace->group.count - 1];
    else if (trace->lines.count)
        atom->previous = trace->lines.items[trace->lines.count - 1];
    steps_add(trace->book->arena, &trace->group, atom);
    trace->rhs = rhs;
    return true;
}

bool trace_apply(struct trace *trace, enum cg_rule rule)
{
    trace_begin(trace);
    const struct cg_expr *rhs = rewrite_all(&trace->work, trace->rhs, rule_function(rule));
    return !trace->work.failure && trace_atom(trace, rule, rhs);
}

static int weight(enum cg_rule rule)
{
    return cg_rule_info(rule)->weight;
}

static struct cg_step *bundle(struct trace *trace)
{
    struct steps *group = &trace->group;
    enum cg_rule rule = group->items[0]->rule;
    struct exprs touched = {0}, made = {0};
    for (size_t i = 0; i < group->count; i++) {
        const struct cg_step *atom = group->items[i];
        if (weight(atom->rule) > weight(rule))
            rule = atom->rule;
        for (size_t j = 0; j < atom->n_touched; j++)
            exprs_add(trace->book->arena, &touched, atom->touched[j]);
        for (size_t j = 0; j < atom->n_made; j++)
            exprs_add(trace->book->arena, &made, atom->made[j]);
    }
    struct cg_step *line = new_step(trace, rule, group->items[0]->before, trace->rhs);
    line->previous = group->items[0]->previous;
    account(trace, line, &touched, &made);
    line->children_kind = CG_CHILDREN_ATOMS;
    line->children = cg_copy(trace->book->arena, group->items, group->count * sizeof *group->items);
    line->n_children = group->count;
    for (size_t i = 0; i < group->count; i++)
        group->items[i]->parent = line;
    return line;
}

struct cg_step *trace_close(struct trace *trace)
{
    if (!trace->group.count)
        return NULL;
    struct cg_step *line = trace->group.count == 1 ? trace->group.items[0] : bundle(trace);
    line->parent = trace->parent;
    steps_add(trace->book->arena, &trace->lines, line);
    trace->group = (struct steps){0};
    return line;
}

struct cg_step *trace_line(struct trace *trace, enum cg_rule rule, const struct cg_expr *lhs,
                           const struct cg_expr *rhs)
{
    trace_close(trace);
    trace->lhs = lhs;
    const struct cg_expr *before = trace->rhs ? trace->rhs : lhs;
    struct cg_step *line = new_step(trace, rule, before, rhs);
    if (!trace->work.touched.count) {
        exprs_add(trace->book->arena, &trace->work.touched, before);
        exprs_add(trace->book->arena, &trace->work.made, rhs);
    }
    account(trace, line, &trace->work.touched, &trace->work.made);
    if (trace->lines.count && trace->rhs)
        line->previous = trace->lines.items[trace->lines.count - 1];
    line->parent = trace->parent;
    steps_add(trace->book->arena, &trace->lines, line);
    trace->rhs = rhs;
    trace->work.touched = trace->work.made = (struct exprs){0};
    return line;
}

void trace_children(struct trace *trace, struct cg_step *line, const struct steps *children)
{
    if (!children->count)
        return;
    line->children_kind = CG_CHILDREN_DERIVATIONS;
    line->n_children = children->count;
    line->children =
        cg_copy(trace->book->arena, children->items, children->count * sizeof *children->items);
}

void trace_finish(struct trace *trace)
{
    trace_close(trace);
    trace->derivation->n_steps = trace->lines.count;
    trace->derivation->steps = cg_copy(trace->book->arena, trace->lines.items,
                                       trace->lines.count * sizeof *trace->lines.items);
}
