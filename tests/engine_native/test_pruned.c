/* What is passed over is not missed: lists with bounds are equal to those of a walk over
 * all matches, to the bit. */
#include "engine/native/read/score_scale.h"
#include "search_world.h"

enum { ARTICLES = 1500, WORDS = 24, QUESTIONS = 400 };
enum { SHARED = 8 }; /* of each of seven segments: no list has a second block */

/* Word n is in about one of 2^(n/3) articles, some in capitals, some with a hyphen. */
static void write_text(struct world *w, struct strbuf *text, uint32_t most)
{
    strbuf_reset(text);
    for (uint32_t n = 1 + rng_below(&w->rng, most); n > 0; n--) {
        uint32_t word = 0;
        while (word < WORDS - 1 && rng_below(&w->rng, 5))
            word++;
        uint32_t how = rng_below(&w->rng, 12);
        strbuf_addf(text,
                    how == 0   ? "WO%c "
                    : how == 1 ? "wo%cs "
                    : how == 2 ? "a-wo%c "
                               : "wo%c ",
                    (how == 0 ? 'A' : 'a') + (char)word);
    }
}

static void put_article(struct world *w, size_t i, struct strbuf *text)
{
    static const char *const langs[] = {"en", "en", "en", "de", "xx"};
    struct sample_article sample = {
        .article = {.key = slice_of(arena_printf(&w->texts, "k:%zu", i)),
                    .lang = slice_of(PICK(langs, &w->rng)),
                    .source = slice_of(PICK(world_sources, &w->rng))}};
    struct article *a = &sample.article;
    if (rng_below(&w->rng, 3) == 0) {
        write_text(w, text, 3);
        CHECK_EQ(arena_copy_slice(&w->texts, strbuf_slice(text),
                                  &a->text[PART_TITLE]),
                 0);
    }
    /* A few are long: lengths matter to bounds. */
    write_text(w, text, rng_below(&w->rng, 10) ? 12 : 200);
    CHECK_EQ(
        arena_copy_slice(&w->texts, strbuf_slice(text), &a->text[PART_BODY]),
        0);
    if (rng_below(&w->rng, 8))
        a->published =
            (struct date){date_from_civil((struct civil_date){
                              2020 + (int)rng_below(&w->rng, 3), 3, 1}),
                          DATE_DAY};
    world_analyse(w, &sample);
    world_put(w, &sample);
}

/* Three segments, of which the last has other lengths; `dead` of ten are deleted. */
static void fill(struct world *w, uint64_t seed, uint32_t dead,
                 const char *lines)
{
    struct strbuf text;
    strbuf_init(&text, 1 << 16);
    world_open(w, seed);
    if (lines)
        world_register(w, lines);
    world_write(w);
    for (size_t i = 0; i < ARTICLES; i++) {
        put_article(w, i, &text);
        if (i == ARTICLES / 2 || i == ARTICLES / 2 + 100)
            world_commit(w);
    }
    world_commit(w);
    for (size_t i = 0; i < ARTICLES; i++)
        if (rng_below(&w->rng, 10) < dead)
            world_delete(w, slice_of(arena_printf(&w->step, "k:%zu", i)));
    world_commit(w);
    world_read(w);
    const struct native_snapshot *snapshot =
        (const struct native_snapshot *)w->snapshot;
    CHECK_EQ(snapshot->segment_count, 3);
    for (size_t i = 0; i < snapshot->segment_count; i++)
        CHECK_EQ(snapshot->segment[i]->live != NULL, dead > 0);
    strbuf_release(&text);
}

static void add_word(struct world *w, struct strbuf *out)
{
    static const char *const forms[] = {"w%c", "w%c",  "w%c",
                                        "W%C", "=w%c", "=W%C"};
    static const char *const names[] = {
        "@woa", "@b", "@c=woe", "@woa=\"wod wob\"", "@d", "@woa"};
    if (w->entities && rng_below(&w->rng, 2)) {
        strbuf_add_text(out, PICK(names, &w->rng));
        return;
    }
    const char *form = PICK(forms, &w->rng);
    char word = (char)('a' + (char)rng_below(&w->rng, WORDS));
    strbuf_add_text(out, form[0] == '=' ? "=" : "");
    bool capitals = strchr(form, 'C');
    strbuf_addf(out, "%s%c", capitals ? "WO" : "wo",
                capitals ? word - 'a' + 'A' : word);
}

