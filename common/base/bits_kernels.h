/* bits_kernels.h - the paths of bits.h. */
#ifndef BASE_BITS_KERNELS_H
#define BASE_BITS_KERNELS_H

#include "base/bits.h"
#include "base/bytes.h"

struct bits_kernels {
    uint64_t (*count)(const uint8_t *words, size_t count);
    uint64_t (*count_first)(const uint8_t *words, size_t bits);
    uint64_t (*count_both)(const uint8_t *a, const uint8_t *b, size_t count);
};

/* Of word `bits` / 64, those in front. */
static inline uint64_t first_of_word(const uint8_t *words, size_t bits)
{
    return load_u64(words + bits / 64 * 8) & ((UINT64_C(1) << bits % 64) - 1);
}

extern const struct bits_kernels bits_plain;
#ifdef __x86_64__
extern const struct bits_kernels bits_popcnt, bits_avx512;
#endif

#endif
