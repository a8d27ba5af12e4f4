#include "../test.h"

#include <chalkgrad/print.h>
#include <chalkgrad/prng.h>

#include <string.h>

struct fixture {
    struct cg_arena arena;
    struct cg_model model;
    struct cg_error error;
    struct cg_prng prng;
};

static void setup(struct fixture *f, const char *text)
{
    cg_arena_init(&f->arena);
    cg_model_init(&f->model, &f->arena, "m.txt");
    cg_prng_seed(&f->prng, 7);
    if (!cg_model_add(&f->model, text, strlen(text), 1, &f->error))
        fail_msg("%s", f->error.text);
}

static const struct cg_expr *parse(struct fixture *f, const char *text)
{
    return cg_parse_expr(&f->model, NULL, 0, text, strlen(text), (struct cg_place){1, 1},
                         &f->error);
}

static void expect_text(struct fixture *f, const struct cg_expr *expr, const char *expected)
{
    struct cg_strbuf out;
    cg_strbuf_init(&out);
    cg_print_text(&out, &f->model, expr);
    assert_string_equal(out.text, expected);
    cg_strbuf_finish(&out);
}

/* Texts that are printed as they were written. */
static void texts_that_stay(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "H.T @ ((Y - Ystar) * f'(H @ W + B))",
        "1/2 * sum((Y - Ystar)^2)",
        "(Y @ W.T) * f'(H)",
        "H @ W @ W.T @ W",
        "H @ (W @ W.T)",
        "sum(Y, axis=0) - mean(Y, axis=1)",
        "-(Y * B) + B",
        "-Y * B",
        "-Y^2",
        "(-Y)^2",
        "Y^-2",
        "Y^2^3",
        "(Y^2)^3",
        "2 * -Y",
        "Y - (B + B) - B",
        "Y / B / B",
        "Y / (B * B)",
        "Y * B / B",
        "(Y * B) * B",
        "Y * (B * B)",
        "0.25 * Y",
        "(dJ/dW).T @ H.T",
        "2 * dJ/dW - W",
        "(dJ/dW)^2",
        "f''(Y) * tanh'(B)",
        "eye(h) @ W + ones(h, 1) @ zeros(1, y)",
        "trace(W @ W.T) * dot(Y, B) / norm2(Y)",
        "outer(H, Y) + softmax(W)",
        "diag(eye(y))",
        "2 / h * (Y - Ystar) + 1 / (h * y)",
    };
    struct fixture f;
    setup(&f, "dims h = 3, y = 2; H : 1 x h; W : h x y; B : 1 x y; Ystar : 1 x y; f = sigmoid\n"
              "Y = f(H @ W + B); J = sum(Y)");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct cg_expr *expr = parse(&f, texts[i]);
        if (!expr)
            fail_msg("%s: %s", texts[i], f.error.text);
        expect_text(&f, expr, texts[i]);
    }
    cg_arena_finish(&f.arena);
}

/* What only rules make: fractions and negative numbers. Their values survive. */
static void numbers_that_rules_make(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f, "a = 1");
    struct cg_arena *arena = &f.arena;
    const struct cg_expr *a = cg_name(arena, cg_model_find(&f.model, "a"));
    const struct cg_expr *third = cg_fraction(arena, 1, 3), *minus = cg_number(arena, -2);
    struct cg_shape one = {0, 0};
    expect_text(&f, cg_nary(arena, CG_MUL, 2, (const struct cg_expr *[]){a, third}, one),
                "a * (1/3)");
    expect_text(&f, cg_nary(arena, CG_MUL, 2, (const struct cg_expr *[]){third, a}, one),
                "1/3 * a");
    expect_text(&f, cg_binary(arena, CG_POW, third, minus, one), "(1/3)^-2");
    expect_text(&f, cg_number(arena, 0.1), "0.1");
    expect_text(&f, cg_number(arena, 1e-300), "1e-300");
    cg_arena_finish(&f.arena);
}

/* Random trees of a wanted shape over sizes 1, m, n (0, 1, 2 here). */
enum { DIMS = 3 };

struct grower {
    struct fixture *f;
    int dims[DIMS];
    const struct cg_value *values[DIMS][DIMS];
    const struct cg_function *functions[2];
};

static int pick(struct grower *g, int count)
{
    return (int)cg_prng_below(&g->f->prng, (uint64_t)count);
}

static const struct cg_expr *grow(struct grower *g, int rows, int cols, int depth);

static const struct cg_expr *grow_leaf(struct grower *g, int rows, int cols, struct cg_shape shape)
{
    static const double numbers[] = {0, 1, 2, 0.5, 0.1, 3.25e-7, 12345678, 1e22};
    struct cg_arena *arena = &g->f->arena;
    switch (pick(g, 6)) {
    case 0:
        if (!rows && !cols)
            return cg_number(arena, numbers[pick(g, 8)]);
        return cg_constant(arena, rows == cols ? CG_EYE : CG_ONES, shape);
    case 1:
        return cg_constant(arena, CG_ZEROS, shape);
    case 2:
        return cg_grad(arena, g->values[0][0], g->values[rows][cols]);
    default:
        return cg_name(arena, g->values[rows][cols]);
    }
}

