#include "base/hash_map.h"

#include "base/err.h"
#include "base/mem.h"

#include <stdint.h>

struct hash_map_slot {
    struct slice key; /* data NULL: free */
    uint64_t hash, value;
};

uint64_t hash_bytes(struct slice s)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < s.len; i++)
        h = (h ^ s.data[i]) * UINT64_C(0x100000001b3);
    h ^= h >> 33;
    h *= UINT64_C(0xff51afd7ed558ccd);
    return h ^ h >> 33;
}

void hash_map_init(struct hash_map *map)
{
    *map = (struct hash_map){0};
    arena_init(&map->keys, SIZE_MAX);
}

/* The slot that holds `key`, or the free one where it belongs. */
static struct hash_map_slot *find(const struct hash_map *map, struct slice key,
                                  uint64_t hash)
{
    size_t at = hash & (map->capacity - 1);
    while (map->slots[at].key.data &&
           !(map->slots[at].hash == hash && slice_eq(map->slots[at].key, key)))
        at = (at + 1) & (map->capacity - 1);
    return &map->slots[at];
}

uint64_t *hash_map_get(const struct hash_map *map, struct slice key)
{
    if (map->count == 0)
        return NULL;
    struct hash_map_slot *slot = find(map, key, hash_bytes(key));
    return slot->key.data ? &slot->value : NULL;
}

static int grow(struct hash_map *map)
{
    struct hash_map old = *map;
    size_t capacity = old.capacity ? old.capacity * 2 : 64;
    if (capacity > SIZE_MAX / sizeof *map->slots)
        return ERR_NOMEM;
    struct hash_map_slot *slots = mem_alloc(capacity * sizeof *slots);
    if (!slots)
        return ERR_NOMEM;
    for (size_t i = 0; i < capacity; i++)
        slots[i] = (struct hash_map_slot){0};
    map->slots = slots;
    map->capacity = capacity;
    for (size_t i = 0; i < old.capacity; i++)
        if (old.slots[i].key.data)
            *find(map, old.slots[i].key, old.slots[i].hash) = old.slots[i];
    mem_free(old.slots);
    return ERR_OK;
}

int hash_map_put(struct hash_map *map, struct slice key, uint64_t value,
                 bool *is_new)
{
    if (map->count >= map->capacity / 2) {
        int rc = grow(map);
        if (rc)
            return rc;
    }
    uint64_t hash = hash_bytes(key);
    struct hash_map_slot *slot = find(map, key, hash);
    bool fresh = !slot->key.data;
    if (fresh) {
        struct slice copy;
        if (arena_copy_slice(&map->keys, key, &copy))
            return ERR_NOMEM;
        slot->key = copy;
        slot->hash = hash;
        map->count++;
    }
    slot->value = value;
    if (is_new)
        *is_new = fresh;
    return ERR_OK;
}

bool hash_map_next(const struct hash_map *map, size_t *at, struct slice *key,
                   uint64_t *value)
{
    while (*at < map->capacity) {
        const struct hash_map_slot *slot = &map->slots[(*at)++];
        if (slot->key.data) {
            *key = slot->key;
            *value = slot->value;
            return true;
        }
    }
    return false;
}

void hash_map_release(struct hash_map *map)
{
    mem_free(map->slots);
    arena_reset(&map->keys);
    hash_map_init(map);
}
