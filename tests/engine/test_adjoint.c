/* All gradients by one sweep: the same as by a forward pass for each entry, and so are their
 * spreads. What forward mode does not confirm is not taken. */
#include "engine/adjoint.h"
#include "engine/forward.h"
#include "fixture.h"
#include "picked_models.h"
#include "random_grammar.h"

#include <chalkgrad/verify.h>

/* Largest difference of the sweep from forward passes, in parts of the spread. */
static void sweep_agrees(struct fixture *f, const char *text)
{
    const struct cg_value *loss = value(f, "J");
    double **of[2], **squared;
    for (int spread = 0; spread < 2; spread++)
        of[spread] = adjoints(&f->env, &f->arena, loss, spread, NULL);
    squared = of[1];
    for (size_t id = 0; id < loss->id; id++) {
        const struct cg_value *wrt = f->model.values[id];
        struct cg_matrix want = cg_forward_gradient(&f->env, &f->arena, loss, wrt);
        for (size_t i = 0; i < want.rows * want.cols; i++) {
            double got = of[0][id] ? of[0][id][i] : 0;
            double spread = squared[id] ? sqrt(squared[id][i]) : 0;
            double **leaves = forward_total(&f->env, &f->arena, wrt, i, true, NULL);
            double want_spread = leaves[loss->id] ? sqrt(leaves[loss->id][0]) : 0;
            if (!isfinite(want.data[i]) || !isfinite(want_spread))
                continue;
            if (!(fabs(got - want.data[i]) <= 1e-12 * fmax(spread, fabs(want.data[i]))))
                fail_msg("dJ/d%s [%zu]: %.17g, forward %.17g, spread %g, in\n%s", wrt->name, i, got,
                         want.data[i], spread, text);
            if (cg_relative_error(spread, want_spread, 1e-300) > 1e-9)
                fail_msg("spread of dJ/d%s [%zu]: %.17g, forward %.17g, in\n%s", wrt->name, i,
                         spread, want_spread, text);
        }
    }
    for (int spread = 0; spread < 2; spread++)
        if (!adjoints_confirmed(&f->env, loss, of[0], squared, spread, NULL))
            fail_msg("%s not confirmed, in\n%s", spread ? "spreads" : "gradients", text);
}

static const char *const models[] = {
    PICKED_MODELS,
    "A : 2 x 3; c : 2 x 1; r : 1 x 3; P = (A + c) * r * A * c; J = sum(diag(P @ P.T) * 2)",
    "A : 2 x 2; B = A @ A; C = A @ A; D = B * C + A @ A; U : 1 x 3; J = sum(D) + 0 * sum(U)",
    "A : 2 x 2; K = exp(ones(2, 2)); L = K * 2; J = sum(L * A) + sum(mean(K, axis=1))",
};

static void hand_picked(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        struct fixture f;
        fixture_init(&f, models[i], i + 1);
        sweep_agrees(&f, models[i]);
        fixture_finish(&f);
    }
}

static void random_models(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        struct cg_strbuf text;
        struct fixture f;
        cg_strbuf_init(&text);
        random_grammar(&text, seed, 1 + (size_t)(seed % 4), 2 + (int)(seed % 9));
        fixture_init(&f, text.text, seed);
        sweep_agrees(&f, text.text);
        fixture_finish(&f);
        cg_strbuf_finish(&text);
    }
}

/* One entry of one gradient spoiled, at either end of a network. */
static void what_is_wrong_is_not_confirmed(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(
        &f, "A : 3 x 3; B : 3 x 3; X : 2 x 3; P = tanh(X @ A); Q = tanh(P @ B); J = norm2(Q)", 1);
    const struct cg_value *loss = value(&f, "J");
    double **of[2];
    for (int spread = 0; spread < 2; spread++)
        of[spread] = adjoints(&f.env, &f.arena, loss, spread, NULL);
    for (size_t id = 0; id < loss->id; id++)
        for (int spread = 0; spread < 2; spread++) {
            assert_true(adjoints_confirmed(&f.env, loss, of[0], of[1], spread, NULL));
            double right = of[spread][id][1];
            of[spread][id][1] *= 1.0001;
            if (adjoints_confirmed(&f.env, loss, of[0], of[1], spread, NULL))
                fail_msg("%s: %g in place of %g", f.model.values[id]->name, of[spread][id][1],
                         right);
            of[spread][id][1] = right;
        }
    fixture_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hand_picked),
        cmocka_unit_test(random_models),
        cmocka_unit_test(what_is_wrong_is_not_confirmed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
