/* From the schedule to operations and buffers. */
#include "engine/fuse.h"
#include "engine/layout.h"

#include <string.h>

struct assembly {
    struct cg_arena *arena;
    struct fused *f;
    struct nodes *g;
    struct plan *plan;
    size_t *buffers; /* by node: buffer + 1, or 0 */
    bool *told;      /* by node: its line stands at an operation already */
};

/* The map that is being written. */
struct writing {
    struct assembly *as;
    size_t group;
    struct plan_map *map;
    size_t inputs_capacity, code_capacity, stores_capacity;
    size_t *registers; /* by node: register + 1; instructions are counted from FIRST_CODE */
    size_t *touched;   /* the nodes that have one */
    size_t n_touched, touched_capacity;
};

enum { FIRST_CODE = 1 << 24 };

static void add_source(struct assembly *as, struct plan_op *op, size_t *capacity, size_t line)
{
    const char *text = as->g->lines[line];
    for (size_t i = 0; i < op->n_sources; i++)
        if (op->sources[i] == text)
            return;
    op->sources = cg_grow(as->arena, (void *)op->sources, op->n_sources, capacity, sizeof text);
    size_t at = op->n_sources++;
    op->sources[at] = text;
}

static struct plan_view view_of(const struct assembly *as, struct ref a)
{
    return (struct plan_view){as->buffers[a.node] - 1, a.offset, a.row, a.col};
}

static bool same_view(struct plan_view a, struct plan_view b)
{
    return a.buffer == b.buffer && a.offset == b.offset && a.row == b.row && a.col == b.col;
}

static size_t input_register(struct writing *w, struct ref a)
{
    struct plan_map *map = w->map;
    struct plan_view view = view_of(w->as, a);
    for (size_t i = 0; i < map->n_inputs; i++)
        if (same_view(map->inputs[i], view))
            return i;
    map->inputs =
        cg_grow(w->as->arena, map->inputs, map->n_inputs, &w->inputs_capacity, sizeof *map->inputs);
    map->inputs[map->n_inputs] = view;
    return map->n_inputs++;
}

static size_t register_of(struct writing *w, struct ref a);

static size_t node_register(struct writing *w, size_t node)
{
    if (w->registers[node])
        return w->registers[node] - 1;
    const struct node *n = &w->as->g->nodes[node];
    struct plan_instr instr = {.code = n->code, .number = n->number, .name = n->name};
    instr.a = n->n_args > 0 ? register_of(w, n->args[0]) : 0;
    instr.b = n->n_args > 1 ? register_of(w, n->args[1]) : 0;
    struct plan_map *map = w->map;
    struct cg_arena *arena = w->as->arena;
    map->code = cg_grow(arena, map->code, map->n_code, &w->code_capacity, sizeof *map->code);
    map->code[map->n_code] = instr;
    w->touched = cg_grow(arena, w->touched, w->n_touched, &w->touched_capacity, sizeof *w->touched);
    w->touched[w->n_touched++] = node;
    w->registers[node] = FIRST_CODE + map->n_code + 1;
    return FIRST_CODE + map->n_code++;
}

static size_t register_of(struct writing *w, struct ref a)
{
    return fused_inside(w->as->f, w->group, a) ? node_register(w, a.node) : input_register(w, a);
}

static void store(struct writing *w, struct plan_store store)
{
    struct plan_map *map = w->map;
    map->stores =
        cg_grow(w->as->arena, map->stores, map->n_stores, &w->stores_capacity, sizeof *map->stores);
    map->stores[map->n_stores++] = store;
}

static void write_node(struct writing *w, size_t node)
{
    struct assembly *as = w->as;
    const struct node *n = &as->g->nodes[node];
    if (n->kind == NODE_SUM) {
        size_t reg = register_of(w, n->args[0]);
        store(w, (struct plan_store){reg, view_of(as, node_whole(as->g, node)), n->reduce, n->scale,
                                     PLAN_SET});
    } else {
        size_t reg = node_register(w, node);
        if (as->f->stored[node])
            store(w, (struct plan_store){reg, view_of(as, node_whole(as->g, node)), PLAN_KEEP, 1,
                                         PLAN_SET});
    }
}

