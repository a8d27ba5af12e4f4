/* Parameters from files and to files: arrays under the parameters' names. */
#include "app/train.h"

#include <chalkgrad/arrays.h>
#include <chalkgrad/file.h>

#include <math.h>
#include <string.h>

bool train_save_name(const char *path)
{
    static const char *const endings[] = {".npy", ".npz", ".safetensors"};
    size_t length = strlen(path);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t n = strlen(endings[i]);
        if (length > n && strcmp(path + length - n, endings[i]) == 0)
            return true;
    }
    return false;
}

bool train_save_check(const char *path, const struct cg_train_options *options,
                      struct cg_error *error)
{
    size_t length = strlen(path);
    if (options->n_params > 1 && strcmp(path + length - 4, ".npy") == 0)
        return cg_fail(error, path, (struct cg_place){0},
                       "a .npy file holds one array, but %zu parameters are trained; save them as "
                       ".npz or .safetensors",
                       options->n_params);
    return cg_can_write_file(path, error);
}

bool train_save(const char *path, const struct cg_train_options *options,
                struct cg_trainer *trainer, struct cg_error *error)
{
    struct cg_arena arena;
    cg_arena_init(&arena);
    const struct cg_env *env = cg_trainer_inputs(trainer);
    const char **names = cg_alloc_array(&arena, options->n_params, sizeof *names);
    struct cg_matrix *matrices = cg_alloc_array(&arena, options->n_params, sizeof *matrices);
    for (size_t i = 0; i < options->n_params; i++) {
        names[i] = options->params[i]->name;
        matrices[i] = env->values[options->params[i]->id];
    }
    bool done = cg_arrays_save(path, names, matrices, options->n_params,
                               options->precision == CG_F32 ? CG_TYPE_F32 : CG_TYPE_F64, error);
    cg_arena_finish(&arena);
    return done;
}

/* The array of a parameter: of its name, or the only one for the only parameter. */
static const struct cg_array *find_array(const struct cg_arrays *arrays, const char *path,
                                         const struct cg_train_options *options,
                                         const struct cg_value *param, struct cg_error *error)
{
    const struct cg_array *first = &arrays->items[0];
    bool only = options->n_params == 1 && arrays->count == 1;
    const struct cg_array *found = only ? first : cg_arrays_find(arrays, param->name);
    if (!found)
        cg_fail(error, path, (struct cg_place){0},
                "there is no array %s in this file: it has %zu, and the first is %s%.40s",
                param->name, arrays->count, first->name[0] ? "" : "without a name", first->name);
    return found;
}

/* Into the parameter's own memory of the arena; a vector fits a row and a column. */
static bool take_array(struct cg_arena *arena, const struct cg_model *model, const char *path,
                       const struct cg_array *array, struct cg_value *param, struct cg_error *error)
{
    size_t rows = cg_rows(model, param->shape), cols = cg_cols(model, param->shape);
    bool column = array->n_axes == 1 && cols == 1 && array->cols == rows;
    if (!column && (array->rows != rows || array->cols != cols))
        return cg_fail(error, path, (struct cg_place){0},
                       "%s is %zu x %zu in this file, not %zu x %zu", param->name, array->rows,
                       array->cols, rows, cols);
    double *numbers = cg_alloc_array(arena, rows * cols, sizeof *numbers);
    cg_array_numbers(array, 0, array->cols, numbers);
    for (size_t i = 0; i < rows * cols; i++)
        if (!isfinite(numbers[i]))
            return cg_fail(error, path, (struct cg_place){0},
                           "%s has a number that is not finite, in row %zu, column %zu",
                           param->name, i / cols + 1, i % cols + 1);
    param->init = (struct cg_init){.kind = CG_INIT_DATA, .data = numbers};
    return true;
}

bool train_load(const char *path, struct cg_lesson *lesson, const struct cg_train_options *options,
                struct cg_error *error)
{
    struct cg_arena scratch;
    struct cg_arrays arrays;
    cg_arena_init(&scratch);
    bool good = cg_arrays_open(&scratch, path, &arrays, error);
    for (size_t i = 0; good && i < options->n_params; i++) {
        struct cg_value *param = cg_model_find(&lesson->model, options->params[i]->name);
        const struct cg_array *array = find_array(&arrays, path, options, param, error);
        good = array && take_array(&lesson->arena, &lesson->model, path, array, param, error);
    }
    cg_arena_finish(&scratch);
    return good;
}
