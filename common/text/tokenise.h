/* tokenise.h - text into tokens: the one place that decides what a word is.
 *
 * Used for articles and for queries alike, and never dependent on language,
 * because a query has none.
 *
 *   - A token is a run of letters, marks and digits. A '.' or ',' between digits
 *     belongs to the number: "1,234.5".
 *   - Single letters with dots join, capitals or not: "U.S." and "u.s." are one
 *     token, us.
 *   - 's (with any apostrophe) at a word's end is dropped: "Ukraine's" is ukraine.
 *   - Any other apostrophe or hyphen between two words gives the parts at
 *     consecutive positions, and the joined form over all of them: "l'accord" is
 *     l, accord, and laccord of width 2. Up to LIMIT_JOINED_PARTS parts.
 *   - Han, Hiragana, Katakana, Thai, Khmer, Lao, Burmese: each grapheme cluster is
 *     a token of its own, but digits are numbers; such tokens neither join nor
 *     lose an 's, so that a copy may start and end at each.
 *   - Folding: see fold.h. The form is at most LIMIT_TERM_BYTES, cut between code
 *     points.
 *
 * Examples of all: docs/text.md. Why so: docs/decisions/010-words.md.
 *
 * Positions count from 0 and rise by one with each token that is no joined form.
 * Tokens come in order of position, the joined form after its first part.
 */
#ifndef TEXT_TOKENISE_H
#define TEXT_TOKENISE_H

#include "base/arena.h"
#include "base/bytes.h"

struct token {
    uint32_t position;
    uint16_t width; /* positions covered; more than 1 for joined forms only */
    uint8_t part;   /* enum article_part; 0 from tokenise() */
    bool all_caps;  /* written in two or more capitals and no small letter */
    bool joined;    /* a joined form, whatever its width */
    uint32_t start, end; /* bytes [start, end) of the text */
    struct slice form;   /* folded */
    struct slice
        stem; /* of the article's language; empty when there is none, or
                          when none was asked for */
};

struct tokens {
    struct token *token;
    size_t count, capacity;
    uint32_t positions; /* one past the last position used */
};

/* Append the tokens of `text` to `*out`, positions from `first_position`. Ill-formed
 * UTF-8 separates words. Memory is `arena`'s, and forms may be bytes of `text`. Any
 * thread; no locale. ERR_NOMEM; ERR_LIMIT when the arena's limit is reached, or
 * positions or bytes no longer fit in 32 bits. */
int tokenise(struct slice text, uint32_t first_position, struct arena *arena,
             struct tokens *out);

#endif
