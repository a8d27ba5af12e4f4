#include "export/export.h"

#include <chalkgrad/file.h>

#include <string.h>
#include <strings.h>

bool cg_export_text(const struct cg_scene *scene, const char *path, struct cg_error *error)
{
    struct cg_strbuf text;
    cg_strbuf_init(&text);
    cg_scene_dump(&text, scene);
    bool done = cg_write_file(path, text.text, text.length, error);
    cg_strbuf_finish(&text);
    return done;
}

enum picture { PICTURE_PNG, PICTURE_SVG, PICTURE_TEXT, PICTURE_NONE };

static enum picture picture_of(const char *path)
{
    static const char *const endings[] = {".png", ".svg", ".txt"};
    const char *ending = strrchr(path, '.');
    int kind = 0;
    while (kind < PICTURE_NONE && (!ending || strcasecmp(ending, endings[kind]) != 0))
        kind++;
    return (enum picture)kind;
}

bool cg_export_knows(const char *path)
{
    return picture_of(path) != PICTURE_NONE;
}

bool cg_export(const struct cg_scene *scene, const struct cg_fonts *fonts, float scale,
               const char *path, struct cg_error *error)
{
    switch (picture_of(path)) {
    case PICTURE_PNG:
        return cg_export_png(scene, fonts, scale, path, error);
    case PICTURE_SVG:
        return cg_export_svg(scene, fonts, path, error);
    case PICTURE_TEXT:
        return cg_export_text(scene, path, error);
    case PICTURE_NONE:
        break;
    }
    return cg_fail(error, path, (struct cg_place){0}, CG_EXPORT_KINDS);
}
