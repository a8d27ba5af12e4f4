#include "derivation_text.h"

static const char one_sample[] =
    "dims h = 3, y = 2; H : 1 x h; W : h x y; B : 1 x y; Ystar : 1 x y as Y^*; f = sigmoid\n"
    "Y = f(H @ W + B); J = 1/2 * sum((Y - Ystar)^2)";

static const char two_layers[] =
    "dims n = 4, x = 2, h = 3, y = 2; X : n x x; Ystar : n x y as Y^*\n"
    "W1 : x x h; B1 : 1 x h; W2 : h x y; B2 : 1 x y; f = sigmoid\n"
    "Z1 = X @ W1 + B1; H = f(Z1); Z2 = H @ W2 + B2; Y = f(Z2)\n"
    "J = 1/2 * sum((Y - Ystar)^2)";

/* The lines of the derivation that the project starts from. */
static void the_error(void **state)
{
    (void)state;
    struct bench *bench = bench_new(one_sample);
    assert_string_equal(bench_lines(bench, "dJ/dY"),
                        "[∂J/∂Y]_i = ∂J/∂Y_i  (definition of the gradient)\n"
                        "[∂J/∂Y]_i = ∂/∂Y_i ½ Σ_j (Y_j − Y*_j)²  (definition)\n"
                        "[∂J/∂Y]_i = ½ Σ_j 2 (Y_j − Y*_j) δ_ij  (power)\n"
                        "[∂J/∂Y]_i = Y_i − Y*_i  (collapse)\n"
                        "[∂J/∂Y]_i = [Y − Y*]_i  (matrix form)\n"
                        "∂J/∂Y = Y − Y*  (all entries)\n");
    bench_free(bench);
}

static void the_bias_with_the_error_below_its_chain_rule(void **state)
{
    (void)state;
    struct bench *bench = bench_new(one_sample);
    assert_string_equal(bench_lines(bench, "dJ/dB as δ"),
                        "[∂J/∂B]_k = ∂J/∂B_k  (definition of the gradient)\n"
                        "[∂J/∂B]_k = Σ_i ∂J/∂Y_i ∂Y_i/∂B_k  (chain)\n"
                        "    ∂J/∂Y_i = ∂/∂Y_i ½ Σ_j (Y_j − Y*_j)²  (definition)\n"
                        "    ∂J/∂Y_i = ½ Σ_j 2 (Y_j − Y*_j) δ_ij  (power)\n"
                        "    ∂J/∂Y_i = Y_i − Y*_i  (collapse)\n"
                        "    ∂J/∂Y_i = [Y − Y*]_i  (matrix form)\n"
                        "    ∂J/∂Y = Y − Y*  (all entries)\n"
                        "    ∂Y_i/∂B_k = ∂/∂B_k f([HW]_i + B_i)  (definition)\n"
                        "    ∂Y_i/∂B_k = f′([HW]_i + B_i) δ_ik  (elementwise)\n"
                        "    ∂Y_i/∂B_k = [f′(HW + B)]_i δ_ik  (matrix form)\n"
                        "[∂J/∂B]_k = Σ_i [Y − Y*]_i [f′(HW + B)]_i δ_ik  (substitute)\n"
                        "[∂J/∂B]_k = [Y − Y*]_k [f′(HW + B)]_k  (collapse)\n"
                        "[∂J/∂B]_k = [(Y − Y*) * f′(HW + B)]_k  (matrix form)\n"
                        "∂J/∂B = (Y − Y*) * f′(HW + B)  (all entries)\n"
                        "∂J/∂B = δ  (name)\n");
    bench_free(bench);
}

