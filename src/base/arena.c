#include <chalkgrad/arena.h>

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK = 16 * 1024, LARGEST_STEP = 4 * 1024 * 1024 };

struct cg_arena_block {
    struct cg_arena_block *older;
    size_t used, size;
    alignas(max_align_t) unsigned char bytes[];
};

void cg_out_of_memory(void)
{
    fputs("chalkgrad: error: out of memory\n", stderr);
    exit(3);
}

void *cg_xmalloc(size_t size)
{
    return cg_xrealloc(NULL, size);
}

void *cg_xrealloc(void *memory, size_t size)
{
    void *moved = realloc(memory, size ? size : 1);
    if (!moved)
        cg_out_of_memory();
    return moved;
}

void cg_arena_init(struct cg_arena *arena)
{
    *arena = (struct cg_arena){0};
}

static void free_blocks(struct cg_arena_block *block)
{
    while (block) {
        struct cg_arena_block *older = block->older;
        free(block);
        block = older;
    }
}

void cg_arena_finish(struct cg_arena *arena)
{
    if (!arena)
        return;
    free_blocks(arena->head);
    *arena = (struct cg_arena){0};
}

void cg_arena_reset(struct cg_arena *arena)
{
    arena->total = 0;
    if (!arena->head)
        return;
    /* Blocks grow, so the newest is the largest unless one oversized request came earlier. */
    free_blocks(arena->head->older);
    arena->head->older = NULL;
    arena->head->used = 0;
}

static struct cg_arena_block *add_block(struct cg_arena *arena, size_t need)
{
    size_t size = arena->head ? arena->head->size * 2 : FIRST_BLOCK;
    if (size > LARGEST_STEP)
        size = LARGEST_STEP;
    if (size < need)
        size = need;
    if (size > SIZE_MAX - sizeof(struct cg_arena_block))
        cg_out_of_memory();
    struct cg_arena_block *block = cg_xmalloc(sizeof *block + size);
    block->older = arena->head;
    block->used = 0;
    block->size = size;
    arena->head = block;
    return block;
}

void *cg_alloc(struct cg_arena *arena, size_t size)
{
    const size_t align = alignof(max_align_t);
    if (size > SIZE_MAX - align)
        cg_out_of_memory();
    size = (size + align - 1) / align * align;
    struct cg_arena_block *block = arena->head;
    if (!block || block->size - block->used < size)
        block = add_block(arena, size);
    void *memory = block->bytes + block->used;
    block->used += size;
    arena->total += size;
    return memset(memory, 0, size);
}

void *cg_alloc_array(struct cg_arena *arena, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        cg_out_of_memory();
    return cg_alloc(arena, count * size);
}

void *cg_copy(struct cg_arena *arena, const void *data, size_t size)
{
    void *copy = cg_alloc(arena, size);
    return size ? memcpy(copy, data, size) : copy;
}

char *cg_strndup(struct cg_arena *arena, const char *text, size_t length)
{
    char *copy = cg_alloc(arena, length + 1);
    return length ? memcpy(copy, text, length) : copy;
}

char *cg_strdup(struct cg_arena *arena, const char *text)
{
    return cg_strndup(arena, text, strlen(text));
}

char *cg_format(struct cg_arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    char *text = cg_alloc(arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    va_end(args);
    return text;
}

void *cg_grow(struct cg_arena *arena, void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return items;
    size_t larger = *capacity ? *capacity * 2 : 8;
    void *moved = cg_alloc_array(arena, larger, size);
    if (count)
        memcpy(moved, items, count * size);
    *capacity = larger;
    return moved;
}
