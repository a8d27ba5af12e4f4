/* The parts of `chalkgrad train`. */
#ifndef APP_TRAIN_H
#define APP_TRAIN_H

#include <chalkgrad/lesson.h>

#include <signal.h>

enum { TRAIN_MOST_SETTINGS = 32 };

/* The command line; what was not given stays as the lesson says. Strings are argv's. */
struct train_request {
    const char *lesson;
    bool json, help, plan, native;
    struct {
        const char *key, *value; /* as in the train block */
    } settings[TRAIN_MOST_SETTINGS];
    size_t n_settings;
    size_t threads;
    size_t seeds;            /* 0: one training */
    const char *program;     /* where to write a program that trains; NULL: nowhere */
    const char *load, *save; /* files, or NULL */
};

/* Reads the words of the command line; false with a message on standard error. */
bool train_request_parse(struct train_request *request, int argc, char **argv);

/* The lesson's options with the request's over them. False with an error (exit status 1). */
bool train_request_apply(const struct train_request *request, const struct cg_lesson *lesson,
                         struct cg_train_options *options, struct cg_error *error);

extern const char train_help[];

/* Prints the plan of an update for a learner, in place of training. */
bool train_print_plan(const struct cg_lesson *lesson, const struct cg_train_options *options,
                      struct cg_error *error);

/* Writes the training as a C program, in place of training. */
bool train_emit(struct cg_lesson *lesson, const struct cg_train_options *options, const char *path,
                struct cg_error *error);

/* Many networks in place of one; prints how many converge. */
bool train_seeds(struct cg_lesson *lesson, const struct cg_train_options *options,
                 const struct train_request *request, struct cg_error *error);

/* Can parameters be saved under this name? By its ending; and, of one array, that there is one. */
bool train_save_name(const char *path);
bool train_save_check(const char *path, const struct cg_train_options *options,
                      struct cg_error *error);

/* The parameters as trained, each under its name, in the precision that they were trained in. */
bool train_save(const char *path, const struct cg_train_options *options,
                struct cg_trainer *trainer, struct cg_error *error);

/* From here on the model's parameters begin with the numbers in the file. False with an error: a
 * parameter is missing there, or of another shape. */
bool train_load(const char *path, struct cg_lesson *lesson, const struct cg_train_options *options,
                struct cg_error *error);

/* How the trained model does on rows. */
struct train_score {
    size_t rows, right;
    bool classes; /* `right` counts: the targets are classes */
    double loss;
};

/* What the training came to. */
struct train_outcome {
    enum cg_train_end end; /* CG_END_NOT: interrupted */
    size_t epochs;         /* finished */
    size_t updates, samples;
    double seconds; /* of training alone */
    double loss_first, loss_last;
    struct train_score test; /* no rows: the lesson has no test block */
};

/* SIGINT, held back so that it can be asked for between two updates. */
struct train_interrupt {
    sigset_t signals, before;
};

/* From here on Ctrl-C waits; begin before the trainer has threads, which inherit it. */
void train_interrupt_begin(struct train_interrupt *interrupt);
/* Was there one? */
bool train_interrupted(const struct train_interrupt *interrupt);
/* Ctrl-C ends the program again. */
void train_interrupt_end(const struct train_interrupt *interrupt);

/* Trains to the end, early or not, with a progress bar. False with an error: it diverged. */
bool train_run(struct cg_trainer *trainer, const struct cg_train_options *options,
               const struct train_interrupt *interrupt, size_t rows, struct train_outcome *outcome,
               struct cg_error *error);

/* The test block's rows through the model as trained. */
bool train_test(const struct cg_lesson *lesson, struct cg_trainer *trainer,
                struct train_score *score, struct cg_error *error);

/* The value that stands beside the target in the loss, and that target: what the data gives last.
 * NULL where there is none. */
const struct cg_value *train_prediction(const struct cg_lesson *lesson,
                                        const struct cg_value **target);

/* On standard output. */
void train_print_json(const struct cg_lesson *lesson, const struct cg_train_options *options,
                      struct cg_trainer *trainer, const struct train_outcome *outcome);
void train_print_text(const struct cg_lesson *lesson, const struct cg_train_options *options,
                      struct cg_trainer *trainer, const struct train_outcome *outcome);

#endif
