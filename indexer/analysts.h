/* analysts.h - threads that turn articles into tokens, and find the entities they name,
 * while others read and write.
 *
 * An article that does not say its language gets the one guessed (text/language.h).
 *
 * Items are handed in with analysts_submit() and awaited, in any order, with
 * analysts_wait(). With no thread at all submit does the work itself.
 *
 *   Ownership   an item and its arena belong to an analyst from submit to wait
 *   Threads     submit and wait: one and the same thread
 */
#ifndef INDEXER_ANALYSTS_H
#define INDEXER_ANALYSTS_H

#include "entity/recogniser.h"

struct err;

struct item {
    struct arena arena; /* holds the article and its analysis */
    struct article article;
    struct analysis analysis;
    int rc;    /* of the analysis, once waited for */
    bool done; /* guarded by the analysts' lock */
    bool handed_over;
    struct item *next, *next_group;
};

struct analysts;

/* As many are handed over together, if their texts are short. */
enum { ANALYSTS_GROUP = 32 };

/* `stems`: whether tokens get theirs. Threads pack the words of those that get none
 * (text/word_group.h): they are in the arenas of items that were submitted behind, too, so
 * arenas are reset in the order of submitting. `recogniser` is borrowed and finds mentions;
 * NULL: there are none. ERR_NOMEM, ERR_IO when a thread cannot be started. */
int analysts_start(unsigned threads, bool stems,
                   const struct recogniser *recogniser, struct analysts **out,
                   struct err *err);
void analysts_submit(struct analysts *analysts, struct item *item);
void analysts_wait(struct analysts *analysts, struct item *item);
/* Finishes what was submitted. NULL is fine. */
void analysts_stop(struct analysts *analysts);

#endif
