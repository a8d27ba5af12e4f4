#include "fuzz.h"

#include "engine/npy.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cg_arena arena;
    struct npy npy;
    const char *why;
    cg_arena_init(&arena);
    if (!npy_read(&arena, (const char *)data, size, &npy, &why)) {
        if (!why)
            abort();
    } else if (npy.n_axes < 1 || npy.n_axes > 2 || !npy.axes[0] || !npy.axes[1] ||
               npy.axes[0] * npy.axes[1] > size) {
        abort();
    }
    cg_arena_finish(&arena);
    return 0;
}
