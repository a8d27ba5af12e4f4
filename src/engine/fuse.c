#include "engine/fuse.h"

#include <string.h>

/* How many cheap instructions a second map may repeat rather than load what they come to. */
enum { MOST_REPEATED = 6 };

struct fusing {
    struct fused *f;
    struct nodes *g;
    size_t *stamps, stamp; /* by node: the walk that saw it last */
    size_t *positions;     /* by node: what that walk found */
};

void node_domain(const struct node *node, size_t *rows, size_t *cols)
{
    bool sum = node->kind == NODE_SUM;
    *rows = sum ? node->args[0].rows : node->rows;
    *cols = sum ? node->args[0].cols : node->cols;
}

static bool in_map(const struct node *n)
{
    return n->kind == NODE_ELEM || n->kind == NODE_SUM || n->kind == NODE_NUMBER;
}

static void mark_anchors(struct fusing *s, size_t node)
{
    if (s->stamps[node] == s->stamp)
        return;
    s->stamps[node] = s->stamp;
    const struct node *n = &s->g->nodes[node];
    for (size_t i = 0; i < n->n_args; i++) {
        struct ref a = n->args[i];
        mark_anchors(s, a.node);
        enum node_kind kind = s->g->nodes[a.node].kind;
        if (kind == NODE_ELEM && (!in_map(n) || !ref_is_whole(s->g, a)))
            s->f->anchor[a.node] = true;
    }
    if (n->kind == NODE_SUM || n->kind == NODE_PRODUCT || n->kind == NODE_SOFTMAX)
        s->f->anchor[node] = true;
}

/* What is read from outside, and what must be there before parameters change. */
static void find_anchors(struct fusing *s)
{
    const struct lowered *in = s->f->in;
    s->stamp++;
    mark_anchors(s, in->loss.node);
    s->f->anchor[in->loss.node] = true;
    for (size_t i = 0; i < in->n_changes; i++) {
        const struct change *c = &in->changes[i];
        mark_anchors(s, c->by.node);
        if (c->descend)
            s->f->changed[c->by.node] = true;
        enum node_kind kind = s->g->nodes[c->from].kind;
        if (kind != NODE_LEAF && kind != NODE_NUMBER)
            s->f->anchor[c->from] = true;
    }
    for (size_t i = 0; i < s->g->count; i++)
        if (s->stamps[i] != s->stamp || s->f->changed[i])
            s->f->anchor[i] = false;
}

bool fused_inside(const struct fused *f, size_t group, struct ref a)
{
    const struct nodes *g = &f->in->nodes;
    const struct node *n = &g->nodes[a.node];
    if (n->kind == NODE_NUMBER)
        return !f->anchor[a.node] || f->home[a.node] == group;
    return n->kind == NODE_ELEM && (!f->anchor[a.node] || f->home[a.node] == group) &&
           ref_is_whole(g, a);
}

/* The first group that can read a, in a map of its domain. */
static size_t earliest(struct fusing *s, struct ref a)
{
    const struct node *n = &s->g->nodes[a.node];
    if (n->kind == NODE_LEAF || n->kind == NODE_NUMBER)
        return 0;
    if (s->f->anchor[a.node]) {
        bool pointwise = n->kind == NODE_ELEM && ref_is_whole(s->g, a);
        return s->f->home[a.node] + !pointwise;
    }
    if (s->stamps[a.node] == s->stamp)
        return s->positions[a.node];
    s->stamps[a.node] = s->stamp;
    size_t at = 0;
    for (size_t i = 0; i < n->n_args; i++) {
        size_t position = earliest(s, n->args[i]);
        at = position > at ? position : at;
    }
    return s->positions[a.node] = at;
}

static size_t earliest_of(struct fusing *s, size_t node)
{
    const struct node *n = &s->g->nodes[node];
    size_t at = 0;
    s->stamp++;
    for (size_t i = 0; i < n->n_args; i++) {
        size_t position = earliest(s, n->args[i]);
        at = position > at ? position : at;
    }
    return at;
}

