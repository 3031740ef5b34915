/* The definition, in docs/register.md, has four steps, and so has this:
 *   scan()               full names from left to right, the longest at each place; short
 *                        forms on the way are only written down
 *   search_settle()      which of several entities of the same name it is
 *   search_shorten()     what is a capitals name and also a short form
 *   search_add_shorts()  short forms between the full names
 * An article that names nobody ends after the first, and has cost no memory.
 */
#include "entity/recogniser_search.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

/* --- lists --- */

static int more(struct arena *arena, void *list, size_t count, size_t *capacity,
                size_t size)
{
    void *old, *new;
    memcpy(&old, list, sizeof old);
    if (!(new = arena_alloc_unset(arena, count * 2 * size)))
        return ERR_NOMEM;
    memcpy(new, old, count * size);
    memcpy(list, &new, sizeof new);
    *capacity = count * 2;
    return ERR_OK;
}

int search_add_hit(struct search *s, struct hits *hits, struct hit hit)
{
    int rc = ERR_OK;
    if (hits->count == hits->capacity)
        rc = more(s->arena, &hits->hit, hits->count, &hits->capacity,
                  sizeof hit);
    if (!rc)
        hits->hit[hits->count++] = hit;
    return rc;
}

int search_add_found(struct search *s, struct found_list *list,
                     struct found found)
{
    int rc = ERR_OK;
    if (list->count == list->capacity)
        rc = more(s->arena, &list->found, list->count, &list->capacity,
                  sizeof found);
    if (!rc)
        list->found[list->count++] = found;
    return rc;
}

/* --- full names --- */

static void note_names(struct search *s, const struct node *node,
                       struct hit hit)
{
    for (uint32_t i = 0; i < node->name_count; i++) {
        hit.name = node->first_name + i;
        if (hit_matches(s, &hit) && !s->rc)
            s->rc = search_add_hit(
                s, s->r->name[hit.name].is_short ? &s->shorts : &s->here, hit);
    }
}

/* All names that go on from `node` with the word at `at`. No deeper than a name has
 * words. */
static void walk(struct search *s, uint32_t node, size_t at, struct hit hit,
                 uint32_t form)
{
    const struct recogniser *r = s->r;
    const struct form *known = &r->form[form];
    bool inflected = hit.inflected;
    size_t next = s->token_count + 1;
    uint32_t next_form = NO_FORM;
    hit.width++;
    for (uint32_t i = 0; i < known->use_count; i++) {
        const struct form_use *use = &r->use[known->first_use + i];
        uint32_t child =
            node == 0 ? use->start : find_child(r, node, use->pattern);
        if (child == NO_NODE)
            continue;
        hit.inflected = inflected || use->inflected;
        note_names(s, &r->node[child], hit);
        if (!r->node[child].inner)
            continue;
        if (next > s->token_count) {
            next = next_word(s, at);
            if (next < s->token_count)
                next_form = find_form(r, s->token[next].form,
                                      form_hash(s->token[next].form));
        }
        if (next_form != NO_FORM)
            walk(s, child, next, hit, next_form);
    }
}

static bool found_at(const struct search *s, uint32_t position, uint32_t entity,
                     size_t *at)
{
    const struct found_list *full = &s->full;
    for (*at = full->count;
         *at > 0 && full->found[*at - 1].position == position; --*at)
        if (full->found[*at - 1].entity == entity) {
            --*at;
            return true;
        }
    return false;
}

/* Whether the hits of this width are of one entity. */
static bool one_entity(const struct search *s, uint16_t width)
{
    const struct hits *here = &s->here;
    uint32_t entity = UINT32_MAX;
    for (size_t i = 0; i < here->count; i++) {
        if (here->hit[i].width != width)
            continue;
        uint32_t other = s->r->name[here->hit[i].name].entity;
        if (entity != UINT32_MAX && entity != other)
            return false;
        entity = other;
    }
    return true;
}

/* The longest of the full names here; 0 for none. */
static uint16_t choose(struct search *s)
{
    const struct hits *here = &s->here;
    uint16_t longest = 0;
    for (size_t i = 0; i < here->count; i++) {
        struct hit *hit = &here->hit[i];
        hit->counts = hit->width >= longest && hit_counts(s, hit);
        if (hit->counts)
            longest = hit->width;
    }
    bool telling = one_entity(s, longest);
    for (size_t i = 0; longest && i < here->count; i++) {
        const struct hit *hit = &here->hit[i];
        const struct name *name = &s->r->name[hit->name];
        size_t at;
        if (hit->width != longest || !hit->counts)
            continue;
        if (found_at(s, hit->position, name->entity, &at))
            s->full.found[at].capitals &= name->capitals;
        else if (!s->rc)
            s->rc = search_add_found(s, &s->full,
                                     (struct found){name->entity, hit->token,
                                                    hit->position, longest,
                                                    name->capitals, telling});
    }
    return longest;
}

