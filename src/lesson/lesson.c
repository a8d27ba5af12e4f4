/* Opening a lesson: Markdown, model, numbers, derivations, proof. */
#include "lesson/opening.h"

#include <chalkgrad/domain.h>
#include <chalkgrad/file.h>
#include <chalkgrad/print.h>

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_markdown(const char *file)
{
    const char *dot = strrchr(file, '.');
    return dot && (strcasecmp(dot, ".md") == 0 || strcasecmp(dot, ".markdown") == 0);
}

/* A file that is not there: how to get it. */
static void add_needs(const struct cg_opening *o)
{
    size_t used = strlen(o->error->text);
    if (o->error->machine && o->document.needs)
        snprintf(o->error->text + used, sizeof o->error->text - used, "; the lesson needs: %s",
                 o->document.needs);
}

/* An error of another layer in the lesson gets the line for its caret from the file itself. */
static bool quote(const struct cg_opening *o)
{
    add_needs(o);
    if (o->error && o->error->place.line && o->source.text &&
        strncmp(o->error->file, o->source.file, sizeof o->error->file - 1) == 0) {
        o->error->source[0] = '\0';
        cg_error_quote(o->error, o->source.text, o->source.length, 1);
    }
    return false;
}

/* All model blocks, then all data and test blocks: what is derived sees the whole model. */
static bool read_models(struct cg_opening *o)
{
    struct cg_lesson *lesson = o->lesson;
    for (size_t i = 0; i < o->document.n_items; i++) {
        const struct cg_item *item = &o->document.items[i];
        if (item->kind == CG_ITEM_BLOCK && item->block == CG_BLOCK_MODEL &&
            !cg_model_add(&lesson->model, item->body.text, item->body.length, item->body.place.line,
                          o->error))
            return quote(o);
    }
    for (size_t i = 0; i < o->document.n_items; i++) {
        const struct cg_item *item = &o->document.items[i];
        if (item->kind != CG_ITEM_BLOCK)
            continue;
        if (item->block == CG_BLOCK_DATA && !cg_read_data(o, item))
            return quote(o);
        if (item->block == CG_BLOCK_TEST && !cg_read_test(o, item))
            return quote(o);
    }
    return true;
}

/* dJ/dX for each input that J depends on, as if a derive block said so. */
static void derive_by_inputs(struct cg_opening *o)
{
    const struct cg_model *model = &o->lesson->model;
    const struct cg_value *loss = cg_model_find(model, "J");
    struct cg_strbuf lines;
    cg_strbuf_init(&lines);
    for (size_t i = 0; loss && i < model->n_values; i++)
        if (model->values[i]->kind == CG_VALUE_INPUT && cg_depends(loss, model->values[i]))
            cg_putf(&lines, "dJ/d%s\n", model->values[i]->name);
    if (lines.length) {
        struct cg_item *item = cg_alloc(&o->lesson->arena, sizeof *item);
        item->kind = CG_ITEM_BLOCK;
        item->block = CG_BLOCK_DERIVE;
        item->paragraph.place = loss->place;
        item->body.text = cg_strndup(&o->lesson->arena, lines.text, lines.length);
        item->body.length = lines.length;
        item->body.place = (struct cg_place){1, 1};
        o->document.items = item;
        o->document.n_items = 1;
    }
    cg_strbuf_finish(&lines);
}

static bool read_all(struct cg_opening *o)
{
    struct cg_lesson *lesson = o->lesson;
    cg_model_init(&lesson->model, &lesson->arena, lesson->file);
    cg_book_init(&lesson->book, &lesson->model, &lesson->arena);
    if (is_markdown(lesson->file)) {
        if (!cg_document_parse(&o->document, &o->source, &lesson->arena, o->error) ||
            !read_models(o))
            return false;
    } else {
        o->document = (struct cg_document){.seed = 1};
        if (!cg_model_add(&lesson->model, o->source.text, o->source.length, 1, o->error))
            return quote(o);
        derive_by_inputs(o);
    }
    lesson->title = o->document.title;
    lesson->order = o->document.order;
    if (!cg_env_init_live(&lesson->env, &lesson->model, o->document.seed, o->error))
        return quote(o);
    if (!cg_check_domain(&lesson->env, o->error))
        return quote(o);
    return cg_build_timeline(o) || quote(o);
}

