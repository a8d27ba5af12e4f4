/* chalkgrad check --gradients: every cell of the derived gradients beside a central difference. */
#include "app/check.h"
#include "app/extent.h"
#include "app/json.h"
#include "app/progress.h"

#include <chalkgrad/gradient_check.h>
#include <chalkgrad/print.h>

#include <float.h>
#include <math.h>
#include <stdio.h>

/* How many cells came to what. */
struct tally {
    size_t right, wrong, kinks, outside;
    double worst; /* largest error of those that are right or wrong */
    const struct cg_gradient_cell *first_wrong;
};

static bool is_gradient(const struct cg_derivation *d)
{
    return !d->local && cg_is_scalar(d->model, d->of->shape) && d->wrt->kind == CG_VALUE_INPUT;
}

static struct tally measure(struct cg_gradient_check *check)
{
    struct tally tally = {0};
    struct progress progress;
    struct cg_strbuf fact;
    cg_strbuf_init(&fact);
    progress_begin(&progress);
    for (size_t i = 0; i < check->n_cells; i++) {
        const struct cg_gradient_cell *cell = cg_gradient_check_cell(check, i);
        tally.right += cell->verdict == CG_CELL_RIGHT;
        tally.wrong += cell->verdict == CG_CELL_WRONG;
        tally.kinks += cell->verdict == CG_CELL_KINK;
        tally.outside += cell->verdict == CG_CELL_OUTSIDE;
        if (cell->verdict == CG_CELL_RIGHT || cell->verdict == CG_CELL_WRONG)
            tally.worst = fmax(tally.worst, isnan(cell->error) ? INFINITY : cell->error);
        if (cell->verdict == CG_CELL_WRONG && !tally.first_wrong)
            tally.first_wrong = cell;
        if (!progress_due(&progress))
            continue;
        cg_strbuf_clear(&fact);
        cg_putf(&fact, "d%s/d%s", check->derivation->of->name, check->derivation->wrt->name);
        progress_show(&progress, (double)(i + 1) / (double)check->n_cells,
                      (const char *[]){fact.text}, 1);
    }
    progress_end(&progress);
    cg_strbuf_finish(&fact);
    return tally;
}

static bool fail(const struct cg_gradient_check *check, const struct tally *tally,
                 struct cg_error *error)
{
    const struct cg_derivation *d = check->derivation;
    const struct cg_gradient_cell *cell = tally->first_wrong;
    return cg_fail(error, d->model->file, d->wrt->place,
                   "d%s/d%s is wrong in %zu of %zu cells; in row %zu, column %zu the derived form "
                   "gives %.9g, and the central difference %.9g",
                   d->of->name, d->wrt->name, tally->wrong, check->n_cells, cell->row + 1,
                   cell->col + 1, cell->derived, cell->difference);
}

/* ---- text ---------------------------------------------------------------------------------- */

static void print_formulas(const struct cg_lesson *lesson)
{
    struct cg_strbuf note;
    const struct extent none = {0};
    printf("%s: derived gradients against central differences, at the model's values\n"
           "  difference      (J(w + h) - J(w - h)) / 2h, h = %.3g max(1, |w|)\n"
           "  relative error  |derived - difference| / max(|derived|, |difference|, 0.001 |J|), at "
           "most %g\n",
           lesson->file, cbrt(DBL_EPSILON), CG_GRADIENT_TOLERANCE);
    cg_strbuf_init(&note);
    extent_put(&note, "  note: ", &none, &lesson->env);
    fputs(note.text, stdout);
    cg_strbuf_finish(&note);
}

static void print_cell(const struct cg_gradient_cell *cell)
{
    char place[48];
    snprintf(place, sizeof place, "(%zu, %zu)", cell->row + 1, cell->col + 1);
    printf("%12s %18.10g", place, cell->derived);
    switch (cell->verdict) {
    case CG_CELL_RIGHT:
        printf(" %18.10g %12.1e\n", cell->difference, cell->error);
        break;
    case CG_CELL_WRONG:
        printf(" %18.10g %12.1e  WRONG\n", cell->difference, cell->error);
        break;
    case CG_CELL_KINK:
        printf(" %18.10g               a kink: slope %.6g below, %.6g above\n", cell->difference,
               cell->below, cell->above);
        break;
    case CG_CELL_OUTSIDE:
        puts("                  -            -  not finite on both sides");
        break;
    }
}

/* The results that an expression names, and those that they name, each once. */
static void print_where(const struct cg_book *book, const struct cg_expr *expr, bool *said)
{
    for (size_t i = book->n_results; i-- > 0;) {
        const struct cg_value *result = book->results[i];
        if (said[i] || !cg_mentions(expr, result))
            continue;
        struct cg_strbuf form;
        cg_strbuf_init(&form);
        cg_print_text(&form, book->model, result->body);
        printf("  where %s = %s\n", result->name, form.text);
        cg_strbuf_finish(&form);
        said[i] = true;
        print_where(book, result->body, said);
    }
}

