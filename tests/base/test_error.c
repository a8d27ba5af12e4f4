#include "../test.h"

#include <chalkgrad/error.h>

#include <string.h>

static void expect_print(const struct cg_error *error, const char *expected)
{
    char text[2048] = {0};
    FILE *stream = fmemopen(text, sizeof text - 1, "w");
    cg_error_print(stream, error);
    fclose(stream);
    assert_string_equal(text, expected);
}

static void fail_fills_and_returns_false(void **state)
{
    (void)state;
    struct cg_error error;
    assert_false(cg_fail(&error, "a.md", (struct cg_place){3, 5}, "H is %d x %d", 1, 3));
    assert_string_equal(error.text, "H is 1 x 3");
    assert_false(error.machine);
    assert_false(cg_fail(NULL, "a.md", (struct cg_place){0}, "ignored"));
    assert_false(cg_fail_machine(&error, "a.md", "gone"));
    assert_true(error.machine);
}

static void caret_stands_under_the_place(void **state)
{
    (void)state;
    const char *source = "one\n\tδ = H @ Q\nthree\n";
    struct cg_error error;
    cg_fail(&error, "m.cg", (struct cg_place){11, 10}, "no name Q");
    error.length = 1;
    cg_error_quote(&error, source, strlen(source), 10);
    expect_print(&error, "m.cg:11:10: error: no name Q\n    \tδ = H @ Q\n    \t        ^\n");
}

static void marks_stay_within_the_line(void **state)
{
    (void)state;
    struct cg_error error;
    cg_fail(&error, "", (struct cg_place){1, 2}, "bad");
    error.length = 50;
    cg_error_quote(&error, "abc", 3, 1);
    expect_print(&error, "chalkgrad:1:2: error: bad\n    abc\n     ^~\n");
    cg_fail(&error, "", (struct cg_place){1, 9}, "end");
    cg_error_quote(&error, "abc", 3, 1);
    expect_print(&error, "chalkgrad:1:9: error: end\n    abc\n       \n");
}

static void long_lines_are_cut_between_characters(void **state)
{
    (void)state;
    char source[1000];
    for (int i = 0; i < 500; i++)
        memcpy(source + 2 * i, "δ", 2);
    struct cg_error error;
    cg_fail(&error, "x", (struct cg_place){1, 1}, "long");
    cg_error_quote(&error, source, sizeof source, 1);
    assert_int_equal(strlen(error.source) % 2, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fail_fills_and_returns_false),
        cmocka_unit_test(caret_stands_under_the_place),
        cmocka_unit_test(marks_stay_within_the_line),
        cmocka_unit_test(long_lines_are_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
