#include "views/counts.h"

#include "../query/one_article.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "check.h"

#include <math.h>

/* --- scores --- */

TEST(log_likelihood_by_hand)
{
    static const struct {
        const char *what;
        uint64_t a, b, c, d;
        double g2;
    } rows[] = {
        /* E1 = 1000 * 30/2000 = 15 = E2; 2 (20 ln(20/15) + 10 ln(10/15)) */
        {"20 of 1000 against 10 of 1000", 20, 1000, 30, 2000, 3.3979807},
        {"10 of 1000 against 20 of 1000", 10, 1000, 30, 2000, -3.3979807},
        /* E1 = 10000 * 110/1010000 = 1.0891089, E2 = 108.9108911;
         * 2 (10 ln(10/1.0891089) + 100 ln(100/108.9108911)) */
        {"10 of 10,000 against 100 of 1,000,000", 10, 10000, 110, 1010000,
         27.2725351},
        {"as often as elsewhere", 10, 1000, 100, 10000, 0},
        /* 2 * 5 ln(5 / (1000 * 5/10000)) = 10 ln 10 */
        {"nowhere else", 5, 1000, 5, 10000, 23.0258509},
        /* 2 * 90 ln(90 / 81) with E1 9, E2 81 */
        {"not here", 0, 1000, 90, 10000, -18.9648928},
        {"here is all there is", 7, 100, 7, 100, 0},
        {"no words", 0, 0, 0, 0, 0},
        {"none here", 0, 0, 5, 100, 0},
        {"a corpus that was counted otherwise", 5, 1000, 0, 10000, 23.0258509},
        {"and one that is too small", 5, 10, 5, 3, 0},
        {"more than all", 9, 5, 9, 10, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double got = log_likelihood(rows[i].a, rows[i].b, rows[i].c, rows[i].d);
        if (strcmp(rows[i].what, "more than all") == 0) {
            CHECK(isfinite(got));
            continue;
        }
        CHECK_MSG(fabs(got - rows[i].g2) < 1e-3, "%s: %.7f, want %.7f",
                  rows[i].what, got, rows[i].g2);
    }
}

TEST(log_dice_by_hand)
{
    /* 14 + log2(2 f(x,y) / (f(x) + f(y))), the definition of Rychly 2008: 14 when
     * all occur together only; a point less for half as often. */
    CHECK(fabs(log_dice(10, 10, 10) - 14) < 1e-9);
    CHECK(fabs(log_dice(5, 10, 10) - 13) < 1e-9);
    CHECK(fabs(log_dice(1, 1000, 1048) - 4) < 1e-9);
    CHECK(fabs(log_dice(1, 16384, 16384) - 0) < 1e-9);
    CHECK(fabs(log_dice(3, 4, 20) - 12) < 1e-9);
    CHECK(log_dice(10, 1, 10) <= 14); /* ten times near one hit */
}

/* --- values --- */

TEST(articles_and_times_are_counted_apart)
{
    struct counts *counts = counts_new();
    struct count_row *row;
    size_t count;
    CHECK_EQ(counts_add(counts, SLICE("tass"), 5), 0);
    CHECK_EQ(counts_add(counts, SLICE("tass"), 2), 0); /* the same article */
    CHECK_EQ(counts_add(counts, SLICE(""), 1), 0);
    counts_next_article(counts);
    CHECK_EQ(counts_add(counts, SLICE("upi"), 3), 0);
    counts_next_article(counts);
    CHECK_EQ(counts_add(counts, SLICE("afp"), 3), 0);
    CHECK_EQ(counts_add(counts, SLICE("tass"), 0), 0);
    CHECK_EQ(counts_find(counts, SLICE("tass"))->articles, 2);
    CHECK(!counts_find(counts, SLICE("reuters")));
    counts_rows(counts, &row, &count);
    CHECK_EQ(count, 4);
    static const struct {
        const char *value;
        uint64_t articles, times;
    } want[] = {{"tass", 2, 7}, {"afp", 1, 3}, {"upi", 1, 3}, {"", 1, 1}};
    for (size_t i = 0; i < 4; i++) {
        CHECK_SLICE(row[i].value, slice_of(want[i].value));
        CHECK_EQ(row[i].articles, want[i].articles);
        CHECK_EQ(row[i].times, want[i].times);
    }
    counts_free(counts);
    counts_free(NULL);
}

TEST(nothing_gives_no_rows)
{
    struct counts *counts = counts_new();
    struct count_row *row;
    size_t count;
    counts_rows(counts, &row, &count);
    CHECK_EQ(count, 0);
    counts_free(counts);
}

/* --- near hits --- */

/* "word:times word:times", by word. */
static int compare_values(const void *a, const void *b)
{
    return slice_cmp(((const struct count_row *)a)->value,
                     ((const struct count_row *)b)->value);
}

static void show(struct counts *counts, struct strbuf *out)
{
    struct count_row *row;
    size_t count;
    counts_rows(counts, &row, &count);
    if (count)
        qsort(row, count, sizeof *row, compare_values);
    strbuf_reset(out);
    for (size_t i = 0; i < count; i++)
        strbuf_addf(out, "%s%.*s:%llu", i ? " " : "", SLICE_ARG(row[i].value),
                    (unsigned long long)row[i].times);
}

static void find_hits(struct one_article *one, const char *text,
                      struct arena *arena, struct hit_list *hits)
{
    struct query query;
    struct err err = {0};
    struct token_view view;
    CHECK_OK(one_article_query(one, text, arena, &query, &err), err);
    token_view_init(&view, &one->article, &one->analysis);
    CHECK_OK(match_hits(&query, &view.base, arena, hits, &err), err);
}

TEST(words_near_the_hits)
{
    static const struct {
        const char *what, *title, *body, *query;
        uint32_t window;
        const char *shown;
    } rows[] = {
        {"both sides", "", "a b c oil d e f", "oil", 2, "b:1 c:1 d:1 e:1"},
        {"an occurrence between two hits counts once", "", "oil a oil", "oil",
         5, "a:1"},
        {"windows that overlap", "", "z oil a b oil c z", "oil", 2,
         "a:1 b:1 c:1 z:2"},
        {"hits are not near each other", "", "a oil oil oil b", "oil", 1,
         "a:1 b:1"},
        {"nor are words of other hits", "", "crude oil rose", "crude oil", 3,
         "rose:1"},
        {"words between those of a hit are", "", "x oil or gas prices y",
         "oil NEAR/2 prices", 1, "gas:1 or:1 x:1 y:1"},
        {"a part has an end", "a b oil", "c d oil", "oil", 50,
         "a:1 b:1 c:1 d:1"},
        {"joined forms are left out", "", "C-130 oil x-y", "oil", 2,
         "130:1 c:1 x:1 y:1"},
        {"forms are folded", "", "The the THE oil", "oil", 3, "the:3"},
        {"the largest window", "", "a oil b", "oil", 50, "a:1 b:1"},
        {"no hits", "", "a b", "oil", 5, ""},
        {"fields have none", "", "a b", "date:none", 5, ""},
    };
    struct strbuf got;
    strbuf_init(&got, SIZE_MAX);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct one_article one;
        struct arena arena;
        struct hit_list hits;
        uint64_t near = 3;
        arena_init(&arena, SIZE_MAX);
        CHECK_EQ(one_article_init(&one, "en", rows[i].title, rows[i].body), 0);
        find_hits(&one, rows[i].query, &arena, &hits);
        struct counts *counts = counts_new();
        CHECK_EQ(counts_add_near(counts, &one.analysis, &hits, rows[i].window,
                                 &near, &arena),
                 0);
        struct count_row *row;
        size_t count;
        counts_rows(counts, &row, &count);
        for (size_t r = 0; r < count; r++)
            near -= row[r].times;
        CHECK_EQ(near, 3);
        show(counts, &got);
        CHECK_MSG(strcmp(got.data, rows[i].shown) == 0,
                  "%s:\n got  %s\n want %s", rows[i].what, got.data,
                  rows[i].shown);
        counts_free(counts);
        arena_reset(&arena);
        one_article_release(&one);
    }
    strbuf_release(&got);
}

