/* Expressions in claims and questions, and how to show one that does not fit. */
#include "lesson/opening.h"

#include <chalkgrad/index.h>
#include <chalkgrad/print.h>

#include <ctype.h>
#include <string.h>

static int *save_roots(const struct cg_model *model)
{
    int *roots = cg_alloc_array(model->arena, model->n_dims, sizeof *roots);
    for (size_t i = 0; i < model->n_dims; i++)
        roots[i] = cg_dim_root(model, (int)i);
    return roots;
}

/* The name of a dim of the class `root` in an earlier state of the roots, or NULL. */
static const char *class_name(const struct cg_model *model, const int *roots, size_t count,
                              int root)
{
    for (size_t i = 0; i < count; i++)
        if (roots[i] == root && model->dims[i].name)
            return model->dims[i].name;
    return NULL;
}

/* Did reading equate two sizes that have different names? *a, *b: the names. */
static bool equates_names(const struct cg_model *model, const int *before, size_t count,
                          const char **a, const char **b)
{
    for (size_t i = 0; i < count; i++) {
        int root = cg_dim_root(model, (int)i);
        if (root == before[i])
            continue;
        *a = class_name(model, before, count, before[i]);
        *b = class_name(model, before, count, root < (int)count ? before[root] : root);
        if (*a && *b)
            return true;
    }
    return false;
}

enum cg_fit cg_read_expr(struct cg_opening *o, struct cg_slice text, const struct cg_expr **expr,
                         struct cg_error *error)
{
    struct cg_model *model = &o->lesson->model;
    struct cg_book *book = &o->lesson->book;
    size_t count = model->n_dims;
    int *before = save_roots(model);
    const char *a, *b;
    struct cg_error own;
    *expr = cg_parse_expr(model, book->results, book->n_results, text.text, text.length, text.place,
                          &own);
    if (*expr && !equates_names(model, before, count, &a, &b))
        return CG_FITS;
    bool misfit = true;
    if (*expr) {
        cg_slice_fail(&o->source, error, text,
                      "this fits only because %s and %s happen to be the same number", a, b);
    } else {
        misfit = own.misfit;
        cg_source_fail(&o->source, error, own.place, (size_t)own.length, "%s", own.text);
    }
    for (size_t i = 0; i < count; i++)
        model->dims[i].parent = before[i];
    *expr = NULL;
    return misfit ? CG_MISFIT : CG_BAD;
}

bool cg_read_indexed(struct cg_opening *o, struct cg_slice line, const struct cg_expr **left,
                     const struct cg_expr **right)
{
    struct cg_model *model = &o->lesson->model;
    struct cg_book *book = &o->lesson->book;
    size_t count = model->n_dims;
    int *before = save_roots(model);
    const char *a, *b;
    if (!cg_parse_indexed(model, book->results, book->n_results, line.text, line.length, line.place,
                          left, right, o->error))
        return false;
    if (!equates_names(model, before, count, &a, &b))
        return true;
    for (size_t i = 0; i < count; i++)
        model->dims[i].parent = before[i];
    return cg_slice_fail(&o->source, o->error, line,
                         "this fits only because %s and %s happen to be the same number", a, b);
}

/* ---- a sketch in TeX --------------------------------------------------------------------- */

static bool is_name_byte(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static void sketch_name(struct cg_opening *o, struct cg_strbuf *out, const char *name, bool raised)
{
    const struct cg_lesson *lesson = o->lesson;
    const struct cg_value *value = cg_model_find(&lesson->model, name);
    for (size_t i = 0; i < lesson->book.n_results; i++)
        if (strcmp(lesson->book.results[i]->name, name) == 0)
            value = lesson->book.results[i];
    const struct cg_function *function = cg_model_function(&lesson->model, name);
    if (value && raised && strpbrk(value->tex, "^'"))
        cg_putf(out, "\\left(%s\\right)", value->tex);
    else if (value || function)
        cg_put(out, value ? value->tex : function->tex);
    else
        cg_putf(out, "\\text{%s}", name);
}

/* dJ/dW; returns how many bytes it took, 0 where it is none. */
static size_t sketch_gradient(struct cg_opening *o, struct cg_strbuf *out, const char *at)
{
    size_t of = 1, wrt;
    if (*at != 'd')
        return 0;
    while (is_name_byte(at[of]))
        of++;
    if (of == 1 || at[of] != '/' || at[of + 1] != 'd' || !is_name_byte(at[of + 2]))
        return 0;
    for (wrt = of + 2; is_name_byte(at[wrt]);)
        wrt++;
    struct cg_arena *arena = &o->lesson->arena;
    cg_put(out, "\\frac{\\partial ");
    sketch_name(o, out, cg_strndup(arena, at + 1, of - 1), false);
    cg_put(out, "}{\\partial ");
    sketch_name(o, out, cg_strndup(arena, at + of + 2, wrt - of - 2), false);
    cg_putc(out, '}');
    return wrt;
}

static size_t sketch_token(struct cg_opening *o, struct cg_strbuf *out, const char *at)
{
    size_t length = sketch_gradient(o, out, at);
    if (length)
        return length;
    if (strncmp(at, ".T", 2) == 0 && !is_name_byte(at[2]))
        return cg_put(out, "^\\top "), 2;
    if (isdigit((unsigned char)*at) || *at == '.') {
        length = strspn(at, "0123456789.");
        return cg_putn(out, at, length), length;
    }
    while (is_name_byte(at[length]))
        length++;
    if (length) {
        bool raised = at[length] == '^' || strncmp(at + length, ".T", 2) == 0;
        sketch_name(o, out, cg_strndup(&o->lesson->arena, at, length), raised);
        return length;
    }
    if (strncmp(at, "**", 2) == 0)
        return cg_putc(out, '^'), 2;
    if (*at == '*')
        cg_put(out, " \\ast ");
    else if (*at == '@' || *at == ' ' || *at == '\t')
        cg_putc(out, ' ');
    else if (strchr("+-/=,()[]'^", *at))
        cg_putc(out, *at);
    return 1;
}

char *cg_sketch_tex(struct cg_opening *o, struct cg_slice slice)
{
    struct cg_arena *arena = &o->lesson->arena;
    const char *at = cg_slice_copy(arena, slice);
    struct cg_strbuf out;
    cg_strbuf_init(&out);
    while (*at)
        at += sketch_token(o, &out, at);
    char *tex = cg_strndup(arena, out.text, out.length);
    cg_strbuf_finish(&out);
    return tex;
}
