/* inverter_internal.h - what the parts of the inverter share.
 *
 *   inverter.c         articles come in
 *   inverter_words.c   their words: the stream, the vocabularies
 *   inverter_tally.c   how much of each term the live articles hold, for who asks
 *   inverter_write.c   a segment goes out: the order of its articles, columns, keys
 *   inverter_terms.c   the order of its terms, and the forms of stems
 *   inverter_lists.c   the stream inverted: lists of words
 *   inverter_others.c  lists of what they are scored by, and of fields
 *   inverter_pairs.c   pairs of neighbouring words
 */
#ifndef ENGINE_NATIVE_INVERTER_INTERNAL_H
#define ENGINE_NATIVE_INVERTER_INTERNAL_H

#include "engine/native/inverter.h"
#include "engine/native/native_terms.h"
#include "engine/native/pair_lists.h"
#include "engine/native/vocabulary.h"
#include "segment/postings.h"

/* The stream: 4 bytes a token. Its form's number in `words` (while it is written: a rank),
 * and two flags. Positions
 * are implied: each token stands one further than the one before, or at the same
 * position (STAYS: a joined form). Any other step is a JUMP, followed by the position of
 * the token after it. Each article begins as if a token had stood at -1. */
enum { STREAM_ID = (1 << 30) - 1 };
#define STREAM_CAPS (UINT32_C(1) << 30)
#define STREAM_STAYS (UINT32_C(1) << 31)
#define STREAM_JUMP UINT32_MAX /* no number is STREAM_ID */
/* So that a frequency, twice the tokens at most, fits 32 bits. */
#define STREAM_MAX (UINT32_C(1) << 31)

/* Leaves two bits of a doc id free. */
#define INVERTER_ARTICLES (UINT32_C(1) << 30)

/* Positions of all articles, one article behind the other: a spot is a document and a position
 * in it, and leaves a bit free. */
#define INVERTER_SPOTS (UINT32_C(1) << 31)

/* What a form is scored by in one language. */
struct stemming {
    uint32_t score;  /* number in `others`, plus one; 0: not seen yet */
    uint32_t tokens; /* in live articles of this language */
};

/* By number of the form. One for each language that has a stemmer, and one that all
 * others share, where every word is a PLAIN term. */
struct form_map {
    struct stemming *form;
    uint32_t capacity;
};

enum { SHARED_MAP = 0 };

struct inverted {
    struct doc_record record;
    struct slice lang; /* primary */
    uint32_t map;      /* in `maps` */
    uint32_t stream, stream_end;
    uint32_t positions; /* one past the last */
    uint32_t fields, fields_end;
    uint32_t sentences, paragraphs;
    size_t marks;
    uint32_t ticket;
    bool archived;
};

struct inverter {
    struct vocabulary words;  /* forms; tag: width */
    struct vocabulary others; /* whole terms: STEM, PLAIN, FIELD; tag 0 */
    /* By number in `words`: occurrences in capitals, in live articles. */
    uint32_t *caps;
    uint32_t caps_capacity;

    struct vocabulary
        langs;             /* primary, those with stemmers: map = number + 1 */
    struct form_map *maps; /* maps[0] is the shared one */
    uint32_t map_capacity;

    uint32_t *stream, *field_stream;
    uint32_t stream_len, stream_capacity;
    uint32_t field_stream_len, field_stream_capacity;
    struct bytes_out marks;

    struct inverted *article;
    uint32_t articles, article_capacity, live;
    uint32_t spots; /* positions of all articles */

    struct stemmers *stemmers; /* NULL until wanted */
    struct arena arena;        /* of keys, sources, languages */
    struct arena scratch;      /* of one article */
};

/* Room for `need` elements of `size` bytes in *array. ERR_NOMEM, ERR_LIMIT. */
int inverter_grow(void *array, uint32_t *capacity, uint64_t need, size_t size,
                  struct err *err);

/* The same for what is looked up at random: new elements are zero. */
int inverter_grow_table(void *array, uint32_t *capacity, uint64_t need,
                        size_t size, struct err *err);
/* What a vocabulary returned, with its reason. */
int from_vocabulary(int rc, struct err *err);

/* Fills the article's part of the stream. */
int inverter_keep_words(struct inverter *inverter, const struct tokens *tokens,
                        struct inverted *article, struct err *err);

/* As the dictionary has it. */
void word_term(const struct inverter *inverter, enum term_class class,
               uint32_t id, struct term *out);
struct slice other_term(const struct inverter *inverter, uint32_t id);

/* A walk over an article's tokens. */
struct token_walk {
    const uint32_t *at, *end;
    uint32_t position; /* of the token last read */
};

static inline struct token_walk token_walk(const struct inverter *inverter,
                                           const struct inverted *article)
{
    return (struct token_walk){inverter->stream + article->stream,
                               inverter->stream + article->stream_end,
                               UINT32_MAX};
}

/* false at the end. */
static inline bool token_next(struct token_walk *walk, uint32_t *token)
{
    if (walk->at == walk->end)
        return false;
    *token = *walk->at++;
    if (__builtin_expect(*token == STREAM_JUMP, 0)) {
        walk->position = walk->at[0] - 1;
        *token = walk->at[1];
        walk->at += 2;
    }
    walk->position += !(*token & STREAM_STAYS);
    return true;
}

/* --- writing --- */

#define NO_LIST UINT32_MAX

