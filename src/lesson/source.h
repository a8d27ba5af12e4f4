/* The text of a lesson and places in it. Private to the lesson.
 *
 * A slice is a run of bytes with the place of its first one. Blocks are handed on as slices of
 * padded text: every line begins with as many blanks as it has characters before it in the file, so
 * that a column in the slice is a column in the file, however the fence is indented or quoted.
 */
#ifndef LESSON_SOURCE_H
#define LESSON_SOURCE_H

#include <chalkgrad/arena.h>
#include <chalkgrad/error.h>

enum { CG_LONGEST_LESSON = 1 << 20 };

struct cg_source {
    const char *file;
    const char *text; /* NUL-terminated, in an arena; CR is replaced by a blank */
    size_t length;
    const char **lines; /* where each line begins */
    size_t n_lines;
};

struct cg_slice {
    const char *text;
    size_t length;
    struct cg_place place;
};

/* Copies the text into the arena and indexes it. Refuses what is too long, no UTF-8, or made to
 * keep a Markdown parser busy. */
bool cg_source_init(struct cg_source *source, struct cg_arena *arena, const char *file,
                    const char *text, size_t length, struct cg_error *error);

bool cg_source_holds(const struct cg_source *source, const char *at);

/* Line and column of a byte of the source; {0, 0} for a pointer to elsewhere. */
struct cg_place cg_source_place(const struct cg_source *source, const char *at);

/* cg_fail with the source line for the caret; `length` characters are underlined. */
bool cg_source_fail(const struct cg_source *source, struct cg_error *error, struct cg_place place,
                    size_t length, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The same, at a slice. */
bool cg_slice_fail(const struct cg_source *source, struct cg_error *error, struct cg_slice at,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Without blanks at both ends. */
struct cg_slice cg_slice_trim(struct cg_slice slice);
/* From byte `from` on, `length` bytes. */
struct cg_slice cg_slice_part(struct cg_slice slice, size_t from, size_t length);
/* Takes the next line off *rest, trimmed; false at the end. */
bool cg_slice_raw_line(struct cg_slice *rest, struct cg_slice *line);
/* The same without a # comment. */
bool cg_slice_line(struct cg_slice *rest, struct cg_slice *line);
/* Takes the next word off *rest: words are divided by blanks and characters of `dividers`. */
bool cg_slice_word(struct cg_slice *rest, const char *dividers, struct cg_slice *word);
bool cg_slice_is(struct cg_slice slice, const char *text);
char *cg_slice_copy(struct cg_arena *arena, struct cg_slice slice);

/* A decimal number and nothing else. */
bool cg_slice_number(struct cg_slice slice, double *number);
/* A whole number from `least` to `most`. */
bool cg_slice_whole(struct cg_slice slice, size_t least, size_t most, size_t *number);

/* The word nearest to `text` by edit distance, or NULL where none is near. */
const char *cg_nearest_word(const char *const *words, size_t count, const char *text);

#endif
