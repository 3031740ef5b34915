/* scored_list.h - one list of a word as scores: what each of its documents adds, block
 * by block, and the most that a block can add.
 *
 * Documents are asked for in rising order.
 */
#ifndef ENGINE_NATIVE_SEARCH_SCORED_LIST_H
#define ENGINE_NATIVE_SEARCH_SCORED_LIST_H

#include "base/bytes.h"
#include "engine/native/read/score_scale.h"
#include "segment/postings.h"

struct scored_list {
    struct postings *list;
    const struct score_scale *scale;
    float weight;
    const uint8_t *best, *last; /* of each block; NULL: one block */
    const uint8_t *bitmap;      /* NULL: none */
    uint32_t bitmap_words;
    uint32_t count, blocks;
    uint32_t most;  /* that any of its documents has */
    uint32_t block; /* the first that was not passed */
    uint32_t here;  /* the most that a document of it has */
    uint32_t at;    /* in it, where a document was found */
    /* What is decoded; `blocks`: nothing. */
    uint32_t docs_of, frequencies_of, units_of;
    struct postings_block in; /* number; coded and doc if docs_of is */
    uint32_t frequency[SEGMENT_BLOCK];
    uint32_t units[SEGMENT_BLOCK];
};

/* What an article gets, from document `from` on. */
struct score_window {
    doc_id from, end; /* [from, end) */
    uint32_t *units;
    uint32_t *has; /* the bits of the words that it has; NULL: not asked for */
    /* The articles that got something: the two are set for these alone. NULL: for all. */
    uint64_t *touched;
};

/* More for article from + i, in a window that knows what is touched (and has `has`). */
static inline void score_window_touch(const struct score_window *window,
                                      uint32_t i, uint32_t units, uint32_t bit)
{
    uint64_t *word = &window->touched[i / 64], mask = UINT64_C(1) << i % 64;
    bool again = *word & mask;
    *word |= mask;
    window->units[i] = (again ? window->units[i] : 0) + units;
    window->has[i] = (again ? window->has[i] : 0) | bit;
}

/* A multiple of 64; small ones where blocks are small, for tests. */
enum { SCORE_WINDOW = SEGMENT_BLOCK == 8 ? 64 : 4096 };

/* `list` is of a class with frequencies, and of this segment. */
int scored_list_open(struct postings *list, const struct score_scale *scale,
                     float weight, struct scored_list *out);

/* The most that a document of the block can add, at least 1: 0 is where no document is. */
static inline uint32_t scored_list_bound(const struct scored_list *list,
                                         uint32_t block)
{
    if (!list->best)
        return list->most;
    uint32_t most =
        score_units(list->weight, list->scale->bounds->most[list->best[block]]);
    return most + !most;
}

/* The most that a document in [from, end) can add; 0 when there is none. Passes the
 * blocks before it. */
uint32_t scored_list_most(struct scored_list *list, doc_id from, doc_id end);

/* Decode a block: in.doc[], in.count of them; with units[]. */
int scored_list_load_docs(struct scored_list *list, uint32_t block);
int scored_list_load(struct scored_list *list, uint32_t block);

/* Adds what its documents in the window have, less the blocks that cannot add `worth`;
 * `bit` of the word. Behind scored_list_most(). */
int scored_list_add(struct scored_list *list, const struct score_window *window,
                    uint32_t worth, uint32_t bit);
/* The same with frequencies, of all blocks. */
int scored_list_add_frequencies(struct scored_list *list,
                                const struct score_window *window);

void scored_list_pass(struct scored_list *list, doc_id doc);

/* Passes the blocks before a document; the most that it can have. */
static inline uint32_t scored_list_here(struct scored_list *list, doc_id doc)
{
    if (list->block < list->blocks && list->last &&
        load_u32(list->last + 4 * (size_t)list->block) < doc)
        scored_list_pass(list, doc);
    return list->here;
}

static inline bool scored_list_bitmap_has(const struct scored_list *list,
                                          doc_id doc)
{
    return doc / 64 < list->bitmap_words && bitmap_has(list->bitmap, doc);
}

/* Before a document that comes before what was asked for last. */
static inline void scored_list_rewind(struct scored_list *list, doc_id doc)
{
    if (list->block > 0 && list->last &&
        load_u32(list->last + 4 * (size_t)(list->block - 1)) >= doc)
        list->block = 0, list->here = scored_list_bound(list, 0);
}

/* In the block that it stands in. */
int scored_list_find(struct scored_list *list, doc_id doc, bool *there);

static inline int scored_list_has(struct scored_list *list, doc_id doc,
                                  bool *there)
{
    if (list->bitmap) {
        *there = scored_list_bitmap_has(list, doc);
        return 0;
    }
    scored_list_here(list, doc);
    return scored_list_find(list, doc, there);
}

/* Of a document that it has, as was just found. */
int scored_list_frequency(struct scored_list *list, doc_id doc, uint32_t *out);
/* What it adds. */
int scored_list_units(struct scored_list *list, doc_id doc, uint32_t *out);
/* The frequency with its stored positions, in a class that has them. */
int scored_list_positions(struct scored_list *list, doc_id doc,
                          const uint32_t **at, uint32_t *count);

#endif
