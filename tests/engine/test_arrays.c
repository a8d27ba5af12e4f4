/* Files of numbers: those that NumPy wrote are read to the bit, and NumPy reads those written here;
 * what is malformed is refused in words. */
#include "../test.h"

#include "engine/array_file.h"

#include <chalkgrad/file.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

struct fixture {
    struct cg_arena arena;
    char folder[64];
};

static int make_folder(void **state)
{
    struct fixture *f = cg_xmalloc(sizeof *f);
    cg_arena_init(&f->arena);
    strcpy(f->folder, "/tmp/chalkgrad-arrays-XXXXXX");
    *state = f;
    return mkdtemp(f->folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    struct fixture *f = *state;
    DIR *folder = opendir(f->folder);
    for (struct dirent *entry; (entry = readdir(folder));)
        if (entry->d_name[0] != '.')
            unlink(cg_format(&f->arena, "%s/%s", f->folder, entry->d_name));
    closedir(folder);
    rmdir(f->folder);
    cg_arena_finish(&f->arena);
    free(f);
    return 0;
}

/* With the first Python that has NumPy. */
static void run_python(struct fixture *f, const char *script)
{
    char command[1200];
    snprintf(command, sizeof command,
             "for p in python3 /usr/bin/python3; do if $p -c 'import numpy' 2>/dev/null; then "
             "exec $p %s/tests/engine/%s %s; fi; done; exit 1",
             getenv("CHALKGRAD_SOURCE"), script, f->folder);
    assert_int_equal(system(command), 0);
}

static void open_arrays(struct fixture *f, const char *file, struct cg_arrays *arrays)
{
    struct cg_error error;
    const char *path = cg_format(&f->arena, "%s/%s", f->folder, file);
    if (!cg_arrays_open(&f->arena, path, arrays, &error))
        fail_msg("%s:%d:%d: %s", file, error.place.line, error.place.column, error.text);
}

/* The shape as NumPy says it, 2x3x4 or -: flattened to rows and columns as the header says. */
static void expect_shape(const struct cg_array *array, const char *shape)
{
    size_t axes[CG_MOST_AXES], n = 0, rows = 1, cols = 1;
    for (const char *at = shape; *at != '-' && *at; at += strcspn(at, "x"), at += *at == 'x')
        axes[n++] = (size_t)strtoul(at, NULL, 10);
    for (size_t i = 0; i < n; i++)
        if (i || n == 1)
            cols *= axes[i];
        else
            rows = axes[i];
    assert_int_equal(array->n_axes, n);
    assert_int_equal(array->rows, rows);
    assert_int_equal(array->cols, rows ? cols : 0);
}

static void reads_what_numpy_wrote(void **state)
{
    struct fixture *f = *state;
    struct cg_error error;
    size_t size, cases = 0;
    run_python(f, "write_arrays.py");
    char *index = cg_read_file(&f->arena, cg_format(&f->arena, "%s/index", f->folder), 1 << 20,
                               &size, &error);
    char file[64], name[64], shape[64], path[64];
    assert_non_null(index);
    for (int used; sscanf(index, "%63s %63s %63s %63s%n", file, name, shape, path, &used) == 4;
         index += used, cases++) {
        struct cg_arrays arrays;
        open_arrays(f, file, &arrays);
        for (char *blank = name; (blank = strchr(blank, '%'));)
            *blank = ' ';
        const struct cg_array *array = cg_arrays_find(&arrays, name[0] == '-' ? "" : name);
        if (!array)
            fail_msg("%s has no %s", file, name);
        expect_shape(array, shape);
        const char *expected = cg_read_file(
            &f->arena, cg_format(&f->arena, "%s/%s", f->folder, path), 1 << 20, &size, &error);
        double *numbers = cg_alloc_array(&f->arena, array->rows * array->cols, sizeof *numbers);
        cg_array_numbers(array, 0, array->cols, numbers);
        assert_int_equal(array->rows * array->cols * sizeof *numbers, size);
        if (memcmp(numbers, expected, size) != 0)
            fail_msg("%s %s: other numbers", file, name);
    }
    assert_true(cases > 90);
}

/* In memory of exactly its size, so that nothing behind it can be read unseen. */
static bool parse_exactly(struct fixture *f, const char *name, const char *bytes, size_t size,
                          struct cg_error *error)
{
    struct cg_arrays arrays;
    char *copy = malloc(size ? size : 1);
    memcpy(copy, bytes, size);
    *error = (struct cg_error){0};
    bool ok = cg_arrays_parse(&f->arena, name, copy, size, &arrays, error);
    free(copy);
    return ok;
}

/* What NumPy wrote is refused when it is cut short, wherever that may be. */
static void refuses_what_is_cut(void **state)
{
    struct fixture *f = *state;
    DIR *folder = opendir(f->folder);
    size_t cases = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        size_t size;
        struct cg_error error;
        const char *name = entry->d_name, *ending = strrchr(name, '.');
        if (!strstr(name, "-ubyte") && !strstr(name, ".npy") && !strstr(name, ".npz") &&
            (!ending || strcmp(ending, ".safetensors") != 0))
            continue;
        const char *bytes = cg_read_file(&f->arena, cg_format(&f->arena, "%s/%s", f->folder, name),
                                         1 << 20, &size, &error);
        assert_non_null(bytes);
        for (size_t cut = size > 1000 ? size - 1000 : 0; cut < size; cut++)
            if (parse_exactly(f, name, bytes, cut, &error))
                fail_msg("%s: %zu of its %zu bytes are read", name, cut, size);
        cases++;
    }
    closedir(folder);
    assert_true(cases > 60);
}

