/* postings_format.h - one posting list, inside: docs/format/postings.md.
 *
 *   sparse   flags, heads, blocks of (gaps, frequencies)
 *   dense    flags, last document, heads, ranks, bitmap, blocks of (frequencies)
 *
 * A block is SEGMENT_BLOCK postings; the last may be shorter, a tail. Heads are only for
 * lists of more than one block (dense: with frequencies), as arrays: last document of
 * each block, where each ends, best scores, frequencies up to its end.
 */
#ifndef SEGMENT_POSTINGS_FORMAT_H
#define SEGMENT_POSTINGS_FORMAT_H

#include "segment/positions_format.h"
#include "segment/postings.h"

enum postings_flag {
    POSTINGS_DENSE = 1,
    POSTINGS_WIDE_SUMS = 2, /* frequencies before blocks do not fit two bytes */
    /* The heads have sums of frequencies: of a list with positions, which a term of a
     * class without them may share. */
    POSTINGS_SUMS = 4,
};

enum {
    DENSE_SHARE = 8, /* dense: in this part of the documents or more */
    RANK_WORDS = 8,  /* of the bitmap, from one rank to the next */
    RANK_BITS = 64 * RANK_WORDS,
    POSTINGS_BLOCK_MAX = 2 * BLOCK_BYTES_MAX,
};

/* Bytes of the heads of `blocks` blocks. */
struct heads_shape {
    uint32_t blocks; /* 0: no heads */
    bool frequencies, sums, wide_sums;
};

struct heads {
    const uint8_t *last, *best;
    struct rising ends, sums;
};

static inline uint64_t heads_size(const struct heads_shape *shape)
{
    uint64_t blocks = shape->blocks;
    return 4 * blocks + rising_size(blocks, true) +
           (shape->frequencies ? blocks : 0) +
           (shape->sums ? rising_size(blocks, !shape->wide_sums) : 0);
}

static inline struct heads heads_of(const uint8_t *data,
                                    const struct heads_shape *shape)
{
    struct heads heads = {.last = data};
    data += 4 * (size_t)shape->blocks;
    heads.ends = rising_of(data, shape->blocks, true);
    data += rising_size(shape->blocks, true);
    if (shape->frequencies) {
        heads.best = data;
        data += shape->blocks;
    }
    if (shape->sums)
        heads.sums = rising_of(data, shape->blocks, !shape->wide_sums);
    return heads;
}

static inline doc_id heads_last(const struct heads *heads, uint32_t block)
{
    return load_u32(heads->last + 4 * (size_t)block);
}

struct postings {
    struct doc_iter iter; /* first */
    const struct segment_file *file;
    struct arena *arena;
    struct err *err;
    bool frequencies, has_positions; /* the class has them */
    bool dense, single;
    bool started; /* the iterator */
    uint32_t docs, count;
    uint32_t frequency; /* of the whole list; of classes with positions */
    struct term_place place;
    uint32_t blocks;
    struct heads heads; /* if blocks > 1 */
    uint64_t data;      /* where the first block is in the section */
    doc_id last;        /* dense */
    const uint8_t *ranks, *bitmap;

    /* Where the iterator stands: sparse in a block, dense on a bit. */
    struct postings_block *in; /* sparse */
    uint32_t at;               /* in it */
    doc_id ranked;             /* dense: a document whose rank is known, ... */
    uint32_t rank;             /* ... and its rank */

    uint32_t frequency_block; /* that is decoded; `blocks`: none */
    uint32_t *of_doc;         /* frequencies */
    uint32_t *before;         /* of the block, before each */
    struct positions positions;
    bool positions_open;
};

/* Ends the walk: status, and the reason in `err`. Returns DOC_END. */
doc_id postings_fail(struct postings *list, int rc);
int postings_corrupt(const struct postings *list, const char *reason);
/* Frequencies of a block into of_doc and before, unless they are there; `coded` of a
 * sparse one. */
int postings_load_frequencies(struct postings *list, uint32_t block,
                              const struct bytes_in *coded);
/* Positions of posting `number`, whose block's frequencies are loaded. */
int postings_load_positions(struct postings *list, uint32_t number,
                            const uint32_t **at, uint32_t *count);

static inline uint32_t postings_in_block(const struct postings *list,
                                         uint32_t block)
{
    uint32_t left = list->count - block * SEGMENT_BLOCK;
    return left < SEGMENT_BLOCK ? left : SEGMENT_BLOCK;
}

static inline uint64_t postings_word(const struct postings *list, uint32_t word)
{
    return load_u64(list->bitmap + 8 * (size_t)word);
}

#endif
