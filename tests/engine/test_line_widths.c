/* No line of a derivation is longer than one can take in: for the models that textbooks derive,
 * with their parts named and written as one expression. */
#include "fixture.h"

#include <chalkgrad/derive.h>
#include <chalkgrad/print.h>
#include <chalkgrad/verify.h>

#include <stdlib.h>

/* Characters of "left side = right side", and of the single rules that a line bundles. */
enum { WIDEST_LINE = 125, WIDEST_ATOM = 150 };

struct model {
    const char *name, *inputs, *named, *whole; /* named and whole: the definitions, in both ways */
};

static const struct model models[] = {
    {"linear regression", "dims n = 5, p = 3; X : n x p; w : p x 1; b : 1 x 1; y : n x 1",
     "Z = X @ w + b; J = mean((Z - y)^2)", "J = mean((X @ w + b - y)^2)"},
    {"ridge regression", "dims n = 5, p = 3; X : n x p; w : p x 1; y : n x 1; lambda = 0.1",
     "r = X @ w - y; J = norm2(r) + lambda * norm2(w)", "J = norm2(X @ w - y) + lambda * norm2(w)"},
    {"logistic regression", "dims n = 5, p = 3; X : n x p; w : p x 1; b : 1 x 1; y : n x 1",
     "P = sigmoid(X @ w + b); J = -mean(y * log(P) + (1 - y) * log(1 - P))",
     "J = -mean(y * log(sigmoid(X @ w + b)) + (1 - y) * log(1 - sigmoid(X @ w + b)))"},
    {"logistic regression, by the margin", "dims n = 5, p = 3; X : n x p; w : p x 1; y : n x 1",
     "m = y * (X @ w); J = sum(log(1 + exp(-m)))", "J = sum(log(1 + exp(-y * (X @ w))))"},
    {"a network of two layers",
     "dims n = 4, p = 2, h = 3, k = 2; X : n x p; W1 : p x h; b1 : 1 x h; W2 : h x k; b2 : 1 x k; "
     "T : n x k",
     "H = sigmoid(X @ W1 + b1); Y = sigmoid(H @ W2 + b2); J = sum((Y - T)^2) / 2",
     "J = sum((sigmoid(sigmoid(X @ W1 + b1) @ W2 + b2) - T)^2) / 2"},
    {"a network of three layers",
     "dims n = 4, p = 2, h = 3, g = 5, k = 2; X : n x p; W1 : p x h; b1 : 1 x h; W2 : h x g; "
     "b2 : 1 x g; W3 : g x k; b3 : 1 x k; T : n x k",
     "H = tanh(X @ W1 + b1); G = relu(H @ W2 + b2); Y = tanh(G @ W3 + b3); J = mean((Y - T)^2)",
     "J = mean((tanh(relu(tanh(X @ W1 + b1) @ W2 + b2) @ W3 + b3) - T)^2)"},
    {"softmax with cross-entropy",
     "dims n = 4, p = 2, k = 3; X : n x p; W : p x k; b : 1 x k; "
     "T : n x k",
     "S = softmax(X @ W + b); J = -sum(T * log(S)) / 4",
     "J = -sum(T * log(softmax(X @ W + b))) / 4"},
    {"a network with softmax and cross-entropy",
     "dims n = 4, p = 2, h = 5, k = 3; X : n x p; W1 : p x h; b1 : 1 x h; W2 : h x k; b2 : 1 x k; "
     "T : n x k",
     "H = relu(X @ W1 + b1); S = softmax(H @ W2 + b2); J = -mean(sum(T * log(S), axis=1))",
     "J = -mean(sum(T * log(softmax(relu(X @ W1 + b1) @ W2 + b2)), axis=1))"},
    {"residual connections", "dims n = 4, p = 3; X : n x p; W1 : p x p; W2 : p x p; T : n x p",
     "H = X + tanh(X @ W1); Y = H + tanh(H @ W2); J = sum((Y - T)^2) / 2",
     "J = sum((X + tanh(X @ W1) + tanh((X + tanh(X @ W1)) @ W2) - T)^2) / 2"},
    {"layer normalisation", "dims n = 4, p = 3; X : n x p; g : 1 x p; b : 1 x p; T : n x p",
     "C = X - mean(X, axis=1); s = sqrt(mean(C^2, axis=1) + 0.00001); Y = g * C / s + b; "
     "J = sum((Y - T)^2) / 2",
     "J = sum((g * (X - mean(X, axis=1)) / sqrt(mean((X - mean(X, axis=1))^2, axis=1) + 0.00001) + "
     "b - T)^2) / 2"},
    {"gating", "dims n = 4, p = 3, h = 5; X : n x p; W : p x h; V : p x h; T : n x h",
     "G = sigmoid(X @ V); H = tanh(X @ W); J = sum((G * H - T)^2) / 2",
     "J = sum((sigmoid(X @ V) * tanh(X @ W) - T)^2) / 2"},
    {"a tied autoencoder", "dims n = 4, p = 3, h = 2; X : n x p; W : p x h; b : 1 x h; c : 1 x p",
     "H = sigmoid(X @ W + b); Y = H @ W.T + c; J = sum((Y - X)^2) / 2",
     "J = sum((sigmoid(X @ W + b) @ W.T + c - X)^2) / 2"},
    {"a tied autoencoder with a function behind",
     "dims n = 4, p = 3, h = 2; X : n x p; W : p x h; b : 1 x h; c : 1 x p",
     "H = sigmoid(X @ W + b); Y = sigmoid(H @ W.T + c); J = norm2(Y - X)",
     "J = norm2(sigmoid(sigmoid(X @ W + b) @ W.T + c) - X)"},
    {"matrix factorisation", "dims m = 4, n = 5, k = 2; R : m x n; M : m x n; U : m x k; V : n x k",
     "E = M * (U @ V.T - R); J = norm2(E) / 2 + 0.05 * (norm2(U) + norm2(V))",
     "J = norm2(M * (U @ V.T - R)) / 2 + 0.05 * (norm2(U) + norm2(V))"},
    {"attention", "dims n = 4, d = 3; Q : n x d; K : n x d; V : n x d; T : n x d",
     "S = Q @ K.T / sqrt(3); A = softmax(S); J = sum((A @ V - T)^2) / 2",
     "J = sum((softmax(Q @ K.T / sqrt(3)) @ V - T)^2) / 2"},
    {"self-attention",
     "dims n = 4, d = 3, e = 2; X : n x d; WQ : d x e; WK : d x e; WV : d x e; T : n x e",
     "Q = X @ WQ; K = X @ WK; V = X @ WV; S = Q @ K.T / sqrt(2); A = softmax(S); "
     "J = sum((A @ V - T)^2) / 2",
     "J = sum((softmax((X @ WQ) @ (X @ WK).T / sqrt(2)) @ (X @ WV) - T)^2) / 2"},
    {"a recurrent network of two steps",
     "dims p = 2, h = 3, k = 1; x1 : 1 x p; x2 : 1 x p; h0 : 1 x h; U : p x h; W : h x h; b : 1 x "
     "h; "
     "V : h x k; T : 1 x k",
     "h1 = tanh(x1 @ U + h0 @ W + b); h2 = tanh(x2 @ U + h1 @ W + b); J = sum((h2 @ V - T)^2) / 2",
     "J = sum((tanh(x2 @ U + tanh(x1 @ U + h0 @ W + b) @ W + b) @ V - T)^2) / 2"},
};

