/* Grids of numbers: the tensor of a term, oriented along the axes of the result, as cells. */
#include "view/stage.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_ENTRIES = 20000, MOST_MATRIX = 1 << 18, MOST_CELLS = 1500, MOST_WORK = 400000 };

/* Digits below this many pixels are not drawn: cells speak by colour alone. */
static const float smallest_digits = 8.5f;

/* ---- what is shown ---- */

static void set_axes(struct stage_grid *grid, int row_axis, int col_axis)
{
    grid->row_axis = row_axis;
    grid->col_axis = col_axis;
    grid->rows = row_axis >= 0 ? grid->size[row_axis] : 1;
    grid->cols = col_axis >= 0 ? grid->size[col_axis] : 1;
    grid->n_slices = 1;
    for (size_t i = 0; i < grid->n_axes; i++)
        if ((int)i != row_axis && (int)i != col_axis)
            grid->n_slices *= grid->size[i];
}

/* Rows and columns: the last two indices; one that runs along the result's rows stands upright, one
 * along its columns lies. The entry of a matrix keeps the matrix's own orientation. */
static void orient(struct stage *stage, struct stage_grid *grid)
{
    int n = (int)grid->n_axes;
    struct cg_index *index = grid->index;
    if (n == 0) {
        set_axes(grid, -1, -1);
    } else if (n == 1) {
        bool upright = stage_same_letter(index[0], stage->axes.row);
        set_axes(grid, upright ? 0 : -1, upright ? -1 : 0);
    } else {
        int a = n - 2, b = n - 1;
        bool swap = grid->node->op != CG_ENTRY && (stage_same_letter(index[a], stage->axes.col) ||
                                                   stage_same_letter(index[b], stage->axes.row));
        set_axes(grid, swap ? b : a, swap ? a : b);
    }
}

static void see_width(struct stage *stage, struct stage_grid *grid, double number)
{
    char text[32];
    cg_number_text(text, grid->format, number);
    grid->widest = fmaxf(grid->widest, stage_text_width(stage, CG_FACE_SEMIBOLD, 1, text));
}

/* How wide its numbers are and how large. Digits are tabular and as many behind the point in all:
 * the largest and the least number are the widest. */
static void see_numbers(struct stage *stage, struct stage_grid *grid, size_t count)
{
    double least = 0, most = 0, strange = 0;
    for (size_t i = 0; i < count; i++) {
        double number = grid->data[i];
        if (!isfinite(number))
            strange = number;
        else if (number < least)
            least = number;
        else if (number > most)
            most = number;
    }
    grid->largest = fmax(most, -least);
    grid->widest = 0;
    see_width(stage, grid, least);
    see_width(stage, grid, most);
    see_width(stage, grid, strange);
}

static void finish(struct stage *stage, struct stage_grid *grid, size_t count)
{
    size_t stride = 1;
    for (size_t i = grid->n_axes; i-- > 0;) {
        grid->stride[i] = stride;
        stride *= grid->size[i];
    }
    grid->format = cg_number_format(grid->data, count, 3);
    see_numbers(stage, grid, count);
    grid->ink = cg_term_ink(stage->theme, grid->node);
    grid->letters = true;
}

/* "h × y" from the sizes' names. */
static const char *dims_text(struct stage *stage, const int *dims, size_t count)
{
    const char *text = "";
    for (size_t i = 0; i < count; i++) {
        const char *name = cg_dim_name(stage->model, dims[i]);
        const char *size = cg_dim_root(stage->model, dims[i]) == cg_dim_root(stage->model, 0) ? "1"
                           : name
                               ? name
                               : cg_format(stage->arena, "%zu", cg_dim_size(stage->model, dims[i]));
        text = cg_format(stage->arena, "%s%s%s", text, i ? " × " : "", size);
    }
    return text;
}

const char *stage_shape_text(struct stage *stage, struct cg_shape shape)
{
    int dims[] = {shape.rows, shape.cols};
    return dims_text(stage, dims, 2);
}

/* The sizes as numbers where a grid is too long to be counted: " = 64 × 784". */
static const char *sized(struct stage *stage, const char *shape, const size_t *sizes, size_t count)
{
    const char *numbers = "";
    bool longer = false;
    for (size_t i = 0; i < count; i++) {
        numbers = cg_format(stage->arena, "%s%s%zu", numbers, i ? " × " : " = ", sizes[i]);
        longer |= sizes[i] > GRID_WHOLE;
    }
    bool named = strspn(shape, "0123456789 ×") < strlen(shape);
    return longer && named ? cg_format(stage->arena, "%s%s", shape, numbers) : shape;
}

static void multiply_size(const struct stage *stage, struct cg_index index, bool seen[128],
                          double *product)
{
    unsigned char letter = (unsigned char)index.letter & 127;
    if (letter && !seen[letter])
        *product *= (double)stage_size(stage, index);
    seen[letter] = true;
}

