/* Lessons that are wrong: each message, word for word, with its place and how much it underlines.
 * "line:column+length: text". */
#include "fixture.h"

static const struct {
    const char *lesson, *error;
} table[] = {
    {"---\ntitle: x\n", "1:1+3: the front matter that begins here has no closing ---"},
    {"---\ntitel: x\n---\n", "2:1+5: there is no key 'titel'; did you mean title?"},
    {"---\norder: three\n---\n", "2:8+5: order is a whole number, such as 3"},
    {"---\njust words\n---\n",
     "2:1+10: a line of the front matter is 'key: value', such as 'order: 3'"},
    {"---\nseed: -1\n---\n", "2:7+2: seed is a whole number, such as 1"},
    {"---\ntitle: a\ntitle: b\n---\n", "3:1+5: title is said twice"},
    {"---\ntitle:\n---\na", "2:7+0: the title is empty"},
    {"", "1:1+1: there is neither text nor a model in this lesson"},
    {"<!-- nothing -->\n", "1:1+1: there is neither text nor a model in this lesson"},
    {"```modle\n```\n", "1:4+5: there is no block 'modle'; did you mean model?"},
    {"```model\nW : h x y\n```\n", "2:5+1: there is no size h; say what it is: dims h = 3"},
    {"> ```model\n> H : 1 x 3\n> Z = H @ Q\n> ```\n", "3:11+1: there is no name Q"},
    {"- a\n\n  ```model\n  H : 1 x 3\n  Z = H @ H\n  ```\n",
     "5:7+5: H is 1 x 3 and H is 1 x 3: the inner sizes 3 and 1 differ"},
    {"1. ```model\n   a = [1\n   ```\n",
     "2:8+1: numbers in brackets need a shape: a : 1 x 2 = [0.1, 0.2]"},
    {MODEL "```derive\n```\n", "12:4+6: say what to derive: dJ/dW"},
    {MODEL "```derive\ndJ/dQ\n```\n", "13:5+1: there is no value named Q"},
    {MODEL "```derive\ndJ dW\n```\n", "13:4+0: expected / and what to derive by, as in dJ/dW"},
    {MODEL "```derive\ndJ/dW # fine\n  dJ/dB as W\n```\n",
     "14:12+0: W is the name of something else already"},
    {MODEL "> ```derive\n> dJ/dw\n> ```\n", "13:7+1: there is no value named w; did you mean W?"},
    {MODEL DERIVE_B "**colapse.** x\n",
     "16:3+7: no line of the derivation above is called 'colapse'; did you mean 'collapse'?"},
    {MODEL DERIVE_B "**collapse of dJ/dW.** x\n",
     "16:3+17: no line of the derivation above is called 'dJ/dW'; did you mean 'dJ/dB'?"},
    {MODEL DERIVE_B "**quotient.** x\n",
     "16:3+8: no line of the derivation above is by the rule 'quotient'; its rules are definition "
     "of the gradient, definition, chain, substitute, elementwise, power, collapse, matrix form, "
     "all entries, name"},
    {MODEL DERIVE_B "**collapse.** x\n\n**chain.** y\n",
     "18:3+5: no line by the rule 'chain' comes after the one named before; there is one earlier: "
     "'chain of dJ/dB'"},
    {MODEL DERIVE_B "**line 99.** x\n", "16:3+7: there are only 15 lines"},
    {MODEL DERIVE_B "**line x.** x\n", "16:3+6: a line is named by its number, as in 'line 3'"},
    {MODEL DERIVE_B "**Note.** x\n",
     "16:3+4: no line of the derivation above is called 'Note' (for bold words that are no name, "
     "put the full stop behind the **)"},
    {MODEL DERIVE_B "- **collaps:** x\n",
     "16:5+7: no line of the derivation above is called 'collaps'; did you mean 'collapse'?"},
    {MODEL DERIVE_B "**chain of Q.** x\n",
     "16:3+10: no line of the derivation above is called 'Q' (for bold words that are no name, put "
     "the full stop behind the **)"},
    {MODEL DERIVE_B "## A\n\n**collapse.** x\n\n## B\n\n**chain of dJ/dB.** y\n",
     "20:4+1: this chapter would begin before the chapter 'A' above it"},
    {MODEL "```claim\n```\n", "12:4+5: there is no claim in this block"},
    {MODEL "```claim false\ndJ/dB = Q\n```\n", "13:9+1: there is no name Q"},
    {MODEL "```claim wrong\nB = B\n```\n", "12:10+5: behind claim may stand only: false"},
    {MODEL "```derive dJ/dB\n```\n",
     "12:11+5: nothing may stand here: the block begins on the next line"},
    {MODEL "```train epochs = 5\nparams = W\n```\n",
     "12:10+10: nothing may stand here: the block begins on the next line"},
    {MODEL "```claim\ndJ/dW\n```\n", "13:1+5: a claim is an equation, such as dJ/dW = H.T @ δ"},
    {MODEL "```claim\ndJ/dW = H\n```\n", "13:1+9: the left side is 3 x 2 and the right side 1 x 3"},
    {MODEL "```claim\ndJ/dW = Q\n```\n", "13:9+1: there is no name Q"},
    {MODEL "```claim\ndY/dW = H\n```\n",
     "13:1+5: Y is 1 x 2, not a number, so that dY/dW is no matrix; write it with its indices, as "
     "in ∂Y_i/∂W_kl"},
    {MODEL "  ```claim\n  dJ/dB = sum(H, axs=0)\n  ```\n",
     "13:18+3: expected axis=0 (over the rows) or axis=1 (over the columns), found 'axs'"},
    {MODEL "```claim\ndJ/dB = dJ/dB * H\n```\n",
     "13:9+9: dJ/dB is 1 x 2 and H is 1 x 3: * goes entry by entry, and the numbers of columns 2 "
     "and 3 differ"},
    {MODEL "```data\n1 2\n```\n", "12:4+4: say which values the data is for: data X Ystar"},
    {MODEL "```data H\n1 2\n```\n", "13:1+3: this row has 2 numbers instead of 3"},
    {MODEL "```data H Ystar\n1 2 3 4 5 6\n```\n", "13:11+1: this row has more than 5 numbers"},
    {MODEL "```data H\n1 2 3\n4 5 6\n```\n", "14:1+5: H has 1 row; this is one more"},
    {MODEL "```data H\n1, 2, x\n```\n", "13:7+1: 'x' is no number"},
    {MODEL "```data H\n```\n", "12:4+4: here are 0 rows, but H has 1"},
    {MODEL "```data Q\n1\n```\n", "12:9+1: there is no name Q"},
    {MODEL "```data Y\n1\n```\n", "12:9+1: Y is computed by the model: data can't be put into it"},
    {MODEL "```data H H\n1\n```\n", "12:11+1: H is named twice"},
    {MODEL "```data H W\n1 1 1 1\n```\n",
     "12:11+1: W has 3 rows, but H has 1: one block holds values of equally many rows"},
    {MODEL "> - ```data H\n>   1 2\n>   ```\n", "13:5+3: this row has 2 numbers instead of 3"},
    {MODEL "```test\n```\n", "12:4+4: say which values the data is for: test X Ystar"},
    {MODEL "```test H\n# none\n```\n", "12:4+4: there are no rows in this block"},
    {MODEL "```test H\n1 2 3\n4 5\n```\n", "14:1+3: this row has 2 numbers instead of 3"},
    {MODEL "```test Y\n1\n```\n", "12:9+1: Y is computed by the model: data can't be put into it"},
    {MODEL "```test H\n1 2 3\n```\n\n```test H\n1 2 3\n```\n",
     "16:4+4: a lesson has one test block, and this is the second"},
    {MODEL "```train\n```\n", "12:4+5: say what is trained: params = W, B"},
    {MODEL "```train\nparms = W\n```\n", "13:1+5: train has no key 'parms'; did you mean params?"},
    {MODEL "```train\nparams = Y\n```\n", "13:10+1: Y is computed by the model"},
    {MODEL "```train\nparams = W\nrate = -1\n```\n", "14:8+2: the rate is a number above 0"},
    {MODEL "```train\nparams = W\nrate\n```\n",
     "14:1+4: a line of train is 'key = value', such as 'rate = 0.5'"},
    {MODEL "```train\nparams = W\noptimizer = sdg\n```\n",
     "14:13+3: the optimizer is sgd, momentum or adam"},
    {MODEL "```train\nparams = W\nbatch = 4\n```\n",
     "14:9+1: a batch of 4 is more than there is: 1 row"},
    {MODEL "```train\nparams = W\nparams = B\n```\n", "14:1+6: params is said twice"},
    {MODEL "```train\nparams = W, W\n```\n", "13:13+1: W is named twice"},
    {MODEL "```train\nparams = W\nloss = Y\n```\n",
     "14:8+1: Y is not a single number: it can't be made small"},
    {MODEL "```train\nparams = W\nrows = H, W\n```\n",
     "14:8+4: H has 1 row and W has 3: they can't be cut alike"},
    {MODEL "```train\nparams = W\nepochs = 0\n```\n",
     "14:10+1: epochs is a whole number from 1 to 100000000"},
    {MODEL "```train\nparams = W\nrate = fast\n```\n", "14:8+4: the rate is a number above 0"},
    {MODEL "```train\nparams = W\nbatch = some\n```\n",
     "14:9+4: batch is a whole number from 1 to 1000000, or all"},
    {MODEL "```train\nparams = W\nshuffle = maybe\n```\n", "14:11+5: the shuffle is yes or no"},
    {MODEL "```train\nparams = W\nprecision = f16\n```\n", "14:13+3: the precision is f64 or f32"},
    {MODEL "```train\nparams = W\nstop = soon\n```\n",
     "14:8+4: stop is a number: training ends when the loss is below it"},
    {MODEL "```train\nparams = W\npatience = 0\n```\n",
     "14:12+1: patience is a whole number from 1 to 100000000"},
    {MODEL "```train\nparams = W\noptimizer = momentum\nbeta = 1\n```\n",
     "15:8+1: beta is a number above 0 and below 1"},
    {MODEL "```train\nparams = W\nbeta = 0.5\n```\n",
     "14:8+3: beta is a constant of optimizer = momentum"},
    {MODEL "```train\nparams = W\nepsilon = 1e-6\noptimizer = momentum\n```\n",
     "14:11+4: epsilon is a constant of optimizer = adam"},
    {MODEL "```train\nparams = W\noptimizer = adam\nepsilon = 0\n```\n",
     "15:11+1: the epsilon is a number above 0"},
    {MODEL "```train\nparams = W\nschedule = linear\n```\n",
     "14:12+6: the schedule is constant, step(every = 100, factor = 0.5) or cosine(least = 0)"},
    {MODEL "```train\nparams = W\nschedule = constant(1)\n```\n",
     "14:12+11: constant takes no numbers in brackets"},
    {MODEL "```train\nparams = W\nschedule = step\n```\n",
     "14:12+4: say after how many epochs: step(every = 100)"},
    {MODEL "```train\nparams = W\nschedule = step(every = 3\n```\n",
     "14:12+14: the bracket ( has no )"},
    {MODEL "```train\nparams = W\nschedule = step(evry = 3)\n```\n",
     "14:17+4: step takes every = 100 and factor = 0.5"},
    {MODEL "```train\nparams = W\nschedule = step(every = x)\n```\n",
     "14:25+1: every is a whole number from 1 to 100000000"},
    {MODEL "```train\nparams = W\nschedule = step(every = 3, factor = 0)\n```\n",
     "14:37+1: the factor is a number above 0"},
    {MODEL "```train\nparams = W\nschedule = step(every = 3, every = 4)\n```\n",
     "14:28+5: every is said twice"},
    {MODEL "```train\nparams = W\nschedule = cosine(least = -1)\n```\n",
     "14:27+2: least is a number from 0"},
    {MODEL "```train\nparams = W\nschedule = cosine(,)\n```\n", "14:19+0: cosine takes least = 0"},
    {MODEL "```train\nparams = W\n```\n\n```train\nparams = W\n```\n",
     "16:4+5: a lesson has one train block, and this is the second"},
    {"```model\ndims h = 3, y = 2\nH : 1 x h\nW : h x y\nB : 1 x y\nYstar : 1 x y as Y^*\nf = "
     "sigmoid\nY = f(H @ W + B)\nE = 1/2 * sum((Y - Ystar)^2)\n```\n\n```train\nparams = W\n```\n",
     "12:4+5: the model has no J: say what is made small, as in loss = E"},
    {"```model\nW : 2 x 2\nV : 2 x 2\nJ = sum(V)\n```\n```train\nparams = V, W\n```\n",
     "7:13+1: J does not depend on W"},
    {MODEL DERIVE_B "```ask\nWhat?\n```\n", "16:4+3: this question has no line 'answer = ...'"},
    {MODEL DERIVE_B "```ask\nanswer = H\n- `H`\n- `B`\n```\n",
     "16:4+3: this question asks nothing"},
    {MODEL DERIVE_B "```ask\nWhat?\nanswer = \n- `H`\n- `B`\n```\n",
     "18:9+0: the answer is missing"},
    {MODEL DERIVE_B "```ask\nWhat?\nanswer = H\n- `H`\n```\n",
     "16:4+3: a question has at least 2 choices"},
    {MODEL DERIVE_B "```ask\nWhat?\nanswer = H\n- `B`\n- `2 * H`\n```\n",
     "18:10+1: none of the choices is this answer"},
    {MODEL DERIVE_B "```ask\nWhat?\nanswer = H\n- `H`\n- `1 * H`\n```\n",
     "20:3+7: this choice is right too, and only one may be"},
    {MODEL DERIVE_B "```ask\nWhat?\nanswer = H\n- `H`\n- what\n```\n",
     "20:3+4: for this answer a choice is an expression in backquotes, or a number, or any text "
     "followed by ' = ' and that"},
    {MODEL DERIVE_B "```ask\nWhat?\nanswer = shape(W)\n- 3 x 2\n- 3\n```\n",
     "20:3+1: for this answer a choice is a size, such as 3 x 2, or any text followed by ' = ' and "
     "that"},
    {MODEL DERIVE_B "```ask\nWhat?\nanswer = nonzero i at k = 1\n- 1\n- 2\n```\n",
     "18:18+1: there is no sum over i in the line where this is asked"},
    {MODEL DERIVE_B "```ask\nWhat?\nanswer = nonzero z\n- 1\n- 2\n```\n",
     "18:18+1: there is no sum over z in the line where this is asked"},
    {MODEL DERIVE_B "```ask\nWhat?\nanswer = H[1, 4]\n- 1\n- 2\n```\n",
     "18:10+7: this is 1 x 3: there is no cell in row 1, column 4"},
    {MODEL DERIVE_B "```ask\nWhat?\nanswer = H[1]\n- 1\n- 2\n```\n",
     "18:11+3: a cell is [row, column], both from 1"},
    {MODEL DERIVE_B "```ask\nWhat?\nanswer = H @ B\n- 1\n- 2\n```\n",
     "18:10+5: H is 1 x 3 and B is 1 x 2: the inner sizes 3 and 1 differ"},
    {MODEL DERIVE_B "```ask\nWhat?\nanswer = H\n- `H @ `\n- `B`\n```\n",
     "19:7+1: expected a name, a number or '(', found the end"},
    {MODEL DERIVE_B "```ask\nWhat?\nanswer = H\nx `H`\n- `B`\n```\n",
     "19:1+5: a choice begins with '- '"},
    {MODEL DERIVE_B
     "```ask\nWhat?\nanswer = H\n- `H`\n- `H`\n- `H`\n- `H`\n- `H`\n- `H`\n- `H`\n```\n",
     "25:1+5: a question has at most 6 choices"},
    {MODEL DERIVE_B "```ask\nWhat?\nanswer = H\n- `H`\n- `B`\n```\n\n```ask\nWhat?\nanswer = H\n- "
                    "`H`\n- `B`\n```\n",
     "23:4+3: this line has a question already"},
    {MODEL DERIVE_B "**substitute.** x\n\n```ask\nWhich?\nanswer = nonzero i\n- 1\n- 2\n```\n",
     "20:10+9: the terms depend on k too: say which, as in k = 1"},
    {MODEL DERIVE_B
     "**substitute.** x\n\n```ask\nWhich?\nanswer = nonzero i at k = 9\n- 1\n- 2\n```\n",
     "20:10+18: k runs from 1 to 2"},
    {MODEL DERIVE_B
     "**substitute.** x\n\n```ask\nWhich?\nanswer = nonzero i at k = 2\n- a = 1\n- b = x\n```\n",
     "22:7+1: for this answer a choice is a list of numbers from 1, such as 1, 2, or none, or any "
     "text followed by ' = ' and that"},
    {"```model\ndims h = 2, y = 2\nH : 1 x h\nB : 1 x y\nJ = sum(H) + sum(B)\n```\n```claim\nJ = "
     "sum(H) + sum(B + 0 * H)\n```\n",
     "8:5+23: this fits only because y and h happen to be the same number"},
    {"```model\ndims h = 2, y = 2\nA : h x y\nB : h x y\nJ = sum(A * B)\n```\n```claim\n"
     "A = B.T\n```\n",
     "8:1+7: both sides are 2 x 2 only because different sizes happen to be the same number"},
    {MODEL DERIVE_B "Some text.\n\n> **colapse.** x\n",
     "18:5+7: no line of the derivation above is called 'colapse'; did you mean 'collapse'?"},
    {"\n\n```model\ndims h = 3, y = 2\nH : 1 x h\nW : h x y\nB : 1 x y\nYstar : 1 x y as Y^*\nf = "
     "sigmoid\nY = f(H @ W + B)\nJ = 1/2 * sum((Y - Ystar)^2)\n```\n\n<div>\n\n```claim\ndJ/dB = B "
     "+\n```\n",
     "17:12+1: expected a name, a number or '(', found the end"},
    {"---\ntitle: t\n---\n```model\ndims h = 3, y = 2\nH : 1 x h\nW : h x y\nB : 1 x y\nYstar : 1 "
     "x y as Y^*\nf = sigmoid\nY = f(H @ W + B)\nJ = 1/2 * sum((Y - Ystar)^2)\n```\n\n* one\n\n  * "
     "two\n\n    ```derive\n    dJ/dB\n    dJ/dδ\n    ```\n",
     "21:9+1: there is no value named δ"},
    {MODEL "````claim\n\n# a comment\n\n   dJ/dB = B @ B\n````\n",
     "16:12+5: B is 1 x 2 and B is 1 x 2: the inner sizes 2 and 1 differ"},
    {MODEL "~~~train\nparams = W, Q\n~~~\n", "13:13+1: there is no name Q"},
    {"a\r\nb\r\n\r\n```model\r\nZ = Q\r\n```\r\n", "5:5+1: there is no name Q"},
    {"é é\n\n- ```model\n  é = 1\n  b = é + Q\n  ```\n", "5:11+1: there is no name Q"},
    {MODEL "```data H, Ystar\n1e400 2 3 4 5\n```\n", "13:1+5: '1e400' is no number"},
    {MODEL "```derive\ndY/dW as δ\n```\n", "13:10+0: δ can't name the derivative of Y: Y is 1 x 2, "
                                           "not a number, so that has more than two "
                                           "indices"},
};

