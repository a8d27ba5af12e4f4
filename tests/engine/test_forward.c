/* Forward mode against central differences, on hand-picked and on random models. */
#include "fixture.h"
#include "picked_models.h"
#include "random_model.h"

#include <chalkgrad/verify.h>

/* The largest difference of the two gradients of J by every value of the model. */
static void gradients_agree(struct fixture *f, const char *text, double tolerance)
{
    const struct cg_value *loss = value(f, "J");
    for (size_t id = 0; id < loss->id; id++) {
        const struct cg_value *wrt = f->model.values[id];
        struct cg_matrix got = cg_forward_gradient(&f->env, &f->arena, loss, wrt);
        struct cg_matrix want = cg_central_difference(&f->env, &f->arena, loss, wrt, 1e-5);
        double scale = 1e-3;
        for (size_t i = 0; i < got.rows * got.cols; i++)
            scale = fmax(scale, fabs(got.data[i]));
        for (size_t i = 0; i < got.rows * got.cols; i++)
            if (!(fabs(got.data[i] - want.data[i]) < tolerance * scale))
                fail_msg("dJ/d%s [%zu]: %.12g, differences %.12g, in\n%s", wrt->name, i,
                         got.data[i], want.data[i], text);
    }
}

static const char *const models[] = {
    PICKED_MODELS,
    "A : 2 x 3; c : 2 x 1; r : 1 x 3; P = (A + c) * r; J = sum(cos(P) + sigmoid(P) * identity(P))",
};

static void hand_picked(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        struct fixture f;
        fixture_init(&f, models[i], i + 1);
        gradients_agree(&f, models[i], 1e-7);
        fixture_finish(&f);
    }
}

static void random_models(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct writer w;
        random_model(&w, seed, 7);
        struct fixture f;
        fixture_init(&f, w.text.text, seed);
        gradients_agree(&f, w.text.text, 1e-6);
        fixture_finish(&f);
        cg_strbuf_finish(&w.text);
    }
}

/* dY_i/dX_k of Y = Z * Z, Z = X + X: direct by Z is 2 Z, by X 0; total by X is 8 X, and Z counts as
 * independent where it is what one differentiates by. */
static void direct_and_total(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "X : 1 x 2 = [3, 5]; Z = X + X; Y = Z * Z + X; J = sum(Y)", 1);
    struct cg_arena *a = &f.arena;
    const struct cg_value *x = value(&f, "X"), *z = value(&f, "Z"), *y = value(&f, "Y");
    struct cg_index i = index_of('i', x->shape.cols), k = index_of('k', x->shape.cols), none = {0};
    struct cg_index ik[] = {i, k};
    const struct cg_expr *entry = cg_entry(a, cg_name(a, y), none, i);
    const struct {
        const struct cg_value *wrt;
        bool total;
        double want[4];
    } partials[] = {
        {x, false, {1, 0, 0, 1}},  {x, true, {25, 0, 0, 41}}, {z, false, {12, 0, 0, 20}},
        {z, true, {12, 0, 0, 20}}, {y, true, {1, 0, 0, 1}},   {y, false, {1, 0, 0, 1}},
    };
    for (size_t n = 0; n < 6; n++) {
        const struct cg_expr *partial =
            cg_partial(a, entry, partials[n].wrt, none, k, partials[n].total);
        size_t count;
        double *got = cg_eval_tensor(&f.env, a, partial, ik, 2, &count);
        assert_int_equal(count, 4);
        for (size_t c = 0; c < 4; c++)
            if (got[c] != partials[n].want[c])
                fail_msg("case %zu [%zu]: %g", n, c, got[c]);
        struct cg_bindings at = {.at = {['i'] = 1, ['k'] = 1}};
        assert_true(cg_eval_at(&f.env, partial, &at) == partials[n].want[3]);
    }
    /* an expression with the entry's own letter: d(Y_k Y_k)/dX_k at total */
    const struct cg_expr *same[] = {cg_entry(a, cg_name(a, y), none, k),
                                    cg_entry(a, cg_name(a, y), none, k)};
    const struct cg_expr *square = cg_nary(a, CG_MUL, 2, same, (struct cg_shape){0, 0});
    size_t count;
    double *got = cg_eval_tensor(&f.env, a, cg_partial(a, square, x, none, k, true), &k, 1, &count);
    assert_true(got[0] == 2 * 39 * 25 && got[1] == 2 * 105 * 41);
    fixture_finish(&f);
}

/* What does not depend has gradient zero; J by itself has 1. */
static void constants_and_identity(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "X : 2 x 2; U : 2 x 2; J = sum(X)", 1);
    struct cg_matrix zero = cg_forward_gradient(&f.env, &f.arena, value(&f, "J"), value(&f, "U"));
    struct cg_matrix one = cg_forward_gradient(&f.env, &f.arena, value(&f, "J"), value(&f, "J"));
    for (int i = 0; i < 4; i++)
        assert_true(zero.data[i] == 0);
    assert_true(one.data[0] == 1);
    fixture_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hand_picked),
        cmocka_unit_test(random_models),
        cmocka_unit_test(direct_and_total),
        cmocka_unit_test(constants_and_identity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
