#include "engine/native/search/phrase_search.h"

#include "base/cancel.h"
#include "base/err.h"
#include "engine/native/lists/candidates.h"
#include "engine/native/lists/doc_iters.h"
#include "engine/native/search/pruned.h"

/* --- which queries --- */

static bool read_node(struct phrase_query *query, const struct node *node)
{
    bool known = true;
    switch (node->kind) {
    case NODE_PHRASE:
        known = query->phrase == NULL;
        query->phrase = node;
        return known;
    case NODE_AND:
        for (size_t i = 0; known && i < node->child_count; i++)
            known = read_node(query, node->child[i]);
        return known;
    case NODE_NOT:
        query->without[query->withouts++] = node->child[1];
        return node_is_exact(node->child[1]) &&
               read_node(query, node->child[0]);
    default:
        query->filter[query->filters++] = node;
        return node_is_exact(node);
    }
}

int phrase_query_of(const struct query *query, struct arena *arena,
                    struct phrase_query *out, bool *is_one, struct err *err)
{
    size_t nodes = node_count(query->root);
    *out = (struct phrase_query){
        .filter = arena_array(arena, const struct node *, nodes),
        .without = arena_array(arena, const struct node *, nodes),
    };
    if (!out->filter || !out->without)
        return native_no_memory(err);
    *is_one = read_node(out, query->root) && out->phrase;
    return ERR_OK;
}

/* --- one segment --- */

struct phrase_run {
    const struct phrase_options *options;
    const struct segment *segment;
    uint32_t at; /* the segment's place in the snapshot */
    struct phrase *phrase;
    struct doc_iter **with, **without;
    const uint64_t *live;
    doc_id from; /* no earlier article passes the filters */
    bool counting;
    uint64_t matches, looked_at;
    struct score_scale scale;
    float weight;
    uint32_t least;
    struct err *err;
};

static int open_filters(struct phrase_run *run, const struct node **node,
                        size_t count, struct doc_iter ***out)
{
    *out = arena_array(run->options->lists, struct doc_iter *, count);
    if (count && !*out)
        return native_no_memory(run->err);
    for (size_t i = 0; i < count; i++) {
        struct candidates candidates;
        int rc = candidates_of(run->segment, node[i], run->options->lists,
                               &candidates, run->err);
        if (rc)
            return rc;
        (*out)[i] = candidates.it;
    }
    return ERR_OK;
}

/* A filter whose walk broke off has no more articles, and is told about at the end. */
static int check_filters(const struct phrase_run *run)
{
    const struct phrase_query *query = run->options->query;
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < query->filters; i++)
        rc = run->with[i]->status;
    for (size_t i = 0; rc == ERR_OK && i < query->withouts; i++)
        rc = run->without[i]->status;
    return rc ? native_walk_failed(run->segment, rc, run->err) : ERR_OK;
}

static bool passes(struct phrase_run *run, doc_id doc)
{
    const struct phrase_query *query = run->options->query;
    if (run->live && !bit_is_set(run->live, doc))
        return false;
    for (size_t i = 0; i < query->filters; i++) {
        doc_id next = doc_iter_seek(run->with[i], doc);
        run->from = next > run->from ? next : run->from;
        if (next != doc)
            return false;
    }
    for (size_t i = 0; i < query->withouts; i++)
        if (doc_iter_seek(run->without[i], doc) == doc)
            return false;
    return true;
}

static uint32_t units_of(const struct phrase_run *run, doc_id doc,
                         uint32_t frequency)
{
    float share = bm25_tf(frequency, run->scale.lengths[doc], run->scale.k);
    return (uint32_t)(run->weight * share);
}

