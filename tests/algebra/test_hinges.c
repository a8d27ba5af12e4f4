/* Names that long definitions get for their parts. */
#include "derivation_text.h"

static const char sizes[] = "dims n = 4, p = 2, h = 3, y = 2; X : n x p; W1 : p x h; b1 : 1 x h; "
                            "W2 : h x y; b2 : 1 x y; T : n x y\n";

#define NETWORK "J = sum((sigmoid(sigmoid(X @ W1 + b1) @ W2 + b2) - T)^2) / 2\n"

static struct bench *network(const char *before, const char *after)
{
    struct cg_strbuf text;
    cg_strbuf_init(&text);
    cg_putf(&text, "%s%s%s", sizes, before, after);
    struct bench *bench = bench_new(text.text);
    cg_strbuf_finish(&text);
    return bench;
}

/* "name = body" of each definition, one a line. */
static const char *definitions(struct bench *bench)
{
    cg_strbuf_clear(&bench->text);
    for (size_t i = 0; i < bench->model.n_values; i++) {
        const struct cg_value *value = bench->model.values[i];
        assert_int_equal(value->id, i);
        if (!value->body)
            continue;
        assert_ptr_equal(cg_model_find(&bench->model, value->name), value);
        cg_putf(&bench->text, "%s = ", value->name);
        cg_print_text(&bench->text, &bench->model, value->body);
        cg_put(&bench->text, "\n");
    }
    return bench->text.text;
}

static void add(struct bench *bench, const char *text)
{
    if (!cg_model_add(&bench->model, text, strlen(text), 2, &bench->error))
        fail_msg("%s", bench->error.text);
}

static void a_network_in_one_expression_gets_its_layers(void **state)
{
    (void)state;
    struct bench *bench = network(NETWORK, "");
    assert_string_equal(definitions(bench), "Z1 = X @ W1 + b1\n"
                                            "H1 = sigmoid(Z1)\n"
                                            "Z2 = H1 @ W2 + b2\n"
                                            "J = sum((sigmoid(Z2) - T)^2) / 2\n");
    assert_string_equal(cg_model_find(&bench->model, "Z1")->tex, "Z_1");
    assert_int_equal(cg_model_find(&bench->model, "Z1")->place.line, 2);
    bench_free(bench);
}

/* What reads well as it is written keeps its form. */
static void short_definitions_stay(void **state)
{
    (void)state;
    static const char *const models[] = {
        "dims h = 3, y = 2; H : 1 x h; W : h x y; B : 1 x y; Ystar : 1 x y; f = sigmoid\n"
        "Y = f(H @ W + B); J = 1/2 * sum((Y - Ystar)^2)",
        "dims n = 4, p = 2; X : n x p; w : p x 1; y : n x 1\n"
        "J = norm2(X @ w - y) + 0.1 * norm2(w)",
        "dims n = 4; A : n x n; x : n x 1\nJ = (x.T @ A @ x) / (x.T @ x)",
        "dims n = 4; a : n x 1; b : n x n; X : n x n\nJ = trace(a.T @ X @ X @ X @ b @ a)",
        "dims n = 4; A : n x n; x : n x 1\nJ = sum(tanh(A @ x))",
    };
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        struct bench *bench = bench_new(models[i]);
        for (size_t id = 0; id < bench->model.n_values; id++)
            assert_int_equal(bench->model.values[id]->hinge, 0);
        bench_free(bench);
    }
}

static void names_of_the_model_come_first(void **state)
{
    (void)state;
    struct bench *bench = network("Z1 = X.T; H2 = tanh(T)\n" NETWORK, "f = tanh; Z3 = T");
    assert_string_equal(definitions(bench), "Z1 = X.T\n"
                                            "H2 = tanh(T)\n"
                                            "Z2 = X @ W1 + b1\n"
                                            "H1 = sigmoid(Z2)\n"
                                            "Z4 = H1 @ W2 + b2\n"
                                            "J = sum((sigmoid(Z4) - T)^2) / 2\n"
                                            "Z3 = T\n");
    add(bench, "dims Z2 = 3; H1 = exp\nZ4 : 1 x 1");
    assert_string_equal(definitions(bench), "Z1 = X.T\n"
                                            "H2 = tanh(T)\n"
                                            "Z5 = X @ W1 + b1\n"
                                            "H3 = sigmoid(Z5)\n"
                                            "Z6 = H3 @ W2 + b2\n"
                                            "J = sum((sigmoid(Z6) - T)^2) / 2\n"
                                            "Z3 = T\n");
    bench_free(bench);
}

