/* The C functions that derivations print, compiled without a warning and run on the numbers of the
 * model: each must give what forward mode gives. The models are those of the golden suite, some
 * with names that C keeps for itself, and random ones. */
#include "fixture.h"
#include "random_model.h"

#include "algebra/parts.h"

#include <chalkgrad/file.h>
#include <chalkgrad/print.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { MOST_CASES = 2000, MOST_INPUTS = 32 };

/* A function with its arguments and what it should give. */
struct example {
    char *title;
    double *inputs[MOST_INPUTS], *want;
    size_t count;
};

struct examples {
    struct example items[MOST_CASES];
    size_t count;
    char folder[64];
};

static double *copy(const double *data, size_t count)
{
    double *out = malloc((count + 1) * sizeof *out);
    memcpy(out, data, count * sizeof *out);
    return out;
}

/* By forward mode, or the tensor of a local derivative. */
static double *expected(struct fixture *f, const struct cg_derivation *d, size_t *count)
{
    if (!d->local) {
        struct cg_matrix g = cg_forward_gradient(&f->env, &f->arena, d->of, d->wrt);
        *count = g.rows * g.cols;
        return copy(g.data, *count);
    }
    struct cg_index all[4] = {d->of_row, d->of_col, d->row, d->col}, free[4];
    size_t n = 0;
    for (int i = 0; i < 4; i++)
        if (all[i].letter)
            free[n++] = all[i];
    const double *tensor = cg_eval_tensor(&f->env, &f->arena, d->steps[0]->lhs, free, n, count);
    return copy(tensor, *count);
}

/* The function, and one that calls it with its arguments in an array. */
static void write_case(const struct examples *e, const struct cg_book *book,
                       const struct cg_derivation *d, size_t n_inputs)
{
    struct cg_strbuf text;
    cg_strbuf_init(&text);
    cg_putf(&text, "#undef grad\n#define grad grad_%zu\n", e->count);
    cg_print_c(&text, book, d);
    cg_putf(&text,
            "\nvoid call_%zu(double *const *in, double *out);\n"
            "void call_%zu(double *const *in, double *out)\n{\n    (void)in;\n    grad(",
            e->count, e->count);
    for (size_t i = 0; i < n_inputs; i++)
        cg_putf(&text, "in[%zu], ", i);
    cg_put(&text, "out);\n}\n");
    char path[128];
    /* what defines no function of its own can share a file: compilers take long to start */
    bool alone = strstr(text.text, "\nstatic double ") != NULL;
    snprintf(path, sizeof path, "%s/c%zu.c", e->folder, alone ? e->count : e->count % 2);
    FILE *file = fopen(path, "a");
    assert_non_null(file);
    fputs(text.text, file);
    fclose(file);
    cg_strbuf_finish(&text);
}

static void take(struct examples *e, struct fixture *f, struct cg_book *book, const char *model,
                 const char *line, size_t length)
{
    struct cg_error error;
    const struct cg_derivation *d =
        cg_derive_line(book, line, length, (struct cg_place){1, 1}, &error);
    if (!d)
        fail_msg("%.*s: %s", (int)length, line, error.text);
    const struct parts parts = parts_of(&f->arena, book, d, false);
    assert_true(e->count < MOST_CASES && parts.n_sources <= MOST_INPUTS);
    struct example *example = &e->items[e->count];
    for (size_t i = 0; i < parts.n_sources; i++) {
        const struct cg_matrix *m = cg_env_get(&f->env, parts.sources[i]);
        example->inputs[i] = copy(m->data, m->rows * m->cols);
    }
    example->want = expected(f, d, &example->count);
    write_case(e, book, d, parts.n_sources);
    size_t size = strlen(model) + length + 8;
    example->title = malloc(size);
    snprintf(example->title, size, "%.*s of\n%s", (int)length, line, model);
    e->count++;
}

static const char *line_end(const char *line)
{
    const char *end = strchr(line, '\n');
    return end ? end + 1 : line + strlen(line);
}

/* Blocks of a model and lines that begin with d and end in " =", as in gradients.txt. */
static void take_blocks(struct examples *e, const char *text)
{
    struct cg_strbuf model;
    struct fixture f;
    struct cg_book book;
    bool made = false;
    cg_strbuf_init(&model);
    for (const char *line = text;; line = line_end(line)) {
        if (*line == '\n' || !*line) {
            if (made)
                fixture_finish(&f);
            made = false;
            cg_strbuf_clear(&model);
        } else if (!strncmp(line, "dJ/d", 4)) {
            if (!made)
                fixture_init(&f, model.text, 1);
            made = true;
            cg_book_init(&book, &f.model, &f.arena);
            take(e, &f, &book, model.text, line, strcspn(line, " \n"));
        } else if (*line != ' ') {
            cg_putn(&model, line, (size_t)(line_end(line) - line));
        }
        if (!*line)
            break;
    }
    cg_strbuf_finish(&model);
}

