/* An occurrence is a place where each word stands at its distance from the start: the
 * lists of positions, each less its word's distance, have it in common. As intervals of one
 * length none is inside another, so that all of them are hits. In the title every list has
 * its positions twice, and so has what they share. */
#include "engine/native/lists/phrase.h"

#include "base/err.h"
#include "engine/native/lists/sieve.h"
#include "engine/native/lists/word_terms.h"

/* --- articles --- */

/* Without a branch that nobody could guess. */
uint32_t phrase_sift(const struct phrase *phrase, uint32_t *out)
{
    const struct phrase_list *rarest = phrase->list[0];
    uint32_t count = rarest->in.count;
    for (uint32_t i = 0; i < count; i++)
        out[i] = i;
    for (size_t k = 1; k < phrase->lists; k++) {
        const struct phrase_list *with = phrase->list[k];
        uint32_t kept = 0;
        for (uint32_t i = 0; with->bitmap && i < count; i++) {
            doc_id doc = rarest->in.doc[out[i]];
            out[kept] = out[i];
            kept += doc < with->bitmap_docs && bitmap_has(with->bitmap, doc);
        }
        count = with->bitmap ? kept : count;
    }
    return count;
}

static struct phrase_list *next_of_blocks(const struct phrase *phrase)
{
    for (size_t i = 1; i < phrase->lists; i++)
        if (!phrase->list[i]->bitmap)
            return phrase->list[i];
    return NULL;
}

/* Fewer are sought one by one. */
enum { SIEVED = SEGMENT_BLOCK / 16 };

int phrase_sieve(struct phrase *phrase, uint32_t *number, uint32_t *part,
                 uint32_t *kept)
{
    const doc_id *doc = phrase->list[0]->in.doc;
    struct phrase_list *list = next_of_blocks(phrase);
    uint32_t count = 0;
    bool there;
    if (!list || *part <= SIEVED)
        return ERR_OK;
    int rc = phrase_list_reach(list, doc[number[0]], &there);
    if (rc || !there) {
        *kept = 0;
        return rc;
    }
    doc_id last = list->in.doc[list->in.count - 1];
    while (count < *part && doc[number[count]] <= last)
        count++;
    *part = *kept = count;
    if (count <= SIEVED)
        return ERR_OK;
    struct sieve sieve;
    sieve_fill(&sieve, list->in.doc, list->in.count);
    *kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t n = number[i];
        number[*kept] = n;
        *kept += sieve_passes(&sieve, doc[n]);
    }
    return ERR_OK;
}

int phrase_seek(struct phrase *phrase, doc_id doc, bool *there)
{
    *there = phrase->lists > 0;
    for (size_t i = 0; *there && i < phrase->lists; i++) {
        int rc = phrase_list_seek(phrase->list[i], doc, there);
        if (rc)
            return rc;
    }
    return ERR_OK;
}

/* Words that stand in pairs were not sought, and are there. */
static int find_word(struct phrase *phrase, struct phrase_list *word)
{
    bool there;
    doc_id doc = phrase->list[0]->doc;
    int rc = phrase_list_seek(word, doc, &there);
    if (rc || there)
        return rc;
    return err_set(phrase->err, ERR_CORRUPT,
                   "%s: article %u has a pair of words, and not the words",
                   segment_file_path(phrase->segment->file), doc);
}

/* --- positions --- */

/* Positions, each less the same distance; those before it are none. */
struct places {
    const uint32_t *at;
    size_t count;
    uint32_t less;
};

static int read_places(const struct phrase_word *word, struct places *out)
{
    int rc = phrase_list_positions(word->list, &out->at);
    *out = (struct places){out->at, word->list->frequency, word->offset};
    while (rc == ERR_OK && out->count && out->at[0] < out->less) {
        out->at++;
        out->count--;
    }
    return rc;
}

/* What both have, as often as both have it; `out` may be the place of `a`. */
static size_t common(const struct places *a, const struct places *b,
                     uint32_t *out)
{
    size_t i = 0, k = 0, count = 0;
    while (i < a->count && k < b->count) {
        uint32_t x = a->at[i] - a->less, y = b->at[k] - b->less;
        out[count] = x;
        count += x == y;
        i += x <= y;
        k += y <= x;
    }
    return count;
}

static size_t count_common(const struct places *a, const struct places *b,
                           size_t enough)
{
    size_t i = 0, k = 0, count = 0;
    while (i < a->count && k < b->count && count < enough) {
        uint32_t x = a->at[i] - a->less, y = b->at[k] - b->less;
        count += x == y;
        i += x <= y;
        k += y <= x;
    }
    return count;
}

/* The rarest of the article first. */
static int sort_words(struct phrase *phrase)
{
    for (size_t i = 0; i < phrase->words; i++) {
        struct phrase_word word = phrase->word[i];
        uint32_t frequency = 0;
        int rc = find_word(phrase, word.list);
        if (rc == ERR_OK)
            rc = phrase_list_frequency(word.list, &frequency);
        if (rc)
            return rc;
        size_t at = i;
        for (; at > 0 && phrase->word[at - 1].list->frequency > frequency; at--)
            phrase->word[at] = phrase->word[at - 1];
        phrase->word[at] = word;
    }
    return ERR_OK;
}

static int make_room(struct phrase *phrase, size_t room)
{
    if (room <= phrase->room)
        return ERR_OK;
    room = room > 2 * phrase->room ? room : 2 * phrase->room;
    phrase->start = arena_array(phrase->arena, uint32_t, room);
    phrase->room = phrase->start ? room : 0;
    return phrase->start ? ERR_OK : native_no_memory(phrase->err);
}

/* Up to `enough`. */
static int count_starts(struct phrase *phrase, size_t enough, size_t *out)
{
    struct places start, next;
    *out = 0;
    int rc = sort_words(phrase);
    if (rc == ERR_OK)
        rc = read_places(&phrase->word[0], &start);
    if (rc || phrase->words == 1) {
        *out = rc ? 0 : start.count;
        return rc;
    }
    rc = make_room(phrase, start.count);
    for (size_t i = 1; rc == ERR_OK && i < phrase->words; i++) {
        rc = read_places(&phrase->word[i], &next);
        if (rc)
            return rc;
        if (i + 1 == phrase->words) {
            *out = count_common(&start, &next, enough);
            return ERR_OK;
        }
        size_t kept = common(&start, &next, phrase->start);
        if (kept == 0)
            return ERR_OK;
        start = (struct places){phrase->start, kept, 0};
    }
    return rc;
}

int phrase_frequency(struct phrase *phrase, uint32_t *out)
{
    size_t count;
    if (phrase->is_pair)
        return phrase_list_frequency(phrase->list[0], out);
    int rc = count_starts(phrase, SIZE_MAX, &count);
    *out = (uint32_t)count;
    return rc;
}

int phrase_occurs(struct phrase *phrase, bool *out)
{
    size_t count = 1;
    int rc = phrase->is_pair ? ERR_OK : count_starts(phrase, 1, &count);
    *out = count > 0;
    return rc;
}
