/* Segments are walked one after the other, every match is looked at, and the best are
 * kept in one heap: nothing depends on how the articles are spread over segments. */
#include "engine/native/read/native_reader.h"

#include "base/cancel.h"
#include "base/err.h"
#include "base/limits.h"
#include "engine/native/search/article_walk.h"
#include "engine/native/lists/match_bits.h"
#include "engine/native/search/phrase_search.h"
#include "engine/native/search/pruned.h"

#include <stdlib.h>

struct search_run {
    struct native_searcher *self;
    const struct query *query;
    const struct search_request *request;
    struct query_leaves leaves;
    struct ranking ranking;
    struct ranked_list best;
    struct word_query words; /* if it is one */
    bool pruned;
    struct phrase_query phrase; /* if it is one */
    bool by_phrase;
    bool exact;                  /* lists alone tell which articles match */
    struct arena lists, scratch; /* of one segment, of one article */
    uint64_t total, total_hits;
};

static struct native_searcher *self_of(struct searcher *searcher)
{
    return (struct native_searcher *)searcher;
}

struct lexicon *native_lexicon_of(struct searcher *searcher)
{
    return &self_of(searcher)->lexicon.base;
}

/* `only`: NULL, or the articles to look at. */
static struct walk_options walk_options(struct search_run *run,
                                        struct doc_iter *only)
{
    return (struct walk_options){
        .query = run->query,
        .leaves = &run->leaves,
        .ranking = run->best.by_date ? NULL : &run->ranking,
        .only = only,
        .cancel = run->request->cancel,
        .lists = &run->lists,
        .scratch = &run->scratch,
    };
}

/* --- the ranked list --- */

/* Closeness costs a look at positions, and is left out where it cannot help: its bound
 * is exact. */
static int score(struct search_run *run, struct article_walk *walk,
                 struct ranked *article, bool *in, struct err *err)
{
    uint32_t bound;
    int rc = scorer_contributions(&walk->scorer, &article->units, &bound, err);
    uint32_t least = ranked_list_least(&run->best);
    *in = article->units + bound >= least;
    if (rc == ERR_OK && *in && bound)
        rc =
            scorer_closeness(&walk->scorer, bound, least, &article->units, err);
    return rc;
}

/* *more false: those that follow in this segment are not among the best. */
static int collect(struct search_run *run, struct article_walk *walk,
                   struct ranked *article, bool *more, struct err *err)
{
    bool in = true;
    int rc = ERR_OK;
    *more = true;
    if (!run->best.by_date)
        rc = score(run, walk, article, &in, err);
    if (rc || !in)
        return rc;
    bool behind;
    rc = ranked_list_offer(&run->best, article, &behind, err);
    *more = !behind || !run->best.by_date;
    return rc;
}

static int count_hits(struct search_run *run, struct article_walk *walk,
                      struct err *err)
{
    struct hit_list hits;
    int rc =
        match_hits(run->query, &walk->view.base, &run->scratch, &hits, err);
    run->total_hits += rc ? 0 : hits.count;
    return rc;
}

/* Sorted by date, the first article that may stand behind the cursor. */
static int first_behind_cursor(struct search_run *run,
                               const struct segment *segment, doc_id *out,
                               struct err *err)
{
    const struct search_cursor *after = &run->request->after;
    doc_id first;
    *out = 0;
    if (!run->best.by_date || !after->set || after->date == DATE_MAX)
        return ERR_OK;
    if (after->date == DATE_MIN)
        return columns_undated(&segment->columns, out, err);
    return columns_date_range(&segment->columns, after->date + 1, DATE_MAX,
                              &first, out, err);
}

static int search_phrase(struct search_run *run, size_t at, bool *done,
                         struct doc_iter **apart, struct err *err)
{
    const struct phrase_options options = {
        .snapshot = run->self->snapshot,
        .query = &run->phrase,
        .ranking = &run->ranking,
        .best = run->request->limit ? &run->best : NULL,
        .cancel = run->request->cancel,
        .lists = &run->lists,
    };
    return phrase_search(&options, (uint32_t)at,
                         run->request->count_total ? &run->total : NULL, done,
                         apart, err);
}

static int search_pruned(struct search_run *run, size_t at, bool *done,
                         struct err *err)
{
    const struct pruned_options options = {
        .snapshot = run->self->snapshot,
        .query = &run->words,
        .ranking = &run->ranking,
        .leaves = &run->leaves,
        .best = &run->best,
        .cancel = run->request->cancel,
        .lists = &run->lists,
        .scratch = &run->scratch,
    };
    return pruned_search(&options, (uint32_t)at, done, err);
}

