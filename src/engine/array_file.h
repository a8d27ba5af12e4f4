/* What the readers and writers of array files share. Private to the engine.
 *
 * A reader gets all bytes of a file or of a part of it and adds what it finds to `arrays`. It never
 * reads beyond them, whatever they say. */
#ifndef ENGINE_ARRAY_FILE_H
#define ENGINE_ARRAY_FILE_H

#include <chalkgrad/arrays.h>
#include <chalkgrad/strbuf.h>

#include <stdint.h>

struct array_reader {
    struct cg_arena *arena;
    const char *file;   /* for messages */
    const char *member; /* the part of the file that is read, or NULL */
    struct cg_error *error;
    struct cg_arrays *arrays;
    size_t capacity;
    size_t inflated; /* bytes that came out of compression so far */
};

/* False, with words that follow the name of the file or member: "ends within its header". */
bool array_fail(const struct array_reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Sets rows and cols by the axes; refuses too many numbers, and another number of bytes than
 * `size`. Then adds the array. */
bool array_add(struct array_reader *reader, struct cg_array array, size_t size);

size_t number_size(enum cg_number_type type);

/* An unsigned number of `size` bytes. */
uint64_t bytes_number(const unsigned char *bytes, size_t size, bool big_endian);
void put_little_endian(struct cg_strbuf *out, uint64_t number, size_t size);
/* A number as CG_TYPE_F64 or CG_TYPE_F32. */
void put_number_bytes(struct cg_strbuf *out, double number, enum cg_number_type type);

/* Inflates raw deflated (`gzip` false) or gzipped bytes. `expected`: how many must come out, or
 * SIZE_MAX: as many as there are. NULL on error. */
unsigned char *inflate_bytes(struct array_reader *reader, const unsigned char *bytes, size_t size,
                             bool gzip, size_t expected, size_t *got);

bool npy_read(struct array_reader *reader, const char *name, const unsigned char *bytes,
              size_t size);
bool npz_read(struct array_reader *reader, const unsigned char *bytes, size_t size);
bool safetensors_read(struct array_reader *reader, const unsigned char *bytes, size_t size);
bool idx_read(struct array_reader *reader, const unsigned char *bytes, size_t size);
bool csv_read(struct array_reader *reader, const unsigned char *bytes, size_t size);

void npy_write(struct cg_strbuf *out, const struct cg_matrix *matrix, enum cg_number_type type);
void npz_write(struct cg_strbuf *out, const char *const *names, const struct cg_matrix *matrices,
               size_t count, enum cg_number_type type);
void safetensors_write(struct cg_strbuf *out, const char *const *names,
                       const struct cg_matrix *matrices, size_t count, enum cg_number_type type);

#endif
