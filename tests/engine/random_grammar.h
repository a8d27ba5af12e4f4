/* Random models over the whole model language: expressions of every operator and function in every
 * arrangement, nested without names as well as through them, values used many times. Wherever a
 * function asks for it its argument is positive, and nothing grows beyond what a check can compare.
 */
#ifndef TESTS_ENGINE_RANDOM_GRAMMAR_H
#define TESTS_ENGINE_RANDOM_GRAMMAR_H

#include <chalkgrad/prng.h>
#include <chalkgrad/strbuf.h>

enum { GRAMMAR_VALUES = 32 };

struct grammar {
    struct cg_prng prng;
    struct cg_strbuf *text;
    struct {
        char rows, cols; /* '1' or the name of a size */
    } shape[GRAMMAR_VALUES];
    size_t count;
    int left; /* operators that the expression at hand may still have */
};

static inline size_t grammar_pick(struct grammar *g, size_t n)
{
    return (size_t)cg_prng_below(&g->prng, n);
}

static inline char grammar_size(struct grammar *g)
{
    return "abc1"[grammar_pick(g, 4)];
}

static inline void grammar_expr(struct grammar *g, char rows, char cols);

/* A value of the shape, else a constant of it. */
static inline void grammar_leaf(struct grammar *g, char rows, char cols)
{
    size_t from = grammar_pick(g, g->count);
    for (size_t i = 0; i < g->count; i++) {
        size_t v = (from + i) % g->count;
        if (g->shape[v].rows == rows && g->shape[v].cols == cols) {
            cg_putf(g->text, "V%zu", v);
            return;
        }
        if (g->shape[v].rows == cols && g->shape[v].cols == rows) {
            cg_putf(g->text, "V%zu.T", v);
            return;
        }
    }
    if (rows == cols && rows != '1')
        cg_putf(g->text, "eye(%c)", (int)rows);
    else if (rows == '1' && cols == '1')
        cg_put(g->text, "0.7");
    else
        cg_putf(g->text, "ones(%c, %c)", (int)rows, (int)cols);
}

static inline void grammar_call(struct grammar *g, const char *name, char rows, char cols,
                                const char *end)
{
    cg_putf(g->text, "%s(", name);
    grammar_expr(g, rows, cols);
    cg_put(g->text, end);
}

static inline void grammar_positive(struct grammar *g, char rows, char cols)
{
    static const char *const open[] = {"(1.5 + sin",     "(0.5 + square", "exp(tanh",
                                       "(0.2 + sigmoid", "(1 + softplus", "(0.3 + abs"};
    grammar_call(g, open[grammar_pick(g, 6)], rows, cols, "))");
}

static inline void grammar_binary(struct grammar *g, const char *sign, char rows, char cols)
{
    size_t cast = grammar_pick(g, 8); /* one side may be broadcast */
    cg_putc(g->text, '(');
    grammar_expr(g, cast == 0 || cast == 2 ? '1' : rows, cast == 1 || cast == 2 ? '1' : cols);
    cg_put(g->text, sign);
    bool whole = cast <= 2;
    size_t other = whole ? 7 : grammar_pick(g, 8);
    grammar_expr(g, other == 0 || other == 2 ? '1' : rows, other == 1 || other == 2 ? '1' : cols);
    cg_putc(g->text, ')');
    if (whole || other > 2)
        return;
}

static inline void grammar_function(struct grammar *g, char rows, char cols)
{
    static const char *const any[] = {"sin",     "cos",         "tanh", "sigmoid", "softplus",
                                      "relu",    "abs",         "f",    "square",  "identity",
                                      "softmax", "exp(-square", "sqrt", "log"};
    size_t which = grammar_pick(g, 14);
    if (which < 11) {
        grammar_call(g, any[which], rows, cols, ")");
    } else if (which == 11) {
        grammar_call(g, any[which], rows, cols, "))");
    } else {
        cg_putf(g->text, "%s(", any[which]);
        grammar_positive(g, rows, cols);
        cg_putc(g->text, ')');
    }
}

static inline void grammar_power(struct grammar *g, char rows, char cols)
{
    static const char *const exponents[] = {"^2",   "^3",     "^(-1)", "^(-2)",
                                            "^0.5", "^(3/2)", "^-1.5"};
    size_t which = grammar_pick(g, 9);
    if (which < 2) {
        cg_put(g->text, "tanh(");
        grammar_expr(g, rows, cols);
        cg_putc(g->text, ')');
        cg_put(g->text, exponents[which]);
    } else if (which < 7) {
        grammar_positive(g, rows, cols);
        cg_put(g->text, exponents[which]);
    } else {
        grammar_positive(g, rows, cols);
        grammar_call(g, "^tanh", rows, cols, ")");
    }
}

