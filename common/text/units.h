/* units.h - where sentences and paragraphs begin. Internal to common/text.
 *
 * A paragraph ends at a blank line. A sentence ends with its paragraph, or where
 * Unicode's rules say so (UAX #29, section 5), with the exceptions of
 * abbreviations.h; docs/text.md has examples of all.
 */
#ifndef TEXT_UNITS_H
#define TEXT_UNITS_H

#include "text/analyse.h"

struct unit_list {
    struct position_list list;
    size_t capacity;
};

struct units {
    struct unit_list sentences, paragraphs;
};

/* Append the units of one part: `text`, and the `count` tokens that it has. The
 * first word begins one of each; when the text is `one` of each, no other does.
 * Memory is `arena`'s. ERR_NOMEM, ERR_LIMIT. */
int units_add(struct slice text, const struct token *token, size_t count,
              bool one, struct arena *arena, struct units *out);

#endif
