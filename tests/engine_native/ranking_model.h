/* ranking_model.h - docs/ranking.md a second time, sentence by sentence, over the tokens of
 * articles: no index, no list, nothing computed ahead.
 */
#ifndef TESTS_RANKING_MODEL_H
#define TESTS_RANKING_MODEL_H

#include "query/token_view.h"
#include "search_world.h"

#include <math.h>

struct model {
    const struct sample_article *article; /* the live ones */
    size_t count;
    struct arena *arena;
};

static inline struct hit_list model_hits(const struct model *m, size_t article,
                                         const struct node *node)
{
    const struct sample_article *sample = &m->article[article];
    const struct query alone = {.root = node};
    struct token_view view;
    struct hit_list hits;
    struct err err = {0};
    token_view_init(&view, &sample->article, &sample->analysis);
    CHECK_OK(match_hits(&alone, &view.base, m->arena, &hits, &err), err);
    return hits;
}

static inline bool model_matches(const struct model *m, size_t article,
                                 const struct node *node)
{
    const struct sample_article *sample = &m->article[article];
    const struct query alone = {.root = node};
    struct token_view view;
    bool matches;
    struct err err = {0};
    token_view_init(&view, &sample->article, &sample->analysis);
    CHECK_OK(match_article(&alone, &view.base, m->arena, &matches, &err), err);
    return matches;
}

/* "One in the title counts twice." */
static inline uint32_t model_tf(const struct model *m, size_t article,
                                const struct hit_list *hits)
{
    const struct part_range *title =
        &m->article[article].analysis.part[PART_TITLE];
    uint32_t tf = 0;
    for (size_t i = 0; i < hits->count; i++) {
        tf++;
        if (hits->hit[i].span.start >= title->start &&
            hits->hit[i].span.end <= title->end)
            tf++;
    }
    return tf;
}

/* Occurrences of a form in capitals. */
static inline uint32_t model_capitals(const struct model *m, size_t article,
                                      struct slice form)
{
    const struct tokens *tokens = &m->article[article].analysis.tokens;
    uint32_t tf = 0;
    for (size_t i = 0; i < tokens->count; i++)
        if (tokens->token[i].all_caps && slice_eq(tokens->token[i].form, form))
            tf += tokens->token[i].part == PART_TITLE ? 2 : 1;
    return tf;
}

static inline bool model_has_form(const struct model *m, size_t article,
                                  struct slice form)
{
    const struct tokens *tokens = &m->article[article].analysis.tokens;
    for (size_t i = 0; i < tokens->count; i++)
        if (slice_eq(tokens->token[i].form, form))
            return true;
    return false;
}

static inline double model_idf_of(const struct model *m, size_t with)
{
    double n = (double)m->count, df = (double)with;
    double idf = log((n - df + 0.5) / (df + 0.5));
    return idf > 0.2 ? idf : 0.2;
}

static inline double model_idf(const struct model *m, const struct node *node)
{
    double idf = 0;
    size_t with = 0;
    switch (node->kind) {
    case NODE_WORD:
        for (size_t i = 0; i < m->count; i++)
            with += model_matches(m, i, node);
        return model_idf_of(m, with);
    case NODE_NOTNEAR:
        return model_idf(m, node->child[0]);
    case NODE_OR:
        idf = INFINITY;
        for (size_t i = 0; i < node->child_count; i++)
            idf = fmin(idf, model_idf(m, node->child[i]));
        return idf;
    case NODE_ANY:
        return 0;
    default:
        for (size_t i = 0; i < node->child_count; i++)
            idf += model_idf(m, node->child[i]);
        return idf;
    }
}

static inline float model_weight(double idf)
{
    return (float)(idf * ((double)2.0f + 1) * 8192);
}

