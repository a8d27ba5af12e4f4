/* Programs that train on their own, compiled without a warning and run: the losses that they print
 * are the trainer's. */
#include "fixture.h"

#include "engine/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define XOR                                                                                        \
    "X : 4 x 2 = [[0, 0], [0, 1], [1, 0], [1, 1]]; T : 4 x 1 = [[0], [1], [1], [0]]\n"             \
    "W1 : 2 x 3; B1 : 1 x 3; W2 : 3 x 1; B2 : 1 x 1; Z1 = X @ W1 + B1; H = sigmoid(Z1)\n"          \
    "Z2 = H @ W2 + B2; Y = sigmoid(Z2); J = 1/2 * sum((Y - T)^2)"

struct example {
    const char *model, *params;
    struct cg_train_options options;
};

static const struct example examples[] = {
    {XOR, "W1 B1 W2 B2", {.rate = 1, .epochs = 200}},
    {XOR, "W1 B1 W2 B2", {.rate = 0.5, .epochs = 100, .batch = 1, .seed = 7}},
    {XOR, "W1 B1 W2 B2", {.rate = 0.05, .epochs = 100, .batch = 3, .optimizer = CG_ADAM}},
    {XOR,
     "W1 W2",
     {.rate = 0.1,
      .epochs = 37,
      .batch = 2,
      .in_order = true,
      .optimizer = CG_MOMENTUM,
      .schedule = {.kind = CG_COSINE, .least = 0.01},
      .precision = CG_F32}},
    {XOR,
     "W1 B1 W2 B2",
     {.rate = 0.5,
      .epochs = 50,
      .batch = 3,
      .schedule = {.kind = CG_STEP, .every = 7, .factor = 0.5}}},
    /* softmax, relu, an input that is no data, names of C and of the program's own */
    {"X : 30 x 3; T : 30 x 4 = uniform(0, 1); sum1 : 3 x 9; u2 : 9 x 4; rate : 1 x 4\n"
     "exp1 : 1 x 9; order = relu(X @ sum1 + exp1); S = softmax(order @ u2 + rate)\n"
     "J = -mean(T * log(S)) + mean(softplus(rate)) / 99 + mean(abs(exp1)) / 50 + mean(exp1 ^ 3)",
     "sum1 u2 rate",
     {.rate = 0.1, .epochs = 20, .batch = 8, .optimizer = CG_ADAM}},
    /* more numbers than are written into a program */
    {"X : 300 x 80; T : 300 x 1; W1 : 80 x 20 = normal(0, 0.1); W2 : 20 x 1 = normal(0, 0.1)\n"
     "J = mean((tanh(X @ W1) @ W2 - T)^2)",
     "W1 W2",
     {.rate = 0.01, .epochs = 10, .batch = 64, .seed = 3}},
};

static void write_file(const char *folder, const char *name, const struct cg_strbuf *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text->text, 1, text->length, file), text->length);
    fclose(file);
}

/* Compares each line with the trainer, which follows it epoch by epoch. */
static void run_program(const char *folder, struct cg_trainer *trainer, size_t per_epoch,
                        size_t epochs, double tolerance)
{
    char command[512], line[256];
    struct cg_error error;
    snprintf(command, sizeof command,
             "cd %s && cc -std=c11 -O1 -Wall -Wextra -Wpedantic -Werror p.c -lm -o p && ./p n",
             folder);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t lines = 0, epoch = 0;
    double loss;
    while (fgets(line, sizeof line, pipe)) {
        assert_int_equal(sscanf(line, "epoch %zu: J = %lf", &epoch, &loss), 2);
        assert_true(cg_trainer_seek(trainer, epoch * per_epoch, &error));
        double want = cg_trainer_loss(trainer);
        if (!(fabs(loss - want) <= tolerance * fabs(want)))
            fail_msg("epoch %zu: J = %.17g, not %.17g", epoch, loss, want);
        lines++;
    }
    assert_int_equal(pclose(pipe), 0);
    assert_true(lines > 10 && epoch == epochs);
}

static void check(const struct example *example, const char *folder)
{
    struct fixture f;
    struct cg_book book;
    struct cg_error error;
    struct cg_strbuf program, numbers;
    const struct cg_value *params[8], *rows[2];
    struct cg_train_options options = example->options;
    fixture_init(&f, example->model, 5);
    cg_book_init(&book, &f.model, &f.arena);
    char name[8];
    const char *at = example->params;
    for (int length; sscanf(at, "%7s%n", name, &length) == 1; at += length)
        params[options.n_params++] = value(&f, name);
    rows[0] = value(&f, "X"), rows[1] = value(&f, "T");
    options.params = params, options.rows = rows, options.n_rows = 2;
    options.loss = value(&f, "J");
    struct cg_trainer *trainer = cg_trainer_create(&book, &options, &error);
    if (!trainer)
        fail_msg("%s", error.text);
    cg_strbuf_init(&program), cg_strbuf_init(&numbers);
    program_emit(&program, &numbers, trainer, "a lesson with */ and \\ in its name");
    write_file(folder, "p.c", &program);
    write_file(folder, "n", &numbers);
    size_t n_rows = cg_rows(&f.model, rows[0]->shape);
    size_t batch = options.batch ? options.batch : n_rows;
    run_program(folder, trainer, (n_rows + batch - 1) / batch, options.epochs,
                options.precision == CG_F32 ? 1e-4 : 1e-9);
    cg_strbuf_finish(&program), cg_strbuf_finish(&numbers);
    cg_trainer_destroy(trainer);
    fixture_finish(&f);
}

static void programs_train_as_the_trainer_does(void **state)
{
    (void)state;
    char folder[] = "/tmp/chalkgrad-test-XXXXXX", command[64];
    assert_non_null(mkdtemp(folder));
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        check(&examples[i], folder);
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(programs_train_as_the_trainer_does),
    };
    if (!has_compiler())
        return skip_all("no C compiler here");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
