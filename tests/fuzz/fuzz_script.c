/* The event language of --replay: no script may do worse than an error with a place in it. */
#include "app/replay.h"
#include "fuzz.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cg_arena arena;
    struct replay replay;
    struct cg_error error = {0};
    cg_arena_init(&arena);
    bool parsed = replay_parse(&replay, &arena, "script", (const char *)data, size, &error);
    if (!parsed && (error.place.line < 1 || error.place.column < 1 || !error.text[0]))
        abort();
    cg_arena_finish(&arena);
    return 0;
}
