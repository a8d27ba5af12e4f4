/* The NumPy functions that derivations print, run by python3 on the numbers of the model: each must
 * give what forward mode gives. One Python for all of them, as it takes long to start. */
#include "fixture.h"
#include "random_grammar.h"

#include <chalkgrad/print.h>
#include <chalkgrad/strbuf.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct example {
    const char *model, *lines[4]; /* derivations, in order */
};

#define SAMPLE                                                                                     \
    "dims h = 3, y = 2; H : 1 x h; W : h x y; B : 1 x y; Ystar : 1 x y; f = sigmoid\n"             \
    "Y = f(H @ W + B); J = 1/2 * sum((Y - Ystar)^2)"

static const struct example examples[] = {
    {SAMPLE, {"dJ/dY", "dJ/dB as δ", "dJ/dW", "dY/dW"}},
    {"dims n = 4, x = 2, h = 3, y = 1; X : n x x; Ystar : n x y as Y^*; W1 : x x h; B1 : 1 x h\n"
     "W2 : h x y; B2 : 1 x y; f = sigmoid; Z₁ = X @ W1 + B1; H = f(Z₁); Z2 = H @ W2 + B2\n"
     "Y = f(Z2); J = 1/2 * sum((Y - Ystar)^2)",
     {"dJ/dZ2 as δ2", "dJ/dW1", "dJ/dB1", "dJ/dB2"}},
    {"dims n = 5, d = 3; X : n x d; lambda = 0.1; t : n x 1; w : d x 1; np : 1 x 1\n"
     "e = X @ w + np - t; J = mean(e^2) + lambda * norm2(w)",
     {"dJ/dw", "dJ/dlambda", "dJ/dnp", "dJ/dX"}},
    {"A : 2 x 3; J = sum(A); K = 3; L = K * J", {"dJ/dA", "dL/dK", "dL/dA", "dJ/dK"}},
    {"A : 2 x 2; i : 2 x 2; f = tanh; f_prime : 2 x 2; Z = A @ i * f_prime; J = sum(f(Z) + "
     "relu(Z))",
     {"dJ/dA", "dJ/di", "dJ/df_prime", "dZ/dA"}},
    {"A : 3 x 2 = [[40, -40], [800, -800], [0.5, -3]]; f = sigmoid; g = softplus\n"
     "Y = f(A) * g(A) + tanh(A); J = sum(Y)",
     {"dJ/dA"}},
    {"A : 3 x 2 = uniform(0.5, 2); J = sum(exp(A) * log(A) / sqrt(A) + sin(A) * cos(A) - abs(A))\n"
     "K = sum(square(identity(A)) - A^-1.5 + -2 * A / (1 + A) / A)",
     {"dJ/dA", "dK/dA"}},
};

static void put_matrix(struct cg_strbuf *out, const double *data, size_t rows, size_t cols)
{
    cg_put(out, "np.array([");
    for (size_t i = 0; i < rows * cols; i++) {
        cg_put(out, i ? ", " : "");
        cg_put_number(out, data[i]);
    }
    cg_putf(out, "], dtype=float).reshape(%zu, %zu)", rows, cols);
}

/* The expected value, flat: by forward mode, or the tensor of a local derivative. */
static double *expected(struct fixture *f, const struct cg_derivation *d, size_t *count)
{
    if (!d->local) {
        struct cg_matrix g = cg_forward_gradient(&f->env, &f->arena, d->of, d->wrt);
        *count = g.rows * g.cols;
        return g.data;
    }
    struct cg_index all[4] = {d->of_row, d->of_col, d->row, d->col}, free[4];
    size_t n = 0;
    for (int i = 0; i < 4; i++)
        if (all[i].letter)
            free[n++] = all[i];
    return cg_eval_tensor(&f->env, &f->arena, d->steps[0]->lhs, free, n, count);
}

/* One block of the script: the function, its arguments, the comparison. Names of arguments are
 * changed where Python can't have them, hence by position in the model. */
static void put_case(struct cg_strbuf *out, struct fixture *f, const struct cg_book *book,
                     const struct cg_derivation *d)
{
    cg_print_numpy(out, book, d);
    cg_put(out, "\nvalues = {}\n");
    for (size_t i = 0; i < f->model.n_values; i++) {
        const struct cg_value *v = f->model.values[i];
        const struct cg_matrix *m = cg_env_get(&f->env, v);
        if (v->kind != CG_VALUE_INPUT)
            continue;
        cg_putf(out, "values['%s'] = ", v->name);
        put_matrix(out, m->data, m->rows, m->cols);
        cg_putc(out, '\n');
    }
    size_t count;
    double *want = expected(f, d, &count);
    cg_put(out, "want = ");
    put_matrix(out, want, 1, count);
    cg_putf(out, "\ncompare(grad, values, want, %s, (%zu, %zu))\n\n", d->local ? "True" : "False",
            cg_rows(&f->model, d->wrt->shape), cg_cols(&f->model, d->wrt->shape));
}

