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
    uint32_t position; /* of the hit's first word */
    /* White space squeezed to single blanks. Put together they are the text as it
     * stands: a blank before or behind the hit is in `left` or `right`. */
    struct slice left, hit, right;
    struct mark *mark; /* bytes of `hit`: its words */
    size_t mark_count;
};

/* The context is at most `width` terminal columns or words to each side, within the
 * part the hit stands in, cut between words; only a word beside the hit that is too
 * long itself is cut between graphemes. Slices in `arena`. ERR_LIMIT, and ERR_CORRUPT
 * when the hit is none of this text. */
int kwic_line_make(const struct article *article,
                   const struct analysis *analysis, const struct hit *hit,
                   enum kwic_unit unit, uint32_t width, struct arena *arena,
                   struct kwic_line *out, struct err *err);

/* Bytes that sort, by memcmp, as the line does: folded forms of up to eight words of
 * context for LEFT and RIGHT, then date (newer first, undated last), key, start and end
 * of the hit. Total order. In `arena`. Only LEFT and RIGHT look at the text: for the
 * others `analysis` may be NULL, and key, source and date are all of the article. */
int kwic_key(const struct article *article, const struct analysis *analysis,
             const struct hit *hit, enum kwic_sort sort, struct arena *arena,
             struct slice *out, struct err *err);

/* Whether a hit is in a sample of `wanted` of `total`, by a hash of seed, key and
 * position: the same hits for the same seed, whatever else is in the index. The
 * caller keeps the `wanted` least values; hits at one position have the same, and are
 * told apart by their kwic_key(). */
uint64_t kwic_sample_value(uint64_t seed, struct slice key, uint32_t position);

#endif
