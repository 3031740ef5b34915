/* abbreviations.h - full stops that end no sentence. Internal to common/text.
 *
 * Only English is known well; of other languages the commonest titles. Language
 * is not asked: articles of one language are full of names from others.
 */
#ifndef TEXT_ABBREVIATIONS_H
#define TEXT_ABBREVIATIONS_H

#include "text/tokenise.h"

/* Whether the full stop directly behind `word` only marks it as short, when `next`
 * follows in capitals, or is a number. Both are words of `text`, no joined forms. */
bool abbreviation_goes_on(struct slice text, const struct token *word,
                          const struct token *next);

#endif
