/* A training plan: the definitions of a model, the derived gradients and the update, compiled into
 * a fixed sequence of operations over memory that is laid out once.
 *
 * Three kinds of operation are enough: products (transposes are strides), maps (a chain of
 * elementwise operations in one pass, with sums over what it makes), and softmax. Broadcasting,
 * transposes, diagonals and single rows are views: strides, of which 0 repeats.
 *
 * A plan knows sizes and no numbers: `run.h` executes it in f32 or f64, `emit.h` writes it as C.
 *
 * Invariants: an operation reads what stands before it, and the state. No operation's output
 * overlaps its inputs, save that a map may write an entry where it read that same entry (an update
 * in place), and mode DESCEND reads what it writes. Where a map reads a parameter that a sum of it
 * descends (a bias), it reads it as it was: sums are stored after all entries are done. Parameters
 * change only after the last operation that reads them. Each buffer begins at a multiple of
 * PLAN_ALIGN reals and has room up to the next.
 */
#ifndef ENGINE_PLAN_H
#define ENGINE_PLAN_H

#include <chalkgrad/strbuf.h>
#include <chalkgrad/train.h>

enum { PLAN_ALIGN = 16 }; /* reals: 64 bytes of f32, 128 of f64 */

/* STATE outlives an update and is shared by all plans of a trainer (full batch, the shorter last
 * batch, the loss over all rows): parameters, then the optimiser's memory. WORK is each plan's own:
 * data, constants, intermediate results. */
enum plan_space { PLAN_STATE, PLAN_WORK };

enum plan_role {
    PLAN_PARAM,  /* STATE: a parameter */
    PLAN_MEMORY, /* STATE: of the optimiser; starts as zeros */
    PLAN_ROWS,   /* WORK: the rows of this batch, filled in before each update */
    PLAN_INPUT,  /* WORK: an input of the model that is neither; filled in once */
    PLAN_EYE,    /* WORK: an identity matrix; filled in once */
    PLAN_TEMP    /* WORK: computed */
};

struct plan_buffer {
    enum plan_role role;
    enum plan_space space;
    size_t offset; /* in reals, from the beginning of its space */
    size_t rows, cols;
    const struct cg_value *value; /* the value of the model that it holds, or NULL */
    const char *name;             /* for people and for C: W1, dJ_dZ1, t3; a C identifier, unique */
};

/* Entry (r, c) of a matrix: the buffer's real number offset + r row + c col. */
struct plan_view {
    size_t buffer, offset;
    size_t row, col;
};

/* out = x, or out -= rate x (the update itself, of a parameter); rate is scalar PLAN_RATE */
enum plan_mode { PLAN_SET, PLAN_DESCEND };

struct plan_product {
    size_t rows, inner, cols; /* out is rows x cols, a is rows x inner, b is inner x cols */
    struct plan_view a, b, out;
    enum plan_mode mode;
};

/* X(id, arity, formula): what an instruction makes of registers a and b (or of its number) */
#define PLAN_CODES(X)                                                                              \
    X(PLAN_NUMBER, 0, "number")                                                                    \
    X(PLAN_SCALAR, 0, "scalar[number]")                                                            \
    X(PLAN_PLUS, 2, "a + b")                                                                       \
    X(PLAN_MINUS, 2, "a - b")                                                                      \
    X(PLAN_TIMES, 2, "a * b")                                                                      \
    X(PLAN_OVER, 2, "a / b")                                                                       \
    X(PLAN_POWER, 2, "a ^ b")                                                                      \
    X(PLAN_NEGATE, 1, "-a")                                                                        \
    X(PLAN_SQUARE, 1, "a * a")                                                                     \
    X(PLAN_EXP, 1, "exp(a)")                                                                       \
    X(PLAN_LOG, 1, "log(a)")                                                                       \
    X(PLAN_SQRT, 1, "sqrt(a)")                                                                     \
    X(PLAN_SIN, 1, "sin(a)")                                                                       \
    X(PLAN_COS, 1, "cos(a)")                                                                       \
    X(PLAN_TANH, 1, "tanh(a)")                                                                     \
    X(PLAN_SIGMOID, 1, "1 / (1 + exp(-a))")                                                        \
    X(PLAN_SOFTPLUS, 1, "log(1 + exp(a))")                                                         \
    X(PLAN_RELU, 1, "a < 0 ? 0 : a") /* so that NaN stays NaN */                                   \
    X(PLAN_ABS, 1, "|a|")                                                                          \
    X(PLAN_STEP, 1, "a > 0 ? 1 : 0")                                                               \
    X(PLAN_SIGN, 1, "(a > 0) - (a < 0)")

