/* The cells of a grid: tinted by size, ghosts where a Kronecker delta is zero, the pinned cell and
 * what is pointed at outlined. */
#include "view/stage.h"

#include <math.h>
#include <string.h>

/* A cell within its grid. */
struct cell {
    size_t slice, row, col;
    double number;
    struct cg_box box;
};

static size_t along(const struct stage_grid *grid, size_t axis, const struct cell *cell)
{
    if ((int)axis == grid->row_axis)
        return cell->row;
    if ((int)axis == grid->col_axis)
        return cell->col;
    size_t slice = cell->slice;
    for (size_t i = grid->n_axes; i-- > 0;) {
        if ((int)i == grid->row_axis || (int)i == grid->col_axis)
            continue;
        if (i == axis)
            return slice % grid->size[i];
        slice /= grid->size[i];
    }
    return 0;
}

/* By their number among the slices, rows and columns that are shown. */
static struct cell cell_at(const struct stage_grid *grid, const struct grid_size *size, float x,
                           float y, size_t slice, size_t row, size_t col)
{
    struct cell cell = {
        .slice = size->slice.at[slice], .row = size->row.at[row], .col = size->col.at[col]};
    size_t offset = 0;
    for (size_t i = 0; i < grid->n_axes; i++)
        offset += along(grid, i, &cell) * grid->stride[i];
    cell.number = grid->data[offset];
    size_t across = slice % size->slices_across;
    cell.box = (struct cg_box){
        x + size->left +
            stage_axis_place(&size->slice, across, size->slice_w + size->slice_gap, size->dots) +
            stage_axis_place(&size->col, col, size->cell_w + size->gap, size->dots),
        y + size->top + (float)(slice / size->slices_across) * size->slice_pitch +
            stage_axis_place(&size->row, row, size->cell_h + size->gap, size->dots),
        size->cell_w, size->cell_h};
    return cell;
}

static struct stage_key key_of(const struct stage_grid *grid, const struct cell *cell,
                               uint32_t part)
{
    return (struct stage_key){grid->role == ROLE_CELL ? grid->node : NULL,
                              grid->role,
                              {grid->first_slice + (uint32_t)cell->slice, (uint32_t)cell->row,
                               (uint32_t)cell->col, part}};
}

static void draw_number(struct stage *stage, const struct cell *cell, float digits,
                        struct cg_color color, const char *text)
{
    float width = stage_text_width(stage, CG_FACE_SEMIBOLD, digits, text);
    float cap = cg_face_cap_height(stage->frame->fonts, CG_FACE_SEMIBOLD) * digits;
    cg_scene_text(stage->scene, stage->frame->fonts, CG_FACE_SEMIBOLD,
                  cell->box.x + (cell->box.w - width) / 2, cell->box.y + (cell->box.h + cap) / 2,
                  digits, color, text);
}

static void draw_cell(struct stage *stage, const struct stage_grid *grid, const struct cell *cell,
                      float digits)
{
    bool ghost = grid->ghosts && cell->number == 0;
    struct cg_color fill, ink;
    double share = grid->largest > 0 ? fabs(cell->number) / grid->largest : 0;
    cg_cell_colors(stage->theme, grid->ink, isfinite(share) ? share : 1, &fill, &ink);
    struct cg_item *item = cg_scene_add(stage->scene, CG_ITEM_RECT);
    item->u.rect.box = cell->box;
    item->u.rect.radius = fminf(0.12f * cell->box.h, 0.25f * stage->em);
    if (ghost) {
        bool small =
            cell->box.h < 0.7f * stage->em; /* dashes of many small cells would only flicker */
        float w = (small ? 0.5f : 1) * stage_hairline(stage);
        item->u.rect.box = (struct cg_box){cell->box.x + w / 2, cell->box.y + w / 2,
                                           cell->box.w - w, cell->box.h - w};
        item->u.rect.stroke = stage_faded(stage->theme->ghost, small ? 0.35f : 0.7f);
        item->u.rect.stroke_width = w;
        item->u.rect.dashed = !small;
    } else {
        item->u.rect.fill = fill;
    }
    stage_tag(stage, key_of(grid, cell, 0));
    if (digits <= 0)
        return;
    char text[32];
    cg_number_text(text, grid->format, cell->number);
    if (ghost)
        strcpy(text, "0");
    draw_number(stage, cell, digits, ghost ? stage->theme->ghost : ink, text);
    stage_tag(stage, key_of(grid, cell, 1));
}

