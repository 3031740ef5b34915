#include "views/timeline.h"

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "check.h"

#include <time.h>

static struct date day(const char *text)
{
    struct date date;
    struct err err = {0};
    CHECK_OK(date_parse(slice_of(text), &date, &err), err);
    return date;
}

static const char *label(enum timeline_by by, int64_t from)
{
    static char out[DATE_TEXT_SIZE];
    return timeline_label(by, from, out);
}

struct rows {
    struct timeline_row *row, *undated;
    size_t count, undated_count;
};

static struct rows rows_of(struct timeline *timeline)
{
    struct rows r;
    struct err err = {0};
    CHECK_OK(timeline_rows(timeline, &r.row, &r.count, &r.undated,
                           &r.undated_count, &err),
             err);
    return r;
}

TEST(a_date_falls_into_its_period)
{
    /* Weeks from the examples of ISO 8601 and the calendars of those years. */
    static const struct {
        const char *date;
        enum timeline_by by;
        const char *label;
    } table[] = {
        {"2022-03-29", BY_DAY, "2022-03-29"},
        {"2022-03-29T23:59:59", BY_DAY, "2022-03-29"},
        {"2022-03", BY_DAY, "2022-03-01"},
        {"2022", BY_MONTH, "2022-01"},
        {"2022-03-29", BY_WEEK, "2022-W13"},
        {"2022-03-29", BY_MONTH, "2022-03"},
        {"2022-03-29", BY_YEAR, "2022"},
        {"2024-02-29", BY_MONTH, "2024-02"},
        {"1969-12-31T23:59:59", BY_DAY, "1969-12-31"},
        {"1969-12-31T23:59:59", BY_MONTH, "1969-12"},
        {"1969-12-31T23:59:59", BY_YEAR, "1969"},
        {"1969-12-28", BY_WEEK, "1969-W52"},
        {"1969-12-29", BY_WEEK, "1970-W01"},
        {"2005-01-01", BY_WEEK, "2004-W53"},
        {"2005-01-02", BY_WEEK, "2004-W53"},
        {"2005-01-03", BY_WEEK, "2005-W01"},
        {"2007-01-01", BY_WEEK, "2007-W01"},
        {"2008-12-29", BY_WEEK, "2009-W01"},
        {"2010-01-03", BY_WEEK, "2009-W53"},
        {"2012-01-01", BY_WEEK, "2011-W52"},
        {"2020-12-31", BY_WEEK, "2020-W53"},
        {"0001-01-01", BY_WEEK, "0001-W01"},
        {"0001-01-01", BY_DAY, "0001-01-01"},
        {"9999-12-31", BY_WEEK, "9999-W52"},
        {"9999-12-31", BY_MONTH, "9999-12"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct timeline *timeline = timeline_new(table[i].by, false);
        CHECK_EQ(
            timeline_add_corpus(timeline, day(table[i].date), SLICE("a"), 5),
            0);
        struct rows r = rows_of(timeline);
        CHECK_EQ(r.count, 1);
        const char *got = label(table[i].by, r.row[0].from);
        CHECK_MSG(strcmp(got, table[i].label) == 0, "%s by %d: %s, want %s",
                  table[i].date, (int)table[i].by, got, table[i].label);
        CHECK(r.row[0].corpus_articles == 1 && r.row[0].corpus_words == 5);
        timeline_free(timeline);
    }
}

TEST(a_gap_in_the_corpus_is_not_a_zero)
{
    struct timeline *timeline = timeline_new(BY_MONTH, false);
    timeline_add_corpus(timeline, day("2022-01-10"), SLICE("a"), 100);
    timeline_add_corpus(timeline, day("2022-03-10"), SLICE("a"), 200);
    timeline_add_match(timeline, day("2022-03-10"), SLICE("a"), 7);
    timeline_add_corpus(timeline, (struct date){0}, SLICE("b"), 50);
    struct rows r = rows_of(timeline);
    CHECK_EQ(r.count, 3);
    CHECK(r.row[0].corpus_articles == 1 && r.row[0].articles == 0);
    CHECK(r.row[1].corpus_articles == 0 && r.row[1].corpus_words == 0);
    CHECK_TEXT(label(BY_MONTH, r.row[1].from), "2022-02");
    CHECK(r.row[2].articles == 1 && r.row[2].hits == 7 &&
          r.row[2].corpus_words == 200);
    CHECK_EQ(r.undated_count, 1);
    CHECK(r.undated[0].corpus_articles == 1 && r.undated[0].articles == 0 &&
          r.undated[0].corpus_words == 50 && r.undated[0].source.len == 0);
    timeline_free(timeline);
}

TEST(nothing_has_no_periods)
{
    struct timeline *timeline = timeline_new(BY_DAY, false);
    struct rows r = rows_of(timeline);
    CHECK(r.count == 0 && r.undated_count == 1 &&
          r.undated[0].corpus_articles == 0);
    timeline_free(timeline);
    timeline = timeline_new(BY_DAY, true);
    r = rows_of(timeline);
    CHECK(r.count == 0 && r.undated_count == 0);
    timeline_free(timeline);
    timeline_free(NULL);
}

/* --- beside a simple model --- */

struct fact {
    struct date date;
    struct slice source;
    uint32_t words;
    bool match;
    uint64_t hits;
};

/* The C library's calendar, which is not ours. */
static void name_period(enum timeline_by by, struct date date, char out[32])
{
    static const char *const format[] = {"%Y-%m-%d", "%G-W%V", "%Y-%m", "%Y"};
    time_t seconds = date.seconds;
    struct tm tm;
    gmtime_r(&seconds, &tm);
    strftime(out, 32, format[by], &tm);
}

static struct timeline_row count_naively(const struct fact *fact, size_t count,
                                         enum timeline_by by,
                                         const char *period,
                                         const struct slice *source)
{
    struct timeline_row row = {0};
    for (size_t i = 0; i < count; i++) {
        char name[32] = "";
        if (fact[i].date.precision != DATE_NONE)
            name_period(by, fact[i].date, name);
        if (strcmp(name, period) != 0 ||
            (source && !slice_eq(*source, fact[i].source)))
            continue;
        row.corpus_articles++;
        row.corpus_words += fact[i].words;
        row.articles += fact[i].match;
        row.hits += fact[i].hits;
    }
    return row;
}

static bool same_numbers(const struct timeline_row *a,
                         const struct timeline_row *b)
{
    return a->articles == b->articles && a->hits == b->hits &&
           a->corpus_articles == b->corpus_articles &&
           a->corpus_words == b->corpus_words;
}

static void random_facts(uint64_t *rng, struct fact *fact, size_t count)
{
    static const struct slice names[] = {SLICE("wire"), SLICE(""), SLICE("a"),
                                         SLICE("aa"), SLICE("post\0b")};
    /* Around the ends of leap years and centuries; before 1970, too. */
    static const char *const around[] = {"1899-12-28", "1968-02-20",
                                         "1999-12-20", "2004-12-20",
                                         "2020-12-20", "2100-02-20"};
    int64_t middle = day(around[rng_below(rng, 6)]).seconds;
    uint32_t days = 1 + rng_below(rng, 500);
    for (size_t i = 0; i < count; i++) {
        bool match = rng_below(rng, 3) == 0;
        fact[i] = (struct fact){
            .date = {middle + (int64_t)rng_below(rng, days * 86400),
                     rng_below(rng, 8) ? DATE_SECOND : DATE_NONE},
            .source = names[rng_below(rng, 5)],
            .words = rng_below(rng, 1000),
            .match = match,
            .hits = match ? rng_below(rng, 9) : 0};
    }
}

static void add_facts(struct timeline *timeline, const struct fact *fact,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        CHECK_EQ(timeline_add_corpus(timeline, fact[i].date, fact[i].source,
                                     fact[i].words),
                 0);
        if (fact[i].match)
            CHECK_EQ(timeline_add_match(timeline, fact[i].date, fact[i].source,
                                        fact[i].hits),
                     0);
    }
}