/* Columns alone are the columns of the whole. */
static void reads_some_columns(void **state)
{
    struct fixture *f = *state;
    const char *const files[] = {"little_f8C.npy", "big_f8F.npy", "shape_2_3_4F.npy",
                                 "u1-idx3-ubyte"};
    for (size_t i = 0; i < 4; i++) {
        struct cg_arrays arrays;
        double whole[64], part[64];
        open_arrays(f, files[i], &arrays);
        const struct cg_array *array = &arrays.items[0];
        cg_array_numbers(array, 0, array->cols, whole);
        cg_array_numbers(array, 1, 2, part);
        for (size_t r = 0; r < array->rows; r++)
            for (size_t c = 0; c < 2; c++)
                assert_true(part[2 * r + c] == whole[r * array->cols + 1 + c]);
    }
}

static void numpy_reads_what_was_saved(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = {"W1", "a \"b\" ä"}, *const endings[] = {"npz",
                                                                                "safetensors"};
    double w[12], b[] = {1e300, -0.0, 5e-324, 0.1};
    const struct cg_matrix matrices[] = {{3, 4, w}, {1, 4, b}};
    struct cg_error error;
    for (size_t i = 0; i < 12; i++)
        w[i] = (double)i / 7;
    for (int single = 0; single < 2; single++) {
        enum cg_number_type type = single ? CG_TYPE_F32 : CG_TYPE_F64;
        const char *kind = single ? "f32" : "f64";
        const char *path = cg_format(&f->arena, "%s/%s.npy", f->folder, kind);
        assert_true(cg_arrays_save(path, names, matrices, 1, type, &error));
        for (size_t i = 0; i < 2; i++) {
            path = cg_format(&f->arena, "%s/%s.%s", f->folder, kind, endings[i]);
            assert_true(cg_arrays_save(path, names, matrices, 2, type, &error));
        }
    }
    run_python(f, "read_arrays.py");
}

