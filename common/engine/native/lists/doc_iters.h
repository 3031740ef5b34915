/* doc_iters.h - operators over doc_iter.h: the tree that gives the candidates of a query
 * in one segment.
 *
 * Everything is in the arena that is given, children too; nothing needs a close. NULL
 * when the arena is exhausted. A child that was ended by damage ends its parent with
 * the same status, so that whoever walks the root looks at one status.
 */
#ifndef ENGINE_NATIVE_LISTS_DOC_ITERS_H
#define ENGINE_NATIVE_LISTS_DOC_ITERS_H

#include "base/arena.h"
#include "segment/columns.h"
#include "segment/doc_iter.h"

/* [first, end); nothing when it is empty. */
struct doc_iter *iter_range(struct arena *arena, doc_id first, doc_id end);
/* What `child` has below `end`. */
struct doc_iter *iter_below(struct arena *arena, struct doc_iter *child,
                            doc_id end);
/* The bits that are set; those at `docs` and after are zero, to the end of the last
 * word. */
struct doc_iter *iter_bits(struct arena *arena, const uint64_t *bits,
                           uint32_t docs);
/* Articles below `docs` that a later generation than `since` put in: looks at every
 * record. A record that cannot be read is told in `err`. */
struct doc_iter *iter_since(struct arena *arena, const struct columns *columns,
                            uint32_t docs, uint64_t since, struct err *err);

/* One child at least; the arrays are copied. */
struct doc_iter *iter_and(struct arena *arena, struct doc_iter *const *child,
                          size_t count);
struct doc_iter *iter_or(struct arena *arena, struct doc_iter *const *child,
                         size_t count);
/* The first without the second. */
struct doc_iter *iter_not(struct arena *arena, struct doc_iter *with,
                          struct doc_iter *without);

/* Words of a bitmap that holds `docs` bits. */
static inline size_t bit_words(uint32_t docs)
{
    return ((size_t)docs + 63) / 64;
}
static inline bool bit_is_set(const uint64_t *bits, doc_id doc)
{
    return bits[doc / 64] >> (doc % 64) & 1;
}
static inline void bit_set(uint64_t *bits, doc_id doc)
{
    bits[doc / 64] |= UINT64_C(1) << (doc % 64);
}

#endif
