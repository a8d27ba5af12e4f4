/* Pictures of a scene without a window. The format follows the ending: .png, .svg, .txt. */
#ifndef EXPORT_EXPORT_H
#define EXPORT_EXPORT_H

#include "view/scene.h"

bool cg_export_png(const struct cg_scene *scene, const struct cg_fonts *fonts, float scale,
                   const char *path, struct cg_error *error);
bool cg_export_svg(const struct cg_scene *scene, const struct cg_fonts *fonts, const char *path,
                   struct cg_error *error);
bool cg_export_text(const struct cg_scene *scene, const char *path, struct cg_error *error);
/* What a path has to end in. */
#define CG_EXPORT_KINDS "a picture is written as .png, .svg or .txt, which the name must end in"

/* Is its ending one of these, in small letters or capitals? */
bool cg_export_knows(const char *path);

/* By the path's ending. */
bool cg_export(const struct cg_scene *scene, const struct cg_fonts *fonts, float scale,
               const char *path, struct cg_error *error);

#endif
