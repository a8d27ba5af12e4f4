#include "derivation_text.h"

/* One entry of a value at the letters of "kl"; '.' stands for no index. */
static const struct cg_expr *at(struct bench *b, const char *name, const char *letters)
{
    const struct cg_value *value = cg_model_find(&b->model, name);
    assert_non_null(value);
    struct cg_index row = {letters[0], value->shape.rows}, col = {letters[1], value->shape.cols};
    return cg_entry(&b->arena, cg_name(&b->arena, value),
                    row.letter == '.' ? (struct cg_index){0} : row,
                    col.letter == '.' ? (struct cg_index){0} : col);
}

static const struct cg_expr *times(struct bench *b, size_t count, const struct cg_expr **factors)
{
    return cg_nary(&b->arena, CG_MUL, count, factors, (struct cg_shape){0, 0});
}

static const struct cg_expr *sum(struct bench *b, char letter, int dim, const struct cg_expr *body)
{
    return cg_sum_over(&b->arena, (struct cg_index){letter, dim}, body);
}

static int dim_of(struct bench *b, const char *name, bool rows)
{
    const struct cg_value *value = cg_model_find(&b->model, name);
    return rows ? value->shape.rows : value->shape.cols;
}

/* The matrix form as text, or why there is none. */
static const char *form(struct bench *b, const struct cg_expr *expr, char row, int rows, char col,
                        int cols)
{
    const char *why = NULL;
    const struct cg_expr *matrix =
        cg_matrix_form(&b->model, &b->arena, expr, (struct cg_index){row, row ? rows : 0},
                       (struct cg_index){col, col ? cols : 0}, &why);
    cg_strbuf_clear(&b->text);
    if (matrix)
        cg_print_text(&b->text, &b->model, matrix);
    else
        cg_putf(&b->text, "none: %s", why);
    return b->text.text;
}

#define TIMES(b, ...)                                                                              \
    times(b, sizeof((const struct cg_expr *[]){__VA_ARGS__}) / sizeof(const struct cg_expr *),     \
          (const struct cg_expr *[]){__VA_ARGS__})

/* A : m x n, B : n x p, C : m x p, r : 1 x n, c : m x 1, S, T : n x n */
static const char matrices[] =
    "dims m = 2, n = 3, p = 4; A : m x n; B : n x p; C : m x p; D : m x n\n"
    "r : 1 x n; q : 1 x n; c : m x 1; S : n x n; T : n x n; s : 1 x 1";

static void products_of_matrices(void **state)
{
    (void)state;
    struct bench *b = bench_new(matrices);
    int m = dim_of(b, "A", true), n = dim_of(b, "A", false), p = dim_of(b, "B", false);
    /* S_j A_kj B_jl, in either order of the factors; its transpose */
    assert_string_equal(
        form(b, sum(b, 'j', n, TIMES(b, at(b, "A", "kj"), at(b, "B", "jl"))), 'k', m, 'l', p),
        "A @ B");
    assert_string_equal(
        form(b, sum(b, 'j', n, TIMES(b, at(b, "B", "jl"), at(b, "A", "kj"))), 'k', m, 'l', p),
        "A @ B");
    assert_string_equal(
        form(b, sum(b, 'j', n, TIMES(b, at(b, "A", "lj"), at(b, "B", "jk"))), 'k', p, 'l', m),
        "B.T @ A.T");
    /* transposes follow from the direction */
    assert_string_equal(
        form(b, sum(b, 'i', m, TIMES(b, at(b, "A", "ik"), at(b, "C", "il"))), 'k', n, 'l', p),
        "A.T @ C");
    assert_string_equal(
        form(b, sum(b, 'j', n, TIMES(b, at(b, "S", "kj"), at(b, "S", "lj"))), 'k', n, 'l', n),
        "S @ S.T");
    /* a vector at the end of a chain */
    assert_string_equal(
        form(b, sum(b, 'j', n, TIMES(b, at(b, "r", ".j"), at(b, "B", "jl"))), 0, 0, 'l', p),
        "r @ B");
    assert_string_equal(
        form(b, sum(b, 'j', n, TIMES(b, at(b, "r", ".j"), at(b, "A", "kj"))), 'k', m, 0, 0),
        "A @ r.T");
    /* a weight between two edges */
    assert_string_equal(
        form(b, sum(b, 'j', n, TIMES(b, at(b, "A", "kj"), at(b, "r", ".j"), at(b, "B", "jl"))), 'k',
             m, 'l', p),
        "(A * r) @ B");
    bench_free(b);
}

