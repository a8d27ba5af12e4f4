#include "engine/nodes.h"

#include <math.h>
#include <string.h>

void nodes_init(struct nodes *g, struct cg_arena *arena)
{
    *g = (struct nodes){.arena = arena};
}

bool ref_equal(struct ref a, struct ref b)
{
    return a.node == b.node && a.offset == b.offset && a.row == b.row && a.col == b.col &&
           a.rows == b.rows && a.cols == b.cols;
}

struct ref node_whole(const struct nodes *g, size_t node)
{
    const struct node *n = &g->nodes[node];
    return (struct ref){node, 0, n->rows > 1 ? n->cols : 0, n->cols > 1 ? 1 : 0, n->rows, n->cols};
}

bool ref_is_whole(const struct nodes *g, struct ref a)
{
    return ref_equal(a, node_whole(g, a.node));
}

struct ref ref_transposed(struct ref a)
{
    return (struct ref){a.node, a.offset, a.col, a.row, a.cols, a.rows};
}

struct ref ref_diagonal(struct ref a)
{
    return (struct ref){a.node, a.offset, 0, a.cols > 1 ? a.row + a.col : 0, 1, a.cols};
}

struct ref ref_broadcast(struct ref a, size_t rows, size_t cols)
{
    a.rows = rows; /* its stride along an axis of size 1 is 0 already */
    a.cols = cols;
    return a;
}

static uint64_t mix(uint64_t hash, uint64_t with)
{
    hash = (hash ^ with) * 0x9E3779B97F4A7C15u;
    return hash ^ hash >> 32;
}

static uint64_t bits(double x)
{
    uint64_t n;
    memcpy(&n, &x, sizeof n);
    return n;
}

static uint64_t node_hash(const struct node *n)
{
    uint64_t hash = mix(mix(n->kind, n->code), mix(n->rows, n->cols));
    hash = mix(mix(hash, bits(n->number)), mix(n->reduce, bits(n->scale)));
    for (size_t i = 0; i < n->n_args; i++) {
        const struct ref *a = &n->args[i];
        hash = mix(mix(hash, a->node), mix(a->offset, mix(a->row, mix(a->col, a->rows))));
    }
    return hash;
}

static bool same_node(const struct node *a, const struct node *b)
{
    if (a->kind != b->kind || a->rows != b->rows || a->cols != b->cols || a->code != b->code ||
        bits(a->number) != bits(b->number) || a->reduce != b->reduce || a->scale != b->scale ||
        a->n_args != b->n_args)
        return false;
    for (size_t i = 0; i < a->n_args; i++)
        if (!ref_equal(a->args[i], b->args[i]))
            return false;
    return true;
}

static struct ref add(struct nodes *g, struct node *node)
{
    g->nodes = cg_grow(g->arena, g->nodes, g->count, &g->capacity, sizeof *g->nodes);
    node->line = g->line;
    g->nodes[g->count] = *node;
    return node_whole(g, g->count++);
}

static struct ref intern(struct nodes *g, struct node node)
{
    size_t *bucket = &g->buckets[node_hash(&node) % NODE_BUCKETS];
    for (size_t at = *bucket; at; at = g->nodes[at - 1].next)
        if (same_node(&g->nodes[at - 1], &node))
            return node_whole(g, at - 1);
    node.next = *bucket;
    struct ref made = add(g, &node);
    *bucket = made.node + 1;
    return made;
}

struct ref node_leaf(struct nodes *g, enum plan_role role, size_t rows, size_t cols,
                     const struct cg_value *value)
{
    return add(g, &(struct node){.kind = NODE_LEAF,
                                 .rows = rows,
                                 .cols = cols,
                                 .role = role,
                                 .value = value,
                                 .name = value ? value->name : NULL});
}

struct ref node_number(struct nodes *g, double number, size_t rows, size_t cols)
{
    struct node node = {
        .kind = NODE_NUMBER, .rows = 1, .cols = 1, .code = PLAN_NUMBER, .number = number};
    return ref_broadcast(intern(g, node), rows, cols);
}

struct ref node_scalar(struct nodes *g, enum plan_scalar scalar)
{
    return intern(
        g, (struct node){
               .kind = NODE_NUMBER, .rows = 1, .cols = 1, .code = PLAN_SCALAR, .number = scalar});
}