static void reads_what_it_saved(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = {"W1", "δ/\\\n"}, *const endings[] = {"npz", "safetensors"};
    double w[] = {0.1, -2, 3e-310}, b[] = {4, 5}, numbers[3];
    const struct cg_matrix matrices[] = {{1, 3, w}, {2, 1, b}};
    struct cg_error error;
    for (size_t i = 0; i < 2; i++) {
        struct cg_arrays arrays;
        const char *file = cg_format(&f->arena, "own.%s", endings[i]);
        const char *path = cg_format(&f->arena, "%s/%s", f->folder, file);
        assert_true(cg_arrays_save(path, names, matrices, 2, CG_TYPE_F64, &error));
        open_arrays(f, file, &arrays);
        assert_int_equal(arrays.count, 2);
        for (size_t k = 0; k < 2; k++) {
            assert_string_equal(arrays.items[k].name, names[k]);
            assert_int_equal(arrays.items[k].rows, matrices[k].rows);
            assert_int_equal(arrays.items[k].cols, matrices[k].cols);
            cg_array_numbers(&arrays.items[k], 0, matrices[k].cols, numbers);
            assert_memory_equal(numbers, matrices[k].data,
                                matrices[k].rows * matrices[k].cols * sizeof(double));
        }
    }
}

static void refuses_to_save(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = {"a", "b"};
    double x = 1;
    const struct cg_matrix matrices[] = {{1, 1, &x}, {1, 1, &x}};
    struct cg_error error;
    assert_false(cg_arrays_save(cg_format(&f->arena, "%s/a.npy", f->folder), names, matrices, 2,
                                CG_TYPE_F64, &error));
    assert_string_equal(error.text,
                        "a .npy file holds one array, and here are 2: write a .npz file");
    assert_false(cg_arrays_save(cg_format(&f->arena, "%s/a.txt", f->folder), names, matrices, 2,
                                CG_TYPE_F64, &error));
    assert_string_equal(
        error.text, "ends in none of .npy, .npz and .safetensors, which numbers are written to");
    assert_false(cg_arrays_save(cg_format(&f->arena, "%s/no/a.npz", f->folder), names, matrices, 2,
                                CG_TYPE_F64, &error));
    assert_true(error.machine);
}

/* The messages, word for word. A file's bytes as text and its length, as it has zeros in it. */
struct mistake {
    const char *name, *bytes;
    size_t size;
    const char *text;
};

#define BYTES(text) text, sizeof text - 1
#define NPY(type, order, shape)                                                                    \
    "{'descr': '" type "', 'fortran_order': " order ", 'shape': " shape ", }   \n"

static const char no_tuple[] = "has a shape that is not a tuple of sizes";
static const char unreadable[] = "has a header that can't be read";

