/* Random queries over random small articles: the engine and the slow evaluator give
 * the same articles and the same hits; pages add up to the whole list. */
#include "bed.h"
#include "entity/slow_mentions.h"
#include "entity_counts.h"
#include "query/oracle.h"

enum { ARTICLES = 60, ROUNDS = 3, QUERIES = 250 };

static const char *const words[] = {
    "draft",    "drafts",  "drafted",     "talk",       "talks", "Istanbul",
    "İSTANBUL", "US",      "us",          "C-130",      "c130",  "l'accord",
    "accord",   "accords", "rock-n-roll", "rock",       "n",     "roll",
    "haus",     "häuser",  "Häusern",     "a",          "of",    "U.S.",
    "war",      "wars",    "WAR",         "伊斯坦布尔", "casa",  "casas",
};
static const char *const prefixes[] = {"dr",  "drafte", "ta",  "roc",   "wa",
                                       "cas", "us",     "acc", "nosuch"};
static const char *const langs[] = {"en", "de", "",      "pt-br",
                                    "pt", "zh", "en-gb", "xx"};
static const char *const sources[] = {"AP", "Reuters Health", "reuters", ""};

static const char lines[] =
    "istanbul\tplace\tIstanbul\tIstanbul talks; of Istanbul draft\t\n"
    "us\tplace\tUS\t!US; Istanbul US\tnear=draft\n"
    "accord\tevent\tl'accord\ta a; ~war; casa\t\n"
    "accord-two\tdocument\tcasa\tcasa accord\t\n"
    "union\torganisation\trock-n-roll\thaus of; wars; \u4f0a\u65af\t\n"
    "plane\torganisation\tC-130\t~n; rock roll; ~roll\t\n";
static const char *const names[] = {
    "@istanbul",     "@us",      "@accord",          "@accord-two",
    "@union",        "@plane",   "@istanbul=talks",  "@\"l'accord\"=war",
    "@casa",         "@casa=ca", "@plane=\"c 130\"", "[@istanbul (@us|war)]",
    "[@casa * @us]",
};

#define PICK(list, rng) (list)[rng_below(rng, sizeof(list) / sizeof *(list))]

struct world {
    struct bed bed;
    struct entity_register *entities; /* NULL: none */
    uint64_t rng;
    struct article
        article[ARTICLES]; /* key.len == 0: deleted or not yet there */
    struct analysis analysis[ARTICLES];
    struct arena texts;
    struct strbuf text; /* of a query */
    size_t matched, empty, skipped;
};

static void add_text(struct world *w, struct slice *out, uint32_t max_words)
{
    static const char *const between[] = {" ",  " ",  " ",   " ",
                                          ", ", ". ", "\n\n"};
    struct strbuf text;
    strbuf_init(&text, 1 << 16);
    for (uint32_t n = rng_below(&w->rng, max_words + 1); n > 0; n--) {
        strbuf_add_text(&text, PICK(words, &w->rng));
        strbuf_add_text(&text, n > 1 ? PICK(between, &w->rng) : ".");
    }
    CHECK_EQ(arena_copy_slice(&w->texts, strbuf_slice(&text), out), 0);
    strbuf_release(&text);
}

static void make_article(struct world *w, size_t i)
{
    struct article *a = &w->article[i];
    *a = (struct article){.lang = slice_of(PICK(langs, &w->rng)),
                          .source = slice_of(PICK(sources, &w->rng))};
    a->key = slice_of(arena_printf(&w->texts, "k:%zu", i));
    add_text(w, &a->text[PART_TITLE], 4);
    if (rng_below(&w->rng, 4) == 0)
        add_text(w, &a->text[PART_SUMMARY], 6);
    add_text(w, &a->text[PART_BODY], 25);
    if (rng_below(&w->rng, 5))
        a->published = (struct date){date_from_civil((struct civil_date){
                                         2020 + (int)rng_below(&w->rng, 4),
                                         1 + (int)rng_below(&w->rng, 12),
                                         1 + (int)rng_below(&w->rng, 28)}),
                                     DATE_DAY};
    CHECK_EQ(analyse_article(a, w->bed.stemmers, &w->texts, &w->analysis[i]),
             0);
    if (w->entities)
        CHECK_EQ(slow_mentions(w->entities, a, &w->analysis[i], &w->texts,
                               &w->analysis[i].mentions),
                 0);
}