static bool is_number(const struct nodes *g, struct ref a, double *number)
{
    const struct node *n = &g->nodes[a.node];
    *number = n->number;
    return n->kind == NODE_NUMBER && n->code == PLAN_NUMBER;
}

static bool is(const struct nodes *g, struct ref a, double number)
{
    double n;
    return is_number(g, a, &n) && n == number;
}

/* Does it lie along columns, as only a transposed matrix does? */
static bool lies_across(const struct nodes *g, struct ref a)
{
    return a.row == 1 && a.col && g->nodes[a.node].cols > 1;
}

static bool lies_upright(struct ref a)
{
    return a.row && a.col == 1;
}

/* An ELEM over the arguments, or its transpose over theirs. */
static struct ref elem(struct nodes *g, enum plan_code code, size_t n_args, struct ref a,
                       struct ref b)
{
    size_t rows = a.rows, cols = a.cols;
    if (n_args == 2) {
        rows = a.rows > 1 ? a.rows : b.rows;
        cols = a.cols > 1 ? a.cols : b.cols;
        g->broken = g->broken || (b.rows != rows && b.rows != 1) || (b.cols != cols && b.cols != 1);
        b = ref_broadcast(b, rows, cols);
    }
    a = ref_broadcast(a, rows, cols);
    bool across = lies_across(g, a) || (n_args == 2 && lies_across(g, b));
    bool upright = lies_upright(a) || (n_args == 2 && lies_upright(b));
    bool turn = (cols == 1 && rows > 1) || (rows > 1 && across && !upright);
    if (turn)
        a = ref_transposed(a), b = ref_transposed(b);
    struct node node = {.kind = NODE_ELEM,
                        .rows = turn ? cols : rows,
                        .cols = turn ? rows : cols,
                        .code = code,
                        .args = {a, n_args == 2 ? b : (struct ref){0}},
                        .n_args = n_args};
    struct ref made = intern(g, node);
    return turn ? ref_transposed(made) : made;
}

struct ref node_plain(struct nodes *g, enum plan_code code, struct ref a, struct ref b)
{
    return elem(g, code, 2, a, b);
}

struct ref node_copy(struct nodes *g, struct ref a)
{
    return elem(g, PLAN_TIMES, 2, a, node_number(g, 1, 1, 1));
}

/* Numbers that are there when the plan is made. Only what numbers in models come to. */
static bool fold(enum plan_code code, double a, double b, double *out)
{
    switch (code) {
    case PLAN_PLUS:
        *out = a + b;
        return true;
    case PLAN_MINUS:
        *out = a - b;
        return true;
    case PLAN_TIMES:
        *out = a * b;
        return true;
    case PLAN_OVER:
        *out = a / b;
        return true;
    case PLAN_POWER:
        *out = pow(a, b);
        return true;
    case PLAN_NEGATE:
        *out = -a;
        return true;
    case PLAN_SQUARE:
        *out = a * a;
        return true;
    case PLAN_SQRT:
        *out = sqrt(a);
        return true;
    case PLAN_LOG:
        *out = log(a);
        return true;
    case PLAN_EXP:
        *out = exp(a);
        return true;
    case PLAN_NUMBER:
    case PLAN_SCALAR:
    case PLAN_SIN:
    case PLAN_COS:
    case PLAN_TANH:
    case PLAN_SIGMOID:
    case PLAN_SOFTPLUS:
    case PLAN_RELU:
    case PLAN_ABS:
    case PLAN_STEP:
    case PLAN_SIGN:
        break;
    }
    return false;
}

/* number * a, where that is a by another scale: a sum; a product, by scaling what it is made of;
 * a number times something. */
static bool scaled(struct nodes *g, double number, struct ref a, struct ref *out)
{
    struct node n = g->nodes[a.node];
    double inner;
    if (n.kind == NODE_SUM) {
        n.scale *= number;
        out->node = intern(g, n).node;
    } else if (n.kind == NODE_PRODUCT) {
        size_t which = g->nodes[n.args[1].node].kind == NODE_ELEM;
        if (g->nodes[n.args[!which].node].kind != NODE_ELEM)
            which = n.args[1].rows * n.args[1].cols < n.args[0].rows * n.args[0].cols;
        n.args[which] = node_binary(g, PLAN_TIMES, node_number(g, number, 1, 1), n.args[which]);
        out->node = intern(g, n).node;
    } else if (n.kind == NODE_ELEM && n.code == PLAN_TIMES && is_number(g, n.args[0], &inner) &&
               ref_is_whole(g, (struct ref){a.node, a.offset, a.row, a.col, n.rows, n.cols})) {
        *out = node_binary(g, PLAN_TIMES, node_number(g, number * inner, 1, 1), n.args[1]);
        *out = ref_broadcast(*out, a.rows, a.cols);
        return true;
    } else {
        return false;
    }
    *out = (struct ref){out->node, a.offset, a.row, a.col, a.rows, a.cols};
    return true;
}

