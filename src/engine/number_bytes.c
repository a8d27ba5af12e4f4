/* Numbers as the bytes of a file. */
#include "engine/array_file.h"

#include <math.h>
#include <string.h>

size_t number_size(enum cg_number_type type)
{
    static const unsigned char sizes[] = {
#define X(id, bytes, name) bytes,
        CG_NUMBER_TYPES(X)
#undef X
    };
    return sizes[type];
}

uint64_t bytes_number(const unsigned char *bytes, size_t size, bool big_endian)
{
    uint64_t n = 0;
    for (size_t i = 0; i < size; i++)
        n = n << 8 | bytes[big_endian ? i : size - 1 - i];
    return n;
}

void put_little_endian(struct cg_strbuf *out, uint64_t number, size_t size)
{
    char bytes[8];
    for (size_t i = 0; i < size; i++, number >>= 8)
        bytes[i] = (char)(number & 0xFF);
    cg_putn(out, bytes, size);
}

void put_number_bytes(struct cg_strbuf *out, double number, enum cg_number_type type)
{
    uint64_t bits;
    float single = (float)number;
    uint32_t single_bits;
    memcpy(&bits, &number, sizeof bits);
    memcpy(&single_bits, &single, sizeof single_bits);
    if (type == CG_TYPE_F32)
        put_little_endian(out, single_bits, 4);
    else
        put_little_endian(out, bits, 8);
}

static double from_f32(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* IEEE 754 binary16: a sign, 5 bits of exponent (bias 15), 10 of fraction. */
static double from_f16(uint32_t bits)
{
    int exponent = (int)(bits >> 10 & 31), fraction = (int)(bits & 1023);
    double x = exponent == 31  ? (fraction ? NAN : INFINITY)
               : exponent == 0 ? ldexp(fraction, -24)
                               : ldexp(fraction + 1024, exponent - 25);
    return bits >> 15 ? -x : x;
}

static double from_bits(enum cg_number_type type, uint64_t bits)
{
    double x;
    switch (type) {
    case CG_TYPE_F64:
        memcpy(&x, &bits, sizeof x);
        return x;
    case CG_TYPE_F32:
        return from_f32((uint32_t)bits);
    case CG_TYPE_F16:
        return from_f16((uint32_t)bits);
    case CG_TYPE_BF16:
        return from_f32((uint32_t)bits << 16);
    case CG_TYPE_I64:
        return (double)(int64_t)bits;
    case CG_TYPE_I32:
        return (int32_t)(uint32_t)bits;
    case CG_TYPE_I16:
        return (int16_t)(uint16_t)bits;
    case CG_TYPE_I8:
        return (int8_t)(uint8_t)bits;
    case CG_TYPE_U64:
    case CG_TYPE_U32:
    case CG_TYPE_U16:
    case CG_TYPE_U8:
        return (double)bits;
    case CG_TYPE_BOOL:
        return bits != 0;
    }
    return NAN;
}

/* `count` numbers that stand together in the file, from number `from` on, to every `step`th place
 * of out. */
static void convert(const struct cg_array *array, size_t from, size_t count, double *out,
                    size_t step)
{
    size_t width = number_size(array->type);
    const unsigned char *at = array->bytes + from * width;
    if (array->type == CG_TYPE_U8) /* images: many, and simple */
        for (size_t i = 0; i < count; i++)
            out[i * step] = at[i];
    else
        for (size_t i = 0; i < count; i++, at += width)
            out[i * step] = from_bits(array->type, bytes_number(at, width, array->big_endian));
}

/* Where a column begins in Fortran order: there the first axis runs fastest, then the second. */
static size_t column_start(const struct cg_array *array, size_t col)
{
    size_t start = 0, inner = array->cols, stride = array->rows;
    for (size_t axis = 1; axis < array->n_axes; axis++) {
        inner /= array->axes[axis];
        start += col / inner * stride;
        col %= inner;
        stride *= array->axes[axis];
    }
    return start;
}

void cg_array_numbers(const struct cg_array *array, size_t from, size_t cols, double *out)
{
    if (array->fortran && array->n_axes > 1)
        for (size_t c = 0; c < cols; c++)
            convert(array, column_start(array, from + c), array->rows, out + c, cols);
    else
        for (size_t r = 0; r < array->rows; r++)
            convert(array, r * array->cols + from, cols, out + r * cols, 1);
}
