/* What a query weighs: its parts, their frequencies over all segments. */
#include "engine/native/search/ranking.h"

#include "base/err.h"

#include <math.h>

enum { KEPT_TERMS = 16 };

struct weigher {
    const struct native_snapshot *snapshot;
    struct arena *arena, *scratch;
    struct ranking *ranking;
    double articles; /* live, of all segments */
    struct err *err;
};

/* --- parts --- */

/* A word with a hyphen is the phrase of its parts OR its joined form, both from the
 * same place of the query. */
static bool is_one_word(const struct node *node)
{
    bool one = node->kind == NODE_OR;
    for (size_t i = 0; one && i < node->child_count; i++)
        one = node->child[i]->start == node->start &&
              node->child[i]->end == node->end;
    return one;
}

static bool is_part(const struct node *node)
{
    switch (node->kind) {
    case NODE_WORD:
    case NODE_PHRASE:
    case NODE_WINDOW:
    case NODE_NEAR:
    case NODE_ADJ:
    case NODE_NOTNEAR:
    case NODE_TITLE:
        return true;
    case NODE_OR:
        return is_one_word(node);
    case NODE_ANY:
    case NODE_AND:
    case NODE_NOT:
    case NODE_FIELD:
    case NODE_DATE:
    case NODE_NOTHING:
        return false;
    }
    return false;
}

static size_t count_parts(const struct node *node)
{
    if (is_part(node))
        return 1;
    size_t count = 0;
    size_t children = node->kind == NODE_NOT ? 1 : node->child_count;
    for (size_t i = 0; i < children; i++)
        count += count_parts(node->child[i]);
    return count;
}

/* What stands above every OR matches wherever the query does, and guards nothing. */
static int add_parts(struct weigher *w, const struct node *node,
                     const struct part_guard *guard, bool below_or)
{
    if (is_part(node)) {
        w->ranking->part[w->ranking->count++] =
            (struct scored_part){.node = node, .guard = guard};
        return ERR_OK;
    }
    if (below_or && (node->kind == NODE_AND || node->kind == NODE_NOT)) {
        struct part_guard *inner = arena_new(w->arena, struct part_guard);
        if (!inner)
            return native_no_memory(w->err);
        *inner = (struct part_guard){node, guard, w->ranking->guards++};
        guard = inner;
    }
    int rc = ERR_OK;
    size_t children = node->kind == NODE_NOT ? 1 : node->child_count;
    for (size_t i = 0; rc == ERR_OK && i < children; i++)
        rc = add_parts(w, node->child[i], guard,
                       below_or || node->kind == NODE_OR);
    return rc;
}

/* --- weights --- */

typedef int (*find_terms)(const struct segment *, const struct node *,
                          struct arena *, struct word_terms *, struct err *);

static int capital_terms(const struct segment *segment, const struct node *word,
                         struct arena *arena, struct word_terms *out,
                         struct err *err)
{
    return word_terms_capitals(segment, word->caps, arena, out, err);
}

static int plain_terms(const struct segment *segment, const struct node *word,
                       struct arena *arena, struct word_terms *out,
                       struct err *err)
{
    return word_terms_form(segment, word->caps, arena, out, err);
}

/* Robertson & Spärck Jones (1976), never less than the floor. */
static double idf_of_articles(const struct weigher *w, uint64_t articles)
{
    double df = (double)articles;
    return fmax(log((w->articles - df + 0.5) / (df + 0.5)), IDF_FLOOR);
}

static int frequency_idf(struct weigher *w, const struct node *word,
                         find_terms terms_of, bool disjoint, double *out)
{
    uint64_t articles = 0;
    for (size_t i = 0; i < w->snapshot->segment_count; i++) {
        const struct segment *segment = w->snapshot->segment[i];
        struct word_terms terms;
        uint64_t here = 0;
        arena_reset(w->scratch);
        int rc = terms_of(segment, word, w->scratch, &terms, w->err);
        if (rc == ERR_OK)
            rc = word_terms_articles(segment, &terms, disjoint, w->scratch,
                                     &here, w->err);
        if (rc)
            return rc;
        articles += here;
    }
    *out = idf_of_articles(w, articles);
    return ERR_OK;
}

static int word_idf(struct weigher *w, const struct node *word, double *out)
{
    return frequency_idf(w, word, word_terms_counted, word->stem_count > 0,
                         out);
}

static int idf_of(struct weigher *w, const struct node *node, double *out);

/* Any of the arms is enough: the commonest says what it is worth. */
static int least_idf(struct weigher *w, const struct node *node, double *out)
{
    double least = INFINITY;
    for (size_t i = 0; i < node->child_count; i++) {
        double arm;
        if (node->child[i]->kind == NODE_NOTHING)
            continue;
        int rc = idf_of(w, node->child[i], &arm);
        if (rc)
            return rc;
        least = fmin(least, arm);
    }
    *out = isinf(least) ? 0 : least;
    return ERR_OK;
}

