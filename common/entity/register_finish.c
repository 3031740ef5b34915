/* What remains when all lines have been applied: it is sorted, its references are followed,
 * and its names are entered.
 */
#include "entity/register_drafts.h"

#include "base/err.h"
#include "entity/register_names.h"

#include <stdio.h>
#include <stdlib.h>

static void fault_at(struct reading *r, struct place place, const char *what,
                     struct slice id, const char *why)
{
    r->faults.name = r->text[place.text].name;
    r->faults.line = place.line;
    register_fault(&r->faults, "%s=%.*s: %s", what,
                   SLICE_ARG(register_shown(id)), why);
}

/* The id of the entity that it is now; none, when it was blocked. Heirs are always
 * later decisions, so this ends. */
static struct slice follow(struct reading *r, const struct draft *from,
                           const char *what, const struct reference *said)
{
    size_t at;
    if (said->id.len == 0)
        return said->id;
    if (!draft_find(r, said->id, &at)) {
        fault_at(r, said->said, what, said->id, "there is no such entity");
        return (struct slice){0};
    }
    while (!r->draft[at].there && r->draft[at].has_heir)
        at = r->draft[at].heir;
    if (!r->draft[at].there)
        return (struct slice){0};
    if (&r->draft[at] == from) {
        if (slice_eq(said->id, from->id))
            fault_at(r, said->said, what, said->id, "it is its own");
        return (struct slice){0};
    }
    return r->draft[at].id;
}

static int compare_aliases(const void *a, const void *b)
{
    const struct draft_alias *x = a, *y = b;
    int order = slice_cmp(x->alias.lang, y->alias.lang);
    return order ? order : slice_cmp(x->alias.text, y->alias.text);
}

static int compare_words(const void *a, const void *b)
{
    return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

static int finish_words(struct reading *r, struct word_list *from,
                        struct slice_list *out)
{
    if (from->count == 0)
        return ERR_OK;
    qsort(from->item, from->count, sizeof *from->item, compare_words);
    out->item = arena_copy(&r->out->arena, from->item,
                           from->count * sizeof *from->item);
    out->count = from->count;
    return out->item ? ERR_OK : ERR_NOMEM;
}

/* The name first, where it counts as it stands; then by language and bytes. */
static int finish_aliases(struct reading *r, struct draft *draft,
                          struct entity *out)
{
    const struct draft_alias *own = draft_find_alias(
        draft, draft->name_key, draft->name, (struct slice){0});
    bool plain = !own || (!own->alias.is_short && !own->alias.capitals &&
                          !own->alias.has_valid);
    out->alias = arena_array(&r->out->arena, struct entity_alias,
                             draft->alias_count + 1);
    if (!out->alias)
        return ERR_NOMEM;
    if (draft->alias_count)
        qsort(draft->alias, draft->alias_count, sizeof *draft->alias,
              compare_aliases);
    if (plain)
        out->alias[out->alias_count++] = (struct entity_alias){
            .text = draft->name, .valid = {DATE_MIN, DATE_MAX}};
    for (size_t i = 0; i < draft->alias_count; i++) {
        const struct entity_alias *alias = &draft->alias[i].alias;
        if (!plain || alias->lang.len > 0 ||
            !slice_eq(alias->text, draft->name))
            out->alias[out->alias_count++] = *alias;
    }
    return ERR_OK;
}

static int finish_entity(struct reading *r, struct draft *draft,
                         struct entity *out)
{
    *out = (struct entity){
        .id = draft->id,
        .name = draft->name,
        .kind = draft->kind,
        .parent = follow(r, draft, "parent", &draft->parent),
        .country = follow(r, draft, "country", &draft->country),
        .wikidata = draft->wikidata.id,
    };
    int rc = finish_aliases(r, draft, out);
    if (!rc)
        rc = finish_words(r, &draft->near, &out->near);
    if (!rc)
        rc = finish_words(r, &draft->not, &out->not );
    return rc;
}

static int compare_drafts(const void *a, const void *b)
{
    return slice_cmp((*(struct draft *const *)a)->id,
                     (*(struct draft *const *)b)->id);
}

/* Those that are there, by rising id. */
static int sort_drafts(struct reading *r, struct draft ***out, size_t *names)
{
    struct draft **sorted = arena_array(&r->drafts, struct draft *, r->count);
    if (r->count && !sorted)
        return ERR_NOMEM;
    for (size_t i = 0; i < r->count; i++)
        if (r->draft[i].there) {
            sorted[r->out->count++] = &r->draft[i];
            *names += r->draft[i].alias_count + 2; /* its name, Wikidata id */
        }
    if (r->out->count)
        qsort(sorted, r->out->count, sizeof *sorted, compare_drafts);
    *out = sorted;
    return ERR_OK;
}

static void enter_names(struct register_names *names, const struct draft *draft,
                        uint32_t entity)
{
    register_names_add(names, draft->name_key, entity);
    for (size_t i = 0; i < draft->alias_count; i++)
        register_names_add(names, draft->alias[i].key, entity);
    if (draft->wikidata.id.len)
        register_names_add(names, name_key_add(0, draft->wikidata.id), entity);
}

static int finish_all(struct reading *r)
{
    struct entity_register *out = r->out;
    struct draft **sorted;
    size_t names = 0;
    int rc = sort_drafts(r, &sorted, &names);
    if (rc)
        return rc;
    out->entity = arena_array(&out->arena, struct entity, out->count + 1);
    out->names = register_names_new(&out->arena, names);
    if (!out->entity || !out->names)
        return ERR_NOMEM;
    for (size_t i = 0; !rc && i < out->count; i++) {
        rc = finish_entity(r, sorted[i], &out->entity[i]);
        if (!rc)
            enter_names(out->names, sorted[i], (uint32_t)i);
    }
    return rc;
}

/* Two entities of one Wikidata id are one. */
static int check_wikidata(struct reading *r)
{
    struct hash_map seen;
    int rc = ERR_OK;
    hash_map_init(&seen);
    for (size_t i = 0; !rc && i < r->count; i++) {
        const struct draft *draft = &r->draft[i];
        struct slice id = draft->wikidata.id;
        if (!draft->there || id.len == 0)
            continue;
        const uint64_t *other = hash_map_get(&seen, id);
        char why[200];
        if (!other) {
            rc = hash_map_put(&seen, id, i, NULL);
            continue;
        }
        snprintf(why, sizeof why, "that is %.*s already",
                 SLICE_ARG(register_shown(r->draft[*other].id)));
        fault_at(r, draft->wikidata.said, "wikidata", id, why);
    }
    hash_map_release(&seen);
    return rc;
}

int drafts_finish(struct reading *r)
{
    int rc = finish_all(r);
    return rc ? rc : check_wikidata(r);
}
