#include "view/training_parts.h"
#include "view/widgets.h"

#include <math.h>

/* A parameter and its gradient: two grids of one shape. */
struct pair {
    struct training_grid param, gradient;
    const char *param_tex, *gradient_tex;
    float label; /* the wider of the two */
};

/* How the pairs stand: in columns of `per_column`, gradients below the parameters or beside them.
 */
struct arrangement {
    size_t per_column;
    bool beside;
    float cell; /* height of a cell */
};

#define CELL_ASPECT 1.9f
#define LABEL       1.5f /* height of a grid's label, in em */
#define GAP         0.7f /* between grids, in em */

static struct pair make_pair(const struct cg_frame *frame, size_t i)
{
    const struct cg_training *training = frame->training;
    const struct cg_value *value = training->options->params[i];
    struct pair pair = {0};
    struct training_grid *grids[2] = {&pair.param, &pair.gradient};
    const struct cg_matrix *matrices[2] = {cg_env_get(frame->env, value),
                                           cg_trainer_gradient(training->trainer, i)};
    for (int g = 0; g < 2; g++) {
        const struct cg_matrix *m = matrices[g];
        size_t count = m->rows * m->cols;
        struct cg_matrix *copy = cg_copy(&frame->scene->arena, m, sizeof *m);
        *grids[g] = (struct training_grid){.matrix = copy,
                                           .format = cg_number_format(m->data, count, 3),
                                           .largest = training_largest(m->data, count),
                                           .value = value,
                                           .pinned = frame->position->pin_param == i};
    }
    pair.param.label = cg_format(&frame->scene->arena, "grid %s", value->name);
    pair.gradient.label =
        cg_format(&frame->scene->arena, "grid ∂%s/∂%s", training->options->loss->name, value->name);
    pair.param_tex = value->tex;
    if (pair.param.format.exponent != 0)
        pair.param_tex = cg_format(&frame->scene->arena, "%s\\;\\cdot 10^{%d}", value->tex,
                                   pair.param.format.exponent);
    pair.gradient_tex = training_gradient_tex(frame, value, pair.gradient.format.exponent);
    pair.label = fmaxf(training_tex_width(frame, frame->em, pair.param_tex),
                       training_tex_width(frame, frame->em, pair.gradient_tex));
    return pair;
}

/* A row of a hundred cells is a bar that can be seen, not a hairline. */
static float grid_extent(const struct cg_frame *frame, size_t count, float side, float cell)
{
    float extent = (float)count * (side + 0.08f * cell) - 0.08f * cell;
    return training_is_small(frame, cell) ? fmaxf(extent, 0.35f * frame->em) : extent;
}

/* The width of a column and the height of its parameters alone, for cells of height 1 plus labels
 * of fixed size: both are linear in the cell, so returned at a given cell. */
static void column_size(const struct cg_frame *frame, const struct pair *pairs, size_t count,
                        float cell, float *width, float *height)
{
    float em = frame->em;
    *width = *height = 0;
    for (size_t i = 0; i < count; i++) {
        const struct cg_matrix *m = pairs[i].param.matrix;
        float grid = grid_extent(frame, m->cols, CELL_ASPECT * cell, cell);
        *width = fmaxf(*width, fmaxf(pairs[i].label, grid));
        *height += LABEL * em + grid_extent(frame, m->rows, cell, cell) + (i > 0 ? GAP * em : 0);
    }
}

static void total_size(const struct cg_frame *frame, const struct pair *pairs, size_t count,
                       const struct arrangement *how, float *width, float *height)
{
    float between = 1.2f * frame->em, tallest = 0;
    *width = 0;
    for (size_t first = 0; first < count; first += how->per_column) {
        size_t n = count - first < how->per_column ? count - first : how->per_column;
        float w, h;
        column_size(frame, pairs + first, n, how->cell, &w, &h);
        *width += (how->beside ? 2 * w + between : w) + (first > 0 ? between : 0);
        tallest = fmaxf(tallest, h);
    }
    *height = how->beside ? tallest : 2 * tallest + 1.2f * frame->em;
}

