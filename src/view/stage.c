/* The stage: where the line, what it comes to, and the arithmetic of its pinned cell stand. */
#include "view/stage.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- what is shown ---- */

/* Everything about the shown line, before it is placed. */
struct content {
    struct stage_line line;
    bool product; /* how a matrix product meets, instead of a strip */
    struct stage_product meeting;
    struct stage_strip strip;
    struct stage_arithmetic arithmetic;
    bool check; /* the gradient check stands in place of the arithmetic */
    struct stage_strip check_strip;
    const char *verdict;
    bool good;
    const char *notice; /* why there is no matrix form, or NULL */
};

/* Where what the line comes to (low) and its arithmetic (right) stand. */
enum arrangement {
    ARRANGE_BELOW,   /* low below the line, the arithmetic beside it, and up beside the line where
                        that is short */
    ARRANGE_STACKED, /* each below the other */
    ARRANGE_BESIDE,  /* low beside the line, the arithmetic below the line */
    ARRANGE_COLUMN,  /* both beside the line, the arithmetic below low */
    ARRANGE_ALONE    /* low below the line, no room for arithmetic */
};

/* Where it is placed. */
struct layout {
    enum arrangement arrangement;
    enum line_form form;
    float scale, low_scale; /* of the line, and of all that stands below it */
    float line_w, line_h, low_w, low_h, right_w, right_h, notice_h;
    float right_x; /* of the arithmetic in ARRANGE_BELOW, from the left edge */
};

/* The line of a name that is introduced is one of matrices: its cells are pinned all the same. */
static struct stage_axes axes_of_name(const struct cg_model *model, struct cg_shape shape)
{
    struct stage_axes axes = {.n_loose = 0};
    if (cg_dim_root(model, shape.rows))
        axes.row = axes.pin_row = (struct cg_index){'k', shape.rows};
    if (cg_dim_root(model, shape.cols))
        axes.col = axes.pin_col = (struct cg_index){'l', shape.cols};
    return axes;
}

static struct stage_axes axes_of(const struct cg_model *model, const struct cg_step *step)
{
    struct stage_axes axes = {.n_loose = 0};
    const struct cg_derivation *d = step ? step->derivation : NULL;
    if (!d)
        return axes;
    if (step->rule == CG_RULE_LET)
        return axes_of_name(model, step->lhs->shape);
    axes.row = axes.pin_row = d->row;
    axes.col = axes.pin_col = d->col;
    if (!d->local)
        return axes;
    if (d->of_row.letter)
        axes.loose[axes.n_loose++] = d->of_row;
    if (d->of_col.letter)
        axes.loose[axes.n_loose++] = d->of_col;
    axes.n_slices = axes.n_loose;
    if (d->row.letter && d->col.letter)
        return axes;
    if (d->row.letter || d->col.letter) { /* a row for each entry of Y, a column for one of B */
        axes.col = d->row.letter ? d->row : d->col;
        axes.row = axes.n_loose ? axes.loose[--axes.n_slices] : (struct cg_index){0};
    } else {
        axes.row = d->of_row;
        axes.col = d->of_col;
        axes.n_slices = 0;
    }
    return axes;
}

static size_t clamped(const struct stage *stage, struct cg_index index, size_t pin)
{
    if (!index.letter)
        return 0;
    size_t size = stage_size(stage, index);
    return pin < size ? pin : size - 1;
}

/* The matrix form of a line: dJ/dW = H.T @ δ. NULL and the reason where it has none. */
static const struct cg_expr *matrix_of(struct stage *stage, const char **why)
{
    const struct cg_step *step = stage->step;
    *why = NULL;
    if (!cg_is_index_notation(step->rhs))
        return step->rhs;
    if (stage->axes.n_slices > 0) {
        *why = "it has more than two free indices, and a matrix has two";
        return NULL;
    }
    return cg_matrix_form(stage->model, stage->arena, step->rhs, stage->axes.row, stage->axes.col,
                          why);
}

