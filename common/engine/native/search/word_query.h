/* word_query.h - queries whose scored parts are words, joined by AND and OR, with
 * filters and dates, less what has to be verified: lists alone answer them.
 */
#ifndef ENGINE_NATIVE_SEARCH_WORD_QUERY_H
#define ENGINE_NATIVE_SEARCH_WORD_QUERY_H

#include "engine/native/search/ranking.h"

/* One of these parts of the ranking must match: a word, or words under an OR. */
struct word_clause {
    size_t first, count;
};

struct word_query {
    struct word_clause *clause;
    size_t clauses; /* all of them must match; at least one */
    /* And these, which are not scored. */
    const struct node **filter;
    size_t filters;
    /* And none of these. */
    const struct node **without;
    size_t withouts;
};

/* *is_one false: the query is not of this kind. In `arena`. ERR_LIMIT. */
int word_query_of(const struct query *query, const struct ranking *ranking,
                  struct arena *arena, struct word_query *out, bool *is_one,
                  struct err *err);

/* Whether lists alone tell which articles match the node. */
bool node_is_exact(const struct node *node);

#endif
