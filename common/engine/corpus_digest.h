/* corpus_digest.h - a digest of a set of articles that can be kept up to date.
 *
 * The sum, modulo 2^128, of a hash of each (key, text digest): adding and removing
 * are one operation, and the order does not matter. Sums of hashes as in Bellare &
 * Micciancio, "A New Paradigm for Collision-Free Hashing" (EUROCRYPT 1997), AdHASH;
 * ours finds accidents, not adversaries. Every engine uses this one.
 */
#ifndef ENGINE_CORPUS_DIGEST_H
#define ENGINE_CORPUS_DIGEST_H

#include "doc/article.h"

struct corpus_digest {
    uint64_t high, low; /* zero: the empty set */
};

void corpus_digest_add(struct corpus_digest *sum, struct slice key,
                       const char digest[DIGEST_TEXT_SIZE]);
void corpus_digest_remove(struct corpus_digest *sum, struct slice key,
                          const char digest[DIGEST_TEXT_SIZE]);

/* 32 hexadecimal digits, and back; false for any other text. */
void corpus_digest_format(const struct corpus_digest *sum,
                          char out[DIGEST_TEXT_SIZE]);
bool corpus_digest_parse(const char text[DIGEST_TEXT_SIZE],
                         struct corpus_digest *out);

#endif
