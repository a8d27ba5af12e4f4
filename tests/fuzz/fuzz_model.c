/* Any bytes as a model: it parses or it doesn't, and what parses is printed, read again and equal.
 */
#include "fuzz.h"

#include <chalkgrad/print.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Only rules make fractions and negative numbers; a number's own text is read as it was. */
static void check(struct cg_model *model, const struct cg_value *value)
{
    struct cg_strbuf out;
    struct cg_error error;
    cg_strbuf_init(&out);
    cg_print_text(&out, model, value->body);
    const struct cg_expr *again =
        cg_parse_expr(model, NULL, 0, out.text, out.length, (struct cg_place){1, 1}, &error);
    if (!again) {
        fprintf(stderr, "%s\n%s\n", out.text, error.text);
        abort();
    }
    struct cg_strbuf second;
    cg_strbuf_init(&second);
    cg_print_text(&second, model, again);
    /* eye(3) has a dim of its own each time it is read, so equal text is what can be asked. */
    if (strcmp(out.text, second.text) ||
        cg_rows(model, value->shape) != cg_rows(model, again->shape) ||
        cg_cols(model, value->shape) != cg_cols(model, again->shape)) {
        fprintf(stderr, "%s\nis read as\n%s\n", out.text, second.text);
        abort();
    }
    cg_strbuf_clear(&out);
    cg_print_board(&out, model, value->body);
    cg_strbuf_finish(&second);
    cg_strbuf_finish(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cg_arena arena;
    struct cg_model model;
    struct cg_error error;
    const char *text = (const char *)data;
    cg_arena_init(&arena);
    cg_model_init(&model, &arena, "fuzz");
    const char *half = size ? memchr(text, '\f', size) : NULL; /* two blocks of a lesson */
    size_t first = half ? (size_t)(half - text) : size;
    bool ok = cg_model_add(&model, text, first, 1, &error);
    if (half)
        ok |= cg_model_add(&model, half + 1, size - first - 1, 1, &error);
    if (ok)
        for (size_t i = 0; i < model.n_values; i++)
            if (model.values[i]->body)
                check(&model, model.values[i]);
    cg_arena_finish(&arena);
    return 0;
}
