#include "engine/native/merge/merge_policy.h"

#include "check.h"

enum { MOST = 4096 };

static struct merge_candidate clean(uint64_t bytes)
{
    uint32_t docs = (uint32_t)(bytes / 1000 + 1);
    return (struct merge_candidate){.bytes = bytes, .docs = docs, .live = docs};
}

static size_t chosen(const struct merge_candidate *candidate, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += candidate[i].chosen;
    return n;
}

TEST(nothing_is_merged_where_there_is_little)
{
    struct merge_candidate c[MERGE_FAN];
    CHECK(!merge_choose_tier(c, 0));
    CHECK(!merge_choose_dead(c, 0));
    for (size_t i = 0; i < MERGE_FAN - 1; i++)
        c[i] = clean(10 + i);
    CHECK(!merge_choose_tier(c, MERGE_FAN - 1));
    CHECK(!merge_choose_dead(c, MERGE_FAN - 1));
    CHECK_EQ(chosen(c, MERGE_FAN - 1), 0);
}

TEST(a_full_tier_is_merged_and_others_are_left)
{
    struct merge_candidate c[MERGE_FAN + 3];
    c[0] = clean(MERGE_FLOOR_BYTES * 100);
    c[1] = clean(MERGE_FLOOR_BYTES);
    c[2] = clean(MERGE_FLOOR_BYTES * MERGE_FAN);
    for (size_t i = 3; i < MERGE_FAN + 3; i++)
        c[i] = clean(MERGE_FLOOR_BYTES - i);
    CHECK(merge_choose_tier(c, MERGE_FAN + 3));
    CHECK(!c[0].chosen && !c[1].chosen && !c[2].chosen);
    CHECK_EQ(chosen(c, MERGE_FAN + 3), MERGE_FAN);
}

/* What would be merged again at once is merged with it. */
TEST(a_merge_that_fills_the_next_tier_takes_it_along)
{
    struct merge_candidate c[2 * MERGE_FAN];
    size_t n = 0;
    while (n < MERGE_FAN)
        c[n++] = clean(MERGE_FLOOR_BYTES / 2);
    while (n < 2 * MERGE_FAN - 1)
        c[n++] = clean(MERGE_FLOOR_BYTES * 2);
    CHECK(merge_choose_tier(c, n));
    CHECK_EQ(chosen(c, n), n);
    CHECK(merge_choose_tier(c, n - 1));
    CHECK_EQ(chosen(c, n - 1), MERGE_FAN);
}

TEST(one_segment_never_gets_more_than_it_can_hold)
{
    struct merge_candidate c[2 * MERGE_FAN];
    for (size_t i = 0; i < 2 * MERGE_FAN; i++)
        c[i] = clean(MERGE_BYTES_MAX / 4);
    CHECK(!merge_choose_tier(c, 2 * MERGE_FAN));
    CHECK_EQ(chosen(c, 2 * MERGE_FAN), 0);
    /* In articles, too: old versions count. */
    for (size_t i = 0; i < 2 * MERGE_FAN; i++)
        c[i] = (struct merge_candidate){.bytes = MERGE_FLOOR_BYTES,
                                        .docs = 1,
                                        .live = 1,
                                        .archived = UINT32_MAX / MERGE_FAN - 2};
    CHECK(merge_choose_tier(c, 2 * MERGE_FAN));
    CHECK_EQ(chosen(c, 2 * MERGE_FAN), MERGE_FAN);
    for (size_t i = 0; i < 2 * MERGE_FAN; i++)
        c[i].archived *= 2;
    CHECK(!merge_choose_tier(c, 2 * MERGE_FAN));
}

