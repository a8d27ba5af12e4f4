#include <chalkgrad/model.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static struct cg_expr *make(struct cg_arena *arena, enum cg_op op, struct cg_shape shape,
                            size_t n_args, const struct cg_expr *const *args)
{
    struct cg_expr *node = cg_alloc(arena, sizeof *node);
    node->op = op;
    node->shape = shape;
    node->n_args = n_args;
    if (n_args)
        node->args = cg_copy(arena, args, n_args * sizeof *args);
    return node;
}

static struct cg_expr *copy(struct cg_arena *arena, const struct cg_expr *node)
{
    return cg_copy(arena, node, sizeof *node);
}

static const struct cg_shape scalar = {0, 0};

const struct cg_expr *cg_number(struct cg_arena *arena, double value)
{
    struct cg_expr *node = make(arena, CG_NUMBER, scalar, 0, NULL);
    node->u.number.value = value;
    const double largest = 9007199254740992.0; /* 2^53: every whole number up to it is exact */
    if (value >= -largest && value <= largest && value == (double)(int64_t)value) {
        node->u.number.num = (int64_t)value;
        node->u.number.den = 1;
    }
    return node;
}

static int64_t greatest_common_divisor(int64_t a, int64_t b)
{
    while (b) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a < 0 ? -a : a;
}

const struct cg_expr *cg_fraction(struct cg_arena *arena, int64_t num, int64_t den)
{
    assert(den != 0 && den != INT64_MIN && num != INT64_MIN);
    if (den < 0) {
        num = -num;
        den = -den;
    }
    int64_t divisor = greatest_common_divisor(num, den);
    struct cg_expr *node = make(arena, CG_NUMBER, scalar, 0, NULL);
    node->u.number.num = num / divisor;
    node->u.number.den = den / divisor;
    node->u.number.value = (double)num / (double)den;
    return node;
}

const struct cg_expr *cg_size(struct cg_arena *arena, int dim)
{
    struct cg_expr *node = make(arena, CG_SIZE, scalar, 0, NULL);
    node->u.over.dim = dim;
    return node;
}

const struct cg_expr *cg_name(struct cg_arena *arena, const struct cg_value *value)
{
    struct cg_expr *node = make(arena, CG_NAME, value->shape, 0, NULL);
    node->u.value = value;
    return node;
}

const struct cg_expr *cg_grad(struct cg_arena *arena, const struct cg_value *of,
                              const struct cg_value *wrt)
{
    struct cg_expr *node = make(arena, CG_GRAD, wrt->shape, 0, NULL);
    node->u.grad.of = of;
    node->u.grad.wrt = wrt;
    return node;
}

const struct cg_expr *cg_constant(struct cg_arena *arena, enum cg_op op, struct cg_shape shape)
{
    assert(op == CG_EYE || op == CG_ONES || op == CG_ZEROS);
    return make(arena, op, shape, 0, NULL);
}

const struct cg_expr *cg_nary(struct cg_arena *arena, enum cg_op op, size_t count,
                              const struct cg_expr *const *args, struct cg_shape shape)
{
    assert((op == CG_ADD || op == CG_MUL) && count >= 1);
    return count == 1 ? args[0] : make(arena, op, shape, count, args);
}

const struct cg_expr *cg_unary(struct cg_arena *arena, enum cg_op op, const struct cg_expr *arg,
                               struct cg_shape shape)
{
    return make(arena, op, shape, 1, &arg);
}

const struct cg_expr *cg_binary(struct cg_arena *arena, enum cg_op op, const struct cg_expr *left,
                                const struct cg_expr *right, struct cg_shape shape)
{
    return make(arena, op, shape, 2, (const struct cg_expr *[]){left, right});
}

const struct cg_expr *cg_apply(struct cg_arena *arena, const struct cg_function *function,
                               int order, const struct cg_expr *arg)
{
    struct cg_expr *node = make(arena, CG_APPLY, arg->shape, 1, &arg);
    node->u.apply.function = function;
    node->u.apply.order = order;
    return node;
}

const struct cg_expr *cg_reduce(struct cg_arena *arena, enum cg_op op, enum cg_axis axis,
                                const struct cg_expr *arg)
{
    assert(op == CG_SUM || op == CG_MEAN);
    struct cg_shape shape = {axis == CG_AXIS_COLS ? arg->shape.rows : 0,
                             axis == CG_AXIS_ROWS ? arg->shape.cols : 0};
    struct cg_expr *node = make(arena, op, shape, 1, &arg);
    node->u.axis = axis;
    return node;
}

