/* The timeline: derivations flattened into beats, prose attached to them, chapters over them. */
#include "lesson/narration.h"

#include <string.h>

enum { MOST_NARRATION = 60, MOST_BEATS = 20000, MOST_CHAPTERS = 200 };

struct paragraphs {
    struct cg_paragraph *items;
    size_t count, capacity;
};

struct draft {
    struct cg_beat beat;
    size_t claim; /* place in claims */
    struct paragraphs narration;
};

struct chapter {
    const char *title;
    struct cg_place place;
    size_t first; /* beat */
    bool begun;
};

struct builder {
    struct cg_opening *o;
    struct cg_arena *arena;
    struct draft *drafts;
    size_t n_drafts, drafts_capacity;
    struct chapter *chapters;
    size_t n_chapters, chapters_capacity;
    struct cg_claim *claims;
    size_t n_claims, claims_capacity;
    const struct cg_derivation **asked; /* by the derive blocks ... */
    struct cg_place *asked_places;      /* ... on these lines */
    size_t n_asked, asked_capacity, places_capacity;
    struct paragraphs pending;  /* prose that has no beat yet */
    struct paragraphs headings; /* of sections: they go with what follows */
    struct cg_lines lines;      /* of the derive block above */
    size_t first_line;          /* their first beat */
    size_t target;              /* where prose goes ... */
    bool has_target;            /* ... if there is such a beat */
    bool seen_content;
    struct cg_place place; /* of the item that is being added */
};

static void add_paragraph(struct builder *b, struct paragraphs *to, struct cg_paragraph paragraph)
{
    to->items = cg_grow(b->arena, to->items, to->count, &to->capacity, sizeof *to->items);
    to->items[to->count++] = paragraph;
}

static void move_paragraphs(struct builder *b, struct paragraphs *to, struct paragraphs *from)
{
    for (size_t i = 0; i < from->count; i++)
        add_paragraph(b, to, from->items[i]);
    from->count = 0;
}

/* ---- beats and chapters ------------------------------------------------------------------ */

/* A chapter begins at the first beat that anything in it belongs to. */
static bool begin_chapter(struct builder *b, size_t beat)
{
    struct chapter *chapter = b->n_chapters ? &b->chapters[b->n_chapters - 1] : NULL;
    if (!chapter || chapter->begun)
        return true;
    if (b->n_chapters > 1 && beat <= chapter[-1].first)
        return cg_source_fail(&b->o->source, b->o->error, chapter->place, 1,
                              "this chapter would begin before the chapter '%s' above it",
                              chapter[-1].title);
    chapter->begun = true;
    chapter->first = beat;
    return true;
}

static bool add_beat(struct builder *b, struct cg_beat beat)
{
    if (b->n_drafts >= MOST_BEATS)
        return cg_source_fail(&b->o->source, b->o->error, b->place, 1,
                              "a lesson has at most %d lines", MOST_BEATS);
    b->drafts = cg_grow(b->arena, b->drafts, b->n_drafts, &b->drafts_capacity, sizeof *b->drafts);
    b->drafts[b->n_drafts++] = (struct draft){.beat = beat};
    return true;
}

static void aim(struct builder *b, size_t beat)
{
    b->target = beat;
    b->has_target = true;
}

/* Prose that nothing was derived for yet is a page of its own. */
static bool flush_pending(struct builder *b)
{
    if (!b->pending.count && !b->headings.count)
        return true;
    if (!begin_chapter(b, b->n_drafts) || !add_beat(b, (struct cg_beat){.kind = CG_BEAT_PROSE}))
        return false;
    struct draft *page = &b->drafts[b->n_drafts - 1];
    move_paragraphs(b, &page->narration, &b->pending);
    move_paragraphs(b, &page->narration, &b->headings);
    aim(b, b->n_drafts - 1);
    return true;
}

