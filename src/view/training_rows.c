#include "view/training_parts.h"
#include "view/widgets.h"

#include <math.h>
#include <string.h>

/* The factors of a gradient c A^T B, or of c times a column sum (A is then a column of ones, left
 * out), over the rows of the data: gradient = sum over n of c A_n^T B_n. */
struct factors {
    const struct cg_expr *left, *right; /* left NULL: a column sum */
    double scale;
};

/* The one factor of a product that is a sum over rows, or NULL. */
static const struct cg_expr *main_factor(const struct cg_model *model,
                                         const struct cg_expr *product)
{
    const struct cg_expr *found = NULL;
    for (size_t i = 0; i < product->n_args; i++) {
        const struct cg_expr *arg = product->args[i];
        bool sums = arg->op == CG_SUM || arg->op == CG_MATMUL || arg->op == CG_NEG;
        if (cg_is_scalar(model, arg->shape) && !(cg_is_scalar(model, product->shape) && sums))
            continue;
        if (found)
            return NULL;
        found = arg;
    }
    return found;
}

static double scalar_value(const struct cg_frame *frame, const struct cg_expr *expr)
{
    return cg_eval(frame->env, &frame->scene->arena, expr).data[0];
}

/* Takes signs and scalar factors off a matrix form and multiplies them into *scale. */
static const struct cg_expr *peel(const struct cg_frame *frame, const struct cg_expr *form,
                                  double *scale)
{
    const struct cg_model *model = &frame->lesson->model;
    for (;;) {
        const struct cg_expr *inner = NULL;
        if (form->op == CG_NEG) {
            inner = form->args[0];
            *scale = -*scale;
        } else if (form->op == CG_DIV && cg_is_scalar(model, form->args[1]->shape)) {
            inner = form->args[0];
            *scale /= scalar_value(frame, form->args[1]);
        } else if (form->op == CG_MUL) {
            inner = main_factor(model, form);
            for (size_t i = 0; inner && i < form->n_args; i++)
                if (form->args[i] != inner)
                    *scale *= scalar_value(frame, form->args[i]);
        }
        if (!inner)
            return form;
        form = inner;
    }
}

