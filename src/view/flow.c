#include "view/flow.h"

#include "view/widgets.h"

#include <math.h>
#include <string.h>

enum piece_kind { PIECE_TEXT, PIECE_CODE, PIECE_MATH };

struct piece {
    enum piece_kind kind;
    bool space; /* blank space before it: a line may break here */
    bool paragraph, item, display;
    float gap; /* above the paragraph */
    enum cg_face face;
    struct cg_color color;
    const char *text;
    const struct cg_formula *formula;
    const struct cg_objects *objects;
    float scale; /* of the formula: shrunk where it is wider than the flow */
    float width, ascent, descent;
    float x; /* within its line, once broken */
    size_t line;
};

struct line {
    float top, baseline, width, height;
};

struct cg_flow {
    const struct cg_frame *frame;
    const struct cg_letters *letters;
    float size, width;
    struct piece *pieces;
    size_t n_pieces, pieces_capacity;
    struct line *lines;
    size_t n_lines, lines_capacity;
    bool space, paragraph, item; /* before the next piece */
    float gap;
    bool broken;
    float height;
};

#define LEADING 1.42f
#define HANG    1.1f /* how far a list item hangs, in em */

static struct cg_arena *arena(const struct cg_flow *flow)
{
    return &flow->frame->scene->arena;
}

struct cg_flow *cg_flow_create(const struct cg_frame *frame, const struct cg_letters *letters,
                               float size, float width)
{
    struct cg_flow *flow = cg_alloc(&frame->scene->arena, sizeof *flow);
    flow->frame = frame;
    flow->letters = letters;
    flow->size = size;
    flow->width = fmaxf(width, 2 * size);
    flow->paragraph = true;
    return flow;
}

void cg_flow_paragraph(struct cg_flow *flow, float gap, bool item)
{
    flow->paragraph = true;
    flow->item = item;
    flow->gap = gap;
}

static struct piece *add(struct cg_flow *flow, enum piece_kind kind)
{
    flow->pieces = cg_grow(arena(flow), flow->pieces, flow->n_pieces, &flow->pieces_capacity,
                           sizeof *flow->pieces);
    struct piece *piece = &flow->pieces[flow->n_pieces++];
    *piece = (struct piece){.kind = kind,
                            .space = flow->space,
                            .paragraph = flow->paragraph,
                            .item = flow->item,
                            .gap = flow->gap,
                            .scale = 1,
                            .ascent = 0.78f * flow->size,
                            .descent = 0.24f * flow->size};
    flow->space = flow->paragraph = flow->item = flow->broken = false;
    flow->gap = 0;
    return piece;
}

static float room(const struct cg_flow *flow)
{
    return flow->width - HANG * flow->size;
}

/* One word; where it is wider than the flow it is cut into pieces between which a line may break.
 */
static void add_word(struct cg_flow *flow, enum piece_kind kind, enum cg_face face,
                     struct cg_color color, const char *word, size_t length)
{
    while (length > 0) {
        size_t n = length;
        const char *text = cg_strndup(arena(flow), word, n);
        float width = cg_text_width(flow->frame->fonts, arena(flow), face, flow->size, text);
        while (width > room(flow) && n > 1) {
            n = n * 3 / 4;
            while (n > 1 && ((unsigned char)word[n] & 0xC0) == 0x80)
                n--;
            text = cg_strndup(arena(flow), word, n);
            width = cg_text_width(flow->frame->fonts, arena(flow), face, flow->size, text);
        }
        struct piece *piece = add(flow, kind);
        piece->face = face;
        piece->color = color;
        piece->text = text;
        piece->width = width;
        word += n;
        length -= n;
        if (length > 0)
            flow->space = true;
    }
}

void cg_flow_text(struct cg_flow *flow, enum cg_face face, struct cg_color color, const char *text)
{
    while (*text) {
        size_t blank = strspn(text, " \t\r\n");
        if (blank > 0)
            flow->space = true;
        text += blank;
        size_t word = strcspn(text, " \t\r\n");
        if (word > 0)
            add_word(flow, PIECE_TEXT, face, color, text, word);
        text += word;
    }
}

void cg_flow_code(struct cg_flow *flow, const char *text)
{
    size_t length = strlen(text);
    float pad = 0.25f * flow->size;
    size_t first = flow->n_pieces;
    add_word(flow, PIECE_CODE, CG_FACE_TEXT, flow->frame->theme->text, text, length);
    for (size_t i = first; i < flow->n_pieces; i++)
        flow->pieces[i].width += 2 * pad;
}

