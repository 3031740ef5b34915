/* Scores against docs/ranking.md computed slowly; lists against all articles sorted by
 * what it says. */
#include "engine/native/search/ranking.h"
#include "ranking_model.h"

enum { ROUNDS = 4, QUERIES = 100 };

struct expected {
    const struct sample_article *sample;
    uint32_t units;
};

static int64_t published(const struct expected *e)
{
    const struct date *date = &e->sample->article.published;
    return date->precision ? date->seconds : DATE_MIN;
}

static int by_rank(const void *a, const void *b)
{
    const struct expected *x = a, *y = b;
    if (x->units != y->units)
        return x->units > y->units ? -1 : 1;
    if (published(x) != published(y))
        return published(x) > published(y) ? -1 : 1;
    return slice_cmp(x->sample->article.key, y->sample->article.key);
}

static int by_date(const void *a, const void *b)
{
    struct expected x = *(const struct expected *)a;
    struct expected y = *(const struct expected *)b;
    x.units = y.units = 0;
    return by_rank(&x, &y);
}

/* All that match, in order. */
static size_t expect(const struct model *m, const struct query *query,
                     enum search_sort sort, struct expected *out)
{
    size_t count = 0;
    for (size_t i = 0; i < m->count; i++)
        if (model_matches(m, i, query->root))
            out[count++] = (struct expected){&m->article[i],
                                             model_score(m, i, query->root)};
    if (count)
        qsort(out, count, sizeof *out, sort == SORT_DATE ? by_date : by_rank);
    return count;
}

static void check_list(const char *text, const struct search_result *got,
                       const struct expected *want, size_t count, size_t from)
{
    CHECK_MSG(got->count <= count - from, "'%s': %zu rows from %zu of %zu",
              text, got->count, from, count);
    for (size_t i = 0; i < got->count; i++) {
        const struct found *found = &got->found[i];
        const struct expected *e = &want[from + i];
        CHECK_MSG(found->score * 8192 == (double)e->units &&
                      slice_eq(found->key, e->sample->article.key),
                  "'%s', row %zu: %.*s with %.1f, want %.*s with %u", text,
                  from + i, SLICE_ARG(found->key), found->score * 8192,
                  SLICE_ARG(e->sample->article.key), e->units);
    }
}

/* Every limit from every place in the list. */
static void check_every_page(struct world *w, const struct query *query,
                             enum search_sort sort, const char *text,
                             const struct expected *want, size_t count)
{
    for (size_t from = 0; from <= count; from++)
        for (size_t limit = 1; limit <= count - from + 1; limit++) {
            struct search_request request = {
                .limit = limit, .sort = sort, .count_total = limit % 2};
            if (from > 0)
                request.after = (struct search_cursor){
                    true, (double)want[from - 1].units / 8192,
                    published(&want[from - 1]),
                    want[from - 1].sample->article.key};
            struct search_result got;
            world_search(w, query, &request, &got);
            CHECK_EQ(got.count, limit < count - from ? limit : count - from);
            CHECK_EQ(got.more, limit < count - from);
            check_list(text, &got, want, count, from);
        }
}

static void compare(struct world *w, const char *text, bool every_page)
{
    struct model m = {w->live, w->random.sample_count, &w->step};
    struct expected want[WORLD_ARTICLES];
    struct query query;
    world_query(w, text, &query);
    for (int sort = SORT_RELEVANCE; sort <= SORT_DATE; sort++) {
        struct search_request request = {.limit = WORLD_ARTICLES,
                                         .sort = (enum search_sort)sort};
        struct search_result got;
        size_t count = expect(&m, &query, (enum search_sort)sort, want);
        world_search(w, &query, &request, &got);
        CHECK_MSG(got.count == count, "'%s': %zu, want %zu", text, got.count,
                  count);
        check_list(text, &got, want, count, 0);
        if (every_page && count < 30)
            check_every_page(w, &query, (enum search_sort)sort, text, want,
                             count);
    }
    arena_reset(&w->step);
}

static void score_many(uint64_t seed, const char *lang, bool names)
{
    static struct world w;
    world_open(&w, seed);
    w.lang = lang;
    if (names)
        world_names(&w);
    world_write(&w);
    for (int round = 0; round < ROUNDS; round++) {
        world_change(&w);
        world_read(&w);
        for (int q = 0; q < QUERIES; q++) {
            random_query(&w.random, &w.text);
            compare(&w, w.text.data, q % 10 == 0);
        }
    }
    CHECK(world_segments(&w) >= 3);
    world_close(&w);
}

