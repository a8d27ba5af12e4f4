#include "engine/run_prepare.h"

#include "engine/run_code.h"

#include <string.h>

/* Threads cost about a microsecond a meeting: less work than this (multiplications of a product,
 * entries times instructions of a map) stays on one. */
enum { PRODUCT_WORK = 200000, MAP_WORK = 40000 };

static struct kernel_view located(const struct plan *plan, const struct plan_view *view)
{
    const struct plan_buffer *buffer = &plan->buffers[view->buffer];
    return (struct kernel_view){.space = buffer->space,
                                .offset = buffer->offset + view->offset,
                                .row = view->row,
                                .col = view->col};
}

static void transpose_view(struct kernel_view *view)
{
    size_t row = view->row;
    view->row = view->col;
    view->col = row;
}

/* --- products --- */

/* out^T = b^T a^T */
static void transpose_product(struct kernel_product *op)
{
    struct kernel_view a = op->a;
    size_t rows = op->rows;
    op->rows = op->cols, op->cols = rows;
    op->a = op->b, op->b = a;
    transpose_view(&op->a);
    transpose_view(&op->b);
    transpose_view(&op->out);
}

/* Instructions, nearly: a DOT ends each output with a sum over lanes; a TILE fills vectors only
 * where there are columns, and copies b where its columns do not lie side by side. */
static void choose_form(struct kernel_product *op, size_t width)
{
    size_t dots = op->rows * op->cols * (op->inner / width + 8);
    size_t tiles = op->rows * ((op->cols + width - 1) / width) * op->inner;
    op->pack = op->b.col != 1;
    if (op->pack)
        tiles += op->inner * op->cols;
    bool dot = op->a.col == 1 && op->b.row == 1 && op->inner >= width && dots < tiles;
    op->form = dot ? KERNEL_DOT : KERNEL_TILE;
}

static struct kernel_product located_product(const struct plan *plan,
                                             const struct plan_product *from)
{
    return (struct kernel_product){.rows = from->rows,
                                   .inner = from->inner,
                                   .cols = from->cols,
                                   .a = located(plan, &from->a),
                                   .b = located(plan, &from->b),
                                   .out = located(plan, &from->out),
                                   .mode = from->mode};
}

static void prepare_product(struct run_op *op, const struct plan *plan,
                            const struct plan_product *from, size_t width)
{
    struct kernel_product *to = &op->u.product;
    *to = located_product(plan, from);
    if (to->cols == 1)
        to->b.col = to->out.col = 1;
    if (to->rows == 1)
        to->a.row = to->out.row = 1;
    if (to->inner == 1)
        to->a.col = to->b.row = 1;
    /* vectors along the side on which out lies; for a single column, on which a does */
    if (to->cols == 1 ? to->out.row == 1 && to->a.row == 1 && to->rows > 1
                      : to->out.col != 1 && to->out.row == 1)
        transpose_product(to);
    choose_form(to, width);
    op->parts = to->rows * to->cols * to->inner < PRODUCT_WORK ? 1 : SIZE_MAX;
}

/* --- maps --- */

static bool contiguous(const struct kernel_view *view, size_t cols)
{
    return view->row == cols && view->col == 1;
}

/* A single column becomes a row; strides along a side of one are none. */
static void normalise(struct kernel_map *map)
{
    bool turn = map->cols == 1;
    if (turn)
        map->cols = map->rows, map->rows = 1;
    for (size_t i = 0; i < map->n_inputs; i++) {
        struct kernel_view *view = &map->registers[i].view;
        if (turn)
            transpose_view(view);
        if (map->rows == 1)
            view->row = 0;
        if (map->cols == 1)
            view->col = 0;
    }
    for (size_t i = 0; i < map->n_stores; i++) {
        struct kernel_store *store = &map->stores[i];
        if (turn)
            transpose_view(&store->view);
        if (turn && store->reduce != PLAN_KEEP && store->reduce != PLAN_SUM_ALL)
            store->reduce = store->reduce == PLAN_SUM_ROWS ? PLAN_SUM_COLS : PLAN_SUM_ROWS;
        if (map->rows == 1 && store->reduce == PLAN_SUM_COLS)
            store->reduce = PLAN_SUM_ALL;
        if (map->cols == 1 && store->reduce == PLAN_KEEP)
            store->view.col = 1;
    }
}

