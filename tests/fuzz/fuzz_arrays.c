/* Any bytes as a file of numbers: it is read whole or refused in words. */
#include "fuzz.h"

#include <chalkgrad/arrays.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cg_arena arena;
    struct cg_arrays arrays;
    struct cg_error error = {0};
    cg_arena_init(&arena);
    if (!cg_arrays_parse(&arena, "x", (const char *)data, size, &arrays, &error)) {
        if (!error.text[0])
            abort();
    } else {
        if (!arrays.count)
            abort();
        for (size_t i = 0; i < arrays.count; i++) {
            const struct cg_array *array = &arrays.items[i];
            double *numbers = cg_alloc_array(&arena, array->rows * array->cols, sizeof *numbers);
            cg_array_numbers(array, 0, array->cols, numbers);
            if (cg_arrays_find(&arrays, array->name) != array)
                abort();
        }
    }
    cg_arena_finish(&arena);
    return 0;
}
