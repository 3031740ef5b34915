/* candidates.h - the articles of a segment that may match a query, and what has to be
 * verified of each: the tree of iterators.
 */
#ifndef ENGINE_NATIVE_LISTS_CANDIDATES_H
#define ENGINE_NATIVE_LISTS_CANDIDATES_H

#include "query/query.h"
#include "segment/segment.h"

struct candidates {
    struct doc_iter *it; /* every match is among them; deleted ones, too */
    /* Nodes that each have to match: position operators, and what is above them. None:
     * the candidates are the matches. */
    const struct node **check;
    size_t check_count;
};

/* In `arena`. */
int candidates_of(const struct segment *segment, const struct node *root,
                  struct arena *arena, struct candidates *out, struct err *err);

#endif