/* The arrangement with the largest cells that fit. */
static struct arrangement arrange(const struct cg_frame *frame, const struct pair *pairs,
                                  size_t count, struct cg_box box)
{
    struct arrangement best = {count, false, 0};
    for (size_t per_column = 1; per_column <= count && per_column <= 8; per_column++) {
        for (int beside = 0; beside < 2; beside++) {
            struct arrangement how = {per_column, beside, 1.8f * frame->em};
            for (; how.cell > 0.002f * frame->em; how.cell *= 0.93f) {
                float width, height;
                total_size(frame, pairs, count, &how, &width, &height);
                if (width <= box.w && height <= box.h)
                    break;
            }
            if (how.cell > 1.02f * best.cell)
                best = how;
        }
    }
    return best;
}

static void draw_labelled(const struct cg_frame *frame, const struct training_grid *grid,
                          const char *tex, float cell, float x, float y)
{
    struct training_grid sized = *grid;
    size_t rows = grid->matrix->rows, cols = grid->matrix->cols;
    sized.gap = 0.08f * cell;
    sized.cell_height =
        (grid_extent(frame, rows, cell, cell) + sized.gap) / (float)rows - sized.gap;
    sized.cell_width =
        (grid_extent(frame, cols, CELL_ASPECT * cell, cell) + sized.gap) / (float)cols - sized.gap;
    training_tex(frame, x, y + 0.95f * frame->em, frame->em, tex);
    training_grid_draw(frame, &sized, x, y + LABEL * frame->em);
}

static float draw_column(const struct cg_frame *frame, const struct pair *pairs, size_t count,
                         const struct arrangement *how, float x, float y, float params_height)
{
    float em = frame->em, width, height;
    column_size(frame, pairs, count, how->cell, &width, &height);
    float dx = how->beside ? width + 1.2f * em : 0;
    float dy = how->beside ? 0 : params_height + 1.2f * em;
    for (size_t i = 0; i < count; i++) {
        draw_labelled(frame, &pairs[i].param, pairs[i].param_tex, how->cell, x, y);
        draw_labelled(frame, &pairs[i].gradient, pairs[i].gradient_tex, how->cell, x + dx, y + dy);
        y += LABEL * em + grid_extent(frame, pairs[i].param.matrix->rows, how->cell, how->cell) +
             GAP * em;
    }
    return width + dx;
}

static struct pair *make_pairs(const struct cg_frame *frame)
{
    size_t count = frame->training->options->n_params;
    struct pair *pairs = cg_alloc_array(&frame->scene->arena, count, sizeof *pairs);
    for (size_t i = 0; i < count; i++)
        pairs[i] = make_pair(frame, i);
    return pairs;
}

void training_params_size(const struct cg_frame *frame, struct cg_box box, float *width,
                          float *height)
{
    size_t count = frame->training->options->n_params;
    struct pair *pairs = make_pairs(frame);
    struct arrangement how = arrange(frame, pairs, count, box);
    total_size(frame, pairs, count, &how, width, height);
}

void training_params_draw(const struct cg_frame *frame, struct cg_box box)
{
    size_t count = frame->training->options->n_params;
    struct pair *pairs = make_pairs(frame);
    struct arrangement how = arrange(frame, pairs, count, box);
    float width, height;
    total_size(frame, pairs, count, &how, &width, &height);
    float params = how.beside ? height : (height - 1.2f * frame->em) / 2, x = box.x;
    for (size_t first = 0; first < count; first += how.per_column) {
        size_t n = count - first < how.per_column ? count - first : how.per_column;
        x += draw_column(frame, pairs + first, n, &how, x, box.y, params) + 1.2f * frame->em;
    }
}
