/* Pairs of neighbouring words. The articles are walked to count them, which leaves their cells
 * in place of the tokens, and what is left is walked again to gather those of a window:
 * that takes no more than a quarter of the stream. */
#include "engine/native/invert/inverter_internal.h"

#include "base/err.h"

/* A joined form, which stands over words and is no neighbour of any. */
#define ROW_JOINED UINT32_MAX

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "no memory for pairs of words");
}

static bool is_joined(const struct inversion *inv, uint32_t rank)
{
    return vocabulary_tag(&inv->inverter->words, inv->words.id[rank]) != 1;
}

static int choose_words(struct inversion *inv, struct err *err)
{
    uint32_t share = pair_share_of(inv->docs), count = 0;
    struct pair_word *word =
        arena_array(&inv->arena, struct pair_word, inv->words.count);
    if (!word)
        return no_memory(err);
    for (uint32_t rank = 0; rank < inv->words.count; rank++) {
        uint32_t docs = inv->listed[rank].docs;
        if (pair_is_stored(inv->docs, docs, inv->docs, share) &&
            !is_joined(inv, rank))
            word[count++] = (struct pair_word){rank, docs};
    }
    return pair_table_make(&inv->pairs.table, inv->docs, share, word, count,
                           &inv->arena)
               ? no_memory(err)
               : ERR_OK;
}

/* In a window; of most texts these are all. */
static uint64_t gathered(const struct inverter *inverter)
{
    return inverter->stream_len / 4;
}

/* All docs(a) * docs(b) together are no more than tokens * tokens, and those that the rule
 * asks for at least docs * docs / share each: so many there are at most. Not all of
 * them occur. */
uint64_t pairs_memory(const struct inverter *inverter)
{
    enum { OCCUR = 16 };
    uint32_t share = pair_share_of(inverter->live);
    if (share == 0)
        return 0;
    uint64_t length = inverter->stream_len / inverter->live + UINT64_C(1);
    uint64_t cells = PAIR_CELLS_MAX;
    if (length < PAIR_CELLS_MAX && length * length * share < cells)
        cells = length * length * share;
    return gathered(inverter) * sizeof(uint32_t) + cells * sizeof(uint32_t) +
           cells / OCCUR * sizeof(struct pair_list) +
           inverter->words.count * sizeof(uint32_t);
}

/* By rank: the row of a word, table.words for words that are in no pair. */
static uint32_t *rows_of(struct inversion *inv)
{
    const struct pair_table *table = &inv->pairs.table;
    uint32_t *row = arena_array(&inv->arena, uint32_t, inv->words.count);
    for (uint32_t rank = 0; row && rank < inv->words.count; rank++)
        row[rank] = is_joined(inv, rank) ? ROW_JOINED : table->words;
    for (uint32_t i = 0; row && i < table->words; i++)
        row[table->number[i]] = i;
    return row;
}

_Static_assert(PAIR_CELLS_MAX <= PAIR_IN_TITLE, "a cell leaves a bit");

/* How many pairs the article has. Their cells take the places of tokens that have been read:
 * nobody needs these any more. */
static uint32_t count_article(struct inversion *inv, const uint32_t *row,
                              doc_id doc)
{
    const struct inverted *article = inv->article[doc];
    uint32_t *to = inv->inverter->stream + article->stream, pairs = 0;
    uint32_t token, before = inv->pairs.table.words, at = UINT32_MAX;
    for (struct token_walk walk = token_walk(inv->inverter, article);
         token_next(&walk, &token);) {
        uint32_t this = row[token & STREAM_ID], cell = PAIR_NO_CELL;
        if (this == ROW_JOINED)
            continue;
        if (walk.position == at + 1)
            cell = pair_cell(&inv->pairs.table, before, this);
        if (cell != PAIR_NO_CELL) {
            pair_lists_count_one(&inv->pairs, cell);
            bool title = walk.position < inv->title_ends[doc];
            to[pairs++] = cell | (title ? PAIR_IN_TITLE : 0);
        }
        before = this;
        at = walk.position;
    }
    return pairs;
}

/* *pairs: of each article. */
static int count(struct inversion *inv, uint32_t **pairs, struct err *err)
{
    const uint32_t *row = rows_of(inv);
    *pairs = arena_array(&inv->arena, uint32_t, inv->docs);
    int rc =
        row && *pairs ? pair_lists_count(&inv->pairs, err) : no_memory(err);
    for (doc_id doc = 0; rc == ERR_OK && doc < inv->docs; doc++) {
        fetch_articles(inv, doc);
        (*pairs)[doc] = count_article(inv, row, doc);
    }
    return rc ? rc : pair_lists_counted(&inv->pairs, err);
}

static void gather(struct inversion *inv, const uint32_t *pairs)
{
    for (doc_id doc = 0; doc < inv->docs; doc++) {
        fetch_articles(inv, doc);
        const uint32_t *at = inv->inverter->stream + inv->article[doc]->stream;
        for (uint32_t i = 0; i < pairs[doc]; i++)
            pair_lists_gather_one(&inv->pairs, at[i] & ~PAIR_IN_TITLE, doc,
                                  at[i] & PAIR_IN_TITLE);
    }
}

/* As one part, which uses the inversion's arena: no other does. */
static int make_pairs(struct list_maker *maker, const struct list_part *part,
                      struct term_entry *entry, struct err *err)
{
    struct inversion *inv = maker->inv;
    bool more = false;
    (void)part;
    (void)entry;
    int rc = choose_words(inv, err);
    if (rc || inv->pairs.table.cells == 0)
        return rc;
    uint32_t *pairs;
    rc = count(inv, &pairs, err);
    while (rc == ERR_OK) {
        rc =
            pair_lists_window(&inv->pairs, gathered(inv->inverter), &more, err);
        if (rc || !more)
            break;
        gather(inv, pairs);
        rc = pair_lists_write(&inv->pairs, maker->postings, err);
    }
    return rc;
}

static int take_pairs(struct inversion *inv, const struct list_part *part,
                      struct term_entry *entry, struct list_base base,
                      struct err *err)
{
    (void)part;
    (void)entry;
    (void)err;
    for (uint32_t i = 0; i < inv->pairs.count; i++)
        move_list(&inv->pairs.list[i].entry.place, base, false);
    return ERR_OK;
}

int add_pairs_part(struct inversion *inv, struct err *err)
{
    return add_part(
        inv, &(struct list_part){.make = make_pairs, .take = take_pairs}, err);
}

int write_pairs(const struct inversion *inv, struct err *err)
{
    const struct vocabulary *words = &inv->inverter->words;
    int rc = ERR_OK;
    for (uint32_t i = 0; rc == ERR_OK && i < inv->pairs.count; i++) {
        const struct pair_list *list = &inv->pairs.list[i];
        struct term term;
        term_of_pair(&term, vocabulary_text(words, inv->words.id[list->first]),
                     vocabulary_text(words, inv->words.id[list->second]));
        rc = dictionary_add(inv->dictionary, term_slice(&term), &list->entry,
                            err);
    }
    return rc;
}
