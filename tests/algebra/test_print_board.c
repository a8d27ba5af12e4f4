/* Lines in the words of the seed derivation (shared/seed-derivation.md of the design). */
#include "../test.h"

#include <chalkgrad/print.h>

#include <string.h>

struct fixture {
    struct cg_arena arena;
    struct cg_model model;
    struct cg_index i, j, k, l;        /* i, l over y; j, k over h */
    const struct cg_expr *y, *w, *fit; /* Y_i, W_ji, H @ W + B */
};

#define LIST(...)                                                                                  \
    (const struct cg_expr *[]){__VA_ARGS__},                                                       \
        sizeof((const struct cg_expr *[]){__VA_ARGS__}) / sizeof(const struct cg_expr *)

static const struct cg_index none = {0, 0};
static const struct cg_shape one = {0, 0};

static const struct cg_expr *parse(struct fixture *f, const char *text)
{
    struct cg_error error;
    const struct cg_expr *expr =
        cg_parse_expr(&f->model, NULL, 0, text, strlen(text), (struct cg_place){1, 1}, &error);
    if (!expr)
        fail_msg("%s: %s", text, error.text);
    return expr;
}

static const struct cg_expr *entry(struct fixture *f, const char *matrix, struct cg_index row,
                                   struct cg_index col)
{
    return cg_entry(&f->arena, parse(f, matrix), row, col);
}

static const struct cg_expr *mul(struct fixture *f, const struct cg_expr **args, size_t count)
{
    return cg_nary(&f->arena, CG_MUL, count, args, one);
}

static const struct cg_expr *add(struct fixture *f, const struct cg_expr **args, size_t count)
{
    return cg_nary(&f->arena, CG_ADD, count, args, one);
}

static const struct cg_expr *minus(struct fixture *f, const struct cg_expr *arg)
{
    return cg_unary(&f->arena, CG_NEG, arg, arg->shape);
}

static const struct cg_expr *number(struct fixture *f, int num, int den)
{
    return cg_fraction(&f->arena, num, den);
}

static const struct cg_expr *power(struct fixture *f, const struct cg_expr *base, int exponent)
{
    return cg_binary(&f->arena, CG_POW, base, number(f, exponent, 1), one);
}

static const struct cg_expr *partial(struct fixture *f, const struct cg_expr *of, const char *wrt,
                                     struct cg_index row, struct cg_index col)
{
    return cg_partial(&f->arena, of, cg_model_find(&f->model, wrt), row, col, false);
}

static const struct cg_expr *slope(struct fixture *f, const struct cg_expr *arg)
{
    return cg_apply(&f->arena, cg_model_function(&f->model, "f"), 1, arg);
}

static void setup(struct fixture *f)
{
    const char *text =
        "dims h = 3, y = 2; H : 1 x h; W : h x y; B : 1 x y; Ystar : 1 x y as Y^*\n"
        "f = sigmoid; Y = f(H @ W + B); J = 1/2 * sum((Y - Ystar)^2)\n"
        "dims n = 4; X : n x h; W1 : h x h; B1 : 1 x h; δ2 : n x y; A as \\hat A = X\n"
        "c as \\mathcal{L}_{reg} = 3";
    struct cg_error error;
    cg_arena_init(&f->arena);
    cg_model_init(&f->model, &f->arena, "m.txt");
    if (!cg_model_add(&f->model, text, strlen(text), 1, &error))
        fail_msg("%s", error.text);
    struct cg_shape shape = cg_model_find(&f->model, "W")->shape;
    f->i = (struct cg_index){'i', shape.cols};
    f->j = (struct cg_index){'j', shape.rows};
    f->k = (struct cg_index){'k', shape.rows};
    f->l = (struct cg_index){'l', shape.cols};
    f->y = entry(f, "Y", none, f->i);
    f->w = entry(f, "W", f->j, f->i);
    f->fit = parse(f, "H @ W + B");
}

static void expect(struct fixture *f, const struct cg_expr *expr, const char *expected)
{
    struct cg_strbuf out;
    cg_strbuf_init(&out);
    cg_print_board(&out, &f->model, expr);
    assert_string_equal(out.text, expected);
    cg_strbuf_clear(&out);
    cg_print_text(&out, &f->model, expr); /* index notation reads the same in both */
    assert_string_equal(out.text, expected);
    cg_strbuf_finish(&out);
}