static void check_against_model(const struct rows *r, const struct fact *fact,
                                size_t count, enum timeline_by by,
                                bool by_source)
{
    struct timeline_row sum = {0}, all = {0};
    for (size_t i = 0; i < count; i++) {
        all.articles += fact[i].match;
        all.hits += fact[i].hits;
        all.corpus_articles++;
        all.corpus_words += fact[i].words;
    }
    for (size_t i = 0; i < r->count + r->undated_count; i++) {
        const struct timeline_row *row =
            i < r->count ? &r->row[i] : &r->undated[i - r->count];
        const char *period = i < r->count ? label(by, row->from) : "";
        struct timeline_row want = count_naively(
            fact, count, by, period, by_source ? &row->source : NULL);
        CHECK_MSG(same_numbers(row, &want), "row %zu, %s %.*s", i, period,
                  SLICE_ARG(row->source));
        sum.articles += row->articles;
        sum.hits += row->hits;
        sum.corpus_articles += row->corpus_articles;
        sum.corpus_words += row->corpus_words;
    }
    CHECK(same_numbers(&sum, &all));
}

/* Every period once, each begins the day after the one before ended. */
static void check_periods(const struct rows *r, enum timeline_by by)
{
    size_t sources = r->undated_count;
    for (size_t i = 0; i < r->count; i++) {
        char now[32], eve[32];
        if (i % sources) {
            CHECK(r->row[i].from == r->row[i - 1].from);
            CHECK(slice_cmp(r->row[i - 1].source, r->row[i].source) < 0);
            continue;
        }
        name_period(by, (struct date){r->row[i].from, DATE_DAY}, now);
        name_period(by, (struct date){r->row[i].from - 1, DATE_DAY}, eve);
        CHECK_TEXT(label(by, r->row[i].from), now);
        CHECK(strcmp(now, eve) != 0);
        if (i > 0)
            CHECK_TEXT(label(by, r->row[i - 1].from), eve);
    }
    const struct timeline_row *last = &r->row[r->count - sources];
    bool any = false;
    for (size_t s = 0; s < sources; s++)
        any |= last[s].corpus_articles > 0;
    CHECK(any);
}

