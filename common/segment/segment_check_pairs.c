/* Whether the lists of pairs are those of words that are neighbours. Each occurrence that the
 * words' positions give adds a number to its pair's balance that is made of its article,
 * and each posting takes it away: what is left shows a difference. */
#include "segment/segment_check_internal.h"

#include "base/err.h"
#include "base/limits.h"
#include "segment/pair_texts.h"
#include "segment/pairs.h"

#include <stdlib.h>
#include <string.h>

struct check_pair_word {
    struct pair_word word;
    struct slice form;
    struct term_entry entry;
};

struct check_pairs {
    struct check_pair_word *word; /* in the order of the dictionary */
    uint32_t count, capacity;
    uint32_t *ends; /* by doc id: past its last part */
    struct pair_table table;
    uint64_t *balance; /* by cell; NULL: not counted */
    bool begun;
};

/* Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014). */
static uint64_t mix(doc_id doc)
{
    uint64_t v = (doc + UINT64_C(1)) * UINT64_C(0x9e3779b97f4a7c15);
    v = (v ^ v >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    v = (v ^ v >> 27) * UINT64_C(0x94d049bb133111eb);
    return v ^ v >> 31;
}

static uint32_t share_of(const struct segment_check *check)
{
    return segment_file_facts(check->segment->file)->pair_share;
}

void check_note_word(struct segment_check *check, struct slice term,
                     const struct term_entry *entry)
{
    struct check_pairs *pairs = check->pairs;
    uint32_t docs = (uint32_t)entry->counts.docs;
    if (term.data[0] != TERM_WORD ||
        memchr(term.data + 1, TERM_JOINED, term.len - 1) ||
        !pair_is_stored(check->docs, docs, check->docs, share_of(check)))
        return;
    if (pairs->count == pairs->capacity) {
        uint32_t capacity = pairs->capacity ? pairs->capacity * 2 : 256;
        struct check_pair_word *word =
            arena_array(&check->arena, struct check_pair_word, capacity);
        if (!word) {
            check_no_memory(check);
            return;
        }
        if (pairs->count)
            memcpy(word, pairs->word, pairs->count * sizeof *word);
        pairs->word = word;
        pairs->capacity = capacity;
    }
    struct check_pair_word *word = &pairs->word[pairs->count];
    *word =
        (struct check_pair_word){.word = {pairs->count, docs}, .entry = *entry};
    if (arena_copy_slice(&check->arena, slice_part(term, 1, term.len),
                         &word->form))
        check_no_memory(check);
    else
        pairs->count++;
}

/* --- what there should be --- */

static bool make_table(struct segment_check *check)
{
    struct check_pairs *pairs = check->pairs;
    struct pair_word *word =
        arena_array(&check->arena, struct pair_word, pairs->count);
    for (uint32_t i = 0; word && i < pairs->count; i++)
        word[i] = pairs->word[i].word;
    if (!word || pair_table_make(&pairs->table, check->docs, share_of(check),
                                 word, pairs->count, &check->arena)) {
        check_no_memory(check);
        return false;
    }
    if (pairs->table.share == share_of(check))
        return true;
    check_fault(check, SECTION_DICTIONARY,
                "more pairs than there may be, of share %u", share_of(check));
    return false;
}

static bool find_ends(struct segment_check *check)
{
    struct check_pairs *pairs = check->pairs;
    pairs->ends = arena_array(&check->arena, uint32_t, check->docs);
    if (!pairs->ends) {
        check_no_memory(check);
        return false;
    }
    for (doc_id doc = 0; doc < check->docs; doc++) {
        for (int part = 0; part < PART_COUNT; part++)
            if (check->part[doc][part].end > pairs->ends[doc])
                pairs->ends[doc] = check->part[doc][part].end;
        if (check->lengths[doc] <= LIMIT_ARTICLE_BYTES &&
            pairs->ends[doc] <=
                check->lengths[doc] + PART_COUNT * LIMIT_SECTION_GAP)
            continue;
        check_fault(check, SECTION_RECORDS,
                    "article %u: it is longer than its words", doc);
        return false;
    }
    return true;
}

static void see_article(void *context, doc_id doc, const uint32_t *row,
                        uint32_t count)
{
    struct segment_check *check = context;
    struct check_pairs *pairs = check->pairs;
    uint32_t title_end = check->part[doc][PART_TITLE].end;
    uint64_t mixed = mix(doc);
    for (uint32_t at = 1; at < count; at++) {
        uint32_t cell = pair_cell(&pairs->table, row[at - 1], row[at]);
        if (cell != PAIR_NO_CELL)
            pairs->balance[cell] += at < title_end ? 2 * mixed : mixed;
    }
}

static void count_pairs(struct segment_check *check)
{
    struct check_pairs *pairs = check->pairs;
    const struct segment_file *file = check->segment->file;
    struct arena arena;
    struct err err = {0};
    int rc = ERR_OK;
    arena_init(&arena, SIZE_MAX);
    struct pair_texts texts = {
        .docs = check->docs,
        .ends = pairs->ends,
        .none = pairs->table.words,
        .source = arena_array(&arena, struct pair_source, pairs->count),
        .sources = pairs->count,
        .visit = see_article,
        .context = check};
    pairs->balance =
        arena_array(&check->arena, uint64_t, pairs->table.cells + (size_t)1);
    if (!texts.source || !pairs->balance)
        rc = err_set(&err, ERR_NOMEM, "%s: no memory to check it",
                     segment_file_path(file));
    for (uint32_t row = 0; rc == ERR_OK && row < pairs->count; row++) {
        texts.source[row].row = row;
        rc = postings_open(file, TERM_WORD,
                           &pairs->word[pairs->table.number[row]].entry,
                           check->docs, &arena, &texts.source[row].list, &err);
    }
    if (rc == ERR_OK)
        rc = pair_texts_read(&texts, segment_file_path(file), &err);
    if (check_failed(check, rc, &err))
        pairs->balance = NULL;
    arena_reset(&arena);
}

void check_pairs_begin(struct segment_check *check)
{
    struct check_pairs *pairs = check->pairs;
    if (pairs->begun)
        return;
    pairs->begun = true;
    /* What could not be read has no neighbours to be told. */
    if (check->faults == 0 && make_table(check) && find_ends(check))
        count_pairs(check);
}

/* --- what there is --- */

static int by_form(const void *form, const void *word)
{
    return slice_cmp(*(const struct slice *)form,
                     ((const struct check_pair_word *)word)->form);
}

/* The row of a word; table.words when it is in no pair. */
static uint32_t row_of(const struct check_pairs *pairs, struct slice form)
{
    const struct check_pair_word *word =
        pairs->count ? bsearch(&form, pairs->word, pairs->count,
                               sizeof *pairs->word, by_form)
                     : NULL;
    return word ? pairs->table.row[word->word.number] : pairs->table.words;
}

uint64_t *check_pair(struct segment_check *check, struct slice term)
{
    struct check_pairs *pairs = check->pairs;
    const uint8_t *between = memchr(term.data + 1, TERM_JOINED, term.len - 1);
    if (!pairs->balance)
        return NULL;
    size_t at = between ? (size_t)(between - term.data) : term.len;
    uint32_t first = row_of(pairs, slice_part(term, 1, at));
    uint32_t second =
        row_of(pairs, slice_part(term, between ? at + 1 : at, term.len));
    uint32_t cell = pair_cell(&pairs->table, first, second);
    if (cell != PAIR_NO_CELL)
        return &pairs->balance[cell];
    check_fault(check, SECTION_DICTIONARY,
                TERM_TEXT ": no pair that should have a list", TERM_ARG(term));
    return NULL;
}

void check_pair_posting(uint64_t *balance, doc_id doc, uint32_t frequency)
{
    *balance -= frequency * mix(doc);
}

void check_pairs_end(struct segment_check *check)
{
    struct check_pairs *pairs = check->pairs;
    check_pairs_begin(check);
    for (uint32_t row = 0; pairs->balance && row < pairs->count; row++)
        for (uint32_t i = 0; i < pairs->table.width[row]; i++)
            if (pairs->balance[pairs->table.first[row] + i])
                check_fault(
                    check, SECTION_POSTINGS,
                    "\"%.*s\" before \"%.*s\": not where the words are",
                    SLICE_ARG(pairs->word[pairs->table.number[row]].form),
                    SLICE_ARG(pairs->word[pairs->table.number[i]].form));
}

bool check_pairs_open(struct segment_check *check)
{
    check->pairs = arena_new(&check->arena, struct check_pairs);
    return check->pairs != NULL;
}
