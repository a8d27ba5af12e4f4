/* The gradient check: right forms pass, wrong ones do not, and kinks, ends of the domain and
 * samples are what they are called. */
#include "fixture.h"

#include <chalkgrad/gradient_check.h>

struct subject {
    struct fixture f;
    struct cg_book book;
    struct cg_derivation derivation; /* of J by w; a copy, so that it can be spoilt */
    struct cg_gradient_check check;
};

static void subject_init(struct subject *s, const char *text, size_t most)
{
    struct cg_error error;
    fixture_init(&s->f, text, 1);
    cg_book_init(&s->book, &s->f.model, &s->f.arena);
    const struct cg_derivation *d = cg_derive(&s->book, value(&s->f, "J"), value(&s->f, "w"), NULL,
                                              NULL, (struct cg_place){1, 1}, &error);
    if (!d)
        fail_msg("%s", error.text);
    s->derivation = *d;
    cg_gradient_check_init(&s->check, &s->derivation, &s->f.env, most, 7);
}

static void subject_finish(struct subject *s)
{
    cg_gradient_check_finish(&s->check);
    fixture_finish(&s->f);
}

static void assert_verdicts(const char *text, const char *want)
{
    static const char letters[] = "rwko"; /* as in enum cg_cell_verdict */
    struct subject s;
    char got[32] = "";
    subject_init(&s, text, 30);
    for (size_t i = 0; i < s.check.n_cells; i++)
        got[i] = letters[cg_gradient_check_cell(&s.check, i)->verdict];
    if (strcmp(got, want) != 0)
        fail_msg("%s: %s, not %s", text, got, want);
    subject_finish(&s);
}

static void what_is_derived_is_right(void **state)
{
    (void)state;
    assert_verdicts("w : 2 x 2; X : 4 x 2; J = norm2(tanh(X @ w))", "rrrr");
    assert_verdicts("w : 1 x 4 = [1e4, -3e6, 0, 1e-9]; J = sum(w ^ 3)", "rrrr");
    assert_verdicts("w : 1 x 3; J = 1e-14 * sum(exp(w))", "rrr");
    assert_verdicts("w : 1 x 3; J = 5 + 0 * sum(w)", "rrr");
    assert_verdicts("w : 1 x 2 = [1, 2]; J = 1e6 + sum(w)", "rr");
    assert_verdicts("w : 2 x 3; T : 2 x 3; J = -sum(T * log(softmax(w)))", "rrrrrr");
}

static void kinks_are_said(void **state)
{
    (void)state;
    assert_verdicts("w : 1 x 3 = [0, 2, -2]; J = sum(relu(w))", "krr");
    assert_verdicts("w : 1 x 3 = [0, 2, -2]; J = 3 + sum(abs(w))", "krr");
    /* less than h beside one: a smaller step finds the side */
    assert_verdicts("w : 1 x 2 = [1e-6, -1e-6]; J = sum(relu(w))", "rr");
    struct subject s;
    subject_init(&s, "w : 1 x 1 = 0; J = sum(3 * relu(w))", 9);
    const struct cg_gradient_cell *cell = cg_gradient_check_cell(&s.check, 0);
    assert_true(fabs(cell->below) < 1e-9 && fabs(cell->above - 3) < 1e-9);
    assert_true(cell->derived == 0 && fabs(cell->difference - 1.5) < 1e-9);
    subject_finish(&s);
}

static void the_end_of_the_domain_is_said(void **state)
{
    (void)state;
    assert_verdicts("w : 1 x 3 = [1e-9, 1e-6, 1]; J = sum(log(w))", "orr");
    assert_verdicts("w : 1 x 2 = [0, 1]; J = sum(sqrt(w))", "wr"); /* the slope at 0 is infinite */
}

static void wrong_forms_are_found(void **state)
{
    (void)state;
    const struct {
        const char *form;
        bool right;
    } cases[] = {
        {"X.T @ (2 * X @ w)", true},
        {"X.T @ (X @ w)", false},
        {"2.0001 * X.T @ X @ w", false},
        {"X @ X @ w + X.T @ X @ w", false},
        {"0 * w", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct subject s;
        subject_init(&s, "w : 2 x 2; X : 2 x 2; J = norm2(X @ w)", 9);
        cg_gradient_check_finish(&s.check);
        s.derivation.matrix_form = parse(&s.f, cases[i].form);
        cg_gradient_check_init(&s.check, &s.derivation, &s.f.env, 9, 7);
        size_t right = 0;
        for (size_t c = 0; c < 4; c++)
            right += cg_gradient_check_cell(&s.check, c)->verdict == CG_CELL_RIGHT;
        if (right != (cases[i].right ? 4 : 0))
            fail_msg("%s: %zu right", cases[i].form, right);
        subject_finish(&s);
    }
}

static void large_parameters_are_sampled(void **state)
{
    (void)state;
    const char *text = "w : 100 x 30; J = norm2(w)";
    size_t first[40];
    for (int trial = 0; trial < 2; trial++) {
        struct subject s;
        subject_init(&s, text, 40);
        assert_int_equal(s.check.n_cells, 40);
        assert_int_equal(s.check.n_total, 3000);
        for (size_t i = 0; i < 40; i++) {
            const struct cg_gradient_cell *cell = cg_gradient_check_cell(&s.check, i);
            size_t entry = cell->row * 30 + cell->col;
            assert_int_equal(cell->verdict, CG_CELL_RIGHT);
            assert_true(cell->row < 100 && cell->col < 30);
            assert_true(i == 0 || cell->row > s.check.cells[i - 1].row ||
                        cell->col > s.check.cells[i - 1].col);
            assert_true(cell->derived == 2 * s.f.env.values[s.derivation.wrt->id].data[entry]);
            assert_true(trial == 0 || first[i] == entry);
            first[i] = entry;
        }
        assert_true(first[0] < 600 && first[39] > 2400);
        subject_finish(&s);
    }
}

static void the_environment_is_left_alone(void **state)
{
    (void)state;
    struct subject s;
    subject_init(&s, "w : 3 x 2; X : 4 x 3; J = norm2(sigmoid(X @ w))", 99);
    const struct cg_matrix *w = &s.f.env.values[s.derivation.wrt->id];
    double before[6], loss = s.f.env.values[value(&s.f, "J")->id].data[0];
    memcpy(before, w->data, sizeof before);
    for (size_t i = 0; i < 6; i++)
        cg_gradient_check_cell(&s.check, i);
    assert_memory_equal(before, w->data, sizeof before);
    assert_true(loss == s.f.env.values[value(&s.f, "J")->id].data[0]);
    subject_finish(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_derived_is_right),
        cmocka_unit_test(kinks_are_said),
        cmocka_unit_test(the_end_of_the_domain_is_said),
        cmocka_unit_test(wrong_forms_are_found),
        cmocka_unit_test(large_parameters_are_sampled),
        cmocka_unit_test(the_environment_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
