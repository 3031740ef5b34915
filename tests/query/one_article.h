/* one_article.h - an article made of text, analysed, with a lexicon of its own words:
 * enough to resolve a query and match it without any engine. */
#ifndef TESTS_QUERY_ONE_ARTICLE_H
#define TESTS_QUERY_ONE_ARTICLE_H

#include "base/err.h"
#include "query/filter.h"
#include "query/resolve.h"
#include "query/token_view.h"

#include <stdlib.h>
#include <string.h>

struct one_article {
    struct lexicon lexicon;
    struct article article;
    struct analysis analysis;
    struct stemmers *stemmers;
    struct arena arena; /* the article's */
};

static inline int one_prefix_forms(struct lexicon *lexicon, struct slice prefix,
                                   size_t limit, struct arena *arena,
                                   struct slice_list *out, struct err *err)
{
    (void)limit, (void)err;
    const struct one_article *one = (const struct one_article *)lexicon;
    const struct tokens *tokens = &one->analysis.tokens;
    out->item = arena_array(arena, struct slice, tokens->count);
    for (size_t i = 0; i < tokens->count; i++)
        if (slice_starts_with(tokens->token[i].form, prefix))
            out->item[out->count++] = tokens->token[i].form;
    return ERR_OK;
}

static inline int one_stem_forms(struct lexicon *lexicon, struct slice lang,
                                 struct slice stem, struct arena *arena,
                                 struct slice_list *out, struct err *err)
{
    (void)err;
    const struct one_article *one = (const struct one_article *)lexicon;
    const struct tokens *tokens = &one->analysis.tokens;
    *out = (struct slice_list){0};
    out->item = arena_array(arena, struct slice, tokens->count);
    for (size_t i = 0; i < tokens->count; i++)
        if (slice_eq(tokens->token[i].stem, stem) &&
            slice_eq(lang_primary(one->article.lang), lang))
            out->item[out->count++] = tokens->token[i].form;
    return ERR_OK;
}

static inline int one_languages(struct lexicon *lexicon, struct arena *arena,
                                struct slice_list *out, struct err *err)
{
    (void)err;
    const struct one_article *one = (const struct one_article *)lexicon;
    out->item = arena_array(arena, struct slice, 1);
    out->item[0] = one->article.lang;
    out->count = 1;
    return ERR_OK;
}

/* One for all articles of a test program: they are large. */
static struct stemmers *one_stemmers;

static inline void one_stemmers_free(void)
{
    stemmers_free(one_stemmers);
}

/* The texts stay the caller's. */
static inline int one_article_init(struct one_article *one, const char *lang,
                                   const char *title, const char *body)
{
    static const struct lexicon_ops ops = {one_prefix_forms, one_stem_forms,
                                           one_languages};
    *one = (struct one_article){.lexicon = {&ops}};
    arena_init(&one->arena, SIZE_MAX);
    if (!one_stemmers) {
        one_stemmers = stemmers_new();
        atexit(one_stemmers_free);
    }
    one->stemmers = one_stemmers;
    one->article.lang = slice_of(lang);
    one->article.text[PART_TITLE] = slice_of(title);
    one->article.text[PART_BODY] = slice_of(body);
    return analyse_article(&one->article, one->stemmers, &one->arena,
                           &one->analysis);
}

static inline void one_article_release(struct one_article *one)
{
    arena_reset(&one->arena);
}

/* Parse and resolve `text` against the article's own words. */
static inline int one_article_query(struct one_article *one, const char *text,
                                    struct arena *arena, struct query *out,
                                    struct err *err)
{
    struct parsed parsed;
    int rc = query_parse(slice_of(text), arena, &parsed, err);
    return rc ? rc
              : query_resolve(&parsed, &one->lexicon, one->stemmers, arena, out,
                              err);
}

#endif
