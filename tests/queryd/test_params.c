#include "queryd/params.h"

#include "base/err.h"
#include "base/mem.h"
#include "check.h"
#include "engine/engine.h"
#include "views/timeline.h"
#include "views/kwic.h"

static int read_params(const char *target, const char *body,
                       const char *const *allowed, struct arena *arena,
                       struct params *out, struct err *err)
{
    struct http_target parsed;
    /* In exactly its size, so that a read past the end is seen. */
    size_t len = strlen(body);
    uint8_t *copy = malloc(len + !len);
    memcpy(copy, body, len);
    int rc = http_target_parse(slice_of(target), arena, &parsed, err);
    if (rc == 0)
        rc = params_read(&parsed, (struct slice){copy, len}, allowed, arena,
                         out, err);
    free(copy); /* nothing may borrow from the body */
    return rc;
}

TEST(what_is_not_given_has_its_standard_value)
{
    struct arena arena;
    struct params p;
    arena_init(&arena, 1 << 20);
    CHECK_EQ(read_params("/", "", search_params, &arena, &p, NULL), 0);
    CHECK(!p.q.data && !p.phrase.data && !p.cursor.data);
    CHECK(p.match == MATCH_QUERY && p.sort == SORT_RELEVANCE &&
          p.count == COUNT_EXACT);
    CHECK(p.limit == 10 && p.hits == 0 && p.snippets == 1 && p.relax == 1 &&
          p.deadline_ms == 10000);
    arena_reset(&arena);
}

/* One name, and for each endpoint what it means there. */
TEST(views_have_standards_of_their_own)
{
    struct arena arena;
    struct params p;
    struct err err = {0};
    arena_init(&arena, 1 << 20);
    CHECK_EQ(read_params("/", "", kwic_params, &arena, &p, NULL), 0);
    CHECK(p.deadline_ms == 60000 && p.width == 40 && p.unit == KWIC_COLUMNS &&
          p.sort == KWIC_BY_DATE && p.sample == 0 && p.seed == 1);
    CHECK_OK(read_params("/?sort=index&unit=words&width=0&sample=999999999"
                         "&seed=0&deadline_ms=7",
                         "", kwic_params, &arena, &p, &err),
             err);
    CHECK(p.deadline_ms == 7 && p.width == 0 && p.unit == KWIC_WORDS &&
          p.sort == KWIC_BY_INDEX && p.sample == 999999999 && p.seed == 0);
    CHECK_EQ(read_params("/", "", export_params, &arena, &p, NULL), 0);
    CHECK(p.deadline_ms == 60000 && p.what == EXPORT_ARTICLES &&
          p.format == FORMAT_JSONL && p.sort == EXPORT_STANDARD &&
          p.limit == 0 && !p.qid.data && !p.tag.data);
    CHECK_OK(read_params("/?sort=date", "{\"limit\":5000,\"format\":\"trec\"}",
                         export_params, &arena, &p, &err),
             err);
    CHECK(p.sort == EXPORT_DATE && p.limit == 5000 && p.format == FORMAT_TREC);
    /* Those without a list of their own keep the common ones. */
    CHECK_EQ(read_params("/", "", no_params, &arena, &p, NULL), 0);
    CHECK_EQ(p.deadline_ms, 10000);
    arena_reset(&arena);
}