/* The product of the sizes of all its indices: what evaluating it may take at most. */
static void estimate_work(const struct stage *stage, const struct cg_expr *expr, bool seen[128],
                          double *product)
{
    if (expr->op == CG_ENTRY || expr->op == CG_KRON) {
        multiply_size(stage, expr->u.at.row, seen, product);
        multiply_size(stage, expr->u.at.col, seen, product);
    } else if (expr->op == CG_SUM_OVER) {
        multiply_size(stage, expr->u.over, seen, product);
    } else if (expr->op == CG_PARTIAL) {
        multiply_size(stage, expr->u.partial.row, seen, product);
        multiply_size(stage, expr->u.partial.col, seen, product);
    }
    for (size_t i = 0; i < expr->n_args; i++)
        estimate_work(stage, expr->args[i], seen, product);
}

static bool evaluate(struct stage *stage, const struct cg_expr *expr, struct stage_grid *grid)
{
    size_t count = 1;
    for (size_t i = 0; i < grid->n_axes; i++) {
        grid->size[i] = stage_size(stage, grid->index[i]);
        count *= grid->size[i];
        if (count > (grid->n_axes > 2 ? MOST_ENTRIES : MOST_MATRIX))
            return false;
    }
    bool seen[128] = {false};
    double work = 1;
    estimate_work(stage, expr, seen, &work);
    if (work > MOST_WORK)
        return false;
    grid->data =
        cg_eval_tensor(stage->frame->env, stage->arena, expr, grid->index, grid->n_axes, &count);
    grid->ghosts = stage_has_op(expr, CG_KRON) || stage_has_op(expr, CG_PARTIAL);
    orient(stage, grid);
    finish(stage, grid, count);
    return true;
}

/* What is written below a factor's grid: the shape of its matrix, so that it tells a row from a
 * column, or the sizes that its indices run over. */
static const char *factor_shape(struct stage *stage, const struct stage_grid *grid)
{
    if (grid->node->op == CG_ENTRY) {
        /* A row that stands upright here, along the result's rows, would belie its shape. */
        struct cg_shape shape = grid->node->args[0]->shape;
        bool row = cg_same_dim(stage->model, shape.rows, 0);
        if (grid->n_axes == 1 && row == (grid->row_axis >= 0))
            return NULL;
        size_t sizes[] = {stage_size(stage, (struct cg_index){0, shape.rows}),
                          stage_size(stage, (struct cg_index){0, shape.cols})};
        return sized(stage, stage_shape_text(stage, shape), sizes, 2);
    }
    int dims[STAGE_MAX_AXES];
    for (size_t i = 0; i < grid->n_axes; i++)
        dims[i] = grid->index[i].dim;
    if (grid->n_axes >= 2)
        return sized(stage, dims_text(stage, dims, grid->n_axes), grid->size, grid->n_axes);
    return NULL;
}

bool stage_grid_of(struct stage *stage, const struct cg_expr *expr, struct stage_grid *grid)
{
    *grid = (struct stage_grid){.node = expr, .role = ROLE_CELL};
    if (expr->op == CG_NUMBER || expr->op == CG_SIZE)
        return false;
    if (!cg_is_index_notation(expr)) {
        struct cg_matrix matrix = cg_eval(stage->frame->env, stage->arena, expr);
        *grid = stage_grid_matrix(stage, expr, matrix, (struct cg_index){0}, (struct cg_index){0});
        return matrix.rows * matrix.cols <= MOST_MATRIX;
    }
    grid->n_axes = cg_free_indices(expr, grid->index, STAGE_MAX_AXES);
    if (grid->n_axes > 4 || !evaluate(stage, expr, grid))
        return false;
    grid->shape = factor_shape(stage, grid);
    return true;
}

bool stage_grid_over(struct stage *stage, const struct cg_expr *expr, const struct cg_index *slices,
                     size_t n_slices, struct stage_grid *grid)
{
    *grid = (struct stage_grid){.node = expr, .role = ROLE_RESULT};
    for (size_t i = 0; i < n_slices; i++)
        grid->index[grid->n_axes++] = slices[i];
    int row_axis = -1, col_axis = -1;
    if (stage->axes.row.letter) {
        row_axis = (int)grid->n_axes;
        grid->index[grid->n_axes++] = stage->axes.row;
    }
    if (stage->axes.col.letter) {
        col_axis = (int)grid->n_axes;
        grid->index[grid->n_axes++] = stage->axes.col;
    }
    if (!evaluate(stage, expr, grid))
        return false;
    set_axes(grid, row_axis, col_axis);
    return true;
}