static const struct cg_expr *whole_lhs(struct stage *stage)
{
    const struct cg_derivation *d = stage->step->derivation;
    bool gradient = d && d->of && d->wrt && stage->step->rule != CG_RULE_LET;
    return gradient ? cg_grad(stage->arena, d->of, d->wrt) : stage->step->lhs;
}

static void fill_low(struct stage *stage, struct content *c, const struct cg_expr *lhs,
                     const struct cg_expr *rhs, const struct cg_expr *matrix)
{
    bool entry = rhs->op == CG_ENTRY && rhs->args[0]->n_args > 0;
    if (!matrix && entry && stage->axes.n_slices == 0)
        matrix = rhs->args[0];
    const struct cg_derivation *d = stage->step->derivation;
    if (matrix && !(d && d->local && matrix->n_args == 0)) {
        const struct cg_expr *result = d && !d->local ? whole_lhs(stage) : NULL;
        c->product = true;
        c->meeting = stage_product_of(stage, matrix, result);
    } else {
        c->strip = stage_sheets(stage, lhs, rhs);
    }
}

/* A line that is one term comes to the numbers of that term: sheets of three and four indices are
 * shown once, and large, not under the term as well. */
static void show_once(struct stage *stage, struct content *c)
{
    struct stage_piece *only = NULL;
    size_t grids = 0;
    for (size_t i = 0; i < c->line.count; i++)
        if (c->line.pieces[i].has_grid) {
            only = &c->line.pieces[i];
            grids++;
        }
    if (stage->axes.n_slices > 0 && grids == 1 && only->node == stage->step->rhs &&
        c->strip.count > 0)
        only->has_grid = false;
}

static struct content content_of(struct stage *stage)
{
    struct content c = {.good = true};
    const struct cg_step *step = stage->step;
    enum cg_rung rung = stage->frame->position->rung;
    const struct cg_expr *lhs = step->lhs, *rhs = step->rhs, *matrix = NULL;
    if (!cg_is_index_notation(rhs))
        matrix = rhs;
    if (rung == CG_RUNG_MATRIX) {
        const char *why;
        matrix = matrix_of(stage, &why);
        if (matrix && cg_is_index_notation(rhs)) {
            lhs = whole_lhs(stage);
            rhs = matrix;
        } else if (!matrix) {
            c.notice = cg_format(stage->arena, "no matrix form: %s",
                                 why ? why : "it stays in index notation");
        }
    }
    fill_low(stage, &c, lhs, rhs, matrix);
    c.line = stage_line_split(stage, lhs, rhs, !c.product);
    show_once(stage, &c);
    if (rung == CG_RUNG_NUMBERS && !matrix)
        stage_line_numbers(stage, &c.line);
    c.check = stage->frame->position->gradient_check;
    if (c.check)
        c.check_strip = stage_check_panel(stage, &c.verdict, &c.good);
    else
        c.arithmetic = stage_arithmetic_of(stage, lhs, rhs);
    return c;
}

/* ---- where it stands ---- */

static void measure_low(struct stage *stage, const struct content *c, float scale, float width,
                        float *w, float *h)
{
    if (c->product)
        stage_product_measure(stage, &c->meeting, scale, width, w, h);
    else
        stage_strip_measure(stage, &c->strip, scale, width, w, h);
}

static void measure_right(struct stage *stage, const struct content *c, float scale, float width,
                          float *w, float *h)
{
    if (!c->check) {
        stage_arithmetic_measure(stage, &c->arithmetic, scale, w, h);
        return;
    }
    stage_strip_measure(stage, &c->check_strip, scale, width, w, h);
    *h += c->verdict ? 2.4f * stage->em * scale : 0;
    if (c->verdict)
        *w =
            fmaxf(*w, stage_text_width(stage, CG_FACE_TEXT, 0.92f * stage->em * scale, c->verdict) +
                          3 * stage->em * scale);
}

