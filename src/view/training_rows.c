#include "view/training_parts.h"
#include "view/widgets.h"

#include <math.h>
#include <string.h>

/* The factors of a gradient A^T B, or of a column sum (A is then a column of ones, left out), over
 * the rows of the data: gradient = sum over n of A_n^T B_n. */
struct factors {
    const struct cg_expr *left, *right; /* left NULL: a column sum */
};

static bool find_factors(const struct cg_frame *frame, struct factors *factors)
{
    const struct cg_train_options *options = frame->training->options;
    const struct cg_derivation *derivation = cg_book_find(
        &frame->lesson->book, options->loss, options->params[frame->position->pin_param]);
    const struct cg_expr *form = derivation ? derivation->matrix_form : NULL;
    if (!form || options->n_rows == 0)
        return false;
    *factors = (struct factors){0};
    if (form->op == CG_MATMUL && form->args[0]->op == CG_TRANSPOSE) {
        factors->left = form->args[0]->args[0];
        factors->right = form->args[1];
    } else if (form->op == CG_SUM && form->u.axis == CG_AXIS_ROWS) {
        factors->right = form->args[0];
    } else {
        return false;
    }
    const struct cg_model *model = &frame->lesson->model;
    return cg_same_dim(model, factors->right->shape.rows, options->rows[0]->shape.rows) &&
           cg_rows(model, options->rows[0]->shape) > 1;
}

bool training_has_rows(const struct cg_frame *frame)
{
    struct factors factors;
    return find_factors(frame, &factors);
}

/* One block for each row of the data, and their sum behind them. */
struct blocks {
    size_t count, shown;
    struct cg_matrix *each; /* `shown` of them */
    struct cg_matrix total;
    struct cg_number_format format;
    double largest;
};

static struct cg_matrix outer_row(struct cg_arena *arena, const struct cg_matrix *left,
                                  const struct cg_matrix *right, size_t row)
{
    struct cg_matrix block = {left ? left->cols : 1, right->cols, NULL};
    block.data = cg_alloc_array(arena, block.rows * block.cols, sizeof *block.data);
    for (size_t r = 0; r < block.rows; r++)
        for (size_t c = 0; c < block.cols; c++)
            block.data[r * block.cols + c] =
                (left ? left->data[row * left->cols + r] : 1) * right->data[row * right->cols + c];
    return block;
}

static struct blocks make_blocks(const struct cg_frame *frame, const struct factors *factors,
                                 size_t most)
{
    struct cg_arena *arena = &frame->scene->arena;
    struct cg_matrix left = {0}, right = cg_eval(frame->env, arena, factors->right);
    if (factors->left)
        left = cg_eval(frame->env, arena, factors->left);
    struct blocks blocks = {.count = right.rows};
    blocks.shown = blocks.count <= most ? blocks.count : most;
    blocks.each = cg_alloc_array(arena, blocks.shown, sizeof *blocks.each);
    blocks.total = *cg_trainer_gradient(frame->training->trainer, frame->position->pin_param);
    size_t cells = blocks.total.rows * blocks.total.cols;
    double *all = cg_alloc_array(arena, (blocks.shown + 1) * cells, sizeof *all);
    for (size_t n = 0; n < blocks.shown; n++) {
        blocks.each[n] = outer_row(arena, factors->left ? &left : NULL, &right, n);
        memcpy(all + n * cells, blocks.each[n].data, cells * sizeof *all);
    }
    memcpy(all + blocks.shown * cells, blocks.total.data, cells * sizeof *all);
    blocks.format = cg_number_format(all, (blocks.shown + 1) * cells, 3);
    blocks.largest = training_largest(all, (blocks.shown + 1) * cells);
    return blocks;
}

/* "0 1": the inputs of a row, where they are few. */
static const char *row_name(const struct cg_frame *frame, size_t row)
{
    struct cg_arena *arena = &frame->scene->arena;
    const struct cg_matrix *inputs = &frame->env->values[frame->training->options->rows[0]->id];
    if (inputs->cols > 3)
        return cg_format(arena, "row %zu", row + 1);
    const char *name = "";
    for (size_t c = 0; c < inputs->cols; c++)
        name =
            cg_format(arena, "%s%s%.3g", name, c ? "  " : "", inputs->data[row * inputs->cols + c]);
    return name;
}

