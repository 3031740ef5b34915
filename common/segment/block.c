/* Encoder and decoder of blocks and tails: docs/format/postings.md.
 *
 * Value i is in lane i % 4, so that one vector of four words is moved, shifted and
 * masked at once. The decoder has one body of straight code for each width, made by the
 * compiler from one inline function: with a width known only when it runs, unpacking
 * takes four times as long (in vectors of 32 and 64 bytes it is no faster). */
#include "segment/block_kernels.h"

#include <assert.h>
#include <string.h>

enum {
    LANES = 4,
    LANE_VALUES = SEGMENT_BLOCK / LANES,
    WIDTH_MAX = 32,
    HAS_EXCEPTIONS = 0x40, /* in the byte of the width */
    HIGH_WIDTH_BITS = 5,   /* of the width of what exceptions have more */
    HIGH_WIDTH_MAX = (1 << HIGH_WIDTH_BITS) - 1,
};

/* GCC's and Clang's vectors: SSE2, NEON or plain registers. */
struct lanes {
    uint32_t word __attribute__((vector_size(4 * LANES)));
};
_Static_assert(sizeof(struct lanes) == 4 * LANES, "no padding");

static inline struct lanes lanes_load(const void *at)
{
    struct lanes lanes;
    memcpy(&lanes, at, sizeof lanes);
    return lanes;
}

static inline void lanes_store(void *at, struct lanes lanes)
{
    memcpy(at, &lanes, sizeof lanes);
}

static inline unsigned bits_of(uint32_t v)
{
    return v ? 32 - (unsigned)__builtin_clz(v) : 0;
}

static inline size_t bytes_of_bits(size_t bits)
{
    return (bits + 7) / 8;
}

/* --- strings of bits: exceptions and tails --- */

/* Collects a string of bits that is shorter than BLOCK_BYTES_MAX; begin with zeros. */
struct bit_string {
    size_t bits;
    uint8_t data[BLOCK_BYTES_MAX + sizeof(uint64_t)];
};

static inline void add_bits(struct bit_string *string, uint64_t v,
                            unsigned width)
{
    uint8_t *at = string->data + string->bits / 8;
    uint64_t merged = load_u64(at) | v << string->bits % 8;
    memcpy(at, &merged, sizeof merged);
    string->bits += width;
}

static void put_bits(struct bytes_out *out, const struct bit_string *string)
{
    put_raw(out, string->data, bytes_of_bits(string->bits));
}

/* --- what a block or tail is made of --- */

struct plan {
    unsigned count; /* of values */
    unsigned width; /* of all of them */
    unsigned exceptions, high_width;
};

static inline size_t packed_size(const struct plan *plan)
{
    if (plan->count < SEGMENT_BLOCK)
        return bytes_of_bits((size_t)plan->count * plan->width);
    return ((size_t)LANE_VALUES * plan->width + 31) / 32 * sizeof(struct lanes);
}

/* Exceptions are not all values: their number has as many bits as an index. */
static inline unsigned index_bits(const struct plan *plan)
{
    return bits_of(plan->count - 1);
}

static inline size_t exceptions_size(const struct plan *plan)
{
    if (!plan->exceptions)
        return 0;
    unsigned index = index_bits(plan);
    return bytes_of_bits(index + HIGH_WIDTH_BITS +
                         (size_t)plan->exceptions * (index + plan->high_width));
}

/* --- encoding --- */

/* The width with the fewest bytes; the greatest such, which has the fewest
 * exceptions. */
static struct plan choose(const uint32_t *v, unsigned count)
{
    uint8_t with_width[WIDTH_MAX + 1] = {0};
    for (size_t i = 0; i < count; i++)
        with_width[bits_of(v[i])]++;
    unsigned top = WIDTH_MAX;
    while (top > 0 && !with_width[top])
        top--;
    struct plan best = {.count = count, .width = top}, plan = best;
    size_t best_size = packed_size(&best);
    while (plan.width > 0 && plan.high_width < HIGH_WIDTH_MAX) {
        plan.exceptions += with_width[plan.width--];
        plan.high_width++;
        size_t size = packed_size(&plan) + exceptions_size(&plan);
        if (plan.exceptions < count && size < best_size) {
            best = plan;
            best_size = size;
        }
    }
    return best;
}

static void put_exceptions(const uint32_t *v, const struct plan *plan,
                           struct bytes_out *out)
{
    struct bit_string string = {0};
    unsigned index = index_bits(plan);
    add_bits(&string, plan->exceptions, index);
    add_bits(&string, plan->high_width, HIGH_WIDTH_BITS);
    for (uint32_t i = 0; i < plan->count; i++) {
        uint64_t high = v[i] >> plan->width;
        if (high)
            add_bits(&string, high << index | i, index + plan->high_width);
    }
    put_bits(out, &string);
}

static void pack_lanes(const uint32_t v[SEGMENT_BLOCK], const struct plan *plan,
                       struct bytes_out *out)
{
    struct lanes packed[LANE_VALUES] = {0};
    unsigned width = plan->width;
    uint32_t mask = mask_of(width);
    for (unsigned i = 0; i < LANE_VALUES; i++) {
        struct lanes lanes = lanes_load(v + (size_t)i * LANES);
        lanes.word &= mask;
        unsigned word = i * width / 32, shift = i * width % 32;
        packed[word].word |= lanes.word << shift;
        if (shift + width > 32)
            packed[word + 1].word |= lanes.word >> (32 - shift);
    }
    put_raw(out, packed, packed_size(plan));
}