static const struct mistake mistakes[] = {
    {"a.npy", BYTES(""), "does not begin as a .npy file does"},
    {"a.npy", BYTES("1,2\n"), "does not begin as a .npy file does"},
    {"a.npz", BYTES("1,2\n"), "does not begin as a .npz file does"},
    {"a.safetensors", BYTES("1,2\n"), "does not begin as a .safetensors file does"},
    {"train-images-idx3-ubyte", BYTES("1,2\n"), "does not begin as an IDX file does"},
    {"a.gz", BYTES("1,2\n"), "does not begin as a gzip file does"},
    {"a.csv", BYTES(""), "is empty"},
    {"a.dat", BYTES("ab\0c"),
     "is no file of numbers that can be read: .npy, .npz, .safetensors, IDX or CSV"},
    {"a.npy", BYTES("\x93NUMPY\1"), "is not a .npy file"},
    {"a.npy", BYTES("\x93NUMPY\x09\0\x10\0{}"), "is a .npy file of the unknown version 9.0"},
    {"a.npy", BYTES("\x93NUMPY\1\0\x10\0{}"), "ends within its header"},
    {"a.npy", BYTES("\x93NUMPY\2\0\x10\0\0"), "ends within its header"},
    {"a.npy", BYTES("\x93NUMPY\1\0\2\0{}"), "has a header that can't be read"},
    {"a.npy", BYTES("\x93NUMPY\1\0\0\0"), "has a header that can't be read"},
    {"a.csv.gz", BYTES("\x1f\x8b\x08\0\0\0\0\0\0\0"), "is damaged: it can't be decompressed"},
    {"a.npz", BYTES("PK\3\4 and nothing else"), "is damaged: the end of the ZIP file is missing"},
    {"a.npz", BYTES("PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
     "holds no .npy arrays (of a PyTorch network, save them: numpy.savez(\"net.npz\", **{k: "
     "v.numpy() for k, v in net.state_dict().items()}))"},
    {"a.npz", BYTES("PK\5\6\0\0\0\0\1\0\1\0\0\0\0\0\0\0\0\0\0\0"),
     "is damaged: its ZIP directory can't be read"},
    {"a.npz", BYTES("PK\5\6\0\0\0\0\1\0\1\0\0\0\0\0\xff\xff\0\0\0\0"),
     "is damaged: its ZIP directory can't be read"},
    {"a.npz", BYTES("PK\5\6\0\0\0\0\xff\xff\xff\xff\0\0\0\0\0\0\0\0\0\0"),
     "is a ZIP64 archive, for more than 65,534 arrays or 4 GB"},
    {"a.safetensors", BYTES("\x10\0\0\0\0\0\0\0{}        "), "ends within its header"},
    {"a.idx", BYTES("\0\0\x0A\1\0\0\0\1\0"),
     "is an IDX file with numbers of the unknown type 0x0a"},
    {"a.idx", BYTES("\0\0\x08\2\0\0\0\1"), "ends within its header"},
    {"a.idx", BYTES("\0\0\x08\x0b\0\0\0\1"), "has more than 8 axes"},
    {"a.idx", BYTES("\0\0\x08\2\0\0\0\2\0\0\0\2abc"),
     "should have 4 numbers of 1 byte, but 3 bytes of numbers are there"},
    {"a.idx", BYTES("\0\0\x0E\1\0\0\0\1abcdefghi"),
     "should have 1 numbers of 8 bytes, but 9 bytes of numbers are there"},
    {"a.idx", BYTES("\0\0\x08\2\xff\xff\xff\xff\xff\xff\xff\xff"),
     "has more than 100,000,000 numbers"},
    {"a.idx", BYTES("\0\0\x08\2\0\0\xff\xff\0\0\xff\xff"), "has more than 100,000,000 numbers"},
};

static void says_what_is_wrong(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        const struct mistake *m = &mistakes[i];
        struct cg_error error = {0};
        struct cg_arrays arrays;
        if (cg_arrays_parse(&f->arena, m->name, m->bytes, m->size, &arrays, &error))
            fail_msg("no error: %s", m->text);
        assert_string_equal(error.text, m->text);
        assert_string_equal(error.file, m->name);
    }
}

/* A .npy file with this header and so many bytes of numbers. */
static const char *npy_error(struct fixture *f, const char *header, size_t size,
                             struct cg_error *error)
{
    struct cg_strbuf file;
    struct cg_arrays arrays;
    cg_strbuf_init(&file);
    cg_putn(&file, "\x93NUMPY\1\0", 8);
    put_little_endian(&file, strlen(header), 2);
    cg_put(&file, header);
    while (size--)
        cg_putc(&file, 'x');
    *error = (struct cg_error){0};
    bool ok = cg_arrays_parse(&f->arena, "a.npy", file.text, file.length, &arrays, error);
    cg_strbuf_finish(&file);
    return ok ? "no error" : error->text;
}

