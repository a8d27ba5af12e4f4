/* The errors of vector_math.h, compiled as native code is and for the plainest processor, in both
 * precisions: against long double, over more than a million arguments each. */
#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void check(const char *options, const char *real, int is_float, int lanes)
{
    char command[1024], program[] = "/tmp/chalkgrad-test-XXXXXX";
    const char *source = getenv("CHALKGRAD_SOURCE");
    double exp_error, sigmoid_error, tanh_error, log_error, softplus_error;
    close(mkstemp(program));
    snprintf(command, sizeof command,
             "cc -Wall -Wextra -Werror -Wno-unused %s -DR=%s -DREAL_IS_FLOAT=%d -DLANES=%d "
             "-I%s/src %s/tests/engine/vector_math_check.c -o %s -lm && %s",
             options, real, is_float, lanes, source, source, program, program);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_int_equal(fscanf(pipe, "%lf %lf %lf %lf %lf", &exp_error, &sigmoid_error, &tanh_error,
                            &log_error, &softplus_error),
                     5);
    assert_int_equal(pclose(pipe), 0);
    unlink(program);
    print_message("# %s %s: exp %.2f, sigmoid %.2f, tanh %.2f, log %.2f, softplus %.2f ulp\n", real,
                  options, exp_error, sigmoid_error, tanh_error, log_error, softplus_error);
    assert_true(exp_error < 2 && sigmoid_error < 4 && tanh_error < 4);
    assert_true(log_error < 2 && softplus_error < 3);
}

static void errors_stay_below_4_ulp(void **state)
{
    (void)state;
    static const char native[] =
        "-O3 -march=native -fno-math-errno -fno-trapping-math -ffp-contract=fast";
    check(native, "double", 0, 8);
    check(native, "float", 1, 16);
    check("-O1", "double", 0, 2);
    check("-O1", "float", 1, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_stay_below_4_ulp),
    };
    if (!getenv("CHALKGRAD_SOURCE"))
        return skip_all("CHALKGRAD_SOURCE does not say where the sources are");
    if (!has_compiler())
        return skip_all("no C compiler here");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
