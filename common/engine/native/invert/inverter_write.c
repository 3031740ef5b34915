#include "engine/native/invert/inverter_internal.h"

#include "base/err.h"
#include "base/mem.h"
#include "segment/postings.h"
#include "segment/stems.h"

#include <assert.h>
#include <stdlib.h>

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "no memory to write a segment");
}

/* --- the order of articles --- */

/* Live ones first; what came first among versions of one key and date. */
static int compare_articles(const void *a, const void *b)
{
    const struct inverted *x = *(struct inverted *const *)a;
    const struct inverted *y = *(struct inverted *const *)b;
    if (x->archived != y->archived)
        return x->archived ? 1 : -1;
    int order = doc_record_order(&x->record, &y->record);
    return order ? order : (x > y) - (x < y);
}

static int order_articles(struct inversion *inv, struct segment_facts *facts,
                          struct err *err)
{
    struct inverter *inverter = inv->inverter;
    inv->docs = inverter->live;
    inv->all = inverter->articles;
    inv->article = arena_array(&inv->arena, const struct inverted *, inv->all);
    inv->lengths = arena_array(&inv->arena, uint32_t, inv->docs);
    inv->title_ends = arena_array(&inv->arena, uint32_t, inv->docs);
    if (!inv->article || !inv->lengths || !inv->title_ends)
        return no_memory(err);
    for (uint32_t i = 0; i < inv->all; i++)
        inv->article[i] = &inverter->article[i];
    qsort(inv->article, inv->all, sizeof *inv->article, compare_articles);
    *facts = (struct segment_facts){.docs = inv->docs,
                                    .archived = inv->all - inv->docs};
    for (uint32_t doc = 0; doc < inv->docs; doc++) {
        const struct doc_record *record = &inv->article[doc]->record;
        inv->lengths[doc] = record->words;
        inv->title_ends[doc] = record->part[PART_TITLE].end;
        facts->words += inv->lengths[doc];
    }
    return ERR_OK;
}

/* --- columns --- */

static int read_marks(const struct inversion *inv,
                      const struct inverted *article, struct arena *arena,
                      struct doc_marks *out, struct err *err)
{
    const struct bytes_out *marks = &inv->inverter->marks;
    struct bytes_in in = bytes_in((struct slice){marks->data + article->marks,
                                                 marks->len - article->marks});
    uint32_t at = 0;
    *out = (struct doc_marks){
        .sentence = arena_array(arena, uint32_t, article->sentences),
        .paragraph = arena_array(arena, uint32_t, article->paragraphs)};
    if (!out->sentence || !out->paragraph)
        return no_memory(err);
    while (out->sentences < article->sentences) {
        uint64_t step = get_varint64(&in);
        at += (uint32_t)(step >> 1);
        out->sentence[out->sentences++] = at;
        if (step & 1)
            out->paragraph[out->paragraphs++] = at;
    }
    assert(!in.bad && out->paragraphs == article->paragraphs);
    return ERR_OK;
}

static int write_columns(const struct inversion *inv, struct err *err)
{
    struct columns_writer *columns;
    struct arena arena; /* of one article's marks */
    int rc = columns_writer_open(inv->segment, &columns, err);
    if (rc)
        return rc;
    arena_init(&arena, SIZE_MAX);
    for (uint32_t doc = 0; rc == ERR_OK && doc < inv->all; doc++) {
        const struct inverted *article = inv->article[doc];
        struct doc_marks marks;
        bool live = doc < inv->docs;
        if (live)
            rc = read_marks(inv, article, &arena, &marks, err);
        if (rc == ERR_OK)
            rc = columns_add(columns, &article->record, article->lang,
                             live ? &marks : NULL, err);
        arena_reset(&arena);
    }
    if (rc == ERR_OK)
        rc = columns_finish(columns, err);
    columns_writer_close(columns);
    return rc;
}

/* --- keys: one for nearly each article, so they are sorted and not looked up --- */

struct keyed {
    struct slice key;
    doc_id doc;
};

static int compare_keys(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;
    int order = slice_cmp(x->key, y->key);
    return order ? order : (x->doc > y->doc) - (x->doc < y->doc);
}

/* The articles of one key; *count of them. */
static int write_key(const struct inversion *inv, const struct keyed *keyed,
                     uint32_t left, uint32_t *count, struct err *err)
{
    struct term term;
    struct term_entry entry;
    int rc = ERR_OK;
    term_of_key(&term, keyed->key);
    assert(term.len > 0);
    postings_begin(inv->postings, TERM_KEY);
    for (*count = 0; rc == ERR_OK && *count < left &&
                     slice_eq(keyed[*count].key, keyed->key);
         ++*count)
        rc = postings_add(inv->postings, keyed[*count].doc, 1, NULL, err);
    if (rc == ERR_OK)
        rc = postings_end(inv->postings, &entry, err);
    if (rc == ERR_OK)
        rc = dictionary_add(inv->dictionary, term_slice(&term), &entry, err);
    return rc;
}

/* A part that makes no list; it sorts what comes behind all of them. */
static int sort_keys(struct list_maker *maker, const struct list_part *part,
                     struct term_entry *entry, struct err *err)
{
    struct inversion *inv = maker->inv;
    (void)part;
    (void)entry;
    struct keyed *keyed = mem_alloc((inv->all + 1) * sizeof *keyed);
    if (!keyed)
        return no_memory(err);
    for (uint32_t doc = 0; doc < inv->all; doc++)
        keyed[doc] = (struct keyed){inv->article[doc]->record.key, doc};
    qsort(keyed, inv->all, sizeof *keyed, compare_keys);
    inv->keyed = keyed;
    return ERR_OK;
}

