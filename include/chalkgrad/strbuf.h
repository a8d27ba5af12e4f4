/* A growing string. Invariant: text[length] == '\0' and text is never NULL after init.
 *
 * init/finish pair: finish frees the text, and accepts NULL and a zeroed buffer.
 */
#ifndef CHALKGRAD_STRBUF_H
#define CHALKGRAD_STRBUF_H

#include <stddef.h>
#include <stdint.h>

struct cg_strbuf {
    char *text;
    size_t length, capacity;
};

void cg_strbuf_init(struct cg_strbuf *buf);
void cg_strbuf_finish(struct cg_strbuf *buf);
void cg_strbuf_clear(struct cg_strbuf *buf);

void cg_put(struct cg_strbuf *buf, const char *text);
void cg_putn(struct cg_strbuf *buf, const char *text, size_t length);
void cg_putc(struct cg_strbuf *buf, char c);
void cg_putf(struct cg_strbuf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3), nonnull(2)));
void cg_put_utf8(struct cg_strbuf *buf, uint32_t code_point);

/* The shortest decimal text that reads back as exactly `number` (at most 17 digits). */
void cg_put_number(struct cg_strbuf *buf, double number);

/* Code points in the first `length` bytes. */
size_t cg_utf8_length(const char *text, size_t length);

/* Reads one code point at *at (before end) and moves *at behind it; a malformed byte gives U+FFFD
 * and moves by one. *at must be before end. */
uint32_t cg_utf8_next(const char **at, const char *end);

#endif