static void compile_and_compare(struct examples *e)
{
    char command[512], name[32];
    double out[4096];
    snprintf(command, sizeof command,
             "cd %s && cc -std=c11 -O0 -Wall -Wextra -Wpedantic -Werror -shared -fPIC -o all.so "
             "c*.c -lm",
             e->folder);
    assert_int_equal(system(command), 0);
    snprintf(command, sizeof command, "%s/all.so", e->folder);
    void *library = dlopen(command, RTLD_NOW);
    assert_non_null(library);
    for (size_t i = 0; i < e->count; i++) {
        struct example *x = &e->items[i];
        void (*function)(double *const *in, double *out);
        snprintf(name, sizeof name, "call_%zu", i);
        void *symbol = dlsym(library, name);
        memcpy(&function, &symbol, sizeof function);
        assert_true(x->count <= sizeof out / sizeof *out);
        for (size_t k = 0; k < x->count; k++)
            out[k] = NAN;
        function(x->inputs, out);
        double scale = 1e-30;
        for (size_t k = 0; k < x->count; k++)
            scale = fmax(scale, fabs(x->want[k]));
        for (size_t k = 0; k < x->count; k++)
            if (!(fabs(out[k] - x->want[k]) <= 1e-10 * scale))
                fail_msg("case %zu, [%zu]: %.17g, not %.17g: %s", i, k, out[k], x->want[k],
                         x->title);
        for (size_t k = 0; k < MOST_INPUTS; k++)
            free(x->inputs[k]);
        free(x->want);
        free(x->title);
    }
    dlclose(library);
    snprintf(command, sizeof command, "rm -r %s", e->folder);
    assert_int_equal(system(command), 0);
}

/* Several derivations over one model, so that named gradients are used; names of C, of its
 * library, of its letters for loops, and outside ASCII. */
static const struct {
    const char *model, *lines[4];
} examples[] = {
    {"dims n = 4, x = 2, h = 3, y = 1; X : n x x; Ystar : n x y as Y^*; W1 : x x h; B1 : 1 x h\n"
     "W2 : h x y; B2 : 1 x y; f = sigmoid; Z₁ = X @ W1 + B1; H = f(Z₁); Z2 = H @ W2 + B2\n"
     "Y = f(Z2); J = 1/2 * sum((Y - Ystar)^2)",
     {"dJ/dZ2 as δ2", "dJ/dW1", "dJ/dB1", "dY/dW1"}},
    {"double : 2 x 3; exp1 : 3 x 2; i : 2 x 2; out = double @ exp1 * i; int = sum(out)\n"
     "for = norm2(out) * int; J = for",
     {"dJ/ddouble as θ", "dJ/dexp1", "dJ/di", "dout/ddouble"}},
    {"gamma : 1 x 3; δ : 3 x 1; delta : 3 x 1; k = 3; t1 : 1 x 1; sum1 : 1 x 1; main : 3 x 3\n"
     "grad = gamma @ main; J = grad @ (δ * delta) * t1 / sum1 * k + trace(main)",
     {"dJ/dgamma", "dJ/dδ", "dJ/dmain", "dJ/dt1"}},
    {"A : 3 x 2 = [[40, -40], [800, -800], [0.5, -3]]; f = sigmoid; g = softplus\n"
     "y0 = tanh; Y = f(A) * g(A) + y0(A); J = sum(Y)",
     {"dJ/dA", "dY/dA"}},
    {"A : 3 x 2 = uniform(0.5, 2); J = sum(exp(A) * log(A) / sqrt(A) + sin(A) * cos(A) - abs(A))\n"
     "K = sum(square(identity(A)) - A^-1.5 + -2 * A / (1 + A) / A); L = sum(relu'(A) - -A)",
     {"dJ/dA", "dK/dA", "dL/dA"}},
    {"A : 2 x 3; J = sum(A); K = 3; L = K * J", {"dJ/dA", "dL/dK", "dL/dA", "dJ/dK"}},
};

