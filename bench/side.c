#include "bench/side.h"

#include "base/err.h"
#include "base/mem.h"
#include "engine/registry/engines.h"

#include <stdlib.h>
#include <string.h>

struct place {
    doc_ref doc;
    size_t sample;
};

static int by_doc(const void *a, const void *b)
{
    doc_ref first = ((const struct place *)a)->doc;
    doc_ref second = ((const struct place *)b)->doc;
    return (first > second) - (first < second);
}

int side_own(struct side *side, const struct sample_set *set,
             struct searcher *searcher, struct err *err)
{
    *side = (struct side){.set = set, .searcher = searcher};
    side->answer = mem_alloc(set->count * sizeof *side->answer);
    if (!side->answer)
        return err_set(err, ERR_NOMEM, "no memory for the answers");
    return ERR_OK;
}

/* By their keys. */
static int find_places(struct side *side, const char *dir, struct err *err)
{
    const struct snapshot *snapshot = side->searcher->snapshot;
    size_t count = side->set->count;
    if (snapshot->info.articles != count)
        return err_set(err, ERR_INVALID, "%s: %llu articles, not %zu", dir,
                       (unsigned long long)snapshot->info.articles, count);
    side->place = mem_alloc(count * sizeof *side->place);
    if (!side->place)
        return err_set(err, ERR_NOMEM, "no memory for the places");
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < count; i++) {
        side->place[i].sample = i;
        rc = snapshot->engine->find(side->searcher,
                                    side->set->sample[i].article.key,
                                    &side->place[i].doc, err);
    }
    qsort(side->place, count, sizeof *side->place, by_doc);
    return rc;
}

int side_open(struct side *side, const struct sample_set *set, const char *dir,
              struct err *err)
{
    struct snapshot *snapshot;
    struct searcher *searcher;
    *side = (struct side){0};
    int rc = snapshot_open(dir, engines, &snapshot, err);
    if (rc)
        return rc;
    rc = searcher_open(snapshot, &searcher, err);
    snapshot_unref(snapshot);
    if (rc == ERR_OK)
        rc = side_own(side, set, searcher, err);
    if (rc == ERR_OK)
        rc = find_places(side, dir, err);
    return rc;
}

void side_close(struct side *side)
{
    searcher_close(side->searcher);
    mem_free(side->place);
    mem_free(side->answer);
    *side = (struct side){0};
}

static size_t sample_of(const struct side *side, doc_ref doc)
{
    if (!side->place)
        return sample_set_find(side->set, doc);
    const struct place *place =
        bsearch(&(struct place){.doc = doc}, side->place, side->set->count,
                sizeof *place, by_doc);
    return place ? place->sample : side->set->count;
}

struct taking {
    struct side *side;
    struct arena *arena;
};

static int take_answer(void *context, struct searcher *searcher, doc_ref doc,
                       const struct hit_list *hits, struct err *err)
{
    (void)searcher;
    struct taking *taking = context;
    struct side *side = taking->side;
    size_t at = sample_of(side, doc);
    if (at == side->set->count)
        return err_set(err, ERR_CORRUPT,
                       "an article that was not there before");
    if (side->answer[at].found)
        return err_set(err, ERR_CORRUPT, "the article %.*s twice",
                       SLICE_ARG(side->set->sample[at].article.key));
    struct span *hit = arena_array(taking->arena, struct span, hits->count);
    if (hits->count && !hit)
        return err_set(err, ERR_NOMEM, "no memory for the hits");
    for (size_t i = 0; i < hits->count; i++)
        hit[i] = hits->hit[i].span;
    side->answer[at] = (struct answer){true, hit, hits->count};
    side->found++;
    side->hits += hits->count;
    return ERR_OK;
}

int side_ask(struct side *side, const char *text, struct arena *arena,
             struct query *query, struct err *err)
{
    struct taking taking = {side, arena};
    const struct engine *engine = side->searcher->snapshot->engine;
    struct parsed parsed;
    memset(side->answer, 0, side->set->count * sizeof *side->answer);
    side->found = side->hits = 0;
    int rc = query_parse(slice_of(text), arena, &parsed, err);
    if (rc == ERR_OK)
        rc = query_resolve(&parsed, engine->lexicon(side->searcher),
                           side->set->stemmers, &side->set->names, arena, query,
                           err);
    if (rc == ERR_OK)
        rc = engine->visit(side->searcher, query, true, NULL, arena,
                           take_answer, &taking, err);
    return rc;
}

int side_totals(struct side *side, const struct query *query,
                struct arena *arena, struct search_result *result, bool *agree,
                struct err *err)
{
    struct search_request request = {
        .limit = 10, .count_total = true, .count_hits = true};
    int rc = side->searcher->snapshot->engine->search(
        side->searcher, query, &request, arena, result, err);
    *agree = rc == ERR_OK && result->total == side->found &&
             result->total_hits == side->hits;
    return rc;
}
