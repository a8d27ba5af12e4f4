#include "engine/npy.h"

#include <stdint.h>
#include <string.h>

/* The header is a Python dict literal: {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }
 */
struct header {
    const char *at, *end;
    char type[4];
    bool has_type, has_order, has_shape;
    const char *why; /* the first thing wrong, or NULL */
};

static bool refuse(struct header *h, const char *why)
{
    if (!h->why)
        h->why = why;
    return false;
}

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

/* A size from 1 to 10^9. */
static bool size_literal(struct header *h, size_t *size)
{
    blanks(h);
    *size = 0;
    const char *start = h->at;
    while (h->at < h->end && *h->at >= '0' && *h->at <= '9' && h->at - start < 10)
        *size = *size * 10 + (size_t)(*h->at++ - '0');
    if (h->at == start)
        return refuse(h, "has a shape that is not a tuple of sizes");
    return (*size >= 1 && *size <= 1000000000) || refuse(h, "has an axis of a size out of range");
}

/* (5,) or (3, 4) */
static bool shape(struct header *h, struct npy *out)
{
    static const char no_tuple[] = "has a shape that is not a tuple of sizes";
    if (!take(h, "("))
        return refuse(h, no_tuple);
    if (take(h, ")"))
        return refuse(h, "holds a single number, not an array");
    out->n_axes = out->axes[1] = 1;
    if (!size_literal(h, &out->axes[0]))
        return false;
    if (!take(h, ","))
        return refuse(h, no_tuple);
    if (take(h, ")"))
        return true;
    out->n_axes = 2;
    if (!size_literal(h, &out->axes[1]))
        return false;
    if (take(h, ",") && !take(h, ")"))
        return refuse(h, "has more than 2 axes");
    return h->at[-1] == ')' || take(h, ")") || refuse(h, no_tuple);
}

static bool type(struct header *h)
{
    static const char *const known[] = {"'<f8'", "'<f4'", "'<i8'", "'<i4'"};
    for (size_t i = 0; i < 4; i++)
        if (take(h, known[i])) {
            memcpy(h->type, known[i] + 1, 3);
            return true;
        }
    return refuse(h, "holds numbers of a type other than little-endian f8, f4, i8 and i4");
}

static bool entry(struct header *h, struct npy *out)
{
    if (take(h, "'descr'")) {
        if (h->has_type || !take(h, ":"))
            return refuse(h, "has a header that can't be read");
        return h->has_type = type(h);
    }
    if (take(h, "'fortran_order'")) {
        if (h->has_order || !take(h, ":"))
            return refuse(h, "has a header that can't be read");
        if (!take(h, "False"))
            return refuse(h, "is in Fortran order; save numpy.ascontiguousarray of it");
        return h->has_order = true;
    }
    if (take(h, "'shape'")) {
        if (h->has_shape || !take(h, ":"))
            return refuse(h, "has a header that can't be read");
        return h->has_shape = shape(h, out);
    }
    return refuse(h, "has a header that can't be read");
}

static bool dict(struct header *h, struct npy *out)
{
    if (!take(h, "{"))
        return refuse(h, "has a header that can't be read");
    while (!take(h, "}")) {
        if (!entry(h, out))
            return false;
        if (!take(h, ",")) {
            if (take(h, "}"))
                break;
            return refuse(h, "has a header that can't be read");
        }
    }
    blanks(h);
    if (h->at != h->end || !h->has_type || !h->has_order || !h->has_shape)
        return refuse(h, "has a header that can't be read");
    return true;
}

static uint64_t little_endian(const unsigned char *bytes, size_t size)
{
    uint64_t n = 0;
    for (size_t i = size; i-- > 0;)
        n = n << 8 | bytes[i];
    return n;
}

/* One number of the header's type. */
static double number(const char *type_name, const unsigned char *bytes)
{
    size_t size = (size_t)(type_name[2] - '0');
    uint64_t n = little_endian(bytes, size);
    if (type_name[1] == 'i')
        return size == 8 ? (double)(int64_t)n : (double)(int32_t)(uint32_t)n;
    if (size == 8) {
        double x;
        memcpy(&x, &n, sizeof x);
        return x;
    }
    uint32_t half = (uint32_t)n;
    float x;
    memcpy(&x, &half, sizeof x);
    return x;
}

static bool numbers(struct cg_arena *arena, struct header *h, const char *bytes, size_t size,
                    struct npy *out)
{
    size_t width = (size_t)(h->type[2] - '0');
    size_t count = out->axes[0] * out->axes[1]; /* at most 10^18 */
    if (size / width != count || size % width)
        return refuse(h, size / width < count ? "ends before its last number"
                                              : "goes on after its last number");
    out->data = cg_alloc_array(arena, count, sizeof *out->data);
    for (size_t i = 0; i < count; i++)
        out->data[i] = number(h->type, (const unsigned char *)bytes + i * width);
    return true;
}

bool npy_read(struct cg_arena *arena, const char *bytes, size_t size, struct npy *out,
              const char **why)
{
    *out = (struct npy){0};
    *why = "is not a .npy file";
    if (size < 10 || memcmp(bytes, "\x93NUMPY", 6) != 0)
        return false;
    unsigned char major = (unsigned char)bytes[6];
    size_t lead = major == 1 ? 10 : 12;
    *why = "is a .npy file of an unknown version";
    if (major < 1 || major > 3 || bytes[7] != 0 || size < lead)
        return false;
    size_t length = (size_t)little_endian((const unsigned char *)bytes + 8, lead - 8);
    *why = "ends within its header";
    if (length > size - lead)
        return false;
    struct header h = {.at = bytes + lead, .end = bytes + lead + length};
    if (dict(&h, out) && numbers(arena, &h, h.end, (size_t)(bytes + size - h.end), out))
        return true;
    *why = h.why;
    return false;
}
