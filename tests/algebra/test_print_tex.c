/* TeX of expressions: golden text in both notations, brackets, objects, replacements. */
#include "../test.h"

#include <chalkgrad/print.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
    struct cg_arena arena;
    struct cg_model model;
    struct cg_book book;
};

static const char *const text =
    "dims h = 3, y = 2, n = 4\nH : 1 x h\nW : h x y\nB : 1 x y\nYstar : 1 x y as Y^*\n"
    "X : n x h\nW1 : h x y as W_1\nS : y x y\nc = 0.5\nα : 1 x 1\nf = sigmoid\n"
    "Y = f(H @ W + B)\nJ = 1/2 * sum((Y - Ystar)^2)\n"
    "Z = X @ W1 + B\nK = sum(tanh(Z)^2)\n";

static void fixture_init(struct fixture *f)
{
    struct cg_error error;
    cg_arena_init(&f->arena);
    cg_model_init(&f->model, &f->arena, "test");
    if (!cg_model_add(&f->model, text, strlen(text), 1, &error))
        fail_msg("%d: %s", error.place.line, error.text);
    cg_book_init(&f->book, &f->model, &f->arena);
}

static void fixture_finish(struct fixture *f)
{
    cg_arena_finish(&f->arena);
}

static const struct cg_derivation *derive(struct fixture *f, const char *line)
{
    struct cg_error error;
    const struct cg_derivation *d =
        cg_derive_line(&f->book, line, strlen(line), (struct cg_place){1, 1}, &error);
    if (!d)
        fail_msg("%s: %s", line, error.text);
    return d;
}

static const struct cg_expr *parse(struct fixture *f, const char *source)
{
    struct cg_error error;
    const struct cg_expr *expr =
        cg_parse_expr(&f->model, f->book.results, f->book.n_results, source, strlen(source),
                      (struct cg_place){1, 1}, &error);
    if (!expr)
        fail_msg("%s: %s", source, error.text);
    return expr;
}

static void expect_expr(struct fixture *f, const struct cg_expr *expr,
                        const struct cg_tex_options *options, const char *expected)
{
    struct cg_strbuf out;
    cg_strbuf_init(&out);
    cg_print_tex(&out, &f->model, expr, options);
    assert_string_equal(out.text, expected);
    cg_strbuf_finish(&out);
}

