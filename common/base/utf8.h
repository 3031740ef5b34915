/* utf8.h - well-formedness of UTF-8, and one code point at a time. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/bytes.h"

/* Well formed by Unicode table 3-7 (no surrogates, no overlong forms). When not,
 * *bad_at is the offset of the first offending byte. */
bool utf8_valid(struct slice s, size_t *bad_at);

/* The code point at s.data[*at]; moves *at behind it. Ill-formed bytes give U+FFFD
 * and move one byte. Needs *at < s.len. */
uint32_t utf8_next(struct slice s, size_t *at);

/* Writes 1 to 4 bytes; returns how many. */
size_t utf8_put(uint32_t code_point, uint8_t out[4]);

/* Columns a terminal needs for the text: East Asian wide counts 2, combining
 * marks 0. */
size_t utf8_columns(struct slice s);

#endif
