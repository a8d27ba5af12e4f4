#include "../test.h"

#include <chalkgrad/strbuf.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void grows_and_stays_terminated(void **state)
{
    (void)state;
    struct cg_strbuf buf;
    cg_strbuf_init(&buf);
    assert_string_equal(buf.text, "");
    for (int i = 0; i < 1000; i++)
        cg_putf(&buf, "%d,", i % 10);
    assert_int_equal(buf.length, 2000);
    assert_int_equal(strlen(buf.text), 2000);
    cg_strbuf_clear(&buf);
    assert_string_equal(buf.text, "");
    cg_strbuf_finish(&buf);
    cg_strbuf_finish(NULL);
}

static void numbers_read_back_exactly(void **state)
{
    (void)state;
    const double numbers[] = {0, 0.1, -0.4, 1.0 / 3, 1e300, 5e-324, 123456789.125, -2};
    struct cg_strbuf buf;
    cg_strbuf_init(&buf);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        cg_strbuf_clear(&buf);
        cg_put_number(&buf, numbers[i]);
        assert_true(strtod(buf.text, NULL) == numbers[i]);
    }
    cg_strbuf_clear(&buf);
    cg_put_number(&buf, 0.1);
    assert_string_equal(buf.text, "0.1");
    cg_strbuf_clear(&buf);
    cg_put_number(&buf, 10);
    assert_string_equal(buf.text, "10");
    cg_strbuf_clear(&buf);
    cg_put_number(&buf, -5000);
    assert_string_equal(buf.text, "-5000");
    cg_strbuf_clear(&buf);
    cg_put_number(&buf, NAN);
    assert_non_null(strstr(buf.text, "nan"));
    cg_strbuf_finish(&buf);
}

static void utf8_round_trips(void **state)
{
    (void)state;
    const uint32_t points[] = {'a', 0x3B4, 0x2202, 0x1D43B, 0x7FF, 0x10FFFF};
    struct cg_strbuf buf;
    cg_strbuf_init(&buf);
    for (size_t i = 0; i < 6; i++)
        cg_put_utf8(&buf, points[i]);
    assert_int_equal(cg_utf8_length(buf.text, buf.length), 6);
    const char *at = buf.text;
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(cg_utf8_next(&at, buf.text + buf.length), points[i]);
    assert_ptr_equal(at, buf.text + buf.length);
    cg_strbuf_finish(&buf);
}

static void malformed_utf8_moves_on(void **state)
{
    (void)state;
    const char *bad[] = {"\xFF", "\xC0\x80", "\xE2\x82", "\xED\xA0\x80", "\xF4\x90\x80\x80"};
    for (size_t i = 0; i < 5; i++) {
        const char *at = bad[i], *end = bad[i] + strlen(bad[i]);
        while (at < end)
            assert_int_equal(cg_utf8_next(&at, end), 0xFFFD);
        assert_ptr_equal(at, end);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_and_stays_terminated),
        cmocka_unit_test(numbers_read_back_exactly),
        cmocka_unit_test(utf8_round_trips),
        cmocka_unit_test(malformed_utf8_moves_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
