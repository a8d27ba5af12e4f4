/* Claims are checked, questions are marked, by the engine. */
#include "fixture.h"

static void claims_are_checked(void **state)
{
    (void)state;
    expect_dump(MODEL DERIVE_B "```claim\n# both ways\ndJ/dB = (Y - Ystar) * f'(H @ W + B)\n"
                               "δ = dJ/dB\ndJ/dW = H.T @ δ\ndJ/dW = outer(H, δ)\n"
                               "dJ/dW = 2 * (H.T @ δ)\nsum(δ, axis=0) = δ\n```\n",
                "0 step dJ/dB definition of the gradient\n0 step dJ/dB chain\n"
                "0 step dJ/dY definition\n0 step dJ/dY power\n0 step dJ/dY collapse\n"
                "0 step dJ/dY matrix form\n0 step dJ/dY all entries\n0 step dY/dB definition\n"
                "0 step dY/dB elementwise\n0 step dY/dB matrix form\n0 step dJ/dB substitute\n"
                "0 step dJ/dB collapse\n0 step dJ/dB matrix form\n0 step dJ/dB all entries\n"
                "0 step dJ/dB name\n"
                "0 claim dJ/dB = (Y - Ystar) * f'(H @ W + B) holds\n"
                "0 claim δ = dJ/dB holds\n0 claim dJ/dW = H.T @ δ holds\n"
                "0 claim dJ/dW = outer(H, δ) holds\n0 claim dJ/dW = 2 * (H.T @ δ) FALSE\n"
                "0 claim sum(δ, axis=0) = δ holds\n");
}

static void a_false_claim_is_refused_with_its_numbers(void **state)
{
    (void)state;
    struct cg_error error;
    struct cg_lesson *lesson =
        open_text("```model\nA : 1 x 2 = [1, 2]\n```\n\n> ```claim\n> A = A\n> A = A * A\n> ```\n");
    assert_int_equal(cg_lesson_check(lesson, 0, &error), 1);
    assert_string_equal(error.text,
                        "this claim is false: in row 1, column 2 the left side is 2 and "
                        "the right side 4");
    assert_string_equal(error.file, "x.md");
    assert_int_equal(error.place.line, 7);
    assert_int_equal(error.place.column, 3);
    assert_int_equal(error.length, 9);
    assert_string_equal(error.source, "> A = A * A");
    assert_int_equal(cg_lesson_check(lesson, 0, NULL), 1);
    assert_int_equal(cg_lesson_check(lesson, 2, NULL), 2);
    cg_lesson_close(lesson);
}

/* 0 beside a matrix is the zero matrix, on either side; in indices it is a number anyway. */
static void zero_is_a_side(void **state)
{
    (void)state;
    struct cg_lesson *lesson = open_text(MODEL DERIVE_B "```claim\n"
                                                        "dJ/dW - H.T @ δ = 0\n"
                                                        "0 = 2 * (dJ/dW - outer(H, δ))\n"
                                                        "dJ/dW[k,l] - H[k] * δ[l] = 0\n"
                                                        "dJ/dW - 2 * H.T @ δ = 0\n"
                                                        "dJ/dW[k,l] - H[k] * δ[l] * 1.00001 = 0\n"
                                                        "dJ/dW = 0\n"
                                                        "```\n");
    assert_int_equal(lesson->n_claims, 6);
    for (size_t i = 0; i < 6; i++)
        if (lesson->claims[i].check.holds != (i < 3))
            fail_msg("%s", lesson->claims[i].text);
    cg_lesson_close(lesson);
}