/* --- queries --- */

static void add_operand(struct world *w)
{
    const char *word = PICK(words, &w->rng);
    if (w->entities && rng_below(&w->rng, 2)) {
        strbuf_add_text(&w->text, PICK(names, &w->rng));
        return;
    }
    switch (rng_below(&w->rng, 7)) {
    case 0:
        strbuf_addf(&w->text, "=%s", word);
        break;
    case 1:
        strbuf_addf(&w->text, "\"%s %s\"", word, PICK(words, &w->rng));
        break;
    case 2:
        strbuf_addf(&w->text, "%s*", PICK(prefixes, &w->rng));
        break;
    case 3:
        strbuf_addf(&w->text, "(%s OR %s)", word, PICK(words, &w->rng));
        break;
    default:
        strbuf_add_text(&w->text, word);
    }
}

static void add_leaf(struct world *w)
{
    static const char *const filters[] = {"lang:en",
                                          "lang:pt",
                                          "lang:pt-br",
                                          "source:ap",
                                          "date:2021",
                                          "date:none",
                                          "date:>=2022",
                                          "date:2021-03..2022-02",
                                          "source:reuters",
                                          "key:k:7",
                                          "source:\"Reuters Health\"",
                                          "topic:none"};
    uint32_t n = rng_below(&w->rng, 8);
    switch (rng_below(&w->rng, 10)) {
    case 0:
        add_operand(w);
        strbuf_addf(&w->text, " NEAR/%u ", n);
        add_operand(w);
        return;
    case 1:
        add_operand(w);
        strbuf_addf(&w->text, " ADJ/%u ", n);
        add_operand(w);
        return;
    case 2:
        add_operand(w);
        strbuf_addf(&w->text, " NOTNEAR/%u ", n);
        add_operand(w);
        return;
    case 3:
        strbuf_addf(&w->text, "\"%s %s %s\"~%u", PICK(words, &w->rng),
                    PICK(words, &w->rng), PICK(words, &w->rng), n);
        return;
    case 4:
        strbuf_addf(&w->text, "title:%s", PICK(words, &w->rng));
        return;
    case 5:
        strbuf_add_text(&w->text, PICK(filters, &w->rng));
        return;
    default:
        add_operand(w);
    }
}

static void add_query(struct world *w, int depth)
{
    static const char *const joins[] = {" ", " AND ", " OR ", " NOT "};
    uint32_t parts = depth > 2 ? 1 : 1 + rng_below(&w->rng, 3);
    if (parts == 1) {
        add_leaf(w);
        return;
    }
    const char *join = PICK(joins, &w->rng);
    for (uint32_t i = 0; i < parts; i++) {
        strbuf_add_text(&w->text, i ? join : "");
        strbuf_add_char(&w->text, '(');
        add_query(w, depth + 1);
        strbuf_add_char(&w->text, ')');
    }
}

/* --- comparison --- */

struct seen {
    struct world *w;
    bool matches[ARTICLES];
    struct hit_list hits[ARTICLES];
};

static size_t index_of(struct slice key)
{
    CHECK(key.len > 2 && key.len < 6);
    size_t n = 0;
    for (size_t i = 2; i < key.len; i++)
        n = n * 10 + (size_t)(key.data[i] - '0');
    CHECK(n < ARTICLES);
    return n;
}