static void write_change(struct writing *w, const struct change *c)
{
    struct assembly *as = w->as;
    const struct node *n = &as->g->nodes[c->by.node];
    size_t rows, cols;
    struct plan_view out = view_of(as, fused_target(as->g, c, &rows, &cols));
    if (c->descend)
        store(w, (struct plan_store){register_of(w, n->args[0]), out, n->reduce, n->scale,
                                     PLAN_DESCEND});
    else
        store(w, (struct plan_store){node_register(w, c->by.node), out, PLAN_KEEP, 1, PLAN_SET});
}

/* Instructions follow the inputs, now that those are counted. */
static void number_registers(struct plan_map *map)
{
    for (size_t i = 0; i < map->n_code; i++) {
        struct plan_instr *instr = &map->code[i];
        instr->a = instr->a >= FIRST_CODE ? instr->a - FIRST_CODE + map->n_inputs : instr->a;
        instr->b = instr->b >= FIRST_CODE ? instr->b - FIRST_CODE + map->n_inputs : instr->b;
    }
    for (size_t i = 0; i < map->n_stores; i++) {
        size_t *reg = &map->stores[i].reg;
        *reg = *reg >= FIRST_CODE ? *reg - FIRST_CODE + map->n_inputs : *reg;
    }
}

/* Lines in the order of the derivation; those of a node stand where it is first computed. */
static void tell(struct writing *w, struct plan_op *op)
{
    struct assembly *as = w->as;
    const struct group *group = &as->f->groups[w->group];
    bool *lines = cg_alloc_array(as->arena, as->g->n_lines, sizeof *lines);
    for (size_t i = 0; i < w->n_touched + group->n_nodes; i++) {
        size_t node = i < w->n_touched ? w->touched[i] : group->nodes[i - w->n_touched];
        const struct node *n = &as->g->nodes[node];
        if (as->told[node] || n->kind == NODE_NUMBER)
            continue;
        as->told[node] = true;
        lines[n->line] = true;
    }
    for (size_t i = 0; i < group->n_changes; i++) {
        const struct change *c = &as->f->in->changes[group->changes[i]];
        lines[c->line] = lines[as->g->nodes[c->by.node].line] = true;
    }
    size_t capacity = 0;
    for (size_t i = 0; i < as->g->n_lines; i++)
        if (lines[i])
            add_source(as, op, &capacity, i);
}

static void assemble_map(struct writing *w, struct plan_op *op)
{
    const struct assembly *as = w->as;
    const struct group *group = &as->f->groups[w->group];
    op->u.map = (struct plan_map){.rows = group->rows, .cols = group->cols};
    w->map = &op->u.map;
    for (size_t i = 0; i < group->n_nodes; i++)
        write_node(w, group->nodes[i]);
    for (size_t i = 0; i < group->n_changes; i++)
        write_change(w, &as->f->in->changes[group->changes[i]]);
    number_registers(w->map);
    tell(w, op);
    for (size_t i = 0; i < w->n_touched; i++)
        w->registers[w->touched[i]] = 0;
}

static void assemble_product(struct writing *w, struct plan_op *op)
{
    struct assembly *as = w->as;
    const struct group *group = &as->f->groups[w->group];
    const struct change *c = group->n_changes ? &as->f->in->changes[group->changes[0]] : NULL;
    size_t node = c ? c->by.node : group->nodes[0];
    const struct node *n = &as->g->nodes[node];
    struct ref out = node_whole(as->g, c ? c->target : node);
    if (c && !ref_is_whole(as->g, c->by))
        out = ref_transposed(out);
    op->u.product = (struct plan_product){.rows = n->rows,
                                          .inner = n->args[0].cols,
                                          .cols = n->cols,
                                          .a = view_of(as, n->args[0]),
                                          .b = view_of(as, n->args[1]),
                                          .out = view_of(as, out),
                                          .mode = c ? PLAN_DESCEND : PLAN_SET};
    tell(w, op);
}

static void assemble_softmax(struct writing *w, struct plan_op *op)
{
    struct assembly *as = w->as;
    size_t node = as->f->groups[w->group].nodes[0];
    const struct node *n = &as->g->nodes[node];
    op->u.softmax = (struct plan_softmax){n->rows, n->cols, view_of(as, n->args[0]),
                                          view_of(as, node_whole(as->g, node))};
    tell(w, op);
}

