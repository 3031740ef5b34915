/* The law of one index: the same articles give the same answers, to the bit, however they
 * came to be there. */
#include "search_world.h"

enum { WAYS = 4, QUERIES = 400 };

/* All articles at once. */
static void in_one_run(struct world *w)
{
    for (size_t i = 0; i < WORLD_ARTICLES; i++)
        world_put(w, &w->article[i]);
    world_commit(w);
}

/* A random fifth in each of five runs. */
static void in_five_runs(struct world *w)
{
    uint32_t run[WORLD_ARTICLES];
    for (size_t i = 0; i < WORLD_ARTICLES; i++)
        run[i] = rng_below(&w->rng, 5);
    for (uint32_t r = 0; r < 5; r++) {
        for (size_t i = WORLD_ARTICLES; i > 0; i--)
            if (run[i - 1] == r)
                world_put(w, &w->article[i - 1]);
        world_commit(w);
    }
}

/* Other versions before them, and articles that are gone again. */
static void with_a_past(struct world *w)
{
    static struct world other; /* articles with the same keys, and more */
    struct sample_article gone[WORLD_ARTICLES];
    other = (struct world){.stemmers = w->stemmers, .rng = 99, .lang = w->lang};
    arena_init(&other.texts, SIZE_MAX);
    for (size_t i = 0; i < WORLD_ARTICLES; i++) {
        world_article(&other, i);
        gone[i] = other.article[i];
        gone[i].article.key =
            slice_of(arena_printf(&other.texts, "gone:%zu", i));
    }
    for (size_t i = 0; i < WORLD_ARTICLES; i++) {
        if (i % 2)
            world_put(w, &other.article[i]);
        if (i % 3)
            world_put(w, &gone[i]);
        if (i % 20 == 19)
            world_commit(w);
    }
    for (size_t i = WORLD_ARTICLES; i > 0; i--) {
        world_put(w, &w->article[i - 1]);
        if (i % 7 == 0)
            world_commit(w);
        if ((i - 1) % 3)
            world_delete(w, gone[i - 1].article.key);
    }
    world_commit(w);
    arena_reset(&other.texts);
}

static void with_a_past_merged(struct world *w)
{
    struct err err = {0};
    with_a_past(w);
    CHECK_OK(native_engine.writer_merge(w->writer, &err), err);
    world_commit(w);
}

static void check_same(const char *text, const struct search_result *got,
                       const struct search_result *want, int way)
{
    CHECK_MSG(
        got->count == want->count && got->total == want->total &&
            got->total_hits == want->total_hits && got->more == want->more,
        "'%s', way %d: %zu of %llu, %llu hits; want %zu of %llu, %llu", text,
        way, got->count, (unsigned long long)got->total,
        (unsigned long long)got->total_hits, want->count,
        (unsigned long long)want->total, (unsigned long long)want->total_hits);
    for (size_t i = 0; i < got->count; i++)
        CHECK_MSG(slice_eq(got->found[i].key, want->found[i].key) &&
                      memcmp(&got->found[i].score, &want->found[i].score,
                             sizeof(double)) == 0,
                  "'%s', way %d, row %zu: %.*s %.17g, want %.*s %.17g", text,
                  way, i, SLICE_ARG(got->found[i].key), got->found[i].score,
                  SLICE_ARG(want->found[i].key), want->found[i].score);
}

static void ask_all(struct world *w, const char *text)
{
    for (int sort = SORT_RELEVANCE; sort <= SORT_DATE; sort++) {
        struct search_result first = {0};
        struct search_request request = {
            .limit = 1 + rng_below(&w[0].rng, WORLD_ARTICLES + 1),
            .sort = (enum search_sort)sort,
            .count_total = true,
            .count_hits = true};
        for (int way = 0; way < WAYS; way++) {
            struct query query;
            struct search_result result;
            world_query(&w[way], text, &query);
            world_search(&w[way], &query, &request, &result);
            if (way == 0)
                first = result;
            else
                check_same(text, &result, &first, way);
        }
    }
    for (int way = 0; way < WAYS; way++)
        arena_reset(&w[way].step);
}

static void compare_ways(const char *lang)
{
    static void (*const ways[WAYS])(struct world *) = {
        in_one_run, in_five_runs, with_a_past, with_a_past_merged};
    static struct world w[WAYS];
    for (int way = 0; way < WAYS; way++) {
        world_open(&w[way], 5);
        w[way].lang = lang;
        for (size_t i = 0; i < WORLD_ARTICLES; i++)
            world_article(&w[way], i); /* the same ones each time */
        world_write(&w[way]);
        ways[way](&w[way]);
        world_read(&w[way]);
    }
    CHECK_EQ(world_segments(&w[0]), 1);
    CHECK_EQ(world_segments(&w[1]), 5);
    CHECK(world_segments(&w[2]) > 1);
    CHECK_EQ(world_segments(&w[3]), 1);
    for (int q = 0; q < QUERIES; q++) {
        random_query(&w[0].random, &w[0].text);
        /* since: is about how the articles came. */
        if (!strstr(w[0].text.data, "since:"))
            ask_all(w, w[0].text.data);
    }
    for (int way = 0; way < WAYS; way++)
        world_close(&w[way]);
}

TEST(the_same_articles_give_the_same_answers)
{
    compare_ways(NULL);
}

TEST(so_they_do_in_one_language)
{
    compare_ways("en");
}

RUN(T(the_same_articles_give_the_same_answers), T(so_they_do_in_one_language))
