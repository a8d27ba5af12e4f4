/* The optimisers' formulas (optimizer.h) as nodes. They are not simplified: a gradient stays the
 * node that it is, which is there before any parameter changes. */
#include "engine/lower.h"
#include "engine/optimizer.h"

static struct ref times(struct nodes *g, struct ref a, struct ref b)
{
    return node_plain(g, PLAN_TIMES, a, b);
}

/* a x */
static struct ref scale(struct nodes *g, double a, struct ref x)
{
    return times(g, node_number(g, a, 1, 1), x);
}

/* w - rate by */
static struct ref less(struct nodes *g, struct ref w, struct ref by)
{
    return node_plain(g, PLAN_MINUS, w, times(g, node_scalar(g, PLAN_RATE), by));
}

static void change(struct lowered *out, struct ref w, struct ref target, struct ref by,
                   struct ref from, bool descend)
{
    struct nodes *g = &out->nodes;
    out->changes = cg_grow(g->arena, out->changes, out->n_changes, &out->changes_capacity,
                           sizeof *out->changes);
    out->changes[out->n_changes++] = (struct change){.param = w.node,
                                                     .target = target.node,
                                                     .by = by,
                                                     .from = from.node,
                                                     .descend = descend,
                                                     .line = g->line};
}

static bool is_param(const struct nodes *g, struct ref a)
{
    const struct node *n = &g->nodes[a.node];
    return n->kind == NODE_LEAF && (n->role == PLAN_PARAM || n->role == PLAN_MEMORY);
}

static void momentum(struct lowered *out, double beta, struct ref w, struct ref gradient,
                     const char *of, struct ref v)
{
    struct nodes *g = &out->nodes;
    const char *name = g->nodes[w.node].name;
    lower_line(g, cg_format(g->arena, "velocity_%s = %g velocity_%s + %s", name, beta, name, of));
    struct ref next = node_plain(g, PLAN_PLUS, scale(g, beta, v), gradient);
    change(out, w, v, next, gradient, false);
    lower_line(g, cg_format(g->arena, "%s -= rate velocity_%s", name, name));
    change(out, w, w, less(g, w, next), gradient, false);
}

static void adam(struct lowered *out, const struct cg_optimizer_constants *c, struct ref w,
                 struct ref gradient, const char *of, const struct ref *moments)
{
    struct nodes *g = &out->nodes;
    const char *name = g->nodes[w.node].name;
    lower_line(g, cg_format(g->arena, "mean_%s = %g mean_%s + %g %s", name, c->beta1, name,
                            1 - c->beta1, of));
    struct ref first =
        node_plain(g, PLAN_PLUS, scale(g, c->beta1, moments[0]), scale(g, 1 - c->beta1, gradient));
    change(out, w, moments[0], first, gradient, false);
    lower_line(g, cg_format(g->arena, "spread_%s = %g spread_%s + %g (%s)^2", name, c->beta2, name,
                            1 - c->beta2, of));
    struct ref square = node_unary(g, PLAN_SQUARE, gradient);
    struct ref second =
        node_plain(g, PLAN_PLUS, scale(g, c->beta2, moments[1]), scale(g, 1 - c->beta2, square));
    change(out, w, moments[1], second, gradient, false);
    lower_line(g,
               cg_format(g->arena,
                         "%s -= rate (mean_%s / (1 - %g^t)) / (sqrt(spread_%s / (1 - %g^t)) + %g)",
                         name, name, c->beta1, name, c->beta2, c->epsilon));
    struct ref root = node_unary(g, PLAN_SQRT, times(g, second, node_scalar(g, PLAN_SECOND_BIAS)));
    struct ref divisor = node_plain(g, PLAN_PLUS, root, node_number(g, c->epsilon, 1, 1));
    struct ref along =
        node_plain(g, PLAN_OVER, times(g, first, node_scalar(g, PLAN_FIRST_BIAS)), divisor);
    change(out, w, w, less(g, w, along), gradient, false);
}

