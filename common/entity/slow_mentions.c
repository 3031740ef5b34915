#include "entity/slow_mentions.h"

#include "base/err.h"
#include "entity/inflect.h"
#include "text/fold.h"

#include <stdlib.h>

/* A form of a word of a name. */
struct spelling {
    struct slice written, folded;
    bool inflected;
};

struct spellings {
    struct spelling *item; /* the register's first */
    size_t count;
};

struct slow_name {
    const struct entity *entity;
    const struct entity_alias *alias;
    struct spellings *word;
    size_t word_count;
    bool capitals;
};

struct slow {
    const struct entity_register *entities;
    const struct article *article;
    const struct token *all; /* tokens, joined forms among them */
    size_t all_count;
    const struct token **word; /* plain tokens only */
    size_t word_count;
    struct slow_name *name;
    size_t name_count;
    struct arena *arena; /* for what goes at the end */
};

/* One entity at one place. */
struct claim {
    const struct entity *entity;
    size_t word, width; /* numbers of plain tokens */
    bool capitals;      /* by no other than capitals names */
    bool telling;       /* no other entity has a full name here */
};

struct claims {
    struct claim *item;
    size_t count, capacity;
};

/* --- names --- */

static int make_spellings(const struct slow_name *name, struct slice written,
                          unsigned place, struct arena *arena,
                          struct spellings *out)
{
    struct slice_list inflected;
    int rc = inflect(written, name->alias->lang, place, arena, &inflected);
    if (rc)
        return rc;
    out->item = arena_array(arena, struct spelling, inflected.count + 1);
    if (!out->item)
        return ERR_NOMEM;
    out->item[0].written = written;
    for (size_t i = 0; i < inflected.count; i++)
        out->item[i + 1].written = inflected.item[i];
    out->count = inflected.count + 1;
    return ERR_OK;
}

static int make_name(struct slow_name *name, struct arena *arena)
{
    struct tokens tokens = {0};
    struct slice text = name->alias->text;
    int rc = tokenise(text, 0, arena, &tokens);
    name->word = arena_array(arena, struct spellings, tokens.positions + 1);
    if (!rc && !name->word)
        rc = ERR_NOMEM;
    for (size_t i = 0; !rc && i < tokens.count; i++) {
        const struct token *token = &tokens.token[i];
        if (token->joined)
            continue;
        unsigned place = 0;
        if (token->position == 0)
            place |= WORD_FIRST;
        if (token->position + 1 == tokens.positions)
            place |= WORD_LAST;
        struct spellings *word = &name->word[name->word_count++];
        rc = make_spellings(name, slice_part(text, token->start, token->end),
                            place, arena, word);
        if (rc)
            return rc;
        word->item[0].folded = token->form;
        for (size_t k = 1; !rc && k < word->count; k++) {
            rc = fold_word(word->item[k].written, arena, &word->item[k].folded);
            word->item[k].inflected =
                !slice_eq(word->item[k].folded, token->form);
        }
    }
    return rc;
}

static int make_names(struct slow *s)
{
    size_t count = 0;
    for (size_t e = 0; e < s->entities->count; e++)
        count += s->entities->entity[e].alias_count;
    s->name = arena_array(s->arena, struct slow_name, count + 1);
    if (!s->name)
        return ERR_NOMEM;
    for (size_t e = 0; e < s->entities->count; e++)
        for (size_t i = 0; i < s->entities->entity[e].alias_count; i++) {
            struct slow_name *name = &s->name[s->name_count++];
            name->entity = &s->entities->entity[e];
            name->alias = &name->entity->alias[i];
            int rc = make_name(name, s->arena);
            if (rc)
                return rc;
        }
    return ERR_OK;
}

/* A name of the same words as a capitals name of the entity is one, too. */
static void make_capitals(struct slow *s)
{
    for (size_t n = 0; n < s->name_count; n++)
        for (size_t m = 0; m < s->name_count; m++) {
            struct slow_name *name = &s->name[n], *other = &s->name[m];
            bool same = name->entity == other->entity &&
                        name->alias->is_short == other->alias->is_short &&
                        name->word_count == other->word_count &&
                        other->alias->capitals;
            for (size_t i = 0; same && i < name->word_count; i++)
                same = slice_eq(name->word[i].item[0].folded,
                                other->word[i].item[0].folded);
            name->capitals |= same;
        }
}

