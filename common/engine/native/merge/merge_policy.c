#include "engine/native/merge/merge_policy.h"

/* Doc ids are 32 bits, and the last one is no document. */
static const uint64_t DOCS_MAX = UINT32_MAX - 1;

enum { TIERS = 8 }; /* 2^20 * 8^6 is more than MERGE_BYTES_MAX */

static unsigned tier_of(uint64_t bytes)
{
    unsigned tier = 0;
    for (uint64_t end = MERGE_FLOOR_BYTES; bytes >= end && tier < TIERS - 1;
         end *= MERGE_FAN)
        tier++;
    return tier;
}

static uint64_t articles_of(const struct merge_candidate *c)
{
    return (uint64_t)c->docs + c->archived;
}

static void choose_none(struct merge_candidate *candidate, size_t count)
{
    for (size_t i = 0; i < count; i++)
        candidate[i].chosen = false;
}

/* Add the segments of a tier to what is chosen, as far as one segment can hold them. */
static size_t choose_of_tier(struct merge_candidate *candidate, size_t count,
                             unsigned tier, uint64_t *bytes, uint64_t *articles)
{
    size_t chosen = 0;
    for (size_t i = 0; i < count; i++) {
        struct merge_candidate *c = &candidate[i];
        if (tier_of(c->bytes) != tier || *bytes + c->bytes > MERGE_BYTES_MAX ||
            *articles + articles_of(c) > DOCS_MAX)
            continue;
        c->chosen = true;
        *bytes += c->bytes;
        *articles += articles_of(c);
        chosen++;
    }
    return chosen;
}

bool merge_choose_tier(struct merge_candidate *candidate, size_t count)
{
    size_t in_tier[TIERS] = {0};
    for (size_t i = 0; i < count; i++)
        in_tier[tier_of(candidate[i].bytes)]++;
    for (unsigned tier = 0; tier < TIERS; tier++) {
        uint64_t bytes = 0, articles = 0;
        choose_none(candidate, count);
        if (in_tier[tier] < MERGE_FAN ||
            choose_of_tier(candidate, count, tier, &bytes, &articles) <
                MERGE_FAN)
            continue;
        /* Its result would be merged again at once: write it once. */
        for (unsigned above = tier + 1;
             above < TIERS && in_tier[above] + 1 >= MERGE_FAN; above++)
            choose_of_tier(candidate, count, above, &bytes, &articles);
        return true;
    }
    choose_none(candidate, count);
    return false;
}

bool merge_choose_dead(struct merge_candidate *candidate, size_t count)
{
    choose_none(candidate, count);
    for (size_t i = 0; i < count; i++) {
        struct merge_candidate *c = &candidate[i];
        if (c->docs - c->live <= c->docs / 4)
            continue;
        c->chosen = true;
        return true;
    }
    return false;
}