static void the_weights_with_the_error_signal_named(void **state)
{
    (void)state;
    struct bench *bench = bench_new(one_sample);
    bench_derive(bench, "dJ/dY");
    bench_derive(bench, "dJ/dB as δ");
    assert_string_equal(bench_lines(bench, "dJ/dW"),
                        "[∂J/∂W]_kl = ∂J/∂W_kl  (definition of the gradient)\n"
                        "[∂J/∂W]_kl = Σ_i ∂J/∂Y_i ∂Y_i/∂W_kl  (chain)\n"
                        "    ∂Y_i/∂W_kl = ∂/∂W_kl f([HW]_i + B_i)  (definition)\n"
                        "    ∂Y_i/∂W_kl = f′([HW]_i + B_i) ∂/∂W_kl [HW]_i  (elementwise)\n"
                        "    ∂Y_i/∂W_kl = f′([HW]_i + B_i) ∂/∂W_kl Σ_j H_j W_ji  (write out)\n"
                        "    ∂Y_i/∂W_kl = f′([HW]_i + B_i) Σ_j H_j δ_jk δ_il  (delta)\n"
                        "    ∂Y_i/∂W_kl = [f′(HW + B)]_i H_k δ_il  (collapse)\n"
                        "[∂J/∂W]_kl = Σ_i [Y − Y*]_i [f′(HW + B)]_i H_k δ_il  (substitute)\n"
                        "[∂J/∂W]_kl = H_k [Y − Y*]_l [f′(HW + B)]_l  (collapse)\n"
                        "[∂J/∂W]_kl = [Hᵀ ((Y − Y*) * f′(HW + B))]_kl  (matrix form)\n"
                        "∂J/∂W = Hᵀ ((Y − Y*) * f′(HW + B))  (all entries)\n"
                        "∂J/∂W = Hᵀ δ  (name)\n");
    const struct cg_derivation *derivation = bench_derive(bench, "dJ/dW");
    assert_string_equal(derivation->steps[derivation->n_steps - 1]->note, "δ = ∂J/∂B");
    assert_string_equal(bench_form(bench, "dJ/dW"), "H.T @ ((Y - Ystar) * f'(H @ W + B))");
    bench_free(bench);
}

/* Each layer from the one above it. */
static void a_hidden_layer(void **state)
{
    (void)state;
    static const char *const forms[][2] = {{"dJ/dZ2 as δ2", "(Y - Ystar) * f'(Z2)"},
                                           {"dJ/dW2", "H.T @ δ2"},
                                           {"dJ/dB2", "sum(δ2, axis=0)"},
                                           {"dJ/dH", "δ2 @ W2.T"},
                                           {"dJ/dZ1 as δ1", "(δ2 @ W2.T) * f'(Z1)"},
                                           {"dJ/dW1", "X.T @ δ1"},
                                           {"dJ/dB1", "sum(δ1, axis=0)"}};
    struct bench *bench = bench_new(two_layers);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        assert_string_equal(bench_form(bench, forms[i][0]), forms[i][1]);
    bench_free(bench);
}

/* Asked for without a word about the layers between: they are derived first and named. */
static void intermediate_gradients_get_names(void **state)
{
    (void)state;
    struct bench *bench = bench_new(two_layers);
    assert_string_equal(bench_form(bench, "dJ/dW1"), "X.T @ dJ_dZ1");
    assert_string_equal(bench_form(bench, "dJ/dB1"), "sum(dJ_dZ1, axis=0)");
    bench_free(bench);
}

/* One row of layers costs what one layer costs, each time. */
static void depth_costs_linear_time(void **state)
{
    (void)state;
    enum { LAYERS = 300 };
    struct cg_strbuf text;
    cg_strbuf_init(&text);
    cg_put(&text, "dims n = 4, h = 3; H0 : n x h; T : n x h; f = tanh\n");
    for (int i = 1; i <= LAYERS; i++)
        cg_putf(&text, "W%d : h x h; Z%d = H%d @ W%d; H%d = f(Z%d)\n", i, i, i - 1, i, i, i);
    cg_putf(&text, "J = 1/2 * sum((H%d - T)^2)\n", LAYERS);
    struct bench *bench = bench_new(text.text);
    assert_string_equal(bench_form(bench, "dJ/dW1"), "H0.T @ dJ_dZ1");
    assert_true(bench->book.n_derivations <= 2 * LAYERS + 1);
    assert_true(bench->book.n_steps < 60 * LAYERS);
    cg_strbuf_finish(&text);
    bench_free(bench);
}

