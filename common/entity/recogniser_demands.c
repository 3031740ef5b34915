/* What a name asks of a place where its words stand. */
#include "entity/recogniser_search.h"

#include "base/err.h"
#include "base/limits.h"
#include "entity/inflect.h"

static bool has_bit(const uint64_t *bits, uint32_t bit)
{
    return bits[bit / 64] >> bit % 64 & 1;
}

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
bool hit_matches(const struct search *s, const struct hit *hit)
{
    const struct name *name = &s->r->name[hit->name];
    return short_begins_alike(s, name, hit->token) &&
           (!name->has_valid || of_these_dates(s, name)) &&
           (!hit->inflected || inflections_hold(s, name, hit->token));
}

bool hit_counts(struct search *s, const struct hit *hit)
{
    const struct name *name = &s->r->name[hit->name];
    return !name->capitals ||
           (capitals_hold(s, name, hit->token) && stands_free(s, hit) &&
            near_holds(s, name->entity));
}
