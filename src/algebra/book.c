/* The book of derivations: what is asked for, what is there already, and the names of results. */
#include "algebra/gradient.h"

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
    result->tex = as_tex ? cg_strdup(arena, as_tex) : cg_default_tex(arena, as);
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

/* Can d of / d wrt be asked for at all? */
static bool sensible(const struct cg_book *book, const struct cg_value *of,
                     const struct cg_value *wrt, const char *as, struct cg_place place,
                     struct cg_error *error)
{
    const char *file = book->model->file;
    if (of->kind == CG_VALUE_RESULT || wrt->kind == CG_VALUE_RESULT)
        return cg_fail(error, file, place,
                       "%s is the name of a gradient; only values of the model can be derived",
                       of->kind == CG_VALUE_RESULT ? of->name : wrt->name);
    if (of == wrt)
        return cg_fail(error, file, place,
                       "the derivative of %s by itself is 1 where the indices agree, else 0; name "
                       "two different values",
                       of->name);
    if (as && taken(book, as) && !find_asked(book, of, wrt, as))
        return cg_fail(error, file, place, "%s is the name of something else already", as);
    if (cg_is_scalar(book->model, of->shape))
        return true;
    if (as)
        return cg_fail(error, file, place,
                       "%s can't name the derivative of %s: %s is %zu x %zu, not a number, so that "
                       "has more than two indices",
                       as, of->name, of->name, cg_rows(book->model, of->shape),
                       cg_cols(book->model, of->shape));
    if (!of->body || !cg_depends(of, wrt))
        return cg_fail(error, file, place, "%s does not depend on %s", of->name, wrt->name);
    return true;
}

/* A derivative that is not a gradient: of a whole matrix, in indices. */
static const struct cg_derivation *derive_matrix(struct request *request,
                                                 const struct cg_value *wrt)
{
    const struct cg_value *of = request->of;
    struct work work = {.model = request->book->model, .arena = request->book->arena};
    struct entry_letters by, at;
    memcpy(work.used, request->book->size_letters, sizeof work.used);
    by.row = index_fresh(&work, wrt->shape.rows, INDEX_FREE);
    by.col = index_fresh(&work, wrt->shape.cols, INDEX_FREE);
    at.row = index_fresh(&work, of->shape.rows, INDEX_SUMMED);
    at.col = index_fresh(&work, of->shape.cols, INDEX_SUMMED);
    request->of_at = at;
    bool through = false;
    for (size_t i = wrt->id + 1; i < of->id; i++)
        through = through || (request->needed[i] && request->reached[i]);
    struct cg_derivation *derivation = through ? gradient_derive(request, wrt, by, NULL, NULL, NULL)
                                               : local_derive(request, of, at, wrt, by, NULL);
    if (derivation)
        derivation->no_matrix_form = "it is the derivative of a whole matrix, and stays in indices";
    return derivation;
}

/* What a derivation may fill: networks of many layers take some ten thousand bytes a value. */
enum { MOST_MEMORY = 128 << 20, MEMORY_OF_VALUE = 64 << 10 };

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
    book->most_memory = book->arena->total + MOST_MEMORY + book->model->n_values * MEMORY_OF_VALUE;
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
