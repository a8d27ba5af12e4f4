/* Every line of every derivation, on many models, in sizes that differ: the proof of the rules. */
#include "fixture.h"
#include "random_model.h"

#include <chalkgrad/print.h>
#include <chalkgrad/verify.h>

#include <stdlib.h>

/* Prints the lines that do not hold, with those that they were made of. */
static void say_false(const struct cg_model *model, const struct cg_step *step,
                      const struct cg_check *checks)
{
    const struct cg_check *check = &checks[step->id];
    if (!check->holds) {
        struct cg_strbuf line;
        cg_strbuf_init(&line);
        cg_print_text(&line, model, step->lhs);
        cg_put(&line, " = ");
        cg_print_text(&line, model, step->before);
        cg_put(&line, " = ");
        cg_print_text(&line, model, step->rhs);
        print_error("%s (%s): %g not %g\n", line.text, cg_rule_info(step->rule)->key, check->got,
                    check->expected);
        cg_strbuf_finish(&line);
    }
    for (size_t i = 0; i < step->n_children; i++)
        say_false(model, step->children[i], checks);
}

/* Derives dJ by each input and checks every line; fails with the first line that is false. */
static void derive_and_check(const char *text)
{
    struct fixture f;
    struct cg_book book;
    struct cg_error error;
    fixture_init(&f, text, 1);
    cg_book_init(&book, &f.model, &f.arena);
    size_t n_values = f.model.n_values;
    for (size_t id = 0; id < n_values; id++) {
        const struct cg_value *wrt = f.model.values[id];
        if (wrt->kind != CG_VALUE_INPUT)
            continue;
        const struct cg_derivation *d =
            cg_derive(&book, value(&f, "J"), wrt, NULL, NULL, wrt->place, &error);
        if (!d)
            fail_msg("dJ/d%s: %s\n%s", wrt->name, error.text, text);
        if (!d->matrix_form)
            fail_msg("dJ/d%s has no matrix form: %s\n%s", wrt->name, d->no_matrix_form, text);
        struct cg_check *checks = calloc(book.n_steps, sizeof *checks);
        double worst = cg_verify(&book, d, &f.env, 3, checks);
        if (!(worst < CG_TOLERANCE)) {
            for (size_t s = 0; s < d->n_steps; s++)
                say_false(&f.model, d->steps[s], checks);
            fail_msg("dJ/d%s: error %g\n%s", wrt->name, worst, text);
        }
        free(checks);
    }
    fixture_finish(&f);
}

static void lessons(void **state)
{
    (void)state;
    derive_and_check("dims h = 3, y = 2; H : 1 x h; W : h x y; B : 1 x y; T : 1 x y; f = sigmoid\n"
                     "Y = f(H @ W + B); J = 1/2 * sum((Y - T)^2)");
    derive_and_check(
        "dims n = 4, x = 2, h = 3, y = 1; X : n x x; T : n x y; W1 : x x h\n"
        "B1 : 1 x h; W2 : h x y; B2 : 1 x y; f = sigmoid; Z1 = X @ W1 + B1; H = f(Z1)\n"
        "Z2 = H @ W2 + B2; Y = f(Z2); J = 1/2 * sum((Y - T)^2)");
}

static void relatives_of_the_lessons(void **state)
{
    (void)state;
    static const char *const models[] = {
        "X : 5 x 3; w : 3 x 1; t : 5 x 1; J = sum((X @ w - t)^2)",
        "X : 5 x 3; w : 3 x 1; t : 5 x 1; J = sum((X @ w - t)^2) + 0.1 * sum(w^2)",
        "X : 5 x 3; w : 3 x 2; t : 5 x 2; J = mean((X @ w - t)^2)",
        "A : 2 x 3; B : 3 x 4; C : 4 x 2; J = sum((A @ B @ C)^2)",
        "A : 2 x 3; B : 3 x 2; Z = A @ B; J = sum(tanh(Z) * Z)",
        "A : 3 x 2; B : 3 x 4; Z = A.T @ B; J = 1/2 * sum(Z^2)",
        "n : 1 x 3; W : 3 x 3; Z = n @ W; H = relu(Z); V : 3 x 2; Y = H @ V; J = sum(Y^2)",
        "H : 1 x 3; W : 3 x 2; Y = exp(H @ W); J = sum(Y)",
    };
    for (size_t i = 0; i < sizeof models / sizeof *models; i++)
        derive_and_check(models[i]);
}

static void random_models(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct writer w;
        random_model(&w, seed, 3);
        derive_and_check(w.text.text);
        cg_strbuf_finish(&w.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lessons),
        cmocka_unit_test(relatives_of_the_lessons),
        cmocka_unit_test(random_models),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
