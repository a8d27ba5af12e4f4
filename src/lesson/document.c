/* md4c's events become items. md4c gives pointers into the source, hence the places. */
#include "lesson/document.h"

#include <chalkgrad/strbuf.h>

#include <md4c.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_ITEMS = 10000,    /* headings, paragraphs and blocks of a lesson */
    MOST_PARAGRAPH = 8000, /* bytes of one paragraph */
};

struct collector {
    const struct cg_source *source;
    struct cg_arena *arena;
    struct cg_error *error;
    struct cg_item *items;
    size_t n_items, items_capacity;
    /* the paragraph that is open */
    struct cg_span *spans;
    size_t n_spans, spans_capacity;
    struct cg_strbuf text; /* of the span that is open */
    enum cg_span_kind style;
    size_t size;
    struct cg_place place;
    /* where in the file's structure */
    int strong, emphasis, code, math, image, item_depth, heading;
    bool display;
    bool naming; /* within the bold words that begin a paragraph */
    size_t name_spans;
    struct cg_place name_place;
    /* the block that is open */
    bool in_code;
    enum cg_block_kind block; /* CG_BLOCK_COUNT: shown as code */
    struct cg_slice args;
    struct cg_strbuf body;
    int body_line, lines;
    struct cg_place block_place;
    bool failed;          /* md4c 0.4.8 forgets that a callback wanted to stop */
    struct cg_place last; /* of the last text seen: for blocks without any */
};

/* ---- paragraphs -------------------------------------------------------------------------- */

static bool too_many(struct collector *c)
{
    return c->n_items >= MOST_ITEMS &&
           !cg_source_fail(c->source, c->error, c->last, 1,
                           "more than %d paragraphs, headings and blocks in one lesson",
                           MOST_ITEMS);
}

static bool add_item(struct collector *c, struct cg_item item)
{
    if (too_many(c))
        return false;
    c->items = cg_grow(c->arena, c->items, c->n_items, &c->items_capacity, sizeof *c->items);
    c->items[c->n_items++] = item;
    return true;
}

static enum cg_span_kind style_now(const struct collector *c)
{
    return c->math       ? CG_SPAN_MATH
           : c->code     ? CG_SPAN_CODE
           : c->strong   ? CG_SPAN_STRONG
           : c->emphasis ? CG_SPAN_EMPHASIS
                         : CG_SPAN_TEXT;
}

static void end_span(struct collector *c)
{
    if (c->text.length == 0)
        return;
    c->spans = cg_grow(c->arena, c->spans, c->n_spans, &c->spans_capacity, sizeof *c->spans);
    c->spans[c->n_spans++] =
        (struct cg_span){c->style, cg_strndup(c->arena, c->text.text, c->text.length),
                         c->style == CG_SPAN_MATH && c->display};
    cg_strbuf_clear(&c->text);
}

static bool is_paragraph_open(const struct collector *c)
{
    return c->n_spans > 0 || c->text.length > 0;
}

/* The bold words at the start, if they end with a full stop or colon. */
static void find_name(const struct collector *c, struct cg_item *item)
{
    struct cg_strbuf name;
    cg_strbuf_init(&name);
    for (size_t i = 0; i < c->name_spans; i++)
        cg_put(&name, c->spans[i].kind == CG_SPAN_MATH ? "" : c->spans[i].text);
    size_t length = name.length;
    if (length > 1 && (name.text[length - 1] == '.' || name.text[length - 1] == ':')) {
        item->name = cg_strndup(c->arena, name.text, length - 1);
        item->name_place = c->name_place;
        item->name_spans = c->name_spans;
    }
    cg_strbuf_finish(&name);
}