static float row_gap(const struct stage *stage, const struct layout *l)
{
    return (l->form == LINE_ROWS ? 1 : 1.5f) * stage->em * l->scale;
}

static float column_gap(const struct stage *stage, float scale)
{
    return (1.4f + 1.6f * scale) * stage->em;
}

/* The arithmetic stands right of low, at half the width at least; where it is taller than low may
 * be, right of the line as well. */
static bool place_right(struct layout *l, float width, float height, float below, float column)
{
    float least = l->low_w + column, most = width - l->right_w;
    if (l->right_h > below)
        least = fmaxf(least, l->line_w + column);
    l->right_x = fminf(fmaxf(least, 0.5f * width), most);
    return least <= most && l->low_h <= below && l->right_h <= height;
}

/* One try: everything at its scale, arranged as l->arrangement says; true where it fits. */
static bool try_layout(struct stage *stage, const struct content *c, float width, float height,
                       struct layout *l)
{
    float scale = l->scale, low = l->low_scale, column = column_gap(stage, scale),
          row = row_gap(stage, l);
    stage_line_measure(stage, &c->line, scale, width, l->form, &l->line_w, &l->line_h);
    l->notice_h = c->notice ? 1.7f * stage->em : 0;
    l->line_h += l->notice_h;
    if (c->notice)
        l->line_w = fmaxf(l->line_w, fminf(width, stage_text_width(stage, CG_FACE_TEXT,
                                                                   0.92f * stage->em, c->notice)));
    if (l->line_w > width)
        return false;
    measure_right(stage, c, low, width, &l->right_w, &l->right_h);
    float room = width, below = height - l->line_h - row;
    switch (l->arrangement) {
    case ARRANGE_BELOW:
        room = width - l->right_w - column;
        measure_low(stage, c, low, room, &l->low_w, &l->low_h);
        return place_right(l, width, height, below, column);
    case ARRANGE_STACKED:
        measure_low(stage, c, low, room, &l->low_w, &l->low_h);
        return fmaxf(l->low_w, l->right_w) <= room && l->low_h + row + l->right_h <= below;
    case ARRANGE_BESIDE:
        room = width - fmaxf(l->line_w, l->right_w) - column;
        measure_low(stage, c, low, room, &l->low_w, &l->low_h);
        return l->low_w <= room && l->low_h <= height && l->right_h <= below;
    case ARRANGE_COLUMN:
        room = width - l->line_w - column;
        measure_low(stage, c, low, room, &l->low_w, &l->low_h);
        return l->line_h <= height && fmaxf(l->low_w, l->right_w) <= room &&
               l->low_h + row + l->right_h <= height;
    case ARRANGE_ALONE:
        measure_low(stage, c, low, room, &l->low_w, &l->low_h);
        return l->low_w <= room && l->low_h <= below;
    }
    return false;
}

/* A long line makes the scale small: what stands below it may be larger, where there is room. */
static struct layout enlarge_low(struct stage *stage, const struct content *c, float width,
                                 float height, struct layout fitting)
{
    for (float low = 1; low > 1.04f * fitting.scale; low *= 0.955f) {
        struct layout l = fitting;
        l.low_scale = low;
        if (try_layout(stage, c, width, height, &l))
            return l;
    }
    return fitting;
}

/* The ways to lay out a line, each tried only where the ones before it would make cells smaller
 * than its scale: each line below the one before is what the eye knows. */
static const struct way {
    enum arrangement arrangement;
    bool rows; /* LINE_ROWS */
    float most;
} ways[] = {
    {ARRANGE_BELOW, false, 1},      {ARRANGE_STACKED, false, 1},   {ARRANGE_BESIDE, false, 0.86f},
    {ARRANGE_COLUMN, false, 0.86f}, {ARRANGE_BELOW, true, 0.84f},  {ARRANGE_STACKED, true, 0.84f},
    {ARRANGE_BESIDE, true, 0.84f},  {ARRANGE_COLUMN, true, 0.84f},
};

