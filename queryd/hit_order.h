/* hit_order.h - hits in an order of their own, or a random sample of them: one heap.
 *
 * Collected by value (a sample keeps the least), given out by key. A heap and no
 * qsort(): the first lines go out at once, and who leaves stops the rest. One thread.
 */
#ifndef QUERYD_HIT_ORDER_H
#define QUERYD_HIT_ORDER_H

#include "engine/engine.h"

struct ordered_hit {
    struct slice key; /* sorts by bytes */
    uint64_t value;   /* of a sample */
    doc_ref doc;
    uint32_t hit; /* its number in the article */
};

struct hit_order {
    struct ordered_hit *heap;
    size_t count, capacity;
    size_t sample; /* 0: all are kept */
    size_t bytes, limit;
};

/* `limit`: bytes of memory. */
void hit_order_init(struct hit_order *order, size_t sample, size_t limit);
void hit_order_release(struct hit_order *order);

/* Whether a hit of this value may still get into the sample. */
bool hit_order_wants(const struct hit_order *order, uint64_t value);

/* Copies the key. ERR_LIMIT, ERR_NOMEM. */
int hit_order_add(struct hit_order *order, const struct ordered_hit *hit,
                  struct err *err);

/* No more comes: now by key. */
void hit_order_ready(struct hit_order *order);
/* The next one, its key gone; false at the end. */
bool hit_order_next(struct hit_order *order, struct ordered_hit *out);

#endif
