/* For a window of terms the articles are walked in the order of doc ids, and each token
 * of a term in the window goes to the end of its list. The sizes of the lists are known,
 * so they stand one behind the other in one array, without gaps. A
 * window is a share of the stream: the number of walks does not grow with the text.
 */
#include "engine/native/inverter_internal.h"

#include "base/err.h"
#include "base/mem.h"
#include "segment/postings.h"

#include <assert.h>

/* Tests, which have small blocks, have many windows, too. */
enum { WINDOW_LEAST = SEGMENT_BLOCK << 10 };

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "no memory to invert the words");
}

/* --- a window of lists --- */

enum kind { KIND_WORDS, KIND_CAPS, KIND_OTHERS };

/* Lists [first, first + count) of one kind, as rows of occurrences of 32 bits. One with a
 * position is a spot, and whether it is in capitals; one without is its document, and
 * whether it is in the title. */
struct window {
    struct inversion *inv;
    enum kind kind;
    const struct sorted_terms *terms;
    const uint32_t *only; /* by rank: the only word of the term, or NO_LIST; may
                             be NULL */
    uint32_t first, count;
    uint32_t
        *end; /* by rank - first: where the list ends in `row`, and while it is
                      filled, where its next occurrence goes; or SHARED */
    uint32_t *row;
    uint32_t end_capacity, row_capacity;

    uint32_t *position; /* those of one document */
    uint32_t position_capacity;
};

#define SHARED UINT32_MAX /* not wanted: another list is equal */
#define FLAG (UINT32_C(1) << 31)
_Static_assert(STREAM_CAPS << 1 == FLAG, "moved by one bit");
_Static_assert(INVERTER_SPOTS <= FLAG && INVERTER_ARTICLES <= FLAG,
               "a free bit");

static uint32_t occurrences_of(const struct window *window, uint32_t rank)
{
    return window->terms->occurrences[window->terms->id[rank]];
}

/* Whether the list of its only word serves this term, too: term_shares_list(). All
 * occurrences of the term are of that word, so it does when there are as many. */
static bool is_shared(const struct window *window, uint32_t rank)
{
    const struct sorted_terms *words = &window->inv->words;
    return window->only && window->only[rank] != NO_LIST &&
           words->occurrences[words->id[window->only[rank]]] ==
               occurrences_of(window, rank);
}

/* A little more than the stream, so that words take one walk, and stems and fields one or
 * two. */
uint64_t inversion_window(const struct inverter *inverter)
{
    uint64_t stream = inverter->stream_len * sizeof *inverter->stream;
    return stream + stream / 8 + WINDOW_LEAST;
}

/* As many lists from `first` on as a window has room for, at least one; where each
 * begins. Those of capitals are there already, all of them. */
static int lay_out(struct window *w, uint32_t first, struct err *err)
{
    bool filled = w->kind == KIND_CAPS;
    uint64_t room = inversion_window(w->inv->inverter), taken = 0;
    int rc = ERR_OK;
    w->first = first;
    for (w->count = 0; first + w->count < w->terms->count; w->count++) {
        uint32_t rank = first + w->count;
        bool shared = is_shared(w, rank);
        uint32_t need = shared ? 0 : occurrences_of(w, rank);
        if (w->count && !filled && (taken + need) * sizeof *w->row > room)
            break;
        rc = inverter_grow(&w->end, &w->end_capacity, w->count + UINT64_C(1),
                           sizeof *w->end, err);
        if (rc)
            return rc;
        uint64_t end = taken + (filled ? need : 0);
        w->end[w->count] = shared ? SHARED : (uint32_t)end;
        taken += need;
    }
    assert(!filled || taken == w->row_capacity);
    return inverter_grow(&w->row, &w->row_capacity, taken, sizeof *w->row, err);
}

/* An occurrence of a list of this window, on its way. */
struct pick {
    uint32_t place; /* of the list in the window */
    uint32_t occurrence;
};

/* Occurrences go to their lists some dozens at a time, so that the ends of these are
 * fetched side by side. */
enum { PICKS = 64 };
struct picks {
    struct pick pick[PICKS];
    size_t count;
};