static void matrix_notation_is_printed(void **state)
{
    (void)state;
    static const struct {
        const char *source, *tex;
    } table[] = {
        {"H.T @ ((Y - Ystar) * f'(H @ W + B))",
         "H^{\\top} \\left(\\left(Y - Y^*\\right) \\ast f'(H W + B)\\right)"},
        {"(Y @ W.T) * f'(H)", "\\left(Y W^{\\top}\\right) \\ast f'(H)"},
        {"2 * H @ W", "2 H W"},
        {"2 * (H @ W)", "2 H W"},
        {"1/2 * sum((Y - Ystar)^2)", "\\frac{1}{2} \\sum \\left(Y - Y^*\\right)^{2}"},
        {"sum(X, axis=0)", "\\mathbf{1}^\\top X"},
        {"sum(X, axis=1)", "X \\, \\mathbf{1}"},
        {"Ystar.T", "\\left(Y^*\\right)^{\\top}"},
        {"W1.T @ W1", "W_1^{\\top} W_1"},
        {"(H @ W).T", "\\left(H W\\right)^{\\top}"},
        {"W.T.T", "\\left(W^{\\top}\\right)^{\\top}"},
        {"X @ (W1 @ S)", "X \\left(W_1 S\\right)"},
        {"X @ W1 @ S", "X W_1 S"},
        {"-H - H", "- H - H"},
        {"H - (H - H)", "H - \\left(H - H\\right)"},
        {"H + (H + H)", "H + \\left(H + H\\right)"},
        {"-(H + H) * H", "- \\left(H + H\\right) \\ast H"},
        {"H + -H * H", "H + \\left(- H \\ast H\\right)"},
        {"H * -H", "H \\ast \\left(- H\\right)"},
        {"H * H * H", "H \\ast H \\ast H"},
        {"H / (1 + H)", "\\frac{H}{1 + H}"},
        {"(H / c)^2", "\\left(\\frac{H}{c}\\right)^{2}"},
        {"exp(H / c)", "\\exp\\!\\left(\\frac{H}{c}\\right)"},
        {"2^H", "2^{H}"},
        {"f''(H)^2", "f''(H)^{2}"},
        {"sqrt(H + 1)", "\\sqrt{H + 1}"},
        {"sqrt'(H)", "\\text{sqrt}'(H)"},
        {"abs(H)^2", "\\left(\\left|H\\right|\\right)^{2}"},
        {"square(H + 1)", "\\left(H + 1\\right)^{2}"},
        {"norm2(H)", "\\left\\lVert H\\right\\rVert^{2}"},
        {"sqrt(norm2(H)) ^ 3", "\\left\\lVert H\\right\\rVert^{3}"},
        {"dot(H, H)", "H \\cdot H"},
        {"c * dot(H, H)", "c \\left(H \\cdot H\\right)"},
        {"outer(H, B)", "H \\otimes B"},
        {"trace(W @ W.T)", "\\text{tr}(W W^{\\top})"},
        {"mean(X, axis=0)", "\\text{mean}_{\\text{rows}}(X)"},
        {"2 * X / n", "\\frac{2 X}{n}"},
        {"softmax(Z)", "\\text{softmax}(Z)"},
        {"eye(y) @ S", "I S"},
        {"ones(1, n) @ X", "\\mathbf{1}^\\top X"},
        {"ones(n, h) * X", "\\mathbf{1}_{n \\times h} \\ast X"},
        {"zeros(1, 1)", "0"},
        {"dJ/dW", "\\frac{\\partial J}{\\partial W}"},
        {"2 * 3 * H", "2 \\cdot 3 H"},
        {"H * 2", "H \\cdot 2"},
        {"0.1 * H", "0.1 H"},
        {"1e-07 * H", "1 \\cdot 10^{-7} H"},
        {"sum(H) * H", "\\left(\\sum H\\right) H"},
        {"H * sum(H)", "H \\sum H"},
        {"α * H", "\\alpha H"},
    };
    struct fixture f;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        expect_expr(&f, parse(&f, table[i].source), NULL, table[i].tex);
    fixture_finish(&f);
}

/* All lines of a derivation and of the sub-derivations within, one below the other. */
static void put_lines(struct cg_strbuf *out, const struct fixture *f,
                      const struct cg_step *const *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        cg_print_tex(out, &f->model, steps[i]->rhs, NULL);
        cg_putc(out, '\n');
        if (steps[i]->children_kind == CG_CHILDREN_DERIVATIONS)
            put_lines(out, f, steps[i]->children, steps[i]->n_children);
    }
}

