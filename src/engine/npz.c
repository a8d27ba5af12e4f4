/* NumPy's .npz: a ZIP archive of .npy files, stored or deflated.
 *
 * Read by the central directory at its end: 46 bytes a member and its name; there a member's local
 * header is found, behind which its bytes stand. */
#include "engine/array_file.h"

#include <string.h>
#include <zlib.h>

enum { END_SIZE = 22, ENTRY_SIZE = 46, LOCAL_SIZE = 30, LONGEST_COMMENT = 65535 };

static const char damaged[] = "is damaged: its ZIP directory can't be read";

struct zip {
    struct array_reader *reader;
    const unsigned char *bytes;
    size_t size;
};

struct member {
    char *name;
    size_t flags, method, packed, size, local;
    uint32_t crc;
};

static size_t number(const unsigned char *at, size_t size)
{
    return (size_t)bytes_number(at, size, false);
}

static bool is_record(const unsigned char *at, const char *kind)
{
    return at[0] == 'P' && at[1] == 'K' && memcmp(at + 2, kind, 2) == 0;
}

/* The record at the end, behind which only a comment may stand; NULL where there is none. */
static const unsigned char *find_end(const struct zip *zip)
{
    for (size_t back = END_SIZE; back <= zip->size && back <= END_SIZE + LONGEST_COMMENT; back++) {
        const unsigned char *at = zip->bytes + zip->size - back;
        if (is_record(at, "\5\6") && number(at + 20, 2) == back - END_SIZE)
            return at;
    }
    return NULL;
}

/* One entry of the directory, from *at on. */
static bool read_entry(const struct zip *zip, size_t *at, struct member *member)
{
    const unsigned char *entry = zip->bytes + *at;
    if (zip->size - *at < ENTRY_SIZE || !is_record(entry, "\1\2"))
        return array_fail(zip->reader, damaged);
    size_t name = number(entry + 28, 2);
    size_t length = ENTRY_SIZE + name + number(entry + 30, 2) + number(entry + 32, 2);
    if (zip->size - *at < length)
        return array_fail(zip->reader, damaged);
    *member = (struct member){
        .name = cg_strndup(zip->reader->arena, (const char *)entry + ENTRY_SIZE, name),
        .flags = number(entry + 8, 2),
        .method = number(entry + 10, 2),
        .crc = (uint32_t)number(entry + 16, 4),
        .packed = number(entry + 20, 4),
        .size = number(entry + 24, 4),
        .local = number(entry + 42, 4),
    };
    *at += length;
    return true;
}

/* Where the member's packed bytes begin, behind its local header; 0 on error. */
static size_t find_packed(const struct zip *zip, const struct member *member)
{
    const struct array_reader *reader = zip->reader;
    if (member->local > zip->size || zip->size - member->local < LOCAL_SIZE ||
        !is_record(zip->bytes + member->local, "\3\4"))
        return array_fail(reader, "is not where the directory says");
    const unsigned char *local = zip->bytes + member->local;
    size_t start = member->local + LOCAL_SIZE + number(local + 26, 2) + number(local + 28, 2);
    if (start > zip->size || zip->size - start < member->packed)
        return array_fail(reader, "goes on after the end of the file");
    return start;
}

/* The member's bytes as they were before packing; NULL on error. */
static const unsigned char *unpack(const struct zip *zip, const struct member *member)
{
    struct array_reader *reader = zip->reader;
    const unsigned char *bytes = NULL;
    size_t start = find_packed(zip, member), got = 0;
    if (!start)
        return NULL;
    if (member->flags & 1)
        array_fail(reader, "is encrypted");
    else if (member->method == 8)
        bytes =
            inflate_bytes(reader, zip->bytes + start, member->packed, false, member->size, &got);
    else if (member->method == 0 && member->size == member->packed)
        bytes = zip->bytes + start;
    else
        array_fail(reader, "is packed in a way other than deflated");
    if (bytes && crc32_z(0, bytes, member->size) != member->crc) {
        array_fail(reader, "is damaged: its checksum is wrong");
        return NULL;
    }
    return bytes;
}

