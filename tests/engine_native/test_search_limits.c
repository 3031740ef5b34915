/* Searches that are stopped, that run out of memory, that meet damage. */
#include "base/cancel.h"
#include "base/mem.h"
#include "search_world.h"

#include <fcntl.h>
#include <sys/stat.h>

static const char *const questions[] = {
    "draft the",
    "\"the to\" OR us",
    "US war AFL-CIO",
    "dr* NOT (the NEAR/3 to)",
    "(the NEAR/S draft) title:the",
    "(draft the) OR (war NOT to)",
    "[the * to] OR talk~1",
    "lang:en date:>=2020 the",
    "key:k:7 OR source:ap OR since:0",
};
enum { QUESTIONS = sizeof questions / sizeof *questions };

static void fill(struct world *w, uint64_t seed)
{
    world_open(w, seed);
    world_write(w);
    for (int round = 0; round < 3; round++)
        world_change(w);
    world_read(w);
}

/* --- stops --- */

static int stop_at_third(void *context, struct searcher *searcher, doc_ref doc,
                         const struct hit_list *hits, struct err *err)
{
    int *calls = context;
    (void)searcher, (void)doc;
    CHECK(!hits);
    return ++*calls == 3 ? err_set(err, ERR_GONE, "enough") : ERR_OK;
}

TEST(what_a_visitor_returns_is_passed_on)
{
    static struct world w;
    struct err err = {0};
    struct query query;
    int calls = 0;
    fill(&w, 1);
    world_query(&w, "the OR draft", &query);
    CHECK_EQ(native_engine.visit(w.searcher, &query, false, NULL, &w.step,
                                 stop_at_third, &calls, &err),
             ERR_GONE);
    CHECK_EQ(calls, 3);
    CHECK_TEXT(err.text, "enough");
    world_close(&w);
}

static int no_visitor(void *context, struct searcher *searcher, doc_ref doc,
                      const struct hit_list *hits, struct err *err)
{
    (void)context, (void)searcher, (void)doc, (void)hits, (void)err;
    return ERR_OK;
}

TEST(a_search_that_nobody_waits_for_stops)
{
    static struct world w;
    struct cancel *cancel = cancel_new(0);
    CHECK(cancel);
    cancel_request(cancel);
    fill(&w, 2);
    for (size_t i = 0; i < QUESTIONS; i++)
        for (int limit = 0; limit < 2; limit++) {
            struct err err = {0};
            struct query query;
            struct search_result result;
            const struct search_request request = {
                .limit = (size_t)limit, .count_total = true, .cancel = cancel};
            world_query(&w, questions[i], &query);
            CHECK_EQ(native_engine.search(w.searcher, &query, &request, &w.step,
                                          &result, &err),
                     ERR_CANCELLED);
            CHECK(strstr(err.text, "stopped after"));
            CHECK_EQ(native_engine.visit(w.searcher, &query, true, cancel,
                                         &w.step, no_visitor, NULL, &err),
                     ERR_CANCELLED);
        }
    cancel_free(cancel);
    world_close(&w);
}

/* --- memory --- */

static void check_equal(const char *text, const struct search_result *a,
                        const struct search_result *b)
{
    CHECK_MSG(a->count == b->count && a->total == b->total &&
                  a->total_hits == b->total_hits,
              "%s", text);
    for (size_t i = 0; i < a->count; i++)
        CHECK_MSG(a->found[i].doc == b->found[i].doc &&
                      a->found[i].score == b->found[i].score,
                  "%s", text);
}

TEST(every_allocation_may_fail)
{
    static struct world w;
    size_t failures = 0;
    fill(&w, 3);
    for (size_t i = 0; i < QUESTIONS; i++)
        for (int sort = SORT_RELEVANCE; sort <= SORT_DATE; sort++) {
            const struct search_request request = {.limit = 5,
                                                   .sort =
                                                       (enum search_sort)sort,
                                                   .count_total = true,
                                                   .count_hits = true};
            struct search_result want, got;
            struct query query;
            struct err err = {0};
            world_query(&w, questions[i], &query);
            world_search(&w, &query, &request, &want);
            int rc = ERR_NOMEM;
            for (long n = 0; rc; n++) {
                struct arena arena;
                arena_init(&arena, LIMIT_QUERY_MEMORY);
                mem_fail_after(n);
                rc = native_engine.search(w.searcher, &query, &request, &arena,
                                          &got, &err);
                mem_fail_after(-1);
                CHECK_MSG(rc == ERR_OK || rc == ERR_NOMEM || rc == ERR_LIMIT,
                          "%s, allocation %ld: %s (%s)", questions[i], n,
                          err_name(rc), err.text);
                if (rc == ERR_OK)
                    check_equal(questions[i], &got, &want);
                failures += rc != ERR_OK;
                arena_reset(&arena);
            }
            arena_reset(&w.step);
        }
    CHECK(failures > QUESTIONS * 4);
    world_close(&w);
}

