#include "base/cancel.h"
#include "bed.h"

static struct article dated(const char *key, const char *date, const char *body)
{
    struct err err = {0};
    struct article article = bed_article(key, "en", "", body);
    if (date[0])
        CHECK_OK(date_parse(slice_of(date), &article.published, &err), err);
    return article;
}

static void put_dated(struct bed *bed, const char *key, const char *date,
                      const char *body)
{
    struct article article = dated(key, date, body);
    bed_put_article(bed, &article);
}

static void open_with_dates(struct bed *bed)
{
    bed_open(bed);
    bed_write(bed);
    put_dated(bed, "b", "2022", "talks of the day");
    put_dated(bed, "a", "2022-01-01",
              "talks of the day"); /* the same instant */
    put_dated(bed, "c", "", "talks of the day");
    put_dated(bed, "d", "2022-03-05T10:00:00Z", "talks of the day");
    put_dated(bed, "e", "1890-12-31", "talks of the day");
    put_dated(bed, "f", "2022-03-05", "talks talks more day");
    bed_commit(bed);
    bed_read(bed);
}

TEST(equal_scores_are_ordered_by_date_then_key)
{
    struct bed bed;
    open_with_dates(&bed);
    struct err err = {0};
    struct search_request request = {.limit = 10, .count_total = true};
    struct search_result result;
    CHECK_OK(bed_try_search(&bed, "talks", &request, &result, &err), err);
    CHECK_TEXT(bed_keys(&result), "f d a b e c");
    CHECK(result.found[0].score > result.found[1].score);
    for (size_t i = 2; i < 6; i++)
        CHECK(result.found[i].score == result.found[1].score);
    CHECK_EQ(result.found[1].published.precision, DATE_SECOND);
    CHECK_EQ(result.found[3].published.precision, DATE_YEAR);
    CHECK_EQ(result.found[5].published.precision, DATE_NONE);
    request.sort = SORT_DATE;
    CHECK_OK(bed_try_search(&bed, "talks", &request, &result, &err), err);
    CHECK_TEXT(bed_keys(&result), "d f a b e c");
    bed_close(&bed);
}

TEST(filters_alone_score_nothing_newest_first)
{
    struct bed bed;
    open_with_dates(&bed);
    CHECK_TEXT(bed_search(&bed, "lang:en"), "d f a b e c");
    CHECK_TEXT(bed_search(&bed, "date:2022-01"), "a b");
    CHECK_TEXT(bed_search(&bed, "date:none"), "c");
    CHECK_TEXT(bed_search(&bed, "date:<2000"), "e");
    CHECK_TEXT(bed_search(&bed, "date:2022-03-05"), "d f");
    CHECK_TEXT(bed_search(&bed, "lang:en NOT date:2022"), "e c");
    struct err err = {0};
    struct search_request request = {.limit = 1};
    struct search_result result;
    CHECK_OK(bed_try_search(&bed, "date:2022", &request, &result, &err), err);
    CHECK(result.more && result.count == 1 && result.found[0].score == 0);
    bed_close(&bed);
}

TEST(capitals_are_preferred_and_only_the_equals_sign_demands_them)
{
    struct bed bed;
    bed_open(&bed);
    bed_write(&bed);
    bed_put(&bed, "a", "en", "", "they told us about it");
    bed_put(&bed, "b", "en", "", "they told US about it");
    bed_put(&bed, "c", "en", "", "they told him about it");
    bed_commit(&bed);
    bed_read(&bed);
    CHECK_TEXT(bed_search(&bed, "us"), "a b");
    CHECK_TEXT(bed_search(&bed, "US"), "b a");
    CHECK_TEXT(bed_search(&bed, "=US"), "b");
    CHECK_TEXT(bed_search(&bed, "told NOT =US"), "a c");
    bed_close(&bed);
}

TEST(inflections_stay_in_their_language_and_quotes_mean_themselves)
{
    struct bed bed;
    bed_open(&bed);
    bed_write(&bed);
    bed_put(&bed, "en", "en-gb", "", "drafted and read");
    bed_put(&bed, "de", "de", "", "drafted und gelesen");
    bed_put(&bed, "xx", "", "", "drafted");
    bed_put(&bed, "yy", "", "", "draft");
    bed_commit(&bed);
    bed_read(&bed);
    CHECK_TEXT(bed_search(&bed, "draft"), "yy en"); /* xx knows no stems */
    CHECK_TEXT(bed_search(&bed, "\"drafted\""), "xx de en");
    CHECK_TEXT(bed_search(&bed, "lang:en"), "en");
    CHECK_TEXT(bed_search(&bed, "lang:en-gb"), "en");
    bed_close(&bed);
}