static int sum_of_idfs(struct weigher *w, const struct node *node, double *out)
{
    *out = 0;
    for (size_t i = 0; i < node->child_count; i++) {
        double operand;
        int rc = idf_of(w, node->child[i], &operand);
        if (rc)
            return rc;
        *out += operand;
    }
    return ERR_OK;
}

static int idf_of(struct weigher *w, const struct node *node, double *out)
{
    switch (node->kind) {
    case NODE_WORD:
        return word_idf(w, node, out);
    case NODE_OR:
        return least_idf(w, node, out);
    case NODE_NOTNEAR:
        return idf_of(w, node->child[0], out);
    case NODE_PHRASE:
    case NODE_WINDOW:
    case NODE_NEAR:
    case NODE_ADJ:
    case NODE_TITLE:
        return sum_of_idfs(w, node, out);
    case NODE_ANY:
    case NODE_AND:
    case NODE_NOT:
    case NODE_FIELD:
    case NODE_DATE:
    case NODE_NOTHING:
        break;
    }
    *out = 0;
    return ERR_OK;
}

static float weight_of(double idf)
{
    return (float)(idf * ((double)BM25_K1 + 1) * SCORE_UNIT);
}

/* What capitals say beyond the form: nothing where all is written in them. */
static int weigh_capitals(struct weigher *w, struct scored_part *part)
{
    double capitals, form = 0;
    int rc = frequency_idf(w, part->node, capital_terms, false, &capitals);
    if (rc == ERR_OK)
        rc = frequency_idf(w, part->node, plain_terms, false, &form);
    if (rc == ERR_OK && capitals > form)
        part->capitals = weight_of(capitals - form);
    return rc;
}

/* A word that is a part: its terms are kept for the search, unless they are many. */
static int part_idf(struct weigher *w, struct scored_part *part, double *out)
{
    const struct native_snapshot *snapshot = w->snapshot;
    const struct node *word = part->node;
    if (word->form_count + word->stem_count > KEPT_TERMS)
        return word_idf(w, word, out);
    struct word_terms *terms =
        arena_array(w->arena, struct word_terms, snapshot->segment_count);
    uint64_t articles = 0;
    if (snapshot->segment_count && !terms)
        return native_no_memory(w->err);
    for (size_t i = 0; i < snapshot->segment_count; i++) {
        uint64_t here = 0;
        int rc = word_terms_counted(snapshot->segment[i], word, w->arena,
                                    &terms[i], w->err);
        arena_reset(w->scratch);
        if (rc == ERR_OK)
            rc = word_terms_articles(snapshot->segment[i], &terms[i],
                                     word->stem_count > 0, w->scratch, &here,
                                     w->err);
        if (rc)
            return rc;
        articles += here;
    }
    part->terms = terms;
    *out = idf_of_articles(w, articles);
    return ERR_OK;
}

static int weigh(struct weigher *w, struct scored_part *part)
{
    double idf;
    int rc = part->node->kind == NODE_WORD ? part_idf(w, part, &idf)
                                           : idf_of(w, part->node, &idf);
    if (rc)
        return rc;
    part->weight = weight_of(idf);
    return part->node->kind == NODE_WORD && part->node->caps.len
               ? weigh_capitals(w, part)
               : ERR_OK;
}

static int weigh_all(struct weigher *w)
{
    struct ranking *ranking = w->ranking;
    for (size_t i = 0; i < ranking->count; i++) {
        int rc = weigh(w, &ranking->part[i]);
        if (rc)
            return rc;
    }
    return ERR_OK;
}

static void weigh_closeness(struct ranking *ranking)
{
    for (size_t i = 0; i + 1 < ranking->count; i++) {
        struct scored_part *part = &ranking->part[i];
        part->nearest = CLOSENESS * fminf(part->weight, part[1].weight);
        part->closeness = (uint32_t)part->nearest;
    }
}

int ranking_of(const struct native_snapshot *snapshot,
               const struct query *query, bool closeness, struct arena *arena,
               struct arena *scratch, struct ranking *out, struct err *err)
{
    struct weigher w = {.snapshot = snapshot,
                        .arena = arena,
                        .scratch = scratch,
                        .ranking = out,
                        .err = err};
    uint64_t articles = 0, words = 0;
    for (size_t i = 0; i < snapshot->segment_count; i++) {
        articles += segment_live_docs(snapshot->segment[i]);
        words += segment_live_words(snapshot->segment[i]);
    }
    w.articles = (double)articles;
    size_t count = count_parts(query->root);
    *out = (struct ranking){.k = bm25_k_of(words, articles)};
    out->part = arena_array(arena, struct scored_part, count);
    if (count && !out->part)
        return native_no_memory(err);
    int rc = add_parts(&w, query->root, NULL, false);
    if (rc == ERR_OK)
        rc = weigh_all(&w);
    if (rc == ERR_OK && closeness)
        weigh_closeness(out);
    arena_reset(scratch);
    return rc;
}
