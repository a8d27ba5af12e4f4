/* IDX, the format of MNIST: 0 0 type axes, the sizes of the axes, the numbers; all big-endian. */
#include "engine/array_file.h"

static bool find_type(unsigned char code, enum cg_number_type *type)
{
    static const struct {
        unsigned char code;
        enum cg_number_type type;
    } known[] = {{0x08, CG_TYPE_U8},  {0x09, CG_TYPE_I8},  {0x0B, CG_TYPE_I16},
                 {0x0C, CG_TYPE_I32}, {0x0D, CG_TYPE_F32}, {0x0E, CG_TYPE_F64}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].code == code) {
            *type = known[i].type;
            return true;
        }
    return false;
}

bool idx_read(struct array_reader *reader, const unsigned char *bytes, size_t size)
{
    if (size < 4 || bytes[0] || bytes[1])
        return array_fail(reader, "is not an IDX file");
    struct cg_array array = {.name = "", .big_endian = true, .n_axes = bytes[3]};
    if (!find_type(bytes[2], &array.type))
        return array_fail(reader, "is an IDX file with numbers of the unknown type 0x%02x",
                          bytes[2]);
    if (array.n_axes > CG_MOST_AXES)
        return array_fail(reader, "has more than %d axes", CG_MOST_AXES);
    size_t lead = 4 + 4 * array.n_axes;
    if (size < lead)
        return array_fail(reader, "ends within its header");
    for (size_t i = 0; i < array.n_axes; i++)
        array.axes[i] = (size_t)bytes_number(bytes + 4 + 4 * i, 4, true);
    array.bytes = bytes + lead;
    return array_add(reader, array, size - lead);
}