/* What a later layer needs is not derived twice, and the line that uses it says so. */
static void gradients_are_reused(void **state)
{
    (void)state;
    struct bench *bench = bench_new(two_layers);
    bench_derive(bench, "dJ/dZ2 as δ2");
    const struct cg_derivation *derivation = bench_derive(bench, "dJ/dW2");
    const struct cg_step *chain = derivation->steps[1];
    assert_int_equal(chain->rule, CG_RULE_CHAIN);
    for (size_t i = 0; i < chain->n_children; i++)
        assert_true(chain->children[i]->derivation->local);
    assert_string_equal(derivation->steps[2]->note, "∂J/∂Z2 from above");
    assert_ptr_equal(bench_derive(bench, "dJ/dW2"), derivation);
    bench_free(bench);
}

/* A parameter that is used twice, and once by J itself: every way counts. */
static void several_ways_add_up(void **state)
{
    (void)state;
    struct bench *bench = bench_new("w : 3 x 1; A : 2 x 3; u = A @ w; v = w * w\n"
                                    "J = norm2(u) + sum(v) + sum(w)");
    const struct cg_derivation *derivation = bench_derive(bench, "dJ/dw");
    cg_strbuf_clear(&bench->text);
    cg_print_board(&bench->text, &bench->model, derivation->steps[1]->rhs);
    assert_string_equal(bench->text.text,
                        "Σ_i ∂J/∂u_i ∂u_i/∂w_k + Σ_j ∂J/∂v_j ∂v_j/∂w_k + ∂/∂w_k Σ_m w_m");
    assert_string_equal(bench_form(bench, "dJ/dw"), "2 * (A.T @ u) + 2 * w + 1");
    bench_free(bench);
}

static void what_does_not_depend_has_a_zero_gradient(void **state)
{
    (void)state;
    struct bench *bench = bench_new("a : 2 x 3; b : 2 x 3; J = sum(a)");
    assert_string_equal(bench_lines(bench, "dJ/db"),
                        "[∂J/∂b]_kl = ∂J/∂b_kl  (definition of the gradient)\n"
                        "[∂J/∂b]_kl = 0  (constant)\n"
                        "[∂J/∂b]_kl = [0]_kl  (matrix form)\n"
                        "∂J/∂b = 0  (all entries)\n");
    assert_string_equal(bench_form(bench, "dJ/db"), "zeros(2, 3)");
    bench_free(bench);
}

/* The derivative of a matrix by a matrix stays in indices. */
static void a_matrix_by_a_matrix(void **state)
{
    (void)state;
    struct bench *bench = bench_new(one_sample);
    const struct cg_derivation *derivation = bench_derive(bench, "dY/dB");
    assert_true(derivation->local);
    assert_null(derivation->matrix_form);
    assert_string_equal(bench_lines(bench, "dY/dB"),
                        "∂Y_i/∂B_k = ∂/∂B_k f([HW]_i + B_i)  (definition)\n"
                        "∂Y_i/∂B_k = f′([HW]_i + B_i) δ_ik  (elementwise)\n"
                        "∂Y_i/∂B_k = [f′(HW + B)]_i δ_ik  (matrix form)\n");
    bench_free(bench);
}

/* The same through the values between: every entry of the one by every entry of the other. */
static void a_matrix_by_a_matrix_further_down(void **state)
{
    (void)state;
    struct bench *bench = bench_new(two_layers);
    const struct cg_derivation *derivation = bench_derive(bench, "dY/dW1");
    cg_strbuf_clear(&bench->text);
    cg_print_board(&bench->text, &bench->model, derivation->index_form);
    assert_string_equal(bench->text.text, "f′(Z2_ni) W2_li f′(Z1_nl) X_nk");
    assert_true(derivation->local);
    assert_int_equal(bench->book.n_derivations, 0);
    bench_free(bench);
}

