/* Threads with a searcher each, on one snapshot, while a writer commits. */
#include "bed.h"

#include <pthread.h>
#include <stdatomic.h>

enum { THREADS = 4, ROUNDS = 60 };

struct reader {
    pthread_t thread;
    struct snapshot *snapshot;
    const char *dir;
    int failures;
};

static bool count_is(struct searcher *searcher, struct stemmers *stemmers,
                     const char *text, uint64_t want)
{
    struct arena arena;
    arena_init(&arena, 1 << 24);
    struct err err = {0};
    struct parsed parsed;
    struct query query;
    struct search_request request = {
        .limit = 3, .count_total = true, .count_hits = true};
    struct search_result result = {0};
    int rc = query_parse(slice_of(text), &arena, &parsed, &err);
    if (rc == ERR_OK)
        rc = query_resolve(&parsed, xapian_engine.lexicon(searcher), stemmers,
                           NULL, &arena, &query, &err);
    if (rc == ERR_OK)
        rc = xapian_engine.search(searcher, &query, &request, &arena, &result,
                                  &err);
    arena_reset(&arena);
    return rc == ERR_OK && result.total == want;
}

static atomic_int opened; /* searchers of the first snapshot */

static void *read_often(void *context)
{
    struct reader *self = context;
    struct stemmers *stemmers = stemmers_new();
    struct searcher *searcher = NULL;
    struct err err = {0};
    if (searcher_open(self->snapshot, &searcher, &err))
        self->failures++;
    opened++;
    for (int i = 0; searcher && i < ROUNDS; i++) {
        self->failures += !count_is(searcher, stemmers, "draft", 20);
        self->failures += !count_is(searcher, stemmers, "\"a draft\"", 20);
        self->failures += !count_is(searcher, stemmers, "lang:en", 20);
        self->failures += !count_is(searcher, stemmers, "dra* NOT =x", 20);
        /* And the newest one, which changes meanwhile. */
        struct snapshot *newest = NULL;
        struct searcher *of_newest = NULL;
        int rc = snapshot_open(self->dir, bed_engines, &newest, &err);
        if (rc == ERR_OK)
            rc = searcher_open(newest, &of_newest, &err);
        if (rc == ERR_OK)
            self->failures += !count_is(of_newest, stemmers, "lang:en",
                                        newest->info.articles);
        else if (rc != ERR_GONE)
            self->failures++;
        searcher_close(of_newest);
        snapshot_unref(newest);
    }
    searcher_close(searcher);
    stemmers_free(stemmers);
    snapshot_unref(self->snapshot);
    return NULL;
}

TEST(each_thread_reads_its_snapshot_while_generations_change)
{
    struct bed bed;
    bed_open(&bed);
    bed_write(&bed);
    char key[16];
    for (int i = 0; i < 20; i++) {
        snprintf(key, sizeof key, "k:%d", i);
        bed_put(&bed, key, "en", "Title", "a draft");
    }
    bed_commit(&bed);
    bed_read(&bed);
    struct reader reader[THREADS] = {0};
    for (int t = 0; t < THREADS; t++) {
        reader[t].snapshot = bed.snapshot;
        reader[t].dir = bed.dir;
        snapshot_ref(bed.snapshot);
        CHECK_EQ(
            pthread_create(&reader[t].thread, NULL, read_often, &reader[t]), 0);
    }
    while (opened < THREADS)
        usleep(1000);
    for (int i = 20; i < 35; i++) {
        snprintf(key, sizeof key, "k:%d", i);
        bed_put(&bed, key, "en", "Title", "a draft");
        bed_commit(&bed);
    }
    for (int t = 0; t < THREADS; t++) {
        CHECK_EQ(pthread_join(reader[t].thread, NULL), 0);
        CHECK_EQ(reader[t].failures, 0);
    }
    bed_close(&bed);
}

RUN(T(each_thread_reads_its_snapshot_while_generations_change))
