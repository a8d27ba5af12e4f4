/* True lines hold and false ones are found, also those that are true only in the model's own sizes
 * or at its own values. */
#include "fixture.h"

#include <chalkgrad/strbuf.h>
#include <chalkgrad/verify.h>

#include <stdio.h>

static const char perceptron[] = "dims h = 2, y = 2; H : 1 x h; W : h x y; B : 1 x y; T : 1 x y\n"
                                 "f = sigmoid; Z = H @ W + B; Y = f(Z); J = 1/2 * sum((Y - T)^2)";

static bool claim_holds(struct fixture *f, const char *left, const char *right)
{
    return cg_verify_equation(&f->model, &f->env, parse(f, left), parse(f, right), 4).holds;
}

static void claims(void **state)
{
    (void)state;
    const struct {
        const char *left, *right;
        bool holds;
    } cases[] = {
        {"dJ/dW", "H.T @ ((Y - T) * f'(Z))", true},
        {"dJ/dB", "(Y - T) * f'(Z)", true},
        {"dJ/dH", "((Y - T) * f'(Z)) @ W.T", true},
        {"dJ/dY", "Y - T", true},
        {"dJ/dZ", "(Y - T) * Y * (1 - Y)", true},
        {"dJ/dJ", "1", true},
        /* the sign, the transpose (which fits only because h = y = 2), the slope left out */
        {"dJ/dY", "T - Y", false},
        {"dJ/dW", "(H.T @ ((Y - T) * f'(Z))).T", false},
        {"dJ/dH", "((Y - T) * f'(Z)) @ W", false},
        {"dJ/dB", "Y - T", false},
        {"dJ/dW", "H.T @ ((Y - T) * f'(Z)) * 1.00000001", false},
        {"sum(W, axis=0)", "sum(W, axis=1).T", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        fixture_init(&f, perceptron, 1);
        if (claim_holds(&f, cases[i].left, cases[i].right) != cases[i].holds)
            fail_msg("%s = %s should%s hold", cases[i].left, cases[i].right,
                     cases[i].holds ? "" : " not");
        fixture_finish(&f);
    }
}

/* Equal at the model's own numbers, which are all 1, and at no others. */
static void true_only_at_the_models_values(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "X : 1 x 3 = ones; J = sum(X ^ 3)", 1);
    assert_false(claim_holds(&f, "dJ/dX", "3 * X"));
    assert_true(claim_holds(&f, "dJ/dX", "3 * X ^ 2"));
    fixture_finish(&f);
}

/* A false claim says where, and what was expected there. */
static void says_where(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "X : 2 x 3 = [[0, 0, 0], [0, 2, 0]]; J = sum(X ^ 2)", 1);
    struct cg_check check =
        cg_verify_equation(&f.model, &f.env, parse(&f, "dJ/dX"), parse(&f, "X"), 0);
    assert_true(check.checked && !check.holds);
    assert_int_equal(check.row, 1);
    assert_int_equal(check.col, 1);
    assert_true(check.expected == 4 && check.got == 2);
    assert_true(check.forward_error == 0.5);
    fixture_finish(&f);
}

/* Logarithms and roots of random numbers: retried with positive ones. */
static void domains(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "X : 2 x 3 = uniform(1, 2); P = sqrt(log(1 + X)) ; J = sum(log(P))", 1);
    assert_true(claim_holds(&f, "dJ/dP", "1 / P"));
    assert_true(claim_holds(&f, "dJ/dX", "1 / (2 * (1 + X) * log(1 + X))"));
    assert_false(claim_holds(&f, "dJ/dX", "1 / ((1 + X) * log(1 + X))"));
    fixture_finish(&f);
    /* neither any nor positive numbers suit, but some near the model's own do */
    fixture_init(&f, "X : 1 x 2 = [7, 9]; J = sum(log(X - 5))", 1);
    struct cg_check check =
        cg_verify_equation(&f.model, &f.env, parse(&f, "dJ/dX"), parse(&f, "1 / (X - 5)"), 3);
    assert_true(check.holds && check.random_trials == 3);
    fixture_finish(&f);
    /* no numbers at all */
    fixture_init(&f, "X : 1 x 2; J = sum(log(-1 - X ^ 2))", 1);
    check = cg_verify_equation(&f.model, &f.env, parse(&f, "J"), parse(&f, "1"), 3);
    assert_true(!check.holds && check.no_numbers);
    fixture_finish(&f);
}