static size_t new_group(struct fused *f, enum plan_kind kind, size_t rows, size_t cols)
{
    f->groups =
        cg_grow(f->in->nodes.arena, f->groups, f->n_groups, &f->capacity, sizeof *f->groups);
    f->groups[f->n_groups] = (struct group){.kind = kind, .rows = rows, .cols = cols};
    return f->n_groups++;
}

/* A map of the domain, from a position on: one that is there, or a new one. */
static size_t find_map(struct fused *f, size_t from, size_t rows, size_t cols)
{
    for (size_t i = from; i < f->n_groups; i++)
        if (f->groups[i].kind == PLAN_MAP && f->groups[i].rows == rows && f->groups[i].cols == cols)
            return i;
    return new_group(f, PLAN_MAP, rows, cols);
}

static void append(struct cg_arena *arena, size_t **items, size_t *count, size_t *capacity,
                   size_t item)
{
    *items = cg_grow(arena, *items, *count, capacity, sizeof **items);
    (*items)[(*count)++] = item;
}

static void place_node(struct fusing *s, size_t node)
{
    struct fused *f = s->f;
    const struct node *n = &s->g->nodes[node];
    size_t rows, cols, at;
    node_domain(n, &rows, &cols);
    if (in_map(n))
        at = find_map(f, earliest_of(s, node), rows, cols);
    else
        at = new_group(f, n->kind == NODE_PRODUCT ? PLAN_PRODUCT : PLAN_SOFTMAX, rows, cols);
    struct group *group = &f->groups[at];
    append(s->g->arena, &group->nodes, &group->n_nodes, &group->nodes_capacity, node);
    f->home[node] = at;
}

/* Where a leaf is read: the last group, and whether all its reads there are by one view. */
struct reads {
    size_t leaf, last;
    bool any, alike;
    struct ref by;
};

static void read_in(struct fusing *s, size_t group, struct ref a, struct reads *reads)
{
    if (a.node == reads->leaf) {
        bool again = reads->any && reads->last == group;
        reads->alike = !again || (reads->alike && reads->by.offset == a.offset &&
                                  reads->by.row == a.row && reads->by.col == a.col);
        reads->any = true;
        reads->last = group;
        reads->by = a;
        return;
    }
    if (s->g->nodes[a.node].kind != NODE_ELEM || !fused_inside(s->f, group, a) ||
        s->stamps[a.node] == s->stamp)
        return;
    s->stamps[a.node] = s->stamp;
    const struct node *n = &s->g->nodes[a.node];
    for (size_t i = 0; i < n->n_args; i++)
        read_in(s, group, n->args[i], reads);
}

static struct reads find_reads(struct fusing *s, size_t leaf)
{
    struct reads reads = {.leaf = leaf};
    for (size_t i = 0; i < s->f->n_groups; i++) {
        const struct group *group = &s->f->groups[i];
        s->stamp++;
        for (size_t k = 0; k < group->n_nodes + group->n_changes; k++) {
            size_t node = k < group->n_nodes
                              ? group->nodes[k]
                              : s->f->in->changes[group->changes[k - group->n_nodes]].by.node;
            const struct node *n = &s->g->nodes[node];
            s->stamps[node] = s->stamp;
            for (size_t j = 0; j < n->n_args; j++)
                read_in(s, i, n->args[j], &reads);
        }
    }
    return reads;
}

/* The domain of a change's map, and the view of its target there. */
struct ref fused_target(const struct nodes *g, const struct change *c, size_t *rows, size_t *cols)
{
    const struct node *n = &g->nodes[c->by.node];
    node_domain(n, rows, cols);
    struct ref view = node_whole(g, c->target);
    if (n->kind == NODE_SUM) { /* the same numbers in the same order, be it a row or a column */
        view = node_whole(g, c->by.node);
        view.node = c->target;
        return view;
    }
    if (n->rows != view.rows || n->cols != view.cols || !ref_is_whole(g, c->by))
        view = ref_transposed(view);
    return view;
}

