#include "base/bits.h"
#include "base/cpu.h"

#include "check.h"

static uint64_t count_slowly(const uint8_t *a, const uint8_t *b, size_t words)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < words * 64; i++)
        bits += a[i / 8] >> i % 8 & b[i / 8] >> i % 8 & 1;
    return bits;
}

/* In memory of exactly their size, at odd addresses, too. */
static void check_counts(uint64_t seed)
{
    for (int round = 0; round < 400; round++) {
        size_t words = rng_below(&seed, 40), shift = rng_below(&seed, 8);
        uint8_t *a = malloc(words * 8 + shift + 1);
        uint8_t *b = malloc(words * 8 + shift + 1);
        CHECK(a && b);
        uint8_t *from_a = a + 1 + shift, *from_b = b + 1 + shift;
        for (size_t i = 0; i < words * 8; i++) {
            from_a[i] = (uint8_t)rng_next(&seed);
            from_b[i] = (uint8_t)rng_next(&seed);
        }
        CHECK_EQ(bits_count(from_a, words),
                 count_slowly(from_a, from_a, words));
        CHECK_EQ(bits_count_both(from_a, from_b, words),
                 count_slowly(from_a, from_b, words));
        size_t first = rng_below(&seed, (uint32_t)words * 64 + 1);
        uint64_t want = 0;
        for (size_t i = 0; i < first; i++)
            want += from_a[i / 8] >> i % 8 & 1;
        CHECK_EQ(bits_count_first(from_a, first), want);
        free(a);
        free(b);
    }
}

TEST(bits_are_counted_alike_on_every_path)
{
    enum cpu_level before = cpu_level();
    for (int level = 0; level < CPU_LEVELS; level++)
        if (cpu_use((enum cpu_level)level))
            check_counts(9);
        else
            printf("no %s here\n", cpu_level_name((enum cpu_level)level));
    CHECK(cpu_use(before));
}

TEST(every_machine_has_the_plain_path)
{
    enum cpu_level before = cpu_level();
    CHECK(cpu_use(CPU_PLAIN));
    CHECK_EQ(cpu_level(), CPU_PLAIN);
    CHECK(cpu_use(before));
    CHECK_EQ(cpu_level(), before);
}

RUN(T(bits_are_counted_alike_on_every_path),
    T(every_machine_has_the_plain_path))
