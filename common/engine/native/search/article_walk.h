/* article_walk.h - the current articles of one segment that match a query, one after
 * another, by rising doc id.
 */
#ifndef ENGINE_NATIVE_SEARCH_ARTICLE_WALK_H
#define ENGINE_NATIVE_SEARCH_ARTICLE_WALK_H

#include "engine/native/lists/candidates.h"
#include "engine/native/search/ranking.h"

struct article_walk {
    const struct segment *segment;
    struct candidates candidates;
    struct native_view view;
    struct scorer scorer;
    bool scored;
    size_t *check_part;    /* the part that a check is, or SIZE_MAX */
    const uint64_t *live;  /* NULL: all are */
    struct arena *scratch; /* of one article: emptied for each */
    struct cancel *cancel;
    uint64_t looked_at;
    doc_id doc; /* where it stands */
    bool begun;
};

struct walk_options {
    const struct query *query;
    const struct query_leaves *leaves;
    const struct ranking *ranking; /* NULL: nothing will be scored */
    struct doc_iter *only;         /* no other articles; NULL: all */
    struct cancel *cancel;
    struct arena *lists; /* outlive the walk */
    struct arena *scratch;
};

int article_walk_open(const struct segment *segment,
                      const struct walk_options *options,
                      struct article_walk *out, struct err *err);
/* To `from` at least, or the next one; *found false at the end. What hits or scores of
 * the article hold is valid until the next call. */
int article_walk_next(struct article_walk *walk, doc_id from, bool *found,
                      struct err *err);

#endif
