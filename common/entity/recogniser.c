/* The definition, in docs/register.md, has four steps, and so has this:
 *   scan()      full names from left to right, the longest at each place; short forms on
 *               the way are only written down
 *   settle()    which of several entities of the same name it is
 *   shorten()   what is a capitals name and also a short form
 *   add_shorts() short forms between the full names
 * An article that names nobody ends after the first, and has cost no memory.
 */
#include "entity/recogniser.h"

#include "base/err.h"
#include "base/limits.h"
#include "entity/inflect.h"
#include "entity/recogniser_table.h"

#include <stdlib.h>
#include <string.h>

enum { FEW = 64 };
#define NOBODY UINT32_MAX

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

/* --- lists that start on the stack --- */

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

static void hits_init(struct hits *hits)
{
    hits->hit = hits->few;
    hits->count = 0;
    hits->capacity = FEW;
}

static int add_hit(struct search *s, struct hits *hits, struct hit hit)
{
    int rc = ERR_OK;
    if (hits->count == hits->capacity)
        rc = more(s->arena, &hits->hit, hits->count, &hits->capacity,
                  sizeof hit);
    if (!rc)
        hits->hit[hits->count++] = hit;
    return rc;
}

static void found_init(struct found_list *list)
{
    list->found = list->few;
    list->count = 0;
    list->capacity = FEW;
}