static int write_keys(const struct inversion *inv, struct err *err)
{
    int rc = ERR_OK;
    for (uint32_t i = 0, count; rc == ERR_OK && i < inv->all; i += count)
        rc = write_key(inv, inv->keyed + i, inv->all - i, &count, err);
    return rc;
}

/* And these, in sections of their own. */
static int make_columns(struct list_maker *maker, const struct list_part *part,
                        struct term_entry *entry, struct err *err)
{
    (void)part;
    (void)entry;
    return write_columns(maker->inv, err);
}

static int make_stems(struct list_maker *maker, const struct list_part *part,
                      struct term_entry *entry, struct err *err)
{
    (void)part;
    (void)entry;
    return write_stems(maker->inv, err);
}

/* --- all of it --- */

/* What can be done while the stream is walked over, and the walk. */
static int prepare_terms(struct inversion *inv, struct err *err)
{
    int rc = sort_words(inv, err);
    if (rc == ERR_OK)
        rc = open_parts(inv, err);
    if (rc == ERR_OK)
        rc = add_words_walk(inv, err);
    if (rc == ERR_OK)
        rc = add_others_order(inv, err);
    if (rc == ERR_OK)
        rc = add_part(inv, &(struct list_part){.make = make_columns}, err);
    return rc ? rc : run_parts(inv, err);
}

static int write_other_lists(struct inversion *inv, struct err *err)
{
    int rc = begin_others(inv, err);
    if (rc == ERR_OK)
        rc = add_caps_parts(inv, err);
    if (rc == ERR_OK)
        rc = add_pairs_part(inv, err);
    if (rc == ERR_OK)
        rc = add_others_parts(inv, err);
    if (rc == ERR_OK)
        rc = add_part(inv, &(struct list_part){.make = make_stems}, err);
    if (rc == ERR_OK)
        rc = add_part(inv, &(struct list_part){.make = sort_keys}, err);
    return rc ? rc : run_parts(inv, err);
}

static int write_terms(struct inversion *inv, struct err *err)
{
    int rc = prepare_terms(inv, err);
    if (rc == ERR_OK)
        rc = invert_words(inv, err);
    if (rc == ERR_OK)
        rc = write_other_lists(inv, err);
    end_others(inv);
    if (rc == ERR_OK)
        rc = write_keys(inv, err);
    if (rc == ERR_OK)
        rc = write_pairs(inv, err);
    if (rc == ERR_OK)
        rc = dictionary_finish(inv->dictionary, err);
    return rc;
}

static int give_order(const struct inversion *inv, struct arena *arena,
                      uint32_t **tickets, uint32_t **numbers, struct err *err)
{
    uint32_t *ticket = arena_array(arena, uint32_t, inv->all);
    uint32_t *number = arena_array(arena, uint32_t, inv->all);
    if (!ticket || !number)
        return no_memory(err);
    for (uint32_t doc = 0; doc < inv->all; doc++) {
        ticket[doc] = inv->article[doc]->ticket;
        number[doc] = (uint32_t)(inv->article[doc] - inv->inverter->article);
    }
    *tickets = ticket;
    if (numbers)
        *numbers = number;
    return ERR_OK;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

size_t inversion_memory(const struct inverter *inverter)
{
    enum {
        OF_ARTICLE = 148, /* its order, length, key, row of the columns, sum */
        OF_WORD = sizeof(struct listed) + 9 * sizeof(uint32_t),
        OF_OTHER = 9 * sizeof(uint32_t),
        OF_TOKEN = 4, /* in its list, and again if it is in capitals */
        SECTIONS = SECTION_COUNT << 20, /* what has not gone to disk yet */
        OF_THREAD =
            6 << 20, /* lists that wait for their turn, a list that is made */
        OF_SUM = 5,  /* an article's, for each thread */
    };
    uint64_t threads = inverter->threads > 1 ? inverter->threads : 0;
    uint64_t lists = (uint64_t)inverter->stream_len * OF_TOKEN;
    return threads * OF_THREAD + threads * inverter->articles * OF_SUM + lists +
           lists / 8 + least(lists, SECTIONS) +
           (uint64_t)inverter->articles * OF_ARTICLE +
           (uint64_t)inverter->words.count * OF_WORD +
           (uint64_t)inverter->others.count * OF_OTHER + pairs_memory(inverter);
}

int inverter_write(struct inverter *inverter, struct segment_writer *segment,
                   struct arena *arena, struct segment_facts *facts,
                   uint32_t **ticket_of_doc, uint32_t **number_of_doc,
                   struct err *err)
{
    struct inversion inv = {.inverter = inverter,
                            .segment = segment,
                            .threads =
                                inverter->threads ? inverter->threads : 1};
    arena_init(&inv.arena, SIZE_MAX);
    arena_init(&inv.others_arena, SIZE_MAX);
    inverter_settle(inverter);
    int rc = order_articles(&inv, facts, err);
    if (rc == ERR_OK)
        rc = give_order(&inv, arena, ticket_of_doc, number_of_doc, err);
    if (rc == ERR_OK)
        rc = postings_writer_open(segment, inv.docs, inv.lengths,
                                  bm25_k_of(facts->words, facts->docs),
                                  &inv.postings, err);
    if (rc == ERR_OK)
        rc = dictionary_writer_open(segment, &inv.dictionary, err);
    if (rc == ERR_OK)
        rc = write_terms(&inv, err);
    facts->pair_share = inv.pairs.table.share;
    pair_lists_release(&inv.pairs);
    if (inv.dictionary)
        dictionary_writer_close(inv.dictionary);
    if (inv.postings)
        postings_writer_close(inv.postings);
    close_parts(&inv);
    mem_free(inv.keyed);
    mem_free(inv.row_end);
    arena_reset(&inv.others_arena);
    arena_reset(&inv.arena);
    return rc;
}