void cg_flow_math(struct cg_flow *flow, const char *tex, bool display)
{
    const struct cg_lesson *lesson = flow->frame->lesson;
    struct cg_objects *objects = cg_alloc(arena(flow), sizeof *objects);
    objects->arena = arena(flow);
    const char *inked = cg_ink_tex(arena(flow), lesson ? &lesson->model : NULL,
                                   lesson ? &lesson->book : NULL, flow->letters, tex, objects);
    struct cg_formula *formula =
        cg_formula_layout(flow->frame->fonts, arena(flow), inked, strlen(inked), display, NULL);
    if (!formula) { /* colours must never cost the formula */
        objects->count = 0;
        formula =
            cg_formula_layout(flow->frame->fonts, arena(flow), tex, strlen(tex), display, NULL);
    }
    if (!formula) {
        cg_flow_code(flow, tex);
        return;
    }
    if (display && !flow->paragraph)
        cg_flow_paragraph(flow, 0.3f * flow->size, false);
    struct piece *piece = add(flow, PIECE_MATH);
    piece->formula = formula;
    piece->objects = objects;
    piece->display = display;
    float width = formula->width * flow->size;
    if (width > room(flow))
        piece->scale = room(flow) / width;
    piece->width = width * piece->scale;
    piece->ascent = fmaxf(piece->ascent, formula->ascent * flow->size * piece->scale);
    piece->descent = fmaxf(piece->descent, formula->descent * flow->size * piece->scale);
    if (display)
        cg_flow_paragraph(flow, 0.3f * flow->size, false);
}

void cg_flow_spans(struct cg_flow *flow, const struct cg_span *spans, size_t count,
                   struct cg_color color)
{
    for (size_t i = 0; i < count; i++) {
        const struct cg_span *span = &spans[i];
        switch (span->kind) {
        case CG_SPAN_TEXT:
            cg_flow_text(flow, CG_FACE_TEXT, color, span->text);
            break;
        case CG_SPAN_STRONG:
            cg_flow_text(flow, CG_FACE_SEMIBOLD, color, span->text);
            break;
        case CG_SPAN_EMPHASIS:
            cg_flow_text(flow, CG_FACE_ITALIC, color, span->text);
            break;
        case CG_SPAN_CODE:
            cg_flow_code(flow, span->text);
            break;
        case CG_SPAN_MATH:
            cg_flow_math(flow, span->text, span->display);
            break;
        }
    }
}

static struct line *new_line(struct cg_flow *flow)
{
    flow->lines = cg_grow(arena(flow), flow->lines, flow->n_lines, &flow->lines_capacity,
                          sizeof *flow->lines);
    flow->lines[flow->n_lines] = (struct line){0};
    return &flow->lines[flow->n_lines++];
}

/* The pieces that must stay together, from `first` on: returns the end, *width theirs. */
static size_t cluster(const struct cg_flow *flow, size_t first, float *width)
{
    size_t end = first + 1;
    *width = flow->pieces[first].width;
    for (; end < flow->n_pieces && !flow->pieces[end].space && !flow->pieces[end].paragraph; end++)
        *width += flow->pieces[end].width;
    return end;
}

/* First pass: which line, and where in it. Second: how tall the lines are. */
static void break_lines(struct cg_flow *flow)
{
    flow->n_lines = 0;
    float blank = 0.25f * flow->size, hang = 0, x = 0;
    for (size_t i = 0; i < flow->n_pieces;) {
        struct piece *head = &flow->pieces[i];
        float width;
        size_t end = cluster(flow, i, &width);
        if (width > flow->width - hang)
            end = i + 1; /* too wide to stay together */
        bool fresh = head->paragraph || flow->n_lines == 0;
        if (fresh)
            hang = head->item ? HANG * flow->size : 0;
        if (!fresh && head->space)
            x += blank;
        if (fresh || x + (end == i + 1 ? head->width : width) > flow->width) {
            new_line(flow)->top = fresh && flow->n_lines > 1 ? head->gap : 0;
            x = hang;
        }
        for (; i < end; i++) {
            flow->pieces[i].x = x;
            flow->pieces[i].line = flow->n_lines - 1;
            x += flow->pieces[i].width;
            flow->lines[flow->n_lines - 1].width = x;
        }
    }
}

static void stack_lines(struct cg_flow *flow)
{
    float y = 0;
    size_t i = 0;
    for (size_t n = 0; n < flow->n_lines; n++) {
        struct line *line = &flow->lines[n];
        float ascent = 0.78f * flow->size, descent = 0.24f * flow->size;
        for (; i < flow->n_pieces && flow->pieces[i].line == n; i++) {
            ascent = fmaxf(ascent, flow->pieces[i].ascent);
            descent = fmaxf(descent, flow->pieces[i].descent);
        }
        float lead = (LEADING - 1.02f) * flow->size;
        y += line->top; /* the gap of its paragraph */
        line->top = y;
        line->baseline = y + lead / 2 + ascent;
        line->height = ascent + descent + lead;
        /* A formula a little taller than the text may use the leading: even lines read better. */
        float over = line->height - LEADING * flow->size;
        if (over > 0) {
            float saved = fminf(over, 0.24f * flow->size);
            line->height -= saved;
            line->baseline -= saved / 2;
        }
        y += line->height;
    }
    flow->height = y;
}