TEST(target_and_body_say_the_same)
{
    static const struct {
        const char *target, *body;
    } rows[] = {
        {"/?q=%D0%9A+a&match=any&sort=date&count=no&limit=1000&hits=1"
         "&snippets=0&relax=false&deadline_ms=600000&cursor=x",
         ""},
        {"/", "{\"q\":\"\\u041a a\",\"match\":\"any\",\"sort\":\"date\","
              "\"count\":\"no\",\"limit\":1000,\"hits\":true,\"snippets\":0,"
              "\"relax\":\"0\",\"deadline_ms\":\"600000\",\"cursor\":\"x\"}"},
        {"/?q=%D0%9A+a&match=any&sort=date&count=no&cursor=x",
         "{\"limit\":1000,\"hits\":1,\"snippets\":false,\"relax\":false,"
         "\"deadline_ms\":600000}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena;
        struct params p;
        struct err err = {0};
        arena_init(&arena, 1 << 20);
        CHECK_OK(read_params(rows[i].target, rows[i].body, search_params,
                             &arena, &p, &err),
                 err);
        CHECK_SLICE(p.q, SLICE("\xd0\x9a a"));
        CHECK_SLICE(p.cursor, SLICE("x"));
        CHECK(p.match == MATCH_ANY && p.sort == SORT_DATE &&
              p.count == COUNT_NO);
        CHECK(p.limit == 1000 && p.hits == 1 && p.snippets == 0 &&
              p.relax == 0 && p.deadline_ms == 600000);
        arena_reset(&arena);
    }
}

TEST(nothing_is_ignored)
{
    static const struct {
        const char *target, *body, *part;
    } rows[] = {
        {"/?x=1", "", "'x'; there are: q phrase"},
        {"/?Q=1", "", "'Q'"},
        {"/?=1", "", "''"},
        {"/?q=a&q=a", "", "twice"},
        {"/?q=a", "{\"q\":\"a\"}", "twice"},
        {"/", "{\"q\":\"a\",\"q\":\"a\"}", "not JSON"},
        {"/?limit=", "", "limit"},
        {"/?limit=-1", "", "limit"},
        {"/?limit=+1", "", "limit"},
        {"/?limit=1.0", "", "limit"},
        {"/?limit=1e2", "", "limit"},
        {"/?limit=0x1", "", "limit"},
        {"/?limit=1001", "", "0 to 1000"},
        {"/?limit=4294967297", "", "limit"},
        {"/?limit=18446744073709551617", "", "limit"},
        {"/?limit=1%20", "", "limit"},
        {"/?limit=true", "", "limit"},
        {"/", "{\"limit\":true}", "limit"},
        {"/", "{\"limit\":-1}", "limit"},
        {"/", "{\"limit\":1.5}", "'limit'"},
        {"/", "{\"limit\":99999999999999999999}", "not JSON"},
        {"/?deadline_ms=0", "", "1 to 600000"},
        {"/?deadline_ms=600001", "", "1 to 600000"},
        {"/?hits=2", "", "hits is 0 or 1"},
        {"/?hits=yes", "", "hits is 0 or 1"},
        {"/?sort=size", "", "'relevance' or 'date', not 'size'"},
        {"/?sort=", "", "sort"},
        {"/?match=all", "", "'query' or 'any'"},
        {"/?count=1", "", "'exact' or 'no'"},
        {"/", "{", "not JSON"},
        {"/", "{} {}", "not JSON"},
        {"/", "null", "not JSON"},
        {"/", "[]", "object"},
        {"/", "\"q\"", "not JSON"},
        {"/", "{\"q\":null}", "'q'"},
        {"/", "{\"q\":[\"a\"]}", "'q'"},
        {"/", "{\"q\":\"a\\u0000b\"}", "not JSON"},
        {"/", "{\"q\":\"\\ud800\"}", "not JSON"},
        {"/", "{\"q\":\"\xc0\xaf\"}", "not JSON"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena;
        struct params p;
        struct err err = {0};
        arena_init(&arena, 1 << 20);
        int rc = read_params(rows[i].target, rows[i].body, search_params,
                             &arena, &p, &err);
        CHECK_MSG(rc == ERR_INVALID && strstr(err.text, rows[i].part),
                  "%s %s: %s, %s", rows[i].target, rows[i].body, err_name(rc),
                  err.text);
        arena_reset(&arena);
    }
}

TEST(each_endpoint_knows_its_own)
{
    struct arena arena;
    struct params p;
    struct err err = {0};
    arena_init(&arena, 1 << 20);
    CHECK_EQ(read_params("/?limit=5", "", count_params, &arena, &p, &err),
             ERR_INVALID);
    CHECK_EQ(read_params("/?q=5", "", no_params, &arena, &p, &err),
             ERR_INVALID);
    CHECK(strstr(err.text, "none here"));
    CHECK_OK(read_params("/?q=5", "{}", count_params, &arena, &p, &err), err);
    CHECK_OK(read_params("/", "{}", no_params, &arena, &p, &err), err);
    arena_reset(&arena);
}

TEST(deep_json_is_refused_and_not_followed)
{
    enum { DEPTH = 500000 };
    struct arena arena;
    struct params p;
    struct strbuf body;
    struct err err = {0};
    strbuf_init(&body, 1 << 20);
    strbuf_add_text(&body, "{\"q\":");
    for (int i = 0; i < DEPTH; i++)
        strbuf_add_char(&body, '[');
    arena_init(&arena, 1 << 20);
    CHECK_EQ(read_params("/", body.data, search_params, &arena, &p, &err),
             ERR_INVALID);
    arena_reset(&arena);
    strbuf_release(&body);
}

TEST(counts_have_standards_of_their_own)
{
    struct arena arena;
    struct params p;
    struct err err = {0};
    arena_init(&arena, 1 << 20);
    CHECK_OK(read_params("/", "", timeline_params, &arena, &p, &err), err);
    CHECK(p.by == BY_MONTH && p.group == GROUP_NONE && p.deadline_ms == 60000);
    CHECK_OK(read_params("/?by=week&group=source", "", timeline_params, &arena,
                         &p, &err),
             err);
    CHECK(p.by == BY_WEEK && p.group == GROUP_SOURCE);
    CHECK_OK(read_params("/", "", facets_params, &arena, &p, &err), err);
    CHECK(p.by == FACETS_BY_SOURCE && p.limit == 20 && p.deadline_ms == 60000);
    CHECK_OK(
        read_params("/?by=words&limit=0", "", facets_params, &arena, &p, &err),
        err);
    CHECK(p.by == FACETS_BY_WORDS && p.limit == 0);
    CHECK_OK(read_params("/", "", collocates_params, &arena, &p, &err), err);
    CHECK(p.window == 5 && p.min == 2 && p.limit == 50 &&
          p.sort == BY_LOG_LIKELIHOOD && p.deadline_ms == 60000);
    CHECK_OK(read_params("/?sort=log_dice&window=50&min=1", "{\"limit\":7}",
                         collocates_params, &arena, &p, &err),
             err);
    CHECK(p.window == 50 && p.min == 1 && p.limit == 7 &&
          p.sort == BY_LOG_DICE);
    arena_reset(&arena);
}

TEST(no_memory_is_told_as_such)
{
    int rc = ERR_NOMEM;
    for (long n = 0; rc; n++) {
        CHECK(n < 20);
        struct arena arena;
        struct params p;
        arena_init(&arena, 1 << 20);
        mem_fail_after(n);
        rc = read_params("/?limit=5", "{\"q\":\"a\"}", search_params, &arena,
                         &p, NULL);
        mem_fail_after(-1);
        CHECK(rc == 0 || rc == ERR_NOMEM);
        arena_reset(&arena);
    }
}

RUN(T(what_is_not_given_has_its_standard_value),
    T(views_have_standards_of_their_own), T(counts_have_standards_of_their_own),
    T(target_and_body_say_the_same), T(nothing_is_ignored),
    T(each_endpoint_knows_its_own), T(deep_json_is_refused_and_not_followed),
    T(no_memory_is_told_as_such))
