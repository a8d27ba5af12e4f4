#include "export/png.h"
#include "export/draw.h"
#include "export/export.h"

#include <chalkgrad/file.h>

#include <SDL_image.h>
#include <math.h>
#include <string.h>

/* A stream of SDL that grows in memory: the file is then written whole or not at all. */
struct memory {
    struct cg_strbuf *bytes;
    size_t at;
};

static Sint64 memory_size(SDL_RWops *stream)
{
    struct memory *memory = stream->hidden.unknown.data1;
    return (Sint64)memory->bytes->length;
}

static Sint64 memory_seek(SDL_RWops *stream, Sint64 offset, int whence)
{
    struct memory *memory = stream->hidden.unknown.data1;
    Sint64 base = whence == RW_SEEK_SET   ? 0
                  : whence == RW_SEEK_CUR ? (Sint64)memory->at
                                          : (Sint64)memory->bytes->length;
    if (base + offset < 0 || base + offset > (Sint64)memory->bytes->length)
        return -1;
    memory->at = (size_t)(base + offset);
    return (Sint64)memory->at;
}

static size_t memory_read(SDL_RWops *stream, void *to, size_t size, size_t count)
{
    (void)stream;
    (void)to;
    (void)size;
    (void)count;
    return 0; /* only written */
}

static size_t memory_write(SDL_RWops *stream, const void *from, size_t size, size_t count)
{
    struct memory *memory = stream->hidden.unknown.data1;
    size_t length = size * count, inside = memory->bytes->length - memory->at;
    size_t over = length < inside ? length : inside;
    memcpy(memory->bytes->text + memory->at, from, over);
    cg_putn(memory->bytes, (const char *)from + over, length - over);
    memory->at += length;
    return count;
}

static int memory_close(SDL_RWops *stream)
{
    SDL_FreeRW(stream);
    return 0;
}

bool png_encode(struct cg_strbuf *out, SDL_Surface *surface, struct cg_error *error)
{
    struct memory memory = {.bytes = out, .at = out->length};
    SDL_RWops *stream = SDL_AllocRW();
    if (!stream)
        cg_out_of_memory();
    stream->type = SDL_RWOPS_UNKNOWN;
    stream->size = memory_size;
    stream->seek = memory_seek;
    stream->read = memory_read;
    stream->write = memory_write;
    stream->close = memory_close;
    stream->hidden.unknown.data1 = &memory;
    if (IMG_SavePNG_RW(surface, stream, 1) != 0)
        return cg_fail_machine(error, NULL, "cannot make a PNG: %s", IMG_GetError());
    return true;
}

static bool draw_on(SDL_Surface *surface, const struct cg_scene *scene,
                    const struct cg_fonts *fonts, float scale, struct cg_error *error)
{
    SDL_Renderer *renderer = SDL_CreateSoftwareRenderer(surface);
    if (!renderer)
        return cg_fail_machine(error, NULL, "cannot draw without a window: %s", SDL_GetError());
    struct cg_drawer *drawer = cg_drawer_create(renderer, fonts, error);
    if (drawer) {
        cg_draw_scene(drawer, scene, scale);
        SDL_RenderFlush(renderer);
    }
    cg_drawer_destroy(drawer);
    SDL_DestroyRenderer(renderer);
    return drawer != NULL;
}

SDL_Surface *png_picture(const struct cg_scene *scene, const struct cg_fonts *fonts, float scale,
                         struct cg_error *error)
{
    double w = round((double)scene->width * scale), h = round((double)scene->height * scale);
    if (!(w >= 1 && h >= 1 && w <= 16384 && h <= 16384)) {
        cg_fail(error, NULL, (struct cg_place){0},
                "a picture of %.0f x %.0f pixels: each side may have 1 to 16384", w, h);
        return NULL;
    }
    SDL_Surface *surface =
        SDL_CreateRGBSurfaceWithFormat(0, (int)w, (int)h, 32, SDL_PIXELFORMAT_ARGB8888);
    if (!surface) {
        cg_fail_machine(error, NULL, "no memory for the picture: %s", SDL_GetError());
        return NULL;
    }
    if (!draw_on(surface, scene, fonts, scale, error)) {
        SDL_FreeSurface(surface);
        return NULL;
    }
    return surface;
}

bool cg_export_png(const struct cg_scene *scene, const struct cg_fonts *fonts, float scale,
                   const char *path, struct cg_error *error)
{
    SDL_Surface *surface = png_picture(scene, fonts, scale, error);
    if (!surface)
        return false;
    struct cg_strbuf bytes;
    cg_strbuf_init(&bytes);
    bool done =
        png_encode(&bytes, surface, error) && cg_write_file(path, bytes.text, bytes.length, error);
    cg_strbuf_finish(&bytes);
    SDL_FreeSurface(surface);
    return done;
}
