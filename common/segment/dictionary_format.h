/* dictionary_format.h - what writer and reader of a dictionary share:
 * docs/format/dictionary.md. */
#ifndef SEGMENT_DICTIONARY_FORMAT_H
#define SEGMENT_DICTIONARY_FORMAT_H

#include "base/hash_map.h"
#include "segment/dictionary.h"

enum {
    DICTIONARY_BLOCK = 16, /* terms */
    /* of the sparse index: the first 8 bytes of a block's first term, its offset */
    DICTIONARY_INDEX_ENTRY = 16,
    DICTIONARY_FOOTER = 12, /* where the blocks end, number of terms */

    /* Of the hash table: a bucket is a line of the cache. */
    BUCKET_SLOTS = 16,
    BUCKET_SIZE = 4 * BUCKET_SLOTS,
    BUCKET_TERMS = 13, /* on the average */
    BUCKET_PROBES = 4, /* that a term may be in, from its own one on */

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

/* How many bytes they begin with alike. */
static inline size_t slices_alike(struct slice a, struct slice b)
{
    size_t n = 0, most = a.len < b.len ? a.len : b.len;
    while (n < most && a.data[n] == b.data[n])
        n++;
    return n;
}

/* --- the hash table --- */

static inline uint32_t dictionary_buckets(uint32_t terms)
{
    return terms ? terms / BUCKET_TERMS + 1 : 0;
}

static inline uint64_t dictionary_table_offset(uint64_t index_offset,
                                               uint32_t blocks)
{
    uint64_t end = index_offset + (uint64_t)blocks * DICTIONARY_INDEX_ENTRY;
    return (end + BUCKET_SIZE - 1) / BUCKET_SIZE * BUCKET_SIZE;
}

static inline uint32_t dictionary_hash(struct slice term)
{
    return (uint32_t)hash_bytes(term);
}

static inline uint32_t dictionary_bucket(uint32_t hash, uint32_t buckets)
{
    return (uint32_t)((uint64_t)hash * buckets >> 32);
}

/* A slot is the low bits of the hash, or 1 where they are 0, and a block: as many bits as the
 * number of the last one has. No slot is 0 but an empty one. */
static inline unsigned dictionary_block_bits(uint32_t blocks)
{
    return blocks > 1 ? 32 - (unsigned)__builtin_clz(blocks - 1) : 0;
}

static inline uint32_t dictionary_slot(uint32_t hash, uint32_t block,
                                       unsigned block_bits)
{
    uint32_t tag = hash << block_bits;
    if (tag == 0)
        tag = UINT32_C(1) << block_bits;
    return tag | block;
}

/* --- reading, for dictionary.c and dictionary_find.c --- */

int dictionary_corrupt(struct dictionary_cursor *cursor, const char *why,
                       struct err *err);
/* Stand in front of block `b`; *prefix is what the index has of its first term. */
int dictionary_open_block(struct dictionary_cursor *cursor, uint32_t b,
                          uint64_t *prefix, struct err *err);
/* How many bytes the next term has from the one before it, and which are its own. False:
 * it is cut off. */
static inline bool dictionary_take_term(struct bytes_in *in, size_t *shared,
                                        struct slice *own)
{
    if (in->at == in->end)
        return false;
    uint8_t nibbles = *in->at++;
    uint64_t from_last = nibbles >> 4, more = nibbles & DICTIONARY_NIBBLE;
    if (from_last == DICTIONARY_NIBBLE)
        from_last += get_varint(in);
    if (more == DICTIONARY_NIBBLE)
        more += get_varint(in);
    if (in->bad || from_last + more >= TERM_KEY_MAX ||
        more >= (size_t)(in->end - in->at))
        return false;
    *shared = (size_t)from_last;
    *own = (struct slice){in->at, (size_t)more + 1};
    in->at += more + 1;
    return true;
}

/* What is known of the next term, whose class is that of `term`. */
int dictionary_read_entry(struct dictionary_cursor *cursor, struct err *err);
/* The last block whose first term is not greater than `term`; the first, if there is none.
 * The dictionary is not empty. */
int dictionary_find_block(const struct dictionary *dictionary,
                          struct slice term, uint32_t *block, struct err *err);

#endif
