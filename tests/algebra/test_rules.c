/* The rules, each by a derivation that needs it, and the trace that they leave. */
#include "derivation_text.h"

#include "algebra/rules.h"

static void every_rule_is_found_by_its_key(void **state)
{
    (void)state;
    for (int i = 0; i < CG_RULE_COUNT; i++) {
        const struct cg_rule_info *info = cg_rule_info((enum cg_rule)i);
        assert_int_equal(cg_rule_find(info->key), i);
        assert_true(info->name[0] && info->law[0] && info->why[0]);
    }
    assert_int_equal(cg_rule_find("no such rule"), CG_RULE_COUNT);
}

/* Models with J, what it is derived by, the rule that must occur, and the matrix form. */
static const char *const cases[][4] = {
    {"x : 3 x 1; J = sum(x^3)", "dJ/dx", "power", "3 * x^2"},
    {"x : 3 x 1; J = sum(2^x)", "dJ/dx", "power", "log(2) * 2^x"},
    {"x : 3 x 1; J = sum(x^-1)", "dJ/dx", "power", "-x^-2"},
    {"x : 3 x 1; y : 3 x 1; J = sum(x*y*x)", "dJ/dx", "product", "2 * y * x"},
    {"x : 3 x 1; y : 3 x 1; J = sum(y/x)", "dJ/dx", "quotient", "-(y / x^2)"},
    {"x : 3 x 1; y : 3 x 1; J = sum(x/y)", "dJ/dx", "linearity", "1 / y"},
    {"x : 3 x 1; J = sum(sin(x))", "dJ/dx", "elementwise", "cos(x)"},
    {"x : 3 x 1; J = sum(cos(x))", "dJ/dx", "elementwise", "-sin(x)"},
    {"x : 3 x 1; J = sum(log(x))", "dJ/dx", "elementwise", "1 / x"},
    {"x : 3 x 1; J = sum(exp(2*x))", "dJ/dx", "elementwise", "2 * exp(2 * x)"},
    {"x : 3 x 1; J = sum(square(x))", "dJ/dx", "elementwise", "2 * x"},
    {"x : 3 x 1; J = sum(sqrt(x))", "dJ/dx", "elementwise", "1 / (2 * sqrt(x))"},
    {"x : 3 x 1; J = sum(identity(x))", "dJ/dx", "delta", "ones(3, 1)"},
    {"x : 3 x 1; f = relu; J = sum(f(x))", "dJ/dx", "elementwise", "f'(x)"},
    {"x : 3 x 1; J = sum(sigmoid(x))", "dJ/dx", "elementwise", "sigmoid'(x)"},
    {"x : 3 x 1; y : 3 x 1; J = sum(y) + 2", "dJ/dx", "constant", "zeros(3, 1)"},
    {"Z : 3 x 4; T : 3 x 4; S = softmax(Z); J = -sum(T * log(S))", "dJ/dZ", "softmax",
     "S * sum(T, axis=1) - T"},
    {"A : 2 x 3; B : 3 x 2; J = trace(A @ B)", "dJ/dA", "write out", "B.T"},
    {"A : 3 x 3; J = trace(A.T)", "dJ/dA", "collapse", "eye(3)"},
    {"A : 2 x 3; J = norm2(A)", "dJ/dA", "collapse", "2 * A"},
    {"A : 2 x 3; B : 2 x 3; J = dot(A, B)", "dJ/dA", "collapse", "B"},
    {"a : 2 x 1; b : 1 x 3; M : 2 x 3; J = sum(M * outer(a, b))", "dJ/da", "collapse", "M @ b.T"},
    {"a : 2 x 1; b : 1 x 3; M : 2 x 3; J = sum(M * outer(a, b))", "dJ/db", "collapse", "a.T @ M"},
    {"x : 3 x 1; A : 3 x 3; J = x.T @ A @ x", "dJ/dx", "reorder", "(A + A.T) @ x"},
    {"x : 3 x 1; y : 3 x 1; J = sum(x^2 * y + x^2) / 2", "dJ/dx", "power", "y * x + x"},
    {"x : 3 x 1; J = sum(x) * sum(x^2)", "dJ/dx", "product", "norm2(x) + 2 * sum(x) * x"},
    {"X : 2 x 3; b : 1 x 3; J = sum((X + b)^2)", "dJ/db", "collapse", "2 * sum(X + b, axis=0)"},
    {"X : 2 x 3; w : 3 x 1; t : 2 x 1; l = 0.5; J = 1/2 * sum((X @ w - t)^2) + l/2 * norm2(w)",
     "dJ/dw", "collapse", "X.T @ (X @ w - t) + l * w"},
    {"A : 2 x 3; B : 3 x 4; C : 4 x 2; J = sum(A @ B @ C)", "dJ/dB", "matrix form",
     "sum(A, axis=0).T @ sum(C, axis=1).T"},
};

