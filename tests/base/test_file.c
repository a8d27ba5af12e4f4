#include "../test.h"

#include <chalkgrad/file.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/chalkgrad-file-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder); /* fails if a temporary file was left behind */
}

static void reads_back_what_it_wrote(void **state)
{
    (void)state;
    struct cg_arena arena;
    struct cg_error error;
    cg_arena_init(&arena);
    char *path = cg_format(&arena, "%s/a.txt", folder);
    assert_true(cg_write_file(path, "first", 5, &error));
    assert_true(cg_write_file(path, "sec\0nd", 6, &error));
    size_t size;
    char *text = cg_read_file(&arena, path, 100, &size, &error);
    assert_non_null(text);
    assert_int_equal(size, 6);
    assert_memory_equal(text, "sec\0nd", 7);
    assert_null(cg_read_file(&arena, path, 5, &size, &error));
    assert_false(error.machine); /* too large is the user's mistake */
    unlink(path);
    cg_arena_finish(&arena);
}

static void permissions_are_kept(void **state)
{
    (void)state;
    struct cg_arena arena;
    struct cg_error error;
    struct stat about;
    cg_arena_init(&arena);
    char *path = cg_format(&arena, "%s/private", folder);
    assert_true(cg_can_write_file(path, &error));
    assert_int_equal(stat(path, &about), -1); /* asked, not written */
    assert_true(cg_write_file(path, "a", 1, &error));
    assert_int_equal(chmod(path, 0600), 0);
    assert_true(cg_can_write_file(path, &error));
    assert_true(cg_write_file(path, "b", 1, &error));
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    unlink(path);
    cg_arena_finish(&arena);
}

static void failures_are_the_machines(void **state)
{
    (void)state;
    struct cg_arena arena;
    struct cg_error error;
    size_t size;
    cg_arena_init(&arena);
    assert_null(cg_read_file(&arena, folder, 100, &size, &error));
    assert_true(error.machine);
    assert_null(cg_read_file(&arena, cg_format(&arena, "%s/none", folder), 100, &size, &error));
    assert_true(error.machine);
    assert_false(cg_write_file(cg_format(&arena, "%s/no/such", folder), "x", 1, &error));
    assert_true(error.machine);
    assert_false(cg_can_write_file(cg_format(&arena, "%s/no/such", folder), &error));
    assert_true(error.machine);
    assert_false(cg_can_write_file(folder, &error));
    assert_true(cg_can_write_file("/dev/null", &error));
    cg_arena_finish(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_back_what_it_wrote),
        cmocka_unit_test(permissions_are_kept),
        cmocka_unit_test(failures_are_the_machines),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
