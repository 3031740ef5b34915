/* word_terms.h - which terms of a segment a word of the query means, and
 * how much of them is current.
 */
#ifndef ENGINE_NATIVE_LISTS_WORD_TERMS_H
#define ENGINE_NATIVE_LISTS_WORD_TERMS_H

#include "query/query.h"
#include "segment/segment.h"

enum { ANY_LANG = -1 };

struct word_term {
    enum term_class class;
    struct term_entry entry;
    unsigned width; /* positions that an occurrence covers */
    int lang;       /* only in articles of this language, an index into
                       columns.lang_names; or ANY_LANG */
};

/* Of the file of mentions, not of the segment's. */
static inline bool word_term_is_mention(const struct word_term *term)
{
    return term->class == TERM_ENTITY || term->class == TERM_FORM;
}

struct word_terms {
    struct word_term *term;
    size_t count, capacity;
};

/* Whether the lists that count a word are others than those that have its places: of a bare
 * word, and of an entity in all its forms. */
static inline bool word_is_counted_apart(const struct node *word)
{
    return word->stem_count > 0 || (word->entity.len && !word->some_forms);
}

/* Lists in which each occurrence of the word counts once: what it is found and
 * scored by. Those of a bare word have no article in common; a word without stems has no
 * forms of one language. An entity has one. In `arena`. */
int word_terms_counted(const struct segment *segment, const struct node *word,
                       struct arena *arena, struct word_terms *out,
                       struct err *err);
/* Lists with the positions of the word; an occurrence may be in two of them. */
int word_terms_placed(const struct segment *segment, const struct node *word,
                      struct arena *arena, struct word_terms *out,
                      struct err *err);
/* A folded form, written in capitals. */
int word_terms_capitals(const struct segment *segment, struct slice form,
                        struct arena *arena, struct word_terms *out,
                        struct err *err);
/* A form as a word, plain and joined. */
int word_terms_form(const struct segment *segment, struct slice form,
                    struct arena *arena, struct word_terms *out,
                    struct err *err);

/* Counts of the live articles of one term. */
int term_live_counts(const struct segment *segment,
                     const struct term_entry *entry, struct term_counts *out,
                     struct err *err);
/* Whether a live article in this primary language has the WORD term, which an article in it
 * had when the segment was written. Walks over its list where articles of it are dead, up
 * to the first that is found; what it needs is in `arena`. */
int term_is_current(const struct segment *segment,
                    const struct term_entry *entry, struct slice lang,
                    struct arena *arena, bool *out, struct err *err);
/* Live articles with at least one of the terms. `disjoint`: no two in one article.
 * What it needs in between is in `arena`. */
int word_terms_articles(const struct segment *segment,
                        const struct word_terms *terms, bool disjoint,
                        struct arena *arena, uint64_t *out, struct err *err);
/* Set the bit of every article, live or not, with one of the terms. */
int word_terms_fill(const struct segment *segment,
                    const struct word_terms *terms, struct arena *arena,
                    uint64_t *bits, struct err *err);
/* The list of one term. */
int word_term_open(const struct segment *segment, const struct word_term *term,
                   struct arena *arena, struct postings **out, struct err *err);

/* ERR_LIMIT, with the text for a query that needs too much. */
int native_no_memory(struct err *err);

#endif
