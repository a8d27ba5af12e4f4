/* The atlas: masks kept in one texture, so that a whole run of items is one batch.
 *
 * Invariants: an entry is found by a 64-bit key that the caller makes from everything that the mask
 * depends on; entries stay where they are until the atlas is full and cleared: a batch that refers
 * to them must have been drawn before. Masks that are too large for it get a texture of their own,
 * which is dropped when a frame passes without it.
 */
#ifndef EXPORT_ATLAS_H
#define EXPORT_ATLAS_H

#include "export/mask.h"

#include <SDL.h>

struct atlas_entry {
    uint64_t key; /* 0: a free place of the table */
    SDL_Texture *texture;
    SDL_Rect from;  /* in the texture; w = 0 for an empty mask */
    int left, top;  /* as in the mask */
    bool own;       /* the texture is this entry's alone */
    unsigned frame; /* own: the last frame that used it */
};

struct atlas {
    SDL_Renderer *renderer;
    SDL_Texture *texture;
    int size, x, y, shelf;       /* next free place on the current shelf, its height */
    struct atlas_entry *entries; /* open addressing, a power of two */
    size_t count, capacity;
    unsigned frame;
};

bool atlas_init(struct atlas *atlas, SDL_Renderer *renderer, struct cg_error *error);
void atlas_finish(struct atlas *atlas);

/* Starts a frame: large masks that the last one did not use are dropped. */
void atlas_frame(struct atlas *atlas);

/* The entry with that key, or NULL. Valid until the next atlas_add or atlas_frame. */
struct atlas_entry *atlas_find(struct atlas *atlas, uint64_t key);

/* Is there room for a mask of that size? If not, draw what refers to the atlas and atlas_clear. */
bool atlas_fits(struct atlas *atlas, int w, int h);
void atlas_clear(struct atlas *atlas);

/* Adds it; there must be room. */
struct atlas_entry *atlas_add(struct atlas *atlas, uint64_t key, const struct mask *mask);

/* FNV-1a over bytes, never 0: for keys. Pass the last result as `hash` to go on, 0 to start. */
uint64_t atlas_hash(uint64_t hash, const void *data, size_t size);

#endif
