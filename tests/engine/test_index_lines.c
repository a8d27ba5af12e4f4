/* What the board prints in index notation can be read back: a line of a derivation, taken out of
 * the program and put into a lesson as a claim, means the same. */
#include "fixture.h"
#include "random_model.h"

#include <chalkgrad/index.h>
#include <chalkgrad/print.h>
#include <chalkgrad/verify.h>

#include <stdlib.h>

/* An identity or zero matrix prints as a sign that tells no size. */
static bool is_readable(const struct cg_expr *expr)
{
    if (expr->op == CG_EYE || expr->op == CG_ZEROS)
        return false;
    for (size_t i = 0; i < expr->n_args; i++)
        if (!is_readable(expr->args[i]))
            return false;
    return true;
}

static bool is_total(const struct cg_expr *expr)
{
    if (expr->op == CG_PARTIAL && !expr->u.partial.total)
        return false;
    for (size_t i = 0; i < expr->n_args; i++)
        if (!is_total(expr->args[i]))
            return false;
    return true;
}

struct tally {
    size_t read, verified;
};

/* A dot before a fraction, but none before a quotient of two numbers, is a matter of looks. */
static void drop_dots(struct cg_strbuf *line)
{
    char *to = line->text;
    for (const char *from = line->text; *from; from++)
        if (strncmp(from, "· ", strlen("· ")) == 0)
            from += strlen("· ") - 1;
        else
            *to++ = *from;
    *to = '\0';
}

/* Prints, reads, prints. Where nothing in the line is a direct derivative (the reader takes all for
 * total ones), what was read is true as well. */
static void read_back(struct fixture *f, const struct cg_book *book, const struct cg_step *step,
                      struct tally *tally)
{
    struct cg_strbuf line, again;
    struct cg_error error;
    const struct cg_expr *left, *right;
    if (!cg_is_index_notation(step->lhs) || !cg_is_index_notation(step->rhs) ||
        !is_readable(step->lhs) || !is_readable(step->rhs))
        return;
    cg_strbuf_init(&line);
    cg_strbuf_init(&again);
    cg_print_line(&line, &f->model, step->lhs, step->rhs);
    if (line.length <= CG_LONGEST_EQUATION) {
        if (!cg_parse_indexed(&f->model, book->results, book->n_results, line.text, line.length,
                              (struct cg_place){1, 1}, &left, &right, &error))
            fail_msg("%s\n%d: %s", line.text, error.place.column, error.text);
        cg_print_line(&again, &f->model, left, right);
        drop_dots(&line);
        drop_dots(&again);
        assert_string_equal(again.text, line.text);
        tally->read++;
        if (is_total(step->lhs) && is_total(step->rhs) && tally->read % 3 == 0) {
            struct cg_check check = cg_verify_equation(&f->model, &f->env, left, right, 1);
            if (!check.holds)
                fail_msg("%s", line.text);
            tally->verified++;
        }
    }
    cg_strbuf_finish(&again);
    cg_strbuf_finish(&line);
}

static void read_steps(struct fixture *f, const struct cg_book *book,
                       const struct cg_step *const *steps, size_t count, struct tally *tally)
{
    for (size_t i = 0; i < count; i++) {
        read_back(f, book, steps[i], tally);
        read_steps(f, book, steps[i]->children, steps[i]->n_children, tally);
    }
}

static void lines_of(const char *text, struct tally *tally)
{
    struct fixture f;
    struct cg_book book;
    struct cg_error error;
    fixture_init(&f, text, 1);
    cg_book_init(&book, &f.model, &f.arena);
    for (size_t id = 0; id < f.model.n_values; id++) {
        const struct cg_value *wrt = f.model.values[id];
        if (wrt->kind != CG_VALUE_INPUT)
            continue;
        const struct cg_derivation *d =
            cg_derive(&book, value(&f, "J"), wrt, NULL, NULL, wrt->place, &error);
        assert_non_null(d);
        read_steps(&f, &book, d->steps, d->n_steps, tally);
    }
    fixture_finish(&f);
}

static void networks(void **state)
{
    (void)state;
    struct tally tally = {0};
    lines_of(
        "dims n = 4, x = 2, h = 3, y = 5; X : n x x; T : n x y as Y^*; W1 : x x h; B1 : 1 x h\n"
        "W2 : h x y; B2 : 1 x y; f = sigmoid; Z1 = X @ W1 + B1; H = f(Z1)\n"
        "Z2 = H @ W2 + B2; Y = f(Z2); J = 1/2 * sum((Y - T)^2)",
        &tally);
    lines_of("dims h = 3, y = 2; H : 1 x h; W : h x y; B : 1 x y; T : 1 x y; theta = 0.5\n"
             "Y = relu(H @ W + B); J = theta * norm2(Y - T) + sqrt(sum(abs(W))) - mean(exp(W))",
             &tally);
    assert_true(tally.read > 80);
}

/* CHALKGRAD_MODELS=N asks for more of them. */
static void random_models(void **state)
{
    (void)state;
    const char *wish = getenv("CHALKGRAD_MODELS");
    uint64_t count = wish ? strtoull(wish, NULL, 10) : 200;
    struct tally tally = {0};
    for (uint64_t seed = 1; seed <= count; seed++) {
        struct writer w;
        random_model(&w, seed + 500, 2 + (size_t)(seed % 3));
        lines_of(w.text.text, &tally);
        cg_strbuf_finish(&w.text);
    }
    print_message("# %zu lines read back, %zu verified\n", tally.read, tally.verified);
    assert_true(tally.read > 8 * count && tally.verified > count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks),
        cmocka_unit_test(random_models),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