/* Of a line that is one product there is but one row, in which the grids tear the formula apart:
 * they stand beside their factors only where they would be much smaller below them. */
static const float most_of_one_row = 0.74f;

/* The largest scale at which it fits with room for arithmetic; scale 0 where there is none. */
static struct layout fit_whole(struct stage *stage, const struct content *c, float width,
                               float height)
{
    struct layout l = {.scale = 1, .low_scale = 1};
    for (int i = 0; i < 40; i++, l.low_scale = l.scale *= 0.955f)
        for (size_t k = 0; k < sizeof ways / sizeof *ways; k++) {
            if (l.scale > ways[k].most ||
                (ways[k].rows && c->line.n_terms == 1 && l.scale > most_of_one_row))
                continue;
            l.arrangement = ways[k].arrangement;
            l.form = ways[k].rows ? LINE_ROWS : l.scale < 0.78f ? LINE_WRAP : LINE_WHOLE;
            if (try_layout(stage, c, width, height, &l))
                return enlarge_low(stage, c, width, height, l);
        }
    return (struct layout){.scale = 0};
}

static bool asks(const struct stage *stage)
{
    return stage->frame->beat && stage->frame->beat->question;
}

/* Where the cells would be too small for numbers, less of each long axis is shown; but all of what
 * a question may be about. */
static struct layout fit(struct stage *stage, const struct content *c, float width, float height)
{
    struct layout l = fit_whole(stage, c, width, height);
    if (l.scale < 0.7f && !asks(stage)) {
        stage->brief = true;
        struct layout brief = fit_whole(stage, c, width, height);
        stage->brief = brief.scale > 1.1f * l.scale;
        l = stage->brief ? brief : l;
    }
    if (l.scale > 0)
        return l;
    l = (struct layout){.arrangement = ARRANGE_ALONE, .form = LINE_WRAP};
    for (int k = 0; k < 2; k++, stage->tiny = true)
        for (l.low_scale = l.scale = 0.8f; l.scale > 0.05f; l.low_scale = l.scale *= 0.93f)
            if (try_layout(stage, c, width, height, &l))
                return l;
    return l;
}

static void draw_right(struct stage *stage, const struct content *c, const struct layout *l,
                       float x, float y, float width)
{
    if (!c->check) {
        stage_arithmetic_draw(stage, &c->arithmetic, l->low_scale, x, y);
        return;
    }
    float w, h, em = stage->em * l->low_scale;
    stage_strip_measure(stage, &c->check_strip, l->low_scale, width, &w, &h);
    stage_strip_draw(stage, &c->check_strip, l->low_scale, width, x, y);
    if (!c->verdict)
        return;
    struct cg_color color = c->good ? stage->theme->good : stage->theme->bad;
    float size = 0.92f * em;
    float text_w = stage_text_width(stage, CG_FACE_TEXT, size, c->verdict);
    struct cg_item *item = cg_scene_add(stage->scene, CG_ITEM_RECT);
    item->u.rect.box = (struct cg_box){x, y + h + 0.5f * em, text_w + 2.8f * size, 1.9f * size};
    item->u.rect.radius = 0.95f * size;
    item->u.rect.stroke = color;
    item->u.rect.stroke_width = stage_hairline(stage);
    stage_tag_fixed(stage, "verdict", 0);
    float baseline = y + h + 0.5f * em + 1.27f * size;
    stage_text(stage, CG_FACE_TEXT, x + 0.8f * size, baseline, size, color, c->good ? "✓" : "✗");
    stage_text(stage, CG_FACE_TEXT, x + 2.0f * size, baseline, size, color, c->verdict);
}

