/* The `data` and `test` blocks: rows of numbers, whose columns go to the named values from left to
 * right; or where the numbers come from. */
#include "lesson/data.h"

#include <string.h>

static struct cg_value *find_input(struct cg_opening *o, struct cg_slice word, bool test)
{
    struct cg_model *model = &o->lesson->model;
    const char *name = cg_slice_copy(model->arena, word);
    struct cg_value *value = cg_model_find(model, name);
    if (!value) {
        const char *near = cg_model_nearest(model, name);
        cg_slice_fail(&o->source, o->error, word, "there is no name %.60s%s%s%s", name,
                      near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
        return NULL;
    }
    const char *mistake = value->kind != CG_VALUE_INPUT
                              ? "is computed by the model: data can't be put into it"
                          : test                               ? NULL
                          : value->init.kind == CG_INIT_DATA   ? "has its data already"
                          : value->init.kind != CG_INIT_RANDOM ? "has its numbers already"
                                                               : NULL;
    if (mistake) {
        cg_slice_fail(&o->source, o->error, word, "%.60s %s", name, mistake);
        return NULL;
    }
    return value;
}

/* The values after the word `data` or `test`, up to `from`; in the model their row counts must
 * agree. */
static bool open_table(struct cg_opening *o, const struct cg_item *item, struct table *table)
{
    const struct cg_model *model = &o->lesson->model;
    struct cg_slice rest = item->args, word;
    size_t capacity = 0;
    while (cg_slice_word(&rest, ",", &word)) {
        if (cg_slice_is(word, "from")) {
            table->from = word;
            table->source = cg_slice_trim(rest);
            break;
        }
        struct cg_value *value = find_input(o, word, table->test);
        if (!value)
            return false;
        size_t rows = cg_rows(model, value->shape);
        if (table->n_values && rows != table->rows)
            return cg_slice_fail(&o->source, o->error, word,
                                 "%s has %zu rows, but %s has %zu: one block holds values of "
                                 "equally many rows",
                                 value->name, rows, table->values[0]->name, table->rows);
        for (size_t i = 0; i < table->n_values; i++)
            if (table->values[i] == value)
                return cg_slice_fail(&o->source, o->error, word, "%s is named twice", value->name);
        table->rows = rows; /* of a test block, those of the model so far */
        table->columns += cg_cols(model, value->shape);
        table->values = cg_grow(model->arena, table->values, table->n_values, &capacity,
                                sizeof(struct cg_value *));
        table->values[table->n_values++] = value;
    }
    return table->n_values || cg_source_fail(&o->source, o->error, item->paragraph.place, 4,
                                             "say which values the data is for: %s X Ystar",
                                             table->test ? "test" : "data");
}

void table_room(struct cg_opening *o, struct table *table)
{
    for (size_t i = 0; i < table->n_values; i++) {
        struct cg_matrix *m = &table->numbers[i];
        m->rows = table->rows;
        m->data = cg_alloc_array(&o->lesson->arena, m->rows * m->cols, sizeof *m->data);
    }
}

static bool read_row(struct cg_opening *o, struct table *table, struct cg_slice line, size_t row)
{
    struct cg_slice rest = line, word;
    size_t count = 0, value = 0, column = 0;
    for (; cg_slice_word(&rest, ",", &word); count++) {
        double number;
        if (!cg_slice_number(word, &number))
            return cg_slice_fail(&o->source, o->error, word, "'%.*s' is no number",
                                 (int)(word.length < 40 ? word.length : 40), word.text);
        if (count >= table->columns)
            return cg_slice_fail(&o->source, o->error, word, "this row has more than %zu numbers",
                                 table->columns);
        struct cg_matrix *m = &table->numbers[value];
        m->data[row * m->cols + column] = number;
        if (++column == m->cols) {
            value++;
            column = 0;
        }
    }
    if (count < table->columns)
        return cg_slice_fail(&o->source, o->error, line, "this row has %zu number%s instead of %zu",
                             count, count == 1 ? "" : "s", table->columns);
    return true;
}

static size_t count_lines(struct cg_slice rest)
{
    struct cg_slice line;
    size_t count = 0;
    while (cg_slice_line(&rest, &line))
        count += line.length > 0;
    return count;
}

static bool read_rows(struct cg_opening *o, const struct cg_item *item, struct table *table)
{
    struct cg_slice rest = item->body, line;
    size_t rows = 0;
    if (table->test && (table->rows = count_lines(item->body)) == 0)
        return cg_source_fail(&o->source, o->error, item->paragraph.place, 4,
                              "there are no rows in this block");
    table_room(o, table);
    while (cg_slice_line(&rest, &line)) {
        if (line.length == 0)
            continue;
        if (rows == table->rows)
            return cg_slice_fail(&o->source, o->error, line, "%s has %zu row%s; this is one more",
                                 table->values[0]->name, table->rows, table->rows == 1 ? "" : "s");
        if (!read_row(o, table, line, rows++))
            return false;
    }
    return rows == table->rows || cg_source_fail(&o->source, o->error, item->paragraph.place, 4,
                                                 "here are %zu rows, but %s has %zu", rows,
                                                 table->values[0]->name, table->rows);
}

/* Does a line begin with a name, as in X = load(...)? Numbers don't. */
static bool has_lines(const struct cg_item *item)
{
    struct cg_slice rest = item->body, line;
    while (cg_slice_line(&rest, &line))
        if (line.length)
            return memchr(line.text, '=', line.length) != NULL;
    return false;
}

/* Fills the table, in whichever way the block says its numbers. */
static bool read_table(struct cg_opening *o, const struct cg_item *item, struct table *table)
{
    const struct cg_model *model = &o->lesson->model;
    if (!open_table(o, item, table))
        return false;
    table->numbers = cg_alloc_array(model->arena, table->n_values, sizeof *table->numbers);
    for (size_t i = 0; i < table->n_values; i++)
        table->numbers[i].cols = cg_cols(model, table->values[i]->shape);
    if (table->from.text)
        return table_from_source(o, item, table);
    return has_lines(item) ? table_from_lines(o, item, table) : read_rows(o, item, table);
}

bool cg_read_data(struct cg_opening *o, const struct cg_item *item)
{
    struct cg_arena *arena = &o->lesson->arena;
    struct table table = {0};
    if (!read_table(o, item, &table))
        return false;
    for (size_t i = 0; i < table.n_values; i++) {
        table.values[i]->init = (struct cg_init){
            .kind = CG_INIT_DATA, .data = table.numbers[i].data, .place = item->paragraph.place};
        o->data = cg_grow(arena, o->data, o->n_data, &o->data_capacity, sizeof *o->data);
        o->data[o->n_data++] = table.values[i];
    }
    return true;
}

bool cg_read_test(struct cg_opening *o, const struct cg_item *item)
{
    struct cg_lesson *lesson = o->lesson;
    struct cg_test_set *test = &lesson->test;
    struct table table = {.test = true};
    if (test->n_values)
        return cg_source_fail(&o->source, o->error, item->paragraph.place, 4,
                              "a lesson has one test block, and this is the second");
    if (!read_table(o, item, &table))
        return false;
    *test = (struct cg_test_set){
        .n_values = table.n_values, .rows = table.rows, .numbers = table.numbers};
    test->values = cg_copy(&lesson->arena, table.values, table.n_values * sizeof *table.values);
    return true;
}
