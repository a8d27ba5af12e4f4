#include "derivation_text.h"

static const char one_sample[] =
    "dims h = 3, y = 2; H : 1 x h; W : h x y; B : 1 x y; Ystar : 1 x y as Y^*; f = sigmoid\n"
    "Y = f(H @ W + B); J = 1/2 * sum((Y - Ystar)^2)";

static const char *printed(struct bench *bench, const char *line, enum cg_depth depth)
{
    const struct cg_derivation *derivation = bench_derive(bench, line);
    cg_strbuf_clear(&bench->text);
    cg_print_derivation(&bench->text, derivation, depth);
    return bench->text.text;
}

/* Reads as the derivation that the project starts from. */
static void the_bias_and_the_weights(void **state)
{
    (void)state;
    struct bench *bench = bench_new(one_sample);
    assert_string_equal(
        printed(bench, "dJ/dB as δ", CG_DEPTH_RULES),
        "[∂J/∂B]_k = ∂J/∂B_k = Σ_i ∂J/∂Y_i ∂Y_i/∂B_k     (chain rule)\n"
        "    ∂J/∂Y_i = ∂/∂Y_i ½ Σ_j (Y_j − Y*_j)²        (definition)\n"
        "            = ½ Σ_j 2 (Y_j − Y*_j) δ_ij         (power rule)\n"
        "            = Y_i − Y*_i                        (the delta collapses the sum)\n"
        "            = [Y − Y*]_i                        (matrix form)\n"
        "    ∂J/∂Y = Y − Y*                              (all entries at once)\n"
        "    ∂Y_i/∂B_k = ∂/∂B_k f([HW]_i + B_i)          (definition)\n"
        "              = f′([HW]_i + B_i) δ_ik           (elementwise function)\n"
        "              = [f′(HW + B)]_i δ_ik             (matrix form)\n"
        "[∂J/∂B]_k = Σ_i [Y − Y*]_i [f′(HW + B)]_i δ_ik  (the derivatives, written out)\n"
        "          = [Y − Y*]_k [f′(HW + B)]_k           (the delta collapses the sum)\n"
        "          = [(Y − Y*) * f′(HW + B)]_k           (matrix form)\n"
        "∂J/∂B = (Y − Y*) * f′(HW + B)                   (all entries at once)\n"
        "      = δ                                       (a name for it)\n");
    const char *weights = printed(bench, "dJ/dW", CG_DEPTH_RULES);
    assert_non_null(strstr(weights, "[∂J/∂W]_kl = ∂J/∂W_kl = Σ_i ∂J/∂Y_i ∂Y_i/∂W_kl  "));
    assert_non_null(strstr(weights, "; ∂J/∂Y from above)\n"));
    assert_non_null(strstr(weights, "\n      = Hᵀ δ  "));
    bench_free(bench);
}

/* The single rules stand before the line that bundles them, further in. */
static void atoms_stand_before_their_line(void **state)
{
    (void)state;
    struct bench *bench = bench_new(one_sample);
    const char *text = printed(bench, "dJ/dY", CG_DEPTH_ATOMS);
    const char *bundle = strstr(text, "          = ½ Σ_j 2 (Y_j − Y*_j) δ_ij ");
    const char *atom = strstr(text, "(Kronecker delta)");
    assert_non_null(bundle);
    assert_non_null(atom);
    assert_true(atom < bundle);
    assert_null(strstr(printed(bench, "dJ/dY", CG_DEPTH_RULES), "(Kronecker delta)"));
    bench_free(bench);
}

/* What a textbook prints: no local factor, no collapse, no entry of the matrix form. */
static void the_summary_is_that_of_a_textbook(void **state)
{
    (void)state;
    struct bench *bench = bench_new(one_sample);
    assert_string_equal(
        printed(bench, "dJ/dB as δ", CG_DEPTH_SUMMARY),
        "[∂J/∂B]_k = Σ_i ∂J/∂Y_i ∂Y_i/∂B_k               (chain rule)\n"
        "    ∂J/∂Y_i = ∂/∂Y_i ½ Σ_j (Y_j − Y*_j)²        (definition)\n"
        "    ∂J/∂Y = Y − Y*                              (matrix form)\n"
        "[∂J/∂B]_k = Σ_i [Y − Y*]_i [f′(HW + B)]_i δ_ik  (the derivatives, written out)\n"
        "∂J/∂B = (Y − Y*) * f′(HW + B)                   (matrix form)\n"
        "      = δ                                       (a name for it)\n");
    bench_free(bench);
}

/* Every line of one depth is in the next, and something is left at each. */
static void each_depth_holds_the_one_above(void **state)
{
    (void)state;
    struct bench *bench = bench_new(one_sample);
    size_t lines[CG_DEPTH_COUNT];
    for (int depth = 0; depth < CG_DEPTH_COUNT; depth++) {
        const char *text = printed(bench, "dJ/dW", (enum cg_depth)depth);
        lines[depth] = 0;
        for (const char *at = text; (at = strchr(at, '\n')); at++)
            lines[depth]++;
        assert_non_null(strstr(text, "(chain rule)"));
        assert_string_equal(cg_depth_name(cg_depth_find(cg_depth_name((enum cg_depth)depth))),
                            cg_depth_name((enum cg_depth)depth));
    }
    assert_true(0 < lines[CG_DEPTH_SUMMARY] && lines[CG_DEPTH_SUMMARY] < lines[CG_DEPTH_RULES]);
    assert_true(lines[CG_DEPTH_RULES] < lines[CG_DEPTH_ATOMS]);
    assert_int_equal(cg_depth_find("all"), CG_DEPTH_COUNT);
    bench_free(bench);
}

static void what_has_no_matrix_form_says_why(void **state)
{
    (void)state;
    struct bench *bench = bench_new(one_sample);
    assert_non_null(strstr(printed(bench, "dY/dW", CG_DEPTH_RULES), "\nno matrix form: "));
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bias_and_the_weights),
        cmocka_unit_test(atoms_stand_before_their_line),
        cmocka_unit_test(the_summary_is_that_of_a_textbook),
        cmocka_unit_test(each_depth_holds_the_one_above),
        cmocka_unit_test(what_has_no_matrix_form_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
