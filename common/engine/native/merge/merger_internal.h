/* merger_internal.h - what the parts of the merger share.
 *
 *   merger.c         the order of the work; what it says on the way
 *   merger_docs.c    articles: their new ids, columns, records, marks, texts
 *   merger_terms.c   the dictionaries, side by side
 *   merger_lists.c   one list out of several
 *   merger_stems.c   which forms a stem still has
 *   merger_words.c   the lists that several terms share
 *   merger_pairs.c   pairs of neighbouring words, found anew
 */
#ifndef ENGINE_NATIVE_MERGE_MERGER_INTERNAL_H
#define ENGINE_NATIVE_MERGE_MERGER_INTERNAL_H

#include "engine/native/merge/merger.h"
#include "engine/native/shared/pair_lists.h"

#define NO_NUMBER UINT32_MAX

struct merge_source {
    const struct segment *segment;
    const uint64_t *bits; /* of the live ones; NULL: all are */
    const uint64_t *purged;
    const struct dead_term *dead;
    size_t dead_count, dead_at; /* dead[dead_at] is the next one */
    doc_id *new_of;             /* by old doc id; DOC_END: gone */
    uint32_t *new_form;         /* by number of a WORD term; NO_NUMBER: gone */
    uint32_t words;             /* WORD terms */
    uint32_t *tickets;          /* by old doc id (stored.h) */
    struct dictionary_cursor *cursor;
    struct term_counts live; /* of the cursor's term: what should be found */
    uint64_t postings_seen, positions_seen; /* for the progress */
};

/* A WORD term of the merged segment that has a list of its own. */
struct merged_word {
    uint32_t number;
    uint32_t docs;
    uint64_t frequency;
    uint64_t postings, positions; /* its place */
    bool alone; /* the only WORD term of its form, whatever its width */
};

struct merged_words {
    struct merged_word *word;
    size_t count, capacity;
    /* The form of the last one, and whether it is word[count - 1]. */
    uint8_t form[TERM_KEY_MAX];
    size_t form_len;
    bool listed;
};

/* A word that may be in pairs, and where it is in the inputs. */
struct merged_pair_word {
    struct pair_word word;
    struct slice form;
    const struct merge_source **source;
    struct term_entry *entry;
    size_t sources;
};

struct merged_pairs {
    struct merged_pair_word *word; /* rising */
    uint32_t count, capacity;
    struct pair_lists lists;
    uint32_t written; /* entries in the dictionary */
    bool made;
};

struct merge {
    struct merge_source *source;
    size_t count;
    struct segment_writer *segment;
    struct merge_mentions *mentions; /* NULL: none are kept */
    const struct merge_progress *progress;
    uint64_t done, total; /* bytes of input: of texts; of everything */
    uint32_t docs, all;   /* live; with old versions */
    uint32_t pair_share;  /* as in segment_facts */
    uint64_t words;
    uint32_t *lengths; /* by new doc id, `docs` of them */
    uint32_t *title_ends,
        *ends;          /* the same: positions past the title, all parts */
    struct arena arena; /* lives as long as the merge */

    struct postings_writer *postings;
    struct dictionary_writer *dictionary;
    struct stems_writer *stems;
    struct merged_words words_listed; /* whose lists others may share */
    struct merged_pairs pairs;
    struct dictionary_cursor *look_up; /* anywhere */
    uint32_t terms;                    /* written, but for KEY */
    uint64_t keyed;                    /* articles that KEY terms named */
    struct arena term_arena;           /* lives for one term */
};

/* merger_docs.c: new_of, docs, all, words, lengths; writes columns and texts. */
int merge_docs(struct merge *m, struct err *err);

/* merger_terms.c: everything else. */
int merge_terms(struct merge *m, struct err *err);

/* merger_lists.c: of the sources whose cursors stand on this term (`on`, `count` of
 * them). *out as postings_end(); counts are those found. */
int merge_list(struct merge *m, enum term_class class,
               struct merge_source *const *on, size_t count,
               struct term_entry *out, struct err *err);
/* The same for a KEY term, where old versions count. */
int merge_key_list(struct merge *m, struct merge_source *const *on,
                   size_t count, struct term_entry *out, struct err *err);

/* merger_stems.c: the new numbers of the forms that a live article of the language
 * still contains with this STEM term. In m->term_arena. */
int merge_forms(struct merge *m, struct slice term,
                struct merge_source *const *on, size_t count, uint32_t **forms,
                size_t *form_count, struct err *err);

/* merger_words.c: for every WORD term, in their order. */
int merged_words_add(struct merged_words *words, struct slice term,
                     uint32_t number, const struct term_entry *entry,
                     struct err *err);
/* NULL when it has no list of its own. */
const struct merged_word *merged_words_find(const struct merged_words *words,
                                            uint32_t number);
void merged_words_release(struct merged_words *words);

/* merger_pairs.c: for every WORD term with live articles, in their order. */
int merge_note_pair_word(struct merge *m, struct slice term, uint32_t number,
                         uint32_t docs, struct merge_source *const *on,
                         size_t count, struct err *err);
/* Behind the CAPS terms: all lists. */
int merge_pairs(struct merge *m, struct err *err);
/* The entries of pairs before `term`, of all at its end (len 0); and of `term` itself, a
 * PAIR term that inputs have `want` of, in `sources` of them. */
int merge_put_pairs(struct merge *m, struct slice term, struct err *err);
int merge_put_pair(struct merge *m, struct slice term,
                   const struct merge_source *source, size_t sources,
                   const struct term_counts *want, struct err *err);
void merge_release_pairs(struct merge *m);

static inline bool merge_is_live(const struct merge *m, doc_id new_id)
{
    return new_id < m->docs;
}

/* merger.c: how far we are. */
void merge_tell(const struct merge *m);

#endif
