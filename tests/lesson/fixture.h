/* A lesson from text, and its lines as text, for the tests of the lesson. */
#ifndef TESTS_LESSON_FIXTURE_H
#define TESTS_LESSON_FIXTURE_H

#include "../test.h"

#include <chalkgrad/file.h>
#include <chalkgrad/lesson.h>
#include <chalkgrad/print.h>

#include <stdlib.h>
#include <string.h>

/* The output layer of the seed derivation; eleven lines. */
#define MODEL                                                                                      \
    "```model\ndims h = 3, y = 2\nH : 1 x h\nW : h x y\nB : 1 x y\nYstar : 1 x y as Y^*\n"         \
    "f = sigmoid\nY = f(H @ W + B)\nJ = 1/2 * sum((Y - Ystar)^2)\n```\n\n"
#define DERIVE_B "```derive\ndJ/dB as δ\n```\n\n"

static inline struct cg_lesson *open_text(const char *text)
{
    struct cg_error error;
    struct cg_lesson *lesson = cg_lesson_parse("x.md", text, strlen(text), &error);
    if (!lesson)
        fail_msg("%d:%d: %s\n%s", error.place.line, error.place.column, error.text, text);
    return lesson;
}

static inline struct cg_lesson *open_file(const char *name)
{
    struct cg_error error;
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", getenv("CHALKGRAD_SOURCE"), name);
    struct cg_lesson *lesson = cg_lesson_open(path, &error);
    if (!lesson)
        fail_msg("%s:%d:%d: %s", error.file, error.place.line, error.place.column, error.text);
    return lesson;
}

/* Spans with their kinds: *em*, **strong**, `code`, $math$, $$display$$. */
static inline void put_spans(struct cg_strbuf *out, const struct cg_paragraph *paragraph)
{
    for (size_t i = 0; i < paragraph->n_spans; i++) {
        const struct cg_span *span = &paragraph->spans[i];
        const char *mark = span->kind == CG_SPAN_STRONG     ? "**"
                           : span->kind == CG_SPAN_EMPHASIS ? "*"
                           : span->kind == CG_SPAN_CODE     ? "`"
                           : span->kind == CG_SPAN_TEXT     ? ""
                           : span->display                  ? "$$"
                                                            : "$";
        cg_putf(out, "%s%s%s", mark, span->text, mark);
    }
}

/* One line a beat: chapter, kind, rule, derivation; "| " its narration, "? " its question. */
static inline char *dump(const struct cg_lesson *lesson)
{
    static const char *const kinds[] = {"prose", "step", "claim", "train"};
    struct cg_strbuf out;
    cg_strbuf_init(&out);
    for (size_t i = 0; i < lesson->n_beats; i++) {
        const struct cg_beat *beat = &lesson->beats[i];
        cg_putf(&out, "%zu %s", beat->chapter, kinds[beat->kind]);
        if (beat->kind == CG_BEAT_STEP)
            cg_putf(&out, " d%s/d%s %s", beat->derivation->of->name, beat->derivation->wrt->name,
                    cg_rule_info(beat->step->rule)->key);
        if (beat->kind == CG_BEAT_CLAIM)
            cg_putf(&out, " %s %s", beat->claim->text,
                    beat->claim->check.holds ? "holds" : "FALSE");
        cg_putc(&out, '\n');
        for (size_t p = 0; p < beat->n_narration; p++) {
            const struct cg_paragraph *paragraph = &beat->narration[p];
            if (beat->kind == CG_BEAT_STEP && paragraph->place.line == 0)
                continue; /* the rule's own sentence */
            cg_put(&out, paragraph->heading ? "# " : paragraph->item ? "- " : "| ");
            put_spans(&out, paragraph);
            cg_putc(&out, '\n');
        }
        if (!beat->question)
            continue;
        cg_put(&out, "? ");
        put_spans(&out, &beat->question->prompt);
        for (size_t c = 0; c < beat->question->n_choices; c++) {
            cg_put(&out, c == beat->question->right ? " [x] " : " [ ] ");
            put_spans(&out, &beat->question->choices[c]);
        }
        cg_putc(&out, '\n');
    }
    return out.text; /* to be freed */
}

static inline void expect_dump(const char *text, const char *expected)
{
    struct cg_lesson *lesson = open_text(text);
    char *found = dump(lesson);
    assert_string_equal(found, expected);
    free(found);
    cg_lesson_close(lesson);
}

#endif
