/* Every formula that the printer or a lesson gives is one that the layout takes; wrappers of
 * objects move nothing. */
#include "../engine/random_model.h"
#include "../test.h"

#include "typeset/formula.h"

#include <chalkgrad/lesson.h>
#include <chalkgrad/print.h>

#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct world {
    struct cg_fonts *fonts;
    struct cg_arena arena;
    struct cg_strbuf tex;
    size_t formulas;
};

static int set_up(void **state)
{
    struct world *world = test_malloc(sizeof *world);
    struct cg_error error;
    *world = (struct world){.fonts = cg_fonts_create(&error)};
    cg_arena_init(&world->arena);
    cg_strbuf_init(&world->tex);
    *state = world;
    return world->fonts ? 0 : -1;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    cg_fonts_destroy(world->fonts);
    cg_arena_finish(&world->arena);
    cg_strbuf_finish(&world->tex);
    test_free(world);
    return 0;
}

static struct cg_formula *lay(struct world *world, const char *tex)
{
    struct cg_error error = {0};
    struct cg_formula *formula =
        cg_formula_layout(world->fonts, &world->arena, tex, strlen(tex), true, &error);
    if (!formula)
        fail_msg("%s\ncolumn %d: %s", tex, error.place.column, error.text);
    world->formulas++;
    return formula;
}

static struct cg_formula *print(struct world *world, const struct cg_model *model,
                                const struct cg_expr *expr, const struct cg_tex_options *options)
{
    cg_strbuf_clear(&world->tex);
    cg_print_tex(&world->tex, model, expr, options);
    return lay(world, world->tex.text);
}

static void accept(struct world *world, const struct cg_model *model, const struct cg_expr *expr)
{
    struct cg_objects objects = {.arena = &world->arena};
    struct cg_tex_options plain = {0}, wrapped = {.objects = &objects}, iverson = {.iverson = true};
    const struct cg_formula *a = print(world, model, expr, &plain);
    const struct cg_formula *b = print(world, model, expr, &wrapped);
    assert_int_equal(a->n_glyphs, b->n_glyphs);
    assert_int_equal(a->n_rules, b->n_rules);
    for (size_t i = 0; i < a->n_glyphs; i++) {
        assert_int_equal(a->glyphs[i].id, b->glyphs[i].id);
        if (fabsf(a->glyphs[i].x - b->glyphs[i].x) > 1e-4f ||
            fabsf(a->glyphs[i].y - b->glyphs[i].y) > 1e-4f)
            fail_msg("objects move glyph %zu of\n%s", i, world->tex.text);
    }
    for (size_t id = 1; id <= objects.count; id++) /* each has its place in the picture */
        assert_non_null(cg_formula_object(b, (int)id));
    print(world, model, expr, &iverson);
    cg_arena_reset(&world->arena);
}

static void accept_steps(struct world *world, const struct cg_model *model,
                         const struct cg_step *const *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        accept(world, model, steps[i]->lhs);
        accept(world, model, steps[i]->rhs);
        accept_steps(world, model, steps[i]->children, steps[i]->n_children);
    }
}

static void accept_paragraph(struct world *world, const struct cg_paragraph *paragraph)
{
    for (size_t i = 0; i < paragraph->n_spans; i++)
        if (paragraph->spans[i].kind == CG_SPAN_MATH)
            lay(world, paragraph->spans[i].text);
    cg_arena_reset(&world->arena);
}

static void accept_lesson(struct world *world, const struct cg_lesson *lesson)
{
    const struct cg_model *model = &lesson->model;
    for (size_t i = 0; i < model->n_values; i++)
        if (model->values[i]->body)
            accept(world, model, model->values[i]->body);
    for (size_t i = 0; i < lesson->book.n_derivations; i++)
        accept_steps(world, model, lesson->book.derivations[i]->steps,
                     lesson->book.derivations[i]->n_steps);
    for (size_t i = 0; i < lesson->n_claims; i++) {
        accept(world, model, lesson->claims[i].left);
        accept(world, model, lesson->claims[i].right);
    }
    for (size_t i = 0; i < lesson->n_beats; i++) {
        const struct cg_beat *beat = &lesson->beats[i];
        for (size_t p = 0; p < beat->n_narration; p++)
            accept_paragraph(world, &beat->narration[p]);
        if (!beat->question)
            continue;
        accept_paragraph(world, &beat->question->prompt);
        for (size_t c = 0; c < beat->question->n_choices; c++)
            accept_paragraph(world, &beat->question->choices[c]);
    }
}

