/* Equations in index notation: what they are read as, and what is wrong with them. */
#include "../test.h"

#include <chalkgrad/index.h>
#include <chalkgrad/print.h>

#include <string.h>

static const char model_text[] =
    "dims n = 4, h = 3, y = 2\n"
    "H : 1 x h; W : h x y; B : 1 x y; Ystar : 1 x y as Y^*; X : n x h; c = 0.5\n"
    "f = sigmoid; Z = H @ W + B; Y = f(Z); J = 1/2 * sum((Y - Ystar)^2)";

/* The equation as the board prints it, or "line:column: what is wrong". */
static const char *read(const char *line, char *out, size_t size)
{
    struct cg_arena arena;
    struct cg_model model;
    struct cg_error error;
    struct cg_strbuf text;
    const struct cg_expr *left, *right;
    cg_arena_init(&arena);
    cg_strbuf_init(&text);
    cg_model_init(&model, &arena, "test");
    if (!cg_model_add(&model, model_text, strlen(model_text), 1, &error))
        fail_msg("%s", error.text);
    if (cg_parse_indexed(&model, NULL, 0, line, strlen(line), (struct cg_place){1, 1}, &left,
                         &right, &error))
        cg_print_line(&text, &model, left, right);
    else
        cg_putf(&text, "%d: %s", error.place.column, error.text);
    snprintf(out, size, "%s", text.text);
    cg_strbuf_finish(&text);
    cg_arena_finish(&arena);
    return out;
}

static void equations(void **state)
{
    (void)state;
    char out[600];
    const struct {
        const char *line, *board;
    } cases[] = {
        {"dJ/dW[k,l] = sum_i (Y[i] - Ystar[i]) * f'(Z[i]) * delta(i,l) * H[k]",
         "∂J/∂W_kl = Σ_i (Y_i − Y*_i) f′(Z_i) δ_il H_k"},
        {"∂J/∂W_kl = Σ_i [Y − Y*]_i [f′(Z)]_i H_k δ_il",
         "∂J/∂W_kl = Σ_i [Y − Y*]_i [f′(Z)]_i H_k δ_il"},
        {"dY[i]/dW[k,l] = f'(Z[i]) * H[k] * delta[i, l]", "∂Y_i/∂W_kl = f′(Z_i) H_k δ_il"},
        {"Z[i] = sum_k H[k] * W[k,i] + B[i]", "Z_i = Σ_k H_k W_ki + B_i"},
        {"Z_i = [HW + B]_i", "Z_i = [HW + B]_i"},
        {"Z[i] = (H @ W + B)[i]", "Z_i = [HW + B]_i"},
        {"J = ½ Σ_j (Y_j − Y*_j)²", "J = ½ Σ_j (Y_j − Y*_j)²"},
        {"J = 1/2 * sum_j (Y[j] - Ystar[j])**2", "J = ½ Σ_j (Y_j − Y*_j)²"},
        {"J = c ‖Y − Y*‖²", "J = c ‖Y − Y*‖²"},
        {"Z_i = Y_i ‖HW‖/(c ‖Y‖ + ‖Y‖³)", "Z_i = (Y_i ‖HW‖)/(c ‖Y‖ + ‖Y‖³)"},
        {"dJ/dB[k] = (dJ/dB)[k]", "∂J/∂B_k = [∂J/∂B]_k"},
        {"[∂J/∂W]_kl = −H_k Y_l/(2 √(Z_l))", "[∂J/∂W]_kl = −(H_k Y_l)/(2 √(Z_l))"},
        {"X_nk = [Xᵀ]_kn", "X_nk = [Xᵀ]_kn"},
        {"c = sum_ij delta(i,j) * W[k,j] * X[n,i] * 0 ^ 2 + H_k^-1 Y_l", ""},
        {"∂/∂W_kl Σ_i Z_i² = 2 Z_l H_k", "∂/∂W_kl Σ_i Z_i² = 2 Z_l H_k"},
        {"δ_kl = X_kn", ""},
        {"W[k,l] = W_{kl} ⁻¹", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (*cases[i].board)
            assert_string_equal(read(cases[i].line, out, sizeof out), cases[i].board);
        else /* wrong, but no crash */
            read(cases[i].line, out, sizeof out);
}

static void mistakes(void **state)
{
    (void)state;
    char out[600];
    const struct {
        const char *line, *said;
    } cases[] = {
        {"dJ/dW[k,l] = H[k] * Y[i]",
         "21: i stands on the right but not on the left: sum over it, as in sum_i, or name it on "
         "the left"},
        {"dJ/dW[k,l] = H * Y[l]", "14: H is a matrix, 1 x 3: say which entry, as in H[k]"},
        {"dJ/dW[k,l] = W", "14: W is a matrix, 3 x 2: say which entry, as in W[k,l]"},
        {"dJ/dW[k] = 1", "6: W is 3 x 2: it takes two indices, as in W[k,l]"},
        {"dJ/dB[k,l] = 1", "6: B is 1 x 2: it takes one index, as in H[k]"},
        {"dY/dW[k,l] = 1", "2: Y is 1 x 2: say which entry, as in Y[k]"},
        {"dJ/dH[k] = W[k,l] + H[l]", "22: l runs over 2 values elsewhere and over 3 here"},
        {"dJ/dH[k] = sum_k H[k]", "12: k means something already: sum over another letter"},
        {"dJ/dH[k] = sum_i H[k]", "12: nothing behind this sum says what i runs over"},
        {"dJ/dH[k] = Q[k]", "12: there is no name Q"},
        {"dJ/dH[k] + 1", "13: expected = and the other side, found the end"},
        {"dJ/dH[k] = 1 = 2", "14: expected the end of the equation, found '='"},
        {"dJ/dH[k] = (1 + H[k]", "12: this bracket is never closed: ')' is missing"},
        {"dJ/dH[k] = H[k][k]", "16: this has its indices already"},
        {"dJ/dH[k] = $", "12: this character means nothing in an equation"},
        {"dJ/d[k] = 1", "4: expected /d and what to derive by, as in dJ/dW[k,l], found 'd'"},
        {"J = ‖Y", "7: expected ‖, found the end"},
        {"delta(i,j) = delta(j,i)", "1: nothing says what i runs over"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(read(cases[i].line, out, sizeof out), cases[i].said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equations),
        cmocka_unit_test(mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
