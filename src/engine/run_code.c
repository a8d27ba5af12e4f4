#include "engine/run_code.h"

/* What a code makes where instructions were joined: nothing any more. */
enum { JOINED = -1 };

bool run_stored_itself(const struct kernel_map *map, size_t reg)
{
    for (size_t i = 0; i < map->n_stores; i++)
        if (map->stores[i].reg == reg || map->stores[i].by == reg)
            return true;
    return false;
}

static size_t arity(enum plan_code code)
{
    static const size_t of[] = {
#define X(id, arity, formula) [id] = (arity),
        PLAN_CODES(X)
#undef X
    };
    return of[code];
}

static bool reads(const struct kernel_instr *instr, size_t reg)
{
    return instr->code != JOINED && (instr->a == reg || instr->b == reg || instr->c == reg);
}

/* The instruction with that code that makes the register, if nobody but one other instruction or
 * one store reads it; or NULL. */
static struct kernel_instr *only_for_one(struct kernel_map *map, size_t reg, enum plan_code code)
{
    struct kernel_instr *maker = NULL;
    size_t readers = 0;
    for (size_t i = 0; i < map->n_code; i++) {
        readers += reads(&map->code[i], reg);
        if (map->code[i].out == reg && map->code[i].code == (int)code)
            maker = &map->code[i];
    }
    for (size_t i = 0; i < map->n_stores; i++)
        readers += (map->stores[i].reg == reg) + (map->stores[i].by == reg);
    return readers == 1 ? maker : NULL;
}

static bool is_one(const struct plan_map *from, size_t reg)
{
    const struct plan_instr *instr =
        reg < from->n_inputs ? NULL : &from->code[reg - from->n_inputs];
    return instr && instr->code == PLAN_NUMBER && instr->number == 1;
}

/* instr = code(a, b, c), where `other` made one of its operands */
static void join(struct kernel_instr *instr, enum kernel_code code, struct kernel_instr *other,
                 size_t c)
{
    *instr = (struct kernel_instr){
        .code = (int)code, .out = instr->out, .a = other->a, .b = other->b, .c = c};
    other->code = JOINED;
}

/* f(a + b) */
static void join_sum(struct kernel_map *map, struct kernel_instr *instr, enum kernel_code code)
{
    struct kernel_instr *sum = only_for_one(map, instr->a, PLAN_PLUS);
    if (sum)
        join(instr, code, sum, sum->a);
}

/* c + a b, c - a b */
static void join_product(struct kernel_map *map, struct kernel_instr *instr)
{
    struct kernel_instr *product = only_for_one(map, instr->b, PLAN_TIMES);
    if (product && instr->a != instr->b)
        join(instr, instr->code == PLAN_PLUS ? KERNEL_PLUS_PRODUCT : KERNEL_MINUS_PRODUCT, product,
             instr->a);
    else if (instr->code == PLAN_PLUS && (product = only_for_one(map, instr->a, PLAN_TIMES)))
        join(instr, KERNEL_PLUS_PRODUCT, product, instr->b);
}

/* y (1 - y) */
static void join_slope(struct kernel_map *map, const struct plan_map *from,
                       struct kernel_instr *instr)
{
    for (size_t side = 0; side < 2; side++) {
        size_t y = side ? instr->b : instr->a, rest = side ? instr->a : instr->b;
        struct kernel_instr *minus = only_for_one(map, rest, PLAN_MINUS);
        if (!minus || minus->b != y || !is_one(from, minus->a))
            continue;
        minus->a = y;
        join(instr, KERNEL_SLOPE, minus, y);
        return;
    }
}

static void join_code(struct kernel_map *map, const struct plan_map *from)
{
    for (size_t i = 0; i < map->n_code; i++) {
        struct kernel_instr *instr = &map->code[i];
        if (instr->code == PLAN_PLUS || instr->code == PLAN_MINUS)
            join_product(map, instr);
        else if (instr->code == PLAN_TIMES)
            join_slope(map, from, instr);
        else if (instr->code == PLAN_SIGMOID)
            join_sum(map, instr, KERNEL_SIGMOID_OF_SUM);
        else if (instr->code == PLAN_TANH)
            join_sum(map, instr, KERNEL_TANH_OF_SUM);
    }
}

/* A product, or square, of which only the sum is stored: its entries are multiplied as they are
 * added. */
static void join_sums(struct kernel_map *map)
{
    for (size_t i = 0; i < map->n_stores; i++) {
        struct kernel_store *store = &map->stores[i];
        struct kernel_instr *made = only_for_one(map, store->reg, PLAN_TIMES);
        made = made ? made : only_for_one(map, store->reg, PLAN_SQUARE);
        if (store->reduce == PLAN_KEEP || !made)
            continue;
        store->reg = made->a;
        store->by = made->b;
        made->code = JOINED;
    }
}

/* The last instruction that reads a register; n_code where a store does. */
static size_t last_use(const struct kernel_map *map, size_t reg)
{
    size_t last = 0;
    for (size_t i = 0; i < map->n_code; i++)
        if (reads(&map->code[i], reg))
            last = i;
    return run_stored_itself(map, reg) ? map->n_code : last;
}

/* A slot for what instruction `i` makes: one whose number nobody reads any more, or a new one. Its
 * own operands' will do, as entries are made one by one. */
static void give_slot(struct kernel_map *map, size_t i, size_t *busy_until, size_t first_slot)
{
    size_t out = map->code[i].out, slot = first_slot;
    while (slot < map->n_slots && busy_until[slot] > i)
        slot++;
    if (slot == map->n_slots)
        map->n_slots++;
    busy_until[slot] = last_use(map, out);
    map->registers[out].slot = slot;
}

/* Numbers get their chunks; the others become instructions. */
static void translate(struct cg_arena *arena, struct kernel_map *map, const struct plan_map *from,
                      size_t real_size, size_t chunk)
{
    for (size_t i = 0; i < from->n_code; i++) {
        const struct plan_instr *instr = &from->code[i];
        struct kernel_register *reg = &map->registers[from->n_inputs + i];
        if (instr->code == PLAN_NUMBER) {
            reg->place = KERNEL_NUMBER;
            reg->chunk = cg_alloc(arena, chunk);
            kernel_repeat(reg->chunk, chunk, real_size, instr->number);
        } else if (instr->code == PLAN_SCALAR) {
            reg->place = KERNEL_SCALAR;
            reg->scalar = (enum plan_scalar)instr->number;
        } else {
            map->code[map->n_code++] =
                (struct kernel_instr){.code = (int)instr->code,
                                      .out = from->n_inputs + i,
                                      .a = instr->a,
                                      .b = arity(instr->code) == 2 ? instr->b : instr->a,
                                      .c = instr->a};
        }
    }
}

void run_prepare_code(struct cg_arena *arena, struct kernel_map *map, const struct plan_map *from,
                      size_t real_size, size_t chunk, bool sum_products)
{
    map->code = cg_alloc_array(arena, from->n_code, sizeof *map->code);
    translate(arena, map, from, real_size, chunk);
    if (sum_products)
        join_sums(map);
    join_code(map, from);
    size_t left = 0;
    for (size_t i = 0; i < map->n_code; i++)
        if (map->code[i].code != JOINED)
            map->code[left++] = map->code[i];
    map->n_code = left;
    size_t first_slot = map->n_slots;
    size_t *busy_until = cg_alloc_array(arena, first_slot + from->n_code, sizeof *busy_until);
    for (size_t i = 0; i < map->n_code; i++)
        give_slot(map, i, busy_until, first_slot);
}
