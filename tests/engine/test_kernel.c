#include "../test.h"

#include <chalkgrad/eval.h>

#include <math.h>

static bool smooth_at(enum cg_kernel kernel, double x)
{
    if (kernel == CG_LOG || kernel == CG_SQRT)
        return x > 0.1;
    return (kernel != CG_RELU && kernel != CG_ABS) || fabs(x) > 0.01;
}

/* Each derivative against a fourth-order difference of the one before it. */
static void derivatives_are_slopes(void **state)
{
    (void)state;
    struct cg_prng prng;
    cg_prng_seed(&prng, 5);
    for (int k = 0; k < CG_KERNEL_COUNT; k++)
        for (int order = 1; order <= 3; order++)
            for (int i = 0; i < 200; i++) {
                double x = 3 * cg_prng_normal(&prng), h = 1e-3;
                if (!smooth_at((enum cg_kernel)k, x))
                    continue;
                double f[4], at[4] = {-2, -1, 1, 2};
                for (int j = 0; j < 4; j++)
                    f[j] = cg_kernel((enum cg_kernel)k, order - 1, x + at[j] * h);
                double slope = (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * h);
                double got = cg_kernel((enum cg_kernel)k, order, x);
                if (fabs(slope - got) > 1e-7 * (1 + fabs(got)))
                    fail_msg("kernel %d, order %d at %.17g: %.17g, slope %.17g", k, order, x, got,
                             slope);
            }
}

/* The same formulas in long double, far into the tails where the plain ones cancel. */
static void tails_are_exact(void **state)
{
    (void)state;
    for (double x = -40; x <= 40; x += 0.37) {
        long double e = expl(-(long double)fabs(x)), s = (x >= 0 ? 1 : e) / (1 + e);
        long double want[4][2] = {
            {s, cg_kernel(CG_SIGMOID, 0, x)},
            {e / ((1 + e) * (1 + e)), cg_kernel(CG_SIGMOID, 1, x)},
            {1 / (coshl(x) * coshl(x)), cg_kernel(CG_TANH, 1, x)},
            {(x > 0 ? x : 0) + log1pl(e), cg_kernel(CG_SOFTPLUS, 0, x)},
        };
        for (int i = 0; i < 4; i++)
            if (fabsl(want[i][0] - want[i][1]) > 1e-14L * fabsl(want[i][0]))
                fail_msg("case %d at %g: %.17g", i, x, (double)want[i][1]);
    }
}

static void nothing_overflows(void **state)
{
    (void)state;
    const enum cg_kernel bounded[] = {CG_SIGMOID, CG_TANH, CG_SOFTPLUS};
    for (int i = 0; i < 3; i++)
        for (int order = 0; order <= 3; order++) {
            assert_true(isfinite(cg_kernel(bounded[i], order, 1e6)));
            assert_true(isfinite(cg_kernel(bounded[i], order, -1e6)));
        }
    assert_true(cg_kernel(CG_SIGMOID, 0, 800) == 1);
    assert_true(cg_kernel(CG_SOFTPLUS, 0, 800) == 800);
}

static void kinks_have_slope_zero(void **state)
{
    (void)state;
    assert_true(cg_kernel(CG_RELU, 1, 0) == 0);
    assert_true(cg_kernel(CG_ABS, 1, 0) == 0);
    assert_true(isnan(cg_kernel(CG_RELU, 0, NAN)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(derivatives_are_slopes),
        cmocka_unit_test(tails_are_exact),
        cmocka_unit_test(nothing_overflows),
        cmocka_unit_test(kinks_have_slope_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