/* A click pins the result's cell that lies at this cell's indices; the other axis stays. */
static void add_cell_target(struct stage *stage, const struct stage_grid *grid,
                            const struct cell *cell)
{
    struct stage_target target = {cell->box, {.kind = FOCUS_CELL, .node = grid->node}};
    struct cg_hit hit = {.kind = CG_HIT_CELL,
                         .box = cell->box,
                         .a = (long)stage->pin_row,
                         .b = (long)stage->pin_col};
    for (size_t i = 0; i < grid->n_axes; i++) {
        if (!grid->index[i].letter)
            continue;
        size_t at = along(grid, i, cell);
        target.focus.index[target.focus.n] = grid->index[i];
        target.focus.at[target.focus.n++] = at;
        if (stage_same_letter(grid->index[i], stage->axes.pin_row))
            hit.a = (long)at;
        if (stage_same_letter(grid->index[i], stage->axes.pin_col))
            hit.b = (long)at;
    }
    cg_scene_hit(stage->scene, hit);
    stage->targets = cg_grow(stage->arena, stage->targets, stage->n_targets,
                             &stage->targets_capacity, sizeof *stage->targets);
    stage->targets[stage->n_targets++] = target;
}

/* ---- outlines ---- */

/* What a set of index values fixes in a grid: the cells that agree, as a block of one slice. */
struct block {
    bool any; /* an index of the grid is fixed */
    bool row_fixed, col_fixed, slice_fixed;
    size_t row, col, slice;
};

static struct block block_of(const struct stage_grid *grid, const struct cg_index *index,
                             const size_t *at, size_t n)
{
    struct block block = {0};
    for (size_t i = 0; i < grid->n_axes; i++)
        for (size_t j = 0; j < n; j++) {
            if (!stage_same_letter(grid->index[i], index[j]) || at[j] >= grid->size[i])
                continue;
            block.any = true;
            if ((int)i == grid->row_axis) {
                block.row_fixed = true;
                block.row = at[j];
            } else if ((int)i == grid->col_axis) {
                block.col_fixed = true;
                block.col = at[j];
            } else if (grid->n_axes == 3) {
                block.slice_fixed = true;
                block.slice = at[j];
            }
        }
    return block;
}

/* The first and last of the shown entries that a block has along an axis; false where what it
 * fixes is left out. */
static bool span(const struct grid_axis *axis, bool fixed, size_t at, size_t *from, size_t *to)
{
    *from = fixed ? stage_axis_find(axis, at) : 0;
    *to = fixed ? *from : axis->count - 1;
    return *from < axis->count;
}

static void outline_block(struct stage *stage, const struct stage_grid *grid,
                          const struct grid_size *size, float x, float y, struct block block,
                          struct cg_color color, uint32_t part)
{
    float line = fmaxf(stage->em * 0.11f, 1.5f);
    size_t row0, row1, col0, col1;
    if (!span(&size->row, block.row_fixed, block.row, &row0, &row1) ||
        !span(&size->col, block.col_fixed, block.col, &col0, &col1))
        return;
    for (size_t i = 0; i < size->slice.count; i++) {
        size_t slice = size->slice.at[i];
        if (block.slice_fixed && slice != block.slice)
            continue;
        struct cg_box a = cell_at(grid, size, x, y, i, row0, col0).box;
        struct cg_box b = cell_at(grid, size, x, y, i, row1, col1).box;
        struct cg_item *item = cg_scene_add(stage->scene, CG_ITEM_RECT);
        item->u.rect.box = (struct cg_box){a.x - line, a.y - line, b.x + b.w - a.x + 2 * line,
                                           b.y + b.h - a.y + 2 * line};
        item->u.rect.radius = fminf(0.16f * a.h, 0.3f * stage->em) + line / 2;
        item->u.rect.stroke = color;
        item->u.rect.stroke_width = line;
        stage_tag(stage, (struct stage_key){grid->role == ROLE_CELL ? grid->node : NULL,
                                            grid->role,
                                            {grid->first_slice + (uint32_t)slice, 0, 0, part}});
    }
}

