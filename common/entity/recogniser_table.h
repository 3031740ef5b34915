/* recogniser_table.h - a register compiled for the walk over an article. Internal to
 * recogniser*.c.
 *
 * The forms of all words of all names stand in a hash table. A form belongs to one or
 * more patterns: a pattern is a word of a name with all its inflections. Names are paths
 * of patterns from the root of a trie, whose edges stand in a second hash table.
 */
#ifndef ENTITY_RECOGNISER_TABLE_H
#define ENTITY_RECOGNISER_TABLE_H

#include "base/arena.h"
#include "base/limits.h"
#include "entity/register.h"

enum {
    /* Words of a name; a name in Chinese has one a character. */
    NAME_WORDS_MAX = LIMIT_NAME_WORDS,
    NO_NODE = 0, /* the root has no parent, and is nobody's child */
    NO_FORM = UINT32_MAX,
};

/* Small tables for the words of most news, which stay in the processor's cache. */
enum start_kind {
    START_SMALL, /* ASCII in the text and with a small letter there, as most are */
    START_OTHER,  /* ASCII in its folded form */
    START_BEYOND, /* what is not */
    START_KINDS,
};

/* One form of a pattern. */
struct form_use {
    uint32_t pattern;
    bool inflected; /* not the form that the register gives */
};

struct form {
    struct slice text; /* folded */
    uint32_t first_use, use_count;
    uint32_t near; /* its number among the words of near=; NO_FORM: none */
    bool starts;   /* some name begins so */
    bool alone;    /* and is no longer than that */
    bool small, small_alone; /* the same of words in small letters */
    bool capital;            /* all names that begin so want a capital there */
};

struct pattern {
    struct slice lang;
    struct slice_list written; /* inflected forms, as they would be written */
    struct slice_list folded;  /* all forms, the register's first */
};

/* A word of a name. */
struct name_word {
    struct slice written, folded;
    uint32_t pattern;
};

struct name {
    const struct entity_alias *alias;
    const struct name_word *word;
    uint32_t entity; /* its number in the register */
    uint16_t word_count;
    bool capitals; /* its own, or by another name of the entity */
};

struct node {
    uint32_t first_name, name_count; /* of the names that end here */
    bool inner;                      /* some go on */
};

struct edge {
    uint32_t node, pattern, to; /* to is NO_NODE: an empty place */
};

struct form_place {
    uint32_t tag, form; /* tag: high bits of the hash; NO_FORM: empty */
};

/* What near= and not= of an entity say, as words of a text. */
struct neighbours {
    struct slice_list not ;
    const uint32_t *near; /* numbers of words of near= */
    size_t near_count;
};

struct recogniser {
    const struct entity_register *entities;
    struct arena arena;
    /* Bit h of `starts`: a form with such a hash begins a name. */
    struct bits {
        uint64_t *word;
        uint32_t mask;
    } starts[START_KINDS], alone[START_KINDS]; /* and is no longer than that */
    uint64_t *nears; /* the same for words of near=, */
    uint32_t nears_mask, near_count;
    /* and for the first two words of names, where the first is START_OTHER. */
    uint64_t *pairs;
    uint32_t pairs_mask;
    struct form_place *place;
    uint32_t place_mask;
    struct form *form;
    size_t form_count;
    struct form_use *use;
    struct pattern *pattern;
    size_t pattern_count;
    struct edge *edge;
    uint32_t edge_mask;
    struct node *node;
    size_t node_count;
    struct name *name; /* those of one node together */
    size_t name_count;
    struct neighbours *neighbours; /* by entity */
};

/* Six bytes of the form and its length tell most words apart, and there is no branch: the
 * lengths of words are hard to foresee. */
static inline uint64_t form_hash(struct slice s)
{
    uint64_t h = s.len << 48;
    if (s.len == 0)
        return 0;
    h |= s.data[0] | (uint64_t)s.data[s.len > 1] << 8;
    h |= (uint64_t)s.data[s.len / 4] << 16 | (uint64_t)s.data[s.len / 2] << 24;
    h |= (uint64_t)s.data[s.len * 3 / 4] << 32;
    h |= (uint64_t)s.data[s.len - 1] << 40;
    h *= UINT64_C(0x9E3779B97F4A7C15);
    h = (h ^ h >> 32) * UINT64_C(0xBF58476D1CE4E5B9);
    return h ^ h >> 32;
}

static inline uint32_t find_form(const struct recogniser *r, struct slice text,
                                 uint64_t hash)
{
    uint32_t tag = (uint32_t)(hash >> 32);
    for (uint32_t at = (uint32_t)hash & r->place_mask;;
         at = (at + 1) & r->place_mask) {
        struct form_place place = r->place[at];
        if (place.form == NO_FORM)
            return NO_FORM;
        if (place.tag == tag && slice_eq(r->form[place.form].text, text))
            return place.form;
    }
}

/* The bit of two words side by side in `pairs`, of their hashes. */
static inline uint32_t pair_bit(const struct recogniser *r, uint64_t first,
                                uint64_t second)
{
    uint64_t h = (first * 3 ^ second) * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(h >> 32) & r->pairs_mask;
}

static inline bool has_bit(const uint64_t *bits, uint32_t bit)
{
    return bits[bit / 64] >> bit % 64 & 1;
}

/* Of a form that is not empty, and of the first byte of its word in the text. */
static inline enum start_kind start_kind(struct slice form, uint8_t letter)
{
    if (form.data[0] >= 0x80)
        return START_BEYOND;
    return letter >= 'a' && letter <= 'z' ? START_SMALL : START_OTHER;
}

static inline uint32_t edge_hash(uint32_t node, uint32_t pattern)
{
    uint64_t h =
        ((uint64_t)node << 32 | pattern) * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(h >> 32);
}

static inline uint32_t find_child(const struct recogniser *r, uint32_t node,
                                  uint32_t pattern)
{
    for (uint32_t at = edge_hash(node, pattern) & r->edge_mask;;
         at = (at + 1) & r->edge_mask) {
        const struct edge *edge = &r->edge[at];
        if (edge->to == NO_NODE ||
            (edge->node == node && edge->pattern == pattern))
            return edge->to;
    }
}

/* The plain tokens of a name, in `arena`; at most NAME_WORDS_MAX. *count is 0 for a name
 * without words. ERR_NOMEM, ERR_LIMIT. */
int name_words(struct slice text, struct arena *arena, struct name_word **out,
               size_t *count);

/* The word of near= or not= as one token of a text would be: the joined form of what is
 * written with an apostrophe or hyphen. Empty for none. ERR_NOMEM. */
int neighbour_word(struct slice text, struct arena *arena, struct slice *out);

#endif