TEST(scores_and_order_are_those_of_the_definition)
{
    score_many(8192, NULL, false);
}

TEST(so_they_are_in_one_language)
{
    score_many(4096, "en", false);
}

TEST(so_they_are_of_entities)
{
    score_many(58217, NULL, true);
}

/* What random questions seldom ask. */
TEST(each_rule_of_the_ranking_has_a_question)
{
    static const char *const texts[] = {
        "US",
        "us",
        "US US",
        "US AND (war OR draft)",
        "AFL-CIO",
        "\"AFL-CIO war\" OR afl-cio",
        "c-130 the",
        "the the the to",
        "draft draft",
        "draft OR draft",
        "draft OR =draft OR dr*",
        "(draft the) OR (war to)",
        "(draft NOT the) OR war",
        "((draft the) OR (war NOT to)) AND (casa OR (rock NOT n))",
        "((draft the NOT to) OR us) NOT casa",
        "((the to) NOT draft) OR of OR us OR a",
        "((the NOT to) AND (a OR of)) OR war OR draft OR talk",
        "(the (to OR (a (of NOT war)))) OR draft OR (to NOT (the a))",
        "title:the OR title:\"the to\" OR title:c-130",
        "\"the to\"~3 OR [the * to] OR [(the|to) dr*]",
        "(the NEAR/3 to) (to ADJ/5 the)",
        "(the NOTNEAR/1 to) OR nosuchword",
        "nosuchword*",
        "lang:en",
        "lang:en OR the",
        "lang:en the",
        "(lang:en OR source:ap) date:>=2020",
        "date:none",
        "(\"the to\" OR \"to the\") NEAR/9 the",
    };
    static struct world w;
    world_open(&w, 77);
    world_write(&w);
    for (int round = 0; round < 3; round++)
        world_change(&w);
    world_read(&w);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        compare(&w, texts[i], true);
    world_close(&w);
}

/* --- closeness --- */

static int by_start(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return (x->end > y->end) - (x->end < y->end);
}

/* Of any widths, also one inside the other; sorted, each once. */
static struct hit_list random_spans(uint64_t *rng, struct span *span,
                                    struct hit *hit)
{
    size_t count = rng_below(rng, 8), kept = 0;
    for (size_t i = 0; i < count; i++) {
        span[i].start = rng_below(rng, 60);
        span[i].end = span[i].start + 1 + rng_below(rng, 9);
    }
    if (count)
        qsort(span, count, sizeof *span, by_start);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || by_start(&span[i], &span[kept - 1]) != 0)
            span[kept++] = span[i];
    for (size_t i = 0; i < kept; i++)
        hit[i] = (struct hit){.span = span[i]};
    return (struct hit_list){hit, kept};
}

TEST(the_closest_two_of_any_spans_are_found)
{
    uint64_t rng = 15;
    size_t near = 0, far = 0;
    for (int round = 0; round < 20000; round++) {
        struct span a[8], b[8];
        struct hit hit_a[8], hit_b[8];
        struct hit_list of_a = random_spans(&rng, a, hit_a);
        struct hit_list of_b = random_spans(&rng, b, hit_b);
        const struct span_list spans_a = {a, of_a.count};
        const struct span_list spans_b = {b, of_b.count};
        uint32_t want = model_gap(&of_a, &of_b);
        if (want > CLOSENESS_REACH)
            want = CLOSENESS_REACH + 1;
        CHECK_EQ(closest_gap(&spans_a, &spans_b), want);
        near += want > 0 && want <= CLOSENESS_REACH;
        far += want > CLOSENESS_REACH;
    }
    CHECK(near > 1000 && far > 1000);
}

TEST(a_prefix_may_stand_for_hundreds_of_forms)
{
    static struct world w;
    world_open(&w, 3);
    world_write(&w);
    world_many_forms(&w);
    for (size_t i = 0;
         i < sizeof many_forms_questions / sizeof *many_forms_questions; i++) {
        compare(&w, many_forms_questions[i], true);
    }
    world_close(&w);
}

RUN(T(scores_and_order_are_those_of_the_definition),
    T(so_they_are_in_one_language), T(so_they_are_of_entities),
    T(each_rule_of_the_ranking_has_a_question),
    T(the_closest_two_of_any_spans_are_found),
    T(a_prefix_may_stand_for_hundreds_of_forms))
