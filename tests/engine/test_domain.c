/* Where numbers leave the domain of an operation: named, with the place in the source. */
#include "fixture.h"

#include <chalkgrad/domain.h>
#include <chalkgrad/train.h>

/* What cg_check_domain says of a model, as "line:column: text"; "" where nothing. */
static const char *said(const char *text, char *out, size_t size)
{
    struct fixture f;
    struct cg_error error;
    fixture_init(&f, text, 1);
    out[0] = '\0';
    if (!cg_check_domain(&f.env, &error))
        snprintf(out, size, "%d:%d: %s", error.place.line, error.place.column, error.text);
    fixture_finish(&f);
    return out;
}

static void values(void **state)
{
    (void)state;
    char text[600];
#define NONE  " has no value; choose other numbers, such as uniform(0.5, 1.5)"
#define LARGE " is too large for the machine; choose smaller values"
    const struct {
        const char *model, *said;
    } cases[] = {
        {"Z : 2 x 3 = [[1, -0.3, 2], [1, 1, 1]]\nJ = sum(2 + log(Z))",
         "2:13: log of -0.3 in row 1, column 2 of Z" NONE},
        {"x = 0; J = log(x - x)", "1:12: log of 0 in x - x" NONE},
        {"x = -2; r = sqrt; J = r(x)", "1:23: r of -2 in x" NONE},
        {"X : 2 x 1 = [[1], [0]]; J = sum(1 / X)", "1:33: 1 divided by 0 in row 2 of X" NONE},
        {"X : 1 x 3 = [1, 2, 0]; J = sum(X ^ -1)", "1:32: 0 to the power -1 in column 3 of X" NONE},
        {"X : 1 x 2 = [1, -8]; J = sum(X ^ (1/3))",
         "1:30: -8 to the power 0.333333 in column 2 of X" NONE},
        {"X : 1 x 2 = [1, 1000]; J = sum(exp(X))", "1:32: exp of 1000 in column 2 of X" LARGE},
        {"A : 2 x 2 = [[1, 1], [1e200, 1]]; B = A @ A * A @ A; J = sum(B)",
         "1:39: the number in row 2, column 1 of (A @ A) * A" LARGE},
        {"X : 1 x 2 = [0, 3]; J = sum(X ^ 0 + sqrt(X) + abs(X) + relu(-X))", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(said(cases[i].model, text, sizeof text), cases[i].said);
}

static void slopes_and_kinks(void **state)
{
    (void)state;
    struct fixture f;
    struct cg_trouble at;
    fixture_init(
        &f, "X : 2 x 2 = [[0, 1], [0, -1]]; R = relu(X); S = sqrt(R)\nJ = sum(S) + norm2(X) ^ 0.5",
        1);
    assert_false(cg_find_trouble(&f.env, CG_TROUBLE_VALUE, &at));
    assert_true(cg_find_trouble(&f.env, CG_TROUBLE_SLOPE, &at));
    assert_string_equal(at.text, "sqrt of 0 in row 1, column 1 of R");
    assert_true(at.expr->place.line == 1 && at.expr->place.column == 49);
    assert_true(cg_find_trouble(&f.env, CG_TROUBLE_KINK, &at));
    assert_string_equal(at.text, "relu of 0 in row 1, column 1 of X");
    assert_true(at.row == 0 && at.col == 0);
    size_t from = 0;
    assert_string_equal(cg_next_kink(&f.env, &from)->name, "relu");
    assert_null(cg_next_kink(&f.env, &from));
    fixture_finish(&f);
    fixture_init(&f, "X : 1 x 2 = [3, -1]; J = sum(relu(X) + tanh(X) / X)", 1);
    assert_false(cg_find_trouble(&f.env, CG_TROUBLE_SLOPE, &at));
    assert_false(cg_find_trouble(&f.env, CG_TROUBLE_KINK, &at));
    fixture_finish(&f);
    fixture_init(&f, "X : 1 x 2 = [0, 4]; J = sum(X ^ 0.5)", 1);
    assert_true(cg_find_trouble(&f.env, CG_TROUBLE_SLOPE, &at));
    assert_string_equal(at.text, "0 to the power 0.5 in column 1 of X");
    fixture_finish(&f);
}

/* A step too far leaves the domain of the logarithm: the message says where. */
static void training_says_where(void **state)
{
    (void)state;
    struct fixture f;
    struct cg_book book;
    struct cg_error error = {0};
    fixture_init(&f, "w : 1 x 2 = [1, 1]\nJ = sum(w) - sum(log(w))  + sum(w ^ 2)", 1);
    cg_book_init(&book, &f.model, &f.arena);
    const struct cg_value *params[] = {value(&f, "w")};
    struct cg_train_options options = {.params = params,
                                       .n_params = 1,
                                       .loss = value(&f, "J"),
                                       .rate = 5,
                                       .epochs = 10,
                                       .seed = 1};
    struct cg_trainer *trainer = cg_trainer_create(&book, &options, &error);
    assert_non_null(trainer);
    bool fine = true;
    for (int i = 0; i < 10 && fine; i++)
        fine = cg_trainer_update(trainer, &error);
    assert_false(fine);
    assert_non_null(strstr(error.text, "because of log of -"));
    assert_non_null(
        strstr(error.text, " in column 1 of w; try a smaller rate, such as a tenth of it, 0.5"));
    assert_true(error.place.line == 2 && error.place.column == 18);
    cg_trainer_destroy(trainer);
    fixture_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),
        cmocka_unit_test(slopes_and_kinks),
        cmocka_unit_test(training_says_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
