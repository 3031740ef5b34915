/* Encoder and decoder of blocks and tails: docs/format/postings.md.
 *
 * Value i is in lane i % 4, so that one vector of four words is moved, shifted and
 * masked at once. The decoder has one body of straight code for each width, made by the
 * compiler from one inline function: with a width known only when it runs, unpacking
 * takes four times as long (in vectors of 32 and 64 bytes it is no faster). */
#include "segment/block_kernels.h"

#include <assert.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum {
    LANES = 4,
    LANE_VALUES = SEGMENT_BLOCK / LANES,
    WIDTH_MAX = 32,
    HAS_EXCEPTIONS = 0x40, /* in the byte of the width */
    HIGH_WIDTH_BITS = 5,   /* of the width of what exceptions have more */
    HIGH_WIDTH_MAX = (1 << HIGH_WIDTH_BITS) - 1,
};

#define BYTES_OF_1 UINT64_C(0x0101010101010101)

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

/* A string of bits on its way to `at`; up to seven bytes behind its end are written, too. */
struct bit_string {
    uint8_t *at;
    uint64_t held; /* bits that do not fill a byte yet */
    unsigned bits; /* of them, 0 .. 7 */
};

static inline void add_bits(struct bit_string *string, uint64_t v,
                            unsigned width)
{
    string->held |= v << string->bits;
    memcpy(string->at, &string->held, sizeof string->held);
    unsigned bits = string->bits + width;
    string->at += bits / 8;
    string->held >>= bits & ~7U;
    string->bits = bits % 8;
}

