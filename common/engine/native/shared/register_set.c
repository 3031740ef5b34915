#include "engine/native/shared/register_set.h"

#include "base/err.h"
#include "base/mem.h"

#include <string.h>

static int make_room(struct register_set *set, struct err *err)
{
    if (set->count < set->capacity)
        return ERR_OK;
    size_t capacity = set->capacity ? 2 * set->capacity : 4;
    void *more = mem_realloc(set->digest, capacity * sizeof *set->digest);
    if (!more)
        return err_set(err, ERR_NOMEM, "out of memory");
    set->digest = more;
    set->capacity = capacity;
    return ERR_OK;
}

/* How many are less. */
static size_t place_of(const struct register_set *set, const char *digest)
{
    size_t at = 0;
    while (at < set->count && strcmp(set->digest[at], digest) < 0)
        at++;
    return at;
}

bool register_set_has(const struct register_set *set, const char *digest)
{
    size_t at = place_of(set, digest);
    return at < set->count && strcmp(set->digest[at], digest) == 0;
}

int register_set_add(struct register_set *set, const char *digest,
                     struct err *err)
{
    if (register_set_has(set, digest))
        return ERR_OK;
    int rc = make_room(set, err);
    if (rc)
        return rc;
    size_t at = place_of(set, digest);
    memmove(set->digest + at + 1, set->digest + at,
            (set->count++ - at) * sizeof *set->digest);
    memcpy(set->digest[at], digest, sizeof *set->digest);
    return ERR_OK;
}

int register_set_add_segment(struct register_set *set,
                             const struct segment *segment, uint32_t live,
                             struct err *err)
{
    const struct mentions *mentions = segment->mentions;
    int rc = ERR_OK;
    if (live == 0)
        return ERR_OK;
    if (!mentions)
        return register_set_add(set, NO_REGISTER, err);
    for (size_t i = 0; rc == ERR_OK && i < mentions->register_count; i++)
        rc = register_set_add(set, mentions->registers[i], err);
    return rc;
}

bool register_set_is(const struct register_set *set, const char *digest)
{
    return set->count == 1 && strcmp(set->digest[0], digest) == 0;
}

void register_set_release(struct register_set *set)
{
    mem_free(set->digest);
    *set = (struct register_set){0};
}