/* Every match, of `only` those, one after the other. */
static int walk_segment(struct search_run *run, size_t at, bool counting,
                        struct doc_iter *only, struct err *err)
{
    const struct search_request *request = run->request;
    const struct segment *segment = run->self->snapshot->segment[at];
    const struct walk_options options = walk_options(run, only);
    bool found = true, more = true;
    struct article_walk walk;
    doc_id from = 0;
    int rc = article_walk_open(segment, &options, &walk, err);
    if (rc == ERR_OK && !counting)
        rc = first_behind_cursor(run, segment, &from, err);
    while (rc == ERR_OK) {
        rc = article_walk_next(&walk, from, &found, err);
        if (rc || !found)
            break;
        run->total += counting;
        if (request->count_hits)
            rc = count_hits(run, &walk, err);
        if (rc || request->limit == 0 || !more)
            continue;
        struct ranked article = {.segment = (uint32_t)at, .doc = walk.doc};
        rc = collect(run, &walk, &article, &more, err);
        if (!more && !counting)
            break;
    }
    return rc;
}

/* Counted apart from the list, which then need not see every match. */
static int count_segment(struct search_run *run, size_t at, struct err *err)
{
    uint64_t count;
    int rc = cancel_check(run->request->cancel);
    if (rc)
        return err_set(err, rc, "stopped after %llu articles",
                       (unsigned long long)run->total);
    rc = match_count(run->self->snapshot->segment[at], run->query->root,
                     &run->scratch, &count, err);
    run->total += rc ? 0 : count;
    return rc;
}

static int search_segment(struct search_run *run, size_t at, struct err *err)
{
    const struct search_request *request = run->request;
    bool counting = request->count_total || request->count_hits;
    struct doc_iter *rest = NULL;
    bool done = false;
    int rc = ERR_OK;
    arena_reset(&run->lists);
    arena_reset(&run->scratch);
    if (counting && run->exact && !request->count_hits) {
        rc = count_segment(run, at, err);
        arena_reset(&run->scratch);
        counting = false;
        done = request->limit == 0;
    }
    if (rc == ERR_OK && !done && run->by_phrase)
        rc = search_phrase(run, at, &done, &rest, err);
    if (rc == ERR_OK && !done && !counting && run->pruned)
        rc = search_pruned(run, at, &done, err);
    return rc || (done && !rest) ? rc
                                 : walk_segment(run, at, counting, rest, err);
}

/* --- what is found --- */

static int by_segment(const void *a, const void *b)
{
    doc_ref x = (*(struct found *const *)a)->doc;
    doc_ref y = (*(struct found *const *)b)->doc;
    return (x > y) - (x < y);
}

static int score_found(struct search_run *run, struct found **found,
                       size_t count, struct err *err)
{
    const struct segment *segment =
        run->self->snapshot->segment[found[0]->doc >> 32];
    struct native_view view;
    struct scorer scorer;
    arena_reset(&run->lists);
    int rc = native_view_open(segment, &run->leaves, &run->lists,
                              run->request->cancel, &view, err);
    if (rc == ERR_OK)
        rc = scorer_open(&run->ranking, &view, &run->lists, &run->scratch,
                         &scorer, err);
    for (size_t i = 0; rc == ERR_OK && i < count; i++) {
        uint32_t units, bound;
        arena_reset(&run->scratch);
        native_view_stand_on(&view, (doc_id)found[i]->doc);
        scorer_begin(&scorer);
        rc = scorer_contributions(&scorer, &units, &bound, err);
        if (rc == ERR_OK && bound)
            rc = scorer_closeness(&scorer, bound, 0, &units, err);
        found[i]->score = rc ? 0 : score_of(units);
    }
    return rc;
}

/* Found by date: only what is returned is scored, in the order of the segments. */
static int score_all_found(struct search_run *run, struct search_result *out,
                           struct arena *arena, struct err *err)
{
    struct found **found = arena_array(arena, struct found *, out->count);
    if (out->count && !found)
        return native_no_memory(err);
    for (size_t i = 0; i < out->count; i++)
        found[i] = &out->found[i];
    if (out->count)
        qsort(found, out->count, sizeof *found, by_segment);
    int rc = ERR_OK;
    for (size_t i = 0, end; rc == ERR_OK && i < out->count; i = end) {
        for (end = i; end < out->count; end++)
            if (found[end]->doc >> 32 != found[i]->doc >> 32)
                break;
        rc = score_found(run, found + i, end - i, err);
    }
    return rc;
}

static int give(struct search_run *run, struct arena *arena,
                struct search_result *out, struct err *err)
{
    struct top_k *top = &run->best.top;
    int rc = top_k_sort(top);
    if (rc)
        return rc;
    out->more = top->count > run->request->limit;
    size_t count = out->more ? run->request->limit : top->count;
    out->found = arena_array(arena, struct found, count);
    if (count && !out->found)
        return native_no_memory(err);
    for (; rc == ERR_OK && out->count < count; out->count++) {
        const struct ranked *article = &top->item[out->count];
        const struct segment *segment =
            run->self->snapshot->segment[article->segment];
        struct found *found = &out->found[out->count];
        struct slice key;
        *found = (struct found){
            .doc = doc_ref_of(article->segment, article->doc),
            .score = score_of(article->units),
        };
        rc = columns_date(&segment->columns, article->doc, &found->published,
                          err);
        if (rc == ERR_OK)
            rc = columns_record_key(&segment->columns, article->doc, &key, err);
        if (rc)
            return rc;
        if (arena_copy_slice(arena, key, &found->key))
            rc = native_no_memory(err);
    }
    if (rc == ERR_OK && run->best.by_date && run->ranking.count)
        rc = score_all_found(run, out, arena, err);
    return rc;
}

