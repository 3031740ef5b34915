#include "entity/register_names.h"

#include "base/err.h"
#include "entity/register_line.h"
#include "text/tokenise.h"

#include <stdlib.h>

/* Open addressing; never more than half full. */
struct names_slot {
    uint64_t key;
    uint32_t entity; /* index + 1; 0: free */
};

struct register_names {
    struct names_slot *slot;
    size_t mask;
};

struct register_names *register_names_new(struct arena *arena, size_t most)
{
    struct register_names *names = arena_new(arena, struct register_names);
    size_t capacity = 16;
    while (capacity < 2 * most)
        capacity *= 2;
    if (!names)
        return NULL;
    names->mask = capacity - 1;
    names->slot = arena_array(arena, struct names_slot, capacity);
    return names->slot ? names : NULL;
}

/* Keys are sums and products; the high bits know most. */
static size_t start_of(const struct register_names *names, uint64_t key)
{
    return (size_t)(key >> 32 ^ key) & names->mask;
}

void register_names_add(struct register_names *names, uint64_t key,
                        uint32_t entity)
{
    size_t at = start_of(names, key);
    while (names->slot[at].entity) {
        if (names->slot[at].key == key && names->slot[at].entity == entity + 1)
            return;
        at = (at + 1) & names->mask;
    }
    names->slot[at] = (struct names_slot){key, entity + 1};
}

/* --- asking --- */

struct question {
    const struct entity_register *entities;
    struct slice text; /* trimmed */
    struct tokens words;
    unsigned kinds;
    struct arena *arena;
    size_t *found; /* indexes */
    size_t count, capacity;
};

static size_t next_word(const struct tokens *tokens, size_t at)
{
    while (at < tokens->count && tokens->token[at].joined)
        at++;
    return at;
}

/* The same words, folded? */
static int is_name(const struct question *q, struct slice name, bool *same)
{
    struct tokens words = {0};
    int rc = tokenise(name, 0, q->arena, &words);
    size_t a = 0, b = 0;
    if (rc)
        return ERR_NOMEM;
    for (;; a++, b++) {
        a = next_word(&q->words, a);
        b = next_word(&words, b);
        if (a == q->words.count || b == words.count)
            break;
        if (!slice_eq(q->words.token[a].form, words.token[b].form))
            break;
    }
    *same = a > 0 && a == q->words.count && b == words.count;
    return ERR_OK;
}

static int is_named(const struct question *q, const struct entity *entity,
                    bool *named)
{
    *named = entity->wikidata.len > 0 && slice_eq(q->text, entity->wikidata);
    int rc = *named ? ERR_OK : is_name(q, entity->name, named);
    for (size_t i = 0; !rc && !*named && i < entity->alias_count; i++)
        rc = is_name(q, entity->alias[i].text, named);
    return rc;
}

static int find(struct question *q, size_t entity)
{
    for (size_t i = 0; i < q->count; i++)
        if (q->found[i] == entity)
            return ERR_OK;
    if (q->kinds && !(q->kinds >> q->entities->entity[entity].kind & 1))
        return ERR_OK;
    if (q->count == q->capacity) {
        size_t capacity = q->capacity ? 2 * q->capacity : 8;
        size_t *found = arena_array(q->arena, size_t, capacity);
        if (!found)
            return ERR_NOMEM;
        if (q->count)
            memcpy(found, q->found, q->count * sizeof *found);
        q->found = found;
        q->capacity = capacity;
    }
    q->found[q->count++] = entity;
    return ERR_OK;
}

static int find_by_key(struct question *q, uint64_t key)
{
    const struct register_names *names = q->entities->names;
    int rc = ERR_OK;
    for (size_t at = start_of(names, key); !rc && names->slot[at].entity;
         at = (at + 1) & names->mask) {
        size_t entity = names->slot[at].entity - 1;
        bool named;
        if (names->slot[at].key != key)
            continue;
        rc = is_named(q, &q->entities->entity[entity], &named);
        if (!rc && named)
            rc = find(q, entity);
    }
    return rc;
}

static int by_index(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

int register_named(const struct entity_register *entities, struct slice name,
                   unsigned kinds, struct arena *arena,
                   const struct entity ***out, size_t *count)
{
    struct question q = {.entities = entities,
                         .text = slice_trim(name),
                         .kinds = kinds,
                         .arena = arena};
    *out = NULL;
    *count = 0;
    const struct entity *by_id = register_find(entities, q.text);
    int rc = tokenise(q.text, 0, arena, &q.words) ? ERR_NOMEM : ERR_OK;
    if (!rc && by_id)
        rc = find(&q, (size_t)(by_id - entities->entity));

    uint64_t key = 0;
    for (size_t i = next_word(&q.words, 0); !rc && i < q.words.count;
         i = next_word(&q.words, i + 1))
        key = name_key_add(key, q.words.token[i].form);
    if (!rc && q.words.count)
        rc = find_by_key(&q, key);
    if (!rc && q.text.len > 1 && q.text.data[0] == 'Q')
        rc = find_by_key(&q, name_key_add(0, q.text));
    if (rc || q.count == 0)
        return rc;

    qsort(q.found, q.count, sizeof *q.found, by_index);
    *out = arena_array(arena, const struct entity *, q.count);
    if (!*out)
        return ERR_NOMEM;
    for (size_t i = 0; i < q.count; i++)
        (*out)[i] = &entities->entity[q.found[i]];
    *count = q.count;
    return ERR_OK;
}
