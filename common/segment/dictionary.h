/* dictionary.h - terms, sorted, and what is known about each: docs/format/dictionary.md.
 *
 * A term is a class byte and its text; the order is that of bytes. Classes:
 *
 *   WORD    FORM              an occurrence of a word; positions
 *           FORM 01 WIDTH     of a joined form that covers WIDTH (one byte) positions.
 *                             No form contains 01, so FORM stands directly before its
 *                             variants
 *   CAPS    as WORD           written in capitals only; positions
 *   STEM    LANG : STEM       a word by its stem, in articles of that primary language
 *   PLAIN   FORM              a word that has no stem. Each occurrence has one STEM or
 *                             one PLAIN: together they are what a bare word is scored by
 *   FIELD   DIGIT VALUE       a filter: enum ast_field and the folded value; documents only
 *   KEY     KEY               all articles with this key, old versions, too; documents only
 *   PAIR    FORM 01 FORM      two words side by side, for those pairs that pairs.h says;
 *                             no positions, and an occurrence in the title counts twice
 *   ENTITY, FORM              in a dictionary of their own: mentions.h
 *
 * Front-coded blocks of 16 terms, and a tree over the beginnings of their first terms.
 * Each CAPS and PLAIN term has the form of a WORD: a bit for each WORD says whether there
 * is one, and what is known of it is often what is known of the WORD.
 * A term has a number, its place in the order: dead counts (live.h) and stems (stems.h)
 * use it.
 */
#ifndef SEGMENT_DICTIONARY_H
#define SEGMENT_DICTIONARY_H

#include "base/arena.h"
#include "segment/doc_iter.h"
#include "segment/segment_file.h"

enum term_class {
    TERM_WORD = 1,
    TERM_CAPS,
    TERM_STEM,
    TERM_PLAIN,
    TERM_FIELD,
    TERM_KEY,
    TERM_PAIR,
    TERM_ENTITY, /* these two in the files of mentions only: mentions.h */
    TERM_FORM,
};

enum {
    TERM_JOINED =
        1, /* the byte between a joined form and its width, the two forms of a pair */
    /* class, language and ':' or a width, the text; keys and fields are shorter */
    TERM_KEY_MAX = 1024,
};

/* How much of a term there is, in documents with postings (old versions have none;
 * for KEY they count). Additive: a segment's live counts are these less the dead. */
struct term_counts {
    uint64_t docs;
    uint64_t frequency; /* scored: an occurrence in the title counts twice */
    uint64_t
        occurrences; /* as a reader counts them; without positions: frequency */
};

/* Where a list is; made by postings_writer, opaque to others. */
struct term_place {
    bool single; /* one document, frequency 1: it is all here */
    doc_id doc;
    uint32_t position; /* of a single with positions */
    uint64_t postings; /* offsets in the sections */
    uint64_t positions;
};

struct term_entry {
    uint32_t number; /* filled by readers */
    struct term_counts counts;
    struct term_place place;
};

/* Whether lists of this class have frequencies, positions. */
bool term_has_frequencies(enum term_class class);
bool term_has_positions(enum term_class class);

/* --- writing --- */

struct dictionary_writer;

/* ERR_NOMEM. Writes to SECTION_DICTIONARY. */
int dictionary_writer_open(struct segment_writer *segment,
                           struct dictionary_writer **out, struct err *err);
/* `term` (class byte first) must rise: assert. ERR_NOMEM, ERR_LIMIT (2^32 terms). The
 * number that it gets is how many were added before. A place may be that of a term before:
 * two terms, one list. docs <= occurrences <= frequency: assert; of a single, all are 1, in a
 * class without frequencies all are docs, in one without positions occurrences are the
 * frequency, whatever the entry says. ERR_CORRUPT: a CAPS or PLAIN term without its WORD. */
int dictionary_add(struct dictionary_writer *writer, struct slice term,
                   const struct term_entry *entry, struct err *err);
int dictionary_finish(struct dictionary_writer *writer, struct err *err);
void dictionary_writer_close(struct dictionary_writer *writer);

/* --- reading --- */

/* Eight to the power of this is more than all blocks. */
enum { DICTIONARY_LEVELS = 10 };

/* Terms of an open file; any number of threads. */
struct dictionary {
    const struct segment_file *file;
    uint32_t terms;
    /* inside: offsets in the section */
    uint64_t blocks_end;
    uint32_t blocks, levels;
    struct dictionary_level {
        uint64_t offset;
        uint32_t keys;
    } level[DICTIONARY_LEVELS]; /* of the tree, from the lowest */
    uint64_t places, lengths;   /* of blocks */
    uint32_t texts;             /* terms with texts of their own */
    uint32_t words, stems;      /* WORD, STEM */
    struct dictionary_worded {
        uint32_t terms, first; /* number of the first */
        uint32_t block;        /* the first with their entries */
        uint64_t bits, ranks;
    } worded[2]; /* CAPS, PLAIN */
};

int dictionary_open(const struct segment_file *file, struct dictionary *out,
                    struct err *err);

/* *found false, or its entry. */
int dictionary_find(const struct dictionary *dictionary, struct slice term,
                    struct term_entry *out, bool *found, struct err *err);

/* Whether the tree and the places of blocks are as a writer leaves them; whether they agree
 * with the terms is seen by who walks over all of these. ERR_CORRUPT. */
int dictionary_check(const struct dictionary *dictionary, struct err *err);

/* Offsets that the next list's are told from. */
struct dictionary_base {
    uint64_t postings, positions;
};

/* A walk in order. `term` and `entry` are valid until the next move; a failure ends it. */
struct dictionary_cursor {
    const struct dictionary *dictionary;
    bool at_end;
    uint8_t term[TERM_KEY_MAX];
    size_t term_len;
    struct term_entry entry;
    /* inside */
    struct bytes_in texts, entries; /* the rest of the block */
    uint32_t next;                  /* the term after, among those with texts */
    /* where the last list stood; the last that is an earlier term's */
    struct dictionary_base base[2];
    unsigned region; /* enum dictionary_region */
    struct { /* in one of CAPS or PLAIN: `term` is that of the word, but for */
        size_t len; /* of the word */
        struct term_entry entry;
        uint32_t place; /* among those of the class */
        struct bytes_in in;
        struct dictionary_base base[2];
    } own;
};

/* Stand on the first term >= `from`. */
int dictionary_seek(const struct dictionary *dictionary, struct slice from,
                    struct dictionary_cursor *cursor, struct err *err);
/* Stand on the term of this number; ERR_CORRUPT when there is none. */
int dictionary_at(const struct dictionary *dictionary, uint32_t number,
                  struct dictionary_cursor *cursor, struct err *err);
int dictionary_next(struct dictionary_cursor *cursor, struct err *err);

#endif
