/* AVX2: score_kernels.h. */
#include "engine/native/search/score_kernels.h"

#ifdef __AVX2__
#include <immintrin.h>

enum { LANES = 8 };

/* Correctly rounded, as a conversion in C: both halves are exact, and added up once. */
static inline __m256 float_of(__m256i v)
{
    __m256 high = _mm256_cvtepi32_ps(_mm256_srli_epi32(v, 16));
    __m256 low =
        _mm256_cvtepi32_ps(_mm256_and_si256(v, _mm256_set1_epi32(0xffff)));
    return _mm256_add_ps(_mm256_mul_ps(high, _mm256_set1_ps(65536)), low);
}

static void score(const struct score_scale *scale, float weight,
                  const uint32_t *frequency, const doc_id *doc, size_t count,
                  uint32_t *units)
{
    const __m256 base = _mm256_set1_ps(scale->k.base);
    const __m256 per_word = _mm256_set1_ps(scale->k.per_word);
    /* A gather's numbers have a sign. */
    const __m256i middle = _mm256_set1_epi32(INT32_MIN);
    const int *lengths =
        (const int *)((uintptr_t)scale->lengths + (UINT64_C(4) << 31));
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        __m256i at = _mm256_loadu_si256((const void *)(doc + i));
        __m256i length =
            _mm256_i32gather_epi32(lengths, _mm256_xor_si256(at, middle), 4);
        __m256 f = float_of(_mm256_loadu_si256((const void *)(frequency + i)));
        __m256 norm =
            _mm256_add_ps(base, _mm256_mul_ps(per_word, float_of(length)));
        __m256 share = _mm256_div_ps(f, _mm256_add_ps(f, norm));
        __m256i score =
            _mm256_cvttps_epi32(_mm256_mul_ps(_mm256_set1_ps(weight), share));
        _mm256_storeu_si256((void *)(units + i), score);
    }
    score_rest(scale, weight, frequency, doc, i, count, units);
}

/* The sign of a difference, as in score_plain.c. */
static inline uint64_t less_of_eight(const uint32_t *units, __m256i least)
{
    __m256i v = _mm256_loadu_si256((const void *)units);
    return (uint32_t)_mm256_movemask_ps(
        _mm256_castsi256_ps(_mm256_sub_epi32(v, least)));
}

static void enough(const uint32_t *units, size_t count, uint32_t least,
                   uint64_t *mask)
{
    const __m256i wanted = _mm256_set1_epi32((int)least);
    for (; count >= 64; count -= 64, units += 64) {
        uint64_t less = 0;
        for (int i = 0; i < 64; i += LANES)
            less |= less_of_eight(units + i, wanted) << i;
        *mask++ = ~less;
    }
    if (count)
        *mask = enough_of_word(units, count, least);
}

/* Lanes that are less count as -1. */
static uint32_t below(const doc_id *doc, uint32_t count, doc_id target)
{
    const __m256i middle = _mm256_set1_epi32(INT32_MIN);
    const __m256i wanted =
        _mm256_xor_si256(_mm256_set1_epi32((int)target), middle);
    __m256i sums = _mm256_setzero_si256();
    uint32_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        __m256i v = _mm256_loadu_si256((const void *)(doc + i));
        v = _mm256_cmpgt_epi32(wanted, _mm256_xor_si256(v, middle));
        sums = _mm256_sub_epi32(sums, v);
    }
    __m128i four = _mm_add_epi32(_mm256_castsi256_si128(sums),
                                 _mm256_extracti128_si256(sums, 1));
    four = _mm_add_epi32(four, _mm_unpackhi_epi64(four, four));
    four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 1));
    return (uint32_t)_mm_cvtsi128_si32(four) +
           below_rest(doc, i, count, target);
}

const struct score_kernels score_avx2 = {score, enough, below};
#endif