static void pack_string(const uint32_t *v, const struct plan *plan,
                        struct bytes_out *out)
{
    struct bit_string string = {0};
    for (size_t i = 0; i < plan->count; i++)
        add_bits(&string, v[i] & mask_of(plan->width), plan->width);
    put_bits(out, &string);
}

static struct plan put_plan(const uint32_t *v, unsigned count,
                            struct bytes_out *out)
{
    struct plan plan = choose(v, count);
    put_u8(out, (uint8_t)(plan.width | (plan.exceptions ? HAS_EXCEPTIONS : 0)));
    if (plan.exceptions)
        put_exceptions(v, &plan, out);
    return plan;
}

void block_encode(const uint32_t v[SEGMENT_BLOCK], struct bytes_out *out)
{
    struct plan plan = put_plan(v, SEGMENT_BLOCK, out);
    if (plan.width)
        pack_lanes(v, &plan, out);
}

void tail_encode(const uint32_t *v, size_t count, struct bytes_out *out)
{
    assert(0 < count && count < SEGMENT_BLOCK);
    struct plan plan = put_plan(v, (unsigned)count, out);
    pack_string(v, &plan, out);
}

/* --- decoding --- */

static inline __attribute__((always_inline)) void
unpack_width(const uint8_t *restrict in, uint32_t *restrict v, unsigned width)
{
    uint32_t mask = mask_of(width);
#pragma GCC unroll 32
    for (unsigned i = 0; i < LANE_VALUES; i++) {
        unsigned word = i * width / 32, shift = i * width % 32;
        struct lanes lanes = lanes_load(in + word * sizeof lanes);
        lanes.word >>= shift;
        if (shift + width > 32) {
            struct lanes next = lanes_load(in + (word + 1) * sizeof next);
            lanes.word |= next.word << (32 - shift);
        }
        lanes.word &= mask;
        lanes_store(v + (size_t)i * LANES, lanes);
    }
}

static void unpack_lanes(const uint8_t *in, unsigned width, uint32_t *v)
{
#define CASE(w)                                                                \
    case w:                                                                    \
        unpack_width(in, v, w);                                                \
        break;
#define CASES(w)                                                               \
    CASE(w)                                                                    \
    CASE((w) + 1)                                                              \
    CASE((w) + 2)                                                              \
    CASE((w) + 3) CASE((w) + 4) CASE((w) + 5) CASE((w) + 6) CASE((w) + 7)
    switch (width) {
        CASES(1)
        CASES(9)
        CASES(17) CASES(25) default : memset(v, 0, SEGMENT_BLOCK * sizeof *v);
    }
#undef CASES
#undef CASE
}

static bool patch(const uint8_t *data, const uint8_t *end,
                  const struct plan *plan, uint32_t *v)
{
    unsigned index = index_bits(plan);
    size_t bit = index + HIGH_WIDTH_BITS;
    uint32_t mask = mask_of(index), high_mask = mask_of(plan->high_width);
    for (unsigned i = 0; i < plan->exceptions; i++) {
        uint64_t exception = bits_at(data, end, bit);
        uint32_t at = (uint32_t)exception & mask;
        uint32_t high = (uint32_t)(exception >> index) & high_mask;
        if (at >= plan->count)
            return false;
        v[at] |= high << plan->width;
        bit += index + plan->high_width;
    }
    return true;
}

static bool get_plan(struct bytes_in *in, unsigned count, struct plan *plan)
{
    uint8_t first = get_u8(in);
    *plan = (struct plan){.count = count,
                          .width = first & ~(unsigned)HAS_EXCEPTIONS};
    if (first & HAS_EXCEPTIONS) {
        unsigned index = index_bits(plan);
        uint64_t bits = bits_at(in->at, in->end, 0);
        plan->exceptions = (unsigned)bits & mask_of(index);
        plan->high_width = (unsigned)(bits >> index) & HIGH_WIDTH_MAX;
        if (plan->exceptions == 0 || plan->exceptions >= count ||
            plan->high_width == 0)
            return false;
    }
    return !in->bad && plan->width + plan->high_width <= WIDTH_MAX;
}

static bool decode(struct bytes_in *in, unsigned count, uint32_t *v)
{
    struct plan plan;
    if (!get_plan(in, count, &plan))
        return false;
    size_t exceptions = exceptions_size(&plan), packed = packed_size(&plan);
    if (exceptions + packed > (size_t)(in->end - in->at))
        return false;
    const uint8_t *patches = in->at;
    in->at += exceptions;
    if (count == SEGMENT_BLOCK)
        unpack_lanes(in->at, plan.width, v);
    else
        block_kernels(cpu_level())
            ->unpack_string(in->at, in->end, plan.width, count, v);
    in->at += packed;
    return !exceptions || patch(patches, in->end, &plan, v);
}

void block_decode(struct bytes_in *in, uint32_t v[SEGMENT_BLOCK])
{
    if (in->bad || !decode(in, SEGMENT_BLOCK, v)) {
        in->bad = true;
        memset(v, 0, SEGMENT_BLOCK * sizeof *v);
    }
}

void tail_decode(struct bytes_in *in, size_t count, uint32_t *v)
{
    assert(0 < count && count < SEGMENT_BLOCK);
    if (in->bad || !decode(in, (unsigned)count, v)) {
        in->bad = true;
        memset(v, 0, count * sizeof *v);
    }
}