static int add_found(struct search *s, struct found_list *list,
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

/* --- tokens --- */

static bool has_bit(const uint64_t *bits, uint32_t bit)
{
    return bits[bit / 64] >> bit % 64 & 1;
}

/* The plain token right behind token `at`; token_count for none. */
static size_t next_word(const struct search *s, size_t at)
{
    uint32_t position = s->token[at].position + 1;
    do
        at++;
    while (at < s->token_count && s->token[at].joined);
    return at < s->token_count && s->token[at].position == position
               ? at
               : s->token_count;
}

static struct slice written(const struct search *s, const struct token *token)
{
    return slice_part(s->article->text[token->part], token->start, token->end);
}

/* --- what a name asks of its place --- */

static bool same_but_dots(struct slice a, struct slice b)
{
    size_t i = 0, j = 0;
    for (;;) {
        while (i < a.len && a.data[i] == '.')
            i++;
        while (j < b.len && b.data[j] == '.')
            j++;
        if (i == a.len || j == b.len)
            return i == a.len && j == b.len;
        if (a.data[i++] != b.data[j++])
            return false;
    }
}

static struct slice first_letter(struct slice s)
{
    size_t len = s.len > 0;
    while (len < s.len && (s.data[len] & 0xc0) == 0x80)
        len++;
    return (struct slice){s.data, len};
}

/* Inflected and short forms begin as the name does, if that is with a capital. */
static bool begins_alike(const struct name_word *word, struct slice text)
{
    struct slice letter = first_letter(word->written);
    return slice_eq(letter, first_letter(word->folded)) ||
           slice_eq(letter, first_letter(text));
}

/* The inflected words of a hit are written as such words are. */
static bool inflections_hold(const struct search *s, const struct name *name,
                             size_t token)
{
    for (size_t i = 0; i < name->word_count; i++) {
        const struct name_word *word = &name->word[i];
        const struct pattern *pattern = &s->r->pattern[word->pattern];
        const struct token *text = &s->token[token];
        if (!slice_eq(word->folded, text->form) &&
            (!inflection_counts(pattern->lang, s->article->lang) ||
             !begins_alike(word, written(s, text))))
            return false;
        token = next_word(s, token);
    }
    return true;
}

static bool written_so(const struct search *s, const struct name_word *word,
                       struct slice text)
{
    const struct slice_list *forms = &s->r->pattern[word->pattern].written;
    if (same_but_dots(word->written, text))
        return true;
    for (size_t i = 0; i < forms->count; i++)
        if (same_but_dots(forms->item[i], text))
            return true;
    return false;
}

static bool capitals_hold(const struct search *s, const struct name *name,
                          size_t token)
{
    for (size_t i = 0; i < name->word_count; i++) {
        if (!written_so(s, &name->word[i], written(s, &s->token[token])))
            return false;
        token = next_word(s, token);
    }
    return true;
}

static bool is_one_of(const struct slice_list *list, struct slice form)
{
    for (size_t i = 0; i < list->count; i++)
        if (slice_eq(list->item[i], form))
            return true;
    return false;
}

/* Which words of near= the article has, once. */
static int look_near(struct search *s)
{
    const struct recogniser *r = s->r;
    s->near_seen = arena_array(s->arena, uint64_t, r->near_count / 64 + 1);
    if (!s->near_seen)
        return ERR_NOMEM;
    for (size_t i = 0; i < s->token_count; i++) {
        uint64_t hash = form_hash(s->token[i].form);
        if (!filter_has(&r->nears, start_key(hash)))
            continue;
        uint32_t form = find_form(r, s->token[i].form, hash);
        uint32_t near = form == NO_FORM ? NO_FORM : r->form[form].near;
        if (near != NO_FORM)
            s->near_seen[near / 64] |= UINT64_C(1) << near % 64;
    }
    return ERR_OK;
}

static bool near_holds(struct search *s, uint32_t entity)
{
    const struct neighbours *of = &s->r->neighbours[entity];
    if (of->near_count == 0)
        return true;
    if (!s->near_seen && !s->rc)
        s->rc = look_near(s);
    for (size_t i = 0; !s->rc && i < of->near_count; i++)
        if (has_bit(s->near_seen, of->near[i]))
            return true;
    return false;
}

/* Words right before or behind, joined forms among them. */
static bool stands_free(const struct search *s, const struct hit *hit)
{
    const struct slice_list *not =
        &s->r->neighbours[s->r->name[hit->name].entity].not ;
    uint32_t end = hit->position + hit->width;
    if (not ->count == 0)
        return true;
    for (size_t i = hit->token; i-- > 0;) {
        const struct token *token = &s->token[i];
        if (token->position + LIMIT_JOINED_PARTS < hit->position)
            break;
        if (token->position + token->width == hit->position &&
            is_one_of(not, token->form))
            return false;
    }
    for (size_t i = hit->token; i < s->token_count; i++) {
        const struct token *token = &s->token[i];
        if (token->position > end)
            break;
        if (token->position == end && is_one_of(not, token->form))
            return false;
    }
    return true;
}

/* A surname is often a word: said, may. */
static bool short_begins_alike(const struct search *s, const struct name *name,
                               size_t token)
{
    struct slice text = written(s, &s->token[token]);
    return name->letter == 0 ||
           (text.len && text.data[0] == name->letter &&
            (name->letter < 0x80 || begins_alike(&name->word[0], text)));
}

static bool of_these_dates(const struct search *s, const struct name *name)
{
    const struct date_range *valid = &name->alias->valid;
    return s->date.from >= s->date.to ||
           (valid->to > s->date.from && s->date.to > valid->from);
}

/* It may be a name at all in this article. */
static bool matches(const struct search *s, const struct hit *hit)
{
    const struct name *name = &s->r->name[hit->name];
    return short_begins_alike(s, name, hit->token) &&
           (!name->has_valid || of_these_dates(s, name)) &&
           (!hit->inflected || inflections_hold(s, name, hit->token));
}

static bool counts(struct search *s, const struct hit *hit)
{
    const struct name *name = &s->r->name[hit->name];
    return !name->capitals ||
           (capitals_hold(s, name, hit->token) && stands_free(s, hit) &&
            near_holds(s, name->entity));
}

/* --- full names --- */

static void note_names(struct search *s, const struct node *node,
                       struct hit hit)
{
    for (uint32_t i = 0; i < node->name_count; i++) {
        hit.name = node->first_name + i;
        if (matches(s, &hit) && !s->rc)
            s->rc = add_hit(
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
        hit->counts = hit->width >= longest && counts(s, hit);
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
            s->rc = add_found(s, &s->full,
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

/* --- who was named where --- */

static int by_entity(const void *a, const void *b)
{
    const struct place *p = a, *q = b;
    if (p->entity != q->entity)
        return p->entity < q->entity ? -1 : 1;
    return (p->position > q->position) - (p->position < q->position);
}

static int make_places(struct search *s)
{
    s->place_count = 0;
    if (!s->place)
        s->place = arena_array(s->arena, struct place, s->full.count);
    if (!s->place)
        return ERR_NOMEM;
    for (size_t i = 0; i < s->full.count; i++) {
        const struct found *found = &s->full.found[i];
        if (found->entity != NOBODY)
            s->place[s->place_count++] =
                (struct place){found->entity, found->position, found->telling};
    }
    qsort(s->place, s->place_count, sizeof *s->place, by_entity);
    return ERR_OK;
}

static size_t first_place(const struct search *s, uint32_t entity)
{
    size_t low = 0, high = s->place_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->place[middle].entity < entity)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_named(const struct search *s, uint32_t entity)
{
    size_t at = first_place(s, entity);
    return at < s->place_count && s->place[at].entity == entity;
}

/* How far from `position` an entity is named: the last time before it counts as nearer
 * than any behind it. UINT64_MAX: nowhere. */
static uint64_t distance_to(const struct search *s, uint32_t entity,
                            uint32_t position, bool telling)
{
    uint64_t nearest = UINT64_MAX;
    for (size_t i = first_place(s, entity);
         i < s->place_count && s->place[i].entity == entity; i++) {
        const struct place *place = &s->place[i];
        uint64_t distance =
            place->position < position
                ? position - place->position
                : (UINT64_C(1) << 32) + place->position - position;
        if ((place->telling || !telling) && place->position != position &&
            distance < nearest)
            nearest = distance;
    }
    return nearest;
}

/* Of entities at one place, leave those that are named nearest, if any is. Returns how
 * many are left. */
static size_t keep_nearest(const struct search *s, struct found *found,
                           size_t count, bool telling)
{
    uint64_t nearest = UINT64_MAX;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t distance =
            distance_to(s, found[i].entity, found[i].position, telling);
        nearest = distance < nearest ? distance : nearest;
    }
    if (nearest == UINT64_MAX)
        return count;
    for (size_t i = 0; i < count; i++)
        if (distance_to(s, found[i].entity, found[i].position, telling) ==
            nearest)
            found[kept++] = found[i];
    return kept;
}

/* How many from `at` stand at the same place. */
static size_t together(const struct found_list *list, size_t at)
{
    size_t end = at + 1;
    while (end < list->count &&
           list->found[end].position == list->found[at].position)
        end++;
    return end - at;
}

/* Several entities of one name. */
static int settle(struct search *s)
{
    struct found_list *full = &s->full;
    size_t kept = 0;
    int rc = make_places(s);
    for (size_t at = 0; !rc && at < full->count;) {
        size_t count = together(full, at), left = count;
        if (count > 1)
            left = keep_nearest(s, full->found + at, count, true);
        memmove(full->found + kept, full->found + at,
                left * sizeof *full->found);
        kept += left;
        at += count;
    }
    if (rc)
        return rc;
    full->count = kept;
    return make_places(s);
}

/* --- short forms --- */

/* Of the short forms from `at`, at one place: those of `width` (0: of the longest before
 * `limit`) whose entities are named, to `out`. */
static int shorts_at(struct search *s, size_t at, size_t end, uint16_t width,
                     uint32_t limit, struct found_list *out)
{
    uint16_t longest = width;
    int rc = ERR_OK;
    out->count = 0;
    for (size_t i = at; i < end && !rc; i++) {
        const struct hit *hit = &s->shorts.hit[i];
        uint32_t entity = s->r->name[hit->name].entity;
        bool known = false;
        if ((width && hit->width != width) || hit->width < longest ||
            hit->position + hit->width > limit || !is_named(s, entity) ||
            !counts(s, hit))
            continue;
        if (hit->width > longest)
            out->count = 0;
        longest = hit->width;
        for (size_t k = 0; k < out->count; k++)
            known |= out->found[k].entity == entity;
        if (!known)
            rc = add_found(s, out,
                           (struct found){.entity = entity,
                                          .token = hit->token,
                                          .position = hit->position,
                                          .width = hit->width});
    }
    return rc ? rc : s->rc;
}

static size_t shorts_end(const struct search *s, size_t at)
{
    size_t end = at;
    while (end < s->shorts.count &&
           s->shorts.hit[end].position == s->shorts.hit[at].position)
        end++;
    return end;
}

static bool all_capitals(const struct found *found, size_t count)
{
    while (count && found->capitals)
        found++, count--;
    return count == 0;
}

/* Those of `found` that are named before their place. */
static size_t keep_named_before(const struct search *s, struct found *found,
                                size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (distance_to(s, found[i].entity, found[i].position, false) <
            UINT64_C(1) << 32)
            found[kept++] = found[i];
    return kept;
}

/* A capitals name that is also the short form of somebody named before is that one:
 * Jordan, in an article on Michael Jordan. */
static int shorten(struct search *s, struct found_list *out)
{
    const struct found_list *full = &s->full;
    struct found_list owners;
    size_t shorts = 0;
    int rc = ERR_OK;
    found_init(&owners);
    for (size_t at = 0; at < full->count && !rc;) {
        struct found *found = &full->found[at];
        size_t count = together(full, at), left = 0;
        while (shorts < s->shorts.count &&
               s->shorts.hit[shorts].position < found->position)
            shorts++;
        size_t end = shorts_end(s, shorts);
        if (shorts < s->shorts.count && all_capitals(found, count) &&
            s->shorts.hit[shorts].position == found->position) {
            rc = shorts_at(s, shorts, end, found->width, UINT32_MAX, &owners);
            left = keep_named_before(s, owners.found, owners.count);
            left = left ? keep_nearest(s, owners.found, left, false) : 0;
        }
        for (size_t i = 0; i < (left ? left : count) && !rc; i++)
            rc = add_found(s, out, left ? owners.found[i] : found[i]);
        for (size_t i = 0; left && i < count; i++)
            found[i].entity = NOBODY; /* no full name after all */
        at += count;
    }
    return rc ? rc : make_places(s);
}

static int add_shorts(struct search *s, struct found_list *out)
{
    struct found_list owners;
    size_t named = out->count, next = 0; /* full names */
    uint32_t free_from = 0;
    int rc = ERR_OK;
    found_init(&owners);
    for (size_t at = 0; at < s->shorts.count && !rc;) {
        uint32_t position = s->shorts.hit[at].position;
        size_t end = shorts_end(s, at), left;
        while (next < named && out->found[next].position < position)
            next++;
        uint32_t limit = next < named ? out->found[next].position : UINT32_MAX;
        if (position >= free_from && limit > position) {
            rc = shorts_at(s, at, end, 0, limit, &owners);
            left = keep_nearest(s, owners.found, owners.count, false);
            for (size_t i = 0; i < left && !rc; i++)
                rc = add_found(s, out, owners.found[i]);
            if (owners.count)
                free_from = position + owners.found[0].width;
        }
        at = end;
    }
    return rc;
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
    int rc = settle(&s);
    if (!rc)
        rc = shorten(&s, &found);
    if (!rc)
        rc = add_shorts(&s, &found);
    return rc ? rc : write_mentions(&s, &found, &analysis->mentions);
}
