/* Encoder and decoder of blocks and tails: docs/format/postings.md.
 *
 * Value i is in lane i % 4, so that one vector of four words is moved, shifted and
 * masked at once. The decoder has one body of straight code for each width, made by the
 * compiler from one inline function: with a width known only when it runs, unpacking
 * takes four times as long. */
#include "segment/block.h"

#include <string.h>

enum {
    LANES = 4,
    LANE_VALUES = SEGMENT_BLOCK / LANES,
    INDEX_BITS = SEGMENT_BLOCK == 8 ? 3 : 7,
    WIDTH_MAX = 32,
    HAS_EXCEPTIONS = 0x40, /* in the byte of the width */
};
_Static_assert(1 << INDEX_BITS == SEGMENT_BLOCK, "an index is any value's");

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

static inline uint32_t mask_of(unsigned width)
{
    return width ? UINT32_MAX >> (32 - width) : 0;
}

static inline size_t packed_size(unsigned width)
{
    return ((size_t)LANE_VALUES * width + 31) / 32 * sizeof(struct lanes);
}

static inline size_t bytes_of_bits(size_t bits)
{
    return (bits + 7) / 8;
}

/* --- strings of bits: exceptions and tails --- */

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

/* --- encoding --- */

struct plan {
    unsigned width, high_width; /* high_width 0: no exceptions */
    unsigned exceptions;
};

static size_t exception_bytes(unsigned exceptions, unsigned high_width)
{
    return exceptions ? 2 + bytes_of_bits((size_t)exceptions *
                                          (INDEX_BITS + high_width))
                      : 0;
}

/* The width with the fewest bytes; the greatest such, which has the fewest
 * exceptions. */
static struct plan choose(const uint32_t v[SEGMENT_BLOCK])
{
    uint8_t with_width[WIDTH_MAX + 1] = {0};
    for (size_t i = 0; i < SEGMENT_BLOCK; i++)
        with_width[bits_of(v[i])]++;
    unsigned top = WIDTH_MAX;
    while (top > 0 && !with_width[top])
        top--;
    struct plan best = {.width = top};
    size_t best_size = packed_size(top);
    unsigned above = 0;
    for (unsigned width = top; width-- > 0;) {
        above += with_width[width + 1];
        size_t size = packed_size(width) + exception_bytes(above, top - width);
        if (size < best_size) {
            best = (struct plan){width, top - width, above};
            best_size = size;
        }
    }
    return best;
}

static void pack(const uint32_t v[SEGMENT_BLOCK], unsigned width,
                 struct bytes_out *out)
{
    struct lanes packed[LANE_VALUES] = {0};
    uint32_t mask = mask_of(width);
    for (unsigned i = 0; i < LANE_VALUES; i++) {
        struct lanes lanes = lanes_load(v + (size_t)i * LANES);
        lanes.word &= mask;
        unsigned word = i * width / 32, shift = i * width % 32;
        packed[word].word |= lanes.word << shift;
        if (shift + width > 32)
            packed[word + 1].word |= lanes.word >> (32 - shift);
    }
    put_raw(out, packed, packed_size(width));
}

void block_encode(const uint32_t v[SEGMENT_BLOCK], struct bytes_out *out)
{
    struct plan plan = choose(v);
    if (!plan.exceptions) {
        put_u8(out, (uint8_t)plan.width);
        if (plan.width)
            pack(v, plan.width, out);
        return;
    }
    put_u8(out, (uint8_t)(plan.width | HAS_EXCEPTIONS));
    put_u8(out, (uint8_t)plan.exceptions);
    put_u8(out, (uint8_t)plan.high_width);
    if (plan.width)
        pack(v, plan.width, out);
    struct bit_string string = {0};
    for (uint32_t i = 0; i < SEGMENT_BLOCK; i++)
        if (v[i] >> plan.width)
            add_bits(&string, i | (uint64_t)(v[i] >> plan.width) << INDEX_BITS,
                     INDEX_BITS + plan.high_width);
    put_bits(out, &string);
}

void tail_encode(const uint32_t *v, size_t count, struct bytes_out *out)
{
    uint32_t all = 0;
    for (size_t i = 0; i < count; i++)
        all |= v[i];
    unsigned width = bits_of(all);
    put_u8(out, (uint8_t)width);
    struct bit_string string = {0};
    for (size_t i = 0; i < count; i++)
        add_bits(&string, v[i], width);
    put_bits(out, &string);
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

static void unpack(const uint8_t *in, unsigned width, uint32_t *v)
{
#define CASE(w)                                                                \
    case w:                                                                    \
        unpack_width(in, v, w);                                                \
        break;
#define CASES(w)                                                               \
    CASE(w)                                                                    \
    CASE((w) + 1) CASE((w) + 2) CASE((w) + 3) CASE((w) + 4) CASE((w) + 5)      \
        CASE((w) + 6) CASE((w) + 7)
    switch (width) {
        CASES(1)
        CASES(9) CASES(17) CASES(25) default
            : memset(v, 0, SEGMENT_BLOCK * sizeof *v);
    }
#undef CASES
#undef CASE
}

static void patch(const uint8_t *data, const uint8_t *end,
                  const struct plan *plan, uint32_t *v)
{
    unsigned bits = INDEX_BITS + plan->high_width;
    uint32_t high_mask = mask_of(plan->high_width);
    for (unsigned i = 0; i < plan->exceptions; i++) {
        uint64_t exception = bits_at(data, end, (size_t)i * bits);
        uint32_t high = (uint32_t)(exception >> INDEX_BITS) & high_mask;
        v[exception % SEGMENT_BLOCK] |= high << plan->width;
    }
}

static bool get_plan(struct bytes_in *in, struct plan *plan)
{
    uint8_t first = get_u8(in);
    *plan = (struct plan){.width = first & ~(unsigned)HAS_EXCEPTIONS};
    if (first & HAS_EXCEPTIONS) {
        plan->exceptions = get_u8(in);
        plan->high_width = get_u8(in);
        if (plan->exceptions == 0 || plan->exceptions > SEGMENT_BLOCK ||
            plan->high_width == 0)
            return false;
    }
    return !in->bad && plan->width + plan->high_width <= WIDTH_MAX;
}

void block_decode(struct bytes_in *in, uint32_t v[SEGMENT_BLOCK])
{
    struct plan plan;
    bool good = get_plan(in, &plan);
    size_t packed = packed_size(plan.width);
    size_t patches =
        bytes_of_bits((size_t)plan.exceptions * (INDEX_BITS + plan.high_width));
    if (!good || packed + patches > (size_t)(in->end - in->at)) {
        in->bad = true;
        memset(v, 0, SEGMENT_BLOCK * sizeof *v);
        return;
    }
    unpack(in->at, plan.width, v);
    in->at += packed;
    if (patches)
        patch(in->at, in->end, &plan, v);
    in->at += patches;
}

void tail_decode(struct bytes_in *in, size_t count, uint32_t *v)
{
    unsigned width = get_u8(in);
    size_t size = bytes_of_bits(count * width);
    if (in->bad || width > WIDTH_MAX || size > (size_t)(in->end - in->at)) {
        in->bad = true;
        memset(v, 0, count * sizeof *v);
        return;
    }
    uint32_t mask = mask_of(width);
    for (size_t i = 0; i < count; i++)
        v[i] = (uint32_t)bits_at(in->at, in->end, i * width) & mask;
    in->at += size;
}