TEST(a_small_arena_is_a_limit_and_not_a_wrong_answer)
{
    static struct world w;
    fill(&w, 4);
    for (size_t i = 0; i < QUESTIONS; i++) {
        struct query query;
        struct search_result result;
        struct err err = {0};
        struct arena arena;
        const struct search_request request = {.limit = 5};
        arena_init(&arena, 16);
        world_query(&w, questions[i], &query);
        CHECK_EQ(native_engine.search(w.searcher, &query, &request, &arena,
                                      &result, &err),
                 ERR_LIMIT);
        CHECK(strstr(err.text, "the query needs more than"));
        arena_reset(&arena);
    }
    world_close(&w);
}

/* --- damage --- */

static void flip(const char *path, off_t at, uint8_t bits)
{
    uint8_t byte;
    int fd = open(path, O_RDWR);
    CHECK(fd >= 0);
    CHECK_EQ(pread(fd, &byte, 1, at), 1);
    byte ^= bits;
    CHECK_EQ(pwrite(fd, &byte, 1, at), 1);
    close(fd);
}

/* Ask everything; how many were refused as damaged. */
static size_t ask_damaged(struct world *w, const struct search_result *want)
{
    size_t refused = 0;
    for (size_t i = 0; i < QUESTIONS; i++) {
        const struct search_request request = {
            .limit = 100, .count_total = true, .count_hits = true};
        struct search_result got;
        struct query query;
        struct err err = {0};
        int rc = world_resolve(w, questions[i], &query, &err);
        if (rc == ERR_OK)
            rc = native_engine.search(w->searcher, &query, &request, &w->step,
                                      &got, &err);
        if (rc == ERR_OK)
            check_equal(questions[i], &got, &want[i]);
        else
            CHECK_MSG(rc == ERR_CORRUPT && strstr(err.text, ".seg"), "%s: %s",
                      questions[i], err.text);
        refused += rc != ERR_OK;
    }
    return refused;
}

TEST(a_flipped_bit_is_an_error_or_does_not_matter)
{
    static const struct engine *const engines[] = {&native_engine, NULL};
    static struct world w;
    struct search_result want[QUESTIONS];
    struct arena kept;
    struct stat st;
    size_t refused = 0, unopened = 0;
    fill(&w, 5);
    world_written(&w);
    arena_init(&kept, SIZE_MAX);
    for (size_t i = 0; i < QUESTIONS; i++) {
        const struct search_request request = {
            .limit = 100, .count_total = true, .count_hits = true};
        struct query query;
        struct err err = {0};
        world_query(&w, questions[i], &query);
        CHECK_OK(native_engine.search(w.searcher, &query, &request, &kept,
                                      &want[i], &err),
                 err);
    }
    char path[128];
    snprintf(path, sizeof path, "%s/segments/s3-0.seg", w.dir);
    CHECK_EQ(stat(path, &st), 0);
    world_stop_reading(&w);
    for (off_t at = 0; at < st.st_size; at += 1 + rng_below(&w.rng, 60)) {
        struct err err = {0};
        uint8_t bits = (uint8_t)(1u << rng_below(&w.rng, 8));
        flip(path, at, bits);
        int rc = snapshot_open(w.dir, engines, &w.snapshot, &err);
        if (rc == ERR_OK) {
            CHECK_OK(searcher_open(w.snapshot, &w.searcher, &err), err);
            refused += ask_damaged(&w, want);
        }
        unopened += rc != ERR_OK;
        world_stop_reading(&w);
        arena_reset(&w.step);
        flip(path, at, bits);
    }
    print_message("%zu questions refused, %zu times not opened\n", refused,
                  unopened);
    CHECK(refused + unopened > 50);
    arena_reset(&kept);
    world_close(&w);
}

RUN(T(what_a_visitor_returns_is_passed_on),
    T(a_search_that_nobody_waits_for_stops), T(every_allocation_may_fail),
    T(a_small_arena_is_a_limit_and_not_a_wrong_answer),
    T(a_flipped_bit_is_an_error_or_does_not_matter))
