/* inverter_model.h - what an inverter should write, the slow way: every occurrence of every
 * term as one row, sorted. Written from segment/dictionary.h and segment/postings.h. */
#ifndef TESTS_INVERTER_MODEL_H
#define TESTS_INVERTER_MODEL_H

#include "check.h"
#include "base/err.h"
#include "doc/article.h"
#include "engine/native/shared/native_terms.h"
#include "query/filter.h"
#include "segment/columns.h"
#include "text/analyse.h"

/* One article with all that the inverter is given. */
struct given {
    struct article article;
    struct analysis analysis;
    struct doc_record record;
    bool archived;
};

struct occurrence {
    uint8_t term[TERM_KEY_MAX / 2];
    size_t len;
    doc_id doc;
    uint32_t position, times;
    struct slice word; /* of a STEM or PLAIN: its WORD term */
};

struct model {
    struct occurrence *row;
    size_t count, capacity;
    const struct given **doc; /* by doc id */
    uint32_t docs, all;
    struct arena arena;
};

static inline void given_record(struct given *g)
{
    g->record = (struct doc_record){.key = g->article.key,
                                    .source = g->article.source,
                                    .lang = g->article.lang,
                                    .published = g->article.published,
                                    .modified = g->article.modified,
                                    .version = g->article.version,
                                    .words = g->analysis.word_count,
                                    .generation = 7};
    for (int p = 0; p < PART_COUNT; p++)
        g->record.part[p] = (struct position_range){g->analysis.part[p].start,
                                                    g->analysis.part[p].end};
    article_digest(&g->article, g->record.digest);
}

static inline void model_add(struct model *m, const struct term *term,
                             doc_id doc, uint32_t position, uint32_t times,
                             struct slice word)
{
    if (m->count == m->capacity) {
        m->capacity = m->capacity ? m->capacity * 2 : 1024;
        m->row = realloc(m->row, m->capacity * sizeof *m->row);
        CHECK(m->row);
    }
    struct occurrence *row = &m->row[m->count++];
    *row = (struct occurrence){
        .len = term->len, .doc = doc, .position = position, .times = times};
    CHECK(term->len > 0 && term->len <= sizeof row->term);
    memcpy(row->term, term->bytes, term->len);
    CHECK(arena_copy_slice(&m->arena, word, &row->word) == 0);
}

static inline void model_token(struct model *m, const struct given *g,
                               const struct token *token, doc_id doc)
{
    struct term word, term;
    uint32_t times = token->part == PART_TITLE ? 2 : 1;
    term_of_word(&word, TERM_WORD, token->form, token->width);
    model_add(m, &word, doc, token->position, times, (struct slice){0});
    if (token->all_caps) {
        term_of_word(&term, TERM_CAPS, token->form, token->width);
        model_add(m, &term, doc, token->position, times, (struct slice){0});
    }
    if (token->stem.len)
        term_of_stem(&term, lang_primary(g->article.lang), token->stem);
    else
        term_of_plain(&term, token->form);
    model_add(m, &term, doc, 0, times, term_slice(&word));
}

/* Words side by side, in one part. */
static inline void model_pairs(struct model *m, const struct given *g,
                               doc_id doc)
{
    const struct token *before = NULL;
    for (size_t i = 0; i < g->analysis.tokens.count; i++) {
        const struct token *token = &g->analysis.tokens.token[i];
        struct term term;
        if (token->joined)
            continue;
        if (before && before->part == token->part) {
            CHECK_EQ(token->position, before->position + 1);
            term_of_pair(&term, before->form, token->form);
            model_add(m, &term, doc, 0, token->part == PART_TITLE ? 2 : 1,
                      (struct slice){0});
        }
        before = token;
    }
}

static inline void model_article(struct model *m, const struct given *g,
                                 doc_id doc)
{
    struct term term;
    term_of_key(&term, g->article.key);
    model_add(m, &term, doc, 0, 1, (struct slice){0});
    if (g->archived)
        return;
    for (size_t i = 0; i < g->analysis.tokens.count; i++)
        model_token(m, g, &g->analysis.tokens.token[i], doc);
    model_pairs(m, g, doc);
    static const enum ast_field fields[] = {FIELD_SOURCE, FIELD_LANG,
                                            FIELD_TOPIC};
    for (size_t f = 0; f < 3; f++) {
        struct slice_list values;
        CHECK(article_field_values(&g->article, fields[f], &m->arena, &values,
                                   NULL) == 0);
        for (size_t i = 0; i < values.count; i++) {
            term_of_field(&term, fields[f], values.item[i]);
            model_add(m, &term, doc, 0, 1, (struct slice){0});
        }
    }
}

static inline int compare_given(const void *a, const void *b)
{
    const struct given *x = *(struct given *const *)a,
                       *y = *(struct given *const *)b;
    if (x->archived != y->archived)
        return x->archived ? 1 : -1;
    int order = doc_record_order(&x->record, &y->record);
    return order ? order : (x > y) - (x < y);
}

static inline struct slice row_term(const struct occurrence *row)
{
    return (struct slice){row->term, row->len};
}

static inline int compare_rows(const void *a, const void *b)
{
    const struct occurrence *x = a, *y = b;
    int order = slice_cmp(row_term(x), row_term(y));
    if (order == 0)
        order = (x->doc > y->doc) - (x->doc < y->doc);
    return order ? order
                 : (x->position > y->position) - (x->position < y->position);
}

static inline void model_of(const struct given *given, size_t count,
                            struct model *m)
{
    *m = (struct model){0};
    arena_init(&m->arena, SIZE_MAX);
    m->doc = calloc(count + 1, sizeof *m->doc);
    CHECK(m->doc);
    for (size_t i = 0; i < count; i++) {
        m->doc[m->all++] = &given[i];
        m->docs += !given[i].archived;
    }
    qsort(m->doc, count, sizeof *m->doc, compare_given);
    for (doc_id doc = 0; doc < m->all; doc++)
        model_article(m, m->doc[doc], doc);
    if (m->count)
        qsort(m->row, m->count, sizeof *m->row, compare_rows);
}

static inline void model_release(struct model *m)
{
    free(m->row);
    free(m->doc);
    arena_reset(&m->arena);
}

/* Rows [from, end) are of one term. */
static inline size_t model_term_end(const struct model *m, size_t from)
{
    size_t end = from;
    while (end < m->count &&
           slice_eq(row_term(&m->row[end]), row_term(&m->row[from])))
        end++;
    return end;
}

static inline struct term_counts model_counts(const struct model *m,
                                              size_t from, size_t end)
{
    struct term_counts counts = {0};
    enum term_class class = (enum term_class)m->row[from].term[0];
    for (size_t i = from; i < end; i++) {
        bool first = i == from || m->row[i].doc != m->row[i - 1].doc;
        counts.docs += first;
        counts.frequency += m->row[i].times;
        counts.occurrences += 1;
    }
    if (!term_has_frequencies(class))
        counts.frequency = counts.occurrences = counts.docs;
    else if (!term_has_positions(class))
        counts.occurrences = counts.frequency;
    return counts;
}

/* The rows of `term`; false when it has none. */
static inline bool model_find(const struct model *m, struct slice term,
                              size_t *from, size_t *end)
{
    *end = 0;
    for (*from = 0; *from < m->count; *from = *end) {
        *end = model_term_end(m, *from);
        if (slice_eq(row_term(&m->row[*from]), term))
            return true;
    }
    return false;
}

#endif
