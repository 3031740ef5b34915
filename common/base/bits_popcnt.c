/* POPCNT: bits.h. */
#include "base/bits_kernels.h"

#ifdef __POPCNT__
static uint64_t count(const uint8_t *words, size_t n)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < n; i++)
        bits += (uint64_t)__builtin_popcountll(load_u64(words + 8 * i));
    return bits;
}

static uint64_t count_first(const uint8_t *words, size_t n)
{
    uint64_t last = n % 64 ? first_of_word(words, n) : 0;
    return count(words, n / 64) + (uint64_t)__builtin_popcountll(last);
}

static uint64_t count_both(const uint8_t *a, const uint8_t *b, size_t n)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < n; i++)
        bits += (uint64_t)__builtin_popcountll(load_u64(a + 8 * i) &
                                               load_u64(b + 8 * i));
    return bits;
}

const struct bits_kernels bits_popcnt = {count, count_first, count_both};
#endif
