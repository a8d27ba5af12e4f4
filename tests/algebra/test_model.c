#include "../test.h"

#include <chalkgrad/model.h>
#include <chalkgrad/print.h>

#include <string.h>

struct fixture {
    struct cg_arena arena;
    struct cg_model model;
    struct cg_error error;
};

static void setup(struct fixture *f)
{
    cg_arena_init(&f->arena);
    cg_model_init(&f->model, &f->arena, "m.txt");
}

static void add(struct fixture *f, const char *text)
{
    if (!cg_model_add(&f->model, text, strlen(text), 1, &f->error))
        fail_msg("%d:%d: %s", f->error.place.line, f->error.place.column, f->error.text);
}

static const struct cg_value *value(struct fixture *f, const char *name)
{
    const struct cg_value *found = cg_model_find(&f->model, name);
    if (!found)
        fail_msg("no value %s", name);
    return found;
}

static void expect_shape(struct fixture *f, const char *name, size_t rows, size_t cols)
{
    struct cg_shape shape = value(f, name)->shape;
    if (cg_rows(&f->model, shape) != rows || cg_cols(&f->model, shape) != cols)
        fail_msg("%s is %zu x %zu", name, cg_rows(&f->model, shape), cg_cols(&f->model, shape));
}

static void expect_body(struct fixture *f, const char *name, const char *expected)
{
    struct cg_strbuf out;
    cg_strbuf_init(&out);
    cg_print_text(&out, &f->model, value(f, name)->body);
    assert_string_equal(out.text, expected);
    cg_strbuf_finish(&out);
}

static const char *seed_model = "dims h = 3, y = 2; H : 1 x h; W : h x y; B : 1 x y\n"
                                "Ystar : 1 x y as Y^*; f = sigmoid; Y = f(H @ W + B)\n"
                                "J = 1/2 * sum((Y - Ystar)^2)";

static void the_seed_model(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    add(&f, seed_model);
    assert_int_equal(f.model.n_values, 6);
    expect_shape(&f, "W", 3, 2);
    expect_shape(&f, "Y", 1, 2);
    expect_shape(&f, "J", 1, 1);
    assert_string_equal(value(&f, "Ystar")->tex, "Y^*");
    assert_int_equal(cg_model_function(&f.model, "f")->kernel, CG_SIGMOID);
    assert_string_equal(cg_model_function(&f.model, "f")->tex, "f");
    assert_string_equal(cg_model_function(&f.model, "sigmoid")->tex, "\\sigma");
    expect_body(&f, "Y", "f(H @ W + B)");
    expect_body(&f, "J", "1/2 * sum((Y - Ystar)^2)");
    const struct cg_expr *body = value(&f, "J")->body;
    assert_int_equal(body->op, CG_MUL);
    assert_int_equal(body->args[0]->op, CG_DIV);
    assert_int_equal(body->args[1]->place.line, 3);
    assert_int_equal(body->args[1]->place.column, 11);
    assert_true(cg_depends(value(&f, "J"), value(&f, "W")));
    assert_true(cg_depends(value(&f, "J"), value(&f, "J")));
    assert_false(cg_depends(value(&f, "Y"), value(&f, "Ystar")));
    assert_false(cg_depends(value(&f, "W"), value(&f, "J")));
    cg_arena_finish(&f.arena);
}

static void x_may_be_a_size(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    add(&f,
        "dims n = 4, x = 2, h = 3; X : n x x; A : x x x; B : 3 x h; C : 1x3; D : 2x x; E : n xh");
    add(&f, "F : 3 × 2 ; x1 : 1 x 1; G : 2 xx = ones # xx is x and x\n");
    expect_shape(&f, "X", 4, 2);
    expect_shape(&f, "A", 2, 2);
    expect_shape(&f, "B", 3, 3);
    expect_shape(&f, "C", 1, 3);
    expect_shape(&f, "D", 2, 2);
    expect_shape(&f, "E", 4, 3);
    expect_shape(&f, "F", 3, 2);
    cg_arena_finish(&f.arena);
}

