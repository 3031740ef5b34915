/* dictionary_format.h - what writer and reader of a dictionary share:
 * docs/format/dictionary.md. */
#ifndef SEGMENT_DICTIONARY_FORMAT_H
#define SEGMENT_DICTIONARY_FORMAT_H

#include "segment/dictionary.h"

enum {
    DICTIONARY_BLOCK = 16, /* terms */
    DICTIONARY_FOOTER =
        28, /* where the blocks end; terms, and of which classes */

    RANK_BITS = 512, /* of the bits for words, to a rank */

    /* Of the tree over the blocks: a node is a line of the cache. */
    NODE_KEYS = 8,
    NODE_SIZE = 8 * NODE_KEYS,

    EXTENT_GROUP = 32, /* blocks to a place; each has a length in 2 bytes */

    /* First byte of a term: two numbers up to this, which says that more follows. */
    DICTIONARY_NIBBLE = 15,
};

/* Fills a node: no term begins like this. */
#define NO_KEY UINT64_MAX

/* What is known of a term begins with a number: low bits say how to read it, the others are
 * a document or how many there are. */
enum entry_bits {
    ENTRY_SINGLE = 1, /* the only bit then: one document, once */
    /* A list that is an earlier term's, told in either direction. Without: it stands at or
     * behind that of the last such term of the block (0 in front of the first) */
    ENTRY_BACK = 2,
    ENTRY_ONCE = 4, /* once in each document */
    ENTRY_SINGLE_SHIFT = 1,
    ENTRY_LIST_SHIFT = 3,
};

/* An entry that is that of the word. */
enum { ENTRY_SAME = 0 };

/* Terms in their order, by where their texts are. */
enum dictionary_region {
    REGION_WORD,
    REGION_CAPS, /* their texts are those of words */
    REGION_STEM,
    REGION_PLAIN, /* also */
    REGION_REST,
    REGIONS,
};

/* Orders as the first bytes of the terms do; what is not there is zero. */
static inline uint64_t dictionary_prefix(struct slice term)
{
    if (term.len >= 8)
        return __builtin_bswap64(load_u64(term.data));
    uint64_t prefix = 0;
    for (size_t i = 0; i < term.len; i++)
        prefix |= (uint64_t)term.data[i] << (56 - 8 * i);
    return prefix;
}

/* How many bytes they begin with alike. */
static inline size_t slices_alike(struct slice a, struct slice b)
{
    size_t n = 0, most = a.len < b.len ? a.len : b.len;
    while (n < most && a.data[n] == b.data[n])
        n++;
    return n;
}

/* --- the tree --- */

/* Nodes over so many blocks or nodes. */
static inline uint32_t dictionary_nodes(uint32_t keys)
{
    return keys / NODE_KEYS + (keys % NODE_KEYS != 0);
}

static inline uint64_t dictionary_tree_offset(uint64_t blocks_end)
{
    return (blocks_end + NODE_SIZE - 1) / NODE_SIZE * NODE_SIZE;
}

static inline uint32_t dictionary_blocks(uint32_t terms)
{
    return terms / DICTIONARY_BLOCK + (terms % DICTIONARY_BLOCK != 0);
}

/* Where the parts of the section are that follow from what the footer says; *size: of all
 * of them, without the footer. */
void dictionary_lay_out(struct dictionary *dictionary, uint64_t *size);

/* --- reading, for dictionary.c and dictionary_find.c --- */

int dictionary_corrupt(struct dictionary_cursor *cursor, const char *why,
                       struct err *err);
/* The bytes of block `b`. ERR_CORRUPT. */
int dictionary_block(const struct dictionary *dictionary, uint32_t b,
                     struct slice *out, struct err *err);
/* What the tree has of its first term. */
int dictionary_key(const struct dictionary *dictionary, uint32_t b,
                   uint64_t *out, struct err *err);
/* Stand in front of block `b`; of cursor->term only room for the class is used. */
int dictionary_open_block(struct dictionary_cursor *cursor, uint32_t b,
                          struct err *err);
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

static inline uint64_t dictionary_unzigzag(uint64_t v)
{
    return v >> 1 ^ (0 - (v & 1));
}

/* Nearly all numbers take one or two bytes. */
static inline uint64_t dictionary_take(struct bytes_in *in)
{
    const uint8_t *at = in->at;
    if (in->end - at >= 2) {
        bool two = at[0] >= 0x80;
        if (!two || at[1] < 0x80) {
            in->at += 1 + two;
            return two ? (uint64_t)at[1] << 7 | (at[0] & 0x7f) : at[0];
        }
    }
    return get_varint64(in);
}

/* What is known of a term, but for its number; `all` articles may have it. NULL, or what is
 * wrong. */
const char *dictionary_take_entry(struct bytes_in *in, enum term_class class,
                                  uint32_t all, struct dictionary_base *base,
                                  struct term_entry *out);
/* The same of one that may be that of `word`. */
const char *dictionary_take_own(struct bytes_in *in, enum term_class class,
                                uint32_t all, const struct term_entry *word,
                                struct dictionary_base *base,
                                struct term_entry *out);
/* What a CAPS or PLAIN term has that is said to be as its word. */
struct term_entry dictionary_same(enum term_class class,
                                  const struct term_entry *word);

/* Of the form of a WORD term: the rest is 01 and a width. */
static inline size_t dictionary_form_len(const uint8_t *term, size_t len)
{
    return len > 2 && term[len - 2] == TERM_JOINED ? len - 2 : len;
}

/* --- words that are terms of another class, too: dictionary_words.c --- */

/* The first such word from `from` on; dictionary->words: there is none. */
int dictionary_words_next(const struct dictionary *dictionary,
                          const struct dictionary_worded *worded, uint32_t from,
                          uint32_t *word, struct err *err);
/* How many stand before this one, and whether it is one. */
int dictionary_words_rank(const struct dictionary *dictionary,
                          const struct dictionary_worded *worded, uint32_t word,
                          uint32_t *rank, bool *is_one, struct err *err);
/* The word with so many before it; there is one. */
int dictionary_words_select(const struct dictionary *dictionary,
                            const struct dictionary_worded *worded,
                            uint32_t rank, uint32_t *word, struct err *err);
/* Where the entries of the block begin in which number `place` is. */
int dictionary_words_entries(const struct dictionary *dictionary,
                             const struct dictionary_worded *worded,
                             uint32_t place, struct bytes_in *out,
                             struct err *err);
/* Whether bits and ranks agree with the number of terms. */
int dictionary_words_check(const struct dictionary *dictionary,
                           const struct dictionary_worded *worded,
                           struct err *err);

/* What is known of the next term, whose class is that of `term`. */
int dictionary_read_entry(struct dictionary_cursor *cursor, struct err *err);
/* The last block whose first term is not greater than `term`; the first, if there is none.
 * The dictionary is not empty. */
int dictionary_find_block(const struct dictionary *dictionary,
                          struct slice term, uint32_t *block, struct err *err);

#endif
