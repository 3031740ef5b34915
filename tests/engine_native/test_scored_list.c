/* Bounds of every range of documents, and documents asked for in any order, against the
 * list itself. */
#include "engine/native/search/scored_list.h"
#include "engine/native/lists/word_terms.h"
#include "search_world.h"

enum { ARTICLES = 300 };

/* One word in every second, tenth and hundredth article, from one to ten times. */
static const char *const words[] = {"often", "seldom", "rare"};

static void fill(struct world *w)
{
    static const uint32_t one_of[] = {2, 10, 100};
    struct strbuf text;
    strbuf_init(&text, 1 << 12);
    world_open(w, 7);
    world_write(w);
    for (uint32_t i = 0; i < ARTICLES; i++) {
        struct sample_article sample = {
            .article = {.key = slice_of(arena_printf(&w->texts, "k:%u", i)),
                        .lang = SLICE("xx")}};
        strbuf_reset(&text);
        strbuf_add_text(&text, "something ");
        for (size_t k = 0; k < 3; k++)
            for (uint32_t n = rng_below(&w->rng, one_of[k]) ? 0 : 1 + i % 10;
                 n > 0; n--)
                strbuf_addf(&text, "%s ", words[k]);
        CHECK_EQ(arena_copy_slice(&w->texts, strbuf_slice(&text),
                                  &sample.article.text[PART_BODY]),
                 0);
        world_analyse(w, &sample);
        world_put(w, &sample);
    }
    world_commit(w);
    world_read(w);
    CHECK_EQ(world_segments(w), 1);
    strbuf_release(&text);
}

struct bed {
    const struct segment *segment;
    struct score_scale scale;
    struct word_term term;
    uint32_t units[ARTICLES]; /* by document; 0: it is not there */
};

static void open_list(const struct bed *bed, struct arena *arena,
                      struct scored_list *out)
{
    struct postings *list;
    struct err err = {0};
    CHECK_EQ(word_term_open(bed->segment, &bed->term, arena, &list, &err), 0);
    CHECK_EQ(scored_list_open(list, &bed->scale, 50000, out), 0);
}

static void open_bed(struct world *w, const char *word, struct bed *bed)
{
    struct query query;
    struct word_terms terms;
    struct postings *list;
    struct err err = {0};
    const struct native_snapshot *snapshot =
        (const struct native_snapshot *)w->snapshot;
    *bed = (struct bed){.segment = snapshot->segment[0]};
    bed->scale =
        (struct score_scale){.k = bm25_k_of(segment_live_words(bed->segment),
                                            segment_live_docs(bed->segment)),
                             .bounds = &snapshot->bounds[0]};
    CHECK_EQ(columns_lengths(&bed->segment->columns, &bed->scale.lengths, &err),
             0);
    world_query(w, word, &query);
    CHECK_EQ(
        word_terms_counted(bed->segment, query.root, &w->step, &terms, &err),
        0);
    CHECK_EQ(terms.count, 1);
    bed->term = terms.term[0];
    CHECK_EQ(word_term_open(bed->segment, &bed->term, &w->step, &list, &err),
             0);
    struct doc_iter *it = postings_iter(list);
    for (; it->doc != DOC_END; doc_iter_next(it))
        bed->units[it->doc] = score_of_posting(
            &bed->scale, 50000, postings_frequency(list), it->doc);
}

static bool has_any(const struct bed *bed, doc_id from, doc_id end)
{
    bool any = false;
    for (doc_id doc = from; doc < end; doc++)
        any = any || bed->units[doc];
    return any;
}

/* Windows of one size, one after the other: what is in a window is bounded, and where a
 * block that is decoded has a gap, the bound is 0. */
static void check_windows(struct world *w, const struct bed *bed, uint32_t size)
{
    static struct scored_list list;
    uint32_t bounded_by_nothing = 0;
    open_list(bed, &w->step, &list);
    for (doc_id from = 0; from < ARTICLES; from += size) {
        doc_id end = ARTICLES - from > size ? from + size : ARTICLES;
        uint32_t most = scored_list_most(&list, from, end);
        for (doc_id doc = from; doc < end; doc++)
            CHECK_MSG(bed->units[doc] <= most, "[%u, %u): %u, not %u", from,
                      end, most, bed->units[doc]);
        if (list.block < list.blocks && list.docs_of == list.block) {
            CHECK_MSG(!most == !has_any(bed, from, end) ||
                          list.in.doc[list.in.count - 1] < end,
                      "[%u, %u): %u", from, end, most);
            bounded_by_nothing += !most;
        }
        if (most)
            CHECK_EQ(scored_list_load(&list, list.block), 0);
    }
    CHECK(bounded_by_nothing > 0 || size > 4);
}

/* Forth and back. */
static void check_finding(struct world *w, const struct bed *bed)
{
    static struct scored_list list;
    uint64_t rng = 3;
    open_list(bed, &w->step, &list);
    for (int i = 0; i < 2000; i++) {
        doc_id doc = rng_below(&rng, ARTICLES);
        const uint32_t *at;
        uint32_t frequency, count;
        bool there;
        scored_list_rewind(&list, doc);
        CHECK_EQ(scored_list_has(&list, doc, &there), 0);
        CHECK_EQ(there, bed->units[doc] > 0);
        if (!there)
            continue;
        CHECK_EQ(scored_list_frequency(&list, doc, &frequency), 0);
        CHECK_EQ(score_of_posting(&bed->scale, 50000, frequency, doc),
                 bed->units[doc]);
        CHECK(list.bitmap || scored_list_here(&list, doc) >= bed->units[doc]);
        if (!term_has_positions(bed->term.class))
            continue;
        CHECK_EQ(scored_list_positions(&list, doc, &at, &count), 0);
        CHECK_EQ(count, frequency);
    }
}

static void each_list(void (*check)(struct world *w, const struct bed *bed))
{
    static struct world w;
    static struct bed bed;
    fill(&w);
    for (size_t i = 0; i < 3; i++)
        for (int exact = 0; exact < 2; exact++) {
            open_bed(&w, arena_printf(&w.texts, exact ? "=%s" : "%s", words[i]),
                     &bed);
            check(&w, &bed);
            arena_reset(&w.step);
        }
    world_close(&w);
}

static void check_all_windows(struct world *w, const struct bed *bed)
{
    for (uint32_t size = 1; size < 70; size++)
        check_windows(w, bed, size);
}

TEST(a_bound_holds_in_every_window_and_is_nothing_in_a_gap)
{
    each_list(check_all_windows);
}

TEST(documents_are_found_in_any_order)
{
    each_list(check_finding);
}

RUN(T(a_bound_holds_in_every_window_and_is_nothing_in_a_gap),
    T(documents_are_found_in_any_order))
