/* small_index.h - an index of thirteen articles that were written for it: three commits, a
 * new version, deletions, some languages, and whatever the format knows: old versions
 * behind the others, and the state of a segment that lost one. And questions
 * to it, whose answers are text that can be compared.
 */
#ifndef TESTS_ENGINE_NATIVE_SMALL_INDEX_H
#define TESTS_ENGINE_NATIVE_SMALL_INDEX_H

#include "base/err.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/strbuf.h"
#include "check.h"
#include "engine/native/shared/native_engine.h"
#include "entity/slow_mentions.h"
#include "query/parse.h"
#include "query/resolve.h"

#include <unistd.h>

struct small_article {
    const char *key, *lang, *date, *topic;
    const char *title, *summary, *body, *captions;
};

/* The first commit, up to an empty key; then the second; the third only deletes. */
static const struct small_article small_articles[] = {
    {"wire:1", "en", "2022-03-29", "diplomacy",
     "Talks in Istanbul end with a draft",
     "Both delegations spoke of a first step.",
     "ISTANBUL, March 29 - The talks in Istanbul ended with a draft. The "
     "drafts of the winter were longer, a member of the US delegation told "
     "us.\n\nThe text of this draft names twelve points. \"We draft, they "
     "draft,\" he said; \"the drafting is never done.\"",
     "The palace where the talks were held."},
    {"wire:2", "en-gb", "2022-03-30T08:15:00Z", "grain",
     "Grain ships wait for the C-130", "",
     "The grain ships wait in the harbour. No ship may leave before the "
     "C-130 has landed, the harbour's master said. WHO experts are on board; "
     "who they are was not said.",
     ""},
    {"paper:7", "de", "2022-03", "", "Der Krieg und die Preise", "",
     "Die Preise steigen. Der Krieg, so die H\xc3\xa4ndler, treibt den "
     "Preis f\xc3\xbcr Getreide; die Kriege davor taten es auch.",
     ""},
    {"paper:8", "fr", "2022", "grain",
     "L'accord sur les c\xc3\xa9r\xc3\xa9"
     "ales",
     "Un accord est proche.",
     "L'accord d'hier n'est pas l'accord de demain. Les accords se suivent.",
     ""},
    {"wire:3", "tr", "2022-03-29", "", "\xc4\xb0stanbul'da taslak", "",
     "G\xc3\xb6r\xc3\xbc\xc5\x9fmeler \xc4\xb0stanbul'da bitti. Taslak on "
     "iki madde.",
     ""},
    {"wire:4", "uk", "2022-03-31", "diplomacy",
     "\xd0\x9f\xd0\xb5\xd1\x80\xd0\xb5\xd0\xb3\xd0\xbe\xd0\xb2\xd0\xbe\xd1\x80"
     "\xd0\xb8",
     "",
     "\xd0\x9f\xd0\xb5\xd1\x80\xd0\xb5\xd0\xb3\xd0\xbe\xd0\xb2\xd0\xbe\xd1"
     "\x80\xd0\xb8 \xd1\x83 \xd0\xa1\xd1\x82\xd0\xb0\xd0\xbc\xd0\xb1\xd1"
     "\x83\xd0\xbb\xd1\x96.",
     ""},
    {"wire:5", "zh", "2022-04-01", "",
     "\xe4\xbc\x8a\xe6\x96\xaf\xe5\x9d\xa6\xe5\xb8\x83\xe5\xb0\x94", "",
     "\xe8\xb0\x88\xe5\x88\xa4\xe5\x9c\xa8\xe4\xbc\x8a\xe6\x96\xaf\xe5\x9d\xa6"
     "\xe5\xb8\x83\xe5\xb0\x94\xe7\xbb\x93\xe6\x9d\x9f\xe3\x80\x82",
     ""},
    {"wire:6", "", "", "", "Notice", "", "of the the of the 1,234.5 of the",
     ""},
    {"wire:7", "en", "", "weather", "", "", "", ""},
    {"wire:8", "en", "2022-03-28", "weather", "Storm over the harbour", "",
     "The storm ran over the harbour. Ships were running for the harbour; "
     "one ship runs still.",
     ""},
    {"", "", "", "", "", "", "", ""},
    {"wire:1", "en", "2022-03-29", "diplomacy",
     "Talks in Istanbul end with a draft of twelve points",
     "Both delegations spoke of a first step.",
     "ISTANBUL, March 29 - The talks in Istanbul ended with a draft of twelve "
     "points, the US delegation said.",
     "The palace where the talks were held."},
    {"wire:9", "en", "2022-04-02", "grain", "First ship leaves", "",
     "The first of the grain ships left the harbour.", ""},
    {"wire:10", "en", "2022-04-02", "", "A correction", "",
     "The ship's name is Aurora, not Aurore.", ""},
    {"wire:11", "en", "2022-04-03", "", "Fog", "", "No ship left.", ""},
    {"", "", "", "", "", "", "", ""},
};