static void print_gradient(const struct cg_book *book, const struct cg_gradient_check *check,
                           const struct tally *tally, uint64_t seed)
{
    const struct cg_derivation *d = check->derivation;
    const struct cg_expr *shown = d->matrix_form ? d->matrix_form : d->index_form;
    struct cg_strbuf form;
    struct cg_arena arena;
    cg_strbuf_init(&form);
    cg_arena_init(&arena);
    cg_print_text(&form, d->model, shown);
    printf("\nd%s/d%s = %s\n", d->of->name, d->wrt->name, form.text);
    print_where(book, shown, cg_alloc(&arena, book->n_results + 1));
    printf("%12s %18s %18s %12s\n", "cell", "derived", "difference", "rel. error");
    cg_strbuf_finish(&form);
    cg_arena_finish(&arena);
    for (size_t i = 0; i < check->n_cells; i++)
        print_cell(&check->cells[i]);
    printf("d%s/d%s: %zu of %zu cells right", d->of->name, d->wrt->name, tally->right,
           check->n_cells);
    if (tally->kinks)
        printf(", %zu at a kink", tally->kinks);
    if (tally->outside)
        printf(", %zu not to be measured", tally->outside);
    printf(", largest relative error %.1e\n", tally->worst);
    if (check->n_cells < check->n_total)
        printf("  a sample of its %zu cells, drawn by seed %llu; --cells all takes all\n",
               check->n_total, (unsigned long long)seed);
}

/* ---- JSON ---------------------------------------------------------------------------------- */

static cJSON *cell_item(const struct cg_gradient_cell *cell)
{
    static const char *const verdicts[] = {"right", "wrong", "kink", "outside"};
    cJSON *item = cJSON_CreateObject();
    cJSON_AddNumberToObject(item, "row", (double)cell->row + 1);
    cJSON_AddNumberToObject(item, "column", (double)cell->col + 1);
    cJSON_AddItemToObject(item, "derived", json_number(cell->derived));
    cJSON_AddItemToObject(item, "difference", json_number(cell->difference));
    cJSON_AddItemToObject(item, "relative_error", json_number(cell->error));
    cJSON_AddStringToObject(item, "verdict", verdicts[cell->verdict]);
    return item;
}

static cJSON *gradient_item(const struct cg_gradient_check *check, const struct tally *tally)
{
    cJSON *item = cJSON_CreateObject();
    cJSON_AddStringToObject(item, "of", check->derivation->of->name);
    cJSON_AddStringToObject(item, "wrt", check->derivation->wrt->name);
    cJSON_AddNumberToObject(item, "right", (double)tally->right);
    cJSON_AddNumberToObject(item, "wrong", (double)tally->wrong);
    cJSON_AddItemToObject(item, "largest_relative_error", json_number(tally->worst));
    cJSON_AddNumberToObject(item, "total_cells", (double)check->n_total);
    cJSON *cells = cJSON_AddArrayToObject(item, "cells");
    for (size_t i = 0; i < check->n_cells; i++)
        cJSON_AddItemToArray(cells, cell_item(&check->cells[i]));
    return item;
}

/* ---- all of them --------------------------------------------------------------------------- */

bool check_gradients(struct cg_lesson *lesson, const struct check_request *request,
                     struct cg_error *error)
{
    const struct cg_book *book = &lesson->book;
    bool good = true, some = false;
    cJSON *object = cJSON_CreateObject(), *list = cJSON_CreateArray();
    if (!request->json)
        print_formulas(lesson);
    for (size_t i = 0; i < book->n_derivations; i++) {
        if (!is_gradient(book->derivations[i]))
            continue;
        some = true;
        struct cg_gradient_check check;
        uint64_t seed = i + 1;
        cg_gradient_check_init(&check, book->derivations[i], &lesson->env, request->cells, seed);
        struct tally tally = measure(&check);
        if (request->json)
            cJSON_AddItemToArray(list, gradient_item(&check, &tally));
        else
            print_gradient(book, &check, &tally, seed);
        if (tally.wrong && good)
            good = fail(&check, &tally, error);
        cg_gradient_check_finish(&check);
    }
    if (!some && !request->json)
        puts("\nnothing here is derived by an input of the model");
    if (request->json) {
        cJSON_AddStringToObject(object, "file", lesson->file);
        cJSON_AddItemToObject(object, "tolerance", json_number(CG_GRADIENT_TOLERANCE));
        cJSON_AddBoolToObject(object, "right", good);
        cJSON_AddItemToObject(object, "gradients", list);
        json_print(object);
    } else {
        cJSON_Delete(object);
        cJSON_Delete(list);
    }
    return good;
}