/* -x where the node is NEGATE and the view is of all of it, upright or transposed. */
static bool is_negated(const struct nodes *g, struct ref a, struct ref *inner)
{
    const struct node *n = &g->nodes[a.node];
    bool upright = ref_is_whole(g, a);
    if (n->kind != NODE_ELEM || n->code != PLAN_NEGATE ||
        (!upright && !ref_is_whole(g, ref_transposed(a))))
        return false;
    *inner = upright ? n->args[0] : ref_transposed(n->args[0]);
    return true;
}

struct ref node_unary(struct nodes *g, enum plan_code code, struct ref a)
{
    double number;
    struct ref out;
    if (is_number(g, a, &number) && fold(code, number, 0, &number))
        return node_number(g, number, a.rows, a.cols);
    if (code == PLAN_NEGATE && is_negated(g, a, &out))
        return out;
    if (code == PLAN_NEGATE && scaled(g, -1, a, &out))
        return out;
    return elem(g, code, 1, a, a);
}

static struct ref inverse(struct nodes *g, struct ref a)
{
    return node_binary(g, PLAN_OVER, node_number(g, 1, 1, 1), a);
}

/* a^b for the exponents that need no logarithm. */
static bool raise(struct nodes *g, struct ref a, double exponent, struct ref *out)
{
    if (exponent == 0)
        *out = node_number(g, 1, a.rows, a.cols);
    else if (exponent == 0.5)
        *out = node_unary(g, PLAN_SQRT, a);
    else if (exponent == 1)
        *out = a;
    else if (exponent == 2)
        *out = node_unary(g, PLAN_SQUARE, a);
    else if (exponent == 3)
        *out = node_binary(g, PLAN_TIMES, node_unary(g, PLAN_SQUARE, a), a);
    else if (exponent == 4)
        *out = node_unary(g, PLAN_SQUARE, node_unary(g, PLAN_SQUARE, a));
    else if (exponent < 0 && raise(g, a, -exponent, out))
        *out = inverse(g, *out);
    else
        return false;
    return true;
}

/* What needs no operation, or a better one. */
static bool simpler(struct nodes *g, enum plan_code code, struct ref a, struct ref b,
                    struct ref *out)
{
    double x;
    size_t rows = a.rows > 1 ? a.rows : b.rows, cols = a.cols > 1 ? a.cols : b.cols;
    *out = ref_broadcast(a, rows, cols);
    switch (code) {
    case PLAN_PLUS:
        if (is(g, b, 0))
            return true;
        if (is(g, a, 0))
            return *out = ref_broadcast(b, rows, cols), true;
        if (is_number(g, b, &x) && x < 0)
            return *out = node_binary(g, PLAN_MINUS, a, node_number(g, -x, b.rows, b.cols)), true;
        if (is_negated(g, b, out))
            return *out = node_binary(g, PLAN_MINUS, a, *out), true;
        if (is_negated(g, a, out))
            return *out = node_binary(g, PLAN_MINUS, b, *out), true;
        return false;
    case PLAN_MINUS:
        if (is(g, b, 0))
            return true;
        if (is(g, a, 0))
            return *out = node_unary(g, PLAN_NEGATE, ref_broadcast(b, rows, cols)), true;
        if (is_negated(g, b, out))
            return *out = node_binary(g, PLAN_PLUS, a, *out), true;
        return false;
    case PLAN_TIMES:
        if (is_number(g, b, &x))
            return *out = node_binary(g, PLAN_TIMES, b, a), true;
        if (!is_number(g, a, &x)) {
            if (!ref_equal(a, b))
                return false;
            return *out = node_unary(g, PLAN_SQUARE, a), true;
        }
        *out = ref_broadcast(b, rows, cols);
        if (x == 1)
            return true;
        if (x == 0)
            return *out = node_number(g, 0, rows, cols), true;
        if (x == -1)
            return *out = node_unary(g, PLAN_NEGATE, *out), true;
        return scaled(g, x, *out, out);
    case PLAN_OVER:
        if (!is_number(g, b, &x) || x == 0)
            return false;
        return *out = node_binary(g, PLAN_TIMES, node_number(g, 1 / x, rows, cols), a), true;
    case PLAN_POWER:
        return is_number(g, b, &x) && raise(g, *out, x, out);
    default: /* the rest have one argument or none */
        return false;
    }
}