TEST(the_lexicon_lists_forms_once_and_refuses_too_many)
{
    struct bed bed;
    bed_open(&bed);
    bed_write(&bed);
    bed_put(&bed, "a", "en", "", "C-130 c130 c13 drafts drafted C1x");
    bed_put(&bed, "b", "", "", "ciao");
    bed_commit(&bed);
    bed_read(&bed);
    struct lexicon *lexicon = xapian_engine.lexicon(bed.searcher);
    struct slice_list list;
    struct err err = {0};
    CHECK_OK(lexicon->ops->prefix_forms(lexicon, SLICE("c1"), 3, &bed.arena,
                                        &list, &err),
             err);
    CHECK_EQ(list.count, 3);
    CHECK_SLICE(list.item[0], SLICE("c13"));
    CHECK_SLICE(list.item[1], SLICE("c130"));
    CHECK_SLICE(list.item[2], SLICE("c1x"));
    CHECK_EQ(lexicon->ops->prefix_forms(lexicon, SLICE("c"), 3, &bed.arena,
                                        &list, &err),
             ERR_LIMIT);
    CHECK_OK(lexicon->ops->stem_forms(lexicon, SLICE("en"), SLICE("draft"),
                                      &bed.arena, &list, &err),
             err);
    CHECK_EQ(list.count, 2);
    CHECK_SLICE(list.item[0], SLICE("drafted"));
    CHECK_OK(lexicon->ops->stem_forms(lexicon, SLICE("de"), SLICE("draft"),
                                      &bed.arena, &list, &err),
             err);
    CHECK_EQ(list.count, 0);
    CHECK_OK(lexicon->ops->languages(lexicon, &bed.arena, &list, &err), err);
    CHECK_EQ(list.count, 2);
    CHECK_SLICE(list.item[0], SLICE(""));
    CHECK_SLICE(list.item[1], SLICE("en"));
    bed_close(&bed);
}

TEST(a_long_list_of_forms_is_evaluated_by_the_articles_own_terms)
{
    struct bed bed;
    bed_open(&bed);
    bed_write(&bed);
    for (int i = 0; i < 30; i++) {
        char key[16], body[64];
        snprintf(key, sizeof key, "%02d", i);
        snprintf(body, sizeof body, "pre%02d one-two pre%02d then", i, 29 - i);
        bed_put(&bed, key, "en", "", body);
    }
    bed_commit(&bed);
    bed_read(&bed);
    struct err err = {0};
    struct search_request request = {.count_total = true, .count_hits = true};
    struct search_result result;
    CHECK_OK(bed_try_search(&bed, "pre* ADJ/0 then", &request, &result, &err),
             err);
    CHECK_EQ(result.total, 30);
    CHECK_EQ(result.total_hits, 30);
    CHECK_TEXT(bed_search(&bed, "\"pre07 onetwo pre22\""), "07");
    CHECK_TEXT(bed_search(&bed, "\"pre07 pre22\""), "");
    bed_close(&bed);
}

TEST(a_cancelled_request_and_a_passed_deadline_stop)
{
    struct bed bed;
    open_with_dates(&bed);
    struct err err = {0};
    struct search_request request = {.limit = 10};
    struct search_result result;
    request.cancel = cancel_new(0);
    cancel_request(request.cancel);
    CHECK_EQ(bed_try_search(&bed, "talks", &request, &result, &err),
             ERR_CANCELLED);
    cancel_free(request.cancel);
    request.cancel = cancel_new(1);
    usleep(3000);
    CHECK_EQ(bed_try_search(&bed, "\"talks talks\"", &request, &result, &err),
             ERR_DEADLINE);
    cancel_free(request.cancel);
    bed_close(&bed);
}

static int stop_at_two(void *context, struct searcher *searcher, doc_ref doc,
                       const struct hit_list *hits, struct err *err)
{
    (void)searcher, (void)doc, (void)hits;
    int *seen = context;
    return ++*seen == 2 ? err_set(err, ERR_LIMIT, "enough") : ERR_OK;
}

TEST(a_visitor_ends_the_walk_with_its_own_code)
{
    struct bed bed;
    open_with_dates(&bed);
    struct err err = {0};
    struct query query;
    int seen = 0;
    CHECK_OK(bed_parse(&bed, "talks", &query, &err), err);
    CHECK_EQ(xapian_engine.visit(bed.searcher, &query, false, NULL, &bed.arena,
                                 stop_at_two, &seen, &err),
             ERR_LIMIT);
    CHECK_EQ(seen, 2);
    CHECK_TEXT(err.text, "enough");
    bed_close(&bed);
}