static void add_words(struct world *w, const char *between, uint32_t most,
                      struct strbuf *out)
{
    strbuf_add_text(out, "(");
    for (uint32_t n = 1 + rng_below(&w->rng, most); n > 0; n--) {
        add_word(w, out);
        strbuf_add_text(out, n > 1 ? between : "");
    }
    strbuf_add_text(out, ")");
}

static void random_question(struct world *w, struct strbuf *out)
{
    static const char *const filters[] = {
        " date:2021",     " date:>=2021",   " date:none",
        " lang:en",       " source:ap",     " NOT lang:de",
        " NOT woa",       " NOT (woc wod)", " (lang:en OR wob)",
        " (wob OR woc*)", " wox*",          " wo* NOT woe",
        " since:2",       " NOT nosuch",    " nosuch",
        " OR nosuch",     " OR lang:de",    " OR \"woa wob\"",
        " OR (woa wob)"};
    strbuf_reset(out);
    add_words(w, rng_below(&w->rng, 2) ? " OR " : " ", 5, out);
    if (rng_below(&w->rng, 3) == 0)
        add_words(w, " OR ", 3, out);
    if (rng_below(&w->rng, 2))
        strbuf_add_text(out, PICK(filters, &w->rng));
}

/* Every match looked at, whatever page the request asks for. */
static void search_all(struct world *w, const struct query *query,
                       const struct search_request *request,
                       struct search_result *out)
{
    struct native_searcher *self = (struct native_searcher *)w->searcher;
    struct search_request all = *request;
    all.limit = SIZE_MAX;
    all.count_total = true;
    self->unpruned = true;
    world_search(w, query, &all, out);
    self->unpruned = false;
    CHECK(out->total == out->count && !out->more);
}

/* The page of all that begins at `from`. */
static void compare(struct world *w, const struct query *query,
                    const struct search_request *request,
                    const struct search_result *all, size_t from,
                    const char *text)
{
    struct search_result got;
    size_t left = all->count - from;
    size_t want = left < request->limit ? left : request->limit;
    uint64_t total = request->count_total ? all->total : 0;
    world_search(w, query, request, &got);
    CHECK_MSG(got.count == want && got.more == (want < left) &&
                  got.total == total && got.total_hits == 0,
              "'%s', limit %zu: %zu of %llu, want %zu of %llu", text,
              request->limit, got.count, (unsigned long long)got.total, want,
              (unsigned long long)total);
    for (size_t i = 0; i < got.count; i++) {
        const struct found *found = &all->found[from + i];
        CHECK_MSG(got.found[i].doc == found->doc &&
                      got.found[i].score == found->score,
                  "'%s', limit %zu, row %zu: %.*s %.1f, want %.*s %.1f", text,
                  request->limit, i, SLICE_ARG(got.found[i].key),
                  got.found[i].score * 8192, SLICE_ARG(found->key),
                  found->score * 8192);
    }
}

static void compare_pages(struct world *w, const char *text)
{
    static const size_t limits[] = {1, 2, 3, 5, 10, 30, 2000, SIZE_MAX};
    struct query query;
    struct search_result all;
    world_query(w, text, &query);
    for (int closeness = 0; closeness < 2; closeness++) {
        struct search_request request = {
            .limit = PICK(limits, &w->rng),
            .sort = rng_below(&w->rng, 8) ? SORT_RELEVANCE : SORT_DATE,
            .count_total = rng_below(&w->rng, 3) == 0,
            .without_closeness = closeness};
        search_all(w, &query, &request, &all);
        compare(w, &query, &request, &all, 0, text);
        size_t shown = all.count < request.limit ? all.count : request.limit;
        for (int i = 0; i < 2 && shown; i++) {
            size_t last = rng_below(&w->rng, (uint32_t)shown);
            request.after = cursor_at(&all.found[last]);
            request.limit = PICK(limits, &w->rng);
            compare(w, &query, &request, &all, last + 1, text);
        }
    }
    arena_reset(&w->step);
}

static void ask_many(uint64_t seed, uint32_t dead, const char *lines)
{
    static struct world w;
    fill(&w, seed, dead, lines);
    for (int i = 0; i < QUESTIONS; i++) {
        random_question(&w, &w.text);
        compare_pages(&w, w.text.data);
    }
    world_close(&w);
}

TEST(nothing_is_missed_when_all_articles_are_current)
{
    ask_many(18, 0, NULL);
}