static void the_seed_derivation_is_typeset(void **state)
{
    (void)state;
    struct fixture f;
    struct cg_strbuf out;
    fixture_init(&f);
    cg_strbuf_init(&out);
    derive(&f, "dJ/dB as δ");
    const struct cg_derivation *d = derive(&f, "dJ/dW");
    expect_expr(&f, d->steps[0]->lhs, NULL, "\\left[\\frac{\\partial J}{\\partial W}\\right]_{kl}");
    put_lines(&out, &f, d->steps, d->n_steps);
    assert_string_equal(
        out.text,
        "\\frac{\\partial J}{\\partial W_{kl}}\n"
        "\\sum_{i} \\frac{\\partial J}{\\partial Y_{i}} \\, "
        "\\frac{\\partial Y_{i}}{\\partial W_{kl}}\n"
        "\\frac{\\partial}{\\partial W_{kl}} f(\\left[H W\\right]_{i} + B_{i})\n"
        "f'(\\left[H W\\right]_{i} + B_{i}) \\frac{\\partial}{\\partial W_{kl}} "
        "\\left[H W\\right]_{i}\n"
        "f'(\\left[H W\\right]_{i} + B_{i}) \\frac{\\partial}{\\partial W_{kl}} \\sum_{j} H_{j} "
        "W_{ji}\n"
        "f'(\\left[H W\\right]_{i} + B_{i}) \\sum_{j} H_{j} \\delta_{jk} \\delta_{il}\n"
        "\\left[f'(H W + B)\\right]_{i} H_{k} \\delta_{il}\n"
        "\\sum_{i} \\left[Y - Y^*\\right]_{i} \\left[f'(H W + B)\\right]_{i} H_{k} \\delta_{il}\n"
        "H_{k} \\left[Y - Y^*\\right]_{l} \\left[f'(H W + B)\\right]_{l}\n"
        "\\left[H^{\\top} \\left(\\left(Y - Y^*\\right) \\ast f'(H W + B)\\right)\\right]_{kl}\n"
        "H^{\\top} \\left(\\left(Y - Y^*\\right) \\ast f'(H W + B)\\right)\n"
        "H^{\\top} \\delta\n");
    cg_strbuf_finish(&out);
    fixture_finish(&f);
}

/* Nodes built by hand: what rules may make and the language can't say. */
static void index_notation_is_bracketed(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    derive(&f, "dJ/dB as δ");
    struct cg_arena *a = &f.arena;
    int h = cg_model_find(&f.model, "W")->shape.rows, y = cg_model_find(&f.model, "W")->shape.cols;
    const struct cg_index none = {0}, i = {'i', y}, k = {'k', h}, l = {'l', y};
    const struct cg_shape scalar = {0, 0};
    const struct cg_expr *b = cg_entry(a, parse(&f, "B"), none, i);
    const struct cg_expr *t = cg_entry(a, parse(&f, "Ystar"), none, i);
    const struct cg_expr *w1 = cg_entry(a, parse(&f, "W1"), k, l);
    const struct cg_expr *d = cg_entry(a, parse(&f, "δ"), none, i);
    const struct cg_expr *sum = cg_nary(a, CG_ADD, 2, (const struct cg_expr *[]){b, t}, scalar);
    const struct cg_expr *over = cg_sum_over(a, i, sum);
    const struct cg_expr *two = cg_number(a, 2), *minus = cg_number(a, -2);
    expect_expr(&f, over, NULL, "\\sum_{i} \\left(B_{i} + Y^*_{i}\\right)");
    expect_expr(&f, w1, NULL, "\\left[W_1\\right]_{kl}");
    expect_expr(&f, d, NULL, "\\left[\\delta\\right]_{i}"); /* unlike the Kronecker delta */
    expect_expr(&f, cg_binary(a, CG_POW, b, two, scalar), NULL, "B_{i}^{2}");
    expect_expr(&f, cg_binary(a, CG_POW, t, two, scalar), NULL, "\\left(Y^*_{i}\\right)^{2}");
    expect_expr(&f, cg_nary(a, CG_MUL, 2, (const struct cg_expr *[]){over, b}, scalar), NULL,
                "\\left(\\sum_{i} \\left(B_{i} + Y^*_{i}\\right)\\right) B_{i}");
    expect_expr(&f, cg_nary(a, CG_MUL, 2, (const struct cg_expr *[]){b, over}, scalar), NULL,
                "B_{i} \\sum_{i} \\left(B_{i} + Y^*_{i}\\right)");
    expect_expr(&f, cg_nary(a, CG_MUL, 2, (const struct cg_expr *[]){b, minus}, scalar), NULL,
                "B_{i} \\left(-2\\right)");
    expect_expr(&f, cg_nary(a, CG_MUL, 2, (const struct cg_expr *[]){minus, b}, scalar), NULL,
                "-2 B_{i}");
    expect_expr(&f, cg_fraction(a, -1, 3), NULL, "-\\frac{1}{3}");
    expect_expr(&f, cg_partial(a, sum, cg_model_find(&f.model, "W1"), k, l, false), NULL,
                "\\frac{\\partial}{\\partial \\left[W_1\\right]_{kl}} "
                "\\left(B_{i} + Y^*_{i}\\right)");
    struct cg_tex_options iverson = {.iverson = true};
    expect_expr(&f, cg_kron(a, i, l), NULL, "\\delta_{il}");
    expect_expr(&f, cg_kron(a, i, l), &iverson, "\\left[i = l\\right]");
    fixture_finish(&f);
}

