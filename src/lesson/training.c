/* The `train` block: `key = value` lines. */
#include "lesson/opening.h"
#include "lesson/setting.h"

#include <string.h>

static const struct cg_value *find_value(struct cg_opening *o, struct cg_slice word)
{
    const struct cg_model *model = &o->lesson->model;
    const char *name = cg_slice_copy(model->arena, word);
    const struct cg_value *value = cg_model_find(model, name);
    if (value)
        return value;
    const char *near = cg_model_nearest(model, name);
    cg_slice_fail(&o->source, o->error, word, "there is no name %.60s%s%s%s", name,
                  near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    return NULL;
}

/* W1, B1: inputs, none of them twice. */
static bool read_inputs(struct cg_opening *o, struct cg_slice list, const struct cg_value ***values,
                        size_t *count)
{
    size_t capacity = 0;
    struct cg_slice word;
    *count = 0;
    while (cg_slice_word(&list, ",", &word)) {
        const struct cg_value *value = find_value(o, word);
        if (!value)
            return false;
        if (value->kind != CG_VALUE_INPUT)
            return cg_slice_fail(&o->source, o->error, word, "%s is computed by the model",
                                 value->name);
        for (size_t i = 0; i < *count; i++)
            if ((*values)[i] == value)
                return cg_slice_fail(&o->source, o->error, word, "%s is named twice", value->name);
        *values = cg_grow(&o->lesson->arena, (void *)*values, *count, &capacity,
                          sizeof(struct cg_value *));
        (*values)[(*count)++] = value;
    }
    return *count ||
           cg_slice_fail(&o->source, o->error, list, "expected names of inputs, such as W1, B1");
}

static bool set(struct cg_opening *o, enum cg_train_key key, struct cg_slice value)
{
    struct cg_train_options *t = &o->lesson->training;
    if (key == KEY_PARAMS)
        return read_inputs(o, value, &t->params, &t->n_params);
    if (key == KEY_ROWS)
        return read_inputs(o, value, &t->rows, &t->n_rows);
    if (key != KEY_LOSS)
        return cg_train_setting(&o->source, key, value, t, o->error);
    t->loss = find_value(o, value);
    return t->loss != NULL;
}

static bool read_line(struct cg_opening *o, struct cg_slice line, struct cg_slice *places)
{
    const char *equals = memchr(line.text, '=', line.length);
    if (!equals)
        return cg_slice_fail(&o->source, o->error, line,
                             "a line of train is 'key = value', such as 'rate = 0.5'");
    size_t at = (size_t)(equals - line.text);
    struct cg_slice word = cg_slice_trim(cg_slice_part(line, 0, at));
    struct cg_slice value = cg_slice_trim(cg_slice_part(line, at + 1, line.length - at - 1));
    enum cg_train_key key = cg_train_key_find(word);
    if (key == KEY_COUNT) {
        const char *near =
            cg_nearest_word(cg_train_keys, KEY_COUNT, cg_slice_copy(&o->lesson->arena, word));
        return cg_slice_fail(&o->source, o->error, word, "train has no key '%.*s'%s%s%s",
                             (int)(word.length < 40 ? word.length : 40), word.text,
                             near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    }
    if (places[key].text)
        return cg_slice_fail(&o->source, o->error, word, "%s is said twice", cg_train_keys[key]);
    places[key] = value;
    return set(o, key, value);
}

/* What the block left open. */
static bool fill_in(struct cg_opening *o, const struct cg_item *item, const struct cg_slice *places)
{
    struct cg_train_options *t = &o->lesson->training;
    if (!t->n_params)
        return cg_source_fail(&o->source, o->error, item->paragraph.place, 5,
                              "say what is trained: params = W, B");
    if (!t->loss)
        t->loss = cg_model_find(&o->lesson->model, "J");
    if (!t->loss)
        return cg_source_fail(&o->source, o->error, item->paragraph.place, 5,
                              "the model has no J: say what is made small, as in loss = E");
    if (!cg_is_scalar(&o->lesson->model, t->loss->shape))
        return cg_source_fail(&o->source, o->error,
                              places[KEY_LOSS].text ? places[KEY_LOSS].place
                                                    : item->paragraph.place,
                              places[KEY_LOSS].text ? places[KEY_LOSS].length : 5,
                              "%s is not a single number: it can't be made small", t->loss->name);
    if (!places[KEY_ROWS].text) {
        t->rows = o->data;
        t->n_rows = o->n_data;
    }
    return true;
}

/* A constant that the optimizer has no use for is a mistake. */
static bool check_constants(struct cg_opening *o, const struct cg_slice *places)
{
    static const struct {
        enum cg_train_key key;
        enum cg_optimizer optimizer;
    } uses[] = {{KEY_BETA, CG_MOMENTUM},
                {KEY_BETA1, CG_ADAM},
                {KEY_BETA2, CG_ADAM},
                {KEY_EPSILON, CG_ADAM}};
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++)
        if (places[uses[i].key].text && o->lesson->training.optimizer != uses[i].optimizer)
            return cg_slice_fail(&o->source, o->error, places[uses[i].key],
                                 "%s is a constant of optimizer = %s", cg_train_keys[uses[i].key],
                                 uses[i].optimizer == CG_ADAM ? "adam" : "momentum");
    return true;
}

static bool check_rows(struct cg_opening *o, const struct cg_item *item,
                       const struct cg_slice *places)
{
    const struct cg_model *model = &o->lesson->model;
    const struct cg_train_options *t = &o->lesson->training;
    struct cg_slice at = places[KEY_ROWS].text ? places[KEY_ROWS] : places[KEY_BATCH];
    if (!at.text)
        at = (struct cg_slice){"train", 5, item->paragraph.place};
    for (size_t i = 0; i < t->n_rows; i++) {
        if (!cg_same_dim(model, t->rows[i]->shape.rows, t->rows[0]->shape.rows))
            return cg_slice_fail(&o->source, o->error, at,
                                 "%s has %zu row%s and %s has %zu: they can't be cut alike",
                                 t->rows[0]->name, cg_rows(model, t->rows[0]->shape),
                                 cg_rows(model, t->rows[0]->shape) == 1 ? "" : "s",
                                 t->rows[i]->name, cg_rows(model, t->rows[i]->shape));
        for (size_t p = 0; p < t->n_params; p++)
            if (t->params[p] == t->rows[i])
                return cg_slice_fail(&o->source, o->error, at, "%s is trained, so it is no data",
                                     t->rows[i]->name);
    }
    size_t rows = t->n_rows ? cg_rows(model, t->rows[0]->shape) : 1;
    return t->batch <= rows || cg_slice_fail(&o->source, o->error, places[KEY_BATCH],
                                             "a batch of %zu is more than there is: %zu row%s",
                                             t->batch, rows, rows == 1 ? "" : "s");
}

/* What the trainer will evaluate is derived now, so that it is verified with the rest. */
static bool derive_gradients(struct cg_opening *o, const struct cg_slice *places)
{
    struct cg_book *book = &o->lesson->book;
    const struct cg_train_options *t = &o->lesson->training;
    struct cg_slice list = places[KEY_PARAMS], word;
    for (size_t i = 0; i < t->n_params; i++) {
        cg_slice_word(&list, ",", &word);
        if (!cg_depends(t->loss, t->params[i]))
            return cg_slice_fail(&o->source, o->error, word, "%s does not depend on %s",
                                 t->loss->name, t->params[i]->name);
        const struct cg_derivation *found = cg_book_find(book, t->loss, t->params[i]);
        if (!found)
            found = cg_derive(book, t->loss, t->params[i], NULL, NULL, word.place, o->error);
        if (!found)
            return false;
        if (!found->matrix_form)
            return cg_slice_fail(&o->source, o->error, word,
                                 "%s can't be trained: its gradient has no matrix form",
                                 t->params[i]->name);
    }
    return true;
}

bool cg_read_training(struct cg_opening *o, const struct cg_item *item)
{
    struct cg_lesson *lesson = o->lesson;
    struct cg_slice places[KEY_COUNT] = {{0}}, rest = item->body, line;
    if (lesson->trains)
        return cg_source_fail(&o->source, o->error, item->paragraph.place, 5,
                              "a lesson has one train block, and this is the second");
    lesson->trains = true;
    lesson->training = (struct cg_train_options){
        .optimizer = CG_SGD, .rate = 0.1, .epochs = 1000, .seed = o->document.seed};
    while (cg_slice_line(&rest, &line))
        if (line.length && !read_line(o, line, places))
            return false;
    return fill_in(o, item, places) && check_constants(o, places) && check_rows(o, item, places) &&
           derive_gradients(o, places);
}
