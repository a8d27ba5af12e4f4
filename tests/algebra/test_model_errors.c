/* What a person reads when a model is wrong: the text, and where the caret stands. */
#include "../test.h"

#include <chalkgrad/model.h>

#include <stdlib.h>
#include <string.h>

struct row {
    const char *model; /* one line */
    int column, length;
    const char *text;
};

static const struct row rows[] = {
    {"dims h = 3, y = 2; H : 1 x h; W : y x h; Z = H @ W", 46, 5,
     "H is 1 x 3 and W is 2 x 3: the inner sizes 3 and 2 differ"},
    {"A : 2 x 3; B : 3 x 2; C = A + B", 27, 5,
     "A is 2 x 3 and B is 3 x 2: + goes entry by entry, and the numbers of rows 2 and 3 differ"},
    {"A : 2 x 3; B : 3 x 2; C = A * B", 27, 5,
     "A is 2 x 3 and B is 3 x 2: * goes entry by entry, and the numbers of rows 2 and 3 differ "
     "(the matrix product is @)"},
    {"A : 2 x 3; B : 2 x 4; C = A - B", 27, 5,
     "A is 2 x 3 and B is 2 x 4: - goes entry by entry, and the numbers of columns 3 and 4 differ"},
    {"A : 2 x 3; c = 2; C = A @ c", 23, 5,
     "A is 2 x 3 and c is 1 x 1: the inner sizes 3 and 1 differ (multiply by a number with *)"},
    {"W : 2 x 3; t = trace(W)", 16, 7, "W is 2 x 3: trace takes a square matrix"},
    {"a : 1 x 3; b : 1 x 4; t = dot(a, b)", 27, 8,
     "a is 1 x 3 and b is 1 x 4: dot takes two of one shape"},
    {"a : 2 x 3; b : 1 x 4; t = outer(a, b)", 27, 10,
     "a is 2 x 3 and b is 1 x 4: outer takes two vectors, of one row or one column"},
    {"Ystar : 1 x 2; J = sum(Ystr)", 24, 4, "there is no name Ystr; did you mean Ystar?"},
    {"Y : 1 x 2; J = sun(Y)", 16, 3, "there is no function sun; did you mean sum?"},
    {"Y : 1 x 2; J = maen(Y)", 16, 4, "there is no function maen; did you mean mean?"},
    {"Y : 1 x 2; J = sum(max(Y))", 20, 3,
     "there is no function max; entry by entry there are exp, log, sqrt, sin, cos, tanh, sigmoid, "
     "relu, softplus, abs, square, identity"},
    {"Y : 1 x 2; J = tanhh(Y)", 16, 5, "there is no function tanhh; did you mean tanh?"},
    {"Y : 1 x 2; J = y^2", 16, 1, "there is no name y; did you mean Y?"},
    {"W : 2 x 3; W : 3 x 2", 12, 1, "W is already the name of a value, from line 7"},
    {"f = sigmoid; f : 1 x 2", 14, 1, "f is already the name of a function, from line 7"},
    {"dims h = 3; h : 1 x 2", 13, 1, "h is already the name of a size"},
    {"tanh : 1 x 2", 1, 4, "tanh is a function of the language; choose another name"},
    {"sum = 3", 1, 3, "sum is a word of the language; choose another name"},
    {"Z = Z + 1", 5, 1, "Z is used in its own definition"},
    {"Z = Y + 1; Y : 1 x 2", 5, 1, "Y is used before the statement that makes it, on line 7"},
    {"W : 2 x 3 = [[1, 2, 3], [4, 5]]", 25, 6,
     "row 2 has 2 numbers, but W is 2 x 3: each row needs 3"},
    {"W : 2 x 3 = [[1, 2, 3]]", 13, 11, "this has 1 row, but W is 2 x 3"},
    {"W : 2 x 3 = [1, 2, 3]", 13, 9,
     "this is one row, but W is 2 x 3: write the rows as [[...], [...]]"},
    {"B : 1 x 3 = [1, 2]", 13, 6, "this is one row of 2 numbers, but B is 1 x 3"},
    {"W : 2 x 3 = 0.5", 13, 3, "W is 2 x 3, so it takes numbers in brackets, not one number"},
    {"W : 2 x 3 = [[1, 2 3], [4, 5, 6]]", 20, 1, "expected ',' between the numbers, found '3'"},
    {"W : 2 x 3 = [[1, 2, 3] [4, 5, 6]]", 24, 1, "expected ',' between the rows, found '['"},
    {"W : 2 x 3 = [[1, 2, 3], [4, 5, 6]", 13, 1, "this bracket is never closed: ']' is missing"},
    {"W : 2 x 3 = A @ B", 13, 1,
     "expected numbers: a declaration takes [...], uniform(a, b), normal(m, s), xavier, he, "
     "zeros, ones, eye or load(\"file.npy\"); to define W by an expression leave its shape out"},
    {"W : 2 x 3 = eye", 13, 3, "W is 2 x 3, and eye is a square matrix"},
    {"W : 2 x 3 = uniform(1)", 22, 1, "expected ',' and a second number, found ')'"},
    {"W : 2 x 3 = uniform(2, 1)", 13, 13,
     "uniform(low, high): the low bound is above the high one"},
    {"W : 2 x 3 = normal(0, -1)", 13, 13, "normal(mean, deviation): the deviation is negative"},
    {"W : 2 x 3 = load(file.npy)", 18, 4,
     "expected a file name in quotes, such as \"weights.npy\", found 'file'"},
    {"W : 2 x 3 = load(\"\")", 18, 1, "this is no file name"},
    {"W : 2 x 3 = load(\"a.npz\" \"W\")", 26, 1, "expected ')', found 'W'"},
    {"W : 2 x 3 = load(\"a.npz\", W)", 27, 1,
     "expected a name in quotes, such as \"W1\", or onehot, found 'W'"},
    {"W : 2 x 3 = load(\"a.npz\", \"W\"", 17, 1, "this bracket is never closed: ')' is missing"},
    {"W : 2 x 3 = load(\"a.npz\") / 0", 29, 1, "this divides by 0"},
    {"W = he", 5, 2, "he draws the first numbers of a value with a shape, as in W : 3 x 2 = he"},
    {"W : 2 x 3 = load(\"a.npz\") * W", 29, 1, "expected a number, found 'W'"},
    {"W : 2 x 3 = load(\"a.npz\") + 1", 27, 1, "expected the end of the statement, found '+'"},
    {"W : 2 x 3 = load(\"file.npy)", 18, 10, "this text in quotes has no closing quote"},
    {"H : 1 x q", 9, 1, "there is no size q; say what it is: dims q = 3"},
    {"dims hidden = 3; H : 1 x hiden", 26, 5, "there is no size hiden; did you mean hidden?"},
    {"H : 0 x 3", 5, 1, "a size is from 1 to 1,000,000"},
    {"H : 2.5 x 3", 5, 3, "a size is a whole number"},
    {"H : 2000000 x 3", 5, 7, "a size is from 1 to 1,000,000"},
    {"H : 1000000 x 1000000", 5, 17,
     "this is 1000000 x 1000000: a matrix may have at most 100,000,000 entries"},
    {"H : 2", 6, 1, "expected 'x' and a second size, as in 2 x 3, found the end"},
    {"H : 2 by 3", 7, 2, "expected 'x' and a second size, as in 2 x 3, found 'by'"},
    {"dims h = 0", 10, 1, "a size is from 1 to 1,000,000"},
    {"dims h = x", 10, 1, "expected a whole number, found 'x'"},
    {"dims = 3", 1, 4, "dims is a word of the language; choose another name"},
    {"dims", 5, 1, "expected the name of a size: dims h = 3, found the end"},
    {"H W = 3", 3, 1, "expected ':' and a shape, or '=' and an expression, found 'W'"},
    {"A : 2 x 2; Y = A A", 18, 1,
     "an operator is missing between 'A' and 'A': @ is the matrix product, * multiplies entry by "
     "entry"},
    {"A : 2 x 2; Y = 2 A", 18, 1,
     "an operator is missing between '2' and 'A': @ is the matrix product, * multiplies entry by "
     "entry"},
    {"A : 2 x 2; Y = 2A", 17, 1,
     "an operator is missing between '2' and 'A': @ is the matrix product, * multiplies entry by "
     "entry"},
    {"A : 2 x 2; Y = (A + A", 16, 1, "this bracket is never closed: ')' is missing"},
    {"A : 2 x 2; Y = sum((A - A)^2", 19, 1, "this bracket is never closed: ')' is missing"},
    {"A : 2 x 2; Y = A + A)", 21, 1, "this bracket was never opened"},
    {"A : 2 x 2; Y = A +", 19, 1, "expected a name, a number or '(', found the end"},
    {"A : 2 x 2; Y = * A", 16, 1, "expected a name, a number or '(', found '*'"},
    {"A : 2 x 2; Y =", 15, 1, "expected a name, a number or '(', found the end"},
    {"A : 2 x 2; Y", 12, 1,
     "an expression alone says nothing: give it a name, as in J = ..., or a shape, as in W : 2 x "
     "3"},
    {"A : 2 x 2; Y = A(3)", 16, 1, "A is a value, not a function: write A * (...) or A @ (...)"},
    {"A : 2 x 2; A @ A", 12, 1,
     "an expression alone says nothing: give it a name, as in J = ..., or a shape, as in W : 2 x "
     "3"},
    {"f = sigmoid; A : 2 x 2; Y = f * A", 29, 1, "f is a function: write f(...)"},
    {"f = sigmoid; A : 2 x 2; Y = f(A, A)", 32, 1, "f takes one argument"},
    {"f = sigmoid; A : 2 x 2; Y = f'''(A)", 29, 1, "derivatives go to the second: f, f' and f''"},
    {"f = sigmoid; A : 2 x 2; Y = f' A", 32, 1, "expected '(' behind the function, found 'A'"},
    {"A : 2 x 2; Y = sum'(A)", 19, 1, "sum has no derivative f': only functions of one number do"},
    {"A : 2 x 2; Y = sum(A, axis=2)", 28, 1,
     "expected 0 (over the rows) or 1 (over the columns), found '2'"},
    {"A : 2 x 2; Y = sum(A, 0)", 23, 1,
     "expected axis=0 (over the rows) or axis=1 (over the columns), found '0'"},
    {"A : 2 x 2; Y = A.t", 17, 1, "a dot is part of a number or of .T, the transpose"},
    {"A : 2 x 2; Y = A $ 2", 18, 1, "this character means nothing in a model"},
    {"A : 2 x 2; Y = A · A", 18, 1, "this character means nothing in a model"},
    {"A : 2 x 2 as; Y = A", 13, 1, "expected the TeX of the name behind 'as', such as Y^*"},
    {"A : 2 x 2 as {A", 14, 2, "the TeX behind 'as' has a '{' without its '}'"},
    {"A : 2 x 2 as $A$", 14, 3, "the TeX behind 'as' stands without dollar signs"},
    {"A : 2 x 2; Y = dA", 16, 2,
     "there is no name dA; a gradient has its place in a derive or claim block, not in a model"},
    {"A : 2 x 2; J = sum(A); G = dJ/dA", 28, 2,
     "there is no name dJ; a gradient has its place in a derive or claim block, not in a model"},
    {"A = [1, 2]", 5, 1, "numbers in brackets need a shape: A : 1 x 2 = [0.1, 0.2]"},
    {"c = 1/0", 5, 3, "this is no finite number"},
    {"3 = c", 1, 1,
     "an expression alone says nothing: give it a name, as in J = ..., or a shape, as in W : 2 x "
     "3"},
    {"A : 2 x 2; Y = A [1]", 18, 1, "expected the end of the statement, found '['"},
    {"A : 2 x 2; Y = eye(2, 2)", 21, 1, "eye has too many arguments"},
    {"A : 2 x 2; Y = ones(2)", 22, 1, "expected ',' and the number of columns, found ')'"},
    {"A : 2 x 2; Y = eye(m)", 20, 1, "there is no size m; say what it is: dims m = 3"},
    {"c = 1e999", 5, 5, "this number is too large"},
    {"1c = 3", 1, 1,
     "an expression alone says nothing: give it a name, as in J = ..., or a shape, as in W : 2 x "
     "3"},
    {"∂A : 2 x 2", 1, 2,
     "'∂A' is not a name; a name is made of letters, digits and _ and begins with a letter"},
    {"A : 2 x 2; Y = A == A", 18, 1, "expected the end of the statement, found '='"},
    {"f = sigmod", 5, 6, "there is no name sigmod; did you mean sigmoid?"},
    {"A : 2 x 2; Y = A +* A", 19, 1, "expected a name, a number or '(', found '*'"},
    {"A : 2 x 2; if = 3; as = 2", 20, 2,
     "an expression alone says nothing: give it a name, as in J = ..., or a shape, as in W : 2 x "
     "3"},
};

