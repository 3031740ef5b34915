/* AVX-512 with VPOPCNTDQ: bits.h. */
#include "base/bits_kernels.h"

#ifdef __AVX512VPOPCNTDQ__
#include <immintrin.h>

enum { LANES = 8 };

static inline __mmask8 first_lanes(size_t n)
{
    return (__mmask8)(n < LANES ? (1u << n) - 1 : 0xff);
}

static uint64_t count(const uint8_t *words, size_t n)
{
    __m512i sums = _mm512_setzero_si512();
    for (size_t i = 0; i < n; i += LANES) {
        __m512i x = _mm512_maskz_loadu_epi64(first_lanes(n - i), words + 8 * i);
        sums = _mm512_add_epi64(sums, _mm512_popcnt_epi64(x));
    }
    return (uint64_t)_mm512_reduce_add_epi64(sums);
}

static uint64_t count_first(const uint8_t *words, size_t n)
{
    uint64_t last = n % 64 ? first_of_word(words, n) : 0;
    return count(words, n / 64) + (uint64_t)_mm_cvtsi128_si64(_mm_popcnt_epi64(
                                      _mm_cvtsi64_si128((long long)last)));
}

static uint64_t count_both(const uint8_t *a, const uint8_t *b, size_t n)
{
    __m512i sums = _mm512_setzero_si512();
    for (size_t i = 0; i < n; i += LANES) {
        __mmask8 lanes = first_lanes(n - i);
        __m512i x = _mm512_maskz_loadu_epi64(lanes, a + 8 * i);
        __m512i y = _mm512_maskz_loadu_epi64(lanes, b + 8 * i);
        x = _mm512_popcnt_epi64(_mm512_and_si512(x, y));
        sums = _mm512_add_epi64(sums, x);
    }
    return (uint64_t)_mm512_reduce_add_epi64(sums);
}

const struct bits_kernels bits_avx512 = {count, count_first, count_both};
#endif
