/* For tests of derivations: a model with its book, and derivations as text, one line a step:
 * "lhs = rhs  (rule)", those that belong to a line indented behind it. */
#ifndef TESTS_DERIVATION_TEXT_H
#define TESTS_DERIVATION_TEXT_H

#include "../test.h"

#include <chalkgrad/derive.h>
#include <chalkgrad/print.h>
#include <chalkgrad/strbuf.h>

#include <stdlib.h>
#include <string.h>

struct bench {
    struct cg_arena arena;
    struct cg_model model;
    struct cg_book book;
    struct cg_strbuf text;
    struct cg_error error;
};

static inline struct bench *bench_new(const char *statements)
{
    struct bench *bench = calloc(1, sizeof *bench);
    assert_non_null(bench);
    cg_arena_init(&bench->arena);
    cg_model_init(&bench->model, &bench->arena, "model.txt");
    cg_strbuf_init(&bench->text);
    if (!cg_model_add(&bench->model, statements, strlen(statements), 1, &bench->error))
        fail_msg("%s", bench->error.text);
    cg_book_init(&bench->book, &bench->model, &bench->arena);
    return bench;
}

static inline void bench_free(struct bench *bench)
{
    cg_strbuf_finish(&bench->text);
    cg_arena_finish(&bench->arena);
    free(bench);
}

static inline const struct cg_derivation *bench_try(struct bench *bench, const char *line)
{
    bench->error = (struct cg_error){0};
    return cg_derive_line(&bench->book, line, strlen(line), (struct cg_place){1, 1}, &bench->error);
}

static inline const struct cg_derivation *bench_derive(struct bench *bench, const char *line)
{
    const struct cg_derivation *derivation = bench_try(bench, line);
    if (!derivation)
        fail_msg("%s: %s", line, bench->error.text);
    return derivation;
}

static inline void put_steps(struct bench *bench, const struct cg_step *const *steps, size_t count,
                             int indent)
{
    for (size_t i = 0; i < count; i++) {
        cg_putf(&bench->text, "%*s", indent, "");
        cg_print_board(&bench->text, &bench->model, steps[i]->lhs);
        cg_put(&bench->text, " = ");
        cg_print_board(&bench->text, &bench->model, steps[i]->rhs);
        cg_putf(&bench->text, "  (%s)\n", cg_rule_info(steps[i]->rule)->key);
        if (steps[i]->children_kind == CG_CHILDREN_DERIVATIONS)
            put_steps(bench, steps[i]->children, steps[i]->n_children, indent + 4);
    }
}

/* The whole derivation of `line`, until the next call. */
static inline const char *bench_lines(struct bench *bench, const char *line)
{
    const struct cg_derivation *derivation = bench_derive(bench, line);
    cg_strbuf_clear(&bench->text);
    put_steps(bench, derivation->steps, derivation->n_steps, 0);
    return bench->text.text;
}

/* Its matrix form in the model language, or why there is none. */
static inline const char *bench_form(struct bench *bench, const char *line)
{
    const struct cg_derivation *derivation = bench_derive(bench, line);
    cg_strbuf_clear(&bench->text);
    if (derivation->matrix_form)
        cg_print_text(&bench->text, &bench->model, derivation->matrix_form);
    else
        cg_putf(&bench->text, "none: %s", derivation->no_matrix_form);
    return bench->text.text;
}

#endif
