/* The golden suite of gradients.txt: each gradient has the matrix form that a textbook prints, and
 * every line on the way to it holds, at the model's values and at random ones in other sizes. */
#include "fixture.h"

#include <chalkgrad/file.h>
#include <chalkgrad/print.h>
#include <chalkgrad/verify.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

/* Lines of the file up to an empty one: comments, the model, derivatives with their forms. */
struct block {
    const char *text;
    size_t length;
    char *name; /* the first comment */
    bool derives;
};

enum { MOST_BLOCKS = 1000, MOST_BYTES = 1 << 20 };

static bool starts(const char *line, const char *with)
{
    return !strncmp(line, with, strlen(with));
}

/* dJ/dW, dY/dW: a derivative to be taken. */
static bool is_request(const char *line)
{
    const char *slash = line + strcspn(line, "/ \n");
    return line[0] == 'd' && starts(slash, "/d");
}

static const char *line_end(const char *line)
{
    const char *end = strchr(line, '\n');
    return end ? end + 1 : line + strlen(line);
}

static void put_named(struct cg_strbuf *out, const struct cg_model *model,
                      const struct cg_value *value)
{
    cg_putf(out, "    where %s = ", value->name);
    cg_print_text(out, model, value->body);
    cg_put(out, "\n");
}

/* The results that an expression names, and those that they name, each once, as `where` lines;
 * marks the hinges in all of them. */
static void put_where(struct cg_strbuf *out, const struct cg_book *book, const struct cg_expr *expr,
                      bool *said)
{
    const struct cg_model *model = book->model;
    for (size_t i = book->n_results; i-- > 0;) {
        const struct cg_value *result = book->results[i];
        if (said[result->id] || !cg_mentions(expr, result))
            continue;
        said[result->id] = true;
        put_named(out, model, result);
        put_where(out, book, result->body, said);
    }
    for (size_t i = 0; i < model->n_values; i++)
        if (model->values[i]->hinge && cg_mentions(expr, model->values[i]))
            said[i] = true;
}

/* The hinges that are marked, and those that they rest on, each behind them. */
static void put_hinges(struct cg_strbuf *out, const struct cg_model *model, bool *said)
{
    for (size_t i = model->n_values; i-- > 0;) {
        if (!said[i])
            continue;
        put_named(out, model, model->values[i]);
        for (size_t k = 0; k < i; k++)
            if (model->values[k]->hinge && cg_mentions(model->values[i]->body, model->values[k]))
                said[k] = true;
    }
}

/* dJ/dX = its form, or dY/dX: in indices, and why. */
static void put_form(struct cg_strbuf *out, const struct cg_book *book,
                     const struct cg_derivation *d)
{
    const struct cg_expr *form = d->matrix_form ? d->steps[d->n_steps - 1]->rhs : d->index_form;
    if (d->matrix_form && form->op == CG_ENTRY) /* of a number: an entry without indices */
        form = form->args[0];
    bool said[64] = {false};
    assert_true(book->n_results + book->model->n_values <= 64);
    cg_putf(out, "d%s/d%s", d->of->name, d->wrt->name);
    if (d->local) {
        cg_put(out, ": ");
        cg_print_text(out, book->model, d->steps[0]->lhs);
    }
    cg_put(out, " = ");
    cg_print_text(out, book->model, form);
    cg_put(out, "\n");
    if (!d->matrix_form)
        cg_putf(out, "    has no matrix form: %s\n", d->no_matrix_form);
    put_where(out, book, form, said);
    put_hinges(out, book->model, said);
}

enum { IS_INDEX = 1, IS_SIZE = 2 };

static void mark_letters(const struct cg_model *model, const struct cg_expr *expr, int marks[128])
{
    struct cg_index own[2];
    for (size_t i = 0, count = cg_node_indices(expr, own); i < count; i++)
        marks[(unsigned char)own[i].letter & 127] |= IS_INDEX;
    for (size_t i = 0; expr->op == CG_SIZE && i < model->n_dims; i++)
        if (cg_same_dim(model, (int)i, expr->u.over.dim) && model->dims[i].name &&
            !model->dims[i].name[1])
            marks[(unsigned char)model->dims[i].name[0] & 127] |= IS_SIZE;
    for (size_t i = 0; i < expr->n_args; i++)
        mark_letters(model, expr->args[i], marks);
}

/* No letter is an index and a size in one line. */
static void letters_do_not_clash(const struct cg_model *model, const struct cg_step *step)
{
    int marks[128] = {0};
    mark_letters(model, step->lhs, marks);
    mark_letters(model, step->rhs, marks);
    for (int c = 0; c < 128; c++)
        if (marks[c] == (IS_INDEX | IS_SIZE)) {
            struct cg_strbuf line;
            cg_strbuf_init(&line);
            cg_print_line(&line, model, step->lhs, step->rhs);
            fail_msg("%c is an index and a size in %s", c, line.text);
        }
    for (size_t i = 0; i < step->n_children; i++)
        letters_do_not_clash(model, step->children[i]);
}

