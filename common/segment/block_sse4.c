/* SSE4: block_kernels.h. Tails by shuffles and multiplications gained a quarter when
 * they were long, and lost as much when they were short. */
#include "segment/block_kernels.h"

#ifdef __SSE4_1__
#include <smmintrin.h>

enum { LANES = 4 };

static bool add_up(uint32_t next, const uint32_t *gap, size_t count,
                   uint32_t *out)
{
    __m128i any = _mm_setzero_si128();
    __m128i before = _mm_set1_epi32((int)(next - 1));
    __m128i one = _mm_set1_epi32(1);
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        __m128i x = _mm_loadu_si128((const void *)(gap + i));
        any = _mm_or_si128(any, x);
        x = _mm_add_epi32(x, one);
        x = _mm_add_epi32(x, _mm_slli_si128(x, 4));
        x = _mm_add_epi32(x, _mm_slli_si128(x, 8));
        _mm_storeu_si128((void *)(out + i), _mm_add_epi32(x, before));
        before = _mm_add_epi32(before, _mm_shuffle_epi32(x, 0xff));
    }
    any = _mm_or_si128(any, _mm_srli_si128(any, 8));
    any = _mm_or_si128(any, _mm_srli_si128(any, 4));
    uint32_t all = (uint32_t)_mm_cvtsi128_si32(any);
    uint32_t sum = (uint32_t)_mm_cvtsi128_si32(before);
    for (; i < count; i++) {
        all |= gap[i];
        sum += gap[i] + 1;
        out[i] = sum;
    }
    return sums_rise(next, all, out, count);
}

const struct block_kernels block_sse4 = {block_unpack_string, add_up};
#endif
