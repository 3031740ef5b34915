/* writer_bed.h - an index in a directory of its own, articles made from numbers, and a
 * model of what the index must hold: a plain table, changed beside the writer.
 */
#ifndef TESTS_WRITER_BED_H
#define TESTS_WRITER_BED_H

#include "base/err.h"
#include "base/files.h"
#include "check.h"
#include "engine/corpus_digest.h"
#include "engine/engine.h"
#include "engine/manifest.h"
#include "engine/native/shared/native_engine.h"
#include "engine/native/read/native_reader.h"
#include "entity/recogniser.h"
#include "text/analyse.h"

#include <dirent.h>
#include <unistd.h>

static const struct engine *const bed_engines[] = {&native_engine, NULL};

enum { KEYS = 20, VERSIONS_MAX = 64 };

/* The seeds of all texts that a key has had, oldest first; the last one is current, if
 * there is a current one. */
struct model_key {
    uint32_t seed[VERSIONS_MAX];
    size_t count;
    bool current;
};

struct model {
    struct model_key key[KEYS];
};

struct writer_bed {
    char dir[64];
    size_t memory_bytes;
    struct stemmers *stemmers;
    const struct entity_register *entities; /* NULL: no mentions are found */
    struct recogniser *recogniser;          /* of these */
    struct arena arena;                     /* of one step */
    struct writer *writer;
    struct snapshot *snapshot;
    struct searcher *searcher;
    struct model now, committed;
    uint32_t next_seed;
};

/* --- articles --- */

/* Everything about an article follows from its key and seed. */
static inline struct article bed_article(struct arena *arena, uint32_t key,
                                         uint32_t seed)
{
    static const char *const words[] = {
        "grain", "ships",  "Treaty", "the",    "bank's",   "C-130", "US",
        "oil",   "prices", "cut",    "winter", "agreed",   "of",    "rates",
        "İzmir", "café",   "война",  "東京",   "stations", "a",     "NATO"};
    static const char *const langs[] = {"en", "fr", "", "ru", "pt-br"};
    uint64_t rng = (uint64_t)seed * 2654435761u + 1;
    struct article article = {.version = seed};
    char body[4096] = "";
    size_t at = 0;
    uint32_t count = rng_below(&rng, 60);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t word = rng_below(&rng, sizeof words / sizeof *words);
        at += (size_t)snprintf(body + at, sizeof body - at, "%s%s", words[word],
                               rng_below(&rng, 9) ? " " : ". ");
    }
    article.key = slice_of(arena_printf(arena, "k:%u", key));
    article.text[PART_TITLE] =
        slice_of(arena_printf(arena, "Story s%u of K%u", seed, key));
    article.text[PART_BODY] = slice_of(arena_printf(arena, "%s", body));
    if (rng_below(&rng, 4) == 0)
        article.text[PART_CAPTIONS] = SLICE("A photo of the US harbour");
    article.lang = slice_of(langs[rng_below(&rng, 5)]);
    article.source = slice_of(rng_below(&rng, 2) ? "Wire" : "Paper");
    if (rng_below(&rng, 5))
        article.published = (struct date){
            1600000000 + 86400 * (int64_t)rng_below(&rng, 50), DATE_DAY};
    return article;
}

/* --- the directory --- */

static inline void bed_open(struct writer_bed *bed)
{
    *bed = (struct writer_bed){.stemmers = stemmers_new(), .next_seed = 1};
    CHECK(bed->stemmers);
    arena_init(&bed->arena, SIZE_MAX);
    strcpy(bed->dir, "/tmp/dateline-native-XXXXXX");
    CHECK(mkdtemp(bed->dir));
}

static inline void bed_stop_reading(struct writer_bed *bed)
{
    searcher_close(bed->searcher);
    snapshot_unref(bed->snapshot);
    bed->searcher = NULL;
    bed->snapshot = NULL;
}

static inline void bed_close(struct writer_bed *bed)
{
    struct err err = {0};
    bed_stop_reading(bed);
    native_engine.writer_close(bed->writer);
    CHECK_OK(tree_remove(bed->dir, &err), err);
    stemmers_free(bed->stemmers);
    recogniser_free(bed->recogniser);
    arena_reset(&bed->arena);
}

static inline size_t bed_files(const struct writer_bed *bed)
{
    char path[128];
    size_t count = 0;
    snprintf(path, sizeof path, "%s/segments", bed->dir);
    DIR *entries = opendir(path);
    CHECK(entries);
    for (struct dirent *e; (e = readdir(entries));)
        count += e->d_name[0] != '.';
    closedir(entries);
    return count;
}