enum plan_code {
#define X(id, arity, formula) id,
    PLAN_CODES(X)
#undef X
};

/* What changes from update to update, and is given to each run. */
enum plan_scalar {
    PLAN_RATE,        /* of this update, after its schedule */
    PLAN_FIRST_BIAS,  /* Adam: 1 / (1 - 0.9^t) */
    PLAN_SECOND_BIAS, /* Adam: 1 / (1 - 0.999^t) */
    PLAN_SCALAR_COUNT
};

/* Register n_inputs + i is what code[i] makes; registers below n_inputs are the inputs. */
struct plan_instr {
    enum plan_code code;
    size_t a, b;      /* registers that stand before it */
    double number;    /* PLAN_NUMBER: itself; PLAN_SCALAR: which */
    const char *name; /* for people: what the model calls it, or NULL */
};

/* Where an entry of a map goes. Sums are scaled once, at the end (1/n for a mean). The view of a
 * sum is 1 x cols (PLAN_SUM_ROWS: the rows are added up), rows x 1 or 1 x 1. */
enum plan_reduce { PLAN_KEEP, PLAN_SUM_ROWS, PLAN_SUM_COLS, PLAN_SUM_ALL };

struct plan_store {
    size_t reg;
    struct plan_view out;
    enum plan_reduce reduce;
    double scale;        /* of a sum; 1 for PLAN_KEEP */
    enum plan_mode mode; /* of a sum; PLAN_SET for PLAN_KEEP */
};

struct plan_map {
    size_t rows, cols; /* the domain: inputs are broadcast to it by strides of 0 */
    struct plan_view *inputs;
    struct plan_instr *code;
    struct plan_store *stores;
    size_t n_inputs, n_code, n_stores;
};

/* Each row: out_j = exp(a_j - max) / sum_i exp(a_i - max) */
struct plan_softmax {
    size_t rows, cols;
    struct plan_view a, out;
};

enum plan_kind { PLAN_PRODUCT, PLAN_MAP, PLAN_SOFTMAX };

struct plan_op {
    enum plan_kind kind;
    union {
        struct plan_product product;
        struct plan_map map;
        struct plan_softmax softmax;
    } u;
    const char **sources; /* the lines that it computes: "Z1 = X @ W1 + B1", "dJ/dW1 = X.T @ δ1" */
    size_t n_sources;
};

struct plan {
    struct plan_buffer *buffers;
    struct plan_op *ops;
    size_t n_buffers, n_ops;
    size_t state_size, work_size; /* in reals, multiples of PLAN_ALIGN */
    size_t batch;                 /* rows of the PLAN_ROWS buffers */
    size_t loss;                  /* the buffer of J, 1 x 1 */
    size_t *params;               /* buffers, in the order of the options */
    size_t n_params;
    size_t *rows; /* buffers of the data, in the order of the options */
    size_t n_rows;
    size_t first_update; /* the first operation that changes the state; n_ops: none does */
};

/* Compiles J and, where `updates` is true, the gradients of options->params by their derived
 * matrix forms (which the book must have) and the optimiser's update, for `batch` rows. The plan
 * lives in `arena`. NULL with an error: what has no matrix form, memory beyond reason. Layout of
 * the state depends on model and options alone. */
const struct plan *plan_compile(struct cg_arena *arena, const struct cg_book *book,
                                const struct cg_train_options *options, size_t batch, bool updates,
                                struct cg_error *error);

/* One operation a line, with the lines of the derivation that it computes: for a learner to read.
 */
void plan_print(struct cg_strbuf *out, const struct plan *plan);

#endif
