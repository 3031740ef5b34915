/* check_sixteen.h - the tests of base/sixteen_bytes.h, for each of its two versions. */
#ifndef TESTS_CHECK_SIXTEEN_H
#define TESTS_CHECK_SIXTEEN_H

#include "base/sixteen_bytes.h"
#include "check.h"

/* Sixteen bytes with `c` in place `at`, and around it what could disturb it. */
static struct sixteen with(uint8_t around, size_t at, uint8_t c)
{
    uint8_t bytes[16];
    memset(bytes, around, sizeof bytes);
    bytes[at] = c;
    return sixteen_load(bytes);
}

TEST(each_byte_is_answered_for_itself)
{
    static const uint8_t around[] = {0,   1,    0x1f, 0x20, 'a',
                                     'z', 0x7f, 0x80, 0xff};
    static const struct {
        uint8_t first, last;
    } ranges[] = {{0, 0},     {0, 0x1f},  {0x20, 0x7f}, {'a', 'z'},
                  {'0', '9'}, {'"', '"'}, {0, 0x7f},    {0x7f, 0x7f}};
    for (size_t r = 0; r < sizeof ranges / sizeof *ranges; r++)
        for (size_t a = 0; a < sizeof around; a++)
            for (size_t at = 0; at < 16; at++)
                for (unsigned c = 0; c < 256; c++) {
                    struct sixteen x = with(around[a], at, (uint8_t)c);
                    uint8_t first = ranges[r].first, last = ranges[r].last;
                    unsigned yes = sixteen_bits(sixteen_range(x, first, last));
                    bool other = around[a] >= first && around[a] <= last;
                    CHECK_EQ(yes >> at & 1, c >= first && c <= last);
                    CHECK_EQ(yes & ~(1u << at),
                             (other ? 0xffffu : 0) & ~(1u << at));
                }
}

TEST(equal_and_high_bytes)
{
    for (size_t at = 0; at < 16; at++)
        for (unsigned c = 0; c < 256; c++) {
            struct sixteen x = with('x', at, (uint8_t)c);
            CHECK_EQ(sixteen_bits(sixteen_equal(x, '\\')) >> at & 1, c == '\\');
            CHECK_EQ(sixteen_bits(sixteen_equal(x, 0xe2)) >> at & 1, c == 0xe2);
            CHECK_EQ(sixteen_bits(x), c >= 0x80 ? 1u << at : 0);
        }
}

TEST(answers_are_put_together)
{
    uint8_t bytes[17] = {0}, copy[16];
    for (uint8_t i = 0; i < 16; i++)
        bytes[i + 1] = (uint8_t)(i * 16 + i);
    struct sixteen x = sixteen_load(bytes + 1);
    struct sixteen low = sixteen_range(x, 0, 0x50);
    struct sixteen high = sixteen_range(x, 0x30, 0x7f);
    CHECK_EQ(sixteen_bits(low), 0x1f);
    CHECK_EQ(sixteen_bits(high), 0xf8);
    CHECK_EQ(sixteen_bits(sixteen_or(low, high)), 0xff);
    CHECK_EQ(sixteen_bits(sixteen_and(low, high)), 0x18);
    sixteen_store(copy, sixteen_or(x, sixteen_of(0x20)));
    for (size_t i = 0; i < 16; i++)
        CHECK_EQ(copy[i], bytes[i + 1] | 0x20);
}

RUN(T(each_byte_is_answered_for_itself), T(equal_and_high_bytes),
    T(answers_are_put_together))

#endif
