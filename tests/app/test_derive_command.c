/* The command derive: what it prints in each format, and the status it ends with. */
#include "run.h"

#include <cjson/cJSON.h>

#include <math.h>

#define SEED                                                                                       \
    "dims h = 3, y = 2; H : 1 x h; W : h x y; B : 1 x y; Ystar : 1 x y as Y^*; f = sigmoid; "      \
    "Y = f(H @ W + B); J = 1/2 * sum((Y - Ystar)^2)"

static struct run *derive(const char *model, const char *wrt, const char *format)
{
    char *words[] = {"derive",    "-e",       (char *)model,  "--wrt",
                     (char *)wrt, "--format", (char *)format, NULL};
    return run_words(command_derive, words);
}

static const cJSON *item(const cJSON *object, const char *name)
{
    const cJSON *found = cJSON_GetObjectItem(object, name);
    if (!found)
        fail_msg("no %s", name);
    return found;
}

static double at(const cJSON *rows, int row, int col)
{
    return cJSON_GetArrayItem(cJSON_GetArrayItem(rows, row), col)->valuedouble;
}

static void text_reads_as_the_seed_derivation(void **state)
{
    (void)state;
    struct run *r = derive(SEED, "B", "text");
    assert_int_equal(r->status, 0);
    assert_string_equal(r->err, "");
    char *end = strstr(r->out, "\n\n");
    assert_non_null(end);
    assert_non_null(strstr(end, " lines checked, largest relative error "));
    end[1] = '\0';
    assert_string_equal(
        r->out, "[∂J/∂B]_k = ∂J/∂B_k = Σ_i ∂J/∂Y_i ∂Y_i/∂B_k     (chain rule)\n"
                "    ∂J/∂Y_i = ∂/∂Y_i ½ Σ_j (Y_j − Y*_j)²        (definition)\n"
                "            = ½ Σ_j 2 (Y_j − Y*_j) δ_ij         (power rule)\n"
                "            = Y_i − Y*_i                        (the delta collapses the sum)\n"
                "            = [Y − Y*]_i                        (matrix form)\n"
                "    ∂J/∂Y = Y − Y*                              (all entries at once)\n"
                "    ∂Y_i/∂B_k = ∂/∂B_k f([HW]_i + B_i)          (definition)\n"
                "              = f′([HW]_i + B_i) δ_ik           (elementwise function)\n"
                "              = [f′(HW + B)]_i δ_ik             (matrix form)\n"
                "[∂J/∂B]_k = Σ_i [Y − Y*]_i [f′(HW + B)]_i δ_ik  (the derivatives, written out)\n"
                "          = [Y − Y*]_k [f′(HW + B)]_k           (the delta collapses the sum)\n"
                "          = [(Y − Y*) * f′(HW + B)]_k           (matrix form)\n"
                "∂J/∂B = (Y − Y*) * f′(HW + B)                   (all entries at once)\n");
    free(r);
}

/* Sizes that would take minutes: an answer at once, that says what was not checked. */
static void large_models_answer(void **state)
{
    (void)state;
    const char *model = "A : 5000 x 5000; B : 5000 x 5000; C = A @ B; J = sum(C^2)";
    struct run *r = derive(model, "A", "text");
    assert_int_equal(r->status, 0);
    assert_non_null(strstr(r->out, "∂J/∂A = 2 C Bᵀ"));
    assert_non_null(strstr(r->out, "\nthe model is large: its numbers are those for 64 in place of "
                                   "5000\n"));
    assert_non_null(strstr(r->out, " lines were checked at a sample of their cells"));
    free(r);
    r = derive(model, "A", "json");
    cJSON *object = cJSON_Parse(r->out);
    assert_non_null(object);
    assert_true(cJSON_IsNull(item(object, "value")));
    assert_int_equal(cJSON_GetArrayItem(item(object, "shape"), 0)->valueint, 5000);
    assert_non_null(strstr(item(object, "note")->valuestring, "64 in place of 5000"));
    cJSON_Delete(object);
    free(r);
}

