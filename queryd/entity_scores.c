#include "queryd/entity_scores.h"

#include "base/mem.h"
#include "queryd/entity_json.h"
#include "views/counts.h"

#include <stdlib.h>

enum { FIRST_DOCS = 256 };

int doc_list_add(struct doc_list *list, doc_ref doc)
{
    if (list->count == list->capacity) {
        size_t more = list->capacity ? list->capacity * 2 : FIRST_DOCS;
        doc_ref *grown = mem_realloc(list->doc, more * sizeof *grown);
        if (!grown)
            return ERR_NOMEM;
        list->doc = grown;
        list->capacity = more;
    }
    list->doc[list->count++] = doc;
    return ERR_OK;
}

void doc_list_release(struct doc_list *list)
{
    mem_free(list->doc);
    *list = (struct doc_list){0};
}

static int by_likelihood(const void *a, const void *b)
{
    const struct entity_row *x = a, *y = b;
    if (x->log_likelihood != y->log_likelihood)
        return x->log_likelihood > y->log_likelihood ? -1 : 1;
    return slice_cmp(x->id, y->id);
}

static int by_articles(const void *a, const void *b)
{
    const struct entity_row *x = a, *y = b;
    if (x->articles != y->articles)
        return x->articles > y->articles ? -1 : 1;
    return slice_cmp(x->id, y->id);
}

static int entities_of(const struct question *question,
                       const struct doc_list *docs,
                       struct entity_count_list *out)
{
    struct request *request = question->request;
    return question->engine->entities_of(question->searcher, docs->doc,
                                         docs->count, request->cancel,
                                         &request->arena, out, &request->err);
}

/* Both lists are by id. *at goes on from one to the next. */
static uint64_t articles_in(const struct entity_count_list *corpus, size_t *at,
                            struct slice id)
{
    while (*at < corpus->count && slice_cmp(corpus->entity[*at].id, id) < 0)
        ++*at;
    bool there = *at < corpus->count && slice_eq(corpus->entity[*at].id, id);
    return there ? corpus->entity[*at].articles : 0;
}

static bool is_wanted(const struct entity_scores *how,
                      const struct question *question,
                      const struct entity_count *count)
{
    if (count->articles < how->min_articles ||
        slice_eq(count->id, how->without))
        return false;
    if (!how->kinds)
        return true;
    const struct entity *entity =
        register_find(question->request->names->entities, count->id);
    return entity && (how->kinds & 1u << entity->kind);
}

int entity_scores_fill(const struct entity_scores *how,
                       const struct question *question, struct entity_rows *out)
{
    struct request *request = question->request;
    struct entity_count_list here = {0}, corpus = {0};
    uint64_t all =
        how->corpus ? how->corpus->count : request->snapshot->info.articles;
    int rc = entities_of(question, how->here, &here);
    if (rc == ERR_OK && how->corpus)
        rc = entities_of(question, how->corpus, &corpus);
    if (rc)
        return rc;
    *out = (struct entity_rows){
        .row = arena_array(&request->arena, struct entity_row, here.count)};
    if (here.count && !out->row)
        return err_set(&request->err, ERR_LIMIT,
                       "no memory for so many entities");
    size_t at = 0;
    for (size_t i = 0; i < here.count; i++) {
        struct entity_row row = {here.entity[i].id, here.entity[i].articles, 0,
                                 0};
        uint64_t mentions;
        if (!is_wanted(how, question, &here.entity[i]))
            continue;
        if (how->corpus)
            row.corpus_articles = articles_in(&corpus, &at, row.id);
        else if ((rc = entity_frequency(question, row.id, &row.corpus_articles,
                                        &mentions)))
            return rc;
        row.log_likelihood = log_likelihood(row.articles, how->here->count,
                                            row.corpus_articles, all);
        if (!how->associated || row.log_likelihood > 0)
            out->row[out->count++] = row;
    }
    if (out->count > 1)
        qsort(out->row, out->count, sizeof *out->row,
              how->associated ? by_likelihood : by_articles);
    return ERR_OK;
}