/* --- writing --- */

/* From the next writer on; NULL: none. */
static inline void bed_use_register(struct writer_bed *bed,
                                    const struct entity_register *entities)
{
    struct err err = {0};
    recogniser_free(bed->recogniser);
    bed->recogniser = NULL;
    bed->entities = entities;
    if (entities)
        CHECK_OK(recogniser_new(entities, &bed->recogniser, &err), err);
}

static inline void bed_analyse(struct writer_bed *bed,
                               const struct article *article,
                               struct analysis *out)
{
    CHECK_EQ(analyse_article(article, bed->stemmers, &bed->arena, out), 0);
    if (bed->recogniser)
        CHECK_EQ(recogniser_find(bed->recogniser, article, out, &bed->arena),
                 0);
}

static inline int bed_try_write(struct writer_bed *bed, struct err *err)
{
    struct writer_options options = {.memory_bytes = bed->memory_bytes,
                                     .entities = bed->entities};
    bed->now = bed->committed;
    bed->writer = NULL;
    return native_engine.writer_open(bed->dir, &options, &bed->writer, err);
}

static inline void bed_write(struct writer_bed *bed)
{
    struct err err = {0};
    CHECK_OK(bed_try_write(bed, &err), err);
}

static inline void bed_written(struct writer_bed *bed)
{
    native_engine.writer_close(bed->writer);
    bed->writer = NULL;
    bed->now = bed->committed;
}

static inline int bed_try_put(struct writer_bed *bed, uint32_t key,
                              struct err *err)
{
    struct analysis analysis;
    uint32_t seed = bed->next_seed++;
    struct article article = bed_article(&bed->arena, key, seed);
    bed_analyse(bed, &article, &analysis);
    int rc = native_engine.writer_put(bed->writer, &article, &analysis, err);
    arena_reset(&bed->arena);
    struct model_key *m = &bed->now.key[key];
    if (rc == ERR_OK) {
        CHECK(m->count < VERSIONS_MAX);
        m->seed[m->count++] = seed;
        m->current = true;
    }
    return rc;
}

static inline int bed_try_delete(struct writer_bed *bed, uint32_t key,
                                 struct err *err)
{
    char name[16];
    bool found;
    snprintf(name, sizeof name, "k:%u", key);
    int rc =
        native_engine.writer_delete(bed->writer, slice_of(name), &found, err);
    if (rc == ERR_OK) {
        CHECK_EQ(found, bed->now.key[key].current);
        bed->now.key[key].current = false;
    }
    return rc;
}

static inline int bed_try_purge(struct writer_bed *bed, uint32_t key,
                                struct err *err)
{
    char name[16];
    bool found;
    snprintf(name, sizeof name, "k:%u", key);
    int rc =
        native_engine.writer_purge(bed->writer, slice_of(name), &found, err);
    if (rc == ERR_OK) {
        CHECK_EQ(found, bed->now.key[key].count > 0);
        bed->now.key[key] = (struct model_key){0};
    }
    return rc;
}

static inline int bed_try_commit(struct writer_bed *bed,
                                 struct generation_info *info, struct err *err)
{
    int rc = native_engine.writer_commit(bed->writer, info, err);
    if (rc == ERR_OK)
        bed->committed = bed->now;
    return rc;
}

static inline void bed_put(struct writer_bed *bed, uint32_t key)
{
    struct err err = {0};
    CHECK_OK(bed_try_put(bed, key, &err), err);
}
static inline void bed_delete(struct writer_bed *bed, uint32_t key)
{
    struct err err = {0};
    CHECK_OK(bed_try_delete(bed, key, &err), err);
}
static inline void bed_purge(struct writer_bed *bed, uint32_t key)
{
    struct err err = {0};
    CHECK_OK(bed_try_purge(bed, key, &err), err);
}
static inline struct generation_info bed_commit(struct writer_bed *bed)
{
    struct err err = {0};
    struct generation_info info;
    CHECK_OK(bed_try_commit(bed, &info, &err), err);
    return info;
}

/* An article of these texts, in English; the model does not know it. */
static inline int bed_put_text(struct writer_bed *bed, const char *key,
                               const char *title, const char *body,
                               struct err *err)
{
    struct analysis analysis;
    struct article article = {.key = slice_of(key), .lang = SLICE("en")};
    article.text[PART_TITLE] = slice_of(title);
    article.text[PART_BODY] = slice_of(body);
    bed_analyse(bed, &article, &analysis);
    int rc = native_engine.writer_put(bed->writer, &article, &analysis, err);
    arena_reset(&bed->arena);
    return rc;
}

