#include "../test.h"

#include "view/frame.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void expect(const double *numbers, size_t count, int digits, int exponent,
                   const char *const *texts)
{
    struct cg_number_format format = cg_number_format(numbers, count, digits);
    assert_int_equal(format.exponent, exponent);
    for (size_t i = 0; i < count; i++) {
        char text[32];
        cg_number_text(text, format, numbers[i]);
        assert_string_equal(text, texts[i]);
    }
}

static void written_numbers_are_shown_as_written(void **state)
{
    (void)state;
    expect((double[]){1, 0, 0, 1}, 4, 3, 0, (const char *[]){"1", "0", "0", "1"});
    expect((double[]){0.1, -0.4, 0.7}, 3, 3, 0, (const char *[]){"0.1", "−0.4", "0.7"});
    expect((double[]){0.25, 2}, 2, 3, 0, (const char *[]){"0.25", "2.00"});
    expect((double[]){0, 0}, 2, 3, 0, (const char *[]){"0", "0"});
    expect((double[]){12345}, 1, 3, 0, (const char *[]){"12345"});
}

static void one_format_per_grid(void **state)
{
    (void)state;
    expect((double[]){0.0894123, -0.0731, 0.1168111}, 3, 3, 0,
           (const char *[]){"0.089", "−0.073", "0.117"});
    expect((double[]){5.30218, -4.5123, 0.9999}, 3, 3, 0,
           (const char *[]){"5.30", "−4.51", "1.00"});
    expect((double[]){0.99961}, 1, 3, 0, (const char *[]){"1.00"});
}

static void tiny_and_huge_grids_share_a_power(void **state)
{
    (void)state;
    expect((double[]){0.000123456, -0.00004567, 0}, 3, 3, -4,
           (const char *[]){"1.23", "−0.46", "0.00"});
    expect((double[]){1.5e7, -2.25e6}, 2, 3, 7, (const char *[]){"1.50", "−0.23"});
    expect((double[]){5e-320}, 1, 2, -320, (const char *[]){"5.0"});
}

static void odd_numbers(void **state)
{
    (void)state;
    expect((double[]){NAN, INFINITY, -INFINITY, 1.5}, 4, 3, 0,
           (const char *[]){"NaN", "∞", "−∞", "1.5"});
    expect((double[]){-0.0, 0.1234}, 2, 3, 0, (const char *[]){"0.000", "0.123"});
    expect((double[]){-0.00001, 0.1234}, 2, 3, 0, (const char *[]){"0.000", "0.123"});
    expect((double[]){DBL_MAX, -DBL_MAX}, 2, 3, 308, (const char *[]){"1.80", "−1.80"});
    char text[32];
    cg_number_text(text, (struct cg_number_format){3, 0}, -DBL_MAX);
    assert_true(strlen(text) < 32);
}

/* What is read back differs from the number by half a unit of the last place at most. */
static void texts_read_back(void **state)
{
    (void)state;
    double x = 1.7;
    for (int i = 0; i < 2000; i++) {
        x = fmod(x * 16.73 + 0.1234567, 1.0);
        double numbers[3] = {(x - 0.5) * pow(10, i % 17 - 8), x * pow(10, i % 17 - 8), 0};
        struct cg_number_format format = cg_number_format(numbers, 3, 3);
        for (int k = 0; k < 3; k++) {
            char text[32];
            cg_number_text(text, format, numbers[k]);
            bool minus = strncmp(text, "−", strlen("−")) == 0;
            double back = strtod(minus ? text + strlen("−") : text, NULL);
            back = (minus ? -back : back) * pow(10, format.exponent);
            double unit = pow(10, format.exponent - format.decimals);
            assert_true(fabs(back - numbers[k]) <= 0.5001 * unit);
            assert_true(strlen(text) <= 9); /* a cell's width */
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_numbers_are_shown_as_written),
        cmocka_unit_test(one_format_per_grid),
        cmocka_unit_test(tiny_and_huge_grids_share_a_power),
        cmocka_unit_test(odd_numbers),
        cmocka_unit_test(texts_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
