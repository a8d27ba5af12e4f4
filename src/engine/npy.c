/* NumPy's .npy: a magic text, a version, the length of the header, the header, the numbers. The
 * header is a Python dict literal: {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), } */
#include "engine/array_file.h"

#include <stdio.h>
#include <string.h>

struct header {
    const struct array_reader *reader;
    const char *at, *end;
    bool has_type, has_order, has_shape;
};

static const char unreadable[] = "has a header that can't be read";
static const char no_shape[] = "has a shape that is not a tuple of sizes";

static void blanks(struct header *h)
{
    while (h->at < h->end && (*h->at == ' ' || *h->at == '\n'))
        h->at++;
}

static bool take(struct header *h, const char *text)
{
    size_t length = strlen(text);
    blanks(h);
    if ((size_t)(h->end - h->at) < length || memcmp(h->at, text, length) != 0)
        return false;
    h->at += length;
    return true;
}

/* What stands next, for a message. */
static int shown(const struct header *h)
{
    const char *comma = memchr(h->at, ',', (size_t)(h->end - h->at));
    ptrdiff_t length = (comma ? comma : h->end) - h->at;
    return length < 20 ? (int)length : 20;
}

static bool axis(struct header *h, size_t *size)
{
    blanks(h);
    *size = 0;
    const char *start = h->at;
    while (h->at < h->end && *h->at >= '0' && *h->at <= '9' && h->at - start < 18)
        *size = *size * 10 + (size_t)(*h->at++ - '0');
    return h->at > start || array_fail(h->reader, no_shape);
}

/* (), (5,) or (3, 4) */
static bool shape(struct header *h, struct cg_array *out)
{
    if (!take(h, "("))
        return array_fail(h->reader, no_shape);
    while (!take(h, ")")) {
        if (out->n_axes == CG_MOST_AXES)
            return array_fail(h->reader, "has more than %d axes", CG_MOST_AXES);
        if (!axis(h, &out->axes[out->n_axes++]))
            return false;
        bool comma = take(h, ",");
        if (!comma && (out->n_axes == 1 || !take(h, ")")))
            return array_fail(h->reader, no_shape);
        if (!comma)
            break;
    }
    return true;
}

static bool type(struct header *h, struct cg_array *out)
{
    static const struct {
        const char *name;
        enum cg_number_type type;
    } known[] = {
        {"f8'", CG_TYPE_F64}, {"f4'", CG_TYPE_F32}, {"f2'", CG_TYPE_F16}, {"i8'", CG_TYPE_I64},
        {"i4'", CG_TYPE_I32}, {"i2'", CG_TYPE_I16}, {"i1'", CG_TYPE_I8},  {"u8'", CG_TYPE_U64},
        {"u4'", CG_TYPE_U32}, {"u2'", CG_TYPE_U16}, {"u1'", CG_TYPE_U8},  {"b1'", CG_TYPE_BOOL},
    };
    blanks(h);
    const char *start = h->at;
    out->big_endian = take(h, "'>");
    if (out->big_endian || take(h, "'<") || take(h, "'|"))
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            if (take(h, known[i].name)) {
                out->type = known[i].type;
                return true;
            }
    h->at = start;
    return array_fail(h->reader,
                      "holds numbers of the type %.*s; expected floats, integers or booleans",
                      shown(h), h->at);
}

static bool order(struct header *h, struct cg_array *out)
{
    out->fortran = take(h, "True");
    return out->fortran || take(h, "False") || array_fail(h->reader, unreadable);
}

/* 'key': value, each key once. */
static bool entry(struct header *h, struct cg_array *out)
{
    static const struct {
        const char *key;
        bool (*read)(struct header *h, struct cg_array *out);
    } keys[] = {{"'descr'", type}, {"'fortran_order'", order}, {"'shape'", shape}};
    bool *const seen[] = {&h->has_type, &h->has_order, &h->has_shape};
    for (size_t i = 0; i < 3; i++)
        if (!*seen[i] && take(h, keys[i].key)) {
            *seen[i] = true;
            return take(h, ":") ? keys[i].read(h, out) : array_fail(h->reader, unreadable);
        }
    return array_fail(h->reader, unreadable);
}

static bool dict(struct header *h, struct cg_array *out)
{
    if (!take(h, "{"))
        return array_fail(h->reader, unreadable);
    while (!take(h, "}")) {
        if (!entry(h, out))
            return false;
        if (!take(h, ",")) {
            if (take(h, "}"))
                break;
            return array_fail(h->reader, unreadable);
        }
    }
    blanks(h);
    return (h->at == h->end && h->has_type && h->has_order && h->has_shape) ||
           array_fail(h->reader, unreadable);
}

bool npy_read(struct array_reader *reader, const char *name, const unsigned char *bytes,
              size_t size)
{
    if (size < 10 || memcmp(bytes, "\x93NUMPY", 6) != 0)
        return array_fail(reader, "is not a .npy file");
    if (bytes[6] < 1 || bytes[6] > 3 || bytes[7] != 0)
        return array_fail(reader, "is a .npy file of the unknown version %d.%d", bytes[6],
                          bytes[7]);
    size_t lead = bytes[6] == 1 ? 10 : 12;
    size_t length = size < lead ? 0 : (size_t)bytes_number(bytes + 8, lead - 8, false);
    if (size < lead || length > size - lead)
        return array_fail(reader, "ends within its header");
    const unsigned char *numbers = bytes + lead + length;
    struct header h = {
        .reader = reader, .at = (const char *)bytes + lead, .end = (const char *)numbers};
    struct cg_array array = {.name = name, .bytes = numbers};
    return dict(&h, &array) && array_add(reader, array, size - lead - length);
}

/* Padded so that the numbers begin at a multiple of 64, as NumPy does. */
void npy_write(struct cg_strbuf *out, const struct cg_matrix *matrix, enum cg_number_type type)
{
    char header[160];
    int length = snprintf(header, sizeof header,
                          "{'descr': '%s', 'fortran_order': False, 'shape': (%zu, %zu), }",
                          type == CG_TYPE_F32 ? "<f4" : "<f8", matrix->rows, matrix->cols);
    size_t padded = ((size_t)length + 10 + 1 + 63) / 64 * 64;
    cg_putn(out, "\x93NUMPY\1\0", 8);
    put_little_endian(out, padded - 10, 2);
    cg_putn(out, header, (size_t)length);
    for (size_t i = 10 + (size_t)length; i + 1 < padded; i++)
        cg_putc(out, ' ');
    cg_putc(out, '\n');
    for (size_t i = 0; i < matrix->rows * matrix->cols; i++)
        put_number_bytes(out, matrix->data[i], type);
}
