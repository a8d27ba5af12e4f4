/* The book of derivations: what is asked for, what is there already, and the names of results. */
#include "algebra/gradient.h"

#include <chalkgrad/strbuf.h>

#include <string.h>

void cg_book_init(struct cg_book *book, struct cg_model *model, struct cg_arena *arena)
{
    *book = (struct cg_book){.model = model, .arena = arena};
}

const struct cg_derivation *cg_book_find(const struct cg_book *book, const struct cg_value *of,
                                         const struct cg_value *wrt)
{
    for (size_t i = book->n_derivations; i-- > 0;)
        if (book->derivations[i]->of == of && book->derivations[i]->wrt == wrt)
            return book->derivations[i];
    return NULL;
}

void book_add(struct cg_book *book, struct cg_derivation *derivation)
{
    book->derivations = cg_grow(book->arena, book->derivations, book->n_derivations,
                                &book->derivations_capacity, sizeof *book->derivations);
    book->derivations[book->n_derivations++] = derivation;
}

static const struct cg_value *find_result(const struct cg_book *book, const char *name)
{
    for (size_t i = 0; i < book->n_results; i++)
        if (!strcmp(book->results[i]->name, name))
            return book->results[i];
    return NULL;
}

static bool taken(const struct cg_book *book, const char *name)
{
    return cg_model_find(book->model, name) || cg_model_function(book->model, name) ||
           find_result(book, name);
}

/* TeX of a Greek letter that starts the name, and how many bytes it takes; "" where none does. */
static const char *greek(const char *name, size_t *length)
{
    static const char *const letters[][2] = {
        {"α", "\\alpha"}, {"β", "\\beta"},  {"γ", "\\gamma"}, {"δ", "\\delta"}, {"ε", "\\epsilon"},
        {"ζ", "\\zeta"},  {"η", "\\eta"},   {"θ", "\\theta"}, {"κ", "\\kappa"}, {"λ", "\\lambda"},
        {"μ", "\\mu"},    {"ν", "\\nu"},    {"ξ", "\\xi"},    {"π", "\\pi"},    {"ρ", "\\rho"},
        {"σ", "\\sigma"}, {"τ", "\\tau"},   {"φ", "\\phi"},   {"χ", "\\chi"},   {"ψ", "\\psi"},
        {"ω", "\\omega"}, {"Γ", "\\Gamma"}, {"Δ", "\\Delta"}, {"Θ", "\\Theta"}, {"Λ", "\\Lambda"},
        {"Ξ", "\\Xi"},    {"Π", "\\Pi"},    {"Σ", "\\Sigma"}, {"Φ", "\\Phi"},   {"Ψ", "\\Psi"},
        {"Ω", "\\Omega"}};
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++) {
        *length = strlen(letters[i][0]);
        if (!strncmp(name, letters[i][0], *length))
            return letters[i][1];
    }
    *length = 0;
    return "";
}

/* δ2 -> \delta_{2}, d_out -> d_{\text{out}}, grad -> \text{grad} */
static const char *tex_of_name(struct cg_book *book, const char *name)
{
    size_t head;
    const char *tex = greek(name, &head);
    if (!head) { /* the letters up to a digit or an underscore */
        head = strcspn(name, "0123456789_");
        const char *stem = cg_strndup(book->arena, name, head);
        tex = cg_utf8_length(stem, head) == 1 ? stem : cg_format(book->arena, "\\text{%s}", stem);
    }
    const char *rest = name + head;
    if (!*rest)
        return tex;
    rest += *rest == '_';
    bool digits = rest[strspn(rest, "0123456789")] == '\0';
    if (digits)
        return cg_format(book->arena, "%s_{%s}", tex, rest);
    struct cg_strbuf text; /* an underscore is no text to TeX */
    cg_strbuf_init(&text);
    for (const char *at = rest; *at; at++)
        cg_putc(&text, *at == '_' ? ' ' : *at);
    const char *out = cg_format(book->arena, "%s_{\\text{%s}}", tex, text.text);
    cg_strbuf_finish(&text);
    return out;
}

const struct cg_value *book_name(struct cg_book *book, struct cg_derivation *derivation,
                                 const char *as, const char *as_tex)
{
    struct cg_arena *arena = book->arena;
    const struct cg_value *of = derivation->of, *wrt = derivation->wrt;
    if (!as) {
        as = cg_format(arena, "d%s_d%s", of->name, wrt->name);
        for (int n = 2; taken(book, as); n++)
            as = cg_format(arena, "d%s_d%s_%d", of->name, wrt->name, n);
        as_tex = cg_format(arena, "\\delta_{%s}", wrt->tex);
    }
    struct cg_value *result = cg_alloc(arena, sizeof *result);
    result->name = cg_strdup(arena, as);
    result->tex = as_tex ? cg_strdup(arena, as_tex) : tex_of_name(book, as);
    result->kind = CG_VALUE_RESULT;
    result->shape = wrt->shape;
    result->body = derivation->matrix_form;
    result->of = of;
    result->wrt = wrt;
    result->id = book->model->n_values + book->n_results;
    book->results = cg_grow(arena, book->results, book->n_results, &book->results_capacity,
                            sizeof *book->results);
    book->results[book->n_results++] = result;
    return result;
}

