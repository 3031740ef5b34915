/* scored_word.h - a word of the query in one segment, as scores: its lists together.
 *
 * Lists of a bare word have no article in common, and each adds its own. Others may
 * have: then their frequencies are added up first.
 */
#ifndef ENGINE_NATIVE_SEARCH_SCORED_WORD_H
#define ENGINE_NATIVE_SEARCH_SCORED_WORD_H

#include "engine/native/search/ranking.h"
#include "engine/native/search/scored_list.h"

enum {
    SCORED_WORD_BITS = 31, /* in score_window.has */
    SCORED_WORD_FEW = 4,   /* lists, each of which is asked about an article */
};

struct scored_word {
    const struct score_scale *scale;
    struct scored_list *list;
    size_t count;
    bool overlap;
    float weight;
    uint32_t bit;  /* in score_window.has; several words may share it */
    uint32_t cost; /* postings */
    uint32_t most; /* that it adds to any article of the segment */
};

/* The word of `part`, the `number`th one, in the segment at `at` of the snapshot. In
 * `arena`. */
int scored_word_open(const struct segment *segment, uint32_t at,
                     const struct scored_part *part, size_t number,
                     const struct score_scale *scale, struct arena *arena,
                     struct scored_word *out, struct err *err);

/* The only part, which has this list, as if it was a word. */
int scored_word_of(struct postings *list, const struct scored_part *part,
                   const struct score_scale *scale, struct arena *arena,
                   struct scored_word *out, struct err *err);

/* The most that it adds to an article in [from, end). */
uint32_t scored_word_most(struct scored_word *word, doc_id from, doc_id end);
/* Add what it adds, at least where that may be `worth`; `frequencies` has room for a
 * window. Behind scored_word_most(). */
int scored_word_add(struct scored_word *word, const struct score_window *window,
                    uint32_t worth, uint32_t *frequencies);
/* Whether an article has it; what it adds to it. Articles come in rising order. */
/* The most that it adds to this article, of which the next thing asked may be whether it
 * has the word; at most `most`, which is known already. */
static inline uint32_t scored_word_here(struct scored_word *word, doc_id doc,
                                        uint32_t most)
{
    uint32_t here = 0;
    if (word->overlap || word->count > SCORED_WORD_FEW)
        return most;
    for (size_t i = 0; i < word->count; i++) {
        struct scored_list *list = &word->list[i];
        uint32_t of_list = list->bitmap && !scored_list_bitmap_has(list, doc)
                               ? 0
                               : scored_list_here(list, doc);
        here = of_list > here ? of_list : here;
    }
    return here < most ? here : most;
}

/* Before articles that come before what was asked for last. */
static inline void scored_word_rewind(struct scored_word *word, doc_id doc)
{
    for (size_t i = 0; i < word->count; i++) {
        scored_list_rewind(&word->list[i], doc);
        scored_list_here(&word->list[i], doc);
    }
}

/* Whether its lists can be gone through one after the other: each with all that the word
 * adds to its articles. */
static inline bool scored_word_is_apart(const struct scored_word *word)
{
    return !word->overlap && 0 < word->count && word->count <= SCORED_WORD_FEW;
}
int scored_word_has(struct scored_word *word, doc_id doc, bool *there);
int scored_word_find(struct scored_word *word, doc_id doc, bool *there,
                     uint32_t *units);

#endif