static bool add_chapter(struct builder *b, const struct cg_item *item)
{
    if (b->pending.count && !flush_pending(b))
        return false;
    if (b->n_chapters == MOST_CHAPTERS)
        return cg_source_fail(&b->o->source, b->o->error, item->paragraph.place, 1,
                              "a lesson has at most %d chapters", MOST_CHAPTERS);
    if (b->n_chapters && !b->chapters[b->n_chapters - 1].begun)
        b->n_chapters--; /* there was nothing in it */
    b->chapters =
        cg_grow(b->arena, b->chapters, b->n_chapters, &b->chapters_capacity, sizeof *b->chapters);
    b->chapters[b->n_chapters++] = (struct chapter){
        .title = cg_paragraph_text(b->arena, &item->paragraph), .place = item->paragraph.place};
    b->has_target = false;
    return true;
}

static bool add_heading(struct builder *b, const struct cg_item *item)
{
    bool opening_title = item->level == 1 && !b->seen_content && !b->n_chapters;
    if (opening_title && !b->o->lesson->title) {
        b->o->lesson->title = cg_paragraph_text(b->arena, &item->paragraph);
        return true;
    }
    if (opening_title)
        return true; /* the front matter has the title already */
    if (item->level <= 2)
        return add_chapter(b, item);
    add_paragraph(b, &b->headings, item->paragraph);
    return true;
}

/* ---- prose ------------------------------------------------------------------------------- */

/* The paragraph without the name that it begins with. */
static struct cg_paragraph strip_name(struct builder *b, const struct cg_item *item)
{
    struct cg_paragraph rest = item->paragraph;
    rest.spans += item->name_spans;
    rest.n_spans -= item->name_spans;
    if (rest.n_spans == 0 || rest.spans[0].kind == CG_SPAN_MATH)
        return rest;
    rest.spans = cg_copy(b->arena, rest.spans, rest.n_spans * sizeof *rest.spans);
    rest.spans[0].text += strspn(rest.spans[0].text, " ");
    return rest;
}

static bool attach(struct builder *b, struct cg_paragraph paragraph)
{
    struct paragraphs *to = b->has_target ? &b->drafts[b->target].narration : &b->pending;
    move_paragraphs(b, to, &b->headings);
    if (paragraph.n_spans)
        add_paragraph(b, to, paragraph);
    return to->count <= MOST_NARRATION ||
           cg_source_fail(&b->o->source, b->o->error, paragraph.place, 1,
                          "more than %d paragraphs at one line", MOST_NARRATION);
}

static bool add_prose(struct builder *b, const struct cg_item *item)
{
    if (!item->name || !b->lines.count)
        return attach(b, item->paragraph);
    size_t line;
    if (!cg_lines_find(&b->lines, b->o, item->name, item->name_place, &line))
        return false;
    size_t beat = b->first_line + line;
    if (!begin_chapter(b, beat))
        return false;
    aim(b, beat);
    move_paragraphs(b, &b->drafts[beat].narration, &b->pending);
    return attach(b, strip_name(b, item));
}

/* ---- blocks ------------------------------------------------------------------------------ */

static bool add_derivation(struct builder *b, struct cg_slice line)
{
    struct cg_lesson *lesson = b->o->lesson;
    const struct cg_derivation *d =
        cg_derive_line(&lesson->book, line.text, line.length, line.place, b->o->error);
    if (!d)
        return false;
    cg_lines_add(&b->lines, b->arena, d);
    b->asked = cg_grow(b->arena, (void *)b->asked, b->n_asked, &b->asked_capacity,
                       sizeof(const struct cg_derivation *));
    b->asked_places = cg_grow(b->arena, b->asked_places, b->n_asked, &b->places_capacity,
                              sizeof *b->asked_places);
    b->asked_places[b->n_asked] = line.place;
    b->asked[b->n_asked++] = d;
    return true;
}

static bool add_derivations(struct builder *b, const struct cg_item *item)
{
    struct cg_slice rest = item->body, line;
    if (!flush_pending(b))
        return false;
    b->lines = (struct cg_lines){.rule = CG_RULE_COUNT};
    b->first_line = b->n_drafts;
    while (cg_slice_line(&rest, &line))
        if (line.length && !add_derivation(b, line))
            return false;
    if (!b->lines.count)
        return cg_source_fail(&b->o->source, b->o->error, item->paragraph.place, 6,
                              "say what to derive: dJ/dW");
    if (!begin_chapter(b, b->n_drafts))
        return false;
    for (size_t i = 0; i < b->lines.count; i++) {
        const struct cg_step *step = b->lines.steps[i];
        if (!add_beat(b, (struct cg_beat){
                             .kind = CG_BEAT_STEP, .derivation = step->derivation, .step = step}))
            return false;
    }
    aim(b, b->first_line);
    return true;
}