static bool end_paragraph(struct collector *c)
{
    end_span(c);
    bool ok = true;
    if (c->n_spans) {
        struct cg_item item = {.kind = c->heading ? CG_ITEM_HEADING : CG_ITEM_PARAGRAPH,
                               .level = c->heading};
        item.paragraph = (struct cg_paragraph){
            .spans = cg_copy(c->arena, c->spans, c->n_spans * sizeof *c->spans),
            .n_spans = c->n_spans,
            .place = c->place,
            .heading = c->heading > 0,
            .item = c->item_depth > 0,
        };
        find_name(c, &item);
        ok = add_item(c, item);
    }
    c->n_spans = c->size = c->name_spans = 0;
    c->naming = false;
    c->place = (struct cg_place){0};
    return ok;
}

static bool add_text(struct collector *c, const char *text, size_t size)
{
    enum cg_span_kind style = style_now(c);
    if (c->image)
        return true;
    if (!c->place.line)
        c->place = cg_source_holds(c->source, text) ? cg_source_place(c->source, text) : c->last;
    if (style != c->style)
        end_span(c);
    c->style = style;
    c->size += size;
    if (c->size > MOST_PARAGRAPH)
        return cg_source_fail(c->source, c->error, c->place, 1,
                              "this paragraph is longer than %d bytes", MOST_PARAGRAPH);
    cg_putn(&c->text, text, size);
    return true;
}

/* &amp; &#8706; &#x2202; and a few names; others stay as they are. */
static bool add_entity(struct collector *c, const char *text, size_t size)
{
    static const struct {
        const char *name, *text;
    } known[] = {{"&amp;", "&"},   {"&lt;", "<"},        {"&gt;", ">"},    {"&quot;", "\""},
                 {"&apos;", "'"},  {"&nbsp;", "\u00A0"}, {"&times;", "×"}, {"&minus;", "\u2212"},
                 {"&ndash;", "–"}, {"&mdash;", "—"},     {"&hellip;", "…"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i].name) == size && memcmp(known[i].name, text, size) == 0)
            return add_text(c, known[i].text, strlen(known[i].text));
    if (size < 4 || text[1] != '#')
        return add_text(c, text, size);
    bool hex = (text[2] | 32) == 'x';
    unsigned long code = strtoul(text + (hex ? 3 : 2), NULL, hex ? 16 : 10);
    bool valid = code >= 32 && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
    struct cg_strbuf decoded;
    cg_strbuf_init(&decoded);
    cg_put_utf8(&decoded, valid ? (uint32_t)code : 0xFFFD);
    bool ok = add_text(c, decoded.text, decoded.length);
    cg_strbuf_finish(&decoded);
    return ok;
}

/* ---- blocks ------------------------------------------------------------------------------ */

static const char *const words[] = {
#define X(id, word) word,
    CG_BLOCKS(X)
#undef X
};

static struct cg_slice attribute_slice(const struct collector *c, const MD_ATTRIBUTE *attribute)
{
    struct cg_place place = cg_source_place(c->source, attribute->text);
    if (!place.line) {
        char *copy = cg_strndup(c->arena, attribute->size ? attribute->text : "", attribute->size);
        return (struct cg_slice){copy, attribute->size, c->last};
    }
    return (struct cg_slice){attribute->text, attribute->size, place};
}

static bool open_block(struct collector *c, const MD_BLOCK_CODE_DETAIL *detail)
{
    c->in_code = true;
    c->block = CG_BLOCK_COUNT;
    c->lines = c->body_line = 0;
    c->block_place = c->last;
    cg_strbuf_clear(&c->body);
    if (!detail->fence_char || detail->info.size == 0)
        return true;
    struct cg_slice word, rest = attribute_slice(c, &detail->info);
    if (!cg_slice_word(&rest, "", &word))
        return true;
    c->last = c->block_place = word.place;
    c->args = cg_slice_trim(rest);
    for (size_t i = 0; i < CG_BLOCK_COUNT; i++)
        if (cg_slice_is(word, words[i]))
            c->block = (enum cg_block_kind)i;
    if (c->block != CG_BLOCK_COUNT)
        return true;
    const char *near = cg_nearest_word(words, CG_BLOCK_COUNT, cg_slice_copy(c->arena, word));
    return !near ||
           cg_slice_fail(c->source, c->error, word, "there is no block '%.*s'; did you mean %s?",
                         (int)word.length, word.text, near);
}