static void assemble(struct assembly *as)
{
    struct plan *plan = as->plan;
    size_t *registers = cg_alloc_array(as->arena, as->g->count, sizeof *registers);
    plan->n_ops = plan->first_update = as->f->n_groups;
    plan->ops = cg_alloc_array(as->arena, plan->n_ops, sizeof *plan->ops);
    for (size_t i = 0; i < plan->n_ops; i++) {
        struct writing w = {.as = as, .group = i, .registers = registers};
        struct plan_op *op = &plan->ops[i];
        op->kind = as->f->groups[i].kind;
        if (as->f->groups[i].n_changes && plan->first_update == plan->n_ops)
            plan->first_update = i;
        switch (op->kind) {
        case PLAN_MAP:
            assemble_map(&w, op);
            break;
        case PLAN_PRODUCT:
            assemble_product(&w, op);
            break;
        case PLAN_SOFTMAX:
            assemble_softmax(&w, op);
            break;
        }
    }
}

static size_t add_buffer(struct assembly *as, size_t node)
{
    const struct node *n = &as->g->nodes[node];
    struct plan_buffer *buffer = &as->plan->buffers[as->plan->n_buffers++];
    bool leaf = n->kind == NODE_LEAF;
    enum plan_role role = leaf ? n->role : PLAN_TEMP;
    *buffer = (struct plan_buffer){.role = role,
                                   .space = role == PLAN_PARAM || role == PLAN_MEMORY ? PLAN_STATE
                                                                                      : PLAN_WORK,
                                   .rows = n->stands ? n->cols : n->rows,
                                   .cols = n->stands ? n->rows : n->cols,
                                   .value = n->value,
                                   .name = n->name};
    as->buffers[node] = as->plan->n_buffers;
    return as->plan->n_buffers - 1;
}

/* Leaves that are used or belong to the options, in the order in which they were made (the state's
 * layout); then what is stored. */
static void add_buffers(struct assembly *as)
{
    const struct fused *f = as->f;
    as->plan->buffers = cg_alloc_array(as->arena, as->g->count, sizeof *as->plan->buffers);
    for (int leaves = 1; leaves >= 0; leaves--)
        for (size_t i = 0; i < as->g->count; i++) {
            const struct node *n = &as->g->nodes[i];
            bool always = n->role == PLAN_PARAM || n->role == PLAN_MEMORY || n->role == PLAN_ROWS;
            bool leaf = n->kind == NODE_LEAF;
            if (leaf == (leaves == 1) && (leaf ? always || f->stored[i] : f->stored[i]))
                add_buffer(as, i);
        }
}

static size_t *buffers_of(const struct assembly *as, const size_t *leaves, size_t count)
{
    size_t *buffers = cg_alloc_array(as->arena, count, sizeof *buffers);
    for (size_t i = 0; i < count; i++)
        buffers[i] = as->buffers[leaves[i]] - 1;
    return buffers;
}

const struct plan *plan_compile(struct cg_arena *arena, const struct cg_book *book,
                                const struct cg_train_options *options, size_t batch, bool updates,
                                struct cg_error *error)
{
    struct lowered *lowered = cg_alloc(arena, sizeof *lowered);
    struct fused fused;
    if (!plan_lower(lowered, arena, book, options, batch, updates, error))
        return NULL;
    plan_fuse(&fused, lowered);
    struct plan *plan = cg_alloc(arena, sizeof *plan);
    struct assembly as = {arena,
                          &fused,
                          &lowered->nodes,
                          plan,
                          cg_alloc_array(arena, lowered->nodes.count, sizeof *as.buffers),
                          cg_alloc_array(arena, lowered->nodes.count, sizeof *as.told)};
    add_buffers(&as);
    assemble(&as);
    plan->batch = batch;
    plan->loss = as.buffers[lowered->loss.node] - 1;
    plan->params = buffers_of(&as, lowered->params, options->n_params);
    plan->n_params = options->n_params;
    plan->rows = buffers_of(&as, lowered->rows, options->n_rows);
    plan->n_rows = options->n_rows;
    plan_name_buffers(arena, plan);
    if (plan_lay_out(arena, plan))
        return plan;
    cg_fail(error, book->model->file, options->loss->place,
            "training %s takes more than %d GB of memory: make the batch smaller",
            options->loss->name, MOST_GIGABYTES);
    return NULL;
}
