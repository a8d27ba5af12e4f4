/* A line set in columns: each as wide as the wider of its piece and its grid. */
#include "view/stage.h"

#include <math.h>
#include <string.h>

/* Pixels per em of the current line at scale 1, in em of body text. */
static const float formula_em = 1.75f;

/* Where a piece stands: lengths in pixels. */
struct place {
    float x, w, formula_w;
    size_t row;
    struct grid_size grid;
};

struct row {
    float ascent, descent, braces, grids, width;
};

struct placing {
    struct place *places;
    struct row *rows;
    size_t n_rows;
    float size;        /* pixels per em of formulae */
    float number_line; /* from one line of numbers to the next */
    float w, h;
};

static float piece_width(const struct stage_line *line, const struct stage_piece *piece)
{
    if (!piece->numbers)
        return piece->formula->width;
    float width = 0;
    for (size_t i = 0; i < line->n_rows; i++)
        if (piece->numbers[i])
            width = fmaxf(width, piece->numbers[i]->width);
    return width;
}

/* The space before a piece in em of the formula. */
static float gap_before(const struct stage_piece *before, const struct stage_piece *piece)
{
    if (!before)
        return 0;
    if (before->kind == PIECE_RELATION || piece->kind == PIECE_RELATION)
        return 0.30f;
    if (before->kind == PIECE_PLUS || piece->kind == PIECE_PLUS)
        return 0.24f;
    if (before->kind == PIECE_SUM || before->kind == PIECE_NUMBER)
        return 0.17f;
    return 0.20f;
}

static bool may_break_before(const struct stage_piece *piece)
{
    return piece->kind == PIECE_RELATION || piece->kind == PIECE_PLUS || piece->kind == PIECE_SUM ||
           piece->kind == PIECE_FACTOR;
}

static float brace_height(const struct stage *stage, const struct stage_piece *piece, float scale)
{
    return piece->n_braces ? 1.75f * stage->em * stage_text_scale(stage, scale) : 0;
}

static void enlarge_row(const struct stage *stage, const struct stage_piece *piece,
                        const struct place *place, float size, float scale, struct row *row)
{
    row->width = fmaxf(row->width, place->x + place->w);
    row->ascent = fmaxf(row->ascent, piece->formula->ascent * size);
    row->descent = fmaxf(row->descent, piece->formula->descent * size);
    row->braces = fmaxf(row->braces, brace_height(stage, piece, scale));
    if (piece->has_grid)
        row->grids = fmaxf(row->grids, place->grid.h);
}

/* How far over the middle of its neighbours a sign may hang: nothing; kept for clarity of place. */
static struct placing place_line(struct stage *stage, const struct stage_line *line, float scale,
                                 float width, bool wrap)
{
    struct placing p = {.size = formula_em * stage->em * stage_text_scale(stage, scale)};
    p.places = cg_alloc_array(stage->arena, line->count, sizeof *p.places);
    p.rows = cg_alloc_array(stage->arena, line->count + 1, sizeof *p.rows);
    p.number_line = 1.45f * p.size;
    float x = 0;
    bool fresh = true;
    for (size_t i = 0; i < line->count; i++) {
        const struct stage_piece *piece = &line->pieces[i], *before = fresh ? NULL : piece - 1;
        struct place *place = &p.places[i];
        place->formula_w = place->w = piece_width(line, piece) * p.size;
        if (piece->has_grid) {
            place->grid = stage_grid_measure(stage, &piece->grid, scale);
            place->w = fmaxf(place->w, place->grid.w);
        }
        float gap = gap_before(before, piece) * p.size;
        if (before && before->has_grid && piece->has_grid)
            gap = fmaxf(gap, 0.85f * stage->em * scale);
        if (wrap && before && may_break_before(piece) && x + gap + place->w > width) {
            p.n_rows++;
            x = 1.5f * p.size;
            gap = 0;
        }
        place->row = p.n_rows;
        place->x = x + gap;
        x = place->x + place->w;
        enlarge_row(stage, piece, place, p.size, scale, &p.rows[p.n_rows]);
        fresh = false;
    }
    p.n_rows++;
    for (size_t i = 0; i < p.n_rows; i++) {
        struct row *row = &p.rows[i];
        p.w = fmaxf(p.w, row->width);
        p.h += (i ? 0.8f * stage->em * scale : 0) + row->ascent + row->descent + row->braces +
               (row->grids > 0 ? row->grids + 0.35f * stage->em * scale : 0);
    }
    if (line->n_rows > 1)
        p.h += (float)(p.n_rows * (line->n_rows - 1)) * p.number_line;
    return p;
}