struct cg_lesson *cg_lesson_parse(const char *file, const char *text, size_t length,
                                  struct cg_error *error)
{
    struct cg_lesson *lesson = cg_xmalloc(sizeof *lesson);
    *lesson = (struct cg_lesson){0};
    cg_arena_init(&lesson->arena);
    lesson->file = cg_strdup(&lesson->arena, file);
    struct cg_error unwanted;
    struct cg_opening opening = {
        .lesson = lesson, .error = error ? error : &unwanted, .work = CG_WORK};
    bool ok = cg_source_init(&opening.source, &lesson->arena, lesson->file, text, length,
                             opening.error) &&
              read_all(&opening);
    if (!ok) {
        cg_lesson_close(lesson);
        return NULL;
    }
    lesson->text = opening.source.text;
    lesson->length = opening.source.length;
    return lesson;
}

struct cg_lesson *cg_lesson_open(const char *path, struct cg_error *error)
{
    struct cg_arena arena;
    size_t size;
    cg_arena_init(&arena);
    char *text = cg_read_file(&arena, path, CG_LONGEST_LESSON, &size, error);
    struct cg_lesson *lesson = text ? cg_lesson_parse(path, text, size, error) : NULL;
    cg_arena_finish(&arena);
    return lesson;
}

void cg_lesson_close(struct cg_lesson *lesson)
{
    if (!lesson)
        return;
    cg_env_finish(&lesson->env);
    cg_arena_finish(&lesson->arena);
    free(lesson);
}

void cg_claim_cell(struct cg_strbuf *out, const struct cg_claim *claim)
{
    const struct cg_check *check = &claim->check;
    struct cg_index free[CG_CHECK_AXES];
    bool indexed = cg_is_index_notation(claim->left);
    size_t n = indexed ? cg_free_indices(claim->left, free, CG_CHECK_AXES) : 0;
    if (check->elsewhere && check->own_cells)
        cg_put(out, "it holds with the lesson's own numbers, but ");
    if (check->elsewhere)
        cg_put(out, "with random numbers in other sizes, ");
    for (size_t i = 0; i < n && i < check->n_at; i++)
        cg_putf(out, "%s%c = %zu", i ? ", " : "at ", free[i].letter, check->at[i] + 1);
    if (!indexed)
        cg_putf(out, "in row %zu, column %zu", check->row + 1, check->col + 1);
    cg_putf(out, "%sthe left side is %.6g and the right side %.6g", !indexed || n ? " " : "",
            check->expected, check->got);
}

static void fail_claim(const struct cg_lesson *lesson, const struct cg_claim *claim,
                       struct cg_error *error)
{
    struct cg_strbuf cell;
    cg_strbuf_init(&cell);
    cg_claim_cell(&cell, claim);
    if (claim->check.no_numbers)
        cg_fail(error, lesson->file, claim->place, "this claim can't be checked: %s",
                cg_check_trouble(&claim->check));
    else if (claim->meant_false)
        cg_fail(error, lesson->file, claim->place, "this claim is true, and its block says false");
    else
        cg_fail(error, lesson->file, claim->place, "this claim is false: %s", cell.text);
    cg_strbuf_finish(&cell);
    if (error) {
        error->length = (int)cg_utf8_length(claim->text, strlen(claim->text));
        cg_error_quote(error, lesson->text, lesson->length, 1);
    }
}

size_t cg_lesson_check(const struct cg_lesson *lesson, size_t from, struct cg_error *error)
{
    for (size_t i = from; i < lesson->n_claims; i++) {
        const struct cg_claim *claim = &lesson->claims[i];
        if (claim->check.no_numbers || claim->check.holds == claim->meant_false) {
            fail_claim(lesson, claim, error);
            return i;
        }
    }
    return lesson->n_claims;
}

bool cg_lesson_title(const char *path, struct cg_arena *arena, const char **title, int *order,
                     struct cg_error *error)
{
    size_t size;
    struct cg_source source;
    struct cg_document document;
    const char *rest;
    char *text = cg_read_file(arena, path, CG_LONGEST_LESSON, &size, error);
    if (!text || !cg_source_init(&source, arena, cg_strdup(arena, path), text, size, error) ||
        !cg_front_matter(&document, &source, arena, &rest, error))
        return false;
    for (; !document.title && *rest; rest += strcspn(rest, "\n"), rest += *rest == '\n')
        if (strncmp(rest, "# ", 2) == 0)
            document.title = cg_strndup(arena, rest + 2, strcspn(rest + 2, "\n"));
    const char *slash = strrchr(path, '/');
    *title = document.title ? document.title : cg_strdup(arena, slash ? slash + 1 : path);
    *order = document.order;
    return true;
}