struct stage_grid stage_grid_matrix(struct stage *stage, const struct cg_expr *node,
                                    struct cg_matrix matrix, struct cg_index row,
                                    struct cg_index col)
{
    struct stage_grid grid = {.node = node,
                              .role = ROLE_CELL,
                              .n_axes = 2,
                              .index = {row, col},
                              .size = {matrix.rows, matrix.cols},
                              .data = matrix.data};
    size_t count = matrix.rows * matrix.cols;
    if (stage->keeps && count <= MOST_MATRIX)
        grid.data = cg_copy(stage->arena, matrix.data, count * sizeof *matrix.data);
    set_axes(&grid, 0, 1);
    finish(stage, &grid, count);
    grid.ghosts = node && stage_has_op(node, CG_EYE);
    if (node)
        grid.shape = sized(stage, stage_shape_text(stage, node->shape), grid.size, 2);
    return grid;
}

/* Where slice number `slice` begins in the data. */
static size_t slice_offset(const struct stage_grid *grid, size_t slice)
{
    size_t offset = 0;
    for (size_t i = grid->n_axes; i-- > 0;) {
        if ((int)i == grid->row_axis || (int)i == grid->col_axis)
            continue;
        offset += slice % grid->size[i] * grid->stride[i];
        slice /= grid->size[i];
    }
    return offset;
}

struct stage_grid stage_grid_slice(const struct stage_grid *grid, size_t slice)
{
    struct stage_grid one = *grid;
    one.data = grid->data + slice_offset(grid, slice);
    one.n_slices = 1;
    one.first_slice = grid->first_slice + (uint32_t)slice;
    one.n_axes = 0;
    one.row_axis = one.col_axis = -1;
    for (size_t i = 0; i < grid->n_axes; i++) {
        bool is_row = (int)i == grid->row_axis, is_col = (int)i == grid->col_axis;
        if (!is_row && !is_col)
            continue;
        size_t at = one.n_axes++;
        one.index[at] = grid->index[i];
        one.size[at] = grid->size[i];
        one.stride[at] = grid->stride[i];
        if (is_row)
            one.row_axis = (int)at;
        if (is_col)
            one.col_axis = (int)at;
    }
    return one;
}

size_t stage_size(const struct stage *stage, struct cg_index index)
{
    size_t root = (size_t)cg_dim_root(stage->model, index.dim);
    const struct cg_env *env = stage->frame->env;
    return root < env->n_sizes ? env->sizes[root] : cg_dim_size(stage->model, index.dim);
}

struct cg_bindings stage_pinned(const struct stage *stage)
{
    struct cg_bindings bindings = {{0}};
    if (stage->axes.pin_row.letter)
        bindings.at[(unsigned char)stage->axes.pin_row.letter & 127] = stage->pin_row;
    if (stage->axes.pin_col.letter)
        bindings.at[(unsigned char)stage->axes.pin_col.letter & 127] = stage->pin_col;
    return bindings;
}

/* ---- how large ---- */

/* The line below a grid: letter of its columns, shape, power of ten. */
static const char *below(struct stage *stage, const struct stage_grid *grid)
{
    const char *text = "";
    if (grid->letters && grid->col_axis >= 0 && grid->index[grid->col_axis].letter)
        text = cg_format(stage->arena, "$%c$", grid->index[grid->col_axis].letter);
    if (grid->shape)
        text = cg_format(stage->arena, "%s%s%s", text, *text ? "  " : "", grid->shape);
    if (grid->format.exponent && grid->largest > 0) {
        const char *digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
        int e = grid->format.exponent;
        const char *power = "";
        for (int rest = e < 0 ? -e : e; rest > 0; rest /= 10)
            power = cg_format(stage->arena, "%s%s", digits[rest % 10], power);
        text = cg_format(stage->arena, "%s%s×10%s%s", text, *text ? "  " : "", e < 0 ? "⁻" : "",
                         power);
    }
    return text;
}

/* "i = 2, m = 10" above a slice, and some air. */
static float slice_label_width(struct stage *stage, const struct stage_grid *grid, float size)
{
    float width = 0;
    if (grid->n_slices < 2)
        return 0;
    for (size_t i = 0; i < grid->n_axes; i++) {
        if ((int)i == grid->row_axis || (int)i == grid->col_axis)
            continue;
        const char *text =
            cg_format(stage->arena, ", $%c$ = %zu", grid->index[i].letter, grid->size[i]);
        width += stage_rich(stage, 0, 0, size, stage->theme->dim, text, false);
    }
    return width + 0.3f * size;
}

/* What must be seen of an axis of this size: where the letter is a pinned one, or has been taken
 * from an operand that lies as the result does. */
static size_t pinned_at(const struct stage *stage, struct cg_index index, size_t size, bool row)
{
    struct cg_index along = row ? stage->axes.row : stage->axes.col;
    if (stage_same_letter(index, stage->axes.pin_row))
        return stage->pin_row;
    if (stage_same_letter(index, stage->axes.pin_col))
        return stage->pin_col;
    if (index.letter || !along.letter || size != stage_size(stage, along))
        return SIZE_MAX;
    return pinned_at(stage, along, size, row);
}

