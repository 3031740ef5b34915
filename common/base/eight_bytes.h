/* eight_bytes.h - questions about eight bytes at once, in plain 64-bit arithmetic.
 *
 * load_u64() puts the first byte lowest. An answer has the high bit of each byte for which
 * it is yes, so that eight_first() is the place of the first one. After Anderson's "Bit
 * Twiddling Hacks".
 */
#ifndef BASE_EIGHT_BYTES_H
#define BASE_EIGHT_BYTES_H

#include "base/bytes.h"

#define EIGHT_ONES (UINT64_MAX / 255)
#define EIGHT_HIGH (EIGHT_ONES * 0x80)

/* 0 .. 7. Needs a yes. */
static inline size_t eight_first(uint64_t yes)
{
    return (size_t)__builtin_ctzll(yes) / 8;
}

/* Bytes that are at least `n`, n <= 0x80; those of 0x80 and above are not asked for and
 * must be told apart by the caller. Exact for each byte. */
static inline uint64_t eight_from(uint64_t v, uint8_t n)
{
    return ((v & ~EIGHT_HIGH) + EIGHT_ONES * (uint8_t)(0x80 - n)) & EIGHT_HIGH;
}

/* ASCII bytes from `first` to `last`. */
static inline uint64_t eight_range(uint64_t v, uint8_t first, uint8_t last)
{
    return eight_from(v, first) & ~eight_from(v, (uint8_t)(last + 1)) & ~v;
}

static inline uint64_t eight_equal(uint64_t v, uint8_t c)
{
    return eight_range(v ^ EIGHT_ONES * c, 0, 0);
}

#endif
