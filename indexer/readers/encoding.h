/* encoding.h - from a file's bytes to the text of an article.
 *
 * The encoding is told by the bytes alone: a byte order mark (UTF-8, UTF-16); else
 * UTF-8 when they are well formed; else Windows-1252 or Latin-1. Text in either of
 * these is mostly ASCII, so two kinds of bytes are refused instead of being turned
 * into nonsense: UTF-8 with damage (more sequences are whole than broken), and
 * text of another alphabet (more than a third of its letters are not ASCII).
 */
#ifndef READERS_ENCODING_H
#define READERS_ENCODING_H

#include "indexer/readers/reader.h"

/* `text` borrows from `bytes` when they are UTF-8, else lives in `arena`. 0;
 * READER_REJECT with the byte, counted within `bytes`, and the reason; ERR_NOMEM. */
int encoding_decode(struct slice bytes, struct arena *arena, struct slice *text,
                    struct reject *why);

/* UTF-8 in, the form that article.h asks for out: "\n" for every line end, "\n\n"
 * for one or more blank lines, other control characters as blanks, no white space
 * at the ends. ERR_NOMEM. */
int text_clean(struct slice text, struct arena *arena, struct slice *out);
/* The same on one line: runs of white space are one blank. */
int text_clean_line(struct slice text, struct arena *arena, struct slice *out);

#endif
