/* Phrases by their lists: occurrence by occurrence as match.h has them, and the same best
 * articles and counts as a walk over all matches, with titles, repeated words, dead
 * articles, several segments, filters, dates and pages. */
#include "engine/native/read/native_view.h"
#include "search_world.h"

/* The first segment has enough articles for lists of pairs, whatever a block is. */
enum { FIRST = 420, ARTICLES = 700, LATER = 70, QUESTIONS = 500 };

static const char *const words[] = {
    "the",  "the",   "the",   "the",  "of", "of",    "of",   "very",     "very",
    "very", "a",     "a",     "to",   "to", "in",    "in",   "war",      "US",
    "oil",  "crude", "grain", "talk", "us", "C-130", "c130", "l'accord",
};
/* A list of its own, in articles as a joined form only: two words wide. */
static const char *const joined = "laccord";

/* Now and then two of many words that few articles have. */
static void add_word(struct world *w, struct strbuf *out)
{
    uint32_t rare = rng_below(&w->rng, 90);
    if (rng_below(&w->rng, 8))
        strbuf_add_text(out, PICK(words, &w->rng));
    else
        strbuf_addf(out, "w%u w%u", rare, rare + 1);
}

static void put_text(struct world *w, struct slice *out, uint32_t count)
{
    struct strbuf text;
    strbuf_init(&text, 1 << 16);
    for (uint32_t i = 0; i < count; i++) {
        add_word(w, &text);
        strbuf_add_text(&text, rng_below(&w->rng, 9) ? " " : ". ");
    }
    CHECK_EQ(arena_copy_slice(&w->texts, strbuf_slice(&text), out), 0);
    strbuf_release(&text);
}

static void put_article(struct world *w, uint32_t i)
{
    static const char *const sources[] = {"ap", "dpa", "reuters"};
    struct sample_article sample = {0};
    struct article *a = &sample.article;
    a->key = slice_of(arena_printf(&w->texts, "k:%u", i));
    a->lang = slice_of("en");
    a->source = slice_of(PICK(sources, &w->rng));
    put_text(w, &a->text[PART_TITLE], rng_below(&w->rng, 6));
    /* Some are long, so that a word's positions are many blocks. */
    uint32_t most = rng_below(&w->rng, 20) ? 40 : 400;
    put_text(w, &a->text[PART_BODY], rng_below(&w->rng, most));
    if (rng_below(&w->rng, 4) == 0)
        put_text(w, &a->text[PART_SUMMARY], rng_below(&w->rng, 9));
    if (rng_below(&w->rng, 6))
        a->published = (struct date){date_from_civil((struct civil_date){
                                         2020 + (int)rng_below(&w->rng, 3), 3,
                                         1 + (int)rng_below(&w->rng, 20)}),
                                     DATE_DAY};
    world_analyse(w, &sample);
    world_put(w, &sample);
}

/* Segments with dead articles; the last one with none. */
static void open_scene(struct world *w, uint64_t seed)
{
    world_open(w, seed);
    world_write(w);
    for (uint32_t i = 0; i < ARTICLES; i++) {
        put_article(w, i);
        if (i > 20 && rng_below(&w->rng, 6) == 0)
            put_article(w, rng_below(&w->rng, i - 10)); /* anew */
        if (i + 1 >= FIRST && (i + 1 - FIRST) % LATER == 0)
            world_commit(w);
        arena_reset(&w->texts);
    }
    world_read(w);
    CHECK(world_segments(w) >= 2);
}

static void random_phrase(struct world *w, struct strbuf *out)
{
    bool pattern = rng_below(&w->rng, 4) == 0;
    uint32_t count = 1 + rng_below(&w->rng, rng_below(&w->rng, 2) ? 4 : 2);
    strbuf_add_text(out, pattern ? "[" : "\"");
    for (uint32_t i = 0; i < count; i++) {
        if (pattern && rng_below(&w->rng, 3) == 0)
            strbuf_add_text(out, "* ");
        if (rng_below(&w->rng, 16))
            add_word(w, out);
        else
            strbuf_add_text(out, joined);
        strbuf_add_text(out, i + 1 < count ? " " : "");
    }
    if (pattern && rng_below(&w->rng, 9) == 0)
        strbuf_add_text(out, " *");
    strbuf_add_text(out, pattern ? "]" : "\"");
}