/* New values of a parameter and its memory: together, in one map, after all that reads them. */
static void place_map_changes(struct fusing *s, size_t from, size_t count)
{
    struct fused *f = s->f;
    const struct change *changes = f->in->changes + from;
    size_t rows = 1, cols = 1, at = 0;
    for (size_t i = 0; i < count; i++) {
        const struct change *c = &changes[i];
        struct ref view = fused_target(s->g, c, &rows, &cols);
        size_t position = earliest_of(s, c->by.node);
        struct reads reads = find_reads(s, c->target);
        if (reads.any) {
            const struct group *last = &f->groups[reads.last];
            bool same = last->kind == PLAN_MAP && last->rows == rows && last->cols == cols &&
                        reads.alike && reads.by.offset == view.offset && reads.by.row == view.row &&
                        reads.by.col == view.col;
            size_t after = reads.last + !same;
            position = after > position ? after : position;
        }
        at = position > at ? position : at;
    }
    at = find_map(f, at, rows, cols);
    struct group *group = &f->groups[at];
    for (size_t i = 0; i < count; i++)
        append(s->g->arena, &group->changes, &group->n_changes, &group->changes_capacity, from + i);
}

static bool descends_product(const struct fusing *s, const struct change *c)
{
    return c->descend && s->g->nodes[c->by.node].kind == NODE_PRODUCT;
}

/* Those of maps; then the products that descend, each a group. */
static void place_changes(struct fusing *s)
{
    const struct lowered *in = s->f->in;
    for (size_t i = 0, n; i < in->n_changes; i += n) {
        const struct change *c = &in->changes[i];
        n = 1;
        if (descends_product(s, c))
            continue;
        while (!c->descend && i + n < in->n_changes && !c[n].descend && c[n].param == c->param)
            n++;
        place_map_changes(s, i, n);
    }
    for (size_t i = 0; i < in->n_changes; i++) {
        if (!descends_product(s, &in->changes[i]))
            continue;
        size_t at = new_group(s->f, PLAN_PRODUCT, 0, 0);
        struct group *group = &s->f->groups[at];
        append(s->g->arena, &group->changes, &group->n_changes, &group->changes_capacity, i);
    }
}

/* The group after which a product can descend: it has what it reads, and nothing reads what it
 * changes any more. */
static size_t ready(struct fusing *s, const struct change *c)
{
    const struct node *n = &s->g->nodes[c->by.node];
    struct reads reads = find_reads(s, c->target);
    size_t at = reads.any ? reads.last : 0;
    for (size_t i = 0; i < n->n_args; i++) {
        size_t home = s->f->home[n->args[i].node];
        at = home != NOWHERE && home > at ? home : at;
    }
    return at;
}

/* Products descend as soon as they can: what they read is in the cache then, and its room is free
 * for others. They are the last groups before. */
static void advance_descents(struct fusing *s)
{
    struct fused *f = s->f;
    struct cg_arena *arena = s->g->arena;
    size_t n = f->n_groups, first = n, placed = 0;
    while (first && f->groups[first - 1].kind == PLAN_PRODUCT && f->groups[first - 1].n_changes)
        first--;
    size_t *after = cg_alloc_array(arena, n + 1, sizeof *after);
    size_t *moved = cg_alloc_array(arena, n + 1, sizeof *moved); /* where a group goes */
    struct group *groups = cg_alloc_array(arena, n + 1, sizeof *groups);
    for (size_t i = first; i < n; i++)
        after[i] = ready(s, &f->in->changes[f->groups[i].changes[0]]);
    for (size_t i = 0; i < first; i++) {
        moved[i] = placed;
        groups[placed++] = f->groups[i];
        for (size_t k = first; k < n; k++)
            if (after[k] == i)
                groups[placed++] = f->groups[k];
    }
    memcpy(f->groups, groups, n * sizeof *groups);
    for (size_t i = 0; i < s->g->count; i++)
        if (f->home[i] != NOWHERE)
            f->home[i] = moved[f->home[i]];
}

