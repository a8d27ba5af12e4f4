/* What a lesson loads from files, as numbers of the model's values. */
#ifndef CHALKGRAD_LOAD_H
#define CHALKGRAD_LOAD_H

#include <chalkgrad/arrays.h>

/* The numbers that `init` (a load) says for a value: a matrix of the value's columns and of
 * out->rows rows; 0: as many as there are, which is then set. They go to out->data; NULL: to new
 * memory of the arena. An array of one axis is a row or a column, as it fits. False where the file
 * is missing or wrong, or the shapes differ (the error says both); its place is that of the load,
 * except for mistakes within a CSV file. */
bool cg_load(struct cg_arena *arena, const struct cg_model *model, const struct cg_value *value,
             const struct cg_init *init, struct cg_matrix *out, struct cg_error *error);

/* One file for several values: its columns go to them from left to right; or, where it holds
 * several arrays, each gets the one of its name. out: by value, as above. */
bool cg_load_values(struct cg_arena *arena, const struct cg_model *model,
                    struct cg_value *const *values, size_t n_values, const char *path,
                    struct cg_place place, struct cg_matrix *out, struct cg_error *error);

#endif