static void put_picks(struct window *w, struct picks *picks)
{
    for (size_t i = 0; i < picks->count; i++) {
        uint32_t end = w->end[picks->pick[i].place];
        __builtin_prefetch(&w->row[end == SHARED ? 0 : end], 1);
    }
    for (size_t i = 0; i < picks->count; i++) {
        uint32_t *end = &w->end[picks->pick[i].place];
        if (*end != SHARED)
            w->row[(*end)++] = picks->pick[i].occurrence;
    }
    picks->count = 0;
}

/* Of the term of this rank, which is in this window or in another. Without a branch: they
 * alternate in no order that a processor could guess. */
static inline __attribute__((always_inline)) void
pick_occurrence(struct window *w, struct picks *picks, uint32_t rank,
                uint32_t occurrence)
{
    uint32_t place = rank - w->first;
    bool here = place < w->count;
    picks->pick[picks->count] = (struct pick){place, occurrence};
    __builtin_prefetch(&w->end[here ? place : 0], 1);
    picks->count += here;
    if (__builtin_expect(picks->count == PICKS, 0))
        put_picks(w, picks);
}

static void scan_words(struct window *w, struct picks *picks, doc_id doc)
{
    const struct inversion *inv = w->inv;
    uint32_t first = inv->first_spot[doc], token;
    for (struct token_walk walk = token_walk(inv->inverter, inv->article[doc]);
         token_next(&walk, &token);)
        pick_occurrence(w, picks, token & STREAM_ID,
                        (first + walk.position) | (token & STREAM_CAPS) << 1);
}

static void scan_others(struct window *w, struct picks *picks, doc_id doc)
{
    const struct inversion *inv = w->inv;
    const struct inverted *article = inv->article[doc];
    uint32_t title_end = inv->title_ends[doc], token;
    for (struct token_walk walk = token_walk(inv->inverter, article);
         token_next(&walk, &token);)
        pick_occurrence(w, picks, token & STREAM_ID,
                        doc | (walk.position < title_end ? FLAG : 0));
    for (uint32_t i = article->fields; i < article->fields_end; i++)
        pick_occurrence(w, picks,
                        inv->others.rank[inv->inverter->field_stream[i]], doc);
}

static void scan(struct window *w)
{
    struct picks picks = {.count = 0};
    for (doc_id doc = 0; doc < w->inv->docs; doc++) {
        if (w->kind == KIND_WORDS)
            scan_words(w, &picks, doc);
        else
            scan_others(w, &picks, doc);
    }
    put_picks(w, &picks);
}

/* --- lists and entries --- */

/* `scratch` is for terms that are not kept as they are. */
static struct slice spell(const struct window *w, uint32_t rank,
                          struct term *scratch)
{
    uint32_t id = w->terms->id[rank];
    if (w->kind == KIND_OTHERS)
        return other_term(w->inv->inverter, id);
    word_term(w->inv->inverter, w->kind == KIND_CAPS ? TERM_CAPS : TERM_WORD,
              id, scratch);
    return term_slice(scratch);
}

/* The article of a spot; `doc` is not behind it. */
static doc_id doc_of_spot(const struct inversion *inv, doc_id doc,
                          uint32_t spot)
{
    if (spot < inv->first_spot[doc + 1])
        return doc;
    if (inv->doc_of_spots[spot / SPOTS_A_MARK] > doc)
        doc = inv->doc_of_spots[spot / SPOTS_A_MARK];
    while (spot >= inv->first_spot[doc + 1])
        doc++;
    return doc;
}

/* The positions of one document in a row of occurrences, those in the title twice. How
 * many occurrences that took is the result. */
static uint32_t unfold(struct window *w, const uint32_t *row, uint32_t left,
                       doc_id doc, uint32_t *frequency)
{
    uint32_t first = w->inv->first_spot[doc];
    uint32_t end = w->inv->first_spot[doc + 1];
    uint32_t taken = 0, title_end = w->inv->title_ends[doc];
    uint32_t *to = w->position;
    for (; taken < left && (row[taken] & ~FLAG) < end; taken++) {
        uint32_t position = (row[taken] & ~FLAG) - first;
        *to++ = position;
        *to = position;
        to += position < title_end;
    }
    *frequency = (uint32_t)(to - w->position);
    return taken;
}