static bool is_expensive(const struct node *n)
{
    switch (n->code) {
    case PLAN_OVER:
    case PLAN_POWER:
    case PLAN_EXP:
    case PLAN_LOG:
    case PLAN_SQRT:
    case PLAN_SIN:
    case PLAN_COS:
    case PLAN_TANH:
    case PLAN_SIGMOID:
    case PLAN_SOFTPLUS:
        return n->kind == NODE_ELEM;
    case PLAN_NUMBER:
    case PLAN_SCALAR:
    case PLAN_PLUS:
    case PLAN_MINUS:
    case PLAN_TIMES:
    case PLAN_NEGATE:
    case PLAN_SQUARE:
    case PLAN_RELU:
    case PLAN_ABS:
    case PLAN_STEP:
    case PLAN_SIGN:
        break;
    }
    return false;
}

/* Walks what a group computes. first[node]: the first group that does, plus 1. Returns how many
 * instructions the node takes, and makes it an anchor where repeating it does not pay. */
struct repeats {
    size_t *first, *cost;
    bool changed;
};

static size_t walk_inside(struct fusing *s, size_t group, struct ref a, struct repeats *r)
{
    const struct node *n = &s->g->nodes[a.node];
    if (n->kind != NODE_ELEM && n->kind != NODE_NUMBER) {
        s->f->stored[a.node] = true;
        return 0;
    }
    if (!fused_inside(s->f, group, a)) {
        s->f->stored[a.node] = true;
        return 0;
    }
    if (s->stamps[a.node] == s->stamp)
        return r->cost[a.node];
    s->stamps[a.node] = s->stamp;
    size_t cost = 1;
    for (size_t i = 0; i < n->n_args; i++)
        cost += walk_inside(s, group, n->args[i], r);
    if (r->first[a.node] && r->first[a.node] != group + 1 && !s->f->anchor[a.node] &&
        (is_expensive(n) || cost > MOST_REPEATED))
        s->f->anchor[a.node] = r->changed = true;
    r->first[a.node] = group + 1;
    return r->cost[a.node] = s->f->anchor[a.node] ? 0 : cost;
}

/* Marks what must be stored. False where a node turned out to be an anchor: fuse again. */
static bool settle(struct fusing *s)
{
    struct fused *f = s->f;
    struct repeats r = {cg_alloc_array(s->g->arena, s->g->count, sizeof *r.first),
                        cg_alloc_array(s->g->arena, s->g->count, sizeof *r.cost), false};
    memset(f->stored, 0, s->g->count * sizeof *f->stored);
    f->stored[f->in->loss.node] = true;
    for (size_t i = 0; i < f->n_groups; i++) {
        const struct group *group = &f->groups[i];
        s->stamp++;
        for (size_t k = 0; k < group->n_nodes + group->n_changes; k++) {
            bool is_node = k < group->n_nodes;
            size_t node = is_node ? group->nodes[k]
                                  : f->in->changes[group->changes[k - group->n_nodes]].by.node;
            const struct node *n = &s->g->nodes[node];
            for (size_t j = 0; j < n->n_args; j++) {
                if (group->kind == PLAN_MAP)
                    walk_inside(s, i, n->args[j], &r);
                else
                    f->stored[n->args[j].node] = true;
            }
        }
    }
    return !r.changed;
}

void plan_fuse(struct fused *out, struct lowered *in)
{
    struct cg_arena *arena = in->nodes.arena;
    size_t n = in->nodes.count;
    *out = (struct fused){.in = in};
    struct fusing s = {out, &in->nodes, cg_alloc_array(arena, n, sizeof(size_t)), 0,
                       cg_alloc_array(arena, n, sizeof(size_t))};
    out->anchor = cg_alloc_array(arena, n, sizeof *out->anchor);
    out->stored = cg_alloc_array(arena, n, sizeof *out->stored);
    out->changed = cg_alloc_array(arena, n, sizeof *out->changed);
    out->home = cg_alloc_array(arena, n, sizeof *out->home);
    find_anchors(&s);
    do {
        out->n_groups = 0;
        for (size_t i = 0; i < n; i++) {
            out->home[i] = NOWHERE;
            if (out->anchor[i])
                place_node(&s, i);
        }
        place_changes(&s);
    } while (!settle(&s));
    advance_descents(&s);
}
