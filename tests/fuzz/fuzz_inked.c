/* Any bytes as maths in prose: its colours change nothing but colour. */
#include "fuzz.h"

#include "view/inked.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char model_text[] = "dims h = 3, y = 2\nH : 1 x h\nW1 : h x y as W_1\n"
                                 "D : 1 x y as \\delta\nYstar : 1 x y as Y^*\nf = sigmoid\n"
                                 "Y = f(H @ W1 + D)\nJ = 1/2 * sum((Y - Ystar)^2)\n";

/* Opened once a process: a fuzz target has nowhere else to keep it. */
static const struct cg_fonts *shared_fonts(void)
{
    static struct cg_fonts *fonts;
    if (!fonts)
        fonts = cg_fonts_create(NULL);
    return fonts;
}

static struct cg_formula *lay_out(struct cg_arena *arena, const char *tex)
{
    return cg_formula_layout(shared_fonts(), arena, tex, strlen(tex), false, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cg_arena arena;
    struct cg_model model;
    struct cg_error error;
    struct cg_letters letters = {{false}};
    struct cg_objects objects = {.arena = &arena};
    cg_arena_init(&arena);
    cg_model_init(&model, &arena, "fuzz");
    if (!cg_model_add(&model, model_text, sizeof model_text - 1, 1, &error))
        abort();
    for (char letter = 'i'; letter <= 'n'; letter++)
        letters.known[(unsigned char)letter] = true;
    const char *tex = cg_strndup(&arena, (const char *)data, size);
    const char *inked = cg_ink_tex(&arena, &model, NULL, &letters, tex, &objects);
    struct cg_formula *plain = lay_out(&arena, tex), *colored = lay_out(&arena, inked);
    if (plain && colored &&
        (fabsf(plain->width - colored->width) > 1e-3f || plain->n_glyphs != colored->n_glyphs))
        abort();
    cg_arena_finish(&arena);
    return 0;
}