static void every_mistake_is_named_and_pointed_at(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cg_arena arena;
        struct cg_model model;
        struct cg_error error = {0};
        cg_arena_init(&arena);
        cg_model_init(&model, &arena, "m.txt");
        char *text = cg_format(&arena, "# a model\n\n%s", rows[i].model);
        if (cg_model_add(&model, text, strlen(text), 5, &error))
            fail_msg("no error: %s", rows[i].model);
        if (strcmp(error.text, rows[i].text))
            fail_msg("%s\n  said     %s\n  not that %s", rows[i].model, error.text, rows[i].text);
        if (error.place.line != 7 || error.place.column != rows[i].column)
            fail_msg("%s: at %d:%d", rows[i].model, error.place.line, error.place.column);
        assert_int_equal(error.length, rows[i].length);
        assert_string_equal(error.file, "m.txt");
        assert_string_equal(error.source, rows[i].model);
        assert_false(error.machine);
        cg_arena_finish(&arena);
    }
}

/* Adds a text that ought to fail and compares place and message. */
static void expect(const char *text, size_t length, int line, int column, const char *message)
{
    struct cg_arena arena;
    struct cg_model model;
    struct cg_error error = {0};
    cg_arena_init(&arena);
    cg_model_init(&model, &arena, "m.txt");
    assert_false(cg_model_add(&model, text, length, 1, &error));
    assert_string_equal(error.text, message);
    assert_int_equal(error.place.line, line);
    assert_int_equal(error.place.column, column);
    cg_arena_finish(&arena);
}

