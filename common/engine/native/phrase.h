/* phrase.h - a phrase of plain words in one segment: which articles have it, and how
 * often, told from the words' lists alone. It means what match.h says of the node.
 *
 * Articles are asked for in rising order, again for the same one is fine.
 */
#ifndef ENGINE_NATIVE_PHRASE_H
#define ENGINE_NATIVE_PHRASE_H

#include "engine/native/phrase_list.h"
#include "query/query.h"

/* Where a word stands in the phrase. */
struct phrase_word {
    struct phrase_list *list;
    uint32_t offset;
};

struct phrase {
    struct phrase_list **list; /* each once, the shortest first */
    size_t lists;              /* 0: no article of the segment has all words */
    struct phrase_word *word;
    size_t words;
    struct arena *arena;
    struct err *err;
    uint32_t *start; /* of what may be an occurrence */
    size_t room;
};

/* *out NULL: it is no such phrase, and match.h must look: a word that is several lists
 * here, or of one language only; an operand that is no word; a * at an end. In `arena`,
 * which must outlive it; so must `err`. */
int phrase_open(const struct segment *segment, const struct node *node,
                struct arena *arena, struct phrase **out, struct err *err);

/* *there: the article has all the words. */
int phrase_seek(struct phrase *phrase, doc_id doc, bool *there);

/* Of the article that it stands on and that has all the words: its occurrences, those in
 * the title counted twice. Not more than any of its lists has. */
int phrase_frequency(struct phrase *phrase, uint32_t *out);
/* Whether there is one; cheaper. */
int phrase_occurs(struct phrase *phrase, bool *out);

#endif
