/* dictionary_format.h - what writer and reader of a dictionary share:
 * docs/format/dictionary.md. */
#ifndef SEGMENT_DICTIONARY_FORMAT_H
#define SEGMENT_DICTIONARY_FORMAT_H

#include "segment/dictionary.h"

enum {
    DICTIONARY_BLOCK = 16, /* terms */
    /* of the sparse index: the first 8 bytes of a block's first term, its offset */
    DICTIONARY_INDEX_ENTRY = 16,
    DICTIONARY_FOOTER = 4, /* number of terms */

    /* First byte of a term: two numbers up to this, which says that more follows. */
    DICTIONARY_NIBBLE = 15,
};

/* The low two bits of what is known about a term. */
enum entry_kind {
    /* Offsets at or behind those of the last such term of the block (0 in front of the
     * first), and told from them */
    ENTRY_LIST,
    ENTRY_SINGLE, /* one document, once */
    /* The same, but in either direction: a list that is an earlier term's */
    ENTRY_BACK,
    ENTRY_KIND_BITS = 2,
};

/* Orders as the first bytes of the terms do; what is not there is zero. */
static inline uint64_t dictionary_prefix(struct slice term)
{
    uint8_t first[8] = {0};
    for (size_t i = 0; i < sizeof first && i < term.len; i++)
        first[i] = term.data[i];
    return __builtin_bswap64(load_u64(first));
}

#endif
