/* An occurrence is a place where each word stands at its distance from the start: the
 * lists of positions, each less its word's distance, have it in common. As intervals of one
 * length none is inside another, so that all of them are hits. In the title every list has
 * its positions twice, and so has what they share. */
#include "engine/native/phrase.h"

#include "base/err.h"
#include "base/limits.h"
#include "engine/native/doc_iters.h"
#include "engine/native/word_terms.h"

#include <stdlib.h>

/* --- opening --- */

/* Words, and between them any: no run of those reaches over a gap between parts. */
static bool is_plain(const struct node *node, size_t *words)
{
    size_t any = 0;
    *words = 0;
    for (size_t i = 0; i < node->child_count; i++) {
        const struct node *child = node->child[i];
        if (child->kind != NODE_WORD && child->kind != NODE_ANY)
            return false;
        bool is_any = child->kind == NODE_ANY;
        any = is_any ? any + 1 : 0;
        if (any == LIMIT_SECTION_GAP || (is_any && *words == 0))
            return false;
        *words += !is_any;
    }
    return *words > 0 && any == 0;
}

struct opening {
    const struct segment *segment;
    struct arena *arena;
    struct err *err;
    struct word_term *term; /* of each word */
    uint32_t *offset;
    size_t words;
    uint64_t *apart;
    bool plain;   /* lists tell where those seen are */
    bool missing; /* one of them has none */
};

/* The longest list of a word; the articles of the others are apart. */
static int choose_list(struct opening *o, const struct word_terms *terms)
{
    struct word_terms others = *terms;
    size_t longest = 0;
    for (size_t i = 0; i < terms->count; i++) {
        o->plain = o->plain && terms->term[i].lang == ANY_LANG;
        if (terms->term[i].entry.counts.docs >
            terms->term[longest].entry.counts.docs)
            longest = i;
    }
    o->term[o->words] = terms->term[longest];
    if (terms->count == 1 || !o->plain)
        return ERR_OK;
    if (!o->apart)
        o->apart = arena_array(o->arena, uint64_t, bit_words(o->segment->docs));
    if (!o->apart)
        return native_no_memory(o->err);
    others.term[longest] = others.term[--others.count];
    return word_terms_fill(o->segment, &others, o->arena, o->apart, o->err);
}

static int find_words(struct opening *o, const struct node *node)
{
    uint32_t offset = 0;
    for (size_t i = 0; i < node->child_count; i++) {
        struct word_terms terms;
        if (node->child[i]->kind == NODE_ANY) {
            offset++;
            continue;
        }
        int rc = word_terms_placed(o->segment, node->child[i], o->arena, &terms,
                                   o->err);
        if (rc)
            return rc;
        if (terms.count == 0) {
            o->missing = true;
            return ERR_OK;
        }
        rc = choose_list(o, &terms);
        if (rc)
            return rc;
        o->offset[o->words] = offset;
        offset += o->term[o->words++].width;
    }
    return ERR_OK;
}

static bool same_list(const struct word_term *a, const struct word_term *b)
{
    return a->entry.number == b->entry.number;
}

/* Of word `i`, the first with this list. */
static size_t first_with_list(const struct opening *o, size_t i)
{
    size_t k = 0;
    while (!same_list(&o->term[k], &o->term[i]))
        k++;
    return k;
}

static int open_lists(struct opening *o, struct phrase *out)
{
    struct postings *list;
    for (size_t i = 0; i < o->words; i++) {
        size_t same = first_with_list(o, i);
        out->word[i] = (struct phrase_word){.offset = o->offset[i]};
        if (same < i) {
            out->word[i].list = out->word[same].list;
            continue;
        }
        int rc =
            word_term_open(o->segment, &o->term[i], o->arena, &list, o->err);
        if (rc)
            return rc;
        out->word[i].list = arena_new(o->arena, struct phrase_list);
        if (!out->word[i].list)
            return native_no_memory(o->err);
        phrase_list_open(list, out->word[i].list);
        size_t at = out->lists++;
        for (; at > 0 && out->list[at - 1]->count > out->word[i].list->count;
             at--)
            out->list[at] = out->list[at - 1];
        out->list[at] = out->word[i].list;
    }
    return ERR_OK;
}

int phrase_open(const struct segment *segment, const struct node *node,
                struct arena *arena, struct phrase **out, struct err *err)
{
    size_t words;
    struct opening o = {segment, arena, err, .plain = true};
    *out = NULL;
    if (!is_plain(node, &words))
        return ERR_OK;
    o.term = arena_array(arena, struct word_term, words);
    o.offset = arena_array(arena, uint32_t, words);
    struct phrase *phrase = arena_new(arena, struct phrase);
    if (!o.term || !o.offset || !phrase)
        return native_no_memory(err);
    int rc = find_words(&o, node);
    if (rc || (!o.plain && !o.missing))
        return rc;
    *phrase = (struct phrase){.segment = segment,
                              .apart = o.missing ? NULL : o.apart,
                              .arena = arena,
                              .err = err};
    if (!o.missing) {
        phrase->words = words;
        phrase->word = arena_array(arena, struct phrase_word, words);
        phrase->list = arena_array(arena, struct phrase_list *, words);
        if (!phrase->word || !phrase->list)
            return native_no_memory(err);
        rc = open_lists(&o, phrase);
    }
    if (rc == ERR_OK)
        *out = phrase;
    return rc;
}

/* --- articles --- */

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
        uint32_t frequency;
        int rc = phrase_list_frequency(word.list, &frequency);
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
    int rc = count_starts(phrase, SIZE_MAX, &count);
    *out = (uint32_t)count;
    return rc;
}

int phrase_occurs(struct phrase *phrase, bool *out)
{
    size_t count;
    int rc = count_starts(phrase, 1, &count);
    *out = count > 0;
    return rc;
}
