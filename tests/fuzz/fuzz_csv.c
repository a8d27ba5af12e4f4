/* Any bytes as CSV: a table of finite numbers, or an error at a place of the text. */
#include "fuzz.h"

#include "engine/array_file.h"

#include <math.h>
#include <stdlib.h>

static void check(struct cg_arena *arena, const struct cg_array *array)
{
    double *column = cg_alloc_array(arena, array->rows, sizeof *column);
    for (size_t c = 0; c < array->cols; c++) {
        size_t words = array->columns[c].n_words;
        cg_array_numbers(array, c, 1, column);
        for (size_t r = 0; r < array->rows; r++)
            if (!isfinite(column[r]) || (words && !(column[r] >= 0 && column[r] < (double)words)))
                abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cg_arena arena;
    struct cg_arrays arrays = {0};
    struct cg_error error = {0};
    cg_arena_init(&arena);
    struct array_reader reader = {.arena = &arena, .file = "x", .error = &error, .arrays = &arrays};
    if (csv_read(&reader, data, size))
        check(&arena, &arrays.items[0]);
    else if (!error.text[0])
        abort();
    cg_arena_finish(&arena);
    return 0;
}