const struct cg_expr *cg_entry(struct cg_arena *arena, const struct cg_expr *matrix,
                               struct cg_index row, struct cg_index col)
{
    struct cg_expr *node = make(arena, CG_ENTRY, scalar, 1, &matrix);
    node->u.at.row = row;
    node->u.at.col = col;
    return node;
}

const struct cg_expr *cg_sum_over(struct cg_arena *arena, struct cg_index index,
                                  const struct cg_expr *body)
{
    struct cg_expr *node = make(arena, CG_SUM_OVER, scalar, 1, &body);
    node->u.over = index;
    return node;
}

const struct cg_expr *cg_kron(struct cg_arena *arena, struct cg_index a, struct cg_index b)
{
    struct cg_expr *node = make(arena, CG_KRON, scalar, 0, NULL);
    node->u.at.row = a;
    node->u.at.col = b;
    return node;
}

const struct cg_expr *cg_partial(struct cg_arena *arena, const struct cg_expr *of,
                                 const struct cg_value *wrt, struct cg_index row,
                                 struct cg_index col, bool total)
{
    struct cg_expr *node = make(arena, CG_PARTIAL, scalar, 1, &of);
    node->u.partial.wrt = wrt;
    node->u.partial.row = row;
    node->u.partial.col = col;
    node->u.partial.total = total;
    return node;
}

const struct cg_expr *cg_with_args(struct cg_arena *arena, const struct cg_expr *node,
                                   const struct cg_expr *const *args)
{
    if (!node->n_args || !memcmp(args, node->args, node->n_args * sizeof *args))
        return node;
    struct cg_expr *other = copy(arena, node);
    other->args = cg_copy(arena, args, node->n_args * sizeof *args);
    other->origin = node;
    return other;
}

const struct cg_expr *cg_placed(struct cg_arena *arena, const struct cg_expr *node,
                                struct cg_place place)
{
    struct cg_expr *other = copy(arena, node);
    other->place = place;
    return other;
}

const struct cg_expr *cg_from(struct cg_arena *arena, const struct cg_expr *node,
                              const struct cg_expr *origin)
{
    struct cg_expr *other = copy(arena, node);
    other->origin = origin;
    return other;
}

static bool same_index(struct cg_index a, struct cg_index b)
{
    return a.letter == b.letter;
}

/* The fields of the union that belong to the operator. */
static bool same_payload(const struct cg_expr *a, const struct cg_expr *b)
{
    switch (a->op) {
    case CG_NUMBER:
        return a->u.number.value == b->u.number.value;
    case CG_NAME:
        return a->u.value == b->u.value;
    case CG_GRAD:
        return a->u.grad.of == b->u.grad.of && a->u.grad.wrt == b->u.grad.wrt;
    case CG_APPLY:
        return a->u.apply.function == b->u.apply.function && a->u.apply.order == b->u.apply.order;
    case CG_SUM:
    case CG_MEAN:
        return a->u.axis == b->u.axis;
    case CG_ENTRY:
    case CG_KRON:
        return same_index(a->u.at.row, b->u.at.row) && same_index(a->u.at.col, b->u.at.col);
    case CG_SUM_OVER:
        return same_index(a->u.over, b->u.over);
    case CG_SIZE:
        return a->u.over.dim == b->u.over.dim;
    case CG_PARTIAL:
        return a->u.partial.wrt == b->u.partial.wrt &&
               same_index(a->u.partial.row, b->u.partial.row) &&
               same_index(a->u.partial.col, b->u.partial.col) &&
               a->u.partial.total == b->u.partial.total;
    case CG_EYE:
    case CG_ONES:
    case CG_ZEROS:
        return a->shape.rows == b->shape.rows && a->shape.cols == b->shape.cols;
    case CG_ADD:
    case CG_NEG:
    case CG_MUL:
    case CG_DIV:
    case CG_POW:
    case CG_MATMUL:
    case CG_TRANSPOSE:
    case CG_TRACE:
    case CG_DOT:
    case CG_OUTER:
    case CG_NORM2:
    case CG_SOFTMAX:
    case CG_DIAG:
        return true;
    }
    return false;
}

bool cg_expr_equal(const struct cg_expr *a, const struct cg_expr *b)
{
    if (a == b)
        return true;
    if (a->op != b->op || a->n_args != b->n_args || !same_payload(a, b))
        return false;
    for (size_t i = 0; i < a->n_args; i++)
        if (!cg_expr_equal(a->args[i], b->args[i]))
            return false;
    return true;
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
    return hash ^ hash >> 29;
}

static uint64_t mix_indices(uint64_t hash, struct cg_index a, struct cg_index b)
{
    return mix(hash, (uint64_t)(unsigned char)a.letter << 8 | (unsigned char)b.letter);
}

