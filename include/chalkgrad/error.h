/* Errors with a place, in words that a teacher understands.
 *
 * A fallible function returns bool or NULL and fills a struct cg_error. The first error wins:
 * callers stop at it. `text` is one sentence without a full stop, without the place, in the user's
 * words.
 */
#ifndef CHALKGRAD_ERROR_H
#define CHALKGRAD_ERROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct cg_place {
    int line, column; /* from 1, column in characters (code points); 0 = unknown */
};

struct cg_error {
    char file[256];        /* as the user named it; "" = none */
    struct cg_place place; /* where in the file */
    int length;            /* how many characters to underline; 0 counts as 1 */
    bool machine; /* the machine failed (file, memory, display): exit status 3 rather than 1 */
    bool misfit;  /* two shapes do not fit: a wrong answer rather than a slip of the pen */
    char text[512];
    char source[256]; /* the line itself, for the caret; "" = not known */
};

/* Fills *error (may be NULL) and returns false, so that `return cg_fail(...)` reads well. */
bool cg_fail(struct cg_error *error, const char *file, struct cg_place place, const char *format,
             ...) __attribute__((format(printf, 4, 5)));

/* The same for a failure of the machine; no place. */
bool cg_fail_machine(struct cg_error *error, const char *file, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Copies line `error->place.line` of `text` (whose first line has number first_line) into
 * error->source, so that cg_error_print can point at the place. */
void cg_error_quote(struct cg_error *error, const char *text, size_t length, int first_line);

/* "file:line:column: error: text", then the source line and a caret line where known. */
void cg_error_print(FILE *stream, const struct cg_error *error);
/* The same with "warning" for "error": what was asked for is done nevertheless. */
void cg_warning_print(FILE *stream, const struct cg_error *error);

#endif
