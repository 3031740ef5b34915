/* match.h - a resolved query against one article: does it match, and where.
 *
 * This is the one definition of a hit that engines, counts, snippets and exports
 * share. It works on sorted positions, whoever supplies them: an index's position
 * lists, or the tokens of a stored article. oracle.h is the same meaning written
 * a second time, slowly, from docs/query.md; tests hold the two together.
 *
 * Intervals are those of Clarke, Cormack & Burkowski, "An Algebra for Structured
 * Text Search" (The Computer Journal 38(1), 1995): of the qualifying intervals of
 * an operator only those that contain no other one are its hits.
 */
#ifndef QUERY_MATCH_H
#define QUERY_MATCH_H

#include "query/query.h"
#include "text/analyse.h"

struct cancel;

/* Positions [start, end). */
struct span {
    uint32_t start, end;
};

struct span_list {
    struct span *span; /* by rising start, then end; no two equal */
    size_t count;
};

/* One article, as somebody can show it. */
struct article_view {
    const struct article_view_ops *ops;
    struct cancel *cancel; /* may be NULL; one article can be long */
};

struct article_view_ops {
    /* Occurrences of a NODE_WORD in this article, in `arena`. */
    int (*word_spans)(struct article_view *, const struct node *word,
                      struct arena *, struct span_list *out, struct err *);
    /* Whether there is at least one; cheaper. */
    int (*word_present)(struct article_view *, const struct node *word,
                        bool *out, struct err *);
    /* NODE_FIELD and NODE_DATE. */
    int (*filter_matches)(struct article_view *, const struct node *filter,
                          bool *out, struct err *);
    /* Positions of a part; empty when the article has none. */
    int (*part_range)(struct article_view *, enum article_part part,
                      struct span *out, struct err *);
    /* Where its sentences or paragraphs begin, rising. */
    int (*unit_starts)(struct article_view *, enum near_unit unit,
                       struct arena *, struct position_list *out, struct err *);
};

struct hit {
    struct span span;
    struct span *leaf; /* the words to mark, by rising start; inside `span` */
    size_t leaf_count;
};

struct hit_list {
    struct hit *hit; /* by rising start, then end; no two with equal spans */
    size_t count;
};

int match_article(const struct query *query, struct article_view *view,
                  struct arena *arena, bool *matches, struct err *err);

/* The hits of an article that matches; empty when it does not. */
int match_hits(const struct query *query, struct article_view *view,
               struct arena *arena, struct hit_list *out, struct err *err);

#endif
