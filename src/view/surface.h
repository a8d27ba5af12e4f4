/* What a trained network answers, over the plane of its two inputs.
 */
#ifndef VIEW_SURFACE_H
#define VIEW_SURFACE_H

#include <chalkgrad/lesson.h>

/* The value that the loss compares with the targets (Y for Y*), or NULL where none is found: the
 * last definition shaped like rows[1] that stands with it in a definition. */
const struct cg_value *cg_answer_value(const struct cg_train_options *options,
                                       const struct cg_model *model);

/* Invariant: `values` (by row from above, second input growing upwards) are those of the parameters
 * last given to cg_surface_update. */
struct cg_surface {
    const struct cg_value *inputs, *targets, *answer; /* answer NULL: there is no surface */
    struct cg_env probe;
    size_t side; /* side x side points */
    double *values;
    double low[2], high[2]; /* the part of the plane: what the data span, and some more */
    double least, most;     /* of the targets: what the two colours stand for */
};

/* Only where the rows have two inputs and one answer; otherwise `answer` stays NULL. finish accepts
 * a zeroed one. */
void cg_surface_init(struct cg_surface *surface, const struct cg_train_options *options,
                     const struct cg_env *env, size_t side);
void cg_surface_finish(struct cg_surface *surface);

/* Evaluates the model with the parameters of `env` at every point. */
void cg_surface_update(struct cg_surface *surface, const struct cg_train_options *options,
                       struct cg_env *env);

#endif
