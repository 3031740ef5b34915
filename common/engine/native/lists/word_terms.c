#include "engine/native/lists/word_terms.h"

#include "base/err.h"
#include "base/limits.h"
#include "engine/native/lists/doc_iters.h"
#include "engine/native/shared/native_terms.h"

#include <string.h>

int native_no_memory(struct err *err)
{
    return err_set(err, ERR_LIMIT, "the query needs more than %d MB",
                   LIMIT_QUERY_MEMORY >> 20);
}

static int push(struct word_terms *terms, struct word_term term,
                struct arena *arena, struct err *err)
{
    if (terms->count == terms->capacity) {
        size_t capacity = terms->capacity ? 2 * terms->capacity : 4;
        struct word_term *bigger =
            arena_array(arena, struct word_term, capacity);
        if (!bigger)
            return native_no_memory(err);
        if (terms->count)
            memcpy(bigger, terms->term, terms->count * sizeof *bigger);
        terms->term = bigger;
        terms->capacity = capacity;
    }
    terms->term[terms->count++] = term;
    return ERR_OK;
}

/* One term without variants, when it is there. */
static int push_found(const struct segment *segment, enum term_class class,
                      const struct term *term, struct arena *arena,
                      struct word_terms *out, struct err *err)
{
    struct word_term found = {.class = class, .width = 1, .lang = ANY_LANG};
    bool there = false;
    if (term->len == 0)
        return ERR_OK;
    int rc = dictionary_find(&segment->dictionary, term_slice(term),
                             &found.entry, &there, err);
    return rc || !there ? rc : push(out, found, arena, err);
}

/* A form and its joined variants, which stand directly behind it. */
static int push_form(const struct segment *segment, enum term_class class,
                     struct slice form, int lang, struct arena *arena,
                     struct word_terms *out, struct err *err)
{
    struct term term;
    struct dictionary_cursor at;
    term_of_word(&term, class, form, 1);
    if (term.len == 0)
        return ERR_OK;
    int rc = dictionary_seek(&segment->dictionary, term_slice(&term), &at, err);
    while (rc == ERR_OK && !at.at_end && at.term_len >= term.len &&
           memcmp(at.term, term.bytes, term.len) == 0) {
        struct word_term found = {class, at.entry, 1, lang};
        if (at.term_len > term.len && at.term[term.len] != TERM_JOINED)
            break; /* another, longer form */
        term_form((struct slice){at.term, at.term_len}, &found.width);
        rc = push(out, found, arena, err);
        if (rc == ERR_OK)
            rc = dictionary_next(&at, err);
    }
    return rc;
}

/* The index of a language, or false: no article of this segment has it. */
static bool find_lang(const struct segment *segment, struct slice lang,
                      int *out)
{
    const struct slice_list *names = &segment->columns.lang_names;
    *out = ANY_LANG;
    if (lang.len == 0)
        return true;
    for (size_t i = 0; i < names->count; i++)
        if (slice_eq(names->item[i], lang)) {
            *out = (int)i;
            return true;
        }
    return false;
}

/* The one list of all mentions of an entity; they are of several widths. */
static int push_entity(const struct segment *segment, struct slice id,
                       struct arena *arena, struct word_terms *out,
                       struct err *err)
{
    struct word_term found = {
        .class = TERM_ENTITY, .width = 1, .lang = ANY_LANG};
    bool there = false;
    if (!segment->mentions)
        return ERR_OK;
    int rc = mentions_find(segment->mentions, id, &found.entry, &there, err);
    return rc || !there ? rc : push(out, found, arena, err);
}

