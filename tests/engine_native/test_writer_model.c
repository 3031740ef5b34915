/* A writer and a plain table, changed side by side; after every commit and every start
 * they must say the same. */
#include "engine/native/merge/merge_policy.h"
#include "engine/native/write/native_writer_internal.h"
#include "writer_bed.h"

enum { STEPS = 400, SEEDS = 6 };

static void merge_all(struct writer_bed *bed)
{
    struct err err = {0};
    CHECK_OK(native_engine.writer_merge(bed->writer, &err), err);
}

/* What a lookup says of each key, with what was not committed. */
static void expect_lookups(struct writer_bed *bed)
{
    for (uint32_t key = 0; key < KEYS; key++) {
        const struct model_key *m = &bed->now.key[key];
        struct stored_version there;
        struct err err = {0};
        char name[16], digest[DIGEST_TEXT_SIZE];
        bool found;
        snprintf(name, sizeof name, "k:%u", key);
        CHECK_OK(native_engine.writer_lookup(bed->writer, slice_of(name),
                                             &there, &found, &err),
                 err);
        CHECK_MSG(found == m->current, "%s", name);
        if (!found)
            continue;
        struct article article =
            bed_article(&bed->arena, key, m->seed[m->count - 1]);
        article_digest(&article, digest);
        CHECK_TEXT(there.digest, digest);
        CHECK_EQ(there.version, m->seed[m->count - 1]);
        arena_reset(&bed->arena);
    }
}

static void commit_and_compare(struct writer_bed *bed)
{
    bed_commit(bed);
    bed_check(bed);
    bed_expect(bed, &bed->committed);
}

static void step(struct writer_bed *bed, uint64_t *rng)
{
    uint32_t key = rng_below(rng, KEYS), dice = rng_below(rng, 100);
    if (dice < 60 && bed->now.key[key].count < VERSIONS_MAX)
        bed_put(bed, key);
    else if (dice < 75)
        bed_delete(bed, key);
    else if (dice < 80)
        bed_purge(bed, key);
    else if (dice < 83)
        merge_all(bed);
    else if (dice < 95)
        commit_and_compare(bed);
    else {
        bed_written(bed); /* what was not committed is gone */
        bed_expect(bed, &bed->committed);
        bed->memory_bytes = rng_below(rng, 3) ? 0 : 1 + rng_below(rng, 60000);
        bed_write(bed);
    }
    expect_lookups(bed);
}

TEST(a_writer_does_what_a_table_does)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct writer_bed bed;
        uint64_t rng = seed;
        bed_open(&bed);
        bed_write(&bed);
        for (int i = 0; i < STEPS; i++)
            step(&bed, &rng);
        commit_and_compare(&bed);
        merge_all(&bed);
        commit_and_compare(&bed);
        bed_read(&bed);
        CHECK(((struct native_snapshot *)bed.snapshot)->segment_count <= 1);
        bed_close(&bed);
    }
}

/* Each article a segment of its own: as many as there can be. They stay until there are
 * many, or until the commit. */
TEST(no_memory_at_all_is_only_slower)
{
    struct writer_bed bed;
    bed_open(&bed);
    bed.memory_bytes = 1;
    size_t most = 0;
    bed_write(&bed);
    for (uint32_t i = 0; i < 5 * KEYS; i++) {
        bed_put(&bed, i % KEYS);
        most = bed_files(&bed) > most ? bed_files(&bed) : most;
    }
    CHECK_MSG(most > MERGE_FAN && most < FRESH_SEGMENTS_MAX + 10, "%zu files",
              most);
    commit_and_compare(&bed);
    CHECK_MSG(bed_files(&bed) < 10, "%zu files", bed_files(&bed));
    bed_close(&bed);
}

RUN(T(a_writer_does_what_a_table_does), T(no_memory_at_all_is_only_slower))