static bool is_scalar(const struct cg_model *model, const struct cg_value *value)
{
    return !cg_dim_root(model, value->shape.rows) && !cg_dim_root(model, value->shape.cols);
}

/* A derivation that was asked for by itself before. */
static const struct cg_derivation *find_asked(const struct cg_book *book, const struct cg_value *of,
                                              const struct cg_value *wrt, const char *as)
{
    for (size_t i = book->n_derivations; i-- > 0;) {
        const struct cg_derivation *derivation = book->derivations[i];
        if (derivation->of != of || derivation->wrt != wrt || derivation->steps[0]->parent)
            continue;
        if (!as || (derivation->name && !strcmp(derivation->name->name, as)))
            return derivation;
    }
    return NULL;
}

static bool refused(const struct cg_book *book, struct cg_place place, struct cg_error *error,
                    const char *format, const char *a, const char *b)
{
    /* two names are all that any of these messages needs */
    char text[400];
    size_t used = 0;
    for (const char *at = format; *at && used + 1 < sizeof text; at++) {
        const char *name = *at == '{' ? a : *at == '}' ? b : NULL;
        if (!name)
            text[used++] = *at;
        for (; name && *name && used + 1 < sizeof text; name++)
            text[used++] = *name;
    }
    text[used] = '\0';
    return cg_fail(error, book->model->file, place, "%s", text);
}

/* Can d of / d wrt be asked for at all? */
static bool sensible(const struct cg_book *book, const struct cg_value *of,
                     const struct cg_value *wrt, const char *as, struct cg_place place,
                     struct cg_error *error)
{
    if (of->kind == CG_VALUE_RESULT || wrt->kind == CG_VALUE_RESULT)
        return refused(book, place, error,
                       "{ is the name of a gradient; only values of the model can be derived",
                       of->kind == CG_VALUE_RESULT ? of->name : wrt->name, "");
    if (of == wrt)
        return refused(book, place, error,
                       "the derivative of { by itself is 1 where the indices agree, else 0; name "
                       "two different values",
                       of->name, "");
    if (as && taken(book, as) && !(find_asked(book, of, wrt, as)))
        return refused(book, place, error, "{ is the name of something else already", as, "");
    if (is_scalar(book->model, of))
        return true;
    if (as)
        return refused(book, place, error,
                       "} can't name the derivative of {: it has more than two indices", of->name,
                       as);
    if (!of->body || !cg_depends(of, wrt))
        return refused(book, place, error, "{ does not depend on }", of->name, wrt->name);
    return true;
}

/* A derivative that is not a gradient: of a whole matrix, in indices. */
static const struct cg_derivation *derive_matrix(struct request *request,
                                                 const struct cg_value *wrt)
{
    const struct cg_value *of = request->of;
    struct work work = {.model = request->book->model, .arena = request->book->arena};
    struct entry_letters by, at;
    by.row = index_fresh(&work, wrt->shape.rows, INDEX_FREE);
    by.col = index_fresh(&work, wrt->shape.cols, INDEX_FREE);
    at.row = index_fresh(&work, of->shape.rows, INDEX_SUMMED);
    at.col = index_fresh(&work, of->shape.cols, INDEX_SUMMED);
    request->of_at = at;
    bool through = false;
    for (size_t i = wrt->id + 1; i < of->id; i++)
        through = through || (request->needed[i] && request->reached[i]);
    return through ? gradient_derive(request, wrt, by, NULL, NULL, NULL)
                   : local_derive(request, of, at, wrt, by, NULL);
}

const struct cg_derivation *cg_derive(struct cg_book *book, const struct cg_value *of,
                                      const struct cg_value *wrt, const char *as,
                                      const char *as_tex, struct cg_place place,
                                      struct cg_error *error)
{
    if (!sensible(book, of, wrt, as, place, error))
        return NULL;
    const struct cg_derivation *derivation = find_asked(book, of, wrt, as);
    if (derivation)
        return derivation;
    struct request request = request_make(book, of, wrt);
    derivation = request.number
                     ? gradient_derive(&request, wrt, (struct entry_letters){0}, NULL, as, as_tex)
                     : derive_matrix(&request, wrt);
    if (!derivation) {
        cg_fail(error, book->model->file, place, "d%s/d%s can't be derived: %s", of->name,
                wrt->name, request.failure ? request.failure : "no rule applies");
        return NULL;
    }
    if (as && !derivation->name) {
        cg_fail(error, book->model->file, place,
                "d%s/d%s can't get the name %s: it has no matrix form, because %s", of->name,
                wrt->name, as, derivation->no_matrix_form);
        return NULL;
    }
    return derivation;
}
