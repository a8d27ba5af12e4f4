#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char inputs[] = "dims n = 3, one = 1; A : 2 x 3 = [[1, 2, 3], [4, 5, 6]]\n"
                             "B : 3 x 2 = [[1, 0], [0, 2], [-1, 1]]\n"
                             "S : 2 x 2 = [[1, 2], [3, 4]]\n"
                             "r : 1 x 3 = [1, -1, 2]\n"
                             "c : 2 x 1 = [[10], [20]]\n"
                             "t : 1 x 1 = [2]\n";

/* Each result worked out by hand. */
static const struct {
    const char *text;
    size_t rows, cols;
    double want[9];
} cases[] = {
    {"A + 1", 2, 3, {2, 3, 4, 5, 6, 7}},
    {"A - r", 2, 3, {0, 3, 1, 3, 6, 4}},
    {"A + c", 2, 3, {11, 12, 13, 24, 25, 26}},
    {"r + c", 2, 3, {11, 9, 12, 21, 19, 22}},
    {"n / 6 + one", 1, 1, {1.5}},
    {"-A", 2, 3, {-1, -2, -3, -4, -5, -6}},
    {"A * r", 2, 3, {1, -2, 6, 4, -5, 12}},
    {"A * 2 * r", 2, 3, {2, -4, 12, 8, -10, 24}},
    {"A / c", 2, 3, {.1, .2, .3, .2, .25, .3}},
    {"A ^ 2", 2, 3, {1, 4, 9, 16, 25, 36}},
    {"2 ^ r", 1, 3, {2, .5, 4}},
    {"r ^ 3", 1, 3, {1, -1, 8}},
    {"A @ B", 2, 2, {-2, 7, -2, 16}},
    {"A.T", 3, 2, {1, 4, 2, 5, 3, 6}},
    {"sum(A)", 1, 1, {21}},
    {"sum(A, axis=0)", 1, 3, {5, 7, 9}},
    {"sum(A, axis=1)", 2, 1, {6, 15}},
    {"mean(A)", 1, 1, {3.5}},
    {"mean(A, axis=0)", 1, 3, {2.5, 3.5, 4.5}},
    {"mean(A, axis=1)", 2, 1, {2, 5}},
    {"trace(S)", 1, 1, {5}},
    {"dot(r, r)", 1, 1, {6}},
    {"dot(A, A + 1)", 1, 1, {112}},
    {"outer(r, r)", 3, 3, {1, -1, 2, -1, 1, -2, 2, -2, 4}},
    {"outer(c, r)", 2, 3, {10, -10, 20, 20, -20, 40}},
    {"norm2(A)", 1, 1, {91}},
    {"eye(2)", 2, 2, {1, 0, 0, 1}},
    {"ones(1, 3) + zeros(1, 3)", 1, 3, {1, 1, 1}},
    {"relu(r)", 1, 3, {1, 0, 2}},
    {"abs(r)", 1, 3, {1, 1, 2}},
    {"square(r)", 1, 3, {1, 1, 4}},
    {"relu'(r)", 1, 3, {1, 0, 1}},
    {"square'(r)", 1, 3, {2, -2, 4}},
    {"t * A", 2, 3, {2, 4, 6, 8, 10, 12}},
    {"1 / 4", 1, 1, {0.25}},
    {"softmax(zeros(2, 2) + 1000)", 2, 2, {.5, .5, .5, .5}},
    {"softmax(log(square(r)))", 1, 3, {1. / 6, 1. / 6, 4. / 6}},
};

static void operators_by_hand(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, inputs, 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cg_matrix m = cg_eval(&f.env, &f.arena, parse(&f, cases[i].text));
        if (m.rows != cases[i].rows || m.cols != cases[i].cols)
            fail_msg("%s is %zu x %zu", cases[i].text, m.rows, m.cols);
        for (size_t k = 0; k < m.rows * m.cols; k++)
            if (fabs(m.data[k] - cases[i].want[k]) > 1e-14)
                fail_msg("%s [%zu]: %.17g, not %g", cases[i].text, k, m.data[k], cases[i].want[k]);
    }
    fixture_finish(&f);
}