/* A visitor may ask the searcher that calls it. */
static int ask_again(void *context, struct searcher *searcher, doc_ref doc,
                     const struct hit_list *hits, struct err *err)
{
    struct bed *bed = context;
    struct article article;
    (void)hits;
    int rc = xapian_engine.article(searcher, doc, &bed->arena, &article, err);
    CHECK_TEXT(bed_search(bed, "more"), "f");
    return rc;
}

TEST(a_visitor_may_search)
{
    struct bed bed;
    open_with_dates(&bed);
    struct err err = {0};
    struct query query;
    CHECK_OK(bed_parse(&bed, "talks", &query, &err), err);
    CHECK_OK(xapian_engine.visit(bed.searcher, &query, true, NULL, &bed.arena,
                                 ask_again, &bed, &err),
             err);
    bed_close(&bed);
}

TEST(a_snapshot_stays_while_generations_come_and_go)
{
    struct bed bed;
    open_with_dates(&bed);
    for (int i = 0; i < 3; i++) {
        struct err err = {0};
        bool found;
        CHECK_OK(xapian_engine.writer_delete(
                     bed.writer, slice_of((const char *[]){"a", "b", "f"}[i]),
                     &found, &err),
                 err);
        put_dated(&bed, "new", "2025", "talks of today");
        bed_commit(&bed);
        CHECK_TEXT(bed_search(&bed, "talks"), "f d a b e c");
        CHECK_TEXT(bed_search(&bed, "\"talks talks\""), "f");
        doc_ref doc;
        struct article article;
        CHECK_OK(xapian_engine.find(bed.searcher, SLICE("a"), &doc, &err), err);
        CHECK_OK(xapian_engine.article(bed.searcher, doc, &bed.arena, &article,
                                       &err),
                 err);
    }
    /* A new searcher cannot come to files that are gone. */
    struct searcher *late;
    struct err err = {0};
    CHECK_EQ(searcher_open(bed.snapshot, &late, &err), ERR_GONE);
    bed_read(&bed);
    CHECK_TEXT(bed_search(&bed, "talks"), "new d e c");
    bed_close(&bed);
}

/* Xapian alone calls this database corrupt: see xapian_translate.cc. */
TEST(a_term_of_every_article_of_a_large_index_is_found)
{
    struct bed bed;
    bed_open(&bed);
    bed_write(&bed);
    for (int i = 0; i <= 1500;
         i++) { /* number 0 twice: the numbers have a gap */
        char key[16];
        snprintf(key, sizeof key, "k:%d", i % 1500);
        bed_put(&bed, key, "en", "common", i % 3 ? "one" : "two");
    }
    bed_commit(&bed);
    bed_read(&bed);
    static const struct {
        const char *query;
        uint64_t total;
    } rows[] = {{"common", 1500},        {"lang:en", 1500},
                {"lang:en one", 1000},   {"com*", 1500},
                {"one NOT common", 0},   {"one NOT lang:en", 0},
                {"common NOT one", 500}, {"COMMON", 1500},
                {"title:common", 1500},  {"common OR one", 1500},
                {"\"common\" two", 500}, {"date:none common", 1500}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t limit = 0; limit <= 5; limit += 5) {
            struct err err = {0};
            struct search_request request = {
                .limit = limit, .count_total = true, .count_hits = true};
            struct search_result result;
            int rc =
                bed_try_search(&bed, rows[i].query, &request, &result, &err);
            CHECK_MSG(rc == ERR_OK, "%s: %s", rows[i].query, err.text);
            CHECK_MSG(result.total == rows[i].total, "%s: %d", rows[i].query,
                      (int)result.total);
        }
    bed_close(&bed);
}

RUN(T(a_term_of_every_article_of_a_large_index_is_found),
    T(equal_scores_are_ordered_by_date_then_key),
    T(filters_alone_score_nothing_newest_first),
    T(capitals_are_preferred_and_only_the_equals_sign_demands_them),
    T(inflections_stay_in_their_language_and_quotes_mean_themselves),
    T(the_lexicon_lists_forms_once_and_refuses_too_many),
    T(a_long_list_of_forms_is_evaluated_by_the_articles_own_terms),
    T(a_cancelled_request_and_a_passed_deadline_stop),
    T(a_visitor_ends_the_walk_with_its_own_code), T(a_visitor_may_search),
    T(a_snapshot_stays_while_generations_come_and_go))