static void functions_give_what_forward_mode_gives(void **state)
{
    (void)state;
    struct examples *e = calloc(1, sizeof *e);
    struct cg_arena arena;
    struct cg_error error;
    size_t size;
    strcpy(e->folder, "/tmp/chalkgrad-test-XXXXXX");
    assert_non_null(mkdtemp(e->folder));
    cg_arena_init(&arena);
    const char *source = getenv("CHALKGRAD_SOURCE");
    const char *path = cg_format(&arena, "%s/tests/engine/gradients.txt", source ? source : ".");
    const char *golden = cg_read_file(&arena, path, 1 << 20, &size, &error);
    if (!golden)
        fail_msg("%s", error.text);
    take_blocks(e, golden);
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        struct fixture f;
        struct cg_book book;
        fixture_init(&f, examples[i].model, 5);
        cg_book_init(&book, &f.model, &f.arena);
        for (size_t k = 0; k < 4 && examples[i].lines[k]; k++)
            take(e, &f, &book, examples[i].model, examples[i].lines[k],
                 strlen(examples[i].lines[k]));
        fixture_finish(&f);
    }
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct writer w;
        struct fixture f;
        struct cg_book book;
        random_model(&w, seed, 3 + seed % 5);
        fixture_init(&f, w.text.text, seed);
        cg_book_init(&book, &f.model, &f.arena);
        take(e, &f, &book, w.text.text, "dJ/dV0", 6);
        take(e, &f, &book, w.text.text, "dJ/dV1", 6);
        fixture_finish(&f);
        cg_strbuf_finish(&w.text);
    }
    assert_true(e->count > 200);
    compile_and_compare(e);
    cg_arena_finish(&arena);
    free(e);
}

static void the_seed_function_as_text(void **state)
{
    (void)state;
    struct fixture f;
    struct cg_book book;
    struct cg_error error;
    struct cg_strbuf out;
    fixture_init(&f,
                 "dims h = 3, y = 2; H : 1 x h; W : h x y; B : 1 x y; Ystar : 1 x y; f = sigmoid\n"
                 "Y = f(H @ W + B); J = 1/2 * sum((Y - Ystar)^2)",
                 1);
    cg_book_init(&book, &f.model, &f.arena);
    cg_strbuf_init(&out);
    cg_print_c(&out, &book, cg_derive_line(&book, "dJ/dW", 5, (struct cg_place){1, 1}, &error));
    assert_string_equal(out.text,
                        "/* dJ/dW = H.T @ ((Y - Ystar) * f'(H @ W + B)), derived by Chalkgrad.\n"
                        " * Matrices are arrays of doubles, row by row:\n"
                        " *   H        1 x 3\n"
                        " *   W        3 x 2\n"
                        " *   B        1 x 2\n"
                        " *   Ystar    1 x 2\n"
                        " *   out      3 x 2, receives dJ/dW\n"
                        " */\n"
                        "#include <math.h>\n"
                        "\n"
                        "static double f(double x)\n"
                        "{\n"
                        "    double e = exp(-fabs(x));\n"
                        "    return (x >= 0 ? 1 : e) / (1 + e);\n"
                        "}\n"
                        "\n"
                        "static double f_prime(double x)\n"
                        "{\n"
                        "    double e = exp(-fabs(x));\n"
                        "    return e / ((1 + e) * (1 + e));\n"
                        "}\n"
                        "\n"
                        "void grad(const double *H, const double *W, const double *B, const double "
                        "*Ystar, double *out)\n"
                        "{\n"
                        "    /* Y = f(H @ W + B) */\n"
                        "    double Y[2];\n"
                        "    for (int i = 0; i < 2; i++) {\n"
                        "        double sum1 = 0;\n"
                        "        for (int j = 0; j < 3; j++) {\n"
                        "            sum1 += H[j] * W[j * 2 + i];\n"
                        "        }\n"
                        "        Y[i] = f(sum1 + B[i]);\n"
                        "    }\n"
                        "\n"
                        "    /* t1 = (Y - Ystar) * f'(H @ W + B) */\n"
                        "    double t1[2];\n"
                        "    for (int i = 0; i < 2; i++) {\n"
                        "        double sum2 = 0;\n"
                        "        for (int j = 0; j < 3; j++) {\n"
                        "            sum2 += H[j] * W[j * 2 + i];\n"
                        "        }\n"
                        "        t1[i] = (Y[i] - Ystar[i]) * f_prime(sum2 + B[i]);\n"
                        "    }\n"
                        "\n"
                        "    for (int i = 0; i < 3; i++) {\n"
                        "        for (int j = 0; j < 2; j++) {\n"
                        "            out[i * 2 + j] = H[i] * t1[j];\n"
                        "        }\n"
                        "    }\n"
                        "}\n");
    cg_strbuf_finish(&out);
    fixture_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_seed_function_as_text),
    };
    const struct CMUnitTest with_compiler[] = {
        cmocka_unit_test(functions_give_what_forward_mode_gives),
        cmocka_unit_test(the_seed_function_as_text),
    };
    if (!has_compiler())
        return cmocka_run_group_tests(tests, NULL, NULL);
    return cmocka_run_group_tests(with_compiler, NULL, NULL);
}
