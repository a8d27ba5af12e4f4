/* Beats: derivations flattened in order, and which line each paragraph goes to. */
#include "fixture.h"

static void derivations_are_flattened(void **state)
{
    (void)state;
    expect_dump(MODEL DERIVE_B "```derive\ndJ/dW\n```\n",
                "0 step dJ/dB definition of the gradient\n"
                "0 step dJ/dB chain\n"
                "0 step dJ/dY definition\n" /* of the error: asked for on the way */
                "0 step dJ/dY power\n"
                "0 step dJ/dY collapse\n"
                "0 step dJ/dY matrix form\n"
                "0 step dJ/dY all entries\n"
                "0 step dY/dB definition\n"
                "0 step dY/dB elementwise\n"
                "0 step dY/dB matrix form\n"
                "0 step dJ/dB substitute\n"
                "0 step dJ/dB collapse\n"
                "0 step dJ/dB matrix form\n"
                "0 step dJ/dB all entries\n"
                "0 step dJ/dB name\n"
                "0 step dJ/dW definition of the gradient\n"
                "0 step dJ/dW chain\n"
                "0 step dY/dW definition\n" /* dJ/dY is known by now */
                "0 step dY/dW elementwise\n"
                "0 step dY/dW write out\n"
                "0 step dY/dW delta\n"
                "0 step dY/dW collapse\n"
                "0 step dJ/dW substitute\n"
                "0 step dJ/dW collapse\n"
                "0 step dJ/dW matrix form\n"
                "0 step dJ/dW all entries\n"
                "0 step dJ/dW name\n");
}

/* The beats that have narration of their own, as in dump(). */
static void expect_narrated(const char *text, const char *expected)
{
    struct cg_lesson *lesson = open_text(text);
    char *all = dump(lesson), *line = all;
    struct cg_strbuf found;
    cg_strbuf_init(&found);
    const char *beat = NULL;
    while (*line) {
        size_t length = strcspn(line, "\n") + 1;
        bool is_beat = *line >= '0' && *line <= '9';
        if (is_beat)
            beat = line;
        else if (beat) {
            cg_putn(&found, beat, strcspn(beat, "\n") + 1);
            beat = NULL;
        }
        if (!is_beat)
            cg_putn(&found, line, length);
        line += length;
    }
    assert_string_equal(found.text, expected);
    cg_strbuf_finish(&found);
    free(all);
    cg_lesson_close(lesson);
}

static void names_lead_to_the_next_such_line(void **state)
{
    (void)state;
    expect_narrated(MODEL DERIVE_B "Before any name.\n\n"
                                   "**chain rule.** One.\n\nStill one.\n\n"
                                   "**collapse:** Two.\n\n- three\n- **Matrix form.** four\n\n"
                                   "**matrix form.** Five.\n\n**matrix form.** $six$\n",
                    "0 step dJ/dB definition of the gradient\n| Before any name.\n"
                    "0 step dJ/dB chain\n| One.\n| Still one.\n"
                    "0 step dJ/dY collapse\n| Two.\n- three\n"
                    "0 step dJ/dY matrix form\n- four\n"
                    "0 step dY/dB matrix form\n| Five.\n"
                    "0 step dJ/dB matrix form\n| $six$\n");
}

static void names_may_say_the_derivation(void **state)
{
    (void)state;
    expect_narrated(MODEL DERIVE_B
                    "**collapse of dJ/dB.** One.\n\n**collapse of ∂J/∂Y.** Two.\n\n"
                    "**definition in dY/dB.** Three.\n\n**all entries of δ.** Four.\n\n"
                    "**`dJ/dB`.** Five.\n\n**line 2 of dJ/dY.** Six.\n\n**line 2.** Seven.\n",
                    "0 step dJ/dB definition of the gradient\n| Five.\n"
                    "0 step dJ/dB chain\n| Seven.\n"
                    "0 step dJ/dY power\n| Six.\n"
                    "0 step dJ/dY collapse\n| Two.\n"
                    "0 step dY/dB definition\n| Three.\n"
                    "0 step dJ/dB collapse\n| One.\n"
                    "0 step dJ/dB all entries\n| Four.\n");
}

