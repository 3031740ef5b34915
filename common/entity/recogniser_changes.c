/* Which articles a new register may say something else about.
 *
 * A mention comes and goes with a name that stands in the article: by itself, by hiding a
 * shorter name, by telling two entities of one name apart, by allowing short forms. So the
 * articles are those with a name that only one of the registers has, or that has other
 * neighbours in the other.
 */
#include "entity/recogniser.h"

#include "base/err.h"
#include "base/hash_map.h"
#include "entity/inflect.h"
#include "entity/recogniser_table.h"
#include "text/fold.h"

struct changes {
    struct arena *arena;
    struct arena scratch; /* of one name */
    struct hash_map seen; /* language and name */
    struct changed_name *name;
    size_t count, capacity;
};

static bool same_alias(const struct entity_alias *a,
                       const struct entity_alias *b)
{
    return slice_eq(a->text, b->text) && slice_eq(a->lang, b->lang) &&
           a->is_short == b->is_short && a->capitals == b->capitals &&
           a->has_valid == b->has_valid &&
           (!a->has_valid ||
            (a->valid.from == b->valid.from && a->valid.to == b->valid.to));
}

static bool has_alias(const struct entity *entity,
                      const struct entity_alias *alias)
{
    for (size_t i = 0; entity && i < entity->alias_count; i++)
        if (same_alias(&entity->alias[i], alias))
            return true;
    return false;
}

static bool same_words(const struct slice_list *a, const struct slice_list *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++)
        same = slice_eq(a->item[i], b->item[i]);
    return same;
}

static bool same_neighbours(const struct entity *a, const struct entity *b)
{
    return a && b && same_words(&a->near, &b->near) &&
           same_words(&a->not, &b->not );
}

/* --- output --- */

static int add_form(struct form_set *set, struct slice form,
                    struct arena *arena)
{
    for (size_t i = 0; i < set->form.count; i++)
        if (slice_eq(set->form.item[i], form))
            return ERR_OK;
    return arena_copy_slice(arena, form, &set->form.item[set->form.count++]);
}

static int fill_set(struct changes *c, const struct name_word *word,
                    struct slice lang, unsigned place, struct form_set *set)
{
    struct slice_list written;
    int rc = inflect(word->written, lang, place, &c->scratch, &written);
    if (rc)
        return rc;
    set->form.item = arena_array(c->arena, struct slice, written.count + 1);
    if (!set->form.item)
        return ERR_NOMEM;
    rc = add_form(set, word->folded, c->arena);
    for (size_t i = 0; !rc && i < written.count; i++) {
        struct slice folded;
        rc = fold_word(written.item[i], &c->scratch, &folded);
        if (!rc)
            rc = add_form(set, folded, c->arena);
    }
    return rc;
}

static int grow(struct changes *c)
{
    if (c->count < c->capacity)
        return ERR_OK;
    size_t capacity = c->capacity ? c->capacity * 2 : 64;
    struct changed_name *name =
        arena_array(c->arena, struct changed_name, capacity);
    if (!name)
        return ERR_NOMEM;
    if (c->count)
        memcpy(name, c->name, c->count * sizeof *name);
    c->name = name;
    c->capacity = capacity;
    return ERR_OK;
}

static int add_new_name(struct changes *c, const struct entity_alias *alias)
{
    struct name_word *word;
    size_t count;
    int rc = name_words(alias->text, &c->scratch, &word, &count);
    if (!rc)
        rc = grow(c);
    if (rc || count == 0)
        return rc;
    struct changed_name *name = &c->name[c->count++];
    *name = (struct changed_name){
        .word = arena_array(c->arena, struct form_set, count),
        .word_count = count};
    if (!name->word)
        return ERR_NOMEM;
    for (size_t i = 0; !rc && i < count; i++) {
        unsigned place =
            (i == 0 ? WORD_FIRST : 0u) | (i + 1 == count ? WORD_LAST : 0u);
        rc = fill_set(c, &word[i], alias->lang, place, &name->word[i]);
    }
    return rc;
}

/* Once, however many entities share it. */
static int add_name(struct changes *c, const struct entity_alias *alias)
{
    bool is_new = false;
    int rc = ERR_NOMEM;
    arena_init(&c->scratch, SIZE_MAX);
    char *key = arena_printf(&c->scratch, "%.*s:%.*s", SLICE_ARG(alias->lang),
                             SLICE_ARG(alias->text));
    if (key)
        rc = hash_map_put(&c->seen, slice_of(key), 1, &is_new);
    if (!rc && is_new)
        rc = add_new_name(c, alias);
    arena_reset(&c->scratch);
    return rc;
}

/* Whether capitals names, and what they ask for, are the same. Where not, names of the same
 * words may count elsewhere, too. */
static bool same_capitals(const struct entity *entity,
                          const struct entity *other)
{
    bool same = same_neighbours(entity, other);
    for (size_t i = 0; same && i < entity->alias_count; i++)
        same =
            !entity->alias[i].capitals || has_alias(other, &entity->alias[i]);
    for (size_t i = 0; same && i < other->alias_count; i++)
        same = !other->alias[i].capitals || has_alias(entity, &other->alias[i]);
    return same;
}

/* Names of `entity` that `other` has not, or not so. */
static int add_names(struct changes *c, const struct entity *entity,
                     const struct entity *other)
{
    bool same = same_capitals(entity, other);
    int rc = ERR_OK;
    for (size_t i = 0; entity && !rc && i < entity->alias_count; i++) {
        const struct entity_alias *alias = &entity->alias[i];
        if (!same || !has_alias(other, alias))
            rc = add_name(c, alias);
    }
    return rc;
}

/* Both registers are by rising id. */
static int compare(struct changes *c, const struct entity_register *before,
                   const struct entity_register *after)
{
    size_t i = 0, k = 0, before_count = before ? before->count : 0;
    int rc = ERR_OK;
    while (!rc && (i < before_count || k < after->count)) {
        const struct entity *old = i < before_count ? &before->entity[i] : NULL;
        const struct entity *new = k < after->count ? &after->entity[k] : NULL;
        int order = !old ? 1 : !new ? -1 : slice_cmp(old->id, new->id);
        i += order <= 0;
        k += order >= 0;
        old = order <= 0 ? old : NULL;
        new = order >= 0 ? new : NULL;
        rc = add_names(c, old, new);
        if (!rc)
            rc = add_names(c, new, old);
    }
    return rc;
}

int register_changes(const struct entity_register *before,
                     const struct entity_register *after, struct arena *arena,
                     struct changed_name **out, size_t *count, struct err *err)
{
    struct changes c = {.arena = arena};
    hash_map_init(&c.seen);
    int rc = compare(&c, before, after);
    hash_map_release(&c.seen);
    *out = c.name;
    *count = rc ? 0 : c.count;
    if (rc == ERR_LIMIT)
        return err_set(err, rc, "a name of the register has over %d words",
                       NAME_WORDS_MAX);
    return rc ? err_set(err, rc, "out of memory") : ERR_OK;
}
