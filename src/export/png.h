/* Pictures in memory: a scene drawn by SDL's software renderer, and a surface as PNG bytes. */
#ifndef EXPORT_PNG_H
#define EXPORT_PNG_H

#include "view/scene.h"

#include <SDL.h>

/* The scene on a new surface (SDL_FreeSurface it). NULL on error. Needs no SDL_Init. */
SDL_Surface *png_picture(const struct cg_scene *scene, const struct cg_fonts *fonts, float scale,
                         struct cg_error *error);

/* Appends the surface as a PNG file to `out`. */
bool png_encode(struct cg_strbuf *out, SDL_Surface *surface, struct cg_error *error);

#endif
