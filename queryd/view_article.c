#include "queryd/view_article.h"

#include "base/limits.h"

/* What the cache may hold beside the newest article, however large that is. */
enum { CACHE_BYTES = 64 << 20 };

static bool is_listed(const struct slice_list *list, struct slice item)
{
    for (size_t i = 0; i < list->count; i++)
        if (slice_eq(list->item[i], item))
            return true;
    return false;
}

int article_mentions(const struct question *question, doc_ref doc,
                     struct arena *arena, struct analysis *analysis)
{
    const struct query *query = &question->query;
    struct err *err = &question->request->err;
    if (!query->entity_count)
        return ERR_OK;
    struct slice_list ids = {
        .item = arena_array(arena, struct slice, query->entity_count)};
    if (!ids.item)
        return err_set(err, ERR_LIMIT, "no memory for an article's entities");
    for (size_t i = 0; i < query->entity_count; i++)
        if (!is_listed(&ids, query->entity[i].id))
            ids.item[ids.count++] = query->entity[i].id;
    return question->engine->mentions_of(question->searcher, doc, ids.item,
                                         ids.count, arena, &analysis->mentions,
                                         err);
}

int view_article_read(struct view_article *out, const struct question *question,
                      doc_ref doc)
{
    struct err *err = &question->request->err;
    *out = (struct view_article){.doc = doc};
    arena_init(&out->arena, LIMIT_QUERY_MEMORY);
    int rc = cancel_check(question->request->cancel);
    if (rc == 0)
        rc = question->engine->article(question->searcher, doc, &out->arena,
                                       &out->article, err);
    if (rc)
        return rc;
    /* Without stems: forms decide (token_view.h). */
    rc = analyse_article(&out->article, NULL, &out->arena, &out->analysis);
    if (rc)
        return err_set(err, rc, "an article cannot be analysed: %s",
                       err_name(rc));
    return article_mentions(question, doc, &out->arena, &out->analysis);
}

int view_article_hits(struct view_article *view,
                      const struct question *question)
{
    struct token_view tokens;
    token_view_init(&tokens, &view->article, &view->analysis);
    return match_hits(&question->query, &tokens.base, &view->arena, &view->hits,
                      &question->request->err);
}

void view_article_release(struct view_article *view)
{
    arena_reset(&view->arena);
}

void article_cache_init(struct article_cache *cache,
                        const struct question *question)
{
    cache->question = question;
    cache->count = cache->bytes = 0;
    cache->clock = 0;
}

static void drop(struct article_cache *cache, size_t at)
{
    cache->bytes -= cache->slot[at].arena.total;
    view_article_release(&cache->slot[at]);
    cache->slot[at] = cache->slot[--cache->count];
}

void article_cache_release(struct article_cache *cache)
{
    while (cache->count > 0)
        drop(cache, cache->count - 1);
}

static void make_room(struct article_cache *cache)
{
    while (cache->count == ARTICLE_CACHE_SLOTS ||
           (cache->count > 0 && cache->bytes > CACHE_BYTES)) {
        size_t oldest = 0;
        for (size_t i = 1; i < cache->count; i++)
            if (cache->slot[i].used < cache->slot[oldest].used)
                oldest = i;
        drop(cache, oldest);
    }
}

int article_cache_get(struct article_cache *cache, doc_ref doc,
                      const struct view_article **out)
{
    struct view_article *view = NULL;
    for (size_t i = 0; i < cache->count && !view; i++)
        if (cache->slot[i].doc == doc)
            view = &cache->slot[i];
    if (!view) {
        make_room(cache);
        view = &cache->slot[cache->count];
        int rc = view_article_read(view, cache->question, doc);
        if (rc == 0)
            rc = view_article_hits(view, cache->question);
        if (rc) {
            view_article_release(view);
            return rc;
        }
        cache->count++;
        cache->bytes += view->arena.total;
    }
    view->used = ++cache->clock;
    *out = view;
    return ERR_OK;
}