static void lay_out(struct cg_flow *flow)
{
    if (flow->broken)
        return;
    break_lines(flow);
    stack_lines(flow);
    flow->broken = true;
}

float cg_flow_height(struct cg_flow *flow)
{
    lay_out(flow);
    return flow->height;
}

float cg_flow_width(struct cg_flow *flow)
{
    lay_out(flow);
    float width = 0;
    for (size_t i = 0; i < flow->n_lines; i++)
        width = fmaxf(width, flow->lines[i].width);
    return width;
}

size_t cg_flow_lines(struct cg_flow *flow)
{
    lay_out(flow);
    return flow->n_lines;
}

static void draw_piece(const struct cg_flow *flow, const struct piece *piece, float x, float y)
{
    const struct cg_frame *frame = flow->frame;
    float size = flow->size;
    switch (piece->kind) {
    case PIECE_TEXT:
        cg_scene_text(frame->scene, frame->fonts, piece->face, x, y, size, piece->color,
                      piece->text);
        return;
    case PIECE_CODE:
        cg_panel(frame, (struct cg_box){x, y - 0.86f * size, piece->width, 1.16f * size},
                 0.18f * size, frame->theme->panel, frame->theme->line, cg_hairline(frame));
        cg_scene_text(frame->scene, frame->fonts, piece->face, x + 0.25f * size, y, size,
                      piece->color, piece->text);
        return;
    case PIECE_MATH:
        cg_draw_formula(frame, piece->formula, piece->objects, x, y, size * piece->scale, 1, false);
        return;
    }
}

/* Neighbours of one face and colour on a line become one run of text: fewer items, and the dump
 * reads as sentences. Returns the end. */
static size_t draw_text_run(const struct cg_flow *flow, size_t first, float x, float y)
{
    const struct piece *head = &flow->pieces[first];
    struct cg_run run = {0};
    size_t capacity = 0;
    const char *text = "";
    size_t i = first;
    for (; i < flow->n_pieces; i++) {
        const struct piece *piece = &flow->pieces[i];
        if (piece->kind != PIECE_TEXT || piece->line != head->line || piece->face != head->face ||
            memcmp(&piece->color, &head->color, sizeof head->color) != 0)
            break;
        struct cg_run word = cg_shape_text(flow->frame->fonts, arena(flow), piece->face,
                                           piece->text, strlen(piece->text));
        for (size_t g = 0; g < word.count; g++) {
            run.glyphs = cg_grow(arena(flow), run.glyphs, run.count, &capacity, sizeof *run.glyphs);
            run.glyphs[run.count] = word.glyphs[g];
            run.glyphs[run.count++].x += (piece->x - head->x) / flow->size;
        }
        text = cg_format(arena(flow), "%s%s%s", text, i > first && piece->space ? " " : "",
                         piece->text);
    }
    struct cg_item *item = cg_scene_add(flow->frame->scene, CG_ITEM_GLYPHS);
    item->u.glyphs.text = text;
    item->u.glyphs.face = head->face;
    item->u.glyphs.x = x + head->x;
    item->u.glyphs.y = y;
    item->u.glyphs.size = flow->size;
    item->u.glyphs.color = head->color;
    item->u.glyphs.glyphs = run.glyphs;
    item->u.glyphs.count = run.count;
    return i;
}

void cg_flow_draw(struct cg_flow *flow, float x, float y, float height)
{
    lay_out(flow);
    const struct cg_theme *theme = flow->frame->theme;
    for (size_t i = 0; i < flow->n_pieces;) {
        const struct piece *piece = &flow->pieces[i];
        const struct line *line = &flow->lines[piece->line];
        if (line->top + line->height > height + 0.5f)
            return;
        float baseline = y + line->baseline;
        if (piece->item)
            cg_scene_rect(flow->frame->scene,
                          (struct cg_box){x + 0.35f * flow->size, baseline - 0.42f * flow->size,
                                          0.26f * flow->size, 0.26f * flow->size},
                          0.13f * flow->size, theme->dim);
        if (piece->kind == PIECE_TEXT) {
            i = draw_text_run(flow, i, x, baseline);
        } else {
            draw_piece(flow, piece, x + piece->x, baseline);
            i++;
        }
    }
}
