/* Any bytes as TeX: an error or a formula whose lengths are numbers; never a crash. */
#include "fuzz.h"

#include "typeset/formula.h"

#include <chalkgrad/strbuf.h>

#include <math.h>
#include <stdlib.h>

/* Opened once a process: a fuzz target has nowhere else to keep it. */
static const struct cg_fonts *shared_fonts(void)
{
    static struct cg_fonts *fonts;
    if (!fonts)
        fonts = cg_fonts_create(NULL);
    return fonts;
}

static void check(const struct cg_formula *formula)
{
    if (!isfinite(formula->width) || !isfinite(formula->ascent) || !isfinite(formula->descent))
        abort();
    for (size_t i = 0; i < formula->n_glyphs; i++)
        if (!isfinite(formula->glyphs[i].x) || !isfinite(formula->glyphs[i].y))
            abort();
    for (size_t i = 0; i < formula->n_objects; i++)
        if (formula->objects[i].parent >= (int)i)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cg_arena arena;
    struct cg_error error = {0};
    cg_arena_init(&arena);
    struct cg_formula *formula =
        cg_formula_layout(shared_fonts(), &arena, (const char *)data, size, size % 2, &error);
    if (formula) {
        check(formula);
        struct cg_strbuf dump;
        cg_strbuf_init(&dump);
        cg_formula_dump(&dump, shared_fonts(), formula);
        cg_strbuf_finish(&dump);
    } else if (!error.text[0] || error.place.column < 1) {
        abort();
    }
    cg_arena_finish(&arena);
    return 0;
}