/* A line's text is padded to its column in the file; blanks that md4c makes up are not. */
static void add_code(struct collector *c, const char *text, size_t size)
{
    if (size == 1 && *text == '\n') {
        cg_putc(&c->body, '\n');
        c->lines++;
        return;
    }
    struct cg_place place = cg_source_place(c->source, text);
    if (!place.line)
        return;
    if (!c->body_line)
        c->body_line = place.line - c->lines;
    for (int column = 1; column < place.column; column++)
        cg_putc(&c->body, ' ');
    cg_putn(&c->body, text, size);
}

/* Code that is no block of ours is shown, a paragraph a line. */
static bool show_code(struct collector *c, struct cg_slice body)
{
    for (const char *at = body.text; *at;) {
        size_t length = strcspn(at, "\n");
        struct cg_span *span = cg_alloc(c->arena, sizeof *span);
        *span = (struct cg_span){CG_SPAN_CODE, cg_strndup(c->arena, at, length), false};
        struct cg_item item = {.kind = CG_ITEM_PARAGRAPH};
        item.paragraph = (struct cg_paragraph){.spans = span, .n_spans = 1, .place = body.place};
        if (length && !add_item(c, item))
            return false;
        at += length + (at[length] != '\0');
    }
    return true;
}

static bool close_block(struct collector *c)
{
    c->in_code = false;
    if (!c->body_line)
        c->body_line = c->block_place.line + 1;
    struct cg_slice body = {
        cg_strndup(c->arena, c->body.text, c->body.length), c->body.length, {c->body_line, 1}};
    if (c->block == CG_BLOCK_COUNT)
        return show_code(c, body);
    return add_item(c, (struct cg_item){.kind = CG_ITEM_BLOCK,
                                        .block = c->block,
                                        .args = c->args,
                                        .body = body,
                                        .paragraph.place = c->block_place});
}

/* ---- md4c -------------------------------------------------------------------------------- */

static int stop_unless(struct collector *c, bool ok)
{
    c->failed = c->failed || !ok;
    return c->failed;
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *data)
{
    struct collector *c = data;
    if (stop_unless(c, end_paragraph(c)))
        return 1;
    if (type == MD_BLOCK_LI)
        c->item_depth++;
    if (type == MD_BLOCK_H)
        c->heading = (int)((MD_BLOCK_H_DETAIL *)detail)->level;
    return stop_unless(c, type != MD_BLOCK_CODE || open_block(c, detail));
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *data)
{
    (void)detail;
    struct collector *c = data;
    if (stop_unless(c, end_paragraph(c)))
        return 1;
    if (type == MD_BLOCK_LI)
        c->item_depth--;
    if (type == MD_BLOCK_H)
        c->heading = 0;
    return stop_unless(c, type != MD_BLOCK_CODE || close_block(c));
}

static int *span_counter(struct collector *c, MD_SPANTYPE type)
{
    switch (type) {
    case MD_SPAN_STRONG:
        return &c->strong;
    case MD_SPAN_EM:
        return &c->emphasis;
    case MD_SPAN_CODE:
        return &c->code;
    case MD_SPAN_LATEXMATH:
    case MD_SPAN_LATEXMATH_DISPLAY:
        return &c->math;
    case MD_SPAN_IMG:
        return &c->image;
    case MD_SPAN_A:
    case MD_SPAN_DEL:
    case MD_SPAN_WIKILINK:
    case MD_SPAN_U:
        break;
    }
    return NULL;
}

static int enter_span(MD_SPANTYPE type, void *detail, void *data)
{
    (void)detail;
    struct collector *c = data;
    int *counter = span_counter(c, type);
    if (type == MD_SPAN_STRONG && !is_paragraph_open(c) && !c->strong && !c->heading)
        c->naming = true;
    if (counter)
        ++*counter;
    if (counter == &c->math) { /* two formulas side by side stay two */
        end_span(c);
        c->display = type == MD_SPAN_LATEXMATH_DISPLAY;
    }
    return 0;
}

