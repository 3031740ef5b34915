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
 *   inverter_parts.c   lists by several threads
 */
#ifndef ENGINE_NATIVE_INVERT_INVERTER_INTERNAL_H
#define ENGINE_NATIVE_INVERT_INVERTER_INTERNAL_H

#include "engine/native/invert/inverter.h"
#include "engine/native/shared/native_terms.h"
#include "engine/native/shared/pair_lists.h"
#include "engine/native/invert/vocabulary.h"
#include "segment/postings.h"

/* The stream: 4 bytes a token, as in text/word_group.h, but that it is the form's number in
 * `words` (while it is written: a rank). */
enum { STREAM_ID = PACKED_FORM };
#define STREAM_CAPS PACKED_CAPS
#define STREAM_STAYS PACKED_STAYS
#define STREAM_JUMP PACKED_JUMP
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

/* The group of articles that come now. Its forms are few: how often they come is counted
 * here, in memory that is near, and added to a form_map some articles at a time. */
struct known_group {
    uint64_t number; /* 0: none */
    uint32_t map;    /* that the counts are for */
    struct known_form {
        uint32_t id;     /* in `words`, or NO_LIST */
        uint32_t tokens; /* that the map does not know yet */
    } * form;
    uint32_t *counted; /* those with tokens */
    uint32_t capacity, counted_capacity, count;
};

struct inverter {
    unsigned threads;         /* that write it; 0 is 1 */
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

    struct known_group group;

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
int inverter_keep_words(struct inverter *inverter,
                        const struct analysis *analysis,
                        struct inverted *article, struct err *err);

/* The counts of all maps are right after this: before that, some tokens are counted in
 * `group` only. */
void inverter_settle(struct inverter *inverter);

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

struct list_maker;
struct list_part;
struct inversion;

/* What places of lists that were made aside are told from. */
struct list_base {
    uint64_t postings, positions;
};

static inline void move_list(struct term_place *place, struct list_base base,
                             bool positions)
{
    if (place->single)
        return;
    place->postings += base.postings;
    place->positions += positions ? base.positions : 0;
}

/* A list that is being made. */
struct list_room {
    doc_id *doc;
    uint32_t *frequency, *gap;
    uint32_t capacity;
};

/* Tests, which have small blocks, have small parts. */
enum {
    PART_TERMS = SEGMENT_BLOCK == 8 ? 5 : 512,
    PART_WORK = SEGMENT_BLOCK == 8 ? 40 : 1 << 15, /* occurrences, or so */
    PARTS_A_THREAD = 16,                           /* that are made and wait */
};

/* Some lists that one thread makes, or something else that may be done beside them: terms
 * [from, to) of a kind, at most PART_TERMS. */
struct list_part {
    uint32_t from, to;
    uint32_t row; /* where they begin among the occurrences of their kind */
    /* entry[i] of term from + i, if it has a list. */
    int (*make)(struct list_maker *maker, const struct list_part *part,
                struct term_entry *entry, struct err *err);
    /* When those before it are in the segment. NULL: nothing is to be done. */
    int (*take)(struct inversion *inv, const struct list_part *part,
                struct term_entry *entry, struct list_base base,
                struct err *err);
};

/* One that is under way. */
struct list_slot {
    struct section_out *postings, *positions; /* NULL: in the segment */
    struct term_entry *entry;
};

/* What a thread has for itself. */
struct list_maker {
    struct inversion *inv;
    struct postings_writer *postings;
    struct list_room room;
    struct sum *sum; /* inverter_others.c */
};

struct inversion {
    struct inverter *inverter;
    struct segment_writer *segment;
    uint32_t docs, all;              /* live articles; with the old versions */
    const struct inverted **article; /* by doc id */
    uint32_t *lengths, *title_ends;  /* by doc id, `docs` of them */
    struct doc_span *span;           /* by doc id, and one more */
    doc_id *doc_of_spots;            /* of each SPOTS_A_MARK-th spot */
    uint32_t *row_end;  /* by number of the word, while words are written */
    uint32_t *caps_row; /* of words in capitals that have lists of their own */
    uint32_t *caps_row_of; /* by number of the word: where its begin */
    struct listed *listed; /* of WORD terms, by number */
    struct sorted_terms words, caps, others;
    struct term_forms forms;
    /* Where words occur, in their order, and by number where each ends; behind that
     * inverter_others.c. */
    uint32_t *run, *run_end;
    unsigned threads;
    struct list_maker *maker; /* of each */
    struct list_slot *slot;
    uint32_t slots;
    struct list_part *part; /* what is to be done together */
    uint32_t parts, part_capacity;
    struct field_rows {
        uint32_t *end; /* by rank: as in inverter_lists.c */
        doc_id *doc;
    } fields;
    uint32_t *map;       /* by document: of its language */
    struct keyed *keyed; /* inverter_write.c */
    struct pair_lists pairs;
    struct postings_writer *postings;
    struct dictionary_writer *dictionary;
    struct arena arena;
    struct arena others_arena; /* of `others` and `forms` */
};

/* Which words there are, in their order. Then, in parts: which other terms, and which forms
 * they have; where each word occurs. */
int sort_words(struct inversion *inversion, struct err *err);
int add_others_order(struct inversion *inversion, struct err *err);
int add_words_walk(struct inversion *inversion, struct err *err);
int write_stems(const struct inversion *inversion, struct err *err);

/* The lists of words and their dictionary entries; then of all others. */
int invert_words(struct inversion *inversion, struct err *err);
int add_caps_parts(struct inversion *inversion, struct err *err);
int add_pairs_part(struct inversion *inversion, struct err *err);
/* Before the parts are run; end_others() after it. */
int begin_others(struct inversion *inversion, struct err *err);
void end_others(struct inversion *inversion);
int add_others_parts(struct inversion *inversion, struct err *err);
/* When all others are written. */
int write_pairs(const struct inversion *inversion, struct err *err);

/* Parts are added, and then all are run. */
int open_parts(struct inversion *inv, struct err *err);
void close_parts(struct inversion *inv);
int add_part(struct inversion *inv, const struct list_part *part,
             struct err *err);
/* How much work a term is, and how many occurrences it has that `row` counts. */
struct term_weight {
    uint64_t work, row;
};
typedef struct term_weight (*weigh_term)(const struct inversion *inv,
                                         uint32_t rank);
/* As many as `count` terms need, all like `model`. */
int add_parts(struct inversion *inv, const struct list_part *model,
              uint32_t count, weigh_term weigh, struct err *err);
int run_parts(struct inversion *inv, struct err *err);

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

/* For each word, begin_runs() before and end_runs() after all: in place of the words'
 * occurrences. */
int begin_runs(struct inversion *inversion, struct err *err);
/* The words of a part in turn: *at is where its next run goes. */
void keep_run(struct inversion *inversion, uint32_t number,
              const struct postings_list *list, uint32_t *at);
/* The runs of words [from, to), which begin at `at`, go behind those before them. */
void join_runs(struct inversion *inversion, uint32_t from, uint32_t to,
               uint32_t at);
int end_runs(struct inversion *inversion, struct err *err);

/* Bytes that pairs take beside the runs, which stand in memory with them. */
uint64_t pairs_memory(const struct inverter *inverter);
/* Bytes that inverter_write() takes. */
size_t inversion_memory(const struct inverter *inverter);

#endif
