#include "export/atlas.h"

#include <stdlib.h>

enum { SIDE = 1024, LARGE = 256 };

bool atlas_init(struct atlas *atlas, SDL_Renderer *renderer, struct cg_error *error)
{
    *atlas = (struct atlas){.renderer = renderer, .size = SIDE};
    atlas->texture =
        SDL_CreateTexture(renderer, SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_STATIC, SIDE, SIDE);
    if (!atlas->texture)
        return cg_fail_machine(error, NULL, "no texture for the glyphs: %s", SDL_GetError());
    SDL_SetTextureBlendMode(atlas->texture, SDL_BLENDMODE_BLEND);
    SDL_SetTextureScaleMode(atlas->texture, SDL_ScaleModeNearest);
    return true;
}

void atlas_finish(struct atlas *atlas)
{
    if (!atlas)
        return;
    for (size_t i = 0; i < atlas->capacity; i++)
        if (atlas->entries[i].own)
            SDL_DestroyTexture(atlas->entries[i].texture);
    free(atlas->entries);
    if (atlas->texture)
        SDL_DestroyTexture(atlas->texture);
    *atlas = (struct atlas){0};
}

/* Where the key is or would be. There is always a free place. */
static struct atlas_entry *slot(struct atlas_entry *entries, size_t capacity, uint64_t key)
{
    size_t i = (size_t)key & (capacity - 1);
    while (entries[i].key && entries[i].key != key)
        i = (i + 1) & (capacity - 1);
    return &entries[i];
}

/* Moves what `keep` says to a new table of that capacity; textures of the rest are destroyed. */
static void rebuild(struct atlas *atlas, size_t capacity, bool keep_small, bool keep_stale)
{
    struct atlas_entry *old = atlas->entries;
    size_t old_capacity = atlas->capacity;
    atlas->entries = cg_xmalloc(capacity * sizeof *atlas->entries);
    for (size_t i = 0; i < capacity; i++)
        atlas->entries[i] = (struct atlas_entry){0};
    atlas->capacity = capacity;
    atlas->count = 0;
    for (size_t i = 0; i < old_capacity; i++) {
        bool stale = old[i].own && old[i].frame + 1 < atlas->frame;
        if (!old[i].key)
            continue;
        if (old[i].own ? !stale || keep_stale : keep_small) {
            *slot(atlas->entries, capacity, old[i].key) = old[i];
            atlas->count++;
        } else if (old[i].own) {
            SDL_DestroyTexture(old[i].texture);
        }
    }
    free(old);
}

void atlas_frame(struct atlas *atlas)
{
    atlas->frame++;
    for (size_t i = 0; i < atlas->capacity; i++)
        if (atlas->entries[i].own && atlas->entries[i].frame + 1 < atlas->frame) {
            rebuild(atlas, atlas->capacity, true, false);
            return;
        }
}

struct atlas_entry *atlas_find(struct atlas *atlas, uint64_t key)
{
    if (!atlas->capacity)
        return NULL;
    struct atlas_entry *entry = slot(atlas->entries, atlas->capacity, key);
    if (!entry->key)
        return NULL;
    entry->frame = atlas->frame;
    return entry;
}

static bool is_large(int w, int h)
{
    return w > LARGE || h > LARGE;
}

bool atlas_fits(struct atlas *atlas, int w, int h)
{
    if (w == 0 || is_large(w, h))
        return true;
    if (atlas->x + w + 1 <= atlas->size)
        return atlas->y + h + 1 <= atlas->size;
    return atlas->y + atlas->shelf + h + 1 <= atlas->size;
}

void atlas_clear(struct atlas *atlas)
{
    atlas->x = atlas->y = atlas->shelf = 0;
    if (atlas->capacity)
        rebuild(atlas, atlas->capacity, false, true);
}

/* Coverage becomes the alpha of white: the colour comes with the vertices. */
static void upload(SDL_Texture *texture, const SDL_Rect *to, const struct mask *mask)
{
    size_t size = (size_t)mask->w * (size_t)mask->h;
    uint32_t *pixels = cg_xmalloc(size * sizeof *pixels);
    for (size_t i = 0; i < size; i++)
        pixels[i] = (uint32_t)mask->pixels[i] << 24 | 0xFFFFFF;
    SDL_UpdateTexture(texture, to, pixels, mask->w * (int)sizeof *pixels);
    free(pixels);
}

static void place(struct atlas *atlas, struct atlas_entry *entry, const struct mask *mask)
{
    if (is_large(mask->w, mask->h)) {
        entry->texture = SDL_CreateTexture(atlas->renderer, SDL_PIXELFORMAT_ARGB8888,
                                           SDL_TEXTUREACCESS_STATIC, mask->w, mask->h);
        if (!entry->texture)
            return; /* larger than the renderer can: stays empty */
        SDL_SetTextureBlendMode(entry->texture, SDL_BLENDMODE_BLEND);
        entry->own = true;
        entry->from = (SDL_Rect){0, 0, mask->w, mask->h};
    } else {
        if (atlas->x + mask->w + 1 > atlas->size) {
            atlas->y += atlas->shelf;
            atlas->x = atlas->shelf = 0;
        }
        entry->texture = atlas->texture;
        entry->from = (SDL_Rect){atlas->x, atlas->y, mask->w, mask->h};
        atlas->x += mask->w + 1;
        if (mask->h + 1 > atlas->shelf)
            atlas->shelf = mask->h + 1;
    }
    upload(entry->texture, &entry->from, mask);
}

struct atlas_entry *atlas_add(struct atlas *atlas, uint64_t key, const struct mask *mask)
{
    if (2 * (atlas->count + 1) > atlas->capacity)
        rebuild(atlas, atlas->capacity ? 2 * atlas->capacity : 1024, true, true);
    struct atlas_entry *entry = slot(atlas->entries, atlas->capacity, key);
    *entry = (struct atlas_entry){
        .key = key, .left = mask->left, .top = mask->top, .frame = atlas->frame};
    atlas->count++;
    if (mask->w > 0)
        place(atlas, entry, mask);
    return entry;
}

uint64_t atlas_hash(uint64_t hash, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    if (!hash)
        hash = 14695981039346656037u;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * 1099511628211u;
    return hash ? hash : 1;
}