/* Derives what the line asks for, checks every line of it, and prints its form. */
static void derive(struct cg_strbuf *out, struct fixture *f, const char *line)
{
    struct cg_book book;
    struct cg_error error;
    const char *end = line + strcspn(line, " :\n");
    cg_book_init(&book, &f->model, &f->arena);
    const struct cg_derivation *d =
        cg_derive_line(&book, line, (size_t)(end - line), (struct cg_place){1, 1}, &error);
    if (!d)
        fail_msg("%s", error.text);
    struct cg_check *checks = calloc(book.n_steps, sizeof *checks);
    double worst = cg_verify(&book, d, &f->env, 3, checks);
    free(checks);
    for (size_t i = 0; i < book.n_derivations; i++)
        for (size_t s = 0; s < book.derivations[i]->n_steps; s++)
            letters_do_not_clash(&f->model, book.derivations[i]->steps[s]);
    put_form(out, &book, d);
    if (!(worst < CG_TOLERANCE))
        fail_msg("%s: error %g", out->text, worst);
}

/* The block as it should be. */
static void put_block(struct cg_strbuf *out, const struct block *block)
{
    struct cg_strbuf model;
    struct fixture f;
    bool made = false;
    cg_strbuf_init(&model);
    for (const char *line = block->text; line < block->text + block->length;
         line = line_end(line)) {
        size_t length = (size_t)(line_end(line) - line);
        if (is_request(line)) {
            if (!made)
                fixture_init(&f, model.text, 1);
            made = true;
            derive(out, &f, line);
        } else if (!starts(line, "    ")) {
            cg_putn(&model, line, length);
            cg_putn(out, line, length);
        }
    }
    if (made)
        fixture_finish(&f);
    cg_strbuf_finish(&model);
}

static void gradients_of_block(void **state)
{
    const struct block *block = *state;
    struct cg_strbuf want, out;
    cg_strbuf_init(&want);
    cg_strbuf_init(&out);
    cg_putn(&want, block->text, block->length);
    put_block(&out, block);
    assert_string_equal(out.text, want.text);
    cg_strbuf_finish(&out);
    cg_strbuf_finish(&want);
}

static size_t read_blocks(struct cg_arena *arena, const char *text, struct block *blocks)
{
    size_t count = 0;
    for (const char *line = text; *line;) {
        if (*line == '\n') {
            line++;
            continue;
        }
        assert(count < MOST_BLOCKS);
        struct block *block = &blocks[count++];
        *block = (struct block){.text = line, .name = "a block without a comment"};
        if (*line == '#')
            block->name = cg_strndup(arena, line + 2, strcspn(line, "\n") - 2);
        for (; *line && *line != '\n'; line = line_end(line))
            block->derives = block->derives || is_request(line);
        block->length = (size_t)(line - block->text);
    }
    return count;
}

static int write_golden(const char *path, const struct block *blocks, size_t count)
{
    struct cg_strbuf out;
    struct cg_error error;
    cg_strbuf_init(&out);
    for (size_t i = 0; i < count; i++) {
        cg_put(&out, i ? "\n" : "");
        put_block(&out, &blocks[i]);
    }
    bool done = cg_write_file(path, out.text, out.length, &error);
    cg_strbuf_finish(&out);
    return done ? 0 : 1;
}

int main(void)
{
    static struct block blocks[MOST_BLOCKS];
    static struct CMUnitTest tests[MOST_BLOCKS];
    struct cg_arena arena;
    struct cg_error error;
    size_t length, n_tests = 0;
    const char *source = getenv("CHALKGRAD_SOURCE");
    cg_arena_init(&arena);
    const char *path = cg_format(&arena, "%s/tests/engine/gradients.txt", source ? source : ".");
    char *text = cg_read_file(&arena, path, MOST_BYTES, &length, &error);
    if (!text) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    size_t count = read_blocks(&arena, text, blocks);
    for (size_t i = 0; i < count; i++)
        if (blocks[i].derives)
            tests[n_tests++] = (struct CMUnitTest){.name = blocks[i].name,
                                                   .test_func = gradients_of_block,
                                                   .initial_state = &blocks[i]};
    int status = getenv("CHALKGRAD_WRITE_GOLDEN")
                     ? write_golden(path, blocks, count)
                     : _cmocka_run_group_tests("gradients", tests, n_tests, NULL, NULL);
    cg_arena_finish(&arena);
    return status;
}
