/* pruned.h - the best articles of a word_query.h, without a look at most of the others:
 * what cannot add enough to get among the best is passed over by its bounds.
 *
 * What is found is what a walk over all matches finds, to the bit: articles are left
 * out only when a bound of their score is below that of the worst that is kept
 * (ranked_list_least()).
 *
 * MaxScore: Turtle & Flood, "Query Evaluation: Strategies and Optimizations", IP&M 31(6),
 * 1995; block maxima: Ding & Suel, "Faster Top-k Document Retrieval Using Block-Max
 * Indexes", SIGIR 2011; windows of scores: Strohman, Turtle & Croft, "Optimization
 * Strategies for Complex Queries", SIGIR 2005.
 */
#ifndef ENGINE_NATIVE_SEARCH_PRUNED_H
#define ENGINE_NATIVE_SEARCH_PRUNED_H

#include "engine/native/search/ranked_list.h"
#include "engine/native/search/scored_word.h"
#include "engine/native/search/word_query.h"

/* One query in one segment. */
struct pruned {
    uint32_t at; /* the segment's place in the snapshot */
    const struct segment *segment;
    const struct word_query *query;
    const struct ranking *ranking;
    const struct query_leaves *leaves;
    struct ranked_list *best;
    struct cancel *cancel;
    struct arena *lists, *scratch;
    struct err *err;

    struct score_scale scale;
    struct scored_word *word; /* by part of the ranking */
    doc_id first, end;        /* nothing outside can match, ... */
    const uint64_t *allowed;  /* ... and nothing else than these; NULL: all */
    uint32_t slack;           /* the most that is added beside contributions, */
    uint32_t *slack_of; /* by the words that an article has; NULL: no table */
    uint64_t looked_at;

    struct near *near; /* of few lists; NULL: the two below */
    bool scoring;      /* these are open */
    struct native_view view;
    struct scorer scorer;
};

struct pruned_options {
    const struct native_snapshot *snapshot;
    const struct word_query *query;
    const struct ranking *ranking;
    /* Of the only part, of whatever kind it is; NULL: parts are words. */
    struct postings *list;
    const struct query_leaves *leaves;
    struct ranked_list *best;
    struct cancel *cancel;
    struct arena *lists, *scratch; /* as walk_options */
};

/* Offer the best articles of the segment to the list. *done false: nothing was, and
 * another way must be taken. */
int pruned_search(const struct pruned_options *options, uint32_t segment,
                  bool *done, struct err *err);

/* --- inside --- */

static inline bool pruned_allows(const struct pruned *p, doc_id doc)
{
    return !p->allowed || p->allowed[doc / 64] >> doc % 64 & 1;
}

uint32_t pruned_count_slack(const struct pruned *p, uint32_t has);

/* The most that can be added to the contributions of an article with these words; the
 * second is a quicker bound when there are many. */
static inline uint32_t pruned_slack(const struct pruned *p, uint32_t has)
{
    if (p->slack == 0)
        return 0;
    return p->slack_of ? p->slack_of[has] : pruned_count_slack(p, has);
}

static inline uint32_t pruned_most_slack(const struct pruned *p, uint32_t has)
{
    return p->slack_of ? p->slack_of[has] : p->slack;
}
/* An article that matches and is allowed, with the sum of its contributions; articles
 * come in rising order. */
int pruned_offer(struct pruned *p, doc_id doc, uint32_t units, uint32_t has);
/* pruned_near.c: those to which something is added beside contributions. */
int near_open(struct pruned *p);
int near_offer(struct pruned *p, doc_id doc, uint32_t units, uint32_t has,
               uint32_t slack);
int near_end(struct pruned *p);
/* Asked now and then. */
int pruned_stopped(struct pruned *p);

/* Whether articles may be offered in any order. */
static inline bool pruned_any_order(const struct pruned *p)
{
    return p->slack == 0 || p->near;
}

int pruned_or(struct pruned *p);   /* of one clause */
int pruned_and(struct pruned *p);  /* of several */
int pruned_word(struct pruned *p); /* of one word that is apart, in any order */

#endif
