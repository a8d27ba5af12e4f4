/* Random models: matrices of three sizes, and definitions over them by most of the operators. */
#ifndef TESTS_ENGINE_RANDOM_MODEL_H
#define TESTS_ENGINE_RANDOM_MODEL_H

#include <chalkgrad/prng.h>
#include <chalkgrad/strbuf.h>

/* Values so far, by shape: m x n matrices of sizes a, b, c. */
struct writer {
    struct cg_prng prng;
    struct cg_strbuf text;
    struct {
        size_t rows, cols; /* of the three sizes */
    } shape[64];
    size_t count;
};

static inline size_t pick(struct writer *w, size_t n)
{
    return (size_t)cg_prng_below(&w->prng, n);
}

/* A value with that many rows (3: any), or a fresh input. */
static inline size_t with_rows(struct writer *w, size_t rows)
{
    for (int i = 0; i < 20; i++) {
        size_t v = pick(w, w->count);
        if (rows == 3 || w->shape[v].rows == rows)
            return v;
    }
    return w->count;
}

static inline void input(struct writer *w, size_t rows, size_t cols)
{
    cg_putf(&w->text, "V%zu : %c x %c\n", w->count, (int)('a' + rows), (int)('a' + cols));
    w->shape[w->count].rows = rows;
    w->shape[w->count++].cols = cols;
}

static inline void definition(struct writer *w)
{
    static const char *const functions[] = {"sin",      "tanh",   "sigmoid",
                                            "softplus", "square", "softmax"};
    size_t a = with_rows(w, 3), b = with_rows(w, w->shape[a].cols), n = w->count;
    size_t rows = w->shape[a].rows, cols = w->shape[a].cols;
    switch (pick(w, 6)) {
    case 0:
        if (b == n)
            return;
        cg_putf(&w->text, "V%zu = V%zu @ V%zu / 3\n", n, a, b);
        cols = w->shape[b].cols;
        break;
    case 1:
        cg_putf(&w->text, "V%zu = V%zu.T\n", n, a);
        rows = w->shape[a].cols, cols = w->shape[a].rows;
        break;
    case 2:
        cg_putf(&w->text, "V%zu = %s(V%zu)\n", n, functions[pick(w, 6)], a);
        break;
    case 3:
        cg_putf(&w->text, "V%zu = V%zu * sum(V%zu, axis=%zu) - mean(V%zu) * 0.5\n", n, a, a,
                pick(w, 2), pick(w, n));
        break;
    case 4:
        cg_putf(&w->text, "V%zu = V%zu / (2 + V%zu ^ 2) + trace(V%zu @ V%zu.T) / 9\n", n, a, a, a,
                a);
        break;
    case 5:
        cg_putf(&w->text, "V%zu = sin(-V%zu) * norm2(V%zu) / 8\n", n, a, pick(w, n));
        break;
    }
    w->shape[n].rows = rows;
    w->shape[n].cols = cols;
    w->count = n + 1;
}

/* The text of a model with inputs V0.. and a scalar J; finish w->text. */
static inline void random_model(struct writer *w, uint64_t seed, size_t definitions)
{
    *w = (struct writer){.count = 0};
    cg_prng_seed(&w->prng, seed);
    cg_strbuf_init(&w->text);
    cg_put(&w->text, "dims a = 2, b = 3, c = 4\n");
    for (size_t i = 0; i < 4; i++)
        input(w, pick(w, 3), pick(w, 3));
    for (size_t i = 0; i < definitions; i++)
        definition(w);
    cg_putf(&w->text, "J = sum(tanh(V%zu)) + mean(V%zu ^ 2)\n", w->count - 1, w->count / 2);
}

#endif
