/* All that are in a block pass its sieve, and of the others few. */
#include "engine/native/lists/sieve.h"

#include "check.h"

enum { ROUNDS = 200, ASKED = 4096 };

TEST(documents_of_the_block_pass)
{
    uint64_t seed = 61;
    for (int round = 0; round < ROUNDS; round++) {
        struct sieve sieve;
        doc_id doc[SEGMENT_BLOCK];
        uint32_t count = (uint32_t)rng_below(&seed, SEGMENT_BLOCK + 1);
        for (uint32_t i = 0; i < count; i++)
            doc[i] = (doc_id)rng_next(&seed) >> rng_below(&seed, 24);
        sieve_fill(&sieve, doc, count);
        for (uint32_t i = 0; i < count; i++)
            CHECK(sieve_passes(&sieve, doc[i]));
    }
}

TEST(few_others_pass)
{
    struct sieve sieve;
    doc_id doc[SEGMENT_BLOCK];
    uint32_t passed = 0;
    for (uint32_t i = 0; i < SEGMENT_BLOCK; i++)
        doc[i] = 1000 + 7 * i;
    sieve_fill(&sieve, doc, SEGMENT_BLOCK);
    for (doc_id i = 0; i < ASKED; i++)
        passed += sieve_passes(&sieve, i);
    /* each bit of it stands for as many of those that are asked */
    CHECK_EQ(passed, SEGMENT_BLOCK * (ASKED / (64 * SIEVE_WORDS)));
    sieve_fill(&sieve, doc, 0);
    for (doc_id i = 0; i < ASKED; i++)
        CHECK(!sieve_passes(&sieve, i));
}

RUN(T(documents_of_the_block_pass), T(few_others_pass))