TEST(it_counts_as_a_plain_loop_does)
{
    enum { MOST = 400 };
    static struct fact fact[MOST];
    uint64_t rng = 21;
    size_t gaps = 0;
    for (int round = 0; round < 60; round++) {
        size_t count = 1 + rng_below(&rng, round % 2 ? 30 : MOST);
        enum timeline_by by = (enum timeline_by)(round % 4);
        bool by_source = rng_below(&rng, 2);
        random_facts(&rng, fact, count);
        fact[0].date.precision = DATE_SECOND;
        struct timeline *timeline = timeline_new(by, by_source);
        add_facts(timeline, fact, count);
        struct rows r = rows_of(timeline);
        check_against_model(&r, fact, count, by, by_source);
        check_periods(&r, by);
        for (size_t i = 0; i < r.count; i++)
            gaps += r.row[i].corpus_articles == 0;
        timeline_free(timeline);
    }
    CHECK(gaps > 100);
}

TEST(more_may_be_added_after_the_rows_were_read)
{
    struct timeline *timeline = timeline_new(BY_YEAR, true);
    timeline_add_corpus(timeline, day("2020"), SLICE("a"), 1);
    CHECK_EQ(rows_of(timeline).count, 1);
    timeline_add_corpus(timeline, day("2022"), SLICE("b"), 1);
    CHECK_EQ(rows_of(timeline).count, 6);
    timeline_free(timeline);
}

