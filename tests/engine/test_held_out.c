/* A model judged by rows that it was not trained on. */
#include "fixture.h"

#include <chalkgrad/train.h>

static size_t right_of(size_t rows, size_t cols, double *predictions, double *targets)
{
    const struct cg_matrix p = {rows, cols, predictions}, t = {rows, cols, targets};
    size_t right;
    return cg_train_count_right(&p, &t, &right) ? right : SIZE_MAX;
}

static void classes_are_counted(void **state)
{
    (void)state;
    double p[] = {0.4, 0.6, 0.9, 0.1, 0.5, -3}, binary[] = {0, 1, 0, 1, 0, 0};
    assert_int_equal(right_of(6, 1, p, binary), 4);
    double around[] = {-1, -1, 1, 1, 1, -1};
    assert_int_equal(right_of(6, 1, p, around), 4);
    double numbers[] = {0, 1, 2, 1, 0, 0};
    assert_true(right_of(6, 1, p, numbers) == SIZE_MAX);
    double hot[] = {0, 1, 0, 1, 1, 0};
    assert_int_equal(right_of(3, 2, p, hot), 2);
    double two_hot[] = {0, 1, 1, 1, 1, 0}, none_hot[] = {0, 1, 0, 0, 1, 0};
    assert_true(right_of(3, 2, p, two_hot) == SIZE_MAX);
    assert_true(right_of(3, 2, p, none_hot) == SIZE_MAX);
    double wide[] = {1, 0, 0, 0, 0, 1};
    assert_int_equal(right_of(2, 3, p, wide), 0);
}

/* Other rows through the same parameters: a model of as many rows gives the same. */
static void other_rows_are_computed(void **state)
{
    (void)state;
    struct fixture f, g;
    fixture_init(&f,
                 "dims n = 2; X : n x 2; T : n x 1; w : 2 x 1; Y = tanh(X @ w); "
                 "J = mean((Y - T)^2)",
                 5);
    fixture_init(&g,
                 "dims n = 3; X : n x 2; T : n x 1; w : 2 x 1; Y = tanh(X @ w); "
                 "J = mean((Y - T)^2)",
                 6);
    memcpy(g.env.values[value(&g, "w")->id].data, f.env.values[value(&f, "w")->id].data,
           2 * sizeof(double));
    cg_env_refresh(&g.env);
    const struct cg_value *values[] = {value(&f, "T"), value(&f, "X")};
    struct cg_matrix numbers[] = {g.env.values[value(&g, "T")->id],
                                  g.env.values[value(&g, "X")->id]};
    struct cg_env env;
    struct cg_error error;
    assert_true(cg_env_init_rows(&env, &f.env, values, numbers, 2, &error));
    const char *const names[] = {"Y", "J"};
    for (size_t i = 0; i < 2; i++) {
        const struct cg_matrix *got = &env.values[value(&f, names[i])->id];
        const struct cg_matrix *want = &g.env.values[value(&g, names[i])->id];
        assert_int_equal(got->rows, want->rows);
        assert_memory_equal(got->data, want->data, got->rows * sizeof(double));
    }
    cg_env_finish(&env);
    assert_false(cg_env_init_rows(&env, &f.env, values, numbers, 1, &error));
    assert_string_equal(error.text, "X has the rows of T, so other rows must be given for both");
    fixture_finish(&f);
    fixture_finish(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_are_counted),
        cmocka_unit_test(other_rows_are_computed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