/* --- beside a simple model --- */

static const char *const vocabulary[] = {"oil",    "crude",   "prices", "C-130",
                                         "a",      "b",       "c",      "d",
                                         "\u4e2d", "l'accord"};
enum { VOCABULARY = 10 };

static const char *random_text(uint64_t *rng, uint32_t most, struct strbuf *out)
{
    strbuf_reset(out);
    for (uint32_t n = rng_below(rng, most); n > 0; n--)
        strbuf_addf(out, "%s ", vocabulary[rng_below(rng, VOCABULARY)]);
    return out->data;
}

/* One word of one article at a time, as the header says it. */
static bool is_near(const struct analysis *analysis,
                    const struct hit_list *hits, uint32_t window,
                    const struct token *token)
{
    bool near = false;
    for (size_t i = 0; i < hits->count; i++) {
        const struct hit *hit = &hits->hit[i];
        int64_t from = (int64_t)hit->span.start - window;
        int64_t to = (int64_t)hit->span.end + window;
        uint8_t part = 99;
        for (size_t t = 0; t < analysis->tokens.count; t++)
            if (analysis->tokens.token[t].position == hit->span.start)
                part = analysis->tokens.token[t].part;
        if (token->part == part && token->position >= from &&
            token->position < to)
            near = true;
        for (size_t l = 0; l < hit->leaf_count; l++)
            if (token->position >= hit->leaf[l].start &&
                token->position < hit->leaf[l].end)
                return false;
    }
    return near;
}

struct tally {
    uint64_t articles, times;
};

/* By the word's number in `forms`. */
static const char *const forms[] = {"oil", "crude", "prices", "c", "130",   "a",
                                    "b",   "d",     "\u4e2d", "l", "accord"};
enum { FORMS = 11 };