/* --- searches --- */

/* Whether it asks for one phrase alone. */
static int find_phrase(struct search_run *run, struct arena *arena,
                       struct err *err)
{
    const struct search_request *request = run->request;
    bool scored = run->ranking.count == 1 && !run->best.by_date;
    if (request->count_hits || run->self->unpruned ||
        (request->limit ? !scored : !request->count_total))
        return ERR_OK;
    int rc =
        phrase_query_of(run->query, arena, &run->phrase, &run->by_phrase, err);
    if (request->limit && run->by_phrase)
        run->by_phrase = run->ranking.part[0].node == run->phrase.phrase;
    return rc;
}

static int run_open(struct search_run *run, struct searcher *searcher,
                    const struct query *query,
                    const struct search_request *request, struct arena *arena,
                    struct err *err)
{
    *run = (struct search_run){
        .self = self_of(searcher), .query = query, .request = request};
    arena_init(&run->lists, LIMIT_QUERY_MEMORY);
    arena_init(&run->scratch, LIMIT_QUERY_MEMORY);
    ranked_list_init(&run->best, run->self->snapshot, request, err);
    int rc = query_leaves_of(query, arena, &run->leaves, err);
    if (rc == ERR_OK && request->limit)
        rc = ranking_of(run->self->snapshot, query, !request->without_closeness,
                        arena, &run->scratch, &run->ranking, err);
    run->best.by_date = request->sort == SORT_DATE || run->ranking.count == 0;
    run->exact = node_is_exact(query->root) && !run->self->unpruned;
    if (rc == ERR_OK)
        rc = find_phrase(run, arena, err);
    if (rc || run->best.by_date || request->count_hits || !run->exact)
        return rc;
    return word_query_of(query, &run->ranking, arena, &run->words, &run->pruned,
                         err);
}

static void run_close(struct search_run *run)
{
    ranked_list_release(&run->best);
    arena_reset(&run->lists);
    arena_reset(&run->scratch);
}

int native_search(struct searcher *searcher, const struct query *query,
                  const struct search_request *request, struct arena *arena,
                  struct search_result *out, struct err *err)
{
    struct search_run run;
    *out = (struct search_result){0};
    int rc = run_open(&run, searcher, query, request, arena, err);
    const struct native_snapshot *snapshot = run.self->snapshot;
    bool looking =
        request->limit || request->count_total || request->count_hits;
    for (size_t i = 0; rc == ERR_OK && looking && i < snapshot->segment_count;
         i++)
        rc = search_segment(&run, i, err);
    if (rc == ERR_OK)
        rc = give(&run, arena, out, err);
    if (request->count_total)
        out->total = run.total;
    out->total_hits = run.total_hits;
    run_close(&run);
    return rc ? rc : native_damage(snapshot, err);
}

static int visit_segment(struct search_run *run, size_t at, bool want_hits,
                         search_visit visit, void *context, struct err *err)
{
    const struct walk_options options = walk_options(run, NULL);
    struct article_walk walk;
    arena_reset(&run->lists);
    arena_reset(&run->scratch);
    int rc = article_walk_open(run->self->snapshot->segment[at], &options,
                               &walk, err);
    while (rc == ERR_OK) {
        struct hit_list hits = {0};
        bool found = false;
        rc = article_walk_next(&walk, 0, &found, err);
        if (rc || !found)
            break;
        if (want_hits)
            rc = match_hits(run->query, &walk.view.base, &run->scratch, &hits,
                            err);
        if (rc == ERR_OK)
            rc = visit(context, &run->self->base, doc_ref_of(at, walk.doc),
                       want_hits ? &hits : NULL, err);
    }
    return rc;
}

int native_visit(struct searcher *searcher, const struct query *query,
                 bool want_hits, struct cancel *cancel, struct arena *arena,
                 search_visit visit, void *context, struct err *err)
{
    const struct search_request request = {.cancel = cancel};
    struct search_run run;
    int rc = run_open(&run, searcher, query, &request, arena, err);
    const struct native_snapshot *snapshot = run.self->snapshot;
    for (size_t i = 0; rc == ERR_OK && i < snapshot->segment_count; i++)
        rc = visit_segment(&run, i, want_hits, visit, context, err);
    run_close(&run);
    return rc ? rc : native_damage(snapshot, err);
}
