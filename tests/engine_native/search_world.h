/* search_world.h - small random articles in an index of their own, and random questions
 * made from them: what the tests of search, ranking and the lexicon stand on.
 */
#ifndef TESTS_SEARCH_WORLD_H
#define TESTS_SEARCH_WORLD_H

#include "base/err.h"
#include "base/files.h"
#include "base/limits.h"
#include "bench/random_query.h"
#include "check.h"
#include "engine/native/shared/native_engine.h"
#include "engine/native/read/native_reader.h"
#include "entity/slow_mentions.h"
#include "query/parse.h"
#include "query/resolve.h"

#include <unistd.h>

enum { WORLD_ARTICLES = 60 };

struct world {
    char dir[64];
    struct stemmers *stemmers;
    struct writer *writer;
    struct snapshot *snapshot;
    struct searcher *searcher;
    struct arena step;  /* of one question */
    struct arena texts; /* articles and their tokens */
    uint64_t rng;
    struct query_names names; /* none, before world_names() */
    struct entity_register *entities;
    const char *lang; /* of all articles; NULL: many */
    /* key.len == 0: deleted, or not yet there */
    struct sample_article article[WORLD_ARTICLES];
    struct sample_article
        live[WORLD_ARTICLES]; /* the others, for random_query */
    struct random_queries random;
    struct strbuf text; /* of a question */
};

static inline void world_open(struct world *w, uint64_t seed)
{
    *w = (struct world){.stemmers = stemmers_new(), .rng = seed};
    CHECK(w->stemmers);
    arena_init(&w->step, LIMIT_QUERY_MEMORY);
    arena_init(&w->texts, SIZE_MAX);
    strbuf_init(&w->text, LIMIT_QUERY_BYTES);
    w->random.state = seed;
    strcpy(w->dir, "/tmp/dateline-world-XXXXXX");
    CHECK(mkdtemp(w->dir));
}

/* Before anything is written. */
static inline void world_register(struct world *w, const char *lines)
{
    struct register_text text = {SLICE("world"), slice_of(lines)};
    struct err err = {0};
    CHECK_OK(register_read(&text, 1, NULL, NULL, &w->entities, &err), err);
    w->names.entities = w->entities;
}

/* A register of its words: two entities of one name, names of one, two and three words,
 * with and without joined forms, short ones. */
static inline void world_names(struct world *w)
{
    static const char lines[] =
        "istanbul\tplace\tIstanbul\tIstanbul talks; the Istanbul draft\t\n"
        "us\tplace\tUS\t!US; Istanbul US\tnear=draft\n"
        "accord\tevent\tl'accord\tthe the; ~war; casa\t\n"
        "accord-two\tdocument\tcasa\tthe accord\t\n"
        "union\torganisation\tAFL-CIO\thaus to; wars; \u4f0a\u65af\t\n"
        "plane\torganisation\tC-130\t~n; rock roll; ~roll\t\n";
    world_register(w, lines);
}

static inline void world_write(struct world *w)
{
    struct err err = {0};
    struct writer_options options = {.memory_bytes = 64 << 20,
                                     .entities = w->names.entities};
    CHECK_OK(native_engine.writer_open(w->dir, &options, &w->writer, &err),
             err);
}

static inline void world_put(struct world *w,
                             const struct sample_article *sample)
{
    struct err err = {0};
    CHECK_OK(native_engine.writer_put(w->writer, &sample->article,
                                      &sample->analysis, &err),
             err);
}

static inline void world_delete(struct world *w, struct slice key)
{
    struct err err = {0};
    bool found;
    CHECK_OK(native_engine.writer_delete(w->writer, key, &found, &err), err);
    CHECK(found);
}

static inline void world_commit(struct world *w)
{
    struct err err = {0};
    struct generation_info info;
    CHECK_OK(native_engine.writer_commit(w->writer, &info, &err), err);
}

static inline void world_written(struct world *w)
{
    native_engine.writer_close(w->writer);
    w->writer = NULL;
}

static inline void world_stop_reading(struct world *w)
{
    searcher_close(w->searcher);
    snapshot_unref(w->snapshot);
    w->searcher = NULL;
    w->snapshot = NULL;
}

static inline size_t world_segments(const struct world *w)
{
    return ((const struct native_snapshot *)w->snapshot)->segment_count;
}