static struct grid_axis shown_axis(const struct stage *stage, const struct stage_grid *grid,
                                   int axis, bool row)
{
    if (axis < 0)
        return stage_axis_of(1, SIZE_MAX, false);
    size_t size = grid->size[axis];
    return stage_axis_of(size, pinned_at(stage, grid->index[axis], size, row), stage->brief);
}

/* The slice of the pinned indices; SIZE_MAX where no index of the slices is pinned. */
static size_t pinned_slice(const struct stage *stage, const struct stage_grid *grid)
{
    struct cg_bindings at = stage_pinned(stage);
    size_t slice = 0;
    bool pinned = false;
    for (size_t i = 0; i < grid->n_axes; i++) {
        if ((int)i == grid->row_axis || (int)i == grid->col_axis)
            continue;
        slice = slice * grid->size[i] + at.at[(unsigned char)grid->index[i].letter & 127];
        pinned |= stage_same_letter(grid->index[i], stage->axes.pin_row) ||
                  stage_same_letter(grid->index[i], stage->axes.pin_col);
    }
    return pinned ? slice : SIZE_MAX;
}

/* Slices stand in one row, or, where that would take most of the width, one row for each value of
 * the first index. */
static void place_slices(const struct stage *stage, const struct stage_grid *grid,
                         struct grid_size *size, float em)
{
    size->slices_across = size->slice.count;
    float pitch = size->slice_w + size->slice_gap;
    if (grid->n_axes == 4 && stage_axis_whole(&size->slice) &&
        (float)grid->n_slices * pitch > 0.6f * stage->width)
        size->slices_across = grid->n_slices / grid->size[0];
    size_t down = size->slice.count / size->slices_across;
    size->slice_pitch = size->top + size->slice_h + 0.5f * em;
    size->inner_w =
        stage_axis_place(&size->slice, size->slices_across - 1, pitch, size->dots) + size->slice_w;
    size->inner_h = (float)down * size->slice_pitch - 0.5f * em;
}

void stage_grid_extend(struct grid_size *size)
{
    size->slice_w = stage_axis_length(&size->col, size->cell_w, size->gap, size->dots);
    size->slice_h = stage_axis_length(&size->row, size->cell_h, size->gap, size->dots);
}

struct grid_size stage_grid_measure(struct stage *stage, const struct stage_grid *grid, float scale)
{
    float em = stage->em * scale;
    struct grid_size size = {
        .row = shown_axis(stage, grid, grid->row_axis, true),
        .col = shown_axis(stage, grid, grid->col_axis, false),
        .slice = stage_axis_of(grid->n_slices, pinned_slice(stage, grid), stage->brief),
        .digits = 0.84f * em,
        .gap = fmaxf(0.14f * em, 1)};
    size_t cells = size.row.count * size.col.count * size.slice.count;
    bool dense = grid->n_axes > 2; /* order 3 and more: a smaller print of many cells */
    if (dense)
        size.digits *= 0.95f;
    size.dots = 1.1f * size.digits;
    if (size.digits >= smallest_digits && cells <= MOST_CELLS) {
        size.cell_w =
            fmaxf(grid->widest + (dense ? 0.4f : 1.1f), dense ? 2.45f : 2.6f) * size.digits;
        size.cell_h = (dense ? 1.66f : 2.0f) * size.digits;
    } else {
        size.cell_w = size.cell_h = 1.3f * size.digits;
        size.digits = 0;
        size.gap = size.cell_w > 6 ? 2 : size.cell_w > 3 ? 1 : 0;
    }
    stage_grid_extend(&size);
    float small = 0.86f * stage->em * stage_text_scale(stage, scale);
    size.slice_gap = fmaxf(0.9f * em, slice_label_width(stage, grid, small) - size.slice_w);
    if (grid->letters && grid->row_axis >= 0 && grid->index[grid->row_axis].letter)
        size.left =
            stage_letter_width(stage, grid->index[grid->row_axis].letter, small) + 0.45f * small;
    const char *text = size.below = below(stage, grid);
    size.label = small;
    size.bottom = *text && !grid->aside ? 1.4f * small : 0;
    size.top = grid->n_slices > 1 ? 1.25f * small : 0;
    place_slices(stage, grid, &size, em);
    float text_w = stage_rich(stage, 0, 0, small, stage->theme->dim, text, false);
    size.aside = size.inner_w + (grid->n_slices > 1 ? size.slice_gap : 0.5f * small);
    size.w = size.left + (grid->aside && *text ? size.aside + text_w : fmaxf(size.inner_w, text_w));
    size.h = size.inner_h + size.bottom;
    return size;
}
