/* Forms and patterns: the words of names, with their inflections. */
#include "base/err.h"
#include "base/mem.h"
#include "entity/inflect.h"
#include "entity/recogniser_builder.h"
#include "text/fold.h"

#include <string.h>

/* The place of `form`, or the empty one that will be its. */
static void put_place(struct recogniser *r, struct form_place form)
{
    uint32_t at = form.tag & r->place_mask;
    while (r->place[at].form != NO_FORM)
        at = (at + 1) & r->place_mask;
    r->place[at] = form;
}

int builder_grow_places(struct builder *b)
{
    struct recogniser *r = b->out;
    struct form_place *old = r->place;
    uint32_t old_size = old ? r->place_mask + 1 : 0;
    if (b->form_count < old_size / 2)
        return ERR_OK;
    uint32_t size = old ? old_size * 2 : FIRST_PLACES;
    if (size > TABLE_MAX)
        return ERR_LIMIT;
    struct form_place *place = mem_alloc(size * sizeof *place);
    if (!place)
        return ERR_NOMEM;
    r->place = place;
    r->place_mask = size - 1;
    memset(place, 0xff, size * sizeof *place); /* NO_FORM */
    for (uint32_t i = 0; i < old_size; i++)
        if (old[i].form != NO_FORM)
            put_place(r, old[i]);
    mem_free(old);
    return ERR_OK;
}

int builder_form(struct builder *b, struct slice text, uint32_t *out)
{
    struct recogniser *r = b->out;
    uint64_t hash = form_hash(text);
    int rc = builder_grow_places(b);
    if (rc)
        return rc;
    uint32_t tag = (uint32_t)(hash >> 32), at = tag & r->place_mask;
    while (r->place[at].form != NO_FORM &&
           !(r->place[at].tag == tag &&
             slice_eq(b->form[r->place[at].form].text, text)))
        at = (at + 1) & r->place_mask;
    *out = r->place[at].form;
    if (*out != NO_FORM)
        return ERR_OK;
    if ((rc = GROW(b, form)))
        return rc;
    struct form *form = &b->form[b->form_count];
    *form = (struct form){.near = NO_FORM, .plain = NO_FORM};
    rc = arena_copy_slice(&r->arena, text, &form->text);
    if (rc)
        return rc;
    *out = (uint32_t)b->form_count++;
    r->place[at] = (struct form_place){tag, *out};
    return ERR_OK;
}

/* `form` is one more of the pattern. */
static int add_use(struct builder *b, uint32_t number, uint32_t form,
                   bool inflected)
{
    struct pattern *pattern = &b->pattern[number];
    int rc = GROW(b, use);
    if (rc)
        return rc;
    b->use[b->use_count++] = (struct use_of_form){form, number, inflected};
    pattern->folded.item[pattern->folded.count++] = b->form[form].text;
    return ERR_OK;
}

/* The inflected form, unless it is known as one of the pattern. */
static int add_inflected(struct builder *b, uint32_t number,
                         struct slice written, struct arena *arena)
{
    struct slice folded;
    uint32_t form;
    int rc = fold_word(written, arena, &folded);
    if (!rc)
        rc = builder_form(b, folded, &form);
    if (rc)
        return rc;
    const struct slice_list *known = &b->pattern[number].folded;
    for (size_t i = 0; i < known->count; i++)
        if (known->item[i].data == b->form[form].text.data)
            return ERR_OK;
    return add_use(b, number, form, true);
}

/* A pattern whose first form is `form`. */
static int new_pattern(struct builder *b, struct slice lang,
                       struct slice_list written, uint32_t form,
                       struct arena *arena)
{
    uint32_t number = (uint32_t)b->pattern_count;
    int rc = GROW(b, pattern);
    if (rc)
        return rc;
    struct pattern *pattern = &b->pattern[number];
    *pattern = (struct pattern){.lang = lang, .written = written};
    pattern->folded.item = arena_alloc_unset(
        &b->out->arena, (written.count + 1) * sizeof(struct slice));
    if (!pattern->folded.item)
        return ERR_NOMEM;
    b->pattern_count++;
    rc = add_use(b, number, form, false);
    for (size_t i = 0; !rc && i < written.count; i++)
        rc = add_inflected(b, number, written.item[i], arena);
    return rc;
}

/* Words without inflections are the same in all languages, in capitals or not, everywhere
 * in a name. */
static int plain_pattern(struct builder *b, struct name_word *word,
                         struct arena *arena)
{
    uint32_t form;
    int rc = builder_form(b, word->folded, &form);
    if (rc)
        return rc;
    if (b->form[form].plain == NO_FORM) {
        b->form[form].plain = (uint32_t)b->pattern_count;
        rc = new_pattern(b, (struct slice){0}, (struct slice_list){0}, form,
                         arena);
    }
    word->pattern = b->form[form].plain;
    return rc;
}

/* What tells the others apart. */
static struct slice pattern_key(const struct name_word *word, struct slice lang,
                                unsigned place, struct arena *arena)
{
    struct slice text = word->written;
    uint8_t *key = arena_alloc_unset(arena, text.len + lang.len + 1);
    if (!key)
        return (struct slice){0};
    key[0] = (uint8_t)(lang.len << 2 | place);
    memcpy(key + 1, lang.data, lang.len);
    memcpy(key + 1 + lang.len, text.data, text.len);
    return (struct slice){key, 1 + lang.len + text.len};
}

int builder_pattern(struct builder *b, struct slice lang, unsigned place,
                    struct name_word *word, struct arena *arena)
{
    struct slice_list written = {0};
    uint32_t form;
    if (!inflects(lang))
        return plain_pattern(b, word, arena);
    struct slice key = pattern_key(word, lang, place, arena);
    if (!key.data)
        return ERR_NOMEM;
    const uint64_t *known = hash_map_get(&b->patterns, key);
    word->pattern = (uint32_t)(known ? *known : b->pattern_count);
    if (known)
        return ERR_OK;
    int rc = hash_map_put(&b->patterns, key, b->pattern_count, NULL);
    if (!rc)
        rc = builder_form(b, word->folded, &form);
    if (!rc)
        rc = inflect(word->written, lang, place, &b->out->arena, &written);
    return rc ? rc : new_pattern(b, lang, written, form, arena);
}