/* log(softmax(x)) = x - max - log sum e^(x - max), where the softmax itself is 0. */
static void logarithms_of_small_shares(void **state)
{
    (void)state;
    static const char *const models[] = {
        "X : 2 x 3 = [[1000, 0, 999], [0, -800, -1]]; L = log(softmax(X)); J = sum(L)",
        "X : 2 x 3 = [[1000, 0, 999], [0, -800, -1]]; S = softmax(X); L = log(S); J = sum(L)",
    };
    double pair = log1p(exp(-1));
    const double want[] = {-pair, -1000 - pair, -1 - pair, -pair, -800 - pair, -1 - pair};
    for (size_t m = 0; m < 2; m++) {
        struct fixture f;
        fixture_init(&f, models[m], 1);
        const double *got = cg_env_get(&f.env, value(&f, "L"))->data;
        for (size_t i = 0; i < 6; i++)
            if (!(fabs(got[i] - want[i]) <= 1e-15 * fabs(want[i])))
                fail_msg("%zu: %.17g, not %.17g", i, got[i], want[i]);
        /* in index notation as well */
        struct cg_arena *a = &f.arena;
        const struct cg_expr *log_of = value(&f, "L")->body;
        struct cg_index ij[] = {index_of('i', log_of->shape.rows),
                                index_of('j', log_of->shape.cols)};
        const struct cg_expr *entry =
            cg_apply(a, log_of->u.apply.function, 0, cg_entry(a, log_of->args[0], ij[0], ij[1]));
        size_t count;
        const double *indexed = cg_eval_tensor(&f.env, a, entry, ij, 2, &count);
        assert_int_equal(count, 6);
        assert_memory_equal(indexed, got, 6 * sizeof *got);
        fixture_finish(&f);
    }
}

static void definitions_follow_inputs(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "X : 1 x 2 = [3, 4]; P = X ^ 2; Q = P; L = sum(Q) + sum(P)", 1);
    assert_true(cg_env_get(&f.env, value(&f, "L"))->data[0] == 50);
    cg_env_get(&f.env, value(&f, "X"))->data[0] = 1;
    cg_env_refresh(&f.env);
    assert_true(cg_env_get(&f.env, value(&f, "L"))->data[0] == 34);
    struct cg_env copy;
    cg_env_copy(&copy, &f.env);
    cg_env_get(&f.env, value(&f, "X"))->data[1] = 0;
    cg_env_refresh(&f.env);
    assert_true(cg_env_get(&copy, value(&f, "L"))->data[0] == 34);
    assert_true(cg_env_get(&f.env, value(&f, "L"))->data[0] == 2);
    cg_env_finish(&copy);
    fixture_finish(&f);
}

static void inits_are_seeded(void **state)
{
    (void)state;
    const char *text = "A : 20 x 20; B : 20 x 20 = uniform(2, 3); C : 20 x 20 = normal(5, 0.1)\n"
                       "D : 2 x 2 = eye; E : 1 x 2 = ones; F : 1 x 2 = zeros";
    struct fixture f, same, other, longer;
    fixture_init(&f, text, 7);
    fixture_init(&same, text, 7);
    fixture_init(&other, text, 8);
    char more[256];
    snprintf(more, sizeof more, "%s; G : 3 x 3", text);
    fixture_init(&longer, more, 7);
    for (size_t v = 0; v < 3; v++) {
        const struct cg_matrix *m = &f.env.values[v];
        assert_memory_equal(m->data, same.env.values[v].data, 400 * sizeof(double));
        assert_memory_equal(m->data, longer.env.values[v].data, 400 * sizeof(double));
        assert_memory_not_equal(m->data, other.env.values[v].data, 400 * sizeof(double));
    }
    double mean = 0;
    for (size_t i = 0; i < 400; i++) {
        assert_true(f.env.values[1].data[i] >= 2 && f.env.values[1].data[i] < 3);
        mean += f.env.values[2].data[i] / 400;
    }
    assert_true(fabs(mean - 5) < 0.02);
    assert_true(f.env.values[3].data[0] == 1 && f.env.values[3].data[1] == 0);
    assert_true(f.env.values[4].data[1] == 1 && f.env.values[5].data[1] == 0);
    fixture_finish(&f);
    fixture_finish(&same);
    fixture_finish(&other);
    fixture_finish(&longer);
}

