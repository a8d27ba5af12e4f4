#include <chalkgrad/error.h>

#include <chalkgrad/strbuf.h>

#include <stdarg.h>
#include <string.h>

static void fill(struct cg_error *error, const char *file, struct cg_place place, bool machine,
                 const char *format, va_list args)
{
    if (!error)
        return;
    *error = (struct cg_error){.place = place, .machine = machine};
    snprintf(error->file, sizeof error->file, "%s", file ? file : "");
    vsnprintf(error->text, sizeof error->text, format, args);
}

bool cg_fail(struct cg_error *error, const char *file, struct cg_place place, const char *format,
             ...)
{
    va_list args;
    va_start(args, format);
    fill(error, file, place, false, format, args);
    va_end(args);
    return false;
}

bool cg_fail_machine(struct cg_error *error, const char *file, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fill(error, file, (struct cg_place){0}, true, format, args);
    va_end(args);
    return false;
}

void cg_error_quote(struct cg_error *error, const char *text, size_t length, int first_line)
{
    const char *end = text + length, *line = text;
    for (int number = first_line; number < error->place.line; number++) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        if (!newline)
            return;
        line = newline + 1;
    }
    const char *newline = memchr(line, '\n', (size_t)(end - line));
    size_t size = (size_t)((newline ? newline : end) - line);
    if (size >= sizeof error->source) {
        size = sizeof error->source - 1;
        while (size && (line[size] & 0xC0) == 0x80) /* not in the middle of a character */
            size--;
    }
    memcpy(error->source, line, size);
    error->source[size] = '\0';
}

/* The caret line repeats tabs and pads with spaces, so that it stands under its place. */
static void print_caret(FILE *stream, const struct cg_error *error)
{
    const char *at = error->source;
    int column = 1;
    fputs("    ", stream);
    for (; *at && column < error->place.column; at++) {
        if (((unsigned char)*at & 0xC0) == 0x80)
            continue;
        fputc(*at == '\t' ? '\t' : ' ', stream);
        column++;
    }
    if (column < error->place.column)
        return (void)fputc('\n', stream);
    int room = (int)cg_utf8_length(at, strlen(at));
    int marks = error->length > 1 ? error->length : 1;
    for (int i = 0; i < marks && (i == 0 || i < room); i++)
        fputc(i ? '~' : '^', stream);
    fputc('\n', stream);
}

static void print_as(FILE *stream, const struct cg_error *error, const char *kind)
{
    if (error->file[0])
        fprintf(stream, "%s:", error->file);
    else
        fputs("chalkgrad:", stream);
    if (error->place.line)
        fprintf(stream, "%d:%d:", error->place.line, error->place.column);
    fprintf(stream, " %s: %s\n", kind, error->text);
    if (!error->source[0] || !error->place.line)
        return;
    fprintf(stream, "    %s\n", error->source);
    print_caret(stream, error);
}

void cg_error_print(FILE *stream, const struct cg_error *error)
{
    print_as(stream, error, "error");
}

void cg_warning_print(FILE *stream, const struct cg_error *error)
{
    print_as(stream, error, "warning");
}