static void values_of_declarations(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    add(&f, "W : 3 x 2 = [[0.1, -0.4], # first\n   [7e-1, .2],\n [-1/4, +5.],]\n"
            "B : 1 x 2 = [1, 2]; U : 2 x 2 = uniform(-1, 1/2); N : 2 x 2 = normal(0, 0.1)\n"
            "Z : 2 x 2 = zeros; O : 2 x 3 = ones; E : 2 x 2 = eye; s : 1 x 1 = -3; R : 2 x 2\n"
            "V : 2 x 2 = xavier; G : 2 x 2 = he\n"
            "L : 2 x 2 as \\Lambda = load(\"a b.npy\")");
    const double numbers[] = {0.1, -0.4, 0.7, 0.2, -0.25, 5};
    assert_memory_equal(value(&f, "W")->init.data, numbers, sizeof numbers);
    assert_int_equal(value(&f, "W")->init.kind, CG_INIT_LITERAL);
    assert_int_equal(value(&f, "U")->init.kind, CG_INIT_UNIFORM);
    assert_true(value(&f, "U")->init.a == -1 && value(&f, "U")->init.b == 0.5);
    assert_int_equal(value(&f, "N")->init.kind, CG_INIT_NORMAL);
    assert_int_equal(value(&f, "Z")->init.kind, CG_INIT_ZEROS);
    assert_int_equal(value(&f, "O")->init.kind, CG_INIT_ONES);
    assert_int_equal(value(&f, "E")->init.kind, CG_INIT_EYE);
    assert_int_equal(value(&f, "V")->init.kind, CG_INIT_XAVIER);
    assert_int_equal(value(&f, "G")->init.kind, CG_INIT_HE);
    assert_true(value(&f, "s")->init.data[0] == -3);
    assert_int_equal(value(&f, "R")->init.kind, CG_INIT_RANDOM);
    assert_string_equal(value(&f, "L")->init.load->path, "a b.npy");
    assert_string_equal(value(&f, "L")->tex, "\\Lambda");
    cg_arena_finish(&f.arena);
}

static void loads_say_what_they_take(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    add(&f, "A : 2 x 3 = load(\"net.npz\", \"fc1.weight\").T / 255\n"
            "B : 2 x 3 = load(\"a.csv\", \"x 1\", \"x2\",\n onehot) * -1/2");
    const struct cg_load *a = value(&f, "A")->init.load, *b = value(&f, "B")->init.load;
    assert_string_equal(a->path, "net.npz");
    assert_int_equal(a->n_names, 1);
    assert_string_equal(a->names[0], "fc1.weight");
    assert_true(a->transposed && !a->onehot && a->factor == 1 && a->divisor == 255);
    assert_int_equal(b->n_names, 2);
    assert_string_equal(b->names[1], "x2");
    assert_true(!b->transposed && b->onehot && b->factor == -0.5 && b->divisor == 1);
    cg_arena_finish(&f.arena);
}

static void a_number_is_an_input(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    add(&f, "c = 0.5; d = -1/4; e as \\eta = 2^-1 * (3 - 1); g = c");
    assert_int_equal(value(&f, "c")->kind, CG_VALUE_INPUT);
    assert_true(value(&f, "c")->init.data[0] == 0.5);
    assert_true(value(&f, "d")->init.data[0] == -0.25);
    assert_true(value(&f, "e")->init.data[0] == 1);
    assert_string_equal(value(&f, "e")->tex, "\\eta");
    assert_int_equal(value(&f, "g")->kind, CG_VALUE_DEFINED);
    cg_arena_finish(&f.arena);
}

static void shapes_broadcast_as_in_numpy(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    add(&f,
        "A : 3 x 4; r : 1 x 4; c : 3 x 1; s : 1 x 1\n"
        "a = A + r; b = A * c - s; d = r + c; e = r ^ s; g = (c @ r) / A; h = A.T @ c\n"
        "i = sum(A); j = sum(A, axis=0); k = mean(A, axis=1); l = trace(A @ A.T); m = dot(A, A)\n"
        "n = outer(r, c); o = norm2(A); p = softmax(A); q = eye(3) @ A; t = ones(1, 3) @ A\n"
        "u = zeros(3, 4) + A; v = diag(A @ A.T); w = tanh'(A)");
    expect_shape(&f, "a", 3, 4);
    expect_shape(&f, "b", 3, 4);
    expect_shape(&f, "d", 3, 4);
    expect_shape(&f, "e", 1, 4);
    expect_shape(&f, "g", 3, 4);
    expect_shape(&f, "h", 4, 1);
    expect_shape(&f, "i", 1, 1);
    expect_shape(&f, "j", 1, 4);
    expect_shape(&f, "k", 3, 1);
    expect_shape(&f, "l", 1, 1);
    expect_shape(&f, "m", 1, 1);
    expect_shape(&f, "n", 4, 3);
    expect_shape(&f, "o", 1, 1);
    expect_shape(&f, "p", 3, 4);
    expect_shape(&f, "q", 3, 4);
    expect_shape(&f, "t", 1, 4);
    expect_shape(&f, "u", 3, 4);
    expect_shape(&f, "v", 1, 3);
    expect_shape(&f, "w", 3, 4);
    cg_arena_finish(&f.arena);
}

