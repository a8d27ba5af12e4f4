/* The commands train and check, by what they print and the status they end with. */
#include "run.h"

#include <chalkgrad/arrays.h>

#include <cjson/cJSON.h>
#include <math.h>

static double number(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItem(object, name);
    assert_true(cJSON_IsNumber(item));
    return item->valuedouble;
}

static void xor_is_learnt(void **state)
{
    (void)state;
    struct run *r = run(command_train, "train %s/lessons/06-xor.md --format json");
    assert_int_equal(r->status, 0);
    assert_string_equal(r->err, ""); /* no progress bar in a pipe */
    cJSON *object = cJSON_Parse(r->out);
    assert_non_null(object);
    assert_true(number(object, "epochs") == 5000);
    assert_true(number(object, "seconds") > 0);
    assert_true(number(object, "loss_first") > 0.4 && number(object, "loss_last") < 0.01);
    assert_true(number(object, "updates_per_second") > 1000);
    assert_true(number(object, "samples_per_second") > 4000);
    const cJSON *rows = cJSON_GetObjectItem(object, "predictions");
    const double want[] = {0, 1, 1, 0};
    assert_int_equal(cJSON_GetArraySize(rows), 4);
    for (int i = 0; i < 4; i++) {
        double got = cJSON_GetArrayItem(cJSON_GetArrayItem(rows, i), 0)->valuedouble;
        assert_true(got > want[i] - 0.1 && got < want[i] + 0.1);
    }
    const cJSON *parameters = cJSON_GetObjectItem(object, "parameters");
    assert_int_equal(cJSON_GetArraySize(parameters), 4);
    const cJSON *w1 = cJSON_GetObjectItem(parameters, "W1");
    assert_int_equal(cJSON_GetArraySize(w1), 2);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetArrayItem(w1, 0)), 3);
    cJSON_Delete(object);
    free(r);
}

/* Everything but the times. */
static char *timeless(const char *out)
{
    cJSON *object = cJSON_Parse(out);
    cJSON_DeleteItemFromObject(object, "seconds");
    cJSON_DeleteItemFromObject(object, "updates_per_second");
    cJSON_DeleteItemFromObject(object, "samples_per_second");
    char *text = cJSON_Print(object);
    cJSON_Delete(object);
    return text;
}

static void options_override_the_lesson(void **state)
{
    (void)state;
    static const char common[] = "train %s/lessons/06-xor.md --format json --epochs 20 ";
    const char *const more[] = {"",
                                "",
                                "--seed 3",
                                "--seed 4",
                                "--batch 4",
                                "--batch 3",
                                "--precision f64",
                                "--threads 2",
                                "--rate 1",
                                "--rate 2",
                                "--optimizer adam",
                                "--optimizer sgd --schedule constant",
                                "--schedule cosine",
                                "--schedule step(every=20)",
                                "--schedule step(every=19)",
                                "--batch all",
                                "--stop 0.001 --patience 3",
                                "--shuffle no"};
    /* which of them come out as the first */
    const int same[] = {1, 1, 1, 0, 1, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0, 1, 1, 1};
    char *first = NULL;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        char line[256];
        snprintf(line, sizeof line, "%s%s", common, more[i]);
        struct run *r = run(command_train, line);
        assert_int_equal(r->status, 0);
        char *text = timeless(r->out);
        if (!first)
            first = strdup(text);
        if ((strcmp(text, first) == 0) != same[i])
            fail_msg("%s: %s\n%s", line, same[i] ? "differs" : "is the same", text);
        cJSON_free(text);
        free(r);
    }
    free(first);
}