/* Generations of the live articles, for since: and its evaluators. */
static inline void world_learn_generations(struct world *w)
{
    for (size_t i = 0; i < WORLD_ARTICLES; i++) {
        struct err err = {0};
        struct article_info info;
        doc_ref doc;
        if (w->article[i].article.key.len == 0)
            continue;
        CHECK_OK(native_engine.find(w->searcher, w->article[i].article.key,
                                    &doc, &err),
                 err);
        CHECK_OK(native_engine.info(w->searcher, doc, &w->step, &info, &err),
                 err);
        w->article[i].article.generation = info.generation;
    }
    arena_reset(&w->step);
}

static inline void world_read(struct world *w)
{
    static const struct engine *const engines[] = {&native_engine, NULL};
    struct err err = {0};
    world_stop_reading(w);
    CHECK_OK(snapshot_open(w->dir, engines, &w->snapshot, &err), err);
    CHECK_OK(searcher_open(w->snapshot, &w->searcher, &err), err);
    world_learn_generations(w);
    w->random.sample = w->live;
    w->random.sample_count = 0;
    for (size_t i = 0; i < WORLD_ARTICLES; i++)
        if (w->article[i].article.key.len)
            w->live[w->random.sample_count++] = w->article[i];
}

static inline void world_close(struct world *w)
{
    struct err err = {0};
    world_stop_reading(w);
    if (w->writer)
        world_written(w);
    CHECK_OK(tree_remove(w->dir, &err), err);
    register_free(w->entities);
    stemmers_free(w->stemmers);
    strbuf_release(&w->text);
    arena_reset(&w->step);
    arena_reset(&w->texts);
}

/* --- articles --- */

static const char *const world_words[] = {
    "draft",    "drafts",  "drafted",     "talk",       "talks", "Istanbul",
    "İSTANBUL", "US",      "us",          "C-130",      "c130",  "l'accord",
    "accord",   "accords", "rock-n-roll", "rock",       "n",     "roll",
    "haus",     "häuser",  "Häusern",     "a",          "of",    "U.S.",
    "war",      "wars",    "WAR",         "伊斯坦布尔", "casa",  "casas",
    "AFL-CIO",  "the",     "the",         "the",        "to",    "to",
};
static const char *const world_langs[] = {"en", "de", "",      "pt-br",
                                          "pt", "zh", "en-gb", "xx"};
static const char *const world_sources[] = {"AP", "Reuters Health", "reuters",
                                            ""};
static const char *const world_topics[] = {"grain", "Istanbul talks", "acq"};

#define PICK(list, rng) (list)[rng_below(rng, sizeof(list) / sizeof *(list))]

static inline void world_text(struct world *w, struct slice *out,
                              uint32_t max_words)
{
    static const char *const between[] = {" ",  " ",  " ",   " ",
                                          ", ", ". ", "\n\n"};
    struct strbuf text;
    strbuf_init(&text, 1 << 16);
    for (uint32_t n = rng_below(&w->rng, max_words + 1); n > 0; n--) {
        strbuf_add_text(&text, PICK(world_words, &w->rng));
        strbuf_add_text(&text, n > 1 ? PICK(between, &w->rng) : ".");
    }
    CHECK_EQ(arena_copy_slice(&w->texts, strbuf_slice(&text), out), 0);
    strbuf_release(&text);
}

static inline void world_analyse(struct world *w, struct sample_article *sample)
{
    CHECK_EQ(analyse_article(&sample->article, w->stemmers, &w->texts,
                             &sample->analysis),
             0);
    if (w->entities)
        CHECK_EQ(slow_mentions(w->entities, &sample->article, &sample->analysis,
                               &w->texts, &sample->analysis.mentions),
                 0);
}