static void says_what_is_wrong_in_a_header(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *header;
        size_t size;
        const char *text;
    } cases[] = {
        {NPY("<f8", "False", "(2, 3)"), 48, "no error"},
        {NPY("<f8", "False", "(2, 3)"), 40,
         "should have 6 numbers of 8 bytes, but 40 bytes of numbers are there"},
        {NPY("<f8", "False", "(2, 3)"), 56,
         "should have 6 numbers of 8 bytes, but 56 bytes of numbers are there"},
        {NPY("|O", "False", "(2, 3)"), 48,
         "holds numbers of the type '|O'; expected floats, integers or booleans"},
        {NPY("<c16", "False", "(3,)"), 48,
         "holds numbers of the type '<c16'; expected floats, integers or booleans"},
        {NPY("<f8", "False", "(3)"), 24, no_tuple},
        {NPY("<f8", "False", "(3, -1)"), 24, no_tuple},
        {NPY("<f8", "False", "(3, 1"), 24, no_tuple},
        {NPY("<f8", "False", "[3]"), 24, no_tuple},
        {NPY("<f8", "False", "(1, 1, 1, 1, 1, 1, 1, 1, 1)"), 8, "has more than 8 axes"},
        {NPY("<f8", "False", "(99999999999, 3)"), 24, "has more than 100,000,000 numbers"},
        {NPY("<f8", "False", "(100000, 100000)"), 24, "has more than 100,000,000 numbers"},
        {NPY("<f8", "No", "(2, 3)"), 48, unreadable},
        {"{'descr': '<f8', 'shape': (2, 3), }", 48, unreadable},
        {"{'descr': '<f8', 'descr': '<f8', }", 48, unreadable},
        {NPY("<f8", "False", "(2, 3)") "x", 48, unreadable},
        {"{'descr' '<f8'}", 48, unreadable},
        {"", 0, unreadable},
    };
    struct cg_error error;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(npy_error(f, cases[i].header, cases[i].size, &error), cases[i].text);
}