static void draw_low(struct stage *stage, const struct content *c, float scale, float width,
                     float x, float y)
{
    if (c->product)
        stage_product_draw(stage, &c->meeting, scale, width, x, y);
    else
        stage_strip_draw(stage, &c->strip, scale, width, x, y);
}

static void draw_notice(struct stage *stage, const char *notice, float x, float y, float width)
{
    float size = 0.92f * stage->em, w = stage_text_width(stage, CG_FACE_TEXT, size, notice);
    if (w > width)
        size *= width / w;
    stage_text(stage, CG_FACE_TEXT, x, y + 1.4f * size, size, stage->theme->dim, notice);
}

/* Some of the room that is left goes between the line and what stands below it. */
static float slack(const struct stage *stage, const struct layout *l, float height, float row)
{
    float below = l->low_h;
    if (l->arrangement == ARRANGE_STACKED)
        below += row + l->right_h;
    else if (l->arrangement == ARRANGE_BESIDE)
        below = l->right_h;
    return fminf(0.3f * fmaxf(height - l->line_h - row - below, 0), 1.2f * stage->em);
}

static void draw_content(struct stage *stage, const struct content *c, struct layout l,
                         struct cg_box area)
{
    float column = column_gap(stage, l.scale), row = row_gap(stage, &l);
    stage_line_draw(stage, &c->line, l.scale, area.w, l.form, area.x, area.y);
    if (c->notice)
        draw_notice(stage, c->notice, area.x, area.y + l.line_h - l.notice_h, area.w);
    float y = area.y + l.line_h + row + slack(stage, &l, area.h, row);
    float x = column + (l.arrangement == ARRANGE_BESIDE ? fmaxf(l.line_w, l.right_w) : l.line_w);
    float bottom = area.y + area.h;
    switch (l.arrangement) {
    case ARRANGE_BELOW:
        draw_low(stage, c, l.low_scale, area.w - l.right_w - column, area.x, y);
        draw_right(stage, c, &l, area.x + l.right_x, fminf(y, bottom - l.right_h), area.w);
        break;
    case ARRANGE_STACKED:
        draw_low(stage, c, l.low_scale, area.w, area.x, y);
        draw_right(stage, c, &l, area.x, y + l.low_h + row, area.w);
        break;
    case ARRANGE_BESIDE:
        draw_low(stage, c, l.low_scale, area.w - x, area.x + x, area.y);
        draw_right(stage, c, &l, area.x, y, area.w);
        break;
    case ARRANGE_COLUMN:
        draw_low(stage, c, l.low_scale, area.w - x, area.x + x, area.y);
        draw_right(stage, c, &l, area.x + x, area.y + l.low_h + row, area.w);
        break;
    case ARRANGE_ALONE:
        draw_low(stage, c, l.low_scale, area.w, area.x, y);
        break;
    }
}

/* ---- what is kept from frame to frame ---- */

/* All that the content and layout of a line depend on. Compared as bytes: made from zeroes. */
struct kept_key {
    const struct cg_step *step;
    const struct cg_env *env;
    const struct cg_check *checks;
    size_t numbers, pin_row, pin_col;
    struct cg_box area;
    float em;
    enum cg_rung rung;
    enum cg_theme_id theme;
    int flags;
};

struct kept {
    struct kept_key key;
    struct cg_arena arena;
    struct content content;
    struct layout layout;
    struct cg_objects objects; /* that the formulae of the content refer to */
    bool brief, tiny;
    unsigned long used; /* when; 0: never */
};

/* The line, the one that it comes from while it moves, and the ones around them. */
enum { KEPT = 4 };

struct cg_stage_cache {
    struct kept kept[KEPT];
    unsigned long clock;
};

struct cg_stage_cache *cg_stage_cache_create(void)
{
    struct cg_stage_cache *cache = cg_xmalloc(sizeof *cache);
    memset(cache, 0, sizeof *cache);
    return cache;
}

