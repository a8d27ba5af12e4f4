#include "lesson/setting.h"

#include <chalkgrad/lesson.h>

#include <string.h>

enum { MOST_EPOCHS = 100000000, MOST_BATCH = 1000000 };

const char *const cg_train_keys[KEY_COUNT] = {
#define X(id, word) word,
    CG_TRAIN_KEYS(X)
#undef X
};

static const char *const optimizers[] = {"sgd", "momentum", "adam"};   /* as in enum cg_optimizer */
static const char *const precisions[] = {"f64", "f32"};                /* as in enum cg_precision */
static const char *const schedules[] = {"constant", "step", "cosine"}; /* enum cg_schedule_kind */
static const char *const answers[] = {"yes", "no"};                    /* of in_order: no, yes */

/* One setting that is being read. */
struct setting {
    const struct cg_source *source;
    const char *name;
    struct cg_slice value;
    struct cg_error *error;
};

enum cg_train_key cg_train_key_find(struct cg_slice word)
{
    enum cg_train_key key = 0;
    while (key < KEY_COUNT && !cg_slice_is(word, cg_train_keys[key]))
        key++;
    return key;
}

/* Which of `count` words the value is; `said` lists them for the message. */
static bool read_word(const struct setting *s, const char *const *words, size_t count,
                      const char *said, size_t *which)
{
    for (*which = 0; *which < count; ++*which)
        if (cg_slice_is(s->value, words[*which]))
            return true;
    return cg_slice_fail(s->source, s->error, s->value, "the %s is %s", s->name, said);
}

static bool read_whole(const struct setting *s, size_t least, size_t most, size_t *out)
{
    return cg_slice_whole(s->value, least, most, out) ||
           cg_slice_fail(s->source, s->error, s->value, "%s is a whole number from %zu to %zu",
                         s->name, least, most);
}

static bool read_above_zero(const struct setting *s, double *out)
{
    return (cg_slice_number(s->value, out) && *out > 0) ||
           cg_slice_fail(s->source, s->error, s->value, "the %s is a number above 0", s->name);
}

static bool read_share(const struct setting *s, double *out)
{
    return (cg_slice_number(s->value, out) && *out > 0 && *out < 1) ||
           cg_slice_fail(s->source, s->error, s->value, "%s is a number above 0 and below 1",
                         s->name);
}

static bool read_batch(const struct setting *s, size_t *batch)
{
    if (cg_slice_is(s->value, "all"))
        return *batch = 0, true;
    return cg_slice_whole(s->value, 1, MOST_BATCH, batch) ||
           cg_slice_fail(s->source, s->error, s->value,
                         "batch is a whole number from 1 to %d, or all", MOST_BATCH);
}

/* ---- schedules: step(every = 100, factor = 0.5) -------------------------------------------- */

static bool read_every(const struct setting *s, struct cg_schedule *schedule)
{
    return read_whole(s, 1, MOST_EPOCHS, &schedule->every);
}

static bool read_factor(const struct setting *s, struct cg_schedule *schedule)
{
    return read_above_zero(s, &schedule->factor);
}

static bool read_least(const struct setting *s, struct cg_schedule *schedule)
{
    return (cg_slice_number(s->value, &schedule->least) && schedule->least >= 0) ||
           cg_slice_fail(s->source, s->error, s->value, "least is a number from 0");
}

static const struct argument {
    enum cg_schedule_kind kind;
    const char *name;
    bool (*read)(const struct setting *s, struct cg_schedule *schedule);
} arguments[] = {
    {CG_STEP, "every", read_every},
    {CG_STEP, "factor", read_factor},
    {CG_COSINE, "least", read_least},
};

enum { ARGUMENT_COUNT = sizeof arguments / sizeof *arguments };

/* every = 100 */
static bool read_argument(const struct setting *s, struct cg_slice part,
                          struct cg_schedule *schedule, bool *said)
{
    const char *equals = memchr(part.text, '=', part.length);
    size_t at = equals ? (size_t)(equals - part.text) : part.length;
    struct cg_slice word = cg_slice_trim(cg_slice_part(part, 0, at));
    for (size_t i = 0; i < ARGUMENT_COUNT; i++) {
        const struct argument *argument = &arguments[i];
        if (argument->kind != schedule->kind || !cg_slice_is(word, argument->name))
            continue;
        if (said[i])
            return cg_slice_fail(s->source, s->error, word, "%s is said twice", argument->name);
        said[i] = true;
        struct setting inner = *s;
        size_t behind = equals ? at + 1 : at;
        inner.name = argument->name;
        inner.value = cg_slice_trim(cg_slice_part(part, behind, part.length - behind));
        return argument->read(&inner, schedule);
    }
    return cg_slice_fail(s->source, s->error, word.length ? word : part,
                         schedule->kind == CG_STEP ? "step takes every = 100 and factor = 0.5"
                                                   : "cosine takes least = 0");
}

