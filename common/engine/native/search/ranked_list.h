/* ranked_list.h - the page of best articles that a request asks for: those behind its
 * cursor, and one more, to know whether there are more.
 */
#ifndef ENGINE_NATIVE_SEARCH_RANKED_LIST_H
#define ENGINE_NATIVE_SEARCH_RANKED_LIST_H

#include "engine/native/search/ranking.h"
#include "engine/native/search/top_k.h"

static inline double score_of(uint32_t units)
{
    return (double)units / SCORE_UNIT;
}

struct ranked_list {
    const struct native_snapshot *snapshot;
    const struct search_request *request;
    struct top_k top;
    bool by_date;   /* the score does not decide */
    uint32_t floor; /* as many as are wanted are known to have so much */
};

void ranked_list_init(struct ranked_list *list,
                      const struct native_snapshot *snapshot,
                      const struct search_request *request, struct err *err);
void ranked_list_release(struct ranked_list *list);

/* With less than this an article is not among the best. Never falls. */
static inline uint32_t ranked_list_least(const struct ranked_list *list)
{
    const struct top_k *top = &list->top;
    bool full = top->count && top->count == top->limit;
    return full && top->item[0].units > list->floor ? top->item[0].units
                                                    : list->floor;
}

/* An article that matches; its `seconds` need not be set. *behind: it comes after a full
 * list of better ones. */
int ranked_list_offer(struct ranked_list *list, struct ranked *article,
                      bool *behind, struct err *err);

#endif