static inline void world_article(struct world *w, size_t i)
{
    struct article *a = &w->article[i].article;
    const char *lang = w->lang ? w->lang : PICK(world_langs, &w->rng);
    *a = (struct article){.lang = slice_of(lang),
                          .source = slice_of(PICK(world_sources, &w->rng))};
    a->key = slice_of(arena_printf(&w->texts, "k:%zu", i));
    world_text(w, &a->text[PART_TITLE], 4);
    if (rng_below(&w->rng, 4) == 0)
        world_text(w, &a->text[PART_SUMMARY], 6);
    world_text(w, &a->text[PART_BODY], 30);
    if (rng_below(&w->rng, 3) == 0) {
        a->topics.count = 1;
        a->topics.item = arena_new(&w->texts, struct slice);
        CHECK(a->topics.item);
        a->topics.item[0] = slice_of(PICK(world_topics, &w->rng));
    }
    /* Few days, so that keys decide often. */
    if (rng_below(&w->rng, 5))
        a->published =
            (struct date){date_from_civil((struct civil_date){
                              2020 + (int)rng_below(&w->rng, 3), 3, 1}),
                          DATE_DAY};
    world_analyse(w, &w->article[i]);
}

/* Put some, replace some, delete some, commit: one more segment. */
static inline void world_change(struct world *w)
{
    for (size_t i = 0; i < WORLD_ARTICLES; i++) {
        struct article *article = &w->article[i].article;
        uint32_t what = rng_below(&w->rng, 10);
        if (what < 3) {
            world_article(w, i);
            article->generation = 0; /* told by the reader */
            world_put(w, &w->article[i]);
        } else if (what == 9 && article->key.len) {
            world_delete(w, article->key);
            article->key.len = 0;
        }
    }
    world_commit(w);
}

/* Words of hundreds of forms, "xa0" to "xa399", in most articles of three segments. */
static inline void world_many_forms(struct world *w)
{
    for (size_t i = 0; i < WORLD_ARTICLES; i++) {
        struct sample_article *sample = &w->article[i];
        struct strbuf text;
        strbuf_init(&text, 1 << 16);
        strbuf_add_text(&text, "yes");
        for (uint32_t n = i % 4 ? 1 + rng_below(&w->rng, 30) : 0; n > 0; n--)
            strbuf_addf(&text, " xa%u", rng_below(&w->rng, 400));
        sample->article = (struct article){
            .key = slice_of(arena_printf(&w->texts, "k:%zu", i))};
        CHECK_EQ(arena_copy_slice(&w->texts, strbuf_slice(&text),
                                  &sample->article.text[PART_BODY]),
                 0);
        strbuf_release(&text);
        world_analyse(w, sample);
        world_put(w, sample);
        if (i % 20 == 19)
            world_commit(w);
    }
    world_delete(w, SLICE("k:1"));
    w->article[1].article.key.len = 0;
    world_commit(w);
    world_read(w);
}

static const char *const many_forms_questions[] = {
    "xa*",      "yes xa*",      "[yes xa*]",      "yes NOT xa*",
    "xa* nope", "xa* OR nope",  "xa* NEAR/0 yes", "title:xa* OR xa1*",
    "xa1*",     "\"yes xa1*\"", "xa2~1 OR yes",   "(xa1* OR xa2*) NOT xa3*",
};

/* The article that an engine found. */
static inline size_t world_index(struct slice key)
{
    CHECK(key.len > 2 && key.len < 6);
    size_t n = 0;
    for (size_t i = 2; i < key.len; i++)
        n = n * 10 + (size_t)(key.data[i] - '0');
    CHECK(n < WORLD_ARTICLES);
    return n;
}

/* --- questions --- */

static inline int world_resolve(struct world *w, const char *text,
                                struct query *query, struct err *err)
{
    struct parsed parsed;
    int rc = query_parse(slice_of(text), &w->step, &parsed, err);
    return rc ? rc
              : query_resolve(&parsed, native_engine.lexicon(w->searcher),
                              w->stemmers, &w->names, &w->step, query, err);
}

static inline void world_query(struct world *w, const char *text,
                               struct query *query)
{
    struct err err = {0};
    int rc = world_resolve(w, text, query, &err);
    CHECK_MSG(rc == ERR_OK, "'%s': %s (%s)", text, err_name(rc), err.text);
}

static inline void world_search(struct world *w, const struct query *query,
                                const struct search_request *request,
                                struct search_result *out)
{
    struct err err = {0};
    CHECK_OK(
        native_engine.search(w->searcher, query, request, &w->step, out, &err),
        err);
}

static inline int64_t found_seconds(const struct found *found)
{
    return found->published.precision ? found->published.seconds : DATE_MIN;
}

static inline struct search_cursor cursor_at(const struct found *found)
{
    return (struct search_cursor){true, found->score, found_seconds(found),
                                  found->key};
}

#endif
