#include "segment/block.h"

#include "base/mem.h"
#include "check.h"

enum { B = SEGMENT_BLOCK };

/* --- what numbers are like --- */

struct kind {
    const char *what;
    unsigned width;      /* of most */
    unsigned high_width; /* of exceptions */
    unsigned percent;    /* of exceptions */
};

static const struct kind kinds[] = {
    {"zeros", 0, 0, 0},
    {"bits", 1, 0, 0},
    {"small", 4, 0, 0},
    {"words", 16, 0, 0},
    {"17 bits", 17, 0, 0},
    {"31 bits", 31, 0, 0},
    {"all bits", 32, 0, 0},
    {"few exceptions", 5, 9, 3},
    {"some exceptions", 7, 13, 15},
    {"many exceptions", 3, 6, 40},
    {"huge exceptions", 1, 32, 10},
    {"among zeros", 0, 32, 2},
    {"almost as large", 30, 32, 20},
};

enum { KINDS = sizeof kinds / sizeof *kinds };

static uint32_t number(uint64_t *seed, unsigned width)
{
    return width ? (uint32_t)(rng_next(seed) >> (64 - width)) : 0;
}

static void fill(uint32_t *v, size_t count, const struct kind *kind,
                 uint64_t *seed)
{
    for (size_t i = 0; i < count; i++)
        v[i] =
            number(seed, rng_below(seed, 100) < kind->percent ? kind->high_width
                                                              : kind->width);
}

/* --- a block or a tail, as one thing --- */

static void encode(const uint32_t *v, size_t count, struct bytes_out *out)
{
    if (count == B)
        block_encode(v, out);
    else
        tail_encode(v, count, out);
}

static bool decode(struct bytes_in *in, size_t count, uint32_t *v)
{
    if (count == B)
        block_decode(in, v);
    else
        tail_decode(in, count, v);
    return !in->bad;
}

/* Through a copy of exactly its size. */
static void check_round_trip(const uint32_t *v, size_t count, const char *what)
{
    struct bytes_out out = {0};
    uint32_t got[B];
    encode(v, count, &out);
    CHECK_MSG(out.len <= BLOCK_BYTES_MAX, "%s: %zu bytes", what, out.len);
    uint8_t *exact = malloc(out.len);
    CHECK(exact);
    memcpy(exact, out.data, out.len);
    struct bytes_in in = bytes_in((struct slice){exact, out.len});
    CHECK_MSG(decode(&in, count, got), "%s: %zu refused", what, count);
    CHECK_MSG(in.at == in.end, "%s: %zu: bytes left", what, count);
    for (size_t i = 0; i < count; i++)
        CHECK_MSG(got[i] == v[i], "%s: %zu: number %zu is %u, want %u", what,
                  count, i, got[i], v[i]);
    free(exact);
    bytes_out_release(&out);
}

TEST(numbers_come_back)
{
    uint64_t seed = 3;
    uint32_t v[B];
    for (size_t k = 0; k < KINDS; k++)
        for (size_t count = 1; count <= B; count++)
            for (int round = 0; round < 5; round++) {
                fill(v, count, &kinds[k], &seed);
                check_round_trip(v, count, kinds[k].what);
            }
}

TEST(every_width_comes_back)
{
    uint64_t seed = 4;
    uint32_t v[B];
    for (unsigned width = 0; width <= 32; width++)
        for (size_t count = 1; count <= B; count++) {
            for (size_t i = 0; i < count; i++)
                v[i] = number(&seed, width);
            if (width)
                v[rng_below(&seed, (uint32_t)count)] |= UINT32_C(1)
                                                        << (width - 1);
            check_round_trip(v, count, "width");
        }
}

/* One number is larger, by each number of bits, at each place. */
TEST(one_exception_comes_back_from_everywhere)
{
    uint32_t v[B];
    for (unsigned low = 0; low < 32; low += 3)
        for (unsigned bit = low; bit < 32; bit++)
            for (size_t at = 0; at < B; at += B / 8) {
                for (size_t i = 0; i < B; i++)
                    v[i] = low ? (UINT32_C(1) << low) - 1 : 0;
                v[at] |= UINT32_C(1) << bit;
                check_round_trip(v, B, "block");
                check_round_trip(v, B - 1, "tail");
            }
}

