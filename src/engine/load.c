#include <chalkgrad/load.h>

#include <chalkgrad/strbuf.h>

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* An open file. Private to one call. */
struct loading {
    struct cg_arena scratch; /* the file and what is made on the way */
    struct cg_arena *arena;  /* the numbers */
    const struct cg_model *model;
    const char *path;
    struct cg_place place; /* in the lesson */
    struct cg_arrays arrays;
    struct cg_error *error;
};

/* The path as it is seen from the folder of the model's file. */
static const char *beside(const struct cg_model *model, struct cg_arena *arena, const char *path)
{
    const char *slash = model->file ? strrchr(model->file, '/') : NULL;
    if (!slash || path[0] == '/')
        return path;
    return cg_format(arena, "%.*s%s", (int)(slash - model->file + 1), model->file, path);
}

static bool refuse(struct loading *l, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool refuse(struct loading *l, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return cg_fail(l->error, l->model->file, l->place, "%s %s", l->path, text);
}

/* A file's own error gets the lesson's place, unless it has one in the file. */
static bool open_file(struct loading *l, const char *path)
{
    struct cg_error error = {0};
    cg_arena_init(&l->scratch);
    l->path = beside(l->model, &l->scratch, path);
    if (cg_arrays_open(&l->scratch, l->path, &l->arrays, &error))
        return true;
    if (error.place.line && l->error)
        *l->error = error;
    else
        refuse(l, "%s", error.text);
    if (l->error)
        l->error->machine = error.machine;
    return false;
}

/* "W1, B1 and 3 more" */
static char *list_names(struct loading *l, bool columns)
{
    enum { MOST = 6 };
    const struct cg_array *first = &l->arrays.items[0];
    size_t count = columns ? first->cols : l->arrays.count;
    struct cg_strbuf list;
    cg_strbuf_init(&list);
    for (size_t i = 0; i < count && i < MOST; i++)
        cg_putf(&list, "%s%.40s", i ? ", " : "",
                columns ? first->columns[i].name : l->arrays.items[i].name);
    if (count > MOST)
        cg_putf(&list, " and %zu more", count - MOST);
    char *text = cg_strdup(&l->scratch, list.text);
    cg_strbuf_finish(&list);
    return text;
}

/* The array of a name; a file that holds one array needs none. NULL on error. */
static const struct cg_array *find_array(struct loading *l, const char *name,
                                         const struct cg_value *value)
{
    const struct cg_array *only = l->arrays.count == 1 && !name ? &l->arrays.items[0] : NULL;
    const struct cg_array *found =
        only ? only : cg_arrays_find(&l->arrays, name ? name : value->name);
    if (!found && !l->arrays.items[0].name[0])
        refuse(l, "holds one array without a name, so there is no %.40s", name);
    else if (!found)
        refuse(l, "has no array %.40s; it has %s", name ? name : value->name, list_names(l, false));
    return found;
}

/* The place of a column of a CSV file by its name; SIZE_MAX on error. */
static size_t find_column(struct loading *l, const char *name)
{
    const struct cg_array *table = &l->arrays.items[0];
    for (size_t c = 0; c < table->cols; c++)
        if (table->columns[c].name[0] && strcmp(table->columns[c].name, name) == 0)
            return c;
    if (table->columns[0].name[0])
        refuse(l, "has no column %.40s; it has %s", name, list_names(l, true));
    else
        refuse(l, "has no line with the names of its columns, so there is no %.40s", name);
    return SIZE_MAX;
}

/* Words are classes: they go nowhere but into onehot. */
static bool check_numbers(struct loading *l, const struct cg_array *array, size_t from, size_t cols)
{
    for (size_t c = from; array->columns && c < from + cols; c++)
        if (array->columns[c].n_words)
            return refuse(l,
                          "has words in column %zu%s%.40s, such as '%.40s'; for a column of 0 and "
                          "1 for each word write load(..., \"%.40s\", onehot)",
                          c + 1, array->columns[c].name[0] ? ", " : "", array->columns[c].name,
                          array->columns[c].words[0],
                          array->columns[c].name[0] ? array->columns[c].name : "NAME");
    return true;
}

/* What is loaded, as it stands in the file: all columns of an array, or some side by side. */
struct source {
    const struct cg_array *array;
    size_t *columns; /* NULL: all */
    size_t rows, cols;
};

static bool find_columns(struct loading *l, const struct cg_load *load, struct source *source)
{
    source->cols = load->n_names;
    source->columns = cg_alloc_array(&l->scratch, load->n_names, sizeof *source->columns);
    for (size_t k = 0; k < load->n_names; k++) {
        size_t c = source->columns[k] = find_column(l, load->names[k]);
        if (c == SIZE_MAX || (!load->onehot && !check_numbers(l, source->array, c, 1)))
            return false;
    }
    return true;
}

static bool find_source(struct loading *l, const struct cg_load *load, const struct cg_value *value,
                        struct source *source)
{
    *source = (struct source){.array = &l->arrays.items[0]};
    source->rows = source->array->rows;
    if (source->array->columns && load->n_names)
        return find_columns(l, load, source);
    if (load->n_names > 1)
        return refuse(l, "is no CSV file: only there can several columns be named");
    source->array = find_array(l, load->n_names ? load->names[0] : NULL, value);
    if (!source->array)
        return false;
    source->rows = source->array->rows;
    source->cols = source->array->cols;
    return load->onehot || check_numbers(l, source->array, 0, source->cols);
}

static void source_numbers(struct loading *l, const struct source *source, double *out)
{
    if (!source->columns) {
        cg_array_numbers(source->array, 0, source->cols, out);
        return;
    }
    double *column = cg_alloc_array(&l->scratch, source->rows, sizeof *column);
    for (size_t k = 0; k < source->cols; k++) {
        cg_array_numbers(source->array, source->columns[k], 1, column);
        for (size_t r = 0; r < source->rows; r++)
            out[r * source->cols + k] = column[r];
    }
}

/* The numbers turned over. */
static void transposed_numbers(struct loading *l, const struct source *source, double *out)
{
    double *numbers = cg_alloc_array(&l->scratch, source->rows * source->cols, sizeof *numbers);
    source_numbers(l, source, numbers);
    for (size_t r = 0; r < source->rows; r++)
        for (size_t c = 0; c < source->cols; c++)
            out[c * source->rows + r] = numbers[r * source->cols + c];
}

/* One column of whole numbers: row r gets a 1 in the column that the number says. */
static bool onehot_numbers(struct loading *l, const struct source *source,
                           const struct cg_value *value, const struct cg_matrix *out)
{
    if (out->cols == 1)
        return refuse(l,
                      "is loaded onehot, one column for each class, but %s has 1 column; leave "
                      "onehot out, or give it more columns",
                      value->name);
    double *labels = cg_alloc_array(&l->scratch, out->rows, sizeof *labels);
    source_numbers(l, source, labels);
    for (size_t r = 0; r < out->rows; r++) {
        if (!(labels[r] >= 0 && labels[r] < (double)out->cols) || labels[r] != floor(labels[r]))
            return refuse(l,
                          "has %g in row %zu, and onehot takes whole numbers from 0 to %zu: %s has "
                          "%zu columns",
                          labels[r], r + 1, out->cols - 1, value->name, out->cols);
        for (size_t c = 0; c < out->cols; c++)
            out->data[r * out->cols + c] = labels[r] == (double)c;
    }
    return true;
}

static bool scale(struct loading *l, const struct cg_load *load, const struct cg_matrix *out)
{
    bool plain = load->factor == 1 && load->divisor == 1;
    for (size_t i = 0; i < out->rows * out->cols; i++) {
        if (!plain)
            out->data[i] = out->data[i] * load->factor / load->divisor;
        if (!isfinite(out->data[i]))
            return refuse(l, "holds a number that is not finite, in row %zu, column %zu",
                          i / out->cols + 1, i % out->cols + 1);
    }
    return true;
}

/* The shape that the numbers have as they are wanted: turned over, and a single axis as a column
 * where a column is wanted. */
static void orient(const struct source *source, const struct cg_load *load,
                   const struct cg_matrix *wanted, struct cg_matrix *shape)
{
    bool turned = load->transposed;
    if (source->array->n_axes == 1 && !source->columns)
        turned = load->onehot || (wanted->cols == 1 && wanted->rows != 1);
    *shape = turned ? (struct cg_matrix){source->cols, source->rows, NULL}
                    : (struct cg_matrix){source->rows, source->cols, NULL};
}

/* Both shapes, in one sentence. */
static bool check_shape(struct loading *l, const struct cg_value *value, const struct cg_load *load,
                        const struct cg_matrix *found, const struct cg_matrix *wanted)
{
    const char *turned = load->transposed ? "turned over " : "";
    if (load->onehot && found->cols != 1)
        return refuse(l, "%sis %zu x %zu, and onehot takes one column", turned, found->rows,
                      found->cols);
    if (!found->rows || !found->cols)
        return refuse(l, "is %zu x %zu: there are no numbers", found->rows, found->cols);
    if (wanted->rows &&
        (found->rows != wanted->rows || (load->onehot ? 0 : found->cols != wanted->cols)))
        return refuse(l, "%sis %zu x %zu, but %s is %zu x %zu", turned, found->rows, found->cols,
                      value->name, wanted->rows, wanted->cols);
    return load->onehot || found->cols == wanted->cols ||
           refuse(l, "%sis %zu x %zu, but %s has %zu column%s", turned, found->rows, found->cols,
                  value->name, wanted->cols, wanted->cols == 1 ? "" : "s");
}

static bool read_source(struct loading *l, const struct source *source, const struct cg_load *load,
                        const struct cg_value *value, struct cg_matrix *out)
{
    struct cg_matrix found;
    out->cols = cg_cols(l->model, value->shape);
    orient(source, load, out, &found);
    if (!check_shape(l, value, load, &found, out))
        return false;
    out->rows = found.rows;
    if (!out->data)
        out->data = cg_alloc_array(l->arena, out->rows * out->cols, sizeof *out->data);
    if (load->onehot)
        return onehot_numbers(l, source, value, out) && scale(l, load, out);
    if (load->transposed && source->rows != 1 && source->cols != 1)
        transposed_numbers(l, source, out->data);
    else
        source_numbers(l, source, out->data);
    return scale(l, load, out);
}

bool cg_load(struct cg_arena *arena, const struct cg_model *model, const struct cg_value *value,
             const struct cg_init *init, struct cg_matrix *out, struct cg_error *error)
{
    struct loading l = {.arena = arena, .model = model, .place = init->place, .error = error};
    struct source source;
    bool ok = open_file(&l, init->load->path) && find_source(&l, init->load, value, &source) &&
              read_source(&l, &source, init->load, value, out);
    cg_arena_finish(&l.scratch);
    return ok;
}

/* Columns [from, from + cols) of the table for one value. */
static bool read_part(struct loading *l, const struct cg_array *table, size_t from,
                      const struct cg_value *value, struct cg_matrix *out)
{
    static const struct cg_load plain = {.factor = 1, .divisor = 1};
    out->cols = cg_cols(l->model, value->shape);
    out->rows = table->rows;
    if (!check_numbers(l, table, from, out->cols))
        return false;
    if (!out->data)
        out->data = cg_alloc_array(l->arena, out->rows * out->cols, sizeof *out->data);
    cg_array_numbers(table, from, out->cols, out->data);
    return scale(l, &plain, out);
}

static bool read_table(struct loading *l, struct cg_value *const *values, size_t n_values,
                       struct cg_matrix *out)
{
    const struct cg_array *table = &l->arrays.items[0];
    size_t cols = 0, from = 0;
    for (size_t i = 0; i < n_values; i++)
        cols += cg_cols(l->model, values[i]->shape);
    if (table->cols != cols)
        return refuse(l, "has %zu column%s, but %s%s together %zu%s", table->cols,
                      table->cols == 1 ? "" : "s", values[0]->name,
                      n_values > 1 ? " and what follows have" : " has", cols,
                      table->columns
                          ? "; columns are named in lines such as X = load(FILE, \"a\", \"b\")"
                          : "");
    if (!table->rows || (out->rows && out->rows != table->rows))
        return refuse(l, "has %zu row%s, but %s has %zu", table->rows, table->rows == 1 ? "" : "s",
                      values[0]->name, out->rows);
    for (size_t i = 0; i < n_values; i++) {
        if (!read_part(l, table, from, values[i], &out[i]))
            return false;
        from += out[i].cols;
    }
    return true;
}

bool cg_load_values(struct cg_arena *arena, const struct cg_model *model,
                    struct cg_value *const *values, size_t n_values, const char *path,
                    struct cg_place place, struct cg_matrix *out, struct cg_error *error)
{
    static const struct cg_load plain = {.factor = 1, .divisor = 1};
    struct loading l = {.arena = arena, .model = model, .place = place, .error = error};
    bool ok = open_file(&l, path);
    if (ok && l.arrays.count == 1)
        ok = read_table(&l, values, n_values, out);
    else
        for (size_t i = 0; ok && i < n_values; i++) {
            struct source source;
            ok = find_source(&l, &plain, values[i], &source) &&
                 read_source(&l, &source, &plain, values[i], &out[i]);
        }
    cg_arena_finish(&l.scratch);
    return ok;
}