static inline uint32_t model_contribution(const struct model *m, size_t article,
                                          float weight, uint32_t tf)
{
    uint64_t words = 0;
    for (size_t i = 0; i < m->count; i++)
        words += m->article[i].analysis.word_count;
    float average = (float)((double)words / (double)m->count);
    float per_word = 2.0f * 0.75f / average;
    float scaled = per_word * (float)m->article[article].analysis.word_count;
    float k = 2.0f * (1.0f - 0.75f) + scaled;
    float share = (float)tf / ((float)tf + k);
    return (uint32_t)floorf(weight * share);
}

struct model_part {
    const struct node *node;
    bool above; /* every AND and NOT above it matches */
};

struct model_parts {
    struct model_part part[256];
    size_t count;
};

/* Hyphenated words are OR nodes with one place in the query. */
static inline bool model_is_part(const struct node *node)
{
    bool one = node->kind == NODE_OR;
    for (size_t i = 0; one && i < node->child_count; i++)
        one = node->child[i]->start == node->start &&
              node->child[i]->end == node->end;
    return one || node->kind == NODE_WORD || node->kind == NODE_PHRASE ||
           node->kind == NODE_WINDOW || node->kind == NODE_NEAR ||
           node->kind == NODE_ADJ || node->kind == NODE_NOTNEAR ||
           node->kind == NODE_TITLE;
}

static inline void model_collect(const struct model *m, size_t article,
                                 const struct node *node, bool above,
                                 struct model_parts *out)
{
    if (model_is_part(node)) {
        CHECK(out->count < 256);
        out->part[out->count++] = (struct model_part){node, above};
        return;
    }
    if (node->kind == NODE_AND || node->kind == NODE_NOT)
        above = above && model_matches(m, article, node);
    size_t children = node->kind == NODE_NOT ? 1 : node->child_count;
    for (size_t i = 0; i < children; i++)
        model_collect(m, article, node->child[i], above, out);
}

/* Words between, of the two that are closest. */
static inline uint32_t model_gap(const struct hit_list *a,
                                 const struct hit_list *b)
{
    uint32_t least = UINT32_MAX;
    for (size_t i = 0; i < a->count; i++)
        for (size_t k = 0; k < b->count; k++) {
            struct span x = a->hit[i].span, y = b->hit[k].span;
            if (x.start == y.start && x.end == y.end)
                continue;
            uint32_t gap = x.start >= y.end   ? x.start - y.end
                           : y.start >= x.end ? y.start - x.end
                                              : 0;
            least = gap < least ? gap : least;
        }
    return least;
}

/* In units. The article matches the query. */
static inline uint32_t model_score(const struct model *m, size_t article,
                                   const struct node *root)
{
    struct model_parts parts = {.count = 0};
    uint32_t score = 0, before = 0; /* hits of the part before */
    struct hit_list hits_before = {0};
    float weight_before = 0;
    model_collect(m, article, root, true, &parts);
    for (size_t p = 0; p < parts.count; p++) {
        const struct node *node = parts.part[p].node;
        struct hit_list hits = {0};
        if (parts.part[p].above)
            hits = model_hits(m, article, node);
        uint32_t tf = model_tf(m, article, &hits);
        double idf = model_idf(m, node);
        float weight = model_weight(idf);
        if (tf)
            score += model_contribution(m, article, weight, tf);
        if (tf && node->kind == NODE_WORD && node->caps.len) {
            size_t with = 0, plain = 0;
            for (size_t i = 0; i < m->count; i++) {
                with += model_capitals(m, i, node->caps) > 0;
                plain += model_has_form(m, i, node->caps);
            }
            double more = model_idf_of(m, with) - model_idf_of(m, plain);
            uint32_t capitals = model_capitals(m, article, node->caps);
            if (more > 0 && capitals)
                score += model_contribution(m, article, model_weight(more),
                                            capitals);
        }
        if (tf && before) {
            uint32_t gap = model_gap(&hits_before, &hits);
            float least = weight < weight_before ? weight : weight_before;
            if (gap <= 15)
                score += (uint32_t)floorf(0.25f * least / (float)(1 + gap));
        }
        before = tf;
        hits_before = hits;
        weight_before = weight;
    }
    return score;
}

#endif
