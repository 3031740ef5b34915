/* score_kernels.h - what scoring does to many numbers at once: one table of functions for
 * each path of base/cpu.h, all with the same results, to the bit.
 *
 * Scores are below 2^31 (pruned.c sees to it).
 */
#ifndef ENGINE_NATIVE_SEARCH_SCORE_KERNELS_H
#define ENGINE_NATIVE_SEARCH_SCORE_KERNELS_H

#include "base/cpu.h"
#include "engine/native/read/score_scale.h"

#include <stddef.h>

struct score_kernels {
    /* units[i] = score_of_posting(.., frequency[i], doc[i]). */
    void (*score)(const struct score_scale *scale, float weight,
                  const uint32_t *frequency, const doc_id *doc, size_t count,
                  uint32_t *units);
    /* Bit i of mask[]: units[i] >= least; the rest of its last word is 0. */
    void (*enough)(const uint32_t *units, size_t count, uint32_t least,
                   uint64_t *mask);
    /* How many of rising documents are before this one. */
    uint32_t (*below)(const doc_id *doc, uint32_t count, doc_id target);
};

extern const struct score_kernels score_plain;
#ifdef __x86_64__
extern const struct score_kernels score_avx2, score_avx512;
#endif

/* Of the path that was chosen. */
static inline const struct score_kernels *score_kernels(void)
{
#ifdef __x86_64__
    static const struct score_kernels *const of_level[CPU_LEVELS] = {
        &score_plain, &score_plain, &score_avx2, &score_avx512};
    return of_level[cpu_level()];
#else
    return &score_plain;
#endif
}

/* --- for those that have nothing faster, from number `i` on --- */

static inline void score_rest(const struct score_scale *scale, float weight,
                              const uint32_t *frequency, const doc_id *doc,
                              size_t i, size_t count, uint32_t *units)
{
    for (; i < count; i++)
        units[i] = score_of_posting(scale, weight, frequency[i], doc[i]);
}

static inline uint32_t below_rest(const doc_id *doc, uint32_t i, uint32_t count,
                                  doc_id target)
{
    uint32_t below = 0;
    for (; i < count; i++)
        below += doc[i] < target;
    return below;
}

static inline uint64_t enough_of_word(const uint32_t *units, size_t count,
                                      uint32_t least)
{
    uint64_t mask = 0;
    for (size_t i = 0; i < count; i++)
        mask |= (uint64_t)(units[i] >= least) << i;
    return mask;
}

#endif
