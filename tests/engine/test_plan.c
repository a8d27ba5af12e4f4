/* Plans against expression evaluation: losses, and parameters after updates by each optimiser's
 * formula; what plan.h promises of operations and memory. */
#include "fixture.h"
#include "random_model.h"

#include "engine/layout.h"
#include "engine/optimizer.h"
#include "engine/reference.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST_PARAMS = 8, UPDATES = 3 };

struct trial {
    struct fixture f;
    struct cg_book book;
    const struct cg_value *params[MOST_PARAMS];
    struct cg_train_options options;
    const struct cg_derivation *derivations[MOST_PARAMS];
    const struct plan *plan;
    const char *text;
};

/* All inputs whose gradient has a matrix form are trained. */
static void trial_init(struct trial *t, const char *text, uint64_t seed)
{
    struct cg_error error;
    *t = (struct trial){.text = text};
    fixture_init(&t->f, text, seed);
    cg_book_init(&t->book, &t->f.model, &t->f.arena);
    t->options = (struct cg_train_options){
        .params = t->params, .loss = value(&t->f, "J"), .rate = 0.01, .epochs = 10};
    t->options.constants.epsilon = 0.1; /* so that Adam does not blow up a gradient's roundings */
    for (size_t id = 0; id < t->f.model.n_values && t->options.n_params < MOST_PARAMS; id++) {
        const struct cg_value *v = t->f.model.values[id];
        if (v->kind != CG_VALUE_INPUT || v == t->options.loss)
            continue;
        const struct cg_derivation *d =
            cg_derive(&t->book, t->options.loss, v, NULL, NULL, v->place, &error);
        if (!d)
            fail_msg("%s in\n%s", error.text, text);
        if (!d->matrix_form)
            continue;
        t->derivations[t->options.n_params] = d;
        t->params[t->options.n_params++] = v;
    }
}

static void trial_finish(struct trial *t)
{
    fixture_finish(&t->f);
}

static void compile(struct trial *t)
{
    struct cg_error error;
    t->plan = plan_compile(&t->f.arena, &t->book, &t->options, 1, true, &error);
    if (!t->plan)
        fail_msg("%s in\n%s", error.text, t->text);
}

static void explain(const struct trial *t)
{
    struct cg_strbuf out;
    cg_strbuf_init(&out);
    plan_print(&out, t->plan);
    fprintf(stderr, "%s\n%s\n", t->text, out.text);
    cg_strbuf_finish(&out);
}

/* Reads or writes a buffer. */
static void move(const struct plan_buffer *b, char *space, enum cg_precision precision, double *out,
                 const double *in)
{
    for (size_t i = 0; i < b->rows * b->cols; i++) {
        float *single = (float *)space + b->offset + i;
        double *both = (double *)space + b->offset + i;
        if (precision == CG_F32 && in)
            *single = (float)in[i];
        else if (precision == CG_F32)
            out[i] = *single;
        else if (in)
            *both = in[i];
        else
            out[i] = *both;
    }
}

static void fill(struct trial *t, char *state, char *work, enum cg_precision precision)
{
    for (size_t i = 0; i < t->plan->n_buffers; i++) {
        const struct plan_buffer *b = &t->plan->buffers[i];
        char *space = b->space == PLAN_STATE ? state : work;
        double eye[64] = {0};
        for (size_t k = 0; k < b->rows; k++)
            eye[k * (b->cols + 1)] = 1;
        if (b->role == PLAN_PARAM || b->role == PLAN_ROWS || b->role == PLAN_INPUT)
            move(b, space, precision, NULL, cg_env_get(&t->f.env, b->value)->data);
        else if (b->role == PLAN_EYE)
            move(b, space, precision, NULL, eye);
    }
}

static double largest(const double *a, size_t n)
{
    double most = 1;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs(a[i]));
    return most;
}

static void close_to(const struct trial *t, const char *what, const double *got, const double *want,
                     size_t n, double tolerance)
{
    double scale = largest(want, n);
    for (size_t i = 0; i < n; i++)
        if (!(fabs(got[i] - want[i]) <= tolerance * scale)) {
            explain(t);
            fail_msg("%s [%zu]: %.17g, not %.17g", what, i, got[i], want[i]);
        }
}

/* Trains side by side: the plan by the reference or by kernels, and expressions by the optimiser's
 * formula. */