static const char prelude[] =
    "import inspect\n"
    "import numpy as np\n"
    "np.seterr(over='raise', invalid='raise', divide='raise')\n"
    "tolerance, least = 1e-12, 1e-30\n\n"
    "def compare(grad, values, want, local, shape):\n"
    "    given = {name: values[name if name in values else name.rstrip('_')]\n"
    "             for name in inspect.signature(grad).parameters}\n"
    "    got = grad(**given)\n"
    "    assert got.shape == shape or local, (got.shape, shape)\n"
    "    scale = max(least, np.abs(want).max())\n"
    "    assert np.abs(got.reshape(1, -1) - want).max() <= tolerance * scale, (got, want)\n"
    "    if not local:\n" /* one row may come as a flat array, one number as a number */
    "        flat = {k: v[0] if v.shape[0] == 1 else v for k, v in given.items()}\n"
    "        assert np.array_equal(grad(**flat), got)\n"
    "    print('same')\n\n";

static size_t run(const char *script)
{
    char path[] = "/tmp/chalkgrad-numpy-XXXXXX", line[512];
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_true(write(file, script, strlen(script)) == (ssize_t)strlen(script));
    close(file);
    char command[200]; /* the first Python on the path need not be the one that has NumPy */
    snprintf(command, sizeof command,
             "for p in python3 /usr/bin/python3; do "
             "$p -c 'import numpy' 2>/dev/null && exec $p %s 2>&1; done; exit 1",
             path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t same = 0;
    while (fgets(line, sizeof line, pipe)) {
        same += !strcmp(line, "same\n");
        if (strcmp(line, "same\n"))
            print_message("%s", line);
    }
    assert_int_equal(pclose(pipe), 0);
    unlink(path);
    return same;
}

static void functions_give_what_forward_mode_gives(void **state)
{
    (void)state;
    struct cg_strbuf script;
    size_t cases = 0;
    cg_strbuf_init(&script);
    cg_put(&script, prelude);
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        struct fixture f;
        struct cg_book book;
        struct cg_error error;
        fixture_init(&f, examples[i].model, 5);
        cg_book_init(&book, &f.model, &f.arena);
        for (size_t k = 0; k < 4 && examples[i].lines[k]; k++) {
            const char *line = examples[i].lines[k];
            const struct cg_derivation *d =
                cg_derive_line(&book, line, strlen(line), (struct cg_place){1, 1}, &error);
            if (!d)
                fail_msg("%s: %s", line, error.text);
            put_case(&script, &f, &book, d);
            cases++;
        }
        fixture_finish(&f);
    }
    assert_int_equal(run(script.text), cases);
    cg_strbuf_finish(&script);
}

/* The gradient by each input of models over the whole grammar. */
static void functions_of_random_models(void **state)
{
    (void)state;
    struct cg_strbuf script, text;
    size_t cases = 0;
    cg_strbuf_init(&script);
    cg_put(&script, prelude);
    /* 1 - tanh(Z)^2 keeps few digits of a small slope */
    cg_put(&script, "tolerance, least = 1e-9, 1e-3\n");
    for (uint64_t seed = 1; seed <= 250; seed++) {
        struct fixture f;
        struct cg_book book;
        struct cg_error error;
        cg_strbuf_init(&text);
        random_grammar(&text, seed, 1 + (size_t)(seed % 4), 2 + (int)(seed % 5));
        fixture_init(&f, text.text, 5);
        for (size_t id = 0; id < 4; id++) {
            const struct cg_value *wrt = f.model.values[id];
            cg_book_init(&book, &f.model, &f.arena);
            const struct cg_derivation *d =
                cg_derive(&book, value(&f, "J"), wrt, NULL, NULL, wrt->place, &error);
            if (!d)
                fail_msg("%s\n%s", error.text, text.text);
            put_case(&script, &f, &book, d);
            cases++;
        }
        fixture_finish(&f);
        cg_strbuf_finish(&text);
    }
    assert_int_equal(run(script.text), cases);
    cg_strbuf_finish(&script);
}

static void the_seed_function_as_text(void **state)
{
    (void)state;
    struct fixture f;
    struct cg_book book;
    struct cg_error error;
    struct cg_strbuf out;
    fixture_init(&f, SAMPLE, 1);
    cg_book_init(&book, &f.model, &f.arena);
    cg_strbuf_init(&out);
    cg_print_numpy(&out, &book, cg_derive_line(&book, "dJ/dW", 5, (struct cg_place){1, 1}, &error));
    assert_string_equal(
        out.text,
        "import numpy as np\n\n\n"
        "def grad(H, W, B, Ystar):\n"
        "    \"\"\"dJ/dW = H.T @ ((Y - Ystar) * f'(H @ W + B))\"\"\"\n"
        "    H, W, B, Ystar = (np.array(a, dtype=float, ndmin=2) for a in (H, W, B, Ystar))\n\n"
        "    def f(x):\n"
        "        e = np.exp(-np.abs(x))\n"
        "        return np.where(x >= 0, 1, e) / (1 + e)\n\n"
        "    def f_prime(x):\n"
        "        e = np.exp(-np.abs(x))\n"
        "        return e / (1 + e)**2\n\n"
        "    Y = f(H @ W + B)\n"
        "    return H.T @ ((Y - Ystar) * f_prime(H @ W + B))\n");
    cg_strbuf_finish(&out);
    fixture_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_give_what_forward_mode_gives),
        cmocka_unit_test(functions_of_random_models),
        cmocka_unit_test(the_seed_function_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
