/* sieve.h - which of some documents may be in a block of a list: few that are not pass.
 *
 * Cheaper than to seek them one by one, for there is no branch to guess.
 */
#ifndef ENGINE_NATIVE_LISTS_SIEVE_H
#define ENGINE_NATIVE_LISTS_SIEVE_H

#include "segment/postings.h"

#include <string.h>

/* Small where blocks are small, so that tests meet documents that pass by chance. */
enum { SIEVE_WORDS = SEGMENT_BLOCK == 8 ? 2 : 64 };

/* By the low bits of documents; neighbours are in different words. */
struct sieve {
    uint64_t word[SIEVE_WORDS];
};

static inline void sieve_fill(struct sieve *sieve, const doc_id *doc,
                              uint32_t count)
{
    memset(sieve, 0, sizeof *sieve);
    for (uint32_t i = 0; i < count; i++)
        sieve->word[doc[i] % SIEVE_WORDS] |= UINT64_C(1)
                                             << doc[i] / SIEVE_WORDS % 64;
}

static inline bool sieve_passes(const struct sieve *sieve, doc_id doc)
{
    return sieve->word[doc % SIEVE_WORDS] >> doc / SIEVE_WORDS % 64 & 1;
}

#endif