/* Rows that lie one behind another, everywhere, are one row. */
static void flatten(struct kernel_map *map)
{
    for (size_t i = 0; i < map->n_inputs; i++) {
        const struct kernel_view *view = &map->registers[i].view;
        if (!(view->row == 0 && view->col == 0) && !contiguous(view, map->cols))
            return;
    }
    for (size_t i = 0; i < map->n_stores; i++) {
        const struct kernel_store *store = &map->stores[i];
        bool kept = store->reduce == PLAN_KEEP && contiguous(&store->view, map->cols);
        if (!kept && store->reduce != PLAN_SUM_ALL)
            return;
    }
    map->cols *= map->rows;
    map->rows = 1;
}

static void choose_walk(struct kernel_map *map, const struct kernels *kernels)
{
    size_t chunk = KERNEL_CHUNK_BYTES / kernels->real_size;
    flatten(map);
    bool tiles = map->rows > 1 && map->cols < 4 * kernels->width;
    bool vector =
        map->rows * map->cols <= kernels->width && map->n_registers <= KERNEL_VECTOR_REGISTERS;
    map->walk = vector ? KERNEL_VECTOR : tiles ? KERNEL_TILES : KERNEL_LINES;
    map->lines = vector ? map->rows : tiles ? chunk / map->cols : 1;
    if (map->lines > map->rows)
        map->lines = map->rows;
}

/* Where the entries of a tile stand. */
static struct kernel_offsets offsets_of(struct cg_arena *arena, const struct kernel_map *map,
                                        const struct kernel_view *view,
                                        const struct kernels *kernels)
{
    struct kernel_offsets offsets = {.of = cg_alloc(arena, KERNEL_CHUNK_BYTES)};
    for (size_t i = 0; i < map->lines * map->cols; i++) {
        size_t offset = i / map->cols * view->row + i % map->cols * view->col;
        if (offset + 1 > offsets.reach)
            offsets.reach = offset + 1;
        if (kernels->real_size == sizeof(int32_t))
            ((int32_t *)offsets.of)[i] = (int32_t)offset;
        else
            ((int64_t *)offsets.of)[i] = (int64_t)offset;
    }
    offsets.permute = kernels->permutes && offsets.reach <= kernels->width;
    return offsets;
}

/* In a chunk of rows, as if they were one. */
static bool side_by_side(const struct kernel_map *map, const struct kernel_view *view)
{
    return map->rows == 1 ? view->col == 1 : contiguous(view, map->cols);
}

/* An input that is stored as it is is copied first: another store may go to where it stands. A
 * VECTOR has them all in registers before. */
static void place_input(struct cg_arena *arena, struct kernel_map *map, size_t i,
                        const struct kernels *kernels)
{
    struct kernel_register *reg = &map->registers[i];
    const struct kernel_view *view = &reg->view;
    bool lines = map->walk == KERNEL_LINES;
    bool direct = lines ? view->col == 1 : side_by_side(map, view);
    if (view->row == 0 && view->col == 0)
        reg->place = KERNEL_REPEAT;
    else if (direct && (map->walk == KERNEL_VECTOR || !run_stored_itself(map, i)))
        reg->place = KERNEL_DIRECT;
    else if (lines && view->col == 0)
        reg->place = KERNEL_LINE;
    else
        reg->place = KERNEL_GATHER;
    if (reg->place == KERNEL_GATHER && !lines)
        reg->offsets = offsets_of(arena, map, view, kernels);
    reg->slot = map->n_slots++;
}

/* Room for the sums of a store, in whole slots. */
static void place_sums(struct kernel_map *map, struct kernel_store *store, size_t real_size)
{
    if (store->reduce == PLAN_KEEP)
        return;
    size_t n = store->reduce == PLAN_SUM_ALL    ? 1
               : store->reduce == PLAN_SUM_COLS ? map->rows
                                                : map->lines * map->cols;
    store->sums_bytes = store->reduce == PLAN_SUM_ALL ? sizeof(double) : n * real_size;
    store->slot = map->n_slots;
    map->n_slots += (store->sums_bytes + KERNEL_CHUNK_BYTES - 1) / KERNEL_CHUNK_BYTES;
}

/* A parameter that a sum descends may be read by every part: then there is one. */
static bool reads_what_it_descends(const struct plan_map *map)
{
    for (size_t i = 0; i < map->n_stores; i++)
        for (size_t j = 0; j < map->n_inputs; j++)
            if (map->stores[i].mode == PLAN_DESCEND &&
                map->stores[i].out.buffer == map->inputs[j].buffer)
                return true;
    return false;
}

