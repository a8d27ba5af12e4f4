/* The `key: value` lines between two `---` at the start of a lesson. */
#include "lesson/document.h"

#include <string.h>

enum key { KEY_TITLE, KEY_ORDER, KEY_SEED, KEY_NEEDS, KEY_COUNT };
static const char *const keys[KEY_COUNT] = {"title", "order", "seed", "needs"};

static struct cg_slice line_slice(const struct cg_source *source, size_t line)
{
    const char *start = source->lines[line];
    const char *end =
        line + 1 < source->n_lines ? source->lines[line + 1] : source->text + source->length;
    return cg_slice_trim((struct cg_slice){start, (size_t)(end - start), {(int)line + 1, 1}});
}

static enum key find_key(struct cg_slice word)
{
    enum key key = KEY_TITLE;
    while (key < KEY_COUNT && !cg_slice_is(word, keys[key]))
        key++;
    return key;
}

static bool set(struct cg_document *document, const struct cg_source *source,
                struct cg_arena *arena, enum key key, struct cg_slice value, struct cg_error *error)
{
    size_t number = 0;
    switch (key) {
    case KEY_TITLE:
        if (value.length == 0)
            return cg_slice_fail(source, error, value, "the title is empty");
        document->title = cg_slice_copy(arena, value);
        return true;
    case KEY_ORDER:
        if (!cg_slice_whole(value, 0, 1000000, &number))
            return cg_slice_fail(source, error, value, "order is a whole number, such as 3");
        document->order = (int)number;
        return true;
    case KEY_SEED:
        if (!cg_slice_whole(value, 0, 999999999999, &number))
            return cg_slice_fail(source, error, value, "seed is a whole number, such as 1");
        document->seed = number;
        return true;
    case KEY_NEEDS:
        document->needs = cg_slice_copy(arena, value);
        return true;
    case KEY_COUNT:
        break;
    }
    return false;
}

static bool read_line(struct cg_document *document, const struct cg_source *source,
                      struct cg_arena *arena, struct cg_slice line, bool *seen,
                      struct cg_error *error)
{
    const char *colon = memchr(line.text, ':', line.length);
    if (!colon)
        return cg_slice_fail(source, error, line,
                             "a line of the front matter is 'key: value', such as 'order: 3'");
    size_t at = (size_t)(colon - line.text);
    struct cg_slice word = cg_slice_trim(cg_slice_part(line, 0, at));
    struct cg_slice value = cg_slice_trim(cg_slice_part(line, at + 1, line.length - at - 1));
    if (value.length >= 2 && (*value.text == '"' || *value.text == '\'') &&
        value.text[value.length - 1] == *value.text)
        value = cg_slice_part(value, 1, value.length - 2);
    enum key key = find_key(word);
    if (key == KEY_COUNT) {
        const char *near = cg_nearest_word(keys, KEY_COUNT, cg_slice_copy(arena, word));
        return cg_slice_fail(source, error, word, "there is no key '%.*s'%s%s%s",
                             (int)(word.length < 40 ? word.length : 40), word.text,
                             near ? "; did you mean " : "; there are title, order, seed and needs",
                             near ? near : "", near ? "?" : "");
    }
    if (seen[key])
        return cg_slice_fail(source, error, word, "%s is said twice", keys[key]);
    seen[key] = true;
    return set(document, source, arena, key, value, error);
}

bool cg_front_matter(struct cg_document *document, const struct cg_source *source,
                     struct cg_arena *arena, const char **rest, struct cg_error *error)
{
    *document = (struct cg_document){.seed = 1};
    *rest = source->text;
    if (!cg_slice_is(line_slice(source, 0), "---"))
        return true;
    bool seen[KEY_COUNT] = {false};
    for (size_t i = 1; i < source->n_lines; i++) {
        struct cg_slice line = line_slice(source, i);
        if (cg_slice_is(line, "---")) {
            *rest = i + 1 < source->n_lines ? source->lines[i + 1] : source->text + source->length;
            return true;
        }
        if (line.length && *line.text != '#' &&
            !read_line(document, source, arena, line, seen, error))
            return false;
    }
    return cg_source_fail(source, error, (struct cg_place){1, 1}, 3,
                          "the front matter that begins here has no closing ---");
}