static bool add_claims(struct builder *b, const struct cg_item *item)
{
    struct cg_slice rest = item->body, line;
    size_t before = b->n_claims;
    bool meant_false = cg_slice_is(item->args, "false");
    if (item->args.length && !meant_false)
        return cg_slice_fail(&b->o->source, b->o->error, item->args,
                             "behind claim may stand only: false");
    if (!flush_pending(b) || !begin_chapter(b, b->n_drafts))
        return false;
    while (cg_slice_line(&rest, &line)) {
        if (!line.length)
            continue;
        b->claims =
            cg_grow(b->arena, b->claims, b->n_claims, &b->claims_capacity, sizeof *b->claims);
        if (!cg_read_claim(b->o, line, meant_false, &b->claims[b->n_claims]) ||
            !add_beat(b, (struct cg_beat){.kind = CG_BEAT_CLAIM}))
            return false;
        b->drafts[b->n_drafts - 1].claim = b->n_claims++;
    }
    if (b->n_claims == before)
        return cg_source_fail(&b->o->source, b->o->error, item->paragraph.place, 5,
                              "there is no claim in this block");
    aim(b, b->n_drafts - 1);
    return true;
}

static bool add_training(struct builder *b, const struct cg_item *item)
{
    if (!flush_pending(b) || !begin_chapter(b, b->n_drafts) || !cg_read_training(b->o, item) ||
        !add_beat(b, (struct cg_beat){.kind = CG_BEAT_TRAIN}))
        return false;
    aim(b, b->n_drafts - 1);
    return true;
}

static bool add_question(struct builder *b, const struct cg_item *item)
{
    if (!b->has_target) {
        if (!flush_pending(b))
            return false;
        if (!b->has_target) { /* a question right behind the chapter's heading */
            if (!begin_chapter(b, b->n_drafts) ||
                !add_beat(b, (struct cg_beat){.kind = CG_BEAT_PROSE}))
                return false;
            aim(b, b->n_drafts - 1);
        }
    }
    struct cg_beat *beat = &b->drafts[b->target].beat;
    if (beat->question)
        return cg_source_fail(&b->o->source, b->o->error, item->paragraph.place, 3,
                              "this line has a question already");
    beat->question = cg_read_question(b->o, item, beat->step);
    return beat->question != NULL;
}

/* These blocks say all below their first line. */
static bool bare(struct builder *b, const struct cg_item *item)
{
    return !item->args.length ||
           cg_slice_fail(&b->o->source, b->o->error, item->args,
                         "nothing may stand here: the block begins on the next line");
}

static bool add_block(struct builder *b, const struct cg_item *item)
{
    switch (item->block) {
    case CG_BLOCK_DATA:
    case CG_BLOCK_TEST: /* were read before, as models were */
        return true;
    case CG_BLOCK_MODEL:
        return bare(b, item);
    case CG_BLOCK_DERIVE:
        return bare(b, item) && add_derivations(b, item);
    case CG_BLOCK_CLAIM:
        return add_claims(b, item);
    case CG_BLOCK_TRAIN:
        return bare(b, item) && add_training(b, item);
    case CG_BLOCK_ASK:
        return bare(b, item) && add_question(b, item);
    case CG_BLOCK_COUNT:
        break;
    }
    return false;
}

static bool add_item(struct builder *b, const struct cg_item *item)
{
    bool ok = false;
    b->place = item->paragraph.place;
    switch (item->kind) {
    case CG_ITEM_HEADING:
        ok = add_heading(b, item);
        break;
    case CG_ITEM_PARAGRAPH:
        ok = add_prose(b, item);
        break;
    case CG_ITEM_BLOCK:
        ok = add_block(b, item);
        break;
    }
    b->seen_content = true;
    return ok;
}