static bool has_form(const struct node *word, struct slice text)
{
    size_t low = 0, high = word->form_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (slice_cmp(word->form[middle].text, text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < word->form_count && slice_eq(word->form[low].text, text);
}

/* The forms that an entity is mentioned in, or some of them. */
static int push_mentioned(const struct segment *segment,
                          const struct node *word, struct arena *arena,
                          struct word_terms *out, struct err *err)
{
    struct mention_cursor at;
    if (!segment->mentions)
        return ERR_OK;
    int rc = mentions_forms(segment->mentions, word->entity, &at, err);
    while (rc == ERR_OK && !at.at_end) {
        const struct word_term found = {TERM_FORM, at.entry, at.width,
                                        ANY_LANG};
        if (!word->some_forms || has_form(word, at.form))
            rc = push(out, found, arena, err);
        if (rc == ERR_OK)
            rc = mention_next(&at, err);
    }
    return rc;
}

int word_terms_placed(const struct segment *segment, const struct node *word,
                      struct arena *arena, struct word_terms *out,
                      struct err *err)
{
    enum term_class class = word->caps_only ? TERM_CAPS : TERM_WORD;
    int rc = ERR_OK, lang;
    *out = (struct word_terms){0};
    if (word->entity.len)
        return push_mentioned(segment, word, arena, out, err);
    for (size_t i = 0; rc == ERR_OK && i < word->form_count; i++)
        if (find_lang(segment, word->form[i].lang, &lang))
            rc = push_form(segment, class, word->form[i].text, lang, arena, out,
                           err);
    return rc;
}

/* Its stem in each language, and itself where words have no stems. Where they have,
 * the article of the form has its stem, too. */
static int bare_terms(const struct segment *segment, const struct node *word,
                      struct arena *arena, struct word_terms *out,
                      struct err *err)
{
    struct term term;
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < word->stem_count; i++) {
        term_of_stem(&term, word->stem[i].lang, word->stem[i].text);
        rc = push_found(segment, TERM_STEM, &term, arena, out, err);
    }
    for (size_t i = 0; rc == ERR_OK && i < word->form_count; i++) {
        if (word->form[i].lang.len)
            continue;
        term_of_plain(&term, word->form[i].text);
        rc = push_found(segment, TERM_PLAIN, &term, arena, out, err);
    }
    return rc;
}

int word_terms_counted(const struct segment *segment, const struct node *word,
                       struct arena *arena, struct word_terms *out,
                       struct err *err)
{
    enum term_class class = word->caps_only ? TERM_CAPS : TERM_WORD;
    int rc = ERR_OK;
    *out = (struct word_terms){0};
    if (word->entity.len)
        return word->some_forms
                   ? push_mentioned(segment, word, arena, out, err)
                   : push_entity(segment, word->entity, arena, out, err);
    if (word->stem_count)
        return bare_terms(segment, word, arena, out, err);
    for (size_t i = 0; rc == ERR_OK && i < word->form_count; i++)
        if (i == 0 || !slice_eq(word->form[i].text, word->form[i - 1].text))
            rc = push_form(segment, class, word->form[i].text, ANY_LANG, arena,
                           out, err);
    return rc;
}

int word_terms_capitals(const struct segment *segment, struct slice form,
                        struct arena *arena, struct word_terms *out,
                        struct err *err)
{
    *out = (struct word_terms){0};
    return push_form(segment, TERM_CAPS, form, ANY_LANG, arena, out, err);
}

int word_terms_form(const struct segment *segment, struct slice form,
                    struct arena *arena, struct word_terms *out,
                    struct err *err)
{
    *out = (struct word_terms){0};
    return push_form(segment, TERM_WORD, form, ANY_LANG, arena, out, err);
}

int word_term_open(const struct segment *segment, const struct word_term *term,
                   struct arena *arena, struct postings **out, struct err *err)
{
    if (word_term_is_mention(term))
        return mentions_postings(segment->mentions, &term->entry, arena, out,
                                 err);
    return postings_open(segment->file, term->class, &term->entry,
                         segment->docs, arena, out, err);
}

static int word_term_live_counts(const struct segment *segment,
                                 const struct word_term *term,
                                 struct term_counts *out, struct err *err)
{
    return word_term_is_mention(term)
               ? mentions_live_counts(segment, &term->entry, out, err)
               : term_live_counts(segment, &term->entry, out, err);
}

int term_live_counts(const struct segment *segment,
                     const struct term_entry *entry, struct term_counts *out,
                     struct err *err)
{
    struct term_counts dead = {0};
    *out = entry->counts;
    if (!segment->live)
        return ERR_OK;
    int rc = live_dead(segment->live, entry->number, &dead, err);
    if (rc)
        return rc;
    if (dead.docs > out->docs || dead.frequency > out->frequency ||
        dead.occurrences > out->occurrences)
        return err_set(err, ERR_CORRUPT,
                       "%s: more dead articles of term %u than it has",
                       segment_file_path(segment->file), entry->number);
    out->docs -= dead.docs;
    out->frequency -= dead.frequency;
    out->occurrences -= dead.occurrences;
    return ERR_OK;
}

static int find_current(const struct segment *segment, struct postings *list,
                        int lang, bool *out, struct err *err)
{
    struct doc_iter *it = postings_iter(list);
    const uint64_t *live = live_bits(segment->live);
    *out = false;
    for (; it->doc != DOC_END && !*out; doc_iter_next(it)) {
        uint16_t its;
        if (!bit_is_set(live, it->doc))
            continue;
        int rc = columns_lang(&segment->columns, it->doc, &its, err);
        if (rc)
            return rc;
        *out = its == lang;
    }
    return it->status;
}

int term_is_current(const struct segment *segment,
                    const struct term_entry *entry, struct slice lang,
                    struct arena *arena, bool *out, struct err *err)
{
    struct term_counts live;
    struct postings *list;
    int number;
    int rc = term_live_counts(segment, entry, &live, err);
    *out = live.docs == entry->counts.docs;
    if (rc || *out || live.docs == 0 || !find_lang(segment, lang, &number))
        return rc;
    rc = postings_open(segment->file, TERM_WORD, entry, segment->docs, arena,
                       &list, err);
    return rc ? rc : find_current(segment, list, number, out, err);
}

int word_terms_fill(const struct segment *segment,
                    const struct word_terms *terms, struct arena *arena,
                    uint64_t *bits, struct err *err)
{
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < terms->count; i++) {
        struct postings *list;
        rc = word_term_open(segment, &terms->term[i], arena, &list, err);
        if (rc == ERR_OK)
            rc = postings_fill(list, bits, err);
    }
    return rc;
}

int word_terms_articles(const struct segment *segment,
                        const struct word_terms *terms, bool disjoint,
                        struct arena *arena, uint64_t *out, struct err *err)
{
    *out = 0;
    if (disjoint || terms->count < 2) {
        int rc = ERR_OK;
        for (size_t i = 0; rc == ERR_OK && i < terms->count; i++) {
            struct term_counts counts;
            rc = word_term_live_counts(segment, &terms->term[i], &counts, err);
            *out += counts.docs;
        }
        return rc;
    }
    size_t words = bit_words(segment->docs);
    uint64_t *bits = arena_array(arena, uint64_t, words);
    if (!bits)
        return native_no_memory(err);
    int rc = word_terms_fill(segment, terms, arena, bits, err);
    const uint64_t *live = segment->live ? live_bits(segment->live) : NULL;
    for (size_t i = 0; rc == ERR_OK && i < words; i++)
        *out +=
            (uint64_t)__builtin_popcountll(live ? bits[i] & live[i] : bits[i]);
    return rc;
}
