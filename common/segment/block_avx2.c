/* AVX2: block_kernels.h. */
#include "segment/block_kernels.h"

#ifdef __AVX2__
#include <immintrin.h>

enum {
    LANES = 8,
    WIDTH_MAX = 25, /* with the bits before it, in four bytes */
};

/* Eight numbers are `width` bytes. Each half of a vector gets four of them, each lane the
 * four bytes that hold its number; then each is shifted to its place. */
static void unpack_string(const uint8_t *data, const uint8_t *end,
                          unsigned width, size_t count, uint32_t *v)
{
    size_t i = 0;
    if (0 < width && width <= WIDTH_MAX) {
        const __m256i of_lane = _mm256_setr_epi32(0, 1, 2, 3, 0, 1, 2, 3);
        const __m256i begins = _mm256_setr_m128i(
            _mm_setzero_si128(), _mm_set1_epi32((int)(4 * width % 8)));
        __m256i bit = _mm256_add_epi32(
            begins, _mm256_mullo_epi32(of_lane, _mm256_set1_epi32((int)width)));
        __m256i shifts = _mm256_and_si256(bit, _mm256_set1_epi32(7));
        __m256i bytes = _mm256_mullo_epi32(_mm256_srli_epi32(bit, 3),
                                           _mm256_set1_epi32(0x01010101));
        bytes = _mm256_add_epi8(bytes, _mm256_set1_epi32(0x03020100));
        __m256i mask = _mm256_set1_epi32((int)mask_of(width));
        const uint8_t *at = data;
        for (; i + LANES <= count; i += LANES, at += width) {
            const uint8_t *second = at + 4 * width / 8;
            if (end - second < 16)
                break;
            __m256i x =
                _mm256_loadu2_m128i((const void *)second, (const void *)at);
            x = _mm256_srlv_epi32(_mm256_shuffle_epi8(x, bytes), shifts);
            _mm256_storeu_si256((void *)(v + i), _mm256_and_si256(x, mask));
        }
    }
    unpack_rest(data, end, width, i, count, v);
}

static bool add_up(uint32_t next, const uint32_t *gap, size_t count,
                   uint32_t *out)
{
    const __m256i last = _mm256_set1_epi32(7), fourth = _mm256_set1_epi32(3);
    const __m256i one = _mm256_set1_epi32(1);
    __m256i any = _mm256_setzero_si256();
    __m256i before = _mm256_set1_epi32((int)(next - 1));
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        __m256i x = _mm256_loadu_si256((const void *)(gap + i));
        any = _mm256_or_si256(any, x);
        x = _mm256_add_epi32(x, one);
        x = _mm256_add_epi32(x, _mm256_slli_si256(x, 4));
        x = _mm256_add_epi32(x, _mm256_slli_si256(x, 8));
        __m256i low = _mm256_permutevar8x32_epi32(x, fourth);
        x = _mm256_add_epi32(
            x, _mm256_blend_epi32(_mm256_setzero_si256(), low, 0xf0));
        _mm256_storeu_si256((void *)(out + i), _mm256_add_epi32(x, before));
        before = _mm256_add_epi32(before, _mm256_permutevar8x32_epi32(x, last));
    }
    uint32_t all =
        _mm256_testz_si256(any, _mm256_set1_epi32(-GAP_SMALL)) ? 0 : UINT32_MAX;
    uint32_t sum = (uint32_t)_mm256_cvtsi256_si32(before);
    for (; i < count; i++) {
        all |= gap[i];
        sum += gap[i] + 1;
        out[i] = sum;
    }
    return sums_rise(next, all, out, count);
}

const struct block_kernels block_avx2 = {unpack_string, add_up};
#endif