static void columns_count_characters(void **state)
{
    (void)state;
    const char *text = "θδ : 1 x 2\nμ = θδ + θ2";
    expect(text, strlen(text), 2, 10, "there is no name θ2");
}

static void an_open_bracket_is_blamed_not_the_next_line(void **state)
{
    (void)state;
    const char *text = "A : 1 x 2\nY = sum((A + A)\nZ = Y\n";
    expect(text, strlen(text), 2, 8, "this bracket is never closed: ')' is missing");
    text = "A : 1 x 2 = [1,\nB : 1 x 2\n";
    expect(text, strlen(text), 2, 1, "expected a number, found 'B'");
}

static void the_first_mistake_wins(void **state)
{
    (void)state;
    const char *text = "A : 1 x 2\nB = A +\nC = $\n";
    expect(text, strlen(text), 2, 8, "expected a name, a number or '(', found the end of the line");
}

static void bytes_that_are_no_text(void **state)
{
    (void)state;
    expect("A : 1 x 2\n\xFF", 11, 2, 1, "this is not UTF-8 text");
    expect("A : 1 x 2\n\0", 11, 2, 1, "this character means nothing in a model");
}

static void depth_is_capped_and_said(void **state)
{
    (void)state;
    enum { MANY = 100000 };
    char *text = malloc(MANY + 16);
    const char openers[] = "(-[";
    const char *messages[] = {"this is nested more than 200 levels deep",
                              "this is nested more than 200 levels deep",
                              "numbers in brackets need a shape: c : 1 x 2 = [0.1, 0.2]"};
    for (int i = 0; i < 3; i++) {
        memcpy(text, "c = ", 4);
        memset(text + 4, openers[i], MANY);
        expect(text, MANY + 4, 1, i == 2 ? 5 : 206, messages[i]);
    }
    free(text);
}

