#include "engine/checkpoints.h"

#include <chalkgrad/arena.h>

#include <stdlib.h>
#include <string.h>

/* Large states are kept less often, so that copying them takes no time that matters. */
enum { MOST = 512, MOST_BYTES = 32 << 20, BYTES_AN_UPDATE = 16 << 10 };

void checkpoints_init(struct checkpoints *c, size_t bytes)
{
    size_t fit = MOST_BYTES / (bytes + 1);
    *c = (struct checkpoints){.bytes = bytes, .interval = 1 + bytes / BYTES_AN_UPDATE};
    c->most = fit < 2 ? 2 : fit > MOST ? MOST : fit;
    c->states = cg_xmalloc(c->most * bytes + 1);
}

void checkpoints_finish(struct checkpoints *c)
{
    free(c->states);
    c->states = NULL;
}

size_t checkpoints_next(const struct checkpoints *c)
{
    return c->count * c->interval;
}

void checkpoints_keep(struct checkpoints *c, size_t update, const void *state)
{
    if (update != checkpoints_next(c))
        return;
    if (c->count == c->most) {
        size_t half = (c->count + 1) / 2;
        for (size_t i = 1; i < half; i++)
            memcpy(c->states + i * c->bytes, c->states + 2 * i * c->bytes, c->bytes);
        c->count = half;
        c->interval *= 2;
        if (update != checkpoints_next(c))
            return;
    }
    memcpy(c->states + c->count++ * c->bytes, state, c->bytes);
}

const void *checkpoints_before(const struct checkpoints *c, size_t update, size_t *at)
{
    size_t i = update / c->interval;
    i = i < c->count ? i : c->count - 1;
    *at = i * c->interval;
    return c->states + i * c->bytes;
}
