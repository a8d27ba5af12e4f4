#include "export/export.h"

#include <chalkgrad/file.h>

#include <string.h>

bool cg_export_text(const struct cg_scene *scene, const char *path, struct cg_error *error)
{
    struct cg_strbuf text;
    cg_strbuf_init(&text);
    cg_scene_dump(&text, scene);
    bool done = cg_write_file(path, text.text, text.length, error);
    cg_strbuf_finish(&text);
    return done;
}

bool cg_export(const struct cg_scene *scene, const struct cg_fonts *fonts, float scale,
               const char *path, struct cg_error *error)
{
    const char *ending = strrchr(path, '.');
    if (ending && strcmp(ending, ".png") == 0)
        return cg_export_png(scene, fonts, scale, path, error);
    if (ending && strcmp(ending, ".svg") == 0)
        return cg_export_svg(scene, fonts, path, error);
    if (ending && strcmp(ending, ".txt") == 0)
        return cg_export_text(scene, path, error);
    return cg_fail(error, path, (struct cg_place){0},
                   "a picture is written as .png, .svg or .txt, which the name must end in");
}
