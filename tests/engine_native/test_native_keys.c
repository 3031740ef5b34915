/* What a rebuild and `info` ask: every key once, and what the index is made of. */
#include "base/mem.h"
#include "writer_bed.h"

struct seen {
    char last[64];
    size_t count;
    size_t stop_at;
    const struct model *model;
};

static int see(void *context, struct slice key, struct err *err)
{
    struct seen *seen = context;
    char name[64];
    (void)err;
    snprintf(name, sizeof name, "%.*s", SLICE_ARG(key));
    CHECK_MSG(strcmp(seen->last, name) < 0, "%s after %s", name, seen->last);
    strcpy(seen->last, name);
    CHECK(strncmp(name, "k:", 2) == 0);
    CHECK_MSG(seen->model->key[atoi(name + 2)].count > 0, "%s", name);
    return ++seen->count == seen->stop_at ? 77 : 0;
}

static size_t keys_of(const struct model *model, size_t *old_versions)
{
    size_t keys = 0;
    *old_versions = 0;
    for (size_t i = 0; i < KEYS; i++) {
        keys += model->key[i].count > 0;
        *old_versions += model->key[i].count - model->key[i].current;
    }
    return keys;
}

static void expect_all(struct writer_bed *bed)
{
    struct err err = {0};
    struct composition made;
    struct seen seen = {.model = &bed->committed};
    size_t old_versions, keys = keys_of(&bed->committed, &old_versions);
    bed_read(bed);
    CHECK_OK(native_engine.keys(bed->searcher, see, &seen, &err), err);
    CHECK_EQ(seen.count, keys);

    CHECK_OK(native_engine.describe(bed->snapshot, &made, &err), err);
    CHECK_EQ(made.old_versions, old_versions);
    uint64_t bytes = 0;
    for (size_t i = 0; i < made.part_count; i++) {
        CHECK(made.part[i].name && *made.part[i].name);
        bytes += made.part[i].bytes;
    }
    CHECK_EQ(bytes, bed->snapshot->info.bytes);
    CHECK((made.pieces == 0) == (bed->snapshot->info.bytes == 0));
    bed_stop_reading(bed);
}

TEST(every_key_is_there_once_whatever_became_of_it)
{
    struct writer_bed bed;
    uint64_t rng = 5;
    bed_open(&bed);
    for (unsigned run = 0; run < 40; run++) {
        struct err err = {0};
        bed_write(&bed);
        for (uint32_t i = rng_below(&rng, 9); i > 0; i--) {
            uint32_t key = rng_below(&rng, KEYS), what = rng_below(&rng, 8);
            if (what == 0)
                bed_delete(&bed, key);
            else if (what == 1)
                bed_purge(&bed, key);
            else if (bed.now.key[key].count < VERSIONS_MAX)
                bed_put(&bed, key);
        }
        if (rng_below(&rng, 6) == 0)
            CHECK_OK(native_engine.writer_merge(bed.writer, &err), err);
        bed_commit(&bed);
        bed_written(&bed);
        expect_all(&bed);
    }
    bed_close(&bed);
}

TEST(a_walk_over_keys_can_be_stopped_and_can_run_out_of_memory)
{
    struct writer_bed bed;
    struct err err = {0};
    bed_open(&bed);
    bed_write(&bed);
    for (uint32_t key = 0; key < 9; key++)
        bed_put(&bed, key);
    bed_commit(&bed);
    bed_written(&bed);
    bed_read(&bed);
    struct seen seen = {.model = &bed.committed, .stop_at = 4};
    CHECK_EQ(native_engine.keys(bed.searcher, see, &seen, &err), 77);
    CHECK_EQ(seen.count, 4);

    seen = (struct seen){.model = &bed.committed};
    mem_fail_after(0);
    int rc = native_engine.keys(bed.searcher, see, &seen, &err);
    mem_fail_after(-1);
    CHECK_EQ(rc, ERR_NOMEM);
    CHECK_EQ(seen.count, 0);
    bed_close(&bed);
}

RUN(T(every_key_is_there_once_whatever_became_of_it),
    T(a_walk_over_keys_can_be_stopped_and_can_run_out_of_memory))