/* What stands between the brackets, divided by commas. */
static bool read_arguments(const struct setting *s, struct cg_slice list,
                           struct cg_schedule *schedule)
{
    bool said[ARGUMENT_COUNT] = {false};
    while (list.length) {
        const char *comma = memchr(list.text, ',', list.length);
        size_t length = comma ? (size_t)(comma - list.text) : list.length;
        if (!read_argument(s, cg_slice_trim(cg_slice_part(list, 0, length)), schedule, said))
            return false;
        length += comma != NULL;
        list = cg_slice_part(list, length, list.length - length);
    }
    return true;
}

static bool read_schedule(const struct setting *s, struct cg_schedule *schedule)
{
    const char *open = memchr(s->value.text, '(', s->value.length);
    size_t at = open ? (size_t)(open - s->value.text) : s->value.length, which;
    struct setting name = *s;
    name.value = cg_slice_trim(cg_slice_part(s->value, 0, at));
    if (!read_word(&name, schedules, 3,
                   "constant, step(every = 100, factor = 0.5) or cosine(least = 0)", &which))
        return false;
    *schedule = (struct cg_schedule){.kind = (enum cg_schedule_kind)which, .factor = 0.5};
    if (open && s->value.text[s->value.length - 1] != ')')
        return cg_slice_fail(s->source, s->error, s->value, "the bracket ( has no )");
    if (open && schedule->kind == CG_CONSTANT)
        return cg_slice_fail(s->source, s->error, s->value,
                             "constant takes no numbers in brackets");
    struct cg_slice list = {0};
    if (open)
        list = cg_slice_trim(cg_slice_part(s->value, at + 1, s->value.length - at - 2));
    if (!read_arguments(s, list, schedule))
        return false;
    return schedule->kind != CG_STEP || schedule->every ||
           cg_slice_fail(s->source, s->error, s->value,
                         "say after how many epochs: step(every = 100)");
}

/* ---- all of them --------------------------------------------------------------------------- */

bool cg_train_setting(const struct cg_source *source, enum cg_train_key key, struct cg_slice value,
                      struct cg_train_options *t, struct cg_error *error)
{
    struct setting s = {source, cg_train_keys[key], value, error};
    size_t number = 0;
    switch (key) {
    case KEY_OPTIMIZER:
        if (!read_word(&s, optimizers, 3, "sgd, momentum or adam", &number))
            return false;
        t->optimizer = (enum cg_optimizer)number;
        return true;
    case KEY_BETA:
        return read_share(&s, &t->constants.beta);
    case KEY_BETA1:
        return read_share(&s, &t->constants.beta1);
    case KEY_BETA2:
        return read_share(&s, &t->constants.beta2);
    case KEY_EPSILON:
        return read_above_zero(&s, &t->constants.epsilon);
    case KEY_RATE:
        return read_above_zero(&s, &t->rate);
    case KEY_SCHEDULE:
        return read_schedule(&s, &t->schedule);
    case KEY_BATCH:
        return read_batch(&s, &t->batch);
    case KEY_SHUFFLE:
        if (!read_word(&s, answers, 2, "yes or no", &number))
            return false;
        t->in_order = number == 1;
        return true;
    case KEY_EPOCHS:
        return read_whole(&s, 1, MOST_EPOCHS, &t->epochs);
    case KEY_SEED:
        if (!read_whole(&s, 0, 999999999999, &number))
            return false;
        t->seed = number;
        return true;
    case KEY_STOP:
        t->has_stop = cg_slice_number(value, &t->stop);
        return t->has_stop || cg_slice_fail(source, error, value,
                                            "stop is a number: training ends when the loss is "
                                            "below it");
    case KEY_PATIENCE:
        return read_whole(&s, 1, MOST_EPOCHS, &t->patience);
    case KEY_PRECISION:
        if (!read_word(&s, precisions, 2, "f64 or f32", &number))
            return false;
        t->precision = (enum cg_precision)number;
        return true;
    case KEY_PARAMS:
    case KEY_ROWS:
    case KEY_LOSS:
    case KEY_COUNT:
        break;
    }
    return false;
}

bool cg_training_set(struct cg_train_options *options, const char *name, const char *text,
                     struct cg_error *error)
{
    struct cg_arena arena;
    struct cg_source source;
    cg_arena_init(&arena);
    enum cg_train_key key = cg_train_key_find((struct cg_slice){name, strlen(name), {1, 1}});
    bool done = cg_source_init(&source, &arena, name, text, strlen(text), error);
    if (done)
        done = cg_train_setting(
            &source, key, cg_slice_trim((struct cg_slice){source.text, source.length, {1, 1}}),
            options, error);
    cg_arena_finish(&arena);
    return done;
}
