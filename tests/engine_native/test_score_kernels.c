/* Each path of scoring gives what score_of_posting() gives, in memory of exactly the size
 * that it may read and write. */
#include "engine/native/search/score_kernels.h"

#include "check.h"

enum { DOCS = 1000, MOST = 300 };

static void each_level(void (*check)(const struct score_kernels *,
                                     const char *name, uint64_t seed))
{
    enum cpu_level before = cpu_level();
    for (int i = 0; i < CPU_LEVELS; i++) {
        enum cpu_level level = (enum cpu_level)i;
        if (cpu_use(level))
            check(score_kernels(), cpu_level_name(level), 63);
        else
            printf("no %s here\n", cpu_level_name(level));
    }
    CHECK(cpu_use(before));
}

/* Small numbers most often, and every size of large ones. */
static uint32_t some_number(uint64_t *seed)
{
    return (uint32_t)rng_next(seed) >> (rng_below(seed, 2) ? 25 : 0) >>
           rng_below(seed, 8);
}

static void check_scores(const struct score_kernels *kernels, const char *name,
                         uint64_t seed)
{
    uint32_t *lengths = malloc(DOCS * sizeof *lengths);
    CHECK(lengths);
    for (size_t count = 0; count < MOST; count++) {
        size_t size = count * sizeof(uint32_t);
        uint32_t *frequency = malloc(size + !size), *doc = malloc(size + !size),
                 *units = malloc(size + !size);
        struct score_scale scale = {.lengths = lengths,
                                    .k = bm25_k_of(rng_below(&seed, 1 << 20),
                                                   1 + rng_below(&seed, 1000))};
        float weight = (float)some_number(&seed) / 4;
        CHECK(frequency && doc && units);
        for (size_t i = 0; i < DOCS; i++)
            lengths[i] = some_number(&seed);
        for (size_t i = 0; i < count; i++) {
            frequency[i] = some_number(&seed) | 1;
            doc[i] = rng_below(&seed, DOCS);
        }
        kernels->score(&scale, weight, frequency, doc, count, units);
        for (size_t i = 0; i < count; i++) {
            uint32_t want =
                score_of_posting(&scale, weight, frequency[i], doc[i]);
            CHECK_MSG(units[i] == want, "%s, %zu of %zu: %u, want %u", name, i,
                      count, units[i], want);
        }
        free(frequency);
        free(doc);
        free(units);
    }
    free(lengths);
}

static void check_masks(const struct score_kernels *kernels, const char *name,
                        uint64_t seed)
{
    for (size_t count = 0; count < MOST; count++) {
        size_t size = count * sizeof(uint32_t), words = (count + 63) / 64;
        uint32_t *units = malloc(size + !size);
        uint64_t *mask = malloc(words * sizeof *mask + !words);
        uint32_t least = rng_below(&seed, 1u << rng_below(&seed, 31));
        CHECK(units && mask);
        for (size_t i = 0; i < count; i++)
            units[i] = rng_below(&seed, 3)
                           ? rng_below(&seed, least + 1)
                           : least + rng_below(&seed, INT32_MAX - least);
        kernels->enough(units, count, least, mask);
        for (size_t i = 0; i < 64 * words; i++) {
            bool want = i < count && units[i] >= least;
            CHECK_MSG((mask[i / 64] >> i % 64 & 1) == want,
                      "%s, %zu of %zu: not %d", name, i, count, want);
        }
        free(units);
        free(mask);
    }
}

static void check_places(const struct score_kernels *kernels, const char *name,
                         uint64_t seed)
{
    for (uint32_t count = 0; count < MOST; count++) {
        doc_id *doc = malloc(count * sizeof *doc + !count);
        doc_id next = rng_below(&seed, 2) ? 0 : INT32_MAX - 2 * MOST;
        CHECK(doc);
        for (uint32_t i = 0; i < count; i++)
            doc[i] = next += 1 + rng_below(&seed, 6);
        for (uint32_t i = 0; i < count; i++)
            for (doc_id target = doc[i] - 1; target <= doc[i] + 1; target++) {
                uint32_t want = i + (target > doc[i]);
                uint32_t got = kernels->below(doc, count, target);
                if (target < doc[i] && i > 0)
                    want -= target <= doc[i - 1];
                CHECK_MSG(got == want, "%s, %u of %u: %u, want %u", name, i,
                          count, got, want);
            }
        CHECK_EQ(kernels->below(doc, count, 0), 0);
        CHECK_EQ(kernels->below(doc, count, UINT32_MAX), count);
        free(doc);
    }
}

TEST(postings_are_scored_alike)
{
    each_level(check_scores);
}

TEST(what_has_enough_is_told_alike)
{
    each_level(check_masks);
}

TEST(documents_are_found_alike)
{
    each_level(check_places);
}

RUN(T(postings_are_scored_alike), T(what_has_enough_is_told_alike),
    T(documents_are_found_alike))
