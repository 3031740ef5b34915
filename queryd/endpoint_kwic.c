/* endpoint_kwic.c - concordance lines.
 *
 * In the order of the index they go out as the engine finds them. Any other order, and
 * a sample, needs all hits first: then their keys are collected, and the lines are made
 * in a second pass, article by article. */
#include "base/cancel.h"
#include "base/limits.h"
#include "queryd/capitals.h"
#include "queryd/endpoint.h"
#include "queryd/hit_line.h"
#include "queryd/hit_order.h"

#include <string.h>

struct kwic {
    struct question *question;
    struct lines lines;
    struct hit_line_style style;
    struct hit_order order;
    uint64_t articles; /* seen so far */
};

static int send_hits(void *context, struct searcher *searcher, doc_ref doc,
                     const struct hit_list *hits, struct err *err)
{
    (void)searcher, (void)err;
    struct kwic *kwic = context;
    struct view_article view;
    int rc = view_article_read(&view, kwic->question, doc);
    for (size_t i = 0; i < hits->count && rc == 0; i++)
        rc = hit_line_send(&kwic->lines, &kwic->style, &view, &hits->hit[i]);
    view_article_release(&view);
    return rc;
}

/* --- in an order of its own --- */

static int key_of(struct kwic *kwic, const struct view_article *view,
                  const struct hit_list *hits, size_t hit, struct arena *arena,
                  struct slice *out)
{
    const struct params *params = &kwic->question->request->params;
    struct err *err = &kwic->question->request->err;
    if (params->sort != KWIC_BY_INDEX)
        return kwic_key(&view->article, &view->analysis, &hits->hit[hit],
                        (enum kwic_sort)params->sort, arena, out, err);
    uint8_t bytes[12];
    for (size_t i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(kwic->articles >> (56 - 8 * i));
    for (size_t i = 0; i < 4; i++)
        bytes[8 + i] = (uint8_t)(hit >> (24 - 8 * i));
    return arena_copy_slice(arena, (struct slice){bytes, sizeof bytes}, out)
               ? err_set(err, ERR_NOMEM, "no memory for sorting")
               : ERR_OK;
}

/* What the keys of this article's hits are made of: without its text, where the order
 * is not by context. */
static int read_for_keys(struct kwic *kwic, doc_ref doc,
                         const struct article_info *info,
                         struct view_article *view)
{
    uint32_t sort = kwic->question->request->params.sort;
    if (sort == KWIC_BY_LEFT || sort == KWIC_BY_RIGHT)
        return view_article_read(view, kwic->question, doc);
    view->article = (struct article){
        .key = info->key, .source = info->source, .published = info->published};
    return ERR_OK;
}

/* The hits of one article whose value is small enough. */
static int collect_wanted(struct kwic *kwic, const struct article_info *info,
                          doc_ref doc, const struct hit_list *hits)
{
    const struct params *params = &kwic->question->request->params;
    struct err *err = &kwic->question->request->err;
    struct view_article view = {0};
    struct arena arena;
    bool read = false;
    int rc = ERR_OK;
    arena_init(&arena, LIMIT_QUERY_MEMORY);
    for (size_t i = 0; i < hits->count && rc == 0; i++) {
        struct ordered_hit entry = {.doc = doc, .hit = (uint32_t)i};
        if (params->sample)
            entry.value = kwic_sample_value(params->seed, info->key,
                                            hits->hit[i].span.start);
        if (!hit_order_wants(&kwic->order, entry.value))
            continue;
        if (!read)
            rc = read_for_keys(kwic, doc, info, &view);
        read = true;
        if (rc == 0)
            rc = key_of(kwic, &view, hits, i, &arena, &entry.key);
        if (rc == 0)
            rc = hit_order_add(&kwic->order, &entry, err);
        arena_reset(&arena);
    }
    view_article_release(&view); /* nothing, when it was not read */
    return rc;
}

static int collect_hits(void *context, struct searcher *searcher, doc_ref doc,
                        const struct hit_list *hits, struct err *err)
{
    struct kwic *kwic = context;
    const struct question *question = kwic->question;
    struct article_info info;
    struct arena arena;
    arena_init(&arena, LIMIT_QUERY_MEMORY);
    int rc = cancel_check(question->request->cancel);
    if (rc == 0)
        rc = question->engine->info(searcher, doc, &arena, &info, err);
    if (rc == 0)
        rc = collect_wanted(kwic, &info, doc, hits);
    kwic->articles++;
    arena_reset(&arena);
    return rc;
}

static int send_ordered(struct kwic *kwic)
{
    struct article_cache cache;
    struct ordered_hit next;
    int rc = ERR_OK;
    article_cache_init(&cache, kwic->question);
    hit_order_ready(&kwic->order);
    while (rc == 0 && hit_order_next(&kwic->order, &next)) {
        const struct view_article *view;
        rc = cancel_check(kwic->question->request->cancel);
        if (rc == 0)
            rc = article_cache_get(&cache, next.doc, &view);
        if (rc == 0 && next.hit >= view->hits.count)
            rc = err_set(&kwic->question->request->err, ERR_CORRUPT,
                         "the index has more hits than the stored text of %.*s",
                         SLICE_ARG(view->article.key));
        if (rc == 0)
            rc = hit_line_send(&kwic->lines, &kwic->style, view,
                               &view->hits.hit[next.hit]);
    }
    article_cache_release(&cache);
    return rc;
}

static int visit(struct kwic *kwic, search_visit each)
{
    struct request *request = kwic->question->request;
    return kwic->question->engine->visit(
        kwic->question->searcher, &kwic->question->query, true, request->cancel,
        &request->arena, each, kwic, &request->err);
}

int answer_kwic(struct request *request, struct worker *worker)
{
    const struct params *params = &request->params;
    struct question question;
    int rc = question_read(request, worker, &question);
    if (rc == 0)
        rc = capitals_note(&question);
    if (rc)
        return rc;
    struct kwic kwic = {
        .question = &question,
        .style = {.unit = (enum kwic_unit)params->unit, .width = params->width},
    };
    lines_init(&kwic.lines, &question, true);
    hit_order_init(&kwic.order, params->sample, LIMIT_VIEW_MEMORY);
    if (params->sort == KWIC_BY_INDEX && !params->sample) {
        rc = visit(&kwic, send_hits);
    } else {
        rc = visit(&kwic, collect_hits);
        if (rc == 0)
            rc = send_ordered(&kwic);
    }
    if (rc == 0)
        rc = lines_end(&kwic.lines);
    hit_order_release(&kwic.order);
    lines_release(&kwic.lines);
    return rc;
}
