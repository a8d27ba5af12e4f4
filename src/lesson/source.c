#include "lesson/source.h"

#include <chalkgrad/strbuf.h>
#include <chalkgrad/words.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_REFERENCES = 256, /* "]:", without which there is no link reference definition */
    MOST_BRACKETS = 50000, /* "[" */
    MOST_LEVELS = 64,      /* quotes and lists within one another, as one line begins */
    MOST_INDENT = 256      /* blanks at the start of a line */
};
/* md4c 0.4.8 looks for a bracket's line from the first line of its paragraph. */
static const double most_lines_times_brackets = 5e8;

bool cg_source_holds(const struct cg_source *source, const char *at)
{
    uintptr_t start = (uintptr_t)source->text, here = (uintptr_t)at;
    return here >= start && here - start <= source->length;
}

struct cg_place cg_source_place(const struct cg_source *source, const char *at)
{
    if (!cg_source_holds(source, at))
        return (struct cg_place){0};
    size_t low = 0, high = source->n_lines; /* lines[low] <= at < lines[high] */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (source->lines[middle] <= at)
            low = middle;
        else
            high = middle;
    }
    size_t before = cg_utf8_length(source->lines[low], (size_t)(at - source->lines[low]));
    return (struct cg_place){(int)low + 1, (int)before + 1};
}

static void fail(const struct cg_source *source, struct cg_error *error, struct cg_place place,
                 size_t length, const char *format, va_list args)
{
    if (!error)
        return;
    char text[sizeof error->text];
    vsnprintf(text, sizeof text, format, args);
    cg_fail(error, source->file, place, "%s", text);
    error->length = (int)length;
    if (place.line)
        cg_error_quote(error, source->text, source->length, 1);
}

bool cg_source_fail(const struct cg_source *source, struct cg_error *error, struct cg_place place,
                    size_t length, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail(source, error, place, length, format, args);
    va_end(args);
    return false;
}

bool cg_slice_fail(const struct cg_source *source, struct cg_error *error, struct cg_slice at,
                   const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail(source, error, at.place, cg_utf8_length(at.text, at.length), format, args);
    va_end(args);
    return false;
}

static void index_lines(struct cg_source *source, struct cg_arena *arena)
{
    size_t capacity = 0;
    const char *at = source->text, *end = source->text + source->length;
    for (;;) {
        source->lines =
            cg_grow(arena, source->lines, source->n_lines, &capacity, sizeof *source->lines);
        source->lines[source->n_lines++] = at;
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        if (!newline)
            return;
        at = newline + 1;
    }
}

/* Bytes that are no text, with the place of the first. */
static bool check_text(const struct cg_source *source, struct cg_error *error)
{
    const char *at = source->text, *end = source->text + source->length;
    while (at < end) {
        const char *from = at;
        uint32_t c = cg_utf8_next(&at, end);
        if (c == 0 || (c == 0xFFFD && memcmp(from, "\xEF\xBF\xBD", 3) != 0))
            return cg_source_fail(source, error, cg_source_place(source, from), 1,
                                  "this byte is no text: a lesson is written in UTF-8");
    }
    return true;
}

/* How many quotes and list items a line begins; SIZE_MAX where it is indented too deeply. */
static size_t levels_begun(const char *at)
{
    for (size_t levels = 0, blanks = 0;; levels++) {
        size_t indent = strspn(at, " \t");
        blanks += indent;
        at += indent;
        if (blanks > MOST_INDENT)
            return SIZE_MAX;
        size_t digits = strspn(at, "0123456789");
        size_t mark = digits && strchr(".)", at[digits]) ? digits + 1 : strspn(at, "-+*") == 1;
        if (*at == '>')
            at++;
        else if (mark && (at[mark] == ' ' || at[mark] == '\t' || at[mark] == '\n'))
            at += mark;
        else
            return levels;
    }
}

/* What would keep md4c busy for seconds is refused before it sees it. */
static bool check_hostile(const struct cg_source *source, struct cg_error *error)
{
    size_t references = 0, brackets = 0;
    for (const char *at = source->text; (at = strpbrk(at, "[]")); at++) {
        references += at[0] == ']' && at[1] == ':';
        brackets += at[0] == '[';
        if (references > MOST_REFERENCES)
            return cg_source_fail(source, error, cg_source_place(source, at), 2,
                                  "more than %d link reference definitions", MOST_REFERENCES);
        if (brackets > MOST_BRACKETS)
            return cg_source_fail(source, error, cg_source_place(source, at), 1,
                                  "more than %d opening brackets in one lesson", MOST_BRACKETS);
    }
    if ((double)brackets * (double)source->n_lines > most_lines_times_brackets)
        return cg_source_fail(source, error, (struct cg_place){1, 1}, 1,
                              "%zu lines with %zu opening brackets are too many for one lesson",
                              source->n_lines, brackets);
    for (size_t i = 0; i < source->n_lines; i++)
        if (levels_begun(source->lines[i]) > MOST_LEVELS)
            return cg_source_fail(source, error, (struct cg_place){(int)i + 1, 1}, 1,
                                  "this line is indented or nested too deeply");
    return true;
}