static bool occurs(const struct cg_step *const *steps, size_t count, enum cg_rule rule)
{
    for (size_t i = 0; i < count; i++)
        if (steps[i]->rule == rule || occurs(steps[i]->children, steps[i]->n_children, rule))
            return true;
    return false;
}

static void each_rule_where_it_is_needed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bench *bench = bench_new(cases[i][0]);
        const struct cg_derivation *derivation = bench_derive(bench, cases[i][1]);
        if (!occurs(derivation->steps, derivation->n_steps, cg_rule_find(cases[i][2])))
            fail_msg("%s: no %s in %s", cases[i][0], cases[i][2], cases[i][1]);
        if (strcmp(bench_form(bench, cases[i][1]), cases[i][3]))
            fail_msg("%s: %s is %s, not %s", cases[i][0], cases[i][1], bench->text.text,
                     cases[i][3]);
        bench_free(bench);
    }
}

/* S_k A_ki is S_j A_ji, but not S_i A_ii: a letter that is taken catches nothing. */
static void bound_letters_do_not_matter(void **state)
{
    (void)state;
    struct bench *bench = bench_new("A : 3 x 3; J = sum(A)");
    struct cg_arena *arena = &bench->arena;
    const struct cg_value *a = cg_model_find(&bench->model, "A");
    struct cg_index i = {'i', a->shape.rows}, j = {'j', a->shape.rows}, k = {'k', a->shape.rows};
    const struct cg_expr *name = cg_name(arena, a), *ki = cg_entry(arena, name, k, i);
    const struct cg_expr *over_k = cg_sum_over(arena, k, ki);
    const struct cg_expr *over_j = cg_sum_over(arena, j, cg_entry(arena, name, j, i));
    const struct cg_expr *trace = cg_sum_over(arena, i, cg_entry(arena, name, i, i));
    struct work work = {.model = &bench->model, .arena = arena};
    assert_true(same_value(&work, over_k, over_j) && same_value(&work, over_j, over_k));
    assert_false(same_value(&work, trace, over_k) || same_value(&work, over_k, trace));
    /* S_i S_i A_ii and S_k S_i A_ki, whose inner sum binds the letter */
    const struct cg_expr *twice = cg_sum_over(arena, i, trace);
    const struct cg_expr *both = cg_sum_over(arena, k, cg_sum_over(arena, i, ki));
    assert_false(same_value(&work, twice, both) || same_value(&work, both, twice));
    bench_free(bench);
}

static bool has_node(const struct cg_expr *whole, const struct cg_expr *node)
{
    if (whole == node)
        return true;
    for (size_t i = 0; i < whole->n_args; i++)
        if (has_node(whole->args[i], node))
            return true;
    return false;
}