void stage_line_measure(struct stage *stage, const struct stage_line *line, float scale,
                        float width, bool wrap, float *w, float *h)
{
    struct placing p = place_line(stage, line, scale, width, wrap);
    *w = p.w;
    *h = p.h;
}

/* ---- drawing ---- */

static void draw_brace(struct stage *stage, const struct stage_piece *piece,
                       const struct stage_brace *brace, float x, float y, float size, float scale,
                       float bottom)
{
    struct cg_box box;
    if (!stage_node_box(stage, piece->formula, brace->node, x, y, size, &box))
        return;
    struct cg_color ink = cg_value_ink(stage->theme, brace->value);
    float em = stage->em * stage_text_scale(stage, scale), line = fmaxf(0.1f * em, 1.5f);
    cg_scene_rect(stage->scene, (struct cg_box){box.x, bottom + 0.12f * em, box.w, line}, line / 2,
                  ink);
    stage_tag(stage, (struct stage_key){.role = ROLE_NONE});
    float text = 0.86f * em, name = 1.15f * em;
    float name_w = brace->name->width * name;
    float words_w = stage_text_width(stage, CG_FACE_TEXT, text, brace->words);
    float start = box.x + (box.w - name_w - 0.4f * em - words_w) / 2;
    start = fmaxf(start, x);
    float baseline = bottom + 1.35f * em;
    size_t first = stage->scene->n_items;
    stage_formula(stage, brace->name, start, baseline, name, 1, ROLE_NONE);
    for (size_t i = first; i < stage->scene->n_items; i++)
        if (stage->scene->items[i].kind == CG_ITEM_GLYPHS)
            stage->scene->items[i].u.glyphs.color = ink;
    stage_text(stage, CG_FACE_TEXT, start + name_w + 0.4f * em, baseline, text, stage->theme->dim,
               brace->words);
}

static void draw_numbers(struct stage *stage, const struct stage_line *line,
                         const struct stage_piece *piece, const struct place *place,
                         const struct placing *p, float x, float baseline)
{
    for (size_t i = 0; i < line->n_rows; i++) {
        const struct cg_formula *formula = piece->numbers[i];
        if (formula)
            stage_formula(stage, formula,
                          x + (place->w + place->formula_w) / 2 - formula->width * p->size,
                          baseline + (float)i * p->number_line, p->size, 1, ROLE_LINE);
    }
}

void stage_line_draw(struct stage *stage, const struct stage_line *line, float scale, float width,
                     bool wrap, float x, float y)
{
    struct placing p = place_line(stage, line, scale, width, wrap);
    float numbers = line->n_rows > 1 ? (float)(line->n_rows - 1) * p.number_line : 0;
    size_t i = 0;
    for (size_t r = 0; r < p.n_rows; r++) {
        const struct row *row = &p.rows[r];
        float baseline = y + row->ascent;
        float bottom = baseline + row->descent + numbers;
        float grids = bottom + row->braces + 0.35f * stage->em * scale;
        for (; i < line->count && p.places[i].row == r; i++) {
            const struct stage_piece *piece = &line->pieces[i];
            const struct place *place = &p.places[i];
            float left = x + place->x, middle = left + (place->w - place->formula_w) / 2;
            if (piece->has_grid)
                stage_grid_draw(stage, &piece->grid, place->grid,
                                left + (place->w - place->grid.w) / 2, grids);
            if (piece->numbers) {
                draw_numbers(stage, line, piece, place, &p, left, baseline);
                continue;
            }
            if (stage->step && line->rhs == stage->step->rhs)
                stage_mark(stage, piece->formula, stage->step->made, stage->step->n_made, middle,
                           baseline, p.size, stage->theme->accent, 1);
            stage_formula(stage, piece->formula, middle, baseline, p.size, 1, ROLE_LINE);
            for (size_t b = 0; b < piece->n_braces; b++)
                draw_brace(stage, piece, &piece->braces[b], middle, baseline, p.size, scale,
                           bottom);
        }
        y = bottom + row->braces + (row->grids > 0 ? row->grids + 0.35f * stage->em * scale : 0) +
            0.8f * stage->em * scale;
    }
}