/* "power" is the line's own rule, and "delta" one that it bundles. */
static void bundled_rules_are_found(void **state)
{
    (void)state;
    expect_narrated(MODEL DERIVE_B "**power.** One.\n\n**delta.** Two.\n\n**delta.** Three.\n",
                    "0 step dJ/dY power\n| One.\n| Two.\n"
                    "0 step dY/dB elementwise\n| Three.\n");
}

static void bold_words_are_only_bold(void **state)
{
    (void)state;
    expect_narrated("**Note.** Before anything is derived.\n\n" MODEL DERIVE_B
                    "**chain** has no full stop.\n\nNot at the start: **collapse.** x\n",
                    "0 prose\n| **Note.** Before anything is derived.\n"
                    "0 step dJ/dB definition of the gradient\n| **chain** has no full stop.\n"
                    "| Not at the start: **collapse.** x\n");
}

static void names_belong_to_the_block_above(void **state)
{
    (void)state;
    expect_narrated(MODEL DERIVE_B "```derive\ndJ/dW\n```\n\n**chain.** x\n\n**write out.** y\n",
                    "0 step dJ/dW chain\n| x\n0 step dY/dW write out\n| y\n");
}

static void chapters_begin_where_their_prose_goes(void **state)
{
    (void)state;
    struct cg_lesson *lesson =
        open_text("Hello.\n\n## Empty\n\n## The model\n\nIts words.\n\n" MODEL
                  "## The error\n\n" DERIVE_B "x\n\n## The collapse\n\nIntroduced.\n\n"
                  "### And here\n\n**collapse of dJ/dB.** y\n\n## What stays\n\n"
                  "```claim\nJ = J\nB = B\n```\n\nz\n\n## Never\n");
    const char *const titles[] = {"x.md", "The model", "The error", "The collapse", "What stays"};
    const size_t first[] = {0, 1, 2, 13, 17};
    assert_int_equal(lesson->n_chapters, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(lesson->chapters[i].title, titles[i]);
        assert_int_equal(lesson->chapters[i].first_beat, first[i]);
        assert_int_equal(lesson->beats[first[i]].chapter, i);
    }
    const struct cg_beat *beat = &lesson->beats[13];
    assert_int_equal(beat->n_narration, 3);
    assert_string_equal(beat->narration[0].spans[0].text, "Introduced.");
    assert_true(beat->narration[1].heading);
    assert_string_equal(beat->narration[2].spans[0].text, "y");
    assert_int_equal(lesson->n_beats, 19);
    assert_int_equal(lesson->beats[17].n_narration, 0);
    assert_string_equal(lesson->beats[18].narration[0].spans[0].text, "z");
    cg_lesson_close(lesson);
}

static void prose_without_a_derivation_is_a_page(void **state)
{
    (void)state;
    expect_dump("One.\n\n## Two\n\nTwo.\n\n" MODEL "Three.\n\n## Four\n\nFour.\n",
                "0 prose\n| One.\n1 prose\n| Two.\n| Three.\n2 prose\n| Four.\n");
    expect_dump(MODEL, "0 prose\n");
}

static void lines_without_words_say_why(void **state)
{
    (void)state;
    struct cg_lesson *lesson = open_text(MODEL DERIVE_B);
    for (size_t i = 0; i < lesson->n_beats; i++) {
        const struct cg_beat *beat = &lesson->beats[i];
        assert_int_equal(beat->n_narration, 1);
        assert_string_equal(beat->narration[0].spans[0].text, cg_rule_info(beat->step->rule)->why);
    }
    cg_lesson_close(lesson);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(derivations_are_flattened),
        cmocka_unit_test(names_lead_to_the_next_such_line),
        cmocka_unit_test(names_may_say_the_derivation),
        cmocka_unit_test(bundled_rules_are_found),
        cmocka_unit_test(bold_words_are_only_bold),
        cmocka_unit_test(names_belong_to_the_block_above),
        cmocka_unit_test(chapters_begin_where_their_prose_goes),
        cmocka_unit_test(prose_without_a_derivation_is_a_page),
        cmocka_unit_test(lines_without_words_say_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