/* Statements know the names that they were given, no others; a derivation knows all. */
static void statements_do_not_see_them(void **state)
{
    (void)state;
    struct bench *bench = network(NETWORK, "");
    assert_false(cg_model_add(&bench->model, "K = Z1", 6, 2, &bench->error));
    assert_non_null(strstr(bench->error.text, "there is no name Z1"));
    assert_false(cg_model_add(&bench->model, "Z1 = X; K = Q", 13, 2, &bench->error));
    assert_string_equal(definitions(bench), "Z1 = X @ W1 + b1\n"
                                            "H1 = sigmoid(Z1)\n"
                                            "Z2 = H1 @ W2 + b2\n"
                                            "J = sum((sigmoid(Z2) - T)^2) / 2\n");
    bench_derive(bench, "dJ/dZ1");
    bench_free(bench);
}

static void what_the_model_named_is_used(void **state)
{
    (void)state;
    struct bench *bench = network("A = X @ W1 + b1; B = sigmoid(A)\n" NETWORK, "");
    assert_string_equal(definitions(bench), "A = X @ W1 + b1\n"
                                            "B = sigmoid(A)\n"
                                            "Z1 = B @ W2 + b2\n"
                                            "J = sum((sigmoid(Z1) - T)^2) / 2\n");
    bench_free(bench);
}

static void what_stands_there_twice_gets_one_name(void **state)
{
    (void)state;
    struct bench *bench =
        bench_new("dims n = 4, p = 3; X : n x p; w : p x 1; y : n x 1\n"
                  "J = -sum(y * log(sigmoid(X @ w)) + (1 - y) * log(1 - sigmoid(X @ w)))");
    assert_string_equal(definitions(bench), "Z1 = X @ w\n"
                                            "H1 = sigmoid(Z1)\n"
                                            "J = -sum(y * log(H1) + (1 - y) * log(1 - H1))\n");
    bench_free(bench);
}

/* Their lines stand at the head of each derivation, which ends in the model's own names where they
 * are short. */
static void a_derivation_says_what_they_are(void **state)
{
    (void)state;
    struct bench *bench = network(NETWORK, "");
    const struct cg_derivation *d = bench_derive(bench, "dJ/db2");
    static const char *const lets[] = {"Z1", "H1", "Z2"};
    for (size_t i = 0; i < 3; i++) {
        const struct cg_step *step = d->steps[i];
        const struct cg_value *value = cg_model_find(&bench->model, lets[i]);
        assert_int_equal(step->rule, CG_RULE_LET);
        assert_ptr_equal(step->lhs->u.value, value);
        assert_ptr_equal(step->rhs, value->body);
        assert_null(step->previous);
        assert_int_equal(cg_step_depth(step), CG_DEPTH_SUMMARY);
    }
    assert_int_equal(d->steps[3]->rule, CG_RULE_START);
    assert_null(d->steps[3]->previous);
    bench_free(bench);
    bench = bench_new("dims n = 4, p = 3, y = 2; X : n x p; W : p x y; T : n x y\n"
                      "J = -sum(T * log(softmax(X @ W)))");
    d = bench_derive(bench, "dJ/dW");
    const struct cg_step *last = d->steps[d->n_steps - 1];
    assert_int_equal(last->rule, CG_RULE_DEFINITION);
    cg_print_text(&bench->text, &bench->model, last->rhs);
    assert_string_equal(bench->text.text, "X.T @ (softmax(X @ W) * sum(T, axis=1) - T)");
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_network_in_one_expression_gets_its_layers),
        cmocka_unit_test(short_definitions_stay),
        cmocka_unit_test(names_of_the_model_come_first),
        cmocka_unit_test(statements_do_not_see_them),
        cmocka_unit_test(what_the_model_named_is_used),
        cmocka_unit_test(what_stands_there_twice_gets_one_name),
        cmocka_unit_test(a_derivation_says_what_they_are),
    };
    return cmocka_run_group_tests_name("hinges", tests, NULL, NULL);
}
