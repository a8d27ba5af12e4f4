#include "../test.h"

#include <chalkgrad/words.h>

#include <stdint.h>
#include <string.h>

static void distances(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        size_t distance;
    } cases[] = {
        {"", "", 0},
        {"abc", "abc", 0},
        {"", "abc", 3},
        {"abc", "", 3},
        {"maen", "mean", 1},
        {"trian", "train", 1},
        {"kitten", "sitting", 3},
        {"ab", "ba", 1},
        {"sofmtax", "softmax", 1},
        {"ca", "abc", 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(cg_word_distance(cases[i].a, cases[i].b), cases[i].distance);
        assert_int_equal(cg_word_distance(cases[i].b, cases[i].a), cases[i].distance);
    }
    char word[CG_LONGEST_WORD + 2] = {0};
    memset(word, 'a', CG_LONGEST_WORD);
    assert_int_equal(cg_word_distance(word, ""), CG_LONGEST_WORD);
    word[CG_LONGEST_WORD] = 'a';
    assert_int_equal(cg_word_distance(word, ""), SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(distances)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
