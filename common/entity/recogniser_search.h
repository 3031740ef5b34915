/* recogniser_search.h - what the parts of the search for mentions in one article share.
 * Internal to recogniser*.c.
 */
#ifndef ENTITY_RECOGNISER_SEARCH_H
#define ENTITY_RECOGNISER_SEARCH_H

#include "entity/recogniser.h"
#include "entity/recogniser_table.h"

enum { FEW = 64 };
#define NOBODY UINT32_MAX /* in found.entity: no full name after all */

/* A name of the register at a place of the text. */
struct hit {
    uint32_t name, token, position;
    uint16_t width;
    bool inflected; /* one of its words is */
    bool counts;
};

struct hits {
    struct hit *hit;
    size_t count, capacity;
    struct hit few[FEW];
};

/* What will be a mention: an entity at a place. */
struct found {
    uint32_t entity, token, position;
    uint16_t width;
    bool capitals; /* by capitals names only */
    bool telling;  /* nobody else has this full name */
};

struct found_list {
    struct found *found;
    size_t count, capacity;
    struct found few[FEW];
};

/* Where an entity is named in full. */
struct place {
    uint32_t entity, position;
    bool telling;
};

struct search {
    const struct recogniser *r;
    const struct article *article;
    const struct token *token;
    size_t token_count;
    struct arena *arena;
    struct date_range date; /* of the article; empty: it has none */
    struct hits here, shorts;
    struct found_list full;
    struct place *place; /* by entity, then position; made when first needed */
    size_t place_count;
    uint64_t *near_seen; /* bits of words of near=; NULL: nobody asked */
    int rc;
};

/* Lists that start on the stack and go on in the arena. */
static inline void hits_init(struct hits *hits)
{
    hits->hit = hits->few;
    hits->count = 0;
    hits->capacity = FEW;
}

static inline void found_init(struct found_list *list)
{
    list->found = list->few;
    list->count = 0;
    list->capacity = FEW;
}

/* ERR_NOMEM. */
int search_add_hit(struct search *s, struct hits *hits, struct hit hit);
int search_add_found(struct search *s, struct found_list *list,
                     struct found found);

/* The plain token right behind token `at`; token_count for none. */
static inline size_t next_word(const struct search *s, size_t at)
{
    uint32_t position = s->token[at].position + 1;
    do
        at++;
    while (at < s->token_count && s->token[at].joined);
    return at < s->token_count && s->token[at].position == position
               ? at
               : s->token_count;
}

static inline struct slice written(const struct search *s,
                                   const struct token *token)
{
    return slice_part(s->article->text[token->part], token->start, token->end);
}

/* What the name asks of its place (recogniser_demands.c): whether it may be one at all in
 * this article, and whether it counts. A failure of hit_counts() is in s->rc. */
bool hit_matches(const struct search *s, const struct hit *hit);
bool hit_counts(struct search *s, const struct hit *hit);

/* Steps 2 to 4 (recogniser_owners.c): search_shorten() copies s->full to `out`, and
 * search_add_shorts() adds to it. ERR_NOMEM. */
int search_settle(struct search *s);
int search_shorten(struct search *s, struct found_list *out);
int search_add_shorts(struct search *s, struct found_list *out);

#endif
