/* Where the numbers of data and test blocks come from: files, generators, lines by value. */
#include "fixture.h"

#include <chalkgrad/arrays.h>

#include <dirent.h>
#include <math.h>
#include <unistd.h>

#define POINTS                                                                                     \
    "```model\ndims n = 4\nX : n x 2\nYstar : n x 1\nW : 2 x 1\nJ = sum((X @ W - Ystar)^2)\n```\n"
#define CLASSES                                                                                    \
    "```model\ndims n = 4, o = 3\nX : n x 2\nYstar : n x o\nJ = sum(X) + sum(Ystar)\n```\n"

static int make_folder(void **state)
{
    char *folder = strdup("/tmp/chalkgrad-data-XXXXXX");
    *state = folder;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    char path[512];
    DIR *folder = opendir(*state);
    for (struct dirent *entry; (entry = readdir(folder));) {
        snprintf(path, sizeof path, "%s/%s", (char *)*state, entry->d_name);
        unlink(path);
    }
    closedir(folder);
    rmdir(*state);
    free(*state);
    return 0;
}

static void put_file(void **state, const char *name, const char *text)
{
    struct cg_error error;
    char path[512];
    snprintf(path, sizeof path, "%s/%s", (char *)*state, name);
    assert_true(cg_write_file(path, text, strlen(text), &error));
}

/* The lesson, as if it stood in the folder. */
static struct cg_lesson *parse(void **state, const char *text, struct cg_error *error)
{
    char file[512];
    snprintf(file, sizeof file, "%s/x.md", (char *)*state);
    *error = (struct cg_error){0};
    return cg_lesson_parse(file, text, strlen(text), error);
}

static struct cg_lesson *open_in(void **state, const char *text)
{
    struct cg_error error;
    struct cg_lesson *lesson = parse(state, text, &error);
    if (!lesson)
        fail_msg("%s:%d:%d: %s\n%s", error.file, error.place.line, error.place.column, error.text,
                 text);
    return lesson;
}

static void expect_numbers(const struct cg_matrix *m, size_t count, const double *numbers)
{
    assert_int_equal(m->rows * m->cols, count);
    for (size_t i = 0; i < count; i++)
        if (m->data[i] != numbers[i])
            fail_msg("entry %zu is %g instead of %g", i, m->data[i], numbers[i]);
}

static const struct cg_matrix *get(struct cg_lesson *lesson, const char *name)
{
    return cg_env_get(&lesson->env, cg_model_find(&lesson->model, name));
}

static const double xs[] = {1, 2, 4, 5, 7, 8, 10, 11}, ys[] = {3, 6, 9, 12};

static void columns_go_by_position(void **state)
{
    put_file(state, "points.csv", "a,b,class\n1,2,3\n4,5,6\n7,8,9\n10,11,12\n");
    put_file(state, "two.csv", "13 14 15\n16 17 18\n");
    struct cg_lesson *lesson = open_in(state, POINTS "```data X, Ystar from \"points.csv\"\n```\n"
                                                     "```test X Ystar from \"two.csv\"\n```\n");
    expect_numbers(get(lesson, "X"), 8, xs);
    expect_numbers(get(lesson, "Ystar"), 4, ys);
    assert_int_equal(lesson->test.rows, 2);
    expect_numbers(&lesson->test.numbers[0], 4, (const double[]){13, 14, 16, 17});
    expect_numbers(&lesson->test.numbers[1], 2, (const double[]){15, 18});
    cg_lesson_close(lesson);
}

static void columns_are_named_in_lines(void **state)
{
    put_file(state, "iris.csv", "kind;b;a\nsetosa;2;1\nvirginica;5;4\nsetosa;8;7\nother;11;10\n");
    struct cg_lesson *lesson =
        open_in(state, CLASSES "```data X Ystar\n"
                               "Ystar = load(\"iris.csv\", \"kind\", onehot)   # words\n"
                               "\n# a remark\nX = load(\"iris.csv\", \"a\", \"b\")\n```\n");
    expect_numbers(get(lesson, "X"), 8, xs);
    expect_numbers(get(lesson, "Ystar"), 12, (const double[]){1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1});
    cg_lesson_close(lesson);
}

