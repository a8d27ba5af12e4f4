/* The derivation that the project starts from stands, line by line and in order, in the lessons. */
#include "../test.h"

#include <chalkgrad/lesson.h>
#include <chalkgrad/print.h>

#include <stdlib.h>
#include <string.h>

static const char *const bias[] = {"∂J/∂Y_i",
                                   "= ∂/∂Y_i ½ Σ_j (Y_j − Y*_j)²",
                                   "= ½ Σ_j 2 (Y_j − Y*_j) δ_ij",
                                   "= Y_i − Y*_i",
                                   "= [Y − Y*]_i",
                                   "[∂J/∂B]_k = ∂J/∂B_k = Σ_i ∂J/∂Y_i ∂Y_i/∂B_k",
                                   "∂Y_i/∂B_k = ∂/∂B_k f([HW]_i + B_i)",
                                   "= f′([HW]_i + B_i) δ_ik",
                                   "= [f′(HW + B)]_i δ_ik",
                                   "[∂J/∂B]_k = Σ_i [Y − Y*]_i [f′(HW + B)]_i δ_ik",
                                   "= [Y − Y*]_k [f′(HW + B)]_k",
                                   "= [(Y − Y*) * f′(HW + B)]_k",
                                   "∂J/∂B = (Y − Y*) * f′(HW + B)",
                                   "= δ",
                                   NULL};

static const char *const weights[] = {"[∂J/∂W]_kl = ∂J/∂W_kl = Σ_i ∂J/∂Y_i ∂Y_i/∂W_kl",
                                      "∂Y_i/∂W_kl = ∂/∂W_kl f([HW]_i + B_i)",
                                      "= f′([HW]_i + B_i) ∂/∂W_kl [HW]_i",
                                      "= f′([HW]_i + B_i) ∂/∂W_kl Σ_j H_j W_ji",
                                      "= f′([HW]_i + B_i) Σ_j H_j δ_jk δ_il",
                                      "= [f′(HW + B)]_i H_k δ_il",
                                      "[∂J/∂W]_kl = Σ_i [Y − Y*]_i [f′(HW + B)]_i H_k δ_il",
                                      "= H_k [Y − Y*]_l [f′(HW + B)]_l",
                                      "= [Hᵀ ((Y − Y*) * f′(HW + B))]_kl",
                                      "∂J/∂W = Hᵀ ((Y − Y*) * f′(HW + B))",
                                      "= Hᵀ δ",
                                      NULL};

static void expect_lines(const char *name, const char *const *lines)
{
    struct cg_error error;
    char path[1024];
    snprintf(path, sizeof path, "%s/lessons/%s", getenv("CHALKGRAD_SOURCE"), name);
    struct cg_lesson *lesson = cg_lesson_open(path, &error);
    if (!lesson)
        fail_msg("%s", error.text);
    struct cg_strbuf text;
    cg_strbuf_init(&text);
    for (size_t i = 0; i < lesson->book.n_derivations; i++)
        cg_print_derivation(&text, lesson->book.derivations[i], CG_DEPTH_RULES);
    const char *at = text.text;
    for (; *lines; lines++) {
        const char *found = strstr(at, *lines);
        if (!found)
            fail_msg("not in its place: %s\nin\n%s", *lines, text.text);
        at = found + strlen(*lines);
    }
    cg_strbuf_finish(&text);
    cg_lesson_close(lesson);
}

static void the_bias(void **state)
{
    (void)state;
    expect_lines("03-output-bias.md", bias);
}

static void the_weights(void **state)
{
    (void)state;
    expect_lines("04-output-weights.md", weights);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_bias), cmocka_unit_test(the_weights)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