static void outlines(struct stage *stage, const struct stage_grid *grid,
                     const struct grid_size *size, float x, float y)
{
    const struct cg_index pinned[] = {stage->axes.pin_row, stage->axes.pin_col};
    const size_t at[] = {stage->pin_row, stage->pin_col};
    struct block block = block_of(grid, pinned, at, 2);
    if (block.any)
        outline_block(stage, grid, size, x, y, block, stage->theme->text, 100);
    const struct stage_focus *focus = &stage->focus;
    if (focus->kind == FOCUS_CELL) {
        block = block_of(grid, focus->index, focus->at, focus->n);
        if (block.any)
            outline_block(stage, grid, size, x, y, block, stage->theme->accent, 101);
    } else if (focus->kind == FOCUS_TERM && grid->role == ROLE_CELL &&
               (stage_contains(focus->node, grid->node) ||
                stage_contains(grid->node, focus->node))) {
        outline_block(stage, grid, size, x, y, (struct block){0}, stage->theme->accent, 101);
    }
}

/* ---- the whole grid ---- */

/* Above each of several slices: "i = 2". */
static void slice_label(struct stage *stage, const struct stage_grid *grid, const struct cell *cell,
                        float size)
{
    const char *text = "";
    for (size_t i = 0; i < grid->n_axes; i++)
        if ((int)i != grid->row_axis && (int)i != grid->col_axis)
            text = cg_format(stage->arena, "%s%s$%c$ = %zu", text, *text ? ", " : "",
                             grid->index[i].letter, along(grid, i, cell) + 1);
    stage_rich(stage, cell->box.x, cell->box.y - size * 0.45f, size, stage->theme->dim, text, true);
}

static void draw_texels(struct stage *stage, const struct stage_grid *grid,
                        const struct grid_size *size, float x, float y, size_t slice)
{
    size_t cols = size->col.count, count = size->row.count * cols;
    struct cg_color *texels = cg_alloc_array(stage->arena, count, sizeof *texels), ink;
    for (size_t i = 0; i < count; i++) {
        struct cell cell = cell_at(grid, size, x, y, slice, i / cols, i % cols);
        double share = grid->largest > 0 ? cell.number / grid->largest : 0;
        cg_cell_colors(stage->theme, share < 0 ? stage->theme->negative : stage->theme->positive,
                       fabs(share), &texels[i], &ink);
    }
    struct cell first = cell_at(grid, size, x, y, slice, 0, 0);
    struct cg_item *item = cg_scene_add(stage->scene, CG_ITEM_TEXELS);
    item->u.texels.box = (struct cg_box){first.box.x, first.box.y, size->slice_w, size->slice_h};
    item->u.texels.rows = size->row.count;
    item->u.texels.cols = cols;
    item->u.texels.texels = texels;
    stage_tag(stage, key_of(grid, &first, 2));
}

/* Dots in a box that lies before a cell. */
static void draw_dots(struct stage *stage, const struct stage_grid *grid, const struct cell *cell,
                      struct cg_box box, float size, const char *dots, uint32_t part)
{
    float width = stage_text_width(stage, CG_FACE_MATH, size, dots);
    cg_scene_text(stage->scene, stage->frame->fonts, CG_FACE_MATH, box.x + (box.w - width) / 2,
                  box.y + box.h / 2 + 0.25f * size, size, stage->theme->dim, dots);
    stage_tag(stage, key_of(grid, cell, part));
}