static bool find_factors(const struct cg_frame *frame, struct factors *factors)
{
    const struct cg_train_options *options = frame->training->options;
    const struct cg_derivation *derivation = cg_book_find(
        &frame->lesson->book, options->loss, options->params[frame->position->pin_param]);
    if (!derivation || !derivation->matrix_form || options->n_rows == 0)
        return false;
    const struct cg_model *model = &frame->lesson->model;
    *factors = (struct factors){.scale = 1};
    const struct cg_expr *form = peel(frame, derivation->matrix_form, &factors->scale);
    if (form->op == CG_MATMUL && form->args[0]->op == CG_TRANSPOSE) {
        factors->left = form->args[0]->args[0];
        factors->right = form->args[1];
    } else if (form->op == CG_SUM && (form->u.axis == CG_AXIS_ROWS ||
                                      (form->u.axis == CG_AXIS_ALL &&
                                       cg_same_dim(model, form->args[0]->shape.cols, 0)))) {
        factors->right = form->args[0];
    } else {
        return false;
    }
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

/* c A_n^T B_n */
static struct cg_matrix outer_row(struct cg_arena *arena, double scale,
                                  const struct cg_matrix *left, const struct cg_matrix *right,
                                  size_t row)
{
    struct cg_matrix block = {left ? left->cols : 1, right->cols, NULL};
    block.data = cg_alloc_array(arena, block.rows * block.cols, sizeof *block.data);
    for (size_t r = 0; r < block.rows; r++)
        for (size_t c = 0; c < block.cols; c++)
            block.data[r * block.cols + c] = scale * (left ? left->data[row * left->cols + r] : 1) *
                                             right->data[row * right->cols + c];
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
        blocks.each[n] = outer_row(arena, factors->scale, factors->left ? &left : NULL, &right, n);
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
    const struct cg_value *param = frame->training->options->params[frame->position->pin_param];
    return cg_format(&frame->scene->arena, "$%s$: %zu %s added up",
                     training_gradient_tex(frame, param, blocks->format.exponent), blocks->count,
                     factors->left ? "outer products, one a row of data," : "rows of data");
}

/* How the blocks and their sum stand: so many in a line. */
struct lines {
    size_t per_line, n_lines;
    float cell, width; /* of a cell */
    float sign, head;  /* between blocks; above each */
};

/* The number of blocks a line that gives the largest cells. */
static struct lines arrange(const struct cg_frame *frame, const struct blocks *blocks, float width,
                            float height)
{
    float em = frame->em;
    struct lines best = {.cell = 0};
    size_t count = blocks->shown + 1;
    for (size_t per_line = count; per_line > 0; per_line--) {
        struct lines lines = {.per_line = per_line, .head = 1.15f * em};
        lines.n_lines = (count + per_line - 1) / per_line;
        lines.sign = (blocks->shown < blocks->count ? 3.0f : 1.3f) * em;
        float each = height / (float)lines.n_lines - lines.head;
        lines.cell = fminf(each / (1.08f * (float)blocks->total.rows), 1.5f * em);
        float room = width / (float)per_line - lines.sign;
        lines.width =
            fminf(1.9f * lines.cell, room / (float)blocks->total.cols - 0.08f * lines.cell);
        lines.cell = fminf(lines.cell, lines.width / 1.6f);
        if (lines.cell > 1.1f * best.cell)
            best = lines;
    }
    return best;
}

static void draw_block(const struct cg_frame *frame, const struct training_grid *grid,
                       const char *name, const struct lines *lines, float x, float y)
{
    float size = 0.66f * frame->em, w = training_grid_width(grid);
    name = cg_fit_text(frame, CG_FACE_TEXT, size, name, w + 0.6f * lines->sign);
    float width = cg_text_width(frame->fonts, &frame->scene->arena, CG_FACE_TEXT, size, name);
    cg_scene_text(frame->scene, frame->fonts, CG_FACE_TEXT, x + (w - width) / 2,
                  y + 0.75f * frame->em, size, frame->theme->dim, name);
    training_grid_draw(frame, grid, x, y + lines->head);
}

static void draw_blocks(const struct cg_frame *frame, const struct blocks *blocks,
                        const struct lines *lines, float left, float top)
{
    struct training_grid grid = {.format = blocks->format,
                                 .largest = blocks->largest,
                                 .cell_height = lines->cell,
                                 .cell_width = lines->width,
                                 .gap = 0.08f * lines->cell,
                                 .value =
                                     frame->training->options->params[frame->position->pin_param],
                                 .pinned = true};
    for (size_t n = 0; n <= blocks->shown; n++) {
        bool total = n == blocks->shown;
        grid.matrix = total ? &blocks->total : &blocks->each[n];
        grid.label = total ? "their sum" : "outer product";
        float w = training_grid_width(&grid), h = training_grid_height(&grid);
        float x = left + (float)(n % lines->per_line) * (w + lines->sign);
        float y = top + (float)(n / lines->per_line) * (h + lines->head);
        draw_block(frame, &grid, total ? "sum" : row_name(frame, n), lines, x, y);
        bool last = n + 1 == blocks->shown, more = blocks->shown < blocks->count;
        if (!total)
            draw_sign(frame, last ? (more ? "+ … =" : "=") : "+", x + w + lines->sign / 2,
                      y + lines->head + h / 2);
    }
}

void training_rows_draw(const struct cg_frame *frame, struct cg_box box)
{
    struct factors factors;
    if (!find_factors(frame, &factors))
        return;
    const size_t most = 4;
    struct blocks some = {
        .shown = most,
        .total = *cg_trainer_gradient(frame->training->trainer, frame->position->pin_param)};
    if (arrange(frame, &some, box.w, box.h - frame->em).cell <= 0.2f * frame->em)
        return; /* too large to be shown, and to be computed for nothing */
    struct blocks blocks = make_blocks(frame, &factors, most);
    float caption =
        training_caption(frame, box.x, box.y, box.w, caption_of(frame, &factors, &blocks)) +
        0.2f * frame->em;
    struct lines lines = arrange(frame, &blocks, box.w, box.h - caption);
    if (lines.cell > 0.2f * frame->em)
        draw_blocks(frame, &blocks, &lines, box.x, box.y + caption);
}