static void says_what_is_wrong_in_safetensors(void **state)
{
    struct fixture *f = *state;
#define TENSOR(dtype, shape, offsets)                                                              \
    "{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"
    static const struct {
        const char *header;
        size_t size;
        const char *text;
    } cases[] = {
        {"{\"W\":" TENSOR("F32", "[2]", "[0,8]") "}", 8, "no error"},
        {"{\"W\":" TENSOR("F32", "[2]", "[0,8]"), 8, "has a header that is no JSON object"},
        {"{}", 0, "holds no tensors"},
        {"{\"__metadata__\":{\"a\":\"b\"}}", 0, "holds no tensors"},
        {"{\"W\":3}", 0, "has a member W that has no dtype"},
        {"{\"W\":{\"dtype\":\"F32\"}}", 0, "has a member W that has no shape"},
        {"{\"W\":" TENSOR("F8_E4M3", "[2]", "[0,2]") "}", 2,
         "has a member W that has the unknown dtype F8_E4M3"},
        {"{\"W\":" TENSOR("F32", "[-2]", "[0,8]") "}", 8,
         "has a member W that has a shape that is not a list of sizes"},
        {"{\"W\":" TENSOR("F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]") "}", 4,
         "has a member W that has more than 8 axes"},
        {"{\"W\":" TENSOR("F32", "[2]", "[8,0]") "}", 8,
         "has a member W that has data_offsets that are not a begin and an end"},
        {"{\"W\":" TENSOR("F32", "[2]", "[0,8]") "}", 7,
         "has a member W that should end at byte 8 of the numbers, but there are only 7"},
        {"{\"W\":" TENSOR("F32", "[3]", "[0,8]") "}", 8,
         "has a member W that should have 3 numbers of 4 bytes, but 8 bytes of numbers are there"},
        {"{\"W\":" TENSOR("F32", "[2]", "[0,8]") "}", 9, "goes on after its last number"},
        {"{\"W\":" TENSOR("F32", "[1]", "[0,4]") ",\"V\":" TENSOR("F32", "[1]", "[8,12]") "}", 12,
         "has a member V that begins at byte 8 of the numbers instead of 4"},
        {"{\"W\":" TENSOR("F32", "[2]", "[0,8]") ",\"V\":" TENSOR("F32", "[2]", "[4,12]") "}", 12,
         "has a member V that begins at byte 4 of the numbers instead of 8"},
        {"{\"W\":" TENSOR("F32", "[1]", "[0,4]") ",\"W\":" TENSOR("F32", "[1]", "[4,8]") "}", 8,
         "has a member W that is there twice"},
        {"{\"W\":" TENSOR("F32", "[100000,100000]", "[0,8]") "}", 8,
         "has a member W that has more than 100,000,000 numbers"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cg_strbuf file;
        struct cg_arrays arrays;
        struct cg_error error = {0};
        cg_strbuf_init(&file);
        put_little_endian(&file, strlen(cases[i].header), 8);
        cg_put(&file, cases[i].header);
        for (size_t k = 0; k < cases[i].size; k++)
            cg_putc(&file, 'x');
        bool ok =
            cg_arrays_parse(&f->arena, "a.safetensors", file.text, file.length, &arrays, &error);
        assert_string_equal(ok ? "no error" : error.text, cases[i].text);
        cg_strbuf_finish(&file);
    }
}

/* An archive of one array, and what is said when the byte at `at` is another. */
static void says_what_is_wrong_in_an_archive(void **state)
{
    struct fixture *f = *state;
    static const char *const name[] = {"W"};
    double numbers[] = {1, 2};
    const struct cg_matrix matrix = {1, 2, numbers};
    struct cg_strbuf good;
    cg_strbuf_init(&good);
    npz_write(&good, name, &matrix, 1, CG_TYPE_F64);
    size_t end = good.length - 22, entry = end - 51, local = 0;
    const struct {
        size_t at;
        char byte;
        const char *text;
    } cases[] = {
        {local, 'x',
         "is no file of numbers that can be read: .npy, .npz, .safetensors, IDX or CSV"},
        {local + 2, 1,
         "is no file of numbers that can be read: .npy, .npz, .safetensors, IDX or CSV"},
        {local + 28, 127, "has a member W.npy that goes on after the end of the file"},
        {local + 30 + 5 + 6, 9, "has a member W.npy that is damaged: its checksum is wrong"},
        {entry + 8, 1, "has a member W.npy that is encrypted"},
        {entry + 10, 12, "has a member W.npy that is packed in a way other than deflated"},
        {entry + 10, 8, "has a member W.npy that is damaged: it can't be decompressed"},
        {entry + 20, 1, "has a member W.npy that is packed in a way other than deflated"},
        {entry + 28, 100, "is damaged: its ZIP directory can't be read"},
        {entry + 42, 3, "has a member W.npy that is not where the directory says"},
        {entry + 45, 3, "has a member W.npy that is not where the directory says"},
        {end, 'x', "is damaged: the end of the ZIP file is missing"},
        {end + 10, 2, "is damaged: its ZIP directory can't be read"},
    };
    struct cg_error error;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *bytes = cg_copy(&f->arena, good.text, good.length);
        bytes[cases[i].at] = cases[i].byte;
        bool ok = parse_exactly(f, "a", bytes, good.length, &error);
        assert_string_equal(ok ? "no error" : error.text, cases[i].text);
    }
    good.text[end + 20] = 5; /* a comment stands behind it */
    cg_put(&good, "hello");
    assert_true(parse_exactly(f, "a", good.text, good.length, &error));
    cg_strbuf_finish(&good);
}

/* gzip files may be joined: what comes out stands one behind the other. */
static void reads_joined_gzip_files(void **state)
{
    struct fixture *f = *state;
    struct cg_arrays arrays;
    const char *path = cg_format(&f->arena, "%s/joined.csv.gz", f->folder);
    static const char *const parts[] = {"1,2\n", "3,4\n5,6\n"};
    for (size_t i = 0; i < 2; i++) {
        gzFile file = gzopen(path, "ab");
        assert_non_null(file);
        assert_true(gzputs(file, parts[i]) > 0);
        assert_int_equal(gzclose(file), Z_OK);
    }
    open_arrays(f, "joined.csv.gz", &arrays);
    assert_int_equal(arrays.items[0].rows, 3);
    assert_int_equal(arrays.items[0].cols, 2);
}

