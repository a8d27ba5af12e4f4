#include "../test.h"

#include <chalkgrad/prng.h>

#include <math.h>

static void same_seed_same_numbers(void **state)
{
    (void)state;
    struct cg_prng a, b, c;
    cg_prng_seed(&a, 7);
    cg_prng_seed(&b, 7);
    cg_prng_seed(&c, 8);
    int differ = 0;
    for (int i = 0; i < 1000; i++) {
        uint64_t x = cg_prng_next(&a);
        assert_true(x == cg_prng_next(&b));
        differ += x != cg_prng_next(&c);
    }
    assert_true(differ > 990);
}

static void moments_are_right(void **state)
{
    (void)state;
    struct cg_prng prng;
    cg_prng_seed(&prng, 1);
    double sum = 0, squares = 0, uniform = 0;
    const int n = 200000;
    for (int i = 0; i < n; i++) {
        double x = cg_prng_normal(&prng), u = cg_prng_uniform(&prng);
        assert_true(u >= 0 && u < 1);
        sum += x, squares += x * x, uniform += u;
    }
    assert_true(fabs(sum / n) < 0.02);
    assert_true(fabs(squares / n - 1) < 0.02);
    assert_true(fabs(uniform / n - 0.5) < 0.01);
}

static void below_is_even(void **state)
{
    (void)state;
    struct cg_prng prng;
    cg_prng_seed(&prng, 3);
    int count[6] = {0};
    for (int i = 0; i < 60000; i++)
        count[cg_prng_below(&prng, 6)]++;
    for (int i = 0; i < 6; i++)
        assert_in_range(count[i], 9500, 10500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_seed_same_numbers),
        cmocka_unit_test(moments_are_right),
        cmocka_unit_test(below_is_even),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