/* Each definition beside the same with all brackets written. */
static void precedence(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"-A^c^c.T", "-(A^(c^(c.T)))"},
        {"A @ A * A @ A", "((A @ A) * A) @ A"},
        {"A / c * A", "(A / c) * A"},
        {"-A @ A + A", "((-A) @ A) + A"},
        {"A ** -c", "A^(-c)"},
        {"c - c / c - c", "c + (-(c / c)) + (-c)"},
        {"A − A", "A + (-A)"},
        {"A - -A", "A + -(-A)"},
        {"A.T.T^2 * c", "((A.T).T)^2 * c"},
        {"c * -A^2", "c * (-(A^2))"},
        {"tanh(A).T @ A", "(tanh(A).T) @ A"},
        {"+A + +c", "A + c"},
    };
    struct fixture f;
    setup(&f);
    add(&f, "A : 2 x 2; c = 2");
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        add(&f, cg_format(&f.arena, "p%zu = %s; q%zu = %s", i, pairs[i][0], i, pairs[i][1]));
        size_t last = f.model.n_values - 1;
        if (!cg_expr_equal(f.model.values[last - 1]->body, f.model.values[last]->body))
            fail_msg("%s is not %s", pairs[i][0], pairs[i][1]);
    }
    add(&f, "r = (A + A) + A; s = A + A + A"); /* brackets are kept */
    assert_false(cg_expr_equal(value(&f, "r")->body, value(&f, "s")->body));
    cg_arena_finish(&f.arena);
}

static void dims_are_equated_by_use(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    add(&f, "dims n = 3, m = 3, k = 3; A : n x 3; B : 3 x m; C : k x 1");
    const struct cg_value *a = value(&f, "A"), *b = value(&f, "B"), *c = value(&f, "C");
    assert_false(cg_same_dim(&f.model, a->shape.cols, b->shape.rows));
    add(&f, "P = A @ B");
    assert_true(cg_same_dim(&f.model, a->shape.cols, b->shape.rows));
    assert_false(cg_same_dim(&f.model, a->shape.rows, b->shape.cols));
    add(&f, "Q = A @ B + (A @ B).T");
    assert_true(cg_same_dim(&f.model, a->shape.rows, b->shape.cols));
    assert_false(cg_same_dim(&f.model, a->shape.rows, c->shape.rows));
    assert_string_equal(cg_dim_name(&f.model, b->shape.cols), "m");
    assert_null(cg_dim_name(&f.model, a->shape.cols));
    cg_arena_finish(&f.arena);
}

static void a_named_size_of_one_is_size_one(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    add(&f, "dims n = 4, y = 1; Y : n x y; B : 3 x 1");
    assert_int_equal(value(&f, "Y")->shape.cols, 0);
    assert_int_equal(value(&f, "B")->shape.cols, 0);
    cg_arena_finish(&f.arena);
}

/* After a failed text: nothing of it is there, and what was there is as it was. */
static void an_error_leaves_the_model_alone(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    add(&f, "dims n = 3, m = 3; A : n x 2; B : m x 2; f = tanh");
    size_t n_values = f.model.n_values, n_dims = f.model.n_dims, n_functions = f.model.n_functions;
    const char *bad = "dims q = 7; g = relu; C : q x q; D = A + B; E = D @ C";
    assert_false(cg_model_add(&f.model, bad, strlen(bad), 1, &f.error));
    assert_int_equal(f.model.n_values, n_values);
    assert_int_equal(f.model.n_dims, n_dims);
    assert_int_equal(f.model.n_functions, n_functions);
    assert_null(cg_model_find(&f.model, "C"));
    assert_null(cg_model_function(&f.model, "g"));
    assert_non_null(cg_model_function(&f.model, "f"));
    assert_false(cg_same_dim(&f.model, value(&f, "A")->shape.rows, value(&f, "B")->shape.rows));
    add(&f, "dims q = 2; g = exp; D = A @ ones(2, q)");
    expect_shape(&f, "D", 3, 2);
    cg_arena_finish(&f.arena);
}

