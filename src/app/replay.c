#include "app/replay.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_EVENTS = 100000 };

/* What stands behind the word: two numbers, one, a text (to the end of the line), or nothing. */
enum arguments { NOTHING, ONE_NUMBER, TWO_NUMBERS, TEXT };

struct form {
    const char *word;
    enum replay_kind kind;
    enum arguments arguments;
    double least, most; /* of each number */
    const char *example;
};

static const struct form forms[] = {
    {"key", REPLAY_KEY, TEXT, 0, 0, "key Right"},
    {"click", REPLAY_CLICK, TWO_NUMBERS, -16384, 16384, "click 640 360"},
    {"move", REPLAY_MOVE, TWO_NUMBERS, -16384, 16384, "move 640 360"},
    {"drag", REPLAY_DRAG, TWO_NUMBERS, -16384, 16384, "drag 640 360"},
    {"leave", REPLAY_LEAVE, NOTHING, 0, 0, "leave"},
    {"wheel", REPLAY_WHEEL, ONE_NUMBER, -1000, 1000, "wheel 1"},
    {"resize", REPLAY_RESIZE, TWO_NUMBERS, 1, 16384, "resize 1280 720"},
    {"theme", REPLAY_THEME, TEXT, 0, 0, "theme light"},
    {"wait", REPLAY_WAIT, ONE_NUMBER, 0, 3600, "wait 0.5"},
    {"settle", REPLAY_SETTLE, NOTHING, 0, 0, "settle"},
    {"scene", REPLAY_SCENE, TEXT, 0, 0, "scene FILE.txt"},
    {"screenshot", REPLAY_SCREENSHOT, TEXT, 0, 0, "screenshot FILE.png"},
};

/* One line, NUL-terminated, and where we are in it. */
struct line {
    const char *file, *start, *at;
    int number;
    struct cg_error *error;
};

static bool fail_at(const struct line *line, const char *where, const char *format,
                    const char *detail)
{
    struct cg_place place = {line->number,
                             1 + (int)cg_utf8_length(line->start, (size_t)(where - line->start))};
    cg_fail(line->error, line->file, place, format, detail);
    if (line->error)
        cg_error_quote(line->error, line->start, strlen(line->start), line->number);
    return false;
}

static void skip_blanks(struct line *line)
{
    line->at += strspn(line->at, " \t\r");
}

static bool parse_number(struct line *line, const struct form *form, double *number)
{
    skip_blanks(line);
    char *end;
    *number = strtod(line->at, &end);
    if (end == line->at || (*end && !strchr(" \t\r", *end)))
        return fail_at(line, line->at, "a number belongs here, as in \"%s\"", form->example);
    if (!(*number >= form->least && *number <= form->most))
        return fail_at(line, line->at, "the number is out of range; an example: %s", form->example);
    line->at = end;
    return true;
}

static bool parse_text(struct line *line, struct cg_arena *arena, const struct form *form,
                       struct replay_event *event)
{
    skip_blanks(line);
    size_t length = strlen(line->at);
    while (length && strchr(" \t\r", line->at[length - 1]))
        length--;
    if (length == 0)
        return fail_at(line, line->at, "something is missing; an example: %s", form->example);
    char *text = cg_strndup(arena, line->at, length);
    if (event->kind == REPLAY_KEY && strncmp(text, "Shift+", 6) == 0 && text[6]) {
        event->shift = true;
        text += 6;
    }
    event->text = text;
    if (event->kind == REPLAY_THEME) {
        event->theme = cg_theme_find(text);
        if (event->theme == CG_THEME_COUNT)
            return fail_at(line, line->at, "there is no theme \"%s\": dark or light", text);
    }
    line->at += length;
    return true;
}

static bool parse_arguments(struct line *line, struct cg_arena *arena, const struct form *form,
                            struct replay_event *event)
{
    event->kind = form->kind;
    switch (form->arguments) {
    case NOTHING:
        break;
    case ONE_NUMBER:
        if (!parse_number(line, form, &event->x))
            return false;
        break;
    case TWO_NUMBERS:
        if (!parse_number(line, form, &event->x) || !parse_number(line, form, &event->y))
            return false;
        break;
    case TEXT:
        if (!parse_text(line, arena, form, event))
            return false;
        break;
    }
    skip_blanks(line);
    if (*line->at)
        return fail_at(line, line->at, "the line should end here, as in \"%s\"", form->example);
    return true;
}

static bool parse_line(struct replay *replay, struct cg_arena *arena, struct line *line)
{
    skip_blanks(line);
    if (!*line->at || *line->at == '#')
        return true;
    size_t length = strcspn(line->at, " \t\r");
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (strlen(forms[i].word) != length || strncmp(forms[i].word, line->at, length) != 0)
            continue;
        struct replay_event event = {0};
        line->at += length;
        if (!parse_arguments(line, arena, &forms[i], &event))
            return false;
        replay->events = cg_grow(arena, replay->events, replay->count, &replay->capacity,
                                 sizeof *replay->events);
        replay->events[replay->count++] = event;
        return true;
    }
    return fail_at(line, line->at, "%s",
                   "not an event: key, click, move, drag, leave, wheel, resize, theme, wait, "
                   "settle, scene or screenshot");
}

bool replay_parse(struct replay *replay, struct cg_arena *arena, const char *file, const char *text,
                  size_t length, struct cg_error *error)
{
    *replay = (struct replay){0};
    const char *at = text, *end = text + length;
    for (int number = 1; at < end; number++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t size = (size_t)((newline ? newline : end) - at);
        char *start = cg_strndup(arena, at, size);
        struct line line = {file, start, start, number, error};
        if (!parse_line(replay, arena, &line))
            return false;
        if (replay->count > MOST_EVENTS)
            return fail_at(&line, start, "%s", "a script has at most 100,000 events");
        at = newline ? newline + 1 : end;
    }
    return true;
}
