/* chalkgrad check --gradients, by what it prints and the status it ends with. */
#include "run.h"

#include <chalkgrad/arena.h>

#include <cjson/cJSON.h>
#include <math.h>

/* A bare model in a temporary file, checked. */
static struct run *run_model(const char *model, const char *options)
{
    char path[] = "/tmp/chalkgrad-XXXXXX", line[128];
    int fd = mkstemp(path);
    assert_true(write(fd, model, strlen(model)) > 0);
    close(fd);
    snprintf(line, sizeof line, "check --gradients %s %s", options, path);
    struct run *r = run(command_check, line);
    unlink(path);
    return r;
}

static void each_cell_is_compared(void **state)
{
    (void)state;
    struct run *r = run(command_check, "check --gradients %s/lessons/06-xor.md");
    assert_int_equal(r->status, 0);
    assert_string_equal(r->err, "");
    assert_non_null(strstr(r->out, "h = 6.06e-06 max(1, |w|)"));
    assert_non_null(strstr(r->out, "at most 1e-05"));
    assert_non_null(
        strstr(r->out, "dJ/dW1 = X.T @ δ1\n  where δ1 = (δ2 @ W2.T) * f'(Z1)\n  where δ2 = "));
    assert_non_null(strstr(r->out, "dJ/dW1: 6 of 6 cells right"));
    assert_non_null(strstr(r->out, "dJ/dB2: 1 of 1 cells right"));
    assert_null(strstr(r->out, "WRONG"));
    free(r);
}

static void json_has_the_cells(void **state)
{
    (void)state;
    struct run *r = run_model("w : 30 x 20; J = norm2(w)", "--cells 25 --format json");
    assert_int_equal(r->status, 0);
    cJSON *object = cJSON_Parse(r->out);
    assert_non_null(object);
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(object, "right")));
    const cJSON *one = cJSON_GetArrayItem(cJSON_GetObjectItem(object, "gradients"), 0), *cell;
    assert_string_equal(cJSON_GetObjectItem(one, "wrt")->valuestring, "w");
    assert_true(cJSON_GetObjectItem(one, "total_cells")->valuedouble == 600);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(one, "cells")), 25);
    cJSON_ArrayForEach(cell, cJSON_GetObjectItem(one, "cells"))
    {
        double derived = cJSON_GetObjectItem(cell, "derived")->valuedouble;
        double difference = cJSON_GetObjectItem(cell, "difference")->valuedouble;
        assert_true(fabs(derived - difference) < 1e-5 * fabs(derived) + 1e-5);
        assert_true(cJSON_GetObjectItem(cell, "relative_error")->valuedouble <= 1e-5);
        assert_string_equal(cJSON_GetObjectItem(cell, "verdict")->valuestring, "right");
    }
    cJSON_Delete(object);
    free(r);
}

static void what_is_odd_is_said(void **state)
{
    (void)state;
    const struct {
        const char *model, *options, *out, *err;
        int status;
    } cases[] = {
        {"w : 1 x 2 = [0, 4]; J = sum(relu(w))", "", "a kink: slope 0 below, 1 above", "", 0},
        {"w : 1 x 2 = [0, 4]; J = sum(relu(w))", "", "1 of 2 cells right, 1 at a kink", "", 0},
        {"w : 1 x 1 = 1e-9; J = sum(log(w))", "", "1 not to be measured", "", 0},
        {"w : 1 x 2 = [4, 0]; J = sum(sqrt(w))", "", "WRONG",
         "dJ/dw is wrong in 1 of 2 cells; in row 1, column 2", 1},
        {"w : 30 x 20; J = norm2(w)", "", "a sample of its 600 cells", "", 0},
        {"w : 30 x 20; J = norm2(w)", "--cells all", "600 of 600 cells right", "", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct run *r = run_model(cases[i].model, cases[i].options);
        if (r->status != cases[i].status || !strstr(r->out, cases[i].out) ||
            !strstr(r->err, cases[i].err))
            fail_msg("%s: status %d, %s, %s", cases[i].model, r->status, r->out, r->err);
        free(r);
    }
}

static void wrong_command_lines(void **state)
{
    (void)state;
    const char *const cases[][2] = {
        {"check --gradients --cells 0 a", "--cells takes"},
        {"check --gradients --cells 3x a", "--cells takes"},
        {"check --gradients --format xml a", "text or json"},
        {"check --cells 3 a", "belong to check --gradients"},
        {"check --format json a", "belong to check --gradients"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct run *r = run(command_check, cases[i][0]);
        if (r->status != EXIT_USAGE || !strstr(r->err, cases[i][1]))
            fail_msg("%s: status %d, %s", cases[i][0], r->status, r->err);
        free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_cell_is_compared),
        cmocka_unit_test(json_has_the_cells),
        cmocka_unit_test(what_is_odd_is_said),
        cmocka_unit_test(wrong_command_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