/* Writes the script, runs it, and returns its status. */
static int run_python(const char *script)
{
    char path[] = "/tmp/chalkgrad-torch-XXXXXX", command[100];
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_true(write(file, script, strlen(script)) == (ssize_t)strlen(script));
    close(file);
    snprintf(command, sizeof command, "/usr/bin/python3 %s >/dev/null 2>&1", path);
    int status = system(command);
    unlink(path);
    return status;
}

/* The script agrees with PyTorch, and says so by its status where the form is spoilt. */
static void torch_agrees(void **state)
{
    (void)state;
    static const char *const models[][2] = {
        {SEED, "W"},
        {"dims n = 4, d = 3; X : n x d; w : d x 1; c = 0.5; r = sqrt; S = softmax(X @ w @ w.T)\n"
         "P = softplus(X) / r(1 + norm2(w)) + relu(S) * trace(w @ w.T) * c\n"
         "J = mean(P ^ 2) + dot(sum(P, axis=0), w.T) + sum(outer(w, S @ w)) / n",
         "X"},
        {"A : 2 x 3; Z = tanh(A); J = sum(Z * abs(A) + exp(Z))", "Z"},
        {"dims n = 4, d = 3; Q : n x d; K : n x d; c = 1 / d; S = softmax(Q @ K.T / sqrt(d))\n"
         "J = sum(S ^ 2) + sum(c.T @ sum(Q, axis=0)) + mean(sqrt(n))",
         "Q"},
    };
    struct run *r = derive(models[0][0], models[0][1], "torch");
    assert_int_equal(r->status, 0);
    assert_non_null(strstr(r->out, "    f = torch.sigmoid\n"));
    assert_non_null(strstr(r->out, "    Y = f(H @ W + B)\n"));
    assert_non_null(strstr(r->out, "    return J, W\n"));
    free(r);
    if (run_python("import torch, numpy")) {
        print_message("# /usr/bin/python3 has no PyTorch: the scripts are not run\n");
        return;
    }
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        r = derive(models[i][0], models[i][1], "torch");
        if (r->status || run_python(r->out))
            fail_msg("%s%s", r->err, r->out);
        if (i == 0) {
            char *form = strstr(r->out, "    return H.T @ (");
            assert_non_null(form);
            memcpy(form, "    return 2*H.T@(", 18);
            assert_int_not_equal(run_python(r->out), 0);
        }
        free(r);
    }
}

/* Every step has its keys; collects the rules. */
static void look_at_steps(const cJSON *steps, char *rules, size_t size)
{
    const cJSON *step;
    cJSON_ArrayForEach(step, steps)
    {
        size_t length = strlen(rules);
        snprintf(rules + length, size - length, "%s;", item(step, "rule")->valuestring);
        assert_non_null(strstr(item(step, "text")->valuestring, " = "));
        assert_non_null(strstr(item(step, "latex")->valuestring, " = "));
        assert_true(item(step, "residual")->valuedouble < 1e-9);
        look_at_steps(item(step, "children"), rules, size);
    }
}

