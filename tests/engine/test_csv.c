/* CSV: what a table says, and where it is wrong. */
#include "../test.h"

#include <chalkgrad/arrays.h>
#include <chalkgrad/strbuf.h>

#include <stdio.h>
#include <string.h>

/* "names | row; row", words as w0 w1 with what they stand for behind. */
static void put_table(struct cg_arena *arena, const struct cg_array *table, char *out, size_t room)
{
    size_t at = 0;
    double *numbers = cg_alloc_array(arena, table->rows * table->cols, sizeof *numbers);
    cg_array_numbers(table, 0, table->cols, numbers);
    for (size_t c = 0; c < table->cols && table->columns[c].name[0]; c++)
        at += (size_t)snprintf(out + at, room - at, "%s ", table->columns[c].name);
    for (size_t i = 0; i < table->rows * table->cols; i++) {
        const struct cg_column *column = &table->columns[i % table->cols];
        const char *divider = i == 0 ? "|" : i % table->cols == 0 ? ";" : "";
        if (column->n_words)
            at += (size_t)snprintf(out + at, room - at, "%s <%s>", divider,
                                   column->words[(size_t)numbers[i]]);
        else
            at += (size_t)snprintf(out + at, room - at, "%s %.17g", divider, numbers[i]);
    }
}

static void reads_tables(void **state)
{
    (void)state;
    static const struct {
        const char *text, *table;
    } cases[] = {
        {"1,2\n3,4\n", "| 1 2; 3 4"},
        {"1,2\n3,4", "| 1 2; 3 4"},
        {"x,y\n1,2\n", "x y | 1 2"},
        {"\xEF\xBB\xBFx,y\r\n\r\n1,2\r\n\r\n3,4\r\n", "x y | 1 2; 3 4"},
        {"\"x 1\", \"a \"\"b\"\", c\" ,y\n1, \"2\" ,3\n", "x 1 a \"b\", c y | 1 2 3"},
        {"x;y\n1,5;-2\n.5;+3e2\n", "x y | 1.5 -2; 0.5 300"},
        {"x\ty\n1\t2\n", "x y | 1 2"},
        {"width, mm\ty\n1\t2\n", "width, mm y | 1 2"},
        {"# saved\n  1   2 \n3 4\n", "| 1 2; 3 4"},
        {"7\n8\n", "| 7; 8"},
        {"a,kind\n1,setosa\n2,virginica\n3,setosa\n4,5\n",
         "a kind | 1 <setosa>; 2 <virginica>; 3 <setosa>; 4 <5>"},
        {"5.1,Iris-setosa\n4.9,Iris-setosa\n", "| 5.0999999999999996 <Iris-setosa>; "
                                               "4.9000000000000004 <Iris-setosa>"},
        {"0.1,123456789012345,1234567890123456,1.7976931348623157e308,5e-324,-0\n",
         "| 0.10000000000000001 123456789012345 1234567890123456 1.7976931348623157e+308 "
         "4.9406564584124654e-324 -0"},
        {"0.1234567890123456789,3.0e-5,000000000000000000001\n",
         "| 0.12345678901234568 3.0000000000000001e-05 1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cg_arena arena;
        struct cg_arrays arrays;
        struct cg_error error;
        char found[512] = "";
        cg_arena_init(&arena);
        if (!cg_arrays_parse(&arena, "a.csv", cases[i].text, strlen(cases[i].text), &arrays,
                             &error))
            fail_msg("%s: %d:%d: %s", cases[i].text, error.place.line, error.place.column,
                     error.text);
        put_table(&arena, &arrays.items[0], found, sizeof found);
        assert_string_equal(found, cases[i].table);
        cg_arena_finish(&arena);
    }
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text, *error, *line;
    } cases[] = {
        {"", "0:0+0: is empty", ""},
        {"\n# nothing\n", "0:0+0: is empty", ""},
        {"x,y\n", "0:0+0: has a header, but no numbers", ""},
        {"1,2\n3,zwei\n", "2:3+4: expected a number, found 'zwei'", "3,zwei"},
        {"1,2\n\xC3\xA4,4\n", "2:1+1: expected a number, found '\xC3\xA4'", "\xC3\xA4,4"},
        {"1,2\n3,\n", "2:3+0: expected a number: this field is empty", "3,"},
        {"1,2\n\n# here\n3\n", "4:1+1: this line has 1 field, but line 1 has 2", "3"},
        {"x,y\r\n1,2,3\r\n", "2:5+1: line 1 has only 2 fields", "1,2,3"},
        {"1,\"2\n", "1:3+1: this quote is not closed on its line", "1,\"2"},
        {"1,\"2\"3\n", "1:6+1: expected ',' behind the quoted text", "1,\"2\"3"},
        {"1,2\n3,1e999\n", "2:3+5: expected a number, found '1e999'", "3,1e999"},
        {"1,2\n3,nan\n", "2:3+3: expected a number, found 'nan'", "3,nan"},
        {"1,2\n3,0x10\n", "2:3+4: expected a number, found '0x10'", "3,0x10"},
        {"x;y\n1;2\n1,2,3;4\n", "3:1+5: expected a number, found '1,2,3'", "1,2,3;4"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cg_arena arena;
        struct cg_arrays arrays;
        struct cg_error error = {0};
        char found[640];
        cg_arena_init(&arena);
        if (cg_arrays_parse(&arena, "a.csv", cases[i].text, strlen(cases[i].text), &arrays, &error))
            fail_msg("no error in %s", cases[i].text);
        snprintf(found, sizeof found, "%d:%d+%d: %s", error.place.line, error.place.column,
                 error.length, error.text);
        assert_string_equal(found, cases[i].error);
        assert_string_equal(error.source, cases[i].line);
        assert_string_equal(error.file, "a.csv");
        cg_arena_finish(&arena);
    }
}

/* Words are classes: there are not many of them. */
static void refuses_too_many_words(void **state)
{
    (void)state;
    struct cg_strbuf text;
    cg_strbuf_init(&text);
    for (int i = 0; i < 257; i++)
        cg_putf(&text, "%d,word%d\n", i, i);
    for (int more = 0; more < 2; more++) {
        struct cg_arena arena;
        struct cg_arrays arrays;
        struct cg_error error;
        size_t length = more ? text.length : text.length - strlen("256,word256\n");
        cg_arena_init(&arena);
        bool ok = cg_arrays_parse(&arena, "a.csv", text.text, length, &arrays, &error);
        assert_int_equal(ok, !more);
        if (ok)
            assert_string_equal(arrays.items[0].columns[1].words[255], "word255");
        else
            assert_string_equal(error.text, "this column has more than 256 different words");
        cg_arena_finish(&arena);
    }
    cg_strbuf_finish(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_tables),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(refuses_too_many_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