static void long_chains_are_capped_where_they_nest(void **state)
{
    (void)state;
    enum { MANY = 5000 };
    char *text = malloc(MANY * 4 + 64);
    const char *operators[] = {" + c", " * c", " @ c", " / c", " ^ c", " .T "};
    for (int i = 0; i < 6; i++) {
        struct cg_arena arena;
        struct cg_model model;
        struct cg_error error;
        cg_arena_init(&arena);
        cg_model_init(&model, &arena, "m.txt");
        size_t length = (size_t)sprintf(text, "c = 2; d = c");
        for (int n = 0; n < MANY; n++)
            length += (size_t)sprintf(text + length, "%s", operators[i]);
        bool flat = i < 2; /* sums and products are n-ary: long, but not deep */
        assert_int_equal(cg_model_add(&model, text, length, 1, &error), flat);
        if (!flat)
            assert_string_equal(error.text, "this is nested more than 200 levels deep");
        cg_arena_finish(&arena);
    }
    free(text);
}

static void size_of_text_and_number_of_values_are_capped(void **state)
{
    (void)state;
    size_t size = (1 << 20) + 1;
    char *text = calloc(size, 1);
    memset(text, '\n', size);
    expect(text, size, 1, 1, "this model is longer than 1 MB");
    size_t length = 0;
    for (int i = 0; i <= 10000; i++)
        length += (size_t)sprintf(text + length, "v%d:2x2\n", i);
    expect(text, length, 10001, 1, "a model may have at most 10000 values");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mistake_is_named_and_pointed_at),
        cmocka_unit_test(columns_count_characters),
        cmocka_unit_test(an_open_bracket_is_blamed_not_the_next_line),
        cmocka_unit_test(the_first_mistake_wins),
        cmocka_unit_test(bytes_that_are_no_text),
        cmocka_unit_test(depth_is_capped_and_said),
        cmocka_unit_test(long_chains_are_capped_where_they_nest),
        cmocka_unit_test(size_of_text_and_number_of_values_are_capped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
