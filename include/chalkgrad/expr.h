/* The one expression tree: what the lesson says, what is differentiated, printed, typeset,
 * evaluated.
 *
 * Invariants. Nodes live in an arena, never change once made, and may be shared: the tree is a DAG.
 * Every node has a shape (two dim ids of its model; 0 is the size 1). A node in index notation
 * stands for one scalar, once each of its free indices has a value; its shape is 1 x 1. Only
 * CG_ENTRY leads from a matrix into index notation, and nothing but matrix operators stands below a
 * CG_ENTRY. There is no subtraction: a - b is ADD(a, NEG(b)), and prints as a - b.
 */
#ifndef CHALKGRAD_EXPR_H
#define CHALKGRAD_EXPR_H

#include <chalkgrad/arena.h>
#include <chalkgrad/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cg_value;    /* model.h: a named value: input, constant, definition or named result */
struct cg_function; /* model.h: an elementwise function under the name the lesson gives it */

/* Ids into the model's table of dims; 0 is the size 1. Ids that were found equal share a root
 * (cg_dim_root in model.h): compare roots, never ids. */
struct cg_shape {
    int rows, cols;
};

/* An index such as k: a letter, unique within a line, and the dim it runs over. letter 0: no index,
 * the axis has size 1. */
struct cg_index {
    char letter;
    int dim;
};

enum cg_axis {
    CG_AXIS_ALL,
    CG_AXIS_ROWS,
    CG_AXIS_COLS
}; /* sum(e); axis=0, over the rows; axis=1 */

/* X(op, arguments, meaning) */
#define CG_OPS(X)                                                                                  \
    X(CG_NUMBER, 0, "u.number: a constant; 1 x 1")                                                 \
    X(CG_SIZE, 0, "u.over: how many values the dim has, a number; no letter; 1 x 1")               \
    X(CG_NAME, 0, "u.value: a named value, a matrix")                                              \
    X(CG_GRAD, 0, "u.grad: the gradient of u.grad.of with respect to u.grad.wrt, shaped like wrt") \
    X(CG_EYE, 0, "identity matrix of the node's shape")                                            \
    X(CG_ONES, 0, "ones of the node's shape")                                                      \
    X(CG_ZEROS, 0, "zeros of the node's shape")                                                    \
    X(CG_ADD, -1, "sum of two or more, broadcast")                                                 \
    X(CG_NEG, 1, "minus")                                                                          \
    X(CG_MUL, -1, "entry-by-entry product of two or more, broadcast; the product of scalars")      \
    X(CG_DIV, 2, "entry-by-entry quotient, broadcast")                                             \
    X(CG_POW, 2, "entry-by-entry power, broadcast")                                                \
    X(CG_APPLY, 1, "u.apply: the order-th derivative of a function, applied to each entry")        \
    X(CG_MATMUL, 2, "matrix product")                                                              \
    X(CG_TRANSPOSE, 1, "transpose")                                                                \
    X(CG_SUM, 1, "u.axis: sum, keeps dims")                                                        \
    X(CG_MEAN, 1, "u.axis: mean, keeps dims")                                                      \
    X(CG_TRACE, 1, "trace")                                                                        \
    X(CG_DOT, 2, "sum of the entry-by-entry product of two of one shape")                          \
    X(CG_OUTER, 2, "outer product of two vectors: m x n")                                          \
    X(CG_NORM2, 1, "sum of squares")                                                               \
    X(CG_SOFTMAX, 1, "softmax of each row")                                                        \
    X(CG_DIAG, 1, "the diagonal of a square matrix, as a 1 x n row")                               \
    X(CG_ENTRY, 1, "u.at: entry [row, col] of a matrix; the index of an axis of size 1 is none")   \
    X(CG_SUM_OVER, 1, "u.over: the sum over every value of one index, which it binds")             \
    X(CG_KRON, 0, "u.at: the Kronecker delta: 1 where row = col, else 0")                          \
    X(CG_PARTIAL, 1, "u.partial: the derivative of a scalar by one entry of wrt, see below")

enum cg_op {
#define X(op, arguments, meaning) op,
    CG_OPS(X)
#undef X
};

struct cg_expr {
    enum cg_op op;
    struct cg_shape shape;
    struct cg_place place;        /* where it stood in the source; line 0 = made by a rule */
    const struct cg_expr *origin; /* the node of the line before that a rule made it from, or NULL:
                                     what it flies from when lines are animated */
    size_t n_args;
    const struct cg_expr *const *args;
    union {
        struct {
            double value;
            int64_t num, den; /* value = num / den where den > 0; den = 0: not a known fraction */
        } number;
        const struct cg_value *value;
        struct {
            const struct cg_value *of, *wrt;
        } grad;
        struct {
            const struct cg_function *function;
            int order; /* 0: f, 1: f', 2: f'' */
        } apply;
        enum cg_axis axis;
        struct {
            struct cg_index row, col;
        } at;
        struct cg_index over;
        /* d args[0] / d wrt_[row, col]. `total` tells apart
         *   false: the direct derivative of the expression as written; every named value in it but
         *          wrt is held fixed. Where args[0] is an entry of a defined name M, M's own
         *          definition is looked through, once.
         *   true:  all paths through the definitions count (the dJ/dN that the chain rule sums
         * over). */
        struct {
            const struct cg_value *wrt;
            struct cg_index row, col;
            bool total;
        } partial;
    } u;
};

