/* The dictionaries, side by side. Inputs are few, so the smallest term is found by
 * looking at each. Words come first, then capitals, stems, words without stem, fields,
 * keys: each only needs what is known of those before. */
#include "engine/native/merge/merger_internal.h"

#include "base/err.h"
#include "engine/native/shared/native_terms.h"

#include <string.h>

enum { TELL_EVERY = 1024 }; /* terms */

static struct slice cursor_term(const struct merge_source *source)
{
    return (struct slice){source->cursor->term, source->cursor->term_len};
}

/* The sources that stand on the smallest term; none at the end. */
static size_t smallest(const struct merge *m, struct merge_source **on)
{
    size_t count = 0;
    for (size_t i = 0; i < m->count; i++) {
        struct merge_source *source = &m->source[i];
        if (source->cursor->at_end)
            continue;
        int order =
            count ? slice_cmp(cursor_term(source), cursor_term(on[0])) : -1;
        if (order < 0)
            count = 0;
        if (order <= 0)
            on[count++] = source;
    }
    return count;
}

static int contradiction(const struct merge_source *source, struct slice term,
                         const char *what, struct err *err)
{
    return err_set(
        err, ERR_CORRUPT,
        "%s: the inputs contradict themselves: \"%.*s\" of class %u: %s",
        segment_file_path(source->segment->file), (int)term.len - 1,
        (const char *)term.data + 1, term.data[0], what);
}

/* source->live: the counts of its term less those of the dead. */
static int count_live(struct merge_source *source, struct err *err)
{
    const struct term_entry *entry = &source->cursor->entry;
    source->live = entry->counts;
    if (source->dead_at == source->dead_count)
        return ERR_OK;
    const struct dead_term *dead = &source->dead[source->dead_at];
    if (dead->number > entry->number)
        return ERR_OK;
    if (dead->number < entry->number ||
        dead->counts.docs > entry->counts.docs ||
        dead->counts.frequency > entry->counts.frequency ||
        dead->counts.occurrences > entry->counts.occurrences)
        return contradiction(source, cursor_term(source),
                             "more is dead than was there", err);
    source->dead_at++;
    source->live.docs -= dead->counts.docs;
    source->live.frequency -= dead->counts.frequency;
    source->live.occurrences -= dead->counts.occurrences;
    return ERR_OK;
}

static int count_all(struct merge_source *const *on, size_t count,
                     struct term_counts *sum, struct err *err)
{
    *sum = (struct term_counts){0};
    for (size_t i = 0; i < count; i++) {
        int rc = count_live(on[i], err);
        if (rc)
            return rc;
        sum->docs += on[i]->live.docs;
        sum->frequency += on[i]->live.frequency;
        sum->occurrences += on[i]->live.occurrences;
    }
    return ERR_OK;
}

/* A WORD term of the merged segment that is written as this one of another class, by
 * its number there: of the same width, or (PLAIN) of any. NO_NUMBER: there is none. */
static int find_word(struct merge *m, const struct merge_source *source,
                     struct slice term, uint32_t *out, struct err *err)
{
    struct dictionary_cursor *cursor = m->look_up;
    uint8_t text[TERM_KEY_MAX];
    struct slice word = {text, term.len};
    memcpy(text, term.data, term.len);
    text[0] = TERM_WORD;
    *out = NO_NUMBER;
    int rc = dictionary_seek(&source->segment->dictionary, word, cursor, err);
    while (rc == ERR_OK && *out == NO_NUMBER && !cursor->at_end) {
        unsigned width;
        struct slice found = {cursor->term, cursor->term_len};
        if (term.data[0] == TERM_PLAIN
                ? !slice_eq(term_form(found, &width),
                            slice_part(word, 1, word.len))
                : !slice_eq(found, word))
            break;
        if (found.data[0] != TERM_WORD || cursor->entry.number >= source->words)
            break;
        *out = source->new_form[cursor->entry.number];
        rc = dictionary_next(cursor, err);
    }
    return rc;
}

/* One that has the term in a live article. */
static const struct merge_source *living(struct merge_source *const *on,
                                         size_t count)
{
    size_t i = 0;
    while (i + 1 < count && on[i]->live.docs == 0)
        i++;
    return on[i];
}

/* Whether a CAPS, STEM or PLAIN term has the very list of a word (native_terms.h): then
 * *entry is complete. A STEM has its forms in `forms`. */