/* Glorot's bound is reached and not passed; He's deviation is met: 6000 numbers each. */
static void inits_follow_their_formulas(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "A : 50 x 120 = xavier; B : 50 x 120 = he", 3);
    double bound = sqrt(6.0 / 170), largest = 0, mean = 0, square = 0;
    for (size_t i = 0; i < 6000; i++) {
        largest = fmax(largest, fabs(f.env.values[0].data[i]));
        mean += f.env.values[1].data[i] / 6000;
        square += f.env.values[1].data[i] * f.env.values[1].data[i] / 6000;
    }
    assert_true(largest < bound && largest > 0.99 * bound);
    assert_true(fabs(mean) < 0.01);
    assert_true(fabs(sqrt(square) - sqrt(2.0 / 50)) < 0.01);
    fixture_finish(&f);
}

static void random_sizes_are_distinct(void **state)
{
    (void)state;
    struct fixture f;
    struct cg_prng prng;
    cg_prng_seed(&prng, 3);
    fixture_init(&f, "dims a = 3, b = 3, c = 3, u = 1; A : a x b; B : b x c; C : a x u; D = A @ B",
                 1);
    for (int i = 0; i < 50; i++) {
        struct cg_env env;
        cg_env_init_random(&env, &f.model, &prng, i % 2);
        const struct cg_matrix *m = env.values;
        assert_true(m[0].rows > 1 && m[0].cols > 1 && m[1].cols > 1);
        assert_true(m[0].rows != m[0].cols && m[0].cols != m[1].cols && m[0].rows != m[1].cols);
        assert_true(m[0].cols == m[1].rows && m[2].rows == m[0].rows && m[2].cols == 1);
        assert_true(m[3].rows == m[0].rows && m[3].cols == m[1].cols);
        for (size_t k = 0; k < m[0].rows * m[0].cols; k++)
            assert_true(!(i % 2) || (m[0].data[k] >= 0.5 && m[0].data[k] < 1.5));
        cg_env_finish(&env);
    }
    fixture_finish(&f);
}

/* H_j W_ji summed over j, and other lines, against plain loops. */
static void index_notation(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "dims h = 3, y = 2; H : 1 x h; W : h x y; B : 1 x y; Y = H @ W + B", 4);
    struct cg_arena *a = &f.arena;
    const struct cg_value *h = value(&f, "H"), *w = value(&f, "W");
    struct cg_index i = index_of('i', w->shape.cols), j = index_of('j', w->shape.rows), none = {0};
    struct cg_index k = index_of('k', w->shape.cols);
    const struct cg_expr *factors[] = {cg_entry(a, cg_name(a, h), none, j),
                                       cg_entry(a, cg_name(a, w), j, i)};
    struct cg_shape one = {0, 0};
    const struct cg_expr *product = cg_nary(a, CG_MUL, 2, factors, one);
    const struct cg_expr *sum = cg_sum_over(a, j, product);
    size_t count;
    double *got = cg_eval_tensor(&f.env, a, sum, &i, 1, &count);
    const double *H = f.env.values[h->id].data, *W = f.env.values[w->id].data;
    assert_int_equal(count, 2);
    for (size_t c = 0; c < 2; c++) {
        double want = 0;
        for (size_t r = 0; r < 3; r++)
            want += H[r] * W[r * 2 + c];
        assert_true(fabs(got[c] - want) < 1e-15);
        struct cg_bindings at = {.at = {['i'] = c}};
        assert_true(cg_eval_at(&f.env, sum, &at) == got[c]);
    }
    /* over j and i, the later fastest; and the other way round */
    struct cg_index ji[] = {j, i}, ij[] = {i, j};
    double *rows = cg_eval_tensor(&f.env, a, product, ji, 2, &count);
    double *cols = cg_eval_tensor(&f.env, a, product, ij, 2, &count);
    assert_int_equal(count, 6);
    for (size_t r = 0; r < 3; r++)
        for (size_t c = 0; c < 2; c++) {
            assert_true(rows[r * 2 + c] == H[r] * W[r * 2 + c]);
            assert_true(cols[c * 3 + r] == rows[r * 2 + c]);
        }
    /* a sum over an index that does not occur multiplies by its size; a delta picks */
    const struct cg_expr *picked[] = {cg_kron(a, i, k), cg_entry(a, cg_name(a, w), j, i)};
    const struct cg_expr *collapsed = cg_sum_over(a, i, cg_nary(a, CG_MUL, 2, picked, one));
    struct cg_index jk[] = {j, k};
    got = cg_eval_tensor(&f.env, a, collapsed, jk, 2, &count);
    for (size_t n = 0; n < 6; n++)
        assert_true(got[n] == W[n]);
    got = cg_eval_tensor(&f.env, a, cg_sum_over(a, j, cg_fraction(a, 1, 2)), NULL, 0, &count);
    assert_true(count == 1 && got[0] == 1.5);
    fixture_finish(&f);
}

