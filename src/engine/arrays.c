#include "engine/array_file.h"

#include <chalkgrad/file.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <zlib.h>

bool array_fail(const struct array_reader *reader, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct cg_place nowhere = {0};
    if (reader->member)
        return cg_fail(reader->error, reader->file, nowhere, "has a member %.80s that %s",
                       reader->member, text);
    return cg_fail(reader->error, reader->file, nowhere, "%s", text);
}

bool array_add(struct array_reader *reader, struct cg_array array, size_t size)
{
    size_t count = 1, width = number_size(array.type);
    for (size_t i = 0; i < array.n_axes; i++) { /* one axis of 0 makes an empty array */
        if (array.axes[i] > CG_MOST_NUMBERS || count * array.axes[i] > CG_MOST_NUMBERS)
            return array_fail(reader, "has more than 100,000,000 numbers");
        count *= array.axes[i];
    }
    if (size != count * width)
        return array_fail(
            reader, "should have %zu numbers of %zu byte%s, but %zu bytes of numbers are there",
            count, width, width == 1 ? "" : "s", size);
    array.rows = array.n_axes > 1 ? array.axes[0] : 1;
    array.cols = array.rows ? count / array.rows : 0;
    struct cg_arrays *arrays = reader->arrays;
    if (arrays->count == CG_MOST_ARRAYS)
        return array_fail(reader, "is one array too many: a file has at most %d", CG_MOST_ARRAYS);
    arrays->items = cg_grow(reader->arena, arrays->items, arrays->count, &reader->capacity,
                            sizeof *arrays->items);
    arrays->items[arrays->count++] = array;
    return true;
}

/* ---- compression ------------------------------------------------------------------------- */

/* Deflate makes at most 1032 bytes of one; what claims more is no such file. */
static size_t most_inflated(const struct array_reader *reader, size_t size)
{
    size_t most = CG_MOST_BYTES - reader->inflated;
    return size < most / 1032 ? size * 1032 + 64 : most;
}

enum inflated { INFLATED, DAMAGED, TOO_LARGE };

static enum inflated inflate_stream(z_stream *stream, bool gzip, size_t most, unsigned char **data,
                                    size_t *got)
{
    size_t capacity = 0;
    for (int state = Z_OK; state != Z_STREAM_END || (gzip && stream->avail_in);) {
        if (state == Z_STREAM_END && inflateReset(stream) != Z_OK) /* gzip files may be joined */
            return DAMAGED;
        if (*got == capacity) {
            if (*got > most)
                return TOO_LARGE;
            capacity = capacity ? 2 * capacity : 65536;
            capacity = capacity > most ? most + 1 : capacity;
            *data = cg_xrealloc(*data, capacity);
        }
        stream->next_out = *data + *got;
        stream->avail_out = (uInt)(capacity - *got);
        state = inflate(stream, Z_NO_FLUSH);
        *got = (size_t)(stream->next_out - *data);
        if (state != Z_OK && state != Z_STREAM_END && (state != Z_BUF_ERROR || stream->avail_out))
            return DAMAGED;
    }
    return *got > most ? TOO_LARGE : INFLATED;
}

unsigned char *inflate_bytes(struct array_reader *reader, const unsigned char *bytes, size_t size,
                             bool gzip, size_t expected, size_t *got)
{
    enum { GZIP = 15 + 16, RAW = -15 };
    size_t most = most_inflated(reader, size);
    unsigned char *data = NULL, *kept = NULL;
    z_stream stream = {.next_in = (unsigned char *)(uintptr_t)bytes, .avail_in = (uInt)size};
    *got = 0;
    if (inflateInit2(&stream, gzip ? GZIP : RAW) != Z_OK)
        cg_out_of_memory();
    enum inflated state =
        inflate_stream(&stream, gzip, expected < most ? expected : most, &data, got);
    if (state == TOO_LARGE && expected > most)
        array_fail(reader, "has more than 1 GB when decompressed");
    else if (state != INFLATED || (expected != SIZE_MAX && *got != expected))
        array_fail(reader, "is damaged: it can't be decompressed");
    else
        kept = cg_copy(reader->arena, data, *got);
    inflateEnd(&stream);
    free(data);
    reader->inflated += *got;
    return kept;
}

/* ---- which format ------------------------------------------------------------------------ */

static bool begins(const unsigned char *bytes, size_t size, const char *magic, size_t length)
{
    return size >= length && memcmp(bytes, magic, length) == 0;
}

/* 0 0 type axes */
static bool is_idx(const unsigned char *bytes, size_t size)
{
    return size >= 4 && !bytes[0] && !bytes[1] && bytes[2] >= 8 && bytes[2] <= 14 && bytes[3];
}