/* What cancels to nothing is no error: the rows of a softmax add up to 1. */
static void cancellation_is_no_error(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "X : 3 x 4; J = sum(softmax(X))", 1);
    assert_true(claim_holds(&f, "softmax(X) - softmax(X)", "0 * X"));
    assert_true(claim_holds(&f, "dJ/dX", "softmax(X) - softmax(X) * sum(softmax(X), axis=1)"));
    fixture_finish(&f);
}

/* In a deep network gradients vanish, but what is false there is not taken for a rounding. */
static void depth_excuses_nothing(void **state)
{
    (void)state;
    char text[8000] = "H0 : 1 x 3; ";
    size_t length = strlen(text);
    for (int i = 0; i < 100; i++)
        length +=
            (size_t)snprintf(text + length, sizeof text - length,
                             "W%d : 3 x 3; H%d = sigmoid(H%d @ W%d); ", i + 1, i + 1, i, i + 1);
    snprintf(text + length, sizeof text - length, "J = sum(H100 ^ 2)");
    struct fixture f;
    fixture_init(&f, text, 1);
    assert_true(claim_holds(&f, "dJ/dW1", "0.5 * dJ/dW1 + 0.5 * dJ/dW1"));
    assert_false(claim_holds(&f, "dJ/dW1", "1.00001 * dJ/dW1"));
    assert_false(claim_holds(&f, "dJ/dW1", "-dJ/dW1"));
    fixture_finish(&f);
}

/* a - b = 0 is judged as a = b is: the roundings of a deep network's gradient don't make it false,
 * and what makes a = b false makes it false too. */