uint64_t cg_expr_hash(const struct cg_expr *expr)
{
    uint64_t hash = mix(1, (uint64_t)expr->op);
    switch (expr->op) {
    case CG_NUMBER: {
        uint64_t bits;
        double value = expr->u.number.value + 0.0; /* -0 and 0 are equal */
        memcpy(&bits, &value, sizeof bits);
        hash = mix(hash, bits);
        break;
    }
    case CG_NAME:
        hash = mix(hash, expr->u.value->id);
        break;
    case CG_GRAD:
        hash = mix(mix(hash, expr->u.grad.of->id), expr->u.grad.wrt->id);
        break;
    case CG_APPLY:
        hash = mix(mix(hash, (uint64_t)expr->u.apply.function->kernel), expr->u.apply.order);
        break;
    case CG_SUM:
    case CG_MEAN:
        hash = mix(hash, expr->u.axis);
        break;
    case CG_ENTRY:
    case CG_KRON:
        hash = mix_indices(hash, expr->u.at.row, expr->u.at.col);
        break;
    case CG_SUM_OVER:
        hash = mix(hash, (uint64_t)expr->u.over.letter);
        break;
    case CG_SIZE:
        hash = mix(hash, (uint64_t)expr->u.over.dim);
        break;
    case CG_PARTIAL:
        hash = mix_indices(mix(hash, expr->u.partial.wrt->id), expr->u.partial.row,
                           expr->u.partial.col);
        break;
    case CG_EYE:
    case CG_ONES:
    case CG_ZEROS:
        hash = mix(mix(hash, (uint64_t)expr->shape.rows), (uint64_t)expr->shape.cols);
        break;
    case CG_ADD:
    case CG_NEG:
    case CG_MUL:
    case CG_DIV:
    case CG_POW:
    case CG_MATMUL:
    case CG_TRANSPOSE:
    case CG_TRACE:
    case CG_DOT:
    case CG_OUTER:
    case CG_NORM2:
    case CG_SOFTMAX:
    case CG_DIAG:
        break;
    }
    for (size_t i = 0; i < expr->n_args; i++)
        hash = mix(hash, cg_expr_hash(expr->args[i]));
    return hash;
}

bool cg_is_index_notation(const struct cg_expr *expr)
{
    switch (expr->op) {
    case CG_ENTRY:
    case CG_SUM_OVER:
    case CG_KRON:
    case CG_PARTIAL:
        return true;
    case CG_NUMBER:
    case CG_SIZE:
        return true;
    case CG_ADD:
    case CG_NEG:
    case CG_MUL:
    case CG_DIV:
    case CG_POW:
    case CG_APPLY:
        for (size_t i = 0; i < expr->n_args; i++)
            if (!cg_is_index_notation(expr->args[i]))
                return false;
        return true;
    case CG_NAME:
    case CG_GRAD:
    case CG_EYE:
    case CG_ONES:
    case CG_ZEROS:
    case CG_MATMUL:
    case CG_TRANSPOSE:
    case CG_SUM:
    case CG_MEAN:
    case CG_TRACE:
    case CG_DOT:
    case CG_OUTER:
    case CG_NORM2:
    case CG_SOFTMAX:
    case CG_DIAG:
        return false;
    }
    return false;
}

size_t cg_node_indices(const struct cg_expr *node, struct cg_index out[2])
{
    struct cg_index own[2] = {{0}};
    if (node->op == CG_ENTRY || node->op == CG_KRON) {
        own[0] = node->u.at.row;
        own[1] = node->u.at.col;
    } else if (node->op == CG_PARTIAL) {
        own[0] = node->u.partial.row;
        own[1] = node->u.partial.col;
    } else if (node->op == CG_SUM_OVER) {
        own[0] = node->u.over;
    }
    size_t count = 0;
    for (size_t i = 0; i < 2; i++)
        if (own[i].letter)
            out[count++] = own[i];
    return count;
}

/* A set of indices, in order of first appearance, as free_indices collects them. */
struct index_list {
    struct cg_index *out;
    size_t most, count;
    bool seen[256];
};

static void collect(struct index_list *list, struct cg_index index, const bool bound[256])
{
    unsigned char letter = (unsigned char)index.letter;
    if (!letter || bound[letter] || list->seen[letter])
        return;
    list->seen[letter] = true;
    if (list->count < list->most)
        list->out[list->count] = index;
    list->count++;
}

static void collect_free(const struct cg_expr *expr, struct index_list *list, bool bound[256])
{
    if (expr->op == CG_ENTRY || expr->op == CG_KRON) {
        collect(list, expr->u.at.row, bound);
        collect(list, expr->u.at.col, bound);
        return; /* below an entry there are matrices only */
    }
    unsigned char letter = expr->op == CG_SUM_OVER ? (unsigned char)expr->u.over.letter : 0;
    bool outer = bound[letter];
    if (letter)
        bound[letter] = true;
    for (size_t i = 0; i < expr->n_args; i++)
        collect_free(expr->args[i], list, bound);
    bound[letter] = outer;
    if (expr->op == CG_PARTIAL) {
        collect(list, expr->u.partial.row, bound);
        collect(list, expr->u.partial.col, bound);
    }
}

