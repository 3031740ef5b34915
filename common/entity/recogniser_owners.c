/* Whose a name is that several entities have, or that is a short form: of those that are
 * named nearest. */
#include "entity/recogniser_search.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

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
int search_settle(struct search *s)
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
            !hit_counts(s, hit))
            continue;
        if (hit->width > longest)
            out->count = 0;
        longest = hit->width;
        for (size_t k = 0; k < out->count; k++)
            known |= out->found[k].entity == entity;
        if (!known)
            rc = search_add_found(s, out,
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
int search_shorten(struct search *s, struct found_list *out)
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
            rc = search_add_found(s, out, left ? owners.found[i] : found[i]);
        for (size_t i = 0; left && i < count; i++)
            found[i].entity = NOBODY; /* no full name after all */
        at += count;
    }
    return rc ? rc : make_places(s);
}

int search_add_shorts(struct search *s, struct found_list *out)
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
                rc = search_add_found(s, out, owners.found[i]);
            if (owners.count)
                free_from = position + owners.found[0].width;
        }
        at = end;
    }
    return rc;
}