static int try_shared(struct merge *m, struct slice term,
                      const struct merge_source *source, const uint32_t *forms,
                      size_t form_count, const struct term_counts *counts,
                      struct term_entry *entry, bool *shared, struct err *err)
{
    enum term_class class = term.data[0];
    uint32_t number = NO_NUMBER;
    int rc = ERR_OK;
    *shared = false;
    if (class == TERM_STEM && form_count == 1)
        number = forms[0];
    else if (class == TERM_CAPS || class == TERM_PLAIN)
        rc = find_word(m, source, term, &number, err);
    if (rc || number == NO_NUMBER)
        return rc;
    const struct merged_word *word =
        merged_words_find(&m->words_listed, number);
    if (!word || (class == TERM_PLAIN && !word->alone))
        return ERR_OK;
    struct term_counts its = {.docs = word->docs, .frequency = word->frequency};
    if (!term_shares_list(counts, &its))
        return ERR_OK;
    *shared = true;
    *entry = (struct term_entry){
        .counts = *counts,
        .place = {.postings = word->postings, .positions = word->positions}};
    return ERR_OK;
}

static bool counts_equal(const struct term_counts *a,
                         const struct term_counts *b)
{
    return a->docs == b->docs && a->frequency == b->frequency &&
           a->occurrences == b->occurrences;
}

/* The list of a term, shared or merged, and its counts. */
static int make_entry(struct merge *m, struct slice term,
                      struct merge_source *const *on, size_t count,
                      const struct term_counts *want, struct term_entry *entry,
                      struct err *err)
{
    enum term_class class = term.data[0];
    uint32_t *forms = NULL;
    bool shared = false;
    size_t form_count = 0;
    int rc = ERR_OK;
    if (class == TERM_STEM)
        rc = merge_forms(m, term, on, count, &forms, &form_count, err);
    if (rc == ERR_OK && class == TERM_STEM)
        rc = stems_add(m->stems, forms, form_count, err);
    if (rc == ERR_OK)
        rc = try_shared(m, term, living(on, count), forms, form_count, want,
                        entry, &shared, err);
    if (rc || shared)
        return rc;
    rc = merge_list(m, class, on, count, entry, err);
    if (rc)
        return rc;
    /* A class without positions cannot tell occurrences from its list. */
    if (!term_has_positions(class))
        entry->counts.occurrences = want->occurrences;
    return counts_equal(&entry->counts, want)
               ? ERR_OK
               : contradiction(on[0], term, "its counts are not its list's",
                               err);
}

static int merge_key(struct merge *m, struct slice term,
                     struct merge_source *const *on, size_t count,
                     struct err *err)
{
    struct term_entry entry;
    int rc = merge_key_list(m, on, count, &entry, err);
    if (rc || entry.counts.docs == 0)
        return rc;
    m->keyed += entry.counts.docs;
    return dictionary_add(m->dictionary, term, &entry, err);
}

/* Of WORD terms: what others will ask for. */
static int note_word(struct merge *m, struct slice term,
                     struct merge_source *const *on, size_t count,
                     const struct term_entry *entry, struct err *err)
{
    for (size_t i = 0; i < count; i++)
        on[i]->new_form[on[i]->cursor->entry.number] = m->terms;
    int rc = merge_note_pair_word(m, term, m->terms,
                                  (uint32_t)entry->counts.docs, on, count, err);
    if (rc)
        return rc;
    return merged_words_add(&m->words_listed, term, m->terms, entry, err);
}

static int merge_pair(struct merge *m, struct slice term,
                      struct merge_source *const *on, size_t count,
                      struct err *err)
{
    struct term_counts want;
    int rc = count_all(on, count, &want, err);
    if (rc == ERR_OK)
        rc = merge_put_pairs(m, term, err);
    return rc ? rc : merge_put_pair(m, term, on[0], count, &want, err);
}

static int merge_term(struct merge *m, struct slice term,
                      struct merge_source *const *on, size_t count,
                      struct err *err)
{
    struct term_counts want;
    struct term_entry entry = {0};
    int rc = count_all(on, count, &want, err);
    if (rc)
        return rc;
    if (want.docs == 0) /* only the dead had it */
        return want.frequency || want.occurrences
                   ? contradiction(on[0], term, "a count without articles", err)
                   : ERR_OK;
    rc = make_entry(m, term, on, count, &want, &entry, err);
    if (rc == ERR_OK && term.data[0] == TERM_WORD)
        rc = note_word(m, term, on, count, &entry, err);
    if (rc == ERR_OK)
        rc = dictionary_add(m->dictionary, term, &entry, err);
    m->terms++;
    return rc;
}