static void default_tex_of_names(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"W", "W"},
        {"W1", "W_1"},
        {"W12", "W_{12}"},
        {"W_1", "W_1"},
        {"Z₁", "Z_1"},
        {"δ", "\\delta"},
        {"δ2", "\\delta_2"},
        {"δA", "\\delta_{A}"},
        {"δZ1", "\\delta_{Z_1}"},
        {"theta", "\\theta"},
        {"theta1", "\\theta_1"},
        {"Omega", "\\Omega"},
        {"θ", "\\theta"},
        {"Ystar", "\\text{Ystar}"},
        {"W_out", "W_{\\text{out}}"},
        {"loss2", "\\text{loss}_2"},
        {"a_b_c", "a_{\\text{b\\_c}}"},
        {"é", "\\text{é}"},
    };
    struct cg_arena arena;
    cg_arena_init(&arena);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        assert_string_equal(cg_default_tex(&arena, pairs[i][0]), pairs[i][1]);
    cg_arena_finish(&arena);
}

static void names_are_suggested(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    add(&f, "dims hidden = 2; Ystar : 1 x 2; W1 : 1 x 2; W2 : 1 x 2");
    assert_string_equal(cg_model_nearest(&f.model, "Ysta"), "Ystar");
    assert_string_equal(cg_model_nearest(&f.model, "ystar"), "Ystar");
    assert_string_equal(cg_model_nearest(&f.model, "sigmiod"), "sigmoid");
    assert_string_equal(cg_model_nearest(&f.model, "hiden"), "hidden");
    assert_null(cg_model_nearest(&f.model, "Q"));
    assert_null(cg_model_nearest(&f.model, "completely"));
    struct cg_place place = {1, 1};
    assert_true(cg_check_new_name(&f.model, "δ", place, &f.error));
    assert_false(cg_check_new_name(&f.model, "W1", place, &f.error));
    assert_false(cg_check_new_name(&f.model, "a b", place, &f.error));
    assert_false(cg_check_new_name(&f.model, "", place, &f.error));
    assert_false(cg_check_new_name(&f.model, "sum", place, &f.error));
    cg_arena_finish(&f.arena);
}

static const struct cg_expr *parse(struct fixture *f, struct cg_value *const *results, size_t count,
                                   const char *text)
{
    return cg_parse_expr(&f->model, results, count, text, strlen(text), (struct cg_place){9, 4},
                         &f->error);
}

static void expressions_alone(void **state)
{
    (void)state;
    struct fixture f;
    setup(&f);
    add(&f, seed_model);
    struct cg_value delta = *value(&f, "Y");
    delta.name = "δ";
    delta.kind = CG_VALUE_RESULT;
    struct cg_value *results[] = {&delta};
    const struct cg_expr *expr = parse(&f, results, 1, "H.T @ δ - dJ/dW");
    assert_non_null(expr);
    assert_int_equal(expr->op, CG_ADD);
    assert_ptr_equal(expr->args[0]->args[1]->u.value, &delta);
    assert_int_equal(expr->args[1]->args[0]->op, CG_GRAD);
    assert_ptr_equal(expr->args[1]->args[0]->u.grad.wrt, value(&f, "W"));
    assert_true(cg_expr_equal(parse(&f, NULL, 0, "∂J/∂W"), parse(&f, NULL, 0, " dJ / dW\n")));
    assert_int_equal(parse(&f, NULL, 0, "f''(Y)")->u.apply.order, 2);
    assert_int_equal(parse(&f, NULL, 0, "f′(Y)")->u.apply.order, 1);
    assert_null(parse(&f, NULL, 0, "H.T @ δ"));
    assert_string_equal(f.error.text, "there is no name δ");
    assert_int_equal(f.error.place.line, 9);
    assert_int_equal(f.error.place.column, 10);
    assert_string_equal(f.error.source, "");
    assert_null(parse(&f, NULL, 0, "H H"));
    assert_null(parse(&f, NULL, 0, "H; H"));
    assert_null(parse(&f, NULL, 0, ""));
    assert_null(parse(&f, NULL, 0, "dJ/dQ"));
    assert_string_equal(f.error.text, "there is no name dJ; a gradient is written dJ/dW");
    cg_arena_finish(&f.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_seed_model),
        cmocka_unit_test(x_may_be_a_size),
        cmocka_unit_test(values_of_declarations),
        cmocka_unit_test(loads_say_what_they_take),
        cmocka_unit_test(a_number_is_an_input),
        cmocka_unit_test(shapes_broadcast_as_in_numpy),
        cmocka_unit_test(precedence),
        cmocka_unit_test(dims_are_equated_by_use),
        cmocka_unit_test(a_named_size_of_one_is_size_one),
        cmocka_unit_test(an_error_leaves_the_model_alone),
        cmocka_unit_test(default_tex_of_names),
        cmocka_unit_test(names_are_suggested),
        cmocka_unit_test(expressions_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