static void entry_by_entry_and_outer(void **state)
{
    (void)state;
    struct bench *b = bench_new(matrices);
    int m = dim_of(b, "A", true), n = dim_of(b, "A", false);
    assert_string_equal(form(b, TIMES(b, at(b, "A", "kl"), at(b, "D", "kl")), 'k', m, 'l', n),
                        "A * D");
    assert_string_equal(form(b, TIMES(b, at(b, "A", "lk"), at(b, "D", "lk")), 'k', n, 'l', m),
                        "(A * D).T");
    assert_string_equal(form(b, TIMES(b, at(b, "c", "k."), at(b, "r", ".l")), 'k', m, 'l', n),
                        "c @ r");
    assert_string_equal(form(b, TIMES(b, at(b, "r", ".k"), at(b, "c", "l.")), 'k', n, 'l', m),
                        "r.T @ c.T");
    assert_string_equal(form(b, TIMES(b, at(b, "r", ".k"), at(b, "q", ".l")), 'k', n, 'l', n),
                        "r.T @ q");
    assert_string_equal(
        form(b, TIMES(b, at(b, "A", "kl"), at(b, "r", ".l"), at(b, "c", "k.")), 'k', m, 'l', n),
        "A * r * c");
    assert_string_equal(form(b, TIMES(b, at(b, "s", ".."), at(b, "r", ".k")), 0, 0, 'k', n),
                        "s * r");
    bench_free(b);
}

static void sums_and_closed_loops(void **state)
{
    (void)state;
    struct bench *b = bench_new(matrices);
    int m = dim_of(b, "A", true), n = dim_of(b, "A", false);
    assert_string_equal(form(b, sum(b, 'i', m, at(b, "A", "il")), 0, 0, 'l', n), "sum(A, axis=0)");
    assert_string_equal(form(b, sum(b, 'j', n, at(b, "A", "kj")), 'k', m, 0, 0), "sum(A, axis=1)");
    assert_string_equal(form(b, sum(b, 'i', m, sum(b, 'j', n, at(b, "A", "ij"))), 0, 0, 0, 0),
                        "sum(A)");
    assert_string_equal(form(b, sum(b, 'i', n, at(b, "S", "ii")), 0, 0, 0, 0), "trace(S)");
    assert_string_equal(form(b, at(b, "S", "kk"), 0, 0, 'k', n), "diag(S)");
    assert_string_equal(
        form(b, sum(b, 'j', n, TIMES(b, at(b, "r", ".j"), at(b, "q", ".j"))), 0, 0, 0, 0),
        "dot(r, q)");
    assert_string_equal(
        form(b, sum(b, 'j', n, TIMES(b, at(b, "r", ".j"), at(b, "r", ".j"))), 0, 0, 0, 0),
        "norm2(r)");
    assert_string_equal(
        form(b, sum(b, 'i', n, sum(b, 'j', n, TIMES(b, at(b, "S", "ij"), at(b, "T", "ji")))), 0, 0,
             0, 0),
        "dot(S, T.T)");
    bench_free(b);
}