static void arrays_go_by_name(void **state)
{
    struct cg_error error;
    char path[512];
    double x[8], y[4], w[] = {3, 4};
    memcpy(x, xs, sizeof x);
    memcpy(y, ys, sizeof y);
    const struct cg_matrix matrices[] = {{4, 1, y}, {1, 2, w}, {4, 2, x}};
    static const char *const names[] = {"Ystar", "net.weight", "X"};
    static const char *const files[] = {"all.npz", "all.safetensors"};
    for (size_t i = 0; i < 2; i++) {
        char text[800];
        snprintf(path, sizeof path, "%s/%s", (char *)*state, files[i]);
        assert_true(cg_arrays_save(path, names, matrices, 3, CG_TYPE_F64, &error));
        snprintf(text, sizeof text,
                 "```model\nn = 4\nX : 4 x 2 = load(\"%s\")\nYstar : 4 x 1\n"
                 "W : 2 x 1 = load(\"%s\", \"net.weight\").T / 2\nV : 2 x 4 = load(\"%s\", "
                 "\"X\").T * -1\nJ = sum((X @ W - Ystar)^2) + sum(V)\n```\n"
                 "```data Ystar from \"%s\"\n```\n```test X, Ystar from \"%s\"\n```\n",
                 files[i], files[i], files[i], files[i], files[i]);
        struct cg_lesson *lesson = open_in(state, text);
        expect_numbers(get(lesson, "X"), 8, xs);
        expect_numbers(get(lesson, "Ystar"), 4, ys);
        expect_numbers(get(lesson, "W"), 2, (const double[]){1.5, 2});
        expect_numbers(get(lesson, "V"), 8, (const double[]){-1, -4, -7, -10, -2, -5, -8, -11});
        expect_numbers(&lesson->test.numbers[0], 8, xs);
        cg_lesson_close(lesson);
    }
}

/* IDX: images of 1 x 2 pixels and their labels. */
static void images_and_labels(void **state)
{
    struct cg_error error;
    char path[512];
    const char images[] = "\0\0\x08\3\0\0\0\4\0\0\0\1\0\0\0\2\0\xff\x33\0\0\0\xff\xff";
    const char labels[] = "\0\0\x08\1\0\0\0\4\2\0\1\2";
    snprintf(path, sizeof path, "%s/images", (char *)*state);
    assert_true(cg_write_file(path, images, sizeof images - 1, &error));
    snprintf(path, sizeof path, "%s/labels", (char *)*state);
    assert_true(cg_write_file(path, labels, sizeof labels - 1, &error));
    struct cg_lesson *lesson =
        open_in(state, CLASSES "```data X Ystar\nX = load(\"images\") / 255\n"
                               "Ystar = load(\"labels\", onehot)\n```\n");
    expect_numbers(get(lesson, "X"), 8, (const double[]){0, 1, 0.2, 0, 0, 0, 1, 1});
    expect_numbers(get(lesson, "Ystar"), 12, (const double[]){0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1});
    cg_lesson_close(lesson);
}

static void points_are_generated(void **state)
{
    struct cg_lesson *lesson = open_in(
        state, POINTS "```data X Ystar from moons(noise = 0)\n```\n"
                      "```test X Ystar from circles(rows = 10, noise=0.2, seed = 5)\n```\n");
    const struct cg_matrix *x = get(lesson, "X");
    assert_true(fabs(hypot(x->data[0], x->data[1]) - 1) < 1e-12);           /* one half circle */
    assert_true(fabs(hypot(x->data[2] - 1, x->data[3] - 0.5) - 1) < 1e-12); /* and the other */
    expect_numbers(get(lesson, "Ystar"), 4, (const double[]){0, 1, 0, 1});
    assert_int_equal(lesson->test.rows, 10);
    cg_lesson_close(lesson);
    lesson = open_in(state, CLASSES "```data X Ystar from spirals(turns = 2, noise = 0)\n```\n");
    expect_numbers(get(lesson, "Ystar"), 12, (const double[]){1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0});
    cg_lesson_close(lesson);
}

/* The rows of a test block are drawn anew: the seed is another. */
static void a_test_has_other_points(void **state)
{
    struct cg_lesson *lesson =
        open_in(state, POINTS "```data X Ystar from xor()\n```\n```test X Ystar from xor()\n```\n");
    const struct cg_matrix *x = get(lesson, "X"), *test = &lesson->test.numbers[0];
    assert_int_equal(test->rows, 4);
    for (size_t i = 0; i < 8; i++) {
        assert_true(x->data[i] != test->data[i]);
        assert_true(fabs(x->data[i] - test->data[i]) < 1);
    }
    cg_lesson_close(lesson);
}