void cg_stage_cache_destroy(struct cg_stage_cache *cache)
{
    for (size_t i = 0; cache && i < KEPT; i++)
        cg_arena_finish(&cache->kept[i].arena);
    free(cache);
}

static struct kept_key key_of(const struct stage *stage, struct cg_box area)
{
    const struct cg_frame *frame = stage->frame;
    const struct cg_position *at = frame->position;
    struct kept_key key;
    memset(&key, 0, sizeof key);
    key.step = stage->step;
    key.env = frame->env;
    key.checks = frame->checks;
    key.numbers = frame->numbers;
    key.pin_row = stage->pin_row;
    key.pin_col = stage->pin_col;

    key.area = area;
    key.em = stage->em;
    key.rung = at->rung;
    key.theme = at->theme;
    key.flags = at->iverson + 2 * at->gradient_check + 4 * frame->summary + 8 * asks(stage);
    return key;
}

/* The content is made in the entry's own arena, and outlives the scene; laying it out leaves
 * nothing there. */
static void fill(struct kept *kept, const struct stage *stage, struct cg_box area)
{
    struct stage own = *stage;
    own.keeps = true;
    own.arena = own.objects.arena = &kept->arena;
    own.objects.objects =
        cg_copy(own.arena, own.objects.objects, own.objects.count * sizeof *own.objects.objects);
    own.objects.capacity = own.objects.count;
    own.n_signs = 0;
    own.widths = NULL;
    kept->content = content_of(&own);
    kept->objects = own.objects;
    own = *stage;
    kept->layout = fit(&own, &kept->content, area.w, area.h);
    kept->brief = own.brief;
    kept->tiny = own.tiny;
}

/* The entry of what the stage shows; made in place of the one that was not used for longest. */
static const struct kept *keep(struct cg_stage_cache *cache, const struct stage *stage,
                               struct cg_box area)
{
    struct kept_key key = key_of(stage, area);
    struct kept *oldest = &cache->kept[0];
    cache->clock++;
    for (size_t i = 0; i < KEPT; i++) {
        struct kept *kept = &cache->kept[i];
        if (kept->used && memcmp(&kept->key, &key, sizeof key) == 0) {
            kept->used = cache->clock;
            return kept;
        }
        if (kept->used < oldest->used)
            oldest = kept;
    }
    cg_arena_reset(&oldest->arena);
    oldest->key = key;
    oldest->used = cache->clock;
    fill(oldest, stage, area);
    return oldest;
}

/* ---- painting ---- */

static void paint_step(struct stage *stage, struct cg_box area)
{
    float top = stage_previous(stage, area) + 0.9f * stage->em;
    area = (struct cg_box){area.x, area.y + top, area.w, area.h - top};
    struct cg_stage_cache *cache = stage->frame->cache;
    if (!cache) {
        struct content content = content_of(stage);
        draw_content(stage, &content, fit(stage, &content, area.w, area.h), area);
        return;
    }
    const struct kept *kept = keep(cache, stage, area);
    stage->objects = kept->objects;
    stage->objects.capacity = stage->objects.count; /* another is added to a copy */
    stage->objects.arena = stage->arena;
    stage->brief = kept->brief;
    stage->tiny = kept->tiny;
    draw_content(stage, &kept->content, kept->layout, area);
}

/* One picture at rest. */
static void paint(struct stage *stage, struct cg_box area)
{
    float size = 0.86f * stage->em;
    float legend = stage_legend(stage, area.x, 0, area.w, size, false);
    struct cg_box upper = {area.x, area.y, area.w, area.h - legend - 0.6f * stage->em};
    const struct cg_beat *beat = stage->frame->beat;
    if (stage->step)
        paint_step(stage, upper);
    else if (beat && beat->kind == CG_BEAT_CLAIM && beat->claim)
        stage_claim(stage, upper);
    else
        stage_overview(stage, upper);
    stage_legend(stage, area.x, area.y + area.h - legend, area.w, size, true);
}

