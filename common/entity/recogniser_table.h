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

/* What the filters of first words are apart for: most words of news are of the first
 * kind, and its filter stays in the processor's cache. */
enum start_kind {
    START_SMALL,  /* ASCII in the text and with a small letter there */
    START_OTHER,  /* ASCII in its folded form */
    START_BEYOND, /* what is not */
    START_KINDS,
};

/* A Bloom filter; all bits of a key are in one word (Putze, Sanders, Singler 2007: "Cache-,
 * hash- and space-efficient Bloom filters"). */
struct filter {
    uint64_t *word;
    uint32_t mask;
};

/* One form of a pattern. */
struct form_use {
    uint32_t pattern;
    uint32_t start; /* the node behind the root; NO_NODE: begins no name */
    bool inflected; /* not the form that the register gives */
};

struct form {
    struct slice text; /* folded */
    uint32_t first_use, use_count;
    uint32_t near;  /* its number among the words of near=; NO_FORM: none */
    uint32_t plain; /* the pattern that has no other form; NO_FORM: none */
};

struct pattern {
    struct slice lang;
    struct slice_list written; /* inflected forms, as they would be written */
    struct slice_list folded;  /* all forms, the register's first */
    uint32_t start; /* the node behind the root; NO_NODE: begins no name */
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
    bool capitals;            /* its own, or by another name of the entity */
    bool is_short, has_valid; /* as alias says */
    uint8_t
        letter; /* of a short form that wants a capital: its first byte; or 0 */
};

struct node {
    uint32_t first_name, name_count; /* of the names that end here */
    bool inner;                      /* some go on */
};

struct edge {
    uint32_t node, pattern, to; /* to is NO_NODE: an empty place */
};

struct form_place {
    uint32_t tag, form; /* tag: of the hash, its high half; NO_FORM: empty */
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
    /* Names of one word, by start_key(); the first two words of the others, by
     * pair_key(). START_BEYOND: first words, by start_key(). */
    struct filter starts[START_KINDS];
    struct filter nears; /* words of near=, by start_key() */
    uint32_t near_count;
    struct form_place *place; /* of mem_alloc, as edge is */
    uint32_t place_mask;
    struct form *form;
    size_t form_count;
    struct form_use *use;
    struct pattern *pattern;
    size_t pattern_count;
    struct edge *edge; /* but for those from the root: form_use.start */
    uint32_t edge_mask;
    struct node *node;
    size_t node_count;
    struct name *name; /* those of one node together */
    size_t name_count;
    struct neighbours *neighbours; /* by entity */
};

/* Seven bytes of the form and its length tell most words apart, and there is no branch: the
 * lengths of words are hard to foresee. */
static inline uint64_t form_hash(struct slice s)
{
    const size_t len = s.len;
    uint64_t h = len << 56;
    if (len == 0)
        return 0;
    h |= s.data[0] | (uint64_t)s.data[len > 1] << 8;
    h |= (uint64_t)s.data[len / 4] << 16 | (uint64_t)s.data[len / 2] << 24;
    h |= (uint64_t)s.data[len * 3 / 4] << 32;
    h |= (uint64_t)s.data[len > 2 ? len - 3 : 0] << 40;
    h |= (uint64_t)s.data[len - 1] << 48;
    h *= UINT64_C(0x9E3779B97F4A7C15);
    h = (h ^ h >> 32) * UINT64_C(0xBF58476D1CE4E5B9);
    return h ^ h >> 32;
}

static inline uint32_t find_form(const struct recogniser *r, struct slice text,
                                 uint64_t hash)
{
    uint32_t tag = (uint32_t)(hash >> 32);
    for (uint32_t at = tag & r->place_mask;; at = (at + 1) & r->place_mask) {
        struct form_place place = r->place[at];
        if (place.form == NO_FORM)
            return NO_FORM;
        if (place.tag == tag && slice_eq(r->form[place.form].text, text))
            return place.form;
    }
}

/* Keys of filters, of the hashes of words. */
static inline uint64_t start_key(uint64_t first)
{
    return first;
}

static inline uint64_t pair_key(uint64_t first, uint64_t second)
{
    return (first * 3 ^ second) * UINT64_C(0x9E3779B97F4A7C15);
}

static inline uint64_t filter_bits(uint64_t key)
{
    return UINT64_C(1) << key % 64 | UINT64_C(1) << (key >> 6) % 64 |
           UINT64_C(1) << (key >> 12) % 64;
}

static inline bool filter_has(const struct filter *filter, uint64_t key)
{
    uint64_t bits = filter_bits(key);
    return (filter->word[(uint32_t)(key >> 32) & filter->mask] & bits) == bits;
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
