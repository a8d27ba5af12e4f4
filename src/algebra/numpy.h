/* Writing NumPy: what print_numpy.c (expressions) and numpy_function.c (whole functions) share.
 * Private to the algebra. */
#ifndef ALGEBRA_NUMPY_H
#define ALGEBRA_NUMPY_H

#include <chalkgrad/print.h>

struct cg_numpy {
    struct cg_strbuf *out;
    const struct cg_model *model;
    const struct cg_book *book;      /* NULL: none; looks up gradients that are not written out */
    const struct cg_value **sources; /* arrays whose shapes give sizes; without them, numbers */
    size_t n_sources;
    bool only_arrays; /* functions take no plain numbers, as PyTorch's */
};

/* The Python name of a value: keywords, numpy's np and lowered digits are changed. */
void cg_numpy_name(const struct cg_numpy *numpy, const struct cg_value *value);

/* The name of a function or of its derivative: f, f_prime, f_second; np.exp where NumPy has it. */
void cg_numpy_function_name(const struct cg_numpy *numpy, const struct cg_function *function,
                            int order);
/* Must the function be defined first (true), or does NumPy have it? */
bool cg_numpy_must_define(const struct cg_function *function, int order);
/* The right side of `return`, over x. */
const char *cg_numpy_kernel(enum cg_kernel kernel, int order);

/* The Python variable of an index; 0 for the index of an axis of size 1. */
void cg_numpy_index(const struct cg_numpy *numpy, struct cg_index index);

/* How many entries an axis has: W.shape[0], or a number. */
void cg_numpy_size(const struct cg_numpy *numpy, int dim);

/* Is there an array in it? Without one it is a Python number. */
bool cg_numpy_is_array(const struct cg_expr *expr);

/* An expression in matrix notation, or in index notation over Python integers k, l, ... */
void cg_numpy_expr(const struct cg_numpy *numpy, const struct cg_expr *expr);

#endif
