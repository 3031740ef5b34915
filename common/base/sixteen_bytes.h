/* sixteen_bytes.h - questions about sixteen bytes at once, where eight (eight_bytes.h) are
 * too few: by SSE2, which each x86-64 has, else in plain 64-bit arithmetic.
 *
 * Answers are bytes, too: put together with sixteen_or(), sixteen_and(), and seen as bits,
 * that of the first byte lowest, by sixteen_bits().
 */
#ifndef BASE_SIXTEEN_BYTES_H
#define BASE_SIXTEEN_BYTES_H

#include "base/eight_bytes.h"

#if defined __SSE2__ && !defined SIXTEEN_BYTES_PLAIN

#include <emmintrin.h>

struct sixteen {
    __m128i v;
};

static inline struct sixteen sixteen_load(const uint8_t *at)
{
    return (struct sixteen){_mm_loadu_si128((const void *)at)};
}

static inline void sixteen_store(uint8_t *to, struct sixteen x)
{
    _mm_storeu_si128((void *)to, x.v);
}

static inline struct sixteen sixteen_of(uint8_t c)
{
    return (struct sixteen){_mm_set1_epi8((char)c)};
}

static inline struct sixteen sixteen_or(struct sixteen x, struct sixteen y)
{
    return (struct sixteen){_mm_or_si128(x.v, y.v)};
}

static inline struct sixteen sixteen_and(struct sixteen x, struct sixteen y)
{
    return (struct sixteen){_mm_and_si128(x.v, y.v)};
}

static inline struct sixteen sixteen_equal(struct sixteen x, uint8_t c)
{
    return (struct sixteen){_mm_cmpeq_epi8(x.v, sixteen_of(c).v)};
}

/* Bytes from `first` to `last`, of any value. */
static inline struct sixteen sixteen_range(struct sixteen x, uint8_t first,
                                           uint8_t last)
{
    __m128i from = _mm_sub_epi8(x.v, sixteen_of(first).v);
    __m128i most = sixteen_of((uint8_t)(last - first)).v;
    return (struct sixteen){_mm_cmpeq_epi8(_mm_min_epu8(from, most), from)};
}

/* Of an answer, or of bytes: those of 0x80 and above. */
static inline unsigned sixteen_bits(struct sixteen yes)
{
    return (unsigned)_mm_movemask_epi8(yes.v);
}

#else

/* Answers are in the high bit of each byte; the others are nothing. */
struct sixteen {
    uint64_t low, high;
};

static inline struct sixteen sixteen_load(const uint8_t *at)
{
    return (struct sixteen){load_u64(at), load_u64(at + 8)};
}

static inline void sixteen_store(uint8_t *to, struct sixteen x)
{
    memcpy(to, &x, sizeof x);
}

static inline struct sixteen sixteen_of(uint8_t c)
{
    return (struct sixteen){EIGHT_ONES * c, EIGHT_ONES * c};
}

static inline struct sixteen sixteen_or(struct sixteen x, struct sixteen y)
{
    return (struct sixteen){x.low | y.low, x.high | y.high};
}

static inline struct sixteen sixteen_and(struct sixteen x, struct sixteen y)
{
    return (struct sixteen){x.low & y.low, x.high & y.high};
}

static inline struct sixteen sixteen_equal(struct sixteen x, uint8_t c)
{
    return (struct sixteen){eight_equal(x.low, c), eight_equal(x.high, c)};
}

/* Bytes from `first` to `last`, ASCII. */
static inline struct sixteen sixteen_range(struct sixteen x, uint8_t first,
                                           uint8_t last)
{
    return (struct sixteen){eight_range(x.low, first, last),
                            eight_range(x.high, first, last)};
}

/* The product brings the eight high bits side by side: each pair of a bit and a factor has
 * a place of its own, so that nothing is carried. */
static inline unsigned eight_bits(uint64_t yes)
{
    return (unsigned)(((yes & EIGHT_HIGH) >> 7) *
                          UINT64_C(0x0102040810204080) >>
                      56);
}

static inline unsigned sixteen_bits(struct sixteen yes)
{
    return eight_bits(yes.low) | eight_bits(yes.high) << 8;
}

#endif

#endif
