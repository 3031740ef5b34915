/* named_words.h - bare words of a query that are an entity's name. */
#ifndef QUERYD_NAMED_WORDS_H
#define QUERYD_NAMED_WORDS_H

#include "queryd/question.h"

/* The longest runs of bare words that the register knows and that articles mention,
 * the first NAMED_AT_MOST of them: a note each, which changes no result. Nothing
 * without a register, and for match=any. Adds to the question's notes. */
enum { NAMED_AT_MOST = 4, NAME_WORDS_MAX = 8 };
int named_words_note(struct question *question);

#endif
