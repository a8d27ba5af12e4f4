/* Any bytes as an equation in index notation: no crash, no hang; what is read prints to a line that
 * is read, and from then on prints the same. */
#include "fuzz.h"

#include <chalkgrad/index.h>
#include <chalkgrad/print.h>

#include <stdlib.h>
#include <string.h>

static const char model_text[] =
    "dims n = 4, h = 3, y = 2\n"
    "H : 1 x h; W : h x y; B : 1 x y; T : 1 x y as Y^*; X : n x h; δ : n x y; c = 0.5\n"
    "f = sigmoid; Z = H @ W + B; Y = f(Z); W_1 = X @ W; J = sum((Y - T)^2) + norm2(W_1)";

/* The printed line, or an empty one. */
static bool read(struct cg_model *model, const char *text, size_t length, struct cg_strbuf *line)
{
    struct cg_error error;
    const struct cg_expr *left, *right;
    if (!cg_parse_indexed(model, NULL, 0, text, length, (struct cg_place){1, 1}, &left, &right,
                          &error)) {
        if (!error.text[0] || error.place.line < 1 || error.place.column < 1)
            abort();
        return false;
    }
    cg_print_line(line, model, left, right);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cg_arena arena;
    struct cg_model model;
    struct cg_strbuf line[3];
    cg_arena_init(&arena);
    for (int i = 0; i < 3; i++)
        cg_strbuf_init(&line[i]);
    cg_model_init(&model, &arena, "fuzz");
    if (!cg_model_add(&model, model_text, strlen(model_text), 1, NULL))
        abort();
    /* Identities and zeros print without their sizes, so not every line can be read again. */
    bool ok = size <= 4096 && read(&model, (const char *)data, size, &line[0]);
    for (int i = 1; i < 3 && ok; i++)
        ok = line[i - 1].length <= CG_LONGEST_EQUATION &&
             read(&model, line[i - 1].text, line[i - 1].length, &line[i]);
    if (ok && strcmp(line[1].text, line[2].text))
        abort();
    for (int i = 0; i < 3; i++)
        cg_strbuf_finish(&line[i]);
    cg_arena_finish(&arena);
    return 0;
}
