/* The keys of the `train` block. Those from `optimizer` on are settings: they name no value of the
 * model, and the command line takes them too. Private to the lesson.
 */
#ifndef LESSON_SETTING_H
#define LESSON_SETTING_H

#include "lesson/source.h"

#include <chalkgrad/train.h>

/* X(id, key) */
#define CG_TRAIN_KEYS(X)                                                                           \
    X(KEY_PARAMS, "params")                                                                        \
    X(KEY_ROWS, "rows")                                                                            \
    X(KEY_LOSS, "loss")                                                                            \
    X(KEY_OPTIMIZER, "optimizer")                                                                  \
    X(KEY_BETA, "beta")                                                                            \
    X(KEY_BETA1, "beta1")                                                                          \
    X(KEY_BETA2, "beta2")                                                                          \
    X(KEY_EPSILON, "epsilon")                                                                      \
    X(KEY_RATE, "rate")                                                                            \
    X(KEY_SCHEDULE, "schedule")                                                                    \
    X(KEY_BATCH, "batch")                                                                          \
    X(KEY_SHUFFLE, "shuffle")                                                                      \
    X(KEY_EPOCHS, "epochs")                                                                        \
    X(KEY_SEED, "seed")                                                                            \
    X(KEY_STOP, "stop")                                                                            \
    X(KEY_PATIENCE, "patience")                                                                    \
    X(KEY_PRECISION, "precision")

enum cg_train_key {
#define X(id, word) id,
    CG_TRAIN_KEYS(X)
#undef X
        KEY_COUNT
};

extern const char *const cg_train_keys[KEY_COUNT];

/* KEY_COUNT where there is none of this name. */
enum cg_train_key cg_train_key_find(struct cg_slice word);

/* Reads a setting's value into the options. The error has the place in `source`. */
bool cg_train_setting(const struct cg_source *source, enum cg_train_key key, struct cg_slice value,
                      struct cg_train_options *options, struct cg_error *error);

#endif
