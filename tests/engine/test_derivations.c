/* Every line of every derivation, on many models, in sizes that differ: the proof of the rules. */
#include "fixture.h"
#include "random_grammar.h"
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

/* How many gradients were derived, and how many of them are left in indices. */
struct tally {
    size_t gradients, in_indices, refused;
};

static void count(struct tally *tally, const struct cg_derivation *d, const char *error,
                  const char *text)
{
    tally->gradients++;
    tally->in_indices += d && !d->matrix_form;
    tally->refused += !d;
    if (getenv("CHALKGRAD_MODELS") && !(d && d->matrix_form))
        print_message("%s: %s\n%s\n", d ? "in indices" : "refused", d ? d->no_matrix_form : error,
                      text);
}

/* -1/8 reads back as the quotient of -1 and 8, with blanks in it. */
static bool same_but_blanks(const char *a, const char *b)
{
    while (*(a += strspn(a, " ")) && *(b += strspn(b, " ")))
        if (*a++ != *b++)
            return false;
    return !*a && !*b;
}

/* What is printed reads back as what prints the same and has the same value. */
static void check_text(struct fixture *f, const struct cg_book *book, const struct cg_expr *expr)
{
    struct cg_strbuf first, second;
    struct cg_error error;
    cg_strbuf_init(&first);
    cg_strbuf_init(&second);
    cg_print_text(&first, &f->model, expr);
    const struct cg_expr *again =
        cg_parse_expr(&f->model, book->results, book->n_results, first.text, first.length,
                      (struct cg_place){1, 1}, &error);
    if (!again)
        fail_msg("%s: %s", first.text, error.text);
    cg_print_text(&second, &f->model, again);
    if (!same_but_blanks(first.text, second.text))
        fail_msg("%s reads back as %s", first.text, second.text);
    struct cg_check check = cg_verify_equation(&f->model, &f->env, expr, again, 0);
    if (!check.holds)
        fail_msg("%s reads back as something else", first.text);
    cg_strbuf_finish(&second);
    cg_strbuf_finish(&first);
}

/* Derives dJ by each input and checks every line; fails with the first line that is false. Without
 * a tally each must have a matrix form. */