/* Terms in the order of the dictionary. */
struct sorted_terms {
    uint32_t *id; /* of each, in its vocabulary */
    uint32_t count;
    uint32_t *rank;        /* by id: its place in `id`, or NO_LIST */
    uint32_t *occurrences; /* by id, in live articles */
};

/* A list that is written. */
struct listed {
    struct term_place place;
    uint32_t docs, frequency;
};

/* By rank of a term of `others`. */
struct term_forms {
    /* The only word that the term has occurrences of (term_shares_list()), or
     * NO_LIST. */
    uint32_t *only;
    /* Its forms, as numbers of WORD terms, those of a stem rising: form[end of the
     * rank before] up to form[end]; and in the articles of which map. */
    uint32_t *form, *map, *end;
    uint32_t count;             /* of all */
    uint32_t stems, stem_count; /* ranks of STEM terms: from, and how many */
    /* By map, then by number of the WORD term: the rank. */
    uint32_t **rank;
};

enum { SPOTS_A_MARK = 256 };

struct doc_span {
    uint32_t spot;      /* of its position 0 */
    uint32_t title_end; /* a spot, too */
};

/* A list that is being made. */
struct list_room {
    doc_id *doc;
    uint32_t *frequency, *gap;
    uint32_t capacity;
};

struct inversion {
    struct inverter *inverter;
    struct segment_writer *segment;
    uint32_t docs, all;              /* live articles; with the old versions */
    const struct inverted **article; /* by doc id */
    uint32_t *lengths, *title_ends;  /* by doc id, `docs` of them */
    struct doc_span *span;           /* by doc id, and one more */
    doc_id *doc_of_spots;            /* of each SPOTS_A_MARK-th spot */
    uint32_t
        *caps_row; /* rows of those words in capitals that have their own */
    uint32_t caps_len;
    struct listed *listed; /* of WORD terms, by number */
    struct sorted_terms words, caps, others;
    struct term_forms forms;
    uint32_t *run, *run_end; /* inverter_others.c; ends by number of the word */
    struct list_room room;
    struct pair_lists pairs;
    struct postings_writer *postings;
    struct dictionary_writer *dictionary;
    struct arena arena;
};

/* Which terms there are, in their order; which forms they have. */
int sort_terms(struct inversion *inversion, struct err *err);
int write_stems(const struct inversion *inversion, struct err *err);

/* Their lists and dictionary entries, in three steps: */
int invert_words(struct inversion *inversion, struct err *err);
int invert_caps(struct inversion *inversion, struct err *err);
int invert_others(struct inversion *inversion, struct err *err);
/* Behind the words, whose numbers the stream has then; the entries when all others are
 * written. */
int invert_pairs(struct inversion *inversion, struct err *err);
int write_pairs(const struct inversion *inversion, struct err *err);

int list_room_for(struct list_room *room, uint32_t count, struct err *err);
void list_room_release(struct list_room *room);
/* Terms stand in memory in the order in which they first came: the memory fetches what is
 * soon spelled. (Inline, or GCC leaves calls of it out: it does nothing to the program.) */
static inline __attribute__((always_inline)) void
fetch_ahead(const struct vocabulary *vocabulary,
            const struct sorted_terms *terms, uint32_t rank)
{
    enum { FAR = 16, NEAR = 8 };
    if (rank + FAR >= terms->count)
        return;
    const struct vocabulary_text *far =
        &vocabulary->text[terms->id[rank + FAR]];
    __builtin_prefetch(&far->offset);
    __builtin_prefetch(&far->tag);
    __builtin_prefetch(&terms->occurrences[terms->id[rank + FAR]]);
    __builtin_prefetch(vocabulary->texts.data +
                       vocabulary->text[terms->id[rank + NEAR]].offset);
}

/* Articles stand in memory as they came: the memory fetches where those begin that come soon. */
static inline __attribute__((always_inline)) void
fetch_articles(const struct inversion *inversion, doc_id doc)
{
    enum { FAR = 8, NEAR = 4, WORDS = 16, LINES = 4 };
    if (doc + FAR >= inversion->docs)
        return;
    __builtin_prefetch(inversion->article[doc + FAR]);
    __builtin_prefetch(&inversion->article[doc + FAR]->stream);
    const uint32_t *at =
        inversion->inverter->stream + inversion->article[doc + NEAR]->stream;
    for (int i = 0; i < LINES; i++)
        __builtin_prefetch(at + (size_t)i * WORDS, 1);
}

/* Whether the list of its only word serves a term, too: term_shares_list(). All occurrences
 * of the term are of that word, so it does when there are as many. */
static inline bool shares_word(const struct inversion *inversion, uint32_t word,
                               uint32_t occurrences)
{
    const struct sorted_terms *words = &inversion->words;
    return words->occurrences[words->id[word]] == occurrences;
}

/* The entry of a term that has the list of its only word. */
struct term_entry shared_entry(const struct inversion *inversion, uint32_t only,
                               enum term_class class, uint32_t occurrences);

/* For each word in turn, begin_runs() before and end_runs() after all. `row` is taken; it has
 * at least as many elements as the words that were kept until now have occurrences. */
int begin_runs(struct inversion *inversion, uint32_t *row, struct err *err);
void keep_run(struct inversion *inversion, uint32_t number,
              const struct postings_list *list);
int end_runs(struct inversion *inversion, struct err *err);

/* Bytes that pairs take beside the runs, which stand in memory with them. */
uint64_t pairs_memory(const struct inverter *inverter);
/* Bytes that inverter_write() takes. */
size_t inversion_memory(const struct inverter *inverter);

#endif
