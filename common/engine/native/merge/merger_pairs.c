/* Pairs of neighbouring words, found anew in the positions of all inputs: frequencies change
 * with a merge, and with them which pairs have lists. So the lists of the inputs are not
 * read; their counts are compared with what is found. */
#include "engine/native/merge/merger_internal.h"

#include "base/err.h"
#include "base/mem.h"
#include "engine/native/shared/native_terms.h"
#include "segment/pair_texts.h"

#include <string.h>

/* Articles of pairs that are gathered at a time; tests do it several times. */
enum { GATHERED = SEGMENT_BLOCK == 8 ? 1 << 10 : 1 << 25 };

static int no_memory(struct err *err)
{
    return err_set(err, ERR_NOMEM, "no memory for pairs of words");
}

static int make_room(struct merged_pairs *pairs, struct err *err)
{
    if (pairs->count < pairs->capacity)
        return ERR_OK;
    uint32_t capacity = pairs->capacity ? pairs->capacity * 2 : 256;
    struct merged_pair_word *word =
        mem_realloc(pairs->word, capacity * sizeof *word);
    if (!word)
        return no_memory(err);
    pairs->word = word;
    pairs->capacity = capacity;
    return ERR_OK;
}

int merge_note_pair_word(struct merge *m, struct slice term, uint32_t number,
                         uint32_t docs, struct merge_source *const *on,
                         size_t count, struct err *err)
{
    struct merged_pairs *pairs = &m->pairs;
    unsigned width;
    struct slice form = term_form(term, &width);
    if (width != 1 ||
        !pair_is_stored(m->docs, docs, m->docs, pair_share_of(m->docs)))
        return ERR_OK;
    int rc = make_room(pairs, err);
    if (rc)
        return rc;
    struct merged_pair_word *word = &pairs->word[pairs->count];
    *word = (struct merged_pair_word){
        .word = {number, docs},
        .source = arena_array(&m->arena, const struct merge_source *, count),
        .entry = arena_array(&m->arena, struct term_entry, count),
        .sources = count};
    if (!word->source || !word->entry ||
        arena_copy_slice(&m->arena, form, &word->form))
        return no_memory(err);
    for (size_t i = 0; i < count; i++) {
        word->source[i] = on[i];
        word->entry[i] = on[i]->cursor->entry;
    }
    pairs->count++;
    return ERR_OK;
}

/* --- finding them --- */

static int make_table(struct merge *m, struct err *err)
{
    struct merged_pairs *pairs = &m->pairs;
    struct pair_word *word =
        arena_array(&m->term_arena, struct pair_word, pairs->count);
    if (!word)
        return no_memory(err);
    for (uint32_t i = 0; i < pairs->count; i++) {
        word[i] = pairs->word[i].word;
        word[i].number = i; /* in pairs->word: the same order */
    }
    int rc =
        pair_table_make(&pairs->lists.table, m->docs, pair_share_of(m->docs),
                        word, pairs->count, &m->arena);
    m->pair_share = pairs->lists.table.share;
    return rc ? no_memory(err) : ERR_OK;
}

static int open_lists(struct merge *m, struct pair_source *source,
                      size_t *count, struct err *err)
{
    const struct pair_table *table = &m->pairs.lists.table;
    for (uint32_t row = 0; row < table->words; row++) {
        const struct merged_pair_word *word =
            &m->pairs.word[table->number[row]];
        for (size_t i = 0; i < word->sources; i++) {
            const struct segment *segment = word->source[i]->segment;
            struct pair_source *s = &source[(*count)++];
            *s = (struct pair_source){.new_of = word->source[i]->new_of,
                                      .row = row};
            int rc =
                postings_open(segment->file, TERM_WORD, &word->entry[i],
                              segment->docs, &m->term_arena, &s->list, err);
            if (rc)
                return rc;
        }
    }
    return ERR_OK;
}