bool cg_source_init(struct cg_source *source, struct cg_arena *arena, const char *file,
                    const char *text, size_t length, struct cg_error *error)
{
    *source = (struct cg_source){.file = file, .length = length};
    if (length > CG_LONGEST_LESSON)
        return cg_fail(error, file, (struct cg_place){0},
                       "this file has %zu bytes; a lesson has at most 1 MB", length);
    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) { /* byte order mark */
        text += 3;
        source->length -= 3;
    }
    char *copy = cg_strndup(arena, text, source->length);
    for (size_t i = 0; i < source->length; i++)
        if (copy[i] == '\r')
            copy[i] = ' ';
    source->text = copy;
    index_lines(source, arena);
    return check_text(source, error) && check_hostile(source, error);
}

/* ---- slices ------------------------------------------------------------------------------ */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

struct cg_slice cg_slice_part(struct cg_slice slice, size_t from, size_t length)
{
    const char *at = slice.text, *target = slice.text + from;
    struct cg_slice part = {target, length, slice.place};
    for (const char *newline; (newline = memchr(at, '\n', (size_t)(target - at)));) {
        at = newline + 1;
        part.place.line++;
        part.place.column = 1;
    }
    part.place.column += (int)cg_utf8_length(at, (size_t)(target - at));
    return part;
}

struct cg_slice cg_slice_trim(struct cg_slice slice)
{
    size_t from = 0, end = slice.length;
    while (from < end && is_blank(slice.text[from]))
        from++;
    while (end > from && is_blank(slice.text[end - 1]))
        end--;
    return cg_slice_part(slice, from, end - from);
}

bool cg_slice_raw_line(struct cg_slice *rest, struct cg_slice *line)
{
    if (rest->length == 0)
        return false;
    const char *newline = memchr(rest->text, '\n', rest->length);
    size_t length = newline ? (size_t)(newline - rest->text) : rest->length;
    size_t taken = length + (newline ? 1 : 0);
    *line = cg_slice_trim((struct cg_slice){rest->text, length, rest->place});
    rest->text += taken;
    rest->length -= taken;
    rest->place = (struct cg_place){rest->place.line + 1, 1};
    return true;
}

bool cg_slice_line(struct cg_slice *rest, struct cg_slice *line)
{
    if (!cg_slice_raw_line(rest, line))
        return false;
    const char *comment = memchr(line->text, '#', line->length);
    if (comment)
        line->length = (size_t)(comment - line->text);
    *line = cg_slice_trim(*line);
    return true;
}

bool cg_slice_word(struct cg_slice *rest, const char *dividers, struct cg_slice *word)
{
    size_t from = 0;
    while (from < rest->length &&
           (is_blank(rest->text[from]) || strchr(dividers, rest->text[from])))
        from++;
    size_t end = from;
    while (end < rest->length && !is_blank(rest->text[end]) && !strchr(dividers, rest->text[end]))
        end++;
    *word = cg_slice_part(*rest, from, end - from);
    *rest = cg_slice_part(*rest, end, rest->length - end);
    return word->length > 0;
}

bool cg_slice_is(struct cg_slice slice, const char *text)
{
    return strlen(text) == slice.length && memcmp(text, slice.text, slice.length) == 0;
}

char *cg_slice_copy(struct cg_arena *arena, struct cg_slice slice)
{
    return cg_strndup(arena, slice.text, slice.length);
}

bool cg_slice_number(struct cg_slice slice, double *number)
{
    char text[64], *end;
    if (slice.length == 0 || slice.length >= sizeof text)
        return false;
    memcpy(text, slice.text, slice.length);
    text[slice.length] = '\0';
    if (strspn(text, "+-.0123456789eE") != slice.length)
        return false;
    *number = strtod(text, &end);
    return *end == '\0' && isfinite(*number);
}

bool cg_slice_whole(struct cg_slice slice, size_t least, size_t most, size_t *number)
{
    if (slice.length == 0 || slice.length > 15)
        return false;
    size_t value = 0;
    for (size_t i = 0; i < slice.length; i++) {
        if (slice.text[i] < '0' || slice.text[i] > '9')
            return false;
        value = 10 * value + (size_t)(slice.text[i] - '0');
    }
    *number = value;
    return value >= least && value <= most;
}

/* ---- did you mean ------------------------------------------------------------------------ */

const char *cg_nearest_word(const char *const *words, size_t count, const char *text)
{
    const char *best = NULL;
    size_t least = strlen(text) / 3 + 2;
    for (size_t i = 0; i < count; i++) {
        size_t distance = cg_word_distance(text, words[i]);
        if (distance < least && distance < strlen(words[i])) {
            least = distance;
            best = words[i];
        }
    }
    return best;
}
