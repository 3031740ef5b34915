/* Lines are applied one after the other to drafts of entities. */
#include "entity/register.h"

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "doc/digest.h"
#include "entity/register_drafts.h"

enum { SCRATCH_BYTES = 1 << 20 };

/* `array` with room for one more; NULL: no memory. */
static void *room(struct arena *arena, void *array, size_t count,
                  size_t *capacity, size_t size)
{
    if (count < *capacity)
        return array;
    size_t more = *capacity ? *capacity * 2 : 8;
    void *grown = arena_alloc_array(arena, more, size);
    if (!grown)
        return NULL;
    if (count)
        memcpy(grown, array, count * size);
    *capacity = more;
    return grown;
}

/* --- applying a line --- */

struct draft_alias *draft_find_alias(struct draft *draft, uint64_t key,
                                     struct slice text, struct slice lang)
{
    for (size_t i = 0; i < draft->alias_count; i++) {
        struct entity_alias *alias = &draft->alias[i].alias;
        if (draft->alias[i].key == key && slice_eq(alias->text, text) &&
            slice_eq(alias->lang, lang))
            return &draft->alias[i];
    }
    return NULL;
}

/* What is said again is corrected. */
static int set_alias(struct reading *r, struct draft *draft,
                     const struct entity_alias *alias, uint64_t key)
{
    struct draft_alias *old =
        draft_find_alias(draft, key, alias->text, alias->lang);
    if (old) {
        old->alias = *alias;
        return ERR_OK;
    }
    if (draft->alias_count == LIMIT_ENTITY_NAMES) {
        register_fault(&r->faults, "%.*s has more than %d names",
                       SLICE_ARG(register_shown(draft->id)),
                       LIMIT_ENTITY_NAMES);
        return ERR_OK;
    }
    struct draft_alias *grown =
        room(&r->drafts, draft->alias, draft->alias_count,
             &draft->alias_capacity, sizeof *grown);
    if (!grown)
        return ERR_NOMEM;
    draft->alias = grown;
    draft->alias[draft->alias_count++] = (struct draft_alias){*alias, key};
    return ERR_OK;
}

/* In that language; without one, in all of them. */
static void remove_alias(struct draft *draft, const struct line_name *name)
{
    size_t kept = 0;
    for (size_t i = 0; i < draft->alias_count; i++) {
        const struct entity_alias *alias = &draft->alias[i].alias;
        if (!slice_eq(alias->text, name->alias.text) ||
            (name->alias.lang.len > 0 &&
             !slice_eq(alias->lang, name->alias.lang)))
            draft->alias[kept++] = draft->alias[i];
    }
    draft->alias_count = kept;
}

/* The name of before stays as an alias. */
static int set_name(struct reading *r, struct draft *draft, struct slice name,
                    uint64_t key)
{
    int rc = ERR_OK;
    if (draft->name.len > 0 && !slice_eq(draft->name, name) &&
        !draft_find_alias(draft, draft->name_key, draft->name,
                          (struct slice){0})) {
        struct entity_alias old = {.text = draft->name,
                                   .valid = {DATE_MIN, DATE_MAX}};
        rc = set_alias(r, draft, &old, draft->name_key);
    }
    draft->name = name;
    draft->name_key = key;
    return rc;
}

static int add_word(struct reading *r, struct word_list *list,
                    struct slice word)
{
    for (size_t i = 0; i < list->count; i++)
        if (slice_eq(list->item[i], word))
            return ERR_OK;
    if (list->count == LIMIT_ENTITY_NAMES) {
        register_fault(&r->faults, "more than %d words", LIMIT_ENTITY_NAMES);
        return ERR_OK;
    }
    struct slice *grown = room(&r->drafts, list->item, list->count,
                               &list->capacity, sizeof *grown);
    if (!grown)
        return ERR_NOMEM;
    list->item = grown;
    return arena_copy_slice(&r->out->arena, word, &list->item[list->count++]);
}

/* near= with nothing behind it forgets what was said. */
static int add_words(struct reading *r, struct word_list *list,
                     const struct line_words *said)
{
    int rc = ERR_OK;
    if (said->given && said->word.count == 0)
        list->count = 0;
    for (size_t i = 0; !rc && i < said->word.count; i++)
        rc = add_word(r, list, said->word.item[i]);
    return rc;
}