/* What every step of every trace must keep to. */
static void check_step(const struct cg_step *step, const struct cg_derivation *derivation)
{
    assert_non_null(step->lhs);
    assert_ptr_equal(step->derivation, derivation);
    assert_ptr_equal(step->before, step->previous ? step->previous->rhs : step->lhs);
    assert_true(step->n_touched > 0);
    for (size_t i = 0; i < step->n_touched; i++)
        assert_true(has_node(step->before, step->touched[i]));
    for (size_t i = 0; i < step->n_made; i++)
        assert_true(has_node(step->rhs, step->made[i]));
    for (size_t i = 0; i < step->n_children; i++) {
        const struct cg_step *child = step->children[i];
        assert_ptr_equal(child->parent, step);
        bool atoms = step->children_kind == CG_CHILDREN_ATOMS;
        assert_true(atoms == (child->derivation == derivation));
        check_step(child, child->derivation);
    }
    if (step->children_kind == CG_CHILDREN_ATOMS) {
        assert_true(step->n_children > 1);
        assert_ptr_equal(step->children[0]->before, step->before);
        assert_ptr_equal(step->children[step->n_children - 1]->rhs, step->rhs);
    }
}

static void traces_hang_together(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bench *bench = bench_new(cases[i][0]);
        const struct cg_derivation *derivation = bench_derive(bench, cases[i][1]);
        for (size_t s = 0; s < derivation->n_steps; s++)
            check_step(derivation->steps[s], derivation);
        assert_true(
            cg_same_shape(&bench->model, derivation->matrix_form->shape, derivation->wrt->shape));
        bench_free(bench);
    }
}

/* The rules that one line bundles can be seen one by one. */
static void a_line_opens_into_its_rules(void **state)
{
    (void)state;
    struct bench *bench = bench_new("Y : 1 x 3; T : 1 x 3; J = 1/2 * sum((Y - T)^2)");
    const struct cg_derivation *derivation = bench_derive(bench, "dJ/dY");
    const struct cg_step *step = derivation->steps[2];
    assert_int_equal(step->rule, CG_RULE_POWER);
    assert_int_equal(step->children_kind, CG_CHILDREN_ATOMS);
    cg_strbuf_clear(&bench->text);
    put_steps(bench, step->children, step->n_children, 0);
    assert_string_equal(bench->text.text,
                        "[∂J/∂Y]_k = ½ Σ_i ∂/∂Y_k (Y_i − T_i)²  (linearity)\n"
                        "[∂J/∂Y]_k = ½ Σ_i 2 (Y_i − T_i) ∂/∂Y_k (Y_i − T_i)  (power)\n"
                        "[∂J/∂Y]_k = ½ Σ_i 2 (Y_i − T_i) (∂Y_i/∂Y_k − ∂T_i/∂Y_k)  (linearity)\n"
                        "[∂J/∂Y]_k = ½ Σ_i 2 (Y_i − T_i) (∂Y_i/∂Y_k − 0)  (constant)\n"
                        "[∂J/∂Y]_k = ½ Σ_i 2 (Y_i − T_i) (δ_ik − 0)  (delta)\n"
                        "[∂J/∂Y]_k = ½ Σ_i 2 (Y_i − T_i) δ_ik  (simplify)\n");
    bench_free(bench);
}

/* Where a factor came from can be followed back to the line before. */
static void factors_know_their_origin(void **state)
{
    (void)state;
    struct bench *bench =
        bench_new("dims h = 3, y = 2; H : 1 x h; W : h x y; Y = H @ W; T : 1 x y\n"
                  "J = 1/2 * sum((Y - T)^2)");
    const struct cg_derivation *derivation = bench_derive(bench, "dJ/dW");
    for (size_t s = 0; s < derivation->n_steps; s++) {
        const struct cg_step *step = derivation->steps[s];
        if (step->rule != CG_RULE_COLLAPSE)
            continue;
        assert_int_equal(step->rhs->op, CG_MUL);
        for (size_t i = 0; i < step->rhs->n_args; i++) {
            const struct cg_expr *node = step->rhs->args[i];
            while (node && !has_node(step->before, node))
                node = node->origin;
            assert_non_null(node);
            assert_int_equal(node->op, CG_ENTRY);
        }
        bench_free(bench);
        return;
    }
    fail_msg("no collapse");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_is_found_by_its_key),
        cmocka_unit_test(each_rule_where_it_is_needed),
        cmocka_unit_test(bound_letters_do_not_matter),
        cmocka_unit_test(traces_hang_together),
        cmocka_unit_test(a_line_opens_into_its_rules),
        cmocka_unit_test(factors_know_their_origin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
