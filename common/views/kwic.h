/* kwic.h - concordance lines: each hit in the middle, its context to both sides.
 *
 * Lines are made one article at a time, so that a view can stream; sorting needs the
 * sort keys of all lines and nothing else (kwic_key), and the lines are made again in
 * their order.
 */
#ifndef VIEWS_KWIC_H
#define VIEWS_KWIC_H

#include "query/token_view.h"
#include "views/snippet.h"

enum kwic_unit { KWIC_COLUMNS, KWIC_WORDS };

enum kwic_sort {
    KWIC_BY_DATE,     /* newer, key, position */
    KWIC_BY_LEFT,     /* the words before the hit, the nearest one first */
    KWIC_BY_RIGHT,    /* the words behind the hit */
    KWIC_BY_SOURCE,   /* source, then as by date */
    KWIC_BY_POSITION, /* key, then position */
};

struct kwic_line {
    enum article_part part;
    uint32_t position;        /* of the hit's first word */
    struct slice left, right; /* one line each, white space squeezed */
    struct slice hit;
    struct mark *mark; /* bytes of `hit`: its words */
    size_t mark_count;
};

/* The context is `width` terminal columns or words to each side, within the part the
 * hit stands in. In `arena`. */
int kwic_line_make(const struct article *article,
                   const struct analysis *analysis, const struct hit *hit,
                   enum kwic_unit unit, uint32_t width, struct arena *arena,
                   struct kwic_line *out, struct err *err);

/* Bytes that sort, by memcmp, as the line does: folded forms of up to eight words of
 * context for LEFT and RIGHT, then date, key and position. Total order. In `arena`. */
int kwic_key(const struct article *article, const struct analysis *analysis,
             const struct hit *hit, enum kwic_sort sort, struct arena *arena,
             struct slice *out, struct err *err);

/* Whether a hit is in a sample of `wanted` of `total`, by a hash of seed, key and
 * position: the same hits for the same seed, whatever else is in the index. The
 * caller keeps the `wanted` least values. */
uint64_t kwic_sample_value(uint64_t seed, struct slice key, uint32_t position);

#endif
