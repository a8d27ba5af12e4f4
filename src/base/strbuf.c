#include <chalkgrad/strbuf.h>

#include <chalkgrad/arena.h>

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void reserve(struct cg_strbuf *buf, size_t more)
{
    if (more >= SIZE_MAX / 2 - buf->length)
        cg_out_of_memory();
    size_t need = buf->length + more + 1;
    if (need <= buf->capacity)
        return;
    size_t capacity = buf->capacity ? buf->capacity : 64;
    while (capacity < need)
        capacity *= 2;
    buf->text = cg_xrealloc(buf->text, capacity);
    buf->capacity = capacity;
}

void cg_strbuf_init(struct cg_strbuf *buf)
{
    *buf = (struct cg_strbuf){0};
    reserve(buf, 0);
    buf->text[0] = '\0';
}

void cg_strbuf_finish(struct cg_strbuf *buf)
{
    if (!buf)
        return;
    free(buf->text);
    *buf = (struct cg_strbuf){0};
}

void cg_strbuf_clear(struct cg_strbuf *buf)
{
    buf->length = 0;
    buf->text[0] = '\0';
}

void cg_putn(struct cg_strbuf *buf, const char *text, size_t length)
{
    reserve(buf, length);
    memcpy(buf->text + buf->length, text, length);
    buf->length += length;
    buf->text[buf->length] = '\0';
}

void cg_put(struct cg_strbuf *buf, const char *text)
{
    cg_putn(buf, text, strlen(text));
}

void cg_putc(struct cg_strbuf *buf, char c)
{
    cg_putn(buf, &c, 1);
}

void cg_putf(struct cg_strbuf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    reserve(buf, (size_t)length);
    vsnprintf(buf->text + buf->length, (size_t)length + 1, format, again);
    buf->length += (size_t)length;
    va_end(again);
    va_end(args);
}

void cg_put_utf8(struct cg_strbuf *buf, uint32_t c)
{
    if (c < 0x80) {
        cg_putc(buf, (char)c);
    } else if (c < 0x800) {
        cg_putc(buf, (char)(0xC0 | c >> 6));
        cg_putc(buf, (char)(0x80 | (c & 0x3F)));
    } else if (c < 0x10000) {
        cg_putc(buf, (char)(0xE0 | c >> 12));
        cg_putc(buf, (char)(0x80 | (c >> 6 & 0x3F)));
        cg_putc(buf, (char)(0x80 | (c & 0x3F)));
    } else {
        cg_putc(buf, (char)(0xF0 | c >> 18));
        cg_putc(buf, (char)(0x80 | (c >> 12 & 0x3F)));
        cg_putc(buf, (char)(0x80 | (c >> 6 & 0x3F)));
        cg_putc(buf, (char)(0x80 | (c & 0x3F)));
    }
}

void cg_put_number(struct cg_strbuf *buf, double number)
{
    char text[40];
    bool whole = number > -1e15 && number < 1e15 && number == (double)(int64_t)number;
    if (whole) { /* 10, not 1e+01 */
        cg_putf(buf, "%.0f", number);
        return;
    }
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, number);
        if (strtod(text, NULL) == number)
            break;
    }
    cg_put(buf, text);
}

size_t cg_utf8_length(const char *text, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += (text[i] & 0xC0) != 0x80;
    return count;
}

uint32_t cg_utf8_next(const char **at, const char *end)
{
    const unsigned char *s = (const unsigned char *)*at;
    size_t left = (size_t)(end - *at);
    size_t size = s[0] < 0x80       ? 1
                  : s[0] >> 5 == 6  ? 2
                  : s[0] >> 4 == 14 ? 3
                  : s[0] >> 3 == 30 ? 4
                                    : 0;
    if (size == 1) {
        *at += 1;
        return s[0];
    }
    if (size == 0 || size > left) {
        *at += 1;
        return 0xFFFD;
    }
    uint32_t c = s[0] & (0x7Fu >> size);
    for (size_t i = 1; i < size; i++) {
        if ((s[i] & 0xC0) != 0x80) {
            *at += 1;
            return 0xFFFD;
        }
        c = c << 6 | (s[i] & 0x3Fu);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    bool bad = c < least[size] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000);
    *at += bad ? 1 : size;
    return bad ? 0xFFFD : c;
}
