/* For a window of terms the articles are walked in the order of doc ids, and each token
 * of a term in the window goes to the end of its list. The sizes of the lists are known
 * (inverter_tally.c), so they stand one behind the other in one array, without gaps. A
 * window is a share of the stream: the number of walks does not grow with the text.
 */
#include "engine/native/inverter_internal.h"

#include "base/err.h"
#include "base/mem.h"
#include "segment/postings.h"

#include <assert.h>

/* Tests, which have small blocks, have many windows, too. */
enum { WINDOW_SHARE = 2, WINDOW_LEAST = SEGMENT_BLOCK << 10 };

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "no memory to invert the words");
}

/* --- a window of lists --- */

struct posting {
    doc_id doc;
    uint32_t frequency;
};

/* Where the next occurrence of a list goes. */
struct end {
    uint32_t
        posting; /* the latest; NO_LIST: not wanted, another list is equal */
    uint32_t position; /* the next */
};

enum kind { KIND_WORDS, KIND_CAPS, KIND_OTHERS };

/* Lists [first, first + count) of one kind. */
struct window {
    const struct inversion *inv;
    enum kind kind;
    const struct sorted_terms *terms;
    const struct tally *tally; /* by id */
    const uint32_t *only; /* by rank: the only word of the term, or NO_LIST; may
                             be NULL */
    uint32_t first, count;
    struct end *end; /* `count` of them */
    struct posting *posting;
    uint32_t *position;
    uint32_t end_capacity, posting_capacity, position_capacity;
};

static const struct tally *tally_of(const struct window *window, uint32_t rank)
{
    return &window->tally[window->terms->id[rank]];
}

static bool has_positions(const struct window *window)
{
    return window->kind != KIND_OTHERS;
}

static struct term_counts counts_of(const struct window *window, uint32_t rank)
{
    enum term_class class = TERM_WORD;
    if (window->kind == KIND_CAPS)
        class = TERM_CAPS;
    if (window->kind == KIND_OTHERS)
        class = (enum term_class)other_term(window->inv->inverter,
                                            window->terms->id[rank])
                    .data[0];
    return tally_counts(tally_of(window, rank), class);
}

/* The place of the list that serves this term, too, or NULL. */
static const struct term_place *shared_place(const struct window *window,
                                             uint32_t rank)
{
    const struct inversion *inv = window->inv;
    if (!window->only || window->only[rank] == NO_LIST)
        return NULL;
    uint32_t number = window->only[rank];
    struct term_counts word =
        tally_counts(&inv->inverter->word[inv->words.id[number]], TERM_WORD);
    struct term_counts counts = counts_of(window, rank);
    return term_shares_list(&counts, &word) ? &inv->place[number] : NULL;
}

uint64_t inversion_window(const struct inverter *inverter)
{
    uint64_t share =
        inverter->stream_len * sizeof *inverter->stream / WINDOW_SHARE;
    return share > WINDOW_LEAST ? share : WINDOW_LEAST;
}

/* As many lists from `first` on as a window has room for, at least one; where each
 * begins. */
static int lay_out(struct window *w, uint32_t first, struct err *err)
{
    uint64_t room = inversion_window(w->inv->inverter), taken = 0;
    uint64_t postings = 0, positions = 0;
    int rc = ERR_OK;
    w->first = first;
    for (w->count = 0; rc == ERR_OK && first + w->count < w->terms->count;
         w->count++) {
        uint32_t rank = first + w->count;
        const struct tally *tally = tally_of(w, rank);
        bool wanted = !shared_place(w, rank);
        if (wanted) {
            taken += tally->docs * sizeof *w->posting;
            taken +=
                has_positions(w) ? tally->frequency * sizeof *w->position : 0;
        }
        taken += sizeof *w->end;
        if (w->count && taken > room)
            break;
        rc = inverter_grow(&w->end, &w->end_capacity, w->count + UINT64_C(1),
                           sizeof *w->end, err);
        if (rc)
            break;
        w->end[w->count] = (struct end){wanted ? (uint32_t)postings : NO_LIST,
                                        (uint32_t)positions};
        postings += wanted ? tally->docs : 0;
        positions += wanted && has_positions(w) ? tally->frequency : 0;
    }
    if (rc == ERR_OK)
        rc = inverter_grow(&w->posting, &w->posting_capacity, postings,
                           sizeof *w->posting, err);
    if (rc == ERR_OK)
        rc = inverter_grow(&w->position, &w->position_capacity, positions,
                           sizeof *w->position, err);
    for (uint64_t i = 0; rc == ERR_OK && i < postings; i++)
        w->posting[i].doc = DOC_END;
    return rc;
}