static void objects_are_recorded_in_order(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    const struct cg_derivation *d = derive(&f, "dJ/dB");
    const struct cg_step *collapse = NULL;
    for (size_t i = 0; i < d->n_steps; i++)
        if (d->steps[i]->rule == CG_RULE_COLLAPSE)
            collapse = d->steps[i];
    assert_non_null(collapse);
    struct cg_objects objects = {.arena = &f.arena};
    struct cg_tex_options options = {.objects = &objects};
    expect_expr(&f, collapse->before->args[0], &options,
                "\\obj{1}{\\obj{2}{\\left[\\obj{3}{\\obj{4}{Y} \\obj{5}{- \\obj{6}{Y^*}}}\\right]"
                "_{\\obj{7}{i}}} \\obj{8}{\\left[\\obj{9}{\\obj{10}{f'}(\\obj{11}{\\obj{12}{"
                "\\obj{13}{H} \\obj{14}{W}} + \\obj{15}{B}})}\\right]_{\\obj{16}{i}}} "
                "\\obj{17}{\\obj{18}{\\delta_{\\obj{19}{i}\\obj{20}{k}}}}}");
    static const enum cg_object_kind kinds[] = {
        CG_OBJECT_TERM,  CG_OBJECT_TERM,  CG_OBJECT_TERM,  CG_OBJECT_VALUE, CG_OBJECT_TERM,
        CG_OBJECT_VALUE, CG_OBJECT_INDEX, CG_OBJECT_TERM,  CG_OBJECT_TERM,  CG_OBJECT_FUNCTION,
        CG_OBJECT_TERM,  CG_OBJECT_TERM,  CG_OBJECT_VALUE, CG_OBJECT_VALUE, CG_OBJECT_VALUE,
        CG_OBJECT_INDEX, CG_OBJECT_TERM,  CG_OBJECT_DELTA, CG_OBJECT_INDEX, CG_OBJECT_INDEX};
    assert_int_equal(objects.count, 20);
    for (size_t i = 0; i < objects.count; i++)
        assert_int_equal(objects.objects[i].kind, kinds[i]);
    assert_ptr_equal(objects.objects[1].node, collapse->before->args[0]->args[0]);
    assert_string_equal(objects.objects[5].value->name, "Ystar");
    assert_int_equal(objects.objects[19].index.letter, 'k');
    fixture_finish(&f);
}

static const char *as_number(void *context, const struct cg_expr *node)
{
    (void)context;
    return node->op == CG_ENTRY ? "-0.5" : node->op == CG_NAME ? "2" : NULL;
}

/* Numbers in place of the terms: dots between them, brackets around negative ones. */
static void terms_are_replaced_by_numbers(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    struct cg_tex_options options = {.replace = as_number};
    const struct cg_derivation *d = derive(&f, "dJ/dB");
    const struct cg_step *collapse = d->steps[d->n_steps - 3];
    assert_int_equal(collapse->rule, CG_RULE_COLLAPSE);
    expect_expr(&f, collapse->rhs, &options, "\\left(-0.5\\right) \\cdot \\left(-0.5\\right)");
    expect_expr(&f, parse(&f, "c * c"), &options, "2 \\cdot 2");
    expect_expr(&f, parse(&f, "c^2 - c"), &options, "\\left(2\\right)^{2} - 2");
    fixture_finish(&f);
}

