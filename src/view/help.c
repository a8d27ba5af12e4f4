#include "view/help.h"

#include "view/keys.h"
#include "view/widgets.h"

#include <math.h>
#include <string.h>

/* Rows of one column, at a size at which all of them fit. */
struct table {
    float size, row, caps, width; /* caps: the width kept for key caps; width: of a column */
    size_t columns, rows;
};

/* The mouse has no entry in the table of keys. */
static const char *const pointing[][2] = {
    {"click", "a cell: follow it through every grid"},
    {"click", "the timeline: go there"},
    {"wheel", "next line, line before"},
    {"drag", "the loss curve: rewind the training"},
};

/* Row i: its caps and words; false behind the last. */
static bool row_texts(size_t i, const char **caps, const char **what)
{
    size_t count;
    const struct cg_key *keys = cg_keys(&count);
    for (size_t k = 0; k < count; k++) {
        if (!keys[k].what)
            continue;
        if (i-- == 0) {
            *caps = keys[k].caps;
            *what = keys[k].what;
            return true;
        }
    }
    if (i >= sizeof pointing / sizeof *pointing)
        return false;
    *caps = pointing[i][0];
    *what = pointing[i][1];
    return true;
}

static size_t row_count(void)
{
    const char *caps, *what;
    size_t n = 0;
    while (row_texts(n, &caps, &what))
        n++;
    return n;
}

static float caps_width(const struct cg_frame *frame, float size, const char *caps)
{
    float width = 0;
    for (const char *at = caps; *at;) {
        size_t n = strcspn(at, "|");
        width += cg_key_cap_width(frame, size, cg_strndup(&frame->scene->arena, at, n)) +
                 (at > caps ? 0.3f * size : 0);
        at += n + (at[n] == '|');
    }
    return width;
}

static struct table measure(const struct cg_frame *frame, float size, size_t columns)
{
    size_t count = row_count();
    struct table table = {.size = size, .row = 1.95f * size, .columns = columns};
    table.rows = (count + columns - 1) / columns;
    for (size_t i = 0; i < count; i++) {
        const char *caps, *what;
        row_texts(i, &caps, &what);
        table.caps = fmaxf(table.caps, caps_width(frame, size, caps));
        table.width = fmaxf(table.width, cg_text_width(frame->fonts, &frame->scene->arena,
                                                       CG_FACE_TEXT, size, what));
    }
    table.caps += 0.9f * size;
    table.width += table.caps;
    return table;
}

static float table_width(const struct table *table)
{
    return (float)table->columns * table->width + (float)(table->columns - 1) * 2.5f * table->size;
}

/* The largest size at which the table fits, in one column or two. */
static struct table choose(const struct cg_frame *frame, float width, float height)
{
    for (float size = 0.85f * frame->em;; size *= 0.94f) {
        for (size_t columns = 1; columns <= 3; columns++) {
            struct table table = measure(frame, size, columns);
            if ((table_width(&table) <= width && (float)table.rows * table.row <= height) ||
                (size < 4 && columns == 2))
                return table;
        }
    }
}

static void draw_caps(const struct cg_frame *frame, float x, float y, float size, const char *caps)
{
    for (const char *at = caps; *at;) {
        size_t n = strcspn(at, "|");
        x += cg_key_cap_draw(frame, x, y, size, cg_strndup(&frame->scene->arena, at, n)) +
             0.3f * size;
        at += n + (at[n] == '|');
    }
}

void cg_help_draw(const struct cg_frame *frame)
{
    const struct cg_theme *theme = frame->theme;
    float w = frame->scene->width, h = frame->scene->height, em = frame->em;
    struct cg_color veil = theme->background;
    veil.a = 215;
    cg_scene_rect(frame->scene, (struct cg_box){0, 0, w, h}, 0, veil);
    float pad = 1.4f * em, head = 2.2f * em, margin = 0.8f * em;
    struct table table = choose(frame, w - 2 * (pad + margin), h - 2 * (pad + margin) - head);
    float inner = table_width(&table), tall = (float)table.rows * table.row;
    struct cg_box box = {(w - inner) / 2 - pad, (h - tall - head) / 2 - pad, inner + 2 * pad,
                         tall + head + 2 * pad};
    cg_panel(frame, box, 0.6f * em, theme->background, theme->line, cg_hairline(frame))->label =
        "help";
    cg_scene_text(frame->scene, frame->fonts, CG_FACE_SEMIBOLD, box.x + pad,
                  box.y + pad + 0.8f * em, em, theme->text, "Keys");
    for (size_t i = 0; i < row_count(); i++) {
        const char *caps, *what;
        row_texts(i, &caps, &what);
        float x = box.x + pad + (float)(i / table.rows) * (table.width + 2.5f * table.size);
        float y = box.y + pad + head + ((float)(i % table.rows) + 0.5f) * table.row;
        draw_caps(frame, x, y, table.size, caps);
        cg_scene_text(frame->scene, frame->fonts, CG_FACE_TEXT, x + table.caps,
                      cg_centre_baseline(frame, CG_FACE_TEXT, table.size, y), table.size,
                      theme->text, what);
    }
    cg_button_hit(frame, (struct cg_box){0, 0, w, h}, CG_ACTION_HELP, 0);
}
