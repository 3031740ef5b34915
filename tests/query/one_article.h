/* one_article.h - an article made of text, analysed, with a lexicon of its own words:
 * enough to resolve a query and match it without any engine. */
#ifndef TESTS_QUERY_ONE_ARTICLE_H
#define TESTS_QUERY_ONE_ARTICLE_H

#include "base/err.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "entity/register.h"
#include "entity/slow_mentions.h"
#include "query/filter.h"
#include "query/resolve.h"
#include "query/token_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct one_article {
    struct lexicon lexicon;
    struct article article;
    struct analysis analysis;
    struct stemmers *stemmers;
    struct query_names names; /* none, before one_article_names() */
    struct arena arena;       /* the article's */
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

/* Damerau's distance by the textbook's table. */
static inline uint32_t one_edits(struct slice x, struct slice y)
{
    static uint32_t d[LIMIT_TERM_BYTES + 1][LIMIT_TERM_BYTES + 1];
    uint32_t a[LIMIT_TERM_BYTES], b[LIMIT_TERM_BYTES];
    size_t m = 0, n = 0;
    for (size_t at = 0; at < x.len;)
        a[m++] = utf8_next(x, &at);
    for (size_t at = 0; at < y.len;)
        b[n++] = utf8_next(y, &at);
    for (size_t i = 0; i <= m; i++)
        for (size_t k = 0; k <= n; k++) {
            d[i][k] = (uint32_t)(i + k);
            if (i == 0 || k == 0)
                continue;
            uint32_t best = d[i - 1][k - 1] + (a[i - 1] != b[k - 1]);
            if (d[i - 1][k] + 1 < best)
                best = d[i - 1][k] + 1;
            if (d[i][k - 1] + 1 < best)
                best = d[i][k - 1] + 1;
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] &&
                a[i - 2] == b[k - 1] && d[i - 2][k - 2] + 1 < best)
                best = d[i - 2][k - 2] + 1;
            d[i][k] = best;
        }
    return d[m][n];
}

static inline int one_near_forms(struct lexicon *lexicon, struct slice form,
                                 size_t limit, struct arena *arena,
                                 struct slice_list *out, struct err *err)
{
    (void)limit, (void)err;
    const struct one_article *one = (const struct one_article *)lexicon;
    const struct tokens *tokens = &one->analysis.tokens;
    out->item = arena_array(arena, struct slice, tokens->count);
    for (size_t i = 0; i < tokens->count; i++)
        if (one_edits(tokens->token[i].form, form) <= 1)
            out->item[out->count++] = tokens->token[i].form;
    return ERR_OK;
}

static inline int one_frequency(struct lexicon *lexicon, struct slice form,
                                uint64_t *articles, uint64_t *occurrences,
                                struct err *err)
{
    (void)err;
    const struct one_article *one = (const struct one_article *)lexicon;
    const struct tokens *tokens = &one->analysis.tokens;
    *occurrences = 0;
    for (size_t i = 0; i < tokens->count; i++)
        *occurrences += slice_eq(tokens->token[i].form, form);
    *articles = *occurrences > 0;
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

static inline int one_entity_forms(struct lexicon *lexicon, struct slice id,
                                   struct arena *arena,
                                   struct entity_form_list *out,
                                   struct err *err)
{
    (void)err;
    const struct one_article *one = (const struct one_article *)lexicon;
    const struct mention_list *mentions = &one->analysis.mentions;
    *out = (struct entity_form_list){0};
    out->form = arena_array(arena, struct entity_form, mentions->count);
    for (size_t i = 0; i < mentions->count; i++) {
        const struct mention *mention = &mentions->mention[i];
        size_t at = 0;
        if (!slice_eq(mention->entity, id))
            continue;
        while (at < out->count &&
               slice_cmp(out->form[at].text, mention->form) < 0)
            at++;
        if (at < out->count && slice_eq(out->form[at].text, mention->form)) {
            out->form[at].mentions++;
            continue;
        }
        memmove(out->form + at + 1, out->form + at,
                (out->count++ - at) * sizeof *out->form);
        out->form[at] =
            (struct entity_form){mention->form, mention->width, 1, 1};
    }
    return ERR_OK;
}

static inline int one_entity_frequency(struct lexicon *lexicon, struct slice id,
                                       uint64_t *articles, uint64_t *mentions,
                                       struct err *err)
{
    (void)err;
    const struct one_article *one = (const struct one_article *)lexicon;
    *mentions = 0;
    for (size_t i = 0; i < one->analysis.mentions.count; i++)
        *mentions += slice_eq(one->analysis.mentions.mention[i].entity, id);
    *articles = *mentions > 0;
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
    static const struct lexicon_ops ops = {.prefix_forms = one_prefix_forms,
                                           .near_forms = one_near_forms,
                                           .frequency = one_frequency,
                                           .stem_forms = one_stem_forms,
                                           .entity_forms = one_entity_forms,
                                           .entity_frequency =
                                               one_entity_frequency,
                                           .languages = one_languages};
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

/* Find the mentions, and look names up by the same register. */
static inline int one_article_names(struct one_article *one,
                                    const struct entity_register *entities)
{
    one->names.entities = entities;
    return slow_mentions(entities, &one->article, &one->analysis, &one->arena,
                         &one->analysis.mentions);
}

/* A register of these lines; NULL with a message for a fault. */
static inline struct entity_register *one_register(const char *lines)
{
    struct register_text text = {SLICE("test"), slice_of(lines)};
    struct entity_register *entities = NULL;
    struct err err = {0};
    if (register_read(&text, 1, NULL, NULL, &entities, &err))
        fprintf(stderr, "%s\n", err.text);
    return entities;
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
              : query_resolve(&parsed, &one->lexicon, one->stemmers,
                              &one->names, arena, out, err);
}

#endif