/* Sixteen factors in a chain cost what a matrix product costs, not 3^17. */
static void long_sums_are_contracted(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "W : 3 x 3 = [[0.5, 0.25, 0], [0.5, 0.5, 0.25], [0, 0.25, 0.75]]", 1);
    struct cg_arena *a = &f.arena;
    const struct cg_value *w = value(&f, "W");
    const struct cg_expr *factors[20], *expr;
    struct cg_index at[21];
    struct cg_shape one = {0, 0};
    for (int i = 0; i < 21; i++)
        at[i] = index_of((char)('a' + i), w->shape.rows);
    for (int i = 0; i < 20; i++)
        factors[i] = cg_entry(a, cg_name(a, w), at[i], at[i + 1]);
    expr = cg_nary(a, CG_MUL, 20, factors, one);
    for (int i = 1; i < 20; i++)
        expr = cg_sum_over(a, at[i], expr);
    struct cg_index ends[] = {at[0], at[20]};
    size_t count;
    double *got = cg_eval_tensor(&f.env, a, expr, ends, 2, &count),
           want[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    for (int n = 0; n < 20; n++) {
        double next[9] = {0};
        for (int i = 0; i < 27; i++)
            next[i / 9 * 3 + i % 3] +=
                want[i / 9 * 3 + i / 3 % 3] * f.env.values[w->id].data[i / 3 % 3 * 3 + i % 3];
        memcpy(want, next, sizeof want);
    }
    for (int i = 0; i < 9; i++)
        assert_true(fabs(got[i] - want[i]) < 1e-12);
    fixture_finish(&f);
}

static void loads_npy(void **state)
{
    (void)state;
    char folder[] = "/tmp/chalkgrad-npy-XXXXXX", path[64], model[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/x.npy", folder);
    snprintf(model, sizeof model, "%s/model.txt", folder);
    const char header[] = "\x93NUMPY\x01\0\x3c\0{'descr': '<f8', 'fortran_order': False, "
                          "'shape': (2,), }  \n";
    const double numbers[] = {1.5, -2};
    FILE *file = fopen(path, "wb");
    fwrite(header, 1, sizeof header - 1, file);
    fwrite(numbers, 1, sizeof numbers, file);
    fclose(file);
    const char *texts[] = {"X : 1 x 2 = load(\"x.npy\")", "X : 2 x 1 = load(\"x.npy\")",
                           "X : 1 x 3 = load(\"x.npy\")", "X : 1 x 2 = load(\"y.npy\")"};
    const char *wrong[] = {NULL, NULL, "x.npy is 1 x 2, but X is 1 x 3", "y.npy can't be opened"};
    for (int i = 0; i < 4; i++) {
        struct cg_arena arena;
        struct cg_model m;
        struct cg_env env;
        struct cg_error error;
        cg_arena_init(&arena);
        cg_model_init(&m, &arena, model);
        assert_true(cg_model_add(&m, texts[i], strlen(texts[i]), 1, &error));
        bool loaded = cg_env_init(&env, &m, 1, &error);
        if (wrong[i] && (loaded || !strstr(error.text, wrong[i])))
            fail_msg("%s: %s", texts[i], loaded ? "loaded" : error.text);
        if (!wrong[i])
            assert_true(loaded && !memcmp(env.values[0].data, numbers, sizeof numbers));
        if (loaded)
            cg_env_finish(&env);
        cg_arena_finish(&arena);
    }
    unlink(path);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_by_hand),
        cmocka_unit_test(logarithms_of_small_shares),
        cmocka_unit_test(definitions_follow_inputs),
        cmocka_unit_test(inits_are_seeded),
        cmocka_unit_test(inits_follow_their_formulas),
        cmocka_unit_test(random_sizes_are_distinct),
        cmocka_unit_test(index_notation),
        cmocka_unit_test(long_sums_are_contracted),
        cmocka_unit_test(loads_npy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