static void derive_and_check(const char *text, struct tally *tally)
{
    struct fixture f;
    struct cg_book book;
    struct cg_error error;
    fixture_init(&f, text, 1);
    cg_book_init(&book, &f.model, &f.arena);
    size_t n_values = f.model.n_values;
    for (size_t id = 0; id < n_values; id++)
        if (f.model.values[id]->body)
            check_text(&f, &book, f.model.values[id]->body);
    for (size_t id = 0; id < n_values; id++) {
        const struct cg_value *wrt = f.model.values[id];
        if (wrt->kind != CG_VALUE_INPUT)
            continue;
        const struct cg_derivation *d =
            cg_derive(&book, value(&f, "J"), wrt, NULL, NULL, wrt->place, &error);
        if (tally)
            count(tally, d, d ? "" : error.text, text);
        if (!d && tally)
            continue;
        if (!d)
            fail_msg("dJ/d%s: %s\n%s", wrt->name, error.text, text);
        if (!d->matrix_form && !tally)
            fail_msg("dJ/d%s has no matrix form: %s\n%s", wrt->name, d->no_matrix_form, text);
        if (d->matrix_form)
            check_text(&f, &book, d->matrix_form);
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
                     "Y = f(H @ W + B); J = 1/2 * sum((Y - T)^2)",
                     NULL);
    derive_and_check(
        "dims n = 4, x = 2, h = 3, y = 1; X : n x x; T : n x y; W1 : x x h\n"
        "B1 : 1 x h; W2 : h x y; B2 : 1 x y; f = sigmoid; Z1 = X @ W1 + B1; H = f(Z1)\n"
        "Z2 = H @ W2 + B2; Y = f(Z2); J = 1/2 * sum((Y - T)^2)",
        NULL);
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
        /* a shift of all of a softmax changes nothing: the terms of dJ/dC cancel to roundings */
        "A : 2 x 3; C : 2 x 2; U = sin(C); V = A - mean(U); S = softmax(V); J = sum(S^2)",
        /* shares that are 0 to the machine: some lines have no numbers there, none is false */
        "Z : 2 x 3 = [[1000, 0, 999], [0, -800, -1]]; T : 2 x 3; J = -sum(T * log(softmax(Z)))",
        "X : 2 x 2 = [[1000, 0], [0, -800]]; W : 2 x 3; T : 2 x 3; S = softmax(X @ W)\n"
        "J = -mean(T * log(S))",
        /* slopes of 1e-315, with the few digits that are left there */
        "dims a = 2, b = 3, c = 4; V0 : b x b; V1 : a x c; V2 : b x b; V3 : a x a\n"
        "V4 = V3 / (2 + V3 ^ 2) + trace(V3 @ V3.T) / 9; V5 = sin(-V1) * norm2(V4) / 8\n"
        "V6 = sin(V0); V7 = V5 / (2 + V5 ^ 2) + trace(V5 @ V5.T) / 9\n"
        "J = sum(tanh(V7)) + mean(V4 ^ 2)",
        /* sums within sums, whose letters meet where equal terms are looked for */
        "V0 : 4 x 2; V1 : 4 x 4; V3 : 4 x 2; V4 = V1.T; V5 = sin(-V1) * norm2(V4) / 8\n"
        "V6 = V5 * sum(V5, axis=1) - mean(V5) * 0.5; J = sum(tanh(V6)) + mean(V3 ^ 2)",
        "V0 : 4 x 4; V1 : 4 x 3; V2 : 3 x 4; V4 = sin(-V0) * norm2(V2) / 8; V6 = V2 @ V1 / 3\n"
        "V7 = V0 * sum(V0, axis=1) - mean(V0) * 0.5; J = sum(tanh(V7.T)) + mean(V4 ^ 2)",
        /* a sum of what does not carry its index, under a letter that is taken */
        "a : 4 x 1; b : 1 x 2; U = tanh(norm2(ones(4, 3)) * a); V = -0.7 @ U.T @ ones(4, 2)\n"
        "J = sum(V) + mean(sin(U)) + norm2(b)",
        "V0 : 3 x 3; V4 = V0 * sum(V0, axis=1) - mean(V0) * 0.5\n"
        "V7 = V4 / (2 + V4 ^ 2) + trace(V4 @ V4.T) / 9; V8 = softmax(V7)\n"
        "J = sum(tanh(V8)) + mean(V4 ^ 2)",
    };
    for (size_t i = 0; i < sizeof models / sizeof *models; i++)
        derive_and_check(models[i], NULL);
}

/* CHALKGRAD_MODELS=N asks for more of them. */
static uint64_t models_wanted(void)
{
    const char *wish = getenv("CHALKGRAD_MODELS");
    return wish ? strtoull(wish, NULL, 10) : 1000;
}

static void random_models(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= models_wanted(); seed++) {
        struct writer w;
        random_model(&w, seed, 3 + (size_t)(seed % 3));
        derive_and_check(w.text.text, NULL);
        cg_strbuf_finish(&w.text);
    }
}

/* The same over the whole language. Next to none is refused as too long or left in indices. */
static void random_grammars(void **state)
{
    (void)state;
    struct tally tally = {0};
    for (uint64_t seed = 1; seed <= models_wanted(); seed++) {
        struct cg_strbuf text;
        cg_strbuf_init(&text);
        random_grammar(&text, seed, 1 + (size_t)(seed % 4), 2 + (int)(seed % 9));
        derive_and_check(text.text, &tally);
        cg_strbuf_finish(&text);
    }
    print_message("%zu gradients, %zu left in indices, %zu refused\n", tally.gradients,
                  tally.in_indices, tally.refused);
    assert_true(100 * (tally.in_indices + tally.refused) <= tally.gradients);
}