static void set_reference(struct reading *r, struct reference *reference,
                          const struct line_option *said)
{
    if (said->given)
        *reference = (struct reference){said->value, r->here};
}

static int apply_content(struct reading *r, struct draft *draft,
                         const struct register_line *line)
{
    int rc = ERR_OK;
    if (line->has_kind)
        draft->kind = line->kind;
    if (line->name.len > 0)
        rc = set_name(r, draft, line->name, line->name_key);
    for (size_t i = 0; !rc && i < line->alias_count; i++)
        if (line->alias[i].remove)
            remove_alias(draft, &line->alias[i]);
        else
            rc = set_alias(r, draft, &line->alias[i].alias, line->alias[i].key);
    if (!rc)
        rc = add_words(r, &draft->near, &line->near);
    if (!rc)
        rc = add_words(r, &draft->not, &line->not );
    set_reference(r, &draft->parent, &line->parent);
    set_reference(r, &draft->country, &line->country);
    set_reference(r, &draft->wikidata, &line->wikidata);
    return rc;
}

bool draft_find(const struct reading *r, struct slice id, size_t *out)
{
    const uint64_t *at = hash_map_get(&r->ids, id);
    *out = at ? (size_t)*at : 0;
    return at != NULL;
}

/* All names and words of `from` become those of its heir; where it says nothing of its
 * own, references, too. */
static int merge_drafts(struct reading *r, size_t from, struct slice into)
{
    size_t heir;
    if (!draft_find(r, into, &heir) || !r->draft[heir].there || heir == from) {
        register_fault(&r->faults,
                       "into=%.*s: there is no other entity of this id before",
                       SLICE_ARG(register_shown(into)));
        return ERR_OK;
    }
    struct draft *a = &r->draft[from], *b = &r->draft[heir];
    struct entity_alias name = {.text = a->name, .valid = {DATE_MIN, DATE_MAX}};
    int rc = ERR_OK;
    if (!draft_find_alias(a, a->name_key, a->name, (struct slice){0}))
        rc = set_alias(r, a, &name, a->name_key);
    for (size_t i = 0; !rc && i < a->alias_count; i++) {
        const struct draft_alias *alias = &a->alias[i];
        bool plain =
            slice_eq(alias->alias.text, b->name) && alias->alias.lang.len == 0;
        if (!plain && !draft_find_alias(b, alias->key, alias->alias.text,
                                        alias->alias.lang))
            rc = set_alias(r, b, &alias->alias, alias->key);
    }
    for (size_t i = 0; !rc && i < a->near.count; i++)
        rc = add_word(r, &b->near, a->near.item[i]);
    for (size_t i = 0; !rc && i < a->not .count; i++)
        rc = add_word(r, &b->not, a->not .item[i]);
    if (b->parent.id.len == 0)
        b->parent = a->parent;
    if (b->country.id.len == 0)
        b->country = a->country;
    if (b->wikidata.id.len == 0)
        b->wikidata = a->wikidata;
    a->there = false;
    a->has_heir = true;
    a->heir = heir;
    return rc;
}

static int new_draft(struct reading *r, const struct register_line *line,
                     size_t *out)
{
    if (r->count == LIMIT_REGISTER_ENTITIES)
        return err_set(r->faults.err, ERR_LIMIT,
                       "%.*s:%zu: more than %d entities",
                       SLICE_ARG(register_shown(r->faults.name)),
                       r->faults.line, LIMIT_REGISTER_ENTITIES);
    struct draft *grown =
        room(&r->drafts, r->draft, r->count, &r->capacity, sizeof *grown);
    if (!grown)
        return ERR_NOMEM;
    r->draft = grown;
    r->draft[r->count] = (struct draft){.id = line->id};
    *out = r->count++;
    return hash_map_put(&r->ids, line->id, *out, NULL);
}

static int apply_line(struct reading *r, const struct register_line *line)
{
    size_t at;
    bool known = draft_find(r, line->id, &at);
    if ((!known || !r->draft[at].there) &&
        (!line->has_kind || line->name.len == 0)) {
        register_fault(&r->faults,
                       "there is no %.*s before: a new entity needs a type and "
                       "a name",
                       SLICE_ARG(register_shown(line->id)));
        return ERR_OK;
    }
    int rc = known ? ERR_OK : new_draft(r, line, &at);
    if (rc)
        return rc;
    struct draft *draft = &r->draft[at];
    if (!draft->there)
        *draft = (struct draft){.id = draft->id, .there = true};
    if (line->block) {
        *draft = (struct draft){.id = draft->id};
        return ERR_OK;
    }
    rc = apply_content(r, draft, line);
    if (!rc && line->into.given)
        rc = merge_drafts(r, at, line->into.value);
    return rc;
}

