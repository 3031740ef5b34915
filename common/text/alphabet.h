/* alphabet.h - which languages can a text not be in, by its letters? Internal to
 * common/text. The alphabets are CLDR's exemplar characters, as ICU has them.
 */
#ifndef TEXT_ALPHABET_H
#define TEXT_ALPHABET_H

#include "base/bytes.h"

struct alphabet; /* never changes; any thread */

/* Of a language, "sr-Latn"; NULL when it is not known, or no memory. */
struct alphabet *alphabet_open(const char *name);
void alphabet_close(struct alphabet *alphabet);

enum { LETTER_KINDS = 64 };

/* The letters of a text that are not ASCII, in small; past LETTER_KINDS kinds, those
 * that came first. */
struct letter_count {
    uint32_t letters; /* all */
    size_t kinds;
    struct {
        int32_t letter;
        uint32_t count;
    } kind[LETTER_KINDS];
};

void letter_count(struct slice text, struct letter_count *out);

/* More letters are strange to it than foreign names would bring. NULL: no. */
bool alphabet_excludes(const struct alphabet *alphabet,
                       const struct letter_count *count);

/* ASCII would do, but for a few. */
bool alphabet_is_plain(const struct letter_count *count);

#endif