static struct stage begin(const struct cg_frame *frame, const struct cg_step *step, float width)
{
    struct stage stage = {.frame = frame,
                          .scene = frame->scene,
                          .arena = &frame->scene->arena,
                          .model = &frame->lesson->model,
                          .theme = frame->theme,
                          .em = frame->em,
                          .width = width,
                          .step = step,
                          .axes = axes_of(&frame->lesson->model, step),
                          .first_item = frame->scene->n_items};
    stage.objects.arena = stage.arena;
    stage.pin_row = clamped(&stage, stage.axes.pin_row, frame->position->pin_row);
    stage.pin_col = clamped(&stage, stage.axes.pin_col, frame->position->pin_col);
    return stage;
}

/* Takes what was painted out of the scene again, to be looked at. */
static struct stage_picture take_back(struct stage *stage, size_t n_hits)
{
    stage_tag(stage, (struct stage_key){.role = ROLE_NONE});
    size_t count = stage->scene->n_items - stage->first_item;
    struct cg_item *items = cg_alloc_array(stage->arena, count + 1, sizeof *items);
    for (size_t i = 0; i < count; i++)
        items[i] = stage->scene->items[stage->first_item + i];
    stage->scene->n_items = stage->first_item;
    stage->scene->n_hits = n_hits;
    return (struct stage_picture){items, stage->keys, count};
}

/* Is `a` later in the derivation than `b`? Then going from a to b runs the film backwards. */
static bool is_later(const struct cg_step *a, const struct cg_step *b)
{
    for (const struct cg_step *at = a->previous; at; at = at->previous)
        if (at == b)
            return true;
    for (const struct cg_step *at = b->previous; at; at = at->previous)
        if (at == a)
            return false;
    return a->id > b->id;
}

static void paint_motion(const struct cg_frame *frame, struct cg_box area)
{
    bool backwards = is_later(frame->from, frame->step);
    const struct cg_step *early = backwards ? frame->step : frame->from;
    const struct cg_step *late = backwards ? frame->from : frame->step;
    float t = backwards ? 1 - frame->phase : frame->phase;
    size_t n_hits = frame->scene->n_hits;
    struct stage first = begin(frame, early, area.w), second = begin(frame, late, area.w);
    paint(&first, area);
    struct stage_picture a = take_back(&first, n_hits);
    paint(&second, area);
    struct stage_picture b = take_back(&second, n_hits);
    stage_between(&second, &a, &b, t);
}

static struct stage_focus focus_at(const struct stage *stage, float x, float y)
{
    for (size_t i = stage->n_targets; i-- > 0;) {
        struct cg_box box = stage->targets[i].box;
        if (x >= box.x && x < box.x + box.w && y >= box.y && y < box.y + box.h)
            return stage->targets[i].focus;
    }
    return (struct stage_focus){0};
}

void cg_stage_draw(const struct cg_frame *frame, struct cg_box area)
{
    float margin = 2 * frame->em, top = 0.7f * frame->em;
    area = (struct cg_box){area.x + margin, area.y + top, area.w - 2 * margin, area.h - top};
    bool moving = frame->from && frame->step && frame->from != frame->step && frame->phase < 1;
    if (moving && frame->phase > 0) {
        paint_motion(frame, area);
        return;
    }
    size_t n_hits = frame->scene->n_hits;
    struct stage stage = begin(frame, moving ? frame->from : frame->step, area.w);
    paint(&stage, area);
    if (!frame->position->has_pointer)
        return;
    struct stage_focus focus =
        focus_at(&stage, frame->position->pointer_x, frame->position->pointer_y);
    if (focus.kind == FOCUS_NONE)
        return;
    frame->scene->n_items = stage.first_item;
    frame->scene->n_hits = n_hits;
    stage = begin(frame, moving ? frame->from : frame->step, area.w);
    stage.focus = focus;
    paint(&stage, area);
}