TEST(too_many_rows_are_refused)
{
    struct timeline_row *rows, *undated;
    size_t count, undated_count;
    struct err err = {0};
    struct timeline *timeline = timeline_new(BY_DAY, false);
    timeline_add_corpus(timeline, day("1600-01-01"), SLICE(""), 1);
    timeline_add_corpus(
        timeline,
        (struct date){day("1600-01-01").seconds +
                          (LIMIT_TIMELINE_ROWS - 2) * INT64_C(86400),
                      DATE_DAY},
        SLICE(""), 1);
    CHECK_EQ(rows_of(timeline).count, LIMIT_TIMELINE_ROWS - 1);
    timeline_add_corpus(timeline, day("9999-12-31"), SLICE(""), 1);
    CHECK_EQ(
        timeline_rows(timeline, &rows, &count, &undated, &undated_count, &err),
        ERR_LIMIT);
    CHECK(strstr(err.text, "200000 rows"));
    timeline_free(timeline);

    /* Sources multiply. */
    timeline = timeline_new(BY_YEAR, true);
    for (uint32_t i = 0; i < 100; i++) {
        char name[16];
        snprintf(name, sizeof name, "source %u", i);
        timeline_add_corpus(timeline, day(i ? "0001" : "1998"), slice_of(name),
                            1);
    }
    CHECK_EQ(rows_of(timeline).count, 199800);
    timeline_add_corpus(timeline, day("2001"), SLICE(""), 1);
    CHECK_EQ(
        timeline_rows(timeline, &rows, &count, &undated, &undated_count, &err),
        ERR_LIMIT);
    timeline_free(timeline);
}

TEST(dates_out_of_the_calendar_are_damage)
{
    struct timeline *timeline = timeline_new(BY_WEEK, false);
    const int64_t bad[] = {DATE_MIN - 1, DATE_MAX, INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < 4; i++)
        CHECK_EQ(timeline_add_corpus(timeline,
                                     (struct date){bad[i], DATE_SECOND},
                                     SLICE("a"), 1),
                 ERR_CORRUPT);
    CHECK_EQ(rows_of(timeline).count, 0);
    timeline_free(timeline);
}

static int count_with(uint64_t *articles)
{
    struct timeline *timeline = timeline_new(BY_DAY, true);
    struct timeline_row *rows, *undated;
    size_t count, undated_count;
    int rc = timeline ? ERR_OK : ERR_NOMEM;
    *articles = 0;
    for (int i = 0; i < 300 && rc == 0; i++) {
        char name[16];
        snprintf(name, sizeof name, "source %d", i % 50);
        rc = timeline_add_corpus(
            timeline, (struct date){i * 40000, DATE_SECOND}, slice_of(name), 1);
    }
    if (rc == 0)
        rc = timeline_rows(timeline, &rows, &count, &undated, &undated_count,
                           NULL);
    for (size_t i = 0; rc == 0 && i < count; i++)
        *articles += rows[i].corpus_articles;
    timeline_free(timeline);
    return rc;
}

TEST(no_memory_is_told_as_such)
{
    int rc = ERR_NOMEM;
    long n = 0;
    uint64_t articles;
    for (; rc; n++) {
        CHECK(n < 500);
        mem_fail_after(n);
        rc = count_with(&articles);
        mem_fail_after(-1);
        CHECK(rc == 0 || rc == ERR_NOMEM);
    }
    CHECK(n > 10);
    CHECK_EQ(articles, 300);
}

RUN(T(a_date_falls_into_its_period), T(a_gap_in_the_corpus_is_not_a_zero),
    T(nothing_has_no_periods), T(it_counts_as_a_plain_loop_does),
    T(more_may_be_added_after_the_rows_were_read), T(too_many_rows_are_refused),
    T(dates_out_of_the_calendar_are_damage), T(no_memory_is_told_as_such))
