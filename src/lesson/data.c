/* The `data` block: rows of numbers, whose columns go to the named values from left to right. */
#include "lesson/opening.h"

#include <string.h>

struct table {
    struct cg_value **values; /* being filled */
    double **numbers;
    size_t n_values;
    size_t rows, columns;
};

static struct cg_value *find_input(struct cg_opening *o, struct cg_slice word)
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
                          : value->init.kind == CG_INIT_DATA   ? "has its data already"
                          : value->init.kind != CG_INIT_RANDOM ? "has its numbers already"
                                                               : NULL;
    if (mistake) {
        cg_slice_fail(&o->source, o->error, word, "%.60s %s", name, mistake);
        return NULL;
    }
    return value;
}

/* The values after the word `data`; their row counts must agree. */
static bool open_table(struct cg_opening *o, const struct cg_item *item, struct table *table)
{
    const struct cg_model *model = &o->lesson->model;
    struct cg_slice rest = item->args, word;
    size_t capacity = 0;
    while (cg_slice_word(&rest, ",", &word)) {
        struct cg_value *value = find_input(o, word);
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
        table->rows = rows;
        table->columns += cg_cols(model, value->shape);
        table->values = cg_grow(model->arena, table->values, table->n_values, &capacity,
                                sizeof(struct cg_value *));
        table->values[table->n_values++] = value;
    }
    return table->n_values || cg_source_fail(&o->source, o->error, item->paragraph.place, 4,
                                             "say which values the data is for: data X Ystar");
}

static bool read_row(struct cg_opening *o, struct table *table, struct cg_slice line, size_t row)
{
    const struct cg_model *model = &o->lesson->model;
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
        size_t columns = cg_cols(model, table->values[value]->shape);
        table->numbers[value][row * columns + column] = number;
        if (++column == columns) {
            value++;
            column = 0;
        }
    }
    if (count < table->columns)
        return cg_slice_fail(&o->source, o->error, line, "this row has %zu number%s instead of %zu",
                             count, count == 1 ? "" : "s", table->columns);
    return true;
}

bool cg_read_data(struct cg_opening *o, const struct cg_item *item)
{
    struct cg_arena *arena = &o->lesson->arena;
    struct table table = {0};
    if (!open_table(o, item, &table))
        return false;
    table.numbers = cg_alloc_array(arena, table.n_values, sizeof *table.numbers);
    for (size_t i = 0; i < table.n_values; i++)
        table.numbers[i] = cg_alloc_array(
            arena, table.rows * cg_cols(&o->lesson->model, table.values[i]->shape), sizeof(double));
    struct cg_slice rest = item->body, line;
    size_t rows = 0;
    while (cg_slice_line(&rest, &line)) {
        if (line.length == 0)
            continue;
        if (rows == table.rows)
            return cg_slice_fail(&o->source, o->error, line, "%s has %zu row%s; this is one more",
                                 table.values[0]->name, table.rows, table.rows == 1 ? "" : "s");
        if (!read_row(o, &table, line, rows++))
            return false;
    }
    if (rows < table.rows)
        return cg_source_fail(&o->source, o->error, item->paragraph.place, 4,
                              "here are %zu rows, but %s has %zu", rows, table.values[0]->name,
                              table.rows);
    for (size_t i = 0; i < table.n_values; i++) {
        table.values[i]->init = (struct cg_init){
            .kind = CG_INIT_DATA, .data = table.numbers[i], .place = item->paragraph.place};
        o->data = cg_grow(arena, o->data, o->n_data, &o->data_capacity, sizeof *o->data);
        o->data[o->n_data++] = table.values[i];
    }
    return true;
}
