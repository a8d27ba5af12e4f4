/* The progress line as text: what fits, in which order. */
#include "../test.h"

#include "app/progress.h"

#include <stdlib.h>
#include <string.h>

static const char *const facts[] = {"J 0.0123", "epoch 5 of 10", "1.20M updates/s", "0:07 left"};

static void assert_line(size_t width, double done, const char *want)
{
    struct cg_strbuf line;
    cg_strbuf_init(&line);
    progress_line(&line, width, done, facts, 4);
    assert_string_equal(line.text, want);
    cg_strbuf_finish(&line);
}

static void facts_as_far_as_they_fit(void **state)
{
    (void)state;
    assert_line(120, 0.5,
                "[####################....................]  50%  J 0.0123  epoch 5 of 10  "
                "1.20M updates/s  0:07 left");
    assert_line(80, 1,
                "[###################] 100%  J 0.0123  epoch 5 of 10  1.20M updates/s  "
                "0:07 left");
    assert_line(64, 0, "  0%  J 0.0123  epoch 5 of 10  1.20M updates/s  0:07 left");
    assert_line(60, 0.999, "[##########]  99%  J 0.0123  epoch 5 of 10  1.20M updates/s");
    assert_line(24, 0.5, "[###...]  50%  J 0.0123");
    assert_line(18, 0.5, " 50%  J 0.0123");
    assert_line(12, 0.5, " 50%");
    assert_line(3, 0.5, "");
    for (size_t width = 0; width < 150; width++) {
        struct cg_strbuf line;
        cg_strbuf_init(&line);
        progress_line(&line, width, 0.3, facts, 4);
        assert_true(line.length == 0 || line.length < width);
        cg_strbuf_finish(&line);
    }
}

static void numbers_are_short(void **state)
{
    (void)state;
    const struct {
        double count;
        const char *text;
    } counts[] = {{0, "0"},         {7, "7"},         {999, "999"},
                  {999.7, "1.00k"}, {12345, "12.3k"}, {99960, "100k"},
                  {999499, "999k"}, {1e6, "1.00M"},   {4.567e9, "4.57G"}};
    const struct {
        double seconds;
        const char *text;
    } times[] = {{0, "0:00"}, {0.2, "0:01"}, {61, "1:01"}, {3599, "59:59"}, {11105, "3:05:05"}};
    struct cg_strbuf text;
    cg_strbuf_init(&text);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        cg_strbuf_clear(&text);
        progress_put_count(&text, counts[i].count);
        assert_string_equal(text.text, counts[i].text);
    }
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        cg_strbuf_clear(&text);
        progress_put_time(&text, times[i].seconds);
        assert_string_equal(text.text, times[i].text);
    }
    cg_strbuf_finish(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_as_far_as_they_fit),
        cmocka_unit_test(numbers_are_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