static void lines_of_lessons_are_accepted(void **state)
{
    struct world *world = *state;
    char path[1024];
    snprintf(path, sizeof path, "%s/lessons", getenv("CHALKGRAD_SOURCE"));
    DIR *folder = opendir(path);
    assert_non_null(folder);
    size_t lessons = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (!strstr(entry->d_name, ".md"))
            continue;
        struct cg_error error;
        snprintf(path, sizeof path, "%s/lessons/%s", getenv("CHALKGRAD_SOURCE"), entry->d_name);
        struct cg_lesson *lesson = cg_lesson_open(path, &error);
        if (!lesson)
            fail_msg("%s:%d: %s", path, error.place.line, error.text);
        accept_lesson(world, lesson);
        cg_lesson_close(lesson);
        lessons++;
    }
    closedir(folder);
    assert_true(lessons >= 3);
    assert_true(world->formulas > 500);
}

static void rules_laws_are_accepted(void **state)
{
    struct world *world = *state;
    for (int rule = 0; rule < CG_RULE_COUNT; rule++)
        lay(world, cg_rule_info((enum cg_rule)rule)->law);
}

/* Everything that the language can say, and every line that the rules make of it. A model whose
 * derivation is not found, or not affordable, says nothing here: the engine's tests judge that. */
static void lines_of_random_models_are_accepted(void **state)
{
    struct world *world = *state;
    size_t derived = 0;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct writer writer;
        struct cg_arena arena;
        struct cg_model model;
        struct cg_book book;
        struct cg_error error;
        random_model(&writer, seed, 4);
        cg_arena_init(&arena);
        cg_model_init(&model, &arena, "test");
        if (!cg_model_add(&model, writer.text.text, writer.text.length, 1, &error))
            fail_msg("%s: %s", writer.text.text, error.text);
        cg_book_init(&book, &model, &arena);
        for (size_t i = 0; i < model.n_values; i++)
            if (model.values[i]->body)
                accept(world, &model, model.values[i]->body);
        const struct cg_derivation *d =
            cg_derive(&book, cg_model_find(&model, "J"), model.values[0], NULL, NULL,
                      (struct cg_place){1, 1}, &error);
        if (d)
            accept_steps(world, &model, d->steps, d->n_steps);
        derived += d != NULL;
        cg_strbuf_finish(&writer.text);
        cg_arena_finish(&arena);
    }
    assert_true(derived >= 20);
}

/* The printer ends in dots before the layout's caps are reached. */
static void deep_formulas_are_accepted(void **state)
{
    struct world *world = *state;
    static const char *const shells[][2] = {{"exp(", ")"}, {"1/(1 + ", ")"}, {"sqrt(", ")"},
                                            {"(", ")^2"},  {"2^(", ")"},     {"-(c + ", ")"},
                                            {"abs(", ")"}, {"sum(", ").T"}};
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
        struct cg_arena arena;
        struct cg_model model;
        struct cg_error error;
        struct cg_strbuf text;
        cg_arena_init(&arena);
        cg_model_init(&model, &arena, "test");
        cg_strbuf_init(&text);
        cg_put(&text, "c = 0.5\nJ = ");
        for (int depth = 0; depth < 60; depth++)
            cg_put(&text, shells[i][0]);
        cg_putc(&text, 'c');
        for (int depth = 0; depth < 60; depth++)
            cg_put(&text, shells[i][1]);
        cg_putc(&text, '\n');
        if (!cg_model_add(&model, text.text, text.length, 1, &error))
            fail_msg("%s: %s", text.text, error.text);
        accept(world, &model, cg_model_find(&model, "J")->body);
        cg_strbuf_clear(&text);
        cg_put(&text, "K = ");
        for (int term = 0; term < 2000; term++)
            cg_put(&text, "c * J + ");
        cg_put(&text, "c\n");
        if (!cg_model_add(&model, text.text, text.length, 9, &error))
            fail_msg("%s", error.text);
        accept(world, &model, cg_model_find(&model, "K")->body);
        cg_strbuf_finish(&text);
        cg_arena_finish(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lines_of_lessons_are_accepted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rules_laws_are_accepted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(deep_formulas_are_accepted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lines_of_random_models_are_accepted, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