static void check_updates(struct trial *t, enum cg_precision precision, bool kernels,
                          double tolerance)
{
    size_t real = precision == CG_F32 ? sizeof(float) : sizeof(double);
    char *state = calloc(t->plan->state_size + 1, real),
         *work = calloc(t->plan->work_size + 1, real);
    double *memory[MOST_PARAMS], numbers[256];
    memset(work, 0xff, (t->plan->work_size + 1) * real); /* NaN: nothing may be taken for zero */
    fill(t, state, work, precision);
    struct plan_runner *runner = kernels ? plan_run_create(t->plan, precision, 2)
                                         : plan_reference_create(t->plan, precision);
    for (size_t i = 0; i < t->options.n_params; i++)
        memory[i] = calloc(2 * 256, sizeof *memory[i]);
    for (size_t u = 1; u <= UPDATES; u++) {
        double loss, bias = (double)u;
        double scalars[1][PLAN_SCALAR_COUNT] = {
            {t->options.rate, 1 / (1 - pow(0.9, bias)), 1 / (1 - pow(0.999, bias))}};
        struct plan_updates updates = {
            .state = state, .work = work, .scalars = scalars, .losses = &loss, .count = 1};
        runner->run(runner, &updates);
        close_to(t, "J", &loss, cg_env_get(&t->f.env, t->options.loss)->data, 1, tolerance);
        struct cg_matrix g[MOST_PARAMS];
        for (size_t i = 0; i < t->options.n_params; i++)
            g[i] = cg_eval(&t->f.env, &t->f.arena, t->derivations[i]->matrix_form);
        for (size_t i = 0; i < t->options.n_params; i++) {
            const struct cg_matrix *w = cg_env_get(&t->f.env, t->params[i]);
            size_t n = w->rows * w->cols;
            optimizer_step(&t->options, t->options.rate, u, n, w->data, g[i].data, memory[i]);
            move(&t->plan->buffers[t->plan->params[i]], state, precision, numbers, NULL);
            close_to(t, t->params[i]->name, numbers, w->data, n, tolerance * largest(g[i].data, n));
            /* go on from the same numbers: differences must not add up */
            if (t->options.optimizer == CG_SGD)
                move(&t->plan->buffers[t->plan->params[i]], state, precision, NULL, w->data);
        }
        cg_env_refresh(&t->f.env);
    }
    for (size_t i = 0; i < t->options.n_params; i++)
        free(memory[i]);
    runner->destroy(runner);
    free(state);
    free(work);
}

/* The reals that a view of rows x cols takes, as a mask over its space. */
static void cover(const struct plan *plan, struct plan_view v, size_t rows, size_t cols,
                  unsigned char *mask, unsigned char bit)
{
    const struct plan_buffer *b = &plan->buffers[v.buffer];
    size_t most = (rows - 1) * v.row + (cols - 1) * v.col + v.offset;
    assert_true(rows && cols && most < b->rows * b->cols);
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < cols; c++)
            mask[(b->space == PLAN_WORK ? plan->state_size : 0) + b->offset + v.offset + r * v.row +
                 c * v.col] |= bit;
}

enum { WRITTEN = 1, IN = 2, OUT = 4, IN_PLACE = 8 };

static void cover_map(const struct plan *plan, const struct plan_map *m, unsigned char *mask)
{
    for (size_t i = 0; i < m->n_inputs; i++)
        cover(plan, m->inputs[i], m->rows, m->cols, mask, IN);
    for (size_t i = 0; i < m->n_code; i++)
        assert_true(m->code[i].a < m->n_inputs + i + 1 && m->code[i].b < m->n_inputs + i + 1);
    for (size_t i = 0; i < m->n_stores; i++) {
        const struct plan_store *s = &m->stores[i];
        bool in_place = s->mode == PLAN_DESCEND;
        assert_true(s->reg < m->n_inputs + m->n_code);
        assert_true(s->reduce != PLAN_KEEP || (s->mode == PLAN_SET && s->scale == 1));
        for (size_t k = 0; k < m->n_inputs; k++) {
            struct plan_view in = m->inputs[k];
            in_place = in_place ||
                       (s->reduce == PLAN_KEEP && in.buffer == s->out.buffer &&
                        in.offset == s->out.offset && in.row == s->out.row && in.col == s->out.col);
        }
        cover(plan, s->out, s->reduce == PLAN_SUM_ROWS || s->reduce == PLAN_SUM_ALL ? 1 : m->rows,
              s->reduce == PLAN_SUM_COLS || s->reduce == PLAN_SUM_ALL ? 1 : m->cols, mask,
              in_place ? IN_PLACE : OUT);
    }
}