static int make_words(struct slow *s, const struct analysis *analysis)
{
    s->all = analysis->tokens.token;
    s->all_count = analysis->tokens.count;
    s->word = arena_array(s->arena, const struct token *, s->all_count + 1);
    if (!s->word)
        return ERR_NOMEM;
    for (size_t i = 0; i < s->all_count; i++)
        if (!s->all[i].joined)
            s->word[s->word_count++] = &s->all[i];
    return ERR_OK;
}

/* --- whether a name stands somewhere --- */

static struct slice text_of(const struct slow *s, const struct token *token)
{
    return slice_part(s->article->text[token->part], token->start, token->end);
}

static int undotted(struct slice s, struct arena *arena, struct slice *out)
{
    uint8_t *bytes = arena_alloc(arena, s.len + 1);
    *out = (struct slice){bytes, 0};
    for (size_t i = 0; bytes && i < s.len; i++)
        if (s.data[i] != '.')
            bytes[out->len++] = s.data[i];
    return bytes ? ERR_OK : ERR_NOMEM;
}

static size_t letter_length(struct slice s)
{
    size_t len = 1;
    while (len < s.len && (s.data[len] & 0xc0) == 0x80)
        len++;
    return s.len ? len : 0;
}

/* Names begin with a capital where their first letter is not its own folding. */
static bool begins_as(const struct spelling *own, struct slice text)
{
    struct slice letter =
        slice_part(own->written, 0, letter_length(own->written));
    bool is_small = slice_starts_with(own->folded, letter) &&
                    letter_length(own->folded) == letter.len;
    return is_small || (slice_starts_with(text, letter) &&
                        letter_length(text) == letter.len);
}

static bool word_fits(const struct slow *s, const struct slow_name *name,
                      const struct spellings *word, const struct token *token)
{
    for (size_t i = 0; i < word->count; i++) {
        const struct spelling *spelling = &word->item[i];
        if (!slice_eq(spelling->folded, token->form))
            continue;
        if (!spelling->inflected)
            return true;
        return inflection_counts(name->alias->lang, s->article->lang) &&
               begins_as(&word->item[0], text_of(s, token));
    }
    return false;
}

static bool date_fits(const struct slow *s, const struct entity_alias *alias)
{
    struct date_range date = date_unit(s->article->published);
    if (!alias->has_valid || s->article->published.precision == DATE_NONE)
        return true;
    return date.from < alias->valid.to && alias->valid.from < date.to;
}

/* In words, in date; what capitals names ask besides is in holds(). */
static bool stands_at(const struct slow *s, const struct slow_name *name,
                      size_t at)
{
    if (name->word_count == 0 || name->word_count > s->word_count - at)
        return false;
    for (size_t i = 0; i < name->word_count; i++) {
        const struct token *token = s->word[at + i];
        if (token->position != s->word[at]->position + i ||
            !word_fits(s, name, &name->word[i], token))
            return false;
    }
    return date_fits(s, name->alias) &&
           (!name->alias->is_short ||
            begins_as(&name->word[0].item[0], text_of(s, s->word[at])));
}

/* `word` as one token: of several the widest, of those the first. */
static int as_token(struct slice word, struct arena *arena, struct slice *out)
{
    struct tokens tokens = {0};
    int rc = tokenise(word, 0, arena, &tokens);
    *out = (struct slice){0};
    for (size_t width = 1; !rc && width <= 32; width++)
        for (size_t i = tokens.count; i-- > 0;)
            if (tokens.token[i].width == width)
                *out = tokens.token[i].form;
    return rc;
}

static int any_near(const struct slow *s, const struct entity *entity,
                    bool *yes)
{
    *yes = false;
    size_t words = 0;
    for (size_t i = 0; i < entity->near.count; i++) {
        struct slice word;
        int rc = as_token(entity->near.item[i], s->arena, &word);
        if (rc)
            return rc;
        words += word.len > 0;
        for (size_t k = 0; k < s->all_count; k++)
            *yes |= word.len && slice_eq(s->all[k].form, word);
    }
    *yes |= words == 0;
    return ERR_OK;
}

