#include "../test.h"

#include "engine/npy.h"

#include <string.h>

struct file {
    char bytes[512];
    size_t size;
};

/* A version 1.0 file with this header and these raw numbers. */
static struct file npy_file(const char *header, const void *data, size_t size)
{
    struct file file = {.bytes = "\x93NUMPY\x01"};
    size_t length = strlen(header);
    file.bytes[8] = (char)(length & 255);
    file.bytes[9] = (char)(length >> 8);
    memcpy(file.bytes + 10, header, length);
    memcpy(file.bytes + 10 + length, data, size);
    file.size = 10 + length + size;
    return file;
}

static const char *why_not(const char *header, size_t size)
{
    static const double zeros[16];
    struct file file = npy_file(header, zeros, size);
    struct cg_arena arena;
    struct npy npy;
    const char *why = NULL;
    cg_arena_init(&arena);
    assert_false(npy_read(&arena, file.bytes, file.size, &npy, &why));
    cg_arena_finish(&arena);
    return why;
}

#define HEADER(type, shape)                                                                        \
    "{'descr': '" type "', 'fortran_order': False, 'shape': " shape ", }   \n"

static void reads_matrices(void **state)
{
    (void)state;
    const double numbers[] = {1, -2.5, 3, 4, 5, 6e300};
    struct file file = npy_file(HEADER("<f8", "(2, 3)"), numbers, sizeof numbers);
    struct cg_arena arena;
    struct npy npy;
    const char *why;
    cg_arena_init(&arena);
    assert_true(npy_read(&arena, file.bytes, file.size, &npy, &why));
    assert_int_equal(npy.n_axes, 2);
    assert_int_equal(npy.axes[0], 2);
    assert_int_equal(npy.axes[1], 3);
    assert_memory_equal(npy.data, numbers, sizeof numbers);
    cg_arena_finish(&arena);
}

static void reads_every_type(void **state)
{
    (void)state;
    const float f4[] = {0.5f, -3};
    const int64_t i8[] = {-7, 1ll << 40};
    const int32_t i4[] = {-7, 2000000000};
    const struct {
        const char *header;
        const void *data;
        size_t size;
        double first, second;
    } cases[] = {
        {HEADER("<f4", "(2,)"), f4, sizeof f4, 0.5, -3},
        {HEADER("<i8", "(2,)"), i8, sizeof i8, -7, 1099511627776.0},
        {HEADER("<i4", "(2,)"), i4, sizeof i4, -7, 2e9},
        {"{'shape':(2,1),'descr':'<i4','fortran_order':False}", i4, sizeof i4, -7, 2e9},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct file file = npy_file(cases[i].header, cases[i].data, cases[i].size);
        struct cg_arena arena;
        struct npy npy;
        const char *why;
        cg_arena_init(&arena);
        assert_true(npy_read(&arena, file.bytes, file.size, &npy, &why));
        assert_int_equal(npy.axes[0] * npy.axes[1], 2);
        assert_true(npy.data[0] == cases[i].first && npy.data[1] == cases[i].second);
        cg_arena_finish(&arena);
    }
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    const struct {
        const char *header;
        size_t size;
        const char *why;
    } cases[] = {
        {HEADER("<f8", "(2, 3)"), 40, "ends before its last number"},
        {HEADER("<f8", "(2, 3)"), 56, "goes on after its last number"},
        {HEADER(">f8", "(2, 3)"), 48,
         "holds numbers of a type other than little-endian f8, f4, i8 and i4"},
        {HEADER("|O", "(2, 3)"), 48,
         "holds numbers of a type other than little-endian f8, f4, i8 and i4"},
        {HEADER("<f8", "(1, 2, 3)"), 48, "has more than 2 axes"},
        {HEADER("<f8", "()"), 8, "holds a single number, not an array"},
        {HEADER("<f8", "(0, 3)"), 0, "has an axis of a size out of range"},
        {HEADER("<f8", "(3)"), 24, "has a shape that is not a tuple of sizes"},
        {HEADER("<f8", "(3, -1)"), 24, "has a shape that is not a tuple of sizes"},
        {HEADER("<f8", "(99999999999, 3)"), 24, "has an axis of a size out of range"},
        {"{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }", 48,
         "is in Fortran order; save numpy.ascontiguousarray of it"},
        {"{'descr': '<f8', 'shape': (2, 3), }", 48, "has a header that can't be read"},
        {"{'descr': '<f8', 'descr': '<f8', }", 48, "has a header that can't be read"},
        {HEADER("<f8", "(2, 3)") "x", 48, "has a header that can't be read"},
        {"", 0, "has a header that can't be read"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(why_not(cases[i].header, cases[i].size), cases[i].why);
}

static void refuses_what_is_no_npy(void **state)
{
    (void)state;
    const char *const texts[] = {"", "\x93NUM", "PK\3\4 a zip file", "\x93NUMPY\x09\0\x10\0     "};
    const size_t sizes[] = {0, 4, 14, 14};
    for (size_t i = 0; i < 4; i++) {
        struct cg_arena arena;
        struct npy npy;
        const char *why = NULL;
        cg_arena_init(&arena);
        assert_false(npy_read(&arena, texts[i], sizes[i], &npy, &why));
        assert_non_null(why);
        cg_arena_finish(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_matrices),
        cmocka_unit_test(reads_every_type),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(refuses_what_is_no_npy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