/* Operators that only some shapes have: reductions, products to a number, outer, diag. */
static inline bool grammar_special(struct grammar *g, char rows, char cols)
{
    char m = grammar_size(g), n = grammar_size(g);
    if (rows == '1' && cols == '1') {
        static const char *const all[] = {"sum", "mean", "norm2", "trace", "dot"};
        size_t which = grammar_pick(g, 5);
        grammar_call(g, all[which], m, which == 3 ? m : n, "");
        if (which == 4) {
            cg_put(g->text, ", ");
            grammar_expr(g, m, n);
        }
        cg_putc(g->text, ')');
    } else if (rows == '1') {
        size_t which = grammar_pick(g, 3);
        if (which == 2)
            grammar_call(g, "diag", cols, cols, ")");
        else
            grammar_call(g, which ? "mean" : "sum", m, cols, ", axis=0)");
    } else if (cols == '1') {
        grammar_call(g, grammar_pick(g, 2) ? "mean" : "sum", rows, n, ", axis=1)");
    } else if (grammar_pick(g, 3) == 0) {
        cg_put(g->text, "outer(");
        grammar_expr(g, rows, '1');
        cg_put(g->text, ", ");
        grammar_expr(g, '1', cols);
        cg_putc(g->text, ')');
    } else {
        return false;
    }
    return true;
}

static inline void grammar_product(struct grammar *g, char rows, char cols)
{
    char inner = grammar_size(g);
    cg_putc(g->text, '(');
    grammar_expr(g, rows, inner);
    cg_put(g->text, " @ ");
    grammar_expr(g, inner, cols);
    cg_put(g->text, ")");
}

/* An expression of the shape, in brackets or a call. */
static inline void grammar_expr(struct grammar *g, char rows, char cols)
{
    if (g->left-- <= 0) {
        grammar_leaf(g, rows, cols);
        return;
    }
    switch (grammar_pick(g, 12)) {
    case 0:
        grammar_binary(g, " + ", rows, cols);
        return;
    case 1:
        grammar_binary(g, " - ", rows, cols);
        return;
    case 2:
        grammar_binary(g, " * ", rows, cols);
        return;
    case 3:
        cg_putc(g->text, '(');
        grammar_expr(g, rows, cols);
        cg_put(g->text, " / ");
        grammar_positive(g, grammar_pick(g, 3) ? rows : '1', grammar_pick(g, 3) ? cols : '1');
        cg_putc(g->text, ')');
        return;
    case 4:
        cg_put(g->text, "(");
        grammar_expr(g, cols, rows);
        cg_put(g->text, ").T");
        return;
    case 5:
        cg_put(g->text, "(-");
        grammar_expr(g, rows, cols);
        cg_put(g->text, ")");
        return;
    case 6:
        grammar_power(g, rows, cols);
        return;
    case 7:
    case 8:
        grammar_product(g, rows, cols);
        return;
    case 9:
        if (grammar_special(g, rows, cols))
            return;
        grammar_product(g, rows, cols);
        return;
    default:
        grammar_function(g, rows, cols);
        return;
    }
}

/* Puts the text of a model with inputs V0.. and a scalar J. */
static inline void random_grammar(struct cg_strbuf *text, uint64_t seed, size_t definitions,
                                  int operators)
{
    struct grammar g = {.text = text};
    cg_prng_seed(&g.prng, seed);
    cg_put(text, "dims a = 2, b = 3, c = 4; f = tanh\n");
    for (; g.count < 4; g.count++) {
        g.shape[g.count].rows = grammar_size(&g);
        g.shape[g.count].cols = grammar_size(&g);
        cg_putf(text, "V%zu : %c x %c\n", g.count, (int)g.shape[g.count].rows,
                (int)g.shape[g.count].cols);
    }
    for (size_t i = 0; i < definitions; i++) {
        /* the shape of some value so far, so that names meet again */
        size_t like = grammar_pick(&g, g.count);
        char rows = g.shape[like].rows,
             cols = grammar_pick(&g, 3) ? g.shape[like].cols : grammar_size(&g);
        bool tame = grammar_pick(&g, 2);
        cg_putf(text, "V%zu = %s(", g.count, tame ? "tanh" : "");
        g.left = operators;
        grammar_expr(&g, rows, cols);
        cg_put(text, ")\n");
        g.shape[g.count].rows = rows;
        g.shape[g.count++].cols = cols;
    }
    cg_put(text, "J = ");
    g.left = operators;
    for (size_t i = 0; i < 2; i++) { /* the last values and what comes */
        cg_putf(text, "%s(V%zu) + ", i ? "mean" : "sum", g.count - 1 - i);
    }
    grammar_expr(&g, '1', '1');
    cg_put(text, "\n");
}

#endif
