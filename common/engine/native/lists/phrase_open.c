/* A phrase is opened: which words, which lists of pairs stand for them. */
#include "engine/native/lists/phrase.h"

#include "base/err.h"
#include "base/limits.h"
#include "engine/native/lists/doc_iters.h"
#include "engine/native/shared/native_terms.h"
#include "engine/native/lists/word_terms.h"
#include "segment/pairs.h"

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
    struct slice *form; /* of those that may be in pairs */
    bool *covered;      /* by a pair */
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

/* Pairs are of words as they are written, of width 1. */
static void note_form(struct opening *o, const struct node *word)
{
    const struct word_term *term = &o->term[o->words];
    if (term->class == TERM_WORD && term->width == 1 && word->form_count == 1)
        o->form[o->words] = word->form[0].text;
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
        note_form(o, node->child[i]);
        o->offset[o->words] = offset;
        offset += o->term[o->words++].width;
    }
    return ERR_OK;
}

static bool same_list(const struct word_term *a, const struct word_term *b)
{
    return a->entry.number == b->entry.number &&
           word_term_is_mention(a) == word_term_is_mention(b);
}

/* Of word `i`, the first with this list. */
static size_t first_with_list(const struct opening *o, size_t i)
{
    size_t k = 0;
    while (!same_list(&o->term[k], &o->term[i]))
        k++;
    return k;
}

static int add_list(struct opening *o, struct postings *list,
                    struct phrase_list **added)
{
    *added = arena_new(o->arena, struct phrase_list);
    if (!*added)
        return native_no_memory(o->err);
    phrase_list_open(list, *added);
    return ERR_OK;
}

/* An article must have it. */
static void demand(struct phrase *out, struct phrase_list *list)
{
    size_t at = out->lists++;
    for (; at > 0 && out->list[at - 1]->count > list->count; at--)
        out->list[at] = out->list[at - 1];
    out->list[at] = list;
}

/* --- pairs: segment/pairs.h --- */

/* Whether this word and the next are side by side, and have a list where they occur. */
static bool asks_for_pair(const struct opening *o, size_t i)
{
    const struct segment_facts *facts = segment_file_facts(o->segment->file);
    return i + 1 < o->words && o->form[i].len && o->form[i + 1].len &&
           o->offset[i + 1] == o->offset[i] + 1 &&
           pair_is_stored(facts->docs, (uint32_t)o->term[i].entry.counts.docs,
                          (uint32_t)o->term[i + 1].entry.counts.docs,
                          facts->pair_share);
}

/* Word `i` and the next; *there false: they are nowhere side by side. */
static int open_pair(struct opening *o, size_t i, struct phrase *out,
                     bool *there)
{
    struct word_term pair = {.class = TERM_PAIR, .width = 2, .lang = ANY_LANG};
    struct term term;
    struct postings *postings;
    struct phrase_list *list = NULL;
    term_of_pair(&term, o->form[i], o->form[i + 1]);
    int rc = dictionary_find(&o->segment->dictionary, term_slice(&term),
                             &pair.entry, there, o->err);
    if (rc == ERR_OK && *there)
        rc = word_term_open(o->segment, &pair, o->arena, &postings, o->err);
    if (rc == ERR_OK && *there)
        rc = add_list(o, postings, &list);
    if (rc || !*there)
        return rc;
    demand(out, list);
    out->pair = pair.entry;
    out->is_pair = o->words == 2;
    o->covered[i] = o->covered[i + 1] = true;
    return ERR_OK;
}

static int open_pairs(struct opening *o, struct phrase *out)
{
    bool there = true;
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && there && i < o->words; i++)
        if (asks_for_pair(o, i))
            rc = open_pair(o, i, out, &there);
    if (rc == ERR_OK && !there)
        out->lists = out->words = 0;
    return rc;
}

/* --- words --- */

static int open_words(struct opening *o, struct phrase *out)
{
    struct postings *list;
    int rc = ERR_OK;
    for (size_t i = 0; rc == ERR_OK && i < o->words; i++) {
        size_t same = first_with_list(o, i);
        out->word[i] = (struct phrase_word){.offset = o->offset[i]};
        if (same < i) {
            out->word[i].list = out->word[same].list;
        } else {
            rc = word_term_open(o->segment, &o->term[i], o->arena, &list,
                                o->err);
            if (rc == ERR_OK)
                rc = add_list(o, list, &out->word[i].list);
        }
        /* Where the pair is, the word is. */
        if (rc == ERR_OK && same == i && !o->covered[i])
            demand(out, out->word[i].list);
    }
    return rc;
}

static int open_lists(struct opening *o, struct phrase *out)
{
    out->words = o->words;
    out->word = arena_array(o->arena, struct phrase_word, o->words);
    out->list = arena_array(o->arena, struct phrase_list *, 2 * o->words);
    if (!out->word || !out->list)
        return native_no_memory(o->err);
    int rc = open_pairs(o, out);
    return rc || out->words == 0 || out->is_pair ? rc : open_words(o, out);
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
    o.form = arena_array(arena, struct slice, words);
    o.covered = arena_array(arena, bool, words);
    struct phrase *phrase = arena_new(arena, struct phrase);
    if (!o.term || !o.offset || !o.form || !o.covered || !phrase)
        return native_no_memory(err);
    int rc = find_words(&o, node);
    if (rc || (!o.plain && !o.missing))
        return rc;
    *phrase = (struct phrase){.segment = segment,
                              .apart = o.missing ? NULL : o.apart,
                              .arena = arena,
                              .err = err};
    if (!o.missing)
        rc = open_lists(&o, phrase);
    if (rc == ERR_OK)
        *out = phrase;
    return rc;
}
