/* language.h - which language is this, when the article does not say?
 *
 * libexttextcat over the text of the article, with a margin: a short or mixed text is
 * honestly unknown. Articles that say their language are never second-guessed.
 */
#ifndef TEXT_LANGUAGE_H
#define TEXT_LANGUAGE_H

#include "doc/article.h"

/* The library keeps state: one a thread. NULL when its models are missing or memory
 * is; then nothing is guessed. */
struct language_guesser;

struct language_guesser *language_guesser_new(void);
void language_guesser_free(struct language_guesser *guesser);

/* A primary language ("en"), or the empty slice for unknown; static storage. */
struct slice language_guess(struct language_guesser *guesser,
                            const struct article *article);

#endif
