/* hash_map.h - byte strings to 64-bit values, open addressing.
 *
 * Keys are copied into the map's own memory. Not thread-safe. A full hash map
 * of n short keys costs about 40 n bytes. Values and keys stay until release.
 */
#ifndef BASE_HASH_MAP_H
#define BASE_HASH_MAP_H

#include "base/arena.h"
#include "base/bytes.h"

struct hash_map_slot;

struct hash_map {
    struct hash_map_slot *slots;
    size_t count, capacity;
    struct arena keys;
};

void hash_map_init(struct hash_map *map);

/* The value of `key`, NULL when there is none. Valid until the next put. */
uint64_t *hash_map_get(const struct hash_map *map, struct slice key);

/* Set the value; NULL in `is_new` if it does not matter. ERR_NOMEM. */
int hash_map_put(struct hash_map *map, struct slice key, uint64_t value,
                 bool *is_new);

/* Walk in no particular order: start with *at = 0; false at the end. */
bool hash_map_next(const struct hash_map *map, size_t *at, struct slice *key,
                   uint64_t *value);

void hash_map_release(struct hash_map *map);

/* 64-bit hash of bytes (FNV-1a folded with a finalizer of MurmurHash3). The same
 * on every machine, not for adversaries. */
uint64_t hash_bytes(struct slice s);

#endif