static int none_adjoins(const struct slow *s, const struct slow_name *name,
                        size_t at, bool *yes)
{
    uint32_t start = s->word[at]->position;
    uint32_t end = start + (uint32_t)name->word_count;
    *yes = true;
    for (size_t i = 0; i < name->entity->not .count; i++) {
        struct slice word;
        int rc = as_token(name->entity->not .item[i], s->arena, &word);
        if (rc)
            return rc;
        for (size_t k = 0; k < s->all_count; k++)
            if (slice_eq(s->all[k].form, word) &&
                (s->all[k].position == end ||
                 s->all[k].position + s->all[k].width == start))
                *yes = false;
    }
    return ERR_OK;
}

static int in_its_capitals(const struct slow *s, const struct slow_name *name,
                           size_t at, bool *yes)
{
    *yes = true;
    for (size_t i = 0; i < name->word_count; i++) {
        struct slice text;
        bool found = false;
        int rc = undotted(text_of(s, s->word[at + i]), s->arena, &text);
        for (size_t k = 0; !rc && k < name->word[i].count; k++) {
            struct slice written;
            rc = undotted(name->word[i].item[k].written, s->arena, &written);
            found |= !rc && slice_eq(written, text);
        }
        if (rc)
            return rc;
        *yes &= found;
    }
    return ERR_OK;
}

static int holds(const struct slow *s, const struct slow_name *name, size_t at,
                 bool *yes)
{
    *yes = true;
    if (!name->capitals)
        return ERR_OK;
    bool near, free;
    int rc = in_its_capitals(s, name, at, yes);
    if (!rc)
        rc = any_near(s, name->entity, &near);
    if (!rc)
        rc = none_adjoins(s, name, at, &free);
    if (!rc)
        *yes = *yes && near && free;
    return rc;
}

/* --- claims --- */

static int add_claim(struct claims *claims, struct claim claim,
                     struct arena *arena)
{
    if (claims->count == claims->capacity) {
        size_t capacity = claims->capacity * 2 + 16;
        struct claim *item = arena_array(arena, struct claim, capacity);
        if (!item)
            return ERR_NOMEM;
        if (claims->count)
            memcpy(item, claims->item, claims->count * sizeof *item);
        claims->item = item;
        claims->capacity = capacity;
    }
    claims->item[claims->count++] = claim;
    return ERR_OK;
}

/* Every entity with a name of this kind at word `at`, of every width. */
static int claims_at(const struct slow *s, size_t at, bool is_short,
                     struct claims *out)
{
    out->count = 0;
    for (size_t n = 0; n < s->name_count; n++) {
        const struct slow_name *name = &s->name[n];
        bool yes, known = false;
        if (name->alias->is_short != is_short || !stands_at(s, name, at))
            continue;
        int rc = holds(s, name, at, &yes);
        if (rc)
            return rc;
        for (size_t i = 0; yes && i < out->count; i++)
            if (out->item[i].entity == name->entity &&
                out->item[i].width == name->word_count) {
                out->item[i].capitals &= name->capitals;
                known = true;
            }
        if (yes && !known)
            rc = add_claim(out,
                           (struct claim){name->entity, at, name->word_count,
                                          name->capitals, false},
                           s->arena);
        if (rc)
            return rc;
    }
    return ERR_OK;
}

/* Whether full names of one entity alone stand here. */
static bool is_telling(const struct slow *s, size_t at, size_t width)
{
    const struct entity *entity = NULL;
    for (size_t n = 0; n < s->name_count; n++) {
        const struct slow_name *name = &s->name[n];
        if (name->alias->is_short || name->word_count != width ||
            !stands_at(s, name, at))
            continue;
        if (entity && entity != name->entity)
            return false;
        entity = name->entity;
    }
    return true;
}

static void keep_width(struct claims *claims, size_t width)
{
    size_t kept = 0;
    for (size_t i = 0; i < claims->count; i++)
        if (claims->item[i].width == width)
            claims->item[kept++] = claims->item[i];
    claims->count = kept;
}

static size_t longest_of(const struct claims *claims)
{
    size_t longest = 0;
    for (size_t i = 0; i < claims->count; i++)
        if (claims->item[i].width > longest)
            longest = claims->item[i].width;
    return longest;
}

static int add_all(struct claims *to, const struct claims *from,
                   struct arena *arena)
{
    int rc = ERR_OK;
    for (size_t i = 0; !rc && i < from->count; i++)
        rc = add_claim(to, from->item[i], arena);
    return rc;
}