static void each_mistake_is_named_at_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct cg_error error;
        char found[800];
        struct cg_lesson *lesson =
            cg_lesson_parse("x.md", table[i].lesson, strlen(table[i].lesson), &error);
        if (lesson)
            fail_msg("no error in\n%s", table[i].lesson);
        snprintf(found, sizeof found, "%d:%d+%d: %s", error.place.line, error.place.column,
                 error.length, error.text);
        assert_string_equal(found, table[i].error);
        assert_string_equal(error.file, "x.md");
        assert_false(error.machine);
    }
}

/* The caret line is cut from the file itself, also where a block is padded or another layer fails.
 */
static void the_quoted_line_is_the_files(void **state)
{
    (void)state;
    struct cg_error error;
    const char *text = "1. one\n\n   > ```model\n   > Z = Q\n   > ```\n";
    assert_null(cg_lesson_parse("x.md", text, strlen(text), &error));
    assert_string_equal(error.source, "   > Z = Q");
    assert_int_equal(error.place.column, 10);
    text = MODEL "  ```claim\n  dJ/dB = Q\n  ```\n";
    assert_null(cg_lesson_parse("x.md", text, strlen(text), &error));
    assert_string_equal(error.source, "  dJ/dB = Q");
}

static void bytes_that_are_no_text_are_refused(void **state)
{
    (void)state;
    struct cg_error error;
    assert_null(cg_lesson_parse("x.md", "a\n\xC3(", 4, &error));
    assert_string_equal(error.text, "this byte is no text: a lesson is written in UTF-8");
    assert_int_equal(error.place.line, 2);
    assert_int_equal(error.place.column, 1);
    assert_null(cg_lesson_parse("x.md", "ab\0c", 4, &error));
    assert_int_equal(error.place.column, 3);
    /* the replacement character itself is text */
    struct cg_lesson *lesson = open_text("\xEF\xBF\xBD");
    cg_lesson_close(lesson);
}

static void a_missing_file_is_the_machines_fault(void **state)
{
    (void)state;
    struct cg_error error;
    assert_null(cg_lesson_open("/nowhere/at/all.md", &error));
    assert_true(error.machine);
    assert_null(cg_lesson_open("/nowhere/at/all.md", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_mistake_is_named_at_its_place),
        cmocka_unit_test(the_quoted_line_is_the_files),
        cmocka_unit_test(bytes_that_are_no_text_are_refused),
        cmocka_unit_test(a_missing_file_is_the_machines_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
