/* What writes a plan in vectors (vectors.h): vectors and what is done with them (vectors_value.c),
 * what buffers hold (vectors_buffer.c), operations of plans (vectors_op.c), all updates
 * (vectors.c). Private to these. */
#ifndef ENGINE_VECTORS_WRITER_H
#define ENGINE_VECTORS_WRITER_H

#include "engine/vectors.h"

/* A vector in the C that is written: variable v<id>. `zeros`: lanes known to hold 0; `finite`: no
 * lane that stands for nothing holds infinity or NaN; `ready`: the cycle in which it is there. */
struct reg {
    int id;
    uint32_t zeros;
    bool finite;
    double ready;
};

/* ... and which entry of its buffer each lane holds; NOTHING: none. */
struct held {
    struct reg reg;
    int32_t entry[VECTORS_LANES];
};

enum { NOTHING = -1 };

struct held_list {
    struct held *items;
    size_t count, capacity;
};

struct writer {
    const struct plan *plan;
    const struct vectors_layout *layout;
    bool batches;
    struct cg_arena arena;
    struct cg_strbuf *head, *body; /* before the loop and in it; NULL: nothing is written */
    struct held_list *held;        /* by buffer */
    struct reg scalars[PLAN_SCALAR_COUNT];
    int n_ids;
    double operations;
};

/* An axis of an operation or a matrix: its size and where it lies. */
struct axis {
    size_t size;
    enum vectors_axis on;
};

/* Cycles until a result is there; the sigmoid's and tanh's as measured, others near enough. */
struct price {
    double cycles, operations;
};

/* How many vectors it takes along the axis. */
size_t vec_axis_chunks(const struct writer *w, struct axis axis);

/* The place on the axis at which a lane of the chunk-th vector stands; NOTHING behind its end. */
int32_t vec_axis_at(const struct writer *w, struct axis axis, size_t chunk, size_t lane);

struct axis vec_buffer_axis(const struct writer *w, size_t buffer, size_t which);

/* Which axis of its buffer (0 rows, 1 columns) a step of `stride` walks along; 2: none of them. */
size_t vec_view_axis(const struct plan *plan, const struct plan_view *view, size_t stride);

struct reg vec_result(struct writer *w, double ready, double operations);

double vec_later(double a, double b);

struct price vec_code_price(enum plan_code code, size_t lanes);

/* a with 0 in `lanes` */
struct reg vec_without(struct writer *w, struct reg a, uint32_t lanes);

struct reg vec_plus(struct writer *w, struct reg a, struct reg b);

uint32_t vec_product_zeros(struct reg a, struct reg b);

struct reg vec_times(struct writer *w, struct reg a, struct reg b);

/* sum + a b, or sum - a b */
struct reg vec_fused(struct writer *w, struct reg sum, char sign, struct reg a, struct reg b);

struct reg vec_number(struct writer *w, double value);

struct reg vec_called(struct writer *w, const char *function, struct price price, struct reg a);

struct reg vec_called_with(struct writer *w, const char *function, struct price price, struct reg a,
                           struct reg b);

/* Lane l of the result is lane from[l] of a, or of b where from[l] >= lanes; NOTHING: any. */
struct reg vec_shuffle(struct writer *w, struct reg a, struct reg b, const int32_t *from);

/* The sum (or largest) over the lanes of an axis, in each of them: halves are swapped and added,
 * then quarters ... Lanes that stand for nothing must not disturb. */
struct reg vec_fold(struct writer *w, struct reg a, enum vectors_axis on, bool largest);

void vec_hold(struct writer *w, struct held_list *list, const struct held *held);

void vec_put_loaded(struct cg_strbuf *out, const struct writer *w, const struct held *held,
                    size_t buffer);

/* A vector with the wanted entries of a buffer. */
struct reg vec_fetch(struct writer *w, size_t buffer, const int32_t *want);

/* What the vectors of a buffer's own layout hold: the (row, col)-th of them. */
void vec_own_entries(const struct writer *w, size_t buffer, size_t row, size_t col, int32_t *entry);

/* Makes what an operation has computed the contents of a buffer; entries that it did not compute
 * stay as they are. */
void vec_store(struct writer *w, size_t buffer, struct held_list *made);

void vec_write_op(struct writer *w, const struct plan_op *op);

#endif