static void the_line_for_the_error(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    struct cg_index j = {'j', f.i.dim};
    const struct cg_expr *difference =
        add(&f, LIST(entry(&f, "Y", none, j), minus(&f, entry(&f, "Ystar", none, j))));
    const struct cg_expr *total =
        mul(&f, LIST(number(&f, 1, 2), cg_sum_over(&f.arena, j, power(&f, difference, 2))));
    expect(&f, partial(&f, entry(&f, "J", none, none), "Y", none, f.i), "∂J/∂Y_i");
    expect(&f, partial(&f, total, "Y", none, f.i), "∂/∂Y_i ½ Σ_j (Y_j − Y*_j)²");
    const struct cg_expr *inner =
        mul(&f, LIST(number(&f, 2, 1), difference, cg_kron(&f.arena, f.i, j)));
    expect(&f, mul(&f, LIST(number(&f, 1, 2), cg_sum_over(&f.arena, j, inner))),
           "½ Σ_j 2 (Y_j − Y*_j) δ_ij");
    expect(&f, entry(&f, "Y - Ystar", none, f.i), "[Y − Y*]_i");
    cg_arena_finish(&f.arena);
}

static void the_lines_for_the_weights(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    const struct cg_expr *inner =
        add(&f, LIST(entry(&f, "H @ W", none, f.i), entry(&f, "B", none, f.i)));
    const struct cg_expr *applied = cg_apply(&f.arena, cg_model_function(&f.model, "f"), 0, inner);
    expect(&f, partial(&f, applied, "W", f.k, f.l), "∂/∂W_kl f([HW]_i + B_i)");
    const struct cg_expr *product = entry(&f, "H @ W", none, f.i);
    expect(&f, mul(&f, LIST(slope(&f, inner), partial(&f, product, "W", f.k, f.l))),
           "f′([HW]_i + B_i) ∂/∂W_kl [HW]_i");
    const struct cg_expr *sum =
        cg_sum_over(&f.arena, f.j, mul(&f, LIST(entry(&f, "H", none, f.j), f.w)));
    expect(&f, mul(&f, LIST(slope(&f, inner), partial(&f, sum, "W", f.k, f.l))),
           "f′([HW]_i + B_i) ∂/∂W_kl Σ_j H_j W_ji");
    const struct cg_expr *gone =
        mul(&f, LIST(entry(&f, "H", none, f.j), cg_kron(&f.arena, f.j, f.k),
                     cg_kron(&f.arena, f.i, f.l)));
    expect(&f, mul(&f, LIST(slope(&f, inner), cg_sum_over(&f.arena, f.j, gone))),
           "f′([HW]_i + B_i) Σ_j H_j δ_jk δ_il");
    expect(&f, entry(&f, "dJ/dW", f.k, f.l), "[∂J/∂W]_kl");
    const struct cg_expr *line =
        mul(&f, LIST(entry(&f, "Y - Ystar", none, f.i), entry(&f, "f'(H @ W + B)", none, f.i),
                     entry(&f, "H", none, f.k), cg_kron(&f.arena, f.i, f.l)));
    expect(&f, cg_sum_over(&f.arena, f.i, line), "Σ_i [Y − Y*]_i [f′(HW + B)]_i H_k δ_il");
    expect(&f, entry(&f, "H.T @ ((Y - Ystar) * f'(H @ W + B))", f.k, f.l),
           "[Hᵀ ((Y − Y*) * f′(HW + B))]_kl");
    const struct cg_expr *chain =
        mul(&f, LIST(partial(&f, entry(&f, "J", none, none), "Y", none, f.i),
                     partial(&f, f.y, "W", f.k, f.l)));
    expect(&f, cg_sum_over(&f.arena, f.i, chain), "Σ_i ∂J/∂Y_i ∂Y_i/∂W_kl");
    cg_arena_finish(&f.arena);
}

