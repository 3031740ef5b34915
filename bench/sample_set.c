#include "bench/sample_set.h"

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "engine/register_file.h"
#include "engine/registry/engines.h"
#include "entity/recogniser.h"

#include <stdlib.h>
#include <string.h>

static int grow(struct sample_set *set)
{
    size_t capacity = set->capacity ? set->capacity * 2 : 1024;
    struct sample_article *sample =
        mem_realloc(set->sample, capacity * sizeof *sample);
    if (!sample)
        return ERR_NOMEM;
    set->sample = sample;
    set->capacity = capacity;
    return ERR_OK;
}

static int load_article(void *context, struct searcher *searcher, doc_ref doc,
                        const struct hit_list *hits, struct err *err)
{
    (void)hits;
    struct sample_set *set = context;
    if (set->count == set->capacity && grow(set))
        return err_set(err, ERR_NOMEM, "no memory for the articles");
    struct sample_article *sample = &set->sample[set->count];
    *sample = (struct sample_article){.doc = doc};
    int rc = searcher->snapshot->engine->article(searcher, doc, &set->arena,
                                                 &sample->article, err);
    if (rc == ERR_OK)
        rc = analyse_article(&sample->article, set->stemmers, &set->arena,
                             &sample->analysis);
    if (rc == ERR_OK && set->recogniser)
        rc = recogniser_find(set->recogniser, &sample->article,
                             &sample->analysis, &set->arena);
    if (rc == ERR_OK)
        set->count++;
    return rc;
}

static int by_doc(const void *a, const void *b)
{
    doc_ref first = ((const struct sample_article *)a)->doc;
    doc_ref second = ((const struct sample_article *)b)->doc;
    return (first > second) - (first < second);
}

static int load_all(struct sample_set *set, struct searcher *searcher,
                    struct err *err)
{
    const struct engine *engine = searcher->snapshot->engine;
    struct parsed parsed;
    struct query everything;
    struct arena arena;
    arena_init(&arena, LIMIT_QUERY_MEMORY);
    int rc = query_parse(SLICE("date:0001..9999 OR date:none"), &arena, &parsed,
                         err);
    if (rc == ERR_OK)
        rc = query_resolve(&parsed, engine->lexicon(searcher), set->stemmers,
                           NULL, &arena, &everything, err);
    if (rc == ERR_OK)
        rc = engine->visit(searcher, &everything, false, NULL, &arena,
                           load_article, set, err);
    arena_reset(&arena);
    return rc;
}

/* tests/entity hold what the recogniser finds beside the slow way, which would take days
 * here. */
static int open_names(struct sample_set *set, const char *dir,
                      const struct generation_info *info, struct err *err)
{
    if (!info->register_digest[0])
        return ERR_OK;
    int rc =
        register_file_read(dir, info->register_digest, &set->entities, err);
    if (rc == ERR_OK)
        rc = recogniser_new(set->entities, &set->recogniser, err);
    set->names.entities = set->entities;
    return rc;
}

int sample_set_open(struct sample_set *set, const char *dir,
                    struct searcher **out, struct err *err)
{
    struct snapshot *snapshot;
    memset(set, 0, sizeof *set);
    arena_init(&set->arena, SIZE_MAX);
    set->stemmers = stemmers_new();
    if (!set->stemmers)
        return err_set(err, ERR_NOMEM, "no memory for stemmers");
    int rc = snapshot_open(dir, engines, &snapshot, err);
    if (rc)
        return rc;
    rc = searcher_open(snapshot, out, err);
    snapshot_unref(snapshot);
    if (rc)
        return rc;
    rc = open_names(set, dir, &(*out)->snapshot->info, err);
    if (rc == ERR_OK)
        rc = load_all(set, *out, err);
    if (rc == ERR_OK && set->count == 0)
        rc = err_set(err, ERR_INVALID, "%s: no articles", dir);
    if (rc)
        searcher_close(*out);
    else
        qsort(set->sample, set->count, sizeof *set->sample, by_doc);
    return rc;
}

void sample_set_release(struct sample_set *set)
{
    recogniser_free(set->recogniser);
    register_free(set->entities);
    stemmers_free(set->stemmers);
    mem_free(set->sample);
    arena_reset(&set->arena);
}

size_t sample_set_find(const struct sample_set *set, doc_ref doc)
{
    size_t low = 0, high = set->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (set->sample[middle].doc < doc)
            low = middle + 1;
        else
            high = middle;
    }
    return low < set->count && set->sample[low].doc == doc ? low : set->count;
}
