/* pairs.h - which pairs of neighbouring words have lists of their own (TERM_PAIR).
 *
 * A phrase of two words must be sought in all articles that hold both. Where words are
 * strewn at random those are docs(a) * docs(b) / docs; a pair of words for which this is
 * at least docs / pair_share has a list, if it occurs at all. The rule knows nothing but
 * numbers that stand in the segment, so who finds no list where the rule asks for one
 * knows that there is no such pair. Written by the inverter and the merger, counted
 * again by segment_check().
 */
#ifndef SEGMENT_PAIRS_H
#define SEGMENT_PAIRS_H

#include "segment/dictionary.h"

enum {
    PAIR_SHARE = 16,
    /* Smaller segments have none: their phrases take no time. */
    PAIR_DOCS_LEAST = SEGMENT_BLOCK == 8 ? 4 : 256,
    /* More pairs than this are not counted: of long articles fewer are stored. */
    PAIR_CELLS_MAX = SEGMENT_BLOCK == 8 ? 1 << 10 : 1 << 20,
};

/* `docs` and `pair_share` of the segment's facts; docs_a and docs_b as its dictionary
 * counts the WORD terms, the dead included. */
static inline bool pair_is_stored(uint32_t docs, uint32_t docs_a,
                                  uint32_t docs_b, uint32_t pair_share)
{
    uint64_t all = (uint64_t)docs * docs;
    return pair_share > 0 && docs > 0 &&
           (uint64_t)docs_a * docs_b >=
               all / pair_share + (all % pair_share != 0);
}

/* --- a number for each pair that may have a list --- */

struct pair_word {
    uint32_t number, docs; /* of a WORD term of width 1 */
};

/* Words are numbered anew, the most frequent first (rows and columns), so that the columns
 * of a row that the rule asks for are the first ones. A pair's cell is its row's first plus
 * its column; rows follow each other in the order of the dictionary. */
struct pair_table {
    uint32_t words, cells, share;
    uint32_t *number; /* of each row */
    uint32_t *row;    /* in the order of the dictionary */
    uint32_t *first;  /* of each row; one more: past the last cell */
    uint32_t *width;  /* of each row; one more, of no word: 0 */
};

/* What a new segment of so many articles begins with. Doc ids have a bit to spare. */
static inline uint32_t pair_share_of(uint32_t docs)
{
    return docs < PAIR_DOCS_LEAST || docs > INT32_MAX ? 0 : PAIR_SHARE;
}

/* `word`: at least those that pair_is_stored() for a word in all articles. Arrays in
 * `arena`. `share` is halved until there are no more than PAIR_CELLS_MAX.
 * ERR_NOMEM. */
int pair_table_make(struct pair_table *out, uint32_t docs, uint32_t share,
                    const struct pair_word *word, uint32_t count,
                    struct arena *arena);

#define PAIR_NO_CELL UINT32_MAX

/* `row` and `column` up to table->words, which is no word. */
static inline uint32_t pair_cell(const struct pair_table *table, uint32_t row,
                                 uint32_t column)
{
    return column < table->width[row] ? table->first[row] + column
                                      : PAIR_NO_CELL;
}

#endif
