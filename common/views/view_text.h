/* view_text.h - pieces of an article's text, as views show them. Internal to
 * common/views. */
#ifndef VIEWS_VIEW_TEXT_H
#define VIEWS_VIEW_TEXT_H

#include "text/analyse.h"
#include "views/snippet.h"

/* The token that is no joined form at this position; NULL in a gap. */
const struct token *view_token_at(const struct tokens *tokens,
                                  uint32_t position);

/* ASCII white space, which the formatting of an article is made of. */
bool view_is_blank(uint8_t c);

/* One piece of text on one line. */
struct view_line {
    struct slice text; /* each run of white space is a single blank */
    struct mark *mark; /* rising, sharing no bytes */
    size_t mark_count;
};

/* `range`: what to mark in `text`, as bytes of it, by rising start; what overlaps
 * becomes one mark. In `arena`. ERR_LIMIT: the arena is full. */
int view_squeeze(struct slice text, const struct mark *range,
                 size_t range_count, struct arena *arena, struct view_line *out,
                 struct err *err);

#endif
