#include "engine/native/search/ranked_list.h"

#include "base/err.h"

void ranked_list_init(struct ranked_list *list,
                      const struct native_snapshot *snapshot,
                      const struct search_request *request, struct err *err)
{
    *list = (struct ranked_list){.snapshot = snapshot, .request = request};
    size_t limit = request->limit;
    limit += limit > 0 && limit < SIZE_MAX;
    top_k_init(&list->top, snapshot, limit, err);
}

void ranked_list_release(struct ranked_list *list)
{
    top_k_release(&list->top);
}

/* Whether the article comes behind the cursor, in the order of the list. */
static int is_after_cursor(const struct ranked_list *list,
                           const struct ranked *article, bool *out,
                           struct err *err)
{
    const struct search_cursor *after = &list->request->after;
    *out = true;
    if (!after->set)
        return ERR_OK;
    double score = score_of(article->units);
    if (!list->by_date && score != after->score) {
        *out = score < after->score;
        return ERR_OK;
    }
    if (article->seconds != after->date) {
        *out = article->seconds < after->date;
        return ERR_OK;
    }
    const struct segment *segment = list->snapshot->segment[article->segment];
    struct slice key;
    int rc = columns_record_key(&segment->columns, article->doc, &key, err);
    *out = rc == ERR_OK && slice_cmp(key, after->key) > 0;
    return rc;
}

int ranked_list_offer(struct ranked_list *list, struct ranked *article,
                      bool *behind, struct err *err)
{
    const struct segment *segment = list->snapshot->segment[article->segment];
    *behind = !list->by_date && article->units < ranked_list_least(list);
    if (*behind)
        return ERR_OK;
    if (list->by_date || list->request->after.set) {
        bool asked_for;
        int rc = columns_seconds(&segment->columns, article->doc,
                                 &article->seconds, err);
        if (rc == ERR_OK)
            rc = is_after_cursor(list, article, &asked_for, err);
        if (rc || !asked_for)
            return rc;
        article->dated = true;
    }
    *behind = !top_k_add(&list->top, article);
    return list->top.rc;
}