static void a_lessons_gradient_as_json(void **state)
{
    (void)state;
    char rules[4000] = ";";
    struct run *r = run(command_derive, "derive %s/lessons/04-output-weights.md --wrt W "
                                        "--format json");
    assert_int_equal(r->status, 0);
    cJSON *object = cJSON_Parse(r->out);
    assert_non_null(object);
    assert_string_equal(item(object, "wrt")->valuestring, "W");
    assert_string_equal(item(object, "of")->valuestring, "J");
    assert_string_equal(item(object, "matrix_form")->valuestring,
                        "H.T @ ((Y - Ystar) * f'(H @ W + B))");
    assert_int_equal(cJSON_GetArrayItem(item(object, "shape"), 0)->valueint, 3);
    assert_int_equal(cJSON_GetArrayItem(item(object, "shape"), 1)->valueint, 2);
    assert_true(item(object, "max_relative_error")->valuedouble < 1e-9);
    assert_non_null(strstr(item(object, "latex")->valuestring, "\\begin{aligned}"));
    assert_non_null(strstr(item(object, "numpy")->valuestring, "def grad(H, W, B, Ystar):"));
    look_at_steps(item(object, "steps"), rules, sizeof rules);
    static const char *const keys[] = {";definition;", ";chain;", ";delta;", ";collapse;",
                                       ";matrix form;"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_non_null(strstr(rules, keys[i]));
    assert_true(fabs(at(item(object, "value"), 2, 1) - 0.102598092330108) < 1e-12);
    cJSON_Delete(object);
    free(r);
}

/* dJ/dW1 rests on what the lesson derived before and named: all of it is in the object, once. */
static void what_a_lesson_named_is_used_and_told(void **state)
{
    (void)state;
    struct run *r = run(command_derive, "derive %s/lessons/06-xor.md --wrt W1 --format json");
    assert_int_equal(r->status, 0);
    cJSON *object = cJSON_Parse(r->out);
    assert_non_null(object);
    assert_string_equal(item(object, "matrix_form")->valuestring, "X.T @ δ1");
    const cJSON *names = item(object, "names");
    assert_string_equal(names->child->string, "δ2");
    assert_string_equal(item(names, "δ2")->valuestring, "(Y - Ystar) * f'(Z2)");
    assert_string_equal(item(names, "δ1")->valuestring, "(δ2 @ W2.T) * f'(Z1)");
    const char *first = strstr(r->out, "∂J/∂Z2 = (Y − Y*) * f′(Z2)");
    assert_non_null(first);
    assert_null(strstr(first + 1, "∂J/∂Z2 = (Y − Y*) * f′(Z2)"));
    cJSON_Delete(object);
    free(r);
    r = run(command_derive, "derive %s/lessons/06-xor.md --wrt W1");
    assert_non_null(strstr(r->out, "\n∂J/∂W1 = Xᵀ δ1"));
    assert_true(strstr(r->out, "∂J/∂Z2 = ") < strstr(r->out, "\n∂J/∂W1 = "));
    free(r);
}

static void a_local_derivative_has_four_axes(void **state)
{
    (void)state;
    char *words[] = {"derive", "-e",       "H : 1 x 3 = [1, 2, 3]; W : 3 x 2; Y = H @ W",
                     "--of",   "Y",        "--wrt",
                     "W",      "--format", "json",
                     NULL};
    struct run *r = run_words(command_derive, words);
    assert_int_equal(r->status, 0);
    cJSON *object = cJSON_Parse(r->out);
    assert_true(cJSON_IsNull(item(object, "matrix_form")));
    assert_int_equal(cJSON_GetArraySize(item(object, "shape")), 4);
    const cJSON *y1 = cJSON_GetArrayItem(item(object, "value")->child, 1); /* of Y_2 */
    assert_true(at(y1, 2, 1) == 3);
    assert_true(at(y1, 2, 0) == 0);
    cJSON_Delete(object);
    free(r);
}

static void latex_numpy_and_c(void **state)
{
    (void)state;
    struct run *r = derive(SEED, "W", "latex");
    assert_int_equal(r->status, 0);
    assert_non_null(strstr(r->out, "\\begin{aligned}\n"));
    assert_non_null(strstr(r->out, "Y^*"));
    free(r);
    r = derive("X : 4 x 3; w : 3 x 1; J = norm2(X @ w)", "w", "numpy");
    assert_int_equal(r->status, 0);
    assert_string_equal(r->out, "import numpy as np\n\n\n"
                                "def grad(X, w):\n"
                                "    \"\"\"dJ/dw = 2 * (X.T @ (X @ w))\"\"\"\n"
                                "    X, w = (np.array(a, dtype=float, ndmin=2) for a in (X, w))\n"
                                "    return 2 * (X.T @ (X @ w))\n");
    free(r);
    r = derive("X : 4 x 3; w : 3 x 1; J = norm2(X @ w)", "w", "c");
    assert_int_equal(r->status, 0);
    assert_non_null(strstr(r->out, "void grad(const double *X, const double *w, double *out)\n"));
    free(r);
}

static struct run *derive_with(const char *format, char *option, const char *value)
{
    char *words[] = {"derive",   "-e",           SEED,   "--wrt",       "W",
                     "--format", (char *)format, option, (char *)value, NULL};
    return run_words(command_derive, words);
}

/* The depths of a derivation, in text and in LaTeX; --atoms is one of them. */
static void each_depth_tells_more(void **state)
{
    (void)state;
    static const char *const formats[] = {"text", "latex"};
    for (size_t i = 0; i < 2; i++) {
        struct run *summary = derive_with(formats[i], "--depth", "summary");
        struct run *rules = derive_with(formats[i], "--depth", "rules");
        struct run *atoms = derive_with(formats[i], "--depth", "atoms");
        struct run *usual = derive(SEED, "W", formats[i]);
        struct run *short_form = derive_with(formats[i], "--atoms", NULL);
        assert_null(strstr(summary->out, "collapses"));
        assert_non_null(strstr(rules->out, "collapses"));
        assert_true(strlen(summary->out) < strlen(rules->out));
        assert_true(strlen(rules->out) < strlen(atoms->out));
        assert_string_equal(rules->out, usual->out);
        assert_string_equal(atoms->out, short_form->out);
        free(summary);
        free(rules);
        free(atoms);
        free(usual);
        free(short_form);
    }
}

static void a_bare_file(void **state)
{
    (void)state;
    char path[] = "/tmp/chalkgrad-XXXXXX";
    FILE *file = fdopen(mkstemp(path), "w");
    fputs("A : 2 x 2 = [[1, 2], [3, 4]]\nL = sum(A * A)\n", file);
    fclose(file);
    char *words[] = {"derive", path, "--wrt", "A", "--of", "L", "--format", "json", NULL};
    struct run *r = run_words(command_derive, words);
    assert_int_equal(r->status, 0);
    cJSON *object = cJSON_Parse(r->out);
    assert_true(at(item(object, "value"), 1, 0) == 6);
    cJSON_Delete(object);
    free(r);
    char *without[] = {"derive", path, "--wrt", "A", NULL};
    r = run_words(command_derive, without);
    assert_int_equal(r->status, EXIT_USAGE);
    assert_non_null(strstr(r->err, "there is no value J"));
    free(r);
    unlink(path);
}

static void wrong_command_lines_and_models(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        int status;
        const char *text;
    } cases[] = {
        {"derive", EXIT_USAGE, "one FILE"},
        {"derive a b --wrt W", EXIT_USAGE, "one FILE"},
        {"derive a -e b --wrt W", EXIT_USAGE, "one FILE"},
        {"derive a", EXIT_USAGE, "--wrt NAME"},
        {"derive a --wrt W --format xml", EXIT_USAGE, "text, latex, numpy, c, torch or json"},
        {"derive a --wrt W --depth deep", EXIT_USAGE, "summary, rules or atoms"},
        {"derive a --frobnicate", EXIT_USAGE, "frobnicate"},
        {"derive /nowhere.txt --wrt W", EXIT_MACHINE, "/nowhere.txt"},
        {"derive /nowhere.md --wrt W", EXIT_MACHINE, "/nowhere.md"},
        {"derive %s/lessons/04-output-weights.md --wrt Q", EXIT_USAGE, "no value Q"},
        {"derive %s/lessons/04-output-weights.md --wrt ystar", EXIT_USAGE, "did you mean Ystar?"},
        {"derive %s/lessons/04-output-weights.md --wrt W --of K", EXIT_USAGE, "no value K"},
        {"derive -e W:2x3;J=sum(W@W) --wrt W", EXIT_LESSON, "-e:1:13: error: W is 2 x 3"},
        {"derive --help", 0, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct run *r = run(command_derive, cases[i].line);
        if (r->status != cases[i].status || !strstr(r->err, cases[i].text))
            fail_msg("%s: status %d, %s", cases[i].line, r->status, r->err);
        if (r->status)
            assert_string_equal(r->out, "");
        free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(large_models_answer),
        cmocka_unit_test(torch_agrees),
        cmocka_unit_test(text_reads_as_the_seed_derivation),
        cmocka_unit_test(a_lessons_gradient_as_json),
        cmocka_unit_test(what_a_lesson_named_is_used_and_told),
        cmocka_unit_test(a_local_derivative_has_four_axes),
        cmocka_unit_test(latex_numpy_and_c),
        cmocka_unit_test(each_depth_tells_more),
        cmocka_unit_test(a_bare_file),
        cmocka_unit_test(wrong_command_lines_and_models),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