/* Sums are never cut: what is added up stays in one part. */
static enum kernel_cut choose_cut(const struct kernel_map *map)
{
    bool rows = map->rows > 1 && map->walk != KERNEL_VECTOR, cols = map->walk == KERNEL_LINES;
    for (size_t i = 0; i < map->n_stores; i++) {
        enum plan_reduce reduce = map->stores[i].reduce;
        rows = rows && reduce != PLAN_SUM_ROWS && reduce != PLAN_SUM_ALL;
        cols = cols && reduce != PLAN_SUM_COLS && reduce != PLAN_SUM_ALL;
    }
    return rows ? KERNEL_CUT_ROWS : cols ? KERNEL_CUT_COLS : KERNEL_CUT_NOT;
}

/* What is the same for one network and for many. */
static void begin_map(struct cg_arena *arena, struct kernel_map *map, const struct plan *plan,
                      const struct plan_map *from)
{
    *map = (struct kernel_map){.rows = from->rows, .cols = from->cols, .lines = 1};
    map->n_inputs = from->n_inputs;
    map->n_registers = from->n_inputs + from->n_code;
    map->registers = cg_alloc_array(arena, map->n_registers, sizeof *map->registers);
    for (size_t i = 0; i < map->n_inputs; i++)
        map->registers[i].view = located(plan, &from->inputs[i]);
    map->n_stores = from->n_stores;
    map->stores = cg_alloc_array(arena, map->n_stores, sizeof *map->stores);
    for (size_t i = 0; i < map->n_stores; i++) {
        const struct plan_store *store = &from->stores[i];
        map->stores[i] = (struct kernel_store){.reg = store->reg,
                                               .by = KERNEL_NOTHING,
                                               .view = located(plan, &store->out),
                                               .reduce = store->reduce,
                                               .scale = store->scale,
                                               .mode = store->mode};
    }
}

static void prepare_map(struct cg_arena *arena, struct run_op *op, const struct plan *plan,
                        const struct plan_map *from, const struct kernels *kernels)
{
    struct kernel_map *map = &op->u.map;
    begin_map(arena, map, plan, from);
    normalise(map);
    choose_walk(map, kernels);
    for (size_t i = 0; i < map->n_inputs; i++)
        place_input(arena, map, i, kernels);
    run_prepare_code(arena, map, from, kernels->real_size, KERNEL_CHUNK_BYTES, false);
    for (size_t i = 0; i < map->n_stores; i++) {
        struct kernel_store *store = &map->stores[i];
        place_sums(map, store, kernels->real_size);
        if (map->walk != KERNEL_LINES && store->reduce == PLAN_KEEP &&
            !side_by_side(map, &store->view))
            store->offsets = offsets_of(arena, map, &store->view, kernels);
    }
    map->cut = choose_cut(map);
    bool small = map->rows * map->cols * (map->n_code + 1) < MAP_WORK;
    op->parts = small || map->cut == KERNEL_CUT_NOT || reads_what_it_descends(from) ? 1 : SIZE_MAX;
}

/* For many networks: where the run of each entry of the domain is. */
static const uint32_t *runs_of(struct cg_arena *arena, const struct kernel_map *map,
                               const struct kernel_view *view)
{
    uint32_t *runs = cg_alloc_array(arena, map->rows * map->cols, sizeof *runs);
    for (size_t e = 0; e < map->rows * map->cols; e++)
        runs[e] = (uint32_t)(e / map->cols * view->row + e % map->cols * view->col);
    return runs;
}

/* What is stored goes to its place at once, unless the place is read: what comes later might find
 * it changed. */
static void store_at_once(struct kernel_map *map, const struct plan_map *from)
{
    for (size_t i = 0; i < map->n_stores; i++) {
        struct kernel_store *store = &map->stores[i];
        struct kernel_register *reg = &map->registers[store->reg];
        bool read = false;
        for (size_t j = 0; j < from->n_inputs; j++)
            read = read || from->inputs[j].buffer == from->stores[i].out.buffer;
        store->at_once = !read && map->rows * map->cols <= KERNEL_LANES_RUNS;
        read = read || reg->place != KERNEL_MADE || store->reg < map->n_inputs;
        if (store->reduce == PLAN_KEEP && !read && !reg->kept) {
            reg->kept = i + 1;
            reg->runs = map->stores[i].runs;
        }
    }
}

