/* Where the numbers of a `data` or `test` block come from: a file, a generator, files by value. */
#include "lesson/data.h"

#include <chalkgrad/load.h>
#include <chalkgrad/points.h>

#include <string.h>

/* Of a test block the files say how many rows there are, and must agree. */
static bool same_rows(struct cg_opening *o, struct table *table, struct cg_place place)
{
    table->rows = table->numbers[0].rows;
    for (size_t i = 1; i < table->n_values; i++)
        if (table->numbers[i].rows != table->rows)
            return cg_source_fail(&o->source, o->error, place, 4,
                                  "%s gets %zu rows and %s gets %zu", table->values[0]->name,
                                  table->rows, table->values[i]->name, table->numbers[i].rows);
    return true;
}

/* ---- lines: X = load("images.gz") / 255 --------------------------------------------------- */

static struct cg_matrix *find_numbers(struct cg_opening *o, struct table *table,
                                      struct cg_slice name, size_t *which)
{
    for (size_t i = 0; i < table->n_values; i++)
        if (cg_slice_is(name, table->values[i]->name)) {
            *which = i;
            if (!table->numbers[i].data)
                return &table->numbers[i];
            cg_slice_fail(&o->source, o->error, name, "%s has a line already",
                          table->values[i]->name);
            return NULL;
        }
    cg_slice_fail(&o->source, o->error, name, "'%.*s' is no name of this block",
                  (int)(name.length < 40 ? name.length : 40), name.text);
    return NULL;
}

static bool load_line(struct cg_opening *o, struct table *table, struct cg_slice line)
{
    struct cg_model *model = &o->lesson->model;
    const char *equals = memchr(line.text, '=', line.length);
    if (!equals)
        return cg_slice_fail(&o->source, o->error, line, "expected a line NAME = load(\"file\")");
    size_t at = (size_t)(equals - line.text), which;
    struct cg_slice name = cg_slice_trim(cg_slice_part(line, 0, at));
    struct cg_slice what = cg_slice_trim(cg_slice_part(line, at + 1, line.length - at - 1));
    struct cg_matrix *numbers = find_numbers(o, table, name, &which);
    struct cg_init init;
    if (!numbers || !cg_parse_load(model, what.text, what.length, what.place, &init, o->error))
        return false;
    numbers->rows = table->test ? 0 : table->rows;
    return cg_load(model->arena, model, table->values[which], &init, numbers, o->error);
}

bool table_from_lines(struct cg_opening *o, const struct cg_item *item, struct table *table)
{
    struct cg_slice rest = item->body, line;
    while (cg_slice_raw_line(&rest, &line))
        if (line.length && line.text[0] != '#' && !load_line(o, table, line))
            return false;
    for (size_t i = 0; i < table->n_values; i++)
        if (!table->numbers[i].data)
            return cg_source_fail(&o->source, o->error, item->paragraph.place, 4,
                                  "there is no line %s = load(...) in this block",
                                  table->values[i]->name);
    return same_rows(o, table, item->paragraph.place);
}

/* ---- a generator: moons(noise = 0.1) ------------------------------------------------------ */

/* X(id, key, least, most) */
#define KEYS(X)                                                                                    \
    X(KEY_NOISE, "noise", 0, 1e6)                                                                  \
    X(KEY_SEED, "seed", 0, 1e12)                                                                   \
    X(KEY_TURNS, "turns", -100, 100)                                                               \
    X(KEY_ROWS, "rows", 1, 1e6)

enum key {
#define X(id, word, least, most) id,
    KEYS(X)
#undef X
        KEY_COUNT
};

static const struct {
    const char *word;
    double least, most;
} keys[] = {
#define X(id, word, least, most) {word, least, most},
    KEYS(X)
#undef X
};

/* noise = 0.1 */
static bool read_key(struct cg_opening *o, const struct table *table, struct cg_slice part,
                     const struct cg_points *points, double *numbers)
{
    const char *equals = memchr(part.text, '=', part.length);
    size_t at = equals ? (size_t)(equals - part.text) : part.length;
    struct cg_slice word = cg_slice_trim(cg_slice_part(part, 0, at));
    enum key key = KEY_NOISE;
    while (key < KEY_COUNT && !cg_slice_is(word, keys[key].word))
        key++;
    if (!equals || key == KEY_COUNT || (key == KEY_TURNS && points->set != CG_SPIRALS) ||
        (key == KEY_ROWS && !table->test))
        return cg_slice_fail(&o->source, o->error, part,
                             "expected noise = NUMBER%s, seed = NUMBER%s",
                             points->set == CG_SPIRALS ? ", turns = NUMBER" : "",
                             table->test ? ", rows = NUMBER" : "");
    struct cg_slice value = cg_slice_trim(cg_slice_part(part, at + 1, part.length - at - 1));
    double number;
    bool whole = key == KEY_SEED || key == KEY_ROWS;
    size_t size;
    if (!cg_slice_number(value, &number) || number < keys[key].least || number > keys[key].most ||
        (whole && !cg_slice_whole(value, 0, SIZE_MAX, &size)))
        return cg_slice_fail(&o->source, o->error, value, "%s is a %snumber from %g to %g",
                             keys[key].word, whole ? "whole " : "", keys[key].least,
                             keys[key].most);
    numbers[key] = number;
    return true;
}

