/* phrase_search.h - queries that ask for one phrase, with filters and dates and without
 * what lists alone tell: the best articles and how many match, with as few looks at
 * positions as can be.
 *
 * An article is passed over when a bound of its score is below that of the worst that is
 * kept (ranked_list_least()): by the best of its block, then by the frequencies of the
 * words in it, of which the phrase's is at most the least. What is found is what a walk
 * over all matches finds, to the bit.
 */
#ifndef ENGINE_NATIVE_SEARCH_PHRASE_SEARCH_H
#define ENGINE_NATIVE_SEARCH_PHRASE_SEARCH_H

#include "engine/native/search/ranked_list.h"

struct phrase_query {
    const struct node *phrase;
    const struct node **filter; /* all of these must match */
    size_t filters;
    const struct node **without; /* and none of these */
    size_t withouts;
};

/* *is_one false: the query is not of this kind. In `arena`. ERR_LIMIT. */
int phrase_query_of(const struct query *query, struct arena *arena,
                    struct phrase_query *out, bool *is_one, struct err *err);

struct phrase_options {
    const struct native_snapshot *snapshot;
    const struct phrase_query *query;
    const struct ranking *ranking; /* the phrase is its only part */
    struct ranked_list *best;      /* NULL: only counted */
    struct cancel *cancel;
    struct arena *lists;
};

/* Offer the best articles of the segment to the list; *matches: all of them are added, or
 * NULL. *done false: nothing was done, and another way must be taken. *apart: articles
 * that must be looked at one by one besides, in options->lists; NULL when there are
 * none. */
int phrase_search(const struct phrase_options *options, uint32_t segment,
                  uint64_t *matches, bool *done, struct doc_iter **apart,
                  struct err *err);

#endif
