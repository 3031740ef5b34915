/* rising.h - a table of numbers that never fall, in two bytes each: where blocks end.
 * docs/format/postings.md.
 *
 * A narrow table has the first number of each RISING_GROUP in full, and all as what
 * they are more than that. A wide one is for steps that do not fit: four bytes each.
 */
#ifndef SEGMENT_RISING_H
#define SEGMENT_RISING_H

#include "base/bytes.h"

enum { RISING_GROUP = 32 };

bool rising_is_narrow(const uint32_t *v, size_t count);
void rising_put(struct bytes_out *out, const uint32_t *v, size_t count,
                bool narrow); /* asserts that it is */

static inline uint64_t rising_size(uint64_t count, bool narrow)
{
    uint64_t groups = (count + RISING_GROUP - 1) / RISING_GROUP;
    return narrow ? 4 * groups + 2 * count : 4 * count;
}

/* Borrows rising_size() bytes. Damaged ones need not rise. */
struct rising {
    const uint8_t *full, *step; /* step NULL: wide */
};

static inline struct rising rising_of(const uint8_t *data, size_t count,
                                      bool narrow)
{
    size_t groups = (count + RISING_GROUP - 1) / RISING_GROUP;
    return (struct rising){data, narrow ? data + 4 * groups : NULL};
}

static inline uint32_t rising_at(const struct rising *table, size_t i)
{
    if (!table->step)
        return load_u32(table->full + 4 * i);
    return load_u32(table->full + 4 * (i / RISING_GROUP)) +
           load_u16(table->step + 2 * i);
}

/* The numbers before and at i; before the first is 0. */
static inline void rising_step(const struct rising *table, size_t i,
                               uint32_t *before, uint32_t *at)
{
    *before = i ? rising_at(table, i - 1) : 0;
    *at = rising_at(table, i);
}

#endif