static void training_ends_early(void **state)
{
    (void)state;
    const struct {
        const char *options, *end;
        double epochs;
    } cases[] = {
        {"--epochs 7", "epochs", 7},
        {"--stop 0.6", "stop", 0},
        {"--epochs 3000 --stop 0.01", "stop", 938},
        {"--rate 30 --patience 3", "patience", 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[256];
        snprintf(line, sizeof line, "train %%s/lessons/06-xor.md --format json %s",
                 cases[i].options);
        struct run *r = run(command_train, line);
        assert_int_equal(r->status, 0);
        cJSON *object = cJSON_Parse(r->out);
        assert_string_equal(cJSON_GetObjectItem(object, "ended_by")->valuestring, cases[i].end);
        if (number(object, "epochs") != cases[i].epochs)
            fail_msg("%s: %g epochs", line, number(object, "epochs"));
        cJSON_Delete(object);
        free(r);
    }
}

static void text_names_what_was_trained(void **state)
{
    (void)state;
    struct run *r = run(command_train, "train %s/lessons/06-xor.md --epochs 10");
    assert_int_equal(r->status, 0);
    assert_non_null(strstr(r->out, "10 epochs, 10 updates"));
    assert_non_null(strstr(r->out, "J from "));
    assert_non_null(strstr(r->out, "W1, 2 x 3"));
    assert_non_null(strstr(r->out, "Y, 4 x 1"));
    free(r);
}

static void the_plan_has_its_lines(void **state)
{
    (void)state;
    struct run *r = run(command_train, "train --plan --batch 3 %s/lessons/06-xor.md");
    assert_int_equal(r->status, 0);
    assert_non_null(strstr(r->out, "to train 13 numbers on 3 rows"));
    assert_non_null(strstr(r->out, "| dJ/dW1 = X.T @ δ1\n"));
    assert_non_null(strstr(r->out, "| W1 -= rate dJ/dW1\n"));
    assert_null(strstr(r->out, "rows a second"));
    free(r);
}

/* --emit-c writes the program; --native trains, with a compiler or, saying so, without. */
static void code_is_written_and_run(void **state)
{
    (void)state;
    struct run *r = run(command_train, "train --emit-c /no/such/folder/p.c %s/lessons/06-xor.md");
    assert_int_equal(r->status, EXIT_MACHINE);
    free(r);
    char path[] = "/tmp/chalkgrad-test-XXXXXX", line[200], text[200] = "";
    close(mkstemp(path));
    snprintf(line, sizeof line, "train --emit-c %s %%s/lessons/06-xor.md", path);
    r = run(command_train, line);
    assert_int_equal(r->status, 0);
    free(r);
    FILE *file = fopen(path, "r");
    while (fgets(text, sizeof text, file) && strcmp(text, "int main(void)\n"))
        continue;
    assert_string_equal(text, "int main(void)\n");
    fclose(file);
    unlink(path);
    setenv("CC", "/no/such/compiler", 1);
    r = run(command_train, "train --native --epochs 5 %s/lessons/06-xor.md");
    unsetenv("CC");
    assert_int_equal(r->status, 0);
    assert_non_null(strstr(r->err, "note: no native code (the compiler /no/such/compiler"));
    assert_non_null(strstr(r->out, "rows a second"));
    free(r);
}

static void seeds_are_compared(void **state)
{
    (void)state;
    struct run *r = run(command_train, "train --seeds 12 --stop 0.02 %s/lessons/06-xor.md");
    assert_int_equal(r->status, 0);
    assert_non_null(strstr(r->out, "12 networks, seeds 3 to 14: "));
    assert_non_null(strstr(r->out, "(J below 0.02)"));
    assert_non_null(strstr(r->out, "epochs until then: median "));
    char *plain = strdup(r->out);
    free(r);
    r = run(command_train, "train --seeds 12 --stop 0.02 --native %s/lessons/06-xor.md");
    assert_int_equal(r->status, 0);
    assert_non_null(strstr(r->err, "note: --native is for one training"));
    const char *seconds = strchr(strchr(plain, '\n') + 1, '\n'); /* the line of times */
    assert_int_equal(strncmp(r->out, plain, (size_t)(seconds - plain)), 0);
    free(plain);
    free(r);
    r = run(command_train, "train --seeds 12 --stop 0.02 --seed 3 --format json "
                           "%s/lessons/06-xor.md");
    cJSON *object = cJSON_Parse(r->out), *list = cJSON_GetObjectItem(object, "seeds");
    assert_int_equal(cJSON_GetArraySize(list), 12);
    double epochs = number(cJSON_GetArrayItem(list, 4), "epochs");
    double loss = number(cJSON_GetArrayItem(list, 4), "loss_last");
    assert_true(number(object, "converged") > 8);
    const cJSON *summary = cJSON_GetObjectItem(object, "epochs_to_convergence");
    assert_true(number(summary, "least") <= epochs && epochs <= number(summary, "most"));
    cJSON_Delete(object);
    free(r);
    r = run(command_train,
            "train --stop 0.02 --seed 7 --format json %s/lessons/06-xor.md"); /* alone */
    object = cJSON_Parse(r->out);
    assert_true(number(object, "epochs") == epochs);
    double off = number(object, "loss_last") - loss;
    assert_true(off < 1e-9 && off > -1e-9);
    cJSON_Delete(object);
    free(r);
}

static char *parameters_of(const char *out)
{
    cJSON *object = cJSON_Parse(out);
    char *text = cJSON_Print(cJSON_GetObjectItem(object, "parameters"));
    cJSON_Delete(object);
    return text;
}

/* Trained further from a file, a network is where it would be without the break. */
static void parameters_go_to_files_and_back(void **state)
{
    (void)state;
    const char *const endings[] = {"npz", "safetensors"};
    struct run *whole = run(command_train, "train --epochs 500 --format json %s/lessons/06-xor.md");
    char *want = parameters_of(whole->out);
    for (size_t i = 0; i < 2; i++) {
        char path[64], line[256];
        snprintf(path, sizeof path, "/tmp/chalkgrad-%d.%s", (int)getpid(), endings[i]);
        snprintf(line, sizeof line, "train --epochs 300 --save %s %%s/lessons/06-xor.md", path);
        struct run *r = run(command_train, line);
        assert_int_equal(r->status, 0);
        free(r);
        snprintf(line, sizeof line,
                 "train --epochs 200 --load %s --seed 99 --format json %%s/lessons/06-xor.md",
                 path);
        r = run(command_train, line);
        assert_int_equal(r->status, 0);
        char *got = parameters_of(r->out);
        assert_string_equal(got, want);
        cJSON_free(got);
        free(r);
        unlink(path);
    }
    cJSON_free(want);
    free(whole);
}

static void wrong_files_are_refused(void **state)
{
    (void)state;
    const double numbers[6] = {0, 1, 2, INFINITY, 4, 5};
    const struct {
        const char *name;
        size_t rows, cols;
        const char *text;
    } cases[] = {
        {"W3", 1, 2, "there is no array W1 in this file: it has 1, and the first is W3"},
        {"W1", 3, 2, "W1 is 3 x 2 in this file, not 2 x 3"},
        {"W1", 2, 3, "W1 has a number that is not finite, in row 2, column 1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char path[64], line[256];
        const struct cg_matrix matrix = {cases[i].rows, cases[i].cols, (double *)numbers};
        struct cg_error error;
        snprintf(path, sizeof path, "/tmp/chalkgrad-%d.npz", (int)getpid());
        assert_true(cg_arrays_save(path, &cases[i].name, &matrix, 1, CG_TYPE_F64, &error));
        snprintf(line, sizeof line, "train --load %s %%s/lessons/06-xor.md", path);
        struct run *r = run(command_train, line);
        if (r->status != EXIT_LESSON || !strstr(r->err, cases[i].text))
            fail_msg("%s: status %d, %s", cases[i].text, r->status, r->err);
        free(r);
        unlink(path);
    }
}

static void help_lists_everything(void **state)
{
    (void)state;
    static const char *const options[] = {
        "--optimizer", "--beta",      "--beta1",   "--beta2",  "--epsilon", "--rate",
        "--schedule",  "--batch",     "--shuffle", "--epochs", "--seed",    "--stop",
        "--patience",  "--precision", "--threads", "--native", "--load",    "--save",
        "--seeds",     "--plan",      "--emit-c",  "--format"};
    struct run *r = run(command_train, "train --help");
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (!strstr(r->out, options[i]))
            fail_msg("%s is missing", options[i]);
    free(r);
}

static void wrong_command_lines(void **state)
{
    (void)state;
    const struct {
        int (*command)(int, char **);
        const char *line;
        int status;
        const char *text;
    } cases[] = {
        {command_train, "train", EXIT_USAGE, "one lesson"},
        {command_train, "train a b", EXIT_USAGE, "one lesson"},
        {command_train, "train a --epochs 0", EXIT_USAGE, "whole number from 1"},
        {command_train, "train a --epochs 1e3", EXIT_USAGE, "whole number from 1"},
        {command_train, "train a --seed -1", EXIT_USAGE, "whole number from 0"},
        {command_train, "train a --batch x", EXIT_USAGE, "whole number from 1"},
        {command_train, "train a --precision f16", EXIT_USAGE, "the precision is f64 or f32"},
        {command_train, "train a --rate -1", EXIT_USAGE, "--rate -1: the rate is a number above 0"},
        {command_train, "train a --schedule step(evry=2)", EXIT_USAGE, "step takes every = 100"},
        {command_train, "train a --optimizer sdg", EXIT_USAGE, "sgd, momentum or adam"},
        {command_train, "train a --stop soon", EXIT_USAGE, "stop is a number"},
        {command_train, "train a --seeds 0", EXIT_USAGE, "whole number from 1"},
        {command_train, "train a --save b.txt", EXIT_USAGE, "ends in .npz, .safetensors or .npy"},
        {command_train, "train a --save b.npz --seeds 3", EXIT_USAGE, "of one training"},
        {command_train, "train a --save b.npz --emit-c b.c", EXIT_USAGE, "of one training"},
        /* before it trains, and diverges */
        {command_train, "train --save /no/such/b.npz --rate 1e99 %s/lessons/06-xor.md",
         EXIT_MACHINE, "can't be written"},
        {command_train, "train --load /nowhere.npz %s/lessons/06-xor.md", EXIT_MACHINE, "nowhere"},
        {command_train, "train --save b.npy %s/lessons/06-xor.md", EXIT_LESSON, "one array"},
        {command_train, "train a --threads 0", EXIT_USAGE, "whole number from 1 to 1024"},
        {command_train, "train a --format xml", EXIT_USAGE, "text or json"},
        {command_train, "train a --frobnicate", EXIT_USAGE, "frobnicate"},
        {command_train, "train /nowhere.md", EXIT_MACHINE, "/nowhere.md"},
        {command_train, "train %s/lessons/03-output-bias.md", EXIT_LESSON, "no train block"},
        {command_train, "train %s/lessons/06-xor.md --help", 0, ""},
        {command_check, "check", EXIT_USAGE, "one lesson or more"},
        {command_check, "check /nowhere.md", EXIT_MACHINE, "/nowhere.md"},
        {command_check, "check --help", 0, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct run *r = run(cases[i].command, cases[i].line);
        if (r->status != cases[i].status || !strstr(r->err, cases[i].text))
            fail_msg("%s: status %d, %s", cases[i].line, r->status, r->err);
        free(r);
    }
}

static void check_counts(void **state)
{
    (void)state;
    struct run *r = run(command_check, "check %1$s/lessons/03-output-bias.md "
                                       "%1$s/lessons/04-output-weights.md %1$s/lessons/06-xor.md");
    assert_int_equal(r->status, 0);
    assert_string_equal(r->err, "");
    int lines = 0;
    for (const char *at = r->out; (at = strstr(at, ": ok: ")); at++)
        lines++;
    assert_int_equal(lines, 3);
    free(r);
}

/* A lesson in a temporary file; returns its path. */
static const char *lesson_file(const char *text)
{
    static char path[64];
    strcpy(path, "/tmp/chalkgrad-XXXXXX.md");
    FILE *file = fdopen(mkstemps(path, 3), "w");
    fputs(text, file);
    fclose(file);
    return path;
}

static void test_rows_are_scored(void **state)
{
    (void)state;
    /* y = 1 where x > 0.5, which w = 1 gives from the start; the last two rows are wrong */
    const char *path = lesson_file(
        "```model\nX : 2 x 1\nT : 2 x 1\nw : 1 x 1 = 1\nY = X @ w\nJ = sum((Y - T)^2)\n```\n"
        "```data X T\n0 0\n1 1\n```\n```test X T\n.1 0\n.2 0\n.7 1\n.3 1\n.9 0\n```\n"
        "```train\nparams = w\nepochs = 3\n```\n");
    char line[128];
    snprintf(line, sizeof line, "train %s", path);
    struct run *r = run(command_train, line);
    assert_int_equal(r->status, 0);
    assert_non_null(strstr(r->out, "test: 5 rows, J 1.44, 3 right: 60.00 %"));
    free(r);
    snprintf(line, sizeof line, "train --format json %s", path);
    r = run(command_train, line);
    cJSON *object = cJSON_Parse(r->out), *test = cJSON_GetObjectItem(object, "test");
    assert_true(number(test, "rows") == 5 && number(test, "right") == 3);
    assert_true(number(test, "accuracy") == 0.6);
    cJSON_Delete(object);
    free(r);
    unlink(path);
}

static void false_claims_are_refused(void **state)
{
    (void)state;
    const struct {
        const char *claim;
        int status;
    } cases[] = {{"dJ/dW = H.T @ (2 * Y)", 0}, {"dJ/dY = Y", 1}, {"dJ/dH = 2 * Y @ W", 1}};
    for (size_t i = 0; i < 3; i++) {
        char line[128], place[96], text[256];
        snprintf(text, sizeof text,
                 "# A claim\n\n```model\nH : 1 x 2; W : 2 x 2; Y = H @ W; J = sum(Y ^ 2)\n```\n\n"
                 "```derive\ndJ/dW\n```\n\n```claim\n%s\n```\n",
                 cases[i].claim);
        const char *path = lesson_file(text);
        snprintf(line, sizeof line, "check %s", path);
        snprintf(place, sizeof place, "%s:12:1: error: ", path);
        struct run *r = run(command_check, line);
        if (r->status != cases[i].status || (r->status && !strstr(r->err, place)))
            fail_msg("%s: status %d, %s", cases[i].claim, r->status, r->err);
        unlink(path);
        free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(xor_is_learnt),
        cmocka_unit_test(options_override_the_lesson),
        cmocka_unit_test(training_ends_early),
        cmocka_unit_test(text_names_what_was_trained),
        cmocka_unit_test(test_rows_are_scored),
        cmocka_unit_test(the_plan_has_its_lines),
        cmocka_unit_test(code_is_written_and_run),
        cmocka_unit_test(help_lists_everything),
        cmocka_unit_test(seeds_are_compared),
        cmocka_unit_test(parameters_go_to_files_and_back),
        cmocka_unit_test(wrong_files_are_refused),
        cmocka_unit_test(wrong_command_lines),
        cmocka_unit_test(check_counts),
        cmocka_unit_test(false_claims_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
