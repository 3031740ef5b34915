/* cursor.h - where a page ended, as an opaque word for the next request.
 *
 * Hexadecimal of: version (1 byte), generation, question, score (IEEE bits), date
 * (each 8, little-endian), key (varint length and bytes), check (8). `question` is a
 * hash of what was asked, so that a cursor continues nothing else; `check` is one of
 * all the bytes before it. Neither keeps out somebody who wants to forge one: a
 * forged cursor gets another page of the same index.
 */
#ifndef QUERYD_CURSOR_H
#define QUERYD_CURSOR_H

#include "base/strbuf.h"
#include "engine/engine.h"

struct cursor {
    uint64_t generation, question;
    struct search_cursor after;
};

void cursor_write(const struct cursor *cursor, struct strbuf *out);

/* ERR_INVALID when damaged. The key is in `arena`. */
int cursor_read(struct slice text, struct arena *arena, struct cursor *out,
                struct err *err);

#endif
