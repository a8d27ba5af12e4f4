/* Training: the model, its derived gradients and the optimiser's formula, compiled to a plan.
 *
 * There is no backward pass in here: the gradient of a parameter is the matrix form that cg_derive
 * found.
 */
#ifndef CHALKGRAD_TRAIN_H
#define CHALKGRAD_TRAIN_H

#include <chalkgrad/eval.h>

enum cg_optimizer { CG_SGD, CG_MOMENTUM, CG_ADAM };

enum cg_precision { CG_F64, CG_F32 };

/* How the rate changes; see cg_train_rate. */
enum cg_schedule_kind { CG_CONSTANT, CG_STEP, CG_COSINE };

struct cg_schedule {
    enum cg_schedule_kind kind;
    size_t every;  /* STEP: epochs, from 1 */
    double factor; /* STEP */
    double least;  /* COSINE */
};

/* 0 stands for the usual value, in brackets. */
struct cg_optimizer_constants {
    double beta;    /* momentum: what is kept of the velocity (0.9) */
    double beta1;   /* Adam: of the first moment (0.9) */
    double beta2;   /* Adam: of the second (0.999) */
    double epsilon; /* Adam: what keeps the quotient finite (1e-8) */
};

/* Zero is the usual choice wherever nothing else is said. */
struct cg_train_options {
    const struct cg_value **params; /* what is trained */
    size_t n_params;
    const struct cg_value **rows; /* what is cut into mini-batches by rows */
    size_t n_rows;
    const struct cg_value *loss; /* J */
    enum cg_optimizer optimizer;
    struct cg_optimizer_constants constants;
    double rate; /* before any schedule */
    struct cg_schedule schedule;
    size_t batch;  /* rows an update; 0 or all rows: full batch */
    bool in_order; /* mini-batches take the rows as they stand, not shuffled anew each epoch */
    size_t epochs;
    uint64_t seed;
    bool has_stop;
    double stop;     /* training ends when the loss is below this, where has_stop */
    size_t patience; /* training ends after so many epochs without a new least loss; 0: goes on */
    enum cg_precision precision;
    size_t threads; /* at most; 0 and 1: the caller's alone. The same bits whatever their number */
    bool ends_only; /* in mini-batches: nobody asks for the losses over all rows between the first
                       update and the last, which take as long as a good part of the updates */
    bool native;    /* by code compiled for these sizes; without a compiler as if false */
};

/* The rate of an update, counted from 0; e = update / per_epoch are the epochs before it.
 *   constant  rate
 *   step      rate factor^floor(e / every)
 *   cosine    least + (rate - least) (1 + cos(pi e / epochs)) / 2, update by update
 *             (Loshchilov & Hutter, SGDR, 2017, without restarts); least from `epochs` on
 */
double cg_train_rate(const struct cg_train_options *options, size_t update, size_t per_epoch);

/* Why a training is at its end: all its epochs, or early. */
enum cg_train_end { CG_END_NOT, CG_END_EPOCHS, CG_END_STOP, CG_END_PATIENCE };

/* What the options' early stop has to remember; zeros to begin with. */
struct cg_train_watch {
    bool begun;
    double least;
    size_t least_at; /* epoch */
};

/* Looks at one loss after another: that after `epoch` epochs, 0 before the first update. Epochs
 * rise; some may be left out. Says whether training ends there. */
enum cg_train_end cg_train_watch(const struct cg_train_options *options,
                                 struct cg_train_watch *watch, size_t epoch, double loss);

struct cg_trainer;

/* Derives the gradients it needs into the book (those it has are used). Borrows book and options'
 * arrays. NULL on error: a parameter without a matrix form, rows that do not agree. */
struct cg_trainer *cg_trainer_create(struct cg_book *book, const struct cg_train_options *options,
                                     struct cg_error *error);
void cg_trainer_destroy(struct cg_trainer *trainer);

/* That many updates. False with an error where a loss or a parameter would not be finite any more:
 * names epoch, parameter and what to try; the trainer stands before that update then. Allocates
 * nothing. */
bool cg_trainer_run(struct cg_trainer *trainer, size_t updates, struct cg_error *error);
/* One. */
bool cg_trainer_update(struct cg_trainer *trainer, struct cg_error *error);

/* Why updates do not run by native code though options->native asks for it: no compiler, one that
 * failed. NULL where all is well, or it does not. */
const char *cg_trainer_native_trouble(const struct cg_trainer *trainer);

size_t cg_trainer_updates(const struct cg_trainer *trainer); /* done so far */
size_t cg_trainer_epoch(const struct cg_trainer *trainer);   /* finished epochs */
double cg_trainer_loss(struct cg_trainer *trainer); /* J over all rows, parameters as now */

/* J over the rows of an update, before it: the mean over the updates of the last run. 0 before. */
double cg_trainer_batch_loss(const struct cg_trainer *trainer);

/* J over all rows: [i] after i * every epochs, [0] before the first update, as far as training ever
 * got (it may have gone back since). `every` is 1 for some thousands of epochs, and doubles where
 * there would be more losses than that. With options->ends_only and mini-batches there is [0]
 * alone. Borrowed until the next update. */
const double *cg_trainer_losses(struct cg_trainer *trainer, size_t *count, size_t *every);

/* The environment now: all rows, parameters as now, definitions fresh. Borrowed. */
struct cg_env *cg_trainer_env(struct cg_trainer *trainer);

/* The same with definitions that may be old: for data and parameters alone, which is quick where
 * there are many rows. */
const struct cg_env *cg_trainer_inputs(struct cg_trainer *trainer);

/* The environment to look at while one waits: that of all rows, or where they are too many (and
 * trained on in mini-batches) that of the first. Borrowed. */
struct cg_env *cg_trainer_shown(struct cg_trainer *trainer);

/* The gradient of params[i] at the parameters as now, over the rows of cg_trainer_shown: the
 * derived form. Borrowed until the next update. */
const struct cg_matrix *cg_trainer_gradient(struct cg_trainer *trainer, size_t param);

/* To the state after `update` updates (0 = start), exactly: the same bits as the first time. Goes
 * back by checkpoints and replays from there. */
bool cg_trainer_seek(struct cg_trainer *trainer, size_t update, struct cg_error *error);

/* The value that the model compares with a target: of its shape, and closest to it in the
 * definition that mentions it last; Y in sum((Y - Ystar)^2). NULL where there is none. */
const struct cg_value *cg_train_prediction(const struct cg_model *model,
                                           const struct cg_value *target);

/* How many rows a classifier gets right. Targets of several columns have a single 1 in each row,
 * where the largest prediction must stand; of one column they are 0 and 1 (or -1 and 1), and the
 * prediction must lie on their side of the middle. False where the targets are no such classes. */
bool cg_train_count_right(const struct cg_matrix *predictions, const struct cg_matrix *targets,
                          size_t *right);

#endif
