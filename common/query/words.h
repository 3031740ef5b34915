/* words.h - raw text into the words of a question: what the parser counts and the
 * relaxations and the slow evaluator work on.
 *
 * One word is one plain token, or a hyphenated (or apostrophed) one with its parts
 * and its joined form. */
#ifndef QUERY_WORDS_H
#define QUERY_WORDS_H

#include "text/tokenise.h"

struct raw_word {
    const struct token *token; /* its tokens, the joined form among them */
    size_t count;
    const struct token *joined; /* NULL for a plain word */
    uint32_t start, end;        /* bytes of the text */
};

struct raw_words {
    struct raw_word *word;
    size_t count;
};

/* The words of `text` in order, in `arena`. ERR_NOMEM. */
int words_find(struct slice text, struct arena *arena, struct raw_words *out);

#endif