/* In indices, as written by hand or as the board prints them; also of more than two. */
static void claims_in_index_notation(void **state)
{
    (void)state;
    struct cg_error error;
    struct cg_lesson *lesson =
        open_text("---\nseed: 3\n---\n" MODEL DERIVE_B "```claim\n"
                  "dJ/dW[k,l] = sum_i (Y[i] - Ystar[i]) * f'((H @ W + B)[i]) * delta(i,l) * H[k]\n"
                  "∂J/∂W_kl = Σ_i ∂J/∂Y_i ∂Y_i/∂W_kl\n"
                  "dY[i]/dW[k,l] = f'((H @ W + B)[i]) * H[k] * delta(i,l)\n"
                  "Y[i] = f(sum_k H[k] * W[k,i] + B[i])\n"
                  "[∂J/∂B]_k = δ_k\n"
                  "dJ/dB[k] = δ[k] * 1\n"
                  "dY[i]/dW[k,l] = f'((H @ W + B)[i]) * H[k]\n"
                  "```\n");
    assert_int_equal(lesson->n_claims, 7);
    for (size_t i = 0; i < 6; i++)
        if (!lesson->claims[i].check.holds)
            fail_msg("%s", lesson->claims[i].text);
    assert_false(lesson->claims[6].check.holds);
    assert_int_equal(cg_lesson_check(lesson, 0, &error), 6);
    assert_memory_equal(error.text,
                        "this claim is false: at i = 1, k = 1, l = 2 the left side is 0 ", 63);
    cg_lesson_close(lesson);
}