/* ---- the end ----------------------------------------------------------------------------- */

/* A line that nobody narrates says why its rule holds. */
static void fall_back(struct builder *b, struct draft *draft)
{
    if (draft->narration.count || draft->beat.kind != CG_BEAT_STEP)
        return;
    struct cg_span *span = cg_alloc(b->arena, sizeof *span);
    *span = (struct cg_span){CG_SPAN_TEXT, cg_rule_info(draft->beat.step->rule)->why, false};
    add_paragraph(b, &draft->narration, (struct cg_paragraph){.spans = span, .n_spans = 1});
}

static void store_chapters(struct builder *b)
{
    struct cg_lesson *lesson = b->o->lesson;
    if (b->n_chapters && !b->chapters[b->n_chapters - 1].begun)
        b->n_chapters--;
    bool untitled = !b->n_chapters || b->chapters[0].first > 0;
    lesson->chapters = cg_alloc_array(b->arena, b->n_chapters + untitled, sizeof *lesson->chapters);
    if (untitled)
        lesson->chapters[lesson->n_chapters++] = (struct cg_chapter){lesson->title, 0};
    for (size_t i = 0; i < b->n_chapters; i++)
        lesson->chapters[lesson->n_chapters++] =
            (struct cg_chapter){b->chapters[i].title, b->chapters[i].first};
}

static void store(struct builder *b)
{
    struct cg_lesson *lesson = b->o->lesson;
    if (!lesson->title)
        lesson->title = lesson->file;
    store_chapters(b);
    lesson->claims = b->claims;
    lesson->n_claims = b->n_claims;
    lesson->n_beats = b->n_drafts;
    lesson->beats = cg_alloc_array(b->arena, b->n_drafts, sizeof *lesson->beats);
    size_t chapter = 0;
    for (size_t i = 0; i < b->n_drafts; i++) {
        struct draft *draft = &b->drafts[i];
        fall_back(b, draft);
        while (chapter + 1 < lesson->n_chapters && lesson->chapters[chapter + 1].first_beat <= i)
            chapter++;
        struct cg_beat *beat = &lesson->beats[i];
        *beat = draft->beat;
        beat->chapter = chapter;
        beat->narration = draft->narration.items;
        beat->n_narration = draft->narration.count;
        if (beat->kind == CG_BEAT_CLAIM)
            beat->claim = &lesson->claims[draft->claim];
    }
}

/* What the derive blocks asked for, then what was derived on the way to them or for training. */
static bool prove(struct builder *b)
{
    const struct cg_book *book = &b->o->lesson->book;
    size_t count = b->n_asked + book->n_derivations;
    const struct cg_derivation **all = cg_alloc_array(b->arena, count, sizeof *all);
    struct cg_place *places = cg_alloc_array(b->arena, count, sizeof *places);
    for (size_t i = 0; i < count; i++) {
        bool asked = i < b->n_asked;
        all[i] = asked ? b->asked[i] : book->derivations[i - b->n_asked];
        places[i] = asked ? b->asked_places[i] : (struct cg_place){1, 1};
    }
    return cg_prove(b->o, all, places, count);
}

bool cg_build_timeline(struct cg_opening *o)
{
    struct builder b = {.o = o, .arena = &o->lesson->arena};
    b.lines.rule = CG_RULE_COUNT;
    for (size_t i = 0; i < o->document.n_items; i++)
        if (!add_item(&b, &o->document.items[i]))
            return false;
    if (b.has_target) /* a heading at the very end */
        move_paragraphs(&b, &b.drafts[b.target].narration, &b.headings);
    if (!flush_pending(&b))
        return false;
    if (b.n_drafts == 0 && o->lesson->model.n_values == 0)
        return cg_source_fail(&o->source, o->error, (struct cg_place){1, 1}, 1,
                              "there is neither text nor a model in this lesson");
    if (b.n_drafts == 0 && !add_beat(&b, (struct cg_beat){.kind = CG_BEAT_PROSE}))
        return false;
    if (!prove(&b))
        return false;
    store(&b);
    return true;
}