/* What stands between the brackets. */
static bool read_keys(struct cg_opening *o, const struct table *table, struct cg_slice rest,
                      struct cg_points *points, double *numbers)
{
    while (cg_slice_trim(rest).length) {
        const char *comma = memchr(rest.text, ',', rest.length);
        size_t length = comma ? (size_t)(comma - rest.text) : rest.length;
        size_t taken = comma ? length + 1 : length;
        if (!read_key(o, table, cg_slice_trim(cg_slice_part(rest, 0, length)), points, numbers))
            return false;
        rest = cg_slice_part(rest, taken, rest.length - taken);
    }
    return true;
}

/* The values are the points and their classes. */
static bool check_generated(struct cg_opening *o, const struct table *table, const char *name,
                            bool two_classes)
{
    if (table->n_values != 2)
        return cg_slice_fail(&o->source, o->error, table->from,
                             "%s fills two values, points and their classes: data X Ystar from "
                             "%s()",
                             name, name);
    if (table->numbers[0].cols != 2)
        return cg_slice_fail(&o->source, o->error, table->from,
                             "%s gives points of the plane, 2 columns, but %s has %zu", name,
                             table->values[0]->name, table->numbers[0].cols);
    return !two_classes || table->numbers[1].cols <= 2 ||
           cg_slice_fail(&o->source, o->error, table->from,
                         "%s gives 2 classes, in 1 or 2 columns, but %s has %zu", name,
                         table->values[1]->name, table->numbers[1].cols);
}

static bool generate(struct cg_opening *o, struct table *table)
{
    static const char *const names[] = {
#define X(id, name) name,
        CG_POINT_SETS(X)
#undef X
    };
    struct cg_slice source = table->source;
    const char *open = memchr(source.text, '(', source.length);
    size_t at = open ? (size_t)(open - source.text) : source.length;
    struct cg_slice word = cg_slice_trim(cg_slice_part(source, 0, at));
    struct cg_points points = {.set = CG_MOONS};
    while (points.set < CG_POINT_SET_COUNT && !cg_slice_is(word, names[points.set]))
        points.set++;
    if (points.set == CG_POINT_SET_COUNT || !open || source.text[source.length - 1] != ')')
        return cg_slice_fail(&o->source, o->error, source.length ? source : table->from,
                             "expected \"FILE\", moons(...), circles(...), spirals(...) or "
                             "xor(...) behind from");
    /* The rows of a test block are other points than those of the data. */
    double numbers[KEY_COUNT] = {[KEY_NOISE] = 0.1,
                                 [KEY_SEED] = (double)o->document.seed + table->test,
                                 [KEY_TURNS] = 1,
                                 [KEY_ROWS] = (double)table->rows};
    if (!check_generated(o, table, names[points.set], points.set != CG_SPIRALS) ||
        !read_keys(o, table, cg_slice_part(source, at + 1, source.length - at - 2), &points,
                   numbers))
        return false;
    points.noise = numbers[KEY_NOISE];
    points.turns = numbers[KEY_TURNS];
    points.seed = (uint64_t)numbers[KEY_SEED];
    table->rows = (size_t)numbers[KEY_ROWS];
    table_room(o, table);
    cg_points_fill(&points, &table->numbers[0], &table->numbers[1]);
    return true;
}

/* ---- from -------------------------------------------------------------------------------- */

static bool load_file(struct cg_opening *o, const struct cg_item *item, struct table *table)
{
    struct cg_model *model = &o->lesson->model;
    struct cg_slice source = table->source;
    const char *close = memchr(source.text + 1, '"', source.length - 1);
    if (!close || close != source.text + source.length - 1 || source.length == 2)
        return cg_slice_fail(&o->source, o->error, source,
                             "expected one file name in quotes, such as \"points.csv\"");
    const char *path = cg_slice_copy(model->arena, cg_slice_part(source, 1, source.length - 2));
    for (size_t i = 0; i < table->n_values && !table->test; i++)
        table->numbers[i].rows = table->rows;
    return cg_load_values(model->arena, model, table->values, table->n_values, path, source.place,
                          table->numbers, o->error) &&
           same_rows(o, table, item->paragraph.place);
}

bool table_from_source(struct cg_opening *o, const struct cg_item *item, struct table *table)
{
    struct cg_slice rest = item->body, line;
    while (cg_slice_line(&rest, &line))
        if (line.length)
            return cg_slice_fail(&o->source, o->error, line,
                                 "the numbers come from what stands behind 'from': there can be "
                                 "no others in the block");
    bool file = table->source.length && table->source.text[0] == '"';
    return file ? load_file(o, item, table) : generate(o, table);
}
