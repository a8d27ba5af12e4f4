/* An arena: memory that is taken piece by piece and given back all at once.
 *
 * One arena a document, a derivation or a frame. Invariants: what cg_alloc returns is zeroed,
 * aligned for any type, and valid until cg_arena_reset or cg_arena_finish; nothing in an arena is
 * freed alone. Memory that the system refuses ends the program with status 3 and a message (see
 * cg_out_of_memory): no caller checks for NULL. What a person's input can make large is capped
 * where it is parsed.
 */
#ifndef CHALKGRAD_ARENA_H
#define CHALKGRAD_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct cg_arena_block;

struct cg_arena {
    struct cg_arena_block *head; /* the block in use; older blocks hang behind it */
    size_t total;                /* bytes handed out since init or reset */
};

/* init never allocates; finish frees every block, and accepts NULL and a zeroed arena. */
void cg_arena_init(struct cg_arena *arena);
void cg_arena_finish(struct cg_arena *arena);

/* Forget everything, but keep the largest block for reuse: a steady frame allocates nothing. */
void cg_arena_reset(struct cg_arena *arena);

/* `size` zeroed bytes, aligned to max_align_t. size 0 gives a valid pointer. */
void *cg_alloc(struct cg_arena *arena, size_t size);

/* An array of `count` zeroed items; ends the program when count * size overflows. */
void *cg_alloc_array(struct cg_arena *arena, size_t count, size_t size);

/* Copies into the arena; the string copies are NUL-terminated. */
void *cg_copy(struct cg_arena *arena, const void *data, size_t size);
char *cg_strdup(struct cg_arena *arena, const char *text);
char *cg_strndup(struct cg_arena *arena, const char *text, size_t length);
char *cg_format(struct cg_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3), nonnull(2)));

/* A growing array inside an arena. Keep {items, count, capacity} in your own struct and write
 *     x->items = cg_grow(arena, x->items, x->count, &x->capacity, sizeof *x->items);
 *     x->items[x->count++] = item;
 * Returns items, moved if there was no room for one more. */
void *cg_grow(struct cg_arena *arena, void *items, size_t count, size_t *capacity, size_t size);

/* malloc and realloc that end the program instead of returning NULL. Free with free(). */
void *cg_xmalloc(size_t size);
void *cg_xrealloc(void *memory, size_t size);

/* Says that memory ran out and exits with status 3 (the machine failed). */
_Noreturn void cg_out_of_memory(void);

#endif
