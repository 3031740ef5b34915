/* phrase.h - a phrase of plain words in one segment: which articles have it, and how
 * often, told from the lists of its words and of their pairs alone. It means what match.h says of the node.
 *
 * Articles are asked for in rising order, again for the same one is fine.
 */
#ifndef ENGINE_NATIVE_LISTS_PHRASE_H
#define ENGINE_NATIVE_LISTS_PHRASE_H

#include "engine/native/lists/phrase_list.h"
#include "query/query.h"

/* Where a word stands in the phrase. */
struct phrase_word {
    struct phrase_list *list;
    uint32_t offset;
};

struct phrase {
    const struct segment *segment;
    uint64_t
        *apart; /* a bit an article: not told here, see below. NULL: none */
    /* What an article must have, the shortest first: lists of pairs, of the words in none.
     * 0: no article that is told here has the phrase. */
    struct phrase_list **list;
    size_t lists;
    struct phrase_word *word;
    size_t words;
    bool is_pair;           /* list[0] tells it all; no words here */
    struct term_entry pair; /* of a pair, if there is one */
    struct arena *arena;
    struct err *err;
    uint32_t *start; /* of what may be an occurrence */
    size_t room;
};

/* *out NULL: it is no such phrase, and match.h must look: a word of one language only, an
 * operand that is no word, a * at an end. In `arena`, which must outlive it; so must
 * `err`.
 *
 * A word that is several lists ("email", which is wider where it was "e-mail") is told by
 * its longest. The few articles of the others are apart: match.h must look at them, and
 * the functions below know nothing of them. */
int phrase_open(const struct segment *segment, const struct node *node,
                struct arena *arena, struct phrase **out, struct err *err);

static inline bool phrase_tells(const struct phrase *phrase, doc_id doc)
{
    return !phrase->apart || !(phrase->apart[doc / 64] >> doc % 64 & 1);
}

/* Of the block that the shortest list has decoded: which of its documents the bitmaps of
 * the others have. `out` has room for a block; returns how many. */
uint32_t phrase_sift(const struct phrase *phrase, uint32_t *out);
/* Of *part of these, rising: lowers it to those that are in reach of one block of the
 * next list without a bitmap, and leaves the first *kept of them, which may be in it. */
int phrase_sieve(struct phrase *phrase, uint32_t *number, uint32_t *part,
                 uint32_t *kept);

/* *there: the article has all the lists. */
int phrase_seek(struct phrase *phrase, doc_id doc, bool *there);

/* Of the article that it stands on and that has all the lists: its occurrences, those in
 * the title counted twice. Not more than any of its lists has. */
int phrase_frequency(struct phrase *phrase, uint32_t *out);
/* Whether there is one; cheaper. */
int phrase_occurs(struct phrase *phrase, bool *out);

#endif