/* FOLDER/ stands for the folder, in a message. */
static const struct {
    const char *lesson, *error;
} mistakes[] = {
    {POINTS "```data X Ystar from\n```\n",
     "8:17+4: expected \"FILE\", moons(...), circles(...), spirals(...) or xor(...) behind from"},
    {POINTS "```data X Ystar from moon(noise = 1)\n```\n",
     "8:22+15: expected \"FILE\", moons(...), circles(...), spirals(...) or xor(...) behind from"},
    {POINTS "```data from moons()\n```\n", "8:4+4: say which values the data is for: data X Ystar"},
    {POINTS "```data X Ystar from moons(noise = -1)\n```\n",
     "8:36+2: noise is a number from 0 to 1e+06"},
    {POINTS "```data X Ystar from moons(seed = 1.5)\n```\n",
     "8:35+3: seed is a whole number from 0 to 1e+12"},
    {POINTS "```data X Ystar from moons(turns = 1)\n```\n",
     "8:28+9: expected noise = NUMBER, seed = NUMBER"},
    {POINTS "```data X Ystar from spirals(rows = 7)\n```\n",
     "8:30+8: expected noise = NUMBER, turns = NUMBER, seed = NUMBER"},
    {POINTS "```test X Ystar from moons(row = 7)\n```\n",
     "8:28+7: expected noise = NUMBER, seed = NUMBER, rows = NUMBER"},
    {POINTS "```data X Ystar from xor()\n1 2 3\n```\n",
     "9:1+5: the numbers come from what stands behind 'from': there can be no others in the block"},
    {POINTS "```data X from xor()\n```\n",
     "8:11+4: xor fills two values, points and their classes: data X Ystar from xor()"},
    {POINTS "```data Ystar X from xor()\n```\n",
     "8:17+4: xor gives points of the plane, 2 columns, but Ystar has 1"},
    {CLASSES "```data X Ystar from moons()\n```\n",
     "7:17+4: moons gives 2 classes, in 1 or 2 columns, but Ystar has 3"},
    {POINTS "```data X Ystar from \"none.csv\"\n```\n",
     "8:22+0: FOLDER/none.csv can't be opened: No such file or directory"},
    {"---\nneeds: a package\n---\n" POINTS "```data X Ystar from \"none.csv\"\n```\n",
     "11:22+0: FOLDER/none.csv can't be opened: No such file or directory; the lesson needs: a "
     "package"},
    {POINTS "```data X Ystar from \"a.csv\", \"b.csv\"\n```\n",
     "8:22+16: expected one file name in quotes, such as \"points.csv\""},
    {POINTS "```data X Ystar from \"five.csv\"\n```\n",
     "8:22+0: FOLDER/five.csv has 5 rows, but X has 4"},
    {POINTS "```data X Ystar from \"wide.csv\"\n```\n",
     "8:22+0: FOLDER/wide.csv has 2 columns, but X and what follows have together 3; columns are "
     "named in lines such as X = load(FILE, \"a\", \"b\")"},
    {POINTS "```data X Ystar from \"words.csv\"\n```\n",
     "8:22+0: FOLDER/words.csv has words in column 3, kind, such as 'red'; for a column of 0 and 1 "
     "for each word write load(..., \"kind\", onehot)"},
    {POINTS "```data X Ystar from \"bad.csv\"\n```\n",
     "FOLDER/bad.csv:2:3+3: expected a number, found 'two'"},
    {POINTS "```data X Ystar\nX = load(\"five.csv\", \"a\")\n```\n",
     "9:5+0: FOLDER/five.csv has no line with the names of its columns, so there is no a"},
    {POINTS "```data X Ystar\nX = load(\"words.csv\", \"a\", \"c\")\n```\n",
     "9:5+0: FOLDER/words.csv has no column c; it has a, b, kind"},
    {POINTS "```data X Ystar\nX = load(\"words.csv\", \"a\")\n```\n",
     "9:5+0: FOLDER/words.csv is 4 x 1, but X is 4 x 2"},
    {POINTS "```data X Ystar\nX = load(\"words.csv\", \"a\", \"b\").T\n```\n",
     "9:5+0: FOLDER/words.csv turned over is 2 x 4, but X is 4 x 2"},
    {CLASSES "```data Ystar\nYstar = load(\"words.csv\", \"b\", onehot)\n```\n",
     "8:9+0: FOLDER/words.csv has 3 in row 1, and onehot takes whole numbers from 0 to 2: "
     "Ystar has 3 columns"},
    {POINTS "```data X Ystar\nX = load(\"words.csv\", \"a\", \"b\")\n"
            "Ystar = load(\"words.csv\", \"kind\", onehot)\n```\n",
     "10:9+0: FOLDER/words.csv is loaded onehot, one column for each class, but Ystar has 1 "
     "column; "
     "leave onehot out, or give it more columns"},
    {CLASSES "```data Ystar\nYstar = load(\"words.csv\", \"a\", \"b\", onehot)\n```\n",
     "8:9+0: FOLDER/words.csv is 4 x 2, and onehot takes one column"},
    {POINTS "```test X Ystar\nX = load(\"five.csv\")\nYstar = load(\"five.csv\")\n```\n",
     "9:5+0: FOLDER/five.csv is 5 x 3, but X has 2 columns"},
    {POINTS "```test X Ystar\nX = load(\"wide.csv\")\nYstar = load(\"words.csv\", \"a\")\n```\n",
     "8:4+4: X gets 2 rows and Ystar gets 4"},
    {POINTS "```data X Ystar\nX = load(\"words.csv\", \"a\", \"b\")\n```\n",
     "8:4+4: there is no line Ystar = load(...) in this block"},
    {POINTS "```data X Ystar\nX = load(\"words.csv\", \"a\", \"b\")\nX = load(\"a\")\n```\n",
     "10:1+1: X has a line already"},
    {POINTS "```data X Ystar\nZ = load(\"a\")\n```\n", "9:1+1: 'Z' is no name of this block"},
    {POINTS "```data X Ystar\nX = zeros\n```\n",
     "9:5+5: expected load(\"file.npy\"), found 'zeros'"},
    {POINTS "```data X Ystar\nX = load(\"words.csv\", \"a\", \"b\")\n1 2\n```\n",
     "10:1+3: expected a line NAME = load(\"file\")"},
    {"```model\nX : 1 x 2 = load(\"words.csv\", \"kind\")\n```\n",
     "2:13+0: FOLDER/words.csv has words in column 3, kind, such as 'red'; for a column of 0 and 1 "
     "for each word write load(..., \"kind\", onehot)"},
};