static void draw_sign(const struct cg_frame *frame, const char *sign, float x, float y)
{
    float size = 1.1f * frame->em;
    float width = cg_text_width(frame->fonts, &frame->scene->arena, CG_FACE_TEXT, size, sign);
    cg_scene_text(frame->scene, frame->fonts, CG_FACE_TEXT, x - width / 2,
                  cg_centre_baseline(frame, CG_FACE_TEXT, size, y), size, frame->theme->dim, sign);
}

static const char *caption_of(const struct cg_frame *frame, const struct factors *factors,
                              const struct blocks *blocks)
{
    struct cg_arena *arena = &frame->scene->arena;
    const struct cg_value *param = frame->training->options->params[frame->position->pin_param];
    const char *power =
        blocks->format.exponent ? cg_format(arena, ", in $10^{%d}$", blocks->format.exponent) : "";
    return cg_format(arena, "$%s$ is a sum over the %zu rows of data: %s%s",
                     training_gradient_tex(frame, param, 0), blocks->count,
                     factors->left ? "one outer product for each" : "one row for each", power);
}

static void draw_blocks(const struct cg_frame *frame, const struct blocks *blocks,
                        struct cg_box box, float cell, float width, float sign)
{
    float em = frame->em, x = box.x, top = box.y + 1.1f * em;
    struct training_grid grid = {.format = blocks->format,
                                 .largest = blocks->largest,
                                 .cell_height = cell,
                                 .cell_width = width,
                                 .gap = 0.08f * cell,
                                 .value =
                                     frame->training->options->params[frame->position->pin_param],
                                 .pinned = true};
    for (size_t n = 0; n <= blocks->shown; n++) {
        bool total = n == blocks->shown;
        grid.matrix = total ? &blocks->total : &blocks->each[n];
        grid.label = total ? "their sum" : "outer product";
        float w = training_grid_width(&grid), h = training_grid_height(&grid);
        const char *name = total ? "sum" : row_name(frame, n);
        float size = 0.66f * em;
        name = cg_fit_text(frame, CG_FACE_TEXT, size, name, w + 0.6f * sign);
        float name_width =
            cg_text_width(frame->fonts, &frame->scene->arena, CG_FACE_TEXT, size, name);
        cg_scene_text(frame->scene, frame->fonts, CG_FACE_TEXT, x + (w - name_width) / 2,
                      box.y + 0.7f * em, size, frame->theme->dim, name);
        training_grid_draw(frame, &grid, x, top);
        if (!total) {
            bool last = n + 1 == blocks->shown;
            draw_sign(frame, last ? (blocks->shown < blocks->count ? "+ … =" : "=") : "+",
                      x + w + sign / 2, top + h / 2);
        }
        x += w + sign;
    }
}

void training_rows_draw(const struct cg_frame *frame, struct cg_box box)
{
    struct factors factors;
    if (!find_factors(frame, &factors))
        return;
    float em = frame->em, sign = 1.3f * em;
    struct blocks blocks = make_blocks(frame, &factors, 4);
    if (blocks.shown < blocks.count)
        sign = 2.2f * em;
    float caption =
        training_caption(frame, box.x, box.y, box.w, caption_of(frame, &factors, &blocks)) +
        0.3f * em;
    float rows = (float)blocks.total.rows, n = (float)blocks.shown + 1;
    float cols = n * (float)blocks.total.cols;
    float room = box.w - sign * (n - 1);
    float cell = fminf((box.h - caption - 1.2f * em) / (rows * 1.08f), 1.5f * em);
    float width = fminf(1.9f * cell, room / cols - 0.08f * cell);
    cell = fminf(cell, width / 1.5f);
    if (cell < 0.3f * em)
        return;
    draw_blocks(frame, &blocks, (struct cg_box){box.x, box.y + caption, box.w, box.h - caption},
                cell, width, sign);
}