/* Wrong lines: what is said, and where. */
static void errors_say_what_and_where(void **state)
{
    (void)state;
    static const struct {
        const char *line, *text;
        int column;
    } cases[] = {
        {"", "expected a derivative such as dJ/dW", 1},
        {"J/dW", "expected a derivative such as dJ/dW", 1},
        {"dJ", "expected / and what to derive by, as in dJ/dW", 3},
        {"dJ/W", "expected a derivative such as dJ/dW", 4},
        {"dJ/dw", "there is no value named w; did you mean W?", 5},
        {"  dQ/dW", "there is no value named Q", 4},
        {"dJ/dW δ", "expected the end of the line, or \"as\" and a name", 7},
        {"dJ/dW as", "expected the end of the line, or \"as\" and a name", 7},
        {"dJ/dW as 1", "expected a name for the result here", 10},
        {"dJ/dW as δ δ", "expected the end of the line", 12},
        {"∂J/∂W as Y", "Y is the name of something else already", 10},
        {"dJ/dW as f", "f is the name of something else already", 10},
        {"dJ/dJ", "the derivative of J by itself is 1", 2},
        {"dY/dW as G",
         "G can't name the derivative of Y: Y is 1 x 2, not a number, so that has more than two "
         "indices",
         10},
        {"dH/dW", "H does not depend on W", 2},
    };
    struct bench *bench = bench_new(one_sample);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_null(bench_try(bench, cases[i].line));
        if (!strstr(bench->error.text, cases[i].text))
            fail_msg("\"%s\": %s", cases[i].line, bench->error.text);
        if (bench->error.place.column != cases[i].column)
            fail_msg("\"%s\": column %d", cases[i].line, bench->error.place.column);
        assert_int_equal(bench->error.place.line, 1);
    }
    bench_derive(bench, "dJ/dB as δ");
    bench_derive(bench, "dJ/dB as δ");
    assert_null(bench_try(bench, "dJ/dW as δ"));
    assert_null(bench_try(bench, "dJ/dδ"));
    assert_non_null(strstr(bench->error.text, "δ is the name of a gradient"));
    bench_free(bench);
}

static void names_of_results_as_tex(void **state)
{
    (void)state;
    static const char *const names[][2] = {{"δ", "\\delta"},
                                           {"δ2", "\\delta_2"},
                                           {"G", "G"},
                                           {"g_out", "g_{\\text{out}}"},
                                           {"grad", "\\text{grad}"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct bench *bench = bench_new(one_sample);
        char line[80];
        snprintf(line, sizeof line, "dJ/dB as %s", names[i][0]);
        assert_string_equal(bench_derive(bench, line)->name->tex, names[i][1]);
        bench_free(bench);
    }
}

/* What would never end or never be read is refused with a reason. */
static void too_much_is_refused(void **state)
{
    (void)state;
    struct cg_strbuf text;
    cg_strbuf_init(&text);
    cg_put(&text, "x : 2 x 2; J = sum(x");
    for (int i = 0; i < 60; i++)
        cg_put(&text, " @ x");
    cg_put(&text, ")");
    struct bench *bench = bench_new(text.text);
    assert_null(bench_try(bench, "dJ/dx"));
    assert_non_null(strstr(bench->error.text, "dJ/dx can't be derived: a line would need more"));
    bench_free(bench);
    cg_strbuf_clear(&text); /* each line is short enough, but all together fill the memory */
    cg_put(&text, "x : 2 x 2");
    for (int i = 1; i <= 240; i++)
        cg_putf(&text, "; A%d = sin(%d * x)", i, i);
    for (int i = 1; i <= 240; i++)
        cg_putf(&text, "%sA%d", i > 1 ? " * " : "; J = sum(", i);
    cg_put(&text, ")");
    bench = bench_new(text.text);
    assert_null(bench_try(bench, "dJ/dx"));
    assert_non_null(strstr(bench->error.text, "there would be too many long lines to be read"));
    bench_free(bench);
    cg_strbuf_finish(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_error),
        cmocka_unit_test(the_bias_with_the_error_below_its_chain_rule),
        cmocka_unit_test(the_weights_with_the_error_signal_named),
        cmocka_unit_test(a_hidden_layer),
        cmocka_unit_test(intermediate_gradients_get_names),
        cmocka_unit_test(depth_costs_linear_time),
        cmocka_unit_test(gradients_are_reused),
        cmocka_unit_test(several_ways_add_up),
        cmocka_unit_test(what_does_not_depend_has_a_zero_gradient),
        cmocka_unit_test(a_matrix_by_a_matrix),
        cmocka_unit_test(a_matrix_by_a_matrix_further_down),
        cmocka_unit_test(errors_say_what_and_where),
        cmocka_unit_test(names_of_results_as_tex),
        cmocka_unit_test(too_much_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