/* Step 1. */
static int full_names(const struct slow *s, struct claims *full)
{
    struct claims here = {0};
    for (size_t at = 0; at < s->word_count;) {
        int rc = claims_at(s, at, false, &here);
        if (rc)
            return rc;
        size_t longest = longest_of(&here);
        keep_width(&here, longest);
        for (size_t i = 0; i < here.count; i++)
            here.item[i].telling = is_telling(s, at, longest);
        rc = add_all(full, &here, s->arena);
        if (rc)
            return rc;
        at += longest ? longest : 1;
    }
    return ERR_OK;
}

/* --- which of several --- */

/* The last word before `at` where one of `names` begins in `full`, else the first
 * behind; SIZE_MAX for none. */
static size_t nearest_of(const struct claims *full, const struct claims *names,
                         size_t at, bool telling, bool before_only)
{
    size_t before = SIZE_MAX, behind = SIZE_MAX;
    for (size_t i = 0; i < full->count; i++) {
        const struct claim *claim = &full->item[i];
        bool wanted = false;
        for (size_t k = 0; k < names->count; k++)
            wanted |= names->item[k].entity == claim->entity;
        if (!wanted || (telling && !claim->telling))
            continue;
        if (claim->word < at && (before == SIZE_MAX || claim->word > before))
            before = claim->word;
        if (claim->word > at && claim->word < behind)
            behind = claim->word;
    }
    return before != SIZE_MAX || before_only ? before : behind;
}

static bool is_at(const struct claims *full, const struct entity *entity,
                  size_t word, bool telling)
{
    for (size_t i = 0; i < full->count; i++)
        if (full->item[i].entity == entity && full->item[i].word == word &&
            (full->item[i].telling || !telling))
            return true;
    return false;
}

/* Of `names`, all at word `at`, those named nearest; none when none is. */
static void keep_nearest(const struct claims *full, struct claims *names,
                         size_t at, bool telling, bool before_only)
{
    size_t nearest = nearest_of(full, names, at, telling, before_only);
    size_t kept = 0;
    for (size_t i = 0; nearest != SIZE_MAX && i < names->count; i++)
        if (is_at(full, names->item[i].entity, nearest, telling))
            names->item[kept++] = names->item[i];
    names->count = kept;
}

static int copy_at(const struct claims *from, size_t word, struct claims *to,
                   struct arena *arena)
{
    int rc = ERR_OK;
    to->count = 0;
    for (size_t i = 0; !rc && i < from->count; i++)
        if (from->item[i].word == word)
            rc = add_claim(to, from->item[i], arena);
    return rc;
}

/* Step 2. */
static int settle(const struct slow *s, const struct claims *full,
                  struct claims *out)
{
    struct claims here = {0}, chosen = {0};
    for (size_t at = 0; at < s->word_count; at++) {
        int rc = copy_at(full, at, &here, s->arena);
        if (!rc)
            rc = copy_at(full, at, &chosen, s->arena);
        if (rc)
            return rc;
        if (here.count > 1)
            keep_nearest(full, &chosen, at, true, false);
        rc = add_all(out, chosen.count ? &chosen : &here, s->arena);
        if (rc)
            return rc;
    }
    return ERR_OK;
}

/* --- short forms --- */

static int shorts_at(const struct slow *s, const struct claims *full, size_t at,
                     struct claims *out)
{
    int rc = claims_at(s, at, true, out);
    size_t kept = 0;
    for (size_t i = 0; !rc && i < out->count; i++) {
        bool named = false;
        for (size_t k = 0; k < full->count; k++)
            named |= full->item[k].entity == out->item[i].entity;
        if (named)
            out->item[kept++] = out->item[i];
    }
    out->count = kept;
    return rc;
}

/* Step 3: what stays a full name to `out`, what becomes a short form to `shorts`. */
static int shorten(const struct slow *s, const struct claims *full,
                   struct claims *out, struct claims *shorts)
{
    struct claims here = {0}, others = {0};
    for (size_t at = 0; at < s->word_count; at++) {
        int rc = copy_at(full, at, &here, s->arena);
        if (rc)
            return rc;
        if (here.count == 0)
            continue;
        bool capitals = true;
        for (size_t i = 0; i < here.count; i++)
            capitals &= here.item[i].capitals;
        others.count = 0;
        if (capitals)
            rc = shorts_at(s, full, at, &others);
        keep_width(&others, here.item[0].width);
        keep_nearest(full, &others, at, false, true);
        if (!rc)
            rc = others.count ? add_all(shorts, &others, s->arena)
                              : add_all(out, &here, s->arena);
        if (rc)
            return rc;
    }
    return ERR_OK;
}

