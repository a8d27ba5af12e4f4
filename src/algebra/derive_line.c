/* "dJ/dB as δ", read and derived. */
#include <chalkgrad/derive.h>
#include <chalkgrad/strbuf.h>

#include <string.h>

enum { LONGEST_NAME = 60 };

struct reader {
    struct cg_book *book;
    const char *start, *at, *end;
    struct cg_place place; /* of start */
    struct cg_error *error;
};

static struct cg_place place_of(const struct reader *reader, const char *at)
{
    struct cg_place place = reader->place;
    if (place.line)
        place.column += (int)cg_utf8_length(reader->start, (size_t)(at - reader->start));
    return place;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_blanks(struct reader *reader)
{
    while (reader->at < reader->end && is_blank(*reader->at))
        reader->at++;
}

/* d or ∂ */
static bool take_d(struct reader *reader)
{
    skip_blanks(reader);
    size_t left = (size_t)(reader->end - reader->at);
    if (left >= 1 && *reader->at == 'd')
        reader->at += 1;
    else if (left >= strlen("∂") && !memcmp(reader->at, "∂", strlen("∂")))
        reader->at += strlen("∂");
    else
        return cg_fail(reader->error, reader->book->model->file, place_of(reader, reader->at),
                       "expected a derivative such as dJ/dW");
    return true;
}

/* Letters, digits, underscores and what is not ASCII; in the arena. NULL and an error where none
 * stands. */
static const char *take_name(struct reader *reader, const char *what)
{
    const char *from = reader->at;
    while (reader->at < reader->end) {
        unsigned char c = (unsigned char)*reader->at;
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80 ||
                      (reader->at > from && c >= '0' && c <= '9');
        if (!letter)
            break;
        reader->at++;
    }
    size_t length = (size_t)(reader->at - from);
    if (length && length <= LONGEST_NAME && !memchr(from, 0, length))
        return cg_strndup(reader->book->arena, from, length);
    cg_fail(reader->error, reader->book->model->file, place_of(reader, from),
            length ? "%s is longer than 60 bytes" : "expected %s here", what);
    return NULL;
}

static struct cg_value *take_value(struct reader *reader)
{
    const char *from = reader->at;
    const char *name = take_name(reader, "the name of a value");
    if (!name)
        return NULL;
    const struct cg_book *book = reader->book;
    struct cg_value *value = cg_model_find(book->model, name);
    for (size_t i = 0; i < book->n_results && !value; i++)
        if (!strcmp(book->results[i]->name, name))
            value = book->results[i];
    if (value)
        return value;
    const char *near = cg_model_nearest(book->model, name);
    struct cg_place place = place_of(reader, from);
    if (near && cg_model_find(book->model, near))
        cg_fail(reader->error, book->model->file, place,
                "there is no value named %s; did you mean %s?", name, near);
    else
        cg_fail(reader->error, book->model->file, place, "there is no value named %s", name);
    if (reader->error)
        reader->error->length = (int)cg_utf8_length(name, strlen(name));
    return NULL;
}

/* "as δ"; *as stays NULL where the line ends before it. */
static bool take_as(struct reader *reader, const char **as, struct cg_place *as_place)
{
    skip_blanks(reader);
    if (reader->at == reader->end)
        return true;
    const char *from = reader->at;
    bool is_as = reader->end - from > 2 && from[0] == 'a' && from[1] == 's' && is_blank(from[2]);
    if (!is_as)
        return cg_fail(reader->error, reader->book->model->file, place_of(reader, from),
                       "expected the end of the line, or \"as\" and a name");
    reader->at += 2;
    skip_blanks(reader);
    *as_place = place_of(reader, reader->at);
    *as = take_name(reader, "a name for the result");
    if (!*as)
        return false;
    skip_blanks(reader);
    if (reader->at < reader->end)
        return cg_fail(reader->error, reader->book->model->file, place_of(reader, reader->at),
                       "expected the end of the line");
    return true;
}

const struct cg_derivation *cg_derive_line(struct cg_book *book, const char *text, size_t length,
                                           struct cg_place start, struct cg_error *error)
{
    struct reader reader = {book, text, text, text + length, start, error};
    const char *as = NULL;
    struct cg_place as_place = start;
    if (!take_d(&reader))
        return NULL;
    const char *whole = reader.at;
    struct cg_value *of = take_value(&reader);
    if (!of)
        return NULL;
    skip_blanks(&reader);
    if (reader.at == reader.end || *reader.at != '/') {
        cg_fail(error, book->model->file, place_of(&reader, reader.at),
                "expected / and what to derive by, as in d%s/dW", of->name);
        return NULL;
    }
    reader.at++;
    if (!take_d(&reader))
        return NULL;
    struct cg_value *wrt = take_value(&reader);
    if (!wrt || !take_as(&reader, &as, &as_place))
        return NULL;
    return cg_derive(book, of, wrt, as, NULL, as ? as_place : place_of(&reader, whole), error);
}