/* --- reading --- */

static int read_line(struct reading *r, struct slice line)
{
    struct register_line parsed;
    if (line.len > 0 && line.data[line.len - 1] == '\r')
        line.len--;
    if (slice_trim(line).len == 0 || line.data[0] == '#')
        return ERR_OK;
    if (r->scratch.total > SCRATCH_BYTES)
        arena_reset(&r->scratch);
    int rc = register_line_parse(line, &r->scratch, &r->faults, &parsed);
    if (!rc && parsed.id.len > 0)
        rc = apply_line(r, &parsed);
    return rc;
}

static int read_text(struct reading *r, const struct register_text *text)
{
    struct slice all; /* names of the register are its bytes */
    if (arena_copy_slice(&r->out->arena, text->bytes, &all))
        return ERR_NOMEM;
    if (slice_starts_with(all, SLICE("\xef\xbb\xbf")))
        all = slice_part(all, 3, all.len);
    r->faults.name = text->name;
    r->faults.line = 0;
    int rc = ERR_OK;
    for (size_t at = 0; !rc && at < all.len;) {
        const uint8_t *end = memchr(all.data + at, '\n', all.len - at);
        size_t to = end ? (size_t)(end - all.data) : all.len;
        r->faults.line++;
        r->here.line++;
        rc = read_line(r, slice_part(all, at, to));
        at = to + 1;
    }
    return rc;
}

static int read_texts(struct reading *r, size_t count)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        size_t len = r->text[i].bytes.len;
        if (len > LIMIT_REGISTER_BYTES - total)
            return err_set(r->faults.err, ERR_LIMIT,
                           "%.*s: a register of more than %d MiB",
                           SLICE_ARG(register_shown(r->text[i].name)),
                           LIMIT_REGISTER_BYTES >> 20);
        total += len;
    }
    int rc = ERR_OK;
    for (size_t i = 0; !rc && i < count; i++) {
        r->here = (struct place){(uint32_t)i, 0};
        rc = read_text(r, &r->text[i]);
    }
    return rc;
}

static int digest_of(struct entity_register *entities)
{
    struct bytes_out text = {0};
    struct digest digest = {0};
    int rc = register_write(entities, &text, NULL);
    if (!rc)
        digest_add(&digest, text.data, text.len);
    bytes_out_release(&text);
    digest_end_text(&digest, entities->digest);
    return rc;
}

static int read_all(struct reading *r, size_t count)
{
    int rc = read_texts(r, count);
    if (!rc)
        rc = drafts_finish(r);
    if (!rc && r->faults.count)
        return ERR_INVALID; /* `err` has the first */
    if (!rc)
        rc = digest_of(r->out);
    return rc;
}

int register_read(const struct register_text *text, size_t count,
                  void (*report)(void *, const char *fault), void *context,
                  struct entity_register **out, struct err *err)
{
    struct entity_register *made = mem_alloc(sizeof *made);
    *out = NULL;
    if (!made)
        return err_set(err, ERR_NOMEM, "out of memory");
    *made = (struct entity_register){0};
    arena_init(&made->arena, SIZE_MAX);
    struct reading r = {
        .text = text,
        .out = made,
        .faults = {.report = report, .context = context, .err = err},
    };
    arena_init(&r.scratch, SIZE_MAX);
    arena_init(&r.drafts, SIZE_MAX);
    hash_map_init(&r.ids);

    int rc = read_all(&r, count);
    if (rc == ERR_NOMEM)
        err_set(err, rc, "out of memory");
    arena_reset(&r.scratch);
    arena_reset(&r.drafts);
    hash_map_release(&r.ids);
    if (rc) {
        register_free(made);
        return rc;
    }
    *out = made;
    return ERR_OK;
}

void register_free(struct entity_register *entities)
{
    if (!entities)
        return;
    arena_reset(&entities->arena);
    mem_free(entities);
}

const struct entity *register_find(const struct entity_register *entities,
                                   struct slice id)
{
    size_t low = 0, high = entities->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = slice_cmp(entities->entity[middle].id, id);
        if (order == 0)
            return &entities->entity[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
