/* columns_format.h - shared by columns_*.c: what docs/format/columns.md says in numbers.
 */
#ifndef SEGMENT_COLUMNS_FORMAT_H
#define SEGMENT_COLUMNS_FORMAT_H

#include "segment/columns.h"

enum {
    COLUMNS_HEADER = 8,        /* languages, bytes of their names */
    COLUMNS_LANGS_MAX = 65535, /* their numbers have 16 bits */
    /* Ends of records and marks are 32 bits from a base that this many articles
     * share: no article has more than 32 MB of marks. */
    COLUMNS_END_BLOCK = 64,
};

/* First byte of a record. */
enum {
    RECORD_SOURCE_IN_KEY = 1, /* the source is the beginning of the key */
    RECORD_LANG_PRIMARY = 2,  /* the language is the primary one */
    RECORD_MODIFIED = 4,      /* there is a date of modification ... */
    RECORD_MODIFIED_SAME = 8, /* ... the same as that of publication */
    RECORD_PART = 16,         /* << part: the article has it */
};

/* `width` bytes of an array of numbers; ERR_CORRUPT behind the last article. */
int columns_at(const struct columns *columns, uint64_t array, doc_id doc,
               unsigned width, uint64_t *out, struct err *err);

#endif
