/* Input made to hurt: each megabyte ends, in an error or a lesson, within a second. */
#include "fixture.h"

#include <time.h>

enum { MEGABYTE = 1 << 20 };

/* The sanitizers cost about a factor of three; a shared machine some more. */
static const double most_seconds = 3;

/* `head`, then `part` again and again up to `size` bytes, then `tail`. */
static char *repeat(const char *head, const char *part, const char *tail, size_t size)
{
    size_t at = strlen(head), step = strlen(part), end = strlen(tail);
    char *text = malloc(size + 1);
    memcpy(text, head, at);
    for (; at + step + end <= size; at += step)
        memcpy(text + at, part, step);
    memcpy(text + at, tail, end + 1);
    return text;
}

/* Ends in time; returns whether it was an error. */
static bool fails_in_time(const char *what, const char *text)
{
    struct cg_error error;
    clock_t start = clock();
    struct cg_lesson *lesson = cg_lesson_parse("x.md", text, strlen(text), &error);
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    if (seconds > most_seconds)
        fail_msg("%s takes %.1f s", what, seconds);
    bool failed = !lesson;
    if (failed && error.place.line == 0)
        fail_msg("%s: no place: %s", what, error.text);
    cg_lesson_close(lesson);
    return failed;
}

static void open_brackets_end_in_an_error(void **state)
{
    (void)state;
    const char *const parts[] = {"[", "(", "{", "![", "[[", "<", "\\left("};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char *text = repeat("", parts[i], "", 100000 * strlen(parts[i]));
        assert_true(fails_in_time(parts[i], text));
        free(text);
    }
    const char *const blocks[] = {"model\nA = ", "claim\nA = ", "derive\n", "data ",
                                  "ask\nq\nanswer = "};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        char head[64];
        snprintf(head, sizeof head, "```%s", blocks[i]);
        char *text = repeat(head, "(", "\n- 1\n- 2\n```\n", 100000);
        assert_true(fails_in_time(blocks[i], text));
        free(text);
    }
}

static void hostile_markdown_ends_in_an_error(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "`a",
        "``a`",
        "$a",
        "$$a$",
        "*a ",
        "**a *b",
        "_a_",
        "a***b*c** ",
        "<a ",
        "<!-- ",
        "<?",
        "<a b=\"",
        "&#1;",
        "\\",
        ">",
        "> a\n",
        "- ",
        "- a\n",
        "1. a\n",
        "  - a\n",
        "* * ",
        "# a\n",
        "a\n=\n",
        "## a\n\nx\n\n",
        "a\n\n",
        "[a]: b\n",
        "[a]\n",
        "[a]: <\n",
        "\n[a]",
        "[a](<b ",
        "![a](b) ",
        "```\na\n```\n",
        "~~~\n",
        "```model\n```\n",
        "**a.** b\n\n",
        "\xCE\xB4",
        "\t",
        "\r",
        "\r\n\r\n",
        "![](<",
        "`](<",
        "> - ",
        "'[a]\n",
        "-_]\t[",
        "<http:",
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char *text = repeat("", parts[i], "", MEGABYTE);
        assert_true(fails_in_time(parts[i], text));
        free(text);
    }
}

/* What md4c 0.4.8 is quadratic in, as found by trying random patterns. */
static void known_slow_patterns_are_refused(void **state)
{
    (void)state;
    static const char *const patterns[][3] = {
        {"", "- ", "\n\n"},     {"", "[", "-_]\t"},         {"", "$$```> <$", "\n[a]"},
        {"", "(_", "\n[a]"},    {"", "'1. \n](<b", "[a]"},  {"", "> ", "\n\n"},
        {"", "- - - - ", "\n"}, {"", "\\#\n", "`](<ba*a["},
    };
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        char *half = repeat("", patterns[i][1], "", MEGABYTE / 2);
        char *text = repeat(half, patterns[i][2], "", MEGABYTE);
        assert_true(fails_in_time(patterns[i][1], text));
        free(text);
        free(half);
    }
}

static void hostile_blocks_end_in_an_error(void **state)
{
    (void)state;
    static const char *const blocks[][2] = {
        {MODEL "```derive\n", "dJ/dQ\n"},
        {MODEL "```derive\n", "/"},
        {MODEL "```claim\n", "="},
        {MODEL "```claim\n", "J = J\n"},
        {MODEL "```data H\n", "1 "},
        {MODEL "```data H\n", "\n"},
        {MODEL "```data ", "H,"},
        {MODEL "```train\n", "rate = 1\n"},
        {MODEL "```train\nparams = ", "W,"},
        {MODEL "```ask\n", "a\n"},
        {MODEL "```ask\nq\nanswer = H\n", "- `H`\n"},
        {MODEL "```ask\nq\nanswer = H\n- ", " = "},
        {MODEL "```ask\nq\nanswer = nonzero ", "k = 1,"},
        {MODEL "```ask\nq\nanswer = H", "[1, 1]"},
        {MODEL DERIVE_B, "**chain of dJ/dB.** x\n\n"},
        {MODEL DERIVE_B "**", "of dJ/dB "},
        {"---\n", "title: a\n"},
        {"---\n", "a"},
        {"---\n", "# a\n"},
        {"```model\n", "a = 1\n"},
        {"```model\n", "("},
        {"```", "a"},
    };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        char *text = repeat(blocks[i][0], blocks[i][1], "", MEGABYTE);
        assert_true(fails_in_time(blocks[i][1], text));
        free(text);
    }
}

static void more_than_a_megabyte_is_refused(void **state)
{
    (void)state;
    struct cg_error error;
    char *text = repeat("", "a\n\n", "", MEGABYTE + 1);
    size_t length = strlen(text);
    assert_null(cg_lesson_parse("x.md", text, MEGABYTE + 1, &error));
    assert_non_null(strstr(error.text, "at most 1 MB"));
    assert_true(length <= MEGABYTE + 1);
    free(text);
}

/* Every prefix of a real lesson opens or says where it is wrong. */
static void every_prefix_ends(void **state)
{
    (void)state;
    struct cg_lesson *whole = open_file("lessons/04-output-weights.md");
    size_t step = 1 + whole->length / 150;
    for (size_t length = 0; length < whole->length; length += step) {
        struct cg_error error;
        struct cg_lesson *lesson = cg_lesson_parse("x.md", whole->text, length, &error);
        if (!lesson)
            assert_true(error.text[0] && error.place.line > 0);
        cg_lesson_close(lesson);
    }
    cg_lesson_close(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(open_brackets_end_in_an_error),
        cmocka_unit_test(hostile_markdown_ends_in_an_error),
        cmocka_unit_test(known_slow_patterns_are_refused),
        cmocka_unit_test(hostile_blocks_end_in_an_error),
        cmocka_unit_test(more_than_a_megabyte_is_refused),
        cmocka_unit_test(every_prefix_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