static bool overlaps(const struct claims *claims, size_t from, size_t to)
{
    for (size_t i = 0; i < claims->count; i++)
        if (claims->item[i].word < to &&
            from < claims->item[i].word + claims->item[i].width)
            return true;
    return false;
}

/* Step 4. */
static int short_forms(const struct slow *s, const struct claims *full,
                       struct claims *shorts)
{
    struct claims here = {0};
    for (size_t at = 0; at < s->word_count; at++) {
        int rc = shorts_at(s, full, at, &here);
        if (rc)
            return rc;
        size_t kept = 0;
        for (size_t i = 0; i < here.count; i++)
            if (!overlaps(full, at, at + here.item[i].width) &&
                !overlaps(shorts, at, at + here.item[i].width))
                here.item[kept++] = here.item[i];
        here.count = kept;
        keep_width(&here, longest_of(&here));
        keep_nearest(full, &here, at, false, false);
        rc = add_all(shorts, &here, s->arena);
        if (rc)
            return rc;
    }
    return ERR_OK;
}

/* --- mentions --- */

static int by_place(const void *a, const void *b)
{
    const struct mention *m = a, *n = b;
    if (m->position != n->position)
        return m->position < n->position ? -1 : 1;
    return slice_cmp(m->entity, n->entity);
}

static int written_form(const struct slow *s, const struct claim *claim,
                        struct arena *arena, struct slice *out)
{
    const struct token *first = s->word[claim->word];
    const struct token *last = s->word[claim->word + claim->width - 1];
    struct slice text = s->article->text[first->part];
    uint8_t *to = arena_alloc(arena, last->end - first->start + 1);
    size_t len = 0;
    if (!to)
        return ERR_NOMEM;
    for (size_t i = first->start; i < last->end; i++) {
        bool space = memchr(" \t\n\v\f\r", text.data[i], 6) != NULL;
        if (!space)
            to[len++] = text.data[i];
        else if (to[len - 1] != ' ')
            to[len++] = ' ';
    }
    *out = (struct slice){to, len};
    return ERR_OK;
}

static int write_mentions(const struct slow *s, const struct claims *claims,
                          struct arena *arena, struct mention_list *out)
{
    int rc = ERR_OK;
    if (claims->count == 0)
        return ERR_OK;
    out->mention = arena_array(arena, struct mention, claims->count);
    if (!out->mention)
        return ERR_NOMEM;
    for (size_t i = 0; !rc && i < claims->count; i++) {
        const struct claim *claim = &claims->item[i];
        struct mention *mention = &out->mention[out->count++];
        mention->entity = claim->entity->id;
        mention->position = s->word[claim->word]->position;
        mention->width = (uint16_t)claim->width;
        rc = written_form(s, claim, arena, &mention->form);
    }
    qsort(out->mention, out->count, sizeof *out->mention, by_place);
    return rc;
}

int slow_mentions(const struct entity_register *entities,
                  const struct article *article,
                  const struct analysis *analysis, struct arena *arena,
                  struct mention_list *out)
{
    struct arena own;
    struct slow s = {.entities = entities, .article = article, .arena = &own};
    struct claims first = {0}, settled = {0}, full = {0}, all = {0};
    *out = (struct mention_list){0};
    arena_init(&own, SIZE_MAX);
    int rc = make_names(&s);
    if (!rc)
        make_capitals(&s);
    if (!rc)
        rc = make_words(&s, analysis);
    if (!rc)
        rc = full_names(&s, &first);
    if (!rc)
        rc = settle(&s, &first, &settled);
    if (!rc)
        rc = shorten(&s, &settled, &full, &all);
    if (!rc)
        rc = short_forms(&s, &full, &all);
    if (!rc)
        rc = add_all(&all, &full, &own);
    if (!rc)
        rc = write_mentions(&s, &all, arena, out);
    arena_reset(&own);
    return rc;
}