/* --- reading --- */

static inline void bed_read(struct writer_bed *bed)
{
    struct err err = {0};
    bed_stop_reading(bed);
    CHECK_OK(snapshot_open(bed->dir, bed_engines, &bed->snapshot, &err), err);
    CHECK_OK(searcher_open(bed->snapshot, &bed->searcher, &err), err);
}

static inline void bed_print_fault(void *context, const char *fault)
{
    (void)context;
    print_error("FAULT %s\n", fault);
}

static inline void bed_check(struct writer_bed *bed)
{
    struct err err = {0};
    CHECK_OK(native_engine.check(bed->dir, bed_print_fault, NULL, &err), err);
}

static inline void bed_expect_article(struct writer_bed *bed, doc_ref doc,
                                      uint32_t key, uint32_t seed)
{
    struct err err = {0};
    struct article got, want = bed_article(&bed->arena, key, seed);
    struct article_info info;
    CHECK_OK(native_engine.article(bed->searcher, doc, &bed->arena, &got, &err),
             err);
    for (int part = 0; part < PART_COUNT; part++)
        CHECK_SLICE(got.text[part], want.text[part]);
    CHECK_SLICE(got.key, want.key);
    CHECK_SLICE(got.source, want.source);
    CHECK_EQ(got.published.precision, want.published.precision);
    CHECK_EQ(got.version, seed);
    CHECK_OK(native_engine.info(bed->searcher, doc, &bed->arena, &info, &err),
             err);
    CHECK_SLICE(info.key, want.key);
    CHECK_SLICE(info.lang, want.lang);
    CHECK_EQ(info.published.seconds, want.published.seconds);
    CHECK_EQ(info.generation, got.generation);
}

static inline void bed_expect_key(struct writer_bed *bed, uint32_t key,
                                  const struct model_key *m)
{
    struct err err = {0};
    char name[16];
    doc_ref doc;
    struct version_list list;
    snprintf(name, sizeof name, "k:%u", key);
    int rc = native_engine.find(bed->searcher, slice_of(name), &doc, &err);
    CHECK_MSG(rc == (m->current ? ERR_OK : ERR_NOTFOUND), "%s: %s (%s)", name,
              err_name(rc), err.text);
    if (m->current)
        bed_expect_article(bed, doc, key, m->seed[m->count - 1]);
    CHECK_OK(native_engine.versions(bed->searcher, slice_of(name), &bed->arena,
                                    &list, &err),
             err);
    CHECK_MSG(list.count == m->count, "%s: %zu versions, want %zu", name,
              list.count, m->count);
    for (size_t i = 0; i < list.count; i++) {
        CHECK_EQ(list.version[i].current, m->current && i == m->count - 1);
        bed_expect_article(bed, list.version[i].doc, key, m->seed[i]);
        CHECK(i == 0 ||
              list.version[i - 1].generation <= list.version[i].generation);
    }
    arena_reset(&bed->arena);
}

/* The newest generation holds exactly what `model` says. */
static inline void bed_expect(struct writer_bed *bed, const struct model *model)
{
    struct corpus_digest digest = {0};
    char digest_text[DIGEST_TEXT_SIZE];
    uint64_t articles = 0, words = 0;
    bed_read(bed);
    for (uint32_t key = 0; key < KEYS; key++) {
        const struct model_key *m = &model->key[key];
        bed_expect_key(bed, key, m);
        if (!m->current)
            continue;
        char text[DIGEST_TEXT_SIZE];
        struct analysis analysis;
        struct article article =
            bed_article(&bed->arena, key, m->seed[m->count - 1]);
        CHECK_EQ(
            analyse_article(&article, bed->stemmers, &bed->arena, &analysis),
            0);
        articles++;
        words += analysis.word_count;
        article_digest(&article, text);
        corpus_digest_add(&digest, article.key, text);
        arena_reset(&bed->arena);
    }
    corpus_digest_format(&digest, digest_text);
    CHECK_EQ(bed->snapshot->info.articles, articles);
    CHECK_EQ(bed->snapshot->info.words, words);
    CHECK_TEXT(bed->snapshot->info.corpus_digest, digest_text);
    bed_stop_reading(bed);
}

#endif