/* The name of an array: that of its member without .npy; NULL for another kind of member. */
static char *array_name(struct cg_arena *arena, const char *member)
{
    size_t length = strlen(member);
    if (length < 4 || strcmp(member + length - 4, ".npy") != 0)
        return NULL;
    return cg_strndup(arena, member, length - 4);
}

static bool read_member(const struct zip *zip, const struct member *member)
{
    struct array_reader *reader = zip->reader;
    const char *name = array_name(reader->arena, member->name);
    if (!name)
        return true;
    reader->member = member->name;
    if (cg_arrays_find(reader->arrays, name))
        return array_fail(reader, "is there twice");
    const unsigned char *bytes = unpack(zip, member);
    bool ok = bytes && npy_read(reader, name, bytes, member->size);
    reader->member = NULL;
    return ok;
}

bool npz_read(struct array_reader *reader, const unsigned char *bytes, size_t size)
{
    struct zip zip = {reader, bytes, size};
    const unsigned char *end = find_end(&zip);
    if (!end)
        return array_fail(reader, "is damaged: the end of the ZIP file is missing");
    size_t count = number(end + 10, 2), at = number(end + 16, 4);
    if (count == 0xFFFF || at == 0xFFFFFFFF)
        return array_fail(reader, "is a ZIP64 archive, for more than 65,534 arrays or 4 GB");
    if (at > size)
        return array_fail(reader, damaged);
    for (size_t i = 0; i < count; i++) {
        struct member member = {0};
        if (!read_entry(&zip, &at, &member) || !read_member(&zip, &member))
            return false;
    }
    return reader->arrays->count > 0 ||
           array_fail(reader, "holds no .npy arrays (of a PyTorch network, save them: "
                              "numpy.savez(\"net.npz\", **{k: v.numpy() for k, v in "
                              "net.state_dict().items()}))");
}

/* ---- writing ----------------------------------------------------------------------------- */

/* What a local header and an entry of the directory have in common: version 2.0, names in UTF-8,
 * stored, 1 January 1980, so that the same numbers give the same file. */
static void put_member(struct cg_strbuf *out, const char *name, uint32_t crc, size_t size)
{
    const size_t fields[] = {20, 0x800, 0, 0, 0x21};
    for (size_t i = 0; i < 5; i++)
        put_little_endian(out, fields[i], 2);
    put_little_endian(out, crc, 4);
    put_little_endian(out, size, 4);
    put_little_endian(out, size, 4);
    put_little_endian(out, strlen(name) + 4, 2);
    put_little_endian(out, 0, 2);
}

static void put_entry(struct cg_strbuf *out, const char *name, uint32_t crc, size_t size,
                      size_t local)
{
    cg_putn(out, "PK\1\2\x14\0", 6);
    put_member(out, name, crc, size);
    put_little_endian(out, 0, 2 + 2 + 2); /* comment, disk, internal attributes */
    put_little_endian(out, 0600u << 16, 4);
    put_little_endian(out, local, 4);
    cg_putf(out, "%s.npy", name);
}

void npz_write(struct cg_strbuf *out, const char *const *names, const struct cg_matrix *matrices,
               size_t count, enum cg_number_type type)
{
    struct cg_strbuf directory, array;
    cg_strbuf_init(&directory);
    cg_strbuf_init(&array);
    for (size_t i = 0; i < count; i++) {
        cg_strbuf_clear(&array);
        npy_write(&array, &matrices[i], type);
        uint32_t crc = (uint32_t)crc32_z(0, (const unsigned char *)array.text, array.length);
        put_entry(&directory, names[i], crc, array.length, out->length);
        cg_putn(out, "PK\3\4", 4);
        put_member(out, names[i], crc, array.length);
        cg_putf(out, "%s.npy", names[i]);
        cg_putn(out, array.text, array.length);
    }
    size_t start = out->length;
    cg_putn(out, directory.text, directory.length);
    cg_putn(out, "PK\5\6\0\0\0\0", 8);
    put_little_endian(out, count, 2);
    put_little_endian(out, count, 2);
    put_little_endian(out, directory.length, 4);
    put_little_endian(out, start, 4);
    put_little_endian(out, 0, 2);
    cg_strbuf_finish(&directory);
    cg_strbuf_finish(&array);
}
