/* The process dies at any moment, the disk fills up, memory runs out: the last
 * generation is whole, and the next run works. */
#include "base/mem.h"
#include "bed.h"

#include <errno.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>

enum { PER_COMMIT = 5, KILLS = 30, LATEST_KILL_US = 500000 };

/* Generation g holds the articles 0 .. PER_COMMIT * g - 1, and the word round<g> in
 * the newest version of article 0. */
static void put_round(struct bed *bed, uint64_t generation)
{
    char key[32], body[256];
    for (uint64_t i = 0; i < PER_COMMIT; i++) {
        snprintf(key, sizeof key, "k:%llu",
                 (unsigned long long)((generation - 1) * PER_COMMIT + i));
        snprintf(body, sizeof body, "common words and number%llu of round%llu",
                 (unsigned long long)i, (unsigned long long)generation);
        bed_put(bed, key, "en", "Title", body);
    }
    snprintf(body, sizeof body, "common words in round%llu",
             (unsigned long long)generation);
    bed_put(bed, "k:0", "en", "Title", body);
}

static void check_whole(struct bed *bed)
{
    struct err err = {0};
    char query[64];
    CHECK_OK(xapian_engine.check(bed->dir, NULL, NULL, &err), err);
    bed_read(bed);
    const struct generation_info *info = &bed->snapshot->info;
    CHECK_EQ(info->articles, PER_COMMIT * info->generation);
    struct search_request request = {.count_total = true};
    struct search_result result;
    CHECK_OK(bed_try_search(bed, "common", &request, &result, &err), err);
    CHECK_EQ(result.total, info->articles);
    snprintf(query, sizeof query, "key:k:0 round%llu",
             (unsigned long long)info->generation);
    if (info->generation)
        CHECK_TEXT(bed_search(bed, query), "k:0");
    bed_stop_reading(bed);
    bed_step(bed);
}

static void write_until_killed(struct bed *bed)
{
    bed_write(bed);
    uint64_t generation = bed_commit(bed).generation;
    for (;;) {
        put_round(bed, ++generation);
        CHECK_EQ(bed_commit(bed).generation, generation);
    }
}

TEST(a_killed_writer_leaves_the_last_generation_whole)
{
    struct bed bed;
    bed_open(&bed);
    uint64_t rng = 9, generations = 0;
    bed_write(&bed);
    bed_written(&bed);
    for (int i = 0; i < KILLS; i++) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            write_until_killed(&bed);
            _exit(0);
        }
        usleep(rng_below(&rng, LATEST_KILL_US));
        CHECK_EQ(kill(child, SIGKILL), 0);
        int status;
        CHECK_EQ(waitpid(child, &status, 0), child);
        CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        check_whole(&bed);
    }
    bed_write(&bed);
    generations = bed_commit(&bed).generation;
    put_round(&bed, generations + 1);
    CHECK_EQ(bed_commit(&bed).generation, generations + 1);
    bed_written(&bed);
    check_whole(&bed);
    CHECK_MSG(generations > KILLS / 4, "%llu", (unsigned long long)generations);
    bed_close(&bed);
}