static void cover_op(const struct plan *plan, const struct plan_op *op, unsigned char *mask)
{
    const struct plan_product *p = &op->u.product;
    switch (op->kind) {
    case PLAN_PRODUCT:
        cover(plan, p->a, p->rows, p->inner, mask, IN);
        cover(plan, p->b, p->inner, p->cols, mask, IN);
        cover(plan, p->out, p->rows, p->cols, mask, p->mode == PLAN_SET ? OUT : IN_PLACE);
        return;
    case PLAN_SOFTMAX:
        cover(plan, op->u.softmax.a, op->u.softmax.rows, op->u.softmax.cols, mask, IN);
        cover(plan, op->u.softmax.out, op->u.softmax.rows, op->u.softmax.cols, mask, OUT);
        return;
    case PLAN_MAP:
        cover_map(plan, &op->u.map, mask);
        return;
    }
}

/* What plan.h promises, real by real. */
static void check_invariants(const struct trial *t)
{
    const struct plan *plan = t->plan;
    size_t size = plan->state_size + plan->work_size;
    unsigned char *mask = calloc(size + 1, 1);
    bool *changed = calloc(plan->state_size + 1, sizeof *changed);
    for (size_t i = 0; i < plan->n_buffers; i++) {
        const struct plan_buffer *b = &plan->buffers[i];
        assert_true(b->offset % PLAN_ALIGN == 0);
        if (b->role != PLAN_TEMP)
            cover(plan, (struct plan_view){i, 0, b->cols, 1}, b->rows, b->cols, mask, WRITTEN);
    }
    for (size_t i = 0; i < plan->n_ops; i++) {
        cover_op(plan, &plan->ops[i], mask);
        for (size_t k = 0; k < size; k++) {
            unsigned char m = mask[k];
            bool bad = (m & IN && !(m & WRITTEN)) || (m & IN && m & OUT) ||
                       (m & OUT && k < plan->state_size) ||
                       (m & IN_PLACE && (k >= plan->state_size || i < plan->first_update)) ||
                       (k < plan->state_size && m & IN && !(m & IN_PLACE) && changed[k]);
            if (bad) {
                explain(t);
                fail_msg("operation %zu, real %zu: %d", i + 1, k, m);
            }
            if (k < plan->state_size)
                changed[k] = changed[k] || m & IN_PLACE;
            mask[k] = m & (OUT | WRITTEN) ? WRITTEN : 0;
        }
    }
    assert_true(mask[plan->state_size + plan->buffers[plan->loss].offset] & WRITTEN);
    free(mask);
    free(changed);
}

static void check_model(const char *text, uint64_t seed)
{
    for (int optimizer = CG_SGD; optimizer <= CG_ADAM; optimizer++)
        for (int way = 0; way < 4; way++) {
            int precision = way % 2 ? CG_F32 : CG_F64;
            struct trial t;
            trial_init(&t, text, seed);
            t.options.optimizer = (enum cg_optimizer)optimizer;
            if (t.options.n_params) {
                compile(&t);
                check_invariants(&t);
                check_updates(&t, (enum cg_precision)precision, way / 2,
                              precision == CG_F32 ? 2e-4 : 1e-10);
            }
            trial_finish(&t);
        }
}

