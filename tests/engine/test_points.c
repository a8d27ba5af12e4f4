/* Generated points: their formulas, without noise; balance; the noise; the seed. */
#include "../test.h"

#include <chalkgrad/points.h>

#include <math.h>
#include <string.h>

enum { ROWS = 60 };

static double at[2 * ROWS], targets[3 * ROWS];

static void fill(struct cg_points points, size_t rows, size_t cols)
{
    cg_points_fill(&points, &(struct cg_matrix){rows, 2, at},
                   &(struct cg_matrix){rows, cols, targets});
}

static void moons_are_half_circles(void **state)
{
    (void)state;
    fill((struct cg_points){.set = CG_MOONS}, ROWS, 1);
    for (size_t r = 0; r < ROWS; r++) {
        double x = at[2 * r], y = at[2 * r + 1];
        assert_true(targets[r] == (double)(r % 2));
        assert_true(r % 2 ? fabs(hypot(x - 1, y - 0.5) - 1) < 1e-12 && y <= 0.5 + 1e-12
                          : fabs(hypot(x, y) - 1) < 1e-12 && y >= -1e-12);
    }
    for (size_t part = 0; part < 3; part++) { /* the first few rows are all over the circle */
        size_t found = 0;
        for (size_t r = 0; r < 12; r += 2)
            found += (size_t)(3 * acos(at[2 * r]) / 3.14159265358979323846) == part;
        assert_int_equal(found, 2);
    }
}

static void circles_lie_in_one_another(void **state)
{
    (void)state;
    fill((struct cg_points){.set = CG_CIRCLES}, ROWS, 2);
    for (size_t r = 0; r < ROWS; r++) {
        assert_true(fabs(hypot(at[2 * r], at[2 * r + 1]) - (r % 2 ? 0.5 : 1)) < 1e-12);
        assert_true(targets[2 * r] == (r % 2 == 0) && targets[2 * r + 1] == (r % 2 == 1));
    }
}

static void spirals_have_an_arm_for_each_class(void **state)
{
    (void)state;
    const double pi = 3.14159265358979323846;
    fill((struct cg_points){.set = CG_SPIRALS, .turns = 1.5}, ROWS, 3);
    for (size_t r = 0; r < ROWS; r++) {
        double t = fmod((double)(r / 3 + 1) * (sqrt(5) - 1) / 2, 1);
        double angle = 2 * pi * (1.5 * t + (double)(r % 3) / 3);
        assert_true(fabs(at[2 * r] - t * cos(angle)) < 1e-12);
        assert_true(fabs(at[2 * r + 1] - t * sin(angle)) < 1e-12);
        for (size_t c = 0; c < 3; c++)
            assert_true(targets[3 * r + c] == (r % 3 == c));
    }
}

static void xor_is_at_the_corners(void **state)
{
    (void)state;
    size_t seen[4] = {0};
    fill((struct cg_points){.set = CG_XOR}, ROWS, 1);
    for (size_t r = 0; r < ROWS; r++) {
        size_t x = (size_t)at[2 * r], y = (size_t)at[2 * r + 1];
        assert_true(targets[r] == (double)(x ^ y));
        seen[2 * x + y]++;
    }
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(seen[i], ROWS / 4);
}

static void noise_has_its_deviation(void **state)
{
    (void)state;
    double clean[2 * ROWS], noisy[2 * ROWS], square = 0;
    fill((struct cg_points){.set = CG_MOONS, .seed = 7}, ROWS, 1);
    memcpy(clean, at, sizeof clean);
    fill((struct cg_points){.set = CG_MOONS, .noise = 0.2, .seed = 7}, ROWS, 1);
    memcpy(noisy, at, sizeof noisy);
    for (size_t i = 0; i < 2 * ROWS; i++)
        square += (noisy[i] - clean[i]) * (noisy[i] - clean[i]) / (2 * ROWS);
    assert_true(fabs(sqrt(square) - 0.2) < 0.04);
    fill((struct cg_points){.set = CG_MOONS, .noise = 0.2, .seed = 7}, ROWS, 1);
    assert_memory_equal(noisy, at, sizeof noisy);
    fill((struct cg_points){.set = CG_MOONS, .noise = 0.2, .seed = 7}, 10, 1);
    assert_memory_equal(noisy, at, 20 * sizeof *at);
    fill((struct cg_points){.set = CG_MOONS, .noise = 0.2, .seed = 8}, ROWS, 1);
    assert_true(at[0] != noisy[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moons_are_half_circles),
        cmocka_unit_test(circles_lie_in_one_another),
        cmocka_unit_test(spirals_have_an_arm_for_each_class),
        cmocka_unit_test(xor_is_at_the_corners),
        cmocka_unit_test(noise_has_its_deviation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