static void a_side_that_is_zero(void **state)
{
    (void)state;
    struct cg_strbuf text;
    struct fixture f;
    cg_strbuf_init(&text);
    cg_put(&text, "dims n = 4, h = 3; H0 : n x h; T : n x h");
    for (int i = 1; i <= 200; i++)
        cg_putf(&text, "; W%d : h x h; Z%d = H%d @ W%d; H%d = tanh(Z%d)", i, i, i - 1, i, i, i);
    cg_put(&text, "; J = 1/2 * norm2(H200 - T)");
    fixture_init(&f, text.text, 1);
    const struct {
        const char *left, *right;
        bool holds;
    } cases[] = {
        {"dJ/dW1 - H0.T @ dJ/dZ1", "zeros(h, h)", true},
        {"zeros(h, h)", "2 * (-dJ/dW1 + H0.T @ dJ/dZ1) / 3", true},
        {"dJ/dW1 + dJ/dW2 - H0.T @ dJ/dZ1 - H1.T @ dJ/dZ2", "zeros(h, h)", true},
        {"dJ/dW1 - 1.0000001 * H0.T @ dJ/dZ1", "zeros(h, h)", false},
        {"dJ/dW1 - (H0.T @ dJ/dZ1).T", "zeros(h, h)", false},
        {"zeros(h, h)", "2 * (dJ/dW1 + H0.T @ dJ/dZ1)", false},
        {"dJ/dW1 - H0.T @ dJ/dZ1 + 1e-6 * dJ/dW1", "zeros(h, h)", false},
        {"dJ/dW1", "zeros(h, h)", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (claim_holds(&f, cases[i].left, cases[i].right) != cases[i].holds)
            fail_msg("%s = %s should%s hold", cases[i].left, cases[i].right,
                     cases[i].holds ? "" : " not");
    fixture_finish(&f);
    cg_strbuf_finish(&text);
    /* logarithms near 1 have lost most digits, but the same ones on both sides */
    fixture_init(&f, "X : 3 x 4; L = log(1 + X / 100000)", 1);
    assert_true(claim_holds(&f, "L", "2 * log(sqrt(1 + X / 100000))"));
    assert_true(claim_holds(&f, "L - 2 * log(sqrt(1 + X / 100000))", "0 * X"));
    assert_true(claim_holds(&f, "0 * X", "(2 * log(sqrt(1 + X / 100000)) - L) * X / 3"));
    assert_false(claim_holds(&f, "L - 2.00001 * log(sqrt(1 + X / 100000))", "0 * X"));
    fixture_finish(&f);
}

/* Lines written by hand: dY_i/dW_kl of Y = H W, its steps true and false. */
struct lines {
    struct fixture f;
    struct cg_book book;
    struct cg_derivation derivation;
    struct cg_step step[4];
    const struct cg_step *steps[4];
    struct cg_check checks[4];
};

static void lines_init(struct lines *l)
{
    *l = (struct lines){0};
    fixture_init(&l->f, "dims h = 3, y = 3; H : 1 x h; W : h x y; Y = H @ W; J = sum(Y ^ 2)", 1);
    l->book = (struct cg_book){.model = &l->f.model, .arena = &l->f.arena};
    l->derivation = (struct cg_derivation){.model = &l->f.model};
    l->derivation.steps = l->steps;
}

static void add_line(struct lines *l, const struct cg_expr *lhs, const struct cg_expr *rhs)
{
    size_t n = l->derivation.n_steps++;
    l->step[n] = (struct cg_step){.lhs = lhs, .rhs = rhs, .derivation = &l->derivation, .id = n};
    l->step[n].before = n ? l->step[n - 1].rhs : lhs;
    l->step[n].previous = n ? &l->step[n - 1] : NULL;
    l->steps[n] = &l->step[n];
    l->book.n_steps = n + 1;
}

static const struct cg_expr *times(struct cg_arena *a, const struct cg_expr *x,
                                   const struct cg_expr *y)
{
    const struct cg_expr *args[] = {x, y};
    return cg_nary(a, CG_MUL, 2, args, (struct cg_shape){0, 0});
}

static void local_lines(void **state)
{
    (void)state;
    struct lines l;
    lines_init(&l);
    struct cg_arena *a = &l.f.arena;
    const struct cg_value *w = value(&l.f, "W"), *h = value(&l.f, "H"), *y = value(&l.f, "Y");
    struct cg_index none = {0}, k = index_of('k', w->shape.rows), m = index_of('l', w->shape.cols);
    struct cg_index i = index_of('i', w->shape.cols), j = index_of('j', w->shape.rows);
    const struct cg_expr *lhs = cg_partial(a, cg_entry(a, cg_name(a, y), none, i), w, k, m, false);
    const struct cg_expr *sum = cg_sum_over(
        a, j, times(a, cg_entry(a, cg_name(a, h), none, j), cg_entry(a, cg_name(a, w), j, i)));
    const struct cg_expr *deltas = cg_sum_over(a, j,
                                               times(a, cg_entry(a, cg_name(a, h), none, j),
                                                     times(a, cg_kron(a, j, k), cg_kron(a, i, m))));
    const struct cg_expr *right = times(a, cg_entry(a, cg_name(a, h), none, k), cg_kron(a, i, m));
    /* fits only while h = y */
    const struct cg_expr *wrong =
        times(a, cg_entry(a, cg_name(a, h), none, k), cg_kron(a, index_of('i', w->shape.rows), k));
    add_line(&l, lhs, cg_partial(a, sum, w, k, m, false));
    add_line(&l, lhs, deltas);
    add_line(&l, lhs, right);
    assert_true(cg_verify(&l.book, &l.derivation, &l.f.env, 3, l.checks) < 1e-14);
    for (int n = 0; n < 3; n++)
        assert_true(l.checks[n].checked && l.checks[n].holds);
    add_line(&l, lhs, wrong);
    assert_true(cg_verify(&l.book, &l.derivation, &l.f.env, 3, l.checks) > 0.1);
    assert_true(l.checks[2].holds && !l.checks[3].holds);
    fixture_finish(&l.f);
}

/* [dJ/dW]_kl = ... = [M]_kl, then the matrices; a line in between that is false alone is named. */
static void gradient_lines(void **state)
{
    (void)state;
    struct lines l;
    lines_init(&l);
    struct cg_arena *a = &l.f.arena;
    const struct cg_value *w = value(&l.f, "W"), *j = value(&l.f, "J");
    struct cg_index k = index_of('k', w->shape.rows), m = index_of('l', w->shape.cols);
    struct cg_index none = {0};
    const struct cg_expr *gradient = cg_grad(a, j, w), *form = parse(&l.f, "H.T @ (2 * Y)");
    const struct cg_expr *transposed = parse(&l.f, "(2 * Y).T @ H");
    l.derivation.of = j;
    l.derivation.wrt = w;
    l.derivation.row = k;
    l.derivation.col = m;
    const struct cg_expr *entry = cg_entry(a, gradient, k, m);
    add_line(&l, entry, cg_partial(a, cg_entry(a, cg_name(a, j), none, none), w, k, m, true));
    add_line(&l, entry, cg_entry(a, form, k, m));
    add_line(&l, gradient, form);
    assert_true(cg_verify(&l.book, &l.derivation, &l.f.env, 3, l.checks) < 1e-13);
    add_line(&l, gradient, transposed);
    cg_verify(&l.book, &l.derivation, &l.f.env, 3, l.checks);
    assert_true(l.checks[0].holds && l.checks[1].holds && l.checks[2].holds);
    assert_false(l.checks[3].holds);
    fixture_finish(&l.f);
}

/* The same numbers, standing up: a gradient has the shape of its parameter. */
static void a_column_is_no_row(void **state)
{
    (void)state;
    struct lines l;
    lines_init(&l);
    struct cg_arena *a = &l.f.arena;
    const struct cg_value *h = value(&l.f, "H"), *j = value(&l.f, "J");
    l.derivation.of = j;
    l.derivation.wrt = h;
    l.derivation.col = index_of('k', h->shape.cols);
    const struct cg_expr *gradient = cg_grad(a, j, h);
    add_line(&l, gradient, parse(&l.f, "(2 * Y) @ W.T"));
    add_line(&l, gradient, parse(&l.f, "W @ (2 * Y).T"));
    cg_verify(&l.book, &l.derivation, &l.f.env, 3, l.checks);
    assert_true(l.checks[0].holds);
    assert_false(l.checks[1].holds);
    fixture_finish(&l.f);
}

/* A line with an index that its left side does not have is no line. */
static void stray_index_is_false(void **state)
{
    (void)state;
    struct lines l;
    lines_init(&l);
    struct cg_arena *a = &l.f.arena;
    const struct cg_value *h = value(&l.f, "H"), *j = value(&l.f, "J");
    struct cg_index none = {0}, k = index_of('k', h->shape.cols), q = index_of('q', h->shape.cols);
    l.derivation.of = j;
    l.derivation.wrt = h;
    l.derivation.col = k;
    add_line(&l, cg_entry(a, cg_grad(a, j, h), none, k), cg_entry(a, cg_name(a, h), none, q));
    assert_true(isinf(cg_verify(&l.book, &l.derivation, &l.f.env, 2, l.checks)));
    assert_false(l.checks[0].holds);
    fixture_finish(&l.f);
}

/* A gradient with more cells than are checked: a sample of them, the same every time. */
static void large_lines_are_sampled(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "X : 90 x 80; J = sum(X ^ 2)", 1);
    struct cg_check check =
        cg_verify_equation(&f.model, &f.env, parse(&f, "dJ/dX"), parse(&f, "2 * X"), 0);
    assert_true(check.checked && check.holds);
    assert_int_equal(check.all_cells, 90 * 80);
    assert_in_range(check.own_cells, 100, 4096);
    check = cg_verify_equation(&f.model, &f.env, parse(&f, "dJ/dX"), parse(&f, "X"), 0);
    assert_false(check.holds || check.elsewhere);
    fixture_finish(&f);
}

/* What takes too long at the model's own numbers is checked at random ones in small sizes, and not
 * said to be more; a little of what takes long is a sample. */
static void what_takes_too_long_is_left_out(void **state)
{
    (void)state;
    struct fixture f;
    const struct cg_expr *left, *right;
    struct cg_check check;
    fixture_init(&f, "A : 400 x 300; B : 300 x 700; C = A @ B; J = sum(C ^ 2)", 1);
    left = parse(&f, "C @ B.T @ B @ B.T"), right = parse(&f, "A @ B @ (B.T @ B) @ B.T");
    check = cg_verify_equation(&f.model, &f.env, left, right, 2);
    assert_true(check.checked && check.holds && check.too_long);
    assert_int_equal(check.own_cells, 0);
    check = cg_verify_equation(&f.model, &f.env, left, right, 0);
    assert_false(check.holds);
    check = cg_verify_equation(&f.model, &f.env, left, parse(&f, "C @ B.T"), 2);
    assert_true(!check.holds && check.elsewhere);
    /* gradients are swept together, so that a sample of these is no more work than one of theirs */
    left = parse(&f, "dJ/dA");
    check = cg_verify_equation(&f.model, &f.env, left, parse(&f, "2 * C @ B.T"), 0);
    assert_true(check.checked && check.holds && check.own_cells >= 8 && check.own_cells <= 4096);
    check = cg_verify_equation(&f.model, &f.env, left, parse(&f, "C @ B.T"), 0);
    assert_false(check.holds || check.elsewhere);
    fixture_finish(&f);
}

/* A spent budget leaves the random numbers. */
static void work_is_spent(void **state)
{
    (void)state;
    struct fixture f;
    struct cg_book book;
    struct cg_error error;
    fixture_init(&f, perceptron, 1);
    cg_book_init(&book, &f.model, &f.arena);
    const struct cg_derivation *d =
        cg_derive(&book, value(&f, "J"), value(&f, "W"), NULL, NULL, (struct cg_place){0}, &error);
    assert_non_null(d);
    struct cg_check *checks = cg_alloc_array(&f.arena, book.n_steps, sizeof *checks);
    struct cg_work work = CG_WORK, all = CG_WORK;
    assert_true(cg_verify_within(&book, d, &f.env, 2, &work, checks) < CG_TOLERANCE);
    assert_true(work.own < all.own && work.own > all.own / 2);
    for (size_t i = 0; i < book.n_steps; i++)
        assert_true(!checks[i].checked || checks[i].own_cells == checks[i].all_cells);
    work = (struct cg_work){10, 10};
    assert_true(cg_verify_within(&book, d, &f.env, 2, &work, checks) < CG_TOLERANCE);
    for (size_t i = 0; i < d->n_steps; i++)
        assert_true(checks[d->steps[i]->id].too_long && checks[d->steps[i]->id].own_cells == 0);
    fixture_finish(&f);
}

/* What takes too long even at random numbers is not said to be false, nor true. */
static void work_is_spent_on_random_numbers(void **state)
{
    (void)state;
    struct cg_strbuf text;
    struct fixture f;
    struct cg_book book;
    struct cg_error error;
    cg_strbuf_init(&text);
    cg_put(&text, "A0 : 19 x 20");
    for (int i = 1; i <= 8; i++)
        cg_putf(&text, "; W%d : %d x %d; A%d = softmax(A%d @ W%d)", i, i + 19, i + 20, i, i - 1, i);
    fixture_init(&f, text.text, 1);
    cg_book_init(&book, &f.model, &f.arena);
    const struct cg_derivation *d = cg_derive(&book, value(&f, "A8"), value(&f, "W1"), NULL, NULL,
                                              (struct cg_place){0}, &error);
    assert_non_null(d);
    struct cg_check *checks = cg_alloc_array(&f.arena, book.n_steps, sizeof *checks);
    struct cg_work work = {1e6, 1e6};
    cg_verify_within(&book, d, &f.env, 1, &work, checks);
    size_t compared = 0, left_out = 0;
    for (size_t i = 0; i < book.n_steps; i++) {
        compared += checks[i].checked && !checks[i].no_numbers;
        left_out += checks[i].no_numbers;
        if (checks[i].checked)
            assert_true(checks[i].no_numbers ? checks[i].too_long : checks[i].holds);
    }
    assert_true(compared > 0 && left_out > 0);
    assert_false(cg_verified(d, checks, (struct cg_place){0}, &error));
    assert_non_null(strstr(error.text, "it takes too long, even in small sizes"));
    fixture_finish(&f);
    cg_strbuf_finish(&text);
}

/* Of a line that takes long at the model's own numbers a sample of cells is looked at. */
static void long_lines_are_sampled(void **state)
{
    (void)state;
    struct fixture f;
    struct cg_book book;
    struct cg_error error;
    fixture_init(&f, "X : 30 x 30; J = sum(exp(X @ X.T) / sum(exp(X @ X.T), axis=1) @ X)", 1);
    cg_book_init(&book, &f.model, &f.arena);
    const struct cg_derivation *d =
        cg_derive(&book, value(&f, "J"), value(&f, "X"), NULL, NULL, (struct cg_place){0}, &error);
    assert_non_null(d);
    struct cg_check *checks = cg_alloc_array(&f.arena, book.n_steps, sizeof *checks);
    assert_true(cg_verify(&book, d, &f.env, 1, checks) < CG_TOLERANCE);
    size_t sampled = 0;
    for (size_t i = 0; i < book.n_steps; i++)
        sampled += checks[i].own_cells >= 8 && checks[i].own_cells < checks[i].all_cells;
    assert_true(sampled > 0);
    fixture_finish(&f);
}

/* Large models are cut, rows of samples first; the numbers are those of the whole. */
static void live_sizes(void **state)
{
    (void)state;
    struct fixture f;
    struct cg_env live;
    size_t kept, of;
    fixture_init(&f, "dims n = 5000; X : n x 80; W : 80 x 900; Z = X @ W; J = mean(Z ^ 2)", 7);
    assert_int_equal(cg_env_cut(&f.env, &kept, &of), 0);
    assert_true(cg_env_init_live(&live, &f.model, 7, NULL));
    int dim = cg_env_cut(&live, &kept, &of);
    assert_string_equal(cg_dim_name(&f.model, dim), "n");
    assert_true(kept == 64 && of == 5000);
    const struct cg_matrix *part = cg_env_get(&live, value(&f, "Z"));
    const struct cg_matrix *all = cg_env_get(&f.env, value(&f, "Z"));
    assert_true(part->rows == 64 && part->cols == 900);
    for (size_t i = 0; i < part->rows * part->cols; i++)
        assert_true(part->data[i] == all->data[i]);
    cg_env_finish(&live);
    fixture_finish(&f);
}

/* Literals are cut to their upper left part; what is large in every size is refused. */
static void live_sizes_of_squares(void **state)
{
    (void)state;
    struct cg_arena arena;
    struct cg_model model;
    struct cg_env live;
    struct cg_error error;
    struct cg_strbuf text;
    size_t kept, of;
    cg_arena_init(&arena);
    cg_strbuf_init(&text);
    cg_model_init(&model, &arena, "test");
    cg_put(&text, "dims n = 1500; A : n x n = eye; L : 70 x n = [");
    for (int r = 0; r < 70; r++)
        for (int c = 0; c < 1500; c++)
            cg_putf(&text, "%s%d", c ? ", " : r ? "], [" : "[", 1000 * r + c);
    cg_put(&text, "]]; P = L @ A @ A @ A; J = sum(A @ A @ A @ A) + sum(P)");
    assert_true(cg_model_add(&model, text.text, text.length, 1, &error));
    assert_true(cg_env_init_live(&live, &model, 1, &error));
    assert_true(cg_env_cut(&live, &kept, &of) && kept == 64 && of == 1500);
    const struct cg_matrix *p = cg_env_get(&live, cg_model_find(&model, "P"));
    assert_true(p->rows == 64 && p->cols == 64 && p->data[5 * 64 + 7] == 5007);
    cg_env_finish(&live);
    cg_strbuf_clear(&text);
    for (int i = 0; i < 3000; i++)
        cg_putf(&text, "Q%d = A @ A + %d; ", i, i);
    assert_true(cg_model_add(&model, text.text, text.length, 1, &error));
    assert_false(cg_env_init_live(&live, &model, 1, &error));
    assert_non_null(strstr(error.text, "too large to be computed while you wait"));
    cg_strbuf_finish(&text);
    cg_arena_finish(&arena);
}

static void relative_error(void **state)
{
    (void)state;
    assert_true(cg_relative_error(2, 2, 0) == 0);
    assert_true(cg_relative_error(0, 0, 0) == 0);
    assert_true(cg_relative_error(1, 2, 0) == 0.5);
    assert_true(cg_relative_error(1, 2, 10) == 0.1);
    assert_true(isinf(cg_relative_error(1, NAN, 0)));
    assert_true(isinf(cg_relative_error(1, INFINITY, 0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(claims),
        cmocka_unit_test(true_only_at_the_models_values),
        cmocka_unit_test(says_where),
        cmocka_unit_test(domains),
        cmocka_unit_test(cancellation_is_no_error),
        cmocka_unit_test(depth_excuses_nothing),
        cmocka_unit_test(a_side_that_is_zero),
        cmocka_unit_test(local_lines),
        cmocka_unit_test(gradient_lines),
        cmocka_unit_test(a_column_is_no_row),
        cmocka_unit_test(stray_index_is_false),
        cmocka_unit_test(large_lines_are_sampled),
        cmocka_unit_test(what_takes_too_long_is_left_out),
        cmocka_unit_test(work_is_spent),
        cmocka_unit_test(work_is_spent_on_random_numbers),
        cmocka_unit_test(long_lines_are_sampled),
        cmocka_unit_test(live_sizes),
        cmocka_unit_test(live_sizes_of_squares),
        cmocka_unit_test(relative_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