struct ref node_binary(struct nodes *g, enum plan_code code, struct ref a, struct ref b)
{
    double x, y;
    struct ref out;
    if (is_number(g, a, &x) && is_number(g, b, &y) && fold(code, x, y, &x))
        return node_number(g, x, a.rows > 1 ? a.rows : b.rows, a.cols > 1 ? a.cols : b.cols);
    return simpler(g, code, a, b, &out) ? out : elem(g, code, 2, a, b);
}

struct ref node_sum(struct nodes *g, enum plan_reduce reduce, double scale, struct ref a)
{
    bool rows = reduce != PLAN_SUM_COLS && a.rows > 1;
    bool cols = reduce != PLAN_SUM_ROWS && a.cols > 1;
    /* Along an axis of one number repeated, a sum is a multiple. */
    if (rows && !a.row) {
        scale *= (double)a.rows;
        a.rows = 1;
        rows = false;
    }
    if (cols && !a.col) {
        scale *= (double)a.cols;
        a.cols = 1;
        cols = false;
    }
    if (!rows && !cols)
        return node_binary(g, PLAN_TIMES, node_number(g, scale, 1, 1), a);
    bool turn = a.rows > 1 && (a.cols == 1 || lies_across(g, a));
    if (turn) {
        bool keep = rows;
        a = ref_transposed(a);
        rows = cols;
        cols = keep;
    }
    bool all = (rows && cols) || (cols && a.rows == 1);
    struct node node = {.kind = NODE_SUM,
                        .rows = rows || all ? 1 : a.rows,
                        .cols = cols || all ? 1 : a.cols,
                        .reduce = all    ? PLAN_SUM_ALL
                                  : rows ? PLAN_SUM_ROWS
                                         : PLAN_SUM_COLS,
                        .scale = scale,
                        .args = {a},
                        .n_args = 1};
    struct ref made = intern(g, node);
    return turn ? ref_transposed(made) : made;
}

static bool is_eye(const struct nodes *g, struct ref a)
{
    const struct node *n = &g->nodes[a.node];
    return n->kind == NODE_LEAF && n->role == PLAN_EYE &&
           (ref_is_whole(g, a) || ref_is_whole(g, ref_transposed(a)));
}

struct ref node_product(struct nodes *g, struct ref a, struct ref b)
{
    g->broken = g->broken || a.cols != b.rows;
    size_t inner = a.cols;
    if (is_eye(g, a))
        return b;
    if (is_eye(g, b))
        return a;
    if (inner == 1)
        return node_binary(g, PLAN_TIMES, a, b);
    if (!a.col) { /* a_i sum_k b_kj */
        a.cols = 1;
        return node_binary(g, PLAN_TIMES, a, node_sum(g, PLAN_SUM_ROWS, 1, b));
    }
    if (!b.row) {
        b.rows = 1;
        return node_binary(g, PLAN_TIMES, node_sum(g, PLAN_SUM_COLS, 1, a), b);
    }
    /* sum_k a_ik b_k, which fuses with what makes a */
    bool computed = g->nodes[a.node].kind == NODE_ELEM && a.offset == 0;
    if (b.cols == 1 && (a.rows == 1 || computed))
        return node_sum(g, PLAN_SUM_COLS, 1, node_binary(g, PLAN_TIMES, a, ref_transposed(b)));
    return intern(
        g, (struct node){
               .kind = NODE_PRODUCT, .rows = a.rows, .cols = b.cols, .args = {a, b}, .n_args = 2});
}

struct ref node_softmax(struct nodes *g, struct ref a)
{
    if (!a.col)
        return node_number(g, 1.0 / (double)a.cols, a.rows, a.cols);
    return intern(
        g, (struct node){
               .kind = NODE_SOFTMAX, .rows = a.rows, .cols = a.cols, .args = {a}, .n_args = 1});
}
