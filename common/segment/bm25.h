/* bm25.h - the part of the score that depends on the article: tf / (tf + K).
 *
 * Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond"
 * (2009); docs/ranking.md has the whole formula and why it is in single precision.
 * The encoder of block maxima and the evaluator share it, so that a maximum bounds.
 * Everything here is one correctly rounded operation after another: no contraction
 * into multiply-add, the same result on every machine.
 */
#ifndef SEGMENT_BM25_H
#define SEGMENT_BM25_H

#include <stdint.h>

#define BM25_K1 2.0f
#define BM25_B 0.75f

/* K of an article is k.base + k.per_word * length. */
struct bm25_k {
    float base, per_word;
};

/* `words` in `articles` live articles; both 0 for an empty index. */
static inline struct bm25_k bm25_k_of(uint64_t words, uint64_t articles)
{
    float average = words ? (float)((double)words / (double)articles) : 1.0f;
    return (struct bm25_k){BM25_K1 * (1.0f - BM25_B),
                           BM25_K1 * BM25_B / average};
}

/* 0 <= result < 1. */
static inline float bm25_tf(uint32_t tf, uint32_t length, struct bm25_k k)
{
    float scaled = k.per_word * (float)length;
    float norm = k.base + scaled;
    float f = (float)tf;
    return f / (f + norm);
}

#endif