static int write_placed(struct window *w, const uint32_t *row, uint32_t count,
                        struct err *err)
{
    int rc = ERR_OK;
    doc_id doc = 0;
    for (uint32_t i = 0; rc == ERR_OK && i < count;) {
        uint32_t frequency;
        doc = doc_of_spot(w->inv, doc, row[i] & ~FLAG);
        i += unfold(w, row + i, count - i, doc, &frequency);
        rc = postings_add(w->inv->postings, doc, frequency, w->position, err);
    }
    return rc;
}

/* A word's occurrences in capitals are their list, if they are not all. Words and words in
 * capitals have one order: so the lists stand behind one another. */
static void keep_caps(struct inversion *inv, uint32_t rank, const uint32_t *row,
                      uint32_t count)
{
    uint32_t id = inv->words.id[rank], caps = inv->caps.occurrences[id];
    if (caps == 0 || caps == count)
        return;
    for (uint32_t i = 0; i < count; i++)
        if (row[i] & FLAG)
            inv->caps_row[inv->caps_len++] = row[i];
}

static int write_bare(const struct window *w, const uint32_t *row,
                      uint32_t count, struct err *err)
{
    int rc = ERR_OK;
    for (uint32_t i = 0; rc == ERR_OK && i < count;) {
        doc_id doc = row[i] & ~FLAG;
        uint32_t frequency = 0;
        for (; i < count && (row[i] & ~FLAG) == doc; i++)
            frequency += row[i] & FLAG ? 2 : 1;
        rc = postings_add(w->inv->postings, doc, frequency, NULL, err);
    }
    return rc;
}

static int write_list(struct window *w, uint32_t rank, enum term_class class,
                      struct term_entry *entry, struct err *err)
{
    uint32_t count = occurrences_of(w, rank);
    const uint32_t *row = w->row + w->end[rank - w->first] - count;
    int rc = ERR_OK;
    postings_begin(w->inv->postings, class);
    if (w->kind == KIND_WORDS)
        keep_caps(w->inv, rank, row, count);
    if (w->kind == KIND_OTHERS) {
        rc = write_bare(w, row, count, err);
    } else {
        /* room for them all in one document, and for one that is not kept */
        rc = inverter_grow(&w->position, &w->position_capacity,
                           UINT64_C(2) * count + 1, sizeof *w->position, err);
        if (rc == ERR_OK)
            rc = write_placed(w, row, count, err);
    }
    return rc ? rc : postings_end(w->inv->postings, entry, err);
}

/* The entry of a term that has the list of its only word. */
static struct term_entry shared_entry(const struct window *w, uint32_t rank)
{
    const struct listed *word = &w->inv->listed[w->only[rank]];
    bool placed = w->kind != KIND_OTHERS;
    return (struct term_entry){
        .counts = {.docs = word->docs,
                   .frequency = word->frequency,
                   .occurrences =
                       placed ? occurrences_of(w, rank) : word->frequency},
        .place = word->place};
}

static int write_term(struct window *w, uint32_t rank, struct err *err)
{
    struct term scratch;
    struct slice term = spell(w, rank, &scratch);
    struct term_entry entry;
    int rc = ERR_OK;
    if (w->end[rank - w->first] == SHARED)
        entry = shared_entry(w, rank);
    else
        rc = write_list(w, rank, (enum term_class)term.data[0], &entry, err);
    if (rc)
        return rc;
    if (w->kind == KIND_WORDS)
        w->inv->listed[rank] =
            (struct listed){entry.place, (uint32_t)entry.counts.docs,
                            (uint32_t)entry.counts.frequency};
    return dictionary_add(w->inv->dictionary, term, &entry, err);
}

/* Terms stand in memory in the order in which they first came. */
static void fetch_ahead(const struct window *w, uint32_t rank)
{
    enum { FAR = 16, NEAR = 8 };
    const struct inverter *inverter = w->inv->inverter;
    const struct vocabulary *vocabulary =
        w->kind == KIND_OTHERS ? &inverter->others : &inverter->words;
    if (rank + FAR >= w->terms->count)
        return;
    __builtin_prefetch(&vocabulary->text[w->terms->id[rank + FAR]]);
    __builtin_prefetch(vocabulary->texts.data +
                       vocabulary->text[w->terms->id[rank + NEAR]].offset);
}

