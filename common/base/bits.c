#include "base/bits.h"

#include "base/bits_kernels.h"
#include "base/cpu.h"

/* Hacker's Delight (Warren 2012), 5-1. */
static inline uint64_t bits_in(uint64_t word)
{
    word -= word >> 1 & UINT64_C(0x5555555555555555);
    word = (word & UINT64_C(0x3333333333333333)) +
           (word >> 2 & UINT64_C(0x3333333333333333));
    word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return word * UINT64_C(0x0101010101010101) >> 56;
}

static uint64_t count_plain(const uint8_t *words, size_t count)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < count; i++)
        bits += bits_in(load_u64(words + 8 * i));
    return bits;
}

static uint64_t count_first_plain(const uint8_t *words, size_t bits)
{
    uint64_t in_last = bits % 64 ? bits_in(first_of_word(words, bits)) : 0;
    return count_plain(words, bits / 64) + in_last;
}

static uint64_t count_both_plain(const uint8_t *a, const uint8_t *b,
                                 size_t count)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < count; i++)
        bits += bits_in(load_u64(a + 8 * i) & load_u64(b + 8 * i));
    return bits;
}

const struct bits_kernels bits_plain = {count_plain, count_first_plain,
                                        count_both_plain};

static const struct bits_kernels *kernels(void)
{
#ifdef __x86_64__
    static const struct bits_kernels *const of_level[CPU_LEVELS] = {
        &bits_plain, &bits_popcnt, &bits_popcnt, &bits_avx512};
    return of_level[cpu_level()];
#else
    return &bits_plain;
#endif
}

uint64_t bits_count(const void *words, size_t count)
{
    return kernels()->count(words, count);
}

uint64_t bits_count_first(const void *words, size_t bits)
{
    return kernels()->count_first(words, bits);
}

uint64_t bits_count_both(const void *a, const void *b, size_t count)
{
    return kernels()->count_both(a, b, count);
}