TEST(nothing_is_missed_when_many_are_not)
{
    ask_many(1995, 2, NULL); /* with more of them, a segment is merged */
}

TEST(nothing_is_missed_of_entities)
{
    static const char lines[] = "a\tplace\twoa\twod wob; wob woc; wof\t\n"
                                "b\tperson\twob woa\twoc; ~wob\t\n"
                                "c\tevent\twoe\twoe woe; wod\t\n"
                                "d\tperson\twog woa wog\twoh wob\t\n";
    ask_many(58217, 0, lines);
    ask_many(58218, 2, lines);
}

/* Articles of one text in seven segments: bounds are exact, and dates and keys decide. */
TEST(what_only_equals_the_worst_is_looked_at)
{
    static const char *const texts[] = {
        "tie",           "tie OR nosuch",
        "tie OR knot",   "tie OR knot OR bow",
        "tie knot",      "tie (knot OR nosuch)",
        "tie OR bow",    "(tie OR bow) knot",
        "tie OR tie",    "knot tie NOT bow",
        "tie knot cord", "tie (knot OR bow) cord",
    };
    static struct world w;
    world_open(&w, 6);
    world_write(&w);
    for (size_t i = 0; i < 7 * SHARED; i++) {
        struct sample_article sample = {.article = {.lang = SLICE("xx")}};
        struct article *a = &sample.article;
        a->key = slice_of(
            arena_printf(&w.texts, "k:%u-%zu", rng_below(&w.rng, 1000), i));
        a->text[PART_BODY] = i % SHARED < 2   ? SLICE("bow tie rope")
                             : i % SHARED < 3 ? SLICE("other words")
                                              : SLICE("knot tie cord");
        a->published =
            (struct date){86400 * (int64_t)rng_below(&w.rng, 3), DATE_DAY};
        world_analyse(&w, &sample);
        world_put(&w, &sample);
        if (i % SHARED == SHARED - 1)
            world_commit(&w);
    }
    world_read(&w);
    CHECK_EQ(world_segments(&w), 7);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct query query;
        struct search_result all[2];
        world_query(&w, texts[i], &query);
        for (int closeness = 0; closeness < 2; closeness++) {
            struct search_request request = {.without_closeness = closeness};
            search_all(&w, &query, &request, &all[closeness]);
        }
        for (size_t limit = 1; limit < 7 * SHARED; limit++) {
            struct search_request request = {.limit = limit,
                                             .without_closeness = limit % 2};
            compare(&w, &query, &request, &all[limit % 2], 0, texts[i]);
        }
        arena_reset(&w.step);
    }
    world_close(&w);
}

/* As postings_writer.c writes it. */
static uint8_t best_of(float share)
{
    double scaled = 255.0 * (double)share;
    uint8_t down = (uint8_t)scaled;
    return (uint8_t)(down + (scaled > (double)down));
}

TEST(bounds_hold_whatever_became_of_the_average)
{
    static const uint32_t frequencies[] = {1,   2,     3,       7,
                                           100, 65535, 1 << 24, UINT32_MAX};
    uint64_t rng = 255;
    for (int i = 0; i < 300000; i++) {
        static struct score_bounds bounds;
        static struct bm25_k then, now;
        uint64_t articles = 1 + rng_below(&rng, 1000);
        if (i % 100 == 0) {
            then = bm25_k_of(rng_below(&rng, 1 << 20), articles);
            now =
                i % 300 ? bm25_k_of(rng_below(&rng, 1 << 20), articles) : then;
            score_bounds_of(then, now, &bounds);
        }
        uint32_t length = rng_below(&rng, 2) ? rng_below(&rng, 2000)
                                             : rng_below(&rng, UINT32_MAX);
        uint32_t tf = PICK(frequencies, &rng);
        uint8_t best = best_of(bm25_tf(tf, length, then));
        float share = bm25_tf(tf, length, now);
        CHECK_MSG(bounds.most[best] >= share && bounds.least[best] <= share,
                  "%u in %u words: %.9g, not in [%.9g, %.9g]", tf, length,
                  (double)share, (double)bounds.least[best],
                  (double)bounds.most[best]);
    }
}

RUN(T(nothing_is_missed_when_all_articles_are_current),
    T(nothing_is_missed_when_many_are_not), T(nothing_is_missed_of_entities),
    T(what_only_equals_the_worst_is_looked_at),
    T(bounds_hold_whatever_became_of_the_average))
