/* Matrices, cases and aligned lines (LaTeX's array; its struts are those of 12 pt lines for a text
 * of 10 pt). */
#include "typeset/math_box.h"

#include <math.h>
#include <string.h>

/* The cells of all rows together may be far fewer than rows x columns: rows are kept as they are.
 */
struct placed_row {
    struct box **cells;
    size_t count;
    float h, d;
};

static struct style cell_style(const struct array *array, struct style style)
{
    bool script = array->style == STYLE_SCRIPT;
    return (struct style){script && style.level == STYLE_SCRIPT_SCRIPT ? style.level : array->style,
                          style.cramped};
}

static void place_row(struct layout *l, const struct array *array, const struct array_row *row,
                      struct style style, float strut, struct placed_row *placed, float *widths)
{
    for (const struct array_cell *cell = row->cells; cell; cell = cell->next)
        placed->count++;
    placed->cells = cg_alloc_array(l->arena, placed->count, sizeof *placed->cells);
    placed->h = .7f * strut;
    placed->d = .3f * strut;
    size_t column = 0;
    for (const struct array_cell *cell = row->cells; cell; cell = cell->next, column++) {
        struct box *box = layout_list(l, &cell->body, cell_style(array, style));
        placed->cells[column] = box;
        placed->h = fmaxf(placed->h, box->h);
        placed->d = fmaxf(placed->d, box->d);
        widths[column] = fmaxf(widths[column], box->w);
    }
}

static float align_shift(const struct array *array, size_t column, float room)
{
    switch (array->align[column % strlen(array->align)]) {
    case 'l':
        return 0;
    case 'r':
        return room;
    default:
        return room / 2;
    }
}

static struct box *place_cells(struct layout *l, const struct array *array,
                               const struct placed_row *row, const float *widths, float gap)
{
    struct box *box = box_new(l);
    float x = 0;
    for (size_t column = 0; column < row->count; column++) {
        if (column && !(array->paired && column % 2))
            x += gap;
        const struct box *cell = row->cells[column];
        box_put(l, box, cell, x + align_shift(array, column, widths[column] - cell->w), 0);
        x += widths[column];
    }
    return box;
}

static float total_width(const struct array *array, const float *widths, float gap)
{
    float width = 0;
    for (size_t column = 0; column < array->n_columns; column++)
        width += widths[column] + (column && !(array->paired && column % 2) ? gap : 0);
    return width;
}

struct nucleus layout_array(struct layout *l, const struct node *node, struct style style)
{
    const struct array *array = &node->u.array;
    float size = style_size(l, style), scale = fmaxf(size, style_size(l, cell_style(array, style)));
    float gap = array->column_gap * scale, jot = array->paired ? .3f * scale : 0;
    float *widths = cg_alloc_array(l->arena, array->n_columns, sizeof *widths);
    struct placed_row *rows = cg_alloc_array(l->arena, array->n_rows, sizeof *rows);
    size_t n = 0;
    float height = 0;
    for (const struct array_row *row = array->rows; row; row = row->next, n++) {
        place_row(l, array, row, style, 1.2f * array->stretch * scale, &rows[n], widths);
        if (row->next)
            rows[n].d += jot;
        height += rows[n].h + rows[n].d;
    }
    float axis = l->math->constants.axis * size, y = -(height / 2 + axis);
    struct box *body = box_new(l);
    for (size_t i = 0; i < n; i++) {
        y += rows[i].h;
        box_put(l, body, place_cells(l, array, &rows[i], widths, gap), 0, y);
        y += rows[i].d;
    }
    body->w = total_width(array, widths, gap);
    body->h = height / 2 + axis;
    body->d = height / 2 - axis;
    struct box *box = box_new(l);
    float fence = fence_height(l, body->h, body->d, style);
    if (array->left || array->right)
        box_append(l, box, box_fence(l, array->left, fence, style, node->object));
    box_append(l, box, body);
    if (array->left || array->right)
        box_append(l, box, box_fence(l, array->right, fence, style, node->object));
    return (struct nucleus){.box = box};
}