/* The length of a JSON header, and the header. */
static bool is_safetensors(const unsigned char *bytes, size_t size)
{
    return size >= 9 && bytes[8] == '{' && !bytes[5] && !bytes[6] && !bytes[7];
}

static bool has_ending(const char *path, const char *ending)
{
    size_t length = strlen(path), tail = strlen(ending);
    return length > tail && strcasecmp(path + length - tail, ending) == 0;
}

/* No magic bytes: CSV, unless the name says otherwise or the bytes are no text. */
static bool read_text(struct array_reader *reader, const unsigned char *bytes, size_t size)
{
    static const struct {
        const char *ending, *kind;
    } binary[] = {
        {".npy", "a .npy file"}, {".npz", "a .npz file"},   {".safetensors", "a .safetensors file"},
        {".idx", "an IDX file"}, {"-ubyte", "an IDX file"}, {".gz", "a gzip file"},
    };
    for (size_t i = 0; i < sizeof binary / sizeof *binary; i++)
        if (!reader->inflated && has_ending(reader->file, binary[i].ending))
            return array_fail(reader, "does not begin as %s does", binary[i].kind);
    if (size && memchr(bytes, 0, size))
        return array_fail(reader,
                          "is no file of numbers that can be read: .npy, .npz, .safetensors, "
                          "IDX or CSV");
    return csv_read(reader, bytes, size);
}

static bool read_any(struct array_reader *reader, const unsigned char *bytes, size_t size)
{
    if (begins(bytes, size, "\x1f\x8b", 2) && !reader->inflated) {
        bytes = inflate_bytes(reader, bytes, size, true, SIZE_MAX, &size);
        if (!bytes)
            return false;
    }
    if (begins(bytes, size, "\x93NUMPY", 6))
        return npy_read(reader, "", bytes, size);
    if (begins(bytes, size, "PK\3\4", 4) || begins(bytes, size, "PK\5\6", 4))
        return npz_read(reader, bytes, size);
    if (is_idx(bytes, size))
        return idx_read(reader, bytes, size);
    if (is_safetensors(bytes, size))
        return safetensors_read(reader, bytes, size);
    return read_text(reader, bytes, size);
}

bool cg_arrays_parse(struct cg_arena *arena, const char *path, const char *bytes, size_t size,
                     struct cg_arrays *arrays, struct cg_error *error)
{
    *arrays = (struct cg_arrays){0};
    struct array_reader reader = {.arena = arena, .file = path, .error = error, .arrays = arrays};
    return read_any(&reader, (const unsigned char *)bytes, size);
}

bool cg_arrays_open(struct cg_arena *arena, const char *path, struct cg_arrays *arrays,
                    struct cg_error *error)
{
    size_t size;
    struct stat about;
    if (stat(path, &about) == 0 && !S_ISREG(about.st_mode)) /* a pipe might never end */
        return cg_fail_machine(error, path, "is no file");
    if (strcmp(path, "-") == 0)
        path = "./-"; /* not the standard input */
    const char *bytes = cg_read_file(arena, path, CG_MOST_BYTES, &size, error);
    return bytes && cg_arrays_parse(arena, path, bytes, size, arrays, error);
}

const struct cg_array *cg_arrays_find(const struct cg_arrays *arrays, const char *name)
{
    for (size_t i = 0; i < arrays->count; i++)
        if (strcmp(arrays->items[i].name, name) == 0)
            return &arrays->items[i];
    return NULL;
}

/* ---- writing ----------------------------------------------------------------------------- */

bool cg_arrays_save(const char *path, const char *const *names, const struct cg_matrix *matrices,
                    size_t count, enum cg_number_type type, struct cg_error *error)
{
    struct cg_place nowhere = {0};
    struct cg_strbuf out;
    if (has_ending(path, ".npy") && count != 1)
        return cg_fail(error, path, nowhere,
                       "a .npy file holds one array, and here are %zu: write a .npz file", count);
    cg_strbuf_init(&out);
    bool known = true;
    if (has_ending(path, ".npy"))
        npy_write(&out, matrices, type);
    else if (has_ending(path, ".npz"))
        npz_write(&out, names, matrices, count, type);
    else if (has_ending(path, ".safetensors"))
        safetensors_write(&out, names, matrices, count, type);
    else
        known =
            cg_fail(error, path, nowhere,
                    "ends in none of .npy, .npz and .safetensors, which numbers are written to");
    bool done = known && cg_write_file(path, out.text, out.length, error);
    cg_strbuf_finish(&out);
    return done;
}