static void count_naively(const struct analysis *analysis,
                          const struct hit_list *hits, uint32_t window,
                          struct tally tally[FORMS])
{
    bool seen[FORMS] = {false};
    for (size_t i = 0; i < analysis->tokens.count; i++) {
        const struct token *token = &analysis->tokens.token[i];
        if (token->joined || (hits && !is_near(analysis, hits, window, token)))
            continue;
        size_t form = 0;
        while (form < FORMS && !slice_eq(token->form, slice_of(forms[form])))
            form++;
        CHECK(form < FORMS);
        tally[form].times++;
        tally[form].articles += !seen[form];
        seen[form] = true;
    }
}

static void check_tally(struct counts *counts, const struct tally tally[FORMS])
{
    struct count_row *row;
    size_t count, present = 0;
    counts_rows(counts, &row, &count);
    for (size_t f = 0; f < FORMS; f++)
        present += tally[f].times > 0;
    CHECK_EQ(count, present);
    for (size_t i = 0; i < count; i++) {
        size_t f = 0;
        while (!slice_eq(row[i].value, slice_of(forms[f])))
            f++;
        CHECK_EQ(row[i].articles, tally[f].articles);
        CHECK_EQ(row[i].times, tally[f].times);
        if (i > 0)
            CHECK(row[i - 1].articles > row[i].articles ||
                  (row[i - 1].articles == row[i].articles &&
                   row[i - 1].times >= row[i].times));
    }
}

TEST(it_counts_as_a_plain_loop_does)
{
    static const char *const questions[] = {"oil",
                                            "oil OR crude",
                                            "\"crude oil\"",
                                            "c130 OR \u4e2d",
                                            "oil NEAR/3 prices",
                                            "crude ADJ/9 oil",
                                            "\"a b c\"~4",
                                            "(oil NEAR/5 a) OR b OR prices"};
    uint64_t rng = 31;
    struct strbuf title, body;
    size_t found = 0;
    strbuf_init(&title, SIZE_MAX);
    strbuf_init(&body, SIZE_MAX);
    for (int round = 0; round < 150; round++) {
        struct counts *words = counts_new(), *nearby = counts_new();
        struct tally all[FORMS] = {{0}}, some[FORMS] = {{0}};
        uint64_t near = 0, want = 0;
        uint32_t window = 1 + rng_below(&rng, round % 2 ? 50 : 4);
        for (int n = 0; n < 4; n++) {
            struct one_article one;
            struct arena arena;
            struct hit_list hits;
            arena_init(&arena, SIZE_MAX);
            CHECK_EQ(one_article_init(&one, "en", random_text(&rng, 8, &title),
                                      random_text(&rng, 60, &body)),
                     0);
            find_hits(&one, questions[round % 8], &arena, &hits);
            found += hits.count;
            counts_next_article(words);
            counts_next_article(nearby);
            CHECK_EQ(counts_add_words(words, &one.analysis), 0);
            CHECK_EQ(counts_add_near(nearby, &one.analysis, &hits, window,
                                     &near, &arena),
                     0);
            count_naively(&one.analysis, NULL, 0, all);
            count_naively(&one.analysis, &hits, window, some);
            arena_reset(&arena);
            one_article_release(&one);
        }
        for (size_t f = 0; f < FORMS; f++)
            want += some[f].times;
        CHECK_EQ(near, want);
        check_tally(words, all);
        check_tally(nearby, some);
        counts_free(words);
        counts_free(nearby);
    }
    CHECK(found > 1000);
    strbuf_release(&title);
    strbuf_release(&body);
}

static int count_all(struct one_article *one, const struct hit_list *hits,
                     uint64_t *near)
{
    struct arena scratch;
    arena_init(&scratch, SIZE_MAX);
    struct counts *counts = counts_new();
    int rc = counts ? ERR_OK : ERR_NOMEM;
    *near = 0;
    for (int i = 0; i < 200 && rc == 0; i++) {
        char value[16];
        snprintf(value, sizeof value, "value %d", i);
        rc = counts_add(counts, slice_of(value), 1);
    }
    if (rc == 0)
        rc = counts_add_words(counts, &one->analysis);
    if (rc == 0)
        rc = counts_add_near(counts, &one->analysis, hits, 5, near, &scratch);
    counts_free(counts);
    arena_reset(&scratch);
    return rc;
}

TEST(no_memory_is_told_as_such)
{
    struct one_article one;
    struct arena arena;
    struct hit_list hits;
    uint64_t near;
    arena_init(&arena, SIZE_MAX);
    CHECK_EQ(one_article_init(&one, "en", "oil", "crude oil prices rose"), 0);
    find_hits(&one, "oil", &arena, &hits);
    int rc = ERR_NOMEM;
    long n = 0;
    for (; rc; n++) {
        CHECK(n < 500);
        mem_fail_after(n);
        rc = count_all(&one, &hits, &near);
        mem_fail_after(-1);
        CHECK(rc == 0 || rc == ERR_NOMEM);
    }
    CHECK(n > 10);
    CHECK_EQ(near, 3);
    arena_reset(&arena);
    one_article_release(&one);
}

RUN(T(log_likelihood_by_hand), T(log_dice_by_hand),
    T(articles_and_times_are_counted_apart), T(nothing_gives_no_rows),
    T(words_near_the_hits), T(it_counts_as_a_plain_loop_does),
    T(no_memory_is_told_as_such))
