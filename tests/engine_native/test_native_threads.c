/* Threads with a searcher each, on one snapshot and on the newest ones, while a writer
 * replaces, deletes, purges and commits. */
#include "writer_bed.h"

#include <pthread.h>

enum { THREADS = 4, ROUNDS = 40 };

struct reader {
    pthread_t thread;
    struct snapshot *snapshot;
    const char *dir;
    uint64_t articles; /* of `snapshot` */
    int failures;
};

/* Every key, by find(), article() and versions(); how many are current. */
static int read_all(struct searcher *searcher, uint64_t *current,
                    struct err *err)
{
    struct arena arena;
    int rc = ERR_OK;
    *current = 0;
    arena_init(&arena, SIZE_MAX);
    for (uint32_t key = 0; rc == ERR_OK && key < KEYS; key++) {
        char name[16];
        doc_ref doc;
        struct article article;
        struct version_list list;
        snprintf(name, sizeof name, "k:%u", key);
        rc = native_engine.versions(searcher, slice_of(name), &arena, &list,
                                    err);
        for (size_t i = 0; rc == ERR_OK && i < list.count; i++) {
            rc = native_engine.article(searcher, list.version[i].doc, &arena,
                                       &article, err);
            *current += list.version[i].current;
        }
        if (rc == ERR_OK)
            rc = native_engine.find(searcher, slice_of(name), &doc, err);
        if (rc == ERR_NOTFOUND &&
            (list.count == 0 || !list.version[list.count - 1].current))
            rc = ERR_OK;
        arena_reset(&arena);
    }
    return rc;
}

static bool snapshot_is_whole(struct snapshot *snapshot, uint64_t articles)
{
    struct err err = {0};
    struct searcher *searcher;
    uint64_t current;
    if (searcher_open(snapshot, &searcher, &err))
        return false;
    int rc = read_all(searcher, &current, &err);
    searcher_close(searcher);
    return rc == ERR_OK && current == articles;
}

static void *read_often(void *context)
{
    struct reader *self = context;
    for (int i = 0; i < ROUNDS; i++) {
        struct snapshot *newest = NULL;
        struct err err = {0};
        self->failures += !snapshot_is_whole(self->snapshot, self->articles);
        if (snapshot_open(self->dir, bed_engines, &newest, &err))
            self->failures++;
        else
            self->failures += !snapshot_is_whole(newest, newest->info.articles);
        snapshot_unref(newest);
    }
    snapshot_unref(self->snapshot);
    return NULL;
}

TEST(each_thread_reads_its_snapshot_while_generations_change)
{
    struct writer_bed bed;
    struct reader reader[THREADS] = {0};
    bed_open(&bed);
    bed_write(&bed);
    for (uint32_t key = 0; key < KEYS / 2; key++)
        bed_put(&bed, key);
    uint64_t articles = bed_commit(&bed).articles;
    bed_read(&bed);
    for (int t = 0; t < THREADS; t++) {
        reader[t].snapshot = bed.snapshot;
        reader[t].dir = bed.dir;
        reader[t].articles = articles;
        snapshot_ref(bed.snapshot);
        CHECK_EQ(
            pthread_create(&reader[t].thread, NULL, read_often, &reader[t]), 0);
    }
    uint64_t rng = 3;
    for (int i = 0; i < 40; i++) {
        uint32_t key = rng_below(&rng, KEYS);
        if (bed.now.key[key].count == VERSIONS_MAX || i % 7 == 0)
            bed_purge(&bed, key);
        else
            bed_put(&bed, key);
        if (i % 3 == 0)
            bed_delete(&bed, rng_below(&rng, KEYS));
        bed_commit(&bed);
    }
    for (int t = 0; t < THREADS; t++) {
        CHECK_EQ(pthread_join(reader[t].thread, NULL), 0);
        CHECK_EQ(reader[t].failures, 0);
    }
    bed_expect(&bed, &bed.committed);
    bed_close(&bed);
}

RUN(T(each_thread_reads_its_snapshot_while_generations_change))
