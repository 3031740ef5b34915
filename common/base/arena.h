/* arena.h - memory that dies together.
 *
 * One arena per lifetime, named after it: `query_arena` lives for one query,
 * `doc_arena` for one document on its way into the index, `segment_arena` for
 * one open segment. Nothing taken from an arena is ever freed on its own.
 *
 * `limit` bounds the total, so that a hostile query or a broken document costs
 * ERR_LIMIT for itself and nothing for its neighbours.
 *
 * Not thread-safe: an arena belongs to the one thread that is doing the work.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/bytes.h"

#include <stddef.h>

struct arena_chunk;

struct arena {
    struct arena_chunk *chunks; /* newest first */
    size_t total;               /* bytes obtained from mem_alloc */
    size_t limit;               /* total never exceeds this */
};

void arena_init(struct arena *arena, size_t limit);

/* Zeroed, aligned for any type; NULL when memory or the limit is exhausted. */
void *arena_alloc(struct arena *arena, size_t size);
/* The same, but not zeroed: for what is written at once. */
void *arena_alloc_unset(struct arena *arena, size_t size);

/* Uninitialised copies of bytes or of a string; NULL as arena_alloc. The copy of
 * a slice is followed by a NUL that is not counted. */
void *arena_copy(struct arena *arena, const void *data, size_t size);
int arena_copy_slice(struct arena *arena, struct slice s, struct slice *out);
__attribute__((format(printf, 2, 3))) char *arena_printf(struct arena *arena,
                                                         const char *fmt, ...);

/* `count` zeroed things of `type`. NULL as arena_alloc, also when the product
 * would wrap. */
void *arena_alloc_array(struct arena *arena, size_t count, size_t size);
#define arena_array(arena, type, count)                                        \
    ((type *)arena_alloc_array((arena), (count), sizeof(type)))

#define arena_new(arena, type) ((type *)arena_alloc((arena), sizeof(type)))

/* Give everything back and be ready for the next query. */
void arena_reset(struct arena *arena);

#endif
