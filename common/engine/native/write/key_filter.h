/* key_filter.h - whether a segment of this run may have a key, told from memory: a run
 * leaves many segments until its commit, and each article asks all of them.
 *
 * A Bloom filter of blocks of one word (Putze, Sanders & Singler, "Cache-, Hash- and
 * Space-Efficient Bloom Filters", 2007): 16 bits a key, four of them set; of keys that
 * are not there about one in 80 passes.
 */
#ifndef ENGINE_NATIVE_WRITE_KEY_FILTER_H
#define ENGINE_NATIVE_WRITE_KEY_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct key_filter;

/* For so many keys. NULL: no memory. */
struct key_filter *key_filter_new(size_t keys);
void key_filter_free(struct key_filter *filter); /* NULL is fine */

/* Keys by hash_bytes(). */
void key_filter_add(struct key_filter *filter, uint64_t hash);
/* Never false for a key that was added. NULL: always true. */
bool key_filter_may_have(const struct key_filter *filter, uint64_t hash);

#endif
