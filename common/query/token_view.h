/* token_view.h - a stored article, analysed again, as something to match against:
 * for snippets and concordances, and for tests of match.h. */
#ifndef QUERY_TOKEN_VIEW_H
#define QUERY_TOKEN_VIEW_H

#include "query/match.h"
#include "text/analyse.h"

struct token_view {
    struct article_view base;
    const struct article *article;
    const struct analysis *analysis;
};

/* Borrows both. The analysis may be without stems: forms decide. An entity occurs where
 * analysis->mentions says. */
void token_view_init(struct token_view *view, const struct article *article,
                     const struct analysis *analysis);

#endif
