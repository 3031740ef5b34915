/* The WORD terms of the merged segment whose lists others may share, in the order of
 * their numbers. Words that stand in their dictionary entry have no list. */
#include "engine/native/merge/merger_internal.h"

#include "base/err.h"
#include "base/mem.h"
#include "engine/native/shared/native_terms.h"

#include <stdlib.h>
#include <string.h>

static int make_room(struct merged_words *words, struct err *err)
{
    if (words->count < words->capacity)
        return ERR_OK;
    size_t capacity = words->capacity ? words->capacity * 2 : 1024;
    struct merged_word *word =
        mem_realloc(words->word, capacity * sizeof *word);
    if (!word)
        return err_set(err, ERR_NOMEM, "out of memory");
    words->word = word;
    words->capacity = capacity;
    return ERR_OK;
}

int merged_words_add(struct merged_words *words, struct slice term,
                     uint32_t number, const struct term_entry *entry,
                     struct err *err)
{
    unsigned width;
    struct slice form = term_form(term, &width);
    bool same = slice_eq(form, (struct slice){words->form, words->form_len});
    if (same && words->listed)
        words->word[words->count - 1].alone = false;
    memcpy(words->form, form.data, form.len);
    words->form_len = form.len;
    words->listed = !entry->place.single;
    if (entry->place.single)
        return ERR_OK;
    int rc = make_room(words, err);
    if (rc)
        return rc;
    words->word[words->count++] = (struct merged_word){
        .number = number,
        .alone = !same,
        .docs = (uint32_t)entry->counts.docs,
        .frequency = entry->counts.frequency,
        .postings = entry->place.postings,
        .positions = entry->place.positions,
    };
    return ERR_OK;
}

static int by_number(const void *number, const void *word)
{
    uint32_t x = *(const uint32_t *)number,
             y = ((const struct merged_word *)word)->number;
    return x < y ? -1 : x > y;
}

const struct merged_word *merged_words_find(const struct merged_words *words,
                                            uint32_t number)
{
    return words->count ? bsearch(&number, words->word, words->count,
                                  sizeof *words->word, by_number)
                        : NULL;
}

void merged_words_release(struct merged_words *words)
{
    mem_free(words->word);
    *words = (struct merged_words){0};
}