/* Every width is tried the slow way, from the format's description. */
TEST(no_other_width_has_fewer_bytes)
{
    uint64_t seed = 5;
    for (int round = 0; round < 2000; round++) {
        uint32_t v[B];
        size_t count = round % 2 ? B : 1 + rng_below(&seed, B - 1);
        fill(v, count, &kinds[rng_below(&seed, KINDS)], &seed);
        unsigned index = 0, top = 0;
        while (count > 1 && (count - 1) >> index)
            index++;
        for (size_t i = 0; i < count; i++)
            while (top < 32 && v[i] >> top)
                top++;
        struct bytes_out out = {0};
        encode(v, count, &out);
        for (unsigned width = 0; width <= top; width++) {
            size_t exceptions = 0;
            for (size_t i = 0; i < count; i++)
                exceptions += (uint64_t)v[i] >> width != 0;
            if (exceptions == count || top - width > 31)
                continue;
            size_t packed = count == B ? (B / 4 * width + 31) / 32 * 16
                                       : (count * width + 7) / 8;
            size_t bits =
                exceptions ? index + 5 + exceptions * (index + top - width) : 0;
            CHECK_MSG(out.len <= 1 + packed + (bits + 7) / 8,
                      "%zu bytes, width %u has fewer", out.len, width);
        }
        bytes_out_release(&out);
    }
}

TEST(blocks_follow_each_other)
{
    uint64_t seed = 6;
    uint32_t v[3][B], got[B];
    struct bytes_out out = {0};
    for (int i = 0; i < 3; i++) {
        fill(v[i], B, &kinds[7 + i], &seed);
        encode(v[i], i < 2 ? B : 5, &out);
    }
    struct bytes_in in = bytes_in((struct slice){out.data, out.len});
    for (int i = 0; i < 3; i++) {
        size_t count = i < 2 ? B : 5;
        CHECK(decode(&in, count, got));
        CHECK(memcmp(got, v[i], count * sizeof *got) == 0);
    }
    CHECK(in.at == in.end);
    CHECK(!decode(&in, B, got) && got[0] == 0 && got[B - 1] == 0);
    CHECK(!decode(&in, 1, got)); /* stays bad */
    bytes_out_release(&out);
}

/* --- damage --- */

/* Cut short anywhere, and every bit flipped, in exactly its size: refused or some other
 * numbers, but nothing read that is not there. */
TEST(damaged_bytes_are_refused_or_other_numbers)
{
    uint64_t seed = 7;
    size_t refused = 0;
    for (size_t k = 0; k < KINDS; k++) {
        uint32_t v[B], got[B];
        size_t count = k % 3 ? B : B - 3;
        fill(v, count, &kinds[k], &seed);
        struct bytes_out out = {0};
        encode(v, count, &out);
        for (size_t len = 0; len < out.len; len++) {
            uint8_t *cut = malloc(len ? len : 1);
            CHECK(cut);
            memcpy(cut, out.data, len);
            struct bytes_in in = bytes_in((struct slice){cut, len});
            CHECK(!decode(&in, count, got));
            free(cut);
        }
        uint8_t *exact = malloc(out.len);
        CHECK(exact);
        memcpy(exact, out.data, out.len);
        for (size_t bit = 0; bit < 8 * out.len; bit++) {
            exact[bit / 8] ^= (uint8_t)(1 << bit % 8);
            struct bytes_in in = bytes_in((struct slice){exact, out.len});
            refused += !decode(&in, count, got);
            exact[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        free(exact);
        bytes_out_release(&out);
    }
    CHECK(refused > KINDS);
}

TEST(what_no_encoder_writes_is_refused)
{
    static const struct {
        const char *what;
        uint8_t bytes[8];
        size_t count;
    } rows[] = {
        {"width 33", {33}, 3},
        {"unknown flag", {0x80}, 3},
        {"no exceptions", {0x40 | 1, 1 << 2}, 3},         /* 0 of 8 + 2 */
        {"all exceptions", {0x40 | 1, 0x03 | 1 << 2}, 3}, /* 3 of 3 */
        {"exceptions of no bits", {0x40 | 1, 0x01}, 3},
        {"33 bits", {0x40 | 2, 0x01 | 31 << 2}, 3},
        {"exception 3 of 3", {0x40 | 1, 0x81 | 1 << 2, 0x01}, 3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t got[B];
        struct bytes_in in =
            bytes_in((struct slice){rows[i].bytes, sizeof rows[i].bytes});
        CHECK_MSG(!decode(&in, rows[i].count, got), "%s", rows[i].what);
        for (size_t k = 0; k < rows[i].count; k++)
            CHECK_EQ(got[k], 0);
    }
}

TEST(no_memory_is_told)
{
    uint32_t v[B];
    uint64_t seed = 8;
    long n = 0;
    for (bool failed = true; failed; n++) {
        struct bytes_out out = {0};
        mem_fail_after(n);
        for (int i = 0; i < 50; i++) {
            fill(v, B, &kinds[6], &seed);
            block_encode(v, &out);
            tail_encode(v, 3, &out);
        }
        mem_fail_after(-1);
        failed = out.failed;
        bytes_out_release(&out);
    }
    CHECK(n > 3); /* it grew, and each time it could not was told */
}

RUN(T(numbers_come_back), T(every_width_comes_back),
    T(one_exception_comes_back_from_everywhere),
    T(no_other_width_has_fewer_bytes), T(blocks_follow_each_other),
    T(damaged_bytes_are_refused_or_other_numbers),
    T(what_no_encoder_writes_is_refused), T(no_memory_is_told))
