/* bed.h - an index in a directory of its own, for tests of the Xapian engine. */
#ifndef TESTS_BED_H
#define TESTS_BED_H

#include "base/err.h"
#include "base/files.h"
#include "base/limits.h"
#include "check.h"
#include "engine/engine.h"
#include "engine/xapian/xapian_engine.h"
#include "query/parse.h"
#include "query/resolve.h"
#include "text/analyse.h"

#include <unistd.h>

static const struct engine *const bed_engines[] = {&xapian_engine, NULL};

struct bed {
    char dir[64];
    struct stemmers *stemmers;
    struct arena arena; /* of one step; bed_step() empties it */
    struct writer *writer;
    struct snapshot *snapshot;
    struct searcher *searcher;
    struct query_names names; /* of its register; none at first */
};

static inline void bed_step(struct bed *bed)
{
    arena_reset(&bed->arena);
}

static inline void bed_open(struct bed *bed)
{
    *bed = (struct bed){.stemmers = stemmers_new()};
    CHECK(bed->stemmers);
    arena_init(&bed->arena, LIMIT_QUERY_MEMORY);
    strcpy(bed->dir, "/tmp/dateline-xapian-XXXXXX");
    CHECK(mkdtemp(bed->dir));
}

static inline void bed_write(struct bed *bed)
{
    struct err err = {0};
    struct writer_options options = {.entities = bed->names.entities};
    CHECK_OK(xapian_engine.writer_open(bed->dir, &options, &bed->writer, &err),
             err);
}

static inline void bed_written(struct bed *bed)
{
    xapian_engine.writer_close(bed->writer);
    bed->writer = NULL;
}

static inline int bed_try_put(struct bed *bed, const struct article *article,
                              struct err *err)
{
    struct analysis analysis;
    CHECK_EQ(analyse_article(article, bed->stemmers, &bed->arena, &analysis),
             0);
    return xapian_engine.writer_put(bed->writer, article, &analysis, err);
}

static inline void bed_put_article(struct bed *bed,
                                   const struct article *article)
{
    struct err err = {0};
    CHECK_OK(bed_try_put(bed, article, &err), err);
    bed_step(bed);
}

static inline struct article bed_article(const char *key, const char *lang,
                                         const char *title, const char *body)
{
    struct article article = {.key = slice_of(key), .lang = slice_of(lang)};
    article.text[PART_TITLE] = slice_of(title);
    article.text[PART_BODY] = slice_of(body);
    return article;
}

static inline void bed_put(struct bed *bed, const char *key, const char *lang,
                           const char *title, const char *body)
{
    struct article article = bed_article(key, lang, title, body);
    bed_put_article(bed, &article);
}

static inline struct generation_info bed_commit(struct bed *bed)
{
    struct err err = {0};
    struct generation_info info;
    CHECK_OK(xapian_engine.writer_commit(bed->writer, &info, &err), err);
    return info;
}

static inline void bed_stop_reading(struct bed *bed)
{
    searcher_close(bed->searcher);
    snapshot_unref(bed->snapshot);
    bed->searcher = NULL;
    bed->snapshot = NULL;
}

static inline void bed_read(struct bed *bed)
{
    struct err err = {0};
    bed_stop_reading(bed);
    CHECK_OK(snapshot_open(bed->dir, bed_engines, &bed->snapshot, &err), err);
    CHECK_OK(searcher_open(bed->snapshot, &bed->searcher, &err), err);
}

static inline void bed_close(struct bed *bed)
{
    struct err err = {0};
    bed_stop_reading(bed);
    if (bed->writer)
        bed_written(bed);
    CHECK_OK(tree_remove(bed->dir, &err), err);
    stemmers_free(bed->stemmers);
    arena_reset(&bed->arena);
}

static inline int bed_parse(struct bed *bed, const char *text,
                            struct query *query, struct err *err)
{
    struct parsed parsed;
    int rc = query_parse(slice_of(text), &bed->arena, &parsed, err);
    if (rc)
        return rc;
    return query_resolve(&parsed, xapian_engine.lexicon(bed->searcher),
                         bed->stemmers, &bed->names, &bed->arena, query, err);
}

static inline int bed_try_search(struct bed *bed, const char *text,
                                 const struct search_request *request,
                                 struct search_result *result, struct err *err)
{
    struct query query;
    int rc = bed_parse(bed, text, &query, err);
    return rc ? rc
              : xapian_engine.search(bed->searcher, &query, request,
                                     &bed->arena, result, err);
}

/* The keys found, in order, with blanks between: "b a c". In a static buffer. */
static inline const char *bed_keys(const struct search_result *result)
{
    static char keys[8192];
    size_t at = 0;
    keys[0] = '\0';
    for (size_t i = 0; i < result->count; i++) {
        int n = snprintf(keys + at, sizeof keys - at, "%s%.*s", i ? " " : "",
                         SLICE_ARG(result->found[i].key));
        CHECK(n >= 0 && (size_t)n < sizeof keys - at);
        at += (size_t)n;
    }
    return keys;
}

static inline const char *bed_search(struct bed *bed, const char *text)
{
    struct err err = {0};
    struct search_request request = {.limit = 1000, .count_total = true};
    struct search_result result;
    int rc = bed_try_search(bed, text, &request, &result, &err);
    CHECK_MSG(rc == 0, "'%s': %s (%s)", text, err_name(rc), err.text);
    CHECK_EQ(result.total, result.count);
    return bed_keys(&result);
}

#endif