size_t cg_free_indices(const struct cg_expr *expr, struct cg_index *out, size_t most)
{
    struct index_list list = {.out = out, .most = most};
    bool bound[256] = {false};
    collect_free(expr, &list, bound);
    return list.count;
}

bool cg_has_free_index(const struct cg_expr *expr, char letter)
{
    struct index_list list = {0};
    bool bound[256] = {false};
    collect_free(expr, &list, bound);
    return list.seen[(unsigned char)letter];
}

bool cg_has_indices(const struct cg_expr *expr)
{
    if (expr->op == CG_ENTRY || expr->op == CG_SUM_OVER || expr->op == CG_KRON ||
        expr->op == CG_PARTIAL)
        return true;
    for (size_t i = 0; i < expr->n_args; i++)
        if (cg_has_indices(expr->args[i]))
            return true;
    return false;
}

static bool replace(struct cg_index *at, struct cg_index from, struct cg_index to)
{
    if (!at->letter || at->letter != from.letter)
        return false;
    *at = to;
    return true;
}

const struct cg_expr *cg_substitute_index(struct cg_arena *arena, const struct cg_expr *expr,
                                          struct cg_index from, struct cg_index to)
{
    struct cg_expr changed = *expr;
    bool differs = false;
    if (expr->op == CG_ENTRY || expr->op == CG_KRON) {
        differs = replace(&changed.u.at.row, from, to);
        differs |= replace(&changed.u.at.col, from, to);
    } else if (expr->op == CG_PARTIAL) {
        differs = replace(&changed.u.partial.row, from, to);
        differs |= replace(&changed.u.partial.col, from, to);
    } else if (expr->op == CG_SUM_OVER) {
        if (expr->u.over.letter == from.letter)
            return expr; /* bound here: not free below */
        assert(expr->u.over.letter != to.letter);
    }
    if (expr->op != CG_ENTRY && expr->n_args) {
        const struct cg_expr **args = cg_alloc_array(arena, expr->n_args, sizeof *args);
        for (size_t i = 0; i < expr->n_args; i++) {
            args[i] = cg_substitute_index(arena, expr->args[i], from, to);
            differs |= args[i] != expr->args[i];
        }
        changed.args = args;
    }
    if (!differs)
        return expr;
    changed.origin = expr;
    return copy(arena, &changed);
}

/* A set of visited nodes: open addressing by address. */
struct visited {
    const struct cg_expr **slots;
    size_t count, capacity; /* a power of two */
    size_t unmarked;        /* nodes seen before any was kept */
};

/* Most expressions are smaller, and no set is needed to look through them. */
enum { FEW_NODES = 48 };

static bool visit(struct visited *set, const struct cg_expr *node);

static void enlarge(struct visited *set)
{
    struct visited larger = {.capacity = set->capacity ? set->capacity * 2 : 64};
    larger.slots = cg_xmalloc(larger.capacity * sizeof *larger.slots);
    memset(larger.slots, 0, larger.capacity * sizeof *larger.slots);
    for (size_t i = 0; i < set->capacity; i++)
        if (set->slots[i])
            visit(&larger, set->slots[i]);
    free(set->slots);
    *set = larger;
}

/* True the first time. */
static bool visit(struct visited *set, const struct cg_expr *node)
{
    if (2 * set->count >= set->capacity)
        enlarge(set);
    size_t at = (size_t)mix(0, (uint64_t)(uintptr_t)node) & (set->capacity - 1);
    for (; set->slots[at]; at = (at + 1) & (set->capacity - 1))
        if (set->slots[at] == node)
            return false;
    set->slots[at] = node;
    set->count++;
    return true;
}

static bool mentions(const struct cg_expr *expr, const struct cg_value *value, struct visited *set)
{
    if (expr->op == CG_NAME)
        return expr->u.value == value;
    if (!expr->n_args)
        return false;
    if (set->unmarked < FEW_NODES)
        set->unmarked++;
    else if (!visit(set, expr))
        return false;
    for (size_t i = 0; i < expr->n_args; i++)
        if (mentions(expr->args[i], value, set))
            return true;
    return false;
}

bool cg_mentions(const struct cg_expr *expr, const struct cg_value *value)
{
    struct visited set = {0};
    bool found = mentions(expr, value, &set);
    free(set.slots);
    return found;
}