/* --- articles one by one --- */

static const struct node *find_phrase(const struct node *node)
{
    if (node->kind == NODE_PHRASE)
        return node;
    const struct node *found = NULL;
    for (size_t i = 0; !found && i < node->child_count; i++)
        found = find_phrase(node->child[i]);
    return found;
}

/* As docs/ranking.md counts them. */
static uint32_t matched(struct native_view *view, const struct query *query,
                        struct arena *arena)
{
    struct err err = {0};
    struct hit_list hits;
    struct span title;
    CHECK_OK(match_hits(query, &view->base, arena, &hits, &err), err);
    CHECK_OK(view->base.ops->part_range(&view->base, PART_TITLE, &title, &err),
             err);
    uint32_t count = 0;
    for (size_t i = 0; i < hits.count; i++) {
        const struct span *span = &hits.hit[i].span;
        bool in_title = span->start >= title.start && span->end <= title.end;
        count += in_title ? 2 : 1;
    }
    return count;
}

struct tally {
    size_t plain, others, apart, with, without, twice;
    size_t pairs, longer, nowhere; /* phrases told by lists of pairs */
};

static void check_article(struct phrase *phrase, doc_id doc, uint32_t want,
                          const char *text, struct tally *tally)
{
    struct err err = *phrase->err;
    uint32_t got = 0;
    bool there, occurs = false;
    CHECK_OK(phrase_seek(phrase, doc, &there), err);
    if (there) {
        if (doc % 2)
            CHECK_OK(phrase_occurs(phrase, &occurs), err);
        CHECK_OK(phrase_frequency(phrase, &got), err);
        if (doc % 2 == 0)
            CHECK_OK(phrase_occurs(phrase, &occurs), err);
        for (size_t i = 0; i < phrase->lists; i++) {
            uint32_t most;
            CHECK_OK(phrase_list_frequency(phrase->list[i], &most), err);
            CHECK(got <= most);
        }
    }
    CHECK_MSG(got == want && occurs == (want > 0), "%s in %u: %u %d, want %u",
              text, doc, got, occurs, want);
    tally->with += want > 0;
    tally->without += want == 0;
    tally->twice += want > 1;
}

static void check_segment(struct world *w, const struct segment *segment,
                          const char *text, struct tally *tally)
{
    struct query query, alone;
    struct query_leaves leaves;
    struct native_view view;
    struct phrase *phrase;
    struct arena lists, scratch;
    struct err err = {0};
    arena_init(&lists, LIMIT_QUERY_MEMORY);
    arena_init(&scratch, LIMIT_QUERY_MEMORY);
    world_query(w, text, &query);
    alone.root = find_phrase(query.root);
    CHECK_OK(query_leaves_of(&query, &w->step, &leaves, &err), err);
    CHECK_OK(native_view_open(segment, &leaves, &lists, NULL, &view, &err),
             err);
    if (alone.root)
        CHECK_OK(phrase_open(segment, alone.root, &lists, &phrase, &err), err);
    bool plain = alone.root && phrase;
    for (doc_id doc = 0; plain && doc < segment->docs; doc++) {
        if (rng_below(&w->rng, 4) == 0)
            continue;
        if (!phrase_tells(phrase, doc)) {
            tally->apart++;
            continue;
        }
        arena_reset(&scratch);
        native_view_stand_on(&view, doc);
        check_article(phrase, doc, matched(&view, &alone, &scratch), text,
                      tally);
    }
    bool paired = plain && phrase->pair.counts.docs;
    tally->pairs += paired && phrase->is_pair;
    tally->longer += paired && !phrase->is_pair;
    tally->nowhere += plain && phrase->lists == 0 && phrase->word;
    tally->plain += plain;
    tally->others += !plain;
    arena_reset(&scratch);
    arena_reset(&lists);
}