static const struct {
    unsigned commit;
    const char *key;
} small_deleted[] = {{2, "wire:8"}, {2, "paper:7"}, {3, "wire:10"}};

/* Every kind of operand and list. */
static const char *const small_queries[] = {
    "draft",
    "the ships",
    "\"the harbour\"",
    "US",
    "=WHO OR Krieg",
    "accord NEAR/8 demain",
    "title:draft",
    "topic:grain lang:en",
    "date:2022-03..2022-04 NOT storm",
    "source:wire",
    "\"istanbul ended\"~6",
    "ship*",
    "\xe4\xbc\x8a\xe6\x96\xaf",
    "C-130 OR taslak OR aurora~1",
};
enum { SMALL_QUERIES = sizeof small_queries / sizeof *small_queries };

/* What small_index_write() finds mentions by, and questions look names up by; NULL: nothing. */
static struct entity_register *small_register;

static const char small_names[] =
    "istanbul\tplace\tIstanbul\tuk:\xd0\xa1\xd1\x82\xd0\xb0\xd0\xbc\xd0\xb1"
    "\xd1\x83\xd0\xbb; tr:\xc4\xb0stanbul; zh:\xe4\xbc\x8a\xe6\x96\xaf\xe5\x9d"
    "\xa6\xe5\xb8\x83\xe5\xb0\x94\twikidata=Q406\n"
    "istanbul-talks\tevent\ttalks in Istanbul\t~the talks\n"
    "united-states\tplace\tUnited States\t!US\tnot=dollars\n"
    "who\torganisation\tWorld Health Organization\t!WHO\tnear=experts\n"
    "aurora\tperson\tAurora\t\n"
    "fog\tplace\tFog\t\n"
    "fog-film\tdocument\tThe Fog\tFog\n";

static const char *const small_named[] = {
    "@istanbul",
    "[@istanbul-talks ended]",
    "title:@istanbul",
    "@Q406 NOT lang:en",
    "@istanbul="
    "\xd0\xa1\xd1\x82\xd0\xb0\xd0\xbc\xd0\xb1\xd1\x83\xd0\xbb\xd1\x96",
    "@istanbul-talks OR @united-states",
    "org:who NEAR/20 ship",
    "@Fog OR @aurora",
    "title:@fog-film ship",
};
enum { SMALL_NAMED = sizeof small_named / sizeof *small_named };

struct small_reader {
    struct snapshot *snapshot;
    struct searcher *searcher;
    struct stemmers *stemmers; /* the caller's */
    struct arena arena;        /* of one question */
};

/* --- writing --- */

static inline void small_put(struct writer *writer,
                             const struct small_article *from,
                             struct stemmers *stemmers)
{
    struct arena arena;
    struct analysis analysis;
    struct err err = {0};
    struct slice topic = slice_of(from->topic);
    const char *colon = strchr(from->key, ':');
    struct article article = {
        .key = slice_of(from->key),
        .id = slice_of(colon + 1),
        .source = {(const uint8_t *)from->key, (size_t)(colon - from->key)},
        .lang = slice_of(from->lang),
        .topics = {&topic, topic.len > 0},
        .text = {slice_of(from->title), slice_of(from->summary),
                 slice_of(from->body), slice_of(from->captions)},
        .ingested = 1700000000,
    };
    if (from->date[0]) {
        CHECK_OK(date_parse(slice_of(from->date), &article.published, &err),
                 err);
        article.published_from = ORIGIN_GIVEN;
    }
    arena_init(&arena, SIZE_MAX);
    CHECK_EQ(analyse_article(&article, stemmers, &arena, &analysis), 0);
    if (small_register)
        CHECK_EQ(slow_mentions(small_register, &article, &analysis, &arena,
                               &analysis.mentions),
                 0);
    CHECK_OK(native_engine.writer_put(writer, &article, &analysis, &err), err);
    arena_reset(&arena);
}

static inline void small_delete(struct writer *writer, unsigned commit)
{
    struct err err = {0};
    bool found;
    for (size_t i = 0; i < sizeof small_deleted / sizeof *small_deleted; i++)
        if (small_deleted[i].commit == commit)
            CHECK_OK(native_engine.writer_delete(
                         writer, slice_of(small_deleted[i].key), &found, &err),
                     err);
}

