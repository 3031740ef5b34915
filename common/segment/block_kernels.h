/* block_kernels.h - what decoding does to many numbers at once: one table of functions
 * for each path of base/cpu.h, all with the same results.
 *
 * Numbers come and go in arrays with room for SEGMENT_BLOCK, of which what is behind
 * `count` may be written, with anything.
 */
#ifndef SEGMENT_BLOCK_KERNELS_H
#define SEGMENT_BLOCK_KERNELS_H

#include "base/cpu.h"
#include "segment/block.h"

struct block_kernels {
    /* `count` numbers of `width` bits, 0 to 32, from a string of bits that is inside
     * [data, end). */
    void (*unpack_string)(const uint8_t *data, const uint8_t *end,
                          unsigned width, size_t count, uint32_t *v);
    /* out[i] = next + i + gap[0] + .. + gap[i]; false when one of them is past 2^32.
     * `out` may be `gap`, or have no place in common with it. count > 0. */
    bool (*add_up)(uint32_t next, const uint32_t *gap, size_t count,
                   uint32_t *out);
};

extern const struct block_kernels block_plain;
#ifdef __x86_64__
extern const struct block_kernels block_sse4, block_avx2;
#endif

/* Of a level that the machine has. */
static inline const struct block_kernels *block_kernels(enum cpu_level level)
{
#ifdef __x86_64__
    static const struct block_kernels *const of_level[CPU_LEVELS] = {
        &block_plain, &block_sse4, &block_avx2, &block_avx2};
    return of_level[level];
#else
    (void)level;
    return &block_plain;
#endif
}

/* --- for those that have nothing faster --- */

void block_unpack_string(const uint8_t *data, const uint8_t *end,
                         unsigned width, size_t count, uint32_t *v);

/* --- for those that add vectors: an overflow is sought only when there may be one --- */

enum { GAP_SMALL = 1 << 24 }; /* SEGMENT_BLOCK of them are below 2^31 */

/* `any`: all gaps, or-ed. Sums modulo 2^32 of steps from 1 to 2^32 rise where none wrapped
 * around. */
static inline bool sums_rise(uint32_t next, uint32_t any, const uint32_t *sum,
                             size_t count)
{
    if (any < GAP_SMALL && next <= INT32_MAX)
        return true;
    bool rise = sum[0] >= next;
    for (size_t i = 1; i < count; i++)
        rise = rise && sum[i] > sum[i - 1];
    return rise;
}

static inline uint32_t mask_of(unsigned width)
{
    return width ? UINT32_MAX >> (32 - width) : 0;
}

/* The up to 57 bits from `bit` on; zeros behind the end. */
static inline uint64_t bits_at(const uint8_t *data, const uint8_t *end,
                               size_t bit)
{
    const uint8_t *at = data + bit / 8;
    uint64_t v = 0;
    if (end - at >= (ptrdiff_t)sizeof v)
        v = load_u64(at);
    else
        memcpy(&v, at, (size_t)(end - at));
    return v >> bit % 8;
}

/* unpack_string(), from number `i` on. */
static inline void unpack_rest(const uint8_t *data, const uint8_t *end,
                               unsigned width, size_t i, size_t count,
                               uint32_t *v)
{
    uint32_t mask = mask_of(width);
    for (; i < count; i++)
        v[i] = (uint32_t)bits_at(data, end, i * width) & mask;
}

#endif