static const char *const models[] = {
    "w : 1 x 1; J = w",
    "w : 1 x 2; J = 3",
    "A : 3 x 3; J = trace(A)",
    "A : 3 x 3; B : 3 x 3; J = trace(A @ B.T @ A)",
    "U : 4 x 2; V : 2 x 3; R : 4 x 3; J = sum((U @ V - R)^2)",
    "u : 1 x 3; v : 1 x 3; J = dot(u, v) + sum(u * v * v)",
    "A : 2 x 3; P = exp(A) + 1; Q = P; R = Q / P.T.T; J = sum(sin(Q) * R + sqrt(P))",
    "A : 3 x 3; r : 1 x 3; c : 3 x 1; J = trace(A @ A.T) + dot(r @ A, c.T) + norm2(outer(c, r))",
    "A : 2 x 4; T : 2 x 4 = uniform(0, 1); S = softmax(A); J = -mean(T * log(S))",
    "A : 2 x 3 = uniform(1, 2); E : 2 x 3 = uniform(0, 1); P = A ^ E; J = sum(P ^ 3) + mean(P, "
    "axis=0) @ sum(E, "
    "axis=0).T",
    "A : 2 x 3; s : 1 x 1; J = sum(tanh(s * A) / (1 + square(A)) - s) * sum(softplus(A - s))",
    "A : 2 x 3; c : 2 x 1; r : 1 x 3; P = (A + c) * r; J = sum(cos(P) + sigmoid(P) * identity(P))",
    "A : 4 x 3 = uniform(1, 2); J = sum(log(A) * sqrt(A) + A ^ -2 + A ^ 0.5 + 2 ^ A) / norm2(A)",
    "W : 3 x 3; x : 1 x 3; T : 1 x 3; J = norm2(tanh(tanh(tanh(x @ W) @ W) @ W) - T) + sum(W^2)",
    "A : 3 x 4; w : 4 x 1; t : 3 x 1; b : 1 x 1; p = sigmoid(A @ w + b)\n"
    "J = -mean(t * log(p) + (1 - t) * log(1 - p))",
    "X : 4 x 2; T : 4 x 1; W1 : 2 x 3; B1 : 1 x 3; W2 : 3 x 1; B2 : 1 x 1; f = sigmoid\n"
    "Z1 = X @ W1 + B1; H = f(Z1); Z2 = H @ W2 + B2; Y = f(Z2); J = 1/2 * sum((Y - T)^2)",
    "A : 3 x 2; B : 2 x 3; C = abs(A) + relu(B.T); J = sum(C * C) + sum(relu'(A) * A)",
    "A : 3 x 3; J = sum(sin'(A) + cos'(A) + tanh'(A) + sigmoid'(A) + softplus'(A)) + sum(exp'(A) * "
    "sqrt'(exp(A)) * log'(square(A) + 1) + square'(A) * abs'(A))",
    "Q : 3 x 2; K : 4 x 2; V : 4 x 2; S = softmax(Q @ K.T); J = norm2(S @ V)",
    /* what changes is read by others, or turned */
    "A : 2 x 3; B : 2 x 3; J = sum(A * B)",
    "A : 3 x 3; B : 3 x 3; J = sum(A * B.T)",
    "A : 3 x 3; B : 3 x 3; J = sum(A.T * B)",
    "A : 3 x 3; B : 3 x 3; X : 2 x 3; T : 2 x 3; J = sum(A * B.T) + norm2(tanh(X) @ A - T)",
    "B : 3 x 3; A : 3 x 3; X : 2 x 3; T : 2 x 3; J = sum(A * B.T) + norm2(tanh(X) @ A - T)",
    "A : 3 x 3; J = trace(A @ A)",
    "A : 3 x 3; J = sum(A * A.T)",
    "r : 1 x 3; A : 2 x 3; J = sum(r * A)",
    "A : 2 x 3; r : 1 x 3; J = sum(r * A)",
    "A : 3 x 3; B : 3 x 3; J = sum(square(A.T) * B)",
    "A : 3 x 3; B : 3 x 3; J = sum(square(A.T) * B + A.T * B)",
    "B : 3 x 3; A : 3 x 3; J = sum(square(A.T) * B)",
    "A : 3 x 3; B : 3 x 3; C : 3 x 3; J = sum(A * B.T) + sum(C * B)",
    "A : 3 x 3; J = sum(sin(A) * A.T)",
    "A : 3 x 3; B : 3 x 3; J = sum(sin(A) * A.T * exp(B))",
    "A : 4 x 3; B : 4 x 3; X : 3 x 2; T : 4 x 2; J = norm2((A + B) @ X - T)",
    "X : 3 x 4; g : 1 x 4; m = mean(X, axis=1); C = X - m; v = mean(C^2, axis=1)\n"
    "N = C / sqrt(v + 0.01) * g; J = sum(N ^ 3)",
    /* shares of which doubles can't tell most from 0 */
    "A : 2 x 4 = [[2000, 0, -300, 1999], [0, -5000, 3, 1]]; T : 2 x 4 = uniform(0.5, 1)\n"
    "S = softmax(A); J = -sum(T * log(S))",
    "A : 2 x 4 = [[90, 0, -30, 89], [0, -500, 3, 1]]; T : 2 x 4 = [[0, 1, 0, 1], [1, 0, 0, 0]]\n"
    "J = -mean(T * log(softmax(A)))",
};

static void hand_picked(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof models / sizeof *models; i++)
        check_model(models[i], i + 1);
}

static void random_models(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        struct writer w;
        random_model(&w, seed, 2 + seed % 6);
        check_model(w.text.text, seed);
        cg_strbuf_finish(&w.text);
    }
}

