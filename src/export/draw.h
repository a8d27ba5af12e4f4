/* Drawing a scene with an SDL renderer: the same code for a window and for a picture without one.
 */
#ifndef EXPORT_DRAW_H
#define EXPORT_DRAW_H

#include "view/scene.h"

#include <SDL.h>

/* A drawer: glyph atlas (FreeType) and textures for one SDL_Renderer. */
struct cg_drawer;
struct cg_drawer *cg_drawer_create(SDL_Renderer *renderer, const struct cg_fonts *fonts,
                                   struct cg_error *error);
void cg_drawer_destroy(struct cg_drawer *drawer);

/* Draws the whole scene; `scale` = device pixels per logical pixel. Does not present. */
void cg_draw_scene(struct cg_drawer *drawer, const struct cg_scene *scene, float scale);

#endif