/* Most words begin no name, and most that do are not followed by its second. Says yes a
 * little too often. */
static inline bool may_begin(const struct search *s, const struct token *token,
                             uint64_t hash, uint64_t next)
{
    uint8_t letter = s->article->text[token->part].data[token->start];
    enum start_kind kind = start_kind(token->form, letter);
    const struct filter *filter = &s->r->starts[kind];
    bool alone = filter_has(filter, start_key(hash));
    return alone | filter_has(filter, pair_key(hash, next));
}

static void look_at(struct search *s, size_t at, uint64_t hash,
                    uint32_t *free_from)
{
    const struct token *token = &s->token[at];
    uint32_t form = find_form(s->r, token->form, hash);
    if (form == NO_FORM)
        return;
    s->here.count = 0;
    walk(s, 0, at,
         (struct hit){.token = (uint32_t)at, .position = token->position},
         form);
    if (s->here.count)
        *free_from = token->position + choose(s);
}

static size_t skip_joined(const struct search *s, size_t at)
{
    while (at < s->token_count && s->token[at].joined)
        at++;
    return at;
}

static void scan(struct search *s)
{
    uint32_t free_from = 0; /* behind the last full name */
    size_t at = skip_joined(s, 0);
    uint64_t hash = at < s->token_count ? form_hash(s->token[at].form) : 0;
    while (at < s->token_count && !s->rc) {
        const struct token *token = &s->token[at];
        size_t next = skip_joined(s, at + 1);
        uint64_t next_hash =
            next < s->token_count ? form_hash(s->token[next].form) : 0;
        if (may_begin(s, token, hash, next_hash) &&
            token->position >= free_from)
            look_at(s, at, hash, &free_from);
        at = next;
        hash = next_hash;
    }
}

/* --- mentions --- */

static int by_position(const void *a, const void *b)
{
    const struct found *f = a, *g = b;
    if (f->position != g->position)
        return f->position < g->position ? -1 : 1;
    return (f->entity > g->entity) - (f->entity < g->entity);
}

static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The bytes of the text, runs of white space as one space. */
static int form_of(const struct search *s, const struct found *found,
                   struct slice *out)
{
    size_t last = found->token;
    for (unsigned i = 1; i < found->width; i++)
        last = next_word(s, last);
    const struct token *token = &s->token[found->token];
    struct slice text = slice_part(s->article->text[token->part], token->start,
                                   s->token[last].end);
    bool plain = true;
    for (size_t i = 0; i < text.len; i++)
        plain &= !is_space(text.data[i]) ||
                 (text.data[i] == ' ' && !is_space(text.data[i + 1]));
    *out = text;
    if (plain)
        return ERR_OK;
    uint8_t *to = arena_alloc_unset(s->arena, text.len);
    if (!to)
        return ERR_NOMEM;
    *out = (struct slice){to, 0};
    for (size_t i = 0; i < text.len; i++)
        if (!is_space(text.data[i]))
            to[out->len++] = text.data[i];
        else if (!is_space(text.data[i + 1]))
            to[out->len++] = ' ';
    return ERR_OK;
}

static int write_mentions(const struct search *s, struct found_list *list,
                          struct mention_list *out)
{
    out->mention = arena_array(s->arena, struct mention, list->count);
    if (!out->mention)
        return ERR_NOMEM;
    qsort(list->found, list->count, sizeof *list->found, by_position);
    for (size_t i = 0; i < list->count; i++) {
        const struct found *found = &list->found[i];
        struct mention *mention = &out->mention[i];
        *mention =
            (struct mention){.entity = s->r->entities->entity[found->entity].id,
                             .position = found->position,
                             .width = found->width};
        int rc = form_of(s, found, &mention->form);
        if (rc)
            return rc;
    }
    out->count = list->count;
    return ERR_OK;
}

int recogniser_find(const struct recogniser *recogniser,
                    const struct article *article, struct analysis *analysis,
                    struct arena *arena)
{
    struct search s;
    struct found_list found;
    s.r = recogniser;
    s.article = article;
    s.token = analysis->tokens.token;
    s.token_count = analysis->tokens.count;
    s.arena = arena;
    s.date = date_unit(article->published);
    s.place = NULL;
    s.place_count = 0;
    s.near_seen = NULL;
    s.rc = ERR_OK;
    hits_init(&s.here);
    hits_init(&s.shorts);
    found_init(&s.full);
    found_init(&found);
    analysis->mentions = (struct mention_list){0};
    scan(&s);
    if (s.rc || s.full.count == 0)
        return s.rc;
    int rc = search_settle(&s);
    if (!rc)
        rc = search_shorten(&s, &found);
    if (!rc)
        rc = search_add_shorts(&s, &found);
    return rc ? rc : write_mentions(&s, &found, &analysis->mentions);
}