/* Lists and entries of all terms of a kind, a window after the other. */
static int invert(struct window *w, struct err *err)
{
    int rc = ERR_OK;
    for (uint32_t first = 0; rc == ERR_OK && first < w->terms->count;
         first += w->count) {
        rc = lay_out(w, first, err);
        if (rc == ERR_OK && w->kind != KIND_CAPS)
            scan(w);
        for (uint32_t i = 0; rc == ERR_OK && i < w->count; i++) {
            fetch_ahead(w, first + i);
            rc = write_term(w, first + i, err);
        }
    }
    mem_free(w->end);
    mem_free(w->row);
    mem_free(w->position);
    return rc;
}

/* The numbers in the stream give way to ranks, which are looked up once and not once for
 * each window: first to those of words, then to those of what the words are scored by. */
static void renumber(const struct inversion *inv, uint32_t *const *rank_by_map,
                     const uint32_t *rank)
{
    struct inverter *inverter = inv->inverter;
    for (doc_id doc = 0; doc < inv->docs; doc++) {
        const struct inverted *article = inv->article[doc];
        const uint32_t *by = rank_by_map ? rank_by_map[article->map] : rank;
        uint32_t *end = inverter->stream + article->stream_end;
        for (uint32_t *at = inverter->stream + article->stream; at < end;) {
            if (*at == STREAM_JUMP)
                at += 2;
            *at = (*at & ~(uint32_t)STREAM_ID) | by[*at & STREAM_ID];
            at++;
        }
    }
}

static int find_spots(struct inversion *inv, struct err *err)
{
    inv->first_spot =
        arena_array(&inv->arena, uint32_t, inv->docs + UINT64_C(1));
    if (!inv->first_spot)
        return no_memory(err);
    for (doc_id doc = 0; doc < inv->docs; doc++)
        inv->first_spot[doc + 1] =
            inv->first_spot[doc] + inv->article[doc]->positions;
    uint32_t marks = inv->first_spot[inv->docs] / SPOTS_A_MARK + 1;
    inv->doc_of_spots = arena_array(&inv->arena, doc_id, marks);
    if (!inv->doc_of_spots)
        return no_memory(err);
    doc_id doc = 0;
    for (uint32_t mark = 0; mark < marks; mark++) {
        while (doc < inv->docs &&
               inv->first_spot[doc + 1] <= mark * SPOTS_A_MARK)
            doc++;
        inv->doc_of_spots[mark] = doc;
    }
    return ERR_OK;
}

static int make_caps_row(struct inversion *inv, struct err *err)
{
    uint64_t need = 0;
    for (uint32_t i = 0; i < inv->caps.count; i++) {
        uint32_t id = inv->caps.id[i], caps = inv->caps.occurrences[id];
        need += caps < inv->words.occurrences[id] ? caps : 0;
    }
    inv->caps_row = mem_alloc((need + 1) * sizeof *inv->caps_row);
    return inv->caps_row ? ERR_OK : no_memory(err);
}

int invert_words(struct inversion *inv, struct err *err)
{
    renumber(inv, NULL, inv->words.rank);
    inv->listed = arena_array(&inv->arena, struct listed, inv->words.count);
    int rc = inv->listed ? find_spots(inv, err) : no_memory(err);
    if (rc == ERR_OK)
        rc = make_caps_row(inv, err);
    if (rc)
        return rc;
    struct window w = {.inv = inv, .kind = KIND_WORDS, .terms = &inv->words};
    return invert(&w, err);
}

int invert_caps(struct inversion *inv, struct err *err)
{
    uint32_t *only = arena_array(&inv->arena, uint32_t, inv->caps.count);
    if (!only)
        return no_memory(err);
    for (uint32_t i = 0; i < inv->caps.count; i++)
        only[i] = inv->words.rank[inv->caps.id[i]];
    struct window w = {.inv = inv,
                       .kind = KIND_CAPS,
                       .terms = &inv->caps,
                       .only = only,
                       .row = inv->caps_row,
                       .row_capacity = inv->caps_len};
    inv->caps_row = NULL; /* the window's now */
    return invert(&w, err);
}

int invert_others(struct inversion *inv, struct err *err)
{
    renumber(inv, inv->forms.rank, NULL);
    struct window w = {.inv = inv,
                       .kind = KIND_OTHERS,
                       .terms = &inv->others,
                       .only = inv->forms.only};
    return invert(&w, err);
}