static int leave_span(MD_SPANTYPE type, void *detail, void *data)
{
    (void)detail;
    struct collector *c = data;
    int *counter = span_counter(c, type);
    if (counter == &c->math || (counter == &c->strong && c->naming))
        end_span(c);
    if (counter == &c->strong && c->naming && c->strong == 1) {
        c->naming = false;
        c->name_spans = c->n_spans;
        c->name_place = c->place;
    }
    if (counter)
        --*counter;
    return 0;
}

static bool take_text(struct collector *c, MD_TEXTTYPE type, const char *at, size_t size)
{
    switch (type) {
    case MD_TEXT_NORMAL:
    case MD_TEXT_CODE:
    case MD_TEXT_LATEXMATH:
        return add_text(c, at, size);
    case MD_TEXT_BR:
    case MD_TEXT_SOFTBR:
        return !is_paragraph_open(c) || add_text(c, " ", 1);
    case MD_TEXT_ENTITY:
        return add_entity(c, at, size);
    case MD_TEXT_NULLCHAR:
    case MD_TEXT_HTML:
        break;
    }
    return true;
}

static int text(MD_TEXTTYPE type, const MD_CHAR *at, MD_SIZE size, void *data)
{
    struct collector *c = data;
    struct cg_place place = cg_source_place(c->source, at);
    if (place.line)
        c->last = place;
    if (!c->in_code)
        return stop_unless(c, take_text(c, type, at, size));
    add_code(c, at, size);
    return 0;
}

static bool collect(struct collector *c, const char *from, size_t size)
{
    static const MD_PARSER parser = {.flags = MD_FLAG_LATEXMATHSPANS,
                                     .enter_block = enter_block,
                                     .leave_block = leave_block,
                                     .enter_span = enter_span,
                                     .leave_span = leave_span,
                                     .text = text};
    cg_strbuf_init(&c->text);
    cg_strbuf_init(&c->body);
    int status = md_parse(from, (MD_SIZE)size, &parser, c);
    cg_strbuf_finish(&c->text);
    cg_strbuf_finish(&c->body);
    if (status < 0)
        return cg_fail_machine(c->error, c->source->file, "the Markdown parser ran out of memory");
    return status == 0 && !c->failed;
}

bool cg_document_parse(struct cg_document *document, const struct cg_source *source,
                       struct cg_arena *arena, struct cg_error *error)
{
    const char *rest;
    if (!cg_front_matter(document, source, arena, &rest, error))
        return false;
    struct collector c = {.source = source, .arena = arena, .error = error};
    c.last = (struct cg_place){1, 1};
    if (!collect(&c, rest, (size_t)(source->text + source->length - rest)))
        return false;
    document->items = c.items;
    document->n_items = c.n_items;
    return true;
}

bool cg_inline_parse(struct cg_paragraph *paragraph, const struct cg_source *source,
                     struct cg_arena *arena, struct cg_slice slice, struct cg_error *error)
{
    struct collector c = {.source = source, .arena = arena, .error = error};
    *paragraph = (struct cg_paragraph){.place = slice.place};
    c.last = c.place = slice.place;
    if (!collect(&c, slice.text, slice.length))
        return false;
    size_t n = 0, capacity = 0;
    for (size_t i = 0; i < c.n_items; i++)
        for (size_t j = 0; j < c.items[i].paragraph.n_spans; j++) {
            paragraph->spans =
                cg_grow(arena, paragraph->spans, n, &capacity, sizeof *paragraph->spans);
            paragraph->spans[n++] = c.items[i].paragraph.spans[j];
        }
    paragraph->n_spans = n;
    return true;
}

char *cg_paragraph_text(struct cg_arena *arena, const struct cg_paragraph *paragraph)
{
    struct cg_strbuf all;
    cg_strbuf_init(&all);
    for (size_t i = 0; i < paragraph->n_spans; i++)
        cg_put(&all, paragraph->spans[i].text);
    char *copy = cg_strndup(arena, all.text, all.length);
    cg_strbuf_finish(&all);
    return copy;
}