/* Whether an article with all the words may get among the best. */
static int may_get_in(struct phrase_run *run, doc_id doc, bool *out)
{
    const struct phrase *phrase = run->phrase;
    uint32_t most = UINT32_MAX;
    *out = run->options->best != NULL;
    for (size_t i = 0; *out && i < phrase->lists; i++) {
        uint32_t frequency;
        int rc = phrase_list_frequency(phrase->list[i], &frequency);
        if (rc)
            return rc;
        if (frequency >= most)
            continue;
        most = frequency;
        *out = units_of(run, doc, most) >= run->least;
    }
    return ERR_OK;
}

static int offer(struct phrase_run *run, doc_id doc, uint32_t frequency)
{
    struct ranked_list *best = run->options->best;
    struct ranked article = {
        .segment = run->at, .doc = doc, .units = units_of(run, doc, frequency)};
    bool behind;
    int rc = ranked_list_offer(best, &article, &behind, run->err);
    run->least = ranked_list_least(best);
    return rc;
}

/* An article of the shortest list. */
static int look_at(struct phrase_run *run, doc_id doc)
{
    struct phrase *phrase = run->phrase;
    bool there, in;
    if (!phrase_tells(phrase, doc) || !passes(run, doc))
        return ERR_OK;
    int rc = phrase_seek(phrase, doc, &there);
    if (rc || !there)
        return rc;
    run->looked_at++;
    rc = may_get_in(run, doc, &in);
    if (rc)
        return rc;
    if (in) {
        uint32_t frequency;
        rc = phrase_frequency(phrase, &frequency);
        if (rc || frequency == 0)
            return rc;
        run->matches++;
        return offer(run, doc, frequency);
    }
    if (!run->counting)
        return ERR_OK;
    rc = phrase_occurs(phrase, &there);
    run->matches += rc == ERR_OK && there;
    return rc;
}

static int look_at_some(struct phrase_run *run, const uint32_t *number,
                        uint32_t count)
{
    struct phrase_list *rarest = run->phrase->list[0];
    int rc = ERR_OK;
    for (uint32_t i = 0; rc == ERR_OK && i < count; i++) {
        doc_id doc = rarest->in.doc[number[i]];
        if (doc < run->from)
            continue;
        phrase_list_stand_on(rarest, number[i]);
        rc = look_at(run, doc);
    }
    return rc;
}

/* Of these articles of the shortest list: those whose own frequency may get them among the
 * best. The others need not be sought in the other lists. */
static int keep_promising(struct phrase_run *run, uint32_t *number,
                          uint32_t *count)
{
    struct phrase_list *rarest = run->phrase->list[0];
    uint32_t kept = 0;
    for (uint32_t i = 0; i < *count; i++) {
        uint32_t n = number[i], frequency;
        phrase_list_stand_on(rarest, n);
        int rc = phrase_list_frequency(rarest, &frequency);
        if (rc)
            return rc;
        number[kept] = n;
        kept += units_of(run, rarest->doc, frequency) >= run->least;
    }
    *count = kept;
    return ERR_OK;
}

static int search_block(struct phrase_run *run, uint32_t block)
{
    uint32_t number[SEGMENT_BLOCK], left = 0;
    int rc = phrase_list_load(run->phrase->list[0], block);
    if (rc == ERR_OK)
        left = phrase_sift(run->phrase, number);
    if (rc == ERR_OK && !run->counting && run->least > 0)
        rc = keep_promising(run, number, &left);
    for (uint32_t at = 0; rc == ERR_OK && left > 0;) {
        uint32_t part = left, kept = left;
        rc = phrase_sieve(run->phrase, number + at, &part, &kept);
        if (rc == ERR_OK)
            rc = look_at_some(run, number + at, kept);
        at += part;
        left -= part;
    }
    return rc;
}

/* The most that an article of the block can have. */
static uint32_t block_bound(const struct phrase_run *run, uint32_t block)
{
    uint8_t best = postings_block_best(run->phrase->list[0]->list, block);
    return (uint32_t)(run->weight * run->scale.bounds->most[best]);
}

