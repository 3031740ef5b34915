/* AVX-512: score_kernels.h. */
#include "engine/native/search/score_kernels.h"

#ifdef __AVX512F__
#include <immintrin.h>

enum { LANES = 16 };

static inline __mmask16 first_lanes(size_t n)
{
    return (__mmask16)(n < LANES ? (1u << n) - 1 : 0xffff);
}

/* Without optimisation the gather is a macro, whose conversions are not ours. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
static __m512i gather(const void *from, __m512i at, __mmask16 lanes)
{
    return _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), lanes, at, from,
                                       4);
}
#pragma GCC diagnostic pop

static void score(const struct score_scale *scale, float weight,
                  const uint32_t *frequency, const doc_id *doc, size_t count,
                  uint32_t *units)
{
    const __m512 base = _mm512_set1_ps(scale->k.base);
    const __m512 per_word = _mm512_set1_ps(scale->k.per_word);
    /* A gather's numbers have a sign. */
    const __m512i middle = _mm512_set1_epi32(INT32_MIN);
    const void *lengths =
        (const void *)((uintptr_t)scale->lengths + (UINT64_C(4) << 31));
    for (size_t i = 0; i < count; i += LANES) {
        __mmask16 lanes = first_lanes(count - i);
        __m512i at = _mm512_maskz_loadu_epi32(lanes, doc + i);
        __m512i length = gather(lengths, _mm512_xor_si512(at, middle), lanes);
        __m512 f =
            _mm512_cvtepu32_ps(_mm512_maskz_loadu_epi32(lanes, frequency + i));
        __m512 norm = _mm512_add_ps(
            base, _mm512_mul_ps(per_word, _mm512_cvtepu32_ps(length)));
        __m512 share = _mm512_div_ps(f, _mm512_add_ps(f, norm));
        __m512i score =
            _mm512_cvttps_epi32(_mm512_mul_ps(_mm512_set1_ps(weight), share));
        _mm512_mask_storeu_epi32(units + i, lanes, score);
    }
}

static void enough(const uint32_t *units, size_t count, uint32_t least,
                   uint64_t *mask)
{
    const __m512i wanted = _mm512_set1_epi32((int)least);
    for (size_t i = 0; i < count; i += 64) {
        uint64_t word = 0;
        for (size_t k = i; k < i + 64 && k < count; k += LANES) {
            __mmask16 lanes = first_lanes(count - k);
            __m512i v = _mm512_maskz_loadu_epi32(lanes, units + k);
            word |= (uint64_t)_mm512_mask_cmpge_epu32_mask(lanes, v, wanted)
                    << (k - i);
        }
        *mask++ = word;
    }
}

static uint32_t below(const doc_id *doc, uint32_t count, doc_id target)
{
    const __m512i wanted = _mm512_set1_epi32((int)target);
    uint32_t below = 0;
    for (uint32_t i = 0; i < count; i += LANES) {
        __mmask16 lanes = first_lanes(count - i);
        __m512i v = _mm512_maskz_loadu_epi32(lanes, doc + i);
        below += (uint32_t)__builtin_popcount(
            _mm512_mask_cmplt_epu32_mask(lanes, v, wanted));
    }
    return below;
}

const struct score_kernels score_avx512 = {score, enough, below};
#endif