static bool dots_before(const struct grid_axis *axis, size_t i)
{
    return i > 0 && axis->dots[i] > axis->dots[i - 1];
}

/* What is left out above the cell, at its left, and both. */
static void draw_left_out(struct stage *stage, const struct stage_grid *grid,
                          const struct grid_size *size, const struct cell *cell, size_t row,
                          size_t col)
{
    bool above = dots_before(&size->row, row), left = dots_before(&size->col, col);
    float room = size->dots + size->gap, dots = fmaxf(size->dots, 6);
    struct cg_box box = cell->box, up = {box.x, box.y - room, box.w, size->dots};
    struct cg_box side = {box.x - room, box.y, size->dots, box.h};
    struct cg_box corner = {side.x, up.y, size->dots, size->dots};
    if (above)
        draw_dots(stage, grid, cell, up, dots, "⋮", 50);
    if (left)
        draw_dots(stage, grid, cell, side, dots, "⋯", 60);
    if (above && left)
        draw_dots(stage, grid, cell, corner, dots, "⋱", 70);
}

static void draw_slice(struct stage *stage, const struct stage_grid *grid,
                       const struct grid_size *size, float x, float y, size_t slice)
{
    if (size->gap <= 0) {
        draw_texels(stage, grid, size, x, y, slice);
        return;
    }
    for (size_t row = 0; row < size->row.count; row++)
        for (size_t col = 0; col < size->col.count; col++) {
            struct cell cell = cell_at(grid, size, x, y, slice, row, col);
            draw_cell(stage, grid, &cell, size->digits);
            add_cell_target(stage, grid, &cell);
            draw_left_out(stage, grid, size, &cell, row, col);
        }
    if (dots_before(&size->slice, slice)) {
        struct cell cell = cell_at(grid, size, x, y, slice, 0, 0);
        struct cg_box box = {cell.box.x - size->slice_gap - size->dots, cell.box.y,
                             size->slice_gap + size->dots, size->slice_h};
        draw_dots(stage, grid, &cell, box, fmaxf(size->dots, 6), "⋯", 80);
    }
}

static void draw_labels(struct stage *stage, const struct stage_grid *grid, struct grid_size size,
                        float x, float y, float shift)
{
    if (size.left > 0)
        stage_letter(stage, grid->index[grid->row_axis].letter, x + shift,
                     y + size.top + (size.inner_h - size.top) / 2 + size.label * 0.25f, size.label);
    if (!*size.below)
        return;
    if (grid->aside) {
        stage_rich(stage, x + size.left + size.aside,
                   y + size.top + (size.inner_h - size.top) / 2 + size.label * 0.25f, size.label,
                   stage->theme->dim, size.below, true);
        return;
    }
    float width = stage_rich(stage, 0, 0, size.label, stage->theme->dim, size.below, false);
    stage_rich(stage, x + size.left + (size.w - size.left - width) / 2,
               y + size.h - 0.42f * size.label, size.label, stage->theme->dim, size.below, true);
}

void stage_grid_draw(struct stage *stage, const struct stage_grid *grid, struct grid_size size,
                     float x, float y)
{
    float shift = grid->aside ? 0 : (size.w - size.left - size.inner_w) / 2; /* wider label */
    for (size_t slice = 0; slice < size.slice.count; slice++) {
        draw_slice(stage, grid, &size, x + shift, y, slice);
        if (grid->n_slices > 1) {
            struct cell first = cell_at(grid, &size, x + shift, y, slice, 0, 0);
            slice_label(stage, grid, &first, size.label);
        }
    }
    draw_labels(stage, grid, size, x, y, shift);
    outlines(stage, grid, &size, x + shift, y);
}