/* `most` articles of each commit. */
static inline void small_index_write(const char *dir, size_t most)
{
    struct stemmers *stemmers = stemmers_new();
    size_t at = 0, count = sizeof small_articles / sizeof *small_articles;
    struct err err = {0};
    const struct writer_options options = {.entities = small_register};
    for (unsigned commit = 1; commit <= 3; commit++, at++) {
        struct generation_info info;
        struct writer *writer;
        CHECK_OK(native_engine.writer_open(dir, &options, &writer, &err), err);
        for (size_t n = 0; at < count && small_articles[at].key[0]; n++, at++)
            if (n < most)
                small_put(writer, &small_articles[at], stemmers);
        small_delete(writer, commit);
        CHECK_OK(native_engine.writer_commit(writer, &info, &err), err);
        CHECK_EQ(info.generation, commit);
        native_engine.writer_close(writer);
    }
    stemmers_free(stemmers);
}

/* --- reading --- */

static inline int small_open(const char *dir, struct stemmers *stemmers,
                             struct small_reader *out, struct err *err)
{
    static const struct engine *const engines[] = {&native_engine, NULL};
    *out = (struct small_reader){.stemmers = stemmers};
    arena_init(&out->arena, LIMIT_QUERY_MEMORY);
    int rc = snapshot_open(dir, engines, &out->snapshot, err);
    return rc ? rc : searcher_open(out->snapshot, &out->searcher, err);
}

static inline void small_close(struct small_reader *reader)
{
    searcher_close(reader->searcher);
    snapshot_unref(reader->snapshot);
    arena_reset(&reader->arena);
}

static inline int small_visit(void *context, struct searcher *searcher,
                              doc_ref doc, const struct hit_list *hits,
                              struct err *err)
{
    struct strbuf *out = context;
    struct article_info info;
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    int rc = native_engine.info(searcher, doc, &arena, &info, err);
    if (rc == ERR_OK)
        strbuf_addf(out, "  at %.*s", SLICE_ARG(info.key));
    for (size_t i = 0; rc == ERR_OK && i < hits->count; i++)
        strbuf_addf(out, " %u-%u", hits->hit[i].span.start,
                    hits->hit[i].span.end);
    strbuf_add_text(out, "\n");
    arena_reset(&arena);
    return rc;
}

/* What is found, in order, with scores; and every hit, visited. */
static inline int small_ask(struct small_reader *reader, const char *text,
                            struct strbuf *out, struct err *err)
{
    struct parsed parsed;
    struct query query;
    struct search_result result;
    struct search_request request = {
        .limit = 5, .count_total = true, .count_hits = true};
    struct arena *arena = &reader->arena;
    const struct query_names names = {.entities = small_register};
    int rc = query_parse(slice_of(text), arena, &parsed, err);
    if (rc == ERR_OK)
        rc = query_resolve(&parsed, native_engine.lexicon(reader->searcher),
                           reader->stemmers, &names, arena, &query, err);
    if (rc == ERR_OK)
        rc = native_engine.search(reader->searcher, &query, &request, arena,
                                  &result, err);
    if (rc == ERR_OK) {
        strbuf_addf(out, "%s\n  %llu articles, %llu hits\n", text,
                    (unsigned long long)result.total,
                    (unsigned long long)result.total_hits);
        for (size_t i = 0; i < result.count; i++)
            strbuf_addf(out, "  %.*s %.6f\n", SLICE_ARG(result.found[i].key),
                        result.found[i].score);
        rc = native_engine.visit(reader->searcher, &query, true, NULL, arena,
                                 small_visit, out, err);
    }
    arena_reset(arena);
    return rc;
}

/* All versions of a key and their texts. */
static inline int small_show(struct small_reader *reader, const char *key,
                             struct strbuf *out, struct err *err)
{
    struct version_list versions;
    int rc = native_engine.versions(reader->searcher, slice_of(key),
                                    &reader->arena, &versions, err);
    strbuf_addf(out, "%s\n", key);
    for (size_t i = 0; rc == ERR_OK && i < versions.count; i++) {
        const struct version *version = &versions.version[i];
        struct article article;
        char digest[DIGEST_TEXT_SIZE], date[DATE_TEXT_SIZE];
        rc = native_engine.article(reader->searcher, version->doc,
                                   &reader->arena, &article, err);
        if (rc)
            break;
        article_digest(&article, digest);
        strbuf_addf(out, "  %llu%s [%s] %s %.*s %.*s\n",
                    (unsigned long long)version->generation,
                    version->current ? " current" : "",
                    date_format(article.published, date), digest,
                    SLICE_ARG(article.lang), SLICE_ARG(article.text[0]));
    }
    arena_reset(&reader->arena);
    return rc;
}

#endif
