/* Random questions over several segments with dead articles: the engine and the slow
 * evaluator give the same articles and the same hits; pages add up to the whole list. */
#include "query/oracle.h"
#include "search_world.h"

enum { ROUNDS = 5, QUERIES = 150 };

struct seen {
    struct world *w;
    bool matches[WORLD_ARTICLES];
    struct hit_list hits[WORLD_ARTICLES];
};

static bool same_date(struct date a, struct date b)
{
    return a.precision == b.precision && a.seconds == b.seconds;
}

/* What is known of an article without its text is what was put. */
static void check_info(struct searcher *searcher, doc_ref doc,
                       const struct article_info *info,
                       const struct sample_article *want)
{
    struct err err = {0};
    struct date published;
    uint32_t words;
    CHECK_OK(native_engine.published(searcher, doc, &published, &words, &err),
             err);
    CHECK(same_date(info->published, want->article.published));
    CHECK(same_date(published, want->article.published));
    CHECK_EQ(info->words, want->analysis.word_count);
    CHECK_EQ(words, want->analysis.word_count);
    CHECK_EQ(info->generation, want->article.generation);
    CHECK(slice_eq(info->source, want->article.source));
}

static int note(void *context, struct searcher *searcher, doc_ref doc,
                const struct hit_list *hits, struct err *err)
{
    struct seen *seen = context;
    struct arena *arena = &seen->w->step;
    struct article_info info;
    CHECK_OK(native_engine.info(searcher, doc, arena, &info, err), *err);
    size_t i = world_index(info.key);
    check_info(searcher, doc, &info, &seen->w->article[i]);
    CHECK(!seen->matches[i]);
    seen->matches[i] = true;
    seen->hits[i].count = hits->count;
    seen->hits[i].hit =
        arena_copy(arena, hits->hit, hits->count * sizeof *hits->hit);
    return ERR_OK;
}

static void compare_hits(const char *text, size_t article,
                         const struct hit_list *got,
                         const struct hit_list *want)
{
    CHECK_MSG(got->count == want->count,
              "'%s' in k:%zu: %zu hits, the oracle says %zu", text, article,
              got->count, want->count);
    for (size_t h = 0; h < got->count; h++)
        CHECK_MSG(got->hit[h].span.start == want->hit[h].span.start &&
                      got->hit[h].span.end == want->hit[h].span.end,
                  "'%s' in k:%zu, hit %zu: [%u,%u), the oracle says [%u,%u)",
                  text, article, h, got->hit[h].span.start,
                  got->hit[h].span.end, want->hit[h].span.start,
                  want->hit[h].span.end);
}

static void check_order(const char *text, const struct search_result *list,
                        enum search_sort sort)
{
    for (size_t i = 1; i < list->count; i++) {
        const struct found *a = &list->found[i - 1], *b = a + 1;
        int64_t at = found_seconds(a), bt = found_seconds(b);
        bool same_score = sort == SORT_DATE || a->score == b->score;
        bool ordered =
            same_score ? at > bt || (at == bt && slice_cmp(a->key, b->key) < 0)
                       : a->score > b->score;
        CHECK_MSG(ordered, "'%s': %zu before %zu", text, i - 1, i);
    }
}

static void check_rows(const char *text, const struct search_result *part,
                       const struct search_result *whole, size_t from)
{
    for (size_t i = 0; i < part->count; i++) {
        const struct found *got = &part->found[i];
        const struct found *want = &whole->found[from + i];
        CHECK_MSG(slice_eq(got->key, want->key) && got->score == want->score &&
                      got->doc == want->doc,
                  "'%s': from %zu, row %zu: %.*s %f, want %.*s %f", text, from,
                  i, SLICE_ARG(got->key), got->score, SLICE_ARG(want->key),
                  want->score);
    }
}

/* The pages of `sort` one after the other are the whole list, counted or not. */
static void check_pages(struct world *w, const struct query *query,
                        enum search_sort sort, const char *text, uint64_t total)
{
    struct search_request all = {.limit = SIZE_MAX, .sort = sort};
    struct search_request page = {.limit = 1 + rng_below(&w->rng, 9),
                                  .sort = sort,
                                  .count_total = rng_below(&w->rng, 2)};
    struct search_result whole, part;
    world_search(w, query, &all, &whole);
    CHECK_MSG(whole.count == total && !whole.more, "'%s'", text);
    check_order(text, &whole, sort);
    for (size_t at = 0; at < whole.count || at == 0; at += part.count) {
        world_search(w, query, &page, &part);
        CHECK_EQ(part.total, page.count_total ? total : 0);
        CHECK_EQ(part.more, at + part.count < whole.count);
        CHECK(part.count == page.limit || !part.more);
        check_rows(text, &part, &whole, at);
        if (part.count == 0)
            break;
        page.after = cursor_at(&part.found[part.count - 1]);
    }
}

struct tally {
    size_t matched, empty, skipped;
};