/* What binds how tightly. */
static void brackets_in_index_notation(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    const struct cg_expr *b = entry(&f, "B", none, f.i);
    const struct cg_expr *sum = cg_sum_over(&f.arena, f.j, f.w);
    const struct cg_expr *both = add(&f, LIST(f.y, b));
    expect(&f, mul(&f, LIST(sum, b)), "(Σ_j W_ji) B_i");
    expect(&f, mul(&f, LIST(b, mul(&f, LIST(b, sum)), b)), "B_i B_i (Σ_j W_ji) B_i");
    expect(&f, add(&f, LIST(sum, b)), "Σ_j W_ji + B_i");
    expect(&f, cg_sum_over(&f.arena, f.j, add(&f, LIST(f.w, b))), "Σ_j (W_ji + B_i)");
    expect(&f, cg_sum_over(&f.arena, f.i, sum), "Σ_i Σ_j W_ji");
    expect(&f, mul(&f, LIST(minus(&f, b), b)), "(−B_i) B_i");
    expect(&f, minus(&f, mul(&f, LIST(b, b))), "−B_i B_i");
    expect(&f, minus(&f, both), "−(Y_i + B_i)");
    expect(&f, add(&f, LIST(b, minus(&f, both))), "B_i − (Y_i + B_i)");
    expect(&f, mul(&f, LIST(number(&f, 2, 1), number(&f, 3, 1), b)), "2 · 3 B_i");
    expect(&f, mul(&f, LIST(number(&f, 3, 7), b)), "(3/7) B_i");
    expect(&f, mul(&f, LIST(number(&f, -3, 4), b)), "(−¾) B_i");
    expect(&f, cg_binary(&f.arena, CG_DIV, both, mul(&f, LIST(b, b)), one),
           "(Y_i + B_i)/(B_i B_i)");
    expect(&f, mul(&f, LIST(cg_binary(&f.arena, CG_DIV, b, b, one), b)), "(B_i/B_i) B_i");
    expect(&f, power(&f, f.y, 2), "Y_i²");
    expect(&f, power(&f, f.y, -1), "Y_i⁻¹");
    expect(&f, power(&f, slope(&f, b), 3), "f′(B_i)³");
    expect(&f, power(&f, mul(&f, LIST(b, b)), 2), "(B_i B_i)²");
    expect(&f, power(&f, b, 12), "B_i^12");
    expect(&f, partial(&f, both, "B", none, f.i), "∂/∂B_i (Y_i + B_i)");
    expect(&f, mul(&f, LIST(partial(&f, power(&f, b, 2), "B", none, f.i), b)), "(∂/∂B_i B_i²) B_i");
    expect(&f, entry(&f, "sum(Y)", none, none), "sum(Y)");
    cg_arena_finish(&f.arena);
}

static void expect_matrix(struct fixture *f, const char *text, const char *expected)
{
    struct cg_strbuf out;
    cg_strbuf_init(&out);
    cg_print_board(&out, &f->model, parse(f, text));
    assert_string_equal(out.text, expected);
    cg_strbuf_finish(&out);
}

static void matrices(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    expect_matrix(&f, "H @ W + B", "HW + B");
    expect_matrix(&f, "X @ W1 + B1", "X W1 + B1");
    expect_matrix(&f, "H @ W @ W.T", "HW Wᵀ");
    expect_matrix(&f, "H @ (W @ W.T)", "H (W Wᵀ)");
    expect_matrix(&f, "(δ2 @ W.T) * f'(X @ W1 + B1)", "(δ2 Wᵀ) * f′(X W1 + B1)");
    expect_matrix(&f, "X.T @ δ2", "Xᵀ δ2");
    expect_matrix(&f, "(X @ W1).T @ (δ2 * δ2)", "(X W1)ᵀ (δ2 * δ2)");
    expect_matrix(&f, "1/2 * sum((Y - Ystar)^2)", "½ sum((Y − Y*)²)");
    expect_matrix(&f, "2 * (H @ W)", "2 HW");
    expect_matrix(&f, "2 * Y * B", "2 Y * B");
    expect_matrix(&f, "A / sqrt(norm2(A)) ^ 3", "A\u0302/‖A\u0302‖³");
    expect_matrix(&f, "sum(δ2, axis=0) / norm2(A)", "sum(δ2, axis=0)/‖A\u0302‖²");
    expect_matrix(&f, "c * exp(Y) - sqrt(Y) + sigmoid(Y)", "Lreg exp(Y) − √(Y) + σ(Y)");
    expect_matrix(&f, "(dJ/dW).T @ dJ/dW", "(∂J/∂W)ᵀ ∂J/∂W");
    expect_matrix(&f, "eye(h) @ W - zeros(h, y) + ones(h, 1) @ Y", "I W − 0 + ones(h, 1) Y");
    cg_arena_finish(&f.arena);
}

static void a_line(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    struct cg_strbuf out;
    cg_strbuf_init(&out);
    cg_print_line(&out, &f.model, parse(&f, "dJ/dW"), parse(&f, "H.T @ Y"));
    assert_string_equal(out.text, "∂J/∂W = Hᵀ Y");
    cg_strbuf_finish(&out);
    cg_arena_finish(&f.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_for_the_error),
        cmocka_unit_test(the_lines_for_the_weights),
        cmocka_unit_test(brackets_in_index_notation),
        cmocka_unit_test(matrices),
        cmocka_unit_test(a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
