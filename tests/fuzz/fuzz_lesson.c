/* Any bytes as a lesson: it opens or says where it is wrong, and what is open is whole. Lessons
 * whose model is large are only read, not derived: that is work, not a mistake. */
#include "fuzz.h"

#include "lesson/document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ENTRIES = 500, MOST_VALUES = 12, MOST_TEXT = 4096 };

static void demand(bool condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

static bool is_small(const struct cg_model *model)
{
    double entries = 0;
    for (size_t i = 0; i < model->n_values; i++)
        entries += (double)cg_rows(model, model->values[i]->shape) *
                   (double)cg_cols(model, model->values[i]->shape);
    return entries <= MOST_ENTRIES && model->n_values <= MOST_VALUES;
}

/* Reads the Markdown and its models; true if opening the lesson is cheap. */
static bool read_only(const char *text, size_t size)
{
    struct cg_arena arena;
    struct cg_source source;
    struct cg_document document;
    struct cg_model model;
    struct cg_error error;
    cg_arena_init(&arena);
    cg_model_init(&model, &arena, "x.md");
    bool ok = cg_source_init(&source, &arena, "x.md", text, size, &error) &&
              cg_document_parse(&document, &source, &arena, &error);
    size_t written = 0;
    for (size_t i = 0; ok && i < document.n_items; i++) {
        const struct cg_item *item = &document.items[i];
        if (item->kind != CG_ITEM_BLOCK)
            continue;
        written += item->body.length;
        ok =
            item->block != CG_BLOCK_MODEL ||
            cg_model_add(&model, item->body.text, item->body.length, item->body.place.line, &error);
    }
    bool cheap = !ok || (written <= MOST_TEXT && is_small(&model));
    cg_arena_finish(&arena);
    return cheap;
}

static void check(const struct cg_lesson *lesson)
{
    demand(lesson->n_beats > 0 && lesson->n_chapters > 0, "no beat or chapter");
    demand(lesson->chapters[0].first_beat == 0, "the first chapter is late");
    for (size_t i = 1; i < lesson->n_chapters; i++)
        demand(lesson->chapters[i].first_beat > lesson->chapters[i - 1].first_beat &&
                   lesson->chapters[i].first_beat < lesson->n_beats,
               "chapters out of order");
    for (size_t i = 0; i < lesson->n_beats; i++) {
        const struct cg_beat *beat = &lesson->beats[i];
        demand((beat->kind == CG_BEAT_STEP) == (beat->step != NULL), "a step without a step");
        demand((beat->kind == CG_BEAT_CLAIM) == (beat->claim != NULL), "a claim without a claim");
        demand(beat->chapter < lesson->n_chapters, "a beat without a chapter");
        demand(!beat->step || lesson->checks[beat->step->id].holds, "a line that does not hold");
        demand(!beat->question || beat->question->right < beat->question->n_choices,
               "a question without an answer");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    if (!read_only(text, size))
        return 0;
    struct cg_error error;
    struct cg_lesson *lesson = cg_lesson_parse("x.md", text, size, &error);
    if (lesson) {
        check(lesson);
        if (cg_lesson_check(lesson, 0, &error) < lesson->n_claims)
            demand(error.text[0] != '\0', "an error without words");
    } else {
        demand(error.text[0] != '\0', "an error without words");
    }
    cg_lesson_close(lesson);
    return 0;
}