static const char xor_plan[] = "5 operations to train 13 numbers on 4 rows\n"
                               "\n"
                               "  1.  t1 = X @ W1    (4 x 2 by 2 x 3)\n"
                               "        | Z1 = X @ W1 + B1\n"
                               "\n"
                               "  2.  for each of 4 x 3\n"
                               "      H = sigmoid(t1 + B1)\n"
                               "      t2 = sum(H * W2.T, axis=1)\n"
                               "        | Z1 = X @ W1 + B1\n"
                               "        | H = f(Z1)\n"
                               "        | Z2 = H @ W2 + B2\n"
                               "\n"
                               "  3.  for each of 4\n"
                               "      Y = sigmoid(t2 + B2)\n"
                               "      r1 = Y - T\n"
                               "      dJ_dZ2 = r1 * (Y * (1 - Y))\n"
                               "      J = 1/2 * sum(r1^2)\n"
                               "      B2 -= rate * sum(dJ_dZ2)\n"
                               "        | Z2 = H @ W2 + B2\n"
                               "        | Y = f(Z2)\n"
                               "        | J = 1/2 * sum((Y - T)^2)\n"
                               "        | δ2 = dJ/dZ2 = (Y - T) * f'(Z2)\n"
                               "        | dJ/dB2 = sum(δ2)\n"
                               "        | B2 -= rate dJ/dB2\n"
                               "\n"
                               "  4.  for each of 4 x 3\n"
                               "      dJ_dZ1 = dJ_dZ2 * W2.T * (H * (1 - H))\n"
                               "      B1 -= rate * sum(dJ_dZ1, axis=0)\n"
                               "      W2 -= rate * sum(H * dJ_dZ2, axis=0)\n"
                               "        | δ1 = dJ/dZ1 = (δ2 @ W2.T) * f'(Z1)\n"
                               "        | dJ/dB1 = sum(δ1, axis=0)\n"
                               "        | dJ/dW2 = H.T @ δ2\n"
                               "        | B1 -= rate dJ/dB1\n"
                               "        | W2 -= rate dJ/dW2\n"
                               "\n"
                               "  5.  W1 -= rate * X.T @ dJ_dZ1    (2 x 4 by 4 x 3)\n"
                               "        | dJ/dW1 = X.T @ δ1\n"
                               "        | W1 -= rate dJ/dW1\n";

/* What a learner reads: few operations, each with its lines. */
static void xor_reads_so(void **state)
{
    (void)state;
    struct trial t = {.text = "xor"};
    struct cg_error error;
    struct cg_strbuf out;
    fixture_init(&t.f,
                 "dims n = 4, x = 2, h = 3, y = 1; X : n x x; T : n x y; W1 : x x h; B1 : 1 x h\n"
                 "W2 : h x y; B2 : 1 x y; f = sigmoid; Z1 = X @ W1 + B1; H = f(Z1)\n"
                 "Z2 = H @ W2 + B2; Y = f(Z2); J = 1/2 * sum((Y - T)^2)",
                 1);
    cg_book_init(&t.book, &t.f.model, &t.f.arena);
    const struct cg_value *rows[] = {value(&t.f, "X"), value(&t.f, "T")};
    t.options = (struct cg_train_options){.params = t.params,
                                          .n_params = 4,
                                          .rows = rows,
                                          .n_rows = 2,
                                          .loss = value(&t.f, "J"),
                                          .rate = 1};
    const char *const derived[][2] = {{"Z2", "δ2"}, {"Z1", "δ1"}, {"W1", NULL},
                                      {"B1", NULL}, {"W2", NULL}, {"B2", NULL}};
    for (size_t i = 0; i < 6; i++) {
        const struct cg_value *wrt = value(&t.f, derived[i][0]);
        assert_non_null(
            cg_derive(&t.book, t.options.loss, wrt, derived[i][1], NULL, wrt->place, &error));
        if (i >= 2)
            t.params[i - 2] = wrt;
    }
    t.plan = plan_compile(&t.f.arena, &t.book, &t.options, 4, true, &error);
    assert_non_null(t.plan);
    cg_strbuf_init(&out);
    plan_print(&out, t.plan);
    assert_string_equal(out.text, xor_plan);
    cg_strbuf_finish(&out);
    trial_finish(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hand_picked),
        cmocka_unit_test(random_models),
        cmocka_unit_test(xor_reads_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
