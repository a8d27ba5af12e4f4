/* CSV: lines of fields. The divider is what the first line has of ; or tab or comma or blank; in a
 * file with semicolons a number may have a decimal comma. Lines that begin with # are skipped. If
 * no field of the first line is a number, it is the header. A column whose first entry is no number
 * holds words. */
#include "engine/array_file.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_NUMBER = 63, MOST_WORDS = 256, MOST_COLUMNS = 1000000 };

struct field {
    const char *text; /* without quotes */
    size_t length;
    const char *at; /* in the file, for messages */
    size_t width;
};

struct csv {
    struct array_reader *reader;
    const char *rest, *end;      /* what has not been read */
    const char *line, *line_end; /* the line that is read */
    int line_number;
    char divider;
    struct cg_column *columns;
    size_t n_columns, capacity;
    int width_line; /* by which all others are measured */
    double *numbers;
    size_t count, room;
};

static bool fail_at(const struct csv *csv, const char *at, size_t length, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static bool fail_at(const struct csv *csv, const char *at, size_t length, const char *format, ...)
{
    struct cg_error *error = csv->reader->error;
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct cg_place place = {csv->line_number,
                             (int)cg_utf8_length(csv->line, (size_t)(at - csv->line)) + 1};
    cg_fail(error, csv->reader->file, place, "%s", text);
    if (error) {
        error->length = (int)cg_utf8_length(at, length);
        cg_error_quote(error, csv->line, (size_t)(csv->line_end - csv->line), csv->line_number);
    }
    return false;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The next line that is not empty; false at the end. */
static bool next_line(struct csv *csv)
{
    while (csv->rest < csv->end) {
        const char *newline = memchr(csv->rest, '\n', (size_t)(csv->end - csv->rest));
        csv->line = csv->rest;
        csv->line_end = newline ? newline : csv->end;
        csv->rest = newline ? newline + 1 : csv->end;
        csv->line_number++;
        while (csv->line_end > csv->line && (csv->line_end[-1] == '\r' || csv->line_end[-1] == ' '))
            csv->line_end--;
        const char *at = csv->line;
        while (at < csv->line_end && is_blank(*at))
            at++;
        if (at < csv->line_end && *at != '#')
            return true;
    }
    return false;
}

/* The first of ; tab comma that stands outside of quotes on the line, else a blank. */
static char find_divider(const struct csv *csv)
{
    bool seen[256] = {0}, quoted = false;
    for (const char *at = csv->line; at < csv->line_end; at++) {
        quoted ^= *at == '"';
        if (!quoted)
            seen[(unsigned char)*at] = true;
    }
    return seen[';'] ? ';' : seen['\t'] ? '\t' : seen[','] ? ',' : ' ';
}

/* "as ""here""", from the quote on; *at moves behind the closing one. */
static bool quoted_field(const struct csv *csv, const char **at, struct field *field)
{
    const char *from = ++*at, *end = csv->line_end;
    bool doubled = false;
    while (*at < end && (**at != '"' || (*at + 1 < end && (*at)[1] == '"'))) {
        bool pair = **at == '"';
        doubled |= pair;
        *at += pair ? 2 : 1;
    }
    if (*at >= end)
        return fail_at(csv, from - 1, 1, "this quote is not closed on its line");
    field->text = from;
    field->length = (size_t)((*at)++ - from);
    if (doubled) {
        char *copy = cg_strndup(csv->reader->arena, from, field->length);
        size_t length = 0;
        for (size_t i = 0; i < field->length; i++, length++) {
            copy[length] = from[i];
            i += from[i] == '"';
        }
        field->text = copy;
        field->length = length;
    }
    return true;
}

/* Reads the field at *at and moves behind the divider after it; *more: there was one. */
static bool next_field(const struct csv *csv, const char **at, struct field *field, bool *more)
{
    const char *end = csv->line_end;
    while (*at < end && is_blank(**at) && (csv->divider == ' ' || **at != csv->divider))
        (*at)++; /* where blanks divide, they count once */
    *field = (struct field){.text = *at, .at = *at};
    if (*at < end && **at == '"') {
        if (!quoted_field(csv, at, field))
            return false;
        field->width = (size_t)(*at - field->at);
        while (*at < end && is_blank(**at) && **at != csv->divider)
            (*at)++;
        if (*at < end && **at != csv->divider)
            return fail_at(csv, *at, 1, "expected '%c' behind the quoted text", csv->divider);
    } else {
        const char *stop = memchr(*at, csv->divider, (size_t)(end - *at));
        *at = stop ? stop : end;
        field->length = (size_t)(*at - field->text);
        while (field->length && is_blank(field->text[field->length - 1]))
            field->length--;
        field->width = field->length;
    }
    *more = *at < end;
    *at += *more;
    return true;
}

/* Digits and a point alone, fewer than 16: the quotient of two numbers that a double holds exactly,
 * hence correctly rounded (W. D. Clinger, "How to read floating point numbers accurately", 1990).
 */
static bool short_number(const char *text, size_t length, double *out)
{
    static const double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    size_t i = length && text[0] == '-', digits = 0, decimals = 0;
    bool point = false;
    double number = 0;
    for (; i < length && digits < 16; i++) {
        if (text[i] == '.' && !point) {
            point = true;
            continue;
        }
        if (text[i] < '0' || text[i] > '9')
            return false;
        number = 10 * number + (text[i] - '0');
        digits++;
        decimals += point;
    }
    if (!digits || digits > 15)
        return false;
    number /= powers[decimals];
    *out = text[0] == '-' ? -number : number;
    return true;
}

static bool read_number(const struct csv *csv, const struct field *field, double *out)
{
    char text[LONGEST_NUMBER + 1], *end, *comma;
    if (short_number(field->text, field->length, out))
        return true;
    if (field->length == 0 || field->length > LONGEST_NUMBER)
        return false;
    memcpy(text, field->text, field->length);
    text[field->length] = '\0';
    if (csv->divider == ';' && (comma = strchr(text, ',')))
        *comma = '.';
    if (strspn(text, "+-.0123456789eE") != field->length)
        return false;
    *out = strtod(text, &end);
    return *end == '\0' && isfinite(*out);
}

/* The place of a word among those of its column. */
static bool read_word(const struct csv *csv, struct cg_column *column, const struct field *field,
                      double *out)
{
    size_t i = 0;
    while (i < column->n_words && (strlen(column->words[i]) != field->length ||
                                   memcmp(column->words[i], field->text, field->length) != 0))
        i++;
    if (i == column->n_words) {
        if (i == MOST_WORDS)
            return fail_at(csv, field->at, field->width,
                           "this column has more than %d different words", MOST_WORDS);
        if ((i & (i - 1)) == 0) { /* a power of two is full */
            char **words = cg_alloc_array(csv->reader->arena, i ? 2 * i : 1, sizeof *words);
            if (i)
                memcpy(words, column->words, i * sizeof *words);
            column->words = words;
        }
        column->words[column->n_words++] =
            cg_strndup(csv->reader->arena, field->text, field->length);
    }
    *out = (double)i;
    return true;
}

static bool read_entry(struct csv *csv, size_t c, const struct field *field)
{
    struct cg_column *column = &csv->columns[c];
    if (csv->count == CG_MOST_NUMBERS)
        return fail_at(csv, field->at, field->width, "there are more than 100,000,000 numbers");
    if (csv->count == csv->room) {
        csv->room = csv->room ? 2 * csv->room : 1024;
        csv->numbers = cg_xrealloc(csv->numbers, csv->room * sizeof *csv->numbers);
    }
    double *number = &csv->numbers[csv->count];
    bool first = csv->count < csv->n_columns;
    if (!column->n_words && !read_number(csv, field, number)) {
        if (!field->length)
            return fail_at(csv, field->at, field->width, "expected a number: this field is empty");
        if (!first)
            return fail_at(csv, field->at, field->width, "expected a number, found '%.*s'",
                           (int)(field->length < 40 ? field->length : 40), field->text);
        if (!read_word(csv, column, field, number))
            return false;
    } else if (column->n_words && !read_word(csv, column, field, number))
        return false;
    csv->count++;
    return true;
}

/* The columns, by the fields of the first line; *header: none of them is a number. */
static bool open_columns(struct csv *csv, bool *header)
{
    const char *at = csv->line;
    bool more = true;
    *header = true;
    csv->divider = find_divider(csv);
    csv->width_line = csv->line_number;
    while (more) {
        struct field field;
        double number;
        if (!next_field(csv, &at, &field, &more))
            return false;
        if (csv->n_columns == MOST_COLUMNS)
            return fail_at(csv, field.at, field.width, "there are more than 1,000,000 columns");
        csv->columns = cg_grow(csv->reader->arena, csv->columns, csv->n_columns, &csv->capacity,
                               sizeof *csv->columns);
        csv->columns[csv->n_columns++] =
            (struct cg_column){.name = cg_strndup(csv->reader->arena, field.text, field.length)};
        *header = *header && !read_number(csv, &field, &number);
    }
    for (size_t i = 0; i < csv->n_columns && !*header; i++)
        csv->columns[i].name = "";
    return true;
}

static bool read_row(struct csv *csv)
{
    const char *at = csv->line;
    bool more = true;
    size_t c = 0;
    for (; more; c++) {
        struct field field;
        if (!next_field(csv, &at, &field, &more))
            return false;
        if (c == csv->n_columns)
            return fail_at(csv, field.at, field.width, "line %d has only %zu field%s",
                           csv->width_line, c, c == 1 ? "" : "s");
        if (!read_entry(csv, c, &field))
            return false;
    }
    return c == csv->n_columns || fail_at(csv, csv->line, (size_t)(csv->line_end - csv->line),
                                          "this line has %zu field%s, but line %d has %zu", c,
                                          c == 1 ? "" : "s", csv->width_line, csv->n_columns);
}

static bool read_lines(struct csv *csv)
{
    bool header;
    if (!next_line(csv))
        return array_fail(csv->reader, "is empty");
    if (!open_columns(csv, &header))
        return false;
    if (header && !next_line(csv))
        return array_fail(csv->reader, "has a header, but no numbers");
    do
        if (!read_row(csv))
            return false;
    while (next_line(csv));
    return true;
}

bool csv_read(struct array_reader *reader, const unsigned char *bytes, size_t size)
{
    const char *text = (const char *)bytes;
    bool mark = size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0;
    struct csv csv = {.reader = reader, .rest = text + (mark ? 3 : 0), .end = text + size};
    bool ok = read_lines(&csv);
    if (ok) {
        const uint16_t one = 1;
        struct cg_array array = {.name = "",
                                 .n_axes = 2,
                                 .columns = csv.columns,
                                 .type = CG_TYPE_F64,
                                 .axes = {csv.count / csv.n_columns, csv.n_columns}};
        array.big_endian = *(const unsigned char *)&one == 0;
        array.bytes = cg_copy(reader->arena, csv.numbers, csv.count * sizeof *csv.numbers);
        ok = array_add(reader, array, csv.count * sizeof *csv.numbers);
    }
    free(csv.numbers);
    return ok;
}
