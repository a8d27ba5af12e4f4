/* Writing C: names (c_names.c), matrices entry by entry (c_expr.c) and whole functions
 * (c_function.c). Private to the algebra.
 *
 * An m x n matrix is an array of m n doubles, row by row. */
#ifndef ALGEBRA_C_PRINT_H
#define ALGEBRA_C_PRINT_H

#include "algebra/parts.h"

#include <chalkgrad/print.h>

/* An expression whose entries stand in an array. */
struct c_array {
    const struct cg_expr *expr;
    const char *name;
};

struct c_writer {
    struct cg_strbuf *out;
    struct cg_arena *arena;
    const struct cg_model *model;
    const struct cg_book *book;
    const struct parts *parts;
    struct c_array *arrays; /* what has been written so far and can be used again */
    size_t n_arrays, arrays_capacity;
    size_t n_temps, n_sums, n_blocks;
    int depth; /* of loops, at the place where `out` ends */
};

/* Do C and its headers math.h and stddef.h keep the name for themselves, or are C's functions here
 * called so? */
bool c_is_reserved(const char *name);

/* A C name for a value: letters and digits of its TeX or its name, and nothing that C or its
 * library has. Different values have different names. In the arena. */
const char *c_value_name(const struct c_writer *w, const struct cg_value *value);

/* ... for a function or its derivative: f, f_prime, f_second. */
const char *c_function_name(const struct c_writer *w, const struct cg_function *function,
                            int order);

/* Must the function be defined first (true), or does C's library have it? */
bool c_must_define(const struct cg_function *function, int order);

/* ... for the variable of the loop at a depth, and for an index of index notation ("0": none). */
const char *c_loop_name(const struct c_writer *w, int depth);
const char *c_index_name(const struct c_writer *w, struct cg_index index);

/* ... for the n-th of a kind of own variables, such as t or sum. */
const char *c_own_name(const struct c_writer *w, const char *kind, size_t n);

/* `name`[rows cols] = expr, the array declared before it unless it is `out`. */
void c_assign(struct c_writer *w, const char *name, bool declare, const struct cg_expr *expr);

/* `out` = a form in index notation, in loops over its free indices (letter 0: none). */
void c_assign_indexed(struct c_writer *w, const struct cg_index *axes, const int *dims,
                      size_t n_axes, const struct cg_expr *form);

#endif
