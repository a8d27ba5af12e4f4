#include "view/trace.h"

struct tracer {
    struct cg_arena *arena;
    const struct cg_lesson *lesson;
    struct cg_beat *beats;
    size_t n_beats, beats_capacity;
    struct cg_chapter *chapters;
    size_t n_chapters, chapters_capacity;
};

/* The lesson's words about a line, without its question: that was asked there. */
static void borrow_words(const struct cg_lesson *lesson, struct cg_beat *beat)
{
    for (size_t i = 0; i < lesson->n_beats; i++) {
        if (lesson->beats[i].step != beat->step)
            continue;
        beat->narration = lesson->beats[i].narration;
        beat->n_narration = lesson->beats[i].n_narration;
        return;
    }
}

static void add_step(struct tracer *tracer, const struct cg_step *step)
{
    tracer->beats = cg_grow(tracer->arena, tracer->beats, tracer->n_beats, &tracer->beats_capacity,
                            sizeof *tracer->beats);
    struct cg_beat *beat = &tracer->beats[tracer->n_beats++];
    *beat = (struct cg_beat){.kind = CG_BEAT_STEP,
                             .chapter = tracer->n_chapters - 1,
                             .derivation = step->derivation,
                             .step = step};
    borrow_words(tracer->lesson, beat);
    if (step->children_kind == CG_CHILDREN_DERIVATIONS)
        for (size_t i = 0; i < step->n_children; i++)
            add_step(tracer, step->children[i]);
}

static void add_derivation(struct tracer *tracer, const struct cg_derivation *derivation)
{
    tracer->chapters = cg_grow(tracer->arena, tracer->chapters, tracer->n_chapters,
                               &tracer->chapters_capacity, sizeof *tracer->chapters);
    tracer->chapters[tracer->n_chapters++] = (struct cg_chapter){
        cg_format(tracer->arena, "∂%s/∂%s", derivation->of->name, derivation->wrt->name),
        tracer->n_beats};
    for (size_t i = 0; i < derivation->n_steps; i++)
        add_step(tracer, derivation->steps[i]);
}

/* Does a line of `step` or of its sub-derivations belong to `part`? */
static bool holds(const struct cg_step *step, const struct cg_derivation *part)
{
    if (step->derivation == part)
        return true;
    if (step->children_kind == CG_CHILDREN_DERIVATIONS)
        for (size_t i = 0; i < step->n_children; i++)
            if (holds(step->children[i], part))
                return true;
    return false;
}

static bool contains(const struct cg_derivation *whole, const struct cg_derivation *part)
{
    for (size_t i = 0; i < whole->n_steps; i++)
        if (holds(whole->steps[i], part))
            return true;
    return false;
}

/* Derived before, of the same loss, by a value that lies between the parameter and the loss. */
static bool leads_to(const struct cg_book *book, size_t i, const struct cg_derivation *derivation)
{
    const struct cg_derivation *earlier = book->derivations[i];
    if (earlier == derivation || earlier->local || earlier->of != derivation->of ||
        earlier->wrt == derivation->wrt || earlier->wrt->kind != CG_VALUE_DEFINED ||
        !cg_depends(earlier->wrt, derivation->wrt) || contains(derivation, earlier))
        return false;
    for (size_t k = 0; k < book->n_derivations; k++) /* shown within another that leads there */
        if (k != i && book->derivations[k] != derivation &&
            contains(book->derivations[k], earlier) && leads_to(book, k, derivation))
            return false;
    return true;
}

struct cg_track cg_trace(struct cg_arena *arena, const struct cg_lesson *lesson,
                         const struct cg_derivation *derivation)
{
    const struct cg_book *book = &lesson->book;
    struct tracer tracer = {.arena = arena, .lesson = lesson};
    for (size_t i = 0; i < book->n_derivations && book->derivations[i] != derivation; i++)
        if (leads_to(book, i, derivation))
            add_derivation(&tracer, book->derivations[i]);
    add_derivation(&tracer, derivation);
    return (struct cg_track){.beats = tracer.beats,
                             .n_beats = tracer.n_beats,
                             .chapters = tracer.chapters,
                             .n_chapters = tracer.n_chapters};
}