static void refuses_a_name_twice(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = {"W", "W"};
    double numbers[] = {1, 2};
    const struct cg_matrix matrices[] = {{1, 2, numbers}, {1, 2, numbers}};
    struct cg_error error;
    struct cg_strbuf file;
    cg_strbuf_init(&file);
    npz_write(&file, names, matrices, 2, CG_TYPE_F64);
    assert_false(parse_exactly(f, "a", file.text, file.length, &error));
    assert_string_equal(error.text, "has a member W.npy that is there twice");
    cg_strbuf_finish(&file);
}

/* What comes out of compression is limited for the file as a whole: here all but 100 bytes are used
 * up, and 4 MB of zeros follow. */
static void refuses_bombs(void **state)
{
    struct fixture *f = *state;
    enum { ZEROS = 4 << 20 };
    unsigned char *zeros = calloc(1, ZEROS), packed[8192];
    uLongf size = sizeof packed;
    assert_int_equal(compress(packed, &size, zeros, ZEROS), Z_OK);
    struct cg_error error = {0};
    struct array_reader reader = {
        .arena = &f->arena, .file = "a.gz", .error = &error, .inflated = CG_MOST_BYTES - 100};
    size_t got;
    /* Without zlib's own 2 bytes in front and 4 behind, it is the deflated data alone. */
    assert_null(inflate_bytes(&reader, packed + 2, size - 6, false, SIZE_MAX, &got));
    assert_string_equal(error.text, "has more than 1 GB when decompressed");
    assert_true(got <= 101);
    reader.inflated = 0;
    assert_non_null(inflate_bytes(&reader, packed + 2, size - 6, false, ZEROS, &got));
    assert_null(inflate_bytes(&reader, packed + 2, size - 6, false, ZEROS + 1, &got));
    assert_string_equal(error.text, "is damaged: it can't be decompressed");
    free(zeros);
}

static void refuses_too_many_arrays(void **state)
{
    struct fixture *f = *state;
    struct cg_error error;
    struct cg_arrays arrays;
    double x = 1;
    struct cg_matrix *matrices = cg_alloc_array(&f->arena, CG_MOST_ARRAYS + 1, sizeof *matrices);
    const char **names = cg_alloc_array(&f->arena, CG_MOST_ARRAYS + 1, sizeof *names);
    for (size_t i = 0; i <= CG_MOST_ARRAYS; i++) {
        matrices[i] = (struct cg_matrix){1, 1, &x};
        names[i] = cg_format(&f->arena, "a%05zu", i);
    }
    const char *path = cg_format(&f->arena, "%s/many.npz", f->folder);
    for (size_t count = CG_MOST_ARRAYS; count <= CG_MOST_ARRAYS + 1; count++) {
        assert_true(cg_arrays_save(path, names, matrices, count, CG_TYPE_F32, &error));
        assert_int_equal(cg_arrays_open(&f->arena, path, &arrays, &error), count == CG_MOST_ARRAYS);
    }
    assert_string_equal(error.text,
                        "has a member a10000.npy that is one array too many: a file has "
                        "at most 10000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_numpy_wrote),
        cmocka_unit_test(reads_some_columns),
        cmocka_unit_test(refuses_what_is_cut),
        cmocka_unit_test(numpy_reads_what_was_saved),
        cmocka_unit_test(reads_what_it_saved),
        cmocka_unit_test(refuses_to_save),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(says_what_is_wrong_in_a_header),
        cmocka_unit_test(says_what_is_wrong_in_safetensors),
        cmocka_unit_test(says_what_is_wrong_in_an_archive),
        cmocka_unit_test(reads_joined_gzip_files),
        cmocka_unit_test(refuses_a_name_twice),
        cmocka_unit_test(refuses_bombs),
        cmocka_unit_test(refuses_too_many_arrays),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