static void prepare_lanes_map(struct cg_arena *arena, struct kernel_map *map,
                              const struct plan *plan, const struct plan_map *from,
                              const struct kernels *kernels)
{
    const size_t chunk = KERNEL_LANES_RUNS * KERNEL_LANES_BYTES;
    uint32_t *in_order = cg_alloc_array(arena, KERNEL_LANES_RUNS, sizeof *in_order);
    uint32_t *the_same = cg_alloc_array(arena, KERNEL_LANES_RUNS, sizeof *the_same);
    for (uint32_t i = 0; i < KERNEL_LANES_RUNS; i++)
        in_order[i] = i;
    begin_map(arena, map, plan, from);
    run_prepare_code(arena, map, from, kernels->real_size, KERNEL_LANES_BYTES, true);
    for (size_t i = 0; i < map->n_registers; i++) {
        struct kernel_register *reg = &map->registers[i];
        reg->runs = i < map->n_inputs           ? runs_of(arena, map, &reg->view)
                    : reg->place == KERNEL_MADE ? in_order
                                                : the_same;
    }
    for (size_t i = 0; i < map->n_stores; i++) {
        struct kernel_store *store = &map->stores[i];
        if (store->reduce == PLAN_KEEP) {
            store->runs = runs_of(arena, map, &store->view);
            continue;
        }
        store->sums_bytes = KERNEL_LANES_BYTES * (store->reduce == PLAN_SUM_ALL    ? 1
                                                  : store->reduce == PLAN_SUM_COLS ? map->rows
                                                                                   : map->cols);
        store->slot = map->n_slots;
        map->n_slots += (store->sums_bytes + chunk - 1) / chunk;
    }
    store_at_once(map, from);
}

static void prepare_softmax(struct run_op *op, const struct plan *plan,
                            const struct plan_softmax *from)
{
    op->u.softmax = (struct kernel_softmax){.rows = from->rows,
                                            .cols = from->cols,
                                            .a = located(plan, &from->a),
                                            .out = located(plan, &from->out)};
    op->parts = from->rows * from->cols * 4 < MAP_WORK ? 1 : from->rows;
}

void run_prepare(struct cg_arena *arena, struct run_op *op, const struct plan *plan, size_t i,
                 const struct kernels *kernels, size_t threads)
{
    const struct plan_op *from = &plan->ops[i];
    op->kind = from->kind;
    switch (from->kind) {
    case PLAN_PRODUCT:
        prepare_product(op, plan, &from->u.product, kernels->width);
        break;
    case PLAN_MAP:
        prepare_map(arena, op, plan, &from->u.map, kernels);
        break;
    case PLAN_SOFTMAX:
        prepare_softmax(op, plan, &from->u.softmax);
        break;
    }
    if (op->parts > threads)
        op->parts = threads;
}

void run_prepare_lanes(struct cg_arena *arena, struct run_op *op, const struct plan *plan, size_t i,
                       const struct kernels *kernels)
{
    const struct plan_op *from = &plan->ops[i];
    op->kind = from->kind;
    op->parts = 1;
    switch (from->kind) {
    case PLAN_PRODUCT:
        op->u.product = located_product(plan, &from->u.product);
        break;
    case PLAN_MAP:
        prepare_lanes_map(arena, &op->u.map, plan, &from->u.map, kernels);
        break;
    case PLAN_SOFTMAX:
        prepare_softmax(op, plan, &from->u.softmax);
        break;
    }
}

static size_t map_scratch(const struct kernel_map *map, size_t chunk)
{
    return 2 * map->n_registers * sizeof(void *) + 64 + map->n_slots * chunk;
}

size_t run_lanes_scratch(const struct run_op *op)
{
    return op->kind == PLAN_MAP ? map_scratch(&op->u.map, KERNEL_LANES_RUNS * KERNEL_LANES_BYTES)
                                : 0;
}

size_t run_scratch(const struct run_op *op, const struct kernels *kernels)
{
    switch (op->kind) {
    case PLAN_PRODUCT: {
        size_t inner = op->u.product.inner;
        return (inner < KERNEL_DEPTH ? inner : KERNEL_DEPTH) * KERNEL_PANEL_BYTES;
    }
    case PLAN_MAP:
        return op->u.map.n_registers * sizeof(void *) + 64 + op->u.map.n_slots * KERNEL_CHUNK_BYTES;
    case PLAN_SOFTMAX:
        return (op->u.softmax.cols + kernels->width) * kernels->real_size;
    }
    return 0;
}