static void each_mistake_is_named_at_its_place(void **state)
{
    char found[1024], *folder;
    put_file(state, "five.csv", "1,2,3\n1,2,3\n1,2,3\n1,2,3\n1,2,3\n");
    put_file(state, "wide.csv", "1,2\n3,4\n");
    put_file(state, "words.csv", "a,b,kind\n1,3,red\n3,4,blue\n5,6,red\n7,8,red\n");
    put_file(state, "bad.csv", "1,2,3\n4,two,6\n");
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct cg_error error;
        struct cg_lesson *lesson = parse(state, mistakes[i].lesson, &error);
        if (lesson)
            fail_msg("no error in\n%s", mistakes[i].lesson);
        const char *other = strstr(error.file, "x.md") ? "" : error.file;
        snprintf(found, sizeof found, "%s%s%d:%d+%d: %s", other, *other ? ":" : "",
                 error.place.line, error.place.column, error.length, error.text);
        if ((folder = strstr(found, *state))) {
            memcpy(folder, "FOLDER", 6);
            memmove(folder + 6, folder + strlen(*state), strlen(folder + strlen(*state)) + 1);
        }
        assert_string_equal(found, mistakes[i].error);
        assert_true(error.source[0] != '\0');
    }
}

/* The example opens, or says how to get its files. */
static void the_example_is_whole(void **state)
{
    (void)state;
    struct cg_error error;
    char path[1024];
    snprintf(path, sizeof path, "%s/examples/fashion-mnist.md", getenv("CHALKGRAD_SOURCE"));
    struct cg_lesson *lesson = cg_lesson_open(path, &error);
    if (lesson) {
        assert_int_equal(lesson->test.rows, 10000);
        assert_int_equal(lesson->test.numbers[0].cols, 784);
        assert_true(get(lesson, "X")->rows < 1000); /* an excerpt stands on the stage */
        cg_lesson_close(lesson);
    } else {
        assert_non_null(
            strstr(error.text, "the lesson needs: apt-get install dataset-fashion-mnist"));
        assert_true(error.machine);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_go_by_position),
        cmocka_unit_test(columns_are_named_in_lines),
        cmocka_unit_test(arrays_go_by_name),
        cmocka_unit_test(images_and_labels),
        cmocka_unit_test(points_are_generated),
        cmocka_unit_test(a_test_has_other_points),
        cmocka_unit_test(each_mistake_is_named_at_its_place),
        cmocka_unit_test(the_example_is_whole),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
