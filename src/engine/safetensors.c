/* safetensors: 8 bytes with the length of a JSON header, the header, the numbers. The header says
 * of each tensor its dtype, shape and from where to where its numbers stand, counted from the end
 * of the header; together they fill the file without hole or overlap. */
#include "engine/array_file.h"

#include <cJSON.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_HEADER = 1 << 24 };

struct tensor_entry {
    struct cg_array array;
    size_t begin, end;
};

/* A whole number that a double holds exactly. */
static bool whole(const cJSON *item, size_t *out)
{
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble <= 1e15) ||
        item->valuedouble != floor(item->valuedouble))
        return false;
    *out = (size_t)item->valuedouble;
    return true;
}

static bool read_dtype(const struct array_reader *reader, const cJSON *item,
                       enum cg_number_type *type)
{
    static const struct {
        enum cg_number_type type;
        const char *name;
    } known[] = {
#define X(id, bytes, name) {id, name},
        CG_NUMBER_TYPES(X)
#undef X
    };
    if (!cJSON_IsString(item))
        return array_fail(reader, "has no dtype");
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(item->valuestring, known[i].name) == 0) {
            *type = known[i].type;
            return true;
        }
    return array_fail(reader, "has the unknown dtype %.20s", item->valuestring);
}

static bool read_shape(const struct array_reader *reader, const cJSON *item, struct cg_array *array)
{
    const cJSON *axis;
    if (!cJSON_IsArray(item))
        return array_fail(reader, "has no shape");
    cJSON_ArrayForEach(axis, item)
    {
        if (array->n_axes == CG_MOST_AXES)
            return array_fail(reader, "has more than %d axes", CG_MOST_AXES);
        if (!whole(axis, &array->axes[array->n_axes++]))
            return array_fail(reader, "has a shape that is not a list of sizes");
    }
    return true;
}

static bool read_tensor(const struct array_reader *reader, const cJSON *item, size_t size,
                        struct tensor_entry *entry)
{
    *entry = (struct tensor_entry){.array.name = cg_strdup(reader->arena, item->string)};
    const cJSON *offsets = cJSON_GetObjectItemCaseSensitive(item, "data_offsets");
    if (!read_dtype(reader, cJSON_GetObjectItemCaseSensitive(item, "dtype"), &entry->array.type) ||
        !read_shape(reader, cJSON_GetObjectItemCaseSensitive(item, "shape"), &entry->array))
        return false;
    if (cJSON_GetArraySize(offsets) != 2 || !whole(cJSON_GetArrayItem(offsets, 0), &entry->begin) ||
        !whole(cJSON_GetArrayItem(offsets, 1), &entry->end) || entry->begin > entry->end)
        return array_fail(reader, "has data_offsets that are not a begin and an end");
    return entry->end <= size ||
           array_fail(reader, "should end at byte %zu of the numbers, but there are only %zu",
                      entry->end, size);
}

static int by_place(const void *a, const void *b)
{
    const struct tensor_entry *x = a, *y = b;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

static int by_name(const void *a, const void *b)
{
    const struct tensor_entry *x = a, *y = b;
    return strcmp(x->array.name, y->array.name);
}

/* The entries of the header; false with what is wrong. */
static bool read_entries(struct array_reader *reader, const cJSON *header, size_t size,
                         struct tensor_entry *entries, size_t *count)
{
    const cJSON *item;
    *count = 0;
    cJSON_ArrayForEach(item, header)
    {
        if (strcmp(item->string, "__metadata__") == 0)
            continue;
        reader->member = cg_strdup(reader->arena, item->string);
        if (!read_tensor(reader, item, size, &entries[(*count)++]))
            return false;
    }
    qsort(entries, *count, sizeof *entries, by_name);
    for (size_t i = 1; i < *count; i++) {
        reader->member = entries[i].array.name;
        if (by_name(&entries[i - 1], &entries[i]) == 0)
            return array_fail(reader, "is there twice");
    }
    reader->member = NULL;
    return true;
}

static bool add_entries(struct array_reader *reader, struct tensor_entry *entries, size_t count,
                        const unsigned char *numbers, size_t size)
{
    size_t at = 0;
    qsort(entries, count, sizeof *entries, by_place);
    for (size_t i = 0; i < count; i++) {
        struct tensor_entry *entry = &entries[i];
        reader->member = entry->array.name;
        if (entry->begin != at)
            return array_fail(reader, "begins at byte %zu of the numbers instead of %zu",
                              entry->begin, at);
        entry->array.bytes = numbers + at;
        at = entry->end;
        if (!array_add(reader, entry->array, entry->end - entry->begin))
            return false;
    }
    reader->member = NULL;
    return at == size || array_fail(reader, "goes on after its last number");
}

bool safetensors_read(struct array_reader *reader, const unsigned char *bytes, size_t size)
{
    uint64_t length = size < 8 ? 0 : bytes_number(bytes, 8, false);
    if (length > LONGEST_HEADER)
        return array_fail(reader, "has a header of more than 16 MB");
    if (size < 8 || length > size - 8)
        return array_fail(reader, "ends within its header");
    const unsigned char *numbers = bytes + 8 + length;
    size_t rest = size - 8 - (size_t)length, count;
    cJSON *header = cJSON_ParseWithLength((const char *)bytes + 8, (size_t)length);
    bool ok = false;
    if (!cJSON_IsObject(header))
        array_fail(reader, "has a header that is no JSON object");
    else {
        struct tensor_entry *entries =
            cg_alloc_array(reader->arena, (size_t)cJSON_GetArraySize(header) + 1, sizeof *entries);
        ok = read_entries(reader, header, rest, entries, &count) &&
             add_entries(reader, entries, count, numbers, rest);
        if (ok && !count)
            ok = array_fail(reader, "holds no tensors");
    }
    cJSON_Delete(header);
    return ok;
}

/* ---- writing ----------------------------------------------------------------------------- */

static void put_header(struct cg_strbuf *out, const char *const *names,
                       const struct cg_matrix *matrices, size_t count, enum cg_number_type type)
{
    size_t at = 0;
    cg_putc(out, '{');
    for (size_t i = 0; i < count; i++) {
        size_t end = at + matrices[i].rows * matrices[i].cols * number_size(type);
        cJSON *name = cJSON_CreateString(names[i]);
        char *quoted = cJSON_PrintUnformatted(name);
        if (!quoted)
            cg_out_of_memory();
        cg_putf(out, "%s%s:{\"dtype\":\"%s\",\"shape\":[%zu,%zu],\"data_offsets\":[%zu,%zu]}",
                i ? "," : "", quoted, type == CG_TYPE_F32 ? "F32" : "F64", matrices[i].rows,
                matrices[i].cols, at, end);
        cJSON_free(quoted);
        cJSON_Delete(name);
        at = end;
    }
    cg_putc(out, '}');
    while (out->length % 8) /* the numbers are aligned, as the format asks */
        cg_putc(out, ' ');
}

void safetensors_write(struct cg_strbuf *out, const char *const *names,
                       const struct cg_matrix *matrices, size_t count, enum cg_number_type type)
{
    struct cg_strbuf header;
    cg_strbuf_init(&header);
    put_header(&header, names, matrices, count, type);
    put_little_endian(out, header.length, 8);
    cg_putn(out, header.text, header.length);
    cg_strbuf_finish(&header);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < matrices[i].rows * matrices[i].cols; k++)
            put_number_bytes(out, matrices[i].data[k], type);
}