static void compare(struct world *w, const char *text, struct tally *tally)
{
    struct err err = {0};
    struct query query;
    struct seen *seen = arena_new(&w->step, struct seen);
    CHECK(seen);
    seen->w = w;
    world_query(w, text, &query);
    CHECK_OK(native_engine.visit(w->searcher, &query, true, NULL, &w->step,
                                 note, seen, &err),
             err);
    uint64_t total = 0, total_hits = 0;
    for (size_t i = 0; i < WORLD_ARTICLES; i++) {
        const struct sample_article *sample = &w->article[i];
        bool matches;
        struct hit_list hits;
        if (sample->article.key.len == 0) {
            CHECK(!seen->matches[i]);
            continue;
        }
        int rc = oracle_match(&query, &sample->article, &sample->analysis,
                              w->stemmers, &w->step, &matches, &hits, &err);
        if (rc == ERR_LIMIT) {
            tally->skipped++;
            return;
        }
        CHECK_MSG(rc == ERR_OK, "'%s': %s (%s)", text, err_name(rc), err.text);
        CHECK_MSG(matches == seen->matches[i],
                  "'%s' in k:%zu (%.*s): %d, the oracle says %d\n%.*s | %.*s",
                  text, i, SLICE_ARG(sample->article.lang), seen->matches[i],
                  matches, SLICE_ARG(sample->article.text[PART_TITLE]),
                  SLICE_ARG(sample->article.text[PART_BODY]));
        if (matches)
            compare_hits(text, i, &seen->hits[i], &hits);
        total += matches;
        total_hits += matches ? hits.count : 0;
    }
    struct search_request count = {.count_total = true};
    struct search_result result;
    world_search(w, &query, &count, &result);
    CHECK_EQ(result.total, total);
    count.count_hits = true;
    world_search(w, &query, &count, &result);
    CHECK_EQ(result.total, total);
    CHECK_EQ(result.total_hits, total_hits);
    CHECK_EQ(result.count, 0);
    check_pages(w, &query, SORT_RELEVANCE, text, total);
    check_pages(w, &query, SORT_DATE, text, total);
    tally->matched += total > 0;
    tally->empty += total == 0;
}

static void ask_many(uint64_t seed, const char *lang, bool names)
{
    static struct world w;
    struct tally tally = {0};
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
            compare(&w, w.text.data, &tally);
            arena_reset(&w.step);
        }
    }
    CHECK(world_segments(&w) >= 3);
    print_message("%zu questions with answers, %zu without, %zu not compared\n",
                  tally.matched, tally.empty, tally.skipped);
    CHECK(tally.matched > ROUNDS * QUERIES / 3);
    CHECK(!names || w.random.used[RANDOM_ENTITY] > ROUNDS * QUERIES / 4);
    CHECK(!names || w.random.used[RANDOM_ENTITY_FORM] > ROUNDS * QUERIES / 20);
    CHECK(tally.skipped < ROUNDS * QUERIES / 20);
    world_close(&w);
}

TEST(the_engine_answers_as_the_slow_evaluator_does)
{
    ask_many(20220329, NULL, false);
}

/* Stems whose words are in all articles share a list with them. */
TEST(so_it_does_where_all_is_in_one_language)
{
    ask_many(1987, "en", false);
}

TEST(so_it_does_where_words_have_no_stems)
{
    ask_many(4711, "zh", false);
}

TEST(so_it_does_about_entities)
{
    ask_many(58217, NULL, true);
}

/* Numbers of mentions are not those of words: each name beside each word. */
TEST(names_beside_words_are_not_taken_for_each_other)
{
    static struct world w;
    struct tally tally = {0};
    world_open(&w, 4);
    world_names(&w);
    world_write(&w);
    world_change(&w);
    world_change(&w);
    world_read(&w);
    for (size_t n = 0; n < w.entities->count; n++)
        for (size_t i = 0; i < sizeof world_words / sizeof *world_words; i++) {
            char text[128];
            snprintf(text, sizeof text, "[@%.*s %s]",
                     SLICE_ARG(w.entities->entity[n].id), world_words[i]);
            compare(&w, text, &tally);
            snprintf(text, sizeof text, "[%s @%.*s]", world_words[i],
                     SLICE_ARG(w.entities->entity[n].id));
            compare(&w, text, &tally);
            arena_reset(&w.step);
        }
    CHECK(tally.matched > 50);
    world_close(&w);
}

/* Filters beside what has to be verified are asked of each article. */
TEST(filters_are_the_same_as_lists_and_one_by_one)
{
    static const char *const filters[] = {
        "key:k:7",         "key:k:777",
        "source:ap",       "lang:en",
        "topic:grain",     "date:2021",
        "date:none",       "date:>=2021",
        "source:\"none\"", "since:2",
        "since:0",         "lang:pt",
        "since:99",        "lang:zh",
        "date:<=1999",     "topic:\"istanbul talks\"",
    };
    static const char *const forms[] = {
        "%s",
        "%s OR \"the to\"",
        "(%s OR (the NEAR/2 to)) NOT \"draft the\"",
        "the NOT (\"the to\" %s)",
        "(the NOT %s) OR [the * to]",
        "the OR (to %s)",
    };
    static struct world w;
    struct tally tally = {0};
    world_open(&w, 8);
    world_write(&w);
    for (int round = 0; round < 4; round++)
        world_change(&w);
    world_read(&w);
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        for (size_t k = 0; k < sizeof forms / sizeof *forms; k++) {
            char text[256];
            const char *at = strstr(forms[k], "%s");
            snprintf(text, sizeof text, "%.*s%s%s", (int)(at - forms[k]),
                     forms[k], filters[i], at + 2);
            compare(&w, text, &tally);
            arena_reset(&w.step);
        }
    world_close(&w);
}

TEST(a_prefix_may_stand_for_hundreds_of_forms)
{
    static struct world w;
    struct tally tally = {0};
    world_open(&w, 3);
    world_write(&w);
    world_many_forms(&w);
    for (size_t i = 0;
         i < sizeof many_forms_questions / sizeof *many_forms_questions; i++) {
        compare(&w, many_forms_questions[i], &tally);
        arena_reset(&w.step);
    }
    world_close(&w);
}

RUN(T(the_engine_answers_as_the_slow_evaluator_does),
    T(so_it_does_where_all_is_in_one_language),
    T(so_it_does_where_words_have_no_stems), T(so_it_does_about_entities),
    T(names_beside_words_are_not_taken_for_each_other),
    T(filters_are_the_same_as_lists_and_one_by_one),
    T(a_prefix_may_stand_for_hundreds_of_forms))