/* Constructors. Shapes come from the arguments, which must fit (assert: parsers check first).
 * add and mul flatten nothing and simplify nothing: rules do that. */
const struct cg_expr *cg_number(struct cg_arena *arena, double value);
const struct cg_expr *cg_fraction(struct cg_arena *arena, int64_t num, int64_t den);
/* The number n of values of a dim other than the size 1. */
const struct cg_expr *cg_size(struct cg_arena *arena, int dim);
const struct cg_expr *cg_name(struct cg_arena *arena, const struct cg_value *value);
const struct cg_expr *cg_grad(struct cg_arena *arena, const struct cg_value *of,
                              const struct cg_value *wrt);
const struct cg_expr *cg_constant(struct cg_arena *arena, enum cg_op eye_ones_or_zeros,
                                  struct cg_shape shape);
const struct cg_expr *cg_nary(struct cg_arena *arena, enum cg_op add_or_mul, size_t count,
                              const struct cg_expr *const *args, struct cg_shape shape);
const struct cg_expr *cg_unary(struct cg_arena *arena, enum cg_op op, const struct cg_expr *arg,
                               struct cg_shape shape);
const struct cg_expr *cg_binary(struct cg_arena *arena, enum cg_op op, const struct cg_expr *left,
                                const struct cg_expr *right, struct cg_shape shape);
const struct cg_expr *cg_apply(struct cg_arena *arena, const struct cg_function *function,
                               int order, const struct cg_expr *arg);
const struct cg_expr *cg_reduce(struct cg_arena *arena, enum cg_op sum_or_mean, enum cg_axis axis,
                                const struct cg_expr *arg);
const struct cg_expr *cg_entry(struct cg_arena *arena, const struct cg_expr *matrix,
                               struct cg_index row, struct cg_index col);
const struct cg_expr *cg_sum_over(struct cg_arena *arena, struct cg_index index,
                                  const struct cg_expr *body);
const struct cg_expr *cg_kron(struct cg_arena *arena, struct cg_index a, struct cg_index b);
const struct cg_expr *cg_partial(struct cg_arena *arena, const struct cg_expr *of,
                                 const struct cg_value *wrt, struct cg_index row,
                                 struct cg_index col, bool total);

/* A copy of `node` with other arguments (or the node itself where they are the same pointers), its
 * origin the node. */
const struct cg_expr *cg_with_args(struct cg_arena *arena, const struct cg_expr *node,
                                   const struct cg_expr *const *args);

/* A copy that says where it came from: its place in the source, or the node of the line before. */
const struct cg_expr *cg_placed(struct cg_arena *arena, const struct cg_expr *node,
                                struct cg_place place);
const struct cg_expr *cg_from(struct cg_arena *arena, const struct cg_expr *node,
                              const struct cg_expr *origin);

/* Equal as written: same operators, names, numbers and indices (letters), in the same order. */
bool cg_expr_equal(const struct cg_expr *a, const struct cg_expr *b);

/* A hash that equal expressions share. */
uint64_t cg_expr_hash(const struct cg_expr *expr);

/* True for a node that stands for a scalar in index notation or has no matrix in it at all. */
bool cg_is_index_notation(const struct cg_expr *expr);

/* The indices that stand at the node itself: at an entry, a delta or a partial derivative, two; at
 * a sum, the one that it binds. An axis of size 1 has none. Returns how many it wrote. */
size_t cg_node_indices(const struct cg_expr *node, struct cg_index out[2]);

/* The free indices of an expression in index notation, in order of first appearance. Returns how
 * many there are and writes at most `most`. */
size_t cg_free_indices(const struct cg_expr *expr, struct cg_index *out, size_t most);
bool cg_has_free_index(const struct cg_expr *expr, char letter);
/* Is anything in it in index notation: an entry, a sum over an index, a delta, a derivative? */
bool cg_has_indices(const struct cg_expr *expr);

/* `expr` with free index `from` replaced by `to`; bound indices that would capture `to` are the
 * caller's mistake (letters are unique within a line). Replaced nodes have their old self as
 * origin. */
const struct cg_expr *cg_substitute_index(struct cg_arena *arena, const struct cg_expr *expr,
                                          struct cg_index from, struct cg_index to);

/* True where `value` occurs in the expression as written (definitions are not looked through). */
bool cg_mentions(const struct cg_expr *expr, const struct cg_value *value);

#endif