static void what_is_missing_is_filled_with_ones(void **state)
{
    (void)state;
    struct bench *b = bench_new(matrices);
    int m = dim_of(b, "A", true), n = dim_of(b, "A", false);
    assert_string_equal(form(b, at(b, "r", ".l"), 'k', m, 'l', n), "ones(m, 1) @ r");
    assert_string_equal(form(b, at(b, "c", "k."), 'k', m, 'l', n), "c @ ones(1, n)");
    assert_string_equal(form(b, cg_fraction(&b->arena, 1, 1), 'k', m, 'l', n), "ones(m, n)");
    assert_string_equal(form(b, cg_fraction(&b->arena, 0, 1), 'k', m, 'l', n), "zeros(m, n)");
    assert_string_equal(form(b, cg_fraction(&b->arena, 1, 2), 'k', m, 'l', n), "1/2 * ones(m, n)");
    assert_string_equal(form(b, sum(b, 'i', m, cg_fraction(&b->arena, 1, 1)), 0, 0, 0, 0), "m");
    struct cg_index k = {'k', n}, l = {'l', n};
    assert_string_equal(form(b, cg_kron(&b->arena, k, l), 'k', n, 'l', n), "eye(n)");
    bench_free(b);
}

/* Not everything is a matrix expression, and then it says why. */
static void what_has_no_matrix_form(void **state)
{
    (void)state;
    struct bench *b = bench_new("dims n = 3; A : n x n; B : n x n; C : n x n; x : n x 1");
    int n = dim_of(b, "A", true);
    const struct cg_expr *three =
        sum(b, 'j', n,
            TIMES(b, at(b, "A", "kj"), at(b, "B", "lj"), at(b, "C", "mj"), at(b, "x", "m.")));
    const struct cg_expr *star = sum(b, 'm', n, three);
    assert_string_equal(form(b, star, 'k', n, 'l', n), "A @ ((C.T @ x) * B.T)");
    const struct cg_expr *loose = TIMES(b, at(b, "A", "kl"), at(b, "x", "m."));
    assert_non_null(strstr(form(b, loose, 'k', n, 'l', n), "none: "));
    /* four indices, each two of them joined: every sum meets three matrices */
    const struct cg_expr *knot = TIMES(b, at(b, "A", "ij"), at(b, "B", "im"), at(b, "C", "ip"),
                                       at(b, "A", "jm"), at(b, "B", "jp"), at(b, "C", "mp"));
    knot = sum(b, 'i', n, sum(b, 'j', n, sum(b, 'm', n, sum(b, 'p', n, knot))));
    assert_non_null(strstr(form(b, knot, 0, 0, 0, 0), "none: an index is summed over"));
    bench_free(b);
}

/* The kinds of product, by their shapes. */
static void kinds_of_product(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{"A @ B", "matrix product"},
                                           {"A @ r.T", "matrix product"},
                                           {"r @ q.T", "dot product"},
                                           {"c @ r", "outer product"},
                                           {"r.T @ q", "outer product"},
                                           {"A * D", "Hadamard product"},
                                           {"2 * A", "number times matrix"},
                                           {"s * A", "number times matrix"},
                                           {"outer(c, r)", "outer product"},
                                           {"dot(r, q)", "dot product"},
                                           {"A * r", "Hadamard product"},
                                           {"A + D", NULL},
                                           {"s * 2", NULL}};
    struct bench *b = bench_new(matrices);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct cg_expr *expr =
            cg_parse_expr(&b->model, NULL, 0, cases[i][0], strlen(cases[i][0]),
                          (struct cg_place){1, 1}, &b->error);
        assert_non_null(expr);
        const char *kind = cg_product_kind(&b->model, expr);
        if (!kind || !cases[i][1])
            assert_ptr_equal(kind, cases[i][1]);
        else
            assert_string_equal(kind, cases[i][1]);
    }
    bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_of_matrices),
        cmocka_unit_test(entry_by_entry_and_outer),
        cmocka_unit_test(sums_and_closed_loops),
        cmocka_unit_test(what_is_missing_is_filled_with_ones),
        cmocka_unit_test(what_has_no_matrix_form),
        cmocka_unit_test(kinds_of_product),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