TEST(a_full_disk_changes_nothing)
{
    struct bed bed;
    bed_open(&bed);
    if (mount("tmpfs", bed.dir, "tmpfs", 0, "size=1200k") < 0) {
        print_message("no tmpfs to fill (%s): the full disk is NOT tested\n",
                      strerror(errno));
        bed_close(&bed);
        skip();
    }
    bed_write(&bed);
    put_round(&bed, 1);
    CHECK_EQ(bed_commit(&bed).generation, 1);

    struct err err = {0};
    int rc = ERR_OK;
    uint64_t rng = 5;
    for (int i = 0; rc == ERR_OK && i < 1000; i++) {
        char key[16], body[2048];
        size_t at = 0;
        for (int w = 0; w < 100; w++)
            at += (size_t)snprintf(body + at, sizeof body - at, "w%llx ",
                                   (unsigned long long)rng_next(&rng));
        snprintf(key, sizeof key, "big:%d", i);
        struct article article = bed_article(key, "en", "", body);
        rc = bed_try_put(&bed, &article, &err);
        bed_step(&bed);
    }
    struct generation_info info;
    if (rc == ERR_OK)
        rc = xapian_engine.writer_commit(bed.writer, &info, &err);
    CHECK_MSG(rc == ERR_IO, "%s (%s)", err_name(rc), err.text);
    CHECK_EQ(xapian_engine.writer_commit(bed.writer, &info, &err), ERR_IO);
    bed_written(&bed);
    check_whole(&bed);
    bed_write(&bed);
    put_round(&bed, 2);
    CHECK_EQ(bed_commit(&bed).generation, 2);
    bed_written(&bed);
    check_whole(&bed);

    CHECK_EQ(umount2(bed.dir, MNT_DETACH), 0);
    bed_close(&bed);
}

/* Put and commit one article with the n-th allocation of ours failing. */
static int put_without_memory(struct bed *bed, long n)
{
    struct err err = {0};
    struct article article = bed_article("k:x", "en", "Title", "some text");
    struct analysis analysis;
    struct generation_info info;
    struct writer_options options = {0};
    CHECK_EQ(analyse_article(&article, bed->stemmers, &bed->arena, &analysis),
             0);
    mem_fail_after(n);
    int rc = xapian_engine.writer_open(bed->dir, &options, &bed->writer, &err);
    bool open = rc == ERR_OK;
    if (open)
        rc = xapian_engine.writer_put(bed->writer, &article, &analysis, &err);
    if (rc == ERR_OK)
        rc = xapian_engine.writer_commit(bed->writer, &info, &err);
    mem_fail_after(-1);
    if (open)
        bed_written(bed);
    CHECK_MSG(rc == ERR_OK || rc == ERR_NOMEM, "%ld: %s (%s)", n, err_name(rc),
              err.text);
    return rc;
}

TEST(a_write_that_ran_out_of_memory_is_as_if_it_never_was)
{
    struct bed bed;
    bed_open(&bed);
    bed_write(&bed);
    put_round(&bed, 1);
    bed_commit(&bed);
    bed_written(&bed);
    long n = 0;
    while (put_without_memory(&bed, n) != ERR_OK) {
        check_whole(&bed);
        n++;
    }
    CHECK_MSG(n > 5, "%ld", n);
    bed_read(&bed);
    CHECK_EQ(bed.snapshot->info.articles, PER_COMMIT + 1);
    bed_close(&bed);
}

TEST(a_search_that_ran_out_of_memory_is_an_error)
{
    struct bed bed;
    bed_open(&bed);
    bed_write(&bed);
    put_round(&bed, 1);
    bed_commit(&bed);
    bed_read(&bed);
    struct query query;
    struct err err = {0};
    CHECK_OK(bed_parse(&bed, "\"common words\" NEAR/9 num*", &query, &err),
             err);
    for (long n = 0;; n++) {
        struct arena arena;
        arena_init(&arena, 1 << 20);
        struct search_request request = {.limit = 10, .count_hits = true};
        struct search_result result;
        mem_fail_after(n);
        int rc = xapian_engine.search(bed.searcher, &query, &request, &arena,
                                      &result, &err);
        mem_fail_after(-1);
        if (rc == ERR_OK)
            CHECK_EQ(result.count, PER_COMMIT - 1);
        arena_reset(&arena);
        if (rc == ERR_OK)
            break;
        CHECK_MSG(rc == ERR_NOMEM || rc == ERR_LIMIT, "%ld: %s", n,
                  err_name(rc));
    }
    bed_close(&bed);
}

RUN(T(a_killed_writer_leaves_the_last_generation_whole),
    T(a_full_disk_changes_nothing),
    T(a_write_that_ran_out_of_memory_is_as_if_it_never_was),
    T(a_search_that_ran_out_of_memory_is_an_error))
