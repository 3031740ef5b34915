/* formats.h - the rows of reader_table, one from each file. */
#ifndef READERS_FORMATS_H
#define READERS_FORMATS_H

#include "indexer/readers/reader.h"

extern const struct reader_format jsonl_format;        /* jsonl.c */
extern const struct reader_format plain_text_format;   /* plain_text.c */
extern const struct reader_format reuters_sgml_format; /* reuters_sgml.c */

#endif
