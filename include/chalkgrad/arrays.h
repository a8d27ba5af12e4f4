/* Files of numbers: NumPy's .npy and .npz, safetensors, IDX (the MNIST family), CSV; any of them
 * compressed by gzip. The bytes at the beginning say which it is; where they say nothing, the text
 * is CSV.
 *
 * Invariants: no file has more than CG_MOST_ARRAYS arrays of CG_MOST_NUMBERS numbers, or is larger
 * than CG_MOST_BYTES, nor is what comes out of a compressed one. An array's bytes were checked
 * against its shape before it is handed out.
 *
 * Formats: NumPy Enhancement Proposal 1, versions 1.0 to 3.0; PKWARE's APPNOTE 6.3 without
 * encryption, several disks and ZIP64; the README of safetensors, "Format";
 * Y. LeCun's "THE IDX FILE FORMAT"; RFC 4180, and semicolons or tabs for commas.
 */
#ifndef CHALKGRAD_ARRAYS_H
#define CHALKGRAD_ARRAYS_H

#include <chalkgrad/eval.h>

enum {
    CG_MOST_AXES = 8,
    CG_MOST_ARRAYS = 10000,
    CG_MOST_NUMBERS = 100000000,
    CG_MOST_BYTES = 1 << 30
};

/* X(id, bytes, name in safetensors) */
#define CG_NUMBER_TYPES(X)                                                                         \
    X(CG_TYPE_F64, 8, "F64")                                                                       \
    X(CG_TYPE_F32, 4, "F32")                                                                       \
    X(CG_TYPE_F16, 2, "F16")                                                                       \
    X(CG_TYPE_BF16, 2, "BF16") /* the upper half of an f32 */                                      \
    X(CG_TYPE_I64, 8, "I64")                                                                       \
    X(CG_TYPE_I32, 4, "I32")                                                                       \
    X(CG_TYPE_I16, 2, "I16")                                                                       \
    X(CG_TYPE_I8, 1, "I8")                                                                         \
    X(CG_TYPE_U64, 8, "U64")                                                                       \
    X(CG_TYPE_U32, 4, "U32")                                                                       \
    X(CG_TYPE_U16, 2, "U16")                                                                       \
    X(CG_TYPE_U8, 1, "U8")                                                                         \
    X(CG_TYPE_BOOL, 1, "BOOL")

enum cg_number_type {
#define X(id, bytes, name) id,
    CG_NUMBER_TYPES(X)
#undef X
};

/* A column of a CSV file. */
struct cg_column {
    const char *name; /* of the header; "" where the file has none */
    size_t n_words;   /* it holds words instead of numbers: how many different ones. The number of
                         an entry is then the place, from 0, of its word in `words` */
    char **words;     /* as they appear, down the column */
};

struct cg_array {
    const char *name;  /* "" where the file holds but one and doesn't name it */
    size_t rows, cols; /* no axis: 1 x 1; one: a row; more than two: all but the first together are
                          the columns, so that n images of 28 x 28 are n x 784. May be 0 */
    size_t n_axes;     /* as in the file */
    struct cg_column *columns; /* CSV: `cols` of them; else NULL */

    /* Private: where the numbers stand. */
    size_t axes[CG_MOST_AXES];
    enum cg_number_type type;
    bool big_endian, fortran;
    const unsigned char *bytes;
};

struct cg_arrays {
    struct cg_array *items; /* as in the file, except safetensors: by place of the numbers */
    size_t count;           /* at least 1 */
};

/* Reads a file; all is in the arena. False with the file and what was expected and found; where a
 * CSV file is wrong, with line, column and the line itself. */
bool cg_arrays_open(struct cg_arena *arena, const char *path, struct cg_arrays *arrays,
                    struct cg_error *error);
/* The same for bytes that came from `path`; they must live as long as the arrays. */
bool cg_arrays_parse(struct cg_arena *arena, const char *path, const char *bytes, size_t size,
                     struct cg_arrays *arrays, struct cg_error *error);

/* NULL where there is none of that name. */
const struct cg_array *cg_arrays_find(const struct cg_arrays *arrays, const char *name);

/* The numbers of `cols` columns from `from` on, row by row. out: rows * cols of them. Integers of
 * more than 53 bits are rounded. */
void cg_array_numbers(const struct cg_array *array, size_t from, size_t cols, double *out);

/* Writes matrices under their names, each an array of two axes, as CG_TYPE_F64 or CG_TYPE_F32
 * (numbers beyond its range become infinite). The path's ending says how: .npy (one matrix, no
 * name), .npz (which numpy.load reads), .safetensors (which safetensors.torch.load_file reads). A
 * reader of the path sees the old file or the new. */
bool cg_arrays_save(const char *path, const char *const *names, const struct cg_matrix *matrices,
                    size_t count, enum cg_number_type type, struct cg_error *error);

#endif