static int search_blocks(struct phrase_run *run)
{
    const struct phrase_list *rarest = run->phrase->list[0];
    const struct postings *list = rarest->list;
    int rc = ERR_OK;
    for (uint32_t i = 0; rc == ERR_OK && i < rarest->blocks; i++) {
        i = postings_find_block(list, i, run->from);
        if (i >= rarest->blocks)
            break;
        rc = cancel_check(run->options->cancel);
        if (rc)
            return err_set(run->err, rc, "stopped after %llu articles",
                           (unsigned long long)run->looked_at);
        if (run->counting || block_bound(run, i) >= run->least)
            rc = search_block(run, i);
    }
    return rc ? rc : check_filters(run);
}

static int open_scores(struct phrase_run *run)
{
    const struct phrase_options *options = run->options;
    if (!options->best)
        return ERR_OK;
    run->scale =
        (struct score_scale){.k = options->ranking->k,
                             .bounds = &options->snapshot->bounds[run->at]};
    run->weight = options->ranking->part[0].weight;
    run->least = ranked_list_least(options->best);
    return columns_lengths(&run->segment->columns, &run->scale.lengths,
                           run->err);
}

/* --- a pair is a word --- */

static int count_pair(struct phrase_run *run, uint64_t *matches, bool *done)
{
    const struct phrase_query *query = run->options->query;
    struct term_counts counts;
    *done = query->filters == 0 && query->withouts == 0;
    if (!*done)
        return ERR_OK;
    int rc =
        term_live_counts(run->segment, &run->phrase->pair, &counts, run->err);
    *matches += rc ? 0 : counts.docs;
    return rc;
}

/* *done false: with filters and a count, as with any other phrase. */
static int search_pair(struct phrase_run *run, uint64_t *matches, bool *done)
{
    const struct phrase_options *options = run->options;
    const struct phrase_query *query = options->query;
    struct word_clause clause = {0, 1};
    const struct word_query words = {.clause = &clause,
                                     .clauses = 1,
                                     .filter = query->filter,
                                     .filters = query->filters,
                                     .without = query->without,
                                     .withouts = query->withouts};
    const struct pruned_options pruned = {
        .snapshot = options->snapshot,
        .query = &words,
        .ranking = options->ranking,
        .list = run->phrase->list[0]->list,
        .best = options->best,
        .cancel = options->cancel,
        .lists = options->lists,
    };
    int rc = ERR_OK;
    *done = true;
    if (matches)
        rc = count_pair(run, matches, done);
    if (rc || !*done || !options->best)
        return rc;
    return pruned_search(&pruned, run->at, done, run->err);
}

int phrase_search(const struct phrase_options *options, uint32_t segment,
                  uint64_t *matches, bool *done, struct doc_iter **apart,
                  struct err *err)
{
    const struct phrase_query *query = options->query;
    struct phrase_run run = {
        .options = options,
        .segment = options->snapshot->segment[segment],
        .at = segment,
        .counting = matches != NULL,
        .err = err,
    };
    *done = false;
    *apart = NULL;
    int rc = phrase_open(run.segment, query->phrase, options->lists,
                         &run.phrase, err);
    if (rc || !run.phrase)
        return rc;
    *done = true;
    if (run.phrase->apart) {
        *apart =
            iter_bits(options->lists, run.phrase->apart, run.segment->docs);
        if (!*apart)
            return native_no_memory(err);
    }
    if (run.phrase->lists == 0)
        return ERR_OK;
    if (run.phrase->is_pair && !run.phrase->apart) {
        rc = search_pair(&run, matches, done);
        if (rc || *done)
            return rc;
        *done = true;
    }
    if (run.segment->live)
        run.live = live_bits(run.segment->live);
    rc = open_filters(&run, query->filter, query->filters, &run.with);
    if (rc == ERR_OK)
        rc = open_filters(&run, query->without, query->withouts, &run.without);
    if (rc == ERR_OK)
        rc = open_scores(&run);
    if (rc == ERR_OK)
        rc = search_blocks(&run);
    if (matches)
        *matches += run.matches;
    return rc;
}
