/* NumPy's .npy files, a strict subset: one array of 1 or 2 axes, little-endian float64, float32,
 * int64 or int32, in C order. Format: NumPy Enhancement Proposal 1, versions 1.0 to 3.0. */
#ifndef ENGINE_NPY_H
#define ENGINE_NPY_H

#include <chalkgrad/arena.h>

#include <stdbool.h>

struct npy {
    size_t n_axes;  /* 1 or 2 */
    size_t axes[2]; /* at least 1 each; axes[1] = 1 where n_axes = 1 */
    double *data;   /* in the arena, row by row */
};

/* Reads the file's bytes. On failure returns false and sets *why to a static phrase that follows
 * the file's name: "is not a .npy file". */
bool npy_read(struct cg_arena *arena, const char *bytes, size_t size, struct npy *out,
              const char **why);

#endif
