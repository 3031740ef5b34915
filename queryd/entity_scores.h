/* entity_scores.h - the entities of some articles, beside those of the corpus. Worker
 * thread; errors are in the request's err. */
#ifndef QUERYD_ENTITY_SCORES_H
#define QUERYD_ENTITY_SCORES_H

#include "queryd/question.h"

struct doc_list {
    doc_ref *doc;
    size_t count, capacity;
};
/* ERR_NOMEM. */
int doc_list_add(struct doc_list *list, doc_ref doc);
void doc_list_release(struct doc_list *list);

struct entity_row {
    struct slice id;
    uint64_t articles, corpus_articles;
    double log_likelihood; /* of articles among articles */
};
struct entity_rows {
    struct entity_row *row;
    size_t count;
};

struct entity_scores {
    const struct doc_list *here;
    const struct doc_list *corpus; /* NULL: all articles of the index */
    unsigned kinds;                /* 1 << KIND_..., 0: any */
    struct slice without;          /* this entity is left out; empty: none */
    uint64_t min_articles;
    bool
        associated; /* only those commoner here, by falling log-likelihood; else by
                        falling articles, then id */
};
/* In the request's arena. */
int entity_scores_fill(const struct entity_scores *how,
                       const struct question *question,
                       struct entity_rows *out);

#endif
