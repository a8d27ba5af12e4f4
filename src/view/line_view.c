/* A line set in columns: each as wide as the wider of its piece and its grid. */
#include "view/stage.h"

#include <math.h>
#include <string.h>

/* Pixels per em of the current line at scale 1, in em of body text. */
static const float formula_em = 1.75f;

/* In LINE_ROWS, where a row is as high as its grids. */
static const float row_formula_em = 1.4f;

/* Where a piece stands: lengths in pixels. */
struct place {
    float x, w, formula_w;
    float grid_x; /* of its grid, from x; formulae stand in the middle of what is left of it */
    size_t row;
    struct grid_size grid;
};

struct row {
    float ascent, descent, braces, grids, width;
};

struct placing {
    enum line_form form;
    struct place *places;
    struct row *rows;
    size_t n_rows;
    float size;        /* pixels per em of formulae */
    float number_line; /* from one line of numbers to the next */
    float numbers;     /* what the lines of numbers but the first take */
    float grid_gap;    /* between a factor and its grid, and between rows */
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

static struct stage_grid grid_of(const struct placing *p, const struct stage_piece *piece)
{
    struct stage_grid grid = piece->grid;
    grid.aside = p->form == LINE_ROWS;
    return grid;
}

/* The place of a piece but for its x. */
static struct place size_piece(struct stage *stage, const struct stage_line *line,
                               const struct stage_piece *piece, float scale,
                               const struct placing *p)
{
    struct place place = {.row = p->n_rows};
    place.formula_w = place.w = piece_width(line, piece) * p->size;
    if (!piece->has_grid)
        return place;
    struct stage_grid grid = grid_of(p, piece);
    place.grid = stage_grid_measure(stage, &grid, scale);
    if (p->form == LINE_ROWS) {
        place.grid_x = place.formula_w + p->grid_gap;
        place.w = place.grid_x + place.grid.w;
    } else {
        place.w = fmaxf(place.w, place.grid.w);
        place.grid_x = (place.w - place.grid.w) / 2;
    }
    return place;
}

/* A row but the first begins under the relation where an addend begins, else a little further in.
 */
static float row_start(const struct stage_line *line, const struct placing *p,
                       const struct stage_piece *piece)
{
    if (p->form != LINE_ROWS)
        return 1.5f * p->size;
    const struct place *relation = &p->places[1];
    float indent = piece->kind == PIECE_PLUS ? 0 : relation->w + 0.3f * p->size;
    return line->count > 1 ? relation->x + indent : 0;
}

/* Grids stand below the formulae or beside them. */
static float row_height(const struct placing *p, const struct row *row)
{
    float text = row->ascent + row->descent + row->braces + p->numbers;
    if (p->form == LINE_ROWS)
        return fmaxf(text, row->grids);
    return text + (row->grids > 0 ? row->grids + p->grid_gap : 0);
}

static float row_gap(const struct stage *stage, const struct placing *p, float scale)
{
    return (p->form == LINE_ROWS ? 0.3f : 0.8f) * stage->em * scale;
}

static void place_pieces(struct stage *stage, const struct stage_line *line, float scale,
                         float width, struct placing *p)
{
    float x = 0;
    for (size_t i = 0; i < line->count; i++) {
        const struct stage_piece *piece = &line->pieces[i], *before = i ? piece - 1 : NULL;
        struct place *place = &p->places[i];
        *place = size_piece(stage, line, piece, scale, p);
        float gap = gap_before(before, piece) * p->size;
        if (before && before->has_grid && (piece->has_grid || p->form == LINE_ROWS))
            gap = fmaxf(gap, (p->form == LINE_ROWS ? 0.6f : 0.85f) * stage->em * scale);
        bool full = p->form != LINE_WHOLE && before && may_break_before(piece) &&
                    x + gap + place->w > width;
        bool addend = p->form == LINE_ROWS && piece->kind == PIECE_PLUS && i > 2;
        if (full || addend) {
            place->row = ++p->n_rows;
            x = row_start(line, p, piece);
            gap = 0;
        }
        place->x = x + gap;
        x = place->x + place->w;
        enlarge_row(stage, piece, place, p->size, scale, &p->rows[place->row]);
    }
    p->n_rows++;
}

static struct placing place_line(struct stage *stage, const struct stage_line *line, float scale,
                                 float width, enum line_form form)
{
    float em = form == LINE_ROWS ? row_formula_em : formula_em;
    struct placing p = {.form = form, .size = em * stage->em * stage_text_scale(stage, scale)};
    p.places = cg_alloc_array(stage->arena, line->count, sizeof *p.places);
    p.rows = cg_alloc_array(stage->arena, line->count + 1, sizeof *p.rows);
    p.number_line = 1.45f * p.size;
    p.numbers = line->n_rows > 1 ? (float)(line->n_rows - 1) * p.number_line : 0;
    p.grid_gap = 0.35f * stage->em * scale;
    place_pieces(stage, line, scale, width, &p);
    for (size_t i = 0; i < p.n_rows; i++) {
        p.w = fmaxf(p.w, p.rows[i].width);
        p.h += (i ? row_gap(stage, &p, scale) : 0) + row_height(&p, &p.rows[i]);
    }
    return p;
}

void stage_line_measure(struct stage *stage, const struct stage_line *line, float scale,
                        float width, enum line_form form, float *w, float *h)
{
    struct placing p = place_line(stage, line, scale, width, form);
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
                         const struct stage_piece *piece, float right, const struct placing *p,
                         float baseline)
{
    for (size_t i = 0; i < line->n_rows; i++) {
        const struct cg_formula *formula = piece->numbers[i];
        if (formula)
            stage_formula(stage, formula, right - formula->width * p->size,
                          baseline + (float)i * p->number_line, p->size, 1, ROLE_LINE);
    }
}

/* `top`: of the row; `bottom`: of its formulae. */
static void draw_piece(struct stage *stage, const struct stage_line *line, size_t i,
                       const struct placing *p, float scale, float x, float top, float baseline,
                       float bottom)
{
    const struct stage_piece *piece = &line->pieces[i];
    const struct place *place = &p->places[i];
    const struct row *row = &p->rows[place->row];
    bool beside = p->form == LINE_ROWS;
    float left = x + place->x, room = beside ? place->formula_w : place->w;
    float middle = left + (room - place->formula_w) / 2;
    float grids = beside ? top + (row_height(p, row) - place->grid.h) / 2
                         : bottom + row->braces + p->grid_gap;
    struct stage_grid grid = grid_of(p, piece);
    if (piece->has_grid)
        stage_grid_draw(stage, &grid, place->grid, left + place->grid_x, grids);
    if (piece->numbers) {
        draw_numbers(stage, line, piece, middle + place->formula_w, p, baseline);
        return;
    }
    if (stage->step && line->rhs == stage->step->rhs)
        stage_mark(stage, piece->formula, stage->step->made, stage->step->n_made, middle, baseline,
                   p->size, stage->theme->accent, 1);
    stage_formula(stage, piece->formula, middle, baseline, p->size, 1, ROLE_LINE);
    for (size_t b = 0; b < piece->n_braces; b++)
        draw_brace(stage, piece, &piece->braces[b], middle, baseline, p->size, scale, bottom);
}

void stage_line_draw(struct stage *stage, const struct stage_line *line, float scale, float width,
                     enum line_form form, float x, float y)
{
    struct placing p = place_line(stage, line, scale, width, form);
    size_t i = 0;
    for (size_t r = 0; r < p.n_rows; r++) {
        const struct row *row = &p.rows[r];
        float height = row_height(&p, row), text = row->ascent + row->descent + row->braces;
        float baseline = y + row->ascent;
        if (form == LINE_ROWS)
            baseline += (height - text - p.numbers) / 2;
        for (; i < line->count && p.places[i].row == r; i++)
            draw_piece(stage, line, i, &p, scale, x, y, baseline,
                       baseline + row->descent + p.numbers);
        y += height + row_gap(stage, &p, scale);
    }
}
