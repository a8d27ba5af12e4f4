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
                        "[∂J/∂Y]_k = ∂J/∂Y_k  (definition of the gradient)\n"
                        "[∂J/∂Y]_k = ∂/∂Y_k ½ Σ_i (Y_i − Y*_i)²  (definition)\n"
                        "[∂J/∂Y]_k = ½ Σ_i 2 (Y_i − Y*_i) δ_ik  (power)\n"
                        "[∂J/∂Y]_k = Y_k − Y*_k  (collapse)\n"
                        "[∂J/∂Y]_k = [Y − Y*]_k  (matrix form)\n"
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_error),
        cmocka_unit_test(the_bias_with_the_error_below_its_chain_rule),
        cmocka_unit_test(the_weights_with_the_error_signal_named),
        cmocka_unit_test(a_hidden_layer),
        cmocka_unit_test(intermediate_gradients_get_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
