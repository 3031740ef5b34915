/* snippet.h - the piece of an article that shows its hits best, with the words of
 * the hits marked; nothing else is ever marked. */
#ifndef VIEWS_SNIPPET_H
#define VIEWS_SNIPPET_H

#include "query/token_view.h"

struct mark {
    uint32_t start, end; /* bytes [start, end) of the snippet's text */
};

struct snippet {
    struct slice text; /* one line: white space squeezed to single blanks */
    struct mark *mark; /* rising, not touching each other's bytes */
    size_t mark_count;
    bool cut_before, cut_after; /* the part goes on there */
};

/* Chooses the window of about `width` bytes of one part that holds the densest hits
 * (the shortest hit first, then the earliest), cut at words. Without hits the start
 * of the summary or body. All in `arena`. */
int snippet_make(const struct query *query, const struct article *article,
                 const struct analysis *analysis, uint32_t width,
                 struct arena *arena, struct snippet *out, struct err *err);

#endif
