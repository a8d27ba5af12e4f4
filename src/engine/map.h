/* A map from addresses to addresses in an arena: the memo of a walk over shared nodes. */
#ifndef ENGINE_MAP_H
#define ENGINE_MAP_H

#include <chalkgrad/arena.h>

struct map {
    struct cg_arena *arena; /* borrowed */
    const void **keys;      /* NULL: free */
    void **items;
    size_t count, capacity; /* a power of two, at most half full */
};

void map_init(struct map *map, struct cg_arena *arena);
void *map_get(const struct map *map, const void *key); /* NULL: not in it */
void map_put(struct map *map, const void *key, void *item);

#endif
