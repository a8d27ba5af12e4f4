/* The parts of the training view, private to it. Each draws within its box. */
#ifndef VIEW_TRAINING_PARTS_H
#define VIEW_TRAINING_PARTS_H

#include "view/training.h"

/* A grid of numbers in diverging colours. */
struct training_grid {
    const struct cg_matrix *matrix;
    struct cg_number_format format;
    double largest; /* magnitude that has the strongest colour */
    float cell_width, cell_height, gap;
    const struct cg_value *value; /* of the hit regions; NULL: no hits */
    const char *label;            /* for the dump */
    bool pinned;                  /* the position's cell is outlined */
};

/* Are cells of that height too small for numbers? */
bool training_is_small(const struct cg_frame *frame, float cell);
float training_grid_width(const struct training_grid *grid);
float training_grid_height(const struct training_grid *grid);
void training_grid_draw(const struct cg_frame *frame, const struct training_grid *grid, float x,
                        float y);
double training_largest(const double *numbers, size_t count);

/* Maths on one line at a baseline, in the colours of the board; `size` pixels per em. Returns its
 * width. The other only measures. */
float training_tex(const struct cg_frame *frame, float x, float baseline, float size,
                   const char *tex);
float training_tex_width(const struct cg_frame *frame, float size, const char *tex);
/* The TeX of a parameter, and of its gradient with the power of ten of its grid behind it. */
const char *training_gradient_tex(const struct cg_frame *frame, const struct cg_value *param,
                                  int exponent);

/* A caption: small and dim, $...$ in it typeset. Returns its height. */
float training_caption(const struct cg_frame *frame, float x, float y, float width,
                       const char *text);

/* Every parameter over or beside its gradient (training_params.c); the size that this takes of a
 * box. */
void training_params_size(const struct cg_frame *frame, struct cg_box box, float *width,
                          float *height);
void training_params_draw(const struct cg_frame *frame, struct cg_box box);

/* What the network answers over the plane of its two inputs (training_surface.c). */
bool training_has_surface(const struct cg_frame *frame);
void training_surface_draw(const struct cg_frame *frame, struct cg_box box);

/* The loss on a log scale; its curve is the handle for rewinding (training_loss.c). */
void training_loss_draw(const struct cg_frame *frame, struct cg_box box);

/* The pinned weight's update as arithmetic (training_update.c). */
void training_update_draw(const struct cg_frame *frame, struct cg_box box);

/* The pinned parameter's gradient as the sum over the rows of data, where it is one
 * (training_rows.c). */
bool training_has_rows(const struct cg_frame *frame);
void training_rows_draw(const struct cg_frame *frame, struct cg_box box);

#endif
