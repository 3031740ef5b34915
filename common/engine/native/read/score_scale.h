/* score_scale.h - from what a segment has written down to what the articles of a
 * snapshot score: contributions, and bounds of them.
 *
 * A contribution is (uint32_t)(weight * bm25_tf(tf, length, k)) with the `k` of the
 * snapshot. A block's best is a byte b so that bm25_tf() with the `k` of the segment when
 * it was written was at most b / 255.0f for each posting of the block. Both k have one base;
 * per_word is inverse to the average length. With
 *
 *     s = tf / (tf + K)   and   K' <= c * K  or  K' >= K / c,   c >= 1
 *
 * tf / (tf + K') is at least s / (s + c * (1 - s)), and at most c * s / (1 + s * (c - 1)):
 * both fractions rise with s. When the average has grown by the factor c, K' >= K / c;
 * when it shrank, K' <= c * K, and an old bound is still one.
 *
 * Rounding: bm25_tf() is seven correctly rounded operations on positive numbers, those
 * that make k another four: each of the two shares is less than 2^-20 of itself away
 * from the real one. So is c. `most` and `least` give way by 2^-18; `most` stays at
 * most 1, which bm25_tf() never exceeds, for f + norm is not below f. Then products with
 * one weight, rounded and cut to whole numbers, are in the order of the shares: both
 * operations never turn an order around.
 */
#ifndef ENGINE_NATIVE_READ_SCORE_SCALE_H
#define ENGINE_NATIVE_READ_SCORE_SCALE_H

#include "segment/bm25.h"
#include "segment/doc_iter.h"

struct score_bounds {
    float most[256];  /* no posting of a block with this best has more */
    float least[256]; /* the best posting of the block has so much */
};

void score_bounds_of(struct bm25_k written, struct bm25_k now,
                     struct score_bounds *out);

struct score_scale {
    const uint32_t *lengths;
    struct bm25_k k;
    const struct score_bounds *bounds;
};

/* Of a word: less than 2^31 (docs/ranking.md), so that a signed conversion will do. */
static inline uint32_t score_units(float weight, float share)
{
    return (uint32_t)(int32_t)(weight * share);
}

static inline uint32_t score_of_posting(const struct score_scale *scale,
                                        float weight, uint32_t frequency,
                                        doc_id doc)
{
    return score_units(weight,
                       bm25_tf(frequency, scale->lengths[doc], scale->k));
}

#endif