/* A copy of expr in which the at-th place that can be broken is: a factor left out, a sign turned,
 * a function in place of its derivative, a transpose or a sum forgotten, an exponent gone. */
static const struct cg_expr *broken(struct cg_arena *arena, const struct cg_expr *expr, int *at)
{
    bool can = false;
    switch ((int)expr->op) {
    case CG_MUL:
    case CG_NEG:
    case CG_TRANSPOSE:
    case CG_KRON:
    case CG_POW:
        can = true;
        break;
    case CG_APPLY:
        can = expr->u.apply.order == 1;
        break;
    }
    if (can && *at >= 0 && (*at)-- == 0) {
        if (expr->op == CG_KRON)
            return cg_number(arena, 1);
        if (expr->op == CG_APPLY)
            return cg_apply(arena, expr->u.apply.function, 0, expr->args[0]);
        if (expr->op != CG_MUL || expr->n_args == 2)
            return expr->args[0];
        return cg_nary(arena, CG_MUL, expr->n_args - 1, expr->args, expr->shape);
    }
    const struct cg_expr *args[16];
    assert_true(expr->n_args <= 16);
    for (size_t i = 0; i < expr->n_args; i++)
        args[i] = broken(arena, expr->args[i], at);
    return expr->n_args ? cg_with_args(arena, expr, args) : expr;
}

/* Breaks every line of a derivation at every place, one at a time. */
static void break_lines_of(struct fixture *f, const struct cg_book *book,
                           const struct cg_derivation *d, size_t *found, size_t *missed)
{
    struct cg_check *checks = calloc(book->n_steps, sizeof *checks);
    for (size_t s = 1; s < d->n_steps; s++)
        for (int place = 0;; place++) {
            int at = place;
            struct cg_step step = *d->steps[s];
            const struct cg_step *steps[] = {&step};
            struct cg_derivation alone = *d;
            step.rhs = broken(&f->arena, step.rhs, &at);
            if (at >= 0)
                break; /* there are not so many places */
            step.n_children = 0;
            alone.steps = steps;
            alone.n_steps = 1;
            cg_verify(book, &alone, &f->env, 2, checks);
            *found += !checks[step.id].holds;
            *missed += checks[step.id].holds;
            if (checks[step.id].holds) {
                struct cg_strbuf line;
                cg_strbuf_init(&line);
                cg_print_text(&line, &f->model, step.before);
                cg_put(&line, " became ");
                cg_print_text(&line, &f->model, step.rhs);
                print_error("%s\n", line.text);
                cg_strbuf_finish(&line);
            }
        }
    free(checks);
}

/* Whatever is broken in a true line is found. h = y in the model, so only the random sizes can tell
 * a matrix from its transpose. */
static void broken_lines_are_found(void **state)
{
    (void)state;
    struct fixture f;
    struct cg_book book;
    struct cg_error error;
    fixture_init(
        &f,
        "dims n = 3, h = 3, y = 3; X : n x h; W : h x y; B : 1 x y; T : n x y\n"
        "V : y x y; f = sigmoid; Z = X @ W + B; H = f(Z); Y = H @ V; J = 1/2 * sum((Y - T)^2)",
        1);
    cg_book_init(&book, &f.model, &f.arena);
    size_t found = 0, missed = 0;
    for (const char *const *name = (const char *const[]){"W", "B", "V", "X", "T", NULL}; *name;
         name++)
        if (!cg_derive(&book, value(&f, "J"), value(&f, *name), NULL, NULL, (struct cg_place){0},
                       &error))
            fail_msg("%s", error.text);
    for (size_t i = 0; i < book.n_derivations; i++)
        break_lines_of(&f, &book, book.derivations[i], &found, &missed);
    assert_true(found > 80);
    assert_int_equal(missed, 0);
    fixture_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lessons),
        cmocka_unit_test(relatives_of_the_lessons),
        cmocka_unit_test(random_models),
        cmocka_unit_test(random_grammars),
        cmocka_unit_test(broken_lines_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