/* One occurrence of the term of this rank, which may be in another window. */
static inline __attribute__((always_inline)) void
put_occurrence(struct window *w, enum kind kind, uint32_t rank, doc_id doc,
               uint32_t times, uint32_t position)
{
    uint32_t place = rank - w->first;
    if (place >= w->count || w->end[place].posting == NO_LIST)
        return;
    struct end *end = &w->end[place];
    struct posting *posting = &w->posting[end->posting];
    if (posting->doc != doc) {
        if (posting->doc != DOC_END)
            posting = &w->posting[++end->posting];
        *posting = (struct posting){doc, 0};
    }
    posting->frequency += times;
    if (kind == KIND_OTHERS)
        return;
    w->position[end->position++] = position;
    if (times == 2)
        w->position[end->position++] = position;
}

/* `kind` is w->kind, as a constant. */
static inline __attribute__((always_inline)) void
scan_article(struct window *w, enum kind kind, doc_id doc)
{
    const struct inversion *inv = w->inv;
    const struct inverted *article = inv->article[doc];
    uint32_t title_end = article->record.part[PART_TITLE].end, token;
    for (struct token_walk walk = token_walk(inv->inverter, article);
         token_next(&walk, &token);) {
        uint32_t rank = token & STREAM_ID;
        if (kind == KIND_CAPS) {
            if (!(token & STREAM_CAPS))
                continue;
            rank = inv->caps.rank[inv->words.id[rank]];
        }
        put_occurrence(w, kind, rank, doc, walk.position < title_end ? 2 : 1,
                       walk.position);
    }
    if (kind != KIND_OTHERS)
        return;
    for (uint32_t i = article->fields; i < article->fields_end; i++)
        put_occurrence(w, kind,
                       inv->others.rank[inv->inverter->field_stream[i]], doc, 1,
                       0);
}

static void scan(struct window *w)
{
    for (doc_id doc = 0; doc < w->inv->docs; doc++)
        switch (w->kind) {
        case KIND_WORDS:
            scan_article(w, KIND_WORDS, doc);
            break;
        case KIND_CAPS:
            scan_article(w, KIND_CAPS, doc);
            break;
        case KIND_OTHERS:
            scan_article(w, KIND_OTHERS, doc);
            break;
        }
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

static int write_list(const struct window *w, uint32_t rank,
                      enum term_class class, struct term_entry *entry,
                      struct err *err)
{
    const struct end *end = &w->end[rank - w->first];
    const struct tally *tally = tally_of(w, rank);
    const struct posting *posting = &w->posting[end->posting + 1 - tally->docs];
    const uint32_t *position =
        has_positions(w) ? &w->position[end->position - tally->frequency]
                         : NULL;
    int rc = ERR_OK;
    postings_begin(w->inv->postings, class);
    for (uint32_t i = 0; rc == ERR_OK && i < tally->docs; i++) {
        uint32_t frequency = posting[i].frequency;
        rc = postings_add(w->inv->postings, posting[i].doc, frequency, position,
                          err);
        if (position)
            position += frequency;
    }
    return rc ? rc : postings_end(w->inv->postings, entry, err);
}

static int write_term(const struct window *w, uint32_t rank, struct err *err)
{
    struct term scratch;
    struct slice term = spell(w, rank, &scratch);
    struct term_counts counts = counts_of(w, rank);
    struct term_entry entry = {.counts = counts};
    const struct term_place *shared = shared_place(w, rank);
    int rc = ERR_OK;
    if (shared)
        entry.place = *shared;
    else
        rc = write_list(w, rank, (enum term_class)term.data[0], &entry, err);
    if (rc)
        return rc;
    assert(entry.counts.docs == counts.docs &&
           entry.counts.frequency == counts.frequency &&
           entry.counts.occurrences == counts.occurrences);
    if (w->kind == KIND_WORDS)
        w->inv->place[rank] = entry.place;
    return dictionary_add(w->inv->dictionary, term, &entry, err);
}

/* Lists and entries of all terms of a kind, a window after the other. */
static int invert(struct window *w, struct err *err)
{
    int rc = ERR_OK;
    for (uint32_t first = 0; rc == ERR_OK && first < w->terms->count;
         first += w->count) {
        rc = lay_out(w, first, err);
        if (rc == ERR_OK)
            scan(w);
        for (uint32_t i = 0; rc == ERR_OK && i < w->count; i++)
            rc = write_term(w, first + i, err);
    }
    mem_free(w->end);
    mem_free(w->posting);
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

int invert_words(struct inversion *inv, struct err *err)
{
    renumber(inv, NULL, inv->words.rank);
    inv->place = arena_array(&inv->arena, struct term_place, inv->words.count);
    if (!inv->place)
        return no_memory(err);
    struct window w = {.inv = inv,
                       .kind = KIND_WORDS,
                       .terms = &inv->words,
                       .tally = inv->inverter->word};
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
                       .tally = inv->inverter->caps,
                       .only = only};
    return invert(&w, err);
}

int invert_others(struct inversion *inv, struct err *err)
{
    renumber(inv, inv->forms.rank, NULL);
    struct window w = {.inv = inv,
                       .kind = KIND_OTHERS,
                       .terms = &inv->others,
                       .tally = inv->inverter->other,
                       .only = inv->forms.only};
    return invert(&w, err);
}