static inline uint8_t *end_of_bits(const struct bit_string *string)
{
    return string->at + (string->bits > 0);
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

/* The width of each value in a byte, of what is not there 0. */
enum { WIDTHS_AT_ONCE = 16 };
struct widths {
    _Alignas(WIDTHS_AT_ONCE) uint8_t
        of[SEGMENT_BLOCK < WIDTHS_AT_ONCE ? WIDTHS_AT_ONCE : SEGMENT_BLOCK];
};

/* Of four values below 2^31. The exponent of a number is its width; without the bit behind
 * the first one it cannot be rounded up to the next. */
static inline struct lanes four_widths(const uint32_t *v)
{
    enum { MANTISSA_BITS = 23, BIAS = 126 };
    struct {
        int32_t word __attribute__((vector_size(4 * LANES)));
    } x;
    struct {
        float word __attribute__((vector_size(4 * LANES)));
    } real;
    struct lanes width;
    memcpy(&x, v, sizeof x);
    x.word &= ~(x.word >> 1);
    real.word = __builtin_convertvector(x.word, __typeof__(real.word));
    memcpy(&width, &real, sizeof width);
    width.word >>= MANTISSA_BITS;
    width.word -= BIAS;
    width.word &= (__typeof__(width.word))(x.word != 0);
    return width;
}

static inline void sixteen_widths(const uint32_t *v, uint8_t *out)
{
    struct lanes a = four_widths(v), b = four_widths(v + 4);
    struct lanes c = four_widths(v + 8), d = four_widths(v + 12);
#ifdef __SSE2__
    __m128i ab = _mm_packs_epi32((__m128i)a.word, (__m128i)b.word);
    __m128i cd = _mm_packs_epi32((__m128i)c.word, (__m128i)d.word);
    _mm_storeu_si128((void *)out, _mm_packus_epi16(ab, cd));
#else
    for (unsigned i = 0; i < LANES; i++) {
        out[i] = (uint8_t)a.word[i];
        out[i + 4] = (uint8_t)b.word[i];
        out[i + 8] = (uint8_t)c.word[i];
        out[i + 12] = (uint8_t)d.word[i];
    }
#endif
}

/* `any`: all values, or-ed. */
static void find_widths(const uint32_t *v, unsigned count, uint32_t any,
                        struct widths *out)
{
    *out = (struct widths){0};
    unsigned i = 0;
    if (any <= INT32_MAX)
        for (; i + WIDTHS_AT_ONCE <= count; i += WIDTHS_AT_ONCE)
            sixteen_widths(v + i, out->of + i);
    for (; i < count; i++)
        out->of[i] = (uint8_t)bits_of(v[i]);
}

/* How many are of this width, which is not 0. */
static unsigned with_width(const struct widths *widths, unsigned count,
                           unsigned width)
{
    struct {
        uint8_t byte __attribute__((vector_size(WIDTHS_AT_ONCE)));
    } these, equal = {{0}};
    uint64_t half[2];
    for (unsigned i = 0; i < count; i += WIDTHS_AT_ONCE) {
        memcpy(&these, widths->of + i, sizeof these);
        equal.byte -= these.byte == (uint8_t)width;
    }
    memcpy(half, &equal, sizeof half);
    return (unsigned)((half[0] + half[1]) * BYTES_OF_1 >> 56);
}

/* What no exceptions make shorter. With them it would be one byte: theirs. So no width is
 * left for the others, and theirs is one bit, as they have four more to say where they
 * are and how wide: then all values together take a byte without them. */
enum { SHORT_ENOUGH = 2 };

/* The width with the fewest bytes; the greatest such, which has the fewest
 * exceptions. Each step down takes more for exceptions: it ends when these alone are too
 * much. `widths` is for put_exceptions(). */
static struct plan choose(const uint32_t *v, unsigned count,
                          struct widths *widths)
{
    uint32_t any = 0;
    for (unsigned i = 0; i < count; i++)
        any |= v[i];
    struct plan best = {.count = count, .width = bits_of(any)}, plan = best;
    size_t best_size = packed_size(&best);
    if (best_size <= SHORT_ENOUGH)
        return best;
    find_widths(v, count, any, widths);
    while (plan.width > 0 && plan.high_width < HIGH_WIDTH_MAX) {
        plan.exceptions += with_width(widths, count, plan.width--);
        plan.high_width++;
        size_t size = exceptions_size(&plan);
        if (plan.exceptions == count || size >= best_size)
            break;
        size += packed_size(&plan);
        if (size < best_size) {
            best = plan;
            best_size = size;
        }
    }
    return best;
}

/* Those that are wider are found eight at a time. */
static uint8_t *put_exceptions(const uint32_t *v, const struct widths *widths,
                               const struct plan *plan, uint8_t *to)
{
    const uint64_t tops = BYTES_OF_1 << 7;
    struct bit_string string = {.at = to};
    unsigned index = index_bits(plan);
    add_bits(&string, plan->exceptions, index);
    add_bits(&string, plan->high_width, HIGH_WIDTH_BITS);
    for (uint32_t i = 0; i < plan->count; i += sizeof(uint64_t)) {
        uint64_t eight = load_u64(widths->of + i) | tops;
        uint64_t wider = (eight - (plan->width + 1) * BYTES_OF_1) & tops;
        for (; wider; wider &= wider - 1) {
            uint32_t at = i + (uint32_t)__builtin_ctzll(wider) / 8;
            uint64_t high = v[at] >> plan->width;
            add_bits(&string, high << index | at, index + plan->high_width);
        }
    }
    return end_of_bits(&string);
}

static uint8_t *pack_lanes(const uint32_t v[SEGMENT_BLOCK],
                           const struct plan *plan, uint8_t *to)
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
    size_t size = packed_size(plan);
    memcpy(to, packed, size);
    return to + size;
}

static uint8_t *pack_string(const uint32_t *v, const struct plan *plan,
                            uint8_t *to)
{
    struct bit_string string = {.at = to};
    for (size_t i = 0; i < plan->count; i++)
        add_bits(&string, v[i] & mask_of(plan->width), plan->width);
    return end_of_bits(&string);
}

static inline void encode(const uint32_t *v, unsigned count,
                          struct bytes_out *out)
{
    uint8_t *to = bytes_out_room(out, BLOCK_BYTES_MAX + sizeof(uint64_t));
    if (!to)
        return;
    struct widths widths;
    struct plan plan = choose(v, count, &widths);
    *to++ = (uint8_t)(plan.width | (plan.exceptions ? HAS_EXCEPTIONS : 0));
    if (plan.exceptions)
        to = put_exceptions(v, &widths, &plan, to);
    if (plan.width && count == SEGMENT_BLOCK)
        to = pack_lanes(v, &plan, to);
    else if (plan.width)
        to = pack_string(v, &plan, to);
    out->len = (size_t)(to - out->data);
}

void block_encode(const uint32_t v[SEGMENT_BLOCK], struct bytes_out *out)
{
    encode(v, SEGMENT_BLOCK, out);
}

void tail_encode(const uint32_t *v, size_t count, struct bytes_out *out)
{
    assert(0 < count && count < SEGMENT_BLOCK);
    encode(v, (unsigned)count, out);
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