TEST(more_than_a_quarter_dead_is_rewritten)
{
    const struct {
        uint32_t docs, live;
        bool rewritten;
    } rows[] = {{0, 0, false},
                {1, 1, false},
                {1, 0, true},
                {4, 3, false},
                {4, 2, true},
                {100, 75, false},
                {100, 74, true},
                {100, 0, true},
                {UINT32_MAX, 0, true},
                {3, 2, true},
                {UINT32_MAX, UINT32_MAX, false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct merge_candidate c[3] = {clean(5), clean(7), clean(9)};
        c[1].docs = rows[i].docs;
        c[1].live = rows[i].live;
        CHECK_MSG(merge_choose_dead(c, 3) == rows[i].rewritten, "row %zu", i);
        CHECK(!c[0].chosen && !c[2].chosen);
        CHECK_EQ(c[1].chosen, rows[i].rewritten);
    }
}

/* --- many nights --- */

struct archive {
    struct merge_candidate segment[MOST];
    size_t count, most;
    uint64_t added, written;
};

static void merge(struct archive *a)
{
    struct merge_candidate merged = {0};
    size_t kept = 0;
    for (size_t i = 0; i < a->count; i++) {
        struct merge_candidate *c = &a->segment[i];
        if (!c->chosen) {
            a->segment[kept++] = *c;
            continue;
        }
        /* The dead become old versions, without their postings. */
        uint32_t dead = c->docs - c->live;
        merged.bytes += c->bytes - c->bytes / 2 * dead / (c->docs + 1);
        merged.docs += c->live;
        merged.live += c->live;
        merged.archived += c->archived + dead;
    }
    a->count = kept;
    a->segment[a->count++] = merged;
    a->written += merged.bytes;
}

static void settle(struct archive *a)
{
    while (merge_choose_tier(a->segment, a->count))
        merge(a);
    while (merge_choose_dead(a->segment, a->count))
        merge(a);
    if (a->count > a->most)
        a->most = a->count;
}

static void add(struct archive *a, uint64_t bytes)
{
    a->segment[a->count++] = clean(bytes);
    a->added += bytes;
    a->written += bytes;
}

static unsigned tiers(uint64_t bytes)
{
    unsigned n = 1;
    for (uint64_t end = MERGE_FLOOR_BYTES; bytes >= end; end *= MERGE_FAN)
        n++;
    return n;
}

TEST(after_a_thousand_nights_segments_are_few_and_writes_too)
{
    const uint64_t nightly[] = {MERGE_FLOOR_BYTES / 16, MERGE_FLOOR_BYTES,
                                5000000, 60000000};
    for (size_t n = 0; n < sizeof nightly / sizeof *nightly; n++) {
        static struct archive a;
        uint64_t rng = 7;
        memset(&a, 0, sizeof a);
        for (int night = 0; night < 1000; night++) {
            add(&a, nightly[n] / 2 +
                        rng_below(&rng, (uint32_t)nightly[n])); /* varying */
            settle(&a);
        }
        unsigned most = tiers(a.added);
        CHECK_MSG(a.most <= most * (MERGE_FAN - 1), "%zu segments, %u tiers",
                  a.most, most);
        /* Once on its way in, and once for each tier. The lowest one is rewritten for
         * each MERGE_FAN - 1 nights, until it is full. */
        double low =
            (double)MERGE_FLOOR_BYTES / (double)(nightly[n] * (MERGE_FAN - 1));
        double amplification = (double)a.written / (double)a.added;
        CHECK_MSG(amplification <= 1 + most + low, "%f for %llu", amplification,
                  (unsigned long long)nightly[n]);
        print_message(
            "nightly %llu: %zu segments at most, written %.1f times\n",
            (unsigned long long)nightly[n], a.most, amplification);
    }
}

/* A tenth of each night replaces articles of any night before. */
TEST(the_dead_of_a_thousand_nights_never_pile_up)
{
    static struct archive a;
    uint64_t rng = 11;
    memset(&a, 0, sizeof a);
    for (int night = 0; night < 1000; night++) {
        add(&a, 5000000);
        for (int i = 0; i < 500; i++) {
            struct merge_candidate *c =
                &a.segment[rng_below(&rng, (uint32_t)a.count)];
            c->live -= c->live > 0;
        }
        settle(&a);
        for (size_t i = 0; i < a.count; i++)
            CHECK(a.segment[i].docs - a.segment[i].live <=
                  a.segment[i].docs / 4);
    }
    CHECK_MSG(a.most <= 7 * (MERGE_FAN - 1), "%zu", a.most);
    CHECK_MSG((double)a.written / (double)a.added <= 12, "%f",
              (double)a.written / (double)a.added);
}

RUN(T(nothing_is_merged_where_there_is_little),
    T(a_full_tier_is_merged_and_others_are_left),
    T(a_merge_that_fills_the_next_tier_takes_it_along),
    T(one_segment_never_gets_more_than_it_can_hold),
    T(more_than_a_quarter_dead_is_rewritten),
    T(after_a_thousand_nights_segments_are_few_and_writes_too),
    T(the_dead_of_a_thousand_nights_never_pile_up))