static void see_article(void *context, doc_id doc, const uint32_t *row,
                        uint32_t count)
{
    struct merge *m = context;
    for (uint32_t at = 1; at < count; at++)
        pair_lists_put(&m->pairs.lists, row[at - 1], row[at], doc,
                       at < m->title_ends[doc]);
}

/* All articles once. */
static int read_articles(struct merge *m, struct err *err)
{
    size_t sources = 0;
    for (uint32_t i = 0; i < m->pairs.count; i++)
        sources += m->pairs.word[i].sources;
    struct pair_texts texts = {
        .docs = m->docs,
        .ends = m->ends,
        .none = m->pairs.lists.table.words,
        .source = arena_array(&m->term_arena, struct pair_source, sources),
        .visit = see_article,
        .context = m};
    if (!texts.source)
        return no_memory(err);
    int rc = open_lists(m, texts.source, &texts.sources, err);
    if (rc == ERR_OK)
        rc = pair_texts_read(
            &texts, segment_file_path(m->source[0].segment->file), err);
    arena_reset(&m->term_arena);
    return rc;
}

static int find_pairs(struct merge *m, struct err *err)
{
    struct pair_lists *lists = &m->pairs.lists;
    bool more = false;
    int rc = pair_lists_count(lists, err);
    if (rc == ERR_OK)
        rc = read_articles(m, err);
    if (rc == ERR_OK)
        rc = pair_lists_counted(lists, err);
    while (rc == ERR_OK) {
        rc = pair_lists_window(lists, GATHERED, &more, err);
        if (rc || !more)
            break;
        rc = read_articles(m, err);
        if (rc == ERR_OK)
            rc = pair_lists_write(lists, m->postings, err);
    }
    return rc;
}

int merge_pairs(struct merge *m, struct err *err)
{
    if (m->pairs.made)
        return ERR_OK;
    m->pairs.made = true;
    int rc = make_table(m, err);
    arena_reset(&m->term_arena);
    return rc || m->pairs.lists.table.cells == 0 ? rc : find_pairs(m, err);
}

/* --- writing them --- */

static void spell(const struct merge *m, const struct pair_list *list,
                  struct term *out)
{
    term_of_pair(out, m->pairs.word[list->first].form,
                 m->pairs.word[list->second].form);
}

int merge_put_pairs(struct merge *m, struct slice term, struct err *err)
{
    struct merged_pairs *pairs = &m->pairs;
    int rc = ERR_OK;
    for (; rc == ERR_OK && pairs->written < pairs->lists.count;
         pairs->written++) {
        const struct pair_list *list = &pairs->lists.list[pairs->written];
        struct term its;
        spell(m, list, &its);
        if (term.len && slice_cmp(term_slice(&its), term) >= 0)
            break;
        rc = dictionary_add(m->dictionary, term_slice(&its), &list->entry, err);
    }
    return rc;
}

/* Inputs without a list of the pair may have it all the same. */
int merge_put_pair(struct merge *m, struct slice term,
                   const struct merge_source *source, size_t sources,
                   const struct term_counts *want, struct err *err)
{
    struct merged_pairs *pairs = &m->pairs;
    struct term its;
    if (pairs->written == pairs->lists.count)
        return ERR_OK;
    const struct pair_list *list = &pairs->lists.list[pairs->written];
    spell(m, list, &its);
    if (!slice_eq(term_slice(&its), term))
        return ERR_OK;
    const struct term_counts *found = &list->entry.counts;
    bool right =
        sources == m->count
            ? found->docs == want->docs && found->frequency == want->frequency
            : found->docs >= want->docs && found->frequency >= want->frequency;
    return right ? ERR_OK
                 : err_set(err, ERR_CORRUPT,
                           "%s: the inputs contradict themselves: other "
                           "counts of a pair of words than its words have",
                           segment_file_path(source->segment->file));
}

void merge_release_pairs(struct merge *m)
{
    pair_lists_release(&m->pairs.lists);
    mem_free(m->pairs.word);
    m->pairs.word = NULL;
}