/* What would be too deep or long for the screen ends in dots; on paper it does not. */
static void screen_formulas_are_capped(void **state)
{
    (void)state;
    struct fixture f;
    struct cg_strbuf source, out;
    fixture_init(&f);
    cg_strbuf_init(&source);
    cg_strbuf_init(&out);
    for (int i = 0; i < 60; i++)
        cg_put(&source, "exp(");
    cg_put(&source, "c");
    for (int i = 0; i < 60; i++)
        cg_put(&source, ")");
    struct cg_objects objects = {.arena = &f.arena};
    struct cg_tex_options options = {.objects = &objects};
    cg_print_tex(&out, &f.model, parse(&f, source.text), NULL);
    assert_null(strstr(out.text, "\\ldots"));
    cg_strbuf_clear(&out);
    cg_print_tex(&out, &f.model, parse(&f, source.text), &options);
    assert_non_null(strstr(out.text, "\\ldots"));
    /* a shared node that doubles at each level: 2^40 printed terms if nothing stopped it */
    const struct cg_expr *node = parse(&f, "c");
    for (int i = 0; i < 40; i++)
        node = cg_nary(&f.arena, CG_ADD, 2, (const struct cg_expr *[]){node, node}, node->shape);
    cg_strbuf_clear(&out);
    cg_print_tex(&out, &f.model, node, &options);
    assert_true(out.length < 16000);
    cg_strbuf_finish(&source);
    cg_strbuf_finish(&out);
    fixture_finish(&f);
}

static void derivations_are_printed_as_latex(void **state)
{
    (void)state;
    struct fixture f;
    struct cg_strbuf out;
    fixture_init(&f);
    cg_strbuf_init(&out);
    cg_print_derivation_latex(&out, derive(&f, "dJ/dY"), CG_DEPTH_RULES);
    assert_string_equal(
        out.text,
        "\\[\n\\begin{aligned}\n"
        "\\left[\\frac{\\partial J}{\\partial Y}\\right]_{i} &= "
        "\\frac{\\partial J}{\\partial Y_{i}} && \\text{the gradient, entry by entry} \\\\\n"
        " &= \\frac{\\partial}{\\partial Y_{i}} \\frac{1}{2} \\sum_{j} "
        "\\left(Y_{j} - Y^*_{j}\\right)^{2} && \\text{definition} \\\\\n"
        " &= \\frac{1}{2} \\sum_{j} 2 \\left(Y_{j} - Y^*_{j}\\right) \\delta_{ij} && "
        "\\text{power rule} \\\\\n"
        " &= Y_{i} - Y^*_{i} && \\text{the delta collapses the sum} \\\\\n"
        " &= \\left[Y - Y^*\\right]_{i} && \\text{matrix form} \\\\\n"
        "\\frac{\\partial J}{\\partial Y} &= Y - Y^* && \\text{all entries at once}\n"
        "\\end{aligned}\n\\]\n");
    cg_strbuf_clear(&out);
    cg_print_derivation_latex(&out, derive(&f, "dJ/dB"), CG_DEPTH_RULES);
    assert_non_null(strstr(out.text, ", $\\partial J/\\partial Y$ from above}"));
    cg_strbuf_finish(&out);
    fixture_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matrix_notation_is_printed),
        cmocka_unit_test(the_seed_derivation_is_typeset),
        cmocka_unit_test(index_notation_is_bracketed),
        cmocka_unit_test(objects_are_recorded_in_order),
        cmocka_unit_test(terms_are_replaced_by_numbers),
        cmocka_unit_test(screen_formulas_are_capped),
        cmocka_unit_test(derivations_are_printed_as_latex),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