/* Each mistake has its place, also within the line. */
static void mistakes_in_indices(void **state)
{
    (void)state;
    struct cg_error error;
    const struct {
        const char *claim, *text;
        int column;
    } cases[] = {
        {"dJ/dW[k,l] = H * Y[l]", "H is a matrix, 1 x 3: say which entry, as in H[k]", 14},
        {"dJ/dB[k] = W[k,k]", "k runs over 2 values elsewhere and over 3 here", 13},
        {"dJ/dB[k] = H[i]",
         "i stands on the right but not on the left: sum over it, as in sum_i, or name it on the "
         "left",
         12},
        {"dJ/dB[k] = b_k", "there is no name b; did you mean B?", 12},
        {"dJ/dW = H.T @ H[k]", "dJ/dW is a matrix, 3 x 2: say which entry, as in dJ/dW[k,l]", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cg_strbuf text;
        cg_strbuf_init(&text);
        cg_putf(&text, "%s```claim\n%s\n```\n", MODEL, cases[i].claim);
        struct cg_lesson *lesson = cg_lesson_parse("x.md", text.text, text.length, &error);
        assert_null(lesson);
        assert_string_equal(error.text, cases[i].text);
        assert_int_equal(error.place.column, cases[i].column);
        assert_string_equal(error.source, cases[i].claim);
        cg_strbuf_finish(&text);
    }
}

/* What a student should find: false on purpose. */
static void claims_meant_to_be_false(void **state)
{
    (void)state;
    struct cg_error error;
    struct cg_lesson *lesson =
        open_text("```model\nA : 1 x 2 = [1, 2]\n```\n\n```claim false\nA = 2 * A\nA = A.T.T\n```\n"
                  "```claim\nA = A\nA = 3 * A\n```\n");
    assert_int_equal(lesson->n_claims, 4);
    assert_int_equal(cg_lesson_check(lesson, 0, &error), 1);
    assert_string_equal(error.text, "this claim is true, and its block says false");
    assert_int_equal(error.place.line, 7);
    assert_int_equal(cg_lesson_check(lesson, 2, &error), 3);
    assert_string_equal(error.text,
                        "this claim is false: in row 1, column 1 the left side is 1 and "
                        "the right side 3");
    cg_lesson_close(lesson);
    lesson =
        open_text("```model\nA : 1 x 2 = [1, 2]\n```\n\n```claim false\nA = A @ A\nA = A.T\n```\n");
    assert_int_equal(cg_lesson_check(lesson, 0, &error), 2);
    assert_string_equal(lesson->claims[0].misfit,
                        "A is 1 x 2 and A is 1 x 2: the inner sizes 2 and 1 differ");
    assert_string_equal(lesson->claims[0].tex, "A = A   A");
    assert_string_equal(lesson->claims[1].misfit,
                        "the left side is 1 x 2 and the right side 2 x 1");
    cg_lesson_close(lesson);
}

/* True at the model's own numbers or sizes only is false, and says so. */
static void claims_must_hold_for_other_numbers(void **state)
{
    (void)state;
    struct cg_error error;
    struct cg_lesson *lesson =
        open_text("```model\ndims n = 2\nA : n x n = [[1, 0], [0, 1]]\n```\n"
                  "```claim\nA = A @ A\ntrace(eye(n)) = 2\nA.T.T = A\n```\n");
    assert_false(lesson->claims[0].check.holds);
    assert_false(lesson->claims[1].check.holds);
    assert_true(lesson->claims[2].check.holds);
    assert_int_equal(cg_lesson_check(lesson, 0, &error), 0);
    assert_non_null(strstr(error.text,
                           "this claim is false: it holds with the lesson's own numbers, but "
                           "with random numbers in other sizes, in row 1, column 1 the "));
    cg_lesson_close(lesson);
}

/* Two choices that are the same at the model's own numbers only are two answers. */
static void choices_must_be_right_for_other_numbers(void **state)
{
    (void)state;
    struct cg_lesson *lesson = open_text(
        "```model\ndims n = 2\nA : n x n = [[1, 0], [0, 1]]\nB : n x n\nJ = sum(A @ B)\n```\n"
        "```derive\ndJ/dB\n```\n```ask\n?\nanswer = A @ B\n- `B @ A`\n- `A @ B`\n```\n");
    bool asked = false;
    for (size_t i = 0; i < lesson->n_beats; i++)
        if (lesson->beats[i].question) {
            asked = true;
            assert_int_equal(lesson->beats[i].question->right, 1);
        }
    assert_true(asked);
    cg_lesson_close(lesson);
}

/* Opens the seed model with a question at the substitute line of dJ/dB, and returns it as dumped.
 */
static void expect_question(const char *block, const char *expected)
{
    struct cg_strbuf text;
    cg_strbuf_init(&text);
    cg_putf(&text, "---\nseed: 3\n---\n%s%s**substitute.** x\n\n```ask\n%s```\n", MODEL, DERIVE_B,
            block);
    struct cg_lesson *lesson = open_text(text.text);
    char *all = dump(lesson);
    const char *line = strstr(all, "\n? ");
    assert_non_null(line);
    line += 3;
    char *found = strndup(line, strcspn(line, "\n"));
    assert_string_equal(found, expected);
    free(found);
    free(all);
    cg_strbuf_finish(&text);
    cg_lesson_close(lesson);
}

static void expressions_are_compared(void **state)
{
    (void)state;
    expect_question("Which\n$B$?\nanswer = dJ/dB\n- `Y - Ystar`\n- `f'(H @ W + B) * (Y - Ystar)`\n",
                    "Which $B$? [ ] $Y - Y^*$ "
                    "[x] $f'(H W + B) \\ast \\left(Y - Y^*\\right)$");
    expect_question("Which?\nanswer = dJ/dW\n- no = `δ`\n- yes = `outer(H, δ)`\n",
                    "Which? [ ] no [x] yes");
}

/* A choice that can't be computed is wrong, and looks like the others. */
static void misfits_are_wrong_and_look_like_the_rest(void **state)
{
    (void)state;
    expect_question("Which?\nanswer = dJ/dW\n- `H.T @ δ`\n- `H @ δ`\n- `H * Ystar.T`\n",
                    "Which? [x] $H^\\top    \\delta$ [ ] $H   \\delta$ "
                    "[ ] $H  \\ast  \\left(Y^*\\right)^\\top $");
}

static void cells_and_shapes_are_compared(void **state)
{
    (void)state;
    expect_question("Shape?\nanswer = shape(W)\n- 2 x 3\n- h x y\n- 3 × 1\n",
                    "Shape? [ ] 2 x 3 [x] h x y [ ] 3 × 1");
    expect_question("How many?\nanswer = trace(eye(2))\n- one = 1\n- two = 2\n",
                    "How many? [ ] one [x] two");
    expect_question(
        "Cell?\nanswer = (2 * eye(2))[2, 2]\n- `eye(2)[1, 1]`\n- `(2 * eye(2))[1, 1]`\n",
        "Cell? [ ] $\\text{eye}(2)[1, 1]$ [x] $(2  \\ast  \\text{eye}(2))[1, 1]$");
}

/* 2/3 is 0.67 and 0.667, not 0.66; 1 is what it rounds to without decimals. */
static void numbers_match_as_they_round(void **state)
{
    (void)state;
    expect_question("?\nanswer = sum(ones(1, 2)) / 3\n- 0.66\n- 0.667\n- 0.68\n",
                    "? [ ] 0.66 [x] 0.667 [ ] 0.68");
    expect_question("?\nanswer = sum(ones(1, 2)) / 3\n- 0\n- 1\n- 2\n", "? [ ] 0 [x] 1 [ ] 2");
}

/* For every cell k only i = k survives: the delta says so, the engine finds it. */
static void terms_that_are_not_zero_are_found(void **state)
{
    (void)state;
    expect_question("?\nanswer = nonzero i at k = 1\n- 1\n- 2\n- 1, 2\n", "? [x] 1 [ ] 2 [ ] 1, 2");
    expect_question("?\nanswer = nonzero i at k = 2\n- a = 1\n- b = 2\n- c = 1 2\n- d = none\n",
                    "? [ ] a [x] b [ ] c [ ] d");
    struct cg_lesson *lesson =
        open_text("```model\ndims n = 5\nx : n x 1\nJ = sum(x)\n```\n```derive\ndJ/dx\n```\n"
                  "**delta.** x\n\n```ask\n?\nanswer = nonzero m at n = 4\n- 4\n- 5\n```\n");
    cg_lesson_close(lesson);
}

/* h = y = 2 does not make a wrong product right, nor change the model for what follows. */
static void equal_numbers_are_not_equal_sizes(void **state)
{
    (void)state;
    struct cg_lesson *lesson =
        open_text("```model\ndims h = 2, y = 2\nH : 1 x h\nW : h x y\nJ = sum((H @ W)^2)\n```\n"
                  "```derive\ndJ/dW\n```\n"
                  "```ask\n?\nanswer = dJ/dW\n- `2 * (H.T @ (H @ W))`\n- `2 * ((H @ W).T @ H)`\n"
                  "- `H * (H @ W)`\n```\n```claim\ndJ/dW = 2 * H.T @ (H @ W)\n```\n");
    const struct cg_shape shape = cg_model_find(&lesson->model, "W")->shape;
    assert_false(cg_same_dim(&lesson->model, shape.rows, shape.cols));
    assert_int_equal(lesson->beats[0].question->right, 0);
    assert_true(lesson->claims[0].check.holds);
    cg_lesson_close(lesson);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(claims_are_checked),
        cmocka_unit_test(a_false_claim_is_refused_with_its_numbers),
        cmocka_unit_test(zero_is_a_side),
        cmocka_unit_test(claims_in_index_notation),
        cmocka_unit_test(mistakes_in_indices),
        cmocka_unit_test(claims_must_hold_for_other_numbers),
        cmocka_unit_test(claims_meant_to_be_false),
        cmocka_unit_test(choices_must_be_right_for_other_numbers),
        cmocka_unit_test(expressions_are_compared),
        cmocka_unit_test(misfits_are_wrong_and_look_like_the_rest),
        cmocka_unit_test(cells_and_shapes_are_compared),
        cmocka_unit_test(numbers_match_as_they_round),
        cmocka_unit_test(terms_that_are_not_zero_are_found),
        cmocka_unit_test(equal_numbers_are_not_equal_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
