/* native_view.h - one article of a segment for match.h: its words from position lists,
 * its filters from lists and columns.
 *
 * A view belongs to one query and one segment, and stands on one article after
 * another, in rising order; lists are opened when they are first asked for.
 */
#ifndef ENGINE_NATIVE_READ_NATIVE_VIEW_H
#define ENGINE_NATIVE_READ_NATIVE_VIEW_H

#include "engine/native/lists/list_union.h"
#include "engine/native/lists/phrase.h"
#include "query/match.h"

/* The words, filters and phrases of a query, found by their address. */
struct query_leaves {
    const struct node **node;
    size_t count;
};

/* In `arena`. ERR_LIMIT. */
int query_leaves_of(const struct query *query, struct arena *arena,
                    struct query_leaves *out, struct err *err);

struct view_leaf;

struct native_view {
    struct article_view base; /* first */
    const struct segment *segment;
    const struct query_leaves *leaves;
    struct view_leaf *leaf; /* one each */
    struct arena *lists;
    doc_id doc;
    bool have_record;
    struct doc_record record; /* of doc, when have_record */
};

/* Lists are opened in `lists`, which outlives the view. */
int native_view_open(const struct segment *segment,
                     const struct query_leaves *leaves, struct arena *lists,
                     struct cancel *cancel, struct native_view *out,
                     struct err *err);

/* `doc` is below segment->docs, and none before the last one. */
static inline void native_view_stand_on(struct native_view *view, doc_id doc)
{
    if (doc != view->doc)
        view->have_record = false;
    view->doc = doc;
}

/* Occurrences of a NODE_WORD, those in the title counted twice; of its capitals (its
 * `caps`). */
int native_view_frequency(struct native_view *view, const struct node *word,
                          uint32_t *out, struct err *err);
int native_view_capitals(struct native_view *view, const struct node *word,
                         uint32_t *out, struct err *err);

/* A NODE_PHRASE; *out NULL: match.h must look at this article. */
int native_view_phrase(struct native_view *view, const struct node *node,
                       struct phrase **out, struct err *err);

#endif
