#include "engine/map.h"

#include <stdint.h>

void map_init(struct map *map, struct cg_arena *arena)
{
    *map = (struct map){.arena = arena};
}

/* Where the key is or would go. Addresses differ mostly in their middle bits: multiply and take the
 * top. */
static size_t place(const struct map *map, const void *key)
{
    uint64_t hash = (uint64_t)(uintptr_t)key * 0x9E3779B97F4A7C15u;
    size_t at = (size_t)(hash >> 32) & (map->capacity - 1);
    while (map->keys[at] && map->keys[at] != key)
        at = (at + 1) & (map->capacity - 1);
    return at;
}

void *map_get(const struct map *map, const void *key)
{
    return map->capacity ? map->items[place(map, key)] : NULL;
}

static void enlarge(struct map *map)
{
    struct map larger = {.arena = map->arena, .capacity = map->capacity ? map->capacity * 2 : 32};
    larger.keys = cg_alloc_array(map->arena, larger.capacity, sizeof *larger.keys);
    larger.items = cg_alloc_array(map->arena, larger.capacity, sizeof *larger.items);
    for (size_t i = 0; i < map->capacity; i++)
        if (map->keys[i])
            map_put(&larger, map->keys[i], map->items[i]);
    *map = larger;
}

void map_put(struct map *map, const void *key, void *item)
{
    if (2 * (map->count + 1) > map->capacity)
        enlarge(map);
    size_t at = place(map, key);
    map->count += !map->keys[at];
    map->keys[at] = key;
    map->items[at] = item;
}
