/* Whole files: reading with a cap, writing so that a reader sees the old file or the new, never
 * half. */
#ifndef CHALKGRAD_FILE_H
#define CHALKGRAD_FILE_H

#include <chalkgrad/arena.h>
#include <chalkgrad/error.h>

/* The file's bytes with a NUL behind them, in the arena; NULL on error. Refuses directories and
 * files of more than `most` bytes. `path` "-" reads standard input. */
char *cg_read_file(struct cg_arena *arena, const char *path, size_t most, size_t *size,
                   struct cg_error *error);

/* Writes to a temporary file in the same folder, syncs it and renames it over `path`, whose
 * permissions it keeps. What is no plain file, such as /dev/stdout, is written as it is. */
bool cg_write_file(const char *path, const void *data, size_t size, struct cg_error *error);

/* Could cg_write_file begin? Asked before work whose result it would lose. */
bool cg_can_write_file(const char *path, struct cg_error *error);

#endif