void lower_update(struct lowered *out, const struct cg_train_options *options, struct ref w,
                  struct ref gradient, const struct ref *memory)
{
    struct nodes *g = &out->nodes;
    struct cg_optimizer_constants constants = optimizer_constants(options);
    const char *name = g->nodes[w.node].name;
    const char *of = cg_format(g->arena, "d%s/d%s", options->loss->name, name);
    if (is_param(g, gradient) && !ref_equal(gradient, w)) /* which changes too */
        gradient = node_copy(g, gradient);
    switch (options->optimizer) {
    case CG_SGD:
        lower_line(g, cg_format(g->arena, "%s -= rate %s", name, of));
        return change(out, w, w, gradient, gradient, true);
    case CG_MOMENTUM:
        return momentum(out, constants.beta, w, gradient, of, memory[0]);
    case CG_ADAM:
        return adam(out, &constants, w, gradient, of, memory);
    }
}

/* Descents apart; what else there is of one gradient; and how often each node is read. */
struct split {
    struct lowered *out;
    size_t *uses;
    struct ref rest;
    bool has_rest;
    struct ref *terms;
    size_t n_terms, capacity;
};

static void count_uses(const struct nodes *g, size_t *uses, size_t node)
{
    if (uses[node]++)
        return;
    for (size_t i = 0; i < g->nodes[node].n_args; i++)
        count_uses(g, uses, g->nodes[node].args[i].node);
}

/* A product or sum that nothing else reads, and that reads no parameter itself (another update
 * would change what it reads). */
static bool can_descend(const struct split *s, struct ref a)
{
    const struct nodes *g = &s->out->nodes;
    const struct node *n = &g->nodes[a.node];
    if (s->uses[a.node] > 1 || (n->kind != NODE_PRODUCT && n->kind != NODE_SUM))
        return false;
    for (size_t i = 0; i < n->n_args; i++)
        if (is_param(g, n->args[i]))
            return false;
    return ref_is_whole(g, a) || ref_is_whole(g, ref_transposed(a));
}

/* Takes a gradient apart where it is a sum that nothing else reads. */
static void split_terms(struct split *s, struct ref a)
{
    struct nodes *g = &s->out->nodes;
    const struct node n = g->nodes[a.node];
    bool turned = !ref_is_whole(g, a);
    if (can_descend(s, a)) {
        s->terms = cg_grow(g->arena, s->terms, s->n_terms, &s->capacity, sizeof *s->terms);
        s->terms[s->n_terms++] = a;
    } else if (n.kind == NODE_ELEM && n.code == PLAN_PLUS && s->uses[a.node] == 1 &&
               (!turned || ref_is_whole(g, ref_transposed(a)))) {
        for (size_t i = 0; i < 2; i++)
            split_terms(s, turned ? ref_transposed(n.args[i]) : n.args[i]);
    } else {
        s->rest = s->has_rest ? node_binary(g, PLAN_PLUS, s->rest, a) : a;
        s->has_rest = true;
    }
}

/* The descents of one change along a gradient, or the new value. */
static void split_change(struct lowered *out, size_t *uses, const struct change *c)
{
    struct nodes *g = &out->nodes;
    struct ref w = node_whole(g, c->target);
    struct split s = {.out = out, .uses = uses};
    g->line = c->line;
    split_terms(&s, c->by);
    if (s.has_rest && is_param(g, s.rest) && !ref_equal(s.rest, w))
        s.rest = node_copy(g, s.rest);
    if (s.has_rest)
        change(out, w, w, less(g, w, s.rest), s.rest, false);
    for (size_t t = 0; t < s.n_terms; t++)
        change(out, w, w, s.terms[t], g->nodes[s.terms[t].node].args[0], true);
}

void lower_descents(struct lowered *out)
{
    struct nodes *g = &out->nodes;
    struct change *all = out->changes;
    size_t n = out->n_changes, *uses = cg_alloc_array(g->arena, g->count, sizeof *uses);
    out->changes = NULL;
    out->n_changes = out->changes_capacity = 0;
    count_uses(g, uses, out->loss.node);
    for (size_t i = 0; i < n; i++)
        count_uses(g, uses, all[i].by.node);
    for (size_t i = 0; i < n; i++)
        split_change(out, uses, &all[i]);
}