static void see_step(const struct cg_step *step, struct cg_strbuf *widest)
{
    struct cg_strbuf line;
    size_t most = step->parent && step->parent->children_kind == CG_CHILDREN_ATOMS ? WIDEST_ATOM
                                                                                   : WIDEST_LINE;
    cg_strbuf_init(&line);
    cg_print_board(&line, step->derivation->model, step->lhs);
    cg_put(&line, " = ");
    cg_print_board(&line, step->derivation->model, step->rhs);
    size_t width = cg_utf8_length(line.text, line.length);
    if (width > most)
        cg_putf(widest, "%zu characters: %s\n", width, line.text);
    cg_strbuf_finish(&line);
    for (size_t i = 0; i < step->n_children; i++)
        see_step(step->children[i], widest);
}

static void derive_by(struct fixture *f, struct cg_book *book, const struct cg_value *wrt)
{
    struct cg_error error;
    struct cg_strbuf widest;
    cg_strbuf_init(&widest);
    const struct cg_derivation *d =
        cg_derive(book, value(f, "J"), wrt, NULL, NULL, wrt->place, &error);
    if (!d)
        fail_msg("%s", error.text);
    struct cg_check *checks = calloc(book->n_steps, sizeof *checks);
    if (!(cg_verify(book, d, &f->env, 1, checks) < CG_TOLERANCE) ||
        !cg_verified(d, checks, wrt->place, &error))
        fail_msg("dJ/d%s is wrong", wrt->name);
    free(checks);
    for (size_t i = 0; i < d->n_steps; i++)
        see_step(d->steps[i], &widest);
    if (widest.length)
        fail_msg("dJ/d%s: %s", wrt->name, widest.text);
    cg_strbuf_finish(&widest);
}

/* dJ/dX for each input X, the lines checked and measured; says so where a line is too long. */
static void derive_by_all(const struct model *model, const char *definitions)
{
    struct cg_strbuf text;
    struct fixture f;
    struct cg_book book;
    cg_strbuf_init(&text);
    cg_putf(&text, "%s\n%s", model->inputs, definitions);
    fixture_init(&f, text.text, 1);
    cg_book_init(&book, &f.model, &f.arena);
    for (size_t i = 0; i < f.model.n_values; i++)
        if (f.model.values[i]->kind == CG_VALUE_INPUT)
            derive_by(&f, &book, f.model.values[i]);
    fixture_finish(&f);
    cg_strbuf_finish(&text);
}

static void lines_are_short(void **state)
{
    const struct model *model = *state;
    derive_by_all(model, model->named);
    derive_by_all(model, model->whole);
}

int main(void)
{
    struct CMUnitTest tests[sizeof models / sizeof *models];
    for (size_t i = 0; i < sizeof models / sizeof *models; i++)
        tests[i] = (struct CMUnitTest){.name = models[i].name,
                                       .test_func = lines_are_short,
                                       .initial_state = (void *)&models[i]};
    return _cmocka_run_group_tests("line widths", tests, sizeof tests / sizeof *tests, NULL, NULL);
}