TEST(a_phrase_occurs_where_match_h_finds_it)
{
    static struct world w;
    struct tally tally = {0};
    open_scene(&w, 1);
    const struct native_snapshot *snapshot =
        (const struct native_snapshot *)w.snapshot;
    for (int i = 0; i < 200; i++) {
        strbuf_reset(&w.text);
        random_phrase(&w, &w.text);
        for (size_t s = 0; s < snapshot->segment_count; s++)
            check_segment(&w, snapshot->segment[s], w.text.data, &tally);
        arena_reset(&w.step);
    }
    print_message("%zu plain, %zu others; in %zu articles, in %zu not, in %zu "
                  "more than once; %zu apart\n",
                  tally.plain, tally.others, tally.with, tally.without,
                  tally.twice, tally.apart);
    print_message("%zu are pairs, %zu have some, %zu are nowhere by them\n",
                  tally.pairs, tally.longer, tally.nowhere);
    CHECK(tally.plain > 200 && tally.others > 10 && tally.apart > 1000);
    CHECK(tally.pairs > 20 && tally.longer > 20 && tally.nowhere > 0);
    CHECK(tally.with > 1000 && tally.without > 1000 && tally.twice > 500);
    world_close(&w);
}

/* --- lists of the best --- */

static void random_question(struct world *w, struct strbuf *out)
{
    static const char *const behind[] = {
        "",
        "",
        "",
        "",
        " date:2021",
        " date:2020-03-05..2021-03-10",
        " date:none",
        " source:ap",
        " source:ap NOT oil",
        " NOT crude",
        " NOT (source:dpa OR grain)",
        " (source:dpa OR lang:en) date:>=2021",
        " lang:xx",
        " NOT \"the war\"",
        " war",
        " OR crude",
        " OR \"the of\"",
        " \"the of\"",
        " \"very very\"",
        " key:k:7",
        " NOT date:2021",
    };
    strbuf_reset(out);
    random_phrase(w, out);
    strbuf_add_text(out, PICK(behind, &w->rng));
}

static void compare(struct world *w, const char *text,
                    struct search_request request)
{
    struct native_searcher *searcher = (struct native_searcher *)w->searcher;
    struct search_result fast, slow;
    struct query query;
    world_query(w, text, &query);
    for (int page = 0; page < 4; page++) {
        searcher->unpruned = false;
        world_search(w, &query, &request, &fast);
        searcher->unpruned = true;
        world_search(w, &query, &request, &slow);
        searcher->unpruned = false;
        CHECK_MSG(fast.count == slow.count && fast.more == slow.more &&
                      fast.total == slow.total &&
                      fast.total_hits == slow.total_hits,
                  "%s: %zu of %llu, want %zu of %llu", text, fast.count,
                  (unsigned long long)fast.total, slow.count,
                  (unsigned long long)slow.total);
        for (size_t i = 0; i < fast.count; i++)
            CHECK_MSG(fast.found[i].doc == slow.found[i].doc &&
                          fast.found[i].score == slow.found[i].score,
                      "%s, row %zu: %.*s %f, want %.*s %f", text, i,
                      SLICE_ARG(fast.found[i].key), fast.found[i].score,
                      SLICE_ARG(slow.found[i].key), slow.found[i].score);
        if (fast.count == 0)
            break;
        request.after = cursor_at(&fast.found[fast.count - 1]);
    }
}

TEST(the_best_and_the_counts_are_those_of_a_walk)
{
    static const size_t limits[] = {0, 1, 2, 3, 10, 10, 50, SIZE_MAX};
    static struct world w;
    open_scene(&w, 2);
    for (int i = 0; i < QUESTIONS; i++) {
        struct search_request request = {
            .limit = PICK(limits, &w.rng),
            .count_total = rng_below(&w.rng, 2),
            .count_hits = rng_below(&w.rng, 9) == 0,
            .sort = rng_below(&w.rng, 9) ? SORT_RELEVANCE : SORT_DATE,
            .without_closeness = rng_below(&w.rng, 2),
        };
        random_question(&w, &w.text);
        compare(&w, w.text.data, request);
        arena_reset(&w.step);
    }
    world_close(&w);
}

RUN(T(a_phrase_occurs_where_match_h_finds_it),
    T(the_best_and_the_counts_are_those_of_a_walk))
