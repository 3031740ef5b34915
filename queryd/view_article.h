/* view_article.h - articles read back and analysed again, to show their hits; and the
 * last few of them, because a sorted view comes back to the same ones. Worker thread.
 */
#ifndef QUERYD_VIEW_ARTICLE_H
#define QUERYD_VIEW_ARTICLE_H

#include "query/token_view.h"
#include "queryd/question.h"

struct view_article {
    doc_ref doc;
    struct article article;
    struct analysis analysis;
    struct hit_list hits; /* once asked for */
    struct arena arena;   /* all of it */
    uint64_t used;        /* the cache's */
};

/* Errors are in the request's err. Release it in any case. */
int view_article_read(struct view_article *out, const struct question *question,
                      doc_ref doc);
int view_article_hits(struct view_article *view,
                      const struct question *question);
void view_article_release(struct view_article *view);

/* Where the article mentions the entities of the query, as the index knows it, in
 * `arena`. */
int article_mentions(const struct question *question, doc_ref doc,
                     struct arena *arena, struct analysis *analysis);

enum { ARTICLE_CACHE_SLOTS = 64 };

struct article_cache {
    const struct question *question;
    struct view_article slot[ARTICLE_CACHE_SLOTS];
    size_t count, bytes;
    uint64_t clock;
};

void article_cache_init(struct article_cache *cache,
                        const struct question *question);
void article_cache_release(struct article_cache *cache);

/* With its hits. Valid until the next get. */
int article_cache_get(struct article_cache *cache, doc_ref doc,
                      const struct view_article **out);

#endif
