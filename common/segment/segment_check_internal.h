/* segment_check_internal.h - what the parts of segment_check() share.
 *
 *   segment_check.c        checksums, the order of the work, faults
 *   segment_check_docs.c   columns, records, marks, stored articles
 *   segment_check_terms.c  the dictionary: entries, stems, what the lists add up to
 *   segment_check_list.c   one list
 *   segment_check_pairs.c  whether pairs have the lists that they should have
 *   segment_check_stems.c  whether the forms of a stem are those of its list
 *   segment_check_mentions.c  the file of mentions
 *
 * A fault is told and the work goes on; what it makes impossible is left out. */
#ifndef SEGMENT_SEGMENT_CHECK_INTERNAL_H
#define SEGMENT_SEGMENT_CHECK_INTERNAL_H

#include "segment/segment.h"

struct segment_check {
    const struct segment *segment;
    void (*report)(void *, const char *fault);
    void *context;
    struct err *first; /* the caller's */
    int rc;            /* of the first fault */
    uint32_t faults;
    bool of_mentions; /* what is looked at is in the file of mentions */
    bool stop;        /* no memory, too many faults: nothing more to be said */

    struct arena arena; /* as long as the check */
    struct arena scratch;

    uint32_t docs, all;
    const uint64_t *live; /* NULL: all */
    struct dead_term *dead;
    size_t dead_count, dead_at;
    /* By doc id, live part; what lists are compared with. */
    struct position_range (*part)[PART_COUNT];
    const uint32_t *lengths;
    uint32_t *words;   /* occurrences of plain forms */
    uint32_t *balance; /* WORD less STEM and PLAIN, modulo 2^32 */
    uint32_t *of_stem; /* zeros between stems */
    struct dictionary_cursor *look_up;
    struct check_pairs *pairs;
    uint64_t *keyed; /* a bit an article: some KEY term names it */
    struct chapter_sums {
        uint64_t articles, text;
    } * chapter; /* what is found in each chapter of texts */
};

/* "FILE: SECTION: what". */
__attribute__((format(printf, 3, 4))) void
check_fault(struct segment_check *check, enum section_id section,
            const char *what, ...);
/* A failure of a reader, whose text names the file: a fault, or the end of the check
 * (ERR_NOMEM). True when rc is not 0. */
bool check_failed(struct segment_check *check, int rc, const struct err *err);
void check_no_memory(struct segment_check *check);

/* A term in a message: its text and its class. */
#define TERM_TEXT "\"%.*s\" of class %u"
#define TERM_ARG(term)                                                         \
    (term).len ? (int)(term).len - 1 : 0, (const char *)(term).data + 1,       \
        (unsigned)(term).data[0]

static inline bool check_is_live(const struct segment_check *check, doc_id doc)
{
    return !check->live || (check->live[doc / 64] >> doc % 64 & 1);
}

/* segment_check_docs.c */
void check_docs(struct segment_check *check);
/* segment_check_terms.c */
void check_terms(struct segment_check *check);

/* segment_check_list.c: what a list holds, of all and of the dead articles. False: it
 * could not be read to its end. */
struct list_sums {
    struct term_counts all, dead;
    uint64_t
        places; /* of mentions: articles and positions, hashed and added up */
};
bool check_list(struct segment_check *check, struct slice term,
                const struct term_entry *entry, struct list_sums *out);
/* The language of a STEM term, as the columns number it; false when no article has it. */
bool check_stem_lang(const struct segment_check *check, struct slice term,
                     uint16_t *out);

/* segment_check_pairs.c: each term whose list is good, and at the end. False: no memory. */
bool check_pairs_open(struct segment_check *check);
void check_note_word(struct segment_check *check, struct slice term,
                     const struct term_entry *entry);
/* At the first PAIR term, once. */
void check_pairs_begin(struct segment_check *check);
void check_pairs_end(struct segment_check *check);
/* The balance of a PAIR term; NULL: it is none, or nothing can be said. */
uint64_t *check_pair(struct segment_check *check, struct slice term);
void check_pair_posting(uint64_t *balance, doc_id doc, uint32_t frequency);

/* segment_check_mentions.c: if there are any */
void check_mentions(struct segment_check *check);

/* segment_check_stems.c: of a STEM term whose list is good; `words` is one past the
 * numbers of WORD terms. */
void check_stem(struct segment_check *check, struct slice term,
                const struct term_entry *entry, uint32_t words);

#endif