/* How far the lists have been read; a shared one is behind us. */
static void note_progress(struct merge_source *source)
{
    const struct term_place *place = &source->cursor->entry.place;
    if (place->single)
        return;
    if (place->postings > source->postings_seen)
        source->postings_seen = place->postings;
    if (place->positions > source->positions_seen)
        source->positions_seen = place->positions;
}

static int walk_terms(struct merge *m, struct err *err)
{
    uint8_t text[TERM_KEY_MAX];
    size_t count, steps = 0;
    int rc = ERR_OK;
    struct merge_source **on =
        arena_array(&m->arena, struct merge_source *, m->count);
    if (!on)
        return err_set(err, ERR_NOMEM, "out of memory");
    while (rc == ERR_OK && (count = smallest(m, on)) > 0) {
        struct slice term = {text, cursor_term(on[0]).len};
        memcpy(text, cursor_term(on[0]).data, term.len);
        if (text[0] > TERM_CAPS)
            rc = merge_pairs(m, err);
        if (rc == ERR_OK)
            rc = text[0] == TERM_KEY    ? merge_key(m, term, on, count, err)
                 : text[0] == TERM_PAIR ? merge_pair(m, term, on, count, err)
                                        : merge_term(m, term, on, count, err);
        for (size_t i = 0; rc == ERR_OK && i < count; i++) {
            note_progress(on[i]);
            rc = dictionary_next(on[i]->cursor, err);
        }
        arena_reset(&m->term_arena);
        if (++steps % TELL_EVERY == 0)
            merge_tell(m);
    }
    return rc ? rc : merge_put_pairs(m, (struct slice){NULL, 0}, err);
}

/* A place to stand and a number for each WORD term. */
static int open_source(struct merge *m, struct merge_source *source,
                       struct err *err)
{
    static const uint8_t caps[] = {TERM_CAPS};
    const struct dictionary *dictionary = &source->segment->dictionary;
    source->cursor = arena_new(&m->arena, struct dictionary_cursor);
    if (!source->cursor)
        return err_set(err, ERR_NOMEM, "out of memory");
    int rc = dictionary_seek(dictionary, (struct slice){caps, sizeof caps},
                             source->cursor, err);
    if (rc)
        return rc;
    source->words = source->cursor->at_end ? dictionary->terms
                                           : source->cursor->entry.number;
    source->new_form = arena_array(&m->arena, uint32_t, source->words);
    if (!source->new_form)
        return err_set(err, ERR_NOMEM, "out of memory");
    memset(source->new_form, 0xff, source->words * sizeof *source->new_form);
    return dictionary_seek(dictionary, (struct slice){NULL, 0}, source->cursor,
                           err);
}

/* What only the whole walk can tell. */
static int check_walk(const struct merge *m, struct err *err)
{
    for (size_t i = 0; i < m->count; i++)
        if (m->source[i].dead_at < m->source[i].dead_count)
            return err_set(err, ERR_CORRUPT,
                           "%s: counts of the dead: term %u does not exist",
                           segment_file_path(m->source[i].segment->file),
                           m->source[i].dead[m->source[i].dead_at].number);
    if (m->keyed != m->all)
        return err_set(err, ERR_CORRUPT,
                       "%s: the inputs contradict themselves: %llu articles "
                       "under keys, %u in all",
                       segment_file_path(m->source[0].segment->file),
                       (unsigned long long)m->keyed, m->all);
    return ERR_OK;
}

int merge_terms(struct merge *m, struct err *err)
{
    int rc = ERR_OK;
    m->look_up = arena_new(&m->arena, struct dictionary_cursor);
    if (!m->look_up)
        return err_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; rc == ERR_OK && i < m->count; i++)
        rc = open_source(m, &m->source[i], err);
    if (rc == ERR_OK)
        rc = postings_writer_open(m->segment, m->docs, m->lengths,
                                  bm25_k_of(m->words, m->docs), &m->postings,
                                  err);
    if (rc == ERR_OK)
        rc = dictionary_writer_open(m->segment, &m->dictionary, err);
    if (rc == ERR_OK)
        rc = stems_writer_open(m->segment, &m->stems, err);
    if (rc == ERR_OK)
        rc = walk_terms(m, err);
    if (rc == ERR_OK)
        rc = check_walk(m, err);
    if (rc == ERR_OK)
        rc = stems_finish(m->stems, err);
    if (rc == ERR_OK)
        rc = dictionary_finish(m->dictionary, err);
    stems_writer_close(m->stems);
    dictionary_writer_close(m->dictionary);
    postings_writer_close(m->postings);
    merged_words_release(&m->words_listed);
    merge_release_pairs(m);
    return rc;
}