static int note(void *context, struct searcher *searcher, doc_ref doc,
                const struct hit_list *hits, struct err *err)
{
    struct seen *seen = context;
    struct article article;
    CHECK_OK(xapian_engine.article(searcher, doc, &seen->w->bed.arena, &article,
                                   err),
             *err);
    size_t i = index_of(article.key);
    CHECK(!seen->matches[i]);
    seen->matches[i] = true;
    seen->hits[i].count = hits->count;
    seen->hits[i].hit = arena_copy(&seen->w->bed.arena, hits->hit,
                                   hits->count * sizeof *hits->hit);
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

/* The pages of `sort` one after the other are the whole list. */
static void check_pages(struct world *w, const struct query *query,
                        enum search_sort sort, const char *text, uint64_t total)
{
    struct err err = {0};
    struct search_request all = {.limit = ARTICLES, .sort = sort};
    struct search_request page = {
        .limit = 1 + rng_below(&w->rng, 9), .sort = sort, .count_total = true};
    struct search_result whole, part;
    CHECK_OK(xapian_engine.search(w->bed.searcher, query, &all, &w->bed.arena,
                                  &whole, &err),
             err);
    CHECK_MSG(whole.count == total && !whole.more, "'%s'", text);
    for (size_t i = 1; i < whole.count; i++) {
        const struct found *a = &whole.found[i - 1], *b = a + 1;
        int64_t at = a->published.precision ? a->published.seconds : DATE_MIN;
        int64_t bt = b->published.precision ? b->published.seconds : DATE_MIN;
        bool same_score = sort == SORT_DATE || a->score == b->score;
        bool ordered =
            same_score ? at > bt || (at == bt && slice_cmp(a->key, b->key) < 0)
                       : a->score > b->score;
        CHECK_MSG(ordered, "'%s': %zu before %zu", text, i - 1, i);
    }
    for (size_t at = 0; at < whole.count || at == 0; at += part.count) {
        CHECK_OK(xapian_engine.search(w->bed.searcher, query, &page,
                                      &w->bed.arena, &part, &err),
                 err);
        CHECK_EQ(part.total, total);
        CHECK_EQ(part.more, at + part.count < whole.count);
        for (size_t i = 0; i < part.count; i++)
            CHECK_MSG(slice_eq(part.found[i].key, whole.found[at + i].key),
                      "'%s': page from %zu, row %zu", text, at, i);
        if (part.count == 0)
            break;
        const struct found *last = &part.found[part.count - 1];
        page.after = (struct search_cursor){
            true, last->score,
            last->published.precision ? last->published.seconds : DATE_MIN,
            last->key};
    }
}

static void compare(struct world *w, const char *text)
{
    struct err err = {0};
    struct parsed parsed;
    struct query query;
    int rc = query_parse(slice_of(text), &w->bed.arena, &parsed, &err);
    if (rc == ERR_OK)
        rc = query_resolve(&parsed, xapian_engine.lexicon(w->bed.searcher),
                           w->bed.stemmers, &w->bed.names, &w->bed.arena,
                           &query, &err);
    CHECK_MSG(rc == ERR_OK, "'%s': %s (%s)", text, err_name(rc), err.text);

    struct seen *seen = arena_new(&w->bed.arena, struct seen);
    CHECK(seen);
    seen->w = w;
    rc = xapian_engine.visit(w->bed.searcher, &query, true, NULL, &w->bed.arena,
                             note, seen, &err);
    CHECK_MSG(rc == ERR_OK, "'%s': %s (%s)", text, err_name(rc), err.text);
    uint64_t total = 0, total_hits = 0;
    for (size_t i = 0; i < ARTICLES; i++) {
        bool matches = false;
        struct hit_list hits = {0};
        if (w->article[i].key.len)
            rc = oracle_match(&query, &w->article[i], &w->analysis[i],
                              w->bed.stemmers, &w->bed.arena, &matches, &hits,
                              &err);
        if (rc == ERR_LIMIT) {
            w->skipped++;
            return;
        }
        CHECK_MSG(rc == ERR_OK, "'%s': %s (%s)", text, err_name(rc), err.text);
        CHECK_MSG(matches == seen->matches[i],
                  "'%s' in k:%zu (%.*s): %d, the oracle says %d\n%.*s | %.*s",
                  text, i, SLICE_ARG(w->article[i].lang), seen->matches[i],
                  matches, SLICE_ARG(w->article[i].text[PART_TITLE]),
                  SLICE_ARG(w->article[i].text[PART_BODY]));
        if (matches)
            compare_hits(text, i, &seen->hits[i], &hits);
        total += matches;
        total_hits += matches ? hits.count : 0;
    }
    struct search_request count = {.count_total = true, .count_hits = true};
    struct search_result result;
    CHECK_OK(xapian_engine.search(w->bed.searcher, &query, &count,
                                  &w->bed.arena, &result, &err),
             err);
    CHECK_EQ(result.total, total);
    CHECK_EQ(result.total_hits, total_hits);
    CHECK_EQ(result.count, 0);
    check_pages(w, &query, SORT_RELEVANCE, text, total);
    check_pages(w, &query, SORT_DATE, text, total);
    w->matched += total > 0;
    w->empty += total == 0;
}

static void count_entities(struct world *w)
{
    struct counted_article article[ARTICLES];
    size_t count = 0;
    for (size_t i = 0; i < ARTICLES; i++)
        if (w->article[i].key.len)
            article[count++] = (struct counted_article){
                &w->analysis[i], w->article[i].key, rng_below(&w->rng, 3) > 0};
    check_entities(w->bed.searcher, article, count, &w->bed.arena);
    bed_step(&w->bed);
}

/* --- the test --- */

static void change_articles(struct world *w, int round)
{
    for (size_t i = 0; i < ARTICLES; i++) {
        uint32_t what = rng_below(&w->rng, 10);
        struct err err = {0};
        bool found;
        if (round == 0 ? what < 8 : what < 3) {
            make_article(w, i);
            CHECK_OK(xapian_engine.writer_put(w->bed.writer, &w->article[i],
                                              &w->analysis[i], &err),
                     err);
        } else if (round > 0 && what == 9 && w->article[i].key.len) {
            CHECK_OK(xapian_engine.writer_delete(
                         w->bed.writer, w->article[i].key, &found, &err),
                     err);
            CHECK(found);
            w->article[i].key.len = 0;
        }
    }
    bed_commit(&w->bed);
}

static void ask_many(struct entity_register *entities)
{
    static struct world w;
    w = (struct world){.entities = entities};
    bed_open(&w.bed);
    w.bed.names.entities = entities;
    arena_init(&w.texts, SIZE_MAX);
    strbuf_init(&w.text, 1 << 16);
    w.rng = 20220329;
    bed_write(&w.bed);
    for (int round = 0; round < ROUNDS; round++) {
        change_articles(&w, round);
        bed_read(&w.bed);
        count_entities(&w);
        for (int q = 0; q < QUERIES; q++) {
            strbuf_reset(&w.text);
            add_query(&w, 0);
            compare(&w, w.text.data);
            bed_step(&w.bed);
        }
    }
    print_message("%zu queries with answers, %zu without, %zu not compared\n",
                  w.matched, w.empty, w.skipped);
    CHECK(w.matched > ROUNDS * QUERIES / 3);
    CHECK(w.skipped < ROUNDS * QUERIES / 20);
    strbuf_release(&w.text);
    arena_reset(&w.texts);
    bed_close(&w.bed);
}

TEST(the_engine_answers_as_the_slow_evaluator_does)
{
    ask_many(NULL);
}

TEST(so_it_does_about_entities)
{
    struct register_text text = {SLICE("test"), slice_of(lines)};
    struct entity_register *entities;
    struct err err = {0};
    CHECK_OK(register_read(&text, 1, NULL, NULL, &entities, &err), err);
    ask_many(entities);
    register_free(entities);
}

RUN(T(the_engine_answers_as_the_slow_evaluator_does),
    T(so_it_does_about_entities))
