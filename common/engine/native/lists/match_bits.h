/* match_bits.h - the articles of a segment that match a node, as a bitmap or a number: for
 * nodes of which lists alone tell (node_is_exact() in word_query.h).
 */
#ifndef ENGINE_NATIVE_LISTS_MATCH_BITS_H
#define ENGINE_NATIVE_LISTS_MATCH_BITS_H

#include "query/query.h"
#include "segment/segment.h"

/* bit_words(segment->docs) words, the rest of the last one zero; dead articles are among
 * them. In `arena`. ERR_LIMIT, ERR_CORRUPT. */
int match_bits(const struct segment *segment, const struct node *node,
               struct arena *arena, uint64_t **out, struct err *err);

/* How many of them are live. */
int match_count(const struct segment *segment, const struct node *node,
                struct arena *arena, uint64_t *out, struct err *err);

#endif