static const struct cg_expr *grow_scalar(struct grower *g, int depth)
{
    struct cg_arena *arena = &g->f->arena;
    struct cg_shape one = {0, 0};
    int a = pick(g, DIMS), b = pick(g, DIMS);
    switch (pick(g, 4)) {
    case 0:
        return cg_unary(arena, CG_TRACE, grow(g, a, a, depth), one);
    case 1:
        return cg_unary(arena, CG_NORM2, grow(g, a, b, depth), one);
    case 2:
        return cg_reduce(arena, pick(g, 2) ? CG_SUM : CG_MEAN, CG_AXIS_ALL, grow(g, a, b, depth));
    default:
        return cg_binary(arena, CG_DOT, grow(g, a, b, depth), grow(g, a, b, depth), one);
    }
}

/* a + b, a * b with two or three operands, some of them broadcast. */
static const struct cg_expr *grow_nary(struct grower *g, int rows, int cols, int depth,
                                       struct cg_shape shape)
{
    const struct cg_expr *args[3];
    size_t count = 2 + (size_t)pick(g, 2);
    size_t whole = (size_t)pick(g, (int)count);
    for (size_t i = 0; i < count; i++)
        args[i] = i == whole ? grow(g, rows, cols, depth)
                             : grow(g, pick(g, 2) ? rows : 0, pick(g, 2) ? cols : 0, depth);
    return cg_nary(&g->f->arena, pick(g, 2) ? CG_ADD : CG_MUL, count, args, shape);
}

static const struct cg_expr *grow(struct grower *g, int rows, int cols, int depth)
{
    struct cg_arena *arena = &g->f->arena;
    struct cg_shape shape = {g->dims[rows], g->dims[cols]};
    int other = pick(g, DIMS);
    if (depth-- == 0)
        return grow_leaf(g, rows, cols, shape);
    switch (pick(g, rows || cols ? 9 : 10)) {
    case 0:
    case 1:
        return grow_nary(g, rows, cols, depth, shape);
    case 2:
        return cg_unary(arena, CG_NEG, grow(g, rows, cols, depth), shape);
    case 3:
        return cg_binary(arena, pick(g, 2) ? CG_DIV : CG_POW, grow(g, rows, cols, depth),
                         grow(g, pick(g, 2) ? rows : 0, 0, depth), shape);
    case 4:
        return cg_apply(arena, g->functions[pick(g, 2)], pick(g, 3), grow(g, rows, cols, depth));
    case 5:
        return cg_binary(arena, CG_MATMUL, grow(g, rows, other, depth), grow(g, other, cols, depth),
                         shape);
    case 6:
        return cg_unary(arena, CG_TRANSPOSE, grow(g, cols, rows, depth), shape);
    case 7:
        if (rows == 0)
            return cg_reduce(arena, CG_SUM, CG_AXIS_ROWS, grow(g, other, cols, depth));
        return cols == 0 ? cg_reduce(arena, CG_MEAN, CG_AXIS_COLS, grow(g, rows, other, depth))
                         : cg_unary(arena, CG_SOFTMAX, grow(g, rows, cols, depth), shape);
    case 8:
        if (rows == 0)
            return cg_unary(arena, CG_DIAG, grow(g, cols, cols, depth), shape);
        return cols == 0 ? grow_leaf(g, rows, cols, shape)
                         : cg_binary(arena, CG_OUTER, grow(g, 0, rows, depth),
                                     grow(g, cols, 0, depth), shape);
    default:
        return grow_scalar(g, depth);
    }
}

static void what_is_printed_parses_back_to_an_equal_tree(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f,
          "dims m = 2, n = 3; a : 1 x 1; b : 1 x m; c : 1 x n; d : m x 1; e : m x m; g : m x n\n"
          "h : n x 1; i : n x m; j : n x n; f = sigmoid; dims k = 2, l = 3\n"
          "k1 = e @ ones(k, m); l1 = j @ ones(l, n)"); /* dims with several names */
    struct grower g = {.f = &f};
    g.dims[1] = cg_model_find(&f.model, "d")->shape.rows;
    g.dims[2] = cg_model_find(&f.model, "h")->shape.rows;
    for (size_t i = 0; i < 9; i++)
        g.values[i / 3][i % 3] = f.model.values[i];
    g.functions[0] = cg_model_function(&f.model, "f");
    g.functions[1] = cg_model_function(&f.model, "tanh");
    struct cg_strbuf out;
    cg_strbuf_init(&out);
    for (int round = 0; round < 4000; round++) {
        const struct cg_expr *expr = grow(&g, pick(&g, DIMS), pick(&g, DIMS), 1 + pick(&g, 5));
        cg_strbuf_clear(&out);
        cg_print_text(&out, &f.model, expr);
        const struct cg_expr *again = parse(&f, out.text);
        if (!again)
            fail_msg("%s\n%s", out.text, f.error.text);
        if (!cg_expr_equal(expr, again)) {
            struct cg_strbuf other;
            cg_strbuf_init(&other);
            cg_print_text(&other, &f.model, again);
            fail_msg("%s\nis read as\n%s", out.text, other.text);
        }
        assert_true(cg_same_shape(&f.model, expr->shape, again->shape));
    }
    cg_strbuf_finish(&out);
    cg_arena_finish(&f.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_that_stay),
        cmocka_unit_test(numbers_that_rules_make),
        cmocka_unit_test(what_is_printed_parses_back_to_an_equal_tree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
